"""What an answer does to a row, to its reader and to its letter. Readers are never charged for what is ours.

A temporary refusal is tried again with growing pauses until the letter is no longer worth carrying. A refusal that says
the address does not exist marks it bounced. Policy, reputation and sender refusals hold the letter and tell a person.
"""

import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from publisher.mail import addresses, relays
from publisher.mail.bounces import scoring
from publisher.mail.claiming import Claimed
from publisher.mail.models import Address, Letter, MailEvent, OutboxState, Suppression
from publisher.mail.replies import ReplyClass, classify
from publisher.mail.smtp import Outcome

FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)
#: A lost answer is resent once: two copies at the most. A second lost answer stays in doubt.
RESENDS_AFTER_DOUBT = 1
#: So many refusals that are not the readers' fault, and so large a part of the answers, hold a letter.
REFUSALS_THAT_PAUSE, SHARE_THAT_PAUSES = 3, 0.1
MOST_POLICY_TRIES = 3
KEPT_REPLY = 400  # characters


@dataclass
class Tally:
    """Answers since this sender began, by letter: what decides whether a refusal is one server's or everybody's."""

    answers: Counter[int] = field(default_factory=Counter)
    refusals: Counter[int] = field(default_factory=Counter)


def apply(session: Session, row: Claimed, outcome: Outcome, tally: Tally, *, now: datetime) -> dict[str, Any]:
    """The changes of one row that was not simply accepted; events and consequences are written here."""
    tally.answers[row.letter_id] += outcome.verdict != "unsent"
    if outcome.verdict == "unsent":
        return _unsent(session, row, outcome, now)
    if outcome.reply is not None and outcome.reply.stage == "MAIL" and outcome.verdict == "rejected":
        return _sender_refused(session, row, outcome, now)
    if outcome.verdict == "uncertain":
        return _uncertain(session, row, outcome, now)
    return _refused(session, row, outcome, tally, now)


def pause_after(attempts: int, row_id: int) -> timedelta:
    """How long to wait after that many temporary refusals: growing by half, spread by a tenth so that rows part ways."""
    pause = min(FIRST_PAUSE * 1.5 ** (attempts - 1), LONGEST_PAUSE)
    return pause * (1 + (row_id * 2654435761 % 1000) / 10_000)


def _unsent(session: Session, row: Claimed, outcome: Outcome, now: datetime) -> dict[str, Any]:
    """It never left here: back to the queue, nothing charged."""
    _event(session, row, "unsent", secrets.token_hex(6), outcome, now)
    return {"id": row.id, "state": OutboxState.QUEUED}


def _sender_refused(session: Session, row: Claimed, outcome: Outcome, now: datetime) -> dict[str, Any]:
    """MAIL FROM was refused: our address is at fault, nobody is charged, and a letter to many waits for a person."""
    _event(session, row, "unsent", secrets.token_hex(6), outcome, now)
    words = outcome.reply.text if outcome.reply else outcome.detail
    relays.pause_letter(session, row.letter_id, f"The relay refuses our sender address: {words[:200]}")
    return {"id": row.id, "state": OutboxState.DEFERRED, "not_before": now + FIRST_PAUSE, "reply": words[:KEPT_REPLY]}


def _uncertain(session: Session, row: Claimed, outcome: Outcome, now: datetime) -> dict[str, Any]:
    _event(session, row, "uncertain", f"lost {row.doubts + 1}", outcome, now)
    letter = session.get_one(Letter, row.letter_id)
    resend = letter.uncertain == "resend" and row.doubts < RESENDS_AFTER_DOUBT
    change: dict[str, Any] = {"id": row.id, "doubts": row.doubts + 1, "reply": outcome.detail[:KEPT_REPLY]}
    if resend:
        return change | {"state": OutboxState.DEFERRED, "not_before": now + FIRST_PAUSE}
    return change | {"state": OutboxState.UNCERTAIN, "done_at": now}


def _refused(session: Session, row: Claimed, outcome: Outcome, tally: Tally, now: datetime) -> dict[str, Any]:
    attempts = row.attempts + 1
    reply = outcome.reply
    kind = classify(reply) if reply else ReplyClass("message", "stop_message")
    change: dict[str, Any] = {
        "id": row.id,
        "attempts": attempts,
        "code": reply.code if reply else None,
        "reply": (reply.text if reply else outcome.detail)[:KEPT_REPLY],
    }
    if kind.action in ("pause", "stop_message"):
        return change | _not_the_readers(session, row, outcome, kind, tally, attempts, now)
    if outcome.verdict == "deferred":
        again = now + pause_after(attempts, row.id)
        if row.expires_at is not None and again >= row.expires_at:
            _event(session, row, "expired", f"{attempts}", outcome, now, kind)
            _score(session, row, change, attempts, kind.kind, now)
            return change | {"state": OutboxState.EXPIRED, "done_at": now}
        _event(session, row, "deferred", f"{attempts}", outcome, now, kind)
        return change | {"state": OutboxState.DEFERRED, "not_before": again}
    _event(session, row, "rejected", f"{attempts}", outcome, now, kind)
    if kind.action == "bounce":
        address = session.get_one(Address, row.address_id)
        addresses.suppress(session, address, Suppression.BULK, "bounced", now=now, detail=change["reply"])
    else:
        _score(session, row, change, attempts, kind.kind, now)
    return change | {"state": OutboxState.REJECTED, "done_at": now}


def _not_the_readers(
    session: Session, row: Claimed, outcome: Outcome, kind: ReplyClass, tally: Tally, attempts: int, now: datetime
) -> dict[str, Any]:
    """Policy, quota of ours, sender or message: the reader keeps a clean slate, and many of them hold the letter."""
    tally.refusals[row.letter_id] += 1
    _event(session, row, "refused", f"{attempts}", outcome, now, kind)
    refusals, answers = tally.refusals[row.letter_id], tally.answers[row.letter_id]
    if refusals >= REFUSALS_THAT_PAUSE and refusals >= answers * SHARE_THAT_PAUSES:
        words = outcome.reply.text if outcome.reply else outcome.detail
        relays.pause_letter(session, row.letter_id, f"Refused for a reason that is not the readers': {words[:200]}")
        tally.answers[row.letter_id] = tally.refusals[row.letter_id] = 0
    if attempts >= MOST_POLICY_TRIES and outcome.verdict == "rejected":
        return {"state": OutboxState.REJECTED, "done_at": now}
    return {"state": OutboxState.DEFERRED, "not_before": now + pause_after(attempts + 3, row.id)}


def _score(session: Session, row: Claimed, change: dict[str, Any], attempts: int, kind: str, now: datetime) -> None:
    """A point against the address, and what follows when they are full."""
    session.flush()
    address = session.get_one(Address, row.address_id)
    scoring.follow(session, address, row.id, f"{attempts}", now=now, words=change["reply"], kind=kind)


def _event(
    session: Session, row: Claimed, kind: str, key: str, outcome: Outcome, now: datetime, what: ReplyClass | None = None
) -> None:
    reply = outcome.reply
    session.add(
        MailEvent(
            outbox_id=row.id,
            kind=kind,
            key=key,
            at=now,
            code=reply.code if reply else None,
            text=(reply.text if reply else outcome.detail)[:KEPT_REPLY],
            data={"class": what.kind, "stage": reply.stage if reply else ""} if what else {},
        )
    )
