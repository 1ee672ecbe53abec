"""What a file is, by its bytes: whatever it is called, and whatever it says of itself."""

from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from publisher.errors import BadInput
from publisher.media import artwork, id3, mp3, mp4
from publisher.media.octets import KILO, Octets
from publisher.media.probed import CutShort, Probed, Unplayable
from publisher.media.signatures import foreign, refusal
from publisher.media.tags import tags

__all__ = ["CutShort", "Probed", "Unplayable", "probe"]

_MP4 = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
UNKNOWN = (
    "This is no sound, video, picture or document that apps can open. Episodes are MP3 or M4A sound, MP4 video or PDF."
)


def probe(path: Path, name: str = "") -> Probed:
    """Look into a file. Reads its heads and frames, never what a size in it claims; well under a second for any length.

    `name`: what it was called, for a remark where that is wrong. Raises `BadInput` and its kinds only: `CutShort` where the
    file ends too early, `Unplayable` where apps do not play what it is.
    """
    try:
        with path.open("rb") as file:
            found = _look(file, path)
    except OSError as problem:
        raise BadInput(f"The file cannot be read: {problem.strerror or 'the disk refuses'}.") from problem
    return replace(found, remarks=(*found.remarks, *_of_name(found, name)))


def _look(file: BinaryIO, path: Path) -> Probed:
    octets = Octets(file)
    head = octets.at(0, 600)
    if not head:
        raise BadInput("This file is empty.")
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return artwork.probe(path, octets.length)
    if b"%PDF-" in octets.at(0, KILO):
        return _document(octets)
    known = foreign(head)
    if head[4:8] in _MP4 and not known:
        return _tagged(mp4.probe(octets), octets)
    return _mp3_or_nothing(octets)


def _mp3_or_nothing(octets: Octets) -> Probed:
    """What stands behind an ID3 tag may be another sort of sound. Two octets of AAC are also found by chance, so MP3
    frames in a row come first."""
    inside = id3.tags(octets)
    known = foreign(octets.at(inside[-1].end if inside else 0, 600))
    certain = known is not None and not known.pattern.pattern.startswith(rb"\xff")
    found = None if certain else mp3.probe(octets)
    if found:
        return _tagged(found, octets)
    if known:
        raise refusal(known)
    raise BadInput(UNKNOWN)


def _tagged(found: Probed, octets: Octets) -> Probed:
    return replace(found, tags=tags(octets))


def _document(octets: Octets) -> Probed:
    """A PDF ends with %%EOF, sometimes with scraps behind it."""
    if b"%%EOF" not in octets.at(max(0, octets.length - 64 * KILO), 64 * KILO):
        raise CutShort("a PDF says where it is complete, and this one does not.")
    return Probed(kind="document", type="application/pdf", extension="pdf", length=octets.length)


def _of_name(found: Probed, name: str) -> tuple[str, ...]:
    """An extension that says something else: the bytes decide, and the address will have theirs."""
    called = Path(name).suffix.lower().removeprefix(".")
    same = {"jpeg": "jpg", "m4b": "m4a", "mp4": "m4a" if found.kind == "audio" else "mp4", "qt": "mov"}
    if not called or not called.isalnum() or len(called) > 5 or same.get(called, called) == found.extension:
        return ()
    return (f"It is called .{called} and is {found.extension.upper()}: it is kept as .{found.extension}.",)
