"""When an episode appears and goes: in page, feed, shelf and pings at once, exactly once, and never before its instant."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from podcasts.broadcast import a_cover, a_draft, a_show, a_sound, an_episode, heard, on_the_shelf, titles, together
from sqlmodel import Session, col, select

from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.library.models import Record, Source, Work
from publisher.podcasts import episodes, publishing, shows
from publisher.podcasts.models import Episode, EpisodeState, Ping, Show


def test_an_episode_appears_everywhere_at_once_and_goes_everywhere_at_once(
    session: Session, house: House, now: datetime
) -> None:
    show = a_show(session, house, now, hubs=["https://hub.example/"])
    episode = a_draft(session, house, show, now)
    assert (titles(session, house, show, now), on_the_shelf(session), _waiting(session)) == ([], {}, 0)
    publishing.publish(session, house, episode, now=now)
    assert (episode.state, episode.published_at) == ("published", now)
    assert titles(session, house, show, now) == ["The first word"]
    assert on_the_shelf(session)["The first word"].news_since == now
    assert _waiting(session) == 1
    publishing.withdraw(session, house, episode, now=now + timedelta(hours=1))
    assert (episode.state, titles(session, house, show, now), on_the_shelf(session)) == ("withdrawn", [], {})
    assert episodes.published(session, show) == []
    guid = episode.guid
    publishing.publish(session, house, episode, now=now + timedelta(hours=2))
    assert (episode.guid, episode.published_at) == (guid, now)
    assert list(on_the_shelf(session)) == ["The first word"]


def test_what_has_no_sound_cannot_appear_and_says_so(session: Session, house: House, now: datetime) -> None:
    show = a_show(session, house, now)
    silent = episodes.add(session, house, show, episodes.Shape(title="Silence"), now=now)
    for verb in (
        lambda: publishing.publish(session, house, silent, now=now),
        lambda: publishing.schedule(session, house, silent, now + timedelta(days=1), now=now),
    ):
        with pytest.raises(BadInput, match="sound"):
            verb()
    assert silent.state == "draft"


def test_what_has_passed_cannot_be_an_instant(session: Session, house: House, now: datetime) -> None:
    show = a_show(session, house, now)
    episode = a_draft(session, house, show, now)
    with pytest.raises(BadInput, match="passed"):
        publishing.schedule(session, house, episode, now - timedelta(minutes=1), now=now)
    with pytest.raises(BadInput, match="future"):
        publishing.publish(session, house, episode, now=now, published_at=now + timedelta(minutes=1))
    publishing.schedule(session, house, episode, now + timedelta(days=1), now=now)
    publishing.unschedule(session, episode, now=now)
    assert (episode.state, episode.publish_at) == ("draft", None)
    with pytest.raises(Conflict, match="draft"):
        publishing.unschedule(session, episode, now=now)
    with pytest.raises(Conflict, match="draft"):
        publishing.withdraw(session, house, episode, now=now)


def test_another_sound_keeps_the_guid_and_changes_the_address(session: Session, house: House, now: datetime) -> None:
    show = a_show(session, house, now)
    episode = an_episode(session, house, show, now)
    before = heard(session, house, show, now).episodes[0]
    episodes.set_sound(session, house, episode, a_sound(session, house, now, 7), now=now + timedelta(hours=1))
    after = heard(session, house, show, now).episodes[0]
    assert (after.guid, after.published) == (before.guid, before.published)
    assert (after.duration, before.duration) == (7, 3)
    assert after.enclosure.url != before.enclosure.url
    with pytest.raises(BadInput, match="neither sound nor film"):
        episodes.set_sound(session, house, episode, a_cover(session, house, now), now=now)


def test_a_draft_can_be_removed_and_what_listeners_have_cannot(session: Session, house: House, now: datetime) -> None:
    show = a_show(session, house, now)
    draft = a_draft(session, house, show, now, "Draft")
    french = a_draft(session, house, show, now, "Brouillon", original_id=draft.id)
    episodes.set_transcript(
        session, house, draft, "en", b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello", "text/vtt", now=now
    )
    episodes.remove(session, draft)
    session.refresh(french)
    assert french.original_id is None
    heard_of = an_episode(session, house, show, now, "Heard")
    with pytest.raises(Conflict, match="Withdraw"):
        episodes.remove(session, heard_of)
    publishing.withdraw(session, house, heard_of, now=now)
    with pytest.raises(Conflict, match="Withdraw"):
        episodes.remove(session, heard_of)


def test_an_episode_appears_late_after_an_outage_with_the_date_it_was_meant_for(house: House, now: datetime) -> None:
    instant = now + timedelta(hours=3)
    with house.database.session() as session:
        show = a_show(session, house, now)
        publishing.schedule(session, house, a_draft(session, house, show, now), instant, now=now)
    assert publishing.publish_due(house, instant - timedelta(microseconds=1)) == []
    late = instant + timedelta(days=2)
    assert [one.error for one in publishing.publish_due(house, late)] == [""]
    assert publishing.publish_due(house, late) == []
    with house.database.reading() as session:
        (row,) = session.exec(select(Episode)).all()
        assert (row.state, row.published_at, row.publish_at) == ("published", instant, None)
        assert on_the_shelf(session)["The first word"].news_since == late


def test_one_that_cannot_appear_does_not_keep_the_others(house: House, now: datetime) -> None:
    instant = now + timedelta(hours=1)
    with house.database.session() as session:
        show = a_show(session, house, now)
        broken = a_draft(session, house, show, now, "Broken")
        for one in (broken, a_draft(session, house, show, now, "Whole")):
            publishing.schedule(session, house, one, instant, now=now)
        broken.audio_id = None  # its file was lost meanwhile
        session.add(broken)
    done = publishing.publish_due(house, instant)
    assert sorted(one.error for one in done) == ["", "It has no sound."]
    with house.database.reading() as session:
        states = {one.title: (one.state, one.taking) for one in session.exec(select(Episode)).all()}
    assert states == {"Broken": ("draft", "It has no sound."), "Whole": ("published", "")}


def test_more_than_fit_one_look_appear_all_the_same(house: House, now: datetime) -> None:
    with house.database.session() as session:
        show = a_show(session, house, now, block=True)  # so nothing goes to the shelf, which this is not about
        sound = a_sound(session, house, now)
        for n in range(publishing.AT_ONCE + 20):
            draft = a_draft(session, house, show, now, f"Number {n}", sound=sound)
            publishing.schedule(session, house, draft, now + timedelta(minutes=n), now=now)
    done = publishing.publish_due(house, now + timedelta(days=1))
    assert len(done) == publishing.AT_ONCE + 20
    assert not any(one.error for one in done)


def test_of_two_people_who_publish_one_episode_one_does(house: House, now: datetime) -> None:
    with house.database.session() as session:
        show = a_show(session, house, now, hubs=["https://hub.example/"])
        number = a_draft(session, house, show, now).id or 0

    def publish() -> None:
        with house.database.session() as session:
            publishing.publish(session, house, episodes.by_id(session, number), now=now)

    done = together(publish, publish)
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "NoneType"]
    with house.database.reading() as session:
        assert len(on_the_shelf(session)) == 1
        assert _waiting(session) == 1


def test_two_people_publish_two_episodes_of_one_show_and_neither_is_lost(house: House, now: datetime) -> None:
    with house.database.session() as session:
        show = a_show(session, house, now, hubs=["https://hub.example/"])
        numbers = [a_draft(session, house, show, now, f"Word {n}").id or 0 for n in range(4)]

    def publish(number: int) -> None:
        with house.database.session() as session:
            publishing.publish(session, house, episodes.by_id(session, number), now=now)

    assert together(*(lambda n=n: publish(n) for n in numbers)) == [None] * 4
    with house.database.reading() as session:
        show = shows.by_slug(session, "small-hands")
        assert sorted(titles(session, house, show, now)) == [f"Word {n}" for n in range(4)]
        assert len(on_the_shelf(session)) == 4
        assert show.version == 5
        assert session.exec(select(Ping.version).where(col(Ping.state) == "waiting")).all() == [5]


def test_who_moves_an_instant_is_never_overtaken(house: House, now: datetime) -> None:
    """Somebody postpones at the moment when the timetable publishes: one of the two holds, and never half of each."""
    instant, later = now + timedelta(hours=1), now + timedelta(days=1)
    with house.database.session() as session:
        show = a_show(session, house, now, block=True)
        sound = a_sound(session, house, now)
        numbers = []
        for n in range(12):
            draft = a_draft(session, house, show, now, f"Number {n}", sound=sound)
            publishing.schedule(session, house, draft, instant, now=now)
            numbers.append(draft.id or 0)

    def postpone() -> list[str]:
        said = []
        for number in reversed(numbers):
            try:
                with house.database.session() as session:
                    publishing.schedule(session, house, episodes.by_id(session, number), later, now=instant)
                said.append("postponed")
            except Conflict:
                said.append("too late")
        return said[::-1]

    said, done = together(postpone, lambda: publishing.publish_due(house, instant))
    assert isinstance(done, list), done
    with house.database.reading() as session:
        rows = session.exec(select(Episode).order_by(col(Episode.id))).all()
        for row, word in zip(rows, said, strict=True):
            if word == "postponed":
                assert (row.state, row.publish_at, row.published_at) == ("scheduled", later, None)
            else:
                assert (row.state, row.publish_at, row.published_at) == ("published", None, instant)
    assert len(done) == said.count("too late")


def _instants(now: datetime) -> list[datetime]:
    """Four hundred moments that people chose in their own zones, among them the hours that come twice and the leap day."""
    chance = random.Random(7)
    zones = [ZoneInfo(name) for name in ("Europe/Berlin", "America/Santiago", "Africa/Nairobi", "Australia/Lord_Howe")]
    chosen = []
    for wall in (
        datetime(2027, 3, 28, 1, 30),
        datetime(2027, 10, 31, 2, 30),
        datetime(2028, 2, 29, 12),
        datetime(2028, 3, 1),
    ):
        for zone in zones:
            for fold in (0, 1):
                near = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
                chosen += [near + timedelta(minutes=15 * n) for n in range(-4, 5)]
    while len(chosen) < 400:
        wall = datetime(2027, 1, 1) + timedelta(minutes=chance.randrange(60 * 24 * 500))
        chosen.append(wall.replace(tzinfo=chance.choice(zones)).astimezone(UTC))
    return chosen[:400]


def test_four_hundred_schedules_appear_each_once_and_never_before_their_instant(house: House, now: datetime) -> None:
    """A simulated clock over five hundred days: ticks repeated, two machines at once, an outage of a month. On PostgreSQL
    every fourth of them: what differs there is who waits for whom, and that shows early."""
    instants = _instants(now)[:: 1 if house.database.is_sqlite else 4]
    with house.database.session() as session:
        show = a_show(session, house, now, hubs=["https://hub.example/"])
        sound = a_sound(session, house, now)
        due: dict[str, datetime] = {}
        for n, instant in enumerate(instants):
            row = Episode(
                show_id=show.id, slug=f"n-{n}", guid=f"guid-{n}", title=f"Spoken {_word(n)}", audio_id=sound.id, state="scheduled",
                publish_at=instant, created_at=now, updated_at=now,
            )  # fmt: skip
            session.add(row)
            due[row.guid] = instant
    order = sorted(set(instants))
    outage = (datetime(2027, 6, 1, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC))
    stops = [order[0] - timedelta(seconds=1)]
    for instant in order[:: len(order) // 40]:
        stops += [instant - timedelta(microseconds=1), instant]
    stops = sorted(stop for stop in [*stops, order[-1]] if not outage[0] <= stop <= outage[1])
    published: list[int] = []
    for stop in stops:
        here, there = together(
            lambda: publishing.publish_due(house, stop),  # noqa: B023  # both are done before the next
            lambda: publishing.publish_due(house, stop),  # noqa: B023
        )
        published += [one.episode_id for one in [*here, *there, *publishing.publish_due(house, stop)]]
        with house.database.reading() as session:
            out = session.exec(select(Episode.guid).where(col(Episode.state) == EpisodeState.PUBLISHED)).all()
            assert set(out) == {guid for guid, instant in due.items() if instant <= stop}
            assert session.exec(select(Ping.state, Ping.target)).all() in ([], [("waiting", "https://hub.example/")])
            assert len(out) == len(on_the_shelf(session))
    assert Counter(published) == Counter(range(min(published), min(published) + len(instants)))
    with house.database.reading() as session:
        show = session.exec(select(Show)).one()
        assert (
            show.version == len(instants) + 1
        )  # each made one version, and so one ping that took the place of the one before
        emitted = heard(session, house, show, now).episodes
        assert {one.guid: one.published for one in emitted} == {
            guid: at.replace(microsecond=0) for guid, at in due.items()
        }
        assert len(emitted) == len(instants)
        works = session.exec(select(Record.guid, Work.first_seen).join(Work, col(Work.id) == col(Record.work_id))
            .join(Source, col(Source.id) == col(Record.source_id)).where(col(Source.slug) == "episodes")).all()  # fmt: skip
        assert len(works) == len({guid for guid, _ in works}) == len(instants)
        rows = {f"episode:{one.id}": one for one in session.exec(select(Episode)).all()}
        assert all(rows[guid].published_at <= seen for guid, seen in works)
        assert {row.state for row in rows.values()} == {"published"}


def _waiting(session: Session) -> int:
    return len(session.exec(select(Ping.id).where(col(Ping.state) == "waiting")).all())


def _word(n: int) -> str:
    return "".join("abcdefghij"[int(digit)] * 3 for digit in str(n))
