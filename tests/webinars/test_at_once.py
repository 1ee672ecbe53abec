"""Several people at the same moment: each is served, and nobody waits for somebody who waits for them."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import insert, update
from sqlmodel import Session, col, select
from webinars.mailing_stage import many
from webinars.people_stage import join
from webinars.webinar_stage import FIRST, a_series, a_webinar, dates_of, the_hub

from publisher.database import Database
from publisher.house import House
from publisher.mail import identities, outbox, post
from publisher.mail.models import Letter, LetterEdition, MailClass
from publisher.webinars import questions, seats, waiting
from publisher.webinars import series as series_
from publisher.webinars.models import Question, Registration, Series, Vote

T = TypeVar("T")


def test_the_first_letters_of_a_kind_are_of_one_letter(database: Database, now: datetime) -> None:
    with database.session() as session:
        the_hub(session, now)

    def write(session: Session) -> int:
        hub = identities.hub(session)
        letter = post.standing_letter(session, "webinar-confirmation", MailClass.PERSONAL, hub, None, now)
        return outbox.keep_edition(session, letter.id or 0, "en", "the same words", b"compiled")

    assert len(set(at_once(database, [write] * 8))) == 1
    with database.session() as session:
        assert len(session.exec(select(Letter)).all()) == len(session.exec(select(LetterEdition)).all()) == 1


def test_a_button_pressed_twice_at_once_is_one_vote(database: Database, house: House, now: datetime) -> None:
    with database.session() as session:
        play, webinar = a_webinar(session, house, now)
        alice, bob = (join(session, house, play, name, now) for name in ("alice", "bob"))
        asked = questions.ask(session, alice, webinar, "How do we begin?", now=now)
        questions.moderate(session, asked, "shown")

    def press(session: Session) -> bool:
        theirs, question = session.get_one(Registration, bob.id), session.get_one(Question, asked.id)
        return questions.vote(session, theirs, question)

    assert sorted(at_once(database, [press] * 8)) == [False] * 7 + [True]
    with database.session() as session:
        assert len(session.exec(select(Vote)).all()) == session.get_one(Question, asked.id).votes == 1


def test_two_series_of_the_same_people_change_and_nobody_waits_in_a_ring(
    database: Database, house: House, now: datetime
) -> None:
    """Two hundred people registered for both, for the second in the opposite order, and some of them wait for both."""
    with database.session() as session:
        first, second = (a_series(session, house, now, slug, 1, first=FIRST + timedelta(days=day)) for day, slug in enumerate(("first", "second")))  # fmt: skip
        many(session, first, 200, now)
        theirs = session.exec(select(Registration).order_by(col(Registration.id).desc())).all()
        rows = [one.model_dump(exclude={"id"}) | {"series_id": second.id, "key": f"again {one.id}"} for one in theirs]
        session.execute(insert(Registration), [{"id": 201 + n} | row for n, row in enumerate(rows)])
        date = dates_of(session, second)[0]
        seats.give_to_whole(session, date)
        some = col(Registration.registrant_id).between(90, 105)
        session.execute(update(Registration).where(some).values(state="waiting"))

    def changes(one: Series) -> Callable[[Session], object]:
        return lambda session: series_.touch(session, session.get_one(Series, one.id), now=now)

    def promotes(one: Series) -> Callable[[Session], object]:
        return lambda session: waiting.promote(session, house, session.get_one(Series, one.id), now=now)

    moves = [promotes(first), promotes(second)]
    at_once(database, [*moves, *(changes(one) for one in [first, second] * 30)], people=6)
    with database.session() as session:
        assert not session.exec(select(Registration).where(col(Registration.state) == "waiting")).all()


def at_once(database: Database, acts: Sequence[Callable[[Session], T]], people: int | None = None) -> list[T]:
    """Each in a transaction of its own, so many people at a time, who begin together."""
    number = people or len(acts)
    ready = threading.Barrier(number)

    def do(act: Callable[[Session], T]) -> T:
        with database.session() as session:
            return act(session)

    with ThreadPoolExecutor(number, initializer=ready.wait) as pool:
        return list(pool.map(do, acts))
