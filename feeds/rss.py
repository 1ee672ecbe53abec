"""RSS 0.9x, 1.0 and 2.0, with the modules people use: content, Dublin Core, iTunes, Media RSS, events, licences.

Sources: rssboard.org/rss-specification, web.resource.org/rss/1.0/spec, RFC 5005 for `next`, and the wild.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from feeds.links import absolute, doi_in, joined_base
from feeds.markup import (
    Fields,
    first_date,
    licence_of,
    media_enclosure,
    pages_in,
    picture,
    places,
    seconds,
    whole,
)
from feeds.values import Enclosure, ReadFeed, ReadItem, capped, guid_of, unique
from feeds.xml import RDF, XML, inner, name_of, plain_title

MAIL_AND_NAME = re.compile(r"^\s*[^\s@()]+@[^\s()]+\s*\(([^()]+)\)\s*$")
ROOTS = {"rss", "rdf:RDF", "RDF", "channel"}


def read_rss(root: etree._Element, *, url: str | None, now: datetime) -> ReadFeed:
    """The feed under an `rss`, `rdf:RDF` or `channel` root. `url`: where it came from, for relative links."""
    channel = next((e for e in root.iter() if name_of(e) == "channel"), root)
    fields = Fields(channel)
    link = _channel_link(fields, joined_base(url, root.get(XML + "base") or channel.get(XML + "base")))
    base = joined_base(link or url, root.get(XML + "base") or channel.get(XML + "base"))
    language = fields.text("language", "dc:language") or root.get(XML + "lang") or channel.get(XML + "lang")
    found, more = capped(_items(root))
    return ReadFeed(
        format="rss",
        title=plain_title(fields.text("title", "dc:title")),
        link=link,
        language=language,
        description=fields.text("description", "itunes:summary", "itunes:subtitle", "dc:description"),
        items=tuple(_item(element, base, fields) for element in found),
        problems=tuple(more),
        next_page=_relation(fields, "next", base),
        image=_channel_image(root, fields, base),
        updated=first_date(fields, "lastBuildDate", "pubDate", "dc:date", "atom:updated"),
        self_link=_relation(fields, "self", url or base),
        hubs=tuple(
            hub for e in fields.all("atom:link") if e.get("rel") == "hub" and (hub := absolute(e.get("href"), base))
        ),
        read_at=now,
    )


def _items(root: etree._Element) -> Iterator[etree._Element]:
    """Items wherever they stand: in the channel, beside it (RSS 1.0), or straight under `rss` (seen in the wild)."""
    return (element for element in root.iter() if name_of(element) == "item" and not _inside_item(element))


def _inside_item(element: etree._Element) -> bool:
    return any(name_of(above) == "item" for above in element.iterancestors())


def _item(element: etree._Element, feed_base: str | None, channel: Fields) -> ReadItem:
    fields = Fields(element)
    base = joined_base(feed_base, element.get(XML + "base"))
    guid, link = _identity(fields, base)
    title = plain_title(fields.text("title", "dc:title", "itunes:title", "media:title"))
    published = first_date(fields, "pubDate", "dcterms:issued", "dc:date", "prism:publicationDate", "atom:published")
    summary = fields.text("description", "dc:description", "itunes:summary", "media:description", "atom:summary")
    content = fields.text("content:encoded", "html:body", "atom:content", "content")
    own, made = guid_of(guid, link, title, published, content or summary)
    return ReadItem(
        guid=own,
        guid_made=made,
        link=link,
        title=title,
        summary_html=summary,
        content_html=content,
        published=published or first_date(fields, "pubdate", "published", "dcterms:created", "date"),
        updated=first_date(fields, "dcterms:modified", "atom:updated", "updated"),
        authors=_authors(fields),
        languages=unique(fields.texts("dc:language", "language")) or unique([element.get(XML + "lang")]),
        categories=_categories(fields),
        countries=places(fields),
        publisher=fields.text("dc:publisher", "dcterms:publisher"),
        licence=licence_of(fields) or licence_of(_only_licence(channel)),
        doi=doi_in(*fields.texts("prism:doi", "dc:identifier", "dcterms:identifier"), guid, link),
        kind=fields.text("dc:type", "dcterms:type", "prism:section"),
        enclosure=_enclosure(fields, base),
        image=picture(fields, base) or _plain_image(fields, base),
        pages=pages_in(fields.texts("dcterms:extent", "dc:format")),
        starts_at=first_date(fields, "ev:startdate"),
        ends_at=first_date(fields, "ev:enddate"),
        base=base,
        raw=fields.raw(),
    )


def _identity(fields: Fields, base: str | None) -> tuple[str | None, str | None]:
    """The guid and the link. A guid is the link too where there is none, unless it says isPermaLink="false"."""
    guids = fields.all("guid", "atom:id")
    guid = inner(guids[0]) if guids else None
    about = fields.element.get(RDF + "about")
    link = next((found for text in fields.texts("link") if (found := absolute(text, base))), None)
    link = link or _relation(fields, "alternate", base) or _relation(fields, None, base)
    if link is None and guid and guids[0].get("isPermaLink", "true").lower() != "false":
        link = absolute(guid)
    return guid or about, link or absolute(about, base)


def _channel_link(fields: Fields, base: str | None) -> str | None:
    plain = next((found for text in fields.texts("link") if (found := absolute(text, base))), None)
    return plain or _relation(fields, "alternate", base)


def _relation(fields: Fields, relation: str | None, base: str | None) -> str | None:
    links = (e for e in fields.all("atom:link", "link") if e.get("rel") == relation)
    return next((found for e in links if (found := absolute(e.get("href"), base))), None)


def _authors(fields: Fields) -> tuple[str, ...]:
    """The names of the authors; of "mail@example.org (Amina Diop)", which RSS 2.0 wants, the name alone."""
    given = [inner(author) for author in fields.all("author") if len(author) == 0]
    people = [MAIL_AND_NAME.sub(r"\1", text) for text in given]
    return unique([*people, *fields.texts("dc:creator", "itunes:author"), *_names(fields)])


def _names(fields: Fields) -> list[str]:
    return [inner(name) for author in fields.all("atom:author") for name in author if name_of(name) == "atom:name"]


def _categories(fields: Fields) -> tuple[str, ...]:
    shows = [element.get("text") for element in fields.all("itunes:category")]
    words = [word for text in fields.texts("itunes:keywords", "media:keywords") for word in text.split(",")]
    return unique([*fields.texts("category", "dc:subject", "media:category", "dcterms:subject"), *shows, *words])


def _enclosure(fields: Fields, base: str | None) -> Enclosure | None:
    for element in fields.all("enclosure"):
        if url := absolute(element.get("url"), base):
            duration = seconds(fields.text("itunes:duration"))
            return Enclosure(url, element.get("type") or None, whole(element.get("length")), duration)
    return media_enclosure(fields, base)


def _plain_image(fields: Fields, base: str | None) -> str | None:
    """Some sources write <image><url>, some <image>, and some put the picture in the enclosure."""
    for element in fields.all("image"):
        inside = next((inner(child) for child in element if name_of(child) == "url"), inner(element))
        if found := absolute(inside, base):
            return found
    pictures = (e.get("url") for e in fields.all("enclosure") if (e.get("type") or "").startswith("image/"))
    return next((found for link in pictures if (found := absolute(link, base))), None)


def _channel_image(root: etree._Element, fields: Fields, base: str | None) -> str | None:
    """The channel's picture; RSS 1.0 has it beside the channel."""
    beside = [child for child in root if name_of(child) == "image"]
    for element in [*fields.all("image"), *beside]:
        address = next((inner(child) for child in element if name_of(child) == "url"), None)
        if found := absolute(address, base):
            return found
    return picture(fields, base)


def _only_licence(channel: Fields) -> Fields:
    """The channel's licence holds for its items; its copyright line does not say under which terms."""
    kept = Fields.__new__(Fields)
    kept.element = channel.element
    kept.by_name = {name: found for name, found in channel.by_name.items() if name in ("cc:license", "dcterms:license")}
    return kept
