"""Taking the demo away: everything it made and nothing else. What people of flesh and blood did with it stops the removal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, update
from sqlmodel import Session, SQLModel, col, select

from publisher.audience.lists import find as find_list
from publisher.audience.lists import reopen
from publisher.audience.models import AddressChange, Consent, Interest, MailingList, Person, Subscription
from publisher.demo import kept_files, marker, off_air, packing_up
from publisher.errors import Conflict, NotFound
from publisher.house import House
from publisher.library.models import (
    LookAlike,
    Record,
    SearchDocument,
    Share,
    Source,
    SourceRun,
    Subject,
    TitleBlock,
    Work,
    WorkKey,
    WorkText,
)
from publisher.mail import identities
from publisher.mail.models import (
    Address,
    Identity,
    Letter,
    LetterEdition,
    LetterLink,
    MailboxMessage,
    MailEvent,
    Outbox,
)
from publisher.newsletters.models import Correction, Issue, IssueItem, Newsletter, Received, Section
from publisher.staff.models import Member, StaffSession
from publisher.webinars.models import Registrant, Speaker

Ids = Sequence[int]


@dataclass(frozen=True)
class Made:
    """Row numbers of what the demo made, as they are at this moment."""

    identities: Ids
    lists: Ids
    newsletters: Ids
    issues: Ids
    letters: Ids
    sources: Ids
    works: Ids
    pictures: Ids
    addresses: Ids
    people: Ids
    on_air: off_air.OnAir
    gathered: packing_up.Gathered


def remove(house: House, now: datetime) -> None:
    """Take the demo hub away. `NotFound` where it is not here; `Conflict` where it would take something real with it."""
    with house.database.session() as session:
        line = marker.find(session)
        if line is None:
            raise NotFound("The demo hub is not here.")
        made = _made(session, house)
        _must_touch_nothing_real(session, made)
        off_air.must_be_only_ours(session, made.on_air, line.at, lists=made.lists)
        packing_up.must_be_only_ours(
            session, made.gathered, addresses=made.addresses, lists=made.lists, identities=made.identities
        )
        left = take_away(session, house)
    for path in left:
        path.unlink(missing_ok=True)


def take_away(session: Session, house: House) -> list[Path]:
    """As `remove`, without asking: for a demo that was never finished. Returns files of media to delete after the commit,
    unless the demo is filled again."""
    made, line = _made(session, house), marker.find(session)
    assert line is not None
    theirs = {"addresses": made.addresses, "lists": made.lists, "identities": made.identities}
    packing_up.pack_up(session, made.gathered, letters=made.letters, **theirs)
    _mails(session, made)
    _issues(session, made)
    off_air.take_off(session, made.on_air, line.at, people=made.people)
    left = kept_files.take_away(session, house, [*made.on_air.files, *made.gathered.files])
    _works(session, made)
    left += kept_files.take_away(session, house, made.pictures)
    off_air.close_source(session)
    packing_up.close_source(session)
    _people(session, made)
    _newsletters(session, made)
    _sign_as_before(session, line.data["before"], line.data.get("signs", {}))
    _open_again(session, line.data.get("closed", ""))
    session.delete(line)
    session.flush()
    return left


def _made(session: Session, house: House) -> Made:
    """Things by short name and moment, works by where they came from, people by their address."""
    line, named = marker.find(session), marker.slugs()
    at = line.at if line is not None else None

    def those(table: Any, slugs: Sequence[str]) -> Ids:
        return _ids(session, table, col(table.slug).in_(slugs), col(table.created_at) == at)

    people_addresses = _ids(
        session,
        Address,
        or_(col(Address.normalised).in_(marker.emails()), col(Address.hash).in_(marker.hashes(house.tokens))),
    )
    moved = select(AddressChange.person_id).where(col(AddressChange.old_address_id).in_(people_addresses))
    newsletters, sources = those(Newsletter, named["newsletters"]), those(Source, named["sources"])
    identities_of, lists = those(Identity, named["identities"]), those(MailingList, named["lists"])
    list_keys = select(MailingList.slug).where(col(MailingList.id).in_(lists))
    issues = _ids(session, Issue, col(Issue.newsletter_id).in_(newsletters))
    here, met = off_air.on_air(session, at), packing_up.gathered(session, at)
    of_issues = select(Issue.letter_id).where(col(Issue.id).in_(issues), col(Issue.letter_id).is_not(None))
    works = _works_of(session, sources, [*here.records, *met.records])
    return Made(
        identities=identities_of,
        lists=lists,
        newsletters=newsletters,
        issues=issues,
        letters=_ids(
            session,
            Letter,
            or_(
                col(Letter.id).in_(of_issues),
                col(Letter.id).in_(met.letters),
                col(Letter.list_key).in_(list_keys),
                col(Letter.identity_id).in_(identities_of),
            ),
        ),
        sources=sources,
        works=works,
        pictures=kept_files.brought(session, kept_files.of_works(works), at),
        addresses=people_addresses,
        people=_ids(session, Person, or_(col(Person.address_id).in_(people_addresses), col(Person.id).in_(moved))),
        on_air=here,
        gathered=met,
    )


def _works_of(session: Session, sources: Ids, records: Ids) -> Ids:
    """Works that only the demo's sources, episodes and webinars speak of, and what was merged into them. Others outlive it."""
    ours = or_(col(Record.source_id).in_(sources), col(Record.id).in_(records))
    here = select(Record.work_id).where(ours, col(Record.work_id).is_not(None))
    elsewhere = select(Record.work_id).where(~ours, col(Record.work_id).is_not(None))
    works = set(_ids(session, Work, col(Work.id).in_(here), col(Work.id).not_in(elsewhere)))
    merged = _ids(session, Work, col(Work.merged_into_id).in_(works), col(Work.id).not_in(elsewhere))
    return sorted(works | set(merged))


def _must_touch_nothing_real(session: Session, made: Made) -> None:
    readers = _count(
        session,
        Subscription,
        col(Subscription.list_id).in_(made.lists),
        col(Subscription.person_id).not_in(made.people),
    )
    strangers = select(Person.address_id).where(col(Person.id).not_in(made.people))
    reached = _count(session, Outbox, col(Outbox.letter_id).in_(made.letters), col(Outbox.address_id).in_(strangers))
    if readers or reached:
        raise Conflict(
            "People who are not part of the demo are on its lists or had mail from them. Erase them first, or keep the demo."
        )
    papers = _count(
        session,
        Newsletter,
        col(Newsletter.id).not_in(made.newsletters),
        or_(col(Newsletter.list_id).in_(made.lists), col(Newsletter.identity_id).in_(made.identities)),
    )
    lists = _count(
        session, MailingList, col(MailingList.id).not_in(made.lists), col(MailingList.identity_id).in_(made.identities)
    )
    told = _count(
        session, IssueItem, col(IssueItem.issue_id).not_in(made.issues), col(IssueItem.work_id).in_(made.works)
    )
    lent = _count(session, Issue, col(Issue.id).not_in(made.issues), col(Issue.list_id).in_(made.lists))
    if papers or lists or told or lent:
        raise Conflict(
            "A newsletter or list of your own uses something of the demo. Change it first, or keep the demo."
        )
    if _count(session, Share, col(Share.work_id).in_(made.works), col(Share.address_id).not_in(made.addresses)):
        raise Conflict(
            "A partner shared a resource that is the same as one of the demo. Reject it first, or keep the demo."
        )


def _mails(session: Session, made: Made) -> None:
    """The letters of its newsletters, and every letter to its people; standing letters stay unless nothing is left
    of them, whenever they began: the demo has a past."""
    gone = select(Outbox.id).where(
        or_(col(Outbox.letter_id).in_(made.letters), col(Outbox.address_id).in_(made.addresses))
    )
    _delete(
        session,
        Received,
        or_(
            col(Received.outbox_id).in_(gone),
            col(Received.issue_id).in_(made.issues),
            col(Received.person_id).in_(made.people),
            col(Received.work_id).in_(made.works),
        ),
    )
    _delete(session, MailEvent, col(MailEvent.outbox_id).in_(gone))
    _delete(session, Outbox, or_(col(Outbox.letter_id).in_(made.letters), col(Outbox.address_id).in_(made.addresses)))
    _delete(session, MailboxMessage, func.lower(col(MailboxMessage.recipient)).in_(marker.emails()))
    session.execute(update(Issue).where(col(Issue.id).in_(made.issues)).values(letter_id=None))
    used = select(Outbox.letter_id)
    idle = _ids(session, Letter, col(Letter.standing).is_(True), col(Letter.id).not_in(used))
    letters = [*made.letters, *idle]
    _delete(session, LetterLink, col(LetterLink.letter_id).in_(letters))
    _delete(session, LetterEdition, col(LetterEdition.letter_id).in_(letters))
    _delete(session, Letter, col(Letter.id).in_(letters))


def _issues(session: Session, made: Made) -> None:
    items = or_(col(IssueItem.issue_id).in_(made.issues), col(IssueItem.work_id).in_(made.works))
    _delete(session, IssueItem, items)
    _delete(session, Correction, col(Correction.issue_id).in_(made.issues))
    session.execute(update(Issue).where(col(Issue.id).in_(made.issues)).values(corrects_id=None))
    _delete(session, Issue, col(Issue.id).in_(made.issues))


def _works(session: Session, made: Made) -> None:
    """Works with all that hangs on them, then the sources with all they ever said."""
    _delete(session, LookAlike, or_(col(LookAlike.work_id).in_(made.works), col(LookAlike.other_id).in_(made.works)))
    for table in (SearchDocument, WorkText, Subject, TitleBlock, WorkKey, Share):
        _delete(session, table, col(table.work_id).in_(made.works))
    own = [*made.on_air.records, *made.gathered.records]
    said = or_(col(Record.source_id).in_(made.sources), col(Record.id).in_(own))
    _delete(session, Record, or_(said, col(Record.work_id).in_(made.works)))
    session.execute(update(Work).where(col(Work.merged_into_id).in_(made.works)).values(merged_into_id=None))
    _delete(session, Work, col(Work.id).in_(made.works))
    _delete(session, SourceRun, col(SourceRun.source_id).in_(made.sources))
    _delete(session, Source, col(Source.id).in_(made.sources))


def _people(session: Session, made: Made) -> None:
    """Readers and staff; an address stays where somebody else has come to use it."""
    for table in (Subscription, Consent, Interest, AddressChange):
        _delete(session, table, col(table.person_id).in_(made.people))
    taken = _ids_of(session, select(Person.address_id).where(col(Person.id).in_(made.people)))
    _delete(session, Person, col(Person.id).in_(made.people))
    staff = _ids(session, Member, col(Member.is_demo).is_(True))
    _delete(session, StaffSession, col(StaffSession.member_id).in_(staff))
    _delete(session, Member, col(Member.id).in_(staff))
    used = or_(
        col(Address.id).in_(select(Outbox.address_id)),
        col(Address.id).in_(select(Member.address_id)),
        col(Address.id).in_(select(Person.address_id)),
        col(Address.id).in_(select(Share.address_id)),
        col(Address.id).in_(select(AddressChange.new_address_id)),
        col(Address.id).in_(select(AddressChange.old_address_id)),
        col(Address.id).in_(select(Registrant.address_id)),
        col(Address.id).in_(select(Speaker.address_id).where(col(Speaker.address_id).is_not(None))),
    )
    _delete(session, Address, col(Address.id).in_({*made.addresses, *taken}), ~used)


def _newsletters(session: Session, made: Made) -> None:
    _delete(session, Section, col(Section.newsletter_id).in_(made.newsletters))
    _delete(session, Newsletter, col(Newsletter.id).in_(made.newsletters))
    _delete(session, Consent, col(Consent.list_id).in_(made.lists))
    _delete(session, MailingList, col(MailingList.id).in_(made.lists))
    _delete(session, Identity, col(Identity.id).in_(made.identities))


def _sign_as_before(session: Session, before: dict[str, Any], signs: dict[str, Any]) -> None:
    """Put the hub's signature back, but for what somebody has changed since: that is theirs."""
    identity = identities.hub(session)
    for name, value in before.items():
        if getattr(identity, name) == signs.get(name, getattr(identity, name)):
            setattr(identity, name, value)
    session.add(identity)


def _open_again(session: Session, slug: str) -> None:
    closed = find_list(session, slug)
    if closed is not None:
        reopen(session, closed)


def _ids(session: Session, table: Any, *where: ColumnElement[bool]) -> list[int]:
    return _ids_of(session, select(table.id).where(*where))


def _ids_of(session: Session, which: Any) -> list[int]:
    return [row[0] for row in session.execute(which)]


def _count(session: Session, table: type[SQLModel], *where: ColumnElement[bool]) -> int:
    return int(session.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def _delete(session: Session, table: type[SQLModel], *where: ColumnElement[bool]) -> None:
    session.execute(delete(table).where(*where), execution_options={"synchronize_session": False})
