"""Announcing: to a list or a part of it, never to who knows of it already, never twice, and never with a time that is no more."""

from datetime import UTC, datetime, timedelta

import pytest
from cast import a_list, a_person
from sqlalchemy import update
from sqlmodel import Session, col, select
from webinars.mailing_stage import Who, carry, plan, reached, register, rows_of, states
from webinars.webinar_stage import a_series, a_webinar, dates_of, the_hub

from publisher.audience import leaving
from publisher.audience.models import MailingList, Person
from publisher.errors import BadInput, Conflict, PublisherError
from publisher.house import House
from publisher.mail import outbox
from publisher.mail.models import Letter, LetterState, Outbox
from publisher.webinars import announcing, mailings, scheduling
from publisher.webinars.models import Mailing, Series, Webinar

START = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ALICE, BEN, CARO, DAN = (f"{name}@readers.example" for name in ("alice", "ben", "caro", "dan"))


class Stage:
    """A webinar, the list `monthly` with Alice and Ben, and `weekly` with Ben and Caro."""

    def __init__(self, house: House, now: datetime, **shape: object) -> None:
        self.house, self.now = house, now
        with house.database.session() as session:
            self.series, self.webinar = a_webinar(session, house, now, **shape)
            hub = the_hub(session, now)
            self.monthly, self.weekly = (a_list(session, hub, now, slug) for slug in ("monthly", "weekly"))
            a_person(session, ALICE, now, self.monthly, languages="fr,en", interests=(("topic", "pay"),))
            a_person(session, BEN, now, self.monthly, self.weekly)
            a_person(session, CARO, now, self.weekly)

    def announce(self, to: MailingList | None = None, now: datetime | None = None, **more: object) -> Mailing:
        with self.house.database.session() as session:
            webinar = session.get_one(Webinar, self.webinar.id)
            mailing_list = session.get_one(MailingList, (to or self.monthly).id)
            return announcing.announce(session, self.house, webinar, mailing_list, now=now or self.now, **more)

    def count(self, to: MailingList | None = None, **more: object) -> list[int]:
        """How many get it, have registered, had it, and get no such mail."""
        with self.house.database.reading() as session:
            webinar = session.get_one(Webinar, self.webinar.id)
            mailing_list = session.get_one(MailingList, (to or self.monthly).id)
            found = announcing.count(session, self.house, webinar, mailing_list, now=self.now, **more)
            return [found[name] for name in ("recipients", "registered", "had_it", "suppressed")]

    def register(self, *people: Who) -> None:
        with self.house.database.session() as session:
            register(session, session.get_one(Series, self.series.id), people, self.now)

    def move(self, starts: datetime, now: datetime | None = None) -> None:
        with self.house.database.session() as session:
            webinar = session.get_one(Webinar, self.webinar.id)
            scheduling.reschedule(session, self.house, webinar, starts=starts, now=now or self.now)


def test_the_readers_of_a_list_have_it_at_once(house: House, now: datetime) -> None:
    stage = Stage(house, now)
    mailing = stage.announce(by="ines")
    assert (mailing.state, mailing.by, mailing.expires_at) == ("waiting", "ines", START)
    assert reached(house, now) == [ALICE, BEN]
    assert reached(house, now + HOUR) == []


def test_it_waits_for_the_instant_that_was_chosen(house: House, now: datetime) -> None:
    stage = Stage(house, now)
    stage.announce(at=now + DAY)
    assert reached(house, now + DAY - HOUR) == []
    assert reached(house, now + DAY) == [ALICE, BEN]


def test_nobody_has_it_twice_by_two_lists_or_two_announcements(house: House, now: datetime) -> None:
    stage = Stage(house, now)
    stage.announce()
    assert reached(house, now) == [ALICE, BEN]
    assert stage.count(stage.weekly) == [1, 0, 1, 0]
    stage.announce(stage.weekly)
    assert reached(house, now) == [CARO]
    with pytest.raises(BadInput, match="Nobody of this list would get it"):
        stage.announce()
    with house.database.session() as session:
        a_person(session, DAN, now, session.get_one(MailingList, stage.monthly.id))
    stage.announce()
    assert reached(house, now) == [DAN]


def test_who_registered_or_left_or_was_declined_is_not_asked_again(house: House, now: datetime) -> None:
    stage = Stage(house, now)
    stage.register(Who(ALICE, state="cancelled"))
    assert stage.count() == [1, 1, 0, 0]
    stage.announce()
    assert reached(house, now) == [BEN]


def test_a_registration_that_nobody_confirmed_says_nothing_of_its_address(house: House, now: datetime) -> None:
    stage = Stage(house, now)
    stage.register(Who(ALICE, state="pending"))
    stage.announce()
    assert reached(house, now) == [ALICE, BEN]


def test_one_date_is_announced_to_who_registered_for_others_only(house: House, now: datetime) -> None:
    stage = Stage(house, now)
    with house.database.session() as session:
        made = a_series(session, house, now, dates=3)
        register(session, made, [Who(ALICE, dates=(1,)), Who(BEN)], now)
        announcing.announce(session, house, dates_of(session, made)[2], stage.monthly, now=now)
    assert reached(house, now) == [ALICE]


def test_a_rule_chooses_among_the_readers(house: House, now: datetime) -> None:
    stage = Stage(house, now)
    assert stage.count(rule="language:fr") == [1, 0, 0, 0]
    stage.announce(rule="language:fr")
    assert reached(house, now) == [ALICE]
    with pytest.raises(BadInput, match="cannot be read at character 1"):
        stage.announce(rule="friends:all")
    with pytest.raises(BadInput, match="rule finds nobody"):
        stage.announce(rule="language:sw")


def test_who_is_paused_or_gets_no_bulk_mail_or_has_left_the_list_has_none(house: House, now: datetime) -> None:
    stage = Stage(house, now)
    with house.database.session() as session:
        session.execute(update(Person).where(col(Person.languages) == "fr,en").values(paused_until=now + DAY))
        dan = a_person(session, DAN, now, session.get_one(MailingList, stage.monthly.id))
        register(session, a_series(session, house, now), [Who(DAN, suppressed="bulk")], now)
        assert dan.id
    assert stage.count() == [1, 0, 0, 1]
    stage.announce(at=now + HOUR)
    plan(house, now + HOUR)
    with house.database.session() as session:
        ben = session.exec(select(Person).where(col(Person.languages) == "en").order_by(col(Person.id))).first()
        assert ben is not None
        leaving.leave(session, house, ben, [session.get_one(MailingList, stage.monthly.id)], now, "page")
    # What waited for him of the list is stopped; he is told that he has left.
    assert [b"Subject: Webinar" in mail for _, mail in carry(house, now + HOUR)] == [False]


def test_what_cannot_be_announced(house: House, now: datetime) -> None:
    stage = Stage(house, now)

    def refused(**more: object) -> str:
        with pytest.raises(PublisherError) as problem:
            stage.announce(**more)
        return str(problem.value)

    assert refused(at=START) == "By then it has begun. Choose an earlier time."
    assert refused(now=START) == "It has begun, so there is nothing left to announce."
    stage.announce(at=now + DAY)
    assert refused() == "An announcement to “Monthly” waits already."
    with house.database.session() as session:
        session.exec(select(MailingList).where(col(MailingList.slug) == "weekly")).one().archived = True
    assert refused(to=stage.weekly) == "The list “Weekly” is closed."
    with house.database.session() as session:
        the_hub(session, now).postal_address = " "
    assert "has no postal address yet" in refused()


def test_a_draft_and_a_cohorts_series_are_kept_from_other_lists(session: Session, house: House, now: datetime) -> None:
    hub = the_hub(session, now)
    cohort, other = a_list(session, hub, now, "cohort", "cohort"), a_list(session, hub, now, "other")
    draft = a_series(session, house, now, "draft", announced=False)
    with pytest.raises(Conflict, match="Publish it first"):
        announcing.announce(session, house, draft, other, now=now)
    closed = a_series(session, house, now, "closed", list_slug="cohort")
    with pytest.raises(BadInput, match="for members of “Cohort” only"):
        announcing.announce(session, house, closed, other, now=now)
    a_person(session, ALICE, now, cohort)
    assert announcing.announce(session, house, closed, cohort, now=now).webinar_id is None


def test_a_move_before_it_goes_moves_what_it_says_and_how_long_it_is_worth_sending(house: House, now: datetime) -> None:
    stage = Stage(house, now)
    stage.announce(at=now + 9 * DAY)
    stage.move(datetime(2026, 11, 30, 15, 0))
    assert reached(house, now + 9 * DAY) == []  # it has begun by then
    with house.database.session() as session:
        assert states(session, "announcement") == [(None, "skipped")]


def test_a_move_while_it_is_sent_brings_the_new_time_to_who_had_not_had_it(house: House, now: datetime) -> None:
    stage = Stage(house, now)
    stage.announce()
    plan(house, now)
    _only_first_is_sent(house, now)
    stage.move(datetime(2026, 12, 10, 15, 0))
    [(to, mail)] = carry(house, now)
    assert to == BEN
    assert b"10 December" in mail
    with house.database.session() as session:
        assert states(session, "announcement") == [(None, "cancelled"), (None, "out")]


def test_what_was_paused_stays_with_its_person_when_the_date_moves(house: House, now: datetime) -> None:
    stage = Stage(house, now)
    mailing = stage.announce()
    plan(house, now)
    with house.database.session() as session:
        letter_id = session.get_one(Mailing, mailing.id).letter_id
        outbox.pause(session, session.get_one(Letter, letter_id), "Wait.")
    stage.move(datetime(2026, 12, 10, 15, 0))
    assert reached(house, now) == []
    with house.database.session() as session:
        held = session.exec(select(Mailing).where(col(Mailing.state) == "held")).one()
        assert held.reason == "It was paused when the date moved."
        mailings.retry(session, held, now=now)
    assert reached(house, now) == [ALICE, BEN]


def test_calling_it_off_stops_every_announcement(house: House, now: datetime) -> None:
    stage = Stage(house, now)
    stage.announce(stage.weekly, at=now + DAY)
    stage.announce()
    plan(house, now)
    with house.database.session() as session:
        scheduling.cancel(session, house, session.get_one(Webinar, stage.webinar.id), now=now)
    assert reached(house, now) == reached(house, now + DAY) == []
    with house.database.session() as session:
        assert states(session, "announcement") == [(None, "cancelled"), (None, "cancelled")]
        assert {letter.state for _, letter, _, _ in rows_of(session, "announcement")} == {LetterState.CANCELLED}


def _only_first_is_sent(house: House, now: datetime) -> None:
    """A sender had carried one mail when the date was moved."""
    with house.database.session() as session:
        row = rows_of(session, "announcement")[0][2]
        session.execute(update(Outbox).where(col(Outbox.id) == row.id).values(state="accepted", done_at=now))
