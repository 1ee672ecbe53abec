"""Where the dates of a series stand: walls and instants checked, rows made, numbers given by place."""

import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count

from sqlmodel import Session, col, select

from publisher import clock
from publisher.errors import BadInput
from publisher.webinars import times
from publisher.webinars.models import Series, Webinar, WebinarState

LONGEST = int(times.LONGEST.total_seconds()) // 60


def wall(given: object, field: str = "starts") -> datetime:
    """Naive wall time to the minute; `BadInput` for whatever else it is."""
    if not isinstance(given, datetime):
        raise BadInput("This is a date and time, such as 2026-12-03T15:00.", field=field)
    return times.read_wall(given.isoformat(), field)


def length(given: object, field: str = "minutes") -> int:
    """How long a date lasts, in minutes."""
    said = str(given).strip()
    if isinstance(given, bool) or not said.isdecimal() or not 1 <= int(said[:9]) <= LONGEST:
        raise BadInput("A webinar lasts from one minute to three days. Say the minutes, such as 90.", field=field)
    return int(said)


def to_come(at: datetime, zone: str, now: datetime, field: str = "starts") -> datetime:
    """The instant of a wall time that clocks show once, and that has not passed."""
    instant = times.instant(at, zone, field)
    if instant <= now:
        raise BadInput(f"{in_words(at)} in {zone} has passed. Choose a time to come.", field=field)
    return instant


def instants(walls: Sequence[datetime], zone: str, now: datetime) -> list[datetime]:
    """The instants of all dates of a new series, each of its own."""
    if not 1 <= len(walls) <= times.MOST_DATES:
        raise BadInput(f"A series has between 1 and {times.MOST_DATES} dates.", field="starts")
    found = [to_come(at, zone, now) for at in walls]
    for number, at in enumerate(walls):
        if found[number] in found[:number]:
            raise BadInput(f"Two dates are at one time: {in_words(at)}.", field="starts")
    return found


def add_rows(session: Session, series: Series, walls: Iterable[datetime], minutes: int, now: datetime) -> list[Webinar]:
    """Drafts at these wall times, with short names and numbers, written."""
    present = list(session.exec(select(Webinar).where(col(Webinar.series_id) == series.id)))
    added: list[Webinar] = []
    taken, names = {one.slot for one in present}, _names(session, series)
    for at in walls:
        slot = free_slot(*slot_for(series, at), taken)
        taken.add(slot)
        added.append(_row(series, next(names), at, minutes, slot, now))
        session.add(added[-1])
    renumber(session, [*present, *added])
    return added


def must_be_free(session: Session, series: Series, at: datetime, said: datetime, but: Webinar | None = None) -> None:
    """Refuse the instant of another date of the series. One that was called off takes no time."""
    others = select(Webinar).where(
        col(Webinar.series_id) == series.id,
        col(Webinar.starts_at) == at,
        col(Webinar.state) != WebinarState.CANCELLED,
    )
    other = next((one for one in session.exec(others) if but is None or one.id != but.id), None)
    if other is not None:
        raise BadInput(
            f"Another date of this series, number {other.number}, is at that time: {in_words(said)}.", field="starts"
        )


def slot_zone_of(series: Series) -> str:
    """The zone that slots are said in: the one of the days when calendars first had them."""
    return series.slot_zone or series.zone


def slot_for(series: Series, at: datetime) -> tuple[datetime, str]:
    """A wall time of the series as a slot would say it, and the zone it is said in."""
    zone = slot_zone_of(series)
    if zone == series.zone:
        return at, zone
    return times.derived(at, series.zone).astimezone(clock.zone(zone)).replace(tzinfo=None), zone


def free_slot(at: datetime, zone: str, taken: Collection[str]) -> str:
    """The slot of a new date: its wall time, or the first minute after it that no other date has ever had for its slot,
    because RECURRENCE-ID must name one date (RFC 5545 §3.8.4.4)."""
    for minute in count():
        slot = at + timedelta(minutes=minute)
        if times.said(slot) not in taken and _exists_once(slot, zone):
            return times.said(slot)
    raise AssertionError("unreachable")


def renumber(session: Session, webinars: Iterable[Webinar]) -> None:
    """Numbers from 1 by slot: “3 of 6” stays true when a date is added in between."""
    for place, one in enumerate(sorted(webinars, key=lambda each: each.slot), start=1):
        if one.number != place:
            one.number = place
            session.add(one)
    session.flush()


def in_words(at: datetime) -> str:
    """Wall time in a sentence for staff."""
    return f"{at:%H:%M on %-d %B %Y}"


def _row(series: Series, slug: str, at: datetime, minutes: int, slot: str, now: datetime) -> Webinar:
    """A draft at that wall time of the series' zone."""
    starts_at = times.instant(at, series.zone)
    return Webinar(
        series_id=series.id or 0,
        slug=slug,
        slot=slot,
        wall=times.said(at),
        zone=series.zone,
        minutes=minutes,
        zone_data=clock.zone_data_version(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        meeting_key=secrets.token_urlsafe(18),
        changed_at=now,
        created_at=now,
    )


def _names(session: Session, series: Series) -> Iterator[str]:
    """`leading-1`, `leading-2`, …: after the highest that is there, so that a link to what was removed never means another."""
    if series.is_single:
        return iter((series.slug,))
    stem = f"{series.slug}-"
    known = {
        slug
        for column in (Webinar.slug, Series.slug)
        for slug in session.exec(select(column).where(col(column).startswith(stem, autoescape=True)))
    }
    used = [int(end) for slug in known if (end := slug.removeprefix(stem)).isdecimal()]
    return (f"{stem}{number}" for number in count(max(used, default=0) + 1))


def _exists_once(slot: datetime, zone: str) -> bool:
    try:
        times.instant(slot, zone)
    except BadInput:
        return False
    return True
