"""The only door to the time, and to the time-zone data the whole house uses.

Time enters as an argument everywhere else: `now()` is called at entrances (command line, pages, the timetable's loop).
The zone data is PyPI's `tzdata`, pinned with the other dependencies, not whatever the machine has: two machines of one
installation must agree on when 9:00 in Nairobi is.
"""

import zoneinfo
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version

from publisher.errors import BadInput

#: Years that a moment may lie in: what is reckoned from it (deadlines, retries, leases) must stay a date too.
EARLIEST, LATEST = 1970, 2200

zoneinfo.reset_tzpath(())
zoneinfo.ZoneInfo.clear_cache()


def now() -> datetime:
    """The present, UTC-aware, to the microsecond."""
    return datetime.now(UTC)


@cache
def zone(name: str) -> zoneinfo.ZoneInfo:
    """The IANA zone of that name; `BadInput` where the pinned data knows none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise BadInput(f"“{name}” is not a time zone. Use a name such as Africa/Nairobi.", field="zone") from problem


@cache
def zone_names() -> tuple[str, ...]:
    """Every zone a person may choose, sorted: `Area/Place` names and UTC."""
    return tuple(
        sorted(n for n in zoneinfo.available_timezones() if ("/" in n and not n.startswith("Etc/")) or n == "UTC")
    )


@cache
def zone_data_version() -> str:
    """Version of the pinned time-zone data, such as `2026.6`; shown in `/health`."""
    return version("tzdata")


def parse_instant(text: str, default_zone: str = "UTC") -> datetime:
    """An ISO 8601 date-time as UTC. One without an offset is read in `default_zone`. `BadInput` for anything else."""
    try:
        value = datetime.fromisoformat(text.strip())
    except ValueError as problem:
        raise BadInput(
            f"“{text}” is not a date and time. Write it like 2026-12-01T09:00 or 2026-12-01T09:00+03:00."
        ) from problem
    if not EARLIEST <= value.year <= LATEST:
        raise BadInput(f"“{text}” is too far away. A moment here lies between the years {EARLIEST} and {LATEST}.")
    if value.tzinfo is None:
        value = value.replace(tzinfo=zone(default_zone))
    return value.astimezone(UTC)
