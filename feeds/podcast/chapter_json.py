"""JSON chapters 1.2 of the podcast namespace, read and written; Podlove's simple chapters, read."""

import json
from collections.abc import Iterable
from typing import Any

from lxml import etree

from feeds.encodings import text_of
from feeds.errors import FeedError, TooLarge, UnknownFormat
from feeds.jsontext import load
from feeds.links import absolute
from feeds.podcast.chapter_values import LIMIT, MOST_CHAPTERS, Chapter, line_in, text_in
from feeds.podcast.times import LONGEST, number_of, plain_number

VERSION = "1.2.0"


def read_json(data: bytes) -> tuple[Chapter, ...]:
    """The chapters of a JSON file, in its order: JSON chapters, or a list in Podlove's words (start, href, image).

    `FeedError` where it is too large or deep, no JSON, no chapters, or one of them does not say when it begins.
    """
    if len(data) > LIMIT:
        raise TooLarge(f"The chapters file is larger than the {LIMIT:,} bytes we read.")
    value = load(text_of(data)[0])
    entries = value.get("chapters") if isinstance(value, dict) else value
    if not isinstance(entries, list):
        raise UnknownFormat("The file is JSON, and has no list of chapters.")
    if len(entries) > MOST_CHAPTERS:
        raise TooLarge(f"The file has more than the {MOST_CHAPTERS:,} chapters we read.")
    return tuple(_entry(number, entry) for number, entry in enumerate(entries, 1))


def write_json(
    chapters: Iterable[Chapter], *, title: str = "", author: str = "", podcast: str = "", file_name: str = ""
) -> bytes:
    """JSON chapters 1.2, UTF-8, in the order of `start`. The words about the episode are left out where they are empty."""
    about = {"title": title, "author": author, "podcastName": podcast, "fileName": file_name}
    ordered = sorted(chapters, key=lambda chapter: chapter.start)
    document = {"version": VERSION, **{k: v for k, v in about.items() if v}, "chapters": [_written(c) for c in ordered]}
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8")


def of_podlove(element: etree._Element, base: str | None) -> tuple[Chapter, ...]:
    """The chapters under a `psc:chapters` element; what does not say when it begins is left out."""
    found: list[Chapter] = []
    for child in element.iterchildren("{*}chapter"):
        start = number_of(child.get("start"))
        if start is not None and len(found) < MOST_CHAPTERS:
            image, link = absolute(child.get("image"), base), absolute(child.get("href"), base)
            found.append(Chapter(start, line_in(child.get("title")), image=image, link=link))
    return tuple(found)


def _entry(number: int, entry: Any) -> Chapter:
    """One entry as found: what is no text or no time is left out, except the start."""
    if not isinstance(entry, dict):
        raise FeedError(f"Chapter {number} of the file is not what a chapter looks like.")
    start = number_of(entry.get("startTime", entry.get("start")))
    if start is None:
        raise FeedError(f"Chapter {number} of the file does not say when it begins, in seconds.")
    location = entry.get("location")
    place = location if isinstance(location, dict) else {}
    return Chapter(
        start=start,
        title=line_in(entry.get("title")),
        end=number_of(entry.get("endTime", entry.get("end"))),
        image=absolute(text_in(entry.get("img") or entry.get("image"))),
        link=absolute(text_in(entry.get("url") or entry.get("href"))),
        toc=entry.get("toc") is not False,
        place=line_in(place.get("name")),
        geo=text_in(place.get("geo")) or None,
        osm=text_in(place.get("osm")) or None,
    )


def _written(chapter: Chapter) -> dict[str, Any]:
    entry: dict[str, Any] = {"startTime": plain_number(chapter.start)}
    if chapter.title:
        entry["title"] = chapter.title
    if chapter.end is not None:
        entry["endTime"] = plain_number(min(chapter.end, LONGEST))
    entry |= {key: value for key, value in (("img", chapter.image), ("url", chapter.link)) if value}
    if not chapter.toc:
        entry["toc"] = False
    if chapter.place and chapter.geo:
        entry["location"] = {"name": chapter.place, "geo": chapter.geo} | ({"osm": chapter.osm} if chapter.osm else {})
    return entry
