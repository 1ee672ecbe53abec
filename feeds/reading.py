"""The front door for documents of others: bytes in, a `ReadFeed` out, whatever the format was.

The content decides, not its label: feeds are served as text/html, and pages as application/rss+xml, every day.
"""

from dataclasses import replace
from datetime import datetime

from lxml import etree

from feeds import atom, rss, sitemap
from feeds.detect import looks_like
from feeds.encodings import text_of
from feeds.errors import FeedError, TooLarge, UnknownFormat
from feeds.jsonfeed import is_json_feed, read_json_feed
from feeds.jsontext import load
from feeds.oaipmh import read_page as read_answer
from feeds.pages import read_page
from feeds.tables import json_lines, read_csv, read_json
from feeds.values import Format, ReadFeed
from feeds.xml import LIMIT, name_of, parse_text


def recognise(
    data: bytes, *, content_type: str | None = None, url: str | None = None, limit: int = LIMIT
) -> Format | None:
    """The format of a document, or none. `FeedError` only where it is too large or damaged by compression."""
    text, _ = _opened(data, content_type, limit)
    return looks_like(text, content_type=content_type, url=url)


def read(data: bytes, *, content_type: str | None, url: str | None, now: datetime, limit: int = LIMIT) -> ReadFeed:
    """The document as values. `url`: where it came from, for relative links; `limit`: bytes, also after unpacking.

    Raises `FeedError` with a plain sentence: unknown format, too large or deep, refused, or an OAI-PMH error.
    """
    text, problem = _opened(data, content_type, limit)
    form = looks_like(text, content_type=content_type, url=url)
    if form is None:
        raise UnknownFormat(_why_not(text))
    if form == "html":
        return read_page(sitemap.unzipped(data, limit=limit), url=url, content_type=content_type, now=now, limit=limit)
    if form == "csv":
        feed = read_csv(text, url=url, now=now)
    elif form in ("json", "jsonfeed"):
        feed = _read_json(text, url=url, now=now)
    elif form == "sitemap" and not text.lstrip("\ufeff \r\n\t").startswith("<"):
        feed = sitemap.read_list(text, url=url, now=now)
    else:
        feed = _read_xml(text, url=url, now=now)
    return replace(feed, problems=(problem, *feed.problems)) if problem else feed


def _opened(data: bytes, content_type: str | None, limit: int) -> tuple[str, str | None]:
    if len(data) > limit:
        raise TooLarge(f"The document is larger than the {limit:,} bytes we read.")
    return text_of(sitemap.unzipped(data, limit=limit), content_type)


def _read_xml(text: str, *, url: str | None, now: datetime) -> ReadFeed:
    root, problems = parse_text(text)
    feed = _by_root(root, url, now)
    return replace(feed, problems=(*problems, *feed.problems))


def _by_root(root: etree._Element, url: str | None, now: datetime) -> ReadFeed:
    name = name_of(root)
    if name in rss.ROOTS:
        return rss.read_rss(root, url=url, now=now)
    if name in atom.ROOTS:
        return atom.read_atom(root, url=url, now=now)
    local = name.rpartition(":")[2]
    if local in sitemap.ROOTS:
        return sitemap.read_sitemap(root, url=url, now=now)
    if local == "OAI-PMH":
        return read_answer(root, url=url, now=now, problems=[])
    if local in ("rss", "RDF", "feed"):  # a namespace of nobody's; the shape is what we know
        reader = atom.read_atom if local == "feed" else rss.read_rss
        return reader(root, url=url, now=now)
    raise UnknownFormat("The document is XML, and neither a feed, a sitemap nor the answer of a repository.")


def _read_json(text: str, *, url: str | None, now: datetime) -> ReadFeed:
    try:
        value = load(text)
    except FeedError:
        lines = json_lines(text)
        if lines is None:
            raise
        return read_json(lines[0], url=url, now=now, problems=lines[1])
    if is_json_feed(value):
        return read_json_feed(value, url=url, now=now)
    return read_json(value, url=url, now=now)


def _why_not(text: str) -> str:
    if not text.strip("\ufeff \t\r\n\x00"):
        return "The document is empty."
    return "The document is none of the formats we read: a feed, a sitemap, an answer of a repository, a page, CSV or JSON."
