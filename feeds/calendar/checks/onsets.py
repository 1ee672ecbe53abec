"""When clocks change by a VTIMEZONE, evaluated (RFC 5545 §3.6.5): yearly rules and dates, as time zones have them."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from feeds.calendar import forms
from feeds.calendar.checks.recurrence import fault, parts_of
from feeds.calendar.reading import Component
from feeds.calendar.refusing import WEEKDAYS


@dataclass(frozen=True)
class Told:
    """`utc`: the instant, naive, from which clocks are at `after`; before they were at `before`."""

    utc: datetime
    before: timedelta
    after: timedelta
    line: int


class Intricate(Exception):
    """The rule is of a kind that no time zone has; it is not evaluated."""


def told(zone: Component, last_year: int) -> list[Told]:
    """All onsets to the end of that year, in order; observances that are not whole are passed over."""
    found = []
    for part in zone.parts("STANDARD", "DAYLIGHT"):
        begins = forms.wall(part.value("DTSTART"))
        before, after = forms.offset(part.value("TZOFFSETFROM")), forms.offset(part.value("TZOFFSETTO"))
        if begins is None or before is None or after is None or begins[0].year < 2:
            continue
        walls = {begins[0]}
        for rule in part.all("RRULE"):
            walls.update(_by_rule(rule.value, begins[0], before, last_year))
        for dates in part.all("RDATE"):
            walls.update(moment.wall for moment in forms.moments(dates) or ())
        found += [Told(wall - before, before, after, part.line) for wall in walls if 1 < wall.year <= last_year]
    return sorted(found, key=lambda one: one.utc)


def _by_rule(rule: str, begins: datetime, before: timedelta, last_year: int) -> Iterator[datetime]:
    parts = parts_of(rule)
    if fault(parts):
        return
    if parts["FREQ"] != "YEARLY" or set(parts) - {
        "FREQ",
        "INTERVAL",
        "BYMONTH",
        "BYDAY",
        "BYMONTHDAY",
        "UNTIL",
        "COUNT",
        "WKST",
    }:
        raise Intricate
    until = forms.wall(parts["UNTIL"]) if "UNTIL" in parts else None
    left = int(parts.get("COUNT", 10_000))
    for year in range(begins.year, last_year + 1, int(parts.get("INTERVAL", 1))):
        for wall in _days(year, parts.get("BYMONTH"), parts.get("BYDAY"), parts.get("BYMONTHDAY"), begins):
            if wall < begins:
                continue
            left -= 1
            over = until is not None and (wall - before if until[1] else wall) > until[0]
            if over or left < 0:
                return
            yield wall


@lru_cache(maxsize=4096)  # a calendar tells the same rules of the same zones again and again
def _days(
    year: int, by_month: str | None, by_day: str | None, by_month_day: str | None, begins: datetime
) -> tuple[datetime, ...]:
    months = [int(month) for month in by_month.split(",")] if by_month is not None else [begins.month]
    if by_day is not None and by_month is None:
        raise Intricate
    days = frozenset(by_day.split(",")) if by_day is not None else None
    month_days = frozenset(by_month_day.split(",")) if by_month_day is not None else None
    return tuple(
        begins.replace(year=year, month=month, day=day)
        for month in sorted(months)
        for day in range(1, monthrange(year, month)[1] + 1)
        if _matches(datetime(year, month, day), days, month_days, begins)  # noqa: DTZ001 - a wall time
    )


def _matches(day: datetime, days: frozenset[str] | None, month_days: frozenset[str] | None, begins: datetime) -> bool:
    length = monthrange(day.year, day.month)[1]
    if month_days is not None and month_days.isdisjoint((str(day.day), str(day.day - length - 1))):
        return False
    if days is None:
        return month_days is not None or day.day == begins.day
    name = WEEKDAYS[day.weekday()]
    forward, backward = (day.day - 1) // 7 + 1, (length - day.day) // 7 + 1
    return not days.isdisjoint((name, f"{forward}{name}", f"+{forward}{name}", f"-{backward}{name}"))
