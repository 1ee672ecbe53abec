"""Questions: asked before or during a date, looked at by a moderator, voted on, answered, and published afterwards.

Who asks may stay unnamed: hosts then see the words only. The registration is kept beside the question all the same, so that
its owner finds it on their page and it can be forgotten with them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, delete, func, update
from sqlmodel import Session, col, select

from publisher.database import insert_into
from publisher.errors import BadInput, Conflict, NotFound
from publisher.languages import N_
from publisher.webinars import fields, wishes
from publisher.webinars.models import (
    Question,
    Registration,
    RegistrationState,
    Seat,
    Vote,
    Webinar,
    WebinarState,
)

LONGEST, LONGEST_ANSWER, MOST = 1000, 10_000, 10
#: So long after the end one may still ask.
ASKED_AFTER = timedelta(days=1)
STATES = ("new", "shown", "answered", "hidden")
SEEN = ("shown", "answered")
#: Of a row: what is larger a database cannot even look for.
LARGEST_NUMBER = 2**31 - 1
_VOTE: Table = Vote.__table__  # type: ignore[attr-defined]

EMPTY = N_("Write your question first.")
NOT_YOURS = N_("Questions can be asked by those who registered for that date.")
CLOSED = N_("Questions for that date are closed.")
ENOUGH = N_("You have asked many questions about that date. Give the others a turn.")


@dataclass(frozen=True)
class Seen:
    """A question as one registrant sees it."""

    question: Question
    is_mine: bool
    has_voted: bool


def ask(
    session: Session,
    registration: Registration,
    webinar: Webinar,
    text: str,
    *,
    now: datetime,
    is_anonymous: bool = False,
) -> Question:
    """Keep a question, for a moderator to look at. Pressed twice it is one. `Conflict` for who did not register for the date,
    where questions are closed, or after ten of them."""
    _need_seat(session, registration, webinar)
    if webinar.state != WebinarState.ANNOUNCED or now > webinar.ends_at + ASKED_AFTER:
        raise Conflict(CLOSED)
    words = wishes.clean_text(text, LONGEST)
    if not words:
        raise BadInput(EMPTY, field="text")
    mine = [one for one in of(session, webinar) if one.registration_id == registration.id]
    if same := next((one for one in mine if one.text == words), None):
        return same
    if len(mine) >= MOST:
        raise Conflict(ENOUGH)
    question = Question(
        webinar_id=webinar.id or 0,
        registration_id=registration.id,
        text=words,
        name="" if is_anonymous else registration.name,
        language=registration.language,
        asked_at=now,
    )
    session.add(question)
    session.flush()
    return question


def vote(session: Session, registration: Registration, question: Question, *, wants: bool = True) -> bool:
    """“I want to know that too”, or not any more. False where it was so before, also for a button that was pressed twice at
    once. Counted by the database."""
    if question.state != "shown":
        raise Conflict(N_("This question is not open for votes."))
    _need_seat(session, registration, session.get_one(Webinar, question.webinar_id))
    mine = (_VOTE.c.question_id == question.id, _VOTE.c.registration_id == registration.id)
    row = {"question_id": question.id, "registration_id": registration.id}
    given = insert_into(session, _VOTE).values(row).on_conflict_do_nothing()
    changed = session.execute((given if wants else delete(_VOTE).where(*mine)).returning(_VOTE.c.question_id)).first()
    if changed is None:
        return False
    session.expire_all()
    _count(session, question)
    return True


def moderate(session: Session, question: Question, state: str) -> None:
    """Show it for votes, hide it, mark it as answered (aloud, perhaps), or put it back among the new ones."""
    question.state = wishes.one_of(state, STATES, "state")
    if state == "hidden":
        question.is_published = False
    session.add(question)
    session.flush()


def answer(session: Session, question: Question, text: str, by: str, *, now: datetime) -> None:
    """Write the answer (Markdown); an empty one takes it back. `by`: as it is shown."""
    words = fields.UNKEPT.sub("", text).strip()
    if len(words) > LONGEST_ANSWER:
        raise BadInput(f"An answer has at most {LONGEST_ANSWER:,} characters.", field="answer")
    question.answer, question.answered_by = words, wishes.clean_name(by)
    if words:
        question.answered_at, question.state = now, "answered"
    else:
        question.answered_at, question.is_published = None, False
        question.state = "shown" if question.state == "answered" else question.state
    session.add(question)
    session.flush()


def publish(session: Session, question: Question, *, wants: bool = True) -> None:
    """Put question and answer on the date's page, or take them off. `Conflict` where there is no answer to read."""
    if wants and (not question.answer or question.state == "hidden"):
        raise Conflict("A question is published with its answer. Write it first.")
    question.is_published = wants
    session.add(question)
    session.flush()


def get(session: Session, webinar: Webinar, question_id: int) -> Question:
    """A question of this date; `NotFound` for any other."""
    question = session.get(Question, question_id) if 0 < question_id <= LARGEST_NUMBER else None
    if question is None or question.webinar_id != webinar.id:
        raise NotFound(N_("There is no such question."))
    return question


def of(session: Session, webinar: Webinar, states: Iterable[str] = STATES) -> list[Question]:
    """Questions of a date in these states, those that most want to know first, then the earliest."""
    which = select(Question).where(col(Question.webinar_id) == webinar.id, col(Question.state).in_(list(states)))
    return list(session.exec(which.order_by(col(Question.votes).desc(), col(Question.asked_at), col(Question.id))))


def seen_by(session: Session, registration: Registration, webinar: Webinar) -> list[Seen]:
    """What somebody sees on their own page: what is shown or answered, and all of their own that nobody hid."""
    return seen_at(session, registration, [webinar])[webinar.id or 0]


def seen_at(session: Session, registration: Registration, webinars: Sequence[Webinar]) -> dict[int, list[Seen]]:
    """The same of several dates, by their ids, in as many questions to the database."""
    voted = set(session.exec(select(Vote.question_id).where(col(Vote.registration_id) == registration.id)))
    ids = [one.id or 0 for one in webinars]
    which = select(Question).where(col(Question.webinar_id).in_(ids))
    order = (col(Question.votes).desc(), col(Question.asked_at), col(Question.id))
    found: dict[int, list[Seen]] = {one: [] for one in ids}
    for question in session.exec(which.order_by(*order)):
        seen = Seen(question, question.registration_id == registration.id, question.id in voted)
        if question.state in SEEN or (seen.is_mine and question.state == "new"):
            found[question.webinar_id].append(seen)
    return found


def published(session: Session, webinar: Webinar) -> list[Question]:
    """Questions and answers for everybody."""
    return [one for one in of(session, webinar) if one.is_published]


def _need_seat(session: Session, registration: Registration, webinar: Webinar) -> None:
    seat = session.get(Seat, (registration.id, webinar.id))
    if registration.state != RegistrationState.REGISTERED or seat is None or seat.state == "away":
        raise Conflict(NOT_YOURS)


def _count(session: Session, question: Question) -> None:
    number = select(func.count()).select_from(Vote).where(col(Vote.question_id) == question.id).scalar_subquery()
    session.execute(update(Question).where(col(Question.id) == question.id).values(votes=number))
    session.refresh(question)
