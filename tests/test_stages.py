"""Stages: built once, the same for every story, and never at the cost of what a story wrote itself."""

from collections.abc import Iterator
from datetime import datetime
from itertools import count

import pytest
from cast import a_person
from sqlmodel import Session, col, select
from stages import Stage

from publisher.audience.models import Person
from publisher.house import House
from publisher.mail.models import Address

_built: Iterator[int] = count(1)
_after: dict[bool, tuple[int, str, int | None]] = {}


def a_reader(house: House, now: datetime, name: str) -> tuple[int, Person]:
    (house.settings.data_dir / "media").mkdir(exist_ok=True)
    (house.settings.data_dir / "media" / f"{name}.txt").write_text(name)
    with house.database.session() as session:
        return next(_built), a_person(session, f"{name}@example.org", now, name=name)


def emails(house: House) -> list[str]:
    with house.database.reading() as session:
        return list(session.exec(select(Address.email).order_by(col(Address.id))))


@pytest.mark.parametrize("story", ["the first", "the second"])
def test_the_second_story_has_what_the_first_had(stage: Stage, house: House, now: datetime, story: str) -> None:
    _, alice = stage(a_reader, now, "alice")
    number, bob = stage(a_reader, now, "bob")
    assert emails(house) == ["alice@example.org", "bob@example.org"]
    assert {path.name for path in (house.settings.data_dir / "media").iterdir()} == {"alice.txt", "bob.txt"}
    with Session(house.database.engine, expire_on_commit=False) as session:
        assert session.get_one(Person, bob.id).key == bob.key
        session.add(alice)
        alice.name = f"Alice of {story}"
        session.commit()
        carol = a_person(session, "carol@example.org", now)
        session.commit()
    had = (number, bob.key, carol.id)
    assert _after.setdefault(house.database.is_sqlite, had) == had, "built once, and numbers go on where they stood"


@pytest.mark.parametrize("story", ["the first", "the second"])
def test_what_a_story_wrote_in_between_stays(stage: Stage, house: House, now: datetime, story: str) -> None:
    stage(a_reader, now, "alice")
    with house.database.session() as session:
        a_person(session, f"{story.replace(' ', '-')}@example.org", now)
    stage(a_reader, now, "bob")
    assert emails(house) == ["alice@example.org", f"{story.replace(' ', '-')}@example.org", "bob@example.org"]


def test_a_story_that_wrote_first_is_not_overwritten(stage: Stage, house: House, now: datetime) -> None:
    with house.database.session() as session:
        a_person(session, "dora@example.org", now)
    stage(a_reader, now, "alice")
    assert emails(house) == ["dora@example.org", "alice@example.org"]
