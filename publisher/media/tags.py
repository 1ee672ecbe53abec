"""What a file says about itself in words: title, artist, album. Read by `tinytag`, from so much of the file and no more."""

import io
from typing import Any

from tinytag import TinyTag, TinyTagException

from publisher.media.octets import MEGA, Octets

READ, READS = 2 * MEGA, 5_000
LONGEST = 2_000
_FIELDS = ("title", "artist", "album", "albumartist", "composer", "genre", "year", "comment")
_OTHERS = ("description", "copyright", "publisher", "language", "url", "license")


def tags(octets: Octets) -> dict[str, str]:
    """Name → words, of those that are there. Broken tags are as good as none: a file is not refused for them."""
    with_end: Any = _Bounded(octets)
    try:
        found = TinyTag.get(file_obj=with_end, duration=False, image=False)
    except (TinyTagException, OSError, ValueError, OverflowError, RecursionError):
        return {}
    words = {name: getattr(found, name, None) for name in _FIELDS}
    words |= {name: next(iter(found.other.get(name) or ()), None) for name in _OTHERS}
    return {name: clean for name, text in words.items() if text is not None and (clean := _clean(str(text)))}


def _clean(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable() or letter == "\n").strip()[:LONGEST]


class _Bounded:
    """As much of a file object as tinytag asks for, which believes sizes: after `READ` octets or `READS` reads it ends."""

    def __init__(self, octets: Octets) -> None:
        self._octets, self._at, self._left, self._reads = octets, 0, READ, READS

    def read(self, count: int = -1) -> bytes:
        self._reads -= 1
        if self._reads < 0 or self._left <= 0:
            raise OSError("these tags have no end")
        wanted = self._left if count < 0 else min(count, self._left)
        data = self._octets.at(self._at, wanted)
        self._at += len(data)
        self._left -= len(data)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._octets.length}[whence]
        self._reads -= 1
        if base + offset < 0 or self._reads < 0:
            raise OSError("before the beginning")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at
