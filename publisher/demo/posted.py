"""What the demo posted in its past is written down as delivered, and a few readers' newest mails are in the mailbox.

Nobody need receive a letter of six weeks ago. But whoever looks into the built-in mailbox should find what a registration
brings: true mails, built from the same rows by what builds every mail.
"""

import email
import email.policy
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from publisher.demo.past import PER_MAIL, REPLY
from publisher.house import House
from publisher.mail import outbox
from publisher.mail.building import Builder, Mail
from publisher.mail.claiming import Claimed
from publisher.mail.identities import MAILBOX, default_relay
from publisher.mail.models import Address, Letter, LetterState, MailboxMessage, Outbox, OutboxState
from publisher.mail.outbox import OUTBOX

#: Whose mails are kept, a reader of English, of French and of Arabic; and how far back.
READ = ("grace.ouma@bahari.example.org", "f.diagne@petite-enfance.example.org", "lina.haddadin@nawafidh.example.org")
LOOK_BACK = timedelta(days=10)


def deliver(session: Session, house: House, builder: Builder, *, today: datetime) -> int:
    """Everything that waits in letters that are let out was taken by the relay when it was due. Returns how many mails."""
    rows = _waiting(session)
    if not rows:
        return 0
    if default_relay(session).url == MAILBOX:
        _keep(session, builder, [row for row in rows if row.email in READ and row.created_at >= today - LOOK_BACK])
    _write_down(session, rows)
    outbox.finish(session, now=rows[-1].created_at + PER_MAIL * (len(rows) + 20))
    return len(rows)


def _waiting(session: Session) -> list[Claimed]:
    columns = (
        Outbox.id, Outbox.letter_id, Outbox.edition_id, Outbox.address_id, Address.email, Outbox.to_name, Outbox.zone,
        Outbox.selection, Outbox.subject, Outbox.marks, Outbox.attempts, Outbox.doubts, Outbox.created_at, Outbox.expires_at,
    )  # fmt: skip
    which = (
        select(*columns)  # type: ignore[call-overload]
        .join(Address, col(Address.id) == col(Outbox.address_id))
        .join(Letter, col(Letter.id) == col(Outbox.letter_id))
        .where(col(Outbox.state) == OutboxState.QUEUED, col(Letter.state) == LetterState.SENDING)
    )
    found = session.execute(which.order_by(col(Outbox.created_at), col(Outbox.id))).all()
    return [Claimed(**row._mapping) for row in found]


def _write_down(session: Session, rows: Sequence[Claimed]) -> None:
    done = {
        "state": OutboxState.ACCEPTED.value,
        "epoch": 1,
        "in_flight_at": bindparam("begun"),
        "done_at": bindparam("at"),
        "code": 250,
        "reply": REPLY,
    }
    taken = [
        {"row_id": row.id, "begun": row.created_at + PER_MAIL * n, "at": row.created_at + PER_MAIL * (n + 1)}
        for n, row in enumerate(rows, start=10)
    ]
    session.execute(
        update(OUTBOX).where(OUTBOX.c.id == bindparam("row_id")).values(**done),
        taken,
        execution_options={"synchronize_session": False},
    )


def _keep(session: Session, builder: Builder, rows: Sequence[Claimed]) -> None:
    built = (builder.build(session, row, now=row.created_at, smtputf8=True) for row in rows)
    session.add_all(_message(mail) for mail in built if mail is not None)


def _message(mail: Mail) -> MailboxMessage:
    head = email.message_from_bytes(mail.data.partition(b"\r\n\r\n")[0], policy=email.policy.default)
    return MailboxMessage(
        received_at=mail.row.created_at + PER_MAIL,
        sender=mail.mail_from,
        recipient=mail.recipient,
        subject=str(head["Subject"] or "")[:500],
        data=mail.data,
    )
