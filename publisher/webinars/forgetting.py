"""What the timetable forgets about registrants, and when.

- A registration that its address did not confirm: after seven days, with the address where nothing else is known of it.
- Answers to a series' own questions: `answers_days` after its last date as it stands then, however often it was moved.
- Names in what rooms and files said, names beside questions, and who voted: ninety days after the date.
- Names of who cancelled, was declined or waited in vain: ninety days after the last date. Who attended keeps their name on
  their confirmation until they have it erased.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, exists, func, update
from sqlalchemy import select as columns_of
from sqlmodel import Session, SQLModel, col, select

from publisher.audience import upkeep
from publisher.audience.links import CONFIRM_LIVES
from publisher.house import House
from publisher.mail import addresses
from publisher.mail.models import Address, Suppression
from publisher.webinars.models import (
    Presence,
    Question,
    Registrant,
    Registration,
    RegistrationState,
    RoomEvent,
    Seat,
    Series,
    Vote,
    Webinar,
    WebinarState,
)
from publisher.webinars.proof import UNCONFIRMED

NAMES_KEPT = timedelta(days=90)
_NOT_IN = (
    RegistrationState.ASKED,
    RegistrationState.WAITING,
    RegistrationState.DECLINED,
    RegistrationState.CANCELLED,
)


def forget(session: Session, house: House, now: datetime) -> int:
    """Forget what is due; twice is harmless. Returns how many unconfirmed registrations went."""
    gone = _unconfirmed(session, house, now)
    _answers(session, now)
    _names(session, now)
    return gone


def delete_registrations(session: Session, ids: list[int]) -> None:
    """Registrations with all that hangs on them; what they asked stays without their name."""
    session.execute(
        update(Question).where(col(Question.registration_id).in_(ids)).values(registration_id=None, name="")
    )
    session.execute(update(Presence).where(col(Presence.registration_id).in_(ids)).values(registration_id=None))
    for model in (Vote, Seat):
        table = _table(model)
        session.execute(delete(table).where(table.c.registration_id.in_(ids)))
    session.execute(delete(Registration).where(col(Registration.id).in_(ids)))
    session.expire_all()


def _unconfirmed(session: Session, house: House, now: datetime) -> int:
    old = (col(Registration.state) == RegistrationState.PENDING) & (col(Registration.changed_at) < now - CONFIRM_LIVES)
    back = old & (col(Registration.extra) > 0)  # they had been here before: what they attended stays
    session.execute(update(Registration).where(back).values(state=RegistrationState.CANCELLED, cancelled_at=now))
    rows = session.execute(columns_of(col(Registration.id), col(Registration.registrant_id)).where(old)).all()
    if rows:
        delete_registrations(session, [row[0] for row in rows])
        _forget_empty(session, house, sorted({row[1] for row in rows}), now)
    _let_go(session, now)
    return len(rows)


def _forget_empty(session: Session, house: House, ids: list[int], now: datetime) -> None:
    """Registrants who have nothing left, and their addresses where nobody else names them."""
    has = exists().where(col(Registration.registrant_id) == col(Registrant.id))
    empty = session.exec(select(Registrant).where(col(Registrant.id).in_(ids), ~has)).all()
    freed = [one.address_id for one in empty]
    for one in empty:
        session.delete(one)
    session.flush()
    upkeep.forget_addresses(session, house, freed, now)


def _let_go(session: Session, now: datetime) -> None:
    """Addresses that had been erased, got their letters back for a registration, and were not confirmed: they are erased
    again by `upkeep`, as soon as nothing else waits for them."""
    waits = exists().where(
        col(Registrant.address_id) == col(Address.id),
        col(Registration.registrant_id) == col(Registrant.id),
        col(Registration.state) == RegistrationState.PENDING,
    )
    for address in session.exec(select(Address).where(col(Address.reason) == UNCONFIRMED, ~waits)).all():
        addresses.suppress(session, address, Suppression.ALL, "erased", now=now)


def _answers(session: Session, now: datetime) -> None:
    """By the last date as it stands now: what was moved is not forgotten too early, what was called off not too late."""
    kept = exists().where(col(Registration.series_id) == col(Series.id), col(Registration.answers_until).is_not(None))
    for series in session.exec(select(Series).where(kept)).all():
        last = _last(session, series)
        if last is None or last + timedelta(days=series.answers_days) > now:
            continue
        theirs = (col(Registration.series_id) == series.id) & col(Registration.answers_until).is_not(None)
        session.execute(update(Registration).where(theirs).values(answers={}, answers_until=None))
    session.expire_all()


def _names(session: Session, now: datetime) -> None:
    long_ago = select(Webinar.id).where(col(Webinar.ends_at) < now - NAMES_KEPT)
    named: tuple[tuple[type[SQLModel], ColumnElement[bool], dict[str, Any]], ...] = (
        (Presence, (col(Presence.name) != "") | (col(Presence.email) != ""), {"name": "", "email": ""}),
        (RoomEvent, col(RoomEvent.name) != "", {"name": ""}),
        (Question, (col(Question.name) != "") | col(Question.registration_id).is_not(None), {"name": "", "registration_id": None}),
    )  # fmt: skip
    for model, has, values in named:
        table = _table(model)
        session.execute(update(table).where(table.c.webinar_id.in_(long_ago), has).values(**values))
    session.execute(
        delete(Vote).where(col(Vote.question_id).in_(select(Question.id).where(col(Question.webinar_id).in_(long_ago))))
    )
    ahead = exists().where(
        col(Webinar.series_id) == col(Registration.series_id), col(Webinar.ends_at) >= now - NAMES_KEPT
    )
    attended = exists().where(col(Seat.registration_id) == col(Registration.id), col(Seat.attended) == "yes")
    told = (
        (col(Registration.name) != "") | (col(Registration.organisation) != "") | col(Registration.country).is_not(None)
    )
    session.execute(
        update(Registration)
        .where(col(Registration.state).in_(_NOT_IN), told, ~ahead, ~attended)
        .values(name="", organisation="", country=None)
    )
    session.expire_all()


def _last(session: Session, series: Series) -> datetime | None:
    """The end of the last date that was or will be held; where all were called off, when the last of them was."""
    ends = select(func.max(col(Webinar.ends_at))).where(
        col(Webinar.series_id) == series.id, col(Webinar.state) != WebinarState.CANCELLED
    )
    called_off = select(func.max(col(Webinar.cancelled_at))).where(col(Webinar.series_id) == series.id)
    return session.exec(ends).one() or session.exec(called_off).one()


def _table(model: type[SQLModel]) -> Table:
    return model.__table__  # type: ignore[attr-defined,no-any-return]
