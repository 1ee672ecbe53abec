"""Whose an address is: the addresses of a person, also those they had before."""

from sqlmodel import Session, col, select

from publisher.audience.models import AddressChange, Person
from publisher.mail.models import Address


def addresses_of(session: Session, person: Person) -> list[Address]:
    """The present address and the former ones that nobody else has since."""
    former = [change.old_address_id for change in changes_of(session, person) if change.confirmed_at]
    taken = set(
        session.exec(select(Person.address_id).where(col(Person.id) != person.id, col(Person.address_id).in_(former)))
    )
    ids = [person.address_id, *(one for one in former if one not in taken and one != person.address_id)]
    return list(session.exec(select(Address).where(col(Address.id).in_(ids)).order_by(col(Address.id))))


def changes_of(session: Session, person: Person) -> list[AddressChange]:
    """The moves they asked for, confirmed or not."""
    wanted = select(AddressChange).where(col(AddressChange.person_id) == person.id).order_by(col(AddressChange.id))
    return list(session.exec(wanted))


def former_holder(session: Session, address: Address) -> Person | None:
    """Who had this address before they moved away from it; None where it is somebody's now, or nobody's ever was."""
    if session.exec(select(Person.id).where(col(Person.address_id) == address.id)).first() is not None:
        return None
    return session.exec(
        select(Person)
        .join(AddressChange, col(AddressChange.person_id) == col(Person.id))
        .where(col(AddressChange.old_address_id) == address.id, col(AddressChange.confirmed_at).is_not(None))
        .order_by(col(AddressChange.id).desc())
    ).first()
