"""Relays: which server takes our mail, how much it may take, and what is known of its health."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, delete, func, select
from sqlmodel import Session, col

from publisher.database import insert_into
from publisher.mail.models import Letter, LetterState, Relay, RelayUse

#: Of a limited rate, this part is kept free for letters to one person: a confirmation must not wait for an issue.
RESERVED = 0.1
KEPT = timedelta(days=3)
RELAY_USE: Table = RelayUse.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Allowance:
    """How many mails a relay may take at this moment; None where nothing limits it."""

    personal: int | None
    bulk: int | None


def allowance(session: Session, relay: Relay, now: datetime) -> Allowance:
    """What is left of the limits per hour and per day. Days are the last 24 hours, hours begin on the hour."""
    personal: list[int] = []
    bulk: list[int] = []
    for limit, since in ((relay.per_hour, _hour(now)), (relay.per_day, _hour(now) - timedelta(hours=23))):
        if limit is not None:
            used = _used(session, relay, since)
            personal.append(max(0, limit - used))
            bulk.append(max(0, int(limit * (1 - RESERVED)) - used))
    return Allowance(min(personal, default=None), min(bulk, default=None))


def reserve(session: Session, relay: Relay, wanted: int, now: datetime) -> int:
    """Take up to `wanted` of what the relay may still get, and count it: what the caller may send in this transaction.

    Counting comes before sending and locks the hour's row, so that several senders together never exceed a limit.
    """
    if relay.id is None or wanted == 0:
        return wanted
    _add(session, relay.id, 0, now)
    left = allowance(session, relay, now).personal
    granted = wanted if left is None else min(wanted, left)
    _add(session, relay.id, granted, now)
    return granted


def _add(session: Session, relay_id: int, number: int, now: datetime) -> None:
    statement = insert_into(session, RELAY_USE).values(relay_id=relay_id, hour=_hour(now), count=number)
    session.execute(
        statement.on_conflict_do_update(index_elements=["relay_id", "hour"], set_={"count": RELAY_USE.c.count + number})
    )


def forget_use(session: Session, now: datetime) -> None:
    session.execute(delete(RelayUse).where(col(RelayUse.hour) < now - KEPT))


def in_trouble(session: Session, relay_id: int | None, reason: str, until: datetime | None) -> None:
    """Note that the relay cannot be used, and when it is tried again. Changing its settings tries it at once."""
    if relay_id is None:
        return
    relay = session.get(Relay, relay_id)
    if relay is not None:
        relay.state, relay.reason, relay.paused_until = "paused", reason, until
        session.add(relay)


def well_again(session: Session, relay_id: int | None) -> None:
    """It took mail again."""
    relay = session.get(Relay, relay_id) if relay_id is not None else None
    if relay is not None and relay.state != "ok":
        relay.state, relay.reason, relay.paused_until = "ok", "", None
        session.add(relay)


def pause_letter(session: Session, letter_id: int, reason: str) -> None:
    """Hold a letter whose mails are refused for reasons that are not the readers'. Harmless when it is paused already."""
    letter = session.get(Letter, letter_id)
    if letter is not None and letter.state == LetterState.SENDING and not letter.standing:
        letter.state, letter.pause_reason = LetterState.PAUSED, reason
        session.add(letter)


def _used(session: Session, relay: Relay, since: datetime) -> int:
    total = session.execute(
        select(func.sum(RELAY_USE.c.count)).where(RELAY_USE.c.relay_id == relay.id, RELAY_USE.c.hour >= since)
    ).scalar()
    return int(total or 0)


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)
