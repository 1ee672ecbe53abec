"""Claiming due rows with a lease and a fencing epoch: one function, two dialects. And leadership by a lease row.

A row that can be claimed has `worker`, `epoch` and `lease_until`. Claiming raises `epoch`; whoever writes back says the
epoch they claimed with, so a worker that slept through its lease matches no row. Leases run on the wall clock of the
machines, also where a command simulates another time: a simulated week must not free another process's rows.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, select, update
from sqlmodel import Field, Session, SQLModel

from publisher.database import insert_into, is_sqlite


class Lease(SQLModel, table=True):
    """Who leads: `timetable` is held by the one process that keeps it."""

    name: str = Field(primary_key=True)
    holder: str
    epoch: int = 0
    until: datetime


def claim(
    session: Session,
    table: Table,
    due: Select[tuple[Any]],
    *,
    worker: str,
    until: datetime,
    values: dict[str, Any] | None = None,
    returning: Sequence[ColumnElement[Any]] = (),
) -> list[Any]:
    """Take the rows that `due` selects (ids, ordered and limited) for `worker` and return them; commit before working.

    On PostgreSQL rows that another worker is taking are skipped; on SQLite the transaction is already the only writer.
    """
    if not is_sqlite(session):
        due = due.with_for_update(skip_locked=True, of=table)
    ids = [row[0] for row in session.execute(due)]
    if not ids:
        return []
    columns = table.c
    statement = (
        update(table)
        .where(columns.id.in_(ids))
        .values(worker=worker, epoch=columns.epoch + 1, lease_until=until, **(values or {}))
        .returning(columns.id, columns.epoch, *returning)
    )
    rows = {row.id: row for row in session.execute(statement)}
    return [rows[i] for i in ids if i in rows]


def lead(session: Session, name: str, *, holder: str, now: datetime, lasts: timedelta) -> bool:
    """Take or renew the leadership `name`; False when somebody else holds it. `now` is wall-clock time."""
    row = {"name": name, "holder": "", "epoch": 0, "until": now - timedelta(days=1)}
    session.execute(insert_into(session, _LEASE).values(**row).on_conflict_do_nothing())
    taken = session.execute(
        update(_LEASE)
        .where(_LEASE.c.name == name, (_LEASE.c.holder == holder) | (_LEASE.c.until < now))
        .values(holder=holder, until=now + lasts, epoch=_LEASE.c.epoch + 1)
        .returning(_LEASE.c.epoch)
    )
    return taken.first() is not None


def release(session: Session, name: str, *, holder: str, now: datetime) -> None:
    """Give the leadership up, so that the next process need not wait for the lease to end."""
    session.execute(update(_LEASE).where(_LEASE.c.name == name, _LEASE.c.holder == holder).values(until=now))


def holder_of(session: Session, name: str, *, now: datetime) -> str | None:
    """Who holds the leadership at this moment, if anybody."""
    return session.execute(select(_LEASE.c.holder).where(_LEASE.c.name == name, _LEASE.c.until >= now)).scalar()


_LEASE: Table = Lease.__table__  # type: ignore[attr-defined]
