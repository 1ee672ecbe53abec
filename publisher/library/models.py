"""Tables of the library: source → record → work → texts. What one source said is a record; works are what readers see."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

import publisher.mail.models
import publisher.media.models  # noqa: F401 - tables that keys of these point to
from publisher.database import no_entries, no_items


class Source(SQLModel, table=True):
    """Where records come from. Our own publications, files and manual entry are sources too, so a record always has one."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    kind: str  # feed | oai-pmh | sitemap | json | csv | builtin
    url: str | None = None
    title: str
    language: str | None = None  # what its records are in when they do not say
    every_minutes: int = 60
    include: str = ""  # words, one a line: a record must have one of them
    exclude: str = ""
    trust: str = "review"  # review | shelf
    news: bool = True  # False: shelf only, never news
    options: dict[str, Any] = Field(
        default_factory=no_entries, sa_column=Column(JSON, nullable=False)
    )  # OAI set, prefix, …
    defaults: dict[str, Any] = Field(
        default_factory=no_entries, sa_column=Column(JSON, nullable=False)
    )  # kind, topics, countries, publisher
    state: str = "active"  # proposed | active | paused | gone
    etag: str | None = None
    last_modified: str | None = None
    cursor: str | None = None  # OAI resumption token, when a harvest was cut off in the middle
    harvested_until: datetime | None = None  # OAI from-date of the next harvest
    first_harvest_done: bool = False
    next_check_at: datetime | None = Field(default=None, index=True)
    last_checked_at: datetime | None = None
    last_new_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    last_error: str = ""
    worker: str | None = None
    epoch: int = 0
    lease_until: datetime | None = None
    created_at: datetime


class WorkState(StrEnum):
    NEW = "new"
    APPROVED = "approved"
    FEATURED = "featured"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


ON_THE_SHELF = (WorkState.APPROVED, WorkState.FEATURED)

KINDS = (
    "landscape-analysis",
    "country-study",
    "country-brief",
    "report",
    "tool",
    "article",
    "news",
    "event",
    "call",
    "webinar",
    "recording",
    "episode",
)


class Work(SQLModel, table=True):
    """One thing worth telling, whatever its language. Translations are texts of one work, so nobody gets it twice."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str
    state: str = Field(default=WorkState.NEW, index=True)
    kind: str = "article"
    language: str = "en"  # of the original
    doi: str | None = Field(default=None, unique=True)  # lower case, without resolver
    canonical_url: str | None = Field(default=None, unique=True)
    authors: list[str] = Field(default_factory=no_items, sa_column=Column(JSON, nullable=False))
    publisher: str = ""
    licence: str = ""
    published_on: date | None = None
    first_seen: datetime
    news_since: datetime | None = Field(default=None, index=True)  # empty: on the shelf, but not news
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    zone: str | None = None
    pages: int | None = None
    seconds: int | None = None  # how long it lasts, where it is heard or seen
    file_bytes: int | None = None
    file_type: str = ""
    image_url: str | None = None
    image_alt: str = ""
    picture_id: int | None = Field(
        default=None, foreign_key="media_file.id", index=True
    )  # one of ours, that readers see
    reviewed_at: datetime | None = None
    reviewed_by: str = ""
    note: str = ""  # why it was rejected or withdrawn
    updated_at: datetime
    title_key: str = Field(default="", index=True)  # folded title, for finding look-alikes
    # What a person set, such as "kind" or "subjects": a later harvest leaves it alone.
    edited: list[str] = Field(default_factory=no_items, sa_column=Column(JSON, nullable=False))
    # A work that a person found to be the same as another: it stays as a row, so that whoever had it had the other too.
    merged_into_id: int | None = Field(default=None, foreign_key="work.id", index=True)
    __table_args__ = (Index("work_state_news", "state", "news_since"),)


class WorkText(SQLModel, table=True):
    """A work in one language: a title, why it matters, and where to read it."""

    __tablename__ = "work_text"
    id: int | None = Field(default=None, primary_key=True)
    work_id: int = Field(foreign_key="work.id")
    language: str
    title: str
    blurb: str = ""
    link: str = ""
    link_language: str | None = None  # what the reader finds behind the link; empty: the same language as this text
    news_since: datetime | None = None  # a late translation is news to its readers
    edited: bool = False  # by a person: a later harvest does not overwrite it
    __table_args__ = (UniqueConstraint("work_id", "language"),)


class Subject(SQLModel, table=True):
    """What a work is about, in the vocabulary of readers' interests. `suggested`: found in the text, no person agreed yet."""

    work_id: int = Field(foreign_key="work.id", primary_key=True)
    facet: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    suggested: bool = False
    __table_args__ = (Index("subject_facet_key", "facet", "key", "work_id"),)


class Record(SQLModel, table=True):
    """What one source said about one thing. Unique per source and guid, so a second harvest adds nothing."""

    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id")
    guid: str
    work_id: int | None = Field(default=None, foreign_key="work.id", index=True)
    digest: str  # of what was read: unchanged records are passed over
    language: str | None = None
    stamp: str | None = None  # when the source says it changed: a sitemap's page is fetched again only then
    data: dict[str, Any] = Field(default_factory=no_entries, sa_column=Column(JSON, nullable=False))
    first_seen: datetime
    last_changed: datetime
    deleted_at: datetime | None = None
    __table_args__ = (UniqueConstraint("source_id", "guid"),)


class WorkKey(SQLModel, table=True):
    """Further identities of a work, `doi:…` or `url:…`: a translation often has an address and a DOI of its own."""

    __tablename__ = "work_key"
    key: str = Field(primary_key=True)
    work_id: int = Field(foreign_key="work.id", index=True)


class TitleBlock(SQLModel, table=True):
    """A few hashes of a work's title: works that share one are compared as possible look-alikes, all others never."""

    __tablename__ = "title_block"
    block: str = Field(primary_key=True)
    work_id: int = Field(foreign_key="work.id", primary_key=True)


class LookAlike(SQLModel, table=True):
    """Two works that may be one. A person decides; nothing is merged silently."""

    __tablename__ = "look_alike"
    id: int | None = Field(default=None, primary_key=True)
    work_id: int = Field(foreign_key="work.id")
    other_id: int = Field(foreign_key="work.id")  # the older one
    score: int  # 0-100
    reason: str
    state: str = "open"  # open | same | different
    decided_by: str = ""
    found_at: datetime
    __table_args__ = (UniqueConstraint("work_id", "other_id"),)


class Share(SQLModel, table=True):
    """A resource that a partner proposed, and what we told them."""

    id: int | None = Field(default=None, primary_key=True)
    work_id: int = Field(foreign_key="work.id", index=True)
    address_id: int = Field(foreign_key="address.id", index=True)
    name: str
    organisation: str = ""
    credit: str = ""
    licence: str = ""
    may_share: bool = False
    naming: str = ""  # "" | agreed: to be named among the partners | named: an editor saw it
    note: str = ""
    language: str = "en"
    at: datetime
    answer: str = "received"  # received | published | declined
    answered_at: datetime | None = None


class SearchDocument(SQLModel, table=True):
    """A text as the search index sees it: accents folded. SQLite keeps an FTS5 table beside it, PostgreSQL a tsvector column."""

    __tablename__ = "search_document"
    # work_id * 64 + a place for the language: FTS5 gives this number back, and the work follows without another look-up.
    text_id: int = Field(primary_key=True)
    work_id: int = Field(index=True)
    language: str
    title: str
    body: str


class SourceRun(SQLModel, table=True):
    """One harvest, for the page that shows a source's health."""

    __tablename__ = "source_run"
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    at: datetime
    status: str  # ok | unchanged | failed | gone
    new: int = 0
    updated: int = 0
    deleted: int = 0
    error: str = ""
