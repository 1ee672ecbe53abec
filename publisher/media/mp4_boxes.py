"""The boxes of an MP4, walked by their sizes, which are never believed beyond the box around them. ISO/IEC 14496-12 §4.2."""

from collections.abc import Iterator
from dataclasses import dataclass

from publisher.media.octets import Octets

MOST_BOXES = 20_000


@dataclass(frozen=True)
class Box:
    """`start`: of what is inside; `end`: behind it, as the box says."""

    name: str
    start: int
    end: int


def boxes(octets: Octets, start: int, end: int) -> Iterator[Box]:
    """The boxes between two places. The last one may say an end that lies further: who asks decides what that means."""
    for _ in range(MOST_BOXES):
        head = octets.at(start, 16)
        if start + 8 > end or len(head) < 8:
            return
        size, inside = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, inside = int.from_bytes(head[8:16], "big"), 16
        elif size == 0:  # to the end of what it is in
            size = end - start
        if size < inside:
            return
        yield Box(head[4:8].decode("latin-1"), start + inside, start + size)
        start += size


def inner(octets: Octets, box: Box, skip: int = 0) -> Iterator[Box]:
    """The boxes in a box; what reaches out of it is cut."""
    end = min(box.end, octets.length)
    for found in boxes(octets, box.start + skip, end):
        yield Box(found.name, found.start, min(found.end, end))


def first(octets: Octets, box: Box, name: str) -> Box | None:
    return next((found for found in inner(octets, box) if found.name == name), None)


def within(octets: Octets, box: Box, *names: str) -> Box | None:
    """The first box by each name in the one before."""
    found: Box | None = box
    for name in names:
        found = first(octets, found, name) if found else None
    return found
