"""Change of address: asked for with a fresh link, confirmed by whoever reads the new address. History goes along."""

from datetime import datetime

from sqlmodel import Session, col, delete, select, update

from publisher.audience import gate, letters, links, people
from publisher.audience.models import AddressChange, Consent, Interest, Person, Subscription, SubscriptionState
from publisher.audience.preferences import Visit
from publisher.errors import BadInput, BadToken, Conflict
from publisher.house import House
from publisher.languages import N_
from publisher.mail import addresses
from publisher.mail.models import Address, Letter, MailClass, Outbox, OutboxState, Suppression
from publisher.tokens import EXPIRED, Purpose

_OF_THE_PERSON = ("complained", "staff")
"""Suppressions that are about the person and move with them; a bounce is about the mailbox and stays with it."""


def ask(session: Session, house: House, visit: Visit, new_email: str, now: datetime) -> None:
    """Mail the new address a link that makes the change. The answer is the same whether somebody has that address or not.

    `Forbidden` without a fresh key; `BadInput` where it is no address or the one they have.
    """
    visit.must_be_fresh()
    person = visit.person
    if addresses.normalise(new_email) == people.address_of(session, person).normalised:
        raise BadInput(N_("That is the address we write to already."), field="email")
    new = addresses.find_or_make(session, house.tokens, new_email, now=now)
    taken = people.of_address(session, new)
    if taken is not None and new.email and new.reason != "erased":
        return
    if not gate.may_mail(session, house.tokens, new_email, now=now):
        return
    if not new.email:
        addresses.return_of(session, house.tokens, new, new_email)
        addresses.suppress(session, new, Suppression.ALL, "erased", now=now)
    change = AddressChange(
        person_id=person.id or 0, old_address_id=person.address_id, new_address_id=new.id or 0, asked_at=now
    )
    session.add(change)
    session.flush()
    url = links.address_url(house, change, now=now)
    letters.confirm_address(session, house, person, new, url, key=f"address:{change.id}", now=now)


def look(session: Session, house: House, token: str, now: datetime) -> tuple[Person, str, bool]:
    """Who moves, to which address (masked), and whether it is done already. Changes nothing."""
    change, person = _opened(session, house, token, now)
    new = session.get_one(Address, change.new_address_id)
    return person, addresses.mask(new.email), change.confirmed_at is not None


def confirm(session: Session, house: House, token: str, now: datetime) -> Person:
    """Make the change. Twice is harmless; `Conflict` where the address has become somebody else's meanwhile."""
    change, person = _opened(session, house, token, now)
    if change.confirmed_at is not None:
        return person
    old, new = session.get_one(Address, change.old_address_id), session.get_one(Address, change.new_address_id)
    if person.address_id != old.id:
        raise BadToken(EXPIRED)
    _make_room(session, person, new)
    _move_suppression(session, old, new, now)
    person.address_id = new.id or 0
    change.confirmed_at = now
    session.add_all([person, change])
    session.flush()
    _move_waiting(session, old, new)
    _bounces_end(session, person, now)
    return person


def _opened(session: Session, house: House, token: str, now: datetime) -> tuple[AddressChange, Person]:
    change = session.get(AddressChange, int(house.tokens.open(Purpose.ADDRESS, token, now=now)))
    if change is None:
        raise BadToken(EXPIRED)
    return change, session.get_one(Person, change.person_id)


def _make_room(session: Session, person: Person, new: Address) -> None:
    """Two readers are never merged. Where the address was erased, what is left of that reader, who is the same person,
    joins this one: the pseudonymous consents."""
    taken = people.of_address(session, new)
    if taken is None:
        return
    if new.reason != "erased":
        raise Conflict(
            N_(
                "That address has a subscription of its own, so the two cannot become one. Nothing was changed; "
                "unsubscribe with one of them instead."
            )
        )
    session.execute(update(Consent).where(col(Consent.person_id) == taken.id).values(person_id=person.id))
    session.execute(update(AddressChange).where(col(AddressChange.person_id) == taken.id).values(person_id=person.id))
    session.execute(delete(Subscription).where(col(Subscription.person_id) == taken.id))
    session.execute(delete(Interest).where(col(Interest.person_id) == taken.id))
    session.delete(taken)
    session.flush()


def _move_suppression(session: Session, old: Address, new: Address, now: datetime) -> None:
    if old.suppressed and old.reason in _OF_THE_PERSON:
        addresses.suppress(session, new, Suppression(old.suppressed), old.reason, now=now, detail=old.detail)
    elif new.suppressed and new.reason != "staff":
        addresses.lift(session, new)  # whoever confirms reads that mailbox and wants mail in it


def _move_waiting(session: Session, old: Address, new: Address) -> None:
    """Newsletters and reminders that wait go to the new address; links asked for with the old one stay there."""
    personal = select(Letter.id).where(col(Letter.mail_class) == MailClass.PERSONAL)
    session.execute(
        update(Outbox)
        .where(
            col(Outbox.address_id) == old.id,
            col(Outbox.state).in_((OutboxState.QUEUED, OutboxState.DEFERRED)),
            ~col(Outbox.letter_id).in_(personal),
            ~col(Outbox.letter_id).in_(select(Outbox.letter_id).where(col(Outbox.address_id) == new.id)),
        )
        .values(address_id=new.id)
    )


def _bounces_end(session: Session, person: Person, now: datetime) -> None:
    """What ended because the old mailbox bounced goes on: the new one has just been proved to work."""
    session.execute(
        update(Subscription)
        .where(col(Subscription.person_id) == person.id, col(Subscription.state) == SubscriptionState.BOUNCED)
        .values(state=SubscriptionState.ACTIVE, active_since=now, ended_at=None, reason="")
    )
