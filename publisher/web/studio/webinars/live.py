"""The hour itself, for who hosts: who is there as far as the room says, and the questions by their votes, to be shown, answered
aloud or in writing, and published. The page renews itself; a question that is being answered stays as it is typed."""

from typing import Any

from fastapi.responses import Response
from sqlmodel import col, func, select

from publisher.errors import BadInput
from publisher.languages import language_name
from publisher.markdown import to_html
from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars.finding import date_at, date_url, frame_of, own_title
from publisher.webinars import addresses, attendance, questions, seats, times
from publisher.webinars.models import Presence, Question, Registration, Seat, Series, Webinar
from publisher.webinars.presences import ROOM

#: Names of who is there, at most; the number is of all.
MOST_NAMES = 300
PARTS = (
    ("new", "To be looked at", "Nothing waits for you."),
    ("shown", "Shown, the most wanted first", "Nothing is shown for votes yet."),
    ("answered", "Answered", ""),
    ("hidden", "Hidden", ""),
)


def show(desk: Desk, slug: str, number: int) -> Response:
    """GET …/dates/<id>/live?answer=<question>: the one that is being answered."""
    series, webinar = date_at(desk.session, slug, number)
    here = f"{date_url(series, webinar)}/live"
    asked = questions.of(desk.session, webinar)
    answering = desk.asked("answer") or (desk.form.one("question") if desk.refusal else "")
    state = times.state_of(webinar, desk.now)
    return desk.show(
        "webinars/live.html",
        "webinars",
        series=frame_of(series),
        here=here,
        date={
            "title": own_title(series, webinar),
            "url": date_url(series, webinar),
            "state": state,
            "state_text": _state_text(desk, webinar, state),
            "public_url": addresses.page(desk.house, webinar),
            "is_open": state in ("announced", "live"),
        },
        there=_there(desk, series, webinar, state),
        room_url=(webinar.room_url or series.room_url) if series.room_kind == "url" or webinar.room_url else "",
        parts=[
            {
                "state": one,
                "title": title,
                "empty": empty,
                "questions": [_question(desk, here, q, answering) for q in asked if q.state == one],
            }
            for one, title, empty in PARTS
        ],
        answering=answering,
        at_text=desk.in_words(desk.now).partition(" (")[0].rpartition(", ")[2],
    )


def moderate(desk: Desk, slug: str, number: int) -> Response:
    """POST …/live: question; verb shown|new|answered|hidden · answer (answer, publish) · publish · unpublish."""
    series, webinar = date_at(desk.session, slug, number)
    here, text = f"{date_url(series, webinar)}/live", desk.form.one("question")
    question = questions.get(desk.session, webinar, int(text) if text.isdecimal() and len(text) < 10 else 0)
    match desk.form.one("verb"):
        case "shown" | "new" | "answered" | "hidden" as state:
            questions.moderate(desk.session, question, state)
            noted = f"Made a question {state}."
        case "answer" | "answer-publish" as verb:
            _answer(desk, question, publish=verb == "answer-publish")
            noted = "Answered a question in writing."
        case "publish" | "unpublish" as verb:
            questions.publish(desk.session, question, wants=verb == "publish")
            noted = "Published an answer." if verb == "publish" else "Took an answer off its page."
        case _:
            raise BadInput("There is nothing of that kind to be done with a question.")
    desk.note(f"webinar:{webinar.id}", noted)
    return desk.go(f"{here}#q-{question.id}")


def _answer(desk: Desk, question: Question, *, publish: bool) -> None:
    said = desk.form.whole("answer")
    if not said and not question.answer:
        raise BadInput("Write the answer first.", field="answer")
    questions.answer(desk.session, question, said, desk.form.one("by") or desk.staff.called, now=desk.now)
    if said and publish:
        questions.publish(desk.session, question)


def _state_text(desk: Desk, webinar: Webinar, state: str) -> str:
    if state == "live":
        gone = int((desk.now - (webinar.began_at or webinar.starts_at)).total_seconds() // 60)
        left = int((webinar.ends_at - desk.now).total_seconds() // 60)
        began = f"For {words.counted(gone, 'minute')}" if gone > 0 else "Begun just now"
        return f"{began}, {words.counted(left, 'minute')} to go" if left > 0 else f"{began}, past its planned end"
    return desk.in_words(webinar.starts_at)


def _there(desk: Desk, series: Series, webinar: Webinar, state: str) -> dict[str, Any]:
    """Who is in the room as far as it says; where it says nothing, who pressed the button to come in."""
    expected = seats.taken(desk.session, [webinar.id or 0])[webinar.id or 0]
    number = attendance.present(desk.session, webinar)
    inside = select(Presence, Registration).outerjoin(Registration, col(Registration.id) == col(Presence.registration_id)).where(
        col(Presence.webinar_id) == webinar.id, col(Presence.source) == ROOM, col(Presence.left_at).is_(None)
    )  # fmt: skip
    rows = desk.session.exec(inside.order_by(col(Presence.came_at)).limit(MOST_NAMES)).all() if number else []
    named: dict[str, str] = {}
    for presence, registration in rows:
        name = registration.name if registration else presence.name
        named.setdefault(
            str(registration.id) if registration else f"guest-{presence.id}", name or "Somebody without a name"
        )
    tells = series.room_kind == "bigbluebutton" and not webinar.room_url
    pressed = _pressed(desk, webinar)
    return {
        "number": number,
        "text": f"of {words.figure(expected)} who registered",
        "names": sorted(named.values(), key=str.casefold),
        "more": f"and {words.figure(number - len(named))} more" if number > len(named) else "",
        "tells": tells or bool(number),
        "pressed": words.counted(pressed, "person has", "people have") + " pressed the button to come in"
        if pressed
        else "Nobody has pressed the button to come in yet",
        "is_over": state == "held",
    }  # fmt: skip


def _pressed(desk: Desk, webinar: Webinar) -> int:
    which = (col(Seat.webinar_id) == webinar.id, col(Seat.pressed_at).is_not(None))
    return int(desk.session.exec(select(func.count()).select_from(Seat).where(*which)).one())


def _question(desk: Desk, here: str, question: Question, answering: str) -> dict[str, Any]:
    number = str(question.id)
    form = desk.filled({"answer": question.answer, "by": question.answered_by or desk.staff.called}, here, question=number)  # fmt: skip
    return {
        "id": number,
        "text": question.text,
        "language": question.language,
        "facts": [
            question.name or "without a name",
            language_name(question.language, "en") if question.language != "en" else "",
        ],
        "votes": question.votes,
        "votes_text": words.counted(question.votes, "vote") if question.votes else "",
        "moment": desk.moment(question.asked_at),
        "state": question.state,
        "answer": to_html(question.answer) if question.answer else "",
        "answered_by": question.answered_by,
        "is_published": question.is_published,
        "is_open": answering == number,
        "form": form,
    }
