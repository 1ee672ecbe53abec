"""Reminders: elapsed time before the start, to whom they are due, each once and none stale, whatever clocks and people do."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select
from webinars.mailing_stage import Who, carry, plan, reached, register, rows_of, states
from webinars.webinar_stage import a_series, a_webinar, dates_of

from publisher.house import House
from publisher.mail.models import LetterState
from publisher.webinars import reminders, scheduling, series
from publisher.webinars.models import Mailing, Seat, Series, Webinar

START = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)  # 15:00 in Nairobi
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
ALICE, BEN = "alice@people.example", "ben@people.example"


def the_webinar(house: House, now: datetime, *people: Who, **shape: object) -> Webinar:
    with house.database.session() as session:
        made, webinar = a_webinar(session, house, now, **shape)
        register(session, made, people or (Who(ALICE), Who(BEN)), now)
        return webinar


def move(house: House, webinar: Webinar, starts: datetime, now: datetime) -> None:
    """To another wall time in Nairobi."""
    with house.database.session() as session:
        scheduling.reschedule(session, house, session.get_one(Webinar, webinar.id), starts=starts, now=now)


def told(house: House, now: datetime) -> list[str]:
    """Who is reminded at this moment; updates are carried too, and not counted."""
    return sorted(to for to, mail in carry(house, now) if b"Subject: In " in mail)


def test_a_day_before_and_an_hour_before_and_no_more(house: House, now: datetime) -> None:
    the_webinar(house, now)
    assert reached(house, START - DAY - MINUTE) == []
    assert reached(house, START - DAY) == [ALICE, BEN]
    assert reached(house, START - DAY + timedelta(seconds=1)) == []
    assert reached(house, START - HOUR) == [ALICE, BEN]
    assert reached(house, START) == reached(house, START + DAY) == []


def test_they_count_elapsed_time_where_clocks_are_set_forward() -> None:
    starts = datetime(2027, 3, 14, 15, 0, tzinfo=UTC)  # 11:00 in New York, nine hours after clocks went forward
    assert reminders.spans([60, 1440], starts) == {
        1440: (datetime(2027, 3, 13, 15, 0, tzinfo=UTC), datetime(2027, 3, 14, 14, 0, tzinfo=UTC)),
        60: (datetime(2027, 3, 14, 14, 0, tzinfo=UTC), starts),
    }
    assert reminders.spans([0, 10], starts)[0] == (starts, starts + 15 * MINUTE)
    assert reminders.spans([], starts) == {}


def test_ten_minutes_before_and_at_the_start_on_request(house: House, now: datetime) -> None:
    the_webinar(house, now, Who(ALICE), reminders=[10, 0])
    assert reached(house, START - 10 * MINUTE) == [ALICE]
    assert reached(house, START + 14 * MINUTE) == [ALICE]  # a quarter of an hour is not too late to be told “now”
    assert reached(house, START + 16 * MINUTE) == []


def test_of_several_that_are_due_only_the_latest_goes(house: House, now: datetime) -> None:
    the_webinar(house, now, reminders=[1440, 60, 10])
    assert reached(house, START - 5 * MINUTE) == [ALICE, BEN]  # nobody kept the timetable for two days
    with house.database.session() as session:
        assert states(session, "reminder") == [(1440, "skipped"), (60, "skipped"), (10, "out")]


def test_none_is_sent_after_the_start(house: House, now: datetime) -> None:
    the_webinar(house, now)
    assert reached(house, START + MINUTE) == []
    with house.database.session() as session:
        assert states(session, "reminder") == [(1440, "skipped"), (60, "skipped")]


def test_what_a_sender_has_not_carried_in_time_it_does_not_carry(house: House, now: datetime) -> None:
    the_webinar(house, now)
    assert plan(house, START - DAY) == 1
    assert reached(house, START - HOUR) == [ALICE, BEN]  # one each: that of a day before had waited too long
    with house.database.session() as session:
        found = [(mailing.minutes, row.state) for mailing, _, row, _ in rows_of(session, "reminder")]
    assert found == [(1440, "expired"), (1440, "expired"), (60, "accepted"), (60, "accepted")]


def test_a_clock_that_runs_ahead_and_is_put_right_loses_none_and_doubles_none(house: House, now: datetime) -> None:
    the_webinar(house, now)
    assert reached(house, START + DAY) == []  # wrong by days: all seem over
    assert reached(house, START - DAY) == [ALICE, BEN]  # right again
    assert reached(house, START - 2 * DAY) == []  # and then behind
    assert reached(house, START - DAY) == []
    assert reached(house, START - HOUR) == [ALICE, BEN]
    assert reached(house, START - DAY) == reached(house, START - HOUR) == []


def test_a_clock_put_back_between_planning_and_sending_keeps_nothing(house: House, now: datetime) -> None:
    the_webinar(house, now)
    assert plan(house, START - DAY + 10 * MINUTE) == 1
    assert reached(house, START - DAY) == [ALICE, BEN]


def test_who_is_not_reminded(house: House, now: datetime) -> None:
    the_webinar(
        house,
        now,
        Who(ALICE),
        Who("calendar@people.example", reminded_by="calendar"),
        Who("declined@people.example", partstat="DECLINED"),
        Who("muted@people.example", is_muted=True),
        Who("recording@people.example", seat="recording"),
        Who("away@people.example", seat="away"),
        Who("waiting@people.example", state="waiting"),
        Who("pending@people.example", state="pending"),
        Who("left@people.example", state="cancelled"),
        Who("complained@people.example", suppressed="all"),
        Who("no-bulk@people.example", suppressed="bulk"),  # no newsletters; what they booked is another matter
    )
    assert reached(house, START - DAY) == [ALICE, "no-bulk@people.example"]


def test_an_answer_for_one_date_goes_before_the_one_for_all(house: House, now: datetime) -> None:
    """Alice declined the series and accepts this date; ben accepted the series and declines it."""
    webinar = the_webinar(house, now, Who(ALICE, partstat="DECLINED"), Who(BEN, partstat="ACCEPTED"))
    with house.database.session() as session:
        seats = select(Seat).where(col(Seat.webinar_id) == webinar.id).order_by(col(Seat.registration_id))
        for seat, partstat in zip(session.exec(seats).all(), ("ACCEPTED", "DECLINED"), strict=True):
            seat.partstat = partstat
            session.add(seat)
    assert reached(house, START - DAY) == [ALICE]


def test_who_registers_late_is_not_told_what_they_just_read(house: House, now: datetime) -> None:
    webinar = the_webinar(house, now, Who(ALICE))
    with house.database.session() as session:
        made = session.get_one(Series, webinar.series_id)
        register(session, made, [Who("early@people.example")], START - DAY - 3 * HOUR)
        register(session, made, [Who("late@people.example")], START - DAY - 3 * HOUR + MINUTE)
        register(session, made, [Who("after@people.example")], START - DAY + 2 * HOUR)
    assert reached(house, START - DAY + 3 * HOUR) == [ALICE, "early@people.example"]
    assert len(reached(house, START - HOUR)) == 4


def test_a_moved_date_is_reminded_of_at_its_new_time_only(house: House, now: datetime) -> None:
    webinar = the_webinar(house, now)
    move(house, webinar, datetime(2026, 12, 4, 15, 0), now)
    assert told(house, START - DAY) == []
    assert told(house, START) == [ALICE, BEN]
    with house.database.session() as session:
        assert states(session, "reminder") == [(1440, "cancelled"), (60, "cancelled"), (1440, "out"), (60, "waiting")]


def test_a_move_stops_a_reminder_that_is_being_sent(house: House, now: datetime) -> None:
    webinar = the_webinar(house, now)
    plan(house, START - DAY)
    move(house, webinar, datetime(2026, 12, 5, 15, 0), START - DAY)
    assert told(house, START - DAY) == []
    assert told(house, START + DAY) == [ALICE, BEN]
    with house.database.session() as session:
        first = rows_of(session, "reminder")[0]
        assert (first[0].state, first[1].state, first[2].state) == ("cancelled", LetterState.CANCELLED, "cancelled")


def test_what_was_due_before_a_date_was_set_is_not_made_up_for(house: House, now: datetime) -> None:
    webinar = the_webinar(house, now)
    move(house, webinar, datetime(2026, 11, 23, 15, 0), now)  # today, in six hours: the update says so
    assert told(house, now + MINUTE) == []
    assert told(house, now + 5 * HOUR) == [ALICE, BEN]


def test_a_date_moved_away_and_back_reminds_nobody_twice(house: House, now: datetime) -> None:
    webinar = the_webinar(house, now)
    assert told(house, START - DAY) == [ALICE, BEN]
    move(house, webinar, datetime(2026, 12, 8, 15, 0), START - DAY + HOUR)
    move(house, webinar, datetime(2026, 12, 3, 15, 0), START - DAY + 2 * HOUR)
    assert told(house, START - DAY + 3 * HOUR) == []
    assert told(house, START - HOUR) == [ALICE, BEN]


def test_a_date_that_is_called_off_reminds_nobody(house: House, now: datetime) -> None:
    webinar = the_webinar(house, now)
    with house.database.session() as session:
        scheduling.cancel(session, house, session.get_one(Webinar, webinar.id), now=now)
    assert told(house, START - DAY) == told(house, START - HOUR) == []


def test_other_dates_of_a_series_keep_their_reminders_when_one_is_moved(house: House, now: datetime) -> None:
    with house.database.session() as session:
        made = a_series(session, house, now, dates=2)
        register(session, made, [Who(ALICE), Who(BEN, dates=(2,))], now)
        first, second = dates_of(session, made)
    assert told(house, START - DAY) == [ALICE]
    move(house, second, datetime(2026, 12, 11, 15, 0), START - DAY + HOUR)
    with house.database.session() as session:
        assert reminders.plan(session, session.get_one(Webinar, first.id), now=START - DAY + HOUR) == 1
    assert told(house, START - DAY + 2 * HOUR) == []
    assert told(house, START - HOUR) == [ALICE]
    assert told(house, START + 7 * DAY) == [ALICE, BEN]


def test_other_reminders_are_wished_for(house: House, now: datetime) -> None:
    webinar = the_webinar(house, now)

    def wish(*minutes: int) -> None:
        with house.database.session() as session:
            made = session.get_one(Series, webinar.series_id)
            series.edit(session, house, made, series.Shape(title=made.title, reminders=minutes), now=now)
            reminders.plan(session, session.get_one(Webinar, webinar.id), now=now)

    wish(120)
    wish(1440, 10)
    wish(1440, 120)
    assert reached(house, START - DAY) == [ALICE, BEN]
    assert reached(house, START - 2 * HOUR) == [ALICE, BEN]
    assert reached(house, START - HOUR) == reached(house, START - 10 * MINUTE) == []


@pytest.mark.parametrize("times", [1, 3])
def test_planning_again_changes_nothing(session: Session, house: House, now: datetime, times: int) -> None:
    _, webinar = a_webinar(session, house, now)
    assert [reminders.plan(session, webinar, now=now) for _ in range(times)] == [2] * times
    assert states(session, "reminder") == [(1440, "waiting"), (60, "waiting")]
    assert sorted(session.exec(select(Mailing.due_at))) == [START - DAY, START - HOUR]
