"""What becomes of a registration: its dates chosen anew, cancelled, taken back, kept quiet.

The link that leads here stands in mails, and mails are forwarded: everything in this module can be taken back through the same
link (a seat that somebody else has meanwhile excepted), and none of it shows an address. Each change of somebody's dates
raises their SEQUENCE and is written to them, with the invitation brought up to date.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.languages import N_
from publisher.mail.models import Address
from publisher.webinars import letters, mailings, registrants, seats, waiting
from publisher.webinars.models import Registration, RegistrationState, Seat, Series, Webinar
from publisher.webinars.wishes import NOT_RECORDED, Over

FULL = N_("All places of that date are taken.")
NOT_REGISTERED = N_("This registration was cancelled. Take it back first.")
GONE = N_("That date is over or was called off, so nothing can be changed about it.")
STATES = ("coming", "recording", "away")


#: Begins the name of a webinar's series where the send log else names a list.
REGISTRATION = "registration:"


def cancel(session: Session, house: House, registration: Registration, *, now: datetime) -> bool:
    """Give back all places, and take the entries out of their calendar; False where there was nothing to cancel.
    `Over` once every date has been held: what was attended stays."""
    return leave(session, house, registration, RegistrationState.CANCELLED, now=now)


def leave(
    session: Session,
    house: House,
    registration: Registration,
    state: RegistrationState,
    *,
    now: datetime,
    write: bool = True,
) -> bool:
    """As `cancel`, to be cancelled or (by staff, who want them to stay out) declined. `write`: False where they were told."""
    series = held(session, registration)
    if registration.state not in seats.STANDING:
        return False
    _need_dates(session, series, now)
    was_registered = registration.state == RegistrationState.REGISTERED
    registration.state, registration.cancelled_at = state, now
    registrants.touch(session, registration, now=now, dates=was_registered)
    mailings.stop_for(session, registration, now=now)
    registrants.note(session, registration, "U", REGISTRATION, now=now)
    if was_registered:
        if write:
            letters.has_left(session, house, registration, now=now)
        waiting.promote(session, house, series, now=now)
    return True


def come_back(session: Session, house: House, registration: Registration, *, now: datetime, write: bool = True) -> bool:
    """Take back a cancellation: the same dates again, and those that a whole series has had since, if there is room; else the
    last position of the waiting list. False where nothing was cancelled."""
    series = held(session, registration)
    if registration.state != RegistrationState.CANCELLED:
        return False
    dates = _need_dates(session, series, now)
    mine = seats.of(session, registration).values()
    only_listens = bool(mine) and all(seat.state == "recording" for seat in mine)
    if registration.is_whole:
        seats.give(session, registration, dates, "recording" if only_listens else "coming")
    was_approved = registration.registered_at is not None
    registration.cancelled_at = None
    registrants.touch(session, registration, now=now, dates=True)
    registrants.note(session, registration, "R", REGISTRATION, now=now)
    waiting.admit(session, house, series, registration, now=now, approved=was_approved, write=write)
    return True


def again(session: Session, house: House, address: Address, slug: str, *, left: bool, now: datetime) -> bool:
    """After a restore: who cancelled, or took that back, since the backup has done so again. They were told when they did it."""
    registration = registrants.of_slug(session, address, slug)
    if registration is None:
        return False
    try:
        if left:
            return leave(session, house, registration, RegistrationState.CANCELLED, now=now, write=False)
        return come_back(session, house, registration, now=now, write=False)
    except Over:
        return False


def opt_out(
    session: Session,
    house: House,
    registration: Registration,
    webinar: Webinar,
    *,
    now: datetime,
    recording: bool = False,
) -> bool:
    """They cannot come to this date; `recording`: they want what was recorded. False where that was known."""
    return choose(session, house, registration, {webinar.id or 0: "recording" if recording else "away"}, now=now)


def opt_in(session: Session, house: House, registration: Registration, webinar: Webinar, *, now: datetime) -> bool:
    """They want to come to this date after all, or as well. `Conflict` where it is full."""
    return choose(session, house, registration, {webinar.id or 0: "coming"}, now=now)


def choose(
    session: Session, house: House, registration: Registration, choices: Mapping[int, str], *, now: datetime
) -> bool:
    """Each of these dates (webinar id → coming | recording | away) as they wish, in one step and with one letter. False where
    all of it was so before. `Conflict`: a date is full, over, or the registration was cancelled; then nothing is changed."""
    series = held(session, registration)
    if registration.state not in seats.STANDING:
        raise Conflict(NOT_REGISTERED)
    mine = seats.of(session, registration)
    wanted = {one: state for one, state in choices.items() if _state_of(mine.get(one)) != state}
    if not wanted:
        return False
    _check(session, house, series, registration, wanted, now)
    left = [session.get_one(Webinar, one) for one in wanted if _state_of(mine.get(one)) == "coming"]
    for one, state in wanted.items():
        seat = mine.get(one) or Seat(registration_id=registration.id or 0, webinar_id=one)
        seat.state = state
        session.add(seat)
    is_registered = registration.state == RegistrationState.REGISTERED
    joined = [one for one, state in wanted.items() if state == "coming"]
    registrants.touch(session, registration, now=now, dates=is_registered and bool(left or joined))
    for webinar in left:
        mailings.stop_for(session, registration, now=now, webinar=webinar)
    if is_registered and (left or joined):
        ids = [one.id or 0 for one in left]
        letters.dates_changed(session, house, registration, now=now, removed=ids, joined=joined)
    if left:
        waiting.promote(session, house, series, now=now)
    return True


def held(session: Session, registration: Registration) -> Series:
    """The series under its lock, and the registration as it is now; with those whom its place may go to."""
    series = session.get_one(Series, registration.series_id)
    seats.lock(session, series)
    session.refresh(registration)
    waiting.hold(session, series, registration.registrant_id)
    return series


def _check(
    session: Session, house: House, series: Series, registration: Registration, wanted: Mapping[int, str], now: datetime
) -> None:
    if bad := [state for state in wanted.values() if state not in STATES]:
        raise BadInput(f"“{bad[0][:40]}” is not possible here. Choose one of: {', '.join(STATES)}.", field="dates")
    ahead = {one.id for one in seats.open_dates(session, series, now=now)}
    if set(wanted) - ahead:
        raise Conflict(GONE)
    if "recording" in wanted.values() and not series.is_recorded:
        raise BadInput(NOT_RECORDED, field="dates")
    joined = [one for one, state in wanted.items() if state == "coming"]
    if joined and registration.state == RegistrationState.REGISTERED:
        waiting.promote(session, house, series, now=now)
        if not seats.has_room(session, series, joined):
            raise Conflict(FULL)


def _state_of(seat: Seat | None) -> str:
    return seat.state if seat else "away"


def _need_dates(session: Session, series: Series, now: datetime) -> list[Webinar]:
    dates = seats.open_dates(session, series, now=now)
    if not dates:
        raise Over(())
    return dates
