"""JSON Feed 1.0 and 1.1 (jsonfeed.org)."""

import html
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from feeds.dates import parse_date
from feeds.errors import FeedError
from feeds.jsontext import texts, words
from feeds.links import absolute, doi_in
from feeds.markup import seconds, whole
from feeds.values import RAW_LIMIT, Enclosure, ReadFeed, ReadItem, capped, guid_of, told, unique


def is_json_feed(value: Any) -> bool:
    """Whether the value says that it is a JSON Feed, or can only be meant as one."""
    if not isinstance(value, Mapping):
        return False
    return "jsonfeed.org" in str(value.get("version", "")) or ("home_page_url" in value and "items" in value)


def read_json_feed(value: Any, *, url: str | None, now: datetime) -> ReadFeed:
    """The feed; items that are no objects are named as problems and left out."""
    if not isinstance(value, Mapping) or not isinstance(value.get("items", []), list):
        raise FeedError("The JSON Feed has no list of items.")
    base = absolute(words(value.get("feed_url")), url) or url
    given, more = capped(value.get("items", []))
    items = tuple(_item(item, base, value) for item in given if isinstance(item, Mapping))
    wrong = [n for n, item in enumerate(given, 1) if not isinstance(item, Mapping)]
    return ReadFeed(
        format="jsonfeed",
        title=words(value.get("title")) or "",
        link=absolute(words(value.get("home_page_url")), base),
        language=words(value.get("language")),
        description=words(value.get("description")),
        items=items,
        next_page=absolute(words(value.get("next_url")), base),
        problems=told([*more, *(f"Item {n} is not an object; it was left out." for n in wrong)]),
        image=absolute(words(value.get("icon")) or words(value.get("favicon")), base),
        self_link=absolute(words(value.get("feed_url")), url),
        hubs=unique(absolute(words(hub), base) for hub in _list(value.get("hubs"))),
        read_at=now,
    )


def _item(item: Mapping[str, Any], base: str | None, feed: Mapping[str, Any]) -> ReadItem:
    link = absolute(words(item.get("url")), base) or absolute(words(item.get("external_url")), base)
    title = " ".join((words(item.get("title")) or "").split())
    published = parse_date(words(item.get("date_published")))
    plain = words(item.get("content_text"))
    content = words(item.get("content_html")) or (html.escape(plain, quote=False) if plain else None)
    given = words(item.get("id"))
    guid, made = guid_of(given, link, title, published, content)
    summary = words(item.get("summary"))
    return ReadItem(
        guid=guid,
        guid_made=made,
        link=link or absolute(given),
        title=title,
        summary_html=html.escape(summary, quote=False) if summary else None,
        content_html=content,
        published=published,
        updated=parse_date(words(item.get("date_modified"))),
        authors=_authors(item) or _authors(feed),
        languages=unique(texts(item.get("language"))),
        categories=unique(texts(item.get("tags"))),
        doi=doi_in(given, link),
        enclosure=_enclosure(item, base),
        image=absolute(words(item.get("image")) or words(item.get("banner_image")), base),
        base=base,
        raw=raw_of(item),
    )


def raw_of(item: Mapping[str, Any]) -> dict[str, list[str]]:
    """Every field of an object as texts, each cut to `RAW_LIMIT`."""
    found = {str(key): [text[:RAW_LIMIT] for text in texts(value)] for key, value in item.items()}
    return {key: values for key, values in found.items() if values}


def _authors(of: Mapping[str, Any]) -> tuple[str, ...]:
    return unique([*texts(of.get("authors")), *texts(of.get("author"))])


def _enclosure(item: Mapping[str, Any], base: str | None) -> Enclosure | None:
    for part in _list(item.get("attachments")):
        url = absolute(words(part.get("url")), base) if isinstance(part, Mapping) else None
        if url:
            length = whole(words(part.get("size_in_bytes")))
            return Enclosure(url, words(part.get("mime_type")), length, seconds(words(part.get("duration_in_seconds"))))
    return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
