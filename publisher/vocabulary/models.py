"""Tables of the vocabulary: what works are about and readers ask for, as `(facet, key)`."""

from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from publisher.database import no_entries

#: Facets whose terms staff edit. Countries (ISO 3166) and regions (UN M49) are facets too, but their terms are the world's.
EDITABLE_FACETS = ("topic", "sector", "audience")
FACETS = (*EDITABLE_FACETS, "country", "region")


class Term(SQLModel, table=True):
    """One word of the vocabulary, named in every language. A retired term keeps its old uses and is not offered again."""

    id: int | None = Field(default=None, primary_key=True)
    facet: str
    key: str
    names: dict[str, Any] = Field(
        default_factory=no_entries, sa_column=Column(JSON, nullable=False)
    )  # language -> name
    position: int = 0
    retired: bool = False
    __table_args__ = (UniqueConstraint("facet", "key"),)
