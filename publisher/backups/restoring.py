"""`publisher restore`: a backup becomes the hub again, and the send log says what has happened since.

Everything is verified before anything is touched. On SQLite the new database is made ready beside the old one and takes its
name at the end; on PostgreSQL all of it is one transaction. The secret key and the owner's files follow at once; a restore
that was killed just there is noticed, and run again. Then nothing is sent until somebody has looked.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, exc, inspect
from sqlmodel import Session

from publisher import migrations, sendlog
from publisher.backups import archive, contents, making, putting_back
from publisher.backups.replaying import replay
from publisher.backups.working import workplace
from publisher.database import Database
from publisher.errors import BadInput, Conflict, PublisherError
from publisher.house import House
from publisher.mail import claiming
from publisher.tokens import Tokens

#: Whoever restores onto a hub that has data, or another secret key, says this word.
REPLACE = "replace"


@dataclass(frozen=True)
class _Restore:
    """What is restored onto what."""

    house: House
    folder: Path
    manifest: dict[str, Any]
    now: datetime
    logs: tuple[Path, ...]


def restore(
    house: House, source: Path, *, now: datetime, word: str = "", key: str = "", logs: tuple[Path, ...] = ()
) -> dict[str, Any]:
    """Make the hub what `source` says, run the migrations that came after it, and replay the send log onto it.

    No other process of this hub may run. `word`, `key`: `replace` where data or a secret key that are here may go. `logs`: send
    logs of other machines, or one that was saved elsewhere. Returns what was found.
    """
    manifest = archive.verify(source)
    again = putting_back.was_cut_off(house.settings.data_dir)
    _refuse(house, manifest, REPLACE if again else word, now)
    for path in logs:
        if not path.is_file():
            raise BadInput(f"There is no send log at {path}.")
    with _disk_in_words(house.settings.data_dir), workplace(house.settings.data_dir, "restore") as folder:
        archive.take_out(source, folder)
        putting_back.refuse_other_key(house, folder, has_data(house.database), REPLACE if again else key)
        work = _Restore(house, folder, manifest, now, logs)
        putting_back.media(folder, house.settings.data_dir)
        found = _onto_sqlite(work) if house.database.is_sqlite else _onto_postgres(work)
        kept = putting_back.finish(folder, house.settings)
        changed = putting_back.settings_changed(folder, house.settings)
    return found | {"key_kept_as": kept, "settings_changed": changed}


def has_data(database: Database) -> bool:
    """Whether anybody would miss something: people, staff, issues, or mails. A database that cannot be read may have all of it."""
    try:
        there = set(inspect(database.engine).get_table_names())
        with database.looking() as connection:
            return any(_has_rows(connection, name) for name in _TELLING if name in there)
    except exc.DatabaseError:
        if database.is_sqlite:
            return True
        raise


_TELLING = ("person", "staff_member", "issue", "outbox", "work")


def _has_rows(connection: Connection, name: str) -> bool:
    return connection.exec_driver_sql(f"SELECT 1 FROM {name} LIMIT 1").first() is not None  # noqa: S608  # names of ours


def _refuse(house: House, manifest: dict[str, Any], word: str, now: datetime) -> None:
    kind = "sqlite" if house.database.is_sqlite else "postgresql"
    if manifest["database"] != kind:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise BadInput(f"This backup is of {names[manifest['database']]}, and this hub is on {names[kind]}.")
    if not migrations.is_known(manifest["revision"]):
        raise BadInput(
            f"This backup is of a newer Publisher ({manifest['version']}). Install that version first. Nothing was changed."
        )
    if word != REPLACE and has_data(house.database):
        raise Conflict(
            f"This hub has data, which a restore would take away. Say “--onto-data {REPLACE}” if that is meant."
        )
    if _runs(house.database, now):
        raise Conflict("A sender of this hub is still running. Stop all its processes, and wait a minute.")


def _runs(database: Database, now: datetime) -> bool:
    """Whether a sender showed itself within its lease, and is not known to be dead."""
    try:
        if not inspect(database.engine).has_table("sender"):
            return False
        with database.reading() as session:
            return claiming.is_anybody_sending(session, wall=now)
    except exc.DatabaseError:
        return False


@contextmanager
def _disk_in_words(data_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        then = "Mend that and run it again" if putting_back.was_cut_off(data_dir) else "The hub is as it was"
        raise PublisherError(f"The restore could not go on: {problem.strerror or problem}. {then}.") from problem


def _onto_sqlite(work: _Restore) -> dict[str, Any]:
    ready = work.folder / making.DATABASE
    if not contents.whole_sqlite(ready):
        raise BadInput("The database in this backup is damaged. Nothing was changed.")
    database = Database(f"sqlite:///{ready}")
    try:
        migrations.upgrade(database)
        with Session(database.engine, expire_on_commit=False) as session:
            found = _replayed(work, session, database)
            session.commit()
        contents.into_one_file(database)
    finally:
        database.close()
    with ready.open("rb") as file:
        os.fsync(file.fileno())
    place = contents.sqlite_path(work.house.database)
    contents.let_go(work.house.database, place)
    putting_back.begin(work.house.settings.data_dir)
    contents.take_the_place(ready, place)
    return found


def _onto_postgres(work: _Restore) -> dict[str, Any]:
    columns = work.manifest["columns"] | {"alembic_version": ["version_num"]}
    with work.house.database.engine.begin() as connection:
        contents.empty_postgres(connection)
        migrations.upgrade_on(connection, work.manifest["revision"])
        contents.fill_postgres(connection, work.folder / making.TABLES, columns)
        migrations.upgrade_on(connection)
        with Session(connection, expire_on_commit=False) as session:
            found = _replayed(work, session, work.house.database)
            putting_back.begin(work.house.settings.data_dir)
            session.commit()
    return found


def _replayed(work: _Restore, session: Session, database: Database) -> dict[str, Any]:
    """The log onto the restored database, with the secret key of the backup: the hashes in the log were made with it."""
    secret = (work.folder / making.SECRET).read_text(encoding="utf-8")
    house = replace(work.house, database=database, tokens=Tokens(secret))
    return replay(session, house, work.manifest, _lines(work), work.now)


def _lines(work: _Restore) -> list[list[str]] | None:
    """What the logs say since the backup; None where there is no log at all."""
    made_at = datetime.fromisoformat(work.manifest["made_at"])
    own = sendlog.since(work.house.settings.data_dir, work.manifest["log"], made_at)
    if own is None and not work.logs:
        return None
    others = (parts for path in work.logs for parts in sendlog.read_after(path, made_at))
    return sorted([*(own or ()), *others], key=lambda parts: parts[1]) if work.logs else own
