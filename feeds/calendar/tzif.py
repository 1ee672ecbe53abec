"""What the IANA time-zone data says, read from the pinned package `tzdata` itself: no machine's own copy can come between.

TZif is RFC 9636; the line at its end is a POSIX TZ string, the rule for all years after the last transition that is listed.
"""

import re
import struct
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version as installed
from importlib.resources import files

from feeds.errors import FeedError

#: Years whose onsets are known. After the second no zone has anything but its rule, and the rule repeats.
FIRST_YEAR, LAST_YEAR = 1970, 2140
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - instants here are naive UTC, as wall times are naive

_NAME = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+){0,2}")
_TIME = r"[+-]?\d{1,3}(?::\d\d){0,2}"
_WORD = r"<[^>]+>|[A-Za-z]{3,}"
_DAY = rf"M(\d+)\.(\d)\.(\d)(?:/({_TIME}))?"
_POSIX = re.compile(rf"({_WORD})({_TIME})(?:({_WORD})({_TIME})?,{_DAY},{_DAY})?")


@dataclass(frozen=True)
class Local:
    """What clocks show: UTC plus `offset`."""

    offset: timedelta
    dst: bool
    name: str


@dataclass(frozen=True)
class Onset:
    """`utc`: the instant, naive, from which clocks show `after`."""

    utc: datetime
    before: Local
    after: Local

    @property
    def wall(self) -> datetime:
        """The instant on a clock that has not jumped yet: the DTSTART of RFC 5545 §3.6.5."""
        return self.utc + self.before.offset


@dataclass(frozen=True)
class Zone:
    """`first`: what clocks showed at the beginning of 1970."""

    name: str
    first: Local
    onsets: tuple[Onset, ...]

    def at(self, utc: datetime) -> Local:
        """What clocks show at an instant, naive UTC."""
        number = bisect_right(self.onsets, utc, key=lambda onset: onset.utc)
        return self.onsets[number - 1].after if number else self.first

    def instant(self, wall: datetime) -> datetime:
        """When clocks show that: naive UTC; the first where they do twice, by the clock before the jump where they never
        do (RFC 5545 §3.3.5)."""
        before, after = self.at(wall - timedelta(days=1)), self.at(wall + timedelta(days=1))
        for local in (before, after):
            if self.at(wall - local.offset).offset == local.offset:
                return wall - local.offset
        return wall - before.offset


@cache
def names() -> frozenset[str]:
    """Every name the data knows, links included."""
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())


@cache
def version() -> str:
    """The version of the data, such as `2026.6`."""
    return installed("tzdata")


@cache
def zone(name: str) -> Zone:
    """The zone of that name; `FeedError` where the data knows none."""
    if not _NAME.fullmatch(name) or name not in names():
        raise FeedError(f"“{name[:60]}” is not a time zone. Use a name such as Africa/Nairobi.")
    data = files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    state, listed, footer = _read(data)
    onsets = []
    first = state
    for utc, local in (*listed, *_ruled(footer, listed[-1][0] if listed else EPOCH - timedelta(days=1))):
        if utc < EPOCH:
            first = local
        elif utc.year <= LAST_YEAR and (local.offset, local.name) != (state.offset, state.name):
            onsets.append(Onset(utc, state, local))
        state = local
    return Zone(name, first, tuple(onsets))


def _read(data: bytes) -> tuple[Local, list[tuple[datetime, Local]], str]:
    """The state before all, the transitions, the footer. The block of version 1 is passed over: its instants have 32 bits."""
    form = ">4sc15x6l"
    _, _, *counts = struct.unpack_from(form, data)
    isut, isstd, leap, times, types, letters = counts
    start = 44 + times * 5 + types * 6 + letters + leap * 8 + isstd + isut
    _, _, isut, isstd, leap, times, types, letters = struct.unpack_from(form, data, start)
    at = start + 44
    instants = struct.unpack_from(f">{times}q", data, at)
    indexes = data[at + times * 8 : at + times * 9]
    at += times * 9
    words = data[at + types * 6 : at + types * 6 + letters]
    locals_ = [
        Local(timedelta(seconds=offset), bool(dst), words[word : words.index(0, word)].decode("ascii"))
        for offset, dst, word in struct.iter_unpack(">lBB", data[at : at + types * 6])
    ]
    at += types * 6 + letters + leap * 12 + isstd + isut
    listed = [
        (EPOCH + timedelta(seconds=second), locals_[index])
        for second, index in zip(instants, indexes, strict=True)
        if second > -(2**40)
    ]
    return locals_[0], listed, data[at:].decode("ascii").strip("\n")


def _ruled(footer: str, after: datetime) -> Iterator[tuple[datetime, Local]]:
    """The transitions by the rule, those after `after`."""
    found = _POSIX.fullmatch(footer)
    if found is None or found[3] is None:
        return
    standard = Local(-_seconds(found[2]), False, found[1].strip("<>"))
    offset = -_seconds(found[4]) if found[4] else standard.offset + timedelta(hours=1)
    summer = Local(offset, True, found[3].strip("<>"))
    for year in range(max(after.year, FIRST_YEAR), LAST_YEAR + 1):
        both = (
            (_rule_day(year, *found.group(5, 6, 7, 8)) - standard.offset, summer),
            (_rule_day(year, *found.group(9, 10, 11, 12)) - summer.offset, standard),
        )
        yield from ((utc, local) for utc, local in sorted(both, key=lambda pair: pair[0]) if utc > after)


def _rule_day(year: int, month: str, week: str, day: str, time: str | None) -> datetime:
    """The wall time of `Mm.w.d/time`; week 5 is the last. POSIX counts days from Sunday, and times may leave the day."""
    first = datetime(year, int(month), 1)  # noqa: DTZ001
    shift = (int(day) - first.isoweekday()) % 7 + 7 * (int(week) - 1)
    while shift >= monthrange(year, int(month))[1]:
        shift -= 7
    return first + timedelta(days=shift) + _seconds(time or "2")


def _seconds(text: str) -> timedelta:
    hours, minutes, seconds = ([int(part) for part in text.lstrip("+-").split(":")] + [0, 0])[:3]
    span = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -span if text.startswith("-") else span
