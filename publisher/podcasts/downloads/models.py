"""Tables of the counting. No address of a computer is stored; every number can be computed again from `download_request`."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class CountingSecret(SQLModel, table=True):
    """The secret of one UTC day, under which addresses of computers are hashed. Deleted after two days."""

    __tablename__ = "counting_secret"
    day: date = Field(primary_key=True)
    secret: str


class Agent(SQLModel, table=True):
    """A User-Agent as it was sent, once, and what we take it for under `list_version`."""

    __tablename__ = "download_agent"
    id: int | None = Field(default=None, primary_key=True)
    text: str = Field(unique=True)
    app: str = ""  # “Apple Podcasts”; empty: unknown
    device: str = ""
    system: str = ""
    machine: str = ""  # why it is no listener: bot, library, watch, …; empty: a listener
    list_version: str = ""


class DownloadRequest(SQLModel, table=True):
    """One request for sound, as served by us or as a log tells. `first`–`last`: the bytes that were really sent, inclusive.

    `key` and `key_before`: the asker under today's and yesterday's secret; emptied once the request belongs to a window, so
    that nobody can be followed from day to day. `line`: digest of a log's line, so that no line counts twice.
    """

    __tablename__ = "download_request"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    episode_id: int = Field(foreign_key="episode.id")
    media_id: int | None = Field(default=None, foreign_key="media_file.id")
    method: str = "GET"
    status: int
    asked: str = ""  # the Range header
    first: int = 0
    last: int = -1
    agent_id: int = Field(foreign_key="download_agent.id")
    referrer: str = ""  # host only
    key: str = ""
    key_before: str = ""
    listener: str = ""  # the same person at any episode of the show, that day
    dropped: str = ""  # why it does not count by itself: head, status, probe, …
    window_id: int | None = Field(default=None, foreign_key="download_window.id")
    line: str | None = Field(default=None, unique=True)
    __table_args__ = (
        Index("download_request_open", "window_id", "dropped", "at"),
        Index("download_request_episode", "episode_id", "at"),
    )


class DownloadWindow(SQLModel, table=True):
    """What one asker took of one episode within 24 hours from their first request. `counted_at`: when it became a download."""

    __tablename__ = "download_window"
    id: int | None = Field(default=None, primary_key=True)
    key: str
    listener: str
    show_id: int = Field(foreign_key="show.id")
    episode_id: int = Field(foreign_key="episode.id")
    media_id: int | None = Field(default=None, foreign_key="media_file.id")
    agent_id: int = Field(foreign_key="download_agent.id")
    started_at: datetime
    octets: int = 0  # union of what was sent
    needed: int = 0  # the first minute after the tags
    counted_at: datetime | None = None
    dropped: str = ""  # why it is none: machine, too_little, …
    __table_args__ = (
        UniqueConstraint("key", "started_at"),
        Index("download_window_show", "show_id", "counted_at"),
        Index("download_window_episode", "episode_id", "counted_at"),
    )


class LogImport(SQLModel, table=True):
    """A web server's log that was read in."""

    __tablename__ = "log_import"
    id: int | None = Field(default=None, primary_key=True)
    name: str
    format: str
    at: datetime
    lines: int = 0
    requests: int = 0
    known: int = 0  # lines met before
    skipped: int = 0
