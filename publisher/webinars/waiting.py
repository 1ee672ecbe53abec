"""The waiting list: first come, first served.

A registration waits as a whole: it moves up when every date it wants to come to has a place. One that does not fit yet keeps
its position and holds nothing up, so nobody is overtaken for a place they could have used, and no place stays empty.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from publisher.house import House
from publisher.webinars import letters, registrants, seats
from publisher.webinars.models import Registration, RegistrationState, Seat, Series

#: So many of those who wait are next in line: an act of one person frees few places.
_NEXT = 20


def admit(
    session: Session,
    house: House,
    series: Series,
    registration: Registration,
    *,
    now: datetime,
    approved: bool,
    write: bool = True,
) -> None:
    """Somebody who reads their mailbox wants to take part: staff are asked about them, or they are placed, or wait. Needs the
    series' lock. `write`: False where too many mails went to that address today."""
    if series.needs_approval and not approved:
        registration.state, registration.asked_at = RegistrationState.ASKED, now
        registrants.touch(session, registration, now=now, dates=False)
        if write:
            letters.is_asked(session, house, registration, now=now)
        return
    _place(session, house, series, registration, now, write)


def _place(
    session: Session, house: House, series: Series, registration: Registration, now: datetime, write: bool
) -> None:
    """Their places, or the last position of the waiting list; who waits already is asked first."""
    promote(session, house, series, now=now)
    if seats.has_room(session, series, seats.wanted(session, series, registration, now=now)):
        _register(session, registration, now)
        if write:
            letters.confirmed(session, house, registration, now=now)
        return
    registration.state, registration.asked_at = RegistrationState.WAITING, now
    registrants.touch(session, registration, now=now, dates=False)
    if write:
        letters.is_waiting(session, house, registration, now=now)


def promote(session: Session, house: House, series: Series, *, now: datetime) -> list[Registration]:
    """Places are free, or there are more: whoever waits longest and fits has them, and hears of it. Returns who moved up.

    To be called after every change that may free a place: a cancellation, an opt-out, a larger capacity, a date called off.
    """
    seats.lock(session, series)
    moved = _who_fits(session, series, now)
    registrants.hold(session, [one.registrant_id for one in moved])
    for registration in moved:
        _register(session, registration, now)
        letters.confirmed(session, house, registration, now=now)
    return moved


def _who_fits(session: Session, series: Series, now: datetime) -> list[Registration]:
    """Those for whom there is a place at every date that they want, the first first."""
    found: list[Registration] = []
    dates = [one.id or 0 for one in seats.open_dates(session, series, now=now)]
    left = seats.free(session, series, dates)
    mine = _seats_of_waiting(session, series, dates)
    for registration in on_list(session, series):
        wishes = mine.get(registration.id or 0, {})
        wanted = [one for one, state in wishes.items() if state == "coming"]
        if not wanted and "recording" not in wishes.values():
            continue  # nothing ahead that they want
        if left is not None and not all(left[one] for one in wanted):
            continue
        for one in wanted:
            if left is not None:
                left[one] -= 1
        found.append(registration)
    return found


def on_list(session: Session, series: Series) -> list[Registration]:
    """Who waits, the first first."""
    which = select(Registration).where(
        col(Registration.series_id) == series.id, col(Registration.state) == RegistrationState.WAITING
    )
    ordered = which.order_by(col(Registration.asked_at), col(Registration.id))
    return list(session.exec(ordered.execution_options(populate_existing=True)))


def hold(session: Session, series: Series, registrant_id: int) -> None:
    """This registrant, and those next in line, to whom a place of theirs may go, before any of them is changed: see
    `registrants.hold`. Needs the series' lock."""
    waits = select(Registration.registrant_id).where(
        col(Registration.series_id) == series.id, col(Registration.state) == RegistrationState.WAITING
    )
    first = waits.order_by(col(Registration.asked_at), col(Registration.id)).limit(_NEXT)
    registrants.hold(session, {*session.exec(first), registrant_id})


def position(session: Session, registration: Registration) -> int | None:
    """Their position on the waiting list, from 1; None for who does not wait."""
    if registration.state != RegistrationState.WAITING:
        return None
    series = session.get_one(Series, registration.series_id)
    return [one.id for one in on_list(session, series)].index(registration.id) + 1


def _seats_of_waiting(session: Session, series: Series, dates: list[int]) -> dict[int, dict[int, str]]:
    """Of everybody who waits: their wishes about these dates."""
    which = (
        select(Seat.registration_id, Seat.webinar_id, Seat.state)
        .join(Registration, col(Registration.id) == col(Seat.registration_id))
        .where(
            col(Registration.series_id) == series.id,
            col(Registration.state) == RegistrationState.WAITING,
            col(Seat.webinar_id).in_(dates),
        )
    )
    found: dict[int, dict[int, str]] = {}
    for registration_id, webinar_id, state in session.exec(which):
        found.setdefault(registration_id, {})[webinar_id] = state
    return found


def _register(session: Session, registration: Registration, now: datetime) -> None:
    registration.state, registration.registered_at = RegistrationState.REGISTERED, now
    registrants.touch(session, registration, now=now, dates=False)
