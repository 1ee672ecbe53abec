"""Opening the house for a command, and what is said where its database cannot be used."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import exc, inspect
from sqlmodel import Session

from publisher import unfinished
from publisher.errors import BadInput
from publisher.house import House, open_house
from publisher.settings import Settings

NOT_SET_UP = "This hub has not been set up yet. Run “publisher init” first."
NOT_CURRENT = "The database is from another version of Publisher. Run “publisher migrate” first."


#: The public address of a hub whose settings name none.
UNSAID_URL = "http://127.0.0.1:8000"


@contextmanager
def opened(*, port: int | None = None, set_up: bool = True) -> Iterator[House]:
    """The house of the settings, closed at the end. `BadInput` where it is not set up, unless `set_up` is False.

    `port`: where the pages will be; the public address follows it unless a setting says another.
    """
    settings = Settings.from_environment()
    if port is not None and settings.public_url == UNSAID_URL:
        settings = replace(settings, public_url=f"http://127.0.0.1:{port}")
    write_log(settings)
    if set_up:
        unfinished.refuse(settings)
    house = open_house(settings)
    try:
        if set_up and not inspect(house.database.engine).has_table("alembic_version"):
            raise BadInput(NOT_SET_UP)
        yield with_demo(house) if set_up else house
    finally:
        house.close()


def refuse_other_schema(house: House) -> None:
    """`BadInput` where the schema is not of this version: a process that works on its own must not do half of its work."""
    from publisher import migrations

    if not migrations.is_current(house.database):
        raise BadInput(NOT_CURRENT)


def with_demo(house: House) -> House:
    """The house as it is, or, where the demo hub is filled in, one that may fetch the sources it serves to itself."""
    if not house.settings.is_local:
        return house
    from publisher.demo import marker

    with house.database.reading() as session:
        if not marker.is_complete(session):
            return house
    from publisher.demo import living

    return replace(house, settings=replace(house.settings, private_hosts=living.private_hosts_for(house.settings)))


@contextmanager
def acting() -> Iterator[tuple[House, Session]]:
    """The house and a session that commits when the command is done."""
    with opened() as house, house.database.session() as session:
        yield house, session


@contextmanager
def looking() -> Iterator[tuple[House, Session]]:
    """The house and a session that changes nothing."""
    with opened() as house, house.database.reading() as session:
        yield house, session


def write_log(settings: Settings) -> None:
    """The log goes to standard error: ours from the level of the settings, that of libraries where something is wrong."""
    logging.basicConfig(
        level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr, force=True
    )
    logging.getLogger("publisher").setLevel(settings.log.upper())


def database_trouble(problem: Exception) -> tuple[int | None, str]:
    """Exit code and sentence for trouble with the database; no code where it is something else."""
    if not isinstance(problem, exc.DBAPIError):
        return None, ""
    words = str(problem.orig).strip().splitlines()[0] if problem.orig is not None else ""
    if "no such table" in words or "no such column" in words or "does not exist" in words:
        return 2, NOT_CURRENT
    if isinstance(problem, exc.OperationalError):
        full = " Look whether its disk is full." if "disk" in words else ""
        return 1, f"The database cannot be used: {words.rstrip('.')}.{full}"
    return None, ""
