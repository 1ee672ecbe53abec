"""The value types of RFC 5545 §3.3, each as what it means or none where the text is not of that type."""

import re
from datetime import date, datetime, timedelta

from feeds.calendar.reading import Property
from feeds.calendar.values import Moment

_DATE = re.compile(r"\d{8}", re.ASCII)
_TIME = re.compile(r"(\d{8}T\d{6})(Z?)", re.ASCII)
_DURATION = re.compile(
    r"([+-]?)P(?:(\d{1,6})W|(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})S)?)?)", re.ASCII
)
_OFFSET = re.compile(r"([+-])(\d\d)([0-5]\d)([0-5]\d)?", re.ASCII)
_MAIL = re.compile(r"mailto:[^\s<>,;:\"\\@]+@[^\s<>,;:\"\\@]+", re.IGNORECASE)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


def day(value: str) -> date | None:
    if not _DATE.fullmatch(value):
        return None
    try:
        return date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError:
        return None


def wall(value: str) -> tuple[datetime, bool] | None:
    """A DATE-TIME and whether it says UTC. A leap second is the second before it."""
    found = _TIME.fullmatch(value)
    if found is None:
        return None
    at = found[1]
    second = min(int(at[13:]), 59) if int(at[13:]) == 60 else int(at[13:])
    try:
        return datetime(int(at[:4]), int(at[4:6]), int(at[6:8]), int(at[9:11]), int(at[11:13]), second), bool(found[2])  # noqa: DTZ001
    except ValueError:
        return None


def stamp(value: str) -> datetime | None:
    """A DATE-TIME in UTC, naive; none where it is local."""
    found = wall(value)
    return found[0] if found and found[1] else None


def duration(value: str) -> timedelta | None:
    found = _DURATION.fullmatch(value)
    if found is None or value.endswith(("P", "T")):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -span if found[1] == "-" else span


def offset(value: str) -> timedelta | None:
    """A UTC-OFFSET; -0000 is none (§3.3.14)."""
    found = _OFFSET.fullmatch(value)
    if found is None or int(found[2]) > 23:
        return None
    span = timedelta(hours=int(found[2]), minutes=int(found[3]), seconds=int(found[4] or 0))
    if found[1] == "-":
        return -span if span else None
    return span


def mail(value: str) -> bool:
    """A bare `mailto:` with one address."""
    return bool(_MAIL.fullmatch(value))


def uri(value: str) -> bool:
    return bool(_URI.fullmatch(value))


def moments(said: Property) -> list[Moment] | None:
    """The DATE-TIMEs of a property; `zone` is UTC, its TZID as it stands, or empty where the time floats. None for others."""
    found = [wall(one) for one in said.value.split(",")]
    zone = (said.get("TZID") or "").removeprefix("/")
    every = [Moment(one[0], "UTC" if one[1] else zone) for one in found if one is not None]
    return every if len(every) == len(found) else None
