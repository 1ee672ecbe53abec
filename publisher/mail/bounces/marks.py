"""When too much comes back. Marks: 2 % and 5 % of a letter's mails; 0.1 % and 0.3 % for complaints (`deliverability.md` §1, rows 33-34:
above the first somebody should look, above the second providers begin to refuse our mail)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from publisher.mail.models import Letter, MailEvent, Outbox, OutboxState

BOUNCES, COMPLAINTS = (0.02, 0.05), (0.001, 0.003)
#: Fewer are no share of anything: one wrong address among twenty readers is no alarm.
FEWEST = {"bounces": 3, "complaints": 2}
LOOKED_AT = timedelta(days=30)
_LEFT = (OutboxState.ACCEPTED, OutboxState.UNCERTAIN, OutboxState.REJECTED)


@dataclass(frozen=True)
class Numbers:
    """Of one letter: mails that a relay answered about, those that were refused or came back, and complaints."""

    sent: int = 0
    bounces: int = 0
    complaints: int = 0
    returned: int = 0  # of the bounces, those that a relay had taken before


@dataclass(frozen=True)
class Mark:
    """A letter of which too much came back. `what`: bounces | complaints. `is_grave`: above the second mark."""

    letter: str
    title: str
    what: str
    count: int
    sent: int
    share: float
    is_grave: bool
    sentence: str


def marks(session: Session, now: datetime, *, within: timedelta = LOOKED_AT) -> list[Mark]:
    """The letters to many that were let out lately and are above a mark, the newest first."""
    which = select(Letter).where(col(Letter.standing).is_(False), col(Letter.let_out_at) >= now - within)
    letters = session.exec(which.order_by(col(Letter.let_out_at).desc(), col(Letter.id).desc())).all()
    counted = numbers(session, [one.id or 0 for one in letters])
    return [mark for one in letters for mark in of_numbers(one, counted.get(one.id or 0, Numbers()))]


def of_numbers(letter: Letter, told: Numbers) -> list[Mark]:
    """The marks that this letter is above."""
    pairs = (("bounces", told.bounces, BOUNCES), ("complaints", told.complaints, COMPLAINTS))
    return [
        Mark(letter.key, letter.title, what, count, told.sent, count / told.sent, count / told.sent > limits[1], _said(what, count, told.sent, limits))
        for what, count, limits in pairs
        if told.sent and count >= FEWEST[what] and count / told.sent > limits[0]
    ]  # fmt: skip


def numbers(session: Session, letters: Sequence[int]) -> dict[int, Numbers]:
    """Of each of these letters; those that nothing left of are missing. A number of queries that does not grow with the letters."""
    mails = select(Outbox.letter_id, func.count()).where(col(Outbox.letter_id).in_(letters))
    sent = dict(session.exec(mails.where(col(Outbox.state).in_(_LEFT)).group_by(col(Outbox.letter_id))).all())
    refused = dict(
        session.exec(mails.where(col(Outbox.state) == OutboxState.REJECTED).group_by(col(Outbox.letter_id))).all()
    )
    told = (
        select(Outbox.letter_id, MailEvent.kind, func.count(func.distinct(MailEvent.outbox_id)))
        .join(MailEvent, col(MailEvent.outbox_id) == col(Outbox.id))
        .where(
            col(Outbox.letter_id).in_(letters),
            col(MailEvent.kind).in_(("bounce", "complaint")),
            col(Outbox.state) != OutboxState.REJECTED,
        )
        .group_by(col(Outbox.letter_id), col(MailEvent.kind))
    )
    events = {(letter, kind): int(count) for letter, kind, count in session.exec(told).all()}
    return {
        one: Numbers(int(count), int(refused.get(one, 0)) + events.get((one, "bounce"), 0), events.get((one, "complaint"), 0), events.get((one, "bounce"), 0))
        for one, count in sent.items()
    }  # fmt: skip


def _said(what: str, count: int, sent: int, limits: tuple[float, float]) -> str:
    share = f"{count / sent:.1%}".replace(".0%", "%")
    grave = count / sent > limits[1]
    if what == "bounces":
        after = (
            "Look at where these addresses come from before the next issue."
            if grave
            else "Two in a hundred is where it is worth a look."
        )
        return f"{count} of {sent} mails came back ({share}). {after}"
    after = (
        "Mail providers begin to refuse mail at this rate." if grave else "More than one in a thousand is worth a look."
    )
    people = "1 person" if count == 1 else f"{count} people"
    return f"{people} of {sent} complained ({count / sent:.2%}). {after}"
