"""What a feed says in other vocabularies and we do not carry, unless it only repeats what we do carry."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime

from lxml import etree

from feeds.dates import parse_date
from feeds.podcast.reading_nodes import Node, absolute
from feeds.podcast.reading_notes import Notes
from feeds.podcast.reading_words import is_in, plain, truth
from feeds.podcast.values import Episode, Show
from feeds.xml import inner

#: Relations of atom:link that are read, or that only say again where the feed and its pages are.
READ = {"self", "hub", "next", "prev", "previous", "first", "last", "current", "alternate"}
#: Elements of other vocabularies that hold others.
OPENED = {"media:group", "media:content"}


def note_lost(node: Node, values: Show | Episode) -> None:
    """Notes the names of the elements that are lost."""
    own = "atom" if node.notes.name(node.element).startswith("atom:") else ""
    carried: list[set[str | datetime]] = []
    for name, element in _foreign(node, own):
        if name in node.notes.lost or (name == "atom:link" and _is_read(element, values)):
            continue
        carried = carried or [_main(values)]
        if _is_copy(name, element, node, values, carried[-1]):
            continue
        if len(carried) == 1:  # all that is carried costs time to gather, and is seldom asked for
            carried.append(set(_leaves(values)) | {plain(values.description)})
        if not _is_copy(name, element, node, values, carried[-1]):
            node.notes.lost.add(name)


def _foreign(node: Node, own: str) -> Iterator[tuple[str, etree._Element]]:
    """The elements of other vocabularies; `own`: the prefix of the document's (atom), which is read elsewhere."""
    for name, element in node.children:
        prefix, colon, _ = name.partition(":")
        if colon and prefix not in ("itunes", "podcast", "html", own) and name != "content:encoded":
            yield name, element
            yield from _inside(name, element, node.notes)


def _inside(name: str, element: etree._Element, notes: Notes, depth: int = 0) -> Iterator[tuple[str, etree._Element]]:
    if name in OPENED and depth < 3:
        for child in element:
            if kind := notes.name(child):
                yield kind, child
                yield from _inside(kind, child, notes, depth + 1)


def _is_read(element: etree._Element, values: Show | Episode) -> bool:
    relation = element.get("rel", "alternate")
    return relation in READ or (relation == "payment" and isinstance(values, Show))


def _is_copy(
    name: str, element: etree._Element, node: Node, values: Show | Episode, carried: set[str | datetime]
) -> bool:
    """Whether all that the element says is carried already; an empty one says nothing."""
    text = plain(element.text or "") if len(element) == 0 or name in OPENED else plain(inner(element))
    local = name.partition(":")[2]
    if local in ("explicit", "block") and truth(text) is not None:
        return truth(text) == bool(getattr(values, local))
    links = [" ".join(link.split()) for key in ("url", "href", "text") if (link := element.get(key))]
    if not text and not links:
        return not element.attrib and (len(element) == 0 or name in OPENED)
    if any(link not in carried and absolute(link, node.base) not in carried for link in links):
        return False
    return (
        not text
        or text in carried
        or parse_date(text) in carried
        or (len(text) > 20 and is_in(text, values.description))
    )


def _main(values: Show | Episode) -> set[str | datetime]:
    """What other vocabularies repeat most: title, author, links, picture, sound."""
    found = {values.title, values.author, values.link or "", values.image or ""}
    sound = values.enclosure if isinstance(values, Episode) else None
    return {*found, *([sound.url] if sound else []), *([values.published] if values.published else [])}


def _leaves(value: object) -> Iterator[str | datetime]:
    if isinstance(value, str):
        yield " ".join(value.split())
    elif isinstance(value, datetime):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _leaves(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _leaves(getattr(value, field.name))
