"""What is read, whatever the format was. Strings are as found; dates are aware and in UTC; nothing is sanitised here."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Literal, TypeVar

T = TypeVar("T")
Format = Literal["rss", "atom", "jsonfeed", "oai-pmh", "sitemap", "html", "csv", "json"]
MOST_ITEMS = 100_000
MOST_PROBLEMS = 1000
RAW_LIMIT = 1000
"""Characters kept of one value in `ReadItem.raw`: enough to judge a record by, not a second copy of its text."""


@dataclass(frozen=True)
class Enclosure:
    """A file that belongs to an item. `length`: bytes as the source states them; `duration`: seconds."""

    url: str
    type: str | None = None
    length: int | None = None
    duration: float | None = None


@dataclass(frozen=True)
class ReadItem:
    """One thing a source tells of.

    `guid` is what the source calls it; `guid_made`: the source gave none, so it is the link, else a digest of the text.
    `title` is plain text, white space collapsed. `summary_html` and `content_html` are markup as found, unsafe until
    sanitised; relative links in them are relative to `base`. `link` and `image` are absolute where a base was known.
    `countries` and `languages` are the source's own words, not codes. `file_size`: bytes. `raw`: every field as found.
    """

    guid: str
    link: str | None = None
    title: str = ""
    summary_html: str | None = None
    content_html: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    publisher: str | None = None
    licence: str | None = None
    doi: str | None = None
    kind: str | None = None
    enclosure: Enclosure | None = None
    image: str | None = None
    pages: int | None = None
    file_size: int | None = None
    deleted: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    base: str | None = None
    guid_made: bool = False
    raw: Mapping[str, list[str]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class FoundFeed:
    """A feed that a page or a feed points at (`rel=alternate`)."""

    url: str
    type: str | None = None
    title: str | None = None


@dataclass(frozen=True)
class ChildMap:
    """One sitemap that a sitemap index lists."""

    url: str
    updated: datetime | None = None


@dataclass(frozen=True)
class ReadFeed:
    """A document as read. `next_page`: the URL where the list goes on; `problems`: sentences on what was not as it should be.

    `read_at` is the moment given by the caller. `alternates`: feeds a page offers; `children`: maps of a sitemap index;
    `hubs`: WebSub hubs; `self_link`: where the document says it lives.
    """

    format: Format
    title: str = ""
    link: str | None = None
    language: str | None = None
    description: str | None = None
    items: tuple[ReadItem, ...] = ()
    next_page: str | None = None
    problems: tuple[str, ...] = ()
    image: str | None = None
    updated: datetime | None = None
    self_link: str | None = None
    hubs: tuple[str, ...] = ()
    alternates: tuple[FoundFeed, ...] = ()
    children: tuple[ChildMap, ...] = ()
    read_at: datetime | None = None


def guid_of(given: str | None, link: str | None, *parts: str | datetime | None) -> tuple[str, bool]:
    """The guid of an item and whether we made it: the given one, else the link, else a digest of what else is known."""
    if given and given.strip():
        return given.strip(), False
    if link:
        return link, True
    text = "\x1f".join(part.isoformat() if isinstance(part, datetime) else part or "" for part in parts)
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest(), True


def capped(found: Iterable[T]) -> tuple[list[T], list[str]]:
    """The first `MOST_ITEMS` of what was found, and a sentence where there was more."""
    kept = list(islice(found, MOST_ITEMS + 1))
    more = (
        [f"There is more than we read in one go: the first {MOST_ITEMS:,} were read."] if len(kept) > MOST_ITEMS else []
    )
    return kept[:MOST_ITEMS], more


def told(problems: Sequence[str]) -> tuple[str, ...]:
    """The problems, at most `MOST_PROBLEMS` of them, and how many more there were."""
    if len(problems) <= MOST_PROBLEMS:
        return tuple(problems)
    return (*problems[:MOST_PROBLEMS], f"There are {len(problems) - MOST_PROBLEMS} more problems like these.")


def unique(values: Iterable[str | None]) -> tuple[str, ...]:
    """The values that say something, trimmed, each once, in their order."""
    return tuple(dict.fromkeys(v for v in (" ".join(value.split()) for value in values if value) if v))
