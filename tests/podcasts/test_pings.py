"""Telling hubs and podping of a change: each version once, later where they fail, and only what is everybody's."""

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from cast import a_hub, a_list
from podcasts.broadcast import Ear, a_draft, a_show, an_episode, together
from sqlmodel import col, select

from publisher.house import House
from publisher.podcasts import episodes, pings, publishing, shows
from publisher.podcasts.models import Ping

FEED = "https://hub.example.org/podcasts/small-hands/feed.xml"


@pytest.fixture
def ear() -> Iterator[Ear]:
    ear = Ear()
    yield ear
    ear.close()


@pytest.fixture
def house(house: House, ear: Ear) -> House:
    """A house that may reach this machine, and has leave to write to podping."""
    said = {"private_hosts": frozenset({"127.0.0.1"}), "podping_url": ear.url("/podping"), "podping_token": "leave"}
    return dataclasses.replace(house, settings=dataclasses.replace(house.settings, **said))


def _rows(house: House) -> list[tuple[str, int, int]]:
    with house.database.reading() as session:
        return [(one.state, one.version, one.tries) for one in session.exec(select(Ping).order_by(col(Ping.id)))]


def test_hub_and_podping_hear_of_each_version_once(house: House, ear: Ear, now: datetime) -> None:
    with house.database.session() as session:
        show = a_show(session, house, now, hubs=[ear.url("/hub")], podping=True)
        number = an_episode(session, house, show, now).id or 0
    assert pings.waiting(house, now)
    assert not pings.waiting(house, now - timedelta(seconds=1))
    assert pings.send_due(house, now) == 2
    assert sorted(ear.told) == [
        ("GET", "/podping", {"url": [FEED], "reason": ["update"], "medium": ["podcast"]}, "leave"),
        ("POST", "/hub", {"hub.mode": ["publish"], "hub.url": [FEED]}, ""),
    ]
    assert pings.send_due(house, now) == 0
    assert not pings.waiting(house, now)
    with house.database.session() as session:
        publishing.withdraw(session, house, episodes.by_id(session, number), now=now)
    assert pings.send_due(house, now) == 2
    assert len(ear.told) == 4


def test_several_changes_before_anybody_is_told_are_told_once(house: House, ear: Ear, now: datetime) -> None:
    with house.database.session() as session:
        show = a_show(session, house, now, hubs=[ear.url("/hub")])
        for n in range(3):
            an_episode(session, house, show, now, f"Word {n}")
    assert pings.send_due(house, now) == 1
    assert _rows(house) == [("sent", 4, 1)]


def test_a_hub_that_fails_is_told_later_and_given_up_after_six_times(house: House, ear: Ear, now: datetime) -> None:
    ear.answers = [503]
    with house.database.session() as session:
        show = a_show(session, house, now, hubs=[ear.url("/hub")])
        an_episode(session, house, show, now)
    waits = []
    at = now
    for _ in range(6):
        assert pings.send_due(house, at) == 0
        with house.database.reading() as session:
            row = session.exec(select(Ping)).one()
            session.expunge_all()
        waits.append((row.due_at - at) // timedelta(minutes=1))
        assert pings.send_due(house, row.due_at - timedelta(seconds=1)) == 0
        at = row.due_at
    assert (len(ear.told), waits[:5]) == (6, [1, 4, 16, 64, 256])
    assert (row.state, row.tries) == ("failed", 6)
    assert row.error.endswith(".")
    assert pings.send_due(house, at + timedelta(days=9)) == 0


def test_a_hub_that_recovers_is_told_then(house: House, ear: Ear, now: datetime) -> None:
    ear.answers = [500, 202]
    with house.database.session() as session:
        an_episode(session, house, a_show(session, house, now, hubs=[ear.url("/hub")]), now)
    assert pings.send_due(house, now) == 0
    assert pings.send_due(house, now + timedelta(minutes=1)) == 1
    assert _rows(house) == [("sent", 2, 2)]


def test_two_machines_at_once_tell_once(house: House, ear: Ear, now: datetime) -> None:
    with house.database.session() as session:
        show = a_show(session, house, now, hubs=[ear.url("/one"), ear.url("/two")], podping=True)
        an_episode(session, house, show, now)
    told = together(*[lambda: pings.send_due(house, now)] * 3)
    assert sum(told) == 3
    assert sorted(path for _, path, _, _ in ear.told) == ["/one", "/podping", "/two"]


def test_nobody_hears_of_a_private_or_an_archived_show_or_of_a_draft(house: House, ear: Ear, now: datetime) -> None:
    with house.database.session() as session:
        a_list(session, a_hub(session, now), now, slug="members")
        inside = a_show(session, house, now, "inside", list_slug="members", hubs=[ear.url("/hub")], podping=True)
        an_episode(session, house, inside, now)
        outside = a_show(session, house, now, hubs=[ear.url("/hub")])
        draft = a_draft(session, house, outside, now)
        publishing.schedule(session, house, draft, now + timedelta(days=1), now=now)
        episodes.edit(session, house, draft, dataclasses.replace(episodes.shape_of(draft), title="Other"), now=now)
    assert pings.send_due(house, now + timedelta(hours=1)) == 0
    assert ear.told == []
    with house.database.session() as session:
        shows.archive(session, house, shows.by_slug(session, "small-hands"), now=now)
    assert pings.send_due(house, now) == 0


def test_podping_is_written_to_only_with_leave(house: House, ear: Ear, now: datetime) -> None:
    mute = dataclasses.replace(house, settings=dataclasses.replace(house.settings, podping_token=None))
    with house.database.session() as session:
        show = a_show(session, mute, now, podping=True)
        an_episode(session, mute, show, now)
        assert pings.pings(mute, show) is False
        assert pings.targets(house, show) == ["podping"]
    assert pings.send_due(mute, now) == 0


def test_a_hub_on_a_private_network_is_not_reached(house: House, ear: Ear, now: datetime) -> None:
    fenced = dataclasses.replace(house, settings=dataclasses.replace(house.settings, private_hosts=frozenset()))
    with house.database.session() as session:
        an_episode(session, house, a_show(session, house, now, hubs=[ear.url("/hub")]), now)
    assert pings.send_due(fenced, now) == 0
    assert ear.told == []
    with house.database.reading() as session:
        assert "not on the public internet" in session.exec(select(Ping.error)).one()
