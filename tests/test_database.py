"""The schema on both databases, and leases and budgets that both keep."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cast import a_hub, a_list, a_person
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel, select

from publisher import budgets, leases, migrations
from publisher.database import Database
from publisher.errors import TooMany
from publisher.leases import claim
from publisher.library.models import Source
from publisher.mail.models import Identity


def test_migrations_make_the_tables_that_the_models_describe(database: Database) -> None:
    assert migrations.is_current(database)
    with database.engine.connect() as connection:
        assert migrations.differences(connection) == []


def test_upgrading_twice_is_harmless(database: Database) -> None:
    migrations.upgrade(database)
    assert migrations.is_current(database)


def test_a_database_of_the_first_version_is_upgraded_with_the_people_in_it(tmp_path: Path) -> None:
    """SQLite makes a table anew where it changes, and takes the old one away, to which rows of other tables point."""
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    with database.engine.begin() as connection:
        migrations.upgrade_on(connection, "0001")
        for line in (
            "INSERT INTO address VALUES (1, 'alice@example.org', 'alice@example.org', 'h', '', '', '', NULL, '2026-01-01 06:00:00')",
            "INSERT INTO person (id, address_id, key, name, languages, zone, created_at) VALUES (1, 1, 'k', 'Zoë', 'en', 'UTC', '2026-01-01 06:00:00')",
            "INSERT INTO search_document VALUES (64, 1, 'en', 'amber study', '')",
            "INSERT INTO interest (person_id, facet, key) VALUES (1, 'country', 'KE')",
        ):
            connection.exec_driver_sql(line)
    migrations.upgrade(database)
    with database.engine.connect() as connection:
        assert migrations.differences(connection) == []
        told = connection.exec_driver_sql(
            "SELECT name, folded, facet FROM person JOIN interest ON person_id = person.id"
        )
        assert told.all() == [("Zoë", " zoe", "country")]
        wanted = "SELECT rowid FROM search_index WHERE search_index MATCH 'amber'"
        assert connection.exec_driver_sql(wanted).scalars().all() == [64], "what was there before can be found"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    with pytest.raises(SQLAlchemyError), database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM person")
    database.close()


def test_a_session_that_raises_keeps_nothing(database: Database, now: datetime) -> None:
    def cut_off() -> None:
        with database.session() as session:
            a_hub(session, now)
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        cut_off()
    with database.reading() as session:
        assert session.exec(select(Identity)).all() == []


def test_instants_come_back_as_utc(session: Session, now: datetime) -> None:
    hub = a_hub(session, now)
    session.expire_all()
    assert session.get_one(Identity, hub.id).created_at == now


def test_a_row_is_claimed_once_until_its_lease_ends(database: Database, now: datetime) -> None:
    with database.session() as session:
        session.add_all(
            Source(slug=f"s{n}", kind="feed", title="", next_check_at=now, created_at=now) for n in range(3)
        )
    table = Source.__table__

    def take(worker: str, moment: datetime) -> list[tuple[int, int]]:
        due = (
            select(table.c.id)
            .where((table.c.lease_until.is_(None)) | (table.c.lease_until < moment))
            .order_by(table.c.id)
            .limit(2)
        )
        with database.session() as session:
            rows = claim(session, table, due, worker=worker, until=moment + timedelta(seconds=60))
            return [(row.id, row.epoch) for row in rows]

    assert take("one", now) == [(1, 1), (2, 1)]
    assert take("two", now) == [(3, 1)]
    assert take("two", now) == []
    assert take("two", now + timedelta(seconds=61)) == [(1, 2), (2, 2)]


def test_one_process_leads(database: Database, now: datetime) -> None:
    with database.session() as session:
        assert leases.lead(session, "timetable", holder="a", now=now, lasts=timedelta(seconds=30))
        assert not leases.lead(session, "timetable", holder="b", now=now, lasts=timedelta(seconds=30))
        assert leases.lead(session, "timetable", holder="a", now=now, lasts=timedelta(seconds=30))
        assert leases.holder_of(session, "timetable", now=now) == "a"
        leases.release(session, "timetable", holder="a", now=now)
        assert leases.lead(
            session, "timetable", holder="b", now=now + timedelta(seconds=1), lasts=timedelta(seconds=30)
        )


def test_a_budget_is_used_up_and_comes_back(session: Session, now: datetime) -> None:
    hour = timedelta(hours=1)
    budgets.spend(session, "signup", "net", now=now, limit=2, window=hour)
    budgets.spend(session, "signup", "net", now=now, limit=2, window=hour)
    with pytest.raises(TooMany) as caught:
        budgets.spend(session, "signup", "net", now=now, limit=2, window=hour)
    assert caught.value.retry_after == 3600
    budgets.spend(session, "signup", "net", now=now + hour, limit=2, window=hour)


def test_the_cast_is_on_stage(session: Session, now: datetime) -> None:
    monthly = a_list(session, a_hub(session, now), now)
    assert a_person(session, "alice@example.org", now, monthly).id


def test_a_failing_statement_tells_the_log_no_values(database: Database) -> None:
    with pytest.raises(SQLAlchemyError) as problem, database.reading() as session:
        session.execute(text("SELECT nothing FROM nowhere WHERE address = :address"), {"address": "alice@example.org"})
    assert "alice@" not in str(problem.value)


def test_no_table_makes_its_defaults_by_a_built_in_type() -> None:
    """Making a row would ask for the signature of `dict` or `list` each time, which takes longer than all the rest."""
    migrations.metadata()
    tables = [mapper.class_ for mapper in SQLModel._sa_registry.mappers]
    assert len(tables) > 50
    slow = [
        f"{one.__name__}.{name}"
        for one in tables
        for name, field in one.model_fields.items()
        if field.default_factory in (dict, list)
    ]
    assert slow == []
