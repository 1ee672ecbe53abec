"""`publisher backup`: one file, consistent while everything runs."""

import json
import logging
import sqlite3
from contextlib import suppress
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from publisher import migrations
from publisher.backups import archive, contents
from publisher.backups.archive import Writing
from publisher.errors import BadInput
from publisher.house import House
from publisher.last_backup import note_backup
from publisher.settings import Settings

log = logging.getLogger(__name__)

#: Folders of the data folder that belong to the hub; what is being uploaded does not.
FOLDERS = ("media", "templates", "pages")
DATABASE, TABLES, SECRET, SETTINGS = "database.db", "tables", "secret_key", "settings.json"


def make(house: House, dest: Path, *, now: datetime, force: bool = False) -> dict[str, Any]:
    """Back the hub up to the file `dest`. `PublisherError` where it cannot be written: then there is no such file.

    The hub may run meanwhile. The place of the send log is taken first: what is sent while the backup is made is in both, never in neither.
    """
    if dest.is_dir() or not dest.absolute().parent.is_dir():
        raise BadInput(f"{dest} is not the name of a file in a folder that is there.")
    if dest.exists() and not force:
        raise BadInput(f"{dest} is there already. Name another file.")
    if any(dest.resolve().is_relative_to((house.settings.data_dir / folder).resolve()) for folder in FOLDERS):
        raise BadInput(f"{dest} is among the files of this hub: a backup there would hold itself. Name another folder.")
    start = house.database.log.place() if house.database.log else {}
    with archive.written(dest.absolute()) as (writing, folder):
        described = _database(house, writing, folder)
        _files(house.settings, writing)
        writing.add_bytes(SECRET, house.settings.secret_key.encode())
        writing.add_bytes(SETTINGS, json.dumps(settings_of(house.settings), indent=1).encode())
        manifest = {"version": _version(), "made_at": now.isoformat(), "log": start, **described}
        archive.finish(writing, manifest)
    if house.database.log:
        house.database.log.begin_anew_if_large()
    try:
        note_backup(house.settings.data_dir, now, dest.absolute())
    except OSError as problem:  # the data folder is on another disk, and that one may be full
        said = "The backup is whole, but the data folder cannot keep that it was made: %s"
        log.warning(said, problem.strerror or problem)
    return {"file": str(dest), "size": dest.stat().st_size, "members": len(writing.sums), **described}


def settings_of(settings: Settings) -> dict[str, Any]:
    """Settings that a new machine needs to be the same hub; which of them were others is said after a restore."""
    return {
        "PUBLISHER_PUBLIC_URL": settings.public_url,
        "PUBLISHER_FORMER_URLS": ",".join(settings.former_urls),
        "PUBLISHER_TRUSTED_PROXIES": ",".join(settings.trusted_proxies),
        "PUBLISHER_SMTP_URL": settings.smtp_url or "",
        "PUBLISHER_MAIL_FROM": settings.mail_from or "",
        "PUBLISHER_POSTAL_ADDRESS": settings.postal_address or "",
        "PUBLISHER_PRIVATE_HOSTS": ",".join(sorted(settings.private_hosts)),
        "PUBLISHER_PODPING_URL": settings.podping_url,
        "PUBLISHER_PODPING_TOKEN": settings.podping_token or "",
    }


def _database(house: House, writing: Writing, folder: Path) -> dict[str, Any]:
    if house.database.is_sqlite:
        path = folder / DATABASE
        contents.copy_sqlite(house.database, path)
        writing.add(DATABASE, path)
        revision = _revision_of(path)
        path.unlink()  # before the file is read back: twice its size is room enough
        return {"database": "sqlite", "revision": revision, "columns": {}}
    # Not `pg_dump`: it must be of the server's version, and is not there on many a machine that runs a hub.
    engine = house.database.engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        revision = migrations.revision(connection)
        names = [name for name in contents.in_order(connection) if name != "alembic_version"]
        columns = {name: contents.columns_of(connection, name) for name in names}
        for name, path in contents.copy_postgres(connection, folder):
            writing.add(f"{TABLES}/{name}.copy", path)
        connection.rollback()
    return {"database": "postgresql", "revision": revision, "columns": columns}


def _revision_of(path: Path) -> str | None:
    connection = sqlite3.connect(path)
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None
    finally:
        connection.close()


def _files(settings: Settings, writing: Writing) -> None:
    """Media never change and appear whole, so they are read as they stand, after the database that names them."""
    for folder in FOLDERS:
        for path in sorted((settings.data_dir / folder).rglob("*")):
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                with suppress(FileNotFoundError):  # taken away since it was seen
                    writing.add(path.relative_to(settings.data_dir).as_posix(), path)


def _version() -> str:
    try:
        return version("publisher")
    except PackageNotFoundError:
        return "unknown"
