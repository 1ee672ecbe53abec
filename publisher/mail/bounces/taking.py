"""What follows from a mail that came back. An event is stored once, then has its consequences, in one transaction.

Only a mail of ours has consequences: the address that the notice was sent to names its row with our signature, or the notice brings
back a Message-ID of ours, which is a keyed hash of the row. Whoever has neither made it up, or means somebody else's mail.
"""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import Table
from sqlmodel import Session, col, select

from publisher.database import insert_into
from publisher.errors import BadInput
from publisher.mail import addresses
from publisher.mail.bounces import return_path, scoring
from publisher.mail.bounces.models import BounceTally
from publisher.mail.bounces.values import Failure, Finding, Verdict
from publisher.mail.models import Address, MailEvent, Outbox, Suppression
from publisher.mail.outbox import cancel_waiting
from publisher.tokens import Tokens

_EVENT: Table = MailEvent.__table__  # type: ignore[attr-defined]
_TALLY: Table = BounceTally.__table__  # type: ignore[attr-defined]
_FOLLOWED = (Verdict.HARD, Verdict.SOFT, Verdict.COMPLAINT)
#: Mails of one address whose Message-IDs are compared: the newest.
MOST_COMPARED = 200


def take(session: Session, tokens: Tokens, finding: Finding, raw: bytes, now: datetime) -> str:
    """Store it and draw the consequences. What it was: a verdict, `forged` where it is about no mail of ours, `again` where it was
    taken before."""
    if finding.verdict not in _FOLLOWED:
        return finding.verdict.value
    number = row_of(session, tokens, finding)
    theirs = select(Address).join(Outbox, col(Outbox.address_id) == col(Address.id)).where(col(Outbox.id) == number)
    address = session.exec(theirs.with_for_update(of=Address)).first() if number is not None else None
    if number is None or address is None:
        return "forged"
    failure = finding.about(address.email) or Failure("", finding.verdict, "", finding.reason)
    key = hashlib.blake2b(finding.identifier.encode() or raw, digest_size=16).hexdigest()
    if not _stored(session, number, address, failure, key, now):
        return "again"
    _follow(session, number, address, failure, key, now)
    return failure.verdict.value


def tally(session: Session, mailbox_id: int, what: str, count: int, now: datetime) -> None:
    """Count them, whatever they were."""
    mine = {"mailbox_id": mailbox_id, "day": now.date(), "what": what, "count": count}
    added = insert_into(session, _TALLY).values(mine)
    session.execute(
        added.on_conflict_do_update(
            index_elements=["mailbox_id", "day", "what"], set_={"count": _TALLY.c.count + added.excluded.count}
        )
    )


def row_of(session: Session, tokens: Tokens, finding: Finding) -> int | None:
    """The number of the mail of ours that it is about."""
    number = return_path.opened(tokens, finding.traces)
    if number is not None:
        return number if number < 2**31 else None
    for recipient in [*finding.recipients[:5], finding.sender]:
        if found := quoted(session, tokens, recipient, finding.message_ids):
            return found.id
    return None


def quoted(session: Session, tokens: Tokens, email: str, message_ids: tuple[str, ...]) -> Outbox | None:
    """The mail to this address that has one of these Message-IDs."""
    ours = {one.strip("<>").partition("@")[0] for one in message_ids}
    try:
        address = addresses.find(session, tokens, email) if ours and email else None
    except BadInput:
        return None
    if address is None:
        return None
    rows = session.exec(
        select(Outbox).where(col(Outbox.address_id) == address.id).order_by(col(Outbox.id).desc()).limit(MOST_COMPARED)
    )
    return next((row for row in rows if tokens.keyed_hash("message-id", str(row.id)) in ours), None)


def _stored(session: Session, number: int, address: Address, failure: Failure, key: str, now: datetime) -> bool:
    """Whether it was new. Of who was erased no words are kept."""
    data: dict[str, Any] = {"verdict": failure.verdict.value, "class": failure.kind, "status": failure.status}
    event = {
        "outbox_id": number,
        "kind": "complaint" if failure.verdict is Verdict.COMPLAINT else "bounce",
        "key": key,
        "at": now,
        "text": failure.words if address.email else "",
        "data": data if address.email else {},
    }
    made = insert_into(session, _EVENT).on_conflict_do_nothing().returning(_EVENT.c.id)
    return session.execute(made, event).first() is not None


def _follow(session: Session, number: int, address: Address, failure: Failure, key: str, now: datetime) -> None:
    """A stricter stop is never made milder, and one that staff or the reader set is not written over by a bounce."""
    if address.reason == "erased":
        return
    if failure.verdict is Verdict.COMPLAINT:
        if address.reason != "complained":
            addresses.suppress(session, address, Suppression.ALL, "complained", now=now, detail=failure.words)
        cancel_waiting(session, address.id or 0, list_key=None, now=now)
    elif failure.verdict is Verdict.HARD and not address.suppressed:
        addresses.suppress(
            session, address, Suppression.BULK, "bounced", now=now, detail=failure.words or failure.reason
        )
    elif failure.counts:
        words = failure.words or failure.reason
        scoring.follow(session, address, number, key, now=now, words=words, kind=failure.kind)
