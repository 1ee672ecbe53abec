"""Engine, sessions, and the few places where SQLite and PostgreSQL differ.

SQLite runs in WAL mode with `synchronous=FULL`: a reply that was recorded stays recorded after a power cut, and grouped
commits make that cheap. Writers begin with `BEGIN IMMEDIATE`, so that two writers wait for each other instead of failing
in the middle. Entrances own transactions: `with database.session() as session: …` commits at the end, and rolls back
when anything is raised.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.pool import NullPool
from sqlmodel import Session

from publisher import sendlog
from publisher.errors import PublisherError

BUSY_MILLISECONDS = 30_000
#: How PostgreSQL's own lists call our connections.
OUR_NAME = "publisher"


class Database:
    """One installation's database. `url` as in settings. Threads may share it; processes make their own."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url, pool_size)
        #: Where what must outlive the database is written; the house sets it.
        self.log: sendlog.SendLog | None = None
        self._reading = self.engine.execution_options(publisher_reading=True)
        self._endings: list[Callable[[], None]] = []

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that commits when the block ends and rolls back when it raises."""
        with Session(self.engine, expire_on_commit=False) as session:
            try:
                yield session
                session.commit()
                if self.log is not None:
                    self.log.append_late(sendlog.noted(session))
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking only: it never commits, and on SQLite never waits for a writer."""
        with Session(self._reading, expire_on_commit=False) as session:
            try:
                yield session
            finally:
                session.rollback()

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """A connection for one or two small questions, where a session would cost more than they do. It never commits."""
        with self._reading.connect() as connection:
            yield connection

    def at_close(self, ending: Callable[[], None]) -> None:
        """What works with this database for as long as it is open: `ending` is called before it closes, the latest first."""
        self._endings.append(ending)

    def close(self) -> None:
        while self._endings:
            self._endings.pop()()
        self.engine.dispose()
        if self.log is not None:
            self.log.close()


def _sqlite_engine(url: str) -> Engine:
    """As everywhere, errors go to the log without the values of their statement: those are people's addresses and keys."""
    engine = create_engine(
        url, connect_args={"timeout": BUSY_MILLISECONDS / 1000, "check_same_thread": False}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, below
        for line in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            "PRAGMA foreign_keys=ON",
            f"PRAGMA busy_timeout={BUSY_MILLISECONDS}",
            "PRAGMA cache_size=-16000",
            "PRAGMA temp_store=MEMORY",
        ):
            connection.execute(line)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        reading = connection.get_execution_options().get("publisher_reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _postgres_engine(url: str, pool_size: int) -> Engine:
    try:
        import psycopg  # noqa: F401  # optional: SQLite installations do without
    except ImportError as problem:
        raise PublisherError("PostgreSQL needs the extra “postgres”: pip install 'publisher[postgres]'.") from problem
    named = {"connect_args": {"application_name": OUR_NAME}, "hide_parameters": True}
    if pool_size == 0:
        return create_engine(url, poolclass=NullPool, **named)
    return create_engine(url, pool_size=pool_size, max_overflow=10, pool_pre_ping=True, **named)


def no_entries() -> dict[str, Any]:
    """Default of a column of JSON. Not `dict` itself: for each new row the signature of what makes a default is asked for, and
    that of a built-in type is read out of a text, which takes longer than all the rest of making the row."""
    return {}


def no_items() -> list[Any]:
    """As `no_entries`."""
    return []


def is_sqlite(session: Session) -> bool:
    """Whether this session talks to SQLite: for the few statements that have two spellings."""
    return session.get_bind().dialect.name == "sqlite"


def insert_into(session: Session, table: Table) -> Any:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`: each dialect has its own."""
    if is_sqlite(session):
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    return insert(table)
