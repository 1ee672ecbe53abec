"""What happened with a person, in plain sentences, oldest first: for staff who are asked “why do I get this?”."""

from datetime import datetime

from sqlmodel import Session, col, select

from publisher.audience import people
from publisher.audience.models import AddressChange, Consent, MailingList, Person
from publisher.mail.bounces.judging import REASONS
from publisher.mail.models import Letter, MailEvent, Outbox, OutboxState
from publisher.webinars.models import Registrant, Registration, RegistrationState, Series, Speaker

Line = tuple[datetime, str]

_HOW = {
    "form": "Signed up for {name} on a page.",
    "api": "Signed up for {name} through another program.",
    "import": "Was added to {name} by an import: {wording}",
    "staff": "Was added to {name} by staff: {wording}",
    "undo": "Took back having left {name}.",
    "demo": "Was put on {name} for the demo.",
}
_ENDED = {
    "unsubscribed": "Left {name}.",
    "bounced": "{name} ended: mail to the address came back.",
    "complained": "{name} ended: they complained about a mail.",
}
_BOOKED = {
    "link": "Registered for “{title}” by a link in a mail.",
    "api": "Registered for “{title}” through another program.",
    "import": "Was registered for “{title}” by an import.",
    "staff": "Was registered for “{title}” by staff.",
    "demo": "Was registered for “{title}” for the demo.",
}
_STOPPED = {
    "bounced": "Mail to the address was stopped: it came back.",
    "complained": "Mail to the address was stopped: they complained about a mail.",
    "erased": "Mail to the address was stopped: the person was erased.",
    "staff": "Mail to the address was stopped by staff.",
}
_EVENTS = {
    "bounce": "“{title}” came back{why}",
    "suppressed": "Too many mails came back, so nothing more is sent for now.",
    "complaint": "Complained about “{title}”.",
    "click": "Followed a link in “{title}”.",
    "rejected": "“{title}” was refused: {text}",
}


def story(session: Session, person: Person) -> list[Line]:
    """Every moment we know of, with a sentence."""
    lines: list[Line] = [(person.created_at, "Became known here.")]
    lines += _of_lists(session, person)
    lines += _of_address(session, person)
    lines += _of_webinars(session, person)
    lines += _of_mails(session, person)
    return sorted(lines, key=lambda line: line[0])


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


def _of_address(session: Session, person: Person) -> list[Line]:
    address = people.address_of(session, person)
    lines: list[Line] = []
    if address.suppressed and address.suppressed_at:
        lines.append(
            (address.suppressed_at, _STOPPED.get(address.reason, f"Mail to the address was stopped: {address.reason}."))
        )
    changes = session.exec(select(AddressChange).where(col(AddressChange.person_id) == person.id))
    for change in changes:
        lines.append((change.asked_at, "Asked for another address."))
        if change.confirmed_at:
            lines.append((change.confirmed_at, "Confirmed the new address."))
    return lines


def _of_webinars(session: Session, person: Person) -> list[Line]:
    lines: list[Line] = []
    rows = session.exec(
        select(Registration, Series)
        .join(Registrant, col(Registrant.id) == col(Registration.registrant_id))
        .join(Series, col(Series.id) == col(Registration.series_id))
        .where(col(Registrant.address_id) == person.address_id)
    )
    for one, series in rows:
        how = _BOOKED.get(one.source, "Registered for “{title}”.")
        lines.append((one.asked_at, how.format(title=series.title)))
        if one.registered_at and one.registered_at != one.asked_at:
            lines.append((one.registered_at, f"Got a place at “{series.title}”."))
        if one.muted_at:
            lines.append((one.muted_at, f"Wanted no more mail about “{series.title}”."))
        if one.cancelled_at:
            word = "Was declined for" if one.state == RegistrationState.DECLINED else "Cancelled"
            lines.append((one.cancelled_at, f"{word} “{series.title}”."))
    spoken = select(Speaker, Series).join(Series, col(Series.id) == col(Speaker.series_id))
    for speaker, series in session.exec(spoken.where(col(Speaker.address_id) == person.address_id)):
        if speaker.invited_at:
            lines.append((speaker.invited_at, f"Was invited to “{series.title}” as {speaker.role}."))
    return lines


def _of_mails(session: Session, person: Person) -> list[Line]:
    lines: list[Line] = []
    mails = session.exec(
        select(Outbox, Letter)
        .join(Letter, col(Letter.id) == col(Outbox.letter_id))
        .where(col(Outbox.address_id) == person.address_id)
        .order_by(col(Outbox.id))
    ).all()
    titles = {mail.id: letter.title for mail, letter in mails}
    for mail, letter in mails:
        if mail.state == OutboxState.ACCEPTED and mail.done_at:
            lines.append((mail.done_at, f"Was sent “{letter.title}”."))
        elif mail.state in (OutboxState.QUEUED, OutboxState.DEFERRED):
            lines.append((mail.created_at, f"“{letter.title}” waits to be sent."))
    whose = select(Outbox.id).where(col(Outbox.address_id) == person.address_id)
    for event in session.exec(select(MailEvent).where(col(MailEvent.outbox_id).in_(whose)).order_by(col(MailEvent.id))):
        if event.kind in _EVENTS:
            title = titles.get(event.outbox_id, "a mail")
            lines.append((event.at, _EVENTS[event.kind].format(title=title, text=event.text, why=_why(event))))
    return lines


def _why(event: MailEvent) -> str:
    """Why a mail came back, in words, and in those of the server that wrote so."""
    reason = REASONS.get(str(event.data.get("class", "")), "")
    wrote = f" Their server wrote: “{event.text}”" if event.text else ""
    return f": {reason[0].lower()}{reason[1:]}{wrote}" if reason else "."
