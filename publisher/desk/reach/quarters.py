"""Quarters of a year, by UTC."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from publisher.errors import BadInput

_WRITTEN = re.compile(r"(20\d\d)[ -]?[Qq]([1-4])")


@dataclass(frozen=True, order=True)
class Quarter:
    """`2026Q4`: October to December 2026."""

    year: int
    number: int

    @property
    def begins(self) -> datetime:
        return datetime(self.year, self.number * 3 - 2, 1, tzinfo=UTC)

    @property
    def ends(self) -> datetime:
        """The first instant after it."""
        return self.following.begins

    @property
    def days(self) -> tuple[date, date]:
        """The first day of it, and the first day after it."""
        return self.begins.date(), self.ends.date()

    @property
    def following(self) -> "Quarter":
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)

    @property
    def before(self) -> "Quarter":
        return Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"


def of(instant: datetime) -> Quarter:
    """The quarter that this instant is in."""
    there = instant.astimezone(UTC)
    return Quarter(there.year, (there.month + 2) // 3)


def read(text: str, now: datetime) -> Quarter:
    """`2026Q4`, or nothing for the present one; `BadInput` for anything else, and for what has not begun."""
    if not text.strip():
        return of(now)
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise BadInput(f"“{text.strip()[:20]}” is no quarter. Write it like 2026Q4.", field="quarter")
    quarter = Quarter(int(found[1]), int(found[2]))
    if quarter > of(now):
        raise BadInput(f"{quarter} has not begun yet.", field="quarter")
    return quarter
