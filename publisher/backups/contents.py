"""What is in a database, taken out while it runs and put back: SQLite as a copy of the file, PostgreSQL by COPY of each table."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, make_url, text

from publisher.backups.working import sync
from publisher.database import OUR_NAME, Database
from publisher.errors import Conflict, PublisherError

#: So many pages at a time, with a breath between: the sender is never kept from the disk for long.
PAGES, BREATH = 256, 0.012
_TABLES = """SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = current_schema() AND c.relkind = 'r' ORDER BY 1"""
_LINKS = """SELECT c.conrelid::regclass::text, c.confrelid::regclass::text FROM pg_constraint c
            JOIN pg_namespace n ON n.oid = c.connamespace WHERE c.contype = 'f' AND n.nspname = current_schema()"""
_COLUMNS = """SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema()
              AND table_name = :name AND is_generated = 'NEVER' ORDER BY ordinal_position"""
_SERIAL = """SELECT pg_get_serial_sequence(quote_ident(:name), :column)"""


def sqlite_path(database: Database) -> Path:
    return Path(make_url(database.url).database or "")


def copy_sqlite(database: Database, to: Path) -> None:
    """One consistent copy. The source reads in one transaction, so writers neither wait nor make it begin anew."""
    source = sqlite3.connect(sqlite_path(database), isolation_level=None)
    target = sqlite3.connect(to)
    try:
        target.execute(
            "PRAGMA synchronous=OFF"
        )  # it is read again at once and put into the backup, which goes to the disk
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source.backup(target, pages=PAGES, progress=lambda *_: time.sleep(BREATH))
        target.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as problem:
        raise PublisherError(f"The database could not be copied: {problem}. Nothing was kept.") from problem
    finally:
        target.close()
        source.close()


def into_one_file(database: Database) -> None:
    """Everything from the write-ahead log into the file itself."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def others_on_postgres(database: Database) -> int:
    """Connections that other processes of the hub have to this database. Our own idle ones are closed first."""
    database.engine.dispose()
    with database.looking() as connection:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :ours AND pid <> pg_backend_pid()"
        return int(connection.execute(text(asked), {"ours": OUR_NAME}).scalar_one())


def let_go(database: Database, place: Path) -> None:
    """Nobody has the file of the hub open any more, and nothing of it is only in its log: it can be replaced in one step, and
    is whole until then. `Conflict` where another process has it open."""
    database.engine.dispose()
    if not place.exists():
        return
    connection = sqlite3.connect(place, isolation_level=None, timeout=2)
    try:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as problem:
        if "locked" in str(problem):
            raise Conflict("Something of this hub is still running. Stop all its processes first.") from problem
    except sqlite3.DatabaseError:
        return  # it cannot be read: this is what the restore is for
    finally:
        connection.close()


def take_the_place(ready: Path, place: Path) -> None:
    """The restored file gets the name of the database. It may have to be carried to another disk first."""
    beside = place.with_name(f".{place.name}.restored")
    shutil.move(ready, beside)
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    for ending in ("-wal", "-shm"):
        Path(f"{place}{ending}").unlink(missing_ok=True)
    beside.replace(place)
    sync(place.parent)


def whole_sqlite(path: Path) -> bool:
    """Whether SQLite itself finds nothing wrong with the file."""
    connection = sqlite3.connect(path)
    try:
        return bool(connection.execute("PRAGMA quick_check").fetchone()[0] == "ok")
    except sqlite3.Error:
        return False
    finally:
        connection.close()


def copy_postgres(connection: Connection, folder: Path) -> Iterator[tuple[str, Path]]:
    """Each table as a file of COPY's text form, of the moment the transaction (REPEATABLE READ) began."""
    for name in in_order(connection):
        path = folder / f"{name}.copy"
        statement = f"COPY {_named(connection, name)} TO STDOUT"
        with path.open("wb") as file, _cursor(connection) as cursor, cursor.copy(statement) as pieces:
            for piece in pieces:
                file.write(piece)
        yield name, path
        path.unlink()


def columns_of(connection: Connection, name: str) -> list[str]:
    return [row[0] for row in connection.execute(text(_COLUMNS), {"name": name})]


def in_order(connection: Connection) -> list[str]:
    """Every table, those that others refer to first."""
    left = [row[0] for row in connection.execute(text(_TABLES))]
    links = [(a.strip('"'), b.strip('"')) for a, b in connection.execute(text(_LINKS)) if a != b]
    ordered: list[str] = []
    while left:
        free = [name for name in left if not any(a == name and b in left for a, b in links)]
        if not free:
            raise PublisherError("Tables refer to each other in a circle.")
        ordered += free
        left = [name for name in left if name not in free]
    return ordered


def fill_postgres(connection: Connection, folder: Path, columns: dict[str, list[str]]) -> None:
    """Fill the empty tables of that same revision, then let numbers go on after the highest."""
    # A trigger takes what a search needs to know from the works, so these are there first.
    order = sorted(in_order(connection), key=lambda name: name == "search_document")
    present = ", ".join(f'"{name}"' for name in order)
    connection.execute(text(f"TRUNCATE {present}"))
    for name in order:
        if name not in columns:
            continue
        names = ", ".join(f'"{column}"' for column in columns[name])
        statement = f'COPY "{name}" ({names}) FROM STDIN'
        with (
            (folder / f"{name}.copy").open("rb") as file,
            _cursor(connection) as cursor,
            cursor.copy(statement) as copy,
        ):
            while piece := file.read(1 << 20):
                copy.write(piece)
        if "id" in columns[name]:
            sequence = connection.execute(text(_SERIAL), {"name": name, "column": "id"}).scalar()
            if sequence:
                connection.execute(
                    text(f"SELECT setval('{sequence}', coalesce(max(id), 0) + 1, false) FROM \"{name}\"")  # noqa: S608  # names from the catalogue
                )


def empty_postgres(connection: Connection) -> None:
    """Take away every table and function of ours, so that the schema can be made anew in the same transaction."""
    for name in [row[0] for row in connection.execute(text(_TABLES))]:
        connection.execute(text(f'DROP TABLE IF EXISTS "{name}" CASCADE'))
    for name in ("search_document_from_work", "work_to_search_document"):
        connection.execute(text(f"DROP FUNCTION IF EXISTS {name}() CASCADE"))


def _named(connection: Connection, name: str) -> str:
    return f'"{name}" ({", ".join(chr(34) + column + chr(34) for column in columns_of(connection, name))})'


def _cursor(connection: Connection) -> Any:
    return connection.connection.cursor()
