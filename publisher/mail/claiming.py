"""The ledger's side of delivery: rows are claimed, marked in flight before DATA, and their answers written down.

Every write names the worker and happens only while the row is still theirs, so a process that slept through its lease
can change nothing. Leases use wall-clock time (`wall`), what is due uses the time of the command (`now`).
Source of the states: `deliverability.md` §3.2; RFC 5321 §6.1 says why doubt cannot be avoided, only counted.
"""

import os
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, Table, bindparam, case, delete, or_, select, update
from sqlmodel import Session, col

from publisher import leases
from publisher.mail.models import (
    RANK,
    Address,
    Letter,
    LetterState,
    MailClass,
    MailEvent,
    OutboxState,
    Sender,
    Suppression,
)
from publisher.mail.outbox import OUTBOX

LEASE = timedelta(seconds=60)
#: A worker that died holding a row in flight that often has met a row that kills it.
MOST_CRASHES = 10
ADDRESS: Table = Address.__table__  # type: ignore[attr-defined]
LETTER: Table = Letter.__table__  # type: ignore[attr-defined]
SENDER: Table = Sender.__table__  # type: ignore[attr-defined]
RANK_OF_LETTER = case({c.value: RANK[c] for c in MailClass}, value=LETTER.c.mail_class)


@dataclass(frozen=True)
class Claimed:
    """A row this worker holds, with all that building and sending the mail needs."""

    id: int
    letter_id: int
    edition_id: int
    address_id: int
    email: str
    to_name: str
    zone: str
    selection: str | None
    subject: str | None
    marks: str | None
    attempts: int
    doubts: int
    created_at: datetime
    expires_at: datetime | None


def take(
    session: Session, *, worker: str, now: datetime, wall: datetime, most: int, ranks: Sequence[int]
) -> list[Claimed]:
    """Claim up to `most` due rows, personal letters first; letters of one class share the batch evenly."""
    claimed: list[Claimed] = []
    for rank in ranks:
        letters = _letters_with_due(session, rank, now)
        for position, letter_id in enumerate(letters):
            share = -(-(most - len(claimed)) // (len(letters) - position))
            if share > 0:
                claimed += _take_of(session, letter_id, worker, now, wall, share)
    return claimed


def names_of(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, str, str]]:
    """Row to what names its mail for ever: the letter, the hash of the address, the occasion.

    Occasions of letters to one person may be made of numbers of rows, which after a restore are given again to something else:
    the day is part of such a name.
    """
    rows = session.execute(
        select(OUTBOX.c.id, LETTER.c.origin, LETTER.c.key, ADDRESS.c.hash, OUTBOX.c.occasion, OUTBOX.c.created_at)
        .join(ADDRESS, ADDRESS.c.id == OUTBOX.c.address_id)
        .join(LETTER, LETTER.c.id == OUTBOX.c.letter_id)
        .where(OUTBOX.c.id.in_(ids))
    )
    return {row.id: (row.origin or f"{row.key}|{row.created_at:%Y-%m-%d}", row.hash, row.occasion) for row in rows}


def begin(
    session: Session, rows: Sequence[Claimed], *, worker: str, wall: datetime
) -> tuple[list[int], dict[int, str]]:
    """Mark rows in flight, checking once more that nobody stopped them. Returns (ids that may go, id -> why not).

    This is the last look before DATA: a suppression or a pause committed before it stops the mail.
    """
    ids = [row.id for row in rows]
    may_go = or_(
        ADDRESS.c.suppressed == Suppression.NONE,
        (ADDRESS.c.suppressed == Suppression.BULK) & LETTER.c.mail_class.in_((MailClass.PERSONAL, MailClass.REMINDER)),
        (ADDRESS.c.suppressed == Suppression.ALL)
        & (LETTER.c.mail_class == MailClass.PERSONAL)
        & (ADDRESS.c.email != ""),
    )
    allowed = (
        select(OUTBOX.c.id)
        .join(ADDRESS, ADDRESS.c.id == OUTBOX.c.address_id)
        .join(LETTER, LETTER.c.id == OUTBOX.c.letter_id)
        .where(OUTBOX.c.id.in_(ids), LETTER.c.state == LetterState.SENDING, may_go)
    )
    begun = session.execute(
        update(OUTBOX)
        .where(OUTBOX.c.id.in_(allowed), OUTBOX.c.worker == worker, OUTBOX.c.state == OutboxState.CLAIMED)
        .values(state=OutboxState.IN_FLIGHT, in_flight_at=wall, lease_until=wall + LEASE)
        .returning(OUTBOX.c.id)
    )
    going = [row.id for row in begun]
    stopped = [i for i in ids if i not in set(going)]
    return going, _why_stopped(session, stopped, worker) if stopped else {}


def write_back(session: Session, results: Iterable[dict[str, Any]], *, worker: str) -> None:
    """Write outcomes of rows that are still this worker's. Each: id, state, and what else changes."""
    for result in results:
        values = {key: value for key, value in result.items() if key != "id"}
        session.execute(
            update(OUTBOX)
            .where(OUTBOX.c.id == result["id"], OUTBOX.c.worker == worker)
            .values(worker=None, lease_until=None, **values)
        )


def write_accepted(session: Session, results: Sequence[dict[str, Any]], *, worker: str) -> None:
    """The common outcome, many rows in one statement. Each: row_id, code, reply, at."""
    if results:
        session.execute(
            update(OUTBOX)
            .where(OUTBOX.c.id == bindparam("row_id"), OUTBOX.c.worker == worker)
            .values(
                state=OutboxState.ACCEPTED,
                code=bindparam("its_code"),
                reply=bindparam("its_reply"),
                done_at=bindparam("at"),
                worker=None,
                lease_until=None,
            ),
            list(results),
            execution_options={"synchronize_session": False},
        )


def hold_on(session: Session, *, worker: str, wall: datetime) -> None:
    """Heartbeat: renew every lease of this worker."""
    session.execute(
        update(OUTBOX)
        .where(OUTBOX.c.worker == worker, OUTBOX.c.state.in_((OutboxState.CLAIMED, OutboxState.IN_FLIGHT)))
        .values(lease_until=wall + LEASE)
    )
    session.execute(update(SENDER).where(SENDER.c.worker == worker).values(seen_at=wall))


def sign_on(session: Session, *, worker: str, wall: datetime) -> None:
    """Make this process known, so that others of this machine can tell when it is dead."""
    pid = os.getpid()
    session.add(Sender(worker=worker, host=socket.gethostname(), pid=pid, started=_started(pid), seen_at=wall))
    session.flush()


def sign_off(session: Session, *, worker: str) -> None:
    """An orderly end: what was claimed and not begun goes back at once."""
    session.execute(
        update(OUTBOX)
        .where(OUTBOX.c.worker == worker, OUTBOX.c.state == OutboxState.CLAIMED)
        .values(state=OutboxState.QUEUED, worker=None, lease_until=None)
    )
    session.execute(delete(SENDER).where(SENDER.c.worker == worker))


def recover(session: Session, *, now: datetime, wall: datetime) -> int:
    """Free the rows of dead workers: claimed ones were never begun and go back; those in flight are in doubt.

    A worker is dead when its lease has run out, or when it ran on this machine and its process is gone. Returns how
    many rows were in doubt.
    """
    dead = _dead_here(session)
    lost = or_(OUTBOX.c.lease_until < wall, OUTBOX.c.worker.in_(dead))
    session.execute(
        update(OUTBOX)
        .where(OUTBOX.c.state == OutboxState.CLAIMED, lost)
        .values(state=OutboxState.QUEUED, worker=None, lease_until=None)
    )
    holding = select(LETTER.c.id).where(LETTER.c.uncertain == "hold")
    doubtful = session.execute(
        update(OUTBOX)
        .where(OUTBOX.c.state == OutboxState.IN_FLIGHT, lost)
        .values(
            state=case(
                (OUTBOX.c.letter_id.in_(holding), OutboxState.UNCERTAIN.value),
                (OUTBOX.c.doubts >= MOST_CRASHES, OutboxState.UNCERTAIN.value),
                else_=OutboxState.QUEUED.value,
            ),
            doubts=OUTBOX.c.doubts + 1,
            worker=None,
            lease_until=None,
        )
        .returning(OUTBOX.c.id, OUTBOX.c.doubts)
    ).all()
    for row in doubtful:
        session.add(
            MailEvent(
                outbox_id=row.id,
                kind="uncertain",
                key=f"crash {row.doubts}",
                at=now,
                text="The sender stopped before the answer was known.",
            )
        )
    if dead:
        session.execute(delete(SENDER).where(SENDER.c.worker.in_(dead)))
    return len(doubtful)


def is_anybody_sending(session: Session, *, wall: datetime) -> bool:
    """Whether a sender has shown itself within the last minute, unless it ran here and its process is gone."""
    dead = _dead_here(session)
    alive = select(SENDER.c.worker).where(SENDER.c.seen_at > wall - LEASE, SENDER.c.worker.not_in(dead))
    return session.execute(alive.limit(1)).first() is not None


def next_due(session: Session) -> datetime | None:
    """The earliest `not_before` of what waits in letters being sent; None when nothing waits."""
    return session.execute(
        select(OUTBOX.c.not_before)
        .join(LETTER, LETTER.c.id == OUTBOX.c.letter_id)
        .where(LETTER.c.state == LetterState.SENDING, OUTBOX.c.state.in_((OutboxState.QUEUED, OutboxState.DEFERRED)))
        .order_by(OUTBOX.c.not_before)
        .limit(1)
    ).scalar()


def held_by_others(session: Session, *, worker: str) -> bool:
    """Whether another worker, perhaps a dead one elsewhere, still holds rows."""
    return (
        session.execute(
            select(OUTBOX.c.id)
            .where(OUTBOX.c.state.in_((OutboxState.CLAIMED, OutboxState.IN_FLIGHT)), OUTBOX.c.worker != worker)
            .limit(1)
        ).first()
        is not None
    )


def _letters_with_due(session: Session, rank: int, now: datetime) -> list[int]:
    due = _due(now).where(OUTBOX.c.letter_id == LETTER.c.id).exists()
    letters = select(LETTER.c.id).where(LETTER.c.state == LetterState.SENDING, RANK_OF_LETTER.in_((rank,)), due)
    return [row[0] for row in session.execute(letters.order_by(LETTER.c.id))]


def _take_of(session: Session, letter_id: int, worker: str, now: datetime, wall: datetime, most: int) -> list[Claimed]:
    due = _due(now).where(OUTBOX.c.letter_id == letter_id).order_by(OUTBOX.c.not_before, OUTBOX.c.id).limit(most)
    taken = leases.claim(session, OUTBOX, due, worker=worker, until=wall + LEASE, values={"state": OutboxState.CLAIMED})
    if not taken:
        return []
    columns = (getattr(OUTBOX.c, name) for name in Claimed.__dataclass_fields__ if name != "email")
    rows = session.execute(
        select(*columns, ADDRESS.c.email)
        .join(ADDRESS, ADDRESS.c.id == OUTBOX.c.address_id)
        .where(OUTBOX.c.id.in_([row.id for row in taken]))
        .order_by(OUTBOX.c.not_before, OUTBOX.c.id)
    )
    return [Claimed(**row._mapping) for row in rows]


def _due(now: datetime) -> Select[tuple[Any]]:
    return select(OUTBOX.c.id).where(
        OUTBOX.c.state.in_((OutboxState.QUEUED, OutboxState.DEFERRED)), OUTBOX.c.not_before <= now
    )


def _why_stopped(session: Session, ids: Sequence[int], worker: str) -> dict[int, str]:
    """For rows that may not go: `suppressed`, `waits` (the letter is paused), or `lost` (no longer ours)."""
    rows = session.execute(
        select(OUTBOX.c.id, OUTBOX.c.worker, OUTBOX.c.state, LETTER.c.state.label("letter_state"))
        .join(LETTER, LETTER.c.id == OUTBOX.c.letter_id)
        .where(OUTBOX.c.id.in_(ids))
    )
    reasons = dict.fromkeys(ids, "lost")
    for row in rows:
        if row.worker == worker and row.state == OutboxState.CLAIMED:
            reasons[row.id] = "suppressed" if row.letter_state == LetterState.SENDING else "waits"
    return reasons


def _dead_here(session: Session) -> list[str]:
    senders = session.scalars(select(Sender).where(col(Sender.host) == socket.gethostname())).all()
    return [sender.worker for sender in senders if _started(sender.pid) != sender.started]


def _started(pid: int) -> str:
    """When the kernel started that process, or `` where it is gone. Elsewhere than on Linux only leases tell."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "unknown" if not Path("/proc/self/stat").exists() else ""
