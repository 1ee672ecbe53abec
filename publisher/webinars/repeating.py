"""Registering twice, also with another spelling, or by somebody else who typed that address into a form.

What stands is not changed: name, language, zone, answers and what was decided about a date stay. Dates that are new to the
registration are added, and its owner is told, with the link to all of it. Where too many such mails went to that address
today nothing happens at all: dates do not change without a word.
"""

from datetime import datetime

from sqlmodel import Session

from publisher.house import House
from publisher.webinars import letters, proof, registrants, seats, waiting
from publisher.webinars.models import Registration, RegistrationState, Series
from publisher.webinars.proof import Who
from publisher.webinars.wishes import Checked


def again(
    session: Session,
    house: House,
    series: Series,
    registration: Registration,
    checked: Checked,
    who: Who,
    *,
    now: datetime,
) -> None:
    """Somebody registers who is known. Needs the series' lock. Staff may also let in who waited for a yes."""
    if registration.state == RegistrationState.CANCELLED:
        return
    if not checked.trusted and not proof.may_write_again(session, house, who.email, now=now):
        return
    if registration.state == RegistrationState.DECLINED and not checked.trusted:
        letters.is_declined(session, house, registration, now=now)
        return
    added = _add(session, series, registration, checked, now)
    if registration.state in (RegistrationState.PENDING, RegistrationState.ASKED, RegistrationState.DECLINED):
        _not_admitted_yet(session, house, series, registration, checked, who, now)
    elif added and registration.state == RegistrationState.REGISTERED:
        letters.dates_changed(session, house, registration, now=now)
    elif not checked.trusted:
        remind(session, house, registration, now=now)


def remind(session: Session, house: House, registration: Registration, *, now: datetime) -> None:
    """Mail them how their registration stands, with the link to it."""
    if registration.state == RegistrationState.REGISTERED:
        letters.lost_link(session, house, registration, now=now)
    elif registration.state == RegistrationState.WAITING:
        letters.is_waiting(session, house, registration, now=now)
    elif registration.state == RegistrationState.ASKED:
        letters.is_asked(session, house, registration, now=now)


def _not_admitted_yet(
    session: Session,
    house: House,
    series: Series,
    registration: Registration,
    checked: Checked,
    who: Who,
    now: datetime,
) -> None:
    if checked.trusted:
        waiting.admit(session, house, series, registration, now=now, approved=True)
    elif registration.state == RegistrationState.ASKED:
        remind(session, house, registration, now=now)
    elif proof.says_yes_first(session, series, checked, who, must=_must(session, registration)):
        registrants.touch(session, registration, now=now, dates=False)  # it waits for as long as the new link lives
        letters.please_confirm(session, house, registration, now=now)
    else:
        waiting.admit(session, house, series, registration, now=now, approved=False)


def _add(session: Session, series: Series, registration: Registration, checked: Checked, now: datetime) -> bool:
    """Seats at dates that are new to them; who is registered gets those that have a place. True where there are any."""
    dates = list(checked.dates)
    if registration.state == RegistrationState.REGISTERED and checked.wants == "coming":
        left = seats.free(session, series, checked.places)
        dates = [one for one in dates if left is None or left[one.id or 0]]
    added = seats.give(session, registration, dates, checked.wants) > 0
    if checked.values["is_whole"] and not registration.is_whole:
        registration.is_whole = added = True
    if added:
        registrants.touch(session, registration, now=now, dates=registration.state == RegistrationState.REGISTERED)
    return added


def _must(session: Session, registration: Registration) -> bool:
    return registrants.address_of(session, registration).reason == proof.UNCONFIRMED
