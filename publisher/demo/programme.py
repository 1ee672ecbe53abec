"""What the demo's podcasts contain, as values: read from `content/podcasts/`, without a database.

As in `content`, days are counted from the demo's today. Beside `shows.json` each show has a folder with its cover, and for
each episode the sound and what is said in it, in one file a language.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

#: When episodes appear: eight in the morning in Nairobi.
HOUR = time(5, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Episode:
    """An episode as it was written. One of `aired_days_ago` and `airs_in_days` is given.

    `original`: `show/episode` of which it is the translation. `transcripts`: languages, its own first. `listeners`: how many
    people hear it within two months or so. Persons, places, chapters and soundbites in the forms of `Episode` in
    `publisher.podcasts.models`.
    """

    show: str
    key: str
    title: str
    summary: str
    notes: str  # Markdown
    topics: tuple[str, ...]
    sectors: tuple[str, ...]
    countries: tuple[str, ...]
    persons: tuple[Mapping[str, Any], ...]
    places: tuple[Mapping[str, Any], ...]
    chapters: tuple[Mapping[str, Any], ...]
    soundbites: tuple[Mapping[str, Any], ...]
    transcripts: tuple[str, ...]
    listeners: int
    type: str = "full"
    language: str | None = None
    original: str | None = None
    season: int | None = None
    season_name: str = ""
    number: int | None = None
    aired_days_ago: int | None = None
    airs_in_days: int | None = None

    def airs(self, now: datetime) -> datetime:
        """The instant at which it appears, for a demo that is filled at `now`; to come only where it says so."""
        days = self.airs_in_days if self.airs_in_days is not None else -(self.aired_days_ago or 0)
        at = datetime.combine(now.date() + timedelta(days=days), HOUR)
        return at if self.airs_in_days is not None else min(at, now - timedelta(minutes=10))

    @property
    def sound(self) -> Traversable:
        """An MP3."""
        return _folder() / self.show / f"{self.key}.mp3"

    def said(self, language: str) -> bytes:
        """WebVTT."""
        return (_folder() / self.show / f"{self.key}.{language}.vtt").read_bytes()


@dataclass(frozen=True)
class Show:
    """A show with all its episodes, in the order in which they appear. Shows with the same `editions` are one show in
    several languages."""

    slug: str
    editions: str | None
    title: str
    language: str
    type: str
    author: str
    description: str  # Markdown
    cover_alt: str
    categories: tuple[Any, ...]
    persons: tuple[Mapping[str, Any], ...]
    funding: tuple[Mapping[str, Any], ...]
    places: tuple[Mapping[str, Any], ...]
    update_frequency: dict[str, Any]
    episodes: tuple[Episode, ...]

    @property
    def cover(self) -> Traversable:
        """A square PNG."""
        return _folder() / self.slug / "cover.png"


def shows() -> tuple[Show, ...]:
    """The shows, in the order in which readers see them."""
    rows = json.loads((_folder() / "shows.json").read_text(encoding="utf-8"))
    return tuple(_show(row) for row in rows)


def slugs() -> tuple[str, ...]:
    """Short names of the shows."""
    return tuple(show.slug for show in shows())


def _show(row: dict[str, Any]) -> Show:
    episodes = tuple(Episode(show=row["slug"], **_frozen(episode)) for episode in row["episodes"])
    return Show(**{**_frozen(row), "episodes": episodes})


def _frozen(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _folder() -> Traversable:
    return files("publisher.demo") / "content" / "podcasts"
