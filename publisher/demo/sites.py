"""How the demo's partners publish: an RSS feed, a JSON Feed, and a site with a map and pages that say what they are."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from lxml import etree, html
from lxml.html import builder as tag

from publisher.demo.content import Source, TrickleItem, hub
from publisher.languages import country_name, direction
from publisher.vocabulary.defaults import SECTORS, TOPICS

DC = "http://purl.org/dc/elements/1.1/"
EV = "http://purl.org/rss/1.0/modules/event/"
MAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
Items = Sequence[TrickleItem]


def rss(about: Source, url: str, began: datetime, items: Items) -> bytes:
    """RSS 2.0 with Dublin Core and the event module, newest first (rssboard.org/rss-specification)."""
    root = etree.Element("rss", version="2.0", nsmap={"dc": DC, "ev": EV})
    channel = etree.SubElement(root, "channel")
    for name, text in (
        ("title", about.name),
        ("link", url),
        ("description", about.about),
        ("language", about.language),
    ):
        etree.SubElement(channel, name).text = text
    for item in reversed(items):
        _rss_item(channel, item, began)
    return _xml(root)


def json_feed(about: Source, url: str, began: datetime, items: Items) -> bytes:
    """JSON Feed 1.1, newest first (jsonfeed.org/version/1.1)."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": about.name,
        "feed_url": url,
        "description": about.about,
        "language": about.language,
        "items": [_json_item(item, began) for item in reversed(items)],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def sitemap(url: str, began: datetime, items: Items) -> bytes:
    """The pages of the site (sitemaps.org/protocol.html)."""
    root = etree.Element(f"{{{MAP}}}urlset", nsmap={None: MAP})  # type: ignore[dict-item]  # None is the default namespace
    for item in items:
        entry = etree.SubElement(root, f"{{{MAP}}}url")
        etree.SubElement(entry, f"{{{MAP}}}loc").text = f"{url}?page={item.key}"
        etree.SubElement(entry, f"{{{MAP}}}lastmod").text = item.appears(began).isoformat()
    return _xml(root)


def page(about: Source, began: datetime, item: TrickleItem) -> bytes:
    """One page: what it is stands in its head, in Dublin Core and Open Graph."""
    said = [
        ("dc.title", item.title),
        ("dc.description", item.summary),
        ("dc.type", item.kind),
        ("dc.language", item.language),
    ]
    said += [("dc.creator", author) for author in item.authors]
    said += [("dc.subject", subject) for subject in subjects(item)]
    said += [("dc.coverage", place(item)), ("dc.publisher", about.name), ("dc.date", item.appears(began).isoformat())]
    metas = [tag.META(name=name, content=text) for name, text in said]
    opened = [("og:title", item.title), ("og:description", item.summary), ("og:site_name", about.name)]
    metas += [tag.META(property=name, content=text) for name, text in opened]
    document = tag.HTML(
        tag.HEAD(tag.META(charset="utf-8"), tag.TITLE(item.title), tag.LINK(rel="canonical", href=item.url), *metas),
        tag.BODY(
            tag.H1(item.title),
            tag.P(f"{', '.join(item.authors)} · {about.name}"),
            tag.P(item.summary),
            tag.P(hub().invented.get(item.language, hub().invented["en"])),
        ),
        lang=item.language,
        dir=direction(item.language),
    )
    written: bytes = html.tostring(document, doctype="<!doctype html>", encoding="utf-8")
    return written


def subjects(item: TrickleItem) -> list[str]:
    """Topics and sectors by their name in the item's language, as a partner would put them."""
    named = [TOPICS[key] for key in item.topics] + [SECTORS[key] for key in item.sectors]
    return [names.get(item.language, names["en"]) for names in named]


def place(item: TrickleItem) -> str:
    return country_name(item.country, item.language)


def instants(item: TrickleItem, began: datetime) -> tuple[datetime, datetime] | None:
    """When it begins and ends, counted from the day on which it is published; None for what has no time."""
    if item.span is None:
        return None
    day = item.appears(began).date()
    return item.span.starts(day), item.span.ends(day)


def _rss_item(channel: etree._Element, item: TrickleItem, began: datetime) -> None:
    entry = etree.SubElement(channel, "item")
    plain = (
        ("title", item.title),
        ("link", item.url),
        ("description", item.summary),
        ("pubDate", format_datetime(item.appears(began).astimezone(UTC), usegmt=True)),
        *(("category", subject) for subject in subjects(item)),
        *((f"{{{DC}}}creator", author) for author in item.authors),
        (f"{{{DC}}}language", item.language),
        (f"{{{DC}}}type", item.kind),
        (f"{{{DC}}}coverage", place(item)),
    )
    for name, text in plain:
        etree.SubElement(entry, name).text = text
    guid = etree.SubElement(entry, "guid", isPermaLink="false")
    guid.text = item.key
    if span := instants(item, began):
        etree.SubElement(entry, f"{{{EV}}}startdate").text = span[0].isoformat()
        etree.SubElement(entry, f"{{{EV}}}enddate").text = span[1].isoformat()


def _json_item(item: TrickleItem, began: datetime) -> dict[str, Any]:
    return {
        "id": item.key,
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "content_text": item.summary,
        "date_published": item.appears(began).isoformat(),
        "authors": [{"name": author} for author in item.authors],
        "language": item.language,
        "tags": [*subjects(item), place(item)],
    }


def _xml(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
