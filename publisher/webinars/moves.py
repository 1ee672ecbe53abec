"""A move of one date: where it will stand, checked, and made in one step."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, update
from sqlmodel import Session

from publisher import clock
from publisher.errors import BadInput, Conflict
from publisher.webinars import slots, times
from publisher.webinars.models import Seat, Series, Webinar

_WEBINAR: Table = Webinar.__table__  # type: ignore[attr-defined]
_SEAT: Table = Seat.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Move:
    """Where a date will stand."""

    wall: str
    zone: str
    minutes: int
    starts_at: datetime
    ends_at: datetime
    rehearsal_at: datetime | None

    def values(self) -> dict[str, Any]:
        return {**vars(self), "zone_data": clock.zone_data_version()}


def checked(
    session: Session,
    series: Series | None,
    webinar: Webinar,
    wall: datetime,
    minutes: int,
    now: datetime,
    zone: str | None = None,
) -> Move:
    """The move, if it can be. `series`: whose other dates must not be at that time; None where all of them move."""
    place = zone or webinar.zone
    stays = zone is None and times.said(wall) == webinar.wall
    starts_at = webinar.starts_at if stays else slots.to_come(wall, place, now)
    ends_at = starts_at + timedelta(minutes=minutes)
    if ends_at <= now:
        raise BadInput("It would be over by now. Say more minutes.", field="minutes")
    if series is not None and not stays:
        slots.must_be_free(session, series, starts_at, wall, but=webinar)
    rehearsal_at = webinar.rehearsal_at
    if rehearsal_at is not None and rehearsal_at > now:
        rehearsal_at = slots.to_come(times.read_wall(webinar.rehearsal_wall), place, now, "rehearsal")
        if rehearsal_at >= starts_at:
            raise BadInput("The rehearsal would come after it. Move the rehearsal first.", field="starts")
    return Move(times.said(wall), place, minutes, starts_at, ends_at, rehearsal_at)


def make(session: Session, webinar: Webinar, move: Move, note: str, now: datetime) -> None:
    """One step, where the row still stands as it was read. What was noted of a start that is no more is forgotten."""
    values: dict[str, Any] = {**move.values(), "note": note, "changed_at": now}
    if move.starts_at != webinar.starts_at:
        values |= {"moved_from": webinar.starts_at, "began_at": None}
    if move.rehearsal_at != webinar.rehearsal_at:
        values["rehearsal_sequence"] = webinar.rehearsal_sequence + 1
    stands = (webinar.wall, webinar.zone, webinar.minutes, webinar.state)
    columns = (_WEBINAR.c.wall, _WEBINAR.c.zone, _WEBINAR.c.minutes, _WEBINAR.c.state)
    same = [column == value for column, value in zip(columns, stands, strict=True)]
    which = update(_WEBINAR).where(_WEBINAR.c.id == webinar.id, _WEBINAR.c.ended_at.is_(None), *same)
    if session.execute(which.values(**values).returning(_WEBINAR.c.id)).first() is None:
        raise Conflict("Somebody has just changed this date. Look at it again.")
    if move.starts_at != webinar.starts_at and webinar.starts_at <= now:
        pressed = update(_SEAT).where(_SEAT.c.webinar_id == webinar.id)
        session.execute(pressed.values(pressed_at=None, attended="", minutes=None))
    session.refresh(webinar)
