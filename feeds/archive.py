"""Feeds of our own archive: RSS 2.0 and Atom by feedgen, and JSON Feed 1.1. Same values in, same bytes out.

What feedgen 1.0 does wrong is put right in `feedgen_mended`; here, Atom entries whose links lose `rel`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from feeds.feedgen_mended import NEVER, add_links, clean, without_build_date

DC = "http://purl.org/dc/elements/1.1/"


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
        generator.link(href=clean(link), rel="self" if link is feed.self_link else "alternate")
    generator.lastBuildDate(_newest(feed) or NEVER)
    generator.description(clean(feed.description) or clean(feed.title))
    for item in feed.items:
        entry = _entry(generator, item)
        entry.published(item.published)
        entry.description(clean(item.summary or "") or None)
        if item.content_html:
            entry.content(clean(item.content_html))
        if item.enclosure:
            entry.enclosure(clean(item.enclosure[0]), item.enclosure[2], item.enclosure[1])
    return bytes(generator.rss_str(pretty=True))


def atom(feed: ArchiveFeed) -> bytes:
    """Atom 1.0. An empty feed that says no `updated` has that of 1970: the element is required (RFC 4287 §4.1.1)."""
    generator = _generator(feed)
    generator.link(href=clean(feed.self_link), rel="self", type="application/atom+xml")
    generator.link(href=clean(feed.link), rel="alternate", type="text/html")
    generator.updated(_newest(feed) or NEVER)
    generator.subtitle(clean(feed.description) or None)
    generator.author({"name": clean(feed.author or feed.title) or feed.id})
    for item in feed.items:
        entry = _entry(generator, item)
        entry.published(item.published.astimezone(UTC))
        entry.updated((item.updated or item.published).astimezone(UTC))
        for author in item.authors:
            entry.author({"name": clean(author)})
        if item.summary:
            entry.summary(clean(item.summary))
        if item.content_html:
            entry.content(clean(item.content_html), type="html")
    return bytes(generator.atom_str(pretty=True))


def json_feed(feed: ArchiveFeed) -> bytes:
    """JSON Feed 1.1 (jsonfeed.org/version/1.1), UTF-8, one line per key."""
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": clean(feed.title),
        "home_page_url": feed.link,
        "feed_url": feed.self_link,
        "description": clean(feed.description),
        "next_url": feed.next_page,
        "icon": feed.image,
        "authors": [{"name": clean(feed.author)}] if feed.author else None,
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
            without_build_date(channel)
        return self._linked(root, channel)

    def extend_atom(self, root: etree._Element) -> etree._Element:
        return self._linked(root, root)

    def _linked(self, root: etree._Element, parent: etree._Element) -> etree._Element:
        if self.feed:
            add_links(parent, [*(("hub", hub) for hub in self.feed.hubs), ("next", self.feed.next_page)])
        return root


class _EntryExtras(BaseEntryExtension):  # type: ignore[misc]
    """Authors without an e-mail address and the language of an item for RSS; an Atom enclosure that keeps its `rel`."""

    def __init__(self) -> None:
        self.item: ArchiveItem | None = None

    def extend_rss(self, entry: etree._Element) -> etree._Element:
        for name in self.item.authors if self.item else ():
            etree.SubElement(entry, f"{{{DC}}}creator").text = clean(name)
        if self.item and self.item.language:
            etree.SubElement(entry, f"{{{DC}}}language").text = clean(self.item.language)
        return entry

    def extend_atom(self, entry: etree._Element) -> etree._Element:
        if self.item and self.item.language:
            entry.set("{http://www.w3.org/XML/1998/namespace}lang", clean(self.item.language))
        if self.item and self.item.enclosure:
            url, kind, length = self.item.enclosure
            attributes = {"rel": "enclosure", "href": clean(url), "type": clean(kind), "length": str(length)}
            etree.SubElement(entry, "link", attributes)
        return entry


def _generator(feed: ArchiveFeed) -> FeedGenerator:
    generator = FeedGenerator()
    generator.register_extension("extras", _FeedExtras, _EntryExtras)
    generator.extras.feed = feed
    generator.id(clean(feed.id))
    generator.title(clean(feed.title) or clean(feed.link))
    generator.language(clean(feed.language))
    generator.generator("Publisher")
    if feed.rights:
        generator.rights(clean(feed.rights))
    if feed.image:
        generator.image(url=clean(feed.image), title=clean(feed.title), link=clean(feed.link))
        generator.logo(clean(feed.image))
    return generator


def _entry(generator: FeedGenerator, item: ArchiveItem) -> FeedEntry:
    entry = generator.add_entry(order="append")
    entry.extras.item = item
    entry.guid(clean(item.id), permalink=item.id == item.link)
    entry.title(clean(item.title) or clean(item.link))
    entry.link(href=clean(item.link), rel="alternate")
    for category in item.categories:
        entry.category(term=clean(category), label=clean(category))
    return entry


def _json_item(item: ArchiveItem) -> dict[str, Any]:
    attachment = item.enclosure and {
        "url": item.enclosure[0],
        "mime_type": item.enclosure[1],
        "size_in_bytes": item.enclosure[2],
    }
    written: dict[str, Any] = {
        "id": clean(item.id),
        "url": item.link,
        "title": clean(item.title) or None,
        "summary": clean(item.summary) if item.summary else None,
        "content_html": clean(item.content_html) if item.content_html else None,
        "content_text": None if item.content_html else clean(item.summary or item.title),
        "image": item.image,
        "date_published": item.published.astimezone(UTC).isoformat(),
        "date_modified": item.updated.astimezone(UTC).isoformat() if item.updated else None,
        "authors": [{"name": clean(name)} for name in item.authors] or None,
        "tags": [clean(tag) for tag in item.categories] or None,
        "language": item.language,
        "attachments": [attachment] if attachment else None,
    }
    return {key: value for key, value in written.items() if value is not None}


def _newest(feed: ArchiveFeed) -> datetime | None:
    return feed.updated or max((item.updated or item.published for item in feed.items), default=None)
