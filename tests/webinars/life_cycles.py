"""Lives of webinars that nobody thought of: announced, registered for, changed, moved, called off, each the same in every run.

Rows stand as scheduling leaves them, so that a thousand lives take a minute; every message goes from `invites` through a letter
to the bytes of a mail. What the calendar must then show is reckoned here by Python's own reading of the zones.
"""

import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from functools import cache, cached_property
from zoneinfo import ZoneInfo

from calendar_onsets import by_python
from sqlmodel import Session, col, select

from publisher import clock
from publisher.errors import BadInput
from publisher.house import House
from publisher.mail.calendar_part import CalendarBody
from publisher.mail.letters import HeaderPlan, compile_letter
from publisher.mail.models import Identity
from publisher.webinars import invites, times
from publisher.webinars.models import ReplyMailbox, Series, Webinar

TITLES = (
    "Leading early years", "Play, care; and “talk” \\ every day", "Jouer, c’est travailler : l’éveil à l’école", "الوالدان واللعب: اللقاء الأول",
    "खेल और देखभाल", "早期教育与照护", "Ранние годы — вместе", "Ẹkọ́ ọmọdé àti ìtọ́jú", "🧸 " * 40, "x" * 180, "A:B;C,D=E\\n", "MET METHOD:CANCEL",
)  # fmt: skip
NAMES = ("Alice", "أمينة بنت خالد", 'Doe, "Jane"; MD', "Nguyễn Thị Bích", "李小龙", "", "O’Neil\\, Sean")
LANGUAGES = ("en", "fr", "ar")
#: Clocks that do what others do not.
HARD = (
    "America/Havana", "Africa/Casablanca", "Africa/Cairo", "Asia/Gaza", "Australia/Lord_Howe", "Europe/Dublin", "Antarctica/Troll",
    "Pacific/Chatham", "America/Nuuk", "America/St_Johns", "America/Vancouver", "Asia/Kathmandu", "Pacific/Kiritimati", "Europe/London",
    "America/New_York", "America/Santiago", "Asia/Beirut", "Africa/El_Aaiun", "Pacific/Apia", "Etc/GMT+12", "America/Asuncion", "Europe/Chisinau",
)  # fmt: skip
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
FIRST, LAST = datetime(2026, 12, 1, tzinfo=UTC), datetime(2028, 6, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Step:
    """`what` happened, the `mail` that told it, and when the dates that this person comes to now are."""

    what: str
    mail: bytes
    expected: list[datetime]

    @cached_property
    def calendar(self) -> bytes:
        """As a program takes it out of the mail."""
        parts = message_from_bytes(self.mail).walk()
        return next(part.get_payload(decode=True) for part in parts if part.get_content_type() == "text/calendar")


@dataclass
class Life:
    """One series or one-off, and one person's registration on it."""

    session: Session
    house: House
    number: int
    chance: random.Random
    series: Series
    dates: list[Webinar]
    is_whole: bool = True
    language: str = "en"
    alarm: bool = False
    name: str = "Alice"
    extra: int = 0
    now: datetime = NOW
    coming: set[int] = field(default_factory=set)

    def steps(self) -> Iterator[Step]:
        """Request, update, one date moved, one called off, the end."""
        yield self._told("request", self._request())
        yield self._told(*self._changed())
        if (moved := self._move_one()) is not None:
            yield self._told("one moved", moved)
        if len(self.coming) > 1 and self.chance.random() < 0.6:
            yield self._told("one called off", self._call_off_one())
        yield self._told("the end", self._end())

    def _changed(self) -> tuple[str, CalendarBody]:
        ways = [self._other_hour, self._other_words]
        if self.is_whole or self.series.is_single:
            ways.append(self._other_zone)
        if not self.series.is_single:
            ways += [self._one_more] if self.is_whole else []
            ways += [self._not_this_one] if len(self.coming) > 1 else []
        way = self.chance.choice(ways)
        return way.__name__.strip("_").replace("_", " "), way()

    def _other_hour(self) -> CalendarBody:
        for webinar in self._mine():
            self._put(
                webinar, datetime.fromisoformat(webinar.wall) + timedelta(hours=self.chance.choice((-2, -1, 1, 3)))
            )
        self.series.sequence += 1
        return self._request()

    def _other_words(self) -> CalendarBody:
        """No other time, so no other SEQUENCE: the DTSTAMP tells that it is news."""
        self.series.title = self.chance.choice(TITLES)
        return self._request()

    def _other_zone(self) -> CalendarBody:
        zone = self.chance.choice(HARD)
        walls = {one.id: datetime.fromisoformat(one.wall) for one in self.dates}
        slots = {one.id: datetime.fromisoformat(one.slot) for one in self.dates}
        if all(is_shown_once(wall, zone) for wall in (*walls.values(), *slots.values())):
            self.series.zone = zone
            for webinar in self.dates:
                self._put(webinar, walls[webinar.id], zone)
        self.series.sequence += 1
        return self._request()

    def _one_more(self) -> CalendarBody:
        last = max(datetime.fromisoformat(one.slot) for one in self.dates)
        wall = last + timedelta(days=self.chance.choice((1, 7, 14, 30)))
        if is_shown_once(wall, self.series.zone):
            self.dates.append(a_date(self.session, self.series, len(self.dates) + 1, wall, self.dates[0].minutes))
            self.coming.add(self.dates[-1].id or 0)
        self.series.sequence += 1
        return self._request()

    def _not_this_one(self) -> CalendarBody:
        webinar = self.chance.choice(self._mine())
        self.coming.remove(webinar.id or 0)
        self.extra += 1
        if self.is_whole:
            return self._request()
        return self._cancel(webinars=[webinar], uninvite=True)

    def _move_one(self) -> CalendarBody | None:
        """Over a change of clocks, where there is one near."""
        webinar = self.chance.choice(self._mine())
        wall = datetime.fromisoformat(webinar.wall)
        ways = [
            timedelta(days=days, minutes=self.chance.choice((0, 30, -90)))
            for days in self.chance.sample(range(-150, 151), 40)
        ]
        here = times.derived(wall, webinar.zone).astimezone(ZoneInfo(webinar.zone)).utcoffset()
        ways.sort(
            key=lambda way: (
                times.derived(wall + way, webinar.zone).astimezone(ZoneInfo(webinar.zone)).utcoffset() == here
            )
        )
        for way in ways:
            if (
                wall + way != wall
                and is_shown_once(wall + way, webinar.zone)
                and self._is_free(wall + way, webinar.zone)
            ):
                self._put(webinar, wall + way)
                self.series.sequence += 1
                return self._request(webinar=webinar)
        return None

    def _call_off_one(self) -> CalendarBody:
        webinar = self.chance.choice(self._mine())
        webinar.state = "cancelled"
        self.coming.remove(webinar.id or 0)
        self.series.sequence += 1
        return self._cancel(webinar=webinar)

    def _end(self) -> CalendarBody:
        """The whole is called off, or this person leaves."""
        leaves = self.chance.random() < 0.3
        named = [] if self.is_whole or self.series.is_single else self._mine()
        if leaves:
            self.extra += 1
        else:
            self.series.sequence += 1
        body = self._cancel(webinars=named, uninvite=leaves)
        self.coming.clear()
        return body

    def _mine(self) -> list[Webinar]:
        return [one for one in self.dates if one.id in self.coming]

    def _is_free(self, wall: datetime, zone: str) -> bool:
        return all(one.starts_at != times.derived(wall, zone) for one in self.dates)

    def _put(self, webinar: Webinar, wall: datetime, zone: str | None = None) -> None:
        """Where clocks there do not show it once, it stays."""
        place = zone or webinar.zone
        if is_shown_once(wall, place):
            webinar.wall, webinar.zone = times.said(wall), place
            webinar.starts_at = times.instant(wall, place)
            webinar.ends_at = webinar.starts_at + timedelta(minutes=webinar.minutes)

    def _request(self, webinar: Webinar | None = None) -> CalendarBody:
        self.session.flush()
        return invites.request_body(
            self.session, self.house, self.series, language=self.language, covering=self.coming, whole=self.is_whole,
            webinar=webinar, alarm=self.alarm,
        )  # fmt: skip

    def _cancel(self, webinar: Webinar | None = None, webinars: list[Webinar] | None = None, uninvite: bool = False) -> CalendarBody:  # fmt: skip
        self.session.flush()
        return invites.cancel_body(
            self.session, self.house, self.series, language=self.language, webinar=webinar, webinars=webinars or (), uninvite=uninvite,
        )  # fmt: skip

    def _told(self, what: str, body: CalendarBody) -> Step:
        self.now += timedelta(minutes=self.chance.randint(1, 900))
        context = {"brand": {"name": "Hub", "accent": "#1f6f54", "postal_address": "", "website": ""}, "title": what}
        plan = HeaderPlan("Early Hands", "letters@hub.example.org")
        edition = compile_letter(self.house.templates, "tiny", self.language, context, plan, body)
        values = {name: f"https://hub.example.org/{name}/{self.number}.{'k' * 22}" for name in edition.required}
        mail = edition.assemble(
            to_name=self.name, to_address=f"reader{self.number}@example.org", message_id=f"{self.number}.0123456789abcdef@hub.example.org",
            date=self.now, values=values | {"sequence": str(self.series.sequence + self.extra)}, selection=None,
        )  # fmt: skip
        return Step(what, mail, sorted(instant_of(one) for one in self._mine()))


def lived(session: Session, house: House, number: int) -> Life:
    """The life with that number."""
    chance = random.Random(f"a life, number {number}")
    zone = chance.choice(HARD) if chance.random() < 0.6 else chance.choice(clock.zone_names()[:-1])
    is_single = chance.random() < 0.25
    walls = _walls(chance, zone, 1 if is_single else chance.choice((1, 2, 2, 3, 3, 4, 6)))
    series = _a_series(session, number, chance, zone, is_single)
    minutes = chance.choice((30, 60, 90, 1500))
    dates = [a_date(session, series, place, wall, minutes) for place, wall in enumerate(walls, 1)]
    life = Life(session, house, number, chance, series, dates)
    life.is_whole = chance.random() < 0.7
    mine = dates if life.is_whole else chance.sample(dates, chance.randint(1, len(dates)))
    life.coming = {one.id or 0 for one in mine}
    life.language, life.name, life.alarm = chance.choice(LANGUAGES), chance.choice(NAMES), chance.random() < 0.3
    return life


def instant_of(webinar: Webinar) -> datetime:
    return datetime.fromisoformat(webinar.wall).replace(tzinfo=ZoneInfo(webinar.zone)).astimezone(UTC)


@cache
def is_shown_once(wall: datetime, zone: str) -> bool:
    try:
        times.instant(wall, zone)
    except BadInput:
        return False
    return True


def a_date(session: Session, series: Series, place: int, wall: datetime, minutes: int) -> Webinar:
    said, starts = times.said(wall), times.instant(wall, series.zone)
    row = Webinar(
        series_id=series.id or 0, slug=f"{series.slug}-{place}", number=place, state="announced", slot=said, wall=said, zone=series.zone,
        minutes=minutes, zone_data=clock.zone_data_version(), starts_at=starts, ends_at=starts + timedelta(minutes=minutes),
        meeting_key=secrets.token_urlsafe(12), changed_at=NOW, created_at=NOW,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _a_series(session: Session, number: int, chance: random.Random, zone: str, is_single: bool) -> Series:
    """Some are invited to by who reads answers."""
    title = chance.choice(TITLES)
    series = Series(
        slug=f"life-{number}", uid=f"life-{number}@hub.example.org", title=title, summary=chance.choice(("", title, "Two, words; here.")),
        zone=zone, is_single=is_single, identity_id=_identity(session, reads=chance.random() < 0.5).id or 0,
        is_recorded=chance.random() < 0.5, captions=["en"], changed_at=NOW, created_at=NOW,
    )  # fmt: skip
    session.add(series)
    session.flush()
    return series


def _identity(session: Session, *, reads: bool) -> Identity:
    slug = "reads" if reads else "hub"
    found = session.exec(select(Identity).where(col(Identity.slug) == slug)).first()
    if found is not None:
        return found
    made = Identity(
        slug=slug, name="Early Hands", from_name="Early Hands", from_address="letters@hub.example.org", domain="hub.example.org",
        created_at=NOW,
    )  # fmt: skip
    session.add(made)
    session.flush()
    if reads:
        session.add(ReplyMailbox(identity_id=made.id or 0, url="imaps://u:p@mail.example.org/INBOX"))
        session.flush()
    return made


def _walls(chance: random.Random, zone: str, count: int) -> list[datetime]:
    """Often across a change of clocks; by a rhythm, or as people find time."""
    onsets = [at for at, *_ in by_python(zone) if FIRST < at < LAST]
    near = chance.choice(onsets) if onsets and chance.random() < 0.8 else FIRST + (LAST - FIRST) * chance.random()
    begin = (near - timedelta(days=chance.randint(0, 30))).replace(tzinfo=None)
    while True:
        begin = begin.replace(hour=chance.randint(0, 23), minute=chance.choice((0, 15, 30)), second=0, microsecond=0)
        walls = times.repeated(begin, chance.choice(list(times.RHYTHMS)), count)
        if chance.random() < 0.3:
            walls = sorted(
                {begin, *(begin + timedelta(days=chance.randint(1, 80), hours=chance.randint(0, 5)) for _ in walls[1:])}
            )
        if all(is_shown_once(wall, zone) for wall in walls) and FIRST.replace(tzinfo=None) < begin:
            return walls
        begin += timedelta(days=1)
