"""Chapters as an editor types them, a line each: a time and a title, and behind bars what else there is.

    0:00 Welcome
    4:30 What parents told us | https://example.org/study | image https://example.org/study.jpg | until 9:00
    9:00 | image https://example.org/map.jpg | hidden | at Kisumu geo:-0.1,34.75

A bar that belongs to a title may be written `\\|`; a last part that is none of these is part of the title anyway.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from feeds.errors import FeedError, TooLarge
from feeds.links import absolute
from feeds.podcast.chapter_values import LIMIT, MOST_CHAPTERS, Chapter
from feeds.podcast.times import LONGEST, as_clock, seconds_of
from feeds.xml import ILLEGAL

LINE = re.compile(r"[(\[]?(?P<time>[\d:]*\d(?:[.,]\d+)?)[)\]]?(?:\s+[-–—]\s+|\s+|$)(?P<rest>.*)")
BAR = re.compile(r"\\([\\|])")
PLACE = re.compile(r"at (?P<place>.+?) (?P<geo>geo:\S+)(?: (?P<osm>[NWR]\d+))?")


def from_lines(text: str) -> tuple[Chapter, ...]:
    """The chapters, in the order of the lines; empty lines count for nothing. `FeedError` with the number of the line."""
    if len(text) > LIMIT:
        raise TooLarge(f"That is more than the {LIMIT:,} characters of chapters we read.")
    lines = [(number, line.strip()) for number, line in enumerate(ILLEGAL.sub("", text).split("\n"), 1) if line.strip()]
    if len(lines) > MOST_CHAPTERS:
        raise TooLarge(f"There are more than the {MOST_CHAPTERS:,} chapters we read.")
    return tuple(_chapter(number, line) for number, line in lines)


def to_lines(chapters: Iterable[Chapter]) -> str:
    """The reverse of `from_lines`, to the millisecond; no line break at the end."""
    return "\n".join(_typed(chapter) for chapter in chapters)


def _chapter(number: int, line: str) -> Chapter:
    match = LINE.fullmatch(line)
    start = seconds_of(match["time"]) if match else None
    if match is None or start is None or start > LONGEST:
        raise FeedError(f"Line {number} does not begin with a time. Write it like this: 4:30 What parents told us")
    rest = match["rest"]
    title, *parts = rest.split(" | ") if not rest.startswith("| ") else ["", *rest[2:].split(" | ")]
    chapter = Chapter(start, "")
    while parts:
        more = _with_part(chapter, parts[-1].strip())
        if more is None:
            break
        chapter = more
        parts.pop()
    words = " ".join(" | ".join([title, *parts]).split())
    return replace(chapter, title=BAR.sub(r"\1", words))


def _with_part(chapter: Chapter, part: str) -> Chapter | None:
    """The chapter with what this part says, or none where it says nothing we know."""
    kind, _, value = part.partition(" ")
    if part == "hidden":
        return replace(chapter, toc=False)
    if kind == "image" and (image := absolute(value)):
        return replace(chapter, image=image)
    if kind == "until" and (end := seconds_of(value)) is not None:
        return replace(chapter, end=end)
    if place := PLACE.fullmatch(part):
        return replace(chapter, place=BAR.sub(r"\1", place["place"]), geo=place["geo"], osm=place["osm"])
    if " " not in part and (link := absolute(part)):
        return replace(chapter, link=link)
    return None


def _typed(chapter: Chapter) -> str:
    title = _escaped(chapter.title)
    dash = "- " if title.startswith(("- ", "– ", "— ")) else ""  # the first dash after a time is read as a separator
    parts = [f"{as_clock(chapter.start)} {dash}{title}".strip()]
    parts += [chapter.link] if chapter.link else []
    parts += [f"image {chapter.image}"] if chapter.image else []
    parts += [f"until {as_clock(chapter.end)}"] if chapter.end is not None else []
    if chapter.place and chapter.geo:
        parts.append(" ".join(["at", _escaped(chapter.place), chapter.geo, *([chapter.osm] if chapter.osm else [])]))
    parts += [] if chapter.toc else ["hidden"]
    return " | ".join(parts)


def _escaped(text: str) -> str:
    return re.sub(r"([\\|])", r"\\\1", " ".join(text.split()))
