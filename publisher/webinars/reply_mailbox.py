"""The mailbox where calendar programs answer to invitations, one for each sender. A mail that is read twice changes nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from publisher.house import House
from publisher.mail.inboxes import Reader
from publisher.mail.inboxes import check as check
from publisher.mail.mailbox_line import SECONDS, parse
from publisher.mail.models import Identity
from publisher.webinars import replies
from publisher.webinars.models import ReplyMailbox


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


def read_due(house: House, now: datetime, *, seconds: float = SECONDS) -> int:
    """Look into every mailbox whose time has come; the number of mails that were read."""
    return _READER.read_due(house, now, seconds=seconds)


def _take(session: Session, house: House, _box: Any, mails: Sequence[bytes], now: datetime) -> None:
    for raw in mails:
        replies.take(session, house, raw, now)


_READER = Reader(ReplyMailbox.__table__, _take)  # type: ignore[attr-defined]
