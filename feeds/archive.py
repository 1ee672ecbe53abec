"""Feeds of our own archive: RSS 2.0 and Atom by feedgen, and JSON Feed 1.1. Same values in, same bytes out.

What feedgen 1.0 does wrong is put right here and nowhere else: dates that switch the locale of the whole process, Atom
entries whose links lose `rel`, hub and paging links that RSS drops, and "now" where no date was given.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import feedgen.entry
import feedgen.feed
from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ArchiveItem:
    """One entry. `id`: a tag URI (RFC 4151) or the permalink, stored once and never derived again. Dates are aware.

    `summary` is plain text, `content_html` sanitised HTML. `enclosure`: address, media type, bytes.
    """

    id: str
    link: str
    title: str
    published: datetime
    updated: datetime | None = None
    summary: str | None = None
    content_html: str | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None
    image: str | None = None
    enclosure: tuple[str, str, int] | None = None


@dataclass(frozen=True)
class ArchiveFeed:
    """A feed and its items, the newest first; they are written in the order given.

    `self_link` is the address of the document being written. `updated`: when none is given, the newest item's.
    """

    id: str
    title: str
    link: str
    self_link: str
    description: str
    language: str = "en"
    items: Sequence[ArchiveItem] = ()
    author: str | None = None
    image: str | None = None
    rights: str | None = None
    hubs: tuple[str, ...] = ()
    next_page: str | None = None
    updated: datetime | None = None


def rss(feed: ArchiveFeed) -> bytes:
    """RSS 2.0. `guid` is a permalink where the id is the item's link; `lastBuildDate` is absent from an empty feed."""
    generator = _generator(feed)
    for link in [feed.self_link, feed.link]:  # feedgen makes the last link it is told the channel's
        generator.link(href=_clean(link), rel="self" if link is feed.self_link else "alternate")
    generator.lastBuildDate(_newest(feed) or NEVER)
    generator.description(_clean(feed.description) or _clean(feed.title))
    for item in feed.items:
        entry = _entry(generator, item)
        entry.published(item.published)
        entry.description(_clean(item.summary or "") or None)
        if item.content_html:
            entry.content(_clean(item.content_html))
        if item.enclosure:
            entry.enclosure(_clean(item.enclosure[0]), item.enclosure[2], item.enclosure[1])
    return bytes(generator.rss_str(pretty=True))


def atom(feed: ArchiveFeed) -> bytes:
    """Atom 1.0. An empty feed that says no `updated` has that of 1970: the element is required (RFC 4287 §4.1.1)."""
    generator = _generator(feed)
    generator.link(href=_clean(feed.self_link), rel="self", type="application/atom+xml")
    generator.link(href=_clean(feed.link), rel="alternate", type="text/html")
    generator.updated(_newest(feed) or NEVER)
    generator.subtitle(_clean(feed.description) or None)
    generator.author({"name": _clean(feed.author or feed.title) or feed.id})
    for item in feed.items:
        entry = _entry(generator, item)
        entry.published(item.published.astimezone(UTC))
        entry.updated((item.updated or item.published).astimezone(UTC))
        for author in item.authors:
            entry.author({"name": _clean(author)})
        if item.summary:
            entry.summary(_clean(item.summary))
        if item.content_html:
            entry.content(_clean(item.content_html), type="html")
    return bytes(generator.atom_str(pretty=True))


def json_feed(feed: ArchiveFeed) -> bytes:
    """JSON Feed 1.1 (jsonfeed.org/version/1.1), UTF-8, one line per key."""
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _clean(feed.title),
        "home_page_url": feed.link,
        "feed_url": feed.self_link,
        "description": _clean(feed.description),
        "next_url": feed.next_page,
        "icon": feed.image,
        "authors": [{"name": _clean(feed.author)}] if feed.author else None,
        "language": feed.language,
        "hubs": [{"type": "WebSub", "url": hub} for hub in feed.hubs] or None,
        "items": [_json_item(item) for item in feed.items],
    }
    kept = {key: value for key, value in document.items() if value is not None}
    return (json.dumps(kept, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


class _FeedExtras(BaseExtension):  # type: ignore[misc]
    """The links feedgen leaves out of RSS, in both formats from one place."""

    def __init__(self) -> None:
        self.feed: ArchiveFeed | None = None

    def extend_ns(self) -> dict[str, str]:
        return {"dc": DC}

    def extend_rss(self, root: etree._Element) -> etree._Element:
        channel = root[0]
        if self.feed and _newest(self.feed) is None:
            for element in channel.findall("lastBuildDate"):
                channel.remove(element)
        return self._linked(root, channel)

    def extend_atom(self, root: etree._Element) -> etree._Element:
        return self._linked(root, root)

    def _linked(self, root: etree._Element, parent: etree._Element) -> etree._Element:
        feed = self.feed
        links = [("hub", hub) for hub in feed.hubs] if feed else []
        links += [("next", feed.next_page)] if feed and feed.next_page else []
        for relation, href in links:
            etree.SubElement(parent, f"{{{ATOM}}}link", href=_clean(href), rel=relation)
        return root


class _EntryExtras(BaseEntryExtension):  # type: ignore[misc]
    """Authors without an e-mail address and the language of an item for RSS; an Atom enclosure that keeps its `rel`."""

    def __init__(self) -> None:
        self.item: ArchiveItem | None = None

    def extend_rss(self, entry: etree._Element) -> etree._Element:
        for name in self.item.authors if self.item else ():
            etree.SubElement(entry, f"{{{DC}}}creator").text = _clean(name)
        if self.item and self.item.language:
            etree.SubElement(entry, f"{{{DC}}}language").text = _clean(self.item.language)
        return entry

    def extend_atom(self, entry: etree._Element) -> etree._Element:
        if self.item and self.item.language:
            entry.set("{http://www.w3.org/XML/1998/namespace}lang", _clean(self.item.language))
        if self.item and self.item.enclosure:
            url, kind, length = self.item.enclosure
            attributes = {"rel": "enclosure", "href": _clean(url), "type": _clean(kind), "length": str(length)}
            etree.SubElement(entry, "link", attributes)
        return entry


def _generator(feed: ArchiveFeed) -> FeedGenerator:
    generator = FeedGenerator()
    generator.register_extension("extras", _FeedExtras, _EntryExtras)
    generator.extras.feed = feed
    generator.id(_clean(feed.id))
    generator.title(_clean(feed.title) or _clean(feed.link))
    generator.language(_clean(feed.language))
    generator.generator("Publisher")
    if feed.rights:
        generator.rights(_clean(feed.rights))
    if feed.image:
        generator.image(url=_clean(feed.image), title=_clean(feed.title), link=_clean(feed.link))
        generator.logo(_clean(feed.image))
    return generator


def _entry(generator: FeedGenerator, item: ArchiveItem) -> FeedEntry:
    entry = generator.add_entry(order="append")
    entry.extras.item = item
    entry.guid(_clean(item.id), permalink=item.id == item.link)
    entry.title(_clean(item.title) or _clean(item.link))
    entry.link(href=_clean(item.link), rel="alternate")
    for category in item.categories:
        entry.category(term=_clean(category), label=_clean(category))
    return entry


def _json_item(item: ArchiveItem) -> dict[str, Any]:
    attachment = item.enclosure and {
        "url": item.enclosure[0],
        "mime_type": item.enclosure[1],
        "size_in_bytes": item.enclosure[2],
    }
    written: dict[str, Any] = {
        "id": _clean(item.id),
        "url": item.link,
        "title": _clean(item.title) or None,
        "summary": _clean(item.summary) if item.summary else None,
        "content_html": _clean(item.content_html) if item.content_html else None,
        "content_text": None if item.content_html else _clean(item.summary or item.title),
        "image": item.image,
        "date_published": item.published.astimezone(UTC).isoformat(),
        "date_modified": item.updated.astimezone(UTC).isoformat() if item.updated else None,
        "authors": [{"name": _clean(name)} for name in item.authors] or None,
        "tags": [_clean(tag) for tag in item.categories] or None,
        "language": item.language,
        "attachments": [attachment] if attachment else None,
    }
    return {key: value for key, value in written.items() if value is not None}


def _newest(feed: ArchiveFeed) -> datetime | None:
    return feed.updated or max((item.updated or item.published for item in feed.items), default=None)


def _clean(text: str) -> str:
    """The text without what XML 1.0 §2.2 forbids or discourages."""
    return ILLEGAL.sub("", text)


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC))


# feedgen's own function calls setlocale() three times a date, for all threads of the process at once.
feedgen.feed.formatRFC2822 = _rfc822
feedgen.entry.formatRFC2822 = _rfc822
