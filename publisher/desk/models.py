"""Tables of the desk: what is wrong with the hub at this moment, what a look at everything found, and how often pages were opened."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from publisher.database import no_items


class Trouble(SQLModel, table=True):
    """Something an operator must know about, one row for each kind of it. An episode begins where it turns bad and ends once it has
    been well for a while; `episode` counts them, and each has one letter for its beginning and one for its end."""

    __tablename__ = "operator_trouble"
    key: str = Field(primary_key=True)  # timetable | mail | disk | …
    episode: int = 0
    sentence: str = ""
    since: datetime | None = None  # empty: it is well
    well_since: datetime | None = None  # well again, and not yet for long enough
    told_at: datetime | None = None  # of this episode
    last_told_at: datetime | None = None  # of any: there is never a storm


class DoctorLook(SQLModel, table=True):
    """The last look at everything, those checks that touch the network included. One row."""

    __tablename__ = "doctor_look"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    findings: list[dict[str, Any]] = Field(default_factory=no_items, sa_column=Column(JSON, nullable=False))


class PageVisit(SQLModel, table=True):
    """How often pages of one kind were opened by people on one UTC day. `country` empty: all of them; else those of them that
    are about this country, so rows of countries are not to be added up. No address, no device, nobody."""

    __tablename__ = "page_visit"
    day: date = Field(primary_key=True)
    kind: str = Field(primary_key=True)  # see `visits.KINDS`
    country: str = Field(primary_key=True)
    count: int = 0
