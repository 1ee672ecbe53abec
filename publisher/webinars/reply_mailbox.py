"""The mailbox where calendar programs answer to invitations, one for each sender. It is looked at and left as it is.

How far it was read stands in its row; a mail that is read twice changes nothing. Reads in its own transactions, one for each
mail, since the network stands between them.
"""

import imaplib
import logging
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta

from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError
from sqlalchemy import Table, update
from sqlmodel import Session, col, select

from publisher.errors import BadInput
from publisher.house import House
from publisher.mail.models import Identity
from publisher.webinars import replies
from publisher.webinars.mailbox_line import LARGEST, SECONDS, Box, MailboxAddress, Raw, parse
from publisher.webinars.models import ReplyMailbox

_log = logging.getLogger("publisher.webinars")
_BOX: Table = ReplyMailbox.__table__  # type: ignore[attr-defined]
EVERY = timedelta(minutes=4)
MOST_AT_ONCE = 200
_TROUBLES = (OSError, imaplib.IMAP4.error, ImapToolsError, ssl.SSLError, UnicodeError, ValueError, KeyError, IndexError)


def given(session: Session, identity: Identity) -> ReplyMailbox | None:
    """The mailbox of this sender; without one, invitations ask for no answers."""
    return session.exec(select(ReplyMailbox).where(col(ReplyMailbox.identity_id) == identity.id)).first()


def give(session: Session, identity: Identity, url: str) -> ReplyMailbox:
    """From now on answers are read there. `BadInput` where it is no address of a mailbox; see `check` too."""
    parse(url)
    box = given(session, identity) or ReplyMailbox(identity_id=identity.id or 0, url=url)
    if box.url != url.strip():
        box.last_uid = box.uid_validity = 0
    box.url, box.state, box.error, box.checked_at = url.strip(), "ok", "", None
    session.add(box)
    session.flush()
    return box


def take_away(session: Session, identity: Identity) -> None:
    """Answers are read no more, and not asked for."""
    if box := given(session, identity):
        session.delete(box)
        session.flush()


def check(url: str) -> str:
    """What is wrong with a mailbox, in a sentence; nothing where it opens. Touches the network."""
    try:
        with _opened(parse(url), SECONDS):
            return ""
    except BadInput as problem:
        return str(problem)
    except _TROUBLES as problem:
        return _said(problem)


def read_due(house: House, now: datetime, *, seconds: float = SECONDS) -> int:
    """Look into every mailbox whose time has come; the number of mails that were read."""
    return sum(_read(house, number, now, seconds) for number in _due(house, now))


def _due(house: House, now: datetime) -> list[int]:
    with house.database.reading() as session:
        ready = col(ReplyMailbox.checked_at).is_(None) | (col(ReplyMailbox.checked_at) <= now - EVERY)
        return [number for number in session.exec(select(ReplyMailbox.id).where(ready)) if number is not None]


def _read(house: House, number: int, now: datetime, seconds: float) -> int:
    box = _claim(house, number, now)
    if box is None:
        return 0
    count, trouble = 0, ""
    try:
        for uid, validity, raw in _mails(parse(box.url), box, seconds):
            _take(house, number, uid, validity, raw, now)
            count += 1
    except BadInput as problem:
        trouble = str(problem)
    except _TROUBLES as problem:
        trouble = _said(problem)
    with house.database.session() as session:
        state = {"state": "failing" if trouble else "ok", "error": trouble[:300]}
        session.execute(update(_BOX).where(_BOX.c.id == number).values(state))
    return count


def _claim(house: House, number: int, now: datetime) -> ReplyMailbox | None:
    """One conditional UPDATE: of two readers one goes."""
    ready = _BOX.c.checked_at.is_(None) | (_BOX.c.checked_at <= now - EVERY)
    with house.database.session() as session:
        mine = update(_BOX).where(_BOX.c.id == number, ready).values(checked_at=now).returning(_BOX.c.id)
        if session.execute(mine).first() is None:
            return None
        return session.get_one(ReplyMailbox, number, populate_existing=True)


def _mails(address: MailboxAddress, box: ReplyMailbox, seconds: float) -> Iterator[tuple[int, int, bytes]]:
    """What came since, the oldest first: its number in the mailbox, the mailbox's own age, its octets. Where the mailbox was
    made anew (RFC 3501 §2.3.1.1) its numbers begin again. A mail that is too large is passed over with its number."""
    with _opened(address, seconds) as mailbox:
        validity = int(mailbox.folder.status(address.folder, ["UIDVALIDITY"])["UIDVALIDITY"])
        last = box.last_uid if validity == box.uid_validity else 0
        newer = f"UID {last + 1}:*"
        uids = sorted({int(uid) for uid in mailbox.uids(newer)} - set(range(last + 1)))[:MOST_AT_ONCE]
        small = {int(uid) for uid in mailbox.uids(f"{newer} SMALLER {LARGEST}")}
        for uid in uids:
            found = mailbox.fetch(uid_list=str(uid), mark_seen=False) if uid in small else ()
            raw = next((mail.raw for mail in found if isinstance(mail, Raw)), b"")
            yield uid, validity, raw


def _opened(address: MailboxAddress, seconds: float) -> Box:
    mailbox = Box(address, seconds)
    try:
        mailbox.login(address.user, address.password, initial_folder=None)
        mailbox.folder.set(address.folder, readonly=True)
    except BaseException:
        mailbox.client.shutdown()
        raise
    return mailbox


def _take(house: House, number: int, uid: int, validity: int, raw: bytes, now: datetime) -> None:
    """One mail, and how far the mailbox was read, in one transaction. One that breaks us is passed over, not met again and again."""
    values = {"last_uid": uid, "uid_validity": validity}
    try:
        with house.database.session() as session:
            if raw:
                replies.take(session, house, raw, now)
            session.execute(update(_BOX).where(_BOX.c.id == number).values(values))
    except Exception:
        _log.exception("a mail could not be taken in")
        with house.database.session() as session:
            session.execute(update(_BOX).where(_BOX.c.id == number).values(values))


def _said(problem: Exception) -> str:
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
