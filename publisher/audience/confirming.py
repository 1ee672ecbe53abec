"""Confirming: the page shows, the button does. Unconfirmed wishes are gone after seven days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from publisher.audience import letters, lists, people, signup
from publisher.audience.links import ids_of, parts_of
from publisher.audience.models import Consent, MailingList, Person, Subscription, SubscriptionState
from publisher.errors import BadToken
from publisher.house import House
from publisher.mail import addresses
from publisher.tokens import EXPIRED, Purpose


@dataclass(frozen=True)
class Question:
    """What the page asks. `also`: other lists that this address was signed up for and that wait, to be ticked.

    `done`: it was confirmed before, so there is nothing to press.
    """

    masked: str
    language: str
    lists: tuple[MailingList, ...]
    also: tuple[MailingList, ...]
    done: bool


@dataclass(frozen=True)
class Confirmed:
    """What a press of the button came to. `first`: False where it had been pressed before."""

    person: Person
    lists: tuple[MailingList, ...]
    first: bool


def look(session: Session, house: House, token: str, now: datetime) -> Question:
    """What a confirmation link is about. Changes nothing. `BadToken` where it is forged, too old, or withdrawn."""
    person, consents = _opened(session, house, token, now)
    named = {consent.list_id for consent in consents}
    also = [c.list_id for c in signup.waiting_consents(session, person, now) if c.list_id not in named]
    return Question(
        masked=addresses.mask(people.address_of(session, person).email),
        language=letters.first_language(person),
        lists=_lists(session, [consent.list_id for consent in consents]),
        also=_lists(session, also),
        done=all(consent.confirmed_at for consent in consents),
    )


def confirm(session: Session, house: House, token: str, now: datetime, also: Sequence[str] = ()) -> Confirmed:
    """The button was pressed: what the link names becomes active, and `also` (short names) where it waits.

    Twice is harmless: a consent counts once, so an old link does not bring back who has left since.
    """
    person, consents = _opened(session, house, token, now)
    named = _lists(session, [consent.list_id for consent in consents])
    others = [
        consent
        for consent in signup.waiting_consents(session, person, now)
        if session.get_one(MailingList, consent.list_id).slug in also and consent not in consents
    ]
    fresh = [consent for consent in (*consents, *others) if consent.confirmed_at is None]
    if not fresh:
        return Confirmed(person, named, first=False)
    joined = _lists(session, [consent.list_id for consent in fresh])
    for consent in fresh:
        consent.confirmed_at = now
        session.add(consent)
    for row in joined:
        activate(session, person, row, now=now)
    welcome_back(session, person)
    letters.welcome(session, house, person, joined, now=now)
    return Confirmed(person, joined, first=True)


def activate(session: Session, person: Person, row: MailingList, *, now: datetime, source: str = "form") -> None:
    """Put a person on a list, from whatever state. Only for who has just proved to want it."""
    subscription = lists.subscription(session, person, row)
    if subscription is None:
        subscription = Subscription(person_id=person.id or 0, list_id=row.id or 0, source=source, created_at=now)
    if subscription.id is not None and subscription.state != SubscriptionState.ACTIVE:
        lists.came_back(session, person, row, now)
    if subscription.state != SubscriptionState.ACTIVE or subscription.active_since is None:
        subscription.state, subscription.active_since = SubscriptionState.ACTIVE, now
        subscription.ended_at, subscription.reason = None, ""
    session.add(subscription)
    session.flush()


def welcome_back(session: Session, person: Person) -> None:
    """Whoever confirms has read our mail and wants more: no suppression stands against that, except staff's own."""
    address = people.address_of(session, person)
    if address.suppressed and address.reason != "staff":
        addresses.lift(session, address)


def _opened(session: Session, house: House, token: str, now: datetime) -> tuple[Person, list[Consent]]:
    key, ids = parts_of(house.tokens.open(Purpose.CONFIRM, token, now=now), 2)
    person = people.by_key(session, key)
    if person is None:
        raise BadToken(EXPIRED)
    rows = session.exec(
        select(Consent)
        .where(
            col(Consent.id).in_(ids_of(ids)), col(Consent.person_id) == person.id, col(Consent.withdrawn_at).is_(None)
        )
        .order_by(col(Consent.id))
    )
    consents = list(rows)
    if not consents:
        raise BadToken(EXPIRED)
    return person, consents


def _lists(session: Session, ids: Sequence[int]) -> tuple[MailingList, ...]:
    rows = session.exec(select(MailingList).where(col(MailingList.id).in_(ids)).order_by(col(MailingList.id)))
    return tuple(rows)
