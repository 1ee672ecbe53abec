"""Databases on PostgreSQL for tests: each is handed out as new, and made new again in milliseconds, where copying one takes half a second.

What a test leaves is emptied: tables with rows, sequences that were used. Rows of small tables are deleted, since TRUNCATE makes
new files for a table and all its indexes, which takes a tenth of a second. A test that changed more than rows, a migration up or
down, costs its database: the next test gets another one.
"""

import uuid
from typing import Any

import psycopg
from sqlalchemy import make_url

from publisher import migrations
from publisher.database import Database

_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'"
# Every relation with its oid and its columns, every constraint and schema: whatever is added, taken away or altered shows in it.
# Emptying a table changes none of them.
_SHAPE = """
    SELECT (SELECT version_num FROM alembic_version),
           (SELECT md5(string_agg(oid::text || conname, ' ' ORDER BY oid)) FROM pg_constraint),
           (SELECT md5(string_agg(nspname, ' ' ORDER BY oid)) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'),
           (SELECT md5(string_agg(oid::text || relname || relhastriggers, ' ' ORDER BY oid))
            FROM pg_class WHERE relnamespace = 'public'::regnamespace),
           (SELECT md5(string_agg(attrelid::text || attname || atttypid || attnotnull || atthasdef, ' ' ORDER BY attrelid, attnum))
            FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
            WHERE relnamespace = 'public'::regnamespace AND attnum > 0)
"""
_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_RESTART = (
    "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL"
)
_GROWN = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s) "
    "AND pg_relation_size(oid) > %s"
)
_SMALL = 256 * 1024  # bytes; rows that were deleted stay in a table until it is larger


Connection = psycopg.Connection[Any]


class Databases:
    """The databases of one process on a server: `take` one, `give` it back."""

    def __init__(self, server: str) -> None:
        self.server = server
        self._free: list[str] = []
        self._shapes: dict[str, Any] = {}
        self._open: dict[str, Connection] = {}  # one each, kept: a new one would have to learn all tables again
        self._template = f"template_{uuid.uuid4().hex[:8]}"
        self._on_server(f"CREATE DATABASE {self._template}")
        database = Database(self._url_of(self._template), pool_size=0)
        migrations.upgrade(database)
        database.close()
        with self._connect(self._template) as there:
            self._tables = _names(there, _TABLES)

    def take(self) -> str:
        """URL of a database as the migrations leave one."""
        if self._free:
            return self._url_of(self._free.pop())
        name = f"test_{uuid.uuid4().hex[:10]}"
        self._on_server(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        self._open[name] = self._connect(name)
        self._shapes[name] = _shape(self._open[name])
        return self._url_of(name)

    def give(self, url: str) -> None:
        """Empty it for the next test; or drop it, where it is no longer what it was."""
        name = make_url(url).database or ""
        if self._emptied(self._open[name], self._shapes[name]):
            self._free.append(name)
        else:
            self._drop(name)

    def connection_to(self, url: str) -> Connection:
        """Our own connection to a database that was taken."""
        return self._open[make_url(url).database or ""]

    def filled(self, there: Connection) -> list[str]:
        """Tables with rows. All are asked at once: most were not written to."""
        asked = " UNION ALL ".join(f"SELECT '{one}' WHERE EXISTS (SELECT FROM \"{one}\")" for one in self._tables)
        return _names(there, asked)

    def close(self) -> None:
        for name in (*self._free, self._template):
            self._drop(name)

    def _emptied(self, there: Connection, shape: object) -> bool:
        there.execute(_OTHERS)  # a program that a test left behind writes nothing into the next one
        if _shape(there) != shape:
            return False
        empty(there, self.filled(there))
        there.execute(_RESTART)
        return True

    def _drop(self, name: str) -> None:
        if name in self._open:
            self._open.pop(name).close()
        self._on_server(f"DROP DATABASE {name} WITH (FORCE)")

    def _on_server(self, statement: str) -> None:
        with self._connect(make_url(self.server).database or "postgres") as there:
            there.execute(statement.encode())

    def _connect(self, name: str) -> Connection:
        return psycopg.connect(self._url_of(name).replace("+psycopg", "", 1), autocommit=True)

    def _url_of(self, name: str) -> str:
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)


def empty(there: Connection, tables: list[str]) -> None:
    """No row is left in any of them. They must be all that have rows: nothing is checked or set off while rows are deleted."""
    grown = tables
    if may_pass_checks(there):
        grown = [name for (name,) in there.execute(_GROWN, [tables, _SMALL]).fetchall()]
    with there.transaction():
        if grown:
            there.execute(f"TRUNCATE {', '.join(map(_quoted, grown))} CASCADE".encode())
        if small := [one for one in tables if one not in grown]:
            there.execute("SET LOCAL session_replication_role = replica")
            there.execute("; ".join(f"DELETE FROM {_quoted(one)}" for one in small).encode())


def may_pass_checks(there: Connection) -> bool:
    """Whether rows may be written and deleted without a look at keys, which is for superusers."""
    return there.info.parameter_status("is_superuser") == "on"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _names(there: Connection, asked: str) -> list[str]:
    return [name for (name,) in there.execute(asked.encode())]


def _shape(there: Connection) -> object:
    return there.execute(_SHAPE).fetchone()
