"""What people's calendar programs answer to invitations (iTIP REPLY, RFC 5546 §3.2.3), read out of their mails.

An answer changes little: who declined gets no reminders, and stays registered, since only people cancel. It counts where the
one who answers is the one who was invited and the one who wrote the mail, where it is about the invitation as it stands, and
where no later answer came before it (RFC 5546 §2.1.5).
"""

import email
import email.message
import email.policy
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import getaddresses

from sqlalchemy import Table, update
from sqlmodel import Session, col, select

from feeds.calendar.replies import Answered, read_replies
from feeds.calendar.values import Moment
from feeds.errors import FeedError
from publisher import clock
from publisher.errors import BadInput
from publisher.house import House
from publisher.mail import addresses
from publisher.webinars.events import sequence_of, slot_of
from publisher.webinars.models import Registrant, Registration, RegistrationState, Seat, Series, Webinar
from publisher.webinars.programme import by_uid

LARGEST = 1_000_000
MOST_PARTS = 100
#: How far ahead of ours the clock of an answer may be.
AHEAD = timedelta(hours=26)
_TYPES = frozenset({"text/calendar", "application/ics"})
_SAID = {"ACCEPTED": "is coming", "DECLINED": "is not coming and gets no reminders", "TENTATIVE": "may be coming"}
_SEAT: Table = Seat.__table__  # type: ignore[attr-defined]
_REGISTRATION: Table = Registration.__table__  # type: ignore[attr-defined]


def take(session: Session, house: House, raw: bytes, now: datetime) -> str:
    """Take one mail in; what was done, or why nothing was, in a sentence for staff. Never raises for what a mail says."""
    try:
        sender, calendar = _opened(raw)
        answers = read_replies(calendar)
    except (BadInput, FeedError) as problem:
        return str(problem)
    return " ".join(dict.fromkeys(_answered(session, house, one, sender, now) for one in answers))


def _opened(raw: bytes) -> tuple[str, bytes]:
    """Who wrote it, normalised, and the reply that is in it."""
    if len(raw) > LARGEST:
        raise BadInput("This mail is too large for an answer to an invitation.")
    try:
        message = email.message_from_bytes(raw, policy=email.policy.compat32)
        senders = [found for _, found in getaddresses(_headers(message, "From")) if found]
        parts = list(_calendars(message))
    except (RecursionError, ValueError, LookupError, TypeError) as problem:
        raise BadInput("This mail cannot be read.") from problem
    reply = next((part for part in parts if b"REPLY" in part.upper()), None)
    if reply is None:
        raise BadInput("This mail answers no invitation: there is no reply of a calendar in it.")
    if len(senders) != 1:
        raise BadInput("This mail does not say who wrote it.")
    return _normal(senders[0]), reply


def _headers(message: email.message.Message, name: str) -> list[str]:
    return [str(value)[:1000] for value in message.get_all(name, [])][:10]


def _calendars(message: email.message.Message) -> Iterator[bytes]:
    """The parts that are calendars, as UTF-8 where they say another encoding."""
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            return
        is_file = (part.get_filename() or "").lower().endswith(".ics")
        if part.is_multipart() or not (part.get_content_type() in _TYPES or is_file):
            continue
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes):
            continue
        charset = str(part.get_content_charset() or "utf-8")
        yield data if charset in ("utf-8", "us-ascii") else data.decode(charset, "replace").encode()


def _answered(session: Session, house: House, answer: Answered, sender: str, now: datetime) -> str:
    who = answer.attendee[:100]
    if _normal(answer.attendee) != sender:
        return f"Passed over: the answer is for {who}, and somebody else wrote the mail."
    if answer.dtstamp > now + AHEAD:
        return f"Passed over: the answer of {who} says that it was given in the future."
    series = by_uid(session, answer.uid) if answer.uid.isprintable() else None
    if series is None:
        return "Passed over: the answer is about no webinar of this hub."
    registration = _registration(session, house, series, answer.attendee)
    if registration is None:
        return f"Passed over: {who} is not registered for “{series.title}”."
    if answer.sequence < sequence_of(series, registration):
        return f"Passed over: {who} answered an older invitation to “{series.title}”."
    row: Registration | Seat | None = registration
    if answer.recurrence_id is not None:
        row = _seat(session, series, registration, answer.recurrence_id)
    if row is None:
        return f"Passed over: {who} answered a date of “{series.title}” that they do not come to."
    if not _kept(session, row, answer):
        return f"Passed over: {who} gave a later answer to “{series.title}” already."
    return f"{who} {_SAID.get(answer.partstat, 'answered')}: “{series.title}”."


def _kept(session: Session, row: Registration | Seat, answer: Answered) -> bool:
    """One conditional UPDATE, so that of two answers at once the later one stays."""
    table, mine = (
        (_SEAT, (_SEAT.c.registration_id == row.registration_id) & (_SEAT.c.webinar_id == row.webinar_id))
        if isinstance(row, Seat)
        else (_REGISTRATION, _REGISTRATION.c.id == row.id)
    )
    earlier = table.c.partstat_at.is_(None) | (table.c.partstat_at < answer.dtstamp)
    values = {"partstat": _word(answer.partstat), "partstat_at": answer.dtstamp}
    kept = session.execute(update(table).where(mine, earlier).values(values).returning(table.c.partstat)).first()
    session.expire(row, list(values))
    return kept is not None


def _word(partstat: str) -> str:
    """A word of RFC 5545 §3.2.12, or of a program's own."""
    return re.sub(r"[^A-Z-]", "", partstat)[:20]


def _registration(session: Session, house: House, series: Series, attendee: str) -> Registration | None:
    address = addresses.find(session, house.tokens, attendee)
    if address is None or not address.email:
        return None
    which = select(Registration).join(Registrant, col(Registrant.id) == col(Registration.registrant_id))
    mine = (col(Registration.series_id) == series.id, col(Registrant.address_id) == address.id)
    return session.exec(which.where(*mine, col(Registration.state) == RegistrationState.REGISTERED)).first()


def _seat(session: Session, series: Series, registration: Registration, meant: Moment) -> Seat | None:
    """Their place at the date that an answer names."""
    which = select(Seat, Webinar).join(Webinar, col(Webinar.id) == col(Seat.webinar_id))
    coming = (col(Seat.registration_id) == registration.id, col(Seat.state) == "coming")
    rows = session.exec(which.where(*coming)).all()
    return next((seat for seat, webinar in rows if _is_same(slot_of(series, webinar), meant)), None)


def _is_same(slot: Moment, meant: Moment) -> bool:
    """By the wall where a program names the zone in its own way, else by the instant."""
    if meant.wall == slot.wall:
        return True
    try:
        first, second = (one.wall.replace(tzinfo=clock.zone(one.zone)).astimezone(UTC) for one in (slot, meant))
    except (BadInput, OverflowError):
        return False
    return first == second


def _normal(address: str) -> str:
    try:
        return addresses.normalise(address)
    except BadInput as problem:
        raise BadInput("This mail does not say who wrote it.") from problem
