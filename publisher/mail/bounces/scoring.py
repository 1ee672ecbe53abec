"""Soft failures add up: a point a day at the most; five points, with no seven days of silence between them, stop the mail.

What is counted: notices and refusals that are the reader's or their server's, and mails that expired; never what is ours. A mailbox
that is switched off needs two events on different days only. Figures: those of Mailman 3 (`deliverability.md` §2).
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from publisher.mail import addresses
from publisher.mail.models import Address, MailEvent, Outbox, Suppression

THRESHOLD = 5
FORGOTTEN_AFTER = timedelta(days=7)
LONG_AGO = timedelta(days=730)
#: A soft failure of one of these kinds is a point (`publisher.mail.replies`).
COUNTED = frozenset({"inactive", "quota", "transient", "unknown"})
_TOLD = ("bounce", "rejected", "expired", "suppressed")


class _Event(NamedTuple):
    kind: str
    at: datetime
    data: Mapping[str, Any]


def follow(
    session: Session, address: Address, outbox_id: int, key: str, *, now: datetime, words: str, kind: str
) -> bool:
    """Stop mail to an address whose points are full, or whose mailbox was switched off on another day too. The event must be stored
    before. Whether it was stopped now: the points are spent then, so that who comes back begins anew."""
    if address.suppressed or kind not in COUNTED:
        return False
    is_off = kind == "inactive" and was_inactive_before(session, address.id or 0, now)
    if not is_off and points(session, address.id or 0, now) < THRESHOLD:
        return False
    addresses.suppress(session, address, Suppression.BULK, "bounced", now=now, detail=words)
    session.add(MailEvent(outbox_id=outbox_id, kind="suppressed", key=key, at=now))
    session.flush()
    return True


def points(session: Session, address_id: int, now: datetime) -> int:
    """How many there are at this moment."""
    days: set[date] = set()
    for event in _events(session, address_id, now - FORGOTTEN_AFTER * THRESHOLD):
        if event.kind == "suppressed":
            days = set()
        elif event.data.get("class") in COUNTED:
            days.add(event.at.date())
    count, last = 0, None
    for day in sorted(days):
        count = count + 1 if last is not None and day - last <= FORGOTTEN_AFTER else 1
        last = day
    return count if last is not None and now.date() - last <= FORGOTTEN_AFTER else 0


def was_inactive_before(session: Session, address_id: int, now: datetime) -> bool:
    """Whether the mailbox was said to be switched off on an earlier day as well."""
    events = _events(session, address_id, now - LONG_AGO)
    return any(one.data.get("class") == "inactive" and one.at.date() < now.date() for one in events)


def _events(session: Session, address_id: int, since: datetime) -> list[_Event]:
    which = select(MailEvent.kind, MailEvent.at, MailEvent.data).join(
        Outbox, col(Outbox.id) == col(MailEvent.outbox_id)
    )
    which = which.where(
        col(Outbox.address_id) == address_id, col(MailEvent.kind).in_(_TOLD), col(MailEvent.at) >= since
    )
    return [
        _Event(kind, at, data)
        for kind, at, data in session.exec(which.order_by(col(MailEvent.at), col(MailEvent.id))).all()
    ]
