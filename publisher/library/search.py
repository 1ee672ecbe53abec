"""Finding works: words and filters together, with counts per facet. FTS5 on SQLite, a tsvector on PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlmodel import Session

from publisher.database import is_sqlite
from publisher.languages import regions_of
from publisher.library import queries
from publisher.library.matching import RANKED
from publisher.library.queries import Order, SearchQuery, Shape
from publisher.library.shelf import Shown, shown
from publisher.library.typed import match_of

__all__ = ["FACETS", "MAX_LIMIT", "Order", "Results", "SearchQuery", "found_ids", "search"]

FACETS = ("kind", "topic", "sector", "audience", "country", "region", "language", "year")
MAX_LIMIT = 200
SPARE = 3
"""Texts that are looked at for each work of a page: a work may match in several languages, and filters take some away."""

EVERYTHING = 2**31 - 1


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
    asked = _asked(session, query)
    if asked is None:
        return Results(0, [], {name: [] for name in facets})
    shape, words = asked
    total, ids = _page(session, query, shape, words)
    return Results(total, shown(session, ids), {name: _counts(session, shape, words, name) for name in facets})


def found_ids(session: Session, query: SearchQuery) -> list[int]:
    """The ids of everything that fits, whatever the page: for steps in bulk."""
    asked = _asked(session, query)
    return [] if asked is None else [row[0] for row in session.execute(queries.ids(asked[0]), asked[1])]


def _asked(session: Session, query: SearchQuery) -> tuple[Shape, dict[str, Any]] | None:
    """The shape of a query and the words as the database wants them; None where what was typed holds no word."""
    sqlite, match = is_sqlite(session), match_of(query.text)
    if match is None and query.text.strip():
        return None
    shape = Shape(replace(query, text="", limit=0, offset=0), sqlite, words=match is not None)
    if match is None:
        return shape, {}
    return shape, {"match": match.for_sqlite() if sqlite else match.for_postgres()}


def _page(session: Session, query: SearchQuery, shape: Shape, words: dict[str, Any]) -> tuple[int, list[int]]:
    limit, offset = max(0, min(query.limit, MAX_LIMIT)), max(0, min(query.offset, EVERYTHING // SPARE - MAX_LIMIT))
    paged = {**words, "limit": limit, "offset": offset}
    if shape.by_relevance and not shape.sqlite:
        rows = session.connection().execute(queries.page(shape), {**paged, "top": max(RANKED, offset + limit)}).all()
        return (rows[0].total, [row.id for row in rows]) if rows else (_total(session, shape, words), [])
    total = _total(session, shape, words)
    wanted = min(limit, total - offset)
    if wanted <= 0:
        return total, []
    if not shape.by_relevance:
        return total, list(session.connection().scalars(queries.page(shape), paged))
    # The best texts of all are enough, unless filters leave too few of them: then all are ranked.
    best = list(session.connection().scalars(queries.page(shape), {**paged, "top": (offset + limit) * SPARE}))
    if len(best) < wanted:
        best = list(session.connection().scalars(queries.page(shape), {**paged, "top": EVERYTHING}))
    return total, best


def _total(session: Session, shape: Shape, words: dict[str, Any]) -> int:
    return int(session.connection().execute(queries.total(shape), words).scalar_one())


def _counts(session: Session, shape: Shape, words: dict[str, Any], facet: str) -> list[tuple[str, int]]:
    if facet == "region":
        return _region_counts(session, shape, words)
    rows = session.execute(queries.counted(shape, facet), words).all()
    if facet == "year":
        return sorted(((str(int(value)), count) for value, count in rows), reverse=True)
    return sorted(((str(value), count) for value, count in rows), key=lambda pair: (-pair[1], pair[0]))


def _region_counts(session: Session, shape: Shape, words: dict[str, Any]) -> list[tuple[str, int]]:
    """A work counts once in each region of its countries, and in the regions it names itself."""
    found: dict[str, set[int]] = {}
    for facet, key, work_id in session.execute(queries.places(shape), words):
        for region in (*regions_of(key), *((key,) if facet == "region" else ())):
            found.setdefault(region, set()).add(work_id)
    found.pop("001", None)
    return sorted(((key, len(ids)) for key, ids in found.items()), key=lambda pair: (-pair[1], pair[0]))
