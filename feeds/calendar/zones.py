"""VTIMEZONE from our own generator: what a time zone is, told to programs that may have older data or none (RFC 5545 §3.6.5).

Yearly rules where the zone kept one for at least three years, since some programs misread lists of dates; explicit dates where
it did not (Gaza, Casablanca). Every onset is DTSTART on the clock that has not jumped yet. All that is said is true: an
observance may begin long before the window, never at a made-up time.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from feeds.calendar.tzif import EPOCH, LAST_YEAR, Onset, Zone, zone
from feeds.calendar.values import Moment
from feeds.errors import FeedError

#: What is covered before the first and after the last occurrence.
MARGIN = timedelta(days=366)
#: Years after which a habit is a rule.
_HABIT = 3
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

_Key = tuple[str, timedelta, timedelta, str]


@dataclass(frozen=True)
class _Run:
    """Onsets of one kind; `rule` says them all, one a year, or is empty where they are a mere list."""

    key: _Key
    onsets: tuple[Onset, ...]
    rule: str

    @property
    def lasting(self) -> bool:
        """Whether the rule holds for ever: it does where it has met every calendar that a year can have."""
        return self.lasts and len(self.onsets) >= 40 and bool(self.rule)

    @property
    def lasts(self) -> bool:
        return self.onsets[-1].wall.year >= LAST_YEAR - 1


def instant(moment: Moment) -> datetime:
    """The instant, aware UTC, by the pinned data; `FeedError` for a zone it does not know."""
    if moment.zone == "UTC":
        return moment.wall.replace(tzinfo=UTC)
    return zone(moment.zone).instant(moment.wall).replace(tzinfo=UTC)


def vtimezone(name: str, first: datetime, last: datetime) -> list[str]:
    """The lines, unfolded, for occurrences from `first` to `last` (aware), and a year more on both sides."""
    begin, end = (
        (first - MARGIN).astimezone(UTC).replace(tzinfo=None),
        (last + MARGIN).astimezone(UTC).replace(tzinfo=None),
    )
    if begin < EPOCH or end.year >= LAST_YEAR:
        raise FeedError(f"An event lies too far away. Its year must be between {EPOCH.year + 2} and {LAST_YEAR - 2}.")
    spoken = sorted(_observances(zone(name), begin, end))
    return ["BEGIN:VTIMEZONE", f"TZID:{name}", *(line for _, lines in spoken for line in lines), "END:VTIMEZONE"]


def _observances(of: Zone, begin: datetime, end: datetime) -> Iterator[tuple[datetime, list[str]]]:
    """Each with the DTSTART by which they are sorted. What is in force at the beginning has begun before it."""
    lower = max((onset.utc for onset in of.onsets if onset.utc <= begin), default=None)
    if lower is None:
        state = of.first
        yield EPOCH, _spoken(("STANDARD", state.offset, state.offset, state.name), [EPOCH], [])
        lower = EPOCH
    runs = _runs(of.name)
    unbounded = all(run.lasting for run in runs if run.lasts)
    for run in runs:
        inside = [onset for onset in run.onsets if lower <= onset.utc <= end]
        if not inside:
            continue
        if run.rule and len(inside) + (run.lasting and unbounded) > 1:
            until = "" if run.lasting and unbounded else f";UNTIL={inside[-1].utc:%Y%m%dT%H%M%SZ}"
            yield run.onsets[0].wall, _spoken(run.key, [run.onsets[0].wall], [f"RRULE:{run.rule}{until}"])
        else:
            walls = [onset.wall for onset in inside]
            yield walls[0], _spoken(run.key, walls, [])


def _spoken(key: _Key, walls: list[datetime], rules: list[str]) -> list[str]:
    kind, before, after, name = key
    dates = [f"RDATE:{','.join(f'{wall:%Y%m%dT%H%M%S}' for wall in walls[1:])}"] if walls[1:] else []
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{walls[0]:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{offset_text(before)}",
        f"TZOFFSETTO:{offset_text(after)}",
        f"TZNAME:{name}",
        *rules,
        *dates,
        f"END:{kind}",
    ]


def offset_text(offset: timedelta) -> str:
    """`+0545`; with seconds only where there are some, and never -0000 (RFC 5545 §3.3.14)."""
    seconds = int(offset.total_seconds())
    minutes, rest = divmod(abs(seconds), 60)
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02}{minutes % 60:02}" + (f"{rest:02}" if rest else "")


@cache
def _runs(name: str) -> tuple[_Run, ...]:
    """All onsets of a zone, each in one run."""
    groups: dict[_Key, list[Onset]] = defaultdict(list)
    for onset in zone(name).onsets:
        groups[_key(onset)].append(onset)
    return tuple(run for key, onsets in groups.items() for run in _of_group(key, onsets))


def _key(onset: Onset) -> _Key:
    """Daylight time is the later clock of the two, also where the law calls it standard (Dublin, Casablanca): programs that
    know no negative saving then show the right name."""
    before, after = onset.before, onset.after
    later = after.offset > before.offset if before.dst != after.dst else after.dst
    return "DAYLIGHT" if later else "STANDARD", before.offset, after.offset, after.name


def _of_group(key: _Key, onsets: list[Onset]) -> Iterator[_Run]:
    loose: list[Onset] = []
    per_year: dict[int, int] = defaultdict(int)
    for onset in onsets:
        per_year[onset.wall.year] += 1
    while onsets:
        length, rules = 1, _rules(onsets[0].wall)
        while length < len(onsets) and onsets[length].wall.year == onsets[length - 1].wall.year + 1:
            common = [rule for rule in rules if rule in _rules(onsets[length].wall)]
            if not common or per_year[onsets[length].wall.year] > 1 or per_year[onsets[0].wall.year] > 1:
                break
            length, rules = length + 1, common
        if length >= _HABIT:
            yield _Run(key, tuple(onsets[:length]), rules[0].partition("@")[0])
        else:
            loose += onsets[:length]
        onsets = onsets[length:]
    if loose:
        yield _Run(key, tuple(loose), "")


def _rules(wall: datetime) -> list[str]:
    """The yearly rules that hit this day, the likeliest first. All of them keep the time of day; runs are cut where it changes."""
    month, day, name = wall.month, wall.day, _DAYS[wall.weekday()]
    last = monthrange(wall.year, month)[1]
    clock = f"@{wall:%H%M%S}"
    found = [f"BYDAY=-1{name}"] if day + 7 > last else []
    found += [f"BYDAY={(day - 1) // 7 + 1}{name}"] if day <= 28 else []
    shortest = 28 if month == 2 else last
    found += [
        f"BYDAY={name};BYMONTHDAY={','.join(str(d) for d in range(begin, begin + 7))}"
        for begin in range(max(1, day - 6), min(day, shortest - 6) + 1)
    ]
    return [f"FREQ=YEARLY;BYMONTH={month};{rule}{clock}" for rule in [*found, f"BYMONTHDAY={day}"]]
