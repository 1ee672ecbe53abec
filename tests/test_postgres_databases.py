"""The databases that tests are lent: nothing of one test is there in the next, and a changed one is never lent again."""

from datetime import UTC, datetime

import pytest
from postgres_databases import Databases
from sqlalchemy import text
from sqlmodel import Session, select

from publisher.database import Database
from publisher.mail.models import Address

pytestmark = pytest.mark.postgres


def _run(url: str, statement: str) -> None:
    database = Database(url, pool_size=0)
    with database.engine.begin() as connection:
        connection.execute(text(statement))
    database.close()


def test_what_one_test_left_is_gone_and_its_numbers_start_again(postgres_databases: Databases) -> None:
    first = postgres_databases.take()
    ids = []
    for _ in range(2):
        database = Database(first, pool_size=0)
        with Session(database.engine) as session:
            assert session.exec(select(Address)).all() == []
            alice = Address(
                email="alice@example.org",
                normalised="alice@example.org",
                hash="1",
                created_at=datetime(2026, 11, 30, tzinfo=UTC),
            )
            session.add(alice)
            session.commit()
            ids.append(alice.id)
        database.close()
        postgres_databases.give(first)
        assert postgres_databases.take() == first, "it is lent again, not copied"
    postgres_databases.give(first)
    assert ids[0] == ids[1]


@pytest.mark.parametrize(
    "changed",
    [
        "ALTER TABLE mailing_list ADD COLUMN shoe_size integer",
        "ALTER TABLE mailing_list ALTER COLUMN name DROP NOT NULL",
        "CREATE TABLE left_behind (id integer)",
        "CREATE INDEX left_behind ON mailing_list (name)",
        "CREATE SCHEMA left_behind",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
)
def test_a_database_whose_shape_was_changed_is_never_lent_again(postgres_databases: Databases, changed: str) -> None:
    lent = postgres_databases.take()
    _run(lent, changed)
    postgres_databases.give(lent)
    following = postgres_databases.take()
    assert following != lent
    postgres_databases.give(following)
