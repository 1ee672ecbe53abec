"""The statements behind a search, built once per shape of a query: what was typed, page and place come in as parameters.

Building a statement costs as much as running it; most searches differ in their words only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, Integer, bindparam, extract, func, or_, select
from sqlmodel import col

from publisher.languages import countries_of
from publisher.library import matching
from publisher.library.models import ON_THE_SHELF, Record, Subject, Work, WorkText

Order = Literal["best", "newest", "added", "title"]


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

    @property
    def by_relevance(self) -> bool:
        return self.words and self.query.order == "best"


@lru_cache(256)
def page(shape: Shape) -> Any:
    """The ids of one page, the best first; parameters `limit` and `offset`, and `top` where words decide the order, see
    `matching`. There PostgreSQL gives how many there are in all beside each id."""
    if not shape.by_relevance:
        statement = _narrowed(shape, select(col(Work.id))).order_by(*_order(shape.query.order))
    elif shape.sqlite:
        hits = matching.scored_by_sqlite()
        statement = select(col(Work.id)).join(hits, hits.c.work_id == col(Work.id))
        statement = _narrowed(shape, statement, matched=True).order_by(hits.c.score, col(Work.id).desc())
    else:
        statement = matching.page_of_postgres(_fitting(shape))
    return statement.limit(bindparam("limit", type_=Integer)).offset(bindparam("offset", type_=Integer))


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


def _fitting(shape: Shape) -> Any:
    """For PostgreSQL: the hits that filters leave. Where only states are chosen, that are all of them."""
    hits = matching.hits_of_postgres(shape.query.states)
    if shape.query == SearchQuery(states=shape.query.states, suggested=shape.query.suggested, limit=0, offset=0):
        return hits
    works = select(hits).join(Work, col(Work.id) == hits.c.id).where(matching.among(select(hits.c.id)))
    return _narrowed(shape, works, matched=True).cte("fitting").prefix_with("MATERIALIZED", dialect="postgresql")


def _narrowed(shape: Shape, statement: Any, *, besides: str = "", matched: bool = False) -> Any:
    """`statement` over works with every filter but the one of the facet `besides`. `matched`: the words are seen to."""
    query = shape.query
    conditions: list[ColumnElement[bool]] = [col(Work.merged_into_id).is_(None)]
    if shape.words and not matched:
        conditions.append(matching.matches(shape.sqlite))
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
