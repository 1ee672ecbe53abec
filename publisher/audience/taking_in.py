"""One part of an import: a thousand readers looked up, decided on, and written with a handful of statements."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy import select as columns_of
from sqlmodel import Session, SQLModel, col, select

from publisher.audience import letters, links, lists, people
from publisher.audience.columns import Reader
from publisher.audience.models import (
    Consent,
    Interest,
    MailingList,
    Person,
    Subscription,
    SubscriptionState,
    searchable,
)
from publisher.errors import BadInput
from publisher.house import House
from publisher.languages import SOURCE_LANGUAGE
from publisher.mail import addresses
from publisher.mail.models import Address, Outbox
from publisher.mail.outbox import add_rows

_WHY = {
    "bounced": "Mail to this address came back.",
    "complained": "They complained about our mail.",
    "undeliverable": "Our relay cannot write to this address.",
    "erased": "They asked us to erase them.",
    "staff": "Staff stopped mail to this address.",
}


@dataclass
class Known:
    """What the house knows of a reader in the table, and what becomes of them."""

    address_id: int | None = None
    suppressed: str = ""  # the reason
    person: dict[str, Any] | None = None
    states: dict[int, str] = field(default_factory=dict)  # list id → state
    is_new: bool = False
    changed: bool = False
    refused: str = ""
    joins: list[MailingList] = field(default_factory=list)


class TakingIn:
    """An import under way: into which list, with which consent."""

    def __init__(self, session: Session, house: House, now: datetime, consent: str, target: MailingList | None) -> None:
        self.session, self.house, self.now, self.consent, self.target = session, house, now, consent, target
        self.by_slug = {row.slug: row for row in lists.every(session)}
        self.drafts: dict[tuple[str, tuple[int, ...]], Outbox] = {}

    def take(self, readers: list[Reader]) -> list[tuple[Reader, Known]]:
        """Take in readers whose addresses differ; returns what became of each, in the same order."""
        known = self._look_up(readers)
        decided = [(reader, self._decide(reader, known[reader.normalised])) for reader in readers]
        joining = [(reader, one) for reader, one in decided if one.is_new or one.joins]
        self._make_addresses([(reader, one) for reader, one in joining if one.address_id is None])
        self._make_persons([(reader, one) for reader, one in joining if one.person is None])
        self._fill_in(decided)
        self._subscribe([(reader, one) for reader, one in joining if one.joins])
        return decided

    def _look_up(self, readers: list[Reader]) -> dict[str, Known]:
        hashes = {addresses.hash_of(self.house.tokens, reader.normalised): reader.normalised for reader in readers}
        table = _table(Address).c
        rows = self.session.execute(
            columns_of(table.id, table.normalised, table.hash, table.suppressed, table.reason).where(
                table.normalised.in_([reader.normalised for reader in readers]) | table.hash.in_(list(hashes))
            )
        )
        found = {reader.normalised: Known() for reader in readers}
        for row in rows:
            one = found[row.normalised if row.normalised in found else hashes[row.hash]]
            one.address_id = row.id
            one.suppressed = (row.reason or "staff") if row.suppressed else ""
        self._look_up_persons({one.address_id: one for one in found.values() if one.address_id is not None})
        return found

    def _look_up_persons(self, by_address: dict[int | None, Known]) -> None:
        by_person: dict[int, Known] = {}
        table = _table(Person).c
        rows = self.session.execute(
            columns_of(table.id, table.address_id, table.key, table.name, table.country, table.languages).where(
                table.address_id.in_(list(by_address))
            )
        )
        for row in rows:
            by_address[row.address_id].person = dict(row._mapping)
            by_person[row.id] = by_address[row.address_id]
        states = self.session.execute(
            select(Subscription.person_id, Subscription.list_id, Subscription.state).where(
                col(Subscription.person_id).in_(list(by_person))
            )
        )
        for row in states:
            by_person[row.person_id].states[row.list_id] = row.state

    def _decide(self, reader: Reader, one: Known) -> Known:
        if one.suppressed:
            one.refused = _WHY.get(one.suppressed, "Mail to this address is stopped.")
            return one
        wanted = [self.target] if self.target else []
        for slug in reader.lists:
            row = self.by_slug.get(slug)
            if row is None:
                one.refused = f"There is no list “{slug[:60]}”."
            elif row not in wanted:
                wanted.append(row)
        if not wanted and not one.refused:
            raise BadInput("Say which list they join: --list, or a column “lists” in the table.")
        for row in wanted:
            state = one.states.get(row.id or 0)
            if state is None or (state == SubscriptionState.PENDING and self.consent):
                one.joins.append(row)
            elif state not in (SubscriptionState.ACTIVE, SubscriptionState.PENDING):
                one.refused = f"They are {state} on “{row.slug}”; only they themselves can come back."
        one.is_new = one.person is None and bool(one.joins)
        one.changed = bool(one.joins) or (not one.refused and self._fills(reader, one))
        return one

    def _fills(self, reader: Reader, one: Known) -> bool:
        person = one.person
        return person is not None and (
            bool(reader.name and not person["name"]) or bool(reader.country and not person["country"])
        )

    def _make_addresses(self, fresh: list[tuple[Reader, Known]]) -> None:
        if not fresh:
            return
        rows = [
            {
                "email": reader.email,
                "normalised": reader.normalised,
                "hash": addresses.hash_of(self.house.tokens, reader.normalised),
                "suppressed": "",
                "reason": "",
                "detail": "",
                "created_at": self.now,
            }
            for reader, _ in fresh
        ]
        self.session.execute(insert(_table(Address)), rows)
        wanted = select(Address.normalised, Address.id).where(
            col(Address.normalised).in_([reader.normalised for reader, _ in fresh])
        )
        ids = {row[0]: row[1] for row in self.session.execute(wanted)}
        for reader, one in fresh:
            one.address_id = ids[reader.normalised]

    def _make_persons(self, fresh: list[tuple[Reader, Known]]) -> None:
        if not fresh:
            return
        for reader, one in fresh:
            one.person = {
                "address_id": one.address_id,
                "key": people.new_key(),
                "name": reader.name,
                "languages": reader.languages or SOURCE_LANGUAGE,
                "zone": reader.zone or "UTC",
                "country": reader.country,
                "created_at": self.now,
            }
        made = [one.person for _, one in fresh if one.person]
        self.session.execute(insert(_table(Person)), made)
        wanted = select(Person.key, Person.id).where(col(Person.key).in_([person["key"] for person in made]))
        ids = {row[0]: row[1] for row in self.session.execute(wanted)}
        for person in made:
            person["id"] = ids[person["key"]]
        interests = [
            {"person_id": one.person["id"], "facet": facet, "key": key}
            for reader, one in fresh
            if one.person
            for facet, key in sorted(reader.interests)
        ]
        if interests:
            self.session.execute(insert(_table(Interest)), interests)

    def _fill_in(self, decided: list[tuple[Reader, Known]]) -> None:
        rows = [
            {
                "of": one.person["id"],
                "new_name": (name := one.person["name"] or reader.name),
                "new_folded": searchable(name),
                "new_country": one.person["country"] or reader.country,
            }
            for reader, one in decided
            if one.person and one.changed and not one.is_new and self._fills(reader, one)
        ]
        if rows:
            table = _table(Person)
            self.session.connection().execute(
                update(table)
                .where(table.c.id == bindparam("of"))
                .values(name=bindparam("new_name"), folded=bindparam("new_folded"), country=bindparam("new_country")),
                rows,
            )

    def _subscribe(self, joining: list[tuple[Reader, Known]]) -> None:
        pairs = [(one, row) for _, one in joining for row in one.joins if one.person]
        fresh = [self._subscription(one, row) for one, row in pairs if (row.id or 0) not in one.states]
        if fresh:
            self.session.execute(insert(_table(Subscription)), fresh)
        table = _table(Subscription)
        for one, row in pairs:
            if (row.id or 0) in one.states and one.person:
                self.session.execute(
                    update(table)
                    .where(table.c.person_id == one.person["id"], table.c.list_id == row.id)
                    .values(state=SubscriptionState.ACTIVE, active_since=self.now)
                )
        if pairs:
            self.session.execute(insert(_table(Consent)), [self._consent(one, row) for one, row in pairs])
        if not self.consent:
            self._ask_to_confirm(joining)

    def _subscription(self, one: Known, row: MailingList) -> dict[str, Any]:
        assert one.person is not None
        active = bool(self.consent)
        return {
            "person_id": one.person["id"],
            "list_id": row.id,
            "state": SubscriptionState.ACTIVE if active else SubscriptionState.PENDING,
            "source": "import",
            "created_at": self.now,
            "confirmation_sent_at": None if active else self.now,
            "active_since": self.now if active else None,
            "reason": "",
        }

    def _consent(self, one: Known, row: MailingList) -> dict[str, Any]:
        assert one.person is not None
        active = bool(self.consent)
        return {
            "person_id": one.person["id"],
            "list_id": row.id,
            "at": self.now,
            "how": "import",
            "wording": self.consent or "Added by staff; asked to confirm.",
            "notice_version": "",
            "page": "",
            "ip": "",
            "user_agent": "",
            "confirmation_sent_at": None if active else self.now,
            "confirmed_at": self.now if active else None,
        }

    def _ask_to_confirm(self, joining: list[tuple[Reader, Known]]) -> None:
        """One confirmation each. The letter is compiled once per language and choice of lists, then only addressed."""
        ids = [one.person["id"] for _, one in joining if one.person]
        persons = {row.id: row for row in self.session.exec(select(Person).where(col(Person.id).in_(ids)))}
        waiting: dict[int | None, list[Consent]] = {}
        consents = self.session.exec(
            select(Consent)
            .where(col(Consent.person_id).in_(ids), col(Consent.at) == self.now, col(Consent.how) == "import")
            .order_by(col(Consent.id))
        ).all()
        for consent in consents:
            waiting.setdefault(consent.person_id, []).append(consent)
        mails = (self._mail(one, persons[one.person["id"]], waiting) for _, one in joining if one.person)
        add_rows(self.session, [mail for mail in mails if mail is not None])
        for row in (*persons.values(), *consents):
            self.session.expunge(row)  # memory must not grow with the table

    def _mail(self, one: Known, person: Person, waiting: dict[int | None, list[Consent]]) -> dict[str, Any] | None:
        """The outbox row of one confirmation; None for the first of its kind, which was posted whole."""
        consents = waiting[person.id]
        kind = (letters.first_language(person), tuple(row.id or 0 for row in one.joins))
        if kind not in self.drafts:
            posted = letters.please_confirm(self.session, self.house, person, consents, one.joins, now=self.now)
            assert posted is not None
            self.drafts[kind] = posted
            return None
        draft = self.drafts[kind]
        marks = {"confirm": links.confirm_url(self.house, person, consents, now=self.now), "name": ""}
        row = {column.name: getattr(draft, column.name) for column in _table(Outbox).columns if column.name != "id"}
        return row | {
            "address_id": one.address_id,
            "occasion": letters.occasion("consent", *(consent.id for consent in consents), letters.stamp(self.now)),
            "marks": json.dumps(marks),
            "zone": person.zone,
        }


def _table(model: type[SQLModel]) -> Table:
    return model.__table__  # type: ignore[attr-defined,no-any-return]
