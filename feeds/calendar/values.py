"""A calendar and its events as values: the same whether they are to be written or were read.

Times of events are wall time and an IANA zone, since that is what people agreed on; stamps are aware instants in UTC, to the
second. Texts are plain; line breaks are `\\n`. Sources: RFC 5545, RFC 5546, RFC 7986.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

Method = Literal["PUBLISH", "REQUEST", "CANCEL", "REPLY"]
Status = Literal["TENTATIVE", "CONFIRMED", "CANCELLED"]
Role = Literal["CHAIR", "REQ-PARTICIPANT", "OPT-PARTICIPANT", "NON-PARTICIPANT"]
Answer = Literal["NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"]
Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]


@dataclass(frozen=True)
class Moment:
    """`wall`: what the clock on the wall shows, naive, to the second. `zone`: an IANA name; `UTC` is written as UTC.
    A time that exists twice is the first of the two; one that does not exist is read by the clock before the jump."""

    wall: datetime
    zone: str


@dataclass(frozen=True)
class Organizer:
    """`address`: a bare mail address; the letter's From is the same one (RFC 6047 §2.3)."""

    address: str
    name: str = ""


@dataclass(frozen=True)
class Attendee:
    """`rsvp`: whether an answer is asked for, which somebody must then read."""

    address: str
    name: str = ""
    role: Role = "REQ-PARTICIPANT"
    partstat: Answer = "NEEDS-ACTION"
    rsvp: bool = False


@dataclass(frozen=True)
class Conference:
    """Where an online event is joined (RFC 7986 §5.11). `features`: AUDIO, VIDEO, CHAT, PHONE, SCREEN, …"""

    url: str
    label: str = ""
    features: tuple[str, ...] = ("AUDIO", "VIDEO")


@dataclass(frozen=True)
class Alarm:
    """A note on the screen, `before` the start."""

    before: timedelta
    description: str


@dataclass(frozen=True)
class Recurrence:
    """`days`: `TH`, `2TU`, `-1FR`. At most one of `count` and `until`; `until` is an aware instant and included."""

    frequency: Frequency
    interval: int = 1
    days: tuple[str, ...] = ()
    count: int | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Event:
    """One event, one series, or (with `recurrence_id`, the *old* start) one date of a series that differs.

    `sequence` begins at 0 and grows by one when a time or the status changes (RFC 5546 §2.1.4); other changes only get a
    newer `dtstamp`. `dtstamp`: when this message was made or, in a feed, when the event was last changed (RFC 5545 §3.8.7.2).
    """

    uid: str
    dtstamp: datetime
    starts: Moment
    ends: Moment
    summary: str
    sequence: int = 0
    created: datetime | None = None
    last_modified: datetime | None = None
    description: str = ""
    location: str = ""
    url: str = ""
    conferences: tuple[Conference, ...] = ()
    organizer: Organizer | None = None
    attendee: Attendee | None = None
    status: Status | None = None
    rrule: Recurrence | None = None
    rdates: tuple[Moment, ...] = ()
    exdates: tuple[Moment, ...] = ()
    recurrence_id: Moment | None = None
    categories: tuple[str, ...] = ()
    alarm: Alarm | None = None
    language: str = ""
    image: str = ""


@dataclass(frozen=True)
class Calendar:
    """`prodid`: one for all that this product writes. `refresh`: how often to ask again. `color`: a CSS3 name.
    `source`: the address of a feed. `uid`: of the calendar; stable, or none."""

    prodid: str
    events: tuple[Event, ...] = ()
    method: Method | None = None
    name: str = ""
    description: str = ""
    refresh: timedelta | None = None
    color: str = ""
    source: str = ""
    url: str = ""
    uid: str = ""
    last_modified: datetime | None = None


def joined_at(event: Event, url: str, label: str = "") -> Event:
    """The event, joined online at `url`: said in every place that some calendar program shows, first line of the text included."""
    first = f"{label}: {url}" if label else url
    return replace(
        event,
        conferences=(Conference(url, label), *event.conferences),
        url=event.url or url,
        location=event.location or url,
        description=f"{first}\n\n{event.description}" if event.description else first,
    )
