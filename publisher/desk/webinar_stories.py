"""What happened with somebody at webinars, in sentences: registered, let in, came, missed it, asked, spoke."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from publisher.languages import number
from publisher.mail.models import Address
from publisher.webinars.models import (
    Question,
    Registrant,
    Registration,
    RegistrationState,
    Seat,
    Series,
    Speaker,
    Webinar,
    WebinarState,
)

Line = tuple[datetime, str]

_BOOKED = {
    "link": "Registered for “{title}” by a link in a mail.",
    "api": "Registered for “{title}” through another program.",
    "import": "Was registered for “{title}” by an import.",
    "staff": "Was registered for “{title}” by staff.",
    "demo": "Was registered for “{title}” for the demo.",
}


def of_webinars(session: Session, theirs: Sequence[Address]) -> list[Line]:
    """Every moment that the tables of webinars know of these addresses."""
    ids = [address.id for address in theirs]
    rows = session.exec(
        select(Registration, Series)
        .join(Registrant, col(Registrant.id) == col(Registration.registrant_id))
        .join(Series, col(Series.id) == col(Registration.series_id))
        .where(col(Registrant.address_id).in_(ids))
    ).all()
    lines = [line for one, series in rows for line in _of_registration(one, series)]
    numbers = [one.id or 0 for one, _ in rows]
    lines += _of_seats(session, numbers) + _of_questions(session, numbers)
    spoken = select(Speaker, Series).join(Series, col(Series.id) == col(Speaker.series_id))
    for speaker, series in session.exec(spoken.where(col(Speaker.address_id).in_(ids))):
        if speaker.invited_at:
            lines.append((speaker.invited_at, f"Was invited to “{series.title}” as {speaker.role}."))
    return lines


def _of_registration(one: Registration, series: Series) -> list[Line]:
    how = _BOOKED.get(one.source, "Registered for “{title}”.")
    lines = [(one.asked_at, how.format(title=series.title))]
    if one.registered_at and one.registered_at != one.asked_at:
        lines.append((one.registered_at, f"Got a place at “{series.title}”."))
    if one.muted_at:
        lines.append((one.muted_at, f"Wanted no more mail about “{series.title}”."))
    if one.cancelled_at:
        word = "Was declined for" if one.state == RegistrationState.DECLINED else "Cancelled"
        lines.append((one.cancelled_at, f"{word} “{series.title}”."))
    return lines


def _of_seats(session: Session, registrations: Sequence[int]) -> list[Line]:
    """Whether they came, where a room, a list or a pressed button says so; at the hour it began."""
    rows = session.exec(
        select(Seat, Webinar, Series)
        .join(Webinar, col(Webinar.id) == col(Seat.webinar_id))
        .join(Series, col(Series.id) == col(Webinar.series_id))
        .where(
            col(Seat.registration_id).in_(registrations),
            col(Seat.attended) != "",
            col(Webinar.state) == WebinarState.ANNOUNCED,
        )
    )
    return [(one.starts_at, _came(seat, one.title or series.title)) for seat, one, series in rows]


def _came(seat: Seat, title: str) -> str:
    if seat.attended == "no":
        return f"Did not come to “{title}”."
    if seat.attended == "probable":
        return f"Pressed the button to join “{title}”; whether they stayed, no room says."
    stayed = f", and stayed {_minutes(seat.minutes)}" if seat.minutes else ""
    return f"Came to “{title}”{stayed}."


def _minutes(count: int) -> str:
    return "1 minute" if count == 1 else f"{number(count, 'en')} minutes"


def _of_questions(session: Session, registrations: Sequence[int]) -> list[Line]:
    rows = session.exec(
        select(Question, Webinar, Series)
        .join(Webinar, col(Webinar.id) == col(Question.webinar_id))
        .join(Series, col(Series.id) == col(Webinar.series_id))
        .where(col(Question.registration_id).in_(registrations))
    )
    return [(one.asked_at, f"Asked a question at “{webinar.title or series.title}”.") for one, webinar, series in rows]
