"""Mailboxes that are read: for what calendar programs answer, for what comes back. One way of reading serves them all.

A mailbox is looked at and left as it is. How far it was read stands in its row (UIDVALIDITY and the last UID, RFC 3501
§2.3.1.1), and is moved on in the transaction that takes a mail in, so that no mail is lost and none is taken twice. Reads in
its own transactions, since the network stands between them.
"""

import imaplib
import logging
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError
from sqlalchemy import ColumnElement, Table, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from publisher.errors import BadInput
from publisher.house import House
from publisher.mail.mailbox_line import LARGEST, SECONDS, Box, MailboxAddress, parse

_log = logging.getLogger("publisher.mail")
EVERY = timedelta(minutes=4)
#: A reader that is silent for so long has died.
LONGEST = timedelta(minutes=10)
TROUBLES = (OSError, imaplib.IMAP4.error, ImapToolsError, ssl.SSLError, UnicodeError, ValueError, KeyError, IndexError)


class Row(Protocol):
    """One mailbox, as its row says."""

    id: int
    url: str
    last_uid: int
    uid_validity: int


@dataclass(frozen=True)
class Reader:
    """How the mailboxes of one table are read.

    `take` gets some mails, of which one alone may be given again, and may not commit. `whole`: a mail larger than `most` octets is passed over; otherwise its first `most`
    octets are enough. `since`: what came before that day is passed over when a mailbox is read from its beginning.
    `together`: so many mails share a transaction.
    """

    table: Table
    take: Callable[[Session, House, Any, Sequence[bytes], datetime], object]
    most: int = LARGEST
    whole: bool = True
    at_once: int = 200
    together: int = 1
    since: Callable[[Any], date | None] = lambda _row: None
    every: timedelta = EVERY

    def read_due(self, house: House, now: datetime, *, seconds: float = SECONDS, anyway: bool = False) -> int:
        """Look into every mailbox whose time has come (`anyway`: into every one that nobody is reading); the number of mails."""
        with house.database.reading() as session:
            which = select(self.table.c.id).where(self._free(now, anyway)).order_by(self.table.c.id)
            numbers = [int(row[0]) for row in session.execute(which)]
        return sum(self._read(house, number, now, seconds, anyway) for number in numbers)

    def _free(self, now: datetime, anyway: bool) -> ColumnElement[bool]:
        """A claim from a time that is yet to come was made under a simulated clock and binds nobody."""
        until, checked = self.table.c.reading_until, self.table.c.checked_at
        free = or_(until.is_(None), until <= now, until > now + LONGEST)
        return free if anyway else free & or_(checked.is_(None), checked <= now - self.every)

    def _read(self, house: House, number: int, now: datetime, seconds: float, anyway: bool) -> int:
        row = self._claim(house, number, now, anyway)
        if row is None:
            return 0
        count, trouble = 0, ""
        try:
            for validity, mails in self._mails(parse(row.url), row, seconds):
                self._take(house, row, validity, mails, now)
                count += len(mails)
        except BadInput as problem:
            trouble = str(problem)
        except TROUBLES as problem:
            trouble = said(problem)
        with house.database.session() as session:
            state = {"state": "failing" if trouble else "ok", "error": trouble[:300], "reading_until": None}
            session.execute(update(self.table).where(self.table.c.id == number).values(state))
        return count

    def _claim(self, house: House, number: int, now: datetime, anyway: bool) -> Row | None:
        """One conditional UPDATE: of two readers one goes."""
        mine = update(self.table).where(self.table.c.id == number, self._free(now, anyway))
        with house.database.session() as session:
            claimed = mine.values(checked_at=now, reading_until=now + LONGEST).returning(*self.table.c)
            return session.execute(claimed).first()

    def _mails(
        self, address: MailboxAddress, row: Row, seconds: float
    ) -> Iterator[tuple[int, list[tuple[int, bytes]]]]:
        """What came since, the oldest first, some at a time: the mailbox's own age, and number and octets of each mail. Where the
        mailbox was made anew its numbers begin again."""
        with opened(address, seconds) as mailbox:
            validity = int(mailbox.folder.status(address.folder, ["UIDVALIDITY"])["UIDVALIDITY"])
            is_known = validity == row.uid_validity
            last = row.last_uid if is_known else 0
            day = None if is_known else self.since(row)
            newer = f"UID {last + 1}:*"
            after = f"{newer} SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}" if day else newer
            uids = sorted({int(uid) for uid in mailbox.uids(after) if int(uid) > last})[: self.at_once]
            small = {int(uid) for uid in mailbox.uids(f"{newer} SMALLER {self.most}")} if self.whole and uids else set()
            for start in range(0, len(uids), self.together):
                some = uids[start : start + self.together]
                yield validity, [(uid, self._octets(mailbox, uid, small)) for uid in some]

    def _octets(self, mailbox: Box, uid: int, small: set[int]) -> bytes:
        return b"" if self.whole and uid not in small else mailbox.octets(uid, self.most)

    def _take(self, house: House, row: Row, validity: int, mails: Sequence[tuple[int, bytes]], now: datetime) -> None:
        """Some mails, and how far the mailbox was read, in one transaction. Where one of them breaks us they are taken one by one;
        a single one is passed over, not met again and again."""
        if not mails:
            return
        try:
            with house.database.session() as session:
                self.take(session, house, row, [raw for _, raw in mails if raw], now)
                self._moved_on(session, row, mails[-1][0], validity)
        except OperationalError:  # the database is in trouble, not the mail: it is met again
            raise
        except Exception:
            if len(mails) > 1:
                for one in mails:
                    self._take(house, row, validity, [one], now)
                return
            _log.exception("a mail could not be taken in")
            with house.database.session() as session:
                self._moved_on(session, row, mails[-1][0], validity)

    def _moved_on(self, session: Session, row: Row, uid: int, validity: int) -> None:
        values = {"last_uid": uid, "uid_validity": validity}
        session.execute(update(self.table).where(self.table.c.id == row.id).values(values))


_MONTHS = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)  # RFC 3501 §9: never in words of ours


def opened(address: MailboxAddress, seconds: float) -> Box:
    """The mailbox, for reading only. Use as a context manager."""
    mailbox = Box(address, seconds)
    try:
        mailbox.login(address.user, address.password, initial_folder=None)
        mailbox.folder.set(address.folder, readonly=True)
    except BaseException:
        mailbox.client.shutdown()
        raise
    return mailbox


def check(url: str) -> str:
    """What is wrong with a mailbox, in a sentence; nothing where it opens. Touches the network."""
    try:
        with opened(parse(url), SECONDS):
            return ""
    except BadInput as problem:
        return str(problem)
    except TROUBLES as problem:
        return said(problem)


def said(problem: Exception) -> str:
    """Trouble in a sentence, without what the server wrote: that may quote the password."""
    if isinstance(problem, MailboxLoginError):
        return "The mail server does not accept this user and password."
    if isinstance(problem, MailboxFolderSelectError):
        return "The mail server has no such folder, or does not let us read it."
    if isinstance(problem, ssl.SSLCertVerificationError):
        return "The certificate of the mail server is not vouched for by anyone we trust, or belongs to another name."
    if isinstance(problem, TimeoutError):
        return "The mail server took too long; we stopped waiting."
    if isinstance(problem, OSError) and not isinstance(problem, ssl.SSLError):
        return "The mail server cannot be reached, or closed the connection."
    return "The mail server said something that is not IMAP, or not what it was asked."
