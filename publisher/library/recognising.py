"""Finding out what an address is, and what a first harvest of it would bring. Touches the network and no database."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from feeds import oaipmh
from feeds.errors import FeedError
from feeds.values import Format, ReadFeed, ReadItem
from publisher.errors import BadInput, FetchError, PublisherError
from publisher.house import House
from publisher.languages import normalise
from publisher.library.gathering import Errand, identify
from publisher.library.models import Source

READ_KINDS = ("feed", "oai-pmh", "sitemap", "json", "csv")
_FORMAT_KINDS: dict[Format, str] = {
    "rss": "feed", "atom": "feed", "jsonfeed": "feed", "sitemap": "sitemap", "csv": "csv", "json": "json",
    "oai-pmh": "oai-pmh",
}  # fmt: skip


@dataclass(frozen=True)
class Recognised:
    """What an address turned out to be. `feed`: its first document, for a preview."""

    kind: str
    url: str
    title: str
    language: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    feed: ReadFeed | None = None


@dataclass(frozen=True)
class Preview:
    """What a first harvest would bring. `complete`: the counts are all there is, not the first page only."""

    kind: str
    title: str
    url: str
    records: int
    this_month: int
    samples: tuple[str, ...]
    problems: tuple[str, ...] = ()
    complete: bool = True

    def in_words(self) -> str:
        more = "" if self.complete else "at least "
        noun = "record" if self.records == 1 else "records"
        return f"{more}{self.records:,} {noun}, {self.this_month:,} this month"


def recognise(house: House, url: str, kind: str = "auto", *, now: datetime) -> Recognised:
    """Find out what an address is: fetches it, and follows a page to its feed or its site's map.

    Touches the network and no database, so call it outside a transaction. `BadInput` where nothing there can be read;
    `FetchError` where it cannot be reached.
    """
    url = url.strip()
    if kind not in ("auto", *READ_KINDS):
        raise BadInput(f"A source is one of {', '.join(READ_KINDS)}, or auto.", field="kind")
    if not _is_on_the_web(url):
        raise BadInput("The address of a source begins with https:// or http://.", field="url")
    errand = _errand(house, url, kind, now)
    if kind == "oai-pmh" or (kind == "auto" and re.search(r"(?i)oai|[?&]verb=", url)):
        try:
            return _repository(errand, url)
        except (PublisherError, FeedError) as problem:
            if kind == "oai-pmh":
                raise _as_bad_input(problem) from problem
    try:
        return _document(errand, url, kind)
    except FeedError as problem:
        raise _as_bad_input(problem) from problem


def _is_on_the_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # a bracket that nothing closes
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def preview(house: House, url: str, kind: str = "auto", *, now: datetime) -> Preview:
    """What a first harvest of this address would bring, before it is let in."""
    return preview_of(house, recognise(house, url, kind, now=now), now=now)


def preview_of(house: House, found: Recognised, *, now: datetime) -> Preview:
    """As `preview`, for what has been recognised already."""
    if found.kind == "oai-pmh":
        return _repository_preview(house, found, now)
    feed = found.feed
    items = feed.items if feed is not None else ()
    dates = [item.published or item.updated for item in items]
    return Preview(
        found.kind,
        found.title,
        found.url,
        records=len(items),
        this_month=sum(d is not None and (d.year, d.month) == (now.year, now.month) for d in dates),
        samples=_samples(items),
        problems=feed.problems if feed is not None else (),
        complete=feed is None or (feed.next_page is None and not feed.children),
    )


def _errand(house: House, url: str, kind: str, now: datetime) -> Errand:
    return Errand(house, Source(slug="", kind=kind, url=url, title="", created_at=now), now, pause=0)


def _repository(errand: Errand, url: str) -> Recognised:
    base = url.split("?")[0]
    found = identify(errand, base)
    return Recognised(
        "oai-pmh", base, found.name, options={"granularity": found.granularity, "deletions": found.deletions}
    )


def _document(errand: Errand, url: str, kind: str, depth: int = 0) -> Recognised:
    got = errand.get(url)
    feed = errand.read(got)
    if feed.format == "html" and kind in ("auto", "feed", "sitemap") and depth == 0:
        return _from_page(errand, got.url, feed, kind)
    if feed.format == "oai-pmh":
        return _repository(errand, url)
    found = _FORMAT_KINDS.get(feed.format)
    if found is None:
        raise BadInput("There is a web page at this address, and neither a feed nor a list of records.", field="url")
    if kind not in ("auto", found) and not (kind == "json" and feed.format == "jsonfeed"):
        raise BadInput(f"This address is not {kind}: it looks like {found}.", field="kind")
    language = normalise(feed.language) if feed.language else None
    return Recognised(
        found, got.moved_to or url, feed.title or (urlsplit(url).hostname or ""), language=language, feed=feed
    )


def _from_page(errand: Errand, url: str, page: ReadFeed, kind: str) -> Recognised:
    """The feed a page offers (not that of its comments), else what repositories and sites have at their usual place."""
    offered = [f for f in page.alternates if not re.search(r"(?i)comment", f"{f.title or ''} {f.url}")]
    usual = urljoin(url, "/sitemap.xml")
    for address in [*([f.url for f in offered[:3]] if kind != "sitemap" else []), *([usual] if kind != "feed" else [])]:
        try:
            found = _document(errand, address, "auto", depth=1)
        except (PublisherError, FeedError):
            continue
        title = found.title if found.kind == "feed" and found.title else page.title or found.title
        language = found.language or (normalise(page.language) if page.language else None)
        return replace(found, title=title, language=language)
    raise BadInput(
        "This page offers no feed, and its site has no sitemap. Give the address of the feed itself.", field="url"
    )


def _repository_preview(house: House, found: Recognised, now: datetime) -> Preview:
    errand = _errand(house, found.url, "oai-pmh", now)
    prefix = str(found.options.get("prefix", "oai_dc"))
    whole = _first_records(errand, found, prefix, None)
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    since = oaipmh.stamp(month, "second" if found.options.get("granularity") == "second" else "day")
    recent = _first_records(errand, found, prefix, since)
    return Preview(
        "oai-pmh",
        found.title,
        found.url,
        records=_size(whole),
        this_month=_size(recent),
        samples=_samples(whole[0].items),
        problems=whole[0].problems,
        complete=whole[1] is not None or whole[0].next_page is None,
    )


def _first_records(errand: Errand, found: Recognised, prefix: str, since: str | None) -> tuple[ReadFeed, int | None]:
    """The first page of records, and the size of the whole list where the repository tells (§3.5, `completeListSize`)."""
    url = oaipmh.url_for(found.url, "ListRecords", metadataPrefix=prefix, set=found.options.get("set"), from_=since)
    try:
        got = errand.get(url)
        page = oaipmh.read_records(got.body, url=got.url, content_type=got.headers.get("Content-Type"), now=errand.now)
    except FeedError as problem:
        raise _as_bad_input(problem) from problem
    size = re.search(rb"completeListSize\s*=\s*[\"'](\d{1,9})[\"']", got.body)
    return page, int(size[1]) if size else None


def _size(found: tuple[ReadFeed, int | None]) -> int:
    page, size = found
    return max(size or 0, len(page.items))


def _samples(items: tuple[ReadItem, ...]) -> tuple[str, ...]:
    return tuple(item.title or item.link or item.guid for item in items if not item.deleted)[:5]


def _as_bad_input(problem: Exception) -> PublisherError:
    return problem if isinstance(problem, FetchError) else BadInput(str(problem), field="url")
