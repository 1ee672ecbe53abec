"""Atom 1.0 (RFC 4287) and 0.3, with paging (RFC 5005), tombstones (RFC 6721) and Media RSS as video sites use it."""

import html
from collections.abc import Iterable
from datetime import datetime

from lxml import etree
from lxml import html as lxml_html

from feeds.dates import parse_date
from feeds.links import absolute, doi_in, joined_base
from feeds.markup import Fields, first_date, licence_of, media_enclosure, pages_in, picture, places, whole
from feeds.values import Enclosure, ReadFeed, ReadItem, capped, guid_of, unique
from feeds.xml import XML, inner, name_of, plain_title

ROOTS = {"atom:feed", "atom:entry", "feed", "entry"}


def read_atom(root: etree._Element, *, url: str | None, now: datetime) -> ReadFeed:
    """The feed under a `feed` root, or a single `entry` as a feed of one."""
    fields = AtomFields(root)
    self_link = _link(fields, url, "self")
    base = joined_base(url or self_link, root.get(XML + "base"))
    alone = name_of(root).endswith("entry")
    entries, more = capped([root] if alone else fields.all("atom:entry"))
    items = [_entry(element, None if alone else base, fields) for element in entries]
    items += [_tombstone(element) for element in capped(fields.all("at:deleted-entry"))[0]]
    return ReadFeed(
        format="atom",
        title=_title(fields),
        link=_link(fields, base, "alternate", None),
        language=root.get(XML + "lang"),
        description=_markup_of(fields, base, "atom:subtitle", "atom:tagline"),
        items=tuple(items),
        problems=tuple(more),
        next_page=_link(fields, base, "next"),
        image=absolute(fields.text("atom:logo", "atom:icon"), base),
        updated=first_date(fields, "atom:updated", "atom:modified"),
        self_link=self_link,
        hubs=tuple(
            hub for e in fields.all("atom:link") if e.get("rel") == "hub" and (hub := absolute(e.get("href"), base))
        ),
        read_at=now,
    )


class AtomFields(Fields):
    """Fields where elements without a namespace count as Atom's: feeds that forget to declare it are common."""

    def __init__(self, element: etree._Element) -> None:
        super().__init__(element)
        for name in [name for name in self.by_name if ":" not in name]:
            self.by_name.setdefault(f"atom:{name}", []).extend(self.by_name.pop(name))


def _entry(element: etree._Element, feed_base: str | None, feed: AtomFields) -> ReadItem:
    fields = AtomFields(element)
    base = joined_base(feed_base, element.get(XML + "base"))
    link = _entry_link(fields, base)
    title = _title(fields)
    published = first_date(fields, "atom:published", "atom:issued", "dc:date", "dcterms:issued", "atom:created")
    updated = first_date(fields, "atom:updated", "atom:modified", "dcterms:modified")
    summary = _markup_of(fields, base, "atom:summary", "media:description", "dc:description")
    content = _markup_of(fields, base, "atom:content")
    given = fields.text("atom:id")
    guid, made = guid_of(given, link, title, published or updated, content or summary)
    return ReadItem(
        guid=guid,
        guid_made=made,
        link=link,
        title=title,
        summary_html=summary,
        content_html=content,
        published=published,
        updated=updated,
        authors=_authors(fields, feed),
        languages=_languages(fields),
        categories=_categories(fields),
        countries=places(fields),
        publisher=fields.text("dc:publisher", "dcterms:publisher"),
        licence=_link(fields, base, "license") or licence_of(fields),
        doi=doi_in(*fields.texts("prism:doi", "dc:identifier", "dcterms:identifier"), given, link),
        kind=fields.text("dc:type", "dcterms:type"),
        enclosure=_enclosure(fields, base),
        image=picture(fields, base),
        pages=pages_in(fields.texts("dcterms:extent", "dc:format")),
        starts_at=first_date(fields, "ev:startdate"),
        ends_at=first_date(fields, "ev:enddate"),
        base=_content_base(fields, base),
        raw=fields.raw(),
    )


def _tombstone(element: etree._Element) -> ReadItem:
    fields = AtomFields(element)
    guid, made = guid_of(element.get("ref"), None, element.get("when"))
    return ReadItem(guid=guid, guid_made=made, deleted=True, updated=parse_date(element.get("when")), raw=fields.raw())


def _title(fields: AtomFields) -> str:
    """The title as plain text: what its `type` says is markup is read as markup, the rest is taken as it stands."""
    for element in fields.all("atom:title", "media:title", "dc:title"):
        kind, text = _kind(element), inner(element)
        if kind == "text" and len(element) == 0:
            title = " ".join(text.split())
        elif kind == "text" or not text:
            title = plain_title(text)
        else:
            title = _words(text)
        if title:
            return title
    return ""


def _words(markup: str) -> str:
    try:
        text = "".join(str(part) for part in lxml_html.fromstring(f"<div>{markup}</div>").itertext())
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        text = plain_title(markup)
    return " ".join(text.split())


def _kind(element: etree._Element) -> str:
    """ "text", "html" or "xhtml": RFC 4287 §3.1, media types in their place, and the `mode` of Atom 0.3."""
    kind = (element.get("type") or "text").strip().lower()
    if element.get("mode") == "escaped" and kind != "text/plain":
        return "html"
    if kind in ("text", "text/plain"):
        return "text"
    return "xhtml" if "xhtml" in kind or element.get("mode") == "xml" else "html"


def _markup_of(fields: AtomFields, base: str | None, *names: str) -> str | None:
    """The first of these text constructs as markup; text becomes escaped text."""
    for element in fields.all(*names):
        if element.get("src"):
            continue
        text = _unwrapped(element)
        if text and _kind(element) == "text" and len(element) == 0 and name_of(element).startswith("atom:"):
            return html.escape(text, quote=False)
        if text:
            return text
    return None


def _unwrapped(element: etree._Element) -> str:
    """The markup; the `div` that RFC 4287 §3.1.1.3 asks for is no part of it."""
    if len(element) == 1 and name_of(element[0]) in ("html:div", "div") and not (element.text or "").strip():
        return inner(element[0])
    return inner(element)


def _link(fields: AtomFields, base: str | None, *relations: str | None) -> str | None:
    for relation in relations:
        for element in fields.all("atom:link"):
            if element.get("rel") == relation:
                found = absolute(element.get("href") or element.text, _inner_base(element, base))
                if found:
                    return found
    return None


def _entry_link(fields: AtomFields, base: str | None) -> str | None:
    """The page of the entry: an alternate, HTML before other types; else its content elsewhere; else an id that is a link."""
    pages = [e for e in fields.all("atom:link") if e.get("rel", "alternate") == "alternate"]
    pages.sort(key=lambda e: (e.get("type") or "text/html") not in ("text/html", "application/xhtml+xml"))
    links = [absolute(e.get("href") or e.text, _inner_base(e, base)) for e in pages]
    elsewhere = [absolute(e.get("src"), _inner_base(e, base)) for e in fields.all("atom:content") if e.get("src")]
    origin = absolute(inner(fields.all("atom:origlink")[0])) if fields.all("atom:origlink") else None
    return next((link for link in [*links, origin, *elsewhere, absolute(fields.text("atom:id"))] if link), None)


def _inner_base(element: etree._Element, base: str | None) -> str | None:
    return joined_base(base, element.get(XML + "base"))


def _content_base(fields: AtomFields, base: str | None) -> str | None:
    bodies = fields.all("atom:content", "atom:summary")
    return _inner_base(bodies[0], base) if bodies else base


def _authors(fields: AtomFields, feed: AtomFields) -> tuple[str, ...]:
    """RFC 4287 §4.2.1: the entry's, else its source's, else the feed's."""
    own = [*_people(fields.all("atom:author")), *fields.texts("dc:creator", "itunes:author")]
    sources = [AtomFields(source) for source in fields.all("atom:source")]
    inherited = [person for source in sources for person in _people(source.all("atom:author"))]
    return unique(own) or unique(inherited) or unique(_people(feed.all("atom:author")))


def _people(elements: Iterable[etree._Element]) -> list[str]:
    people = [AtomFields(element) for element in elements]
    return [person.text("atom:name", "atom:email", "atom:uri") or (person.element.text or "") for person in people]


def _languages(fields: AtomFields) -> tuple[str, ...]:
    """The entry's own language; what only the feed says is the feed's to tell."""
    said = [e.get(XML + "lang") for e in [fields.element, *fields.all("atom:content", "atom:summary", "atom:title")]]
    return unique(fields.texts("dc:language", "dcterms:language")) or unique(said)


def _categories(fields: AtomFields) -> tuple[str, ...]:
    named = [e.get("label") or e.get("term") or e.text for e in fields.all("atom:category")]
    words = [word for text in fields.texts("media:keywords") for word in text.split(",")]
    return unique([*named, *fields.texts("dc:subject", "media:category"), *words])


def _enclosure(fields: AtomFields, base: str | None) -> Enclosure | None:
    for element in fields.all("atom:link"):
        url = absolute(element.get("href"), _inner_base(element, base)) if element.get("rel") == "enclosure" else None
        if url:
            return Enclosure(url, element.get("type") or None, whole(element.get("length")))
    return media_enclosure(fields, base)
