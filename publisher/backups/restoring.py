"""`publisher restore`: a backup becomes the hub again, and the send log says what has happened since.

Everything is verified before anything is touched. On SQLite the new database is made ready beside the old one and takes its
name at the end; on PostgreSQL all of it is one transaction. Then nothing is sent until somebody has looked.
"""

import os
import shutil
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import inspect
from sqlmodel import Session, SQLModel

from publisher import migrations, sendlog
from publisher.backups import archive, contents, making
from publisher.backups.replaying import replay
from publisher.database import Database
from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.tokens import Tokens

#: Whoever restores onto a hub that has data says this word.
REPLACE = "replace"


def restore(
    house: House, source: Path, *, now: datetime, word: str = "", logs: tuple[Path, ...] = ()
) -> dict[str, Any]:
    """Make the hub what `source` says, run the migrations that came after it, and replay the send log onto it.

    No other process of this hub may run. `logs`: send logs of other machines, or one that was saved elsewhere.
    Returns what was found.
    """
    manifest = archive.verify(source)
    _refuse(house, manifest, word)
    for path in logs:
        if not path.is_file():
            raise BadInput(f"There is no send log at {path}.")
    data_dir = house.settings.data_dir
    with tempfile.TemporaryDirectory(dir=data_dir, prefix=".restore-") as name:
        folder = Path(name)
        archive.take_out(source, folder)
        _refuse_other_secret(house, folder)
        if manifest["database"] == "sqlite":
            found = _onto_sqlite(house, folder, manifest, now, logs)
        else:
            found = _onto_postgres(house, folder, manifest, now, logs)
        _files(folder, data_dir)
    return found


def _refuse(house: House, manifest: dict[str, Any], word: str) -> None:
    kind = "sqlite" if house.database.is_sqlite else "postgresql"
    if manifest["database"] != kind:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise BadInput(f"This backup is of {names[manifest['database']]}, and this hub is on {names[kind]}.")
    if not migrations.is_known(manifest["revision"]):
        raise BadInput(f"This backup is of a newer Publisher ({manifest['version']}). Install that version first.")
    if word != REPLACE and has_data(house.database):
        raise Conflict(
            f"This hub has data, which a restore would take away. Say “--onto-data {REPLACE}” if that is meant."
        )


def _refuse_other_secret(house: House, folder: Path) -> None:
    """A key given by a setting wins over the kept one; with another, every link that was mailed would be dead."""
    kept = (folder / making.SECRET).read_text(encoding="utf-8")
    place = house.settings.data_dir / "secret_key"
    if house.settings.secret_key == kept:
        return
    if place.is_file() and place.read_text(encoding="ascii").strip() == house.settings.secret_key:
        return  # it was made in this data folder, and the restore puts the old one there
    raise BadInput("PUBLISHER_SECRET_KEY is not the key of this backup: links in mails that were sent would be dead.")


def has_data(database: Database) -> bool:
    """Whether anybody would miss something: people, staff, issues, or mails."""
    there = set(inspect(database.engine).get_table_names())
    with database.looking() as connection:
        return any(
            connection.exec_driver_sql(f"SELECT 1 FROM {name} LIMIT 1").first() is not None  # noqa: S608  # names of ours
            for name in ("person", "member", "issue", "outbox", "work")
            if name in there and name in _tables()
        )


def _tables() -> set[str]:
    migrations.metadata()
    return set(SQLModel.metadata.tables)


def _onto_sqlite(
    house: House, folder: Path, manifest: dict[str, Any], now: datetime, logs: tuple[Path, ...]
) -> dict[str, Any]:
    ready = folder / making.DATABASE
    if not contents.whole_sqlite(ready):
        raise BadInput("The database in this backup is damaged. Nothing was changed.")
    database = Database(f"sqlite:///{ready}")
    try:
        migrations.upgrade(database)
        with Session(database.engine, expire_on_commit=False) as session:
            found = replay(session, _house(house, folder, database), manifest, _lines(house, manifest, logs), now)
            session.commit()
        with database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        database.close()
    place = contents.sqlite_path(house.database)
    house.database.engine.dispose()
    for ending in ("-wal", "-shm"):
        Path(f"{place}{ending}").unlink(missing_ok=True)
    moved = place.with_name(f".{place.name}.restored")
    shutil.move(ready, moved)
    with moved.open("rb") as file:
        os.fsync(file.fileno())
    moved.replace(place)
    return found


def _onto_postgres(
    house: House, folder: Path, manifest: dict[str, Any], now: datetime, logs: tuple[Path, ...]
) -> dict[str, Any]:
    with house.database.engine.begin() as connection:
        contents.empty_postgres(connection)
        migrations.upgrade_on(connection, manifest["revision"])
        contents.fill_postgres(
            connection, folder / making.TABLES, manifest["columns"] | {"alembic_version": ["version_num"]}
        )
        migrations.upgrade_on(connection)
        with Session(connection, expire_on_commit=False) as session:
            found = replay(session, _house(house, folder, house.database), manifest, _lines(house, manifest, logs), now)
            session.flush()
            session.commit()
    return found


def _house(house: House, folder: Path, database: Database) -> House:
    """The house with the secret key of the backup: the hashes in the log were made with it."""
    secret = (folder / making.SECRET).read_text(encoding="utf-8")
    return replace(house, database=database, tokens=Tokens(secret))


def _lines(house: House, manifest: dict[str, Any], logs: tuple[Path, ...]) -> list[list[str]] | None:
    """What the logs say since the backup; None where there is no log at all."""
    own = house.settings.data_dir / sendlog.NAME
    found: list[list[str]] = []
    if own.is_file():
        start = manifest["log"] if own.stat().st_size >= manifest["log"] else 0
        found += sendlog.read(own, start)
    for path in logs:
        found += sendlog.read(path)
    return found if own.is_file() or logs else None


def _files(folder: Path, data_dir: Path) -> None:
    """Media are named by their content, so what is there already is the same; templates are put back as they were."""
    for name in making.FOLDERS:
        if (folder / name).is_dir():
            shutil.copytree(folder / name, data_dir / name, dirs_exist_ok=True)
    beside = data_dir / ".secret_key.restored"
    shutil.copyfile(folder / making.SECRET, beside)
    beside.chmod(0o600)
    beside.replace(data_dir / "secret_key")
