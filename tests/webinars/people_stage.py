"""Who registers in the stories: everybody at example.org, by the form."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from publisher.house import House
from publisher.webinars import registering, seats
from publisher.webinars.models import Registration, Series, Webinar
from publisher.webinars.wishes import Wish

#: The one-off of the stage, and the first date of its series: 3 December, 12:00 UTC; the one-off ends at 13:30.
BEGINS, ENDS = datetime.fromisoformat("2026-12-03T12:00Z"), datetime.fromisoformat("2026-12-03T13:30Z")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def join(session: Session, house: House, on: Series, name: str, now: datetime, **wish: Any) -> Registration:
    """`name` registers with `name@example.org`."""
    said = {"email": f"{name}@example.org", "name": name.title()} | wish
    outcome = registering.register(session, house, on, Wish(**said), now=now)
    assert outcome.registration is not None
    return outcome.registration


def states(session: Session, registration: Registration) -> dict[int, str]:
    return {one: seat.state for one, seat in seats.of(session, registration).items()}


def attend(session: Session, registration: Registration, webinar: Webinar, minutes: int | None = None) -> None:
    """As the room's settling would write it."""
    seat = seats.of(session, registration)[webinar.id or 0]
    seat.attended, seat.minutes = "yes", minutes
    session.add(seat)
    session.flush()
