"""The timetable: what must not wait is looked at every second, and led only where there is something to do."""

from datetime import datetime, timedelta

from sqlmodel import select

import scheduler
from publisher import clock
from publisher.house import House
from publisher.leases import Lease
from publisher.podcasts import episodes, feed, publishing, shows
from publisher.podcasts.models import Ping


def a_scheduled_episode(house: House, at: datetime, now: datetime) -> int:
    with house.database.session() as session:
        show = shows.add(
            session, house, "doorstep", shows.Shape(title="Doorstep", hubs=["http://127.0.0.1:9/"]), now=now
        )
        episode = episodes.add(session, house, show, episodes.Shape(title="The bag by the door"), now=now)
        episode.enclosure_url, episode.enclosure_type = "https://media.example/1.mp3", "audio/mpeg"
        episode.enclosure_length = 9_000_000
        session.add(episode)
        session.flush()
        publishing.schedule(session, house, episode, at, now=now)
        return episode.id or 0


def line(name: str) -> scheduler.Every:
    return next(one for one in scheduler.TIMETABLE if one.name == name)


def leads(house: House) -> int:
    with house.database.reading() as session:
        return sum(one.epoch for one in session.exec(select(Lease)).all() if one.name == "timetable")


def test_a_line_with_nothing_due_leaves_the_timetable_alone(house: House) -> None:
    now = clock.now()  # the process that keeps the timetable asks the clock itself
    keeper = scheduler.Timekeeper(house)
    keeper._run(line("episodes"))
    keeper._run(line("pings"))
    assert leads(house) == 0
    a_scheduled_episode(house, now - timedelta(seconds=5), now - timedelta(seconds=10))
    keeper._run(line("episodes"))
    assert leads(house) == 1


def test_a_tick_lets_it_appear_at_its_instant_and_not_before(house: House, now: datetime) -> None:
    at = now + timedelta(hours=1)
    a_scheduled_episode(house, at, now)
    feeds = feed.Feeds()

    def shown() -> bool:
        with house.database.reading() as session:
            return b"The bag by the door" in feeds.document(session, house, feeds.standing(session, "doorstep")).body

    scheduler.tick(house, at - timedelta(seconds=1))
    assert not shown()
    ran = {one.job: one for one in scheduler.tick(house, at)}
    assert ran["episodes"].result == {"published": 1, "failed": []}
    assert shown()
    assert {one.job: one for one in scheduler.tick(house, at)}["episodes"].result == {"published": 0, "failed": []}
    with house.database.reading() as session:
        assert [ping.version for ping in session.exec(select(Ping))] == [shows.by_slug(session, "doorstep").version]
