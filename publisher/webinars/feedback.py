"""What people say afterwards. Their answers are nobody's: a keyed hash says only that somebody has answered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table
from sqlmodel import Session, col, select

from publisher.database import insert_into
from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.languages import N_
from publisher.webinars import wishes
from publisher.webinars.models import Feedback, Registration, RegistrationState, Seat, Series, Webinar, WebinarState

SCALE = ("1", "2", "3", "4", "5")
NOT_YET = N_("These questions are asked once the webinar has begun.")
NOT_YOURS = N_("These questions are for those who registered for that date.")
NOTHING = N_("Answer at least one question.")
_TABLE: Table = Feedback.__table__  # type: ignore[attr-defined]


def give(
    session: Session,
    house: House,
    registration: Registration,
    webinar: Webinar,
    answers: Mapping[str, str],
    *,
    now: datetime,
) -> None:
    """Keep somebody's answers, {question key: text}. Given again they take the place of the former ones. `BadInput` with the
    field `answer-<key>`; `Conflict` for who has no seat at that date, or before it has begun."""
    must_be_asked(session, registration, webinar, now=now)
    series = session.get_one(Series, webinar.series_id)
    kept = _read(series, answers)
    if not kept:
        raise BadInput(NOTHING)
    voter = house.tokens.keyed_hash("feedback", f"{registration.key}:{webinar.id}")
    row = {"webinar_id": webinar.id, "voter": voter, "answers": kept, "at": now}
    insert = insert_into(session, _TABLE).values(row)
    session.execute(
        insert.on_conflict_do_update(index_elements=["webinar_id", "voter"], set_={"answers": kept, "at": now})
    )


def must_be_asked(session: Session, registration: Registration, webinar: Webinar, *, now: datetime) -> None:
    """`Conflict` with a sentence for whom the questions of that date are not."""
    seat = session.get(Seat, (registration.id, webinar.id))
    if registration.state != RegistrationState.REGISTERED or seat is None or seat.state == "away":
        raise Conflict(NOT_YOURS)
    if webinar.state != WebinarState.ANNOUNCED or now < webinar.starts_at:
        raise Conflict(NOT_YET)


def of(session: Session, webinar: Webinar) -> list[dict[str, Any]]:
    """All answers to the questions of a date, {question key: text} each, in no order that tells who gave them."""
    rows = session.exec(select(Feedback).where(col(Feedback.webinar_id) == webinar.id).order_by(col(Feedback.voter)))
    return [dict(one.answers) for one in rows]


def _read(series: Series, given: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for question in series.survey:
        key, kind = str(question["key"]), question.get("kind")
        text = wishes.clean_text(str(given.get(key, "")), wishes.LONGEST_ANSWER)
        allowed = SCALE if kind == "scale" else [str(one) for one in question.get("options", [])]
        if text and kind in ("scale", "choice") and text not in allowed:
            raise BadInput(N_("Please choose one of the answers."), field=f"answer-{key}")
        if text:
            found[key] = text
    return found
