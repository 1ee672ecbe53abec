"""What people wished about webinars between a backup and a disaster is so again after the restore, and nobody is told it twice."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select
from webinars.people_stage import join
from webinars.webinar_stage import a_webinar

from publisher.backups import making, restoring
from publisher.house import House
from publisher.mail import addresses
from publisher.mail.models import Letter, Outbox
from publisher.webinars import changing, quiet, registrants
from publisher.webinars.models import Registration, Series

NAMES = ("alice", "bob", "carol", "ines")


@pytest.fixture
def slug(house: House, now: datetime) -> str:
    """A webinar in ten days, to which all four come."""
    with house.database.session() as session:
        series, _ = a_webinar(session, house, now, starts=datetime(2026, 12, 3, 15, 0), confirm="never")
        for name in NAMES:
            join(session, house, series, name, now)
        return series.slug


def of(session: Session, house: House, slug: str, name: str) -> Registration:
    address = addresses.find(session, house.tokens, f"{name}@example.org")
    assert address is not None
    found = registrants.of_slug(session, address, slug)
    assert found is not None
    return found


def do(house: House, slug: str, name: str, what: str, now: datetime) -> None:
    with house.database.session() as session:
        registration = of(session, house, slug, name)
        verbs = {"cancel": changing.cancel, "come back": changing.come_back}
        if what in verbs:
            assert verbs[what](session, house, registration, now=now)
        else:
            assert {"mute": quiet.mute, "unmute": quiet.unmute}[what](session, registration, now=now)


def letters_of(house: House) -> int:
    with house.database.reading() as session:
        return len(session.exec(select(Outbox.id).join(Letter)).all())


def test_the_last_word_counts_and_is_not_said_again(house: House, now: datetime, tmp_path: Path, slug: str) -> None:
    do(house, slug, "carol", "cancel", now)
    making.make(house, tmp_path / "b.tar", now=now)
    before, later = letters_of(house), now + timedelta(hours=1)
    do(house, slug, "alice", "cancel", later)
    do(house, slug, "bob", "cancel", later)
    do(house, slug, "bob", "come back", later + timedelta(minutes=5))
    do(house, slug, "carol", "come back", later)
    do(house, slug, "ines", "mute", later)
    found = restoring.restore(house, tmp_path / "b.tar", now=later + timedelta(hours=1), word=restoring.REPLACE)
    with house.database.reading() as session:
        states = {name: of(session, house, slug, name).state for name in NAMES}
        assert states == {"alice": "cancelled", "bob": "registered", "carol": "registered", "ines": "registered"}
        assert of(session, house, slug, "ines").muted_at is not None
    assert (found["cancelled"], found["came_back"], found["unsubscribed"]) == (1, 1, 1)
    assert letters_of(house) == before, "each was told when they did it"


def test_a_place_that_was_given_back_is_free(house: House, now: datetime, tmp_path: Path, slug: str) -> None:
    with house.database.session() as session:
        series = session.exec(select(Series).where(Series.slug == slug)).one()
        series.capacity = 4
        session.add(series)
        waits = join(session, house, series, "dina", now)
        assert waits.state == "waiting"
    making.make(house, tmp_path / "b.tar", now=now)
    do(house, slug, "alice", "cancel", now)
    restoring.restore(house, tmp_path / "b.tar", now=now + timedelta(hours=1), word=restoring.REPLACE)
    with house.database.reading() as session:
        assert of(session, house, slug, "alice").state == "cancelled"
        assert of(session, house, slug, "dina").state == "registered"


def test_of_a_webinar_that_is_over_nothing_is_taken_back(
    house: House, now: datetime, tmp_path: Path, slug: str
) -> None:
    making.make(house, tmp_path / "b.tar", now=now)
    do(house, slug, "alice", "cancel", now)
    found = restoring.restore(house, tmp_path / "b.tar", now=now + timedelta(days=20), word=restoring.REPLACE)
    assert found["cancelled"] == 0
