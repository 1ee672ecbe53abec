"""The crowd that hears the demo's podcasts: the same every time, never ahead of its time, and counted as real listeners are."""

from collections import Counter
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from publisher.demo import listening, podcasts, programme
from publisher.house import House
from publisher.podcasts.downloads import agents, counting
from publisher.podcasts.downloads.models import Agent, DownloadRequest, DownloadWindow
from publisher.podcasts.models import Episode

EVERY = [one for show in programme.shows() for one in show.episodes]
NOBODYS = [ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]
LENGTH = 80_000


@pytest.fixture
def heard(house: House, now: datetime) -> House:
    with house.database.session() as session:
        podcasts.install(session, house, now=now)
    return house


def test_the_crowd_is_the_same_every_time_and_belongs_to_nobody() -> None:
    for language, size in listening.CROWD.items():
        people = listening.crowd(language)
        assert people == listening.crowd(language)
        assert len({who.ip for who in people}) == size
        assert all(any(ip_address(who.ip) in net for net in NOBODYS) for who in people)


def test_every_app_is_taken_for_a_listener_and_every_machine_for_one() -> None:
    assert {agents.judge(text).machine for text, _, _ in listening.APPS} == {""}
    assert all(agents.judge(text).app for text, _, _ in listening.APPS)
    assert {agents.judge(text).machine for text, _ in listening.MACHINES} == {"bot", "library", "watch"}


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.key)
def test_nobody_hears_an_episode_before_it_appeared_or_after_today(one: programme.Episode, now: datetime) -> None:
    people = listening.crowd("en")
    asked = listening.asked_of(one, people, LENGTH, now)
    assert asked == listening.asked_of(one, people, LENGTH, now)
    assert bool(asked) is (one.aired_days_ago is not None)
    assert all(one.airs(now) <= request.at < now for request in asked)
    assert all(0 <= first <= last < LENGTH for request in asked for first, last in request.sent)


def test_an_episode_is_heard_most_when_it_is_new(now: datetime) -> None:
    oldest = min((one for one in EVERY if one.aired_days_ago), key=lambda one: one.airs(now))
    asked = listening.asked_of(oldest, listening.crowd("en"), LENGTH, now)
    weeks = Counter((request.at - oldest.airs(now)) // timedelta(days=7) for request in asked)
    assert weeks[0] > weeks[1] > weeks[5]


def test_the_numbers_are_what_the_rules_make_of_the_requests(heard: House, now: datetime) -> None:
    with heard.database.reading() as session:
        windows = session.exec(select(DownloadWindow)).all()
        per_episode = Counter(window.episode_id for window in windows if not window.dropped)
        keys = dict(session.exec(select(Episode.slug, Episode.id)).all())
        dropped = {window.dropped for window in windows}
        assert not any(window.stale for window in windows)
    assert dropped == {"", "bot", "library", "watch", "too_little"}
    for one in (one for one in EVERY if one.aired_days_ago):
        counted = per_episode[keys[one.key]]
        assert counted <= one.listeners * 1.2, "who comes back on another day is counted again, nobody else"
        assert counted >= one.listeners * (0.7 if one.aired_days_ago > 20 else 0.4)
    with heard.database.reading() as session:
        reasons = dict(
            session.execute(select(DownloadRequest.dropped, func.count()).group_by(col(DownloadRequest.dropped))).all()
        )
        apps = set(session.exec(select(Agent.app).where(col(Agent.machine) == "")))
        referrers = set(session.exec(select(DownloadRequest.referrer)))
    assert set(reasons) == {"", "method", "probe"}, "what is no listening is kept with its reason"
    assert {"AntennaPod", "Spotify", "Apple Podcasts", "Firefox"} <= apps
    assert referrers == {"", "hub.example.org"}


def test_counting_again_changes_nothing(heard: House, now: datetime) -> None:
    def numbers() -> dict[int | None, str]:
        with heard.database.reading() as session:
            return dict(session.exec(select(DownloadWindow.id, DownloadWindow.dropped)).all())

    before = numbers()
    assert counting.settle(heard, now) == 0
    with heard.database.session() as session:
        for number in set(session.exec(select(Episode.show_id))):
            counting.recompute(session, number)
    assert numbers() == before
