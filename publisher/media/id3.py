"""ID3v2 tags: where they end, and the chapters in them. Sources: ID3v2.3.0, ID3v2.4.0, ID3v2 Chapter Frame Addendum 1.0."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from publisher.media.octets import KILO, MEGA, Octets

MOST_TAGS, MOST_FRAMES, MOST_CHAPTERS = 8, 10_000, 2_000
LONGEST_TITLE = 500
_NO_OFFSET = 0xFFFFFFFF
_FOOTER, _EXTENDED, _UNSYNCHRONISED = 0x10, 0x40, 0x80
#: The second flag octet of a frame: (compressed or encrypted, grouping octet, length in front, unsynchronised) per version.
_FLAGS = {3: (0xC0, 0x20, 0x00, 0x00), 4: (0x0C, 0x40, 0x01, 0x02)}


@dataclass(frozen=True)
class Tag:
    """One tag: where its frames begin, where it ends, its version and flags."""

    start: int
    end: int
    version: int
    flags: int


@dataclass(frozen=True)
class _Frame:
    name: bytes
    start: int
    size: int
    flags: int


def tags(octets: Octets, start: int = 0) -> list[Tag]:
    """The tags at `start`, one behind the other: some programs put a second one in front of the first."""
    found: list[Tag] = []
    while len(found) < MOST_TAGS and (tag := _tag(octets, start)):
        found.append(tag)
        start = tag.end
    return found


def _tag(octets: Octets, start: int) -> Tag | None:
    head = octets.at(start, 10)
    if len(head) < 10 or head[:3] != b"ID3" or head[3] not in (2, 3, 4) or max(head[6:]) > 0x7F:
        return None
    end = start + 10 + syncsafe(head[6:]) + (10 if head[3] == 4 and head[5] & _FOOTER else 0)
    return Tag(start + 10, end, head[3], head[5])


def chapters(octets: Octets, tag: Tag) -> list[dict[str, Any]]:
    """The chapters of a tag by their start; those that no table of contents lists have `toc` false, those that hold a
    picture `picture` true."""
    if tag.version == 2:
        return []
    octets, tag = _in_sync(octets, tag)
    begin = tag.start + _extended_header(octets, tag)
    found: list[tuple[bytes, dict[str, Any]]] = []
    listed: set[bytes] = set()
    for frame in _frames(octets, begin, tag.end, tag.version):
        if frame.name == b"CHAP" and len(found) < MOST_CHAPTERS and (chapter := _chapter(octets, frame, tag.version)):
            found.append(chapter)
        elif frame.name == b"CTOC":
            listed.update(_entries(octets.at(frame.start, min(frame.size, 64 * KILO))))
    told = [chapter | {"toc": not listed or key in listed} for key, chapter in found]
    return sorted(told, key=lambda chapter: float(chapter["start"]))


def _in_sync(octets: Octets, tag: Tag) -> tuple[Octets, Tag]:
    """Version 2.3 unsynchronises the whole tag, so that sizes count only after it was undone."""
    if tag.version != 3 or not tag.flags & _UNSYNCHRONISED:
        return octets, tag
    data = octets.at(tag.start, min(tag.end - tag.start, 4 * MEGA)).replace(b"\xff\0", b"\xff")
    return Octets.of(data), Tag(0, len(data), tag.version, tag.flags & ~_UNSYNCHRONISED)


def _extended_header(octets: Octets, tag: Tag) -> int:
    if not tag.flags & _EXTENDED:
        return 0
    size = octets.at(tag.start, 4).ljust(4, b"\0")
    return syncsafe(size) if tag.version == 4 else int.from_bytes(size, "big") + 4


def _frames(octets: Octets, start: int, end: int, version: int) -> Iterator[_Frame]:
    end = min(end, octets.length)
    for _ in range(MOST_FRAMES):
        head = octets.at(start, 10)
        if start + 10 > end or len(head) < 10 or not _is_name(head[:4]):
            return
        size = _size(octets, head, start, end, version)
        hidden, grouped, told, unsynchronised = _FLAGS[version]
        skipped = bool(head[9] & grouped) + (4 if head[9] & told else 0)
        if not head[9] & hidden and size > skipped:
            yield _Frame(head[:4], start + 10 + skipped, size - skipped, head[9] & unsynchronised)
        start += 10 + size


def _size(octets: Octets, head: bytes, start: int, end: int, version: int) -> int:
    """Version 2.4 writes seven bits an octet; some programs write eight, which shows where the next frame begins."""
    plain = int.from_bytes(head[4:8], "big")
    if version == 3 or plain < 0x80:
        return plain
    if max(head[4:8]) > 0x7F:
        return plain
    safe = syncsafe(head[4:8])
    for size in (safe, plain):
        after = octets.at(start + 10 + size, 4)
        if start + 10 + size == end or after == bytes(4) or _is_name(after):
            return size
    return safe


def _chapter(octets: Octets, frame: _Frame, version: int) -> tuple[bytes, dict[str, Any]] | None:
    """Element ID, four numbers (milliseconds twice, octets twice), then frames of its own."""
    if frame.flags:
        octets = Octets.of(octets.at(frame.start, min(frame.size, 4 * MEGA)).replace(b"\xff\0", b"\xff"))
        frame = _Frame(frame.name, 0, octets.length, 0)
    head = octets.at(frame.start, min(frame.size, KILO))
    key, found, rest = head.partition(b"\0")
    if not found or len(rest) < 16:
        return None
    start, end = int.from_bytes(rest[:4], "big"), int.from_bytes(rest[4:8], "big")
    if start == _NO_OFFSET:  # told in octets, which no player goes by
        return None
    title, link, pictured = _inside(octets, frame.start + len(key) + 17, frame.start + frame.size, version)
    until = end / 1000 if start < end < _NO_OFFSET else None
    told = {"start": start / 1000, "title": title, "end": until, "image": None, "link": link, "toc": True}
    return key, told | ({"picture": True} if pictured else {})


def _inside(octets: Octets, start: int, end: int, version: int) -> tuple[str, str | None, bool]:
    """Title and link of a chapter, and whether it has a picture, which stays in the file: feeds can say addresses only."""
    title, link, pictured = "", None, False
    for frame in _frames(octets, start, end, version):
        pictured = pictured or frame.name == b"APIC"
        if frame.name != b"TIT2" and not frame.name.startswith(b"W"):
            continue
        body = octets.at(frame.start, min(frame.size, 16 * KILO))
        body = body.replace(b"\xff\0", b"\xff") if frame.flags else body
        if frame.name == b"TIT2":
            title = _text(body)
        else:
            link = link or _link(frame.name, body)
    return title, link, pictured


def _entries(body: bytes) -> list[bytes]:
    """What a table of contents lists: ID, flags, count, and so many IDs."""
    _, found, rest = body.partition(b"\0")
    return rest[2:].split(b"\0")[: rest[1]] if found and len(rest) > 2 else []


def _text(body: bytes) -> str:
    """The first value of a text frame; of what cannot be shown only the rest."""
    coding, data = body[:1], body[1:]
    text = data.decode({b"\1": "utf-16", b"\2": "utf-16-be", b"\3": "utf-8"}.get(coding, "latin-1"), "replace")
    first = text.partition("\0")[0]
    return "".join(letter for letter in first if letter.isprintable()).strip()[:LONGEST_TITLE]


def _link(name: bytes, body: bytes) -> str | None:
    """WXXX has a description before the address, ended as its encoding ends texts; the other W frames have none."""
    if name == b"WXXX":
        wide, data = body[:1] in (b"\1", b"\2"), body[1:]
        ends = range(0, len(data) - 1, 2) if wide else range(len(data))
        width = 2 if wide else 1
        end = next((i for i in ends if data[i : i + width] == bytes(width)), len(data))
        body = data[end + width :]
    address = body.partition(b"\0")[0].decode("latin-1").strip()
    return address if address.startswith(("https://", "http://")) and address.isprintable() else None


def _is_name(name: bytes) -> bool:
    return len(name) == 4 and name.isalnum() and name.upper() == name


def syncsafe(four: bytes) -> int:
    """A number of four octets with seven bits each, so that no part of a tag looks like a frame of sound."""
    return (four[0] & 0x7F) << 21 | (four[1] & 0x7F) << 14 | (four[2] & 0x7F) << 7 | four[3] & 0x7F
