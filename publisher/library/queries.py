"""The statements behind a search, built once per shape of a query: what was typed, page and place come in as parameters.

Building a statement costs as much as running it; most searches differ in their words only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    Select,
    Text,
    bindparam,
    column,
    extract,
    func,
    or_,
    select,
    table,
    text,
)
from sqlmodel import col

from publisher.languages import countries_of
from publisher.library.indexing import PLACES
from publisher.library.models import ON_THE_SHELF, Record, Subject, Work, WorkText

Order = Literal["best", "newest", "added", "title"]

_DOCUMENT = table("search_document", column("work_id", Integer), column("vector"))
_TITLE_WEIGHT = 6.0


@dataclass(frozen=True)
class SearchQuery:
    """What is asked for. Values of one field are alternatives; fields narrow each other. `states` empty: any state.

    A region finds its countries too. `suggested`: whether subjects count that no person agreed to yet. `order` "best" is
    by relevance where words are given, else newest first. `limit` is at most 200.
    """

    text: str = ""
    kinds: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    year: int | None = None
    source_id: int | None = None
    states: tuple[str, ...] = tuple(state.value for state in ON_THE_SHELF)
    order: Order = "best"
    limit: int = 20
    offset: int = 0
    suggested: bool = True


@dataclass(frozen=True)
class Shape:
    """A query without its words and its page. `words`: some were typed, and come as the parameter `match`."""

    query: SearchQuery
    sqlite: bool
    words: bool


@lru_cache(256)
def page(shape: Shape) -> Any:
    """The ids of one page, the best first; parameters `limit` and `offset`, and `top` where words decide the order: how many
    of the best texts are looked at."""
    statement = select(col(Work.id))
    order = _order(shape.query.order)
    if shape.words and shape.query.order == "best":
        hits = _scored(shape.sqlite)
        statement = statement.join(hits, hits.c.work_id == col(Work.id))
        order = (hits.c.score, col(Work.id).desc())
    narrowed = _narrowed(shape, statement, matched=shape.query.order == "best")
    limit, offset = bindparam("limit", type_=Integer), bindparam("offset", type_=Integer)
    return narrowed.order_by(*order).limit(limit).offset(offset)


@lru_cache(256)
def total(shape: Shape) -> Any:
    """How many works there are."""
    return _narrowed(shape, select(func.count(col(Work.id))))


@lru_cache(256)
def ids(shape: Shape) -> Any:
    """The ids of all of them."""
    return _narrowed(shape, select(col(Work.id))).order_by(col(Work.id))


@lru_cache(256)
def counted(shape: Shape, facet: str) -> Any:
    """(value, works) of a facet, as if nothing were chosen in it."""
    if facet == "kind":
        return _narrowed(shape, select(col(Work.kind), func.count()), besides=facet).group_by(col(Work.kind))
    if facet == "year":
        year = extract("year", col(Work.published_on))
        years = _narrowed(shape, select(year, func.count()), besides=facet)
        return years.where(col(Work.published_on).is_not(None)).group_by(year)
    works = _narrowed(shape, select(col(Work.id)), besides=facet)
    if facet == "language":
        texts = select(col(WorkText.language), func.count()).where(col(WorkText.work_id).in_(works))
        return texts.group_by(col(WorkText.language))
    subjects = select(col(Subject.key), func.count()).where(
        col(Subject.facet) == facet, col(Subject.work_id).in_(works)
    )
    return _agreed(shape.query, subjects).group_by(col(Subject.key))


@lru_cache(64)
def places(shape: Shape) -> Any:
    """(facet, key, work) of all countries and regions, as if no region were chosen: regions are counted from these."""
    works = _narrowed(shape, select(col(Work.id)), besides="region")
    pairs = select(col(Subject.facet), col(Subject.key), col(Subject.work_id)).where(
        col(Subject.facet).in_(("country", "region")), col(Subject.work_id).in_(works)
    )
    return _agreed(shape.query, pairs)


def _order(order: Order) -> tuple[Any, ...]:
    if order == "title":
        return col(Work.title_key), col(Work.id)
    if order == "added":
        return col(Work.first_seen).desc(), col(Work.id).desc()
    return col(Work.published_on).desc().nulls_last(), col(Work.id).desc()


def _scored(sqlite: bool) -> Any:
    """(work_id, score) of what matches, the lowest score first; a work counts by its best text."""
    if sqlite:
        # FTS5's ranking functions cannot stand below an aggregate; LIMIT keeps the two steps apart.
        statement = text(
            "SELECT work_id, min(score) AS score FROM (SELECT rowid / :places AS work_id, bm25(search_index, :weight, 1.0)"
            " AS score FROM search_index WHERE search_index MATCH :match ORDER BY score LIMIT :top) GROUP BY work_id"
        ).bindparams(
            bindparam("match", type_=Text), bindparam("top", type_=Integer), weight=_TITLE_WEIGHT, places=PLACES
        )
        return statement.columns(column("work_id", Integer), column("score", Float)).subquery("hits")
    asked = func.to_tsquery("simple", bindparam("match", type_=Text))
    score = (-func.ts_rank(_DOCUMENT.c.vector, asked)).label("score")
    best = select(_DOCUMENT.c.work_id, score).where(_DOCUMENT.c.vector.op("@@")(asked)).order_by(score)
    found = best.limit(bindparam("top", type_=Integer)).subquery("found")
    return select(found.c.work_id, func.min(found.c.score).label("score")).group_by(found.c.work_id).subquery("hits")


def _matching(sqlite: bool) -> Select[Any]:
    """The ids of works that match, without a rank."""
    if sqlite:
        found = text("SELECT rowid / :places AS work_id FROM search_index WHERE search_index MATCH :match").bindparams(
            bindparam("match", type_=Text), places=PLACES
        )
        return select(found.columns(column("work_id", Integer)).subquery("found").c.work_id)
    asked = func.to_tsquery("simple", bindparam("match", type_=Text))
    return select(_DOCUMENT.c.work_id).where(_DOCUMENT.c.vector.op("@@")(asked))


def _narrowed(shape: Shape, statement: Any, *, besides: str = "", matched: bool = False) -> Any:
    """`statement` over works with every filter but the one of the facet `besides`. `matched`: the words are seen to."""
    query = shape.query
    conditions: list[ColumnElement[bool]] = [col(Work.merged_into_id).is_(None)]
    if shape.words and not matched:
        conditions.append(col(Work.id).in_(_matching(shape.sqlite)))
    if query.states:
        conditions.append(col(Work.state).in_(query.states))
    if query.source_id is not None:
        conditions.append(col(Work.id).in_(select(col(Record.work_id)).where(col(Record.source_id) == query.source_id)))
    filters = {
        "kind": col(Work.kind).in_(query.kinds) if query.kinds else None,
        "language": _in_language(query.languages) if query.languages else None,
        "year": extract("year", col(Work.published_on)) == query.year if query.year else None,
        "region": _about_region(query) if query.regions else None,
        **{facet: _about(query, facet, keys) if keys else None for facet, keys in _chosen(query).items()},
    }
    conditions += [condition for facet, condition in filters.items() if condition is not None and facet != besides]
    return statement.where(*conditions)


def _chosen(query: SearchQuery) -> dict[str, tuple[str, ...]]:
    return {"topic": query.topics, "sector": query.sectors, "audience": query.audiences, "country": query.countries}


def _about(query: SearchQuery, facet: str, keys: Sequence[str]) -> ColumnElement[bool]:
    about = select(col(Subject.work_id)).where(col(Subject.facet) == facet, col(Subject.key).in_(keys))
    return col(Work.id).in_(_agreed(query, about))


def _about_region(query: SearchQuery) -> ColumnElement[bool]:
    countries = sorted({country for region in query.regions for country in countries_of(region)})
    return or_(_about(query, "region", query.regions), _about(query, "country", countries))


def _agreed(query: SearchQuery, subjects: Any) -> Any:
    return subjects if query.suggested else subjects.where(~col(Subject.suggested))


def _in_language(languages: Sequence[str]) -> ColumnElement[bool]:
    return col(Work.id).in_(select(col(WorkText.work_id)).where(col(WorkText.language).in_(languages)))
