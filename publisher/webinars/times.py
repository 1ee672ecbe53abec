"""Wall time and instants: what people agreed on, and what it comes to by the pinned data of time zones.

A time that does not exist (clocks jump over it) or exists twice (clocks are set back) is refused with a sentence, because no
two calendar programs read it the same way. Lengths of time, such as “an hour before”, are counted between instants.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from publisher import clock
from publisher.errors import BadInput
from publisher.languages import N_
from publisher.webinars.models import Webinar, WebinarState

#: How dates of a series may follow each other, and what that is called.
RHYTHMS = {
    "daily": N_("every day"),
    "weekly": N_("every week"),
    "fortnightly": N_("every two weeks"),
    "four-weekly": N_("every four weeks"),
    "monthly": N_("every month, on the same weekday"),
    "monthly-day": N_("every month, on the same day"),
}
_DAYS = {"daily": 1, "weekly": 7, "fortnightly": 14, "four-weekly": 28}
MOST_DATES = 60
LONGEST = timedelta(days=3)


@dataclass(frozen=True)
class Stood:
    """Where a date stood before it was moved: what an update says it was."""

    wall: str
    zone: str
    starts_at: datetime
    ends_at: datetime


def stood(webinar: Webinar) -> Stood:
    return Stood(webinar.wall, webinar.zone, webinar.starts_at, webinar.ends_at)


def read_wall(text: str, field: str = "starts") -> datetime:
    """`2026-12-03T15:00` (or with a blank) as naive wall time, to the minute; `BadInput` for anything else."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as problem:
        raise BadInput(
            f"“{text[:40]}” is not a date and time. Write it like 2026-12-03T15:00.", field=field
        ) from problem
    if found.tzinfo is not None:
        raise BadInput("Write the time as clocks there show it, without an offset: 2026-12-03T15:00.", field=field)
    if not clock.EARLIEST + 30 <= found.year <= clock.LATEST - 70:
        raise BadInput("That date is too far away.", field=field)
    return found.replace(second=0, microsecond=0)


def said(wall: datetime) -> str:
    """Wall time as it is kept."""
    return wall.isoformat(timespec="minutes")


def instant(wall: datetime, zone: str, field: str = "starts") -> datetime:
    """The instant, aware UTC; `BadInput` where clocks never show that time, or show it twice."""
    there = clock.zone(zone)
    first = wall.replace(tzinfo=there, fold=0)
    second = wall.replace(tzinfo=there, fold=1)
    when = first.astimezone(UTC)
    if when.astimezone(there).replace(tzinfo=None) != wall:
        raise BadInput(
            f"{wall:%H:%M} does not exist on {wall:%-d %B %Y} in {zone}: clocks jump over it that day. Choose another time.",
            field=field,
        )
    if first.utcoffset() != second.utcoffset():
        raise BadInput(
            f"{wall:%H:%M} comes twice on {wall:%-d %B %Y} in {zone}, because clocks are set back. Choose a time before or after.",
            field=field,
        )
    return when


def derived(wall: datetime, zone: str) -> datetime:
    """The same for what was agreed before: new data must not make it impossible. The first of two, or by the clock before."""
    return wall.replace(tzinfo=clock.zone(zone), fold=0).astimezone(UTC)


def repeated(first: datetime, rhythm: str, number: int) -> list[datetime]:
    """`number` wall times, the first included. A month without a fifth Tuesday, or a 31st, is passed over."""
    if rhythm not in RHYTHMS:
        raise BadInput(f"Dates follow each other {', '.join(RHYTHMS)}.", field="rhythm")
    if not 1 <= number <= MOST_DATES:
        raise BadInput(f"A series has between 1 and {MOST_DATES} dates.", field="number")
    if rhythm in _DAYS:
        return [first + timedelta(days=_DAYS[rhythm] * n) for n in range(number)]
    found: list[datetime] = []
    year, month = first.year, first.month
    while len(found) < number:
        day = first.day if rhythm == "monthly-day" else _same_weekday(first, year, month)
        if day <= monthrange(year, month)[1]:
            found.append(first.replace(year=year, month=month, day=day))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


def state_of(webinar: Webinar, now: datetime) -> str:
    """`draft`, `announced`, `live`, `held` or `cancelled`, at this moment."""
    if webinar.state != WebinarState.ANNOUNCED:
        return webinar.state
    if webinar.ended_at is not None or webinar.ends_at <= now:
        return "held"
    return "live" if webinar.starts_at <= now or webinar.began_at is not None else "announced"


def _same_weekday(first: datetime, year: int, month: int) -> int:
    """The day that is the same weekday of its month as the first: the second Tuesday."""
    begins = datetime(year, month, 1).weekday()  # noqa: DTZ001 - a day of the calendar
    return (first.weekday() - begins) % 7 + 1 + 7 * ((first.day - 1) // 7)
