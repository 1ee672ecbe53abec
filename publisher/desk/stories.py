"""What happened with a person, in plain sentences, oldest first: for staff who are asked “why do I get this?”."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from publisher.audience import people
from publisher.audience.models import AddressChange, Consent, MailingList, Person
from publisher.desk.mail_stories import of_mails
from publisher.desk.webinar_stories import of_webinars
from publisher.desk.whose import addresses_of
from publisher.library.models import Share, Work, WorkText
from publisher.mail.models import Address
from publisher.podcasts.models import PrivateFeed, Show
from publisher.staff.models import Trail

Line = tuple[datetime, str]

_HOW = {
    "form": "Signed up for {name} on a page.",
    "api": "Signed up for {name} through another program.",
    "import": "Was added to {name} by an import: {wording}",
    "staff": "Was added to {name} by staff: {wording}",
    "undo": "Took back having left {name}.",
    "restored": "Was on {name} again after the hub was restored from a backup: they had come back to it before.",
    "demo": "Was put on {name} for the demo.",
}
_ENDED = {
    "unsubscribed": "Left {name}.",
    "bounced": "{name} ended: mail to the address came back.",
    "complained": "{name} ended: they complained about a mail.",
}
_STOPPED = {
    "bounced": ": it came back",
    "complained": ": they complained about a mail",
    "erased": ": the person was erased",
    "staff": " by staff",
}
_SHARED = {"published": "“{title}”, which they had shared, was published.", "declined": "“{title}”, which they had shared, was not taken."}  # fmt: skip


def story(session: Session, person: Person) -> list[Line]:
    """Every moment we know of, with a sentence; also of addresses they had before."""
    theirs = addresses_of(session, person)
    lines: list[Line] = [(person.created_at, "Became known here.")]
    lines += _of_lists(session, person) + _of_changes(session, person)
    lines += _of_feeds(session, person) + _of_staff(session, person)
    return sorted([*lines, *_of_addresses(session, theirs)], key=lambda line: line[0])


def story_of_address(session: Session, address: Address) -> list[Line]:
    """The same of an address that no reader has: somebody who registered, shared or speaks."""
    lines = [(address.created_at, "Became known here."), *_of_addresses(session, [address])]
    return sorted(lines, key=lambda line: line[0])


def _of_addresses(session: Session, theirs: Sequence[Address]) -> list[Line]:
    lines = [
        (
            address.suppressed_at,
            f"Mail to {address.email or 'the address'} was stopped{_STOPPED.get(address.reason, f': {address.reason}')}.",
        )
        for address in theirs
        if address.suppressed and address.suppressed_at
    ]
    return [*lines, *_of_shares(session, theirs), *of_webinars(session, theirs), *of_mails(session, theirs)]


def _of_lists(session: Session, person: Person) -> list[Line]:
    lines: list[Line] = []
    names = {row.id: row.name for row in session.exec(select(MailingList))}
    for consent in session.exec(select(Consent).where(col(Consent.person_id) == person.id).order_by(col(Consent.id))):
        name = names[consent.list_id]
        sentence = _HOW.get(consent.how, "Joined {name}.")
        lines.append((consent.at, sentence.format(name=name, wording=consent.wording)))
        if consent.confirmation_sent_at:
            lines.append((consent.confirmation_sent_at, f"Was asked to confirm {name}."))
        if consent.confirmed_at and consent.confirmed_at != consent.at:
            lines.append((consent.confirmed_at, f"Confirmed {name}."))
    for subscription, row in people.subscriptions(session, person):
        if subscription.ended_at and subscription.state in _ENDED:
            lines.append((subscription.ended_at, _ENDED[subscription.state].format(name=row.name)))
    return lines


def _of_changes(session: Session, person: Person) -> list[Line]:
    lines: list[Line] = []
    changes = session.exec(select(AddressChange).where(col(AddressChange.person_id) == person.id))
    for change in changes:
        lines.append((change.asked_at, "Asked for another address."))
        if change.confirmed_at:
            lines.append((change.confirmed_at, "Confirmed the new address."))
    return lines


def _of_feeds(session: Session, person: Person) -> list[Line]:
    lines: list[Line] = []
    feeds = select(PrivateFeed, Show).join(Show, col(Show.id) == col(PrivateFeed.show_id))
    for feed, show in session.exec(feeds.where(col(PrivateFeed.person_id) == person.id)):
        lines.append((feed.created_at, f"Got a feed of their own of {show.title}."))
        if feed.revoked_at:
            lines.append((feed.revoked_at, f"Their feed of {show.title} was taken back."))
    return lines


def _of_staff(session: Session, person: Person) -> list[Line]:
    """What was done on their behalf, with who did it."""
    rows = session.exec(select(Trail).where(col(Trail.about) == f"person:{person.id}").order_by(col(Trail.id)))
    return [(line.at, f"{line.what} ({line.who})") for line in rows]


def _of_shares(session: Session, theirs: Sequence[Address]) -> list[Line]:
    lines: list[Line] = []
    rows = session.exec(
        select(Share, WorkText)
        .join(Work, col(Work.id) == col(Share.work_id))
        .join(WorkText, (col(WorkText.work_id) == col(Work.id)) & (col(WorkText.language) == col(Work.language)))
        .where(col(Share.address_id).in_([address.id for address in theirs]))
    )
    for share, text in rows:
        lines.append((share.at, f"Shared “{text.title}” with us."))
        if share.answered_at and share.answer in _SHARED:
            lines.append((share.answered_at, _SHARED[share.answer].format(title=text.title)))
    return lines
