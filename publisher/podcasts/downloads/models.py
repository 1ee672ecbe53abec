"""Tables of the counting. No address of a computer is stored; every number can be computed again from `download_request`."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

import publisher.media.models
import publisher.podcasts.models  # noqa: F401 - tables that keys of these point to


class CountingSecret(SQLModel, table=True):
    """The secret of one UTC day, under which addresses of computers are hashed. Deleted after two days."""

    __tablename__ = "counting_secret"
    day: date = Field(primary_key=True)
    secret: str  # 256 random bits, hexadecimal
    created_at: datetime  # later than its day where a log of that day was read in later


class Agent(SQLModel, table=True):
    """A User-Agent as it was sent, once per version of the lists, and what that version takes it for."""

    __tablename__ = "download_agent"
    id: int | None = Field(default=None, primary_key=True)
    text: str
    list_version: str
    app: str = ""  # “Apple Podcasts”; empty: unknown
    device: str = ""  # phone | tablet | computer | speaker | tv | car | watch; empty: unknown
    system: str = ""  # “Android”; empty: unknown
    machine: str = ""  # why it is no listener: bot, library, watch, no_agent; empty: a listener
    __table_args__ = (UniqueConstraint("text", "list_version"),)


class DownloadWindow(SQLModel, table=True):
    """What one asker took of one episode: on one UTC day, and within 24 hours from the first request of their window.

    A window lasts 24 hours, so no asker begins two on one UTC day: the row of the day holds both numbers. `started_at` is
    empty where all requests of the day belong to the window of the day before. A download is a row whose `dropped` is empty.

    `key`: the asker and the episode under the day's secret, and `before_id`: the same asker's row of the day before. Both
    are emptied with that secret, so that nobody can be followed from day to day.
    """

    __tablename__ = "download_window"
    id: int | None = Field(default=None, primary_key=True)
    key: int | None = Field(default=None, sa_type=BigInteger)
    before_id: int | None = Field(default=None, foreign_key="download_window.id")
    listener: int = Field(sa_type=BigInteger)  # the same asker at any episode, that day
    address: int = Field(sa_type=BigInteger)  # the same network address with any User-Agent, that day
    day: date  # UTC
    show_id: int = Field(foreign_key="show.id")
    episode_id: int = Field(foreign_key="episode.id")
    agent_id: int = Field(foreign_key="download_agent.id")
    media_id: int | None = Field(default=None, foreign_key="media_file.id")  # which file most was sent of
    started_at: datetime | None = None
    octets: int = Field(default=0, sa_type=BigInteger)  # union of what was sent within 24 hours of `started_at`
    day_media_id: int | None = None  # the file that most was sent of that day
    day_octets: int = Field(default=0, sa_type=BigInteger)  # the same of the UTC day
    day_counted: bool = False  # a download where each calendar day counts by itself
    dropped: str = ""  # why it is no download: continued, a machine's reason, too_little, spike
    stale: bool = True  # a request came in since it was weighed
    __table_args__ = (
        Index("download_window_key", "key", unique=True),
        Index("download_window_show", "show_id", "day"),
        Index(
            "download_window_before",
            "before_id",
            sqlite_where=text("before_id IS NOT NULL"),
            postgresql_where=text("before_id IS NOT NULL"),
        ),
        Index("download_window_stale", "day", sqlite_where=text("stale"), postgresql_where=text("stale")),
    )


class DownloadRequest(SQLModel, table=True):
    """One piece of one answer, as served by us or as a log tells. `first`–`last`: the bytes that were really sent, inclusive.

    `window_id`: the row of its asker, episode and day; empty where it counts for nothing by itself (`dropped`). `line`: time
    and digest of a log's line, so that no line counts twice.
    """

    __tablename__ = "download_request"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime  # to the millisecond
    episode_id: int = Field(foreign_key="episode.id")
    media_id: int | None = Field(default=None, foreign_key="media_file.id")
    method: str = "GET"
    status: int
    asked: str = ""  # the Range header
    first: int = Field(default=0, sa_type=BigInteger)
    last: int = Field(default=-1, sa_type=BigInteger)
    agent_id: int = Field(foreign_key="download_agent.id")
    referrer: str = ""  # host only
    dropped: str = ""  # why it does not count by itself: method, status, nothing_sent, probe
    window_id: int | None = Field(default=None, foreign_key="download_window.id")
    line: str | None = Field(default=None, unique=True)
    __table_args__ = (
        Index("download_request_window", "window_id"),
        Index(
            "download_request_dropped",
            "episode_id",
            "at",
            sqlite_where=text("dropped <> ''"),
            postgresql_where=text("dropped <> ''"),
        ),
    )


class LogImport(SQLModel, table=True):
    """A web server's log that was read in."""

    __tablename__ = "log_import"
    id: int | None = Field(default=None, primary_key=True)
    name: str
    format: str
    at: datetime
    lines: int = 0
    requests: int = 0  # for sound of ours, and new
    known: int = 0  # lines met before
    skipped: int = 0  # about something else
    bad: int = 0  # could not be read
