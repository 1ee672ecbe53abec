"""What people wished between a backup and a disaster is so again after the restore: the last thing they said counts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cast import a_hub, a_list
from sqlmodel import Session, col, select
from test_bad_restores import no_file_larger_than

from publisher import sendlog
from publisher.audience import confirming, leaving, lists, people
from publisher.audience.models import MailingList, Person, Subscription
from publisher.backups import making, restoring
from publisher.desk import person as people_desk
from publisher.errors import PublisherError
from publisher.house import House
from publisher.mail import addresses
from publisher.mail.models import Address

AT = {name: f"{name}@example.org" for name in ("alice", "bob", "carol", "ines")}


@pytest.fixture
def readers(house: House, now: datetime) -> None:
    """Four readers of the monthly letter."""
    with house.database.session() as session:
        monthly = a_list(session, a_hub(session, now), now)
        for email in AT.values():
            address = addresses.find_or_make(session, house.tokens, email, now=now)
            person = people.make(session, address, now=now)
            confirming.activate(session, person, monthly, now=now)


def one(session: Session, house: House, name: str) -> tuple[Person, MailingList]:
    return people.get(session, house.tokens, AT[name]), lists.get(session, "monthly")


def leave(house: House, name: str, now: datetime) -> str:
    with house.database.session() as session:
        person, monthly = one(session, house, name)
        return leaving.leave(session, house, person, [monthly], now, "page").undo or ""


def undo(house: House, token: str, now: datetime) -> None:
    with house.database.session() as session:
        assert leaving.undo(session, house, token, now)


def state_of(house: House, name: str) -> str:
    with house.database.reading() as session:
        found = session.exec(
            select(Subscription.state)
            .join(Person, col(Person.id) == col(Subscription.person_id))
            .join(Address, col(Address.id) == col(Person.address_id))
            .where(col(Address.email) == AT[name])
        ).first()
    return str(found)


@pytest.fixture
def lost(house: House, now: datetime, tmp_path: Path) -> Callable[[], dict[str, object]]:
    """`lost()`: the backup that was made before is all that is left, and it is restored."""
    return lambda: restoring.restore(house, tmp_path / "b.tar", now=now, word=restoring.REPLACE)


@pytest.mark.usefixtures("readers")
def test_who_left_stays_away_and_who_took_it_back_is_still_there(
    house: House, now: datetime, tmp_path: Path, lost: Callable[[], dict[str, object]]
) -> None:
    before = leave(house, "carol", now)
    making.make(house, tmp_path / "b.tar", now=now)
    leave(house, "bob", now)
    undo(house, leave(house, "alice", now), now + timedelta(minutes=1))
    undo(house, before, now + timedelta(minutes=1))
    later = now + timedelta(hours=1)
    undo(house, leave(house, "ines", now), later)
    leave(house, "ines", later + timedelta(hours=1))
    found = lost()
    assert {name: state_of(house, name) for name in AT} == {
        "alice": "active",
        "bob": "unsubscribed",
        "carol": "active",
        "ines": "unsubscribed",
    }
    assert (found["unsubscribed"], found["came_back"]) == (2, 1)


@pytest.mark.usefixtures("readers")
def test_a_complaint_and_an_erasure_are_done_again(
    house: House, now: datetime, tmp_path: Path, lost: Callable[[], dict[str, object]]
) -> None:
    making.make(house, tmp_path / "b.tar", now=now)
    with house.database.session() as session:
        leaving.complaint(session, people.address_of(session, one(session, house, "bob")[0]), now)
    with house.database.session() as session:
        assert people_desk.erase_address(session, house, AT["carol"], now)
    found = lost()
    assert (found["suppressed"], found["erased"], found["unknown_addresses"]) == (1, 1, 0)
    assert state_of(house, "bob") == "complained"
    with house.database.reading() as session:
        erased = addresses.find(session, house.tokens, AT["carol"])
        assert erased is not None
        assert (erased.email, erased.reason) == ("", "erased")
    said = (tmp_path / sendlog.NAME).read_text()
    assert "example.org" not in said
    assert not any(name in said for name in AT)


@pytest.mark.usefixtures("readers")
def test_who_came_after_the_backup_is_counted_once(
    house: House, now: datetime, tmp_path: Path, lost: Callable[[], dict[str, object]]
) -> None:
    making.make(house, tmp_path / "b.tar", now=now)
    with house.database.session() as session:
        monthly = lists.get(session, "monthly")
        address = addresses.find_or_make(session, house.tokens, "dora@example.org", now=now)
        dora = people.make(session, address, now=now)
        confirming.activate(session, dora, monthly, now=now)
        undone = leaving.leave(session, house, dora, [monthly], now, "page").undo or ""
    undo(house, undone, now)
    assert lost()["unknown_addresses"] == 1


@pytest.mark.usefixtures("readers")
def test_a_log_that_was_saved_elsewhere_and_is_longer_than_the_time_since(
    house: House, now: datetime, tmp_path: Path
) -> None:
    """Lines of long before the backup are in it, also where somebody has come back by a way the log does not tell."""
    leave(house, "alice", now - timedelta(days=30))
    with house.database.session() as session:
        person, monthly = one(session, house, "alice")
        subscription = lists.subscription(session, person, monthly)
        assert subscription is not None
        subscription.state = "active"
    making.make(house, tmp_path / "b.tar", now=now)
    leave(house, "bob", now + timedelta(hours=1))
    (tmp_path / sendlog.NAME).rename(tmp_path / "saved.log")
    assert house.database.log is not None
    house.database.log.close()
    found = restoring.restore(
        house, tmp_path / "b.tar", now=now, word=restoring.REPLACE, logs=(tmp_path / "saved.log",)
    )
    assert found["log_found"] is True
    assert (state_of(house, "alice"), state_of(house, "bob")) == ("active", "unsubscribed")


@pytest.mark.usefixtures("readers")
def test_a_log_that_has_grown_is_begun_anew_and_nothing_of_it_is_lost(
    house: House, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: Callable[[], dict[str, object]]
) -> None:
    leave(house, "carol", now)
    making.make(house, tmp_path / "b.tar", now=now)
    leave(house, "alice", now)
    monkeypatch.setattr(sendlog, "LARGE", 50)
    making.make(house, tmp_path / "second.tar", now=now)
    assert (tmp_path / sendlog.BEFORE).is_file()
    leave(house, "bob", now + timedelta(minutes=1))
    assert lost()["unsubscribed"] == 2
    assert [state_of(house, name) for name in ("alice", "bob", "carol", "ines")] == [*["unsubscribed"] * 3, "active"]


@pytest.mark.usefixtures("readers")
def test_backups_that_failed_take_nothing_of_the_log_away(
    house: House, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: Callable[[], dict[str, object]]
) -> None:
    """Two in a row, on a disk without room: the only backup that is whole still finds all that came after it."""
    making.make(house, tmp_path / "b.tar", now=now)
    leave(house, "alice", now)
    monkeypatch.setattr(sendlog, "LARGE", 50)
    for name in ("second.tar", "third.tar"):
        with no_file_larger_than(4_000), pytest.raises(PublisherError):
            making.make(house, tmp_path / name, now=now)
        leave(house, "bob", now + timedelta(minutes=1))
    assert lost()["unsubscribed"] == 2


def test_a_line_that_was_cut_off_takes_no_other_with_it(tmp_path: Path, now: datetime) -> None:
    (tmp_path / sendlog.NAME).write_bytes(b"U 2026-11-23T06:00:00Z ab")
    log = sendlog.SendLog(tmp_path)
    log.append([sendlog.line("U", now, "abc", "monthly")])
    log.close()
    assert [parts[2] for parts in sendlog.read(tmp_path / sendlog.NAME)] == ["abc"]
