"""What became of the mails to somebody, in sentences. Whether a mail was opened is never watched, so nothing here tells of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from publisher.mail.bounces.judging import REASONS
from publisher.mail.models import Address, Letter, LetterLink, MailEvent, Outbox, OutboxState

Line = tuple[datetime, str]

_EVENTS = {
    "deferred": "{title} could not be delivered yet: {text}",
    "bounce": "{title} came back{why}",
    "suppressed": "Too many mails came back, so nothing more is sent for now.",
    "complaint": "Complained about {title}.",
    "click": "Followed a link in {title}.",
    "rejected": "{title} was refused: {text}",
    "uncertain": "The answer for {title} was lost; it may have come.",
}
_ENDED = {
    OutboxState.ACCEPTED: "Was sent {title}.",
    OutboxState.SUPPRESSED: "{title} was not sent: nothing goes to the address.",
    OutboxState.CANCELLED: "{title} was called off before it was sent.",
    OutboxState.EXPIRED: "{title} was not sent any more: it had come too late.",
}


#: Letters to one person, by kind.
STANDING = {
    "confirm": "the letter that asks to confirm",
    "welcome": "the welcome",
    "goodbye": "the letter that says they have left",
    "notice": "a notice they asked for",
    "desk": "a desk letter",
    "test": "a test letter",
    "issue-test": "a test of an issue",
    "webinar-confirmation": "the confirmation of a registration",
    "webinar-update": "word of what has changed at a webinar",
    "webinar-cancellation": "word that a webinar was called off",
    "webinar-speaker": "a letter to speakers",
}


def of_mails(session: Session, theirs: Sequence[Address]) -> list[Line]:
    """Every mail to these addresses, and what came of it."""
    ids = [address.id for address in theirs]
    mails = session.exec(
        select(Outbox, Letter)
        .join(Letter, col(Letter.id) == col(Outbox.letter_id))
        .where(col(Outbox.address_id).in_(ids))
        .order_by(col(Outbox.id))
    ).all()
    titles = {mail.id: called(letter) for mail, letter in mails}
    lines = [line for mail, letter in mails if (line := _of_mail(mail, letter))]
    links = _links(session, {letter.id or 0 for _, letter in mails})
    letters = {mail.id: letter.id for mail, letter in mails}
    whose = select(Outbox.id).where(col(Outbox.address_id).in_(ids))
    for event in session.exec(select(MailEvent).where(col(MailEvent.outbox_id).in_(whose)).order_by(col(MailEvent.id))):
        if event.kind in _EVENTS:
            text = event.text.strip() or "no reason given"
            sentence = _sentence(_EVENTS[event.kind], title=titles[event.outbox_id], text=text, why=_why(event))
            url = links.get((letters[event.outbox_id], event.key)) if event.kind == "click" else None
            lines.append((event.at, f"{sentence[:-1]}: {url}" if url else sentence))
    return lines


def called(letter: Letter) -> str:
    """A letter in a sentence: what kind it is, where it is one to a single person; else its title, quotes in it singled."""
    if letter.standing:
        return STANDING.get(letter.kind, f"a letter of the kind “{letter.title}”")
    return f"“{letter.title.replace('“', '‘').replace('”', '’')}”"


def _sentence(form: str, **parts: str) -> str:
    text = form.format(**parts)
    return text[:1].upper() + text[1:]


def _of_mail(mail: Outbox, letter: Letter) -> Line | None:
    if mail.state in (OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.IN_FLIGHT):
        return mail.created_at, _sentence("{title} waits to be sent.", title=called(letter))
    if mail.state in _ENDED:
        return mail.done_at or mail.created_at, _sentence(_ENDED[OutboxState(mail.state)], title=called(letter))
    return None  # its events tell it


def _links(session: Session, letters: set[int]) -> dict[tuple[int | None, str], str]:
    """Where link n of a letter leads to, for lists that count clicks."""
    rows = session.exec(select(LetterLink).where(col(LetterLink.letter_id).in_(letters)))
    return {(row.letter_id, str(row.n)): row.url for row in rows}


def _why(event: MailEvent) -> str:
    """Why a mail came back, in words, and in those of the server that wrote so."""
    reason = REASONS.get(str(event.data.get("class", "")), "")
    wrote = f" Their server wrote: “{event.text}”" if event.text else ""
    return f": {reason[0].lower()}{reason[1:]}{wrote}" if reason else "."
