"""One date of a series: what is said of it, one more, one less. When it is: `scheduling`; its rehearsal: `rehearsals`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, select

from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.webinars import fields as reading
from publisher.webinars import reminders, seats, shelf, slots, telling, times
from publisher.webinars import series as series_
from publisher.webinars.models import Handout, Mailing, Seat, Series, Speaker, Webinar, WebinarState
from publisher.webinars.programme import webinars_of
from publisher.webinars.rehearsals import rehearse as rehearsal
from publisher.webinars.shapes import must_not_repeat

__all__ = ["DateShape", "add", "edit", "rehearsal", "remove", "shape_of"]


@dataclass(frozen=True)
class DateShape:
    """What a person says of one date; what is empty the series says."""

    title: str = ""
    summary: str = ""
    description: str = ""
    texts: Mapping[str, Any] = field(default_factory=dict)
    agenda: Sequence[Any] = ()
    room_url: str = ""


def edit(session: Session, house: House, webinar: Webinar, shape: DateShape, *, now: datetime) -> bool:
    """Change what is said; True where something did. Other words are no other time: SEQUENCE stays (RFC 5546 §2.1.4)."""
    present = shape_of(webinar)
    new = [name for name in reading.OF_DATE if not reading.same(getattr(shape, name), getattr(present, name))]
    changes = {name: reading.OF_DATE[name](getattr(shape, name)) for name in new}
    changes = {name: value for name, value in changes.items() if value != getattr(webinar, name)}
    if not changes:
        return False
    series = session.get_one(Series, webinar.series_id)
    seats.lock(session, series)  # before the date's own row, as everywhere
    must_not_repeat(series.language, changes.get("texts", {}))
    for name, value in changes.items():
        setattr(webinar, name, value)
    if changes.keys() != {"room_url"}:  # the way in is ours; the room behind it can change without a word
        webinar.changed_at = now
        series_.touch(session, series, now=now)
    session.add(webinar)
    session.flush()
    shelf.put(session, house, series, webinar, now=now)
    return True


def shape_of(webinar: Webinar) -> DateShape:
    """What was said so far: for a form, or to change one thing with `dataclasses.replace`."""
    return DateShape(**{one.name: getattr(webinar, one.name) for one in fields(DateShape)})


def add(
    session: Session,
    house: House,
    series: Series,
    wall: datetime,
    *,
    minutes: int | None = None,
    now: datetime,
    by: str = "",
    note: str = "",
) -> Webinar:
    """One more date of a series, as long as the last one unless `minutes` says. A series that was announced has it announced
    at once: whoever registered for every date has a seat at it, and is told."""
    if series.is_single:
        raise BadInput("A one-off has one date. Make a series for more.", field="starts")
    seats.lock(session, series)
    present = webinars_of(session, series)
    if len(present) >= times.MOST_DATES:
        raise BadInput(f"A series has at most {times.MOST_DATES} dates.", field="starts")
    at = slots.wall(wall)
    slots.must_be_free(session, series, slots.to_come(at, series.zone, now), at)
    length = present[-1].minutes if minutes is None and present else slots.length(60 if minutes is None else minutes)
    added = slots.add_rows(session, series, [at], length, now)[0]
    if any(one.state != WebinarState.DRAFT for one in present):
        _announce(session, house, series, added, reading.text(note, "note"), now, by)
    return added


def remove(session: Session, webinar: Webinar) -> None:
    """Take out a draft. What was announced is called off instead, and the last date of a series goes with it."""
    series = session.get_one(Series, webinar.series_id)
    others = [one for one in webinars_of(session, series) if one.id != webinar.id]
    if webinar.state != WebinarState.DRAFT:
        raise Conflict("This date has been announced. Call it off instead.")
    if not others:
        raise Conflict("This is the only date. Remove the whole webinar instead.")
    if session.exec(select(Seat.registration_id).where(col(Seat.webinar_id) == webinar.id)).first() is not None:
        raise Conflict("People have seats at this date already.")
    for table in (Mailing, Handout, Speaker):
        session.execute(delete(table).where(col(table.webinar_id) == webinar.id))
    session.delete(webinar)
    session.flush()
    slots.renumber(session, others)


def _announce(
    session: Session, house: House, series: Series, webinar: Webinar, note: str, now: datetime, by: str
) -> None:
    webinar.state, webinar.note = WebinarState.ANNOUNCED, note
    session.add(webinar)
    session.flush()
    seats.give_to_whole(session, webinar)
    series_.touch(session, series, now=now, dates=True)
    shelf.put_many(session, house, series, webinars_of(session, series), now=now)  # “2 of 6” is “2 of 7” now
    reminders.plan(session, webinar, now=now)
    telling.added(session, house, webinar, now=now, by=by, note=note)
