"""What an open house has at hand: settings, database, tokens and templates, made once per process and passed on."""

from dataclasses import dataclass

from publisher.database import Database
from publisher.sendlog import SendLog
from publisher.settings import Settings
from publisher.templating import Templates
from publisher.tokens import Tokens


@dataclass(frozen=True)
class House:
    """Passed to verbs that write letters or links. Holds no state of its own."""

    settings: Settings
    database: Database
    tokens: Tokens
    templates: Templates

    def __post_init__(self) -> None:
        self.database.log = SendLog(self.settings.data_dir)

    def close(self) -> None:
        self.database.close()


def open_house(settings: Settings) -> House:
    """Everything a process needs, from its settings. The schema is not touched: see `publisher.migrations`."""
    return House(
        settings=settings,
        database=Database(settings.database_url),
        tokens=Tokens(settings.secret_key),
        templates=Templates(settings.owner_templates),
    )
