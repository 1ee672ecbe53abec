"""A quarter in numbers: what is counted, what is told of small numbers, and that nobody can be found in it."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from cast import a_hub, a_list, a_newsletter, a_person
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from publisher.desk import visits
from publisher.desk.models import PageVisit
from publisher.desk.reach import figures, quarters, telling
from publisher.desk.reach.quarters import Quarter
from publisher.desk.visits import Visits
from publisher.errors import BadInput
from publisher.newsletters.models import Issue

Q4 = Quarter(2026, 4)


def told(session, now, quarter=Q4) -> dict[tuple[str, str], object]:
    both = figures.of(session, quarter, now=now), figures.of(session, quarter.before, now=now)
    return {(figure, key): number for figure, key, _, number, _ in telling.lines(*both)}


@pytest.fixture
def readers(session, now):
    """Alice and five more read since a month; carol leaves now, bob never confirmed."""
    monthly = a_list(session, a_hub(session, now), now)
    people = [a_person(session, f"reader{n}@example.org", now, monthly, languages="fr,en") for n in range(5)]
    for one in people:
        one.country = "KE"
    alice = a_person(session, "alice@example.org", now, monthly)
    alice.country = "NP"
    a_person(session, "bob@example.org", now, monthly, state="pending")
    a_person(session, "carol@example.org", now, monthly, state="unsubscribed")
    return monthly


def test_readers_growth_and_where_they_are(session, readers, now):
    assert told(session, now)["readers", ""] == 7  # carol leaves at this very instant, which is not over
    found = told(session, now + timedelta(seconds=1))
    assert found["readers", ""] == 6
    assert found["new readers", ""] == 6  # the cast came a month ago, within the quarter
    assert found["readers who left", ""] == "under 5"
    assert found["readers, by country", "KE"] == 5
    assert found["readers, by country", "NP"] == "under 5"
    assert found["readers, by language", "fr"] == 5
    assert found["readers, by language", "en"] == "under 5"


def test_the_quarter_before_knew_nobody_and_the_one_after_knows_those_who_stayed(session, readers, now):
    assert told(session, now, Quarter(2026, 3))["readers", ""] == 0
    after = told(session, datetime(2027, 2, 1, tzinfo=UTC), Quarter(2027, 1))
    assert (after["readers", ""], after["new readers", ""], after["readers who left", ""]) == (6, 0, 0)


def test_issues_are_those_that_went_out_in_it(session, readers, now):
    newsletter = a_newsletter(session, readers, now)
    for slug, sent, kind in (("one", now - timedelta(days=3), "regular"), ("mended", now, "correction"), ("old", now - timedelta(days=90), "regular")):  # fmt: skip
        session.add(Issue(slug=slug, newsletter_id=newsletter.id, list_id=readers.id, kind=kind, state="sent", sent_at=sent, created_at=sent, subjects={"en": "=HYPERLINK(1)"}))  # fmt: skip
    session.flush()
    found = told(session, now + timedelta(days=1))
    assert found["issues sent", ""] == 1
    assert found["mails delivered, by issue", "one"] == 0
    both = figures.of(session, Q4, now=now), figures.of(session, Q4.before, now=now)
    table = list(csv.DictReader(io.StringIO(telling.table(*both))))
    assert table[0] == {"quarter": "2026Q4", "figure": "issues sent", "of": "", "name": "", "number": "1", "quarter before": "1"}  # fmt: skip
    assert not any(cell.startswith("=") for row in table for cell in row.values())
    assert telling.document(*both)["figures"][0] == {"figure": "issues sent", "of": "", "name": "", "number": 1, "before": 1}  # fmt: skip


def test_nothing_in_it_names_a_person(session, readers, now):
    both = figures.of(session, Q4, now=now), figures.of(session, Q4.before, now=now)
    assert "@" not in telling.table(*both)


def test_visits_add_up_by_day_kind_and_country(house, session, now):
    today = now.date()
    counting = Visits()
    for _ in range(7):
        counting.note(house, today, "resource", ("KE", "UG", "KE"))
    counting.note(house, today, "home")
    counting.write(house)
    counting.note(house, today, "resource", ("KE",))
    counting.write(house)
    counting.write(house)  # nothing waits
    rows = {(one.day, one.kind, one.country): one.count for one in session.exec(select(PageVisit))}
    assert rows == {(today, "resource", ""): 8, (today, "resource", "KE"): 8, (today, "resource", "UG"): 7, (today, "home", ""): 1}  # fmt: skip
    found = told(session, now)
    assert found["page visits", ""] == 9
    assert found["page visits, by kind", "home"] == "under 5"
    assert found["page visits, by country of the resource", "KE"] == 8


def test_visits_of_other_quarters_are_not_in_it(house, session, now):
    with house.database.session() as writing:
        visits.add(writing, {(date(2026, 9, 30), "home", ""): 50, (date(2026, 10, 1), "home", ""): 60})
    found = figures.of(session, Q4, now=now)
    assert (found.visits, figures.of(session, Q4.before, now=now).visits) == (60, 50)


def test_visits_that_cannot_be_written_wait(house, now):
    counting = Visits()
    counting.note(house, now.date(), "home")
    with house.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE page_visit RENAME TO gone")
    counting.write(house)
    with house.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE gone RENAME TO page_visit")
    counting.write(house)
    with house.database.reading() as session:
        assert [one.count for one in session.exec(select(PageVisit))] == [1]


def test_programs_are_left_out():
    people = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
    assert not visits.is_machine(people)
    for agent in ("", "Googlebot/2.1 (+http://www.google.com/bot.html)", "python-requests/2.32", "curl/8.5.0"):
        assert visits.is_machine(agent), agent


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2098, 12, 31)))
def test_every_instant_is_in_exactly_one_quarter(naive):
    instant = naive.replace(tzinfo=UTC)
    quarter = quarters.of(instant)
    assert quarter.begins <= instant < quarter.ends
    assert quarter.before.ends == quarter.begins
    assert quarter.following.before == quarter
    assert quarters.read(str(quarter), instant) == quarter


@pytest.mark.parametrize("text", ["2026Q5", "Q4", "2026-13", "1999Q1", "2026Q4; drop", "9" * 500, "２０２６Q4"])
def test_what_is_no_quarter_is_said_so(text, now):
    with pytest.raises(BadInput, match=r"is no quarter\. Write it like 2026Q4\."):
        quarters.read(text, now)


def test_a_quarter_to_come_has_no_figures(now):
    with pytest.raises(BadInput, match=r"2027Q1 has not begun yet\."):
        quarters.read("2027Q1", now)
    assert quarters.read("", now) == quarters.read("2026 q4", now) == Q4


@given(st.integers(min_value=0, max_value=10**9))
def test_one_to_four_are_told_as_few(number):
    assert telling.told(number) == ("under 5" if 1 <= number <= 4 else number)
