"""Wall time and instants: what clocks show once, twice or never, and how dates follow each other."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlmodel import Session
from webinars.webinar_stage import a_webinar

from publisher import clock
from publisher.errors import BadInput
from publisher.house import House
from publisher.webinars import slots, times, zones

NEW_YORK = "America/New_York"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("wall", "zone", "utc"),
    [
        ("2026-12-03T15:00", "Africa/Nairobi", "2026-12-03T12:00"),
        ("2027-01-14T09:00", "America/Vancouver", "2027-01-14T16:00"),  # the law of 2026; 17:00 by the data before
        ("2027-03-14T03:00", NEW_YORK, "2027-03-14T07:00"),  # the first minute after the jump
        ("2027-03-14T01:59", NEW_YORK, "2027-03-14T06:59"),  # the last one before it
        ("2027-11-07T02:00", NEW_YORK, "2027-11-07T07:00"),
        ("2027-11-07T00:59", NEW_YORK, "2027-11-07T04:59"),
        ("2026-12-03T15:00", "Asia/Kathmandu", "2026-12-03T09:15"),
        ("2026-12-03T15:00", "Pacific/Kiritimati", "2026-12-03T01:00"),
        ("2026-12-03T15:00", "UTC", "2026-12-03T15:00"),
    ],
)
def test_a_wall_time_is_one_instant(wall: str, zone: str, utc: str) -> None:
    assert times.instant(at(wall), zone) == at(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("wall", "zone", "words"),
    [
        ("2027-03-14T02:30", NEW_YORK, "does not exist on 14 March 2027"),
        ("2027-03-14T02:00", NEW_YORK, "does not exist"),
        ("2027-10-03T02:15", "Australia/Lord_Howe", "does not exist"),  # clocks jump by half an hour there
        ("2027-04-30T00:30", "Africa/Cairo", "does not exist"),  # the day begins at one
        ("2027-11-07T01:30", NEW_YORK, "comes twice on 7 November 2027"),
        ("2027-04-04T01:45", "Australia/Lord_Howe", "comes twice"),
        ("2027-04-04T03:00", "Pacific/Chatham", "comes twice"),
        ("2027-03-28T01:30", "Antarctica/Troll", "does not exist"),  # by two hours
    ],
)
def test_what_clocks_jump_over_or_show_twice_is_refused(wall: str, zone: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as told:
        times.instant(at(wall), zone, "starts")
    assert told.value.field == "starts"


def test_every_zone_refuses_exactly_what_its_clocks_do_not_show_once() -> None:
    """Every zone and every quarter of the first hours of five days on which clocks change somewhere, against a count made the
    other way round: which instants show this wall time?"""
    for name in clock.zone_names():
        there = clock.zone(name)
        for day in ("2027-03-14", "2027-03-28", "2027-04-04", "2027-10-31", "2027-11-07"):
            begin = at(day).replace(tzinfo=UTC)
            showing: dict[datetime, list[datetime]] = {}
            for quarter in range(-15 * 4, 17 * 4):  # every offset there is, before and after
                instant = begin + timedelta(minutes=15 * quarter)
                showing.setdefault(instant.astimezone(there).replace(tzinfo=None), []).append(instant)
            for quarter in range(4 * 4):
                wall = at(day) + timedelta(minutes=15 * quarter)
                found = showing.get(wall, [])
                if not found and _is_odd(there, wall):
                    continue
                try:
                    assert [times.instant(wall, name)] == found
                except BadInput:
                    assert len(found) != 1


def _is_odd(there: Any, wall: datetime) -> bool:
    """Offsets that are no quarters of an hour do not meet the grid."""
    offset = wall.replace(tzinfo=there).utcoffset()
    return bool(offset and offset % timedelta(minutes=15))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a date and time"),
        ("next Tuesday", "not a date and time"),
        ("2026-02-30T10:00", "not a date and time"),
        ("2026-12-03T15:00+03:00", "without an offset"),
        ("2026-12-03T15:00Z", "without an offset"),
        ("1899-12-03T15:00", "too far"),
        ("9999-12-31T23:59", "too far"),
    ],
)
def test_what_is_no_wall_time_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        times.read_wall(text)


@pytest.mark.parametrize("given", ["2026-12-03T15:00", None, 7, datetime(2026, 12, 3, 15, tzinfo=UTC)])
def test_a_verb_takes_wall_times_only(given: object) -> None:
    with pytest.raises(BadInput) as told:
        slots.wall(given)
    assert told.value.field == "starts"


def test_seconds_fall_away() -> None:
    assert slots.wall(datetime(2026, 12, 3, 15, 0, 42, 7)) == datetime(2026, 12, 3, 15, 0)
    assert times.said(times.read_wall("2026-12-03 15:00:42")) == "2026-12-03T15:00"


@pytest.mark.parametrize("given", [0, -5, 4321, "an hour", None, True, 1.5, "", "9" * 400])
def test_a_length_is_minutes_within_three_days(given: Any) -> None:
    with pytest.raises(BadInput) as told:
        slots.length(given)
    assert told.value.field == "minutes"


def test_lengths_are_elapsed_time_also_on_days_of_23_hours(session: Session, house: House, now: datetime) -> None:
    _, webinar = a_webinar(session, house, now, starts=at("2027-03-13T20:00"), zone=NEW_YORK, minutes=24 * 60)
    assert webinar.ends_at - webinar.starts_at == timedelta(hours=24)
    assert webinar.ends_at.astimezone(clock.zone(NEW_YORK)).replace(tzinfo=None) == at("2027-03-14T21:00")


def test_dates_follow_each_other_by_the_wall() -> None:
    """Every week at 15:00 stays at 15:00 when the clocks change in between; the instants do not stay a week apart."""
    walls = times.repeated(at("2027-03-04T15:00"), "weekly", 4)
    assert [wall.hour for wall in walls] == [15] * 4
    instants = [times.instant(wall, NEW_YORK) for wall in walls]
    assert [(b - a).total_seconds() / 3600 for a, b in pairwise(instants)] == [168, 167, 168]


@pytest.mark.parametrize(
    ("first", "rhythm", "days"),
    [
        ("2026-12-03T15:00", "daily", ["03", "04", "05"]),
        ("2026-12-03T15:00", "fortnightly", ["03", "17", "31"]),
        ("2026-12-29T15:00", "monthly", ["29", "30", "29"]),  # the fifth Tuesday: December, March, June
        ("2027-01-31T15:00", "monthly-day", ["31", "31", "31"]),  # January, March, May
        ("2027-01-14T15:00", "monthly", ["14", "11", "11"]),  # the second Thursday
    ],
)
def test_rhythms(first: str, rhythm: str, days: list[str]) -> None:
    assert [f"{wall:%d}" for wall in times.repeated(at(first), rhythm, 3)] == days


@pytest.mark.parametrize(("rhythm", "number", "field"), [("hourly", 3, "rhythm"), ("weekly", 0, "number"), ("weekly", 61, "number")])  # fmt: skip
def test_what_is_no_rhythm(rhythm: str, number: int, field: str) -> None:
    with pytest.raises(BadInput) as told:
        times.repeated(at("2026-12-03T15:00"), rhythm, number)
    assert told.value.field == field


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Africa/Nairobi", "Africa/Nairobi"),
        (" Africa/Nairobi ", "Africa/Nairobi"),
        ("Asia/Calcutta", "Asia/Kolkata"),  # what Chromium says
        ("Europe/Kiev", "Europe/Kyiv"),
        ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("Etc/UTC", "UTC"),
        ("US/Pacific", "US/Pacific"),  # an old name, but no other place
    ],
)
def test_zones_are_known_by_their_present_names(given: str, kept: str) -> None:
    assert zones.chosen(given) == kept
    assert clock.zone(given.strip()).utcoffset(at("2027-01-01T00:00")) == clock.zone(kept).utcoffset(
        at("2027-01-01T00:00")
    )


def test_every_renamed_zone_is_the_same_zone() -> None:
    for before, after in zones.RENAMED.items():
        assert {clock.zone(before).utcoffset(at(f"2027-{m:02}-15T12:00")) for m in range(1, 13)} == {
            clock.zone(after).utcoffset(at(f"2027-{m:02}-15T12:00")) for m in range(1, 13)
        }


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("africa/nairobi", "Did you mean Africa/Nairobi?"),
        ("Nairobi", "Did you mean Africa/Nairobi?"),
        ("ho chi minh", "Did you mean Asia/Ho_Chi_Minh?"),
        ("EST", "Did you mean America/New_York?"),
        ("Eastern Time", "Did you mean America/New_York?"),
        ("America/NewYork", "Did you mean America/New_York?"),
        ("GMT+3", "It does not say when clocks change. Choose a place"),
        ("+03:00", "It does not say when clocks change. Choose a place"),
        ("Etc/GMT-3", "Choose a place"),
        ("Mars/Olympus_Mons", "Choose a place"),
        ("../../etc/passwd", "Choose a place"),
        ("", "such as Africa/Nairobi"),
        (None, "such as Africa/Nairobi"),
        (7, "such as Africa/Nairobi"),
    ],
)
def test_what_is_no_zone_is_refused_with_a_hint(given: Any, hint: str) -> None:
    with pytest.raises(BadInput) as told:
        zones.chosen(given)
    assert hint in str(told.value)
    assert told.value.field == "zone"
