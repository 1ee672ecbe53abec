"""Lists: making and editing them, inviting to a cohort, counting, and the readers that a mailing goes to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, true
from sqlmodel import Session, col, select

from publisher import sendlog
from publisher.audience import people
from publisher.audience.models import Consent, MailingList, Person, Subscription, SubscriptionState
from publisher.audience.people import is_silenced
from publisher.errors import BadInput, Conflict, NotFound
from publisher.languages import fallbacks
from publisher.mail import identities
from publisher.mail.models import Address, Identity

KINDS = ("open", "cohort")
_EDITABLE = ("name", "names", "description", "descriptions", "kind", "identity_id", "counts_clicks", "uncertain")


@dataclass(frozen=True)
class ListCount:
    """How many there are on a list, by state. `reachable`: active, neither paused nor suppressed."""

    pending: int = 0
    active: int = 0
    unsubscribed: int = 0
    bounced: int = 0
    complained: int = 0
    reachable: int = 0


def add(
    session: Session,
    slug: str,
    name: str,
    *,
    now: datetime,
    kind: str = "open",
    identity: Identity | None = None,
    description: str = "",
    names: dict[str, str] | None = None,
    descriptions: dict[str, str] | None = None,
) -> MailingList:
    """A new list. Its List-Id (RFC 2919) is given now and never changes, whatever the list is called later."""
    slug = slug.strip().lower()
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?", slug):
        raise BadInput("A list’s short name has letters, digits and hyphens, such as “monthly”.", field="slug")
    if find(session, slug) is not None:
        raise Conflict(f"There is a list “{slug}” already.")
    identity = identity or identities.hub(session)
    row = MailingList(
        slug=slug,
        name=_name(name),
        names=names or {},
        description=description.strip(),
        descriptions=descriptions or {},
        kind=_kind(kind),
        identity_id=identity.id or 0,
        list_id=f"{slug}.{identity.domain}",
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def edit(session: Session, mailing_list: MailingList, **changes: Any) -> None:
    """Change what may change; the short name and the List-Id may not. `BadInput` names what cannot be changed."""
    for field, value in changes.items():
        if field not in _EDITABLE:
            raise BadInput(f"The {field} of a list cannot be changed.", field=field)
        if field == "name":
            value = _name(value)
        if field == "kind":
            value = _kind(value)
        if field == "uncertain" and value not in ("resend", "hold"):
            raise BadInput("A mail whose answer was lost is either sent again or held.", field=field)
        setattr(mailing_list, field, value)
    session.add(mailing_list)


def archive(session: Session, mailing_list: MailingList) -> None:
    """Close a list: nobody joins it any more, nothing is planned to it, its history stays."""
    mailing_list.archived = True
    session.add(mailing_list)


def reopen(session: Session, mailing_list: MailingList) -> None:
    mailing_list.archived = False
    session.add(mailing_list)


def find(session: Session, slug: str) -> MailingList | None:
    return session.exec(select(MailingList).where(col(MailingList.slug) == slug.strip().lower())).first()


def get(session: Session, slug: str) -> MailingList:
    """A list by its short name; `NotFound` names it."""
    found = find(session, slug)
    if found is None:
        raise NotFound(f"There is no list “{slug.strip()[:60]}”.")
    return found


def every(session: Session, *, archived: bool = False) -> list[MailingList]:
    """All lists by name; archived ones only when asked for."""
    wanted = select(MailingList).order_by(col(MailingList.name), col(MailingList.id))
    if not archived:
        wanted = wanted.where(col(MailingList.archived).is_(False))
    return list(session.exec(wanted))


def on_offer(session: Session) -> list[MailingList]:
    """The lists anybody may sign up for."""
    return [row for row in every(session) if row.kind == "open"]


def name_in(mailing_list: MailingList, language: str) -> str:
    """The list's name by the language's fallback chain, ending with its own name."""
    return _in(mailing_list.names, language) or mailing_list.name


def description_in(mailing_list: MailingList, language: str) -> str:
    return _in(mailing_list.descriptions, language) or mailing_list.description


def came_back(session: Session, person: Person, mailing_list: MailingList, now: datetime) -> None:
    """Write into the send log that they are on the list again: a restore must not take them off it once more."""
    address = people.address_of(session, person)
    sendlog.note(session, sendlog.line("R", now, address.hash, mailing_list.slug))


def subscription(session: Session, person: Person, mailing_list: MailingList) -> Subscription | None:
    return session.exec(
        select(Subscription).where(
            col(Subscription.person_id) == person.id, col(Subscription.list_id) == mailing_list.id
        )
    ).first()


def add_member(
    session: Session, mailing_list: MailingList, person: Person, *, how_they_agreed: str, now: datetime
) -> bool:
    """Put a person on a list because staff know that they agreed; False where they are on it.

    `Conflict` where they left, bounced or complained: only they themselves can come back.
    """
    if not how_they_agreed.strip():
        raise BadInput("Say how they agreed.", field="consent")
    row = subscription(session, person, mailing_list)
    if row is not None and row.state == SubscriptionState.ACTIVE:
        return False
    if row is not None and row.state != SubscriptionState.PENDING:
        raise Conflict(f"They are {row.state} on “{mailing_list.name}”. Only they themselves can come back.")
    row = row or Subscription(person_id=person.id or 0, list_id=mailing_list.id or 0, source="staff", created_at=now)
    row.state, row.active_since = SubscriptionState.ACTIVE, now
    session.add(row)
    session.add(
        Consent(
            person_id=person.id or 0,
            list_id=mailing_list.id or 0,
            at=now,
            how="staff",
            wording=how_they_agreed.strip(),
            notice_version="",
            confirmed_at=now,
        )
    )
    session.flush()
    return True


def counts(session: Session, *, now: datetime) -> dict[int, ListCount]:
    """Per list id, how many there are in each state."""
    found: dict[int, dict[str, int]] = {}
    by_state = select(Subscription.list_id, Subscription.state, func.count()).group_by(
        col(Subscription.list_id), col(Subscription.state)
    )
    for list_id, state, number in session.execute(by_state):
        found.setdefault(list_id, {})[state] = number
    per_list = (col(Subscription.list_id), func.count())
    reached = _on(None, now).where(~is_silenced()).with_only_columns(*per_list).order_by(None).group_by(per_list[0])
    for list_id, number in session.execute(reached):
        found[list_id]["reachable"] = number
    empty: dict[str, int] = {}
    everywhere = {row.id or 0: found.get(row.id or 0, empty) for row in every(session, archived=True)}
    return {list_id: ListCount(**numbers) for list_id, numbers in everywhere.items()}


def active_readers(list_id: int, *, now: datetime) -> Select[Any]:
    """Who a mailing to this list goes to: (person_id, address_id, name, languages, zone) by person_id.

    Left out: everyone who is not active, has paused, or whose address is suppressed. A part is
    `.where(Person.id > last).limit(n)`; `readers_of` does that.
    """
    readers: Select[Any] = (
        _on(list_id, now)
        .where(~is_silenced())
        .with_only_columns(
            col(Person.id).label("person_id"),
            col(Person.address_id),
            col(Person.name),
            col(Person.languages),
            col(Person.zone),
        )
    )
    return readers


def suppressed_readers(session: Session, list_id: int, *, now: datetime) -> int:
    """How many a mailing leaves out though they are active, because nothing may be sent to their address."""
    inner = _on(list_id, now).where(is_silenced()).order_by(None).subquery()
    return int(session.execute(select(func.count()).select_from(inner)).scalar_one())


def readers_of(
    session: Session, list_id: int, *, now: datetime, after: int = 0, at_once: int = 1000
) -> Iterator[list[Row[Any]]]:
    """The rows of `active_readers` in parts by person id, so that memory does not grow with the list."""
    while True:
        part = active_readers(list_id, now=now).where(col(Person.id) > after).limit(at_once)
        rows = list(session.execute(part))
        if not rows:
            return
        yield rows
        after = rows[-1].person_id


def _on(list_id: int | None, now: datetime) -> Any:
    """Active readers who have not paused, of a list or of every one."""
    return (
        select(Person.id)
        .select_from(Subscription)
        .join(Person, col(Person.id) == col(Subscription.person_id))
        .join(Address, col(Address.id) == col(Person.address_id))
        .where(
            true() if list_id is None else col(Subscription.list_id) == list_id,
            col(Subscription.state) == SubscriptionState.ACTIVE,
            col(Person.paused_until).is_(None) | (col(Person.paused_until) <= now),
        )
        .order_by(col(Person.id))
    )


def _in(texts: dict[str, Any], language: str) -> str:
    return next((str(texts[code]) for code in fallbacks(language) if texts.get(code)), "")


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > 120:
        raise BadInput("A list’s name has between 1 and 120 characters.", field="name")
    return name


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise BadInput("A list is either open or a cohort.", field="kind")
    return kind
