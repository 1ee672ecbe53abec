"""Fetching what a source has, page by page, in whatever way it offers it. Touches the network and no database.

Each page comes with what is to be remembered once it is written, so that a harvest that was killed goes on from there.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from feeds import oaipmh, reading
from feeds.errors import FeedError
from feeds.values import ReadFeed, ReadItem
from publisher.errors import FetchError
from publisher.house import House
from publisher.internet import Fetched, Limits, fetch
from publisher.library.models import Source

MAX_PAGES = 1000
FEED_PAGES = 20
PAGES_PER_RUN = 50
MAX_MAPS = 50
MAX_LISTED = 50_000
ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
# Two requests of a harvest may overlap by what repositories keep in their caches; records read twice cost nothing.
OVERLAP = timedelta(hours=1)

LIMITS = Limits()
Stamps = Mapping[str, str | None]


@dataclass(frozen=True)
class Page:
    """Some items, and columns of the source to write with them. `unchanged`: the source says nothing is new. `more`: the
    harvest is not complete, and goes on at the next check."""

    items: tuple[ReadItem, ...] = ()
    remember: Mapping[str, Any] = field(default_factory=dict)
    unchanged: bool = False
    more: bool = False


@dataclass(frozen=True)
class Errand:
    """What a gatherer needs: the house, the source as it stood when it was claimed, the moment, and the pause in seconds
    between two requests to one host. `known`: stamps by guid, for sitemaps."""

    house: House
    source: Source
    now: datetime
    pause: float = 1.0
    known: Callable[[], Stamps] = dict
    limits: Limits = LIMITS

    def get(self, url: str, *, conditional: bool = False) -> Fetched:
        settings = self.house.settings
        return fetch(
            url,
            limits=self.limits,
            etag=self.source.etag if conditional else None,
            last_modified=self.source.last_modified if conditional else None,
            private_hosts=settings.private_hosts,
            accept=ACCEPT,
            public_url=settings.public_url,
        )

    def read(self, got: Fetched) -> ReadFeed:
        return reading.read(got.body, content_type=got.headers.get("Content-Type"), url=got.url, now=self.now)

    def rest(self) -> None:
        if self.pause:
            time.sleep(self.pause)


def gather(errand: Errand) -> Iterator[Page]:
    """The pages of a source. Raises `FetchError` or `FeedError`; pages given before that may be kept."""
    kind = errand.source.kind
    if kind == "oai-pmh":
        return oai_pages(errand)
    if kind == "sitemap":
        return sitemap_pages(errand)
    return feed_pages(errand)


def feed_pages(errand: Errand) -> Iterator[Page]:
    """A feed or table. Its further pages (RFC 5005) are read at the first harvest only; tables are read whole."""
    source = errand.source
    got = errand.get(source.url or "", conditional=True)
    if got.not_modified:
        yield Page(unchanged=True)
        return
    remember = {"etag": got.etag, "last_modified": got.last_modified}
    if got.moved_to:
        remember["url"] = got.moved_to
    feed = errand.read(got)
    _expect(source.kind, feed)
    followed = {got.url}
    wanted = FEED_PAGES if not source.first_harvest_done or source.kind in ("json", "csv") else 1
    while True:
        further = feed.next_page if len(followed) < wanted and feed.next_page not in followed else None
        yield Page(feed.items, {} if further else remember)
        if further is None:
            return
        followed.add(further)
        errand.rest()
        try:
            feed = errand.read(errand.get(further))
        except (FetchError, FeedError):
            if source.kind != "feed":
                raise
            # The back catalogue of a feed is a bonus; what is new stood on its first page.
            feed = ReadFeed(feed.format)


def oai_pages(errand: Errand) -> Iterator[Page]:
    """ListRecords since the last complete harvest, or on from the resumption token where one was cut off.

    The next harvest begins where this one began by the repository's own clock (OAI-PMH §2.7.1, `responseDate`).
    """
    source = errand.source
    resumed = _cursor(source.cursor)
    asked = set[str]()
    begun: str | None = resumed["begun"] if resumed else None
    url: str | None = resumed["url"] if resumed else _first_question(errand)
    for _ in range(MAX_PAGES):
        assert url is not None
        if url in asked:
            raise FeedError("The list of this repository goes round in circles.")
        asked.add(url)
        try:
            feed = _records(errand, url)
        except oaipmh.BadResumptionToken:
            if not resumed:
                raise
            # The token of the harvest that was cut off is forgotten there: the list begins anew, known records cost little.
            resumed, begun, url = None, None, _first_question(errand)
            feed = _records(errand, url)
        resumed = None
        begun = begun or (feed.updated or errand.now).isoformat()
        url = feed.next_page
        if url is None:
            yield Page(feed.items, {"cursor": None, "harvested_until": datetime.fromisoformat(begun)})
            return
        yield Page(feed.items, {"cursor": json.dumps({"url": url, "begun": begun})}, more=True)
        errand.rest()


def identify(errand: Errand, url: str) -> oaipmh.Repository:
    """Ask an address who it is; `FetchError` or `FeedError` where it is no repository."""
    got = errand.get(oaipmh.url_for(url, "Identify"))
    return oaipmh.read_identify(got.body, content_type=got.headers.get("Content-Type"))


def sitemap_pages(errand: Errand) -> Iterator[Page]:
    """New and changed pages of a site, the newest first, some fifty a run; each page is fetched and asked what it is."""
    source = errand.source
    listed = [item for item in _listed(errand) if str(source.options.get("under", "")) in (item.link or "")]
    known = errand.known()
    wanted = [i for i in listed if i.guid not in known or (i.updated and known[i.guid] != i.updated.isoformat())]
    wanted.sort(key=lambda item: item.updated.timestamp() if item.updated else 0.0, reverse=True)
    limit = int(source.options.get("pages_per_run", PAGES_PER_RUN))
    for item in wanted[:limit]:
        found = _page_item(errand, item)
        yield Page((found,) if found else (), more=True)
        errand.rest()
    yield Page(more=len(wanted) > limit, unchanged=not wanted)


def _first_question(errand: Errand) -> str:
    source = errand.source
    since = None
    granularity = source.options.get("granularity") or identify(errand, source.url or "").granularity
    if source.harvested_until is not None:
        fine = granularity == "second"
        since = oaipmh.stamp(source.harvested_until - (OVERLAP if fine else timedelta(0)), "second" if fine else "day")
    return oaipmh.url_for(
        source.url or "",
        "ListRecords",
        metadataPrefix=str(source.options.get("prefix", "oai_dc")),
        set=source.options.get("set"),
        from_=since,
    )


def _records(errand: Errand, url: str) -> ReadFeed:
    got = errand.get(url)
    return oaipmh.read_records(got.body, url=got.url, content_type=got.headers.get("Content-Type"), now=errand.now)


def _cursor(text: str | None) -> dict[str, str] | None:
    return json.loads(text) if text else None


def _listed(errand: Errand) -> list[ReadItem]:
    """All pages a sitemap lists, also through indexes of indexes; at most `MAX_LISTED`."""
    found: dict[str, ReadItem] = {}
    waiting, seen = [errand.source.url or ""], set[str]()
    while waiting and len(seen) < MAX_MAPS and len(found) < MAX_LISTED:
        url = waiting.pop(0)
        if url in seen:
            continue
        if seen:
            errand.rest()
        seen.add(url)
        feed = errand.read(errand.get(url))
        _expect("sitemap", feed)
        for item in feed.items:
            found.setdefault(item.guid, item)
        fresh = sorted(
            feed.children, key=lambda child: child.updated.timestamp() if child.updated else 0.0, reverse=True
        )
        waiting += [child.url for child in fresh]
    return list(found.values())[:MAX_LISTED]


def _page_item(errand: Errand, listed: ReadItem) -> ReadItem | None:
    """What a page says of itself, under the name the sitemap gave it. A page that is gone is a deletion; one that fails
    today is tried again tomorrow."""
    try:
        feed = errand.read(errand.get(listed.link or listed.guid))
    except FetchError as problem:
        return (
            ReadItem(guid=listed.guid, updated=listed.updated, deleted=True) if problem.status in (404, 410) else None
        )
    except FeedError:
        return ReadItem(guid=listed.guid, updated=listed.updated)
    if feed.format != "html" or not feed.items:
        return ReadItem(guid=listed.guid, updated=listed.updated)
    item = feed.items[0]
    return replace(
        item,
        guid=listed.guid,
        link=item.link or listed.link,
        updated=listed.updated,
        published=item.published or listed.published,
        languages=item.languages or listed.languages or ((feed.language,) if feed.language else ()),
    )


def _expect(kind: str, feed: ReadFeed) -> None:
    """The document must still be what the source was let in as."""
    wanted = {"sitemap": {"sitemap"}, "json": {"json", "jsonfeed"}, "csv": {"csv"}}.get(
        kind, {"rss", "atom", "jsonfeed"}
    )
    if feed.format not in wanted:
        came = {"html": "a web page", "oai-pmh": "the answer of a repository"}.get(feed.format, feed.format)
        named = {"feed": "feed", "sitemap": "sitemap", "json": "JSON", "csv": "table"}.get(kind, kind)
        raise FeedError(f"Where the {named} was there is {came} now.")
