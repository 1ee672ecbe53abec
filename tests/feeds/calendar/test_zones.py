"""Every VTIMEZONE of ours, evaluated by another library's rules, against Python's own reading of the same data."""

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from calendar_onsets import YEAR, by_library, by_python, shown
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.calendar import tzif
from feeds.calendar.values import Moment
from feeds.calendar.zones import instant, offset_text, vtimezone
from feeds.errors import FeedError

zoneinfo.reset_tzpath(())
NAMES = sorted(tzif.names())
BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)


def test_every_onset_of_every_zone_is_the_real_one() -> None:
    for name in NAMES:
        real = [one for one in by_python(name) if BEGIN - YEAR <= one[0] <= END + YEAR]
        told = by_library(vtimezone(name, BEGIN, END), END + YEAR)
        assert told[0][0] <= BEGIN - YEAR, f"{name} says what clocks showed at the beginning"
        assert [one for one in told if one[0] > BEGIN - YEAR] == [one for one in real if one[0] > BEGIN - YEAR], name


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(NAMES),
    st.datetimes(datetime(2020, 1, 1), datetime(2039, 1, 1)),
    st.integers(0, 900),
    st.integers(-366, 366),
)
def test_any_window_tells_the_time_within_a_year_of_it(name: str, first: datetime, days: int, away: int) -> None:
    first = first.replace(tzinfo=UTC, microsecond=0)
    last = first + timedelta(days=days)
    told = by_library(vtimezone(name, first, last), last + YEAR)
    for at in (first, last, first - abs(timedelta(days=away)), last + abs(timedelta(days=away))):
        state = [one for one in told if one[0] <= at][-1]
        assert state[2:] == shown(zoneinfo.ZoneInfo(name), at), (name, at)


def test_a_rule_is_said_as_a_rule() -> None:
    lines = vtimezone("Europe/Berlin", BEGIN, END)
    assert [line for line in lines if line.startswith(("RRULE", "RDATE"))] == [
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    ]


def test_a_rule_that_ended_says_until_when() -> None:
    """Vancouver keeps its summer time from 8 March 2026, 10:00 UTC."""
    lines = vtimezone("America/Vancouver", datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU;UNTIL=20260308T100000Z" in lines


@pytest.mark.parametrize("name", ["Africa/Casablanca", "Africa/El_Aaiun"])
def test_where_there_is_no_rule_dates_are_said(name: str) -> None:
    lines = vtimezone(name, BEGIN, END)
    assert any(line.startswith("RDATE") for line in lines)
    assert not any(line.startswith("RRULE") for line in lines)


def test_gaza_has_dates_for_ramadan() -> None:
    assert any(line.startswith("RDATE") for line in vtimezone("Asia/Gaza", BEGIN, END))


def test_summer_is_the_later_clock_in_dublin_too() -> None:
    lines = vtimezone("Europe/Dublin", BEGIN, END)
    assert lines[lines.index("TZNAME:IST") - 4] == "BEGIN:DAYLIGHT"
    assert lines[lines.index("TZNAME:GMT") - 4] == "BEGIN:STANDARD"


def test_a_zone_that_never_changed_says_one_thing() -> None:
    assert vtimezone("Africa/Nairobi", BEGIN, END) == [
        "BEGIN:VTIMEZONE", "TZID:Africa/Nairobi", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0300",
        "TZOFFSETTO:+0300", "TZNAME:EAT", "END:STANDARD", "END:VTIMEZONE",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "wall", "utc"),
    [
        (
            "America/New_York",
            datetime(2027, 3, 14, 2, 30),
            datetime(2027, 3, 14, 7, 30),
        ),  # does not exist: the clock before
        ("America/New_York", datetime(2027, 11, 7, 1, 30), datetime(2027, 11, 7, 5, 30)),  # twice: the first
        ("Australia/Lord_Howe", datetime(2027, 10, 3, 2, 15), datetime(2027, 10, 2, 15, 45)),  # half an hour is missing
        ("Asia/Kathmandu", datetime(2027, 1, 1, 0, 0), datetime(2026, 12, 31, 18, 15)),
        ("America/Vancouver", datetime(2026, 12, 1, 11, 0), datetime(2026, 12, 1, 18, 0)),
        ("UTC", datetime(2027, 1, 1, 0, 0), datetime(2027, 1, 1, 0, 0)),
    ],
)
def test_a_wall_time_is_one_instant(zone: str, wall: datetime, utc: datetime) -> None:
    assert instant(Moment(wall, zone)) == utc.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "", "../../etc/passwd", "Europe", "europe/berlin", "Africa/Nairobi\n"]
)
def test_what_is_no_zone_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(FeedError, match=r"is not a time zone\."):
        vtimezone(name, BEGIN, END)


def test_what_lies_too_far_away_is_refused() -> None:
    with pytest.raises(FeedError, match="too far away"):
        vtimezone("Europe/Berlin", BEGIN, datetime(2200, 1, 1, tzinfo=UTC))


def test_offsets_have_seconds_only_where_there_are_some() -> None:
    assert [offset_text(timedelta(seconds=one)) for one in (0, 20700, -12600, -2670)] == [
        "+0000",
        "+0545",
        "-0330",
        "-004430",
    ]
