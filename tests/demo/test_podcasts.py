"""The demo's podcasts as a listener and a member of staff find them, and as if they had never been when they are taken away."""

import json
import time
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cast import a_list
from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select
from stages import Stage

from feeds.podcast import reading
from feeds.podcast.checks import check
from publisher.demo import install, marker, podcasts, programme, removal
from publisher.errors import Conflict
from publisher.house import House
from publisher.library import search
from publisher.library.models import Source, Work, WorkText
from publisher.mail import identities
from publisher.media import storage
from publisher.media.models import MediaFile
from publisher.newsletters.models import IssueItem
from publisher.podcasts import episodes, feed, publishing, shows
from publisher.podcasts.downloads.models import Agent, CountingSecret, DownloadRequest, DownloadWindow
from publisher.podcasts.models import Episode, Rendition, Show, Transcript

FIRST, FRENCH, SERIAL = programme.slugs()
EVERY = [one for show in programme.shows() for one in show.episodes]


@pytest.fixture
def on_air(fresh: House, stage: Stage, now: datetime) -> House:
    """A hub that has the demo's podcasts and nothing else of it."""
    stage(_put_on_air, now)
    return fresh


def _put_on_air(house: House, now: datetime) -> None:
    with house.database.session() as session:
        _begin(session, house, now)
        marker.complete(session)


def _begin(session: Session, house: House, now: datetime) -> None:
    marker.begin(session, now, {})
    podcasts.found(session, house, now=now)
    podcasts.air(session, house, until=now, now=now)


def count(session: Session, table: type[SQLModel]) -> int:
    return int(session.exec(select(func.count()).select_from(table)).one())


def files_of(house: House) -> set[Path]:
    return {path for path in (house.settings.data_dir / "media").rglob("*") if path.is_file()}


def written(house: House, slug: str) -> bytes:
    feeds = feed.Feeds()
    with house.database.reading() as session:
        return feeds.whole(session, house, feeds.standing(session, slug)).body


def heard(house: House, slug: str, now: datetime) -> reading.ReadPodcast:
    """What an app reads in the feed of a show."""
    return reading.read_podcast(written(house, slug), url=house.settings.url(f"/podcasts/{slug}/feed.xml"), now=now)


def test_listeners_find_what_has_appeared_and_nothing_that_is_to_come(on_air: House, now: datetime) -> None:
    for about in programme.shows():
        found = heard(on_air, about.slug, now)
        aired = [one for one in about.episodes if one.aired_days_ago is not None]
        assert [one.title for one in found.episodes] == [one.title for one in reversed(aired)]
        assert [one.published for one in found.episodes] == [one.airs(now) for one in reversed(aired)]
        assert (found.show.title, found.show.language, found.show.type) == (about.title, about.language, about.type)
        assert found.show.licence is not None
        assert found.show.licence.text == "cc-by-4.0"
        assert [one.title for one in found.show.trailers] == [about.episodes[0].title]
        assert found.show.funding
        assert found.show.persons
        assert found.lost_tags == ()
        assert found.problems == ()


def test_an_episode_has_all_that_an_app_can_show(on_air: House, now: datetime) -> None:
    found = {one.title: one for slug in programme.slugs() for one in heard(on_air, slug, now).episodes}
    for one in (one for one in EVERY if one.type == "full" and one.aired_days_ago is not None):
        said = found[one.title]
        assert said.chapters is not None
        assert [text.language for text in said.transcripts] == list(one.transcripts)
        assert len(said.soundbites) == 1
        assert (said.season, said.season_name, said.number) == (one.season, one.season_name, one.number)
        assert {person.role for person in said.persons} >= {"guest"}
        assert [place.country for place in said.places] == list(one.countries)
    letter = found["Barua ya sauti kutoka Kilifi"]
    assert letter.type == "bonus"
    assert [text.language for text in letter.transcripts] == ["sw", "en"]


def test_sound_and_covers_are_kept_whole(on_air: House, now: datetime) -> None:
    with on_air.database.reading() as session:
        for about in programme.shows():
            show = shows.by_slug(session, about.slug)
            cover = session.get_one(MediaFile, show.artwork_id)
            assert storage.path_of(on_air.settings, cover).read_bytes() == about.cover.read_bytes()
            assert (cover.alt, cover.width, cover.height) == (about.cover_alt, 1400, 1400)
            for one in about.episodes:
                episode = episodes.by_slug(session, show, one.key)
                sound = session.get_one(MediaFile, episode.audio_id)
                assert storage.path_of(on_air.settings, sound).read_bytes() == one.sound.read_bytes()
                assert abs((episode.duration or 0) - (sound.duration or 0)) <= 0.5
        assert count(session, Transcript) == sum(len(one.transcripts) for one in EVERY)


def test_one_show_speaks_two_languages_and_knows_it(on_air: House) -> None:
    with on_air.database.reading() as session:
        assert [show.slug for show in shows.public(session)] == [FIRST, FRENCH, SERIAL]
        first, serial = shows.by_slug(session, FIRST), shows.by_slug(session, SERIAL)
        assert [(show.slug, show.language) for show in shows.editions_of(session, first)] == [(FRENCH, "fr")]
        assert shows.editions_of(session, serial) == []


def test_the_next_one_appears_at_its_instant_and_not_before(on_air: House, now: datetime) -> None:
    coming = next(one for one in EVERY if one.airs_in_days)
    at = coming.airs(now)
    assert publishing.publish_due(on_air, at - timedelta(seconds=1)) == []
    assert coming.title not in [one.title for one in heard(on_air, coming.show, at).episodes]
    assert [due.error for due in publishing.publish_due(on_air, at)] == [""]
    assert heard(on_air, coming.show, at).episodes[0].title == coming.title


def test_episodes_stand_on_the_shelf_and_a_translation_is_no_second_work(on_air: House, now: datetime) -> None:
    with on_air.database.reading() as session:
        works = session.exec(select(Work)).all()
        assert {work.kind for work in works} == {"episode"}
        assert len(works) == 11, "fifteen have appeared, three are trailers, and two are one in two languages"
        assert all(work.news_since is not None and work.news_since < now for work in works)
        contract = session.exec(select(Work).where(col(Work.slug).contains("contract"))).one()
        told = session.exec(select(WorkText).where(col(WorkText.work_id) == contract.id)).all()
        assert {(text.language, text.title) for text in told} == {
            ("en", "Nineteen years, then a contract"),
            ("fr", "Le contrat, après dix-neuf ans"),
        }
        assert search.search(session, search.SearchQuery(text="bicycle")).total == 1


def test_the_whole_demo_has_them_in_its_letter_and_its_numbers_and_leaves_nothing_behind(
    fresh: House, full: install.Summary, now: datetime
) -> None:
    said = json.loads(json.dumps(asdict(full)))
    assert (said["shows"], said["episodes"]) == (3, len(EVERY))
    assert len([path for path in files_of(fresh) if path.suffix in (".mp3", ".png")]) == len(EVERY) + 3
    with fresh.database.reading() as session:
        told = select(Work.slug).join(IssueItem, col(IssueItem.work_id) == col(Work.id))
        assert "tea-on-fridays-and-no-form" in session.exec(told.where(col(Work.kind) == "episode")).all()
        assert count(session, DownloadWindow) > 900
    with fresh.database.session() as session:
        coming = session.exec(select(Episode).where(col(Episode.state) == "scheduled")).one()
        publishing.publish(session, fresh, coming, now=now + timedelta(hours=1))
    install.remove(fresh, now + timedelta(days=1))
    assert files_of(fresh) == set()
    with fresh.database.reading() as session:
        numbers = (DownloadRequest, DownloadWindow, Agent, CountingSecret)
        for table in (Show, Episode, Transcript, MediaFile, Rendition, Work, *numbers):
            assert count(session, table) == 0
        assert session.exec(select(Source.slug)).all() == []


@pytest.mark.parametrize("public_url", ["http://127.0.0.1:8000", "https://hub.example.org"])
def test_the_feeds_break_no_rule(fresh: House, now: datetime, public_url: str) -> None:
    there = replace(fresh, settings=replace(fresh.settings, public_url=public_url))
    with there.database.session() as session:
        _begin(session, there, now)
    for slug in programme.slugs():
        report = check(written(there, slug), now=now)
        assert [finding for finding in report.findings if finding.level == "must"] == []


def test_it_is_quick(fresh: House, now: datetime) -> None:
    began = time.process_time()
    with fresh.database.session() as session:
        podcasts.install(session, fresh, now=now)
    assert time.process_time() - began < 4, "half of that on a quiet machine"


def test_feeds_and_shelf_follow_the_hub_to_another_address(on_air: House, now: datetime) -> None:
    there = replace(on_air, settings=replace(on_air.settings, public_url="http://127.0.0.1:9000"))
    with there.database.session() as session:
        podcasts.move(session, there, now=now + timedelta(hours=1))
    with there.database.reading() as session:
        links = session.exec(select(WorkText.link)).all()
        assert len(links) == 12
        assert {link.split("/podcasts/")[0] for link in links} == {"http://127.0.0.1:9000"}
        assert count(session, Work) == 11
    assert b"https://hub.example.org/podcasts" not in written(there, FIRST)


def test_history_is_told_in_its_order(fresh: House, now: datetime) -> None:
    """What appears between two past issues is on the shelf when the second one is drafted."""
    with fresh.database.session() as session:
        podcasts.found(session, fresh, now=now)
        podcasts.air(session, fresh, until=now - timedelta(days=44), now=now)
        before = set(session.exec(select(Episode.slug).where(col(Episode.state) == "published")))
        assert before == {one.key for one in EVERY if (one.aired_days_ago or 0) >= 44}
        podcasts.air(session, fresh, until=now, now=now)
        podcasts.air(session, fresh, until=now, now=now)
        states = dict(session.execute(select(Episode.state, func.count()).group_by(col(Episode.state))).all())
        assert states == {"published": 15, "scheduled": 1}


def test_a_hub_with_a_show_of_its_own_is_not_filled(fresh: House, now: datetime) -> None:
    with fresh.database.session() as session:
        shows.add(session, fresh, "ours", shows.Shape(title="Ours"), now=now)
    with pytest.raises(Conflict, match="shows of its own"):
        install.install(fresh, now)


def test_a_filling_that_was_cut_off_leaves_no_double_and_no_hole(fresh: House, now: datetime) -> None:
    with fresh.database.session() as session:
        _begin(session, fresh, now)
    with fresh.database.session() as session:
        removal.take_away(session, fresh)
        _begin(session, fresh, now + timedelta(minutes=1))
    assert len(files_of(fresh)) == len(EVERY) + 3
    with fresh.database.reading() as session:
        assert (count(session, Episode), count(session, MediaFile)) == (len(EVERY), len(EVERY) + 3)


def test_an_episode_of_ones_own_in_a_show_of_the_demo_stops_the_removal(on_air: House, now: datetime) -> None:
    with on_air.database.session() as session:
        show = shows.by_slug(session, FIRST)
        episodes.add(session, on_air, show, episodes.Shape(title="Ours"), now=now + timedelta(minutes=5))
    before = files_of(on_air)
    with pytest.raises(Conflict, match=r"episodes of your own \(1\)"):
        install.remove(on_air, now + timedelta(days=1))
    assert files_of(on_air) == before


def test_a_show_of_ones_own_for_a_list_of_the_demo_stops_the_removal(on_air: House, now: datetime) -> None:
    with on_air.database.session() as session:
        a_list(session, identities.hub(session), now, slug="costing-circle")
        shows.add(session, on_air, "ours", shows.Shape(title="Ours", list_slug="costing-circle"), now=now)
    with pytest.raises(Conflict, match="for a list of the demo"):
        install.remove(on_air, now + timedelta(days=1))


def test_what_is_ours_outlives_it(on_air: House, now: datetime) -> None:
    """A show of our own that plays a sound of the demo, and an episode that translates one of its episodes."""
    later = now + timedelta(minutes=5)
    with on_air.database.session() as session:
        theirs = episodes.by_id(session, f"{FIRST}/tea-on-fridays")
        ours = shows.add(session, on_air, "ours", shows.Shape(title="Ours", language="es"), now=later)
        shape = episodes.Shape(title="Té los viernes", original_id=theirs.id)
        sound = session.get_one(MediaFile, theirs.audio_id)
        kept = episodes.add(session, on_air, ours, shape, audio=sound, now=later)
        publishing.publish(session, on_air, kept, now=later)
        digest = sound.digest
    install.remove(on_air, now + timedelta(days=1))
    with on_air.database.reading() as session:
        left = session.exec(select(Episode)).one()
        assert (left.title, left.original_id, left.state) == ("Té los viernes", None, "published")
        assert [media.digest for media in session.exec(select(MediaFile))] == [digest]
        assert session.exec(select(Show.slug)).all() == ["ours"]
        texts = session.exec(select(WorkText.title).where(col(WorkText.work_id) == left.work_id)).all()
        assert "Té los viernes" in texts
    assert {path.stem for path in files_of(on_air)} == {digest}
