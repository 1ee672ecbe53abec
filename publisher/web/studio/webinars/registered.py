"""What the database says of who registered: a page of them, their seats, and their numbers, in as many questions however many."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, case
from sqlmodel import Session, col, func, select

from publisher.mail.models import Address
from publisher.web.studio.visit import Desk
from publisher.webinars.models import Registrant, Registration, RegistrationState, Seat, Series, Webinar

#: By state of a registration: the tone of a tag, and the word.
STATES: dict[str, tuple[str, str]] = {
    RegistrationState.ASKED: ("held", "Waits for your answer"),
    RegistrationState.REGISTERED: ("ok", "Registered"),
    RegistrationState.WAITING: ("pending", "Waiting list"),
    RegistrationState.PENDING: ("", "Not confirmed"),
    RegistrationState.DECLINED: ("", "Declined"),
    RegistrationState.CANCELLED: ("", "Cancelled"),
}


@dataclass(frozen=True)
class Chosen:
    """Whom the page shows. `date`: id of a date, 0 for the whole series; `country`: `none` for those who did not say."""

    state: str = ""
    date: int = 0
    zone: str = ""
    country: str = ""
    language: str = ""
    text: str = ""

    @classmethod
    def asked(cls, desk: Desk, dates: dict[int, Webinar]) -> "Chosen":
        """As the address says; what it cannot mean is left out."""
        state, date = desk.asked("state"), desk.asked("date")
        number = int(date) if date.isascii() and date.isdecimal() and len(date) < 10 else 0
        return cls(
            state=state if state in STATES else "",
            date=number if number in dates else 0,
            zone=desk.asked("zone")[:60],
            country=desk.asked("country")[:4],
            language=desk.asked("language")[:20],
        )

    def pairs(self) -> list[tuple[str, str]]:
        """For an address: what was searched for never stands in one."""
        names = ("date", "state", "zone", "country", "language")
        return [(name, str(getattr(self, name))) for name in names if getattr(self, name)]

    def query(self) -> str:
        return f"?{urlencode(self.pairs())}" if self.pairs() else ""

    def without(self, name: str) -> "Chosen":
        return replace(self, **{name: getattr(Chosen(), name)})


@dataclass(frozen=True)
class Found:
    registration: Registration
    email: str


@dataclass
class Numbers:
    """`states` of everybody; the rest of who is registered. `seats` and `attended`: at the date that is looked at."""

    states: dict[str, int] = field(default_factory=dict)
    zones: Counter[str] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    seats: Counter[str] = field(default_factory=Counter)
    attended: Counter[str] = field(default_factory=Counter)


def page(session: Session, series: Series, chosen: Chosen, limit: int, offset: int) -> list[Found]:
    """Who waits for an answer stands first, then the newest; of those who wait, the one who asked first."""
    first = chosen.state in (RegistrationState.ASKED, RegistrationState.WAITING)
    when, number = col(Registration.asked_at), col(Registration.id)
    asks = case((col(Registration.state) == RegistrationState.ASKED, 0), else_=1)
    order = (when, number) if first else (asks, when.desc(), number.desc())
    rows = session.exec(_joined(series, chosen).order_by(*order).limit(limit).offset(offset))
    return [Found(registration, email) for registration, email in rows]


def every(session: Session, series: Series, chosen: Chosen) -> Iterator[Found]:
    """All of them, streamed, in the order they asked."""
    rows = session.exec(
        _joined(series, chosen).order_by(col(Registration.asked_at), col(Registration.id)),
        execution_options={"yield_per": 500},
    )
    for registration, email in rows:
        yield Found(registration, email)


def count(session: Session, series: Series, chosen: Chosen) -> int:
    which = _joined(series, chosen).with_only_columns(func.count())
    return int(session.execute(which).scalar_one())


def seats_of(session: Session, ids: Sequence[int]) -> dict[int, dict[int, Seat]]:
    """By registration and date."""
    found: dict[int, dict[int, Seat]] = {}
    for seat in session.exec(select(Seat).where(col(Seat.registration_id).in_(ids))):
        found.setdefault(seat.registration_id, {})[seat.webinar_id] = seat
    return found


def numbers(session: Session, series: Series, date: int) -> Numbers:
    """In numbers: of a date, those who have a seat at it."""
    here = [col(Registration.series_id) == series.id, *([_at(date)] if date else [])]
    found = Numbers(states=dict(_grouped(session, col(Registration.state), here)))
    standing = [*here, col(Registration.state) == RegistrationState.REGISTERED]
    found.zones.update(dict(_grouped(session, col(Registration.zone), standing)))
    found.countries.update({k or "none": n for k, n in _grouped(session, col(Registration.country), standing)})
    found.languages.update(dict(_grouped(session, col(Registration.language), standing)))
    if date:
        rows = session.execute(
            select(Seat.state, Seat.attended, func.count())
            .join(Registration, col(Registration.id) == col(Seat.registration_id))
            .where(col(Seat.webinar_id) == date, col(Registration.state) == RegistrationState.REGISTERED)
            .group_by(col(Seat.state), col(Seat.attended))
        )
        for state, attended, number in rows:
            found.seats[state] += int(number)
            found.attended[attended] += int(number) if state == "coming" or attended else 0
    return found


def _grouped(session: Session, column: Any, where: Sequence[ColumnElement[bool]]) -> list[tuple[Any, int]]:
    rows = session.execute(select(column, func.count()).select_from(Registration).where(*where).group_by(column))
    return [(value, int(number)) for value, number in rows]


def _joined(series: Series, chosen: Chosen) -> Any:
    wanted = (
        select(Registration, Address.email)
        .join(Registrant, col(Registrant.id) == col(Registration.registrant_id))
        .join(Address, col(Address.id) == col(Registrant.address_id))
        .where(col(Registration.series_id) == series.id)
    )
    if chosen.date:
        wanted = wanted.where(_at(chosen.date))
    for name in ("state", "zone", "language"):
        if value := getattr(chosen, name):
            wanted = wanted.where(getattr(Registration, name) == value)
    if chosen.country:
        country = col(Registration.country)
        wanted = wanted.where(country.is_(None) if chosen.country == "none" else country == chosen.country)
    return wanted.where(_holds(chosen.text)) if chosen.text else wanted


def _at(date: int) -> ColumnElement[bool]:
    return col(Registration.id).in_(select(Seat.registration_id).where(col(Seat.webinar_id) == date))


def _holds(text: str) -> ColumnElement[bool]:
    wanted = text.strip().casefold()
    places: list[Any] = [col(Address.normalised), func.lower(Address.email)]
    places += [func.lower(Registration.name), func.lower(Registration.organisation)]
    found: ColumnElement[bool] = places[0].contains(wanted, autoescape=True)
    for place in places[1:]:
        found = found | place.contains(wanted, autoescape=True)
    return found
