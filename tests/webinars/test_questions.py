"""Questions before and during a date: asked once, moderated, voted on, answered, published."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select
from webinars.people_stage import BEGINS, ENDS, MINUTE, join
from webinars.webinar_stage import a_series, a_webinar, dates_of

from publisher.errors import BadInput, Conflict, NotFound
from publisher.house import House
from publisher.webinars import changing, questions, wishes
from publisher.webinars.models import Question, Vote


def test_a_question_from_the_box_to_the_page(session: Session, house: House, now: datetime) -> None:
    play, webinar = a_webinar(session, house, now)
    alice, bob = (join(session, house, play, name, now) for name in ("alice", "bob"))
    asked = questions.ask(session, alice, webinar, "How do we\r\nbegin?\u202e", now=now)
    quiet = questions.ask(session, bob, webinar, "And if nobody plays?", is_anonymous=True, now=now + MINUTE)
    assert [(one.text, one.name, one.state) for one in (asked, quiet)] == [
        ("How do we\nbegin?", "Alice", "new"), ("And if nobody plays?", "", "new")]  # fmt: skip
    assert questions.ask(session, alice, webinar, "How do we\nbegin?", now=now) is asked
    assert [one.question for one in questions.seen_by(session, bob, webinar)] == [quiet]
    with pytest.raises(Conflict):
        questions.vote(session, bob, asked)

    for one in (asked, quiet):
        questions.moderate(session, one, "shown")
    assert questions.vote(session, alice, quiet)
    assert not questions.vote(session, alice, quiet)
    assert questions.vote(session, bob, quiet)
    assert questions.of(session, webinar, questions.SEEN) == [quiet, asked]
    assert [(one.question, one.is_mine, one.has_voted) for one in questions.seen_by(session, alice, webinar)] == [
        (quiet, False, True), (asked, True, False)]  # fmt: skip
    assert questions.vote(session, bob, quiet, wants=False)
    assert (quiet.votes, len(session.exec(select(Vote)).all())) == (1, 1)

    with pytest.raises(Conflict):
        questions.publish(session, quiet)
    questions.answer(session, quiet, "Then *you* play.", "Ines", now=ENDS)
    questions.publish(session, quiet)
    assert (quiet.state, quiet.answered_by, questions.published(session, webinar)) == ("answered", "Ines", [quiet])
    questions.moderate(session, quiet, "hidden")
    assert questions.published(session, webinar) == []
    assert quiet not in [one.question for one in questions.seen_by(session, bob, webinar)]
    questions.moderate(session, quiet, "answered")
    questions.answer(session, quiet, "", "", now=ENDS)
    assert (quiet.state, quiet.answered_at, quiet.is_published) == ("shown", None, False)


def test_who_may_ask_and_how_long(session: Session, house: House, now: datetime) -> None:
    leading = a_series(session, house, now, dates=2, capacity=1, confirm="never", is_recorded=True)
    first, second = dates_of(session, leading)
    alice = join(session, house, leading, "alice", now, webinars=(first.id,))
    bob = join(session, house, leading, "bob", now, webinars=(first.id,))
    listener = join(session, house, leading, "lea", now, webinars=(first.id,), wants="recording")
    questions.ask(session, listener, first, "Will there be captions?", now=now)
    for who, where in ((bob, first), (alice, second)):
        with pytest.raises(Conflict) as refused:
            questions.ask(session, who, where, "May I?", now=now)
        assert str(refused.value) == questions.NOT_YOURS
    questions.ask(session, alice, first, "Late, but still", now=BEGINS + timedelta(hours=20))
    with pytest.raises(Conflict) as refused:
        questions.ask(session, alice, first, "Too late", now=BEGINS + timedelta(hours=26))
    assert str(refused.value) == questions.CLOSED
    changing.cancel(session, house, alice, now=now)
    with pytest.raises(Conflict):
        questions.ask(session, alice, first, "Gone", now=now)


def test_ten_are_enough_and_none_is_empty(session: Session, house: House, now: datetime) -> None:
    play, webinar = a_webinar(session, house, now)
    alice = join(session, house, play, "alice", now)
    for empty in ("", " \n\t", "\u200b\u202e\u2066"):
        with pytest.raises(BadInput):
            questions.ask(session, alice, webinar, empty, now=now)
    for number in range(questions.MOST):
        questions.ask(session, alice, webinar, f"Question {number}", now=now)
    with pytest.raises(Conflict) as refused:
        questions.ask(session, alice, webinar, "One more", now=now)
    assert str(refused.value) == questions.ENOUGH
    assert len(session.exec(select(Question)).all()) == questions.MOST


def test_what_moderators_cannot_do(session: Session, house: House, now: datetime) -> None:
    play, webinar = a_webinar(session, house, now)
    _, other = a_webinar(session, house, now, slug="other")
    asked = questions.ask(session, join(session, house, play, "alice", now), webinar, "Why?", now=now)
    with pytest.raises(BadInput):
        questions.moderate(session, asked, "deleted")
    with pytest.raises(BadInput):
        questions.answer(session, asked, "x" * 10_001, "Ines", now=now)
    for where, number in ((other, asked.id), (webinar, 999_999)):
        with pytest.raises(NotFound):
            questions.get(session, where, number or 0)
    assert questions.get(session, webinar, asked.id or 0) is asked


@given(st.text(max_size=2500))
def test_any_words_become_a_question_that_can_be_kept(typed: str) -> None:
    kept = wishes.clean_text(typed, questions.LONGEST)
    assert len(kept) <= questions.LONGEST
    assert wishes.clean_text(kept, questions.LONGEST) == kept


@pytest.mark.parametrize("number", [0, -1, 2**31, 10**20])
def test_a_number_that_no_question_has_is_a_sentence(
    session: Session, house: House, now: datetime, number: int
) -> None:
    _, webinar = a_webinar(session, house, now)
    with pytest.raises(NotFound):
        questions.get(session, webinar, number)


def test_an_answer_keeps_what_a_database_can(session: Session, house: House, now: datetime) -> None:
    play, webinar = a_webinar(session, house, now)
    asked = questions.ask(session, join(session, house, play, "alice", now), webinar, "How do we begin?", now=now)
    questions.answer(session, asked, "With a \x00game\ud800.", "Amina", now=now)
    session.refresh(asked)
    assert asked.answer == "With a game."
