"""Atom feeds as podcasts: Atom's own words by `feeds.atom`, those of the itunes and podcast namespaces as in RSS."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from lxml import etree

from feeds.atom import ROOTS, read_atom
from feeds.podcast.addresses import media_type
from feeds.podcast.reading_episode import in_podcast_words
from feeds.podcast.reading_nodes import Node
from feeds.podcast.reading_notes import Notes
from feeds.podcast.reading_show import show_of
from feeds.podcast.values import Enclosure, Episode, Show
from feeds.values import ReadFeed, ReadItem

__all__ = ["ROOTS", "atom_podcast"]


def atom_podcast(
    root: etree._Element, notes: Notes, *, url: str | None, now: datetime
) -> tuple[Show, Node, Iterator[tuple[Node, Episode]], str | None]:
    """The show with its element, its entries with theirs, and the address of the next page."""
    feed = read_atom(root, url=url, now=now)
    node = Node(root, url, notes)
    entries = [element for element in root if notes.name(element) in ("atom:entry", "entry")]
    found = ((Node(element, node.base, notes), item) for element, item in zip(entries, feed.items, strict=False))
    return _show(node, feed, url), node, ((entry, _episode(entry, item)) for entry, item in found), feed.next_page


def _show(node: Node, feed: ReadFeed, url: str | None) -> Show:
    read = show_of(node, url=url)
    people = [person for name in ("atom:author", "author") for person in node.nodes(name)]
    return replace(
        read,
        title=feed.title,
        link=feed.link or "",
        feed_url=feed.self_link or url or "",
        description=feed.description or read.description,
        language=(feed.language or read.language).replace("_", "-"),
        author=read.author or ", ".join(filter(None, (person.line("atom:name", "name") for person in people))),
        image=read.image or feed.image,
        hubs=feed.hubs,
        changed=feed.updated,
    )


def _episode(node: Node, item: ReadItem) -> Episode:
    sound = item.enclosure
    return in_podcast_words(
        node,
        Episode(
            guid=item.guid,
            title=item.title,
            enclosure=Enclosure(sound.url, sound.length or 0, media_type(sound.type or "", sound.url))
            if sound
            else None,
            published=item.published or item.updated,
            description=node.text("content:encoded") or item.content_html or item.summary_html or "",
            link=item.link,
            author=", ".join(item.authors),
            image=item.image,
        ),
    )
