"""Who a letter about a webinar goes to, streamed by number: those who registered for a series or a date.

Nobody gets a letter to many who said “no more mail about this webinar”, and nobody who complained: what they may still get is
what they ask for that minute. An address that gets no bulk mail gets reminders, updates and cancellations of what it booked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, case, func, literal, or_, select
from sqlmodel import Session

from publisher.mail.models import COUNTS_AS_HAD, Address, MailClass
from publisher.mail.outbox import OUTBOX
from publisher.webinars.models import Mailing, Registrant, Registration, RegistrationState, Seat, Series, Webinar

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
    """The next people of this letter in the order of their number, those behind `after`. Of an announcement: see `readers`."""
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
            is_coming=bool(row.is_coming) and row.state == RegistrationState.REGISTERED,
        )
        for row in rows
    ]


def number(session: Session, mailing: Mailing) -> int:
    """How many it would go to at this moment. `mailing` may be a `sketch`."""
    wanted = _of_series(mailing).with_only_columns(func.count(REGISTRATION.c.id))
    return int(session.execute(wanted).scalar_one())


def sketch(
    kind: str,
    series: Series,
    webinar: Webinar | None,
    *,
    now: datetime,
    list_id: int | None = None,
    rule: str = "",
    data: dict[str, Any] | None = None,
) -> Mailing:
    """A mailing as it would be, no row: to count whom it would go to."""
    return Mailing(
        key="",
        kind=kind,
        series_id=series.id or 0,
        webinar_id=webinar.id if webinar is not None else None,
        list_id=list_id,
        rule=rule,
        data=data or {},
        due_at=now,
        created_at=now,
    )


def _of_series(mailing: Mailing) -> Any:
    """Registrations of the mailing's series, with all that it asks of them; `is_coming`: to one of the dates it is about."""
    coming = _has_seat(mailing, "coming") if dates_of(mailing) else literal(True)
    columns = [REGISTRATION.c[name] for name in _COLUMNS]
    wanted = select(*columns, REGISTRANT.c.address_id, coming.label("is_coming"))
    wanted = wanted.join(REGISTRANT, REGISTRANT.c.id == REGISTRATION.c.registrant_id)
    wanted = wanted.join(ADDRESS, ADDRESS.c.id == REGISTRANT.c.address_id)
    return wanted.where(
        REGISTRATION.c.series_id == mailing.series_id,
        REGISTRATION.c.muted_at.is_(None),
        may_get(CLASSES[mailing.kind]),
        *_asked_for(mailing),
        *_not_yet_reached(mailing),
    )


def dates_of(mailing: Mailing) -> list[int]:
    """The dates that a letter is about; none: the series as a whole."""
    if mailing.webinar_id is not None:
        return [mailing.webinar_id]
    return [int(number) for number in mailing.data.get("dates", ())]


def _has_seat(mailing: Mailing, *states: str, where: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
    """Whether somebody has a seat in one of these states at a date that the letter is about."""
    theirs = [SEAT.c.registration_id == REGISTRATION.c.id, SEAT.c.webinar_id.in_(dates_of(mailing))]
    if states:
        theirs.append(SEAT.c.state.in_(states))
    if where is not None:
        theirs.append(where)
    return counted_for(REGISTRATION, SEAT, *theirs)


def counted_for(person: Table, table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there are such rows for one person. Counted for each: PostgreSQL makes a join of an EXISTS, and one of ten
    thousand times ten thousand rows where it has no statistics of the tables yet."""
    return select(func.count()).select_from(table).where(*conditions).correlate(person).scalar_subquery() > 0


_COLUMNS = ("id", "key", "name", "zone", "language", "extra", "is_whole", "reminded_by", "state")


def _asked_for(mailing: Mailing) -> list[ColumnElement[bool]]:
    registered = REGISTRATION.c.state == RegistrationState.REGISTERED.value
    since = func.coalesce(REGISTRATION.c.registered_at, REGISTRATION.c.asked_at)
    coming = _has_seat(mailing, "coming")
    told = [_has_seat(mailing, "coming", "recording")] if dates_of(mailing) else []
    reason = mailing.data.get("reason")
    match mailing.kind:
        case "reminder":
            latest = mailing.due_at - timedelta(minutes=mailing.minutes or 0) / JUST_REGISTERED
            answer = case((SEAT.c.partstat != "", SEAT.c.partstat), else_=REGISTRATION.c.partstat)
            expected = _has_seat(mailing, "coming", where=answer != "DECLINED")
            return [registered, REGISTRATION.c.reminded_by != "calendar", expected, since <= latest]
        case "update":
            # New rules for clocks move nothing for who will see the recording; a date they could come to may.
            about = [coming] if reason == "rules" else told
            whole = [REGISTRATION.c.is_whole.is_(True)] if reason == "added" else []
            return [registered, since <= mailing.created_at, *about, *whole]
        case "cancellation":
            waiting = REGISTRATION.c.state.in_((RegistrationState.WAITING.value, RegistrationState.ASKED.value))
            return [or_(registered, waiting), since <= mailing.created_at, *told]
        case "came":
            return [registered, _has_seat(mailing, where=SEAT.c.attended.in_(CAME))]
        case "missed":
            missed = SEAT.c.attended.not_in(CAME)
            return [registered, _has_seat(mailing, "coming", "recording", where=missed)]
    return _addressed(mailing, registered) or [registered, *told]


def _addressed(mailing: Mailing, registered: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    """Whom staff write to; see `messages.WHO`."""
    match mailing.data.get("who"):
        case "waiting":
            return [REGISTRATION.c.state == RegistrationState.WAITING.value]
        case "coming" | "recording" as seat:
            return [registered, _has_seat(mailing, seat)]
        case "came":
            return [registered, _has_seat(mailing, where=SEAT.c.attended.in_(CAME))]
        case "missed":
            return [registered, _has_seat(mailing, "coming", where=SEAT.c.attended.not_in(CAME))]
    return []


def _not_yet_reached(mailing: Mailing) -> list[ColumnElement[bool]]:
    """Of a letter that was stopped and is planned anew: only those the former ones did not reach."""
    former = mailing.data.get("after")
    if not former:
        return []
    reached = counted_for(
        REGISTRANT,
        OUTBOX,
        MAILING.c.id.in_(former),
        OUTBOX.c.letter_id == MAILING.c.letter_id,
        OUTBOX.c.address_id == REGISTRANT.c.address_id,
        OUTBOX.c.state.in_(COUNTS_AS_HAD),
    )
    return [~reached]


def may_get(mail_class: MailClass) -> ColumnElement[bool]:
    """Whether letters to many of this class may go to an address."""
    there = ADDRESS.c.email != ""
    return and_(there, ADDRESS.c.suppressed.in_(("",) if mail_class == MailClass.BULK else ("", "bulk")))
