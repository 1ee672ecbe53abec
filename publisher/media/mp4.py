"""MP4, M4A, M4V and MOV: type, length, tracks, and whether all of it is there. Sources: ISO/IEC 14496-12 and -14, QTFF."""

from dataclasses import dataclass, field

from publisher.errors import BadInput
from publisher.media.mp4_boxes import Box, boxes, first, within
from publisher.media.mp4_chapters import chapters
from publisher.media.mp4_tracks import Track, tracks
from publisher.media.octets import Octets
from publisher.media.probed import CutShort, Probed, Unplayable, size
from publisher.media.signatures import advice

#: Sample entries that phones, cars and browsers play. The rest is known, or at least not one of these.
PLAYED = {"mp4a", ".mp3", "avc1", "avc3", "hvc1", "hev1", "mp4v"}
PROTECTED = {"enca", "encv", "drms", "drmi"}
#: Pictures that go with chapters are a track too, which makes no video of a sound.
PICTURES = {"jpeg", "mjpa", "mjpb", "png ", "tiff"}
_NAMES = {"alac": "Apple Lossless", "ac-3": "Dolby", "ec-3": "Dolby", "Opus": "Opus", "fLaC": "FLAC", "samr": "AMR",
          "sowt": "uncompressed sound", "twos": "uncompressed sound", "lpcm": "uncompressed sound",
          "av01": "AV1", "vp09": "VP9", "vp08": "VP8", "apch": "ProRes", "apcn": "ProRes"}  # fmt: skip


@dataclass(frozen=True)
class _Outline:
    """The boxes of the file itself. `moov`: the index; `missing`: octets that the last box has and the file has not."""

    brand: str
    moov: Box | None = None
    sound: int = 0
    missing: int = 0
    last: str = ""
    fragments: list[Box] = field(default_factory=list)


def probe(octets: Octets) -> Probed:
    """What this file is. `CutShort`, `Unplayable` and `BadInput` say what is wrong with it."""
    outline = _outline(octets)
    _refuse_cut(octets, outline)
    assert outline.moov
    found = tracks(octets, outline.moov)
    _refuse_what_lies_behind(octets, found)
    audio = next((t for t in found if t.kind == "soun"), None)
    video = next((t for t in found if t.kind == "vide" and t.coding not in PICTURES), None)
    _refuse_unplayable(audio, video, outline)
    duration = _duration(octets, outline, found)
    kind, type_, extension = _type(outline.brand, video is not None)
    return Probed(
        kind="video" if kind == "video" else "audio", type=type_, extension=extension, length=octets.length,
        duration=duration, bit_rate=round(outline.sound * 8 / duration) if duration else None,
        width=video.width if video else None, height=video.height if video else None,
        channels=audio.channels if audio else None, sample_rate=audio.sample_rate if audio else None,
        chapters=tuple(chapters(octets, outline.moov, found)),
    )  # fmt: skip


def _outline(octets: Octets) -> _Outline:
    brand, moov, sound, missing, last = "", None, 0, 0, ""
    fragments: list[Box] = []
    for box in boxes(octets, 0, octets.length):
        last, missing = box.name, max(0, box.end - octets.length)
        if box.name == "ftyp":
            brand = octets.at(box.start, 4).decode("latin-1")
        elif box.name == "moov" and moov is None:
            moov = box
        elif box.name == "mdat":
            sound += min(box.end, octets.length) - box.start
        elif box.name == "moof":
            fragments.append(box)
    return _Outline(brand or "qt  ", moov, sound, missing, last, fragments)


def _refuse_cut(octets: Octets, outline: _Outline) -> None:
    if outline.missing and outline.last in ("mdat", "moov", "moof"):
        raise CutShort(f"{size(octets.length)} of {size(octets.length + outline.missing)} are there.")
    if outline.moov is None:
        raise CutShort("the list of what is in it (moov), which stands at the end, is missing.")
    if outline.sound == 0:
        raise CutShort("it holds a list of what should be in it, and no sound.")


def _refuse_what_lies_behind(octets: Octets, found: list[Track]) -> None:
    """Where the last box says no size, only the places of the pieces show what is missing."""
    if any(track.last_piece >= octets.length for track in found):
        raise CutShort("parts of it lie behind its end.")


def _refuse_unplayable(audio: Track | None, video: Track | None, outline: _Outline) -> None:
    if audio is None and video is None:
        raise BadInput("There is neither sound nor video in this file.")
    for track in filter(None, (audio, video)):
        if track.coding in PROTECTED:
            raise BadInput("This file is protected against copying, so that apps cannot play it.")
        if track.coding not in PLAYED:
            name = _NAMES.get(track.coding) or f"“{track.coding.strip() or '?'}”"
            what = f"Inside this {_type(outline.brand, video is not None)[2].upper()} file is {name}, which many apps do not play"
            raise Unplayable(f"{what}: {advice('video' if video else 'sound')}", demuxer="mov" if audio else "")


def _duration(octets: Octets, outline: _Outline, found: list[Track]) -> float:
    assert outline.moov
    header = first(octets, outline.moov, "mvhd")
    told = _timed(octets, header) if header else 0.0
    duration = told or max((track.duration for track in found), default=0.0)
    if not duration and (told_by := within(octets, outline.moov, "mvex", "mehd")) and header:
        duration = _fragmented(octets, told_by, header)
    if not 0 < duration < 1_000_000:
        what = "This file does not say how long it lasts, as recordings in fragments do not, and many apps need to know"
        raise Unplayable(f"{what}: {advice('video')}", demuxer="mov")
    return round(duration, 3)


def _timed(octets: Octets, box: Box) -> float:
    """mvhd: version, two dates, units a second, length in them; 32 or 64 bits by version."""
    wide = octets.number(box.start, 1) == 1
    at = box.start + (20 if wide else 12)
    scale, length = octets.number(at, 4), octets.number(at + 4, 8 if wide else 4)
    return 0.0 if not scale or length in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF) else length / scale


def _fragmented(octets: Octets, told_by: Box, header: Box) -> float:
    wide = octets.number(header.start, 1) == 1
    scale = octets.number(header.start + (20 if wide else 12), 4)
    length = octets.number(told_by.start + 4, 8 if octets.number(told_by.start, 1) == 1 else 4)
    return length / scale if scale else 0.0


def _type(brand: str, has_video: bool) -> tuple[str, str, str]:
    """Kind, type and extension, as Apple names them."""
    if brand.startswith("qt"):
        return ("video" if has_video else "audio"), "video/quicktime", "mov"
    if not has_video:
        return "audio", "audio/x-m4a", "m4a"
    return ("video", "video/x-m4v", "m4v") if brand.startswith("M4V") else ("video", "video/mp4", "mp4")
