"""Tables of the staff: accounts, sessions, and the trail of who did what."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

import publisher.mail.models  # noqa: F401 - tables that keys of these point to
from publisher.database import no_entries

ROLES = ("viewer", "editor", "owner")  # each may what the ones before may


class Member(SQLModel, table=True):
    """A member of staff."""

    __tablename__ = "staff_member"
    id: int | None = Field(default=None, primary_key=True)
    address_id: int = Field(foreign_key="address.id", unique=True)
    name: str = ""
    role: str = "editor"
    password_hash: str | None = None  # argon2; empty until the invitation is taken up
    zone: str = "UTC"
    is_demo: bool = False  # the demo's log-ins work on loopback only
    created_at: datetime
    disabled_at: datetime | None = None
    password_set_at: datetime | None = None
    invited_at: datetime | None = None  # when the invitation was last mailed: an earlier link opens nothing any more
    letter_hour: int | None = None  # the desk letter comes at this hour of their zone; empty: not at all
    letter_day: date | None = None  # the last day of their zone whose desk letter was thought of


class StaffSession(SQLModel, table=True):
    """A signed-in browser. The cookie holds a random key; only its hash is kept, so a stolen database opens nothing."""

    __tablename__ = "staff_session"
    key_hash: str = Field(primary_key=True)
    member_id: int = Field(foreign_key="staff_member.id", index=True)
    csrf: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ip: str = ""
    user_agent: str = ""


class Trail(SQLModel, table=True):
    """Who did what, in words, newest last. `about` is a key such as `issue:12`."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    who: str = Field(index=True)
    about: str = Field(index=True)
    what: str
    data: dict[str, Any] = Field(default_factory=no_entries, sa_column=Column(JSON, nullable=False))
