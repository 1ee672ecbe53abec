"""The stage of letters to many: people who registered, as plain rows however many; and the real way into their inboxes."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smtp_sink import Sink
from sqlalchemy import Table, insert
from sqlmodel import Session, SQLModel, col, select

from publisher import clock
from publisher.house import House
from publisher.mail.delivery import Sender
from publisher.mail.models import Address, Letter, Outbox
from publisher.webinars import mailings
from publisher.webinars.models import Mailing, Registrant, Registration, Seat, Series, Webinar


@dataclass(frozen=True)
class Who:
    """One person who registered. `dates`: the numbers of the dates they chose; None: the whole series."""

    email: str
    name: str = ""
    zone: str = "Africa/Nairobi"
    language: str = "en"
    dates: tuple[int, ...] | None = None
    seat: str = "coming"
    state: str = "registered"
    reminded_by: str = "mail"
    partstat: str = ""
    is_muted: bool = False
    suppressed: str = ""
    attended: str = ""


def register(session: Session, series: Series, people: Sequence[Who], at: datetime) -> list[Registration]:
    """They registered at that moment, with a seat at each of their dates."""
    dates = session.exec(select(Webinar).where(col(Webinar.series_id) == series.id)).all()
    emails = [person.email for person in people]
    known = {one.normalised: one for one in session.exec(select(Address).where(col(Address.normalised).in_(emails)))}
    addresses = [
        known.get(email) or Address(email=email, normalised=email, hash=email, created_at=at) for email in emails
    ]
    for person, address in zip(people, addresses, strict=True):
        address.suppressed = person.suppressed
    _keep(session, addresses)
    registrants = [
        Registrant(address_id=one.id or 0, key=secrets.token_urlsafe(12), created_at=at) for one in addresses
    ]
    _keep(session, registrants)
    made = [_registration(series, one.id or 0, person, at) for one, person in zip(registrants, people, strict=True)]
    _keep(session, made)
    _keep(session, [
        Seat(registration_id=one.id or 0, webinar_id=date.id or 0, state=person.seat, attended=person.attended)
        for one, person in zip(made, people, strict=True)
        for date in dates
        if person.dates is None or date.number in person.dates
    ])  # fmt: skip
    return made


def _keep(session: Session, rows: Sequence[SQLModel]) -> None:
    session.add_all(rows)
    session.flush()


def _registration(series: Series, registrant_id: int, person: Who, at: datetime) -> Registration:
    return Registration(
        series_id=series.id or 0,
        registrant_id=registrant_id,
        key=secrets.token_urlsafe(12),
        state=person.state,
        is_whole=person.dates is None,
        name=person.name,
        language=person.language,
        zone=person.zone,
        reminded_by=person.reminded_by,
        muted_at=at if person.is_muted else None,
        partstat=person.partstat,
        asked_at=at,
        registered_at=at if person.state == "registered" else None,
        changed_at=at,
    )


def many(session: Session, series: Series, number: int, at: datetime) -> None:
    """`p1@people.example` and so on registered for all dates: thousands of rows, quickly."""
    dates = session.exec(select(Webinar.id).where(col(Webinar.series_id) == series.id)).all()
    people = range(1, number + 1)
    _insert(session, Address, [{"id": n, "email": f"p{n}@people.example", "normalised": f"p{n}@people.example", "hash": f"p{n}", "suppressed": "", "reason": "", "detail": "", "created_at": at} for n in people])  # fmt: skip
    _insert(session, Registrant, [{"id": n, "address_id": n, "key": f"r{n}", "version": 1, "created_at": at} for n in people])  # fmt: skip
    _insert(session, Registration, [{"id": n, "series_id": series.id, "registrant_id": n, "key": f"k{n}", "state": "registered", "is_whole": True, "name": f"Person {n}", "organisation": "", "language": ("en", "fr", "ar")[n % 3], "zone": ("Africa/Nairobi", "America/Lima", "Asia/Kathmandu")[n % 3], "reminded_by": "mail", "answers": {}, "recording_notice": "", "source": "form", "extra": 0, "partstat": "", "asked_at": at, "registered_at": at, "changed_at": at} for n in people])  # fmt: skip
    _insert(session, Seat, [{"registration_id": n, "webinar_id": date, "state": "coming", "attended": ""} for n in people for date in dates])  # fmt: skip


def _insert(session: Session, model: Any, rows: list[dict[str, Any]]) -> None:
    table: Table = model.__table__
    for start in range(0, len(rows), 5000):
        session.execute(insert(table), rows[start : start + 5000])


def plan(house: House, now: datetime) -> int:
    """What the timetable does in its second: look, and plan what is due."""
    return mailings.plan_due(house, now) if mailings.due(house, now) else 0


def carry(house: House, now: datetime) -> list[tuple[str, bytes]]:
    """Plan, and let a sender carry what is due: (recipient, mail), in the order of arrival."""
    plan(house, now)
    with Sink() as sink:
        url = f"smtp://127.0.0.1:{sink.port}?tls=none"
        with Sender(house, present=lambda: now, wall=clock.now, relay_url=url) as sender:
            sender.drain()
        return list(sink.accepted)


def reached(house: House, now: datetime) -> list[str]:
    """Whom a letter reached at this moment, sorted; somebody who got two stands there twice."""
    return sorted(recipient for recipient, _ in carry(house, now))


def rows_of(session: Session, kind: str) -> list[tuple[Mailing, Letter, Outbox, str]]:
    """Every mail of letters of this kind: its mailing, letter, row and address."""
    wanted = (
        select(Mailing, Letter, Outbox, Address.email)
        .join(Letter, col(Letter.id) == col(Mailing.letter_id))
        .join(Outbox, col(Outbox.letter_id) == col(Letter.id))
        .join(Address, col(Address.id) == col(Outbox.address_id))
        .where(col(Mailing.kind) == kind)
        .order_by(col(Mailing.id), col(Outbox.id))
    )
    return list(session.exec(wanted).all())


def states(session: Session, kind: str) -> list[tuple[int | None, str]]:
    """(minutes, state) of the mailings of a kind, as they were made."""
    wanted = select(Mailing).where(col(Mailing.kind) == kind).order_by(col(Mailing.id))
    return [(one.minutes, one.state) for one in session.exec(wanted.execution_options(populate_existing=True))]
