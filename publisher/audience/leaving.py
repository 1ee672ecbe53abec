"""Leaving: one list, or everything. It works at once, for whoever holds the link, and can be undone for seven days.

Source of the rules: RFC 8058 (one-click: a POST to the link, no question asked, repeating it changes nothing).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, select, update

from publisher import sendlog
from publisher.audience import letters, links, lists, people
from publisher.audience.models import Consent, MailingList, Person, Subscription, SubscriptionState
from publisher.errors import BadToken
from publisher.house import House
from publisher.mail import addresses
from publisher.mail.models import Address, Suppression
from publisher.mail.outbox import cancel_waiting
from publisher.tokens import EXPIRED, Purpose

_ON = (SubscriptionState.ACTIVE, SubscriptionState.PENDING)


@dataclass(frozen=True)
class Leaving:
    """What the page of an unsubscribe link shows. Nothing in it is for other eyes than the reader's."""

    masked: str
    language: str
    list: MailingList | None
    on_it: bool
    others: tuple[MailingList, ...]


@dataclass(frozen=True)
class Left:
    """What leaving came to. `undo`: the token that takes it back; None where there was nothing to leave."""

    lists: tuple[MailingList, ...] = ()
    undo: str | None = None


def look(session: Session, house: House, token: str, now: datetime) -> Leaving:
    """What an unsubscribe link is about. Changes nothing; `BadToken` only where it is forged."""
    person, row = _named(session, house, token, now)
    if person is None:
        return Leaving("", "en", row, False, ())
    active = [(s, m) for s, m in people.subscriptions(session, person) if s.state == SubscriptionState.ACTIVE]
    return Leaving(
        masked=addresses.mask(people.address_of(session, person).email),
        language=letters.first_language(person),
        list=row,
        on_it=any(m.id == row.id for _, m in active) if row else False,
        others=tuple(m for _, m in active if row is None or m.id != row.id),
    )


def leave_by_link(
    session: Session, house: House, token: str, now: datetime, *, how: str = "one-click", everything: bool = False
) -> Left:
    """The POST of an unsubscribe link. The same answer for a reader, a former reader and nobody at all."""
    person, row = _named(session, house, token, now)
    if person is None:
        return Left()
    if everything:
        return leave_everything(session, house, person, now, how)
    return leave(session, house, person, [row], now, how) if row else Left()


def leave(
    session: Session, house: House, person: Person, wanted: Sequence[MailingList], now: datetime, how: str
) -> Left:
    """Take a person off lists: state, consent, and what waits in the outbox; then goodbye, with a way back.

    `how`: one-click | page | mailto | staff. Lists they are not on are passed over, so twice is harmless.
    """
    left, were_active = _take_off(session, person, wanted, now, how)
    if not were_active:  # a wish that was never confirmed has no way back but a new wish
        return Left(tuple(left))
    token = links.undo_token(house.tokens, person, were_active, now=now)
    letters.goodbye(session, house, person, were_active, token, now=now)
    return Left(tuple(left), token)


def leave_again(session: Session, address: Address, slug: str, now: datetime) -> bool:
    """After a restore: what somebody had left since the backup they leave again, without a second goodbye."""
    person, row = people.of_address(session, address), lists.find(session, slug)
    if person is None or row is None:
        return False
    return bool(_take_off(session, person, [row], now, "restored")[0])


def come_back_again(session: Session, address: Address, slug: str, now: datetime) -> bool:
    """After a restore: somebody had left before the backup and had come back since, so they are on the list again."""
    person, row = people.of_address(session, address), lists.find(session, slug)
    subscription = lists.subscription(session, person, row) if person is not None and row is not None else None
    if person is None or row is None or subscription is None or subscription.state in _ON:
        return False
    subscription.state, subscription.active_since = SubscriptionState.ACTIVE, subscription.active_since or now
    subscription.ended_at, subscription.reason = None, ""
    session.add(subscription)
    lists.came_back(session, person, row, now)
    session.add(
        Consent(
            person_id=person.id or 0,
            list_id=row.id or 0,
            at=now,
            how="restored",
            wording="Had come back after leaving, before the hub was restored from a backup.",
            notice_version="",
            confirmed_at=now,
        )
    )
    session.flush()
    return True


def _take_off(
    session: Session, person: Person, wanted: Sequence[MailingList], now: datetime, how: str
) -> tuple[list[MailingList], list[MailingList]]:
    """State, consent, the outbox and the send log. Returns the lists that were left, and those of them that were active."""
    left: list[MailingList] = []
    were_active: list[MailingList] = []
    for row in wanted:
        subscription = lists.subscription(session, person, row)
        if subscription is None or subscription.state not in _ON:
            continue
        if subscription.state == SubscriptionState.ACTIVE:
            were_active.append(row)
        subscription.state, subscription.ended_at = SubscriptionState.UNSUBSCRIBED, now
        subscription.reason = how
        session.add(subscription)
        _withdraw(session, person, row, now)
        cancel_waiting(session, person.address_id, list_key=row.slug, now=now)
        sendlog.note(session, sendlog.line("U", now, people.address_of(session, person).hash, row.slug))
        left.append(row)
    session.flush()
    return left, were_active


def leave_everything(session: Session, house: House, person: Person, now: datetime, how: str) -> Left:
    """Take a person off every list."""
    return leave(session, house, person, [row for _, row in people.subscriptions(session, person)], now, how)


def look_undo(session: Session, house: House, token: str, now: datetime) -> tuple[Person, tuple[MailingList, ...]]:
    """What an undo link would bring back at this moment; nothing changes. `BadToken` where it is forged or too old."""
    person, waiting = _undoable(session, house, token, now)
    return person, tuple(row for _, row in waiting)


def undo(session: Session, house: House, token: str, now: datetime) -> tuple[MailingList, ...]:
    """Bring back exactly what was left in that moment and is still left. Returns the lists; none the second time."""
    person, waiting = _undoable(session, house, token, now)
    for subscription, row in waiting:
        subscription.state, subscription.ended_at, subscription.reason = SubscriptionState.ACTIVE, None, ""
        session.add(subscription)
        lists.came_back(session, person, row, now)
        session.add(
            Consent(
                person_id=person.id or 0,
                list_id=row.id or 0,
                at=now,
                how="undo",
                wording="Took back having left.",
                notice_version="",
                confirmed_at=now,
            )
        )
    session.flush()
    return tuple(row for _, row in waiting)


def complaint(session: Session, address: Address, now: datetime, *, detail: str = "") -> int:
    """A reader pressed “spam”: off every list at once, and nothing more until they ask themselves. Returns how many lists.

    What they left before stays left; neither comes back by an import.
    """
    addresses.suppress(session, address, Suppression.ALL, "complained", now=now, detail=detail)
    cancel_waiting(session, address.id or 0, list_key=None, now=now)
    person = people.of_address(session, address)
    if person is None:
        return 0
    hit = [(s, row) for s, row in people.subscriptions(session, person) if s.state in _ON]
    for subscription, row in hit:
        subscription.state, subscription.ended_at = SubscriptionState.COMPLAINED, now
        subscription.reason = "complaint"
        session.add(subscription)
        _withdraw(session, person, row, now)
    session.flush()
    return len(hit)


def _withdraw(session: Session, person: Person, row: MailingList, now: datetime) -> None:
    session.execute(
        update(Consent)
        .where(col(Consent.person_id) == person.id, col(Consent.list_id) == row.id, col(Consent.withdrawn_at).is_(None))
        .values(withdrawn_at=now)
    )


def _named(session: Session, house: House, token: str, now: datetime) -> tuple[Person | None, MailingList | None]:
    key, slug = links.parts_of(house.tokens.open(Purpose.UNSUBSCRIBE, token, now=now), 2)
    return people.by_key(session, key), lists.find(session, slug)


def _undoable(
    session: Session, house: House, token: str, now: datetime
) -> tuple[Person, list[tuple[Subscription, MailingList]]]:
    key, moment, ids = links.parts_of(house.tokens.open(Purpose.UNDO, token, now=now), 3)
    person = people.by_key(session, key)
    if person is None:
        raise BadToken(EXPIRED)
    when = int(moment, 16)
    rows = session.exec(
        select(Subscription, MailingList)
        .join(MailingList, col(MailingList.id) == col(Subscription.list_id))
        .where(
            col(Subscription.person_id) == person.id,
            col(Subscription.list_id).in_(links.ids_of(ids)),
            col(Subscription.state) == SubscriptionState.UNSUBSCRIBED,
        )
    )
    return person, [(s, row) for s, row in rows if s.ended_at and _microseconds(s.ended_at) == when]


def _microseconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1_000_000)
