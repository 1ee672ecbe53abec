"""The demo's people: three members of staff, sixty readers with tastes of their own, and eight in other states."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from publisher.audience import people
from publisher.audience.models import Consent, Interest, MailingList, Person, Subscription, SubscriptionState
from publisher.clock import zone as zone_of
from publisher.demo import content
from publisher.demo.content import Reader
from publisher.house import House
from publisher.mail import addresses
from publisher.mail.models import Address
from publisher.staff import accounts

PASSWORD = "first-years-first"  # noqa: S105  # printed on purpose, and of no use from elsewhere
"""Of all three demo accounts: they open nothing where others than this machine can reach the hub."""

PAUSE = timedelta(days=30)
CONFIRMED_AFTER = timedelta(minutes=11)


def hire(session: Session, house: House, now: datetime) -> None:
    """The demo's staff. Their log-ins work on loopback only: see `publisher.staff.accounts`."""
    for person in content.hub().staff:
        member = accounts.add(session, house, person.email, person.role, now, name=person.name, invite=False)
        member.is_demo, member.zone = True, "Europe/Amsterdam"
        accounts.set_password(session, member, PASSWORD, now)


def joined_at(reader: Reader, now: datetime) -> datetime:
    """When a reader came, within their day and never in the future."""
    minutes = sum(reader.email.encode()) % 50
    return now - timedelta(days=reader.joined_days_ago, minutes=minutes + 5)


def welcome(session: Session, house: House, readers: Sequence[Reader], *, now: datetime) -> None:
    """Write these readers: address, person, interests, subscriptions and the proof that they agreed."""
    lists = {row.slug: row for row in session.exec(select(MailingList))}
    rows = [_address(house, reader, now) for reader in readers]
    session.add_all(rows)
    session.flush()
    persons = [_person(reader, row, now) for reader, row in zip(readers, rows, strict=True)]
    session.add_all(persons)
    session.flush()
    joined = list(zip(readers, persons, strict=True))
    _write(session, Interest, (row for reader, person in joined for row in _interests(reader, person)))
    on_lists = [(reader, person, lists[slug]) for reader, person in joined for slug in reader.lists]
    _write(session, Subscription, (_subscription(*one, now) for one in on_lists))
    _write(session, Consent, (_consent(*one, now) for one in on_lists))


def known(session: Session) -> set[str]:
    """Normalised addresses that are here already."""
    return set(session.exec(select(col(Address.normalised))))


def _write(session: Session, table: type[Any], rows: Iterable[dict[str, Any]]) -> None:
    if found := list(rows):
        session.execute(insert(table), found)


def _address(house: House, reader: Reader, now: datetime) -> Address:
    normalised = addresses.normalise(reader.email)
    return Address(
        email=addresses.display(reader.email),
        normalised=normalised,
        hash=addresses.hash_of(house.tokens, normalised),
        created_at=joined_at(reader, now),
    )


def _person(reader: Reader, address: Address, now: datetime) -> Person:
    return Person(
        address_id=address.id or 0,
        key=people.new_key(),
        name=reader.name,
        languages=people.clean_languages(reader.languages),
        zone=zone_of(reader.zone).key,
        country=reader.country,
        paused_until=now + PAUSE if reader.state == "paused" else None,
        created_at=joined_at(reader, now),
    )


def _interests(reader: Reader, person: Person) -> list[dict[str, Any]]:
    asked = {"topic": reader.topics, "sector": reader.sectors, "country": reader.countries, "region": reader.regions}
    return [{"person_id": person.id, "facet": facet, "key": key} for facet, keys in asked.items() for key in set(keys)]


def _left_at(reader: Reader, now: datetime) -> datetime | None:
    """Who left did so after three fifths of the time."""
    if reader.state != "unsubscribed":
        return None
    joined = joined_at(reader, now)
    return joined + (now - joined) * 3 / 5


def _subscription(reader: Reader, person: Person, mailing_list: MailingList, now: datetime) -> dict[str, Any]:
    joined, is_pending = joined_at(reader, now), reader.state == "pending"
    state = SubscriptionState.ACTIVE if reader.state == "paused" else SubscriptionState(reader.state)
    invited = mailing_list.kind == "cohort"
    return {
        "person_id": person.id,
        "list_id": mailing_list.id,
        "state": state.value,
        "source": "demo",
        "created_at": joined,
        "confirmation_sent_at": None if invited else joined,
        "active_since": None if is_pending else joined + CONFIRMED_AFTER,
        "ended_at": _left_at(reader, now),
        "reason": "one-click" if reader.state == "unsubscribed" else "",
    }


def _consent(reader: Reader, person: Person, mailing_list: MailingList, now: datetime) -> dict[str, Any]:
    hub, joined = content.hub(), joined_at(reader, now)
    invited = mailing_list.kind == "cohort"
    spoken = next((language for language in reader.languages if language in hub.consent), "en")
    return {
        "person_id": person.id,
        "list_id": mailing_list.id,
        "at": joined,
        "how": "staff" if invited else "form",
        "wording": "Agreed when they took up their place in the circle." if invited else hub.consent[spoken],
        "notice_version": "" if invited else hub.privacy_version,
        "page": "" if invited else "/subscribe",
        "ip": "",
        "user_agent": "",
        "confirmation_sent_at": None if invited else joined,
        "confirmed_at": None if reader.state == "pending" else joined + CONFIRMED_AFTER,
        "withdrawn_at": _left_at(reader, now),
    }
