"""Elements of a podcast feed by name, and elements carried whole as tags."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from lxml import etree

from feeds.links import absolute as any_absolute
from feeds.links import joined_base
from feeds.podcast.reading_notes import Notes
from feeds.podcast.values import Tag
from feeds.xml import XML, inner

#: Attributes that hold an address, which is resolved where it is relative.
ADDRESSES = {"url", "href", "uri", "src", "img", "feedUrl", "itemUrl", "accountUrl"}
#: What a liveItem borrows from an item of RSS.
BORROWED = {"title", "link", "description", "author", "category", "comments", "enclosure", "guid", "pubDate", "source"}
#: Tags whose line breaks say something; in the others they are how the document is laid out.
IN_LINES = {"description", "itunes:summary", "podcast:txt"}


#: Addresses that are absolute and need no repair, which most are.
PLAIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?/[A-Za-z0-9._~/%=&+,;:@!$()*?-]{0,2000}[A-Za-z0-9_/=-]")


def absolute(link: str | None, base: str | None = None) -> str | None:
    """The link as an absolute address of the web, or none: `feeds.links.absolute`, quickly."""
    return link if link and PLAIN.fullmatch(link) else any_absolute(link, base)


class Node:
    """The children of a channel or an item by name (“itunes:author”), in the document's order. `base`: for relative links."""

    def __init__(self, element: etree._Element, base: str | None, notes: Notes) -> None:
        self.element, self.notes = element, notes
        self.base = joined_base(base, element.get(XML + "base"))
        self.children: list[tuple[str, etree._Element]] = []
        self._by_name: dict[str, list[etree._Element]] = {}
        for child in element:
            if name := notes.name(child):
                self.children.append((name, child))
                self._by_name.setdefault(name, []).append(child)

    def all(self, name: str) -> list[etree._Element]:
        return self._by_name.get(name, [])

    def first(self, name: str) -> etree._Element | None:
        return next(iter(self.all(name)), None)

    def text(self, *names: str) -> str:
        """The first text that is not empty, name by name: characters, or markup where there are elements."""
        for name in names:
            for element in self._by_name.get(name, ()):
                if text := inner(element):
                    return text
        return ""

    def line(self, *names: str) -> str:
        """As `text`, on one line."""
        return " ".join(self.text(*names).split())

    def address(self, *names: str) -> str | None:
        """The first address in an attribute (href, url) or the text of these elements."""
        found = (
            element.get("href") or element.get("url") or element.text for name in names for element in self.all(name)
        )
        return next((address for link in found if (address := absolute(link, self.base))), None)

    def nodes(self, name: str) -> list["Node"]:
        return [Node(element, self.base, self.notes) for element in self.all(name)]

    def link(self, relation: str) -> str | None:
        """The address of the first atom:link of this relation."""
        return next(iter(self.links(relation)), None)

    def links(self, relation: str) -> tuple[str, ...]:
        elements = (element for element in self.all("atom:link") if element.get("rel", "alternate") == relation)
        return tuple(found for element in elements if (found := absolute(element.get("href"), self.base)))


def tag_of(name: str, element: etree._Element, base: str | None, notes: Notes) -> Tag:
    """The element with everything in it. Unescaped HTML in it is its text; what is in other namespaces is noted as lost."""
    named = [(kind, child) for child in element if (kind := notes.name(child))]
    live = name == "podcast:liveItem"
    kept = [(kind, child) for kind, child in named if _belongs(kind, live)]
    attributes = tuple(_attributes(element, base, notes))
    if not live and any(_is_html(kind) for kind, _ in named):
        return Tag(name, attributes, inner(element))
    notes.lost.update(kind for kind, _ in named if not _belongs(kind, live))
    children = tuple(tag_of(kind, child, base, notes) for kind, child in kept)
    text = (element.text or "").strip()
    return Tag(name, attributes, text if name in IN_LINES else " ".join(text.split()), children)


def says_something(tag: Tag) -> bool:
    return bool(tag.text or tag.attributes or tag.children)


def _belongs(kind: str, live: bool) -> bool:
    return kind.startswith(("podcast:", "itunes:")) or (live and kind in BORROWED)


def _is_html(kind: str) -> bool:
    return ":" not in kind or kind.startswith("html:")


def _attributes(element: etree._Element, base: str | None, notes: Notes) -> Iterator[tuple[str, str]]:
    for key, value in element.attrib.items():
        name, words = str(key), str(value).strip()
        if name.startswith(XML):
            yield f"xml:{name.removeprefix(XML)}", words
        elif name.startswith("{"):
            space, _, local = name[1:].partition("}")
            prefix = next((short for short, full in element.nsmap.items() if full == space), None)
            notes.lost.add(f"{prefix or '?'}:{local}")
        else:
            yield name, _resolved(words, base) if name in ADDRESSES else words


def _resolved(link: str, base: str | None) -> str:
    """The address, absolute where it was relative; others (ipfs:, at:, spotify:) as they are."""
    if "://" in link:
        return link
    try:
        return urljoin(base, link) if base and link and not urlsplit(link).scheme else link
    except ValueError:
        return link
