"""Reading what comes back: bounces and complaints are mail's, wishes to leave belong to lists and webinars; both come to one mailbox.

One mail has its event, its consequences and its place in the counts in one transaction. Subscriptions are brought in line with
stopped addresses by their own line of the timetable.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from publisher.audience import leaving, lists, people
from publisher.errors import BadInput, BadToken
from publisher.house import House
from publisher.mail import addresses
from publisher.mail.bounces import mailboxes, opening, reading, taking, wishes
from publisher.mail.bounces.models import BounceMailbox
from publisher.mail.bounces.values import Finding, Verdict
from publisher.mail.inboxes import Reader
from publisher.mail.models import Letter, Outbox
from publisher.webinars import quiet, registrants

#: Mails that are read at a time, in how many seconds: the rest at the next look.
AT_ONCE, SECONDS = 2_000, 120.0


def read_due(house: House, now: datetime, *, anyway: bool = False, seconds: float = SECONDS) -> int:
    """Read the mailboxes whose time has come (`anyway`: all that nobody is reading). The number of mails."""
    return _READER.read_due(house, now, seconds=seconds, anyway=anyway)


def take(session: Session, house: House, raw: bytes, now: datetime) -> str:
    """Take one mail in. What it was: a verdict, `left` for a wish that was followed, `forged`, or `again`."""
    finding = reading.read(raw)
    if finding.verdict is Verdict.NOT_A_BOUNCE and finding.sender and _left(session, house, finding, now):
        return "left"
    return taking.take(session, house.tokens, finding, raw, now)


def _left(session: Session, house: House, finding: Finding, now: datetime) -> bool:
    """Leave by the token that a mail program was given, or by saying so. Who only says so is known by the mail that they answer,
    and leaves what that was about; else by their address, and leaves every list. A goodbye has the way back, as by any link."""
    for token in wishes.tokens_in(finding):
        if _by_token(session, house, token, now):
            return True
    if not wishes.says_stop(finding):
        return False
    answered = taking.quoted(session, house.tokens, finding.sender, finding.message_ids)
    return _what_it_was(session, house, answered, now) or _everything(session, house, finding.sender, now)


def _by_token(session: Session, house: House, token: str, now: datetime) -> bool:
    try:
        leaving.leave_by_link(session, house, token, now, how="mailto")
    except BadToken:
        try:
            quiet.mute_by_link(session, house, token, now=now)
        except BadToken:
            return False
    return True


def _what_it_was(session: Session, house: House, answered: Outbox | None, now: datetime) -> bool:
    """Leave the list that a mail came through, or hear no more about its webinar."""
    if answered is None:
        return False
    letter = session.get_one(Letter, answered.letter_id)
    found = lists.find(session, letter.list_key) if letter.list_key else None
    person = people.by_key(session, answered.subject) if answered.subject else None
    if found is not None and person is not None:
        leaving.leave(session, house, person, [found], now, "mailto")
        return True
    registration = registrants.by_key(session, answered.subject) if answered.subject else None
    if registration is not None:
        quiet.mute(session, registration, now=now)
    return registration is not None


def _everything(session: Session, house: House, sender: str, now: datetime) -> bool:
    try:
        address = addresses.find(session, house.tokens, sender)
    except BadInput:
        return False
    person = people.of_address(session, address) if address else None
    if person is not None:
        leaving.leave_everything(session, house, person, now, "mailto")
    return person is not None


def _take(session: Session, house: House, row: Any, mails: Sequence[bytes], now: datetime) -> None:
    for what, count in Counter(take(session, house, raw, now) for raw in mails).items():
        taking.tally(session, row.id, what, count, now)


_READER = Reader(
    BounceMailbox.__table__,  # type: ignore[attr-defined]
    _take,
    most=opening.LARGEST,
    whole=False,
    at_once=AT_ONCE,
    together=20,
    since=mailboxes.read_since,
)
