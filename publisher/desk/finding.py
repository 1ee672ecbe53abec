"""Finding somebody by name or address: readers, people who are none (they registered, shared or speak), who moved, who was erased."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, union
from sqlmodel import Session, col, func, or_, select

from publisher.audience import people
from publisher.audience.models import Person
from publisher.desk.whose import former_holder
from publisher.errors import BadInput
from publisher.house import House
from publisher.library.models import Share
from publisher.mail import addresses
from publisher.mail.models import Address
from publisher.staff.models import Member
from publisher.webinars.models import Registrant, Registration, Speaker


@dataclass(frozen=True)
class Other:
    """Somebody who is no reader: their address, a name they gave, and what we know them by (“registered for 2 webinars”)."""

    address: Address
    name: str
    known_by: str


@dataclass(frozen=True)
class Found:
    """`moved`: who had the address that was typed before they moved. `erased_at`: when whoever had it was erased."""

    people: list[tuple[Person, Address]] = field(default_factory=list)
    others: list[Other] = field(default_factory=list)
    moved: Person | None = None
    erased_at: datetime | None = None


def find(session: Session, house: House, text: str, *, limit: int = 50) -> Found:
    """Whoever a name, the beginning of one, or (part of) an address may mean. Changes nothing."""
    found = people.search(session, text, limit=limit)
    address = _whole(session, house, text)
    if address is not None and not address.email:
        return Found(found, erased_at=address.suppressed_at)
    moved = former_holder(session, address) if address is not None else None
    others = _others(session, text, limit)
    return Found(found, [one for one in others if moved is None or one.address.id != (address and address.id)], moved)


def known_by(session: Session, address: Address) -> Other:
    """What we know somebody by who is no reader."""
    return _described(session, [address])[0]


def _whole(session: Session, house: House, text: str) -> Address | None:
    try:
        return addresses.find(session, house.tokens, text) if "@" in text else None
    except BadInput:
        return None


def _others(session: Session, text: str, limit: int) -> list[Other]:
    wanted = text.strip().casefold()
    if not wanted:
        return []
    is_reader = select(Person.id).where(col(Person.address_id) == col(Address.id)).exists()
    named = [] if "@" in wanted else _named(wanted)
    rows = session.exec(
        select(Address)
        .where(
            col(Address.email) != "",
            ~is_reader,
            or_(col(Address.normalised).contains(wanted, autoescape=True), *named),
            col(Address.id).in_(_known_addresses()),
        )
        .order_by(col(Address.normalised))
        .limit(limit)
    )  # fmt: skip
    return _described(session, list(rows))


def _named(wanted: str) -> list[ColumnElement[bool]]:
    """Addresses under which somebody gave a name with these words in it. Written as they wrote it, for these are not folded."""
    given = (
        (col(Share.address_id), col(Share.name), select(Share.address_id)),
        (col(Speaker.address_id), col(Speaker.name), select(Speaker.address_id)),
        (col(Member.address_id), col(Member.name), select(Member.address_id)),
        (
            col(Registrant.address_id),
            col(Registration.name),
            select(Registrant.address_id).join(Registration, col(Registration.registrant_id) == col(Registrant.id)),
        ),
    )
    words = wanted.split()
    return [
        col(Address.id).in_(
            those.where(number.is_not(None), *(func.lower(name).contains(word, autoescape=True) for word in words))
        )
        for number, name, those in given
    ]


def _known_addresses() -> CompoundSelect[Any]:
    """Whom we know who is perhaps no reader. Who works here is found among the staff; here, whose account was closed."""
    return union(
        select(Registrant.address_id),
        select(Share.address_id),
        select(Speaker.address_id).where(col(Speaker.address_id).is_not(None)),
        select(Member.address_id).where(col(Member.disabled_at).is_not(None)),
    )


def _described(session: Session, rows: Iterable[Address]) -> list[Other]:
    found = list(rows)
    ids = [address.id or 0 for address in found]
    names: dict[int, str] = {}
    counts: dict[int, list[str]] = {number: [] for number in ids}

    def counted(number: Any, name: Any) -> Any:
        return select(number, func.count(), func.max(name)).where(col(number).in_(ids)).group_by(col(number))

    booked = counted(Registrant.address_id, Registration.name).join(
        Registration, col(Registration.registrant_id) == col(Registrant.id)
    )
    for question, words in (
        (booked, ("registered for a webinar", "registered for {} webinars")),
        (counted(Share.address_id, Share.name), ("shared a resource", "shared {} resources")),
        (counted(Speaker.address_id, Speaker.name), ("speaks at a webinar", "speaks at {} webinars")),
        (counted(Member.address_id, Member.name), ("worked at this desk", "worked at this desk")),
    ):
        for number, count, name in session.exec(question):
            counts[number or 0].append(words[0] if count == 1 else words[1].format(count))
            names.setdefault(number or 0, name or "")
    return [Other(one, names.get(one.id or 0, ""), ", ".join(counts[one.id or 0])) for one in found]
