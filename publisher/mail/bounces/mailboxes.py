"""Where what comes back is read: one mailbox for each sender. Where there is none, mails are sent under the sender's own address."""

from datetime import date, datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from publisher.mail.bounces import return_path
from publisher.mail.bounces.models import BounceMailbox, BounceTally
from publisher.mail.mailbox_line import parse
from publisher.mail.models import Identity

#: A mailbox that was made anew is not read further back than this.
AGAIN = timedelta(days=14)
LOOKED_AT = timedelta(days=30)
KINDS = ("hard", "soft", "complaint", "left", "auto_reply", "not_a_bounce", "forged", "again")


def given(session: Session, identity: Identity) -> BounceMailbox | None:
    """The mailbox of this sender."""
    return session.exec(select(BounceMailbox).where(col(BounceMailbox.identity_id) == identity.id)).first()


def give(session: Session, identity: Identity, url: str, address: str, *, now: datetime) -> BounceMailbox:
    """From now on mails of this sender are sent under addresses made of `address`, and what comes back is read at `url`. `BadInput`
    where one of the two cannot be; see `inboxes.check` too. Mail programs may write there to leave, where no other place is named."""
    parse(url)
    kept = return_path.clean(address)
    box = given(session, identity) or BounceMailbox(identity_id=identity.id or 0, url="", address=kept, created_at=now)
    if box.url != url.strip():
        box.last_uid = box.uid_validity = 0
        box.created_at = now
    _name_place_to_leave(identity, box.address, kept)
    box.url, box.address, box.state, box.error, box.checked_at = url.strip(), kept, "ok", "", None
    session.add(box)
    session.add(identity)
    session.flush()
    return box


def take_away(session: Session, identity: Identity) -> None:
    """What comes back is read no more, and goes to the sender's own address."""
    if box := given(session, identity):
        _name_place_to_leave(identity, box.address, "")
        session.add(identity)
        session.execute(delete(BounceTally).where(col(BounceTally.mailbox_id) == box.id))
        session.delete(box)
        session.flush()


def read_since(box: BounceMailbox) -> date:
    """What came before the mailbox was ours to read cannot be about a mail of ours: old mails by the ten thousand are passed over.
    A day is left for clocks."""
    first = (
        box.created_at
        if box.checked_at is None or not box.uid_validity
        else max(box.created_at, box.checked_at - AGAIN)
    )
    return (first - timedelta(days=1)).date()


def _name_place_to_leave(identity: Identity, before: str, after: str) -> None:
    """The address in `List-Unsubscribe`, unless somebody named another one."""
    if identity.unsubscribe_mailbox in (None, return_path.for_wishes(before)):
        identity.unsubscribe_mailbox = return_path.for_wishes(after) if after else None


def every(session: Session) -> list[tuple[Identity, BounceMailbox]]:
    """Every mailbox with its sender."""
    both = select(Identity, BounceMailbox).where(col(BounceMailbox.identity_id) == col(Identity.id))
    return [(identity, box) for identity, box in session.exec(both.order_by(col(Identity.id))).all()]


def counts(session: Session, now: datetime) -> dict[int, dict[str, int]]:
    """What was read in each mailbox in the last thirty days, by kind; every kind is named, where there was anything."""
    which = (
        select(BounceTally.mailbox_id, BounceTally.what, func.sum(col(BounceTally.count)))
        .where(col(BounceTally.day) > (now - LOOKED_AT).date())
        .group_by(col(BounceTally.mailbox_id), col(BounceTally.what))
    )
    found: dict[int, dict[str, int]] = {}
    for number, what, count in session.exec(which).all():
        found.setdefault(number, dict.fromkeys(KINDS, 0))[what] = int(count)
    return found
