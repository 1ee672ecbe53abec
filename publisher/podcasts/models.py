"""Tables of the podcasts: show → episode, with the files beside it; private feeds; what is to be pinged."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

import publisher.audience.models
import publisher.library.models
import publisher.media.models  # noqa: F401 - tables that keys of these point to
from publisher.database import no_entries, no_items


def _list() -> Any:
    return Field(default_factory=no_items, sa_column=Column(JSON, nullable=False))


def _map() -> Any:
    return Field(default_factory=no_entries, sa_column=Column(JSON, nullable=False))


class Show(SQLModel, table=True):
    """A podcast. `version` grows with every change that its feed shows: whoever keeps a rendered feed compares it.

    `guid` (podcast:guid) is given once and survives every move. Texts are Markdown where staff wrote them and HTML where a
    feed brought them. `list_id`: a private show, for the members of that list. JSON columns hold the fields of
    `feeds.podcast.values`: `categories` [[name, sub or null]], `persons` [{name, role, group, image, link}], `funding`
    [{url, text}], `places` [{name, rel, geo, osm, country}], `update_frequency` {text, rrule, complete, dtstart},
    `trailers` [{title, url, published, length, type, season}], `tags` and `live` [Tag.as_data()]. `said`: what a feed that was
    imported said last, a digest per column, so that the next import changes only what has changed there.
    """

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    state: str = "active"  # active | archived
    title: str
    description: str = ""
    description_format: str = "markdown"  # markdown | html
    language: str = "en"
    author: str = ""
    owner_name: str = ""
    owner_email: str = ""
    link: str = ""  # its website; empty: our page
    categories: list[Any] = _list()
    explicit: bool = False
    type: str = "episodic"  # episodic | serial
    complete: bool = False
    block: bool = False
    copyright: str = ""
    guid: str
    locked: bool = True
    locked_owner: str = ""  # who may unlock it, where that is not the owner
    medium: str = "podcast"
    licence: str = ""
    licence_url: str | None = None
    artwork_id: int | None = Field(default=None, foreign_key="media_file.id")
    artwork_url: str | None = None  # where a feed that was imported keeps it
    funding: list[Any] = _list()
    persons: list[Any] = _list()
    places: list[Any] = _list()
    update_frequency: dict[str, Any] = _map()
    trailers: list[Any] = _list()  # of a feed that was imported; our own trailers are episodes
    tags: list[Any] = _list()
    live: list[Any] = _list()
    subjects: list[Any] = _list()  # [[facet, key]]: what its episodes are about, on the library's shelf
    editions: str | None = Field(default=None, index=True)  # shows with the same word are one show in several languages
    list_id: int | None = Field(default=None, foreign_key="mailing_list.id")
    on_shelf: bool = True  # False: its episodes stay off the library's shelf
    hubs: list[Any] = _list()  # WebSub hubs that are told of changes
    podping: bool = False
    op3: bool = False  # count by OP3 too: a prefix before the address of the sound
    imported_from: str | None = None  # the address of a feed, or the name of a file
    said: dict[str, Any] = _map()
    moved_to: str | None = None  # the feed's new address elsewhere: ours answers 301, and says itunes:new-feed-url
    version: int = 1
    changed_at: datetime  # the last change that the feed shows
    created_at: datetime


class EpisodeState(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Episode(SQLModel, table=True):
    """An episode. `guid` is stored once and never derived again; a new sound keeps it and raises `revision`.

    The sound is a file of ours (`audio_id`) or is still where a feed that was imported keeps it (`enclosure_…`). `place`: the
    order of episodes that say no date. JSON columns as in `Show`; `chapters`: [{start, title, end, image, link, toc}] in seconds;
    `soundbites`: [{start, duration, title}]; `subjects` [[facet, key]]; `said` as in `Show`.
    """

    id: int | None = Field(default=None, primary_key=True)
    show_id: int = Field(foreign_key="show.id")
    slug: str
    state: str = EpisodeState.DRAFT
    guid: str
    guid_is_permalink: bool = False
    title: str
    summary: str = ""  # one or two plain sentences, for the shelf and the newsletter
    notes: str = ""
    notes_format: str = "markdown"  # markdown | html
    notes_html: str = ""  # the notes as pages and feeds show them, made when they were written
    language: str | None = None  # where it is not the show's
    # The same episode in another language edition: on the shelf the two are one work, so nobody is told twice.
    original_id: int | None = Field(default=None, foreign_key="episode.id")
    link: str | None = None  # its page elsewhere; empty: ours
    author: str = ""
    type: str = "full"  # full | trailer | bonus
    season: int | None = None
    season_name: str = ""
    number: int | None = None
    number_exact: str | None = None
    number_display: str = ""
    explicit: bool | None = None
    block: bool = False
    publish_at: datetime | None = None  # the instant it is scheduled for
    published_at: datetime | None = None  # pubDate: once set, it stays
    place: int = 0
    audio_id: int | None = Field(default=None, foreign_key="media_file.id")
    enclosure_url: str | None = None
    enclosure_type: str | None = None
    enclosure_length: int | None = Field(default=None, sa_type=BigInteger)
    duration: int | None = None
    artwork_id: int | None = Field(default=None, foreign_key="media_file.id")
    artwork_url: str | None = None
    licence: str = ""
    licence_url: str | None = None
    chapters: list[Any] = _list()
    chapters_url: str | None = None  # where a feed that was imported keeps them
    chapters_type: str | None = None
    soundbites: list[Any] = _list()
    persons: list[Any] = _list()
    places: list[Any] = _list()
    tags: list[Any] = _list()
    subjects: list[Any] = _list()
    news: bool = True  # False: a back catalogue, which goes to the shelf only
    work_id: int | None = Field(default=None, foreign_key="work.id", index=True)
    taking: str = ""  # why the sound could not be fetched from elsewhere, when it was asked for
    said: dict[str, Any] = _map()
    revision: int = 1
    created_at: datetime
    updated_at: datetime
    __table_args__ = (
        UniqueConstraint("show_id", "guid"),
        UniqueConstraint("show_id", "slug"),
        Index("episode_due", "state", "publish_at"),
        Index("episode_show_published", "show_id", "state", "published_at"),
    )


class Transcript(SQLModel, table=True):
    """What is said in an episode, in one language. `text` in the form of `type`; empty where it is still elsewhere (`url`).
    Of texts that are here there is one of each language and type, because their addresses say no more."""

    id: int | None = Field(default=None, primary_key=True)
    episode_id: int = Field(foreign_key="episode.id", index=True)
    language: str
    type: str = "text/vtt"
    text: str = ""
    url: str | None = None
    rel: str | None = None
    __table_args__ = (UniqueConstraint("episode_id", "language", "type", "url"),)


class Rendition(SQLModel, table=True):
    """The same sound at another bit rate, for slow lines: podcast:alternateEnclosure."""

    id: int | None = Field(default=None, primary_key=True)
    episode_id: int = Field(foreign_key="episode.id", index=True)
    media_id: int = Field(foreign_key="media_file.id")
    title: str
    __table_args__ = (UniqueConstraint("episode_id", "media_id"),)


class PrivateFeed(SQLModel, table=True):
    """One person's feed of a private show. `key` is what its token names; taken back, feed and sound stop at once."""

    __tablename__ = "private_feed"
    id: int | None = Field(default=None, primary_key=True)
    show_id: int = Field(foreign_key="show.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    key: str = Field(unique=True)  # random
    created_at: datetime
    revoked_at: datetime | None = None
    __table_args__ = (Index("private_feed_show_person", "show_id", "person_id"),)


class Ping(SQLModel, table=True):
    """Somebody to be told that a feed has changed: the row is the queue. Unique per show, target and version of the feed."""

    id: int | None = Field(default=None, primary_key=True)
    show_id: int = Field(foreign_key="show.id")
    target: str  # the address of a WebSub hub, or `podping`
    version: int
    state: str = "waiting"  # waiting | sent | failed
    due_at: datetime
    tries: int = 0
    error: str = ""
    sent_at: datetime | None = None
    worker: str | None = None
    epoch: int = 0
    lease_until: datetime | None = None
    __table_args__ = (UniqueConstraint("show_id", "target", "version"), Index("ping_due", "state", "due_at"))


class ShowImport(SQLModel, table=True):
    """A feed being brought in from elsewhere, so that it can go on where it was cut off."""

    __tablename__ = "show_import"
    id: int | None = Field(default=None, primary_key=True)
    show_id: int | None = Field(default=None, foreign_key="show.id", index=True)
    source: str  # an address, or the name of a file
    state: str = "running"  # running | done | failed
    take_media: bool = False
    episodes: int = 0
    new: int = 0
    updated: int = 0
    lost_tags: list[Any] = _list()
    error: str = ""
    started_at: datetime
    finished_at: datetime | None = None
