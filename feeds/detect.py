"""Which format a text is in, by its content; the label and the address decide only where the content does not."""

import re

from feeds.sitemap import is_list
from feeds.tables import is_csv
from feeds.values import Format

BEFORE_ROOT = re.compile(r"(?:\s++|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*+(?:\[[^\]]*+\]\s*+)?>)*+", re.S | re.I)
TAG = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
FEED_TAG = re.compile(r"<(rss|feed|rdf:RDF|OAI-PMH|urlset|sitemapindex)[\s>]")
JSON_FEED = re.compile(r"\"version\"\s*:\s*\"https?:\\?/\\?/(?:www\.)?jsonfeed\.org")
ROOTS: dict[str, Format] = {
    "rss": "rss",
    "RDF": "rss",
    "channel": "rss",
    "feed": "atom",
    "entry": "atom",
    "OAI-PMH": "oai-pmh",
    "urlset": "sitemap",
    "sitemapindex": "sitemap",
}
HTML = {
    "html",
    "head",
    "body",
    "title",
    "meta",
    "link",
    "div",
    "main",
    "article",
    "section",
    "header",
    "script",
    "p",
    "h1",
}
HEAD = 20_000


def looks_like(text: str, *, content_type: str | None = None, url: str | None = None) -> Format | None:
    """The format, or none. Cheap: reads the head of the text and parses nothing."""
    head = text[: HEAD * 5].lstrip("\ufeff \t\r\n\x00")
    if head.startswith("<"):
        return _marked_up(head)
    if head[:1] in ("{", "["):
        return "jsonfeed" if JSON_FEED.search(head) else "json"
    if not head:
        return None
    if is_list(head):
        return "sitemap"
    if match := FEED_TAG.search(head[:HEAD]):
        return ROOTS.get(match[1].rpartition(":")[2])
    return _labelled(head, (content_type or "").lower(), (url or "").lower().partition("?")[0])


def _marked_up(head: str) -> Format | None:
    match = TAG.match(head, BEFORE_ROOT.match(head).end())  # type: ignore[union-attr]
    name = match[1] if match else ""
    if name in ROOTS:
        return ROOTS[name]
    if name.lower() in HTML or re.match(r"<!doctype\s+html", head, re.I):
        return "html"
    found = FEED_TAG.search(head[:HEAD])
    return ROOTS.get(found[1].rpartition(":")[2]) if found else None


def _labelled(head: str, content_type: str, path: str) -> Format | None:
    if "csv" in content_type or "tab-separated" in content_type or path.endswith((".csv", ".tsv")) or is_csv(head):
        return "csv"
    return "html" if "html" in content_type and "<" in head else None
