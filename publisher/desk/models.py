"""Tables of the desk: what is counted of the whole house."""

from datetime import date

from sqlmodel import Field, SQLModel


class PageVisit(SQLModel, table=True):
    """How often pages of one kind were opened by people on one UTC day. `country` empty: all of them; else those of them that
    are about this country, so rows of countries are not to be added up. No address, no device, nobody."""

    __tablename__ = "page_visit"
    day: date = Field(primary_key=True)
    kind: str = Field(primary_key=True)  # see `visits.KINDS`
    country: str = Field(primary_key=True)
    count: int = 0
