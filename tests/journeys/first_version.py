"""A database as the first version of Publisher would have kept it: its schema, and of a hub's rows what that schema knew."""

import sqlite3
from typing import Any

import psycopg
from sqlalchemy import MetaData, make_url

from publisher import migrations
from publisher.database import Database

FIRST = "0001"


def kept_by_the_first_version(present: str, former: str) -> dict[str, int]:
    """Make the empty database `former` what the hub in `present` would be, had it never been upgraded. URLs; rows by table."""
    database = Database(former)
    with database.engine.begin() as connection:
        migrations.upgrade_on(connection, FIRST)
    metadata = MetaData()
    metadata.reflect(database.engine)
    database.close()
    columns = {table.name: [one.name for one in table.columns] for table in metadata.sorted_tables}
    columns.pop("alembic_version")
    write = _on_sqlite if make_url(present).get_backend_name() == "sqlite" else _on_postgres
    return write(present, former, columns)


def _on_sqlite(present: str, former: str, columns: dict[str, list[str]]) -> dict[str, int]:
    there = sqlite3.connect(make_url(former).database or "", isolation_level=None)
    there.execute("ATTACH DATABASE ? AS present", (make_url(present).database,))
    for table, names in columns.items():
        listed = ", ".join(f'"{name}"' for name in names)
        there.execute(f'INSERT INTO main."{table}" ({listed}) SELECT {listed} FROM present."{table}"')
    counted = {table: there.execute(f'SELECT count(*) FROM main."{table}"').fetchone()[0] for table in columns}
    assert there.execute("PRAGMA foreign_key_check").fetchall() == []
    there.close()
    return counted


def _on_postgres(present: str, former: str, columns: dict[str, list[str]]) -> dict[str, int]:
    counted: dict[str, int] = {}
    with _connect(present) as source, _connect(former) as there:
        for table, names in columns.items():
            listed = ", ".join(f'"{name}"' for name in names)
            taking = f'COPY (SELECT {listed} FROM "{table}") TO STDOUT'
            with (
                source.cursor().copy(taking.encode()) as rows,
                there.cursor().copy(f'COPY "{table}" ({listed}) FROM STDIN'.encode()) as kept,
            ):
                for row in rows:
                    kept.write(row)
            if "id" in names:
                there.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 1) FROM \"{table}\"))".encode()
                )
            found = there.execute(f'SELECT count(*) FROM "{table}"'.encode()).fetchone()
            counted[table] = found[0] if found else 0
    return counted


def contents(url: str, tables: dict[str, int]) -> dict[str, list[str]]:
    """What stands in these tables, in the columns of the first version, a line a row."""
    database = Database(url)
    metadata = MetaData()
    with database.engine.connect() as connection:
        metadata.reflect(connection, only=list(tables))
        found: dict[str, list[str]] = {}
        for table in metadata.sorted_tables:
            if table.name in tables:
                rows: Any = connection.exec_driver_sql(f'SELECT * FROM "{table.name}"').mappings()
                found[table.name] = sorted(str(dict(row)) for row in rows)
    database.close()
    return found


def _connect(url: str) -> "psycopg.Connection[Any]":
    return psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True)
