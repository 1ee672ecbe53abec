"""Budgets: how often something may happen in a window of time, counted in the database, so that restarts forget nothing
and all processes count together. Keys that name a person or a network are hashed by the caller.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Table, delete
from sqlmodel import Field, Session, SQLModel

from publisher.database import insert_into
from publisher.errors import TooMany


class Budget(SQLModel, table=True):
    """How often `name` happened for `key` in the window that began at `start`."""

    name: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    start: datetime = Field(primary_key=True)
    count: int = 0


_BUDGET: Table = Budget.__table__  # type: ignore[attr-defined]


def spend(
    session: Session, name: str, key: str, *, now: datetime, limit: int, window: timedelta, amount: int = 1
) -> None:
    """Count one more; `TooMany` when that is over `limit` in this window. Windows are fixed: they start on whole multiples."""
    start = window_start(now, window)
    if count(session, name, key, now=now, window=window, add=amount) > limit:
        wait = (start + window - now).total_seconds()
        raise TooMany("That was tried too often. Wait a little, then try again.", retry_after=wait)


def count(session: Session, name: str, key: str, *, now: datetime, window: timedelta, add: int = 0) -> int:
    """The count of this window after adding `add`."""
    start = window_start(now, window)
    statement = insert_into(session, _BUDGET).values(name=name, key=key, start=start, count=add)
    statement = statement.on_conflict_do_update(
        index_elements=["name", "key", "start"], set_={"count": _BUDGET.c.count + add}
    ).returning(_BUDGET.c.count)
    return int(session.execute(statement).scalar_one())


def forget(session: Session, *, before: datetime) -> None:
    """Delete windows that began before that moment."""
    session.execute(delete(_BUDGET).where(_BUDGET.c.start < before))


def window_start(now: datetime, window: timedelta) -> datetime:
    seconds = int(window.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
