"""A person's data and their erasure, over all rooms.

`HELD` says of every table that names a person, an address, or something personal, what the two verbs do with it; a test
walks the schema and fails where a table is missing here.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, func, update
from sqlalchemy import select as columns_of
from sqlmodel import Session, SQLModel, col, select

from publisher.audience import people, upkeep
from publisher.audience.models import AddressChange, Consent, Interest, MailingList, Person, Subscription
from publisher.desk.bookings import bookings_of, forget_bookings
from publisher.desk.former_staff import forget_staff
from publisher.desk.mails import cancel_all, forget_mails, mails_of
from publisher.desk.whose import addresses_of, changes_of
from publisher.errors import Conflict
from publisher.house import House
from publisher.library.models import Share, Work, WorkText
from publisher.mail import addresses
from publisher.mail.models import Address
from publisher.newsletters.models import Issue, Received
from publisher.podcasts.models import PrivateFeed, Show
from publisher.staff.models import Member, Trail

#: Table → (where it stands in `data_of`, what `erase` does with it). An empty place: why it is not shown.
HELD: dict[str, tuple[str, str]] = {
    "address": ("addresses", "becomes a keyed hash, suppressed, so that no import brings it back"),
    "person": ("person", "loses name, country, languages, zone and key; the empty row holds the consents together"),
    "subscription": ("subscriptions", "deleted"),
    "interest": ("interests", "deleted"),
    "consent": ("consents", "kept as proof without network, browser and page; withdrawn"),
    "address_change": ("address_changes", "deleted"),
    "outbox": ("mails", "keeps state and counts; loses name, links and the relay's words; what waits is cancelled"),
    "mail_event": ("mails", "keeps kind and time; loses its words"),
    "mailbox_message": ("mailbox", "deleted"),
    "received": ("received", "deleted"),
    "share": ("shares", "loses name, note, and a credit that names the person"),
    "trail": ("trail", "lines about the person, or that name an address of theirs, lose their words"),
    "private_feed": ("private_feeds", "deleted: feed and sound stop at once"),
    "webinar_registrant": ("registrations", "loses its key; the empty row holds the registrations together"),
    "webinar_registration": (
        "registrations",
        "loses name, organisation, country, answers, zone and key; what is ahead is cancelled",
    ),
    "webinar_seat": ("registrations", "kept for the counts, of a registration without a name"),
    "webinar_question": ("webinar_questions", "deleted; what was published stays without a name"),
    "webinar_vote": ("webinar_questions", "deleted; the count stays"),
    "webinar_presence": ("presences", "loses name and address"),
    "room_event": ("presences", "loses name; what a room said, of which presences are made"),
    "webinar_speaker": ("speaking", "deleted; slides stay without a name"),
    "staff_member": ("staff", "refused while the account is open; a closed one is deleted, and the trail names nobody"),
    "staff_session": ("", "belongs to an account of staff, see staff_member; deleted with it"),
}
#: Tables that look personal by a column's name and are not.
NOT_PERSONAL: dict[str, str] = {
    "budget": "keys are keyed hashes and are forgotten after their window",
    "identity": "the hub's own names and addresses",
    "mailing_list": "names of lists",
    "newsletter": "names of newsletters",
    "term": "names of the vocabulary",
    "restored": "counts, and which member of staff looked",
    "reached": "keyed hashes of mails",
    "lease": "names of processes",
    "bounce_mailbox": "mailboxes of the hub itself: what readers sent there is read and not kept",
    "sender": "names of processes and machines",
    "webinar_mailing": "`by` is a member of staff",
    "webinar_feedback": "answers are nobody's: `voter` is a keyed hash, so that each answers once",
    "show": "hosts and owners, as its feed tells everybody; staff write it",
    "episode": "hosts and guests, as the feed tells everybody; staff write it",
    "media_file": "names of files",
    "upload": "names of files, forgotten after a day; `by` is a member of staff",
    "log_import": "names of files",
    "download_agent": "what programs call themselves",
    "download_request": "hashes under the secret of one day, emptied once they belong to a window",
    "download_window": "hashes under the secret of one day, which is forgotten after two",
}


def data_of(session: Session, house: House, person: Person) -> dict[str, Any]:
    """Everything we hold about a person, as one document of plain JSON values."""
    return _data(session, addresses_of(session, person), person)


def data_of_address(session: Session, house: House, email: str) -> dict[str, Any] | None:
    """The same for an address that may have no reader behind it (somebody who shared a resource); None if unknown."""
    address = addresses.find(session, house.tokens, email)
    if address is None:
        return None
    person = people.of_address(session, address)
    return data_of(session, house, person) if person else _data(session, [address], None)


def erase(session: Session, house: House, person: Person, now: datetime) -> None:
    """Forget a person for good. What remains are counts, consents without a name, and hashes that stay suppressed.

    `Conflict` where one of their addresses belongs to a member of staff.
    """
    theirs = addresses_of(session, person)
    _refuse_for_staff(session, theirs)
    asked_for = [c.new_address_id for c in changes_of(session, person) if c.confirmed_at is None]
    for model in (Subscription, Interest, AddressChange, Received, PrivateFeed):
        table = _table(model)
        session.execute(delete(table).where(table.c.person_id == person.id))
    session.execute(update(Consent).where(col(Consent.person_id) == person.id).values(ip="", user_agent="", page=""))
    session.execute(
        update(Consent)
        .where(col(Consent.person_id) == person.id, col(Consent.withdrawn_at).is_(None))
        .values(withdrawn_at=now)
    )
    session.execute(update(Trail).where(col(Trail.about) == f"person:{person.id}").values(what="(erased)", data={}))
    name = person.name
    person.name, person.key, person.country = "", people.new_key(), None
    person.languages, person.zone, person.paused_until = "en", "UTC", None
    session.add(person)
    session.flush()
    for address in theirs:
        _erase_address(session, house, address, name, now)
    upkeep.forget_addresses(session, house, asked_for, now)
    session.expire_all()


def erase_address(session: Session, house: House, email: str, now: datetime) -> bool:
    """Forget whoever has this address, reader or not. False where nobody has it."""
    address = addresses.find(session, house.tokens, email)
    if address is None or not address.email:
        return False
    person = people.of_address(session, address)
    if person is not None:
        erase(session, house, person, now)
        return True
    _refuse_for_staff(session, [address])
    _erase_address(session, house, address, "", now)
    session.expire_all()
    return True


def _erase_address(session: Session, house: House, address: Address, name: str, now: datetime) -> None:
    forget_bookings(session, house, address, now)
    cancel_all(session, address, now)
    forget_mails(session, address)
    for share in session.exec(select(Share).where(col(Share.address_id) == address.id)):
        names = [part.casefold() for part in (name, share.name) if part]
        if any(part in share.credit.casefold() for part in names):
            share.credit = ""
        if any(part in share.organisation.casefold() for part in names):  # somebody who is their own organisation
            share.organisation = share.naming = ""
        share.name = share.note = ""
        session.add(share)
    forget_staff(session, address)
    addresses.erase(session, house.tokens, address, now=now)


def _refuse_for_staff(session: Session, theirs: Iterable[Address]) -> None:
    ids = [address.id for address in theirs]
    working = select(Member.id).where(col(Member.address_id).in_(ids), col(Member.disabled_at).is_(None))
    if session.exec(working).first() is not None:
        raise Conflict("This address belongs to a member of staff. An owner closes the account first.")


def _data(session: Session, theirs: list[Address], person: Person | None) -> dict[str, Any]:
    ids = [address.id or 0 for address in theirs]
    staff = select(Member.role, Member.name, Member.created_at).where(col(Member.address_id).in_(ids))
    document: dict[str, Any] = {
        "addresses": [_row(address, "id", "hash", "normalised") for address in theirs],
        "person": _row(person, "id", "address_id", "key") if person else None,
        **(_of_person(session, person) if person else {}),
        **mails_of(session, theirs),
        **bookings_of(session, theirs),
        "shares": _shares(session, ids),
        "staff": [dict(zip(("role", "name", "since"), map(_plain, row), strict=True)) for row in session.exec(staff)],
    }
    return document


def _of_person(session: Session, person: Person) -> dict[str, Any]:
    slugs = {row.id: row.slug for row in session.exec(select(MailingList))}
    consents = session.exec(select(Consent).where(col(Consent.person_id) == person.id).order_by(col(Consent.id)))
    lines = session.exec(select(Trail).where(col(Trail.about) == f"person:{person.id}").order_by(col(Trail.id)))
    emails = {
        row.id: row.email
        for row in session.exec(
            select(Address).where(
                col(Address.id).in_(
                    [one for c in changes_of(session, person) for one in (c.old_address_id, c.new_address_id)]
                )
            )
        )
    }
    return {
        "interests": sorted(f"{facet}:{key}" for facet, key in people.interests(session, person)),
        "subscriptions": [
            {"list": row.slug, **_row(subscription, "id", "person_id", "list_id")}
            for subscription, row in people.subscriptions(session, person)
        ],
        "consents": [{"list": slugs[one.list_id], **_row(one, "id", "person_id", "list_id")} for one in consents],
        "address_changes": [
            {
                "from": emails.get(one.old_address_id, ""),
                "to": emails.get(one.new_address_id, ""),
                **_row(one, "id", "person_id", "old_address_id", "new_address_id"),
            }
            for one in changes_of(session, person)
        ],
        "received": _received(session, person),
        "private_feeds": _private_feeds(session, person),
        "trail": [{"at": _plain(line.at), "what": line.what} for line in lines],
    }


def _received(session: Session, person: Person) -> list[dict[str, Any]]:
    title = func.coalesce(
        select(WorkText.title)
        .where(col(WorkText.work_id) == col(Work.id), col(WorkText.language) == col(Work.language))
        .limit(1)
        .scalar_subquery(),
        Work.slug,
    )
    rows = session.execute(
        columns_of(title, col(Issue.slug), col(Received.reason))
        .select_from(Received)
        .join(Work, col(Work.id) == col(Received.work_id))
        .join(Issue, col(Issue.id) == col(Received.issue_id))
        .where(col(Received.person_id) == person.id)
        .order_by(col(Received.outbox_id), col(Received.work_id))
    )
    return [{"title": row[0], "issue": row[1], "reason": row[2]} for row in rows]


def _private_feeds(session: Session, person: Person) -> list[dict[str, Any]]:
    rows = session.exec(
        select(PrivateFeed, Show)
        .join(Show, col(Show.id) == col(PrivateFeed.show_id))
        .where(col(PrivateFeed.person_id) == person.id)
        .order_by(col(PrivateFeed.id))
    )
    return [{"show": show.slug, **_row(feed, "id", "show_id", "person_id", "key")} for feed, show in rows]


def _shares(session: Session, ids: list[int]) -> list[dict[str, Any]]:
    rows = session.exec(select(Share).where(col(Share.address_id).in_(ids)).order_by(col(Share.id)))
    return [_row(share, "id", "address_id") for share in rows]


def _row(row: SQLModel, *but: str) -> dict[str, Any]:
    """A row as plain values, without our own numbers."""
    return {name: _plain(value) for name, value in row.model_dump().items() if name not in but}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _table(model: type[SQLModel]) -> Table:
    return model.__table__  # type: ignore[attr-defined,no-any-return]
