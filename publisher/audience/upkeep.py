"""What the timetable does for the audience: forget who never confirmed, follow suppressions, shorten addresses of networks."""

import ipaddress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, exists, false, func, update
from sqlmodel import Session, SQLModel, col, select

from publisher.audience.links import CONFIRM_LIVES
from publisher.audience.models import AddressChange, Consent, Interest, Person, Subscription, SubscriptionState
from publisher.house import House
from publisher.mail import addresses
from publisher.mail.models import Address, MailEvent, Outbox

IPS_KEPT = timedelta(days=30)
AT_ONCE = 500

_FOLLOWS = {
    "bounced": SubscriptionState.BOUNCED,
    "undeliverable": SubscriptionState.BOUNCED,
    "complained": SubscriptionState.COMPLAINED,
}
#: What goes with a person who was never more than a wish; any other row that names them keeps them.
_GOES_WITH_PERSON = (Subscription, Consent, Interest, AddressChange)


def expire_pending(session: Session, house: House, now: datetime) -> int:
    """Delete subscriptions that waited seven days for their confirmation, and what was kept only for them.

    A person goes when nothing but wishes names them, an address when no person, booking or member of staff has it.
    Returns how many subscriptions went.
    """
    before = now - CONFIRM_LIVES
    old = (col(Subscription.state) == SubscriptionState.PENDING) & (
        func.coalesce(Subscription.confirmation_sent_at, Subscription.created_at) < before
    )
    touched = set(session.exec(select(Subscription.person_id).where(old)))
    unconfirmed = col(Consent.confirmed_at).is_(None) & col(Consent.withdrawn_at).is_(None) & (col(Consent.at) < before)
    touched |= set(session.exec(select(Consent.person_id).where(unconfirmed)))
    gone = session.execute(delete(Subscription).where(old)).rowcount  # type: ignore[attr-defined]
    session.execute(
        delete(Consent).where(unconfirmed & (func.coalesce(Consent.confirmation_sent_at, Consent.at) < before))
    )
    _forget_old_changes(session, house, before, now)
    ids = sorted(touched)
    for start in range(0, len(ids), AT_ONCE):
        _forget_empty(session, house, ids[start : start + AT_ONCE], now)
    _erase_again(session, house, now)
    return int(gone)


def follow_suppressions(session: Session, now: datetime) -> int:
    """Bring active subscriptions in line with what mail found out about addresses. Returns how many changed.

    What is pending stays: who asks again waits while the old suppression stands, and confirming lifts it.
    """
    changed = 0
    for reason, state in _FOLLOWS.items():
        whose = (
            select(Person.id)
            .join(Address, col(Address.id) == col(Person.address_id))
            .where(col(Address.suppressed) != "", col(Address.reason) == reason)
        )
        hit = session.execute(
            update(Subscription)
            .where(col(Subscription.person_id).in_(whose), col(Subscription.state) == SubscriptionState.ACTIVE)
            .values(state=state, ended_at=now, reason=reason)
        )
        changed += int(hit.rowcount)  # type: ignore[attr-defined]
    return changed


def truncate_ips(session: Session, now: datetime) -> int:
    """Shorten the network addresses of consents older than 30 days to /24 and /48: proof enough, and nobody's computer."""
    rows = session.exec(
        select(Consent)
        .where(col(Consent.at) < now - IPS_KEPT, col(Consent.ip) != "", ~col(Consent.ip).contains("/"))
        .limit(10_000)
    ).all()
    for row in rows:
        row.ip = _shortened(row.ip)
        session.add(row)
    session.flush()
    return len(rows)


def _shortened(ip: str) -> str:
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))


def _forget_empty(session: Session, house: House, ids: list[int], now: datetime) -> None:
    """Delete those of these persons who have nothing left, then their addresses."""
    kept = exists().where(col(Subscription.person_id) == col(Person.id)) | exists().where(
        col(Consent.person_id) == col(Person.id)
    )
    others = _named_elsewhere("person", col(Person.id), {_table(model).name for model in _GOES_WITH_PERSON})
    empty = session.execute(select(Person.id, Person.address_id).where(col(Person.id).in_(ids), ~kept, ~others)).all()
    persons, their_addresses = [row[0] for row in empty], [row[1] for row in empty]
    for model in (Interest, AddressChange):
        session.execute(delete(model).where(_table(model).c.person_id.in_(persons)))
    session.execute(delete(Person).where(col(Person.id).in_(persons)))
    forget_addresses(session, house, their_addresses, now)


def _erase_again(session: Session, house: House, now: datetime) -> None:
    """Addresses that had been erased, got their letters back for a wish, and whose wish nobody confirmed."""
    waits = exists().where(
        col(Consent.person_id) == col(Person.id),
        col(Consent.confirmed_at).is_(None),
        col(Consent.withdrawn_at).is_(None),
    )
    asked = exists().where(
        col(AddressChange.new_address_id) == col(Address.id), col(AddressChange.confirmed_at).is_(None)
    )
    hopeful = select(Person.address_id).where(waits)
    idle = select(Address).where(
        col(Address.reason) == "erased", col(Address.email) != "", col(Address.id).not_in(hopeful), ~asked
    )
    for address in session.exec(idle).all():
        for person in session.exec(select(Person).where(col(Person.address_id) == address.id)):
            person.name, person.country, person.languages, person.zone = "", None, "en", "UTC"
            session.execute(delete(Interest).where(col(Interest.person_id) == person.id))
            session.add(person)
        addresses.erase(session, house.tokens, address, now=now)


def _forget_old_changes(session: Session, house: House, before: datetime, now: datetime) -> None:
    """New addresses that nobody confirmed within seven days."""
    old = col(AddressChange.confirmed_at).is_(None) & (col(AddressChange.asked_at) < before)
    ids = sorted(set(session.exec(select(AddressChange.new_address_id).where(old))))
    session.execute(delete(AddressChange).where(old))
    forget_addresses(session, house, ids, now)


def forget_addresses(session: Session, house: House, ids: list[int], now: datetime) -> None:
    """Delete those of these addresses that nothing else names, with the letters we sent there; a suppression is remembered."""
    named = _named_elsewhere("address", col(Address.id), {"outbox"})
    free = session.exec(select(Address).where(col(Address.id).in_(ids), ~named)).all()
    for address in free:
        if address.reason == "erased":
            addresses.erase(session, house.tokens, address, now=now)
    gone = [address.id for address in free if not address.suppressed]
    mails = select(Outbox.id).where(col(Outbox.address_id).in_(gone))
    session.execute(delete(MailEvent).where(col(MailEvent.outbox_id).in_(mails)))
    session.execute(delete(Outbox).where(col(Outbox.address_id).in_(gone)))
    session.execute(delete(Address).where(col(Address.id).in_(gone)))


def _named_elsewhere(table: str, key: Any, but: set[str]) -> ColumnElement[bool]:
    """Whether any table of the house refers to this row: rooms above us have theirs, which we may not import."""
    found: ColumnElement[bool] = false()
    for other in SQLModel.metadata.sorted_tables:
        if other.name in but:
            continue
        for column in other.columns:
            if any(foreign.target_fullname == f"{table}.id" for foreign in column.foreign_keys):
                found = found | exists().where(column == key)
    return found


def _table(model: type[SQLModel]) -> Table:
    return model.__table__  # type: ignore[attr-defined,no-any-return]
