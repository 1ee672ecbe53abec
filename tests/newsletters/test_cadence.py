"""When a newsletter goes out: words to rule to instants, across clock changes and month ends."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from publisher.errors import BadInput
from publisher.newsletters import cadence

BERLIN = ZoneInfo("Europe/Berlin")


def instants(rule: str, zone: str, after: datetime, number: int) -> list[datetime]:
    found: list[datetime] = []
    for _ in range(number):
        after = cadence.next_after(rule, zone, after)
        found.append(after)
    return found


def days(rule: str, zone: str, after: datetime, number: int) -> list[str]:
    return [i.astimezone(ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M") for i in instants(rule, zone, after, number)]


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("daily at 7:00", "0 7 * * *"),
        ("Every day at 07.30", "30 7 * * *"),
        ("weekdays at 8h15", "15 8 * * 1-5"),
        ("weekly on Tuesday at 8:00", "0 8 * * 2"),
        ("every  sunday at 23:59", "59 23 * * 0"),
        ("every two weeks on Friday at 14:30", "30 14 * * 5 %2"),
        ("fortnightly on mondays at 9:00", "0 9 * * 1 %2"),
        ("monthly on the 1st at 9:00", "0 9 1 * *"),
        ("every month on the 28th at 9:00", "0 9 28 * *"),
        ("monthly on the last day at 18:00", "0 18 L * *"),
        ("monthly on the last Thursday at 9:00", "0 9 * * 4L"),
        ("monthly on the second wednesday at 9:00", "0 9 * * 3#2"),
        ("quarterly on the 15th at 6:00", "0 6 15 1,4,7,10 *"),
        ("0 9 1 * *", "0 9 1 * *"),
        ("0 9 * * 1 %2", "0 9 * * 1 %2"),
        ("0 9 15 2,5,8,11 *", "0 9 15 2,5,8,11 *"),
        ("0  9 l * *", "0 9 L * *"),
    ],
)
def test_words_become_a_rule(words: str, rule: str) -> None:
    assert cadence.rule_of(words) == rule


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", "is not a cadence. Say something like"),
        ("sometimes", "is not a cadence. Say something like"),
        ("weekly on Caturday at 8:00", "is not a cadence"),
        ("weekly on Tuesday", "is not a cadence"),
        ("daily at 24:00", "24:00 is not a time of day"),
        ("daily at 7:60", "7:60 is not a time of day"),
        ("monthly on the 31st at 9:00", "Not every month has that day"),
        ("monthly on the 0th at 9:00", "Not every month has that day"),
        ("0 9 30 2 *", "not a rule that ever comes true"),
        ("99 9 * * *", "not a rule that ever comes true"),
        ("x" * 500, "is not a cadence"),
    ],
)
def test_bad_words_get_a_sentence(words: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        cadence.rule_of(words)


@effort(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("0123456789 */,-lL#%:at onthedayweklymrfiusb"), max_size=40))
def test_whatever_is_said_is_a_rule_or_a_sentence(words: str) -> None:
    try:
        rule = cadence.rule_of(words)
    except BadInput:
        return
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert cadence.next_after(rule, "Africa/Nairobi", now) > now


def test_an_hour_that_does_not_exist_comes_once_at_the_next_that_does() -> None:
    assert [i.astimezone(BERLIN).isoformat() for i in instants("30 2 * * *", "Europe/Berlin", datetime(2027, 3, 27, 12, tzinfo=UTC), 2)] == [
        "2027-03-28T03:00:00+02:00",
        "2027-03-29T02:30:00+02:00",
    ]  # fmt: skip


def test_an_hour_that_comes_twice_is_one_occurrence() -> None:
    assert [i.astimezone(BERLIN).isoformat() for i in instants("30 2 * * *", "Europe/Berlin", datetime(2027, 10, 30, 12, tzinfo=UTC), 2)] == [
        "2027-10-31T02:30:00+02:00",
        "2027-11-01T02:30:00+01:00",
    ]  # fmt: skip


@effort(max_examples=60, deadline=None)
@given(
    st.sampled_from([("30 2 * * *", 24), ("0 3 * * *", 24), ("15 2 * * 0", 24 * 7), ("0 0 L * *", 24 * 31)]),
    st.sampled_from([datetime(2027, 3, 27, 20, tzinfo=UTC), datetime(2027, 10, 30, 20, tzinfo=UTC)]),
    st.integers(0, 12 * 60),
)
def test_it_does_not_matter_from_where_one_looks(rule: tuple[str, int], start: datetime, minutes: int) -> None:
    """The next occurrence after any moment is the next of the chain: nothing comes twice, nothing is passed over."""
    moment = start + timedelta(minutes=minutes)
    chain = instants(rule[0], "Europe/Berlin", start - timedelta(hours=rule[1] * 2), 6)
    assert cadence.next_after(rule[0], "Europe/Berlin", moment) == min(i for i in chain if i > moment)


def test_every_fortnight_is_every_second_week_also_over_a_year_of_53_weeks() -> None:
    found = instants("0 9 * * 1 %2", "Europe/Berlin", datetime(2026, 11, 23, tzinfo=UTC), 40)
    local = [i.astimezone(BERLIN) for i in found]
    assert {(b.date() - a.date()).days for a, b in itertools.pairwise(local)} == {14}
    assert {(i.hour, i.weekday()) for i in local} == {(9, 0)}


def test_month_ends() -> None:
    start = datetime(2027, 11, 15, tzinfo=UTC)
    assert days("0 18 L * *", "Africa/Nairobi", start, 5) == [
        "Tue 2027-11-30 18:00", "Fri 2027-12-31 18:00", "Mon 2028-01-31 18:00", "Tue 2028-02-29 18:00", "Fri 2028-03-31 18:00",
    ]  # fmt: skip
    assert days("0 9 * * 4L", "UTC", start, 2) == ["Thu 2027-11-25 09:00", "Thu 2027-12-30 09:00"]
    assert days("0 9 * * 3#2", "UTC", start, 2) == ["Wed 2027-12-08 09:00", "Wed 2028-01-12 09:00"]


def test_a_wall_time_stays_where_the_newsletter_is() -> None:
    winter, summer = datetime(2027, 1, 10, tzinfo=UTC), datetime(2027, 7, 10, tzinfo=UTC)
    assert cadence.next_after("0 9 * * *", "Europe/Berlin", winter) == datetime(2027, 1, 10, 8, tzinfo=UTC)
    assert cadence.next_after("0 9 * * *", "Europe/Berlin", summer) == datetime(2027, 7, 10, 7, tzinfo=UTC)
    assert cadence.next_after("0 9 * * *", "Asia/Kolkata", winter) == datetime(2027, 1, 10, 3, 30, tzinfo=UTC)


def test_an_unknown_zone_gets_a_sentence() -> None:
    with pytest.raises(BadInput):
        cadence.next_after("0 9 * * *", "Mars/Olympus", datetime(2027, 1, 1, tzinfo=UTC))


def test_asked_from_within_the_hour_that_comes_twice_the_next_time_is_tomorrow() -> None:
    second_half_past_two = datetime(2027, 10, 31, 1, 0, tzinfo=UTC)
    assert cadence.next_after("30 2 * * *", "Europe/Berlin", second_half_past_two) == datetime(
        2027, 11, 1, 1, 30, tzinfo=UTC
    )
