"""What many stories begin with is built once in a process: later stories are handed the rows, the files and the answer as the
first building left them.

A building begins where the story is: on a database without a row, or on one that still is as an earlier stage of the same story
left it. Where a story wrote something in between, nothing is taken back: it is built beside that, as it would have been.
"""

import dataclasses
import pickle
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from postgres_databases import Databases, empty, may_pass_checks
from sqlalchemy import make_url

from publisher.house import House


@dataclass(frozen=True)
class Kept:
    rows: Any
    files: Path
    answer: bytes


class Rows(Protocol):
    """The rows of one database: `state` changes whenever somebody else has written."""

    def are_none(self) -> bool: ...
    def state(self) -> object: ...
    def taken(self) -> Any: ...
    def put_back(self, kept: Any) -> None: ...
    def close(self) -> None: ...


class Stages:
    """What was built in this process. `folder`: for the files of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: dict[object, Kept] = {}

    def of(self, key: object) -> Kept | None:
        return self._kept.get(key)

    def keep(self, key: object, house: House, rows: Rows, answer: object) -> Kept:
        files = self.folder / str(len(self._kept))
        shutil.copytree(house.settings.data_dir, files, ignore=lambda _, names: [n for n in names if _is_database(n)])
        kept = Kept(rows.taken(), files, pickle.dumps(answer))
        place = str(house.settings.data_dir).encode()
        told = (kept.rows.serialize(), kept.answer) if isinstance(kept.rows, sqlite3.Connection) else kept.rows.values()
        assert not any(place in one for one in told), (
            f"{key}: where the files of a story lie is not the same in the next"
        )
        self._kept[key] = kept
        return kept


class Stage:
    """The stage of one story: `stage(build, …)` is `build(house, …)`, and what is handed out can be pickled."""

    def __init__(self, stages: Stages, house: House, rows: Rows) -> None:
        self.stages = stages
        self.house = house
        self.rows = rows
        alike = dataclasses.replace(house.settings, data_dir=Path(), database_url="")
        self._key: tuple[object, ...] = (house.database.is_sqlite, repr(alike), alike.secret_key)
        self._state: object = None

    def __call__(self, build: Callable[..., Any], *args: Any) -> Any:
        if not self._is_as_it_was():
            return build(self.house, *args)
        self._key = (*self._key, build.__module__, build.__qualname__, repr(args))
        kept = self.stages.of(self._key)
        if kept is None:
            answer = build(self.house, *args)
            kept = self.stages.keep(self._key, self.house, self.rows, answer)
        else:
            self.rows.put_back(kept.rows)
            shutil.copytree(kept.files, self.house.settings.data_dir, dirs_exist_ok=True)
        self._state = self.rows.state()
        return pickle.loads(kept.answer)

    def close(self) -> None:
        self.rows.close()

    def _is_as_it_was(self) -> bool:
        return self.rows.are_none() if self._state is None else self.rows.state() == self._state


class RowsOfSqlite:
    def __init__(self, house: House) -> None:
        self.there = sqlite3.connect(make_url(house.settings.database_url).database or "", isolation_level=None)
        self.there.execute("PRAGMA synchronous = OFF")

    def are_none(self) -> bool:
        tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        names = {name for (name,) in self.there.execute(tables) if not name.startswith("search_index_")}
        asked = [f'EXISTS (SELECT 1 FROM "{name}")' for name in names - {"alembic_version"}]
        return not any(self.there.execute(f"SELECT {', '.join(asked)}").fetchone())

    def state(self) -> object:
        return self.there.execute("PRAGMA data_version").fetchone()

    def taken(self) -> sqlite3.Connection:
        kept = sqlite3.connect(":memory:", check_same_thread=False)
        self.there.backup(kept)
        return kept

    def put_back(self, kept: sqlite3.Connection) -> None:
        kept.backup(self.there)

    def close(self) -> None:
        self.there.close()


_COLUMNS = """
    SELECT relname, string_agg(quote_ident(attname), ', ' ORDER BY attnum)
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace GROUP BY 1
"""
_SEQUENCES = """
    SELECT string_agg(format('setval(%L, %s)', seqrelid::regclass, pg_sequence_last_value(seqrelid)), ', ')
    FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL
"""


class RowsOfPostgres:
    """Rows are put back as they were, without the triggers and checks that were satisfied when they were written."""

    def __init__(self, house: House, databases: Databases) -> None:
        self.databases = databases
        self.there = databases.connection_to(house.settings.database_url)

    def are_none(self) -> bool:
        return may_pass_checks(self.there) and not self.databases.filled(self.there)

    def state(self) -> object:
        return self.there.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())").fetchone()

    def taken(self) -> dict[str, bytes]:
        columns: dict[str, str] = dict(self.there.execute(_COLUMNS).fetchall())
        kept: dict[str, bytes] = {}
        for name in self.databases.filled(self.there):
            with self.there.cursor().copy(f'COPY "{name}" ({columns[name]}) TO STDOUT'.encode()) as copy:
                kept[f'COPY "{name}" ({columns[name]}) FROM STDIN'] = b"".join(map(bytes, copy))
        (used,) = self.there.execute(_SEQUENCES).fetchone() or (None,)
        return kept | ({f"SELECT {used}": b""} if used else {})

    def put_back(self, kept: dict[str, bytes]) -> None:
        empty(self.there, self.databases.filled(self.there))
        with self.there.transaction():
            self.there.execute("SET LOCAL session_replication_role = replica")
            for statement, rows in kept.items():
                if statement.startswith("COPY"):
                    with self.there.cursor().copy(statement.encode()) as copy:
                        copy.write(rows)
                else:
                    self.there.execute(statement.encode())

    def close(self) -> None:
        """The connection goes back with the database."""


def _is_database(name: str) -> bool:
    return name.startswith("publisher.db")
