"""Every zone that IANA knows, through our own writing, for more than a year: other people's programs see the right instants.

The VTIMEZONE is what is judged, so the zones get a name that no program knows. Old names without a slash, such as CET, we refuse
to write in an event; what we would say of them is judged all the same.
"""

import zoneinfo
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

import pytest
from calendar_judges import JUDGES, Instants, Judge, without_name
from calendar_onsets import by_library, by_python
from calendar_stage import PRODID, SERIES

from feeds.calendar import tzif
from feeds.calendar.checks import check
from feeds.calendar.lines import folded
from feeds.calendar.values import Moment, Recurrence
from feeds.calendar.writing import request
from feeds.calendar.zones import vtimezone

zoneinfo.reset_tzpath(())
NAMES = sorted(tzif.names() - {"UTC"})  # a series in UTC we refuse to write: it knows no summer
FIRST = datetime(2026, 12, 3, 11)  # a Thursday
WEEKS = 60
HALF = timedelta(minutes=30)

#: Who goes by the name of a zone where its VTIMEZONE alone would tell the time: {judge: (rules, lists)}.
BY_NAME = {
    "recurring-ical-events": (False, True),  # it compares listed dates without their zone
    "ical": (True, True),  # of zones it does not know it reads an offset that stays and an UNTIL of a rule otherwise
    "ical.js": (False, False),
    "libical": (False, False),
}


@pytest.mark.parametrize("judge", JUDGES)
def test_sixty_weeks_of_every_zone_are_at_the_right_instants(judge: str) -> None:
    assert wrong(weekly(), JUDGES[judge], by_name=BY_NAME[judge][0]) == {}


@pytest.mark.parametrize("judge", JUDGES)
def test_times_around_every_change_of_clocks_are_at_the_right_instants(judge: str) -> None:
    """Half an hour and two hours before and after each: where a wrong VTIMEZONE shows first."""
    assert wrong(around(), JUDGES[judge], by_name=BY_NAME[judge][1]) == {}


def test_every_onset_of_every_vtimezone_is_the_real_one() -> None:
    """Of those that stand in the documents, within a year of their dates: nothing wrong, nothing missing."""
    seen = 0
    for one in weekly():
        first, last = one.instants[0] - timedelta(days=366), one.instants[-1] + timedelta(days=366)
        lines = one.document.decode().replace("\r\n ", "").partition("END:VTIMEZONE")[0]
        told = [onset for onset in by_library(lines.partition("TZID")[2].splitlines(), last) if onset[0] > first]
        assert told == [onset for onset in by_python(one.zone) if first < onset[0] <= last], one.zone
        seen += len(told)
    assert seen > 1000


def test_our_own_check_finds_nothing_but_old_names() -> None:
    for one in [*weekly(), *around()]:
        rules = {finding.rule for finding in check(one.document).findings}
        assert rules == (set() if "/" in one.zone else {"timezone.name"}), one.zone


class Written(NamedTuple):
    """`instants`: by Python's own reading of the data."""

    zone: str
    instants: Instants
    document: bytes


@cache
def weekly() -> list[Written]:
    """Thursdays at eleven in every zone."""
    rule = Recurrence("WEEKLY", days=("TH",), count=WEEKS)
    walls = [FIRST + timedelta(weeks=number) for number in range(WEEKS)]
    return [written(name, walls, rule) for name in NAMES]


@cache
def around() -> list[Written]:
    """Where clocks change in these weeks, a list of times that they show once."""
    begin = FIRST.replace(tzinfo=UTC)
    found = []
    for name in NAMES:
        onsets = [at for at, *_ in by_python(name) if begin < at < begin + timedelta(weeks=WEEKS)]
        near = [at + way * span for at in onsets for span in (HALF, 4 * HALF) for way in (-1, 1)]
        shown = [at.astimezone(zoneinfo.ZoneInfo(name)) for at in near]
        walls = sorted({wall.replace(tzinfo=None, fold=0) for wall in shown if is_shown_once(wall)})
        found += [written(name, walls, None)] if walls else []
    assert len(found) > 180
    return found


def written(name: str, walls: list[datetime], rule: Recurrence | None) -> Written:
    """Of an old name: our own document of another zone, with what we say of this one in its place."""
    full = name if "/" in name else SERIES.starts.zone
    starts, *rest = [Moment(wall, full) for wall in walls]
    ends = Moment(walls[0] + HALF / 3, full)
    series = replace(SERIES, starts=starts, ends=ends, rrule=rule, rdates=() if rule else tuple(rest), exdates=())
    document = request([series], prodid=PRODID)
    instants = [wall.replace(tzinfo=zoneinfo.ZoneInfo(name)).astimezone(UTC) for wall in walls]
    if full != name:
        head, tail = document.split(b"BEGIN:VTIMEZONE")[0], document.split(b"END:VTIMEZONE\r\n")[1]
        document = (
            head + folded(vtimezone(name, instants[0], instants[-1])) + tail.replace(full.encode(), name.encode())
        )
    return Written(name, sorted(instants), document)


def is_shown_once(at: datetime) -> bool:
    return at.replace(fold=0).utcoffset() == at.replace(fold=1).utcoffset()


def wrong(told: list[Written], judge: Judge, *, by_name: bool) -> dict[str, str]:
    """Zones whose instants a judge sees otherwise."""
    documents = [one.document if by_name else without_name(one.document, number) for number, one in enumerate(told)]
    return {
        one.zone: f"{len(set(one.instants) ^ set(seen))} instants differ, the first {min(set(one.instants) ^ set(seen))}"
        for one, seen in zip(told, judge(documents), strict=True)
        if one.instants != seen
    }
