"""Whom a webinar is announced to: readers of a list, streamed by number, who do not know of it yet."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, case, exists, func, or_, select
from sqlmodel import Session

from publisher.audience import segments
from publisher.audience.models import Person, Subscription, SubscriptionState
from publisher.mail.models import COUNTS_AS_HAD, MailClass
from publisher.mail.outbox import OUTBOX
from publisher.webinars.models import Mailing, RegistrationState
from publisher.webinars.recipients import (
    ADDRESS,
    CHUNK,
    MAILING,
    REGISTRANT,
    REGISTRATION,
    SEAT,
    Recipient,
    counted_for,
    may_get,
)

PERSON: Table = Person.__table__  # type: ignore[attr-defined]
SUBSCRIPTION: Table = Subscription.__table__  # type: ignore[attr-defined]


def chunk(session: Session, mailing: Mailing, *, after: int, limit: int = CHUNK) -> Sequence[Recipient]:
    """The next readers of an announcement in the order of their number, those behind `after`."""
    rows = session.execute(_of_list(session, mailing).where(PERSON.c.id > after).order_by(PERSON.c.id).limit(limit))
    return [
        Recipient(
            number=row.id,
            address_id=row.address_id,
            subject=row.key,
            name=row.name,
            zone=row.zone,
            spoken=tuple(code for code in row.languages.split(",") if code),
        )
        for row in rows
    ]


def counted(session: Session, mailing: Mailing) -> dict[str, int]:
    """How many readers of its list get an announcement, and how many not: because they registered, had it already, or get
    no such mail. Each is counted once, for the first of these reasons."""
    get, registered, had = may_get(MailClass.BULK), _registered_already(mailing), _had_before(mailing)
    parts = {
        "recipients": and_(get, ~registered, ~had),
        "registered": and_(get, registered),
        "had_it": and_(get, ~registered, had),
        "suppressed": ~get,
    }
    counted = [func.coalesce(func.sum(case((part, 1), else_=0)), 0).label(name) for name, part in parts.items()]
    row = session.execute(_on_list(session, mailing).with_only_columns(*counted)).one()
    return {name: int(value) for name, value in row._mapping.items()}


def _of_list(session: Session, mailing: Mailing) -> Any:
    """Those of them who may get it, have not said anything to this webinar and have not had it."""
    wanted = _on_list(session, mailing)
    return wanted.where(may_get(MailClass.BULK), ~_registered_already(mailing), ~_had_before(mailing))


def _on_list(session: Session, mailing: Mailing) -> Any:
    """Active readers of the list whom the rule means."""
    columns = [PERSON.c[name] for name in ("id", "key", "address_id", "name", "zone", "languages")]
    wanted = select(*columns).join(SUBSCRIPTION, SUBSCRIPTION.c.person_id == PERSON.c.id)
    wanted = wanted.join(ADDRESS, ADDRESS.c.id == PERSON.c.address_id)
    rule = [segments.condition(session, mailing.rule, now=mailing.due_at)] if mailing.rule.strip() else []
    return wanted.where(
        SUBSCRIPTION.c.list_id == mailing.list_id,
        SUBSCRIPTION.c.state == SubscriptionState.ACTIVE.value,
        or_(PERSON.c.paused_until.is_(None), PERSON.c.paused_until <= mailing.due_at),
        *rule,
    )


def _registered_already(mailing: Mailing) -> ColumnElement[bool]:
    """Whether a reader has a registration for what is announced. One that was never confirmed says nothing of its owner;
    one that they cancelled does: they know of it, and do not come."""
    theirs = [
        REGISTRANT.c.address_id == PERSON.c.address_id,
        REGISTRATION.c.registrant_id == REGISTRANT.c.id,
        REGISTRATION.c.series_id == mailing.series_id,
        REGISTRATION.c.state != RegistrationState.PENDING.value,
    ]
    if mailing.webinar_id is not None:
        seat = exists().where(SEAT.c.registration_id == REGISTRATION.c.id, SEAT.c.webinar_id == mailing.webinar_id)
        theirs.append(or_(REGISTRATION.c.is_whole.is_(True), seat))
    return counted_for(PERSON, REGISTRATION, *theirs)


def _had_before(mailing: Mailing) -> ColumnElement[bool]:
    """Whether a reader had an announcement of the same by another letter, also through another list."""
    return counted_for(
        PERSON,
        OUTBOX,
        MAILING.c.kind == "announcement",
        MAILING.c.series_id == mailing.series_id,
        MAILING.c.webinar_id.is_(None) if mailing.webinar_id is None else MAILING.c.webinar_id == mailing.webinar_id,
        MAILING.c.id != (mailing.id or 0),
        OUTBOX.c.letter_id == MAILING.c.letter_id,
        OUTBOX.c.address_id == PERSON.c.address_id,
        OUTBOX.c.state.in_(COUNTS_AS_HAD),
    )
