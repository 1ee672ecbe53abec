"""Exporting readers as CSV: every cell guarded against formulas, and fit to be imported again."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from publisher.audience.models import Interest, MailingList, Person, Subscription, SubscriptionState
from publisher.audience.spreadsheets import line_of
from publisher.mail.models import Address

HEADER = ("email", "name", "language", "country", "zone", "interests", "lists", "state", "since")
AT_ONCE = 1000


def export(session: Session, *, where: ColumnElement[bool] | None = None) -> Iterator[str]:
    """The lines of a CSV file (UTF-8), header first, everybody by number; `where` is a segment's condition on `Person`.

    `lists` are those they get; `state` says why nobody should write to the others, and makes an import pass them over.
    Erased persons have no line: there is nothing to tell.
    """
    yield line_of(HEADER)
    after = 0
    while rows := _part(session, where, after):
        ids = [person.id or 0 for person, _ in rows]
        interests, subscriptions = _interests(session, ids), _subscriptions(session, ids)
        for person, address in rows:
            yield line_of(
                _cells(person, address, interests.get(person.id or 0, []), subscriptions.get(person.id or 0, []))
            )
            session.expunge(person)
            session.expunge(address)
        after = ids[-1]


def _part(session: Session, where: ColumnElement[bool] | None, after: int) -> list[tuple[Person, Address]]:
    wanted = (
        select(Person, Address)
        .join(Address, col(Address.id) == col(Person.address_id))
        .where(col(Person.id) > after, col(Address.email) != "")
        .order_by(col(Person.id))
        .limit(AT_ONCE)
    )
    if where is not None:
        wanted = wanted.where(where)
    return [(row[0], row[1]) for row in session.exec(wanted)]


def _interests(session: Session, ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = session.execute(
        select(Interest.person_id, Interest.facet, Interest.key)
        .where(col(Interest.person_id).in_(ids))
        .order_by(col(Interest.facet), col(Interest.key))
    )
    for person_id, facet, key in rows:
        found.setdefault(person_id, []).append(f"{facet}:{key}")
    return found


def _subscriptions(session: Session, ids: list[int]) -> dict[int, list[tuple[str, str, datetime | None]]]:
    found: dict[int, list[tuple[str, str, datetime | None]]] = {}
    rows = session.execute(
        select(Subscription.person_id, MailingList.slug, Subscription.state, Subscription.active_since)
        .join(MailingList, col(MailingList.id) == col(Subscription.list_id))
        .where(col(Subscription.person_id).in_(ids))
        .order_by(col(MailingList.slug))
    )
    for person_id, slug, state, since in rows:
        found.setdefault(person_id, []).append((slug, state, since))
    return found


def _cells(
    person: Person, address: Address, interests: list[str], subscriptions: list[tuple[str, str, Any]]
) -> list[str]:
    active = [(slug, since) for slug, state, since in subscriptions if state == SubscriptionState.ACTIVE]
    since = min((moment for _, moment in active if moment), default=None)
    return [
        address.email,
        person.name,
        person.languages,
        person.country or "",
        person.zone,
        ";".join(interests),
        ";".join(slug for slug, _ in active),
        _state(address, [state for _, state, _ in subscriptions]),
        since.isoformat() if since else "",
    ]


def _state(address: Address, states: list[str]) -> str:
    if address.suppressed:
        return "suppressed"
    if SubscriptionState.ACTIVE in states or not states:
        return "active"
    return next((state for state in ("complained", "bounced", "unsubscribed") if state in states), "pending")
