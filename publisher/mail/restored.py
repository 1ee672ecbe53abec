"""After a restore: no mail leaves until somebody has seen who was reached since the backup, and said so.

What the send log tells is kept as hashes of mails (letter, address, occasion). A mail that is planned again is known by
it, and is not sent a second time, whether its row was in the backup or not.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, select, text
from sqlmodel import Session, col

from publisher.database import is_sqlite
from publisher.errors import Conflict
from publisher.mail.models import Outbox, OutboxState, Reached, Restored
from publisher.tokens import Tokens

REACHED: Table = Reached.__table__  # type: ignore[attr-defined]
OUTBOX: Table = Outbox.__table__  # type: ignore[attr-defined]
HELD = (
    "This hub was restored from a backup, and nobody has looked yet who was reached since. "
    "Run “publisher restore --report”, then “publisher restore --confirm”, or look in the studio under Settings, Backups."
)


def key_of(tokens: Tokens, letter: str, address_hash: str, occasion: str) -> str:
    """The name of one mail in the send log, which says neither to whom nor what."""
    return tokens.keyed_hash("sent", f"{letter}|{address_hash}|{occasion}")


def waiting(session: Session) -> Restored | None:
    """The restore that nobody has confirmed yet."""
    return session.scalars(select(Restored).where(col(Restored.confirmed_at).is_(None)).limit(1)).first()


def confirmed(session: Session) -> list[Restored]:
    """Restores that somebody has looked at, the newest first."""
    wanted = select(Restored).where(col(Restored.confirmed_at).is_not(None)).order_by(col(Restored.id).desc())
    return list(session.scalars(wanted.limit(10)))


def refuse(session: Session) -> None:
    """`Conflict`, in a sentence, while a restore waits for somebody to look."""
    if waiting(session) is not None:
        raise Conflict(HELD)


def confirm(session: Session, *, now: datetime, by: str) -> Restored:
    """Somebody has looked: mail may leave again."""
    row = waiting(session)
    if row is None:
        raise Conflict("No restore waits to be confirmed.")
    row.confirmed_at, row.confirmed_by = now, by
    session.add(row)
    session.flush()
    return row


def states_of(session: Session, keys: Sequence[str]) -> dict[str, str]:
    """For those of these mails that left before the restore: `accepted`, or `uncertain` where no answer is known."""
    rows = session.execute(select(REACHED.c.key, REACHED.c.state).where(REACHED.c.key.in_(keys)))
    return {row.key: row.state for row in rows}


def give_none_again(session: Session, last: int) -> None:
    """After a restore: numbers of mails that left, up to `last`, are not given to others. PostgreSQL counts on from there;
    SQLite has nothing to remember it by but `first_free`."""
    if not is_sqlite(session):
        count = "setval(pg_get_serial_sequence('outbox', 'id'), greatest(:last, (SELECT max(id) FROM outbox), 0) + 1, false)"
        session.execute(text(f"SELECT {count}"), {"last": last})


def first_free(session: Session) -> int | None:
    """The number that the next row of the outbox must have at least, where the highest that is there does not tell."""
    if not is_sqlite(session):
        return None
    found = session.execute(select(col(Restored.findings))).scalars().all()
    last = max((int(findings.get("last_row", 0)) for findings in found), default=0)
    if last and last > (session.execute(select(func.max(OUTBOX.c.id))).scalar() or 0):
        return last + 1
    return None


def as_change(row_id: int, state: str, now: datetime) -> dict[str, Any]:
    """What becomes of a row whose mail had left before the restore."""
    sure = state == OutboxState.ACCEPTED
    words = (
        "It had left before the restore." if sure else "It was in flight before the restore; its answer is not known."
    )
    return {"id": row_id, "state": state, "reply": words, "done_at": now}


def settle(lines: Iterable[list[str]]) -> dict[str, tuple[str, int]]:
    """Key to (state, row) of the mails that left, by the last thing the log says of each."""
    known: dict[str, tuple[str, int]] = {}
    for what, _when, row, key in (parts for parts in lines if parts[0] in "FAN"):
        if what == "N":
            if known.get(key, ("", 0))[0] != OutboxState.ACCEPTED:
                known.pop(key, None)
        elif what == "A" or key not in known:
            state = OutboxState.ACCEPTED if what == "A" else OutboxState.UNCERTAIN
            known[key] = (state.value, int(row))
    return known
