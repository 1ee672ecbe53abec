"""The values that numbers about downloads are told in, and why something was left out, in words."""

from dataclasses import dataclass
from datetime import date, datetime

from publisher.podcasts.downloads.sightings import Dropped

METHOD = "IAB 2.2: 24 hours from the first request"
MACHINES = (Dropped.BOT, Dropped.LIBRARY, Dropped.NO_AGENT, Dropped.WATCH)
WORDS = {
    Dropped.METHOD: "did not ask for the sound itself (HEAD)",
    Dropped.STATUS: "were answered without sound: not found, not changed, no such part",
    Dropped.NOTHING_SENT: "were gone before the first byte",
    Dropped.PROBE: "asked for two bytes or fewer, to see whether parts are served",
    Dropped.NO_AGENT: "say nothing about themselves",
    Dropped.BOT: "are robots",
    Dropped.LIBRARY: "are programs that fetch files",
    Dropped.WATCH: "are watches, which fetch what the telephone has",
    Dropped.TOO_LITTLE: "took less than the first minute",
    Dropped.SPIKE: "came from one address under too many names",
}


@dataclass(frozen=True)
class Day:
    day: date  # in the zone that was asked for
    downloads: int
    listeners: int


@dataclass(frozen=True)
class EpisodeNumbers:
    """`downloads` in the time that was asked for; the first days count from publication, None where nothing was counted then."""

    episode: int
    slug: str
    title: str
    published_at: datetime | None
    downloads: int
    first_7_days: int | None
    first_30_days: int | None


@dataclass(frozen=True)
class Share:
    name: str  # empty: unknown
    downloads: int


@dataclass(frozen=True)
class Filtered:
    """What was left out. `of`: `askers` with all they asked for an episode within a day, or single `requests`."""

    reason: str
    words: str
    of: str
    count: int


@dataclass(frozen=True)
class Numbers:
    """Downloads of a show. `listeners`: askers by UTC day; who comes on two days is two, since nobody is followed."""

    show: str
    title: str
    since: datetime | None
    until: datetime | None
    zone: str
    method: str
    list_versions: tuple[str, ...]
    downloads: int
    by_calendar_day: int
    listeners: int
    machines: int
    days: tuple[Day, ...]
    episodes: tuple[EpisodeNumbers, ...]
    apps: tuple[Share, ...]
    devices: tuple[Share, ...]
    systems: tuple[Share, ...]
    filtered: tuple[Filtered, ...]
