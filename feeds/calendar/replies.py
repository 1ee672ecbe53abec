"""What people's calendar programs answer to an invitation: METHOD:REPLY (RFC 5546 §3.2.3)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from feeds.calendar import forms
from feeds.calendar.reading import Component, Property, read
from feeds.calendar.values import Moment
from feeds.errors import FeedError

#: Answers in one message: one for the series and one for each date of it that somebody answers apart.
MOST = 100


@dataclass(frozen=True)
class Answered:
    """Who answered what. `attendee`: a bare address as it was written; `partstat` in capitals, and any word that a program may
    say; `recurrence_id`: the date that is meant, none for all, its zone as it stands (a foreign one may be no IANA name);
    `sequence`: the state of the invitation that was answered; of two answers the one with the later `dtstamp` counts."""

    uid: str
    attendee: str
    partstat: str
    sequence: int
    dtstamp: datetime
    recurrence_id: Moment | None = None
    comment: str = ""


def read_replies(data: bytes) -> tuple[Answered, ...]:
    """The answers in a message; `FeedError` with a sentence where it is no reply."""
    calendars = read(data).calendars
    if len(calendars) != 1 or calendars[0].value("METHOD").strip().upper() != "REPLY":
        raise FeedError("This calendar answers no invitation: its METHOD is not REPLY.")
    events = calendars[0].parts("VEVENT")
    if not 0 < len(events) <= MOST:
        raise FeedError("This reply answers nothing, or too much at once.")
    return tuple(_answered(event) for event in events)


def _answered(event: Component) -> Answered:
    attendees = event.all("ATTENDEE")
    if len(attendees) != 1:
        raise FeedError("This reply does not say who answers: it must name one attendee.")
    dtstamp = forms.stamp(event.value("DTSTAMP"))
    uid, sequence = event.first("UID"), event.value("SEQUENCE") or "0"
    if uid is None or not uid.text.strip() or len(uid.value) > 1000:
        raise FeedError("This reply does not say which event it is about: it has no UID.")
    if dtstamp is None:
        raise FeedError("This reply does not say when it was given: it has no DTSTAMP in UTC.")
    if not (sequence.isascii() and sequence.isdigit() and len(sequence) < 10):
        raise FeedError("This reply has a SEQUENCE that is no number.")
    comment = event.first("COMMENT")
    return Answered(
        uid.text.strip(),
        _address(attendees[0]),
        (attendees[0].get("PARTSTAT") or "NEEDS-ACTION").upper()[:40],
        int(sequence),
        dtstamp.replace(tzinfo=UTC),
        _date(event.first("RECURRENCE-ID")),
        comment.text[:2000] if comment else "",
    )


def _address(attendee: Property) -> str:
    value = attendee.value.strip()
    if not forms.mail(value):
        raise FeedError("This reply does not say who answers: its attendee is not a mail address.")
    return unquote(value[len("mailto:") :])


def _date(said: Property | None) -> Moment | None:
    if said is None:
        return None
    found = forms.moments(said)
    if found is None or len(found) != 1:
        raise FeedError("This reply is about one date, and does not say which.")
    return found[0]
