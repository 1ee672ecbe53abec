"""Many rows at once. SQLAlchemy spends twice as long on a row as SQLite does; a log has a million of them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, func, select, text
from sqlmodel import Session

from publisher.database import insert_into, is_sqlite


def add(session: Session, table: Table, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> int:
    """Insert rows, whose instants went through `stored`. Returns how many were no repetition of a unique value.

    `columns`: names of the values, in the order of the table.
    """
    if not rows:
        return 0
    statement = insert_into(session, table).on_conflict_do_nothing()
    connection = session.connection()
    if not is_sqlite(session):
        return int(connection.execute(statement, [dict(zip(columns, row, strict=True)) for row in rows]).rowcount)
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(columns))
    if compiled.positiontup != list(columns):
        raise ValueError(f"the columns of {table.name} are in another order: {compiled.positiontup}")
    return int(connection.exec_driver_sql(str(compiled), rows).rowcount)


def stored(session: Session) -> "Stored":
    return Stored(is_sqlite(session))


class Stored:
    """Instants and days in the form in which the driver takes them."""

    def __init__(self, as_text: bool) -> None:
        self._as_text = as_text
        self._last: datetime | None = None
        self._text = ""

    def instant(self, value: datetime) -> Any:
        """UTC-aware; SQLite keeps the text that SQLAlchemy reads again. Neighbours in a log are often the same object."""
        if not self._as_text:
            return value
        if value is not self._last:
            self._last, self._text = value, value.isoformat(" ", "microseconds")[:26]
        return self._text

    def day(self, value: date) -> Any:
        return value.isoformat() if self._as_text else value


def reserve(session: Session, table: Table, number: int) -> Sequence[int]:
    """Ids for so many new rows, so that rows pointing to them need not wait for the answer of the database."""
    if is_sqlite(session):  # this transaction is the only writer
        last = session.execute(select(func.max(table.c.id))).scalar() or 0
        return range(last + 1, last + 1 + number)
    sequence = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
    return list(session.execute(select(sequence).select_from(func.generate_series(1, number))).scalars())


def alone(session: Session) -> None:
    """Until the transaction ends nobody else weighs or reads logs in: PostgreSQL needs to be told, SQLite has one writer."""
    if not is_sqlite(session):
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('publisher.downloads'))"))
