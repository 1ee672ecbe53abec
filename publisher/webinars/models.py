"""Tables of the webinars: a series and its webinars, who registered and for which, what is mailed, and what happened there.

A *series* is what people register for. It has one *webinar* (a date) or many; of a one-off both have the same slug. A
*registration* is one address on one series; its *seats*, one for each webinar, say which dates it is for. Times are kept as
people agreed on them, wall time and IANA zone, beside the instant they come to and the version of the data it was derived by.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

import publisher.audience.models
import publisher.library.models
import publisher.media.models  # noqa: F401 - tables that keys of these point to
from publisher.database import no_entries, no_items
from publisher.mail.models import Inbox


def _list() -> Any:
    return Field(default_factory=no_items, sa_column=Column(JSON, nullable=False))


def _map() -> Any:
    return Field(default_factory=no_entries, sa_column=Column(JSON, nullable=False))


class Series(SQLModel, table=True):
    """What people register for, and all that its dates share.

    `uid` and `sequence` are those of the invitation (RFC 5545 §3.8.4.7, RFC 5546 §2.1.4): one UID for all dates, given once and
    never derived again; the sequence grows by one when a date is moved, added or called off. `texts`: title, summary and
    description in other languages, {language: {title, summary, description}}. JSON columns: `spoken`, `captions`,
    `interpreted` lists of BCP 47; `subjects` [[facet, key]]; `questions` [{key, label, kind: text|choice, options, required}];
    `reminders` minutes before the start.
    """

    __tablename__ = "webinar_series"
    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    uid: str = Field(unique=True)
    sequence: int = 0
    is_single: bool = False  # a one-off: one webinar, ever
    title: str
    summary: str = ""  # one or two plain sentences, for the shelf, lists and letters
    description: str = ""  # Markdown
    language: str = "en"  # of the texts above
    texts: dict[str, Any] = _map()
    zone: str = "UTC"  # of all its dates
    slot_zone: str = ""  # what their slots are said in, once `zone` has changed after calendars had them; empty: `zone`
    identity_id: int = Field(foreign_key="identity.id")  # who invites: From and ORGANIZER
    list_id: int | None = Field(default=None, foreign_key="mailing_list.id")  # a cohort: for the members of that list
    is_listed: bool = True  # False: whoever has the address finds it; nobody else does
    spoken: list[Any] = _list()
    captions: list[Any] = _list()
    interpreted: list[Any] = _list()
    dial_in: str = ""
    access_note: str = ""
    is_recorded: bool = False  # said at registration
    capacity: int | None = None  # seats at each date
    needs_approval: bool = False
    confirm: str = "auto"  # auto | always | never: whether an address has to say yes first; see `registering`
    questions: list[Any] = _list()
    answers_days: int = 30  # after the last date the answers are forgotten
    reminders: list[Any] = Field(default_factory=lambda: [1440, 60], sa_column=Column(JSON, nullable=False))
    opens_before: int = 15  # minutes: when the room can be joined
    attended_share: int = 75  # per cent of the minutes that make “attended”
    subjects: list[Any] = _list()
    picture_id: int | None = Field(default=None, foreign_key="media_file.id")
    room_kind: str = "url"  # url | bigbluebutton
    room_url: str = ""
    server_id: int | None = Field(default=None, foreign_key="meeting_server.id")
    survey: list[Any] = _list()  # [{key, label, kind: text|choice|scale, options}], asked afterwards
    changed_at: datetime  # the last change that a calendar or a page shows
    created_at: datetime


class WebinarState(StrEnum):
    """What is stored. `live` and `held` follow from the clock: see `times.state_of`."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    CANCELLED = "cancelled"


class Webinar(SQLModel, table=True):
    """One date. `wall` and `slot` are wall time in `zone`, `2026-12-03T15:00`; `slot` is where it first stood and never changes:
    RECURRENCE-ID names it (in the series' `slot_zone`, where it has one). `starts_at` and `ends_at` are derived by `zone_data` and computed again when that data changes.

    Of texts that are empty the series' hold. `agenda` [{minute, title, by}]: minutes from the start.
    """

    __tablename__ = "webinar"
    id: int | None = Field(default=None, primary_key=True)
    series_id: int = Field(foreign_key="webinar_series.id")
    slug: str = Field(unique=True)
    number: int = 1  # place in the series, by slot
    state: str = WebinarState.DRAFT
    slot: str
    wall: str
    zone: str
    minutes: int = 60
    zone_data: str
    starts_at: datetime = Field(index=True)
    ends_at: datetime
    moved_from: datetime | None = None  # where it stood before the last move
    title: str = ""
    summary: str = ""
    description: str = ""
    texts: dict[str, Any] = _map()
    agenda: list[Any] = _list()
    room_url: str = ""  # where it is not the series'
    meeting_key: str = Field(unique=True)  # random: names the meeting to the room's server, and its hooks to us
    began_at: datetime | None = None  # as the room says
    ended_at: datetime | None = None
    cancelled_at: datetime | None = None
    note: str = ""  # what was said when it was moved or called off
    rehearsal_wall: str = ""
    rehearsal_at: datetime | None = None
    rehearsal_minutes: int = 30
    rehearsal_uid: str = ""
    rehearsal_sequence: int = 0
    recording_url: str = ""  # where it can be seen or heard
    recording_id: int | None = Field(default=None, foreign_key="media_file.id")  # the file, where it is ours
    recording_found_at: datetime | None = None
    transcript: str = ""  # WebVTT
    transcript_language: str = ""
    came_words: dict[str, Any] = _map()  # the follow-up, Markdown by language: for who came
    missed_words: dict[str, Any] = _map()  # and for who did not
    followed_up_at: datetime | None = None
    made: dict[str, Any] = _map()  # what the desk made of it afterwards: {"episode": number, "show": slug}
    work_id: int | None = Field(default=None, foreign_key="work.id")  # the webinar on the library's shelf
    recording_work_id: int | None = Field(default=None, foreign_key="work.id")  # its recording there
    changed_at: datetime
    created_at: datetime
    __table_args__ = (UniqueConstraint("series_id", "slot"), Index("webinar_series_number", "series_id", "number"))


class Registrant(SQLModel, table=True):
    """Somebody who registers: an address, and the key of their calendar. Not a reader: letters come for what they booked, only.
    `version` grows with every change that their calendar shows, `key` is given anew when they take its address back."""

    __tablename__ = "webinar_registrant"
    id: int | None = Field(default=None, primary_key=True)
    address_id: int = Field(foreign_key="address.id", unique=True)
    key: str = Field(unique=True)  # random
    version: int = 1
    created_at: datetime


class RegistrationState(StrEnum):
    PENDING = "pending"  # the address has not said yes yet
    ASKED = "asked"  # waits for approval
    WAITING = "waiting"  # on the waiting list, first come first served
    REGISTERED = "registered"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class Registration(SQLModel, table=True):
    """One address on one series. Name, language and zone are this registration's own: whoever fills a form with somebody's
    address changes nothing that they said elsewhere. `extra`: how often their own dates changed, added to the series'
    sequence. `answers` {question key: text} are forgotten after `answers_until`."""

    __tablename__ = "webinar_registration"
    id: int | None = Field(default=None, primary_key=True)
    series_id: int = Field(foreign_key="webinar_series.id")
    registrant_id: int = Field(foreign_key="webinar_registrant.id", index=True)
    key: str = Field(unique=True)  # random: what the links of its letters name
    state: str = RegistrationState.PENDING
    is_whole: bool = True  # every date, also those added later
    name: str = ""
    organisation: str = ""
    country: str | None = None
    language: str = "en"
    zone: str = "UTC"
    reminded_by: str = "mail"  # mail | calendar: an alarm in the invitation, and no mail
    muted_at: datetime | None = None  # “no more mail about this webinar”
    answers: dict[str, Any] = _map()
    answers_until: datetime | None = None
    recording_notice: str = ""  # the sentence that said it is recorded, as they read it
    source: str = "form"  # form | link | staff | import | api | demo
    extra: int = 0
    partstat: str = ""  # what their calendar program answered
    partstat_at: datetime | None = None
    asked_at: datetime
    registered_at: datetime | None = None
    cancelled_at: datetime | None = None
    changed_at: datetime
    __table_args__ = (
        UniqueConstraint("series_id", "registrant_id"),
        Index("webinar_registration_series_state", "series_id", "state", "id"),
    )


class Seat(SQLModel, table=True):
    """One registration at one date. `coming` takes a place; `recording` cannot come and wants what was recorded; `away` opted
    out. `attended`: nothing yet, `probable` (pressed the button), `yes`, `no`; `minutes`: how long, where it is known."""

    __tablename__ = "webinar_seat"
    registration_id: int = Field(foreign_key="webinar_registration.id", primary_key=True)
    webinar_id: int = Field(foreign_key="webinar.id", primary_key=True)
    state: str = "coming"
    partstat: str = ""  # what their calendar program answered for this date alone
    partstat_at: datetime | None = None
    pressed_at: datetime | None = None
    attended: str = ""
    minutes: int | None = None
    __table_args__ = (Index("webinar_seat_webinar", "webinar_id", "state", "registration_id"),)


class Mailing(SQLModel, table=True):
    """A letter to many about a webinar, and when: the row is the queue. `key` says what it is, so that it is made once.

    `kind`: announcement | reminder | update | cancellation | message | came | missed. `minutes`: of a reminder, before the
    start. `words` {language: {subject, body}}: what staff wrote. `data`: what changed. `rule`: a segment of the list.
    """

    __tablename__ = "webinar_mailing"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)  # reminder:12:1440:3 · update:5:7 · announcement:5:2
    kind: str
    series_id: int = Field(foreign_key="webinar_series.id", index=True)
    webinar_id: int | None = Field(default=None, foreign_key="webinar.id", index=True)
    list_id: int | None = Field(default=None, foreign_key="mailing_list.id")
    rule: str = ""
    minutes: int | None = None
    words: dict[str, Any] = _map()
    data: dict[str, Any] = _map()
    state: str = "waiting"  # waiting | planning | out | skipped | cancelled | held (something is in the way)
    reason: str = ""  # why it was skipped, cancelled or held
    due_at: datetime
    expires_at: datetime | None = None
    letter_id: int | None = Field(default=None, foreign_key="letter.id")
    by: str = ""
    created_at: datetime
    __table_args__ = (Index("webinar_mailing_due", "state", "due_at"),)


class Speaker(SQLModel, table=True):
    """Who speaks, hosts or interprets: at one date, or (`webinar_id` empty) at all. `key`: what their link names."""

    __tablename__ = "webinar_speaker"
    id: int | None = Field(default=None, primary_key=True)
    series_id: int = Field(foreign_key="webinar_series.id", index=True)
    webinar_id: int | None = Field(default=None, foreign_key="webinar.id")
    address_id: int | None = Field(default=None, foreign_key="address.id", index=True)
    key: str = Field(unique=True)
    role: str = "speaker"  # speaker | host | interpreter
    name: str
    organisation: str = ""
    bio: str = ""  # Markdown
    language: str = "en"
    zone: str = "UTC"
    picture_id: int | None = Field(default=None, foreign_key="media_file.id")
    recording_answer: str = ""  # yes | no
    recording_words: str = ""  # the sentence they agreed to
    answered_at: datetime | None = None
    position: int = 0
    invited_at: datetime | None = None
    reminded_at: datetime | None = None
    created_at: datetime


class Handout(SQLModel, table=True):
    """Slides or a paper that belong to a date; shown to everybody afterwards."""

    __tablename__ = "webinar_handout"
    id: int | None = Field(default=None, primary_key=True)
    webinar_id: int = Field(foreign_key="webinar.id", index=True)
    speaker_id: int | None = Field(default=None, foreign_key="webinar_speaker.id")
    media_id: int = Field(foreign_key="media_file.id")
    title: str = ""
    created_at: datetime
    __table_args__ = (UniqueConstraint("webinar_id", "media_id"),)


class Question(SQLModel, table=True):
    """What somebody asks, before or during. `new` waits for a moderator, `shown` can be voted on, `answered` is done, `hidden`
    is seen by staff only. `answer`: Markdown; published with the question once `is_published`."""

    __tablename__ = "webinar_question"
    id: int | None = Field(default=None, primary_key=True)
    webinar_id: int = Field(foreign_key="webinar.id")
    registration_id: int | None = Field(default=None, foreign_key="webinar_registration.id", index=True)
    text: str
    name: str = ""  # as it is shown; empty: anonymous
    language: str = "en"
    state: str = "new"
    votes: int = 0
    answer: str = ""
    answered_by: str = ""
    is_published: bool = False
    asked_at: datetime
    answered_at: datetime | None = None
    __table_args__ = (Index("webinar_question_webinar", "webinar_id", "state"),)


class Vote(SQLModel, table=True):
    """“I want to know that too”: once for each question and registration."""

    __tablename__ = "webinar_vote"
    question_id: int = Field(foreign_key="webinar_question.id", primary_key=True)
    registration_id: int = Field(foreign_key="webinar_registration.id", primary_key=True)


class Presence(SQLModel, table=True):
    """Somebody was there for a while, as a room or a file says. `key` makes it the same however often it is said.
    `registration_id` empty: nobody we know. `source`: room | file."""

    __tablename__ = "webinar_presence"
    id: int | None = Field(default=None, primary_key=True)
    webinar_id: int = Field(foreign_key="webinar.id")
    registration_id: int | None = Field(default=None, foreign_key="webinar_registration.id", index=True)
    source: str
    key: str
    name: str = ""
    email: str = ""
    came_at: datetime | None = None
    left_at: datetime | None = None
    minutes: int | None = None  # where only a length is known
    __table_args__ = (UniqueConstraint("webinar_id", "source", "key"),)


class Feedback(SQLModel, table=True):
    """Answers to the questions afterwards. Nobody's: `voter` is a keyed hash, so that each answers once."""

    __tablename__ = "webinar_feedback"
    id: int | None = Field(default=None, primary_key=True)
    webinar_id: int = Field(foreign_key="webinar.id")
    voter: str
    answers: dict[str, Any] = _map()
    at: datetime
    __table_args__ = (UniqueConstraint("webinar_id", "voter"),)


class MeetingServer(SQLModel, table=True):
    """A server that has rooms. `secret` signs what we ask of it and what it tells us."""

    __tablename__ = "meeting_server"
    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    kind: str = "bigbluebutton"
    url: str  # https://meet.example.org/bigbluebutton/api
    secret: str
    state: str = "ok"  # ok | failing
    error: str = ""
    created_at: datetime


class RoomEvent(SQLModel, table=True):
    """What a room told us, stored once: presences are made of these. `who`: the key of a registration or a speaker."""

    __tablename__ = "room_event"
    id: int | None = Field(default=None, primary_key=True)
    webinar_id: int = Field(foreign_key="webinar.id")
    key: str
    kind: str  # began | ended | joined | left | recording
    who: str = ""
    name: str = ""
    user: str = ""  # the room's own name of this visit
    at: datetime
    __table_args__ = (UniqueConstraint("webinar_id", "key"),)


class CohortCalendar(SQLModel, table=True):
    """The key of the calendar of a cohort; given anew to take the address back."""

    __tablename__ = "cohort_calendar"
    list_id: int = Field(foreign_key="mailing_list.id", primary_key=True)
    key: str = Field(unique=True)
    created_at: datetime


class ReplyMailbox(Inbox, table=True):
    """Where people's calendar programs answer to invitations (METHOD:REPLY), for one identity: only then are answers asked for."""

    __tablename__ = "reply_mailbox"
    id: int | None = Field(default=None, primary_key=True)
    identity_id: int = Field(foreign_key="identity.id", unique=True)
