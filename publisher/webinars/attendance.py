"""Attendance: for each seat how many minutes somebody was there, and whether that is “attended”.

What counts lies between the beginning and the end as the room told them; before the planned start nothing counts, since people
who come early wait. “Attended” takes a share of the minutes that were planned, or of those that it really took where it was
shorter: a room that was left open makes nobody absent.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from publisher.webinars import presences
from publisher.webinars.models import Presence, RoomEvent, Seat, Series, Webinar
from publisher.webinars.presences import follow, present
from publisher.webinars.rooms import events
from publisher.webinars.visits import Span, minutes_of

__all__ = ["follow", "minutes_of", "present", "settle", "window"]


@dataclass
class _Known:
    """What is known of one registration: when they were there, and lengths without a clock."""

    spans: list[Span] = field(default_factory=list)
    lengths: int = 0


def settle(session: Session, webinar: Webinar, now: datetime) -> int:
    """Work out every seat anew by what is known; the number of seats that changed. As often as one likes.

    `yes` and `no` are known; `probable` pressed the button, and nothing more is known of them; nothing where nobody told.
    """
    session.flush()
    if session.exec(select(RoomEvent.id).where(col(RoomEvent.webinar_id) == webinar.id).limit(1)).first():
        events.frame(session, webinar)
        presences.follow(session, webinar)
    begins, ends = window(webinar)
    known, anybody = _known(session, webinar, min(max(now, begins), ends))
    is_over = now >= ends
    needed = _needed(session.get_one(Series, webinar.series_id), webinar, begins, ends)
    changed = 0
    for seat in session.exec(select(Seat).where(col(Seat.webinar_id) == webinar.id)):
        minutes = _minutes(known.get(seat.registration_id), begins, ends)
        attended = _attended(seat, minutes, needed, is_over=is_over, anybody=anybody)
        if (seat.attended, seat.minutes) != (attended, minutes):
            seat.attended, seat.minutes = attended, minutes
            session.add(seat)
            changed += 1
    session.flush()
    return changed


def window(webinar: Webinar) -> Span:
    """Between which instants being there counts."""
    begins = max(webinar.starts_at, webinar.began_at or webinar.starts_at)
    return begins, max(begins, webinar.ended_at or webinar.ends_at)


def _needed(series: Series, webinar: Webinar, begins: datetime, ends: datetime) -> float:
    """Minutes that make “attended”."""
    whole = min(webinar.minutes, (ends - begins) / timedelta(minutes=1))
    return max(1.0, whole * series.attended_share / 100)


def _known(session: Session, webinar: Webinar, until: datetime) -> tuple[dict[int, _Known], bool]:
    """By registration; and whether anybody at all is known to have been there. Who has not left is there `until`."""
    known: dict[int, _Known] = defaultdict(_Known)
    rows = session.exec(select(Presence).where(col(Presence.webinar_id) == webinar.id)).all()
    for row in rows:
        if row.registration_id is None:
            continue
        person = known[row.registration_id]
        if row.came_at is not None:
            person.spans.append((row.came_at, row.left_at or until))
        else:
            person.lengths += row.minutes or 0
    return known, bool(rows)


def _minutes(known: _Known | None, begins: datetime, ends: datetime) -> int | None:
    """A length without a clock and visits with one say the same: the longer holds, and neither is longer than the whole."""
    if known is None:
        return None
    longest = int((ends - begins) / timedelta(minutes=1) + 0.5)
    return max(minutes_of(known.spans, begins, ends), min(known.lengths, longest))


def _attended(seat: Seat, minutes: int | None, needed: float, *, is_over: bool, anybody: bool) -> str:
    if minutes is not None and minutes >= needed:
        return "yes"
    if minutes is not None and is_over:
        return "no"
    if seat.pressed_at is not None:
        return "probable"
    return "no" if anybody and is_over else ""
