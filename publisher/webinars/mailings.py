"""Letters to many about a webinar: each is a row, made once by its key, and planned when its time has come.

    waiting → planning → out          and, instead: skipped (its time had gone by), cancelled, held (something is in the way)

The row is the queue. What a clock that was wrong made us skip is taken up again once the clock is right, as long as there is
time; what is out is never planned again, whatever clocks say. How rows become mails is told in `planning`.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, or_, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from publisher.database import insert_into
from publisher.errors import Conflict, PublisherError
from publisher.house import House
from publisher.mail import outbox
from publisher.mail.models import OPEN, WAITING, Letter, LetterState, Outbox, OutboxState
from publisher.mail.outbox import OUTBOX
from publisher.webinars import planning
from publisher.webinars.models import Mailing, Registration, Series, Webinar

log = logging.getLogger("publisher.webinars")
MAILING: Table = Mailing.__table__  # type: ignore[attr-defined]
#: How long a clock may have been wrong for what it made us skip to be taken up again.
LOOKS_BACK = timedelta(days=40)
STOPPABLE = (LetterState.PLANNING, LetterState.SENDING, LetterState.PAUSED)


def make(
    session: Session,
    *,
    key: str,
    kind: str,
    series: Series,
    due_at: datetime,
    now: datetime,
    webinar: Webinar | None = None,
    expires_at: datetime | None = None,
    list_id: int | None = None,
    rule: str = "",
    minutes: int | None = None,
    words: dict[str, Any] | None = None,
    data: dict[str, Any] | None = None,
    by: str = "",
    state: str = "waiting",
    reason: str = "",
) -> Mailing | None:
    """A letter to many, due at that instant. None where the one of that key was made before."""
    row = {
        "key": key,
        "kind": kind,
        "series_id": series.id,
        "webinar_id": webinar.id if webinar is not None else None,
        "list_id": list_id,
        "rule": rule,
        "minutes": minutes,
        "words": words or {},
        "data": data or {},
        "state": state,
        "reason": reason,
        "due_at": due_at,
        "expires_at": expires_at,
        "by": by,
        "created_at": now,
    }
    made = insert_into(session, MAILING).values(**row).on_conflict_do_nothing().returning(MAILING.c.id)
    number = session.execute(made).scalar()
    return session.get_one(Mailing, number) if number is not None else None


def due(house: House, now: datetime) -> bool:
    """Whether there is anything to plan. Cheap: asked every second."""
    with house.database.reading() as session:
        return session.execute(select(col(Mailing.id)).where(_due(now)).limit(1)).first() is not None


def plan_due(house: House, now: datetime) -> int:
    """Plan everything whose time has come, and finish what was cut off. Returns how many letters were let out.

    Each has transactions of its own: one in trouble keeps no other. A fault of a template or an identity holds it, with the
    reason; trouble of the database leaves it for the next tick.
    """
    with house.database.reading() as session:
        order = (col(Mailing.due_at), col(Mailing.id))
        numbers = [n for n in session.exec(select(Mailing.id).where(_due(now)).order_by(*order)) if n is not None]
    let_out = 0
    for number in numbers:
        try:
            let_out += planning.plan(house, number, now=now)
        except SQLAlchemyError:
            log.exception("mailing %s waits for the next tick", number)
        except PublisherError as problem:
            _hold(house, number, str(problem))
        except Exception:
            log.exception("mailing %s", number)
            _hold(house, number, "Something unexpected stood in the way; the log says what.")
    return let_out


def cancel(session: Session, mailing: Mailing, *, now: datetime, reason: str) -> int:
    """Nothing more of this one leaves. Returns how many mails were stopped; nothing happens to what is over."""
    waits = and_(MAILING.c.id == mailing.id, MAILING.c.state.in_(("waiting", "skipped", "held")))
    session.execute(update(MAILING).where(waits).values(state="cancelled", reason=reason))
    session.refresh(mailing)
    letter = session.get(Letter, mailing.letter_id) if mailing.letter_id is not None else None
    if letter is None:
        return 0
    session.refresh(letter, with_for_update=True)
    if letter.state not in STOPPABLE or (letter.state != LetterState.PLANNING and not is_open(session, letter)):
        return 0
    stopped = outbox.cancel(session, letter, now=now)
    mailing.state, mailing.reason = "cancelled", reason
    session.add(mailing)
    session.flush()
    return stopped


def is_open(session: Session, letter: Letter) -> bool:
    """Whether mails of it have yet to come to an end."""
    rows = select(Outbox.id).where(col(Outbox.letter_id) == letter.id, col(Outbox.state).in_(OPEN))
    return session.exec(rows.limit(1)).first() is not None


def retry(session: Session, mailing: Mailing, *, now: datetime) -> None:
    """What was in the way is mended: it is due again. `Conflict` where nothing held it."""
    held = and_(MAILING.c.id == mailing.id, MAILING.c.state == "held")
    moved = session.execute(update(MAILING).where(held).values(state="waiting", reason="").returning(MAILING.c.id))
    if moved.first() is None:
        raise Conflict("Nothing is in the way of this letter.")
    session.refresh(mailing)


def stop_for(session: Session, registration: Registration, *, now: datetime, webinar: Webinar | None = None) -> int:
    """What waits in the outbox for somebody who left, wants quiet or (`webinar`) opted out of a date is cancelled.
    Letters to one person are not touched. Returns how many mails were stopped."""
    letters = select(Mailing.letter_id).where(
        col(Mailing.series_id) == registration.series_id, col(Mailing.letter_id).is_not(None)
    )
    if webinar is not None:
        letters = letters.where(col(Mailing.webinar_id) == webinar.id)
    theirs = and_(OUTBOX.c.subject == registration.key, OUTBOX.c.letter_id.in_(letters), OUTBOX.c.state.in_(WAITING))
    stop = {"state": OutboxState.CANCELLED, "done_at": now, "worker": None, "lease_until": None}
    return int(session.execute(update(OUTBOX).where(theirs).values(**stop)).rowcount)  # type: ignore[attr-defined]


def of(session: Session, series: Series, webinar: Webinar | None = None) -> list[Mailing]:
    """All of a series, or of one of its dates; the newest first."""
    wanted = select(Mailing).where(col(Mailing.series_id) == series.id)
    if webinar is not None:
        wanted = wanted.where(col(Mailing.webinar_id) == webinar.id)
    return list(session.exec(wanted.order_by(col(Mailing.due_at).desc(), col(Mailing.id).desc())))


def numbers(session: Session, mailing: Mailing) -> dict[str, int]:
    """What became of its mails, as `outbox.status` counts them; empty before it is planned."""
    return outbox.status(session, mailing.letter_id) if mailing.letter_id is not None else {}


def _due(now: datetime) -> ColumnElement[bool]:
    skipped_too_early = and_(
        col(Mailing.state) == "skipped", col(Mailing.due_at) > now - LOOKS_BACK, col(Mailing.expires_at) > now
    )
    return or_(
        col(Mailing.state) == "planning",
        and_(col(Mailing.due_at) <= now, or_(col(Mailing.state) == "waiting", skipped_too_early)),
    )


def _hold(house: House, number: int, why: str) -> None:
    """It waits for somebody to mend what is in the way. Its rows, if there are any, stay hidden: the letter is not out."""
    log.warning("mailing %s is held: %s", number, why)
    with house.database.session() as session:
        standing = and_(MAILING.c.id == number, MAILING.c.state.in_(("waiting", "planning", "skipped")))
        session.execute(update(MAILING).where(standing).values(state="held", reason=why))
