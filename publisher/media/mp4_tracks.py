"""The tracks of an MP4: what sort, how coded, and where their pieces lie. ISO/IEC 14496-12 §8."""

from dataclasses import dataclass

from publisher.media.mp4_boxes import Box, first, inner, within
from publisher.media.octets import Octets

MOST_TRACKS = 64


@dataclass(frozen=True)
class Track:
    """`kind`: soun, vide, text, …; `coding`: the name of its first sample entry; `last_piece`: where the last chunk begins.

    `table`: its stbl box. `scale`: units a second. `told_by`: numbers of the tracks that hold its chapters.
    """

    number: int
    kind: str
    coding: str
    scale: int
    duration: float
    table: Box | None
    last_piece: int
    told_by: tuple[int, ...]
    width: int | None = None
    height: int | None = None
    channels: int | None = None
    sample_rate: int | None = None


def tracks(octets: Octets, moov: Box) -> list[Track]:
    found = (box for box in inner(octets, moov) if box.name == "trak")
    return [_track(octets, box) for box, _ in zip(found, range(MOST_TRACKS), strict=False)]


def _track(octets: Octets, trak: Box) -> Track:
    scale, duration = _length(octets, within(octets, trak, "mdia", "mdhd"))
    handler = within(octets, trak, "mdia", "hdlr")
    kind = octets.at(handler.start + 8, 4).decode("latin-1") if handler else ""
    table = within(octets, trak, "mdia", "minf", "stbl")
    entry = _entry(octets, table)
    return Track(
        number=_number(octets, first(octets, trak, "tkhd")),
        kind=kind,
        coding=entry[4:8].decode("latin-1"),
        scale=scale,
        duration=duration,
        table=table,
        last_piece=_last_piece(octets, table),
        told_by=_told_by(octets, trak),
        width=_at(entry, 32, 2) if kind == "vide" else None,
        height=_at(entry, 34, 2) if kind == "vide" else None,
        channels=_at(entry, 24, 2) if kind == "soun" else None,
        sample_rate=_at(entry, 32, 2) if kind == "soun" else None,
    )


def _length(octets: Octets, mdhd: Box | None) -> tuple[int, float]:
    if mdhd is None:
        return 0, 0.0
    wide = octets.number(mdhd.start, 1) == 1
    at = mdhd.start + (20 if wide else 12)
    scale, length = octets.number(at, 4), octets.number(at + 4, 8 if wide else 4)
    return scale, length / scale if scale and length not in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF) else 0.0


def _number(octets: Octets, tkhd: Box | None) -> int:
    if tkhd is None:
        return 0
    return octets.number(tkhd.start + (20 if octets.number(tkhd.start, 1) == 1 else 12), 4)


def _entry(octets: Octets, table: Box | None) -> bytes:
    """The first sample entry: size, name, and what audio and video entries have at fixed places."""
    description = first(octets, table, "stsd") if table else None
    return octets.at(description.start + 8, 64) if description else b""


def _at(entry: bytes, start: int, size: int) -> int | None:
    return int.from_bytes(entry[start : start + size], "big") or None


def _last_piece(octets: Octets, table: Box | None) -> int:
    """Where the last chunk begins: chunks stand in order in nearly all files, and one that lies behind the end is missing."""
    for box in inner(octets, table) if table else ():
        if box.name in ("stco", "co64"):
            size = 8 if box.name == "co64" else 4
            count = octets.number(box.start + 4, 4)
            if count and box.start + 8 + count * size <= box.end:
                return octets.number(box.start + 8 + (count - 1) * size, size)
    return 0


def _told_by(octets: Octets, trak: Box) -> tuple[int, ...]:
    reference = within(octets, trak, "tref", "chap")
    if reference is None:
        return ()
    data = octets.at(reference.start, min(reference.end - reference.start, 4 * MOST_TRACKS))
    return tuple(int.from_bytes(data[i : i + 4], "big") for i in range(0, len(data) - 3, 4))
