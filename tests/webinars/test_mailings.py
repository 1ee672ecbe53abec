"""Letters to many: made once by their key, planned in chunks nobody sees, finished after any crash, and quick for thousands."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select
from webinars.mailing_stage import Who, many, plan, reached, register, rows_of, states
from webinars.webinar_stage import a_series, a_webinar, dates_of

import scheduler
from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.mail import outbox
from publisher.mail.building import Builder
from publisher.mail.claiming import Claimed
from publisher.mail.models import Letter, LetterEdition, LetterState, Outbox
from publisher.tokens import Purpose
from publisher.webinars import letters, mailings, messages, planning
from publisher.webinars.models import Mailing, Registration, Series, Webinar

START = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)  # 15:00 in Nairobi
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ALICE, BEN, CARO = "alice@people.example", "ben@people.example", "caro@people.example"
HELLO = {"en": {"subject": "Bring a pencil", "body": "We will **draw**."}}


def the_webinar(house: House, now: datetime, *people: Who, **shape: object) -> Webinar:
    with house.database.session() as session:
        made, webinar = a_webinar(session, house, now, **shape)
        register(session, made, people or (Who(ALICE), Who(BEN)), now)
        return webinar


def write(house: House, webinar: Webinar, who: str, now: datetime, **more: object) -> None:
    with house.database.session() as session:
        made = session.get_one(Series, webinar.series_id)
        messages.send(session, house, made, session.get_one(Webinar, webinar.id), HELLO, who, now=now, **more)


def test_one_of_a_key_is_made_once(session: Session, house: House, now: datetime) -> None:
    made, webinar = a_webinar(session, house, now)

    def make() -> Mailing | None:
        return mailings.make(session, key="x:1", kind="message", series=made, webinar=webinar, due_at=now, now=now)

    first = make()
    assert first is not None
    assert first.state == "waiting"
    assert make() is None
    assert [one.id for one in mailings.of(session, made, webinar) if one.kind == "message"] == [first.id]
    assert mailings.numbers(session, first) == {}


def test_nothing_is_due_before_its_time(house: House, now: datetime) -> None:
    the_webinar(house, now)
    assert not mailings.due(house, START - DAY - timedelta(seconds=1))
    assert mailings.due(house, START - DAY)
    assert mailings.plan_due(house, START - DAY) == 1
    assert not mailings.due(house, START - DAY)


def test_the_timetable_lets_them_out_at_their_second(house: House, now: datetime) -> None:
    the_webinar(house, now)
    line = next(one for one in scheduler.TIMETABLE if one.name == "webinars")
    assert line.due is not None
    assert not line.due(house, START - DAY - timedelta(seconds=1))
    assert line.due(house, START - DAY)
    assert {ran.job: ran.result for ran in scheduler.tick(house, START - DAY)}["webinars"] == {"let_out": 1}
    assert {ran.job: ran.result for ran in scheduler.tick(house, START - DAY)}["webinars"] == {"let_out": 0}


def test_a_crash_in_the_middle_is_finished_by_the_next_tick(house: House, now: datetime) -> None:
    """What a crash leaves: the row says `planning`, some rows are there, and no sender sees them."""
    with house.database.session() as session:
        many(session, a_webinar(session, house, now)[0], 2500, now)
    plan(house, START - DAY)
    with house.database.session() as session:
        mailing, letter, *_ = rows_of(session, "reminder")[0]
        session.execute(delete(Outbox).where(col(Outbox.address_id) > 1000))
        session.execute(update(Letter).where(col(Letter.id) == letter.id).values(state="planning", let_out_at=None))
        session.execute(update(Mailing).where(col(Mailing.id) == mailing.id).values(state="planning"))
    assert mailings.due(house, START - DAY)
    assert plan(house, START - DAY) == 1
    with house.database.session() as session:
        assert states(session, "reminder")[0] == (1440, "out")
        assert len({row.address_id for _, _, row, _ in rows_of(session, "reminder")}) == 2500


def test_two_planners_at_once_write_to_nobody_twice(house: House, now: datetime) -> None:
    with house.database.session() as session:
        many(session, a_webinar(session, house, now)[0], 3000, now)
    together = threading.Barrier(2)
    let_out: list[int] = []

    def one() -> None:
        together.wait()
        let_out.append(mailings.plan_due(house, START - DAY))

    planners = [threading.Thread(target=one) for _ in range(2)]
    for planner in planners:
        planner.start()
    for planner in planners:
        planner.join()
    assert sum(let_out) == 1
    with house.database.session() as session:
        assert session.exec(select(func.count()).select_from(Letter).where(col(Letter.kind) == letters.folder_of("reminder"))).one() == 1  # fmt: skip
        assert session.exec(select(func.count()).select_from(Outbox)).one() == 3000


def test_ten_thousand_reminders_are_planned_in_five_seconds(house: House, now: datetime) -> None:
    with house.database.session() as session:
        many(session, a_webinar(session, house, now)[0], 10_000, now)
    began = time.process_time()  # what it costs us: `publisher bench webinars` measures it on a machine of its own
    assert plan(house, START - DAY) == 1
    assert time.process_time() - began <= 5
    with house.database.session() as session:
        assert session.exec(select(func.count()).select_from(Outbox)).one() == 10_000
        # Names, zones and links are each reader's own, and none of them is compiled in.
        assert sorted(session.exec(select(LetterEdition.language))) == ["ar", "en", "fr"]


def test_each_persons_links_are_their_own(house: House, now: datetime) -> None:
    webinar = the_webinar(house, now)
    plan(house, START - DAY)
    with house.database.session() as session:
        keys = {one.key for one in session.exec(select(Registration))}
        builder = Builder(house.settings, house.tokens)
        for _, letter, row, _ in rows_of(session, "reminder"):
            values = builder.values(_claimed(row), letter.links)
            join = next(url for name, url in values.items() if name.startswith("join"))
            token = join.removeprefix("https://hub.example.org/j/")
            assert house.tokens.open(Purpose.JOIN, token, now=now) == f"r:{row.subject}:{webinar.id}"
            quiet = values["unsubscribe"].removeprefix("https://hub.example.org/u/")
            assert house.tokens.open(Purpose.QUIET, quiet, now=now) == row.subject
            keys.remove(str(row.subject))
        assert not keys


def _claimed(row: Outbox) -> Claimed:
    values = {name: getattr(row, name) for name in Claimed.__dataclass_fields__ if name != "email"}
    return Claimed(**values, email="")


def test_a_fault_in_a_template_holds_it_until_it_is_mended(house: House, now: datetime) -> None:
    the_webinar(house, now)
    own = house.settings.owner_templates / "mail" / letters.folder_of("reminder")
    own.mkdir(parents=True)
    (own / "subject.txt").write_text("{{ what_nobody_knows }}")
    assert plan(house, START - DAY) == 0
    with house.database.session() as session:
        held = session.exec(select(Mailing).where(col(Mailing.state) == "held")).one()
        assert "subject.txt" in held.reason
    assert not mailings.due(house, START - DAY + HOUR)  # it waits for a person, and is not tried every second
    (own / "subject.txt").write_text("Tomorrow")
    with house.database.session() as session:
        mailings.retry(session, session.get_one(Mailing, held.id), now=START - DAY)
        with pytest.raises(Conflict, match="Nothing is in the way"):
            mailings.retry(session, session.get_one(Mailing, held.id), now=START - DAY)
    assert reached(house, START - DAY + HOUR) == [ALICE, BEN]


def test_one_in_trouble_keeps_no_other(house: House, now: datetime) -> None:
    webinar = the_webinar(house, now)
    own = house.settings.owner_templates / "mail" / letters.folder_of("reminder")
    own.mkdir(parents=True)
    (own / "body.txt").write_text("{% if %}")
    write(house, webinar, "registered", START - DAY + HOUR)
    assert reached(house, START - DAY + HOUR) == [ALICE, BEN]


def test_who_leaves_gets_nothing_that_still_waits(house: House, now: datetime) -> None:
    with house.database.session() as session:
        made = a_series(session, house, now, dates=2)
        alice, _ = register(session, made, [Who(ALICE), Who(BEN)], now)
        first, second = dates_of(session, made)
    plan(house, START - DAY)
    with house.database.session() as session:
        assert mailings.stop_for(session, alice, now=now, webinar=second) == 0
        assert mailings.stop_for(session, alice, now=now, webinar=first) == 1
        assert mailings.stop_for(session, alice, now=now) == 0
    assert reached(house, START - DAY) == [BEN]


def test_a_letter_that_somebody_cancels_while_it_is_planned_is_over(house: House, now: datetime) -> None:
    the_webinar(house, now)
    plan(house, START - DAY)
    with house.database.session() as session:
        mailing, letter, *_ = rows_of(session, "reminder")[0]
        session.execute(update(Mailing).where(col(Mailing.id) == mailing.id).values(state="planning"))
        outbox.cancel(session, letter, now=now)
    assert planning.plan(house, mailing.id or 0, now=START - DAY) == 0
    with house.database.session() as session:
        assert states(session, "reminder")[0] == (1440, "cancelled")
        assert session.get_one(Letter, letter.id).state == LetterState.CANCELLED


def test_messages_reach_whom_they_are_for(house: House, now: datetime) -> None:
    people = (
        Who(ALICE, attended="yes"),
        Who(BEN, attended="no"),
        Who(CARO, seat="recording"),
        Who("away@people.example", seat="away"),
        Who("waits@people.example", state="waiting"),
        Who("quiet@people.example", is_muted=True),
    )
    webinar = the_webinar(house, now, *people)
    expected = {
        "registered": [ALICE, BEN, CARO],
        "coming": [ALICE, BEN],
        "recording": [CARO],
        "came": [ALICE],
        "missed": [BEN],
        "waiting": ["waits@people.example"],
    }
    assert set(expected) == set(messages.WHO)
    for number, (who, emails) in enumerate(expected.items()):
        at = now + number * HOUR
        with house.database.session() as session:
            made = session.get_one(Series, webinar.series_id)
            assert messages.count(session, made, session.get_one(Webinar, webinar.id), who, now=at) == len(emails)
        write(house, webinar, who, at)
        assert reached(house, at) == emails


def test_a_message_for_later_waits(house: House, now: datetime) -> None:
    webinar = the_webinar(house, now)
    write(house, webinar, "coming", now, at=now + DAY)
    assert reached(house, now + DAY - HOUR) == []
    assert reached(house, now + DAY) == [ALICE, BEN]


def test_a_message_to_a_series_is_one_for_each_person(house: House, now: datetime) -> None:
    with house.database.session() as session:
        made = a_series(session, house, now, dates=3)
        register(session, made, [Who(ALICE), Who(BEN, dates=(3,))], now)
        messages.send(session, house, made, None, HELLO, "registered", now=now)
    assert reached(house, now) == [ALICE, BEN]


def test_messages_that_cannot_be_sent(session: Session, house: House, now: datetime) -> None:
    made, webinar = a_webinar(session, house, now)

    def refused(words: dict[str, dict[str, str]], who: str, date: Webinar | None = webinar) -> str:
        with pytest.raises(BadInput) as problem:
            messages.send(session, house, made, date, words, who, now=now)
        return str(problem.value)

    assert refused(HELLO, "coming") == "Nobody would get this message."
    assert refused({}, "coming") == "Write a subject and a text."
    assert refused({"en": {"subject": " ", "body": ""}}, "coming") == "Write a subject and a text."
    assert refused({"fr": {"subject": "Bonjour"}}, "coming") == "In Français the body is missing."
    assert refused({"en": {"body": "Hello"}}, "coming") == "In English the subject is missing."
    assert "is not a language" in refused({"xx": {"subject": "a", "body": "b"}}, "coming")
    assert refused(HELLO, "friends").startswith("A message goes to registered, coming")
    assert refused(HELLO, "came", None) == "“Who came” needs a date: choose one of the series."


def test_the_words_are_in_the_readers_language_or_the_series_own(house: House, now: datetime) -> None:
    people = (Who(ALICE), Who(BEN, language="fr"), Who(CARO, language="de"))
    webinar = the_webinar(house, now, *people)
    words = HELLO | {"fr": {"subject": "Prenez un crayon", "body": "Nous allons dessiner."}}
    with house.database.session() as session:
        made = session.get_one(Series, webinar.series_id)
        messages.send(session, house, made, None, words, "registered", now=now)
    plan(house, now)
    with house.database.session() as session:
        found = {email: session.get_one(LetterEdition, row.edition_id).language for _, _, row, email in rows_of(session, "message")}  # fmt: skip
        assert found == {ALICE: "en", BEN: "fr", CARO: "en"}
        assert all(row.marks is None or json.loads(row.marks) for _, _, row, _ in rows_of(session, "message"))
