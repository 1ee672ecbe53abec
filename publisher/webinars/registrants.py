"""Registrants: the address behind a registration, and what of theirs has changed."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, func
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, select

from publisher import sendlog
from publisher.audience.people import new_key
from publisher.database import insert_into, is_sqlite
from publisher.mail.models import Address
from publisher.webinars.models import Registrant, Registration, Series

_TABLE: Table = Registrant.__table__  # type: ignore[attr-defined]


def of_address(session: Session, address: Address) -> Registrant | None:
    return session.exec(select(Registrant).where(col(Registrant.address_id) == address.id)).first()


def find_or_make(session: Session, address: Address, *, now: datetime) -> Registrant:
    """The registrant of this address; two who ask at the same moment get the same one."""
    if found := of_address(session, address):
        return found
    row = {"address_id": address.id, "key": new_key(), "version": 1, "created_at": now}
    session.execute(insert_into(session, _TABLE).values(row).on_conflict_do_nothing(index_elements=["address_id"]))
    return session.exec(select(Registrant).where(col(Registrant.address_id) == address.id)).one()


def address_of(session: Session, registration: Registration) -> Address:
    return session.get_one(Address, session.get_one(Registrant, registration.registrant_id).address_id)


def registration_of(session: Session, series: Series, registrant: Registrant) -> Registration | None:
    """Their registration on this series as it is now, whatever this session read before."""
    which = select(Registration).where(
        col(Registration.series_id) == series.id, col(Registration.registrant_id) == registrant.id
    )
    return session.exec(which.execution_options(populate_existing=True)).first()


def of_slug(session: Session, address: Address, slug: str) -> Registration | None:
    """The registration of this address on the series of that name."""
    series = session.exec(select(Series).where(col(Series.slug) == slug)).first()
    registrant = of_address(session, address)
    return registration_of(session, series, registrant) if series and registrant else None


def note(session: Session, registration: Registration, what: str, place: str, *, now: datetime) -> None:
    """A line for the send log: they left (`U`) or came back to (`R`) what `place` and the name of the series say."""
    slug = session.get_one(Series, registration.series_id).slug
    sendlog.note(session, sendlog.line(what, now, address_of(session, registration).hash, place + slug))


def by_key(session: Session, key: str) -> Registration | None:
    """The registration that a link names; None where its owner was erased since."""
    return session.exec(select(Registration).where(col(Registration.key) == key)).first()


def hold(session: Session, whose: Select[Any] | Collection[int]) -> None:
    """Nobody else counts a version of these registrants until the transaction ends. Always in the order of their ids: the
    same people are on several series, and two who change several of them at once would wait for each other for ever."""
    if not is_sqlite(session):
        ids = columns_of(_TABLE.c.id).where(_TABLE.c.id.in_(whose)).order_by(_TABLE.c.id)
        session.execute(columns_of(func.count()).select_from(ids.with_for_update(key_share=True).subquery()))


def touch(session: Session, registration: Registration, *, now: datetime, dates: bool) -> None:
    """Something of theirs changed; `dates`: what they are invited to, so that their SEQUENCE and their calendar move on."""
    registration.changed_at = now
    if dates:
        registration.extra += 1
    session.add(registration)
    session.flush()
    registrant = session.get_one(Registrant, registration.registrant_id)
    # Counted by the database: they may be changing their dates of another series at this moment.
    registrant.version = Registrant.version + 1
    session.add(registrant)
    session.flush()
    session.refresh(registrant)
