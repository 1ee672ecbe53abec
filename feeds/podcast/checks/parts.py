"""A channel, an item or a live item with its children by name."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from feeds.podcast.checks.notes import Spot, line_of
from feeds.podcast.values import NAMESPACES

#: What a namespace address is compared by, so that one that is nearly right is still understood after it was complained of.
_PREFIXES = {re.sub(r"^https?://|/$", "", uri.lower()): prefix for prefix, uri in NAMESPACES.items()}
_PREFIXES["search.yahoo.com/mrss"] = "media"
_names: dict[tuple[str, str | None], str] = {}


def name_of(element: etree._Element) -> str:
    """`title`, `itunes:author`, `podcast:guid`; an element of a namespace that is nobody's keeps its own prefix."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    if not tag.startswith("{"):
        return tag
    key = (tag, element.prefix)
    name = _names.get(key)
    if name is None:
        uri, _, local = tag[1:].partition("}")
        prefix = _PREFIXES.get(re.sub(r"^https?://|/$", "", uri.strip().lower())) or element.prefix or "?"
        name = f"{prefix}:{local}"
        if len(_names) < 10_000:  # a document with names without end must not fill the memory
            _names[key] = name
    return name


def text_of(element: etree._Element | None) -> str:
    """The characters of an element, those of its children too, without white space at the ends."""
    return "".join(map(str, element.itertext())).strip() if element is not None else ""


def short(text: str, most: int = 60) -> str:
    """A value to be quoted in a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


@dataclass
class Part:
    """`kind`: channel, item or live item. `number`: among its like, from 1."""

    element: etree._Element
    kind: str
    number: int = 1
    children: dict[str, list[etree._Element]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for child in self.element:
            if name := name_of(child):
                self.children[name].append(child)

    def all(self, name: str) -> list[etree._Element]:
        return self.children.get(name, [])

    def first(self, name: str) -> etree._Element | None:
        found = self.children.get(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        return text_of(self.first(name))

    @cached_property
    def owner(self) -> str:
        if self.kind == "channel":
            return "channel"
        title = short(self.text("title"))
        return f"{self.kind} “{title}”" if title else f"{self.kind} {self.number}"

    def spot(self, element: etree._Element | None = None) -> Spot:
        found = self.element if element is None else element
        return Spot(line_of(found), self.owner)
