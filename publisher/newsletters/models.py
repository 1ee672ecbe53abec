"""Tables of the newsletters: a newsletter, its sections, its issues, their items, and what each person received."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

import publisher.audience.models
import publisher.library.models
import publisher.mail.models
import publisher.media.models  # noqa: F401 - tables that keys of these point to
from publisher.database import no_entries


class Newsletter(SQLModel, table=True):
    """What goes out to a list, again and again. The cadence is wall time in a zone; `next_at` is what it comes to in UTC."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    names: dict[str, Any] = Field(default_factory=no_entries, sa_column=Column(JSON, nullable=False))
    tagline: str = ""
    taglines: dict[str, Any] = Field(default_factory=no_entries, sa_column=Column(JSON, nullable=False))
    list_id: int = Field(foreign_key="mailing_list.id")
    identity_id: int = Field(foreign_key="identity.id")
    cadence: str  # as the person said it: “monthly on the 1st at 9:00”
    rule: str  # the same as a cron line, in `zone`
    zone: str = "UTC"
    next_at: datetime | None = Field(default=None, index=True)
    release: str = "by-hand"  # by-hand | by-itself
    minimum_items: int = 3
    languages: str = "en"  # editions, the first is the default
    signed_by: str = ""
    state: str = "active"  # active | paused
    created_at: datetime


class Section(SQLModel, table=True):
    """A part of a newsletter and the rule for what belongs in it. The first section that wants a work gets it."""

    id: int | None = Field(default=None, primary_key=True)
    newsletter_id: int = Field(foreign_key="newsletter.id", index=True)
    key: str
    titles: dict[str, Any] = Field(default_factory=no_entries, sa_column=Column(JSON, nullable=False))
    position: int = 0
    mode: str = "once"  # once | until: coming webinars and calls may return until their date
    kinds: str = ""  # separated by commas; empty: all
    topics: str = ""
    countries: str = ""
    fresh_days: int | None = None  # news not older than this when the draft takes it in
    limit: int | None = None  # per reader
    __table_args__ = (UniqueConstraint("newsletter_id", "key"),)


class IssueState(StrEnum):
    DRAFT = "draft"
    HELD = "held"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    CANCELLED = "cancelled"


class Issue(SQLModel, table=True):
    """One issue. A regular one belongs to an occurrence of its newsletter's cadence; there is one per occurrence, ever."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    newsletter_id: int = Field(foreign_key="newsletter.id")
    kind: str = "regular"  # regular | special | correction
    number: int | None = None  # given when it is sent
    state: str = Field(default=IssueState.DRAFT, index=True)
    # Why it is held: `release` (waits for a person), `thin` (its items went on to the next issue), `fault` (to be mended).
    held_for: str = ""
    reason: str = ""  # the same in words; also why it is paused or cancelled
    occurrence: datetime | None = None  # the instant of the cadence it was drafted for
    send_at: datetime | None = None
    planned_from: datetime | None = None  # set when planning began: who got it is frozen from here
    letter_id: int | None = Field(default=None, foreign_key="letter.id")
    list_id: int = Field(foreign_key="mailing_list.id")
    corrects_id: int | None = Field(default=None, foreign_key="issue.id")
    corrects_work_id: int | None = Field(default=None, foreign_key="work.id")  # goes to those only who had this item
    subjects: dict[str, Any] = Field(default_factory=no_entries, sa_column=Column(JSON, nullable=False))
    preheaders: dict[str, Any] = Field(default_factory=no_entries, sa_column=Column(JSON, nullable=False))
    openings: dict[str, Any] = Field(default_factory=no_entries, sa_column=Column(JSON, nullable=False))  # Markdown
    signed_by: str = ""
    released_by: str = ""
    noticed_at: datetime | None = None  # editors were told that it waits for them
    grown_until: datetime | None = None
    created_at: datetime
    sent_at: datetime | None = None
    __table_args__ = (
        UniqueConstraint("newsletter_id", "occurrence"),
        UniqueConstraint("newsletter_id", "number"),
        Index("issue_newsletter_state", "newsletter_id", "state"),
    )


class IssueItem(SQLModel, table=True):
    """A work in an issue. What an editor dropped stays, dropped, so that it does not flow in again."""

    __tablename__ = "issue_item"
    id: int | None = Field(default=None, primary_key=True)
    issue_id: int = Field(foreign_key="issue.id")
    work_id: int = Field(foreign_key="work.id")
    section_id: int | None = Field(default=None, foreign_key="section.id")
    position: int = 0
    pinned: bool = False
    dropped: bool = False
    carried_from: int | None = Field(default=None, foreign_key="issue.id")
    titles: dict[str, Any] = Field(
        default_factory=no_entries, sa_column=Column(JSON, nullable=False)
    )  # rewritten per language
    blurbs: dict[str, Any] = Field(default_factory=no_entries, sa_column=Column(JSON, nullable=False))
    picture_id: int | None = Field(
        default=None, foreign_key="media_file.id", index=True
    )  # instead of the resource's own
    added_at: datetime
    __table_args__ = (UniqueConstraint("issue_id", "work_id"),)


class Correction(SQLModel, table=True):
    """A dated note on the page of an issue that was let out: what was wrong, what is right.

    `work_id`: the item it is about; empty: the issue as a whole. `letter_issue_id`: the issue of kind `correction` that tells
    those it has reached, if there is one; `to_item`: only those who had the item.
    """

    __tablename__ = "issue_correction"
    id: int | None = Field(default=None, primary_key=True)
    issue_id: int = Field(foreign_key="issue.id", index=True)
    work_id: int | None = Field(default=None, foreign_key="work.id")
    notes: dict[str, Any] = Field(
        default_factory=no_entries, sa_column=Column(JSON, nullable=False)
    )  # {language: Markdown}
    letter_issue_id: int | None = Field(default=None, foreign_key="issue.id", unique=True)
    to_item: bool = False
    created_at: datetime


class Told(SQLModel, table=True):
    """After a restore: an issue that was let out after the backup had told of this work (`newsletters.told`, keyed hash)."""

    origin: str = Field(primary_key=True)
    work: str = Field(primary_key=True, index=True)


class Received(SQLModel, table=True):
    """This person had this work by this mail, for this reason. Counts as had while the mail does (`mail.models.COUNTS_AS_HAD`)."""

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    work_id: int = Field(foreign_key="work.id", primary_key=True)
    outbox_id: int = Field(foreign_key="outbox.id", primary_key=True)
    issue_id: int = Field(foreign_key="issue.id", index=True)
    reason: str = ""
    __table_args__ = (Index("received_outbox", "outbox_id"),)
