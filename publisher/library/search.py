"""Finding works: words and filters together, with counts per facet. FTS5 on SQLite, a tsvector on PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, Float, Integer, Select, column, extract, func, or_, select, table, text
from sqlmodel import Session, col

from publisher.database import is_sqlite
from publisher.languages import countries_of, regions_of
from publisher.library.models import ON_THE_SHELF, Record, Subject, Work, WorkText
from publisher.library.shelf import Shown, shown
from publisher.library.typed import Match, match_of

SUBJECT_FACETS = ("topic", "sector", "audience", "country", "region")
FACETS = ("kind", *SUBJECT_FACETS, "language", "year")
MAX_LIMIT = 200
Order = Literal["best", "newest", "added", "title"]

_DOCUMENT = table("search_document", column("text_id"), column("work_id"), column("vector"))
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
class Results:
    """One page of what was found. `facets`: values with the number of works each would leave, most first."""

    total: int
    items: list[Shown]
    facets: dict[str, list[tuple[str, int]]] = field(default_factory=dict)


def search(session: Session, query: SearchQuery, *, facets: Sequence[str] = FACETS) -> Results:
    """The works that fit. A facet is counted as if nothing were chosen in it, so that one can change one's mind.

    Text without any word in it ("?!") finds nothing.
    """
    session.flush()
    match = match_of(query.text)
    if match is None and query.text.strip():
        return Results(0, [], {name: [] for name in facets})
    total, ids = _page(session, query, match)
    return Results(total, shown(session, ids), {name: _counts(session, query, match, name) for name in facets})


def found_ids(session: Session, query: SearchQuery) -> list[int]:
    """The ids of everything that fits, up to `query.limit` without its cap: for bulk steps and exports."""
    match = match_of(query.text)
    if match is None and query.text.strip():
        return []
    statement = _narrowed(session, select(col(Work.id)), query, match)
    return [row[0] for row in session.execute(statement.order_by(col(Work.id)))]


def _page(session: Session, query: SearchQuery, match: Match | None) -> tuple[int, list[int]]:
    limit, offset = max(0, min(query.limit, MAX_LIMIT)), max(0, query.offset)
    if match is None:
        total = session.execute(_narrowed(session, select(func.count(col(Work.id))), query, None)).scalar_one()
        page = _narrowed(session, select(col(Work.id)), query, None).order_by(*_order(query.order))
        return total, [row[0] for row in session.execute(page.limit(limit).offset(offset))]
    hits = _scored(session, match)
    statement = select(col(Work.id), func.count().over().label("total")).join(hits, hits.c.work_id == col(Work.id))
    order = [hits.c.score, col(Work.id).desc()] if query.order == "best" else _order(query.order)
    rows = session.execute(
        _narrowed(session, statement, query, None).order_by(*order).limit(limit).offset(offset)
    ).all()
    if rows or not (offset or not limit):
        return (rows[0].total if rows else 0), [row[0] for row in rows]
    return session.execute(_narrowed(session, select(func.count(col(Work.id))), query, match)).scalar_one(), []


def _order(order: Order) -> list[Any]:
    if order == "title":
        return [col(Work.title_key), col(Work.id)]
    if order == "added":
        return [col(Work.first_seen).desc(), col(Work.id).desc()]
    return [col(Work.published_on).desc().nulls_last(), col(Work.id).desc()]


def _scored(session: Session, match: Match) -> Any:
    """(work_id, score) of what matches, the lowest score first; a work counts by its best text."""
    if is_sqlite(session):
        # FTS5's ranking functions cannot stand below an aggregate; LIMIT keeps the two steps apart.
        statement = text(
            "SELECT rowid AS text_id, bm25(search_index, :weight, 1.0) AS score FROM search_index"
            " WHERE search_index MATCH :match LIMIT -1"
        ).bindparams(match=match.for_sqlite(), weight=_TITLE_WEIGHT)
        found = statement.columns(column("text_id", Integer), column("score", Float)).subquery("found")
        joined = select(_DOCUMENT.c.work_id, func.min(found.c.score).label("score")).join_from(
            found, _DOCUMENT, _DOCUMENT.c.text_id == found.c.text_id
        )
        return joined.group_by(_DOCUMENT.c.work_id).subquery("hits")
    asked = func.to_tsquery("simple", match.for_postgres())
    ranked = select(_DOCUMENT.c.work_id, func.min(-func.ts_rank(_DOCUMENT.c.vector, asked)).label("score"))
    return ranked.where(_DOCUMENT.c.vector.op("@@")(asked)).group_by(_DOCUMENT.c.work_id).subquery("hits")


def _matching(session: Session, match: Match) -> Select[Any]:
    """The ids of works that match, without a rank."""
    if is_sqlite(session):
        found = text("SELECT rowid AS text_id FROM search_index WHERE search_index MATCH :match")
        rows = found.bindparams(match=match.for_sqlite()).columns(column("text_id", Integer)).subquery("found")
        return select(_DOCUMENT.c.work_id).join_from(rows, _DOCUMENT, _DOCUMENT.c.text_id == rows.c.text_id)
    asked = func.to_tsquery("simple", match.for_postgres())
    return select(_DOCUMENT.c.work_id).where(_DOCUMENT.c.vector.op("@@")(asked))


def _narrowed(session: Session, statement: Any, query: SearchQuery, match: Match | None, besides: str = "") -> Any:
    """`statement` over works, with every filter but the one of the facet `besides`."""
    conditions: list[ColumnElement[bool]] = [col(Work.merged_into_id).is_(None)]
    if match is not None:
        conditions.append(col(Work.id).in_(_matching(session, match)))
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
    subjects = select(col(Subject.work_id)).where(col(Subject.facet) == facet, col(Subject.key).in_(keys))
    return col(Work.id).in_(subjects if query.suggested else subjects.where(~col(Subject.suggested)))


def _about_region(query: SearchQuery) -> ColumnElement[bool]:
    countries = sorted({country for region in query.regions for country in countries_of(region)})
    return or_(_about(query, "region", query.regions), _about(query, "country", countries))


def _in_language(languages: Sequence[str]) -> ColumnElement[bool]:
    return col(Work.id).in_(select(col(WorkText.work_id)).where(col(WorkText.language).in_(languages)))


def _counts(session: Session, query: SearchQuery, match: Match | None, facet: str) -> list[tuple[str, int]]:
    works = _narrowed(session, select(col(Work.id)), query, match, besides=facet)
    if facet == "region":
        return _region_counts(session, query, works)
    if facet == "kind":
        counted = _narrowed(session, select(col(Work.kind), func.count()), query, match, besides=facet)
        rows = session.execute(counted.group_by(col(Work.kind)))
    elif facet == "year":
        year = extract("year", col(Work.published_on))
        counted = _narrowed(session, select(year, func.count()), query, match, besides=facet)
        rows = session.execute(counted.where(col(Work.published_on).is_not(None)).group_by(year))
        return sorted(((str(int(value)), count) for value, count in rows), reverse=True)
    elif facet == "language":
        languages = select(col(WorkText.language), func.count()).where(col(WorkText.work_id).in_(works))
        rows = session.execute(languages.group_by(col(WorkText.language)))
    else:
        subjects = select(col(Subject.key), func.count()).where(
            col(Subject.facet) == facet, col(Subject.work_id).in_(works)
        )
        if not query.suggested:
            subjects = subjects.where(~col(Subject.suggested))
        rows = session.execute(subjects.group_by(col(Subject.key)))
    return sorted(((str(value), count) for value, count in rows), key=lambda pair: (-pair[1], pair[0]))


def _region_counts(session: Session, query: SearchQuery, works: Select[Any]) -> list[tuple[str, int]]:
    """A work counts once in each region of its countries, and in the regions it names itself."""
    pairs = select(col(Subject.facet), col(Subject.key), col(Subject.work_id)).where(
        col(Subject.facet).in_(("country", "region")), col(Subject.work_id).in_(works)
    )
    if not query.suggested:
        pairs = pairs.where(~col(Subject.suggested))
    found: dict[str, set[int]] = {}
    for facet, key, work_id in session.execute(pairs):
        for region in (*regions_of(key), *((key,) if facet == "region" else ())):
            found.setdefault(region, set()).add(work_id)
    found.pop("001", None)
    return sorted(((key, len(ids)) for key, ids in found.items()), key=lambda pair: (-pair[1], pair[0]))
