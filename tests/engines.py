"""Statements are compiled once in a process, not once for each database: every story has a database of its own, and SQLAlchemy keeps
what it compiled with the engine. What is compiled depends on the kind of database only, so stories share it.
"""

from typing import Any

from sqlalchemy import Engine, create_engine

from publisher import database

#: More than all statements there are: one that was thrown out would be compiled again.
MANY = 20_000
_FIRST: dict[str, Engine] = {}


def _alike(url: str, **how: Any) -> Engine:
    engine = create_engine(url, query_cache_size=MANY, **how)
    first = _FIRST.setdefault(engine.dialect.name, engine)
    engine.dialect = engine.pool._dialect = first.dialect  # a part of the key under which a statement is kept
    engine._compiled_cache = first._compiled_cache
    return engine


def share_what_is_compiled() -> None:
    database.create_engine = _alike  # type: ignore[assignment]
