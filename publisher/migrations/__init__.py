"""The schema and how it came to be: Alembic, driven by the same code on SQLite and PostgreSQL.

`publisher.migrations` stands above all rooms because it lists their tables; nothing imports it but entrances.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData
from sqlalchemy.schema import SchemaItem
from sqlmodel import SQLModel

from publisher.database import Database
from publisher.errors import PublisherError

ROOMS_WITH_TABLES = (
    "publisher.leases",
    "publisher.budgets",
    "publisher.vocabulary.models",
    "publisher.mail.models",
    "publisher.mail.bounces.models",
    "publisher.media.models",
    "publisher.staff.models",
    "publisher.audience.models",
    "publisher.library.models",
    "publisher.newsletters.models",
    "publisher.podcasts.models",
    "publisher.podcasts.downloads.models",
    "publisher.webinars.models",
    "publisher.desk.models",
)

#: Tables that a migration makes by hand, because they exist in one dialect only.
BY_HAND = ("search_index",)
#: Columns and their indexes, likewise, in `search_document`.
BY_HAND_IN_DOCUMENT = frozenset({"vector", "title_vector", "state", "published_on", "search_document_vector"})


def metadata() -> MetaData:
    """Every table of the house."""
    for room in ROOMS_WITH_TABLES:
        import_module(room)
    return SQLModel.metadata


def upgrade(database: Database) -> None:
    """Bring the schema to the newest state, or leave it as it was. Harmless when it is there already."""
    with database.engine.connect() as connection, _tables_may_go(connection), connection.begin():
        upgrade_on(connection)
        if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise PublisherError("The upgrade would leave rows that point nowhere, so the database stays as it was.")


@contextmanager
def _tables_may_go(connection: Connection) -> Iterator[None]:
    """Where SQLite cannot alter a table, it is made anew beside the old one, which is taken away. That must not be a deletion
    of its rows to which others point. The pragma does nothing inside a transaction, so it stands around it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def upgrade_on(connection: Connection, to: str = "head") -> None:
    """The same inside a transaction of the caller's, up to a revision."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def revision(connection: Connection) -> str | None:
    """The revision this database is at."""
    return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Whether this version of Publisher has that revision: a newer one it has not."""
    return revision in {one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()}


def is_current(database: Database) -> bool:
    """Whether every migration has been applied."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def differences(connection: Connection) -> list[object]:
    """What autogenerate would change: an empty list when tables and migrations agree."""
    context = MigrationContext.configure(connection, opts={"include_object": include_object, "compare_type": False})
    return list(compare_metadata(context, metadata()))


def include_object(thing: SchemaItem, name: str | None, kind: str, reflected: bool, _compare_to: object) -> bool:
    """For Alembic: leave what migrations make by hand alone."""
    if kind == "table" and name is not None:
        return not name.startswith(BY_HAND)
    of = getattr(getattr(thing, "table", None), "name", None)
    return not (reflected and kind in ("column", "index") and of == "search_document" and name in BY_HAND_IN_DOCUMENT)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
