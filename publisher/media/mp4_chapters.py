"""Chapters of an MP4: a text track that the sound refers to (QuickTime File Format), or Nero's list (chpl)."""

from itertools import accumulate
from typing import Any

from publisher.media.mp4_boxes import Box, first, within
from publisher.media.mp4_tracks import Track
from publisher.media.octets import KILO, Octets

MOST_CHAPTERS = 2_000
LONGEST_TITLE = 500


def chapters(octets: Octets, moov: Box, tracks: list[Track]) -> list[dict[str, Any]]:
    """In order; the track is believed before the list, whose titles are cut at 255 octets."""
    wanted = {number for track in tracks for number in track.told_by}
    told = [t for t in tracks if t.number in wanted and t.kind in ("text", "sbtl") and t.table and t.scale]
    found = _of_track(octets, told[0]) if told else []
    found = found or _of_list(octets, within(octets, moov, "udta", "chpl"))
    return sorted(found, key=lambda chapter: float(chapter["start"]))


def _of_track(octets: Octets, track: Track) -> list[dict[str, Any]]:
    assert track.table
    lasting, sizes = _lasting(octets, track.table), _sizes(octets, track.table)
    starts = list(accumulate(lasting, initial=0))
    found = []
    for start, end, size, at in zip(starts, starts[1:], sizes, _places(octets, track.table, sizes), strict=False):
        title = _title(octets.at(at, min(size, 4 * KILO)))
        found.append(_chapter(start / track.scale, title, end / track.scale if end > start else None))
    return [chapter for chapter in found if chapter["title"]]


def _lasting(octets: Octets, table: Box) -> list[int]:
    """How long each sample lasts (stts: so many of so long)."""
    numbers = _numbers(octets, first(octets, table, "stts"), 4, 2)
    lasting: list[int] = []
    for count, each in zip(numbers[::2], numbers[1::2], strict=False):
        lasting += [each] * min(count, MOST_CHAPTERS - len(lasting))
    return lasting


def _sizes(octets: Octets, table: Box) -> list[int]:
    """How long each sample is (stsz: one size for all, or a list)."""
    box = first(octets, table, "stsz")
    if box is None:
        return []
    same, count = octets.number(box.start + 4, 4), octets.number(box.start + 8, 4)
    return [same] * min(count, MOST_CHAPTERS) if same else _numbers(octets, box, 8, 1)


def _places(octets: Octets, table: Box, sizes: list[int]) -> list[int]:
    """Where each sample begins: chunks (stco or co64), and how many samples are in each (stsc)."""
    runs, chunks = _numbers(octets, first(octets, table, "stsc"), 4, 3), _chunks(octets, table)
    per_chunk = dict(zip(runs[::3], runs[1::3], strict=False))
    places: list[int] = []
    each = 1
    for number, at in enumerate(chunks, 1):
        each = per_chunk.get(number, each)
        for size in sizes[len(places) : len(places) + min(each, MOST_CHAPTERS)]:
            places.append(at)
            at += size
    return places


def _chunks(octets: Octets, table: Box) -> list[int]:
    if wide := first(octets, table, "co64"):
        count = min(octets.number(wide.start + 4, 4), MOST_CHAPTERS)
        data = octets.at(wide.start + 8, min(count * 8, wide.end - wide.start - 8))
        return [int.from_bytes(data[i : i + 8], "big") for i in range(0, len(data) - 7, 8)]
    return _numbers(octets, first(octets, table, "stco"), 4, 1)


def _numbers(octets: Octets, box: Box | None, skip: int, each: int) -> list[int]:
    """The numbers of 32 bits in a table: a count at `skip`, then so many entries of `each` numbers."""
    if box is None:
        return []
    count = min(octets.number(box.start + skip, 4), MOST_CHAPTERS)
    data = octets.at(box.start + skip + 4, min(count * each * 4, box.end - box.start - skip - 4))
    return [int.from_bytes(data[i : i + 4], "big") for i in range(0, len(data) - 3, 4)]


def _title(sample: bytes) -> str:
    """A text sample: two octets of length, then UTF-8, or UTF-16 where a byte order mark says so."""
    data = sample[2 : 2 + int.from_bytes(sample[:2], "big")]
    wide = data[:2] in (b"\xfe\xff", b"\xff\xfe")
    return _clean(data.decode("utf-16" if wide else "utf-8", "replace"))


def _of_list(octets: Octets, box: Box | None) -> list[dict[str, Any]]:
    """Nero's: version, flags, in version 1 four octets more, a count; then start in 100 ns, length of title, title."""
    if box is None:
        return []
    data = octets.at(box.start, min(box.end - box.start, 640 * KILO))
    at = 8 if data[:1] == b"\1" else 4
    count, at = (data[at] if at < len(data) else 0), at + 1
    found: list[dict[str, Any]] = []
    for _ in range(count):
        if at + 9 > len(data):
            break
        start, size = int.from_bytes(data[at : at + 8], "big"), data[at + 8]
        found.append(
            _chapter(start / 10_000_000, _clean(data[at + 9 : at + 9 + size].decode("utf-8", "replace")), None)
        )
        at += 9 + size
    return found


def _chapter(start: float, title: str, end: float | None) -> dict[str, Any]:
    until = None if end is None else round(end, 3)
    return {"start": round(start, 3), "title": title, "end": until, "image": None, "link": None, "toc": True}


def _clean(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).strip()[:LONGEST_TITLE]
