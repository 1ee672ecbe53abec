"""The editions of a letter about a webinar: compiled when the first person needs one, kept once, shared by all who get the same.

Nothing in an edition is about anybody. Two people get different ones where their language differs, or the invitation in it:
with an alarm or without, and for other dates of the series.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from publisher.audience.models import MailingList
from publisher.house import House
from publisher.languages import LANGUAGES, fallbacks
from publisher.mail.calendar_part import CalendarBody
from publisher.mail.outbox import keep_edition
from publisher.webinars import invites, letters, words, written
from publisher.webinars.models import Mailing, Series, Webinar, WebinarState
from publisher.webinars.recipients import SEAT, Recipient, dates_of

#: Kinds whose letters carry an invitation, or take one back.
WITH_CALENDAR = ("update", "cancellation")


@dataclass(frozen=True)
class Variant:
    """All that makes one person's edition another than somebody else's. `covering`: the dates of their invitation."""

    language: str
    has_calendar: bool = False
    alarm: bool = False
    is_whole: bool = True
    covering: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Kept:
    """An edition in its place: its row, and the series' sequence that it was compiled at."""

    number: int
    sequence: int
    has_calendar: bool


class Editions:
    """The editions of one mailing. Make one for each planning."""

    def __init__(self, house: House, mailing: Mailing) -> None:
        self._house = house
        self._mailing = mailing
        self._kept: dict[Variant, Kept] = {}

    def of(self, session: Session, people: Sequence[Recipient], *, now: datetime) -> list[Kept]:
        """The edition of each of these people, in their order."""
        series = session.get_one(Series, self._mailing.series_id)
        available = {*LANGUAGES, *words.languages_of(series), *self._mailing.words}
        covering = self._covering(session, people)
        found = []
        for person in people:
            variant = self._variant(person, letter_language(person.spoken, available), covering)
            if variant not in self._kept:
                self._kept[variant] = self._compiled(session, series, variant, now)
            found.append(self._kept[variant])
        return found

    def _variant(self, person: Recipient, language: str, covering: dict[int, frozenset[int]]) -> Variant:
        mailing = self._mailing
        if mailing.kind not in WITH_CALENDAR or not person.is_coming:
            return Variant(language)
        dates = frozenset(dates_of(mailing)) if self._is_about_one() else covering.get(person.number, frozenset())
        is_whole = person.is_whole or self._is_about_one()
        return Variant(language, True, person.alarm and mailing.kind == "update", is_whole, dates)

    def _covering(self, session: Session, people: Sequence[Recipient]) -> dict[int, frozenset[int]]:
        """Which dates each of them comes to, where an invitation is about more than one."""
        mailing = self._mailing
        if mailing.kind not in WITH_CALENDAR or self._is_about_one():
            return {}
        rows = session.execute(
            select(SEAT.c.registration_id, SEAT.c.webinar_id).where(
                SEAT.c.registration_id.in_([person.number for person in people]),
                SEAT.c.webinar_id.in_(self._dates(session)),
                SEAT.c.state == "coming",
            )
        )
        found: dict[int, set[int]] = {}
        for row in rows:
            found.setdefault(row.registration_id, set()).add(row.webinar_id)
        return {number: frozenset(dates) for number, dates in found.items()}

    def _is_about_one(self) -> bool:
        """Whether the invitation names one date alone. A date that is added changes the whole."""
        return self._mailing.webinar_id is not None and self._mailing.data.get("reason") != "added"

    def _dates(self, session: Session) -> list[int]:
        """The dates that invitations are about: those called off, or all that are on."""
        if self._mailing.kind == "cancellation":
            return dates_of(self._mailing)
        return on(session, self._mailing.series_id)

    def _compiled(self, session: Session, series: Series, variant: Variant, now: datetime) -> Kept:
        mailing, house = self._mailing, self._house
        webinar = session.get_one(Webinar, mailing.webinar_id) if mailing.webinar_id is not None else None
        mailing_list = session.get_one(MailingList, mailing.list_id) if mailing.list_id is not None else None
        data = letters.compile_for(
            session,
            house,
            mailing.kind,
            series,
            webinar,
            variant.language,
            now=now,
            words=written.chosen(mailing.words, variant.language, series.language),
            data=mailing.data,
            calendar=self._calendar(session, series, webinar, variant),
            mailing_list=mailing_list,
        ).to_bytes()
        digest = hashlib.blake2b(data, digest_size=16).hexdigest()
        number = keep_edition(session, mailing.letter_id or 0, variant.language, digest, data)
        return Kept(number, series.sequence, variant.has_calendar)

    def _calendar(
        self, session: Session, series: Series, webinar: Webinar | None, variant: Variant
    ) -> CalendarBody | None:
        if not variant.has_calendar:
            return None
        if self._mailing.kind == "cancellation":
            dates = [session.get_one(Webinar, number) for number in sorted(variant.covering)]
            is_all = variant.is_whole and webinar is None and not on(session, self._mailing.series_id)
            return invites.cancel_body(
                session, self._house, series, language=variant.language, webinars=() if is_all else dates
            )
        return invites.request_body(
            session,
            self._house,
            series,
            language=variant.language,
            covering=variant.covering,
            whole=variant.is_whole,
            webinar=webinar if self._is_about_one() else None,
            alarm=variant.alarm,
        )


def letter_language(spoken: Sequence[str], available: Iterable[str]) -> str:
    """The first of somebody's languages that a letter can be in; English where it is none of them."""
    known = set(available)
    for code in spoken:
        for candidate in fallbacks(code):
            if candidate in known and (candidate != "en" or code.startswith("en")):
                return candidate
    return "en"


_TITLES = {
    "announcement": "Announcement of “{title}”",
    "update": "Change of “{title}”",
    "cancellation": "“{title}” is called off",
    "message": "Message about “{title}”",
    "came": "After “{title}”, for who came",
    "missed": "After “{title}”, for who missed it",
}


def title(mailing: Mailing, series: Series, webinar: Webinar | None) -> str:
    """What staff see a letter called."""
    name = (webinar.title if webinar is not None else "") or series.title
    if mailing.kind != "reminder":
        return _TITLES[mailing.kind].format(title=name)
    return f"Reminder of “{name}”, {before(mailing.minutes or 0)}"


def before(minutes: int) -> str:
    """`24 hours before`, `10 minutes before`, `at the start`."""
    if minutes == 0:
        return "at the start"
    number, unit = next((minutes // size, unit) for size, unit in _UNITS if minutes % size == 0)
    return f"{number} {unit}{'' if number == 1 else 's'} before"


_UNITS = ((10080, "week"), (2880, "day"), (60, "hour"), (1, "minute"))


def links(
    session: Session, mailing: Mailing, series: Series, webinar: Webinar | None, mailing_list: MailingList | None
) -> dict[str, list[str]]:
    """How each person's links are made; see `mail.building`."""
    if mailing_list is not None:
        page = f"/webinars/{webinar.slug}" if webinar is not None else f"/webinars/series/{series.slug}"
        return {
            "register": ["register", f"{page}?for=", ""],
            "unsubscribe": ["unsubscribe", "/u/", f":{mailing_list.slug}"],
            "preferences": ["preferences", "/preferences/", ""],
        }
    quiet = ["quiet", "/u/", ""]
    found = {"booking": ["booking", "/webinars/mine/", ""], "quiet": quiet, "unsubscribe": quiet}
    if mailing.kind in ("came", "missed"):
        found["attended"] = ["attended", "/webinars/attended/", ""]
    if webinar is not None:
        found["join"] = _join(webinar.id)
    if mailing.kind in WITH_CALENDAR:
        found |= {f"join-{number}": _join(number) for number in {*dates_of(mailing), *on(session, series.id)}}
    return found


def _join(number: int | None) -> list[str]:
    return ["join", "/j/", f"r:{{}}:{number}"]


def on(session: Session, series_id: int | None) -> list[int]:
    """The dates of a series that are on, also those that have been."""
    which = (col(Webinar.series_id) == series_id, col(Webinar.state) == WebinarState.ANNOUNCED)
    return [int(row[0]) for row in session.execute(select(col(Webinar.id)).where(*which))]
