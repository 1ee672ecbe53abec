"""The outbox: one row per (letter, address, occasion), the only truth about who got what.

A letter is planned in chunks that no sender sees, because claims join the letter's state; one UPDATE lets all of it out,
pauses it, or cancels it. `publisher.mail.delivery` carries the rows; this module says what may happen to them.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, update
from sqlmodel import Session, col, select

from publisher.database import insert_into
from publisher.errors import Conflict
from publisher.mail import restored
from publisher.mail.models import (
    OPEN,
    WAITING,
    Letter,
    LetterEdition,
    LetterState,
    Outbox,
    OutboxState,
)

OUTBOX: Table = Outbox.__table__  # type: ignore[attr-defined]
EDITION: Table = LetterEdition.__table__  # type: ignore[attr-defined]


def add_rows(session: Session, rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows that are not there yet; the unique key makes a second planning of the same chunk harmless."""
    rows = list(rows)
    if rows:
        if first := restored.first_free(session):
            rows = [{"id": number} | row for number, row in enumerate(rows, first)]
        session.execute(insert_into(session, OUTBOX).on_conflict_do_nothing(), rows)


def let_out(session: Session, letter: Letter, *, now: datetime) -> None:
    """Planning is over: every row becomes visible to senders at once."""
    _move(session, letter, (LetterState.PLANNING,), LetterState.SENDING)
    letter.let_out_at = now


def pause(session: Session, letter: Letter, reason: str) -> None:
    """No further mail of this letter is begun; those in flight end."""
    _move(session, letter, (LetterState.SENDING,), LetterState.PAUSED)
    letter.pause_reason = reason


def resume(session: Session, letter: Letter) -> None:
    """Go on where it stopped."""
    _move(session, letter, (LetterState.PAUSED,), LetterState.SENDING)
    letter.pause_reason = ""


def cancel(session: Session, letter: Letter, *, now: datetime) -> int:
    """Nothing more of this letter leaves. Returns how many mails were stopped."""
    _move(session, letter, (LetterState.PLANNING, LetterState.SENDING, LetterState.PAUSED), LetterState.CANCELLED)
    letter.done_at = now
    return _cancel_rows(session, OUTBOX.c.letter_id == letter.id, now)


def cancel_waiting(session: Session, address_id: int, *, list_key: str | None, now: datetime) -> int:
    """Stop what waits for an address: of one list, or (`list_key` None) every letter that came through any list."""
    letters = select(Letter.id).where(col(Letter.list_key).is_not(None))
    if list_key is not None:
        letters = letters.where(col(Letter.list_key) == list_key)
    return _cancel_rows(session, (OUTBOX.c.address_id == address_id) & OUTBOX.c.letter_id.in_(letters), now)


def status(session: Session, letter_id: int) -> dict[str, int]:
    """`prepared` and the ten states that always add up to it."""
    return statuses(session, [letter_id])[letter_id]


def statuses(session: Session, letter_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """The same for several letters at once, by letter."""
    rows = session.execute(
        select(OUTBOX.c.letter_id, OUTBOX.c.state, func.count())
        .where(OUTBOX.c.letter_id.in_(letter_ids))
        .group_by(OUTBOX.c.letter_id, OUTBOX.c.state)
    )
    counts = {number: dict.fromkeys((state.value for state in OutboxState), 0) for number in letter_ids}
    for number, state, count in rows:
        counts[number][state] = int(count)
    return {number: _in_order(of_letter) for number, of_letter in counts.items()}


def _in_order(counts: dict[str, int]) -> dict[str, int]:
    order = ("queued", "claimed", "in_flight", "accepted", "deferred", "rejected", "uncertain", "suppressed")
    ordered = {state: counts[state] for state in (*order, "cancelled", "expired")}
    return {"prepared": sum(ordered.values()), **ordered}


def finish(session: Session, *, now: datetime) -> list[Letter]:
    """Letters whose every row has come to an end are done. Returns them."""
    still_open = select(OUTBOX.c.id).where(OUTBOX.c.letter_id == col(Letter.id), OUTBOX.c.state.in_(OPEN)).exists()
    done = session.exec(
        select(Letter).where(col(Letter.state) == LetterState.SENDING, col(Letter.standing).is_(False), ~still_open)
    ).all()
    for letter in done:
        letter.state = LetterState.DONE
        letter.done_at = now
        session.add(letter)
    return list(done)


def keep_edition(session: Session, letter_id: int, language: str, digest: str, data: bytes) -> int:
    """The id of this compiled edition, kept once per letter however often, and by however many at once, it is compiled."""
    same = select(LetterEdition.id).where(
        col(LetterEdition.letter_id) == letter_id,
        col(LetterEdition.language) == language,
        col(LetterEdition.digest) == digest,
    )
    if (found := session.exec(same).first()) is not None:
        return found
    row = {"letter_id": letter_id, "language": language, "digest": digest, "data": data}
    session.execute(insert_into(session, EDITION).values(row).on_conflict_do_nothing())
    return int(session.execute(same).scalar_one())


def _move(session: Session, letter: Letter, before: tuple[LetterState, ...], after: LetterState) -> None:
    """One conditional UPDATE: two people pressing two buttons at once cannot both win."""
    moved = session.execute(
        update(Letter).where(col(Letter.id) == letter.id, col(Letter.state).in_(before)).values(state=after)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        session.refresh(letter)
        raise Conflict(f"“{letter.title}” is {letter.state}, so it cannot become {after}.")
    letter.state = after
    session.add(letter)


def _cancel_rows(session: Session, which: Any, now: datetime) -> int:
    stopped = session.execute(
        update(OUTBOX)
        .where(which, OUTBOX.c.state.in_(WAITING))
        .values(state=OutboxState.CANCELLED, done_at=now, worker=None, lease_until=None)
    )
    return int(stopped.rowcount)  # type: ignore[attr-defined]
