"""Saying yes to a registration: the page shows, the button does. Only whoever reads the mailbox gets the link."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from publisher.errors import BadToken
from publisher.house import House
from publisher.mail import addresses as mail_addresses
from publisher.tokens import EXPIRED, Purpose
from publisher.webinars import proof, registrants, seats, waiting
from publisher.webinars.models import Registration, RegistrationState, Seat, Series, Webinar
from publisher.webinars.wishes import Over


@dataclass(frozen=True)
class Question:
    """What the page asks. `zone`: theirs. `dates`: those ahead that the registration is for. `is_done`: it was confirmed before, so there is
    nothing to press."""

    masked: str
    language: str
    zone: str
    series: Series
    dates: tuple[Webinar, ...]
    is_done: bool


@dataclass(frozen=True)
class Confirmed:
    """What a press of the button came to; `registration.state` says whether they have a place. `is_first`: False where it
    had been pressed before."""

    registration: Registration
    series: Series
    is_first: bool


def look(session: Session, house: House, token: str, *, now: datetime) -> Question:
    """What a confirmation link is about. Changes nothing. `BadToken` where it is forged, too old, or was taken back since."""
    registration, series = _opened(session, house, token, now)
    address = registrants.address_of(session, registration)
    return Question(
        masked=mail_addresses.mask(address.email),
        language=registration.language,
        zone=registration.zone,
        series=series,
        dates=tuple(_dates(session, series, registration, now)),
        is_done=registration.state != RegistrationState.PENDING,
    )


def confirm(session: Session, house: House, token: str, *, now: datetime) -> Confirmed:
    """The button was pressed: staff are asked, or they have their places, or wait. Twice is harmless. `Over` after the end."""
    registration, series = _opened(session, house, token, now)
    seats.lock(session, series)
    session.refresh(registration)
    waiting.hold(session, series, registration.registrant_id)
    if registration.state != RegistrationState.PENDING:
        return Confirmed(registration, series, is_first=False)
    if not _dates(session, series, registration, now):
        raise Over(())
    proof.welcome_back(session, registrants.address_of(session, registration))
    waiting.admit(session, house, series, registration, now=now, approved=False)
    return Confirmed(registration, series, is_first=True)


def _opened(session: Session, house: House, token: str, now: datetime) -> tuple[Registration, Series]:
    mark, _, key = house.tokens.open(Purpose.CONFIRM, token, now=now).partition(":")
    registration = registrants.by_key(session, key) if mark == "w" else None
    if registration is None or registration.state in (RegistrationState.CANCELLED, RegistrationState.DECLINED):
        raise BadToken(EXPIRED)
    return registration, session.get_one(Series, registration.series_id)


def _dates(session: Session, series: Series, registration: Registration, now: datetime) -> list[Webinar]:
    mine = seats.of(session, registration)
    return [one for one in seats.open_dates(session, series, now=now) if _is_meant(mine.get(one.id or 0))]


def _is_meant(seat: Seat | None) -> bool:
    return seat is not None and seat.state != "away"
