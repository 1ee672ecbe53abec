"""What a VTIMEZONE says, its rules evaluated by dateutil, and what Python's own reading of the same data says."""

import zoneinfo
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from io import BytesIO

from dateutil.rrule import rrulestr

YEAR = timedelta(days=366)
Onset = tuple[datetime, timedelta, timedelta, str]


def by_library(lines: list[str], end: datetime) -> list[Onset]:
    """All onsets that a VTIMEZONE says, to `end`; the rules evaluated by dateutil."""
    found, said = [], {}
    for line in lines:
        name, _, value = line.partition(":")
        if name == "BEGIN":
            said = {}
        said.setdefault(name, []).append(value)
        if name == "END" and value != "VTIMEZONE":
            before, after = (offset(said[key][0]) for key in ("TZOFFSETFROM", "TZOFFSETTO"))
            starts = wall(said["DTSTART"][0])
            walls = [
                starts,
                *(wall(one) for one in said.get("RDATE", [""])[0].split(",") if one),
            ]
            if "RRULE" in said:
                rule, _, until = said["RRULE"][0].partition(";UNTIL=")
                last = wall(until) + before if until else end.replace(tzinfo=None) + YEAR
                walls = rrulestr(rule, dtstart=starts).between(starts, last, inc=True)
                assert walls[0] == starts, "the first onset follows its rule"
            found += [((wall - before).replace(tzinfo=UTC), before, after, said["TZNAME"][0]) for wall in walls]
    return sorted(one for one in found if one[0] <= end)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def offset(text: str) -> timedelta:
    span = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]), seconds=int(text[5:] or 0))
    return -span if text[0] == "-" else span


def by_python(name: str) -> list[Onset]:
    """All changes from 2018 to 2042. Zones that are links to each other are looked at once."""
    return changes(files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes())


@cache
def changes(data: bytes) -> list[Onset]:
    """Found by looking at the clock every six days, and halving; between two Ramadan changes of Gaza there are thirteen."""
    zone, found, step = zoneinfo.ZoneInfo.from_file(BytesIO(data)), [], timedelta(days=6)
    at = datetime(2018, 6, 1, tzinfo=UTC)
    while at.year < 2042:
        low, high = at, at + step
        if shown(zone, low) != shown(zone, high):
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                low, high = (middle, high) if shown(zone, middle) == shown(zone, low) else (low, middle)
            found.append((high, shown(zone, low)[0], *shown(zone, high)))
        at += step
    return found


def shown(zone: zoneinfo.ZoneInfo, at: datetime) -> tuple[timedelta, str]:
    local = at.astimezone(zone)
    return local.utcoffset(), local.tzname()
