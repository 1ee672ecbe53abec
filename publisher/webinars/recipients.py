"""Who a letter about a webinar goes to, streamed by number: registrants of a series or a date, or readers of a list.

Nobody gets a letter to many who said “no more mail about this webinar”, and nobody who complained: what they may still get is
what they ask for that minute. An address that gets no bulk mail gets reminders, updates and cancellations of what it booked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, exists, func, or_, select
from sqlmodel import Session

from publisher.audience import segments
from publisher.audience.models import Person, Subscription, SubscriptionState
from publisher.mail.models import COUNTS_AS_HAD, Address, MailClass
from publisher.mail.outbox import OUTBOX
from publisher.webinars.models import Mailing, Registrant, Registration, RegistrationState, Seat

#: How many people are looked at together.
CHUNK = 1000
#: Who registered within this share of a reminder's minutes before it is due does not get it: their confirmation is as new.
JUST_REGISTERED = 8
#: By kind of letter, in which order it leaves and who may not get it.
CLASSES = {
    "announcement": MailClass.BULK,
    "came": MailClass.BULK,
    "missed": MailClass.BULK,
    "reminder": MailClass.REMINDER,
    "message": MailClass.REMINDER,
    "update": MailClass.PERSONAL,
    "cancellation": MailClass.PERSONAL,
}
CAME = ("yes", "probable")

ADDRESS: Table = Address.__table__  # type: ignore[attr-defined]
PERSON: Table = Person.__table__  # type: ignore[attr-defined]
SUBSCRIPTION: Table = Subscription.__table__  # type: ignore[attr-defined]
REGISTRANT: Table = Registrant.__table__  # type: ignore[attr-defined]
REGISTRATION: Table = Registration.__table__  # type: ignore[attr-defined]
SEAT: Table = Seat.__table__  # type: ignore[attr-defined]
MAILING: Table = Mailing.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Recipient:
    """One person a letter goes to. `subject` is what their links name; `spoken` their languages in order. `extra`, `is_whole`
    and `alarm` say which invitation they have; `is_coming`: one with a calendar is theirs."""

    number: int
    address_id: int
    subject: str
    name: str
    zone: str
    spoken: tuple[str, ...]
    extra: int = 0
    is_whole: bool = True
    alarm: bool = False
    is_coming: bool = True


def chunk(session: Session, mailing: Mailing, *, after: int, limit: int = CHUNK) -> Sequence[Recipient]:
    """The next people of this letter in the order of their number, those behind `after`."""
    if mailing.kind == "announcement":
        return _readers(session, mailing, after, limit)
    return _registrants(session, mailing, after, limit)


def number(session: Session, mailing: Mailing) -> int:
    """How many it would go to at this moment. `mailing` need not be a row yet."""
    table = PERSON if mailing.kind == "announcement" else REGISTRATION
    wanted = _of_list(session, mailing) if mailing.kind == "announcement" else _of_series(mailing)
    return int(session.execute(wanted.with_only_columns(func.count(table.c.id)).order_by(None)).scalar_one())


def _registrants(session: Session, mailing: Mailing, after: int, limit: int) -> list[Recipient]:
    rows = session.execute(
        _of_series(mailing).where(REGISTRATION.c.id > after).order_by(REGISTRATION.c.id).limit(limit)
    )
    return [
        Recipient(
            number=row.id,
            address_id=row.address_id,
            subject=row.key,
            name=row.name,
            zone=row.zone,
            spoken=(row.language,),
            extra=row.extra,
            is_whole=row.is_whole,
            alarm=row.reminded_by == "calendar",
            is_coming=row.state == RegistrationState.REGISTERED
            and (mailing.webinar_id is None or row.seat == "coming"),
        )
        for row in rows
    ]


def _of_series(mailing: Mailing) -> Any:
    """Registrations of the mailing's series or date, with all that it asks of them."""
    dated = mailing.webinar_id is not None
    columns = [REGISTRATION.c[name] for name in _COLUMNS]
    wanted = select(*columns, REGISTRANT.c.address_id, *([SEAT.c.state.label("seat")] if dated else []))
    wanted = wanted.join(REGISTRANT, REGISTRANT.c.id == REGISTRATION.c.registrant_id)
    wanted = wanted.join(ADDRESS, ADDRESS.c.id == REGISTRANT.c.address_id)
    if dated:
        seat = and_(SEAT.c.registration_id == REGISTRATION.c.id, SEAT.c.webinar_id == mailing.webinar_id)
        wanted = wanted.join(SEAT, seat)
    return wanted.where(
        REGISTRATION.c.series_id == mailing.series_id,
        REGISTRATION.c.muted_at.is_(None),
        _may_get(CLASSES[mailing.kind]),
        *_asked_for(mailing, dated),
        *_not_yet_reached(mailing, REGISTRANT.c.address_id),
    )


_COLUMNS = ("id", "key", "name", "zone", "language", "extra", "is_whole", "reminded_by", "state")


def _asked_for(mailing: Mailing, dated: bool) -> list[ColumnElement[bool]]:
    registered = REGISTRATION.c.state == RegistrationState.REGISTERED.value
    since = func.coalesce(REGISTRATION.c.registered_at, REGISTRATION.c.asked_at)
    told = [SEAT.c.state.in_(("coming", "recording"))] if dated else []
    match mailing.kind:
        case "reminder":
            latest = mailing.due_at - timedelta(minutes=mailing.minutes or 0) / JUST_REGISTERED
            by_mail = and_(REGISTRATION.c.reminded_by != "calendar", REGISTRATION.c.partstat != "DECLINED")
            return [registered, by_mail, SEAT.c.state == "coming", since <= latest]
        case "update":
            # New rules for clocks move nothing for who will see the recording; a date they could come to may.
            seats = [SEAT.c.state == "coming"] if mailing.data.get("reason") == "rules" and dated else told
            whole = [REGISTRATION.c.is_whole] if mailing.data.get("reason") == "added" else []
            return [registered, since <= mailing.created_at, *seats, *whole]
        case "cancellation":
            waiting = REGISTRATION.c.state.in_((RegistrationState.WAITING.value, RegistrationState.ASKED.value))
            return [or_(registered, waiting), since <= mailing.created_at, *told]
        case "came":
            return [registered, SEAT.c.attended.in_(CAME)]
        case "missed":
            return [registered, SEAT.c.attended.not_in(CAME), *told]
    return _addressed(str(mailing.data.get("who")), registered) or [registered, *told]


def _addressed(who: str, registered: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    """Whom staff write to; see `messages.WHO`."""
    match who:
        case "waiting":
            return [REGISTRATION.c.state == RegistrationState.WAITING.value]
        case "coming" | "recording":
            return [registered, SEAT.c.state == who]
        case "came":
            return [registered, SEAT.c.attended.in_(CAME)]
        case "missed":
            return [registered, SEAT.c.state == "coming", SEAT.c.attended.not_in(CAME)]
    return []


def _readers(session: Session, mailing: Mailing, after: int, limit: int) -> list[Recipient]:
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


def _of_list(session: Session, mailing: Mailing) -> Any:
    """Active readers of the list whom the rule means, who have not said anything to this webinar and have not had it."""
    columns = [PERSON.c[name] for name in ("id", "key", "address_id", "name", "zone", "languages")]
    wanted = select(*columns).join(SUBSCRIPTION, SUBSCRIPTION.c.person_id == PERSON.c.id)
    wanted = wanted.join(ADDRESS, ADDRESS.c.id == PERSON.c.address_id)
    rule = [segments.condition(session, mailing.rule, now=mailing.due_at)] if mailing.rule.strip() else []
    return wanted.where(
        SUBSCRIPTION.c.list_id == mailing.list_id,
        SUBSCRIPTION.c.state == SubscriptionState.ACTIVE.value,
        or_(PERSON.c.paused_until.is_(None), PERSON.c.paused_until <= mailing.due_at),
        _may_get(MailClass.BULK),
        ~registered_already(mailing),
        ~had_before(mailing),
        *rule,
    )


def registered_already(mailing: Mailing) -> ColumnElement[bool]:
    """Whether a reader has a registration for what is announced. One that was never confirmed says nothing of its owner;
    one that they cancelled does: they know of it, and do not come."""
    theirs = and_(
        REGISTRANT.c.address_id == PERSON.c.address_id,
        REGISTRATION.c.registrant_id == REGISTRANT.c.id,
        REGISTRATION.c.series_id == mailing.series_id,
        REGISTRATION.c.state != RegistrationState.PENDING.value,
    )
    if mailing.webinar_id is not None:
        seat = exists().where(SEAT.c.registration_id == REGISTRATION.c.id, SEAT.c.webinar_id == mailing.webinar_id)
        theirs = and_(theirs, or_(REGISTRATION.c.is_whole, seat))
    return exists().where(theirs)


def had_before(mailing: Mailing) -> ColumnElement[bool]:
    """Whether a reader had an announcement of the same by another letter, also through another list."""
    same = and_(
        MAILING.c.kind == "announcement",
        MAILING.c.series_id == mailing.series_id,
        MAILING.c.webinar_id.is_(None) if mailing.webinar_id is None else MAILING.c.webinar_id == mailing.webinar_id,
        MAILING.c.id != (mailing.id or 0),
    )
    return exists().where(
        same,
        OUTBOX.c.letter_id == MAILING.c.letter_id,
        OUTBOX.c.address_id == PERSON.c.address_id,
        OUTBOX.c.state.in_(COUNTS_AS_HAD),
    )


def _not_yet_reached(mailing: Mailing, address: Any) -> list[ColumnElement[bool]]:
    """Of a letter that was stopped and is planned anew: only those the former ones did not reach."""
    former = mailing.data.get("after")
    if not former:
        return []
    reached = exists().where(
        MAILING.c.id.in_(former),
        OUTBOX.c.letter_id == MAILING.c.letter_id,
        OUTBOX.c.address_id == address,
        OUTBOX.c.state.in_(COUNTS_AS_HAD),
    )
    return [~reached]


def _may_get(mail_class: MailClass) -> ColumnElement[bool]:
    there = ADDRESS.c.email != ""
    return and_(there, ADDRESS.c.suppressed.in_(("",) if mail_class == MailClass.BULK else ("", "bulk")))
