"""The built-in mailbox: where mail goes until a relay is set, so that nothing leaves the machine by mistake.

A real SMTP server on loopback, started once in each process that sends; mails are kept in the database, so every process
and page sees the same ones.
"""

import email
import email.policy
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, func, select

from publisher.database import Database
from publisher.mail.mailbox_server import MailboxServer
from publisher.mail.models import MailboxMessage

KEPT = timedelta(days=30)
_running: dict[Database, "RunningMailbox"] = {}
_starting = threading.Lock()


class RunningMailbox:
    """The mailbox of this process for one database."""

    def __init__(self, database: Database, wall: Callable[[], datetime]) -> None:
        self._database, self._wall = database, wall
        self._server = MailboxServer(self._store)
        self.port = self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def _store(self, sender: str, recipients: list[str], data: bytes) -> None:
        head = email.message_from_bytes(data.partition(b"\r\n\r\n")[0], policy=email.policy.default)
        subject = str(head["Subject"] or "")[:500]
        with self._database.session() as session:
            session.add_all(
                MailboxMessage(received_at=self._wall(), sender=sender, recipient=to, subject=subject, data=data)
                for to in recipients
            )


def built_in_mailbox(database: Database, wall: Callable[[], datetime]) -> RunningMailbox:
    """The mailbox server of this process, started at the first call. It runs until the database is closed."""
    with _starting:
        if database not in _running:
            _running[database] = RunningMailbox(database, wall)
            database.at_close(lambda: _stop(database))
        return _running[database]


def _stop(database: Database) -> None:
    with _starting:
        running = _running.pop(database, None)
    if running is not None:
        running.stop()


def messages(
    session: Session, *, recipient: str | None = None, limit: int = 50, offset: int = 0
) -> tuple[int, list[MailboxMessage]]:
    """How many there are, and one page of them, newest first."""
    which = [col(MailboxMessage.recipient).contains(recipient)] if recipient else []
    total = session.exec(select(func.count()).select_from(MailboxMessage).where(*which)).one()
    newest = select(MailboxMessage).where(*which).order_by(col(MailboxMessage.id).desc())
    return total, list(session.exec(newest.offset(offset).limit(limit)).all())


def forget(session: Session, *, now: datetime) -> None:
    """Mails older than a month are thrown away."""
    session.exec(delete(MailboxMessage).where(col(MailboxMessage.received_at) < now - KEPT))
