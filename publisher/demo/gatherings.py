"""What the demo's webinars contain, as values: read from `content/webinars/`, without a database.

As in `content`, days are counted from the demo's today, here with one addition: a date that would fall on a Saturday or Sunday
is on the Monday after. Times of day are wall time in the webinar's zone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from publisher.clock import zone as zone_of
from publisher.demo import content

#: When staff do what they do, on the day they do it.
HOUR = time(8, 0, tzinfo=UTC)
_SATURDAY = 5


@dataclass(frozen=True)
class Somebody:
    """Who registers, a reader or not. `languages`: in the order in which they read them."""

    email: str
    name: str
    languages: tuple[str, ...]
    zone: str
    country: str
    organisation: str = ""


@dataclass(frozen=True)
class Registration:
    """Somebody's registration. `minutes`: how long they stayed at each date held so far, 0 if they did not come. `away`: a
    date that they opted out of, and when. `feedback`: what they answered afterwards, by key of the survey."""

    email: str
    days_ago: int
    organisation: str = ""
    wants: str = "coming"
    reminded_by: str = "mail"
    answers: Mapping[str, str] = field(default_factory=dict)
    minutes: tuple[int, ...] = ()
    away: Mapping[str, int] | None = None
    feedback: Mapping[str, str] = field(default_factory=dict)

    def at(self, now: datetime) -> datetime:
        """When they registered, at some hour of their day."""
        return _on(now, -self.days_ago) + timedelta(minutes=30 + sum(self.email.encode()) % 600)

    def is_away(self, number: int) -> bool:
        """Whether they opted out of that date."""
        return self.away is not None and self.away["date"] == number


@dataclass(frozen=True)
class Question:
    """What somebody asked about a date (its number), and what became of it. `votes`: how many want to know it too."""

    date: int
    by: str
    days_before: int
    text: str
    named: bool
    state: str
    votes: int
    answer: str
    answered_by: str
    language: str = "en"


@dataclass(frozen=True)
class Speaker:
    """Who speaks, hosts or interprets. `recording`: yes, no, or nothing said yet. `alt` says what the picture shows."""

    name: str
    email: str
    organisation: str
    role: str
    zone: str
    language: str
    picture: str | None
    alt: str
    recording: str
    bio: str


@dataclass(frozen=True)
class Date:
    """One date. `moved` and `called_off` say when that was done and why; `recording`, `handouts`, `follow_up` what came of it:
    {who: {language: {subject, body}}}, and where it says nothing, letters in the words that are proposed."""

    number: int
    zone: str
    in_days: int
    at: time
    agenda: tuple[Mapping[str, Any], ...]
    title: str = ""
    summary: str = ""
    texts: Mapping[str, Any] = field(default_factory=dict)
    rehearsal: Mapping[str, Any] | None = None
    handouts: tuple[Mapping[str, str], ...] = ()
    recording: Mapping[str, str] | None = None
    follow_up: Mapping[str, Any] | None = None
    moved: Mapping[str, Any] | None = None
    called_off: Mapping[str, Any] | None = None

    def wall(self, now: datetime) -> datetime:
        """Where it first stood, in its zone."""
        return datetime.combine(_workday(now.date() + timedelta(days=self.in_days)), self.at)

    def starts(self, now: datetime) -> datetime:
        """The same as an instant."""
        return self.wall(now).replace(tzinfo=zone_of(self.zone)).astimezone(UTC)

    def moved_to(self, now: datetime) -> datetime:
        """Where it was moved to, in its zone."""
        assert self.moved is not None
        days = now.date() + timedelta(days=self.moved["in_days"])
        return datetime.combine(_workday(days), time.fromisoformat(self.moved["at"]))

    def rehearsed(self, now: datetime) -> datetime:
        """When the speakers rehearse, in its zone: some days before, never on a weekend."""
        assert self.rehearsal is not None
        day = self.wall(now).date() - timedelta(days=self.rehearsal["days_before"])
        day -= timedelta(days=max(0, day.weekday() - _SATURDAY + 1))
        return datetime.combine(day, time.fromisoformat(self.rehearsal["at"]))

    def told(self, said: Mapping[str, Any], now: datetime) -> datetime:
        """When it was moved or called off."""
        return _on(now, -said["days_ago"])

    def after(self, now: datetime, days: int) -> datetime:
        """Some days after it took place, in the morning."""
        return datetime.combine(self.wall(now).date() + timedelta(days=days), HOUR)


@dataclass(frozen=True)
class Webinar:
    """A one-off or a series, with all its dates in order. `list` is given where it is for the members of a cohort; `announce`
    says to which list it was announced, and when. The other fields have the form of `Series` in `publisher.webinars.models`."""

    slug: str
    title: str
    summary: str
    description: str
    language: str
    texts: Mapping[str, Any]
    zone: str
    minutes: int
    announced_days_ago: int
    list: str | None
    spoken: tuple[str, ...]
    captions: tuple[str, ...]
    interpreted: tuple[str, ...]
    dial_in: str
    access_note: str
    is_recorded: bool
    capacity: int | None
    reminders: tuple[int, ...]
    room_url: str
    topics: tuple[str, ...]
    sectors: tuple[str, ...]
    countries: tuple[str, ...]
    questions: tuple[Mapping[str, Any], ...]
    survey: tuple[Mapping[str, Any], ...]
    announce: Mapping[str, Any] | None
    dates: tuple[Date, ...]
    speakers: tuple[Speaker, ...]
    asked: tuple[Question, ...]
    registrations: tuple[Registration, ...]

    def announced(self, now: datetime) -> datetime:
        """When it was published."""
        return _on(now, -self.announced_days_ago)

    def announced_to_list(self, now: datetime) -> datetime:
        assert self.announce is not None
        return _on(now, -self.announce["days_ago"])

    def file(self, name: str) -> Traversable:
        """Something of its own folder: a recording, a transcript, a handout."""
        return _folder() / self.slug / name


@cache
def webinars() -> tuple[Webinar, ...]:
    """Everything there is, in the order of the file."""
    registered = _read("registrations")
    return tuple(_webinar(row, registered[row["slug"]]) for row in _read("webinars"))


@cache
def guests() -> tuple[Somebody, ...]:
    """Who registers and is no reader."""
    return tuple(Somebody(**_frozen(row)) for row in _read("people"))


@cache
def everybody() -> Mapping[str, Somebody]:
    """Readers and guests by address."""
    readers = (Somebody(r.email, r.name, r.languages, r.zone, r.country) for r in content.readers())
    return {one.email: one for one in (*readers, *guests())}


def picture(name: str) -> Traversable:
    """A speaker's picture, a square PNG."""
    return _folder() / "speakers" / name


def slugs() -> tuple[str, ...]:
    """Short names of the series."""
    return tuple(one.slug for one in webinars())


def emails() -> tuple[str, ...]:
    """Addresses of guests and speakers."""
    return tuple(
        dict.fromkeys([*(one.email for one in guests()), *(s.email for one in webinars() for s in one.speakers)])
    )


def _webinar(row: dict[str, Any], registered: list[dict[str, Any]]) -> Webinar:
    own = ("dates", "speakers", "asked")
    return Webinar(
        dates=tuple(_date(date_row, number, row["zone"]) for number, date_row in enumerate(row["dates"], start=1)),
        speakers=tuple(Speaker(**one) for one in row["speakers"]),
        asked=tuple(Question(**one) for one in row["asked"]),
        registrations=tuple(Registration(**_frozen(one)) for one in registered),
        **_frozen({key: value for key, value in row.items() if key not in own}),
    )


def _date(row: dict[str, Any], number: int, zone: str) -> Date:
    return Date(number=number, zone=zone, **{**_frozen(row), "at": time.fromisoformat(row["at"])})


def _workday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= _SATURDAY else 0)


def _on(now: datetime, days: int) -> datetime:
    return datetime.combine(now.date() + timedelta(days=days), HOUR)


def _frozen(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _read(name: str) -> Any:
    return json.loads((_folder() / f"{name}.json").read_text(encoding="utf-8"))


def _folder() -> Traversable:
    return files("publisher.demo") / "content" / "webinars"
