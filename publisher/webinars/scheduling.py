"""When dates are: announced, moved, called off. One row's state and time decide for page, calendars, shelf and reminders.

Each step is one conditional UPDATE, so that of two people, or two machines, one does it. What invitations show grows SEQUENCE
by one for the whole act (RFC 5546 §2.1.4), and who registered is told once.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Table, update
from sqlmodel import Session, col, select

from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.webinars import moves, rehearsals, reminders, seats, shelf, slots, telling, times, waiting, zones
from publisher.webinars import series as series_
from publisher.webinars.fields import text
from publisher.webinars.models import Registration, Seat, Series, Webinar, WebinarState
from publisher.webinars.programme import webinars_of

_WEBINAR: Table = Webinar.__table__  # type: ignore[attr-defined]
_SEAT: Table = Seat.__table__  # type: ignore[attr-defined]
_SERIES: Table = Series.__table__  # type: ignore[attr-defined]


def publish(session: Session, house: House, series: Series, *, now: datetime) -> list[Webinar]:
    """All drafts of a series are announced: page, shelf, calendars, reminders. Returns them. Nobody is written to."""
    seats.lock(session, series)
    drafts = [one for one in webinars_of(session, series) if one.state == WebinarState.DRAFT]
    if not drafts:
        raise Conflict("This has been announced already.")
    for one in drafts:
        if one.starts_at <= now:
            raise BadInput(f"{_said(one)} has passed. Move it, or take it out.", field="starts")
    which = update(_WEBINAR).where(_WEBINAR.c.series_id == series.id, _WEBINAR.c.state == WebinarState.DRAFT)
    set_to = which.values(state=WebinarState.ANNOUNCED, changed_at=now).returning(_WEBINAR.c.id)
    if not session.execute(set_to).all():
        raise Conflict("This has been announced already.")
    for one in drafts:
        session.refresh(one)
        seats.give_to_whole(session, one)
    series_.touch(session, series, now=now, dates=_is_invited(session, series))
    _follow(session, house, series, drafts, now)
    return drafts


def reschedule(
    session: Session,
    house: House,
    webinar: Webinar,
    *,
    starts: datetime | None,
    minutes: int | None = None,
    note: str = "",
    now: datetime,
    by: str = "",
) -> bool:
    """Move a date to another wall time of its zone, or make it longer or shorter; False where that is how it is already.

    The date keeps its page, links and registrations. `BadInput` for a time that has passed, that clocks do not show once, or
    at which the series has another date; `Conflict` for a date that was called off or has been held.
    """
    _must_be_open(webinar, now)
    series = _locked(session, webinar)
    stands = times.read_wall(webinar.wall)
    wall = stands if starts is None else slots.wall(starts)
    length = webinar.minutes if minutes is None else slots.length(minutes)
    if (wall, length) == (stands, webinar.minutes):
        return False
    move = moves.checked(session, series, webinar, wall, length, now)
    before = times.stood(webinar)
    moves.make(session, webinar, move, text(note, "note"), now)
    if webinar.state == WebinarState.DRAFT:
        _stand_anew(session, series, webinar)
        return True
    series_.touch(session, series, now=now, dates=True)
    _follow(session, house, series, [webinar], now)
    telling.moved(session, house, webinar, before, now=now, by=by, note=webinar.note)
    return True


def cancel(session: Session, house: House, webinar: Webinar, *, note: str = "", now: datetime, by: str = "") -> None:
    """Call a date off. It stays in calendars and on its page as what it is. Of a one-off, everything is called off."""
    series = _locked(session, webinar)
    if series.is_single:
        cancel_series(session, house, series, note=note, now=now, by=by)
        return
    _must_be_announced(webinar, now)
    _call_off(session, house, [webinar], text(note, "note"), now)
    series_.touch(session, series, now=now, dates=True)
    _follow(session, house, series, [webinar], now)
    telling.called_off(session, house, webinar, now=now, by=by, note=webinar.note)
    waiting.promote(session, house, series, now=now)  # who waited for a place at this date needs none any more


def cancel_series(
    session: Session, house: House, series: Series, *, note: str = "", now: datetime, by: str = ""
) -> list[Webinar]:
    """Call off all dates that have not been held. Returns them. Drafts among them are called off too: none may appear later."""
    seats.lock(session, series)
    webinars = webinars_of(session, series)
    if all(one.state == WebinarState.DRAFT for one in webinars):
        raise Conflict("This was never announced. Remove it instead.")
    left = [one for one in webinars if times.state_of(one, now) in ("draft", "announced", "live")]
    if not left:
        raise Conflict("Nothing of this is left to be called off.")
    _call_off(session, house, left, text(note, "note"), now)
    series_.touch(session, series, now=now, dates=True)
    _follow(session, house, series, left, now)
    telling.all_called_off(session, house, series, left, now=now, by=by, note=left[0].note)
    return left


def change_zone(
    session: Session, house: House, series: Series, zone: str, *, note: str = "", now: datetime, by: str = ""
) -> list[Webinar]:
    """Its dates are in another zone from now on. Their wall times stay, so all that have not begun move; returns those."""
    seats.lock(session, series)
    place = zones.chosen(zone)
    if place == series.zone:
        return []
    webinars = webinars_of(session, series)
    coming = [one for one in webinars if one.state != WebinarState.CANCELLED and one.starts_at > now]
    planned = [moves.checked(session, None, one, times.read_wall(one.wall), one.minutes, now, place) for one in coming]
    announced = [one for one in coming if one.state == WebinarState.ANNOUNCED]
    stood = [times.stood(one) for one in announced]
    known = any(one.state != WebinarState.DRAFT for one in webinars)  # to calendars, by the instants of their slots
    values = {"zone": place, "slot_zone": slots.slot_zone_of(series) if known else ""}
    session.execute(update(_SERIES).where(_SERIES.c.id == series.id).values(**values))
    session.refresh(series, ["zone", "slot_zone"])
    for one, move in zip(coming, planned, strict=True):
        rehearsed = one.rehearsal_at
        moves.make(session, one, move, text(note, "note"), now)
        if one.rehearsal_at != rehearsed:
            rehearsals.tell(session, house, one, now=now)
    series_.touch(session, series, now=now, dates=bool(announced))
    if announced:
        _follow(session, house, series, announced, now)
        moved = list(zip(announced, stood, strict=True))
        telling.all_moved(session, house, series, moved, now=now, by=by, note=announced[0].note, reason="zone")
    return coming


def _stand_anew(session: Session, series: Series, webinar: Webinar) -> None:
    """Nobody has seen a draft: where it stands now is its slot."""
    others = [one for one in webinars_of(session, series) if one.id != webinar.id]
    wall = times.read_wall(webinar.wall)
    webinar.slot = slots.free_slot(*slots.slot_for(series, wall), {one.slot for one in others})
    webinar.moved_from, webinar.note = None, ""
    session.add(webinar)
    session.flush()
    slots.renumber(session, [*others, webinar])


def _call_off(session: Session, house: House, webinars: Sequence[Webinar], note: str, now: datetime) -> None:
    """One step for all of them, where they still stand."""
    ids = [one.id for one in webinars]
    open_ = _WEBINAR.c.state.in_((WebinarState.DRAFT, WebinarState.ANNOUNCED))
    which = update(_WEBINAR).where(_WEBINAR.c.id.in_(ids), open_, _WEBINAR.c.ended_at.is_(None))
    values = {"state": WebinarState.CANCELLED, "cancelled_at": now, "changed_at": now, "note": note}
    done = session.execute(which.values(**values).returning(_WEBINAR.c.id)).all()
    if len(done) != len(ids):
        raise Conflict("Somebody has just changed this date. Look at it again.")
    for one in webinars:
        session.refresh(one)
        rehearsals.call_off(session, house, one, now=now)


def _follow(session: Session, house: House, series: Series, webinars: Sequence[Webinar], now: datetime) -> None:
    shelf.put_many(session, house, series, webinars, now=now)
    for one in webinars:
        reminders.plan(session, one, now=now)


def _locked(session: Session, webinar: Webinar) -> Series:
    """Its series, which nobody else changes until this transaction ends: always locked first, so that nobody waits in a ring."""
    series = session.get_one(Series, webinar.series_id)
    seats.lock(session, series)
    return series


def _must_be_open(webinar: Webinar, now: datetime) -> None:
    """A date that can still be moved or called off."""
    state = times.state_of(webinar, now)
    if state == "cancelled":
        raise Conflict(f"{_said(webinar)} was called off.")
    if state == "held":
        raise Conflict(f"{_said(webinar)} has been held already.")


def _must_be_announced(webinar: Webinar, now: datetime) -> None:
    _must_be_open(webinar, now)
    if webinar.state == WebinarState.DRAFT:
        raise Conflict("This date was never announced. Remove it instead.")


def _is_invited(session: Session, series: Series) -> bool:
    """Whether anybody has an invitation that a new date changes."""
    return session.exec(select(Registration.id).where(col(Registration.series_id) == series.id)).first() is not None


def _said(webinar: Webinar) -> str:
    return f"The date at {slots.in_words(times.read_wall(webinar.wall))}"
