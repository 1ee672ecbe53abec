"""Who an issue goes to, streamed by number, and what matching needs to know of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, func, or_, select
from sqlmodel import Session, col

from publisher.audience.models import Interest, Person, Subscription, SubscriptionState
from publisher.library.merging import standing_for
from publisher.mail.models import COUNTS_AS_HAD, Address, OutboxState
from publisher.mail.outbox import OUTBOX
from publisher.newsletters import told
from publisher.newsletters.matching import Reader
from publisher.newsletters.models import Issue, Received
from publisher.tokens import Tokens

#: How many readers are looked at together.
CHUNK = 1000
PERSON: Table = Person.__table__  # type: ignore[attr-defined]
SUBSCRIPTION: Table = Subscription.__table__  # type: ignore[attr-defined]
ADDRESS: Table = Address.__table__  # type: ignore[attr-defined]
INTEREST: Table = Interest.__table__  # type: ignore[attr-defined]
RECEIVED: Table = Received.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Subscriber:
    """A reader of the list as planning needs them."""

    person_id: int
    key: str
    address_id: int
    email: str
    name: str
    zone: str
    country: str | None
    languages: tuple[str, ...]


def subscribers(
    session: Session, issue: Issue, *, now: datetime, after: int = 0, limit: int = CHUNK
) -> Iterator[Subscriber]:
    """Readers of the issue's list in the order of their number: active, not paused, not suppressed.

    Of a correction: those whose mail of the corrected issue was accepted, and who are still readers.
    """
    statement = (
        select(
            PERSON.c.id, PERSON.c.key, PERSON.c.address_id, ADDRESS.c.email, PERSON.c.name, PERSON.c.zone, PERSON.c.country, PERSON.c.languages,
        )
        .where(PERSON.c.id > after, ADDRESS.c.suppressed == "", *_active(session, issue, now))
        .order_by(PERSON.c.id)
        .limit(limit)
    )  # fmt: skip
    for row in session.execute(_joined(statement)):
        spoken = tuple(code for code in row.languages.split(",") if code) or ("en",)
        yield Subscriber(row.id, row.key, row.address_id, row.email, row.name, row.zone, row.country, spoken)


def suppressed_count(session: Session, issue: Issue, *, now: datetime) -> int:
    """Readers of the list whose address gets no newsletters."""
    statement = (
        select(func.count()).select_from(PERSON).where(ADDRESS.c.suppressed != "", *_active(session, issue, now))
    )
    return int(session.execute(_joined(statement)).scalar_one())


def readers_for(
    session: Session, tokens: Tokens, people: Sequence[Subscriber], work_ids: Sequence[int], *, issue: Issue
) -> dict[int, Reader]:
    """What matching needs of these people: interests, and which of these works they had in another issue."""
    ids = [person.person_id for person in people]
    interests: dict[int, set[tuple[str, str]]] = {}
    for row in session.execute(select(INTEREST).where(INTEREST.c.person_id.in_(ids))):
        interests.setdefault(row.person_id, set()).add((row.facet, row.key))
    had = _had(session, ids, work_ids, issue.id)
    before = told.had(session, tokens, [person.address_id for person in people], work_ids, but_not=issue)
    return {
        person.person_id: Reader(
            person.languages,
            frozenset(interests.get(person.person_id, ())),
            frozenset(had.get(person.person_id, set()) | before.get(person.address_id, set())),
        )
        for person in people
    }


def _had(session: Session, ids: Sequence[int], work_ids: Sequence[int], issue_id: int | None) -> dict[int, set[int]]:
    """Which of these works each person had by another issue; a work that was merged into one of them counts as it."""
    standing = {merged: work for work, all_ids in standing_for(session, work_ids).items() for merged in all_ids}
    had: dict[int, set[int]] = {}
    if standing:
        counted = (
            select(RECEIVED.c.person_id, RECEIVED.c.work_id)
            .join(OUTBOX, OUTBOX.c.id == RECEIVED.c.outbox_id)
            .where(
                RECEIVED.c.person_id.in_(ids),
                RECEIVED.c.work_id.in_(list(standing)),
                OUTBOX.c.state.in_(COUNTS_AS_HAD),
            )
        )
        if issue_id is not None:
            counted = counted.where(RECEIVED.c.issue_id != issue_id)
        for row in session.execute(counted):
            had.setdefault(row.person_id, set()).add(standing[row.work_id])
    return had


def as_subscriber(person: Person) -> Subscriber:
    """One person as planning sees the readers of a list; the address is not needed for matching."""
    spoken = tuple(code for code in person.languages.split(",") if code) or ("en",)
    return Subscriber(
        person.id or 0, person.key, person.address_id, "", person.name, person.zone, person.country, spoken
    )


def _active(session: Session, issue: Issue, now: datetime) -> list[Any]:
    conditions: list[Any] = [
        SUBSCRIPTION.c.list_id == issue.list_id,
        SUBSCRIPTION.c.state == SubscriptionState.ACTIVE.value,
        or_(PERSON.c.paused_until.is_(None), PERSON.c.paused_until <= now),
    ]
    if issue.corrects_id is not None:
        conditions.append(_reached(session, issue))
    return conditions


def _reached(session: Session, issue: Issue) -> Any:
    """Whose mail of the corrected issue was accepted, at the address they have now or had then; who had the item by it."""
    accepted = OUTBOX.c.state.in_((OutboxState.ACCEPTED.value, OutboxState.UNCERTAIN.value))
    had = (
        select(RECEIVED.c.person_id)
        .join(OUTBOX, OUTBOX.c.id == RECEIVED.c.outbox_id)
        .where(RECEIVED.c.issue_id == issue.corrects_id, accepted)
    )
    if issue.corrects_work_id is not None:
        same = [one for ids in standing_for(session, [issue.corrects_work_id]).values() for one in ids]
        return PERSON.c.id.in_(had.where(RECEIVED.c.work_id.in_([issue.corrects_work_id, *same])))
    mailed = (
        select(OUTBOX.c.address_id)
        .join(Issue, and_(col(Issue.letter_id) == OUTBOX.c.letter_id, col(Issue.id) == issue.corrects_id))
        .where(accepted)
    )
    return or_(PERSON.c.address_id.in_(mailed), PERSON.c.id.in_(had))


def _joined(statement: Any) -> Any:
    return statement.join(SUBSCRIPTION, SUBSCRIPTION.c.person_id == PERSON.c.id).join(
        ADDRESS, ADDRESS.c.id == PERSON.c.address_id
    )
