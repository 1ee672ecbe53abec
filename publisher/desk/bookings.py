"""What somebody registered for, spoke at and asked: for their data; and what remains of it after erasure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import Session, SQLModel, col, select

from publisher.audience.people import new_key
from publisher.house import House
from publisher.mail.models import Address
from publisher.webinars import changing, seats, speakers, waiting
from publisher.webinars.models import (
    Presence,
    Question,
    Registrant,
    Registration,
    RegistrationState,
    RoomEvent,
    Seat,
    Series,
    Speaker,
    Vote,
    Webinar,
)


def bookings_of(session: Session, theirs: Sequence[Address]) -> dict[str, Any]:
    """`registrations` with their seats, `webinar_questions`, `presences` and `speaking`."""
    registrations = _registrations(session, theirs)
    ids = [one.id or 0 for one in registrations]
    slugs = {one.id: one.slug for one in session.exec(select(Series))}
    dates = {one.id: one.slug for one in session.exec(select(Webinar))}
    seats_of = _seats(session, ids, dates)
    spoken = [one for address in theirs for one in _speaking(session, address)]
    asked = session.exec(select(Question).where(col(Question.registration_id).in_(ids)).order_by(col(Question.id)))
    return {
        "registrations": [
            {
                "series": slugs[one.series_id],
                **_row(one, "id", "series_id", "registrant_id", "key"),
                "dates": seats_of.get(one.id, []),
            }
            for one in registrations
        ],
        "webinar_questions": [
            {"webinar": dates[one.webinar_id], **_row(one, "id", "webinar_id", "registration_id")} for one in asked
        ],
        "presences": [
            {"webinar": dates[one.webinar_id], **_row(one, "id", "webinar_id", "registration_id", "key")}
            for one in _presences(session, theirs, ids)
        ],
        "speaking": [
            {"series": slugs[one.series_id], **_row(one, "id", "series_id", "webinar_id", "address_id", "key", "picture_id")}
            for one in spoken
        ],
    }  # fmt: skip


def forget_bookings(session: Session, house: House, address: Address, now: datetime) -> None:
    """Leave nameless registrations, for the counts of what was held, and let the places of what is ahead go. All links stop.

    What they asked and nobody published goes; what was published stays without their name. Speakers are taken off.
    """
    registrations = _registrations(session, [address])
    ids = [one.id or 0 for one in registrations]
    for one in _presences(session, [address], ids):
        one.name = one.email = ""
        session.add(one)
    _forget_questions(session, ids)
    for number in sorted({one.series_id for one in registrations}):  # all, before anybody else's place is touched
        seats.lock(session, session.get_one(Series, number))
    for registration in registrations:
        series = changing.held(session, registration)
        _forget_registration(session, registration, now)
        waiting.promote(session, house, series, now=now)
    for registrant in session.exec(select(Registrant).where(col(Registrant.address_id) == address.id)):
        registrant.key = new_key()
        session.add(registrant)
    session.flush()
    for speaker in _speaking(session, address):
        speakers.remove(session, house, speaker, now=now)


def _forget_registration(session: Session, registration: Registration, now: datetime) -> None:
    ahead = select(Webinar.id).where(col(Webinar.series_id) == registration.series_id, col(Webinar.ends_at) > now)
    if session.exec(ahead).first() is not None or registration.state != RegistrationState.REGISTERED:
        registration.state, registration.cancelled_at = RegistrationState.CANCELLED, registration.cancelled_at or now
    former, registration.key, registration.is_whole = registration.key, new_key(), False
    # Presences are made of these again and again: they must find the nameless registration.
    session.execute(update(RoomEvent).where(col(RoomEvent.who) == former).values(name="", who=registration.key))
    registration.name = registration.organisation = registration.recording_notice = registration.partstat = ""
    registration.country, registration.language, registration.zone = None, "en", "UTC"
    registration.answers, registration.answers_until, registration.partstat_at = {}, None, None
    registration.changed_at = now
    session.add(registration)
    session.flush()


def _forget_questions(session: Session, ids: list[int]) -> None:
    """Votes are counted already: the number of a question stays."""
    theirs = col(Question.registration_id).in_(ids)
    unpublished = select(Question.id).where(theirs, col(Question.is_published).is_(False))
    session.execute(delete(Vote).where(col(Vote.question_id).in_(unpublished) | col(Vote.registration_id).in_(ids)))
    session.execute(delete(Question).where(theirs, col(Question.is_published).is_(False)))
    session.execute(update(Question).where(theirs).values(name="", registration_id=None))


def _registrations(session: Session, theirs: Sequence[Address]) -> list[Registration]:
    which = (
        select(Registration)
        .join(Registrant, col(Registrant.id) == col(Registration.registrant_id))
        .where(col(Registrant.address_id).in_([one.id for one in theirs]))
    )
    return list(session.exec(which.order_by(col(Registration.id))))


def _presences(session: Session, theirs: Sequence[Address], ids: list[int]) -> list[Presence]:
    """Of their registrations, and those that a file gave their address."""
    emails = {form.lower() for one in theirs for form in (one.email, one.normalised) if form}
    which = select(Presence).where(col(Presence.registration_id).in_(ids) | func.lower(Presence.email).in_(emails))
    return list(session.exec(which.order_by(col(Presence.id))))


def _speaking(session: Session, address: Address) -> list[Speaker]:
    return list(session.exec(select(Speaker).where(col(Speaker.address_id) == address.id).order_by(col(Speaker.id))))


def _seats(session: Session, ids: list[int], dates: dict[int | None, str]) -> dict[int | None, list[dict[str, Any]]]:
    """Of all their registrations at once, by registration."""
    found: dict[int | None, list[dict[str, Any]]] = {}
    which = select(Seat).where(col(Seat.registration_id).in_(ids)).order_by(col(Seat.webinar_id))
    for one in session.exec(which):
        line = {"webinar": dates[one.webinar_id], **_row(one, "registration_id", "webinar_id")}
        found.setdefault(one.registration_id, []).append(line)
    return found


def _row(row: SQLModel, *but: str) -> dict[str, Any]:
    values = row.model_dump(exclude=set(but))
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
