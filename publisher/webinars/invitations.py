"""The invitation of one person as a file: the same bytes that a letter written at this moment would carry."""

from datetime import datetime

from sqlmodel import Session

from publisher.errors import Conflict
from publisher.house import House
from publisher.mail.calendar_part import filled, stamp
from publisher.webinars import addresses, invites, registrants, seats
from publisher.webinars.models import Registration, RegistrationState, Series


def of(session: Session, house: House, registration: Registration, *, now: datetime) -> bytes:
    """METHOD:REQUEST with every date they come to. `Conflict` for who is not registered, or comes to no date."""
    series = session.get_one(Series, registration.series_id)
    covering = seats.coming(session, registration)
    if registration.state != RegistrationState.REGISTERED or not covering:
        raise Conflict("They come to no date of it, so they have no invitation.")
    body = invites.request_body(
        session, house, series, language=registration.language, covering=covering, whole=registration.is_whole,
        alarm=registration.reminded_by == "calendar",
    )  # fmt: skip
    joins = {
        f"join-{one.id}": addresses.join(house, registration, one)
        for one in invites.dates_of(session, series)
        if one.id in covering
    }
    own = {
        "mailto": registrants.address_of(session, registration).email,
        "attendee": registration.name,
        "stamp": stamp(now),
        "sequence": str(invites.sequence_of(series, registration)),
        "booking": addresses.booking(house, registration),
    }
    return filled(body, own | joins)
