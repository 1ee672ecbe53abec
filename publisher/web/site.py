"""What every page can reach: the house, the time, and how this process was started. One per application."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Path, Request

from publisher.desk.visits import Visits
from publisher.house import House
from publisher.podcasts.feed import Feeds
from publisher.settings import LOOPBACK
from publisher.web.pictures import Pictures
from publisher.web.proxies import SAID_BY_PROXIES
from publisher.webinars.calendars import Calendars

DemoSources = Callable[[str, Mapping[str, str], datetime], tuple[int, str, bytes] | None]
"""(name, query, now) → status, media type and bytes of a source of the demo hub; None where there is none of that name."""

Number = Annotated[int, Path(ge=0, le=2**31 - 1)]
"""A row's number in an address: what a column of PostgreSQL can hold."""


@dataclass(frozen=True)
class Site:
    """Passed to handlers as `request.app.state.site`. `started`: when this process began to answer; `feeds`, `pictures`
    and `calendars`: what this process keeps of what was written and made before; `visits`: what it counted and has not written."""

    house: House
    wall: Callable[[], datetime]
    started: datetime
    bind_is_loopback: bool = False
    demo_sources: DemoSources | None = None
    feeds: Feeds = field(default_factory=Feeds)
    pictures: Pictures = field(default_factory=Pictures)
    calendars: Calendars = field(default_factory=Calendars)
    visits: Visits = field(default_factory=Visits)

    @property
    def is_private(self) -> bool:
        """Whether only this machine reaches the hub: its readers' address and the address it listens on are loopback."""
        return self.bind_is_loopback and self.house.settings.is_local


def site_of(request: Request) -> Site:
    found: Any = request.app.state.site
    assert isinstance(found, Site)
    return found


def client_of(request: Request) -> str:
    """Address of the computer that asks, as far as it can be believed: `publisher.web.door` has looked behind proxies."""
    return request.client.host if request.client else ""


def asks_from_here(request: Request) -> bool:
    """Whether a process on this machine asks, by this machine's own name, and no proxy stands between."""
    return client_of(request) in LOOPBACK and by_own_name(request)


def by_own_name(request: Request) -> bool:
    """Whether the hub is asked for as this machine, not by a name of elsewhere.

    A foreign name on loopback is a website that points its own name here to read along (DNS rebinding), or a proxy that the
    settings do not know; for both, this is not a private hub.
    """
    try:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        return False
    return host in LOOPBACK and not any(name in request.headers for name in SAID_BY_PROXIES)
