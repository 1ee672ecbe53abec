"""What a chapter is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feeds.podcast.times import number_of
from feeds.xml import ILLEGAL

LIMIT = 2_000_000
"""Bytes of a chapters file that are read."""
MOST_CHAPTERS = 5000
TYPE = "application/json+chapters"


@dataclass(frozen=True)
class Chapter:
    """From `start` on (seconds), until `end` or the next one. `toc` False: not in the table of contents, but its picture
    or link is shown. `image` and `link` are addresses. `place`, `geo` (a geo: URI), `osm`: the location of JSON chapters."""

    start: float
    title: str
    end: float | None = None
    image: str | None = None
    link: str | None = None
    toc: bool = True
    place: str = ""
    geo: str | None = None
    osm: str | None = None

    def as_data(self) -> dict[str, Any]:
        """The JSON form: {start, title, end, image, link, toc}, and place, geo and osm where there is a place."""
        data = {"start": self.start, "title": self.title, "end": self.end, "image": self.image, "link": self.link}
        data["toc"] = self.toc
        return data | ({"place": self.place, "geo": self.geo, "osm": self.osm} if self.place or self.geo else {})

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Chapter":
        """The reverse of `as_data`; only `start` must be there. `ValueError` with a sentence for another shape."""
        start = number_of(data.get("start"))
        if start is None:
            raise ValueError("A chapter has a start: the seconds from the beginning, zero or more.")
        end, toc = data.get("end"), data.get("toc", True)
        if end is not None and number_of(end) is None:
            raise ValueError("The end of a chapter is a number of seconds.")
        if not isinstance(toc, bool):
            raise ValueError("The toc of a chapter is true or false.")
        words = {name: data.get(name) for name in ("title", "image", "link", "place", "geo", "osm")}
        if wrong := [name for name, value in words.items() if not isinstance(value, str | None)]:
            raise ValueError(f"The {wrong[0]} of a chapter is a text.")
        return cls(
            start=start,
            title=line_in(words["title"]),
            end=number_of(end),
            image=words["image"] or None,
            link=words["link"] or None,
            toc=toc,
            place=line_in(words["place"]),
            geo=words["geo"] or None,
            osm=words["osm"] or None,
        )


def text_in(value: object) -> str:
    """A text out of JSON, without control characters; empty for anything else."""
    return ILLEGAL.sub("", value).strip() if isinstance(value, str) else ""


def line_in(value: object) -> str:
    """As `text_in`, on one line."""
    return " ".join(text_in(value).split())
