"""Sources that the demo hub serves to itself, so that a visitor sees new resources come in while they look around.

What they publish is in `content/trickle.json`, dated from the moment the demo was filled (the source's `created_at`):
eight things are there from the start, then about one every half hour, later one every few hours.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import col, select

from publisher.demo import content, repository, sites
from publisher.demo.content import TrickleItem
from publisher.house import House
from publisher.library.models import Source
from publisher.settings import Settings

Answer = tuple[int, str, bytes]
"""HTTP status, Content-Type, body."""

DemoSources = Callable[[str, Mapping[str, str], datetime], Answer | None]
"""(name, query, now) → what /demo/sources/<name>?<query> says at that moment; None where there is no such source."""

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Showing:
    """A source as it stands at a moment: what it has published so far, oldest first, and the address it is asked under."""

    about: content.Source
    url: str
    began: datetime
    now: datetime
    items: tuple[TrickleItem, ...]


def demo_sources(house: House) -> DemoSources:
    """What the pages under /demo/sources/ answer, in one hub. Reads the database at each call; None before the demo is there."""

    def answer(name: str, query: Mapping[str, str], now: datetime) -> Answer | None:
        about = next((source for source in content.sources() if source.key == name), None)
        began = _began(house, name) if about is not None else None
        if about is None or began is None:
            return None
        published = (item for item in content.trickle() if item.source == name and item.appears(began) <= now)
        shown = Showing(about, house.settings.url(about.path), began, now, tuple(published))
        return _SPEAKERS[about.format](shown, query)

    return answer


def private_hosts_for(settings: Settings) -> frozenset[str]:
    """Hosts that `fetch` must be allowed to reach for the demo's own sources: this hub itself, where it is on loopback."""
    parts = urlsplit(settings.public_url)
    own = {f"{parts.hostname}:{parts.port or PORTS[parts.scheme]}"} if settings.is_local else set()
    return settings.private_hosts | own


def _began(house: House, name: str) -> datetime | None:
    with house.database.reading() as session:
        return session.exec(select(Source.created_at).where(col(Source.slug) == name)).first()


def _rss(shown: Showing, _query: Mapping[str, str]) -> Answer:
    return 200, "application/rss+xml; charset=utf-8", sites.rss(shown.about, shown.url, shown.began, shown.items)


def _json_feed(shown: Showing, _query: Mapping[str, str]) -> Answer:
    body = sites.json_feed(shown.about, shown.url, shown.began, shown.items)
    return 200, "application/feed+json; charset=utf-8", body


def _sitemap(shown: Showing, query: Mapping[str, str]) -> Answer | None:
    """The map, or with `?page=` one of the pages it lists."""
    if "page" not in query:
        body = sites.sitemap(shown.url, shown.began, shown.items)
        return 200, "application/xml; charset=utf-8", body
    item = next((item for item in shown.items if item.key == query["page"]), None)
    if item is None:
        return None
    return 200, "text/html; charset=utf-8", sites.page(shown.about, shown.began, item)


def _oai(shown: Showing, query: Mapping[str, str]) -> Answer:
    body = repository.answer(shown.about, shown.url, shown.began, shown.items, query, shown.now)
    return 200, "text/xml; charset=utf-8", body


_SPEAKERS: Mapping[str, Callable[[Showing, Mapping[str, str]], Answer | None]] = {
    "rss": _rss,
    "json-feed": _json_feed,
    "sitemap": _sitemap,
    "oai_dc": _oai,
}
