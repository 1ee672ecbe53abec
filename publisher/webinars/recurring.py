"""Dates of a series as a rule that every calendar program computes, since some know no lists of dates (RFC 5545 §3.8.5.3).

A date that the rule says and the series has not is left out by name; a list of dates is written only where no rule is near.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import gcd

from feeds.calendar.values import Frequency, Recurrence

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Pattern:
    """How dates follow each other after the first. `extra`: dates beside the rule; `gaps`: what the rule says wrongly."""

    rule: Recurrence | None
    extra: tuple[datetime, ...] = ()
    gaps: tuple[datetime, ...] = ()


def pattern_of(slots: Sequence[datetime]) -> Pattern:
    """The pattern of sorted, different wall times. Of a single one too: a series of one date is a series all the same."""
    if len(slots) == 1:
        return Pattern(Recurrence("DAILY", count=1))
    wanted = set(slots)
    found = [
        (rule, tuple(wall for wall in walls if wall not in wanted))
        for rule, walls in _candidates(slots)
        if wanted <= set(walls)
    ]
    rule, gaps = min(found, key=lambda pair: len(pair[1]), default=(None, ()))
    if rule is None or len(gaps) > len(slots):
        return Pattern(None, tuple(slots[1:]))
    return Pattern(rule, gaps=gaps)


def _candidates(slots: Sequence[datetime]) -> Iterator[tuple[Recurrence, list[datetime]]]:
    """Rules that begin with the first date, each with all that it says up to the last."""
    if len({wall.time() for wall in slots}) == 1:
        yield _by_days(slots)
        months = gcd(*(_month(wall) - _month(slots[0]) for wall in slots))
        if months:
            first = slots[0]
            nth = (first.day - 1) // 7 + 1
            by_weekday = [day for n in _months(slots, months) if (day := _weekday_of(first, n)) is not None]
            yield _rule("MONTHLY", months, by_weekday, f"{nth}{_DAYS[first.weekday()]}"), by_weekday
            by_day = [day for n in _months(slots, months) if (day := _day_of(first, n, first.day)) is not None]
            yield _rule("MONTHLY", months, by_day), by_day


def _by_days(slots: Sequence[datetime]) -> tuple[Recurrence, list[datetime]]:
    step = gcd(*((wall - slots[0]).days for wall in slots))
    walls = [slots[0] + timedelta(days=step * n) for n in range((slots[-1] - slots[0]).days // step + 1)]
    if step % 7:
        return _rule("DAILY", step, walls), walls
    return _rule("WEEKLY", step // 7, walls, _DAYS[slots[0].weekday()]), walls


def _rule(frequency: Frequency, interval: int, walls: list[datetime], *days: str) -> Recurrence:
    return Recurrence(frequency, interval, days, count=len(walls))


def _month(wall: datetime) -> int:
    return wall.year * 12 + wall.month - 1


def _months(slots: Sequence[datetime], step: int) -> range:
    return range(_month(slots[0]), _month(slots[-1]) + 1, step)


def _weekday_of(first: datetime, month: int) -> datetime | None:
    """The same weekday of that month, the second Tuesday; none where it has no fifth."""
    begins = datetime(month // 12, month % 12 + 1, 1).weekday()  # noqa: DTZ001 - a day of the calendar
    return _day_of(first, month, (first.weekday() - begins) % 7 + 1 + 7 * ((first.day - 1) // 7))


def _day_of(first: datetime, month: int, day: int) -> datetime | None:
    try:
        return first.replace(year=month // 12, month=month % 12 + 1, day=day)
    except ValueError:
        return None
