"""Somebody's registrations in words, for the page of a person: for what, which dates, and whether they came."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select

from publisher.languages import zone_city
from publisher.mail.models import Address
from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars.finding import series_url
from publisher.web.studio.webinars.registered import STATES
from publisher.webinars.models import Registrant, Registration, RegistrationState, Seat, Series, Webinar, WebinarState

MOST = 60


def of_address(desk: Desk, address: Address) -> list[dict[str, Any]]:
    """What this address registered for, the last first."""
    rows = desk.session.exec(
        select(Registration, Series)
        .join(Registrant, col(Registrant.id) == col(Registration.registrant_id))
        .join(Series, col(Series.id) == col(Registration.series_id))
        .where(col(Registrant.address_id) == address.id)
        .order_by(col(Registration.asked_at).desc(), col(Registration.id).desc())
        .limit(MOST)
    ).all()
    seats: dict[int, list[tuple[Seat, Webinar]]] = {}
    wanted = select(Seat, Webinar).where(
        col(Webinar.id) == col(Seat.webinar_id),
        col(Seat.registration_id).in_([one.id for one, _ in rows]),
        col(Webinar.state) == WebinarState.ANNOUNCED,
    )
    for seat, webinar in desk.session.exec(wanted.order_by(col(Webinar.starts_at))):
        seats.setdefault(seat.registration_id, []).append((seat, webinar))
    return [_line(desk, one, series, seats.get(one.id or 0, [])) for one, series in rows]


def _line(desk: Desk, one: Registration, series: Series, seats: Sequence[tuple[Seat, Webinar]]) -> dict[str, Any]:
    state, label = STATES[one.state]
    return {
        "title": series.title,
        "url": f"{series_url(series)}/registrations",
        "language": series.language,
        "facts": [
            _coming(desk, seats) if one.state == RegistrationState.REGISTERED else "",
            _came(seats),
            f"{zone_city(one.zone, 'en')} time" if one.zone != "UTC" else "",
            "no mail about it" if one.muted_at else "",
        ],
        "state": state,
        "state_label": label,
        "moment": desk.moment(one.cancelled_at or one.registered_at or one.asked_at),
    }


def _coming(desk: Desk, seats: Sequence[tuple[Seat, Webinar]]) -> str:
    """“comes to 3 dates, the next in 4 days”."""
    ahead = [webinar for seat, webinar in seats if seat.state == "coming" and webinar.ends_at > desk.now]
    if not ahead:
        return "wants the recording" if any(seat.state == "recording" for seat, _ in seats) else ""
    next_one = desk.moment(ahead[0].starts_at)
    text = next_one["text"] if next_one else ""
    return f"comes {text}" if len(ahead) == 1 else f"comes to {words.counted(len(ahead), 'date')}, the next {text}"


def _came(seats: Sequence[tuple[Seat, Webinar]]) -> str:
    """“came to 2 of 3”."""
    known = [seat for seat, _ in seats if seat.attended]
    came = sum(seat.attended in ("yes", "probable") for seat in known)
    if not known:
        return ""
    if len(known) == 1:
        return "came" if came else "did not come"
    return f"came to {words.figure(came)} of {words.figure(len(known))}"
