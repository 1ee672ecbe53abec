"""The two indexes of words, FTS5 and PostgreSQL's tsvector: what matches, and in which order it is shown.

The words come in as the parameter `match`. FTS5 ranks all that matches by bm25, the title counting six times. PostgreSQL
keeps no such statistics: a rank there means reading the whole vector of each text, which costs more than everything
else. So works with the words in a title come first, newer before older, and only the first `RANKED` of these are put in
order by `ts_rank`.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Date, Float, Integer, Select, Text, any_, bindparam, case, column, func, select, table, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import col

from publisher.library.indexing import PLACES
from publisher.library.models import Work

RANKED = 60
_TITLE_WEIGHT = 6.0
_DOCUMENT = table(
    "search_document",
    column("work_id", Integer),
    column("vector", TSVECTOR),
    column("title_vector", TSVECTOR),
    column("state", Text),
    column("published_on", Date),
)
_MATCH: Any = bindparam("match", type_=Text)
_ASKED = func.to_tsquery("simple", _MATCH)


def matches(sqlite: bool) -> Any:
    """A condition on works: some text of theirs matches."""
    if sqlite:
        found = text("SELECT rowid / :places AS work_id FROM search_index WHERE search_index MATCH :match")
        found = found.bindparams(_MATCH, places=PLACES)
        return col(Work.id).in_(select(found.columns(column("work_id", Integer)).subquery("found").c.work_id))
    return among(select(_DOCUMENT.c.work_id).where(_DOCUMENT.c.vector.op("@@")(_ASKED)))


def among(ids: Select[Any]) -> Any:
    """The same as `IN`, for PostgreSQL: a sorted array is looked up in one walk over the key, a subquery id by id."""
    return col(Work.id) == any_(func.array(ids.scalar_subquery()))


def scored_by_sqlite() -> Any:
    """(work_id, score) of what matches, the lowest score first; a work counts by its best text. Parameter `top`: how many
    of the best texts are looked at."""
    # FTS5's ranking functions cannot stand below an aggregate; LIMIT keeps the two steps apart.
    statement = text(
        "SELECT work_id, min(score) AS score FROM (SELECT rowid / :places AS work_id, bm25(search_index, :weight, 1.0)"
        " AS score FROM search_index WHERE search_index MATCH :match ORDER BY score, rowid DESC LIMIT :top) GROUP BY work_id"
    ).bindparams(_MATCH, bindparam("top", type_=Integer), weight=_TITLE_WEIGHT, places=PLACES)
    return statement.columns(column("work_id", Integer), column("score", Float)).subquery("hits")


def hits_of_postgres(states: Sequence[str]) -> Any:
    """(id, titled, published_on) of the works in these states that match. `titled`: the words are in a title. State and date
    stand beside the vector, so that the works themselves need not be looked at."""
    titled = func.bool_or(_DOCUMENT.c.title_vector.op("@@")(_ASKED)).label("titled")
    published = func.min(_DOCUMENT.c.published_on).label("published_on")
    found = select(_DOCUMENT.c.work_id.label("id"), titled, published).where(_DOCUMENT.c.vector.op("@@")(_ASKED))
    if states:
        found = found.where(_DOCUMENT.c.state.in_(states))
    return found.group_by(_DOCUMENT.c.work_id).cte("hits").prefix_with("MATERIALIZED", dialect="postgresql")


def page_of_postgres(works: Any) -> Any:
    """(id, total) of one page of `works`, hits or what filters left of them; parameters `limit`, `offset`, and `top`: the
    greater of their sum and `RANKED`."""
    order = (works.c.titled.desc(), works.c.published_on.desc().nulls_last(), works.c.id.desc())
    newest = select(works).order_by(*order).limit(bindparam("top", type_=Integer)).subquery("newest")
    place = func.row_number().over(
        order_by=(newest.c.titled.desc(), newest.c.published_on.desc().nulls_last(), newest.c.id.desc())
    )
    first = select(newest.c.id, place.label("place")).subquery("first_ones")
    rank = select(-func.max(func.ts_rank(_DOCUMENT.c.vector, _ASKED))).where(_DOCUMENT.c.work_id == first.c.id)
    total = select(func.count()).select_from(works).scalar_subquery().label("total")
    score = case((first.c.place <= RANKED, rank.scalar_subquery()))
    return select(first.c.id, total).order_by(score.nulls_last(), first.c.place)
