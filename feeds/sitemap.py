"""Sitemaps (sitemaps.org/protocol.html): URL sets, sitemap indexes, plain text lists, gzipped or not."""

import zlib
from datetime import datetime

from lxml import etree

from feeds.dates import parse_date
from feeds.errors import FeedError, TooLarge
from feeds.links import absolute
from feeds.markup import Fields
from feeds.values import ChildMap, ReadFeed, ReadItem, capped, told, unique
from feeds.xml import children, name_of, plain_title

ROOTS = {"urlset", "sitemapindex"}


def unzipped(data: bytes, *, limit: int) -> bytes:
    """The content of gzipped bytes, other bytes as they are; stops at `limit` bytes of content, however small the file."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    opener = zlib.decompressobj(wbits=31)
    try:
        content = opener.decompress(data, limit + 1)
    except zlib.error as problem:
        raise FeedError("The file is compressed and damaged.") from problem
    if len(content) > limit:
        raise TooLarge(f"The file unpacks to more than the {limit:,} bytes we read.")
    if not opener.eof:
        raise FeedError("The file is compressed and ends too early.", permanent=False)
    return content


def read_sitemap(root: etree._Element, *, url: str | None, now: datetime) -> ReadFeed:
    """A URL set as items (their dates are `updated`), an index as `children`."""
    elements, problems = capped(e for e in root if name_of(e).rpartition(":")[2] in ("url", "sitemap"))
    entries = [Map(element) for element in elements]
    found = [(link, entry) for entry in entries if (link := absolute(entry.text("sm:loc"), url))]
    if len(found) < len(entries):
        problems.append(f"{len(entries) - len(found)} entries have no address; they were left out.")
    if name_of(root).endswith("sitemapindex"):
        maps = tuple(ChildMap(link, parse_date(entry.text("sm:lastmod"))) for link, entry in found)
        return ReadFeed(format="sitemap", link=url, children=maps, problems=tuple(problems), read_at=now)
    items = tuple(_item(link, entry) for link, entry in found)
    return ReadFeed(format="sitemap", link=url, items=items, problems=tuple(problems), read_at=now)


def is_list(text: str) -> bool:
    """Whether a text is one address a line, as a plain text sitemap is."""
    lines = [line.strip() for line in text[:20_000].splitlines() if line.strip()]
    return bool(lines) and all(absolute(line) and " " not in line and "," not in line for line in lines[:20])


def read_list(text: str, *, url: str | None, now: datetime) -> ReadFeed:
    """A plain text sitemap. Lines that are no address are named."""
    lines, more = capped((n, line.strip()) for n, line in enumerate(text.splitlines(), 1) if line.strip())
    items = tuple(ReadItem(guid=link, guid_made=True, link=link) for _, line in lines if (link := absolute(line)))
    wrong = [*more, *(f"Line {n} is not an address; it was left out." for n, line in lines if not absolute(line))]
    return ReadFeed(format="sitemap", link=url, items=items, problems=told(wrong), read_at=now)


class Map(Fields):
    """Fields of an entry; a sitemap that forgets its namespace is read all the same."""

    def __init__(self, element: etree._Element) -> None:
        super().__init__(element)
        for name in [name for name in self.by_name if ":" not in name]:
            self.by_name.setdefault(f"sm:{name}", []).extend(self.by_name.pop(name))


def _item(link: str, entry: Map) -> ReadItem:
    news = {name: child for element in entry.all("news:news") for name, child in children(element)}
    inside = {name: (child.text or "").strip() for name, child in news.items()}
    publication = Fields(news["news:publication"]) if "news:publication" in news else None
    pictures = [
        child.text for element in entry.all("image:image") for name, child in children(element) if name == "image:loc"
    ]
    return ReadItem(
        guid=link,
        guid_made=True,
        link=link,
        title=plain_title(inside.get("news:title")),
        published=parse_date(inside.get("news:publication_date")),
        updated=parse_date(entry.text("sm:lastmod")),
        languages=unique(publication.texts("news:language")) if publication else (),
        categories=unique((inside.get("news:keywords") or "").split(",")),
        publisher=publication.text("news:name") if publication else None,
        image=next((found for address in pictures if (found := absolute(address))), None),
        raw=entry.raw(),
    )
