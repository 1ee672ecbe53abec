"""The mails of a person: what became of each, for their data; and what remains of them after erasure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, update
from sqlmodel import Session, col, select

from publisher.mail.models import WAITING, Address, Letter, MailboxMessage, MailEvent, Outbox, OutboxState


def mails_of(session: Session, theirs: Sequence[Address]) -> dict[str, Any]:
    """`mails`, each with its events, and `mailbox`: copies in the built-in mailbox."""
    ids = [address.id for address in theirs]
    rows = session.exec(
        select(Outbox, Letter)
        .join(Letter, col(Letter.id) == col(Outbox.letter_id))
        .where(col(Outbox.address_id).in_(ids))
        .order_by(col(Outbox.id))
    ).all()
    events: dict[int, list[dict[str, Any]]] = {}
    in_mails = select(Outbox.id).where(col(Outbox.address_id).in_(ids))
    for event in session.exec(
        select(MailEvent).where(col(MailEvent.outbox_id).in_(in_mails)).order_by(col(MailEvent.id))
    ):
        line = {"at": event.at.isoformat(), "kind": event.kind, "text": event.text, "data": event.data}
        events.setdefault(event.outbox_id, []).append(line)
    copies = [copy for address in theirs for copy in session.exec(select(MailboxMessage).where(_to(address)))]
    return {
        "mails": [_mail(mail, letter, events.get(mail.id or 0, [])) for mail, letter in rows],
        "mailbox": [{"at": copy.received_at.isoformat(), "subject": copy.subject} for copy in copies],
    }


def cancel_all(session: Session, address: Address, now: datetime) -> None:
    """Stop everything that waits for an address, letters they asked for too."""
    session.execute(
        update(Outbox)
        .where(col(Outbox.address_id) == address.id, col(Outbox.state).in_(WAITING))
        .values(state=OutboxState.CANCELLED, done_at=now, worker=None, lease_until=None)
    )


def forget_mails(session: Session, address: Address) -> None:
    """Leave the rows, for the counts of their letters, and take from them what tells of the person."""
    mails = select(Outbox.id).where(col(Outbox.address_id) == address.id)
    session.execute(update(MailEvent).where(col(MailEvent.outbox_id).in_(mails)).values(text="", data={}))
    session.execute(
        update(Outbox)
        .where(col(Outbox.address_id) == address.id)
        .values(to_name="", marks=None, selection=None, reply="", zone="UTC")
    )
    session.execute(delete(MailboxMessage).where(_to(address)))


def _mail(mail: Outbox, letter: Letter, events: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "letter": letter.title,
        "state": mail.state,
        "to_name": mail.to_name,
        "written_at": mail.created_at.isoformat(),
        "done_at": mail.done_at.isoformat() if mail.done_at else None,
        "reply": mail.reply,
        "events": events,
    }


def _to(address: Address) -> ColumnElement[bool]:
    """Copies addressed to them, as they write it or in the form it goes over the wire."""
    return func.lower(MailboxMessage.recipient).in_({address.email.lower(), address.normalised})
