"""From comings and goings to visits, and from visits to minutes. Values in, values out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Step:
    """`kind`: joined | left | ended; the last is everybody's."""

    kind: str
    at: datetime


@dataclass(frozen=True)
class Visit:
    """`left`: None while nobody said that they went."""

    came: datetime
    left: datetime | None


def visits_of(steps: Sequence[Step]) -> list[Visit]:
    """One person's visits by what was said of them, in any order. Coming twice is being there; going twice is being gone.

    Who goes and comes at one instant has loaded the page again and is still there; who was not there came and went.
    """
    found: list[Visit] = []
    came: datetime | None = None
    for at, kinds in _by_instant(steps):
        if came is None and "joined" in kinds:
            came, kinds = at, kinds - {"joined"}
        if came is not None and ("ended" in kinds or kinds == {"left"}):
            found.append(Visit(came, at))
            came = None
    return found if came is None else [*found, Visit(came, None)]


def seconds_of(spans: Iterable[Span], begins: datetime, ends: datetime) -> float:
    """How long somebody was there between two instants, through however many doors: what overlaps counts once."""
    total, until = 0.0, begins
    for came, left in sorted(spans):
        start, stop = max(came, until), min(left, ends)
        if stop > start:
            total += (stop - start).total_seconds()
            until = stop
    return total


def minutes_of(spans: Iterable[Span], begins: datetime, ends: datetime) -> int:
    """The same in minutes, to the nearest."""
    return int(seconds_of(spans, begins, ends) / 60 + 0.5)


def _by_instant(steps: Sequence[Step]) -> list[tuple[datetime, set[str]]]:
    found: dict[datetime, set[str]] = {}
    for step in steps:
        found.setdefault(step.at, set()).add(step.kind)
    return sorted(found.items())
