"""What RSS, Atom and OAI-PMH records share: fields gathered by name, and the vocabularies any of them may carry."""

import re
from collections.abc import Iterable
from datetime import datetime

from lxml import etree

from feeds.dates import parse_date
from feeds.links import absolute
from feeds.values import RAW_LIMIT, Enclosure, unique
from feeds.xml import RDF, children, inner

PAGES = re.compile(r"(\d{1,5})\s*(?:p\.?|pp\.?|pages?|páginas|seiten|strony?|стр?\.?)(?!\w)", re.I)
CLOCK = re.compile(r"^(?:(\d{1,3}):)?(\d{1,4}):(\d{1,2}(?:\.\d+)?)$")
GROUPS = {"media:group", "media:content"}


class Fields:
    """The children of an element by name, such as "dc:date"; media groups are opened. Order is the document's."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self.by_name: dict[str, list[etree._Element]] = {}
        self._gather(element, 0)

    def all(self, *names: str) -> list[etree._Element]:
        """The elements of these names, name by name."""
        return [element for name in names for element in self.by_name.get(name, ())]

    def text(self, *names: str) -> str | None:
        """The first text that is not empty, name by name."""
        return next((text for text in self.texts(*names) if text), None)

    def texts(self, *names: str) -> list[str]:
        """All texts of these names."""
        return [inner(element) for element in self.all(*names)]

    def raw(self) -> dict[str, list[str]]:
        """Every field as found: texts, and the attributes where there are no texts."""
        found: dict[str, list[str]] = {}
        for name, elements in self.by_name.items():
            values = [_raw_value(element)[:RAW_LIMIT] for element in elements]
            if kept := [value for value in values if value]:
                found[name] = kept
        return found

    def _gather(self, element: etree._Element, depth: int) -> None:
        for name, child in children(element):
            self.by_name.setdefault(name, []).append(child)
            if name in GROUPS and depth < 3:
                self._gather(child, depth + 1)


def first_date(fields: Fields, *names: str) -> datetime | None:
    """The first of these fields that is a date we can read."""
    return next((moment for text in fields.texts(*names) if (moment := parse_date(text))), None)


def whole(text: str | None) -> int | None:
    """A whole number that is not negative, or none."""
    digits = (text or "").strip().replace(",", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None


def seconds(text: str | None) -> float | None:
    """A duration: seconds, mm:ss or hh:mm:ss."""
    value = (text or "").strip()
    if match := CLOCK.match(value):
        return int(match[1] or 0) * 3600 + int(match[2]) * 60 + float(match[3])
    return float(value) if re.fullmatch(r"\d{1,7}(?:\.\d{1,6})?", value) else None


def pages_in(values: Iterable[str]) -> int | None:
    """The number of pages, where one of the values states it ("235 p.", "12 pages")."""
    return next((int(match[1]) for value in values if (match := PAGES.search(value))), None)


def media_enclosure(fields: Fields, base: str | None) -> Enclosure | None:
    """The first media:content that is sound or film (Media RSS 1.5), for items without an enclosure."""
    for element in fields.all("media:content"):
        url = absolute(element.get("url"), base)
        kind, medium = element.get("type"), element.get("medium")
        if url and (medium in ("audio", "video") or (kind or "").startswith(("audio/", "video/"))):
            return Enclosure(url, kind, whole(element.get("fileSize")), seconds(element.get("duration")))
    return None


def picture(fields: Fields, base: str | None) -> str | None:
    """The item's picture: media:thumbnail, itunes:image, or a media:content that is an image."""
    thumbs = [element.get("url") or element.text for element in fields.all("media:thumbnail")]
    covers = [element.get("href") or element.get("url") for element in fields.all("itunes:image")]
    stills = [
        element.get("url")
        for element in fields.all("media:content")
        if element.get("medium") == "image" or (element.get("type") or "").startswith("image/")
    ]
    return next((url for link in [*thumbs, *covers, *stills] if (url := absolute(link, base))), None)


def places(fields: Fields) -> tuple[str, ...]:
    """Where the item is about, in the source's words (Dublin Core coverage and spatial)."""
    return unique(fields.texts("dc:coverage", "dcterms:coverage", "dcterms:spatial"))


def licence_of(fields: Fields) -> str | None:
    """The licence: an address of one before words about rights."""
    named = fields.all("cc:license", "dcterms:license")
    linked = [element.get(RDF + "resource") or inner(element) for element in named]
    words = fields.texts("dc:rights", "dcterms:rights", "atom:rights", "copyright")
    addresses = [text for text in words if "creativecommons.org/" in text]
    return next((text for text in [*linked, *addresses, *words] if text), None)


def _raw_value(element: etree._Element) -> str:
    text = inner(element)
    return text or " ".join(f"{key!s}={value!s}" for key, value in element.attrib.items())
