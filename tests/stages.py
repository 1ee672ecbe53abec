"""What many stories begin with is built once in a run: later stories, those of other processes too, are handed the rows, the files
and the answer as the first building left them.

A building begins where the story is: on a database without a row, or on one that still is as an earlier stage of the same story
left it. Where a story wrote something in between, nothing is taken back: it is built beside that, as it would have been.
"""

import contextlib
import dataclasses
import hashlib
import pickle
import shutil
import sqlite3
import uuid
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
    def read(self, taken: Any) -> Any: ...
    def put_back(self, kept: Any) -> None: ...
    def close(self) -> None: ...


class Stages:
    """What was built in this run. `folder`: where the processes of a run leave it for each other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: dict[str, Kept] = {}

    def of(self, key: object, rows: Rows) -> Kept | None:
        name = _name_of(key)
        if name not in self._kept and (self.folder / name).is_dir():
            stored, answer = pickle.loads((self.folder / name / "rows").read_bytes())
            self._kept[name] = Kept(rows.read(stored), self.folder / name / "files", answer)
        return self._kept.get(name)

    def keep(self, key: object, house: House, rows: Rows, answer: object) -> Kept:
        name, place = _name_of(key), self.folder / uuid.uuid4().hex
        copied = house.settings.data_dir
        shutil.copytree(copied, place / "files", ignore=lambda _, names: [n for n in names if _is_database(n)])
        stored = pickle.dumps((rows.taken(), pickle.dumps(answer)))
        assert str(copied).encode() not in stored, f"{key}: where the files of a story lie is not the same in the next"
        (place / "rows").write_bytes(stored)
        with contextlib.suppress(
            OSError
        ):  # another process has built the same at this moment: one of the two is enough
            place.rename(self.folder / name)
        kept = self.of(key, rows)
        assert kept is not None
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
        kept = self.stages.of(self._key, self.rows)
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

    def taken(self) -> bytes:
        with contextlib.closing(sqlite3.connect(":memory:")) as copy:
            self.there.backup(copy)
            return copy.serialize()

    def read(self, taken: bytes) -> sqlite3.Connection:
        kept = sqlite3.connect(":memory:", check_same_thread=False)
        kept.deserialize(
            taken[:18] + b"\1\1" + taken[20:]
        )  # the file's head said WAL, which there is none of in memory
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

    def read(self, taken: dict[str, bytes]) -> dict[str, bytes]:
        return taken

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


def _name_of(key: object) -> str:
    return hashlib.sha256(repr(key).encode()).hexdigest()[:32]


def _is_database(name: str) -> bool:
    return name.startswith("publisher.db")
