"""The schema and how it came to be: Alembic, driven by the same code on SQLite and PostgreSQL.

`publisher.migrations` stands above all rooms because it lists their tables; nothing imports it but entrances.
"""

from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData
from sqlalchemy.schema import SchemaItem
from sqlmodel import SQLModel

from publisher.database import Database

ROOMS_WITH_TABLES = (
    "publisher.leases",
    "publisher.budgets",
    "publisher.vocabulary.models",
    "publisher.mail.models",
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
    """Bring the schema to the newest state. Harmless when it is there already."""
    with database.engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


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
