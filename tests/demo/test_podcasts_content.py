"""The promises of the demo's podcasts before any of it is installed: sound, words, times and covers that fit each other."""

import re
from collections import Counter
from datetime import timedelta
from importlib.resources import as_file

import pytest
from PIL import Image

from feeds.podcast import chapters, transcripts
from feeds.podcast.categories import is_known
from publisher.demo import content, programme
from publisher.languages import COUNTRIES, folded
from publisher.media import artwork, probing
from publisher.podcasts import fields
from publisher.vocabulary.defaults import SECTORS, TOPICS

SHOWS = programme.shows()
EPISODES = [episode for show in SHOWS for episode in show.episodes]
KEYS = [f"{episode.show}/{episode.key}" for episode in EPISODES]
AIRED = [episode for episode in EPISODES if episode.aired_days_ago is not None]


def probed(episode: programme.Episode) -> probing.Probed:
    with as_file(episode.sound) as path:
        return probing.probe(path)


def test_there_are_two_shows_and_one_speaks_two_languages() -> None:
    editions = Counter(show.editions or show.slug for show in SHOWS)
    assert sorted(editions.values()) == [1, 2]
    assert {show.language for show in SHOWS if show.editions} == {"en", "fr"}
    assert {show.type for show in SHOWS} == {"episodic", "serial"}


def test_there_is_something_of_everything() -> None:
    assert len(AIRED) >= 8
    assert [episode.airs_in_days for episode in EPISODES if episode.aired_days_ago is None] == [4]
    assert Counter(episode.type for episode in EPISODES) == {"full": 12, "trailer": 3, "bonus": 1}
    assert all([e.type for e in show.episodes].count("trailer") == 1 for show in SHOWS)
    assert {episode.season for episode in SHOWS[2].episodes} == {None, 1, 2}
    numbers = [(episode.season, episode.number) for episode in SHOWS[2].episodes if episode.type == "full"]
    assert numbers == [(1, 1), (1, 2), (2, 1), (2, 2)], "a serial is heard in order"
    assert len(set(KEYS)) == len(KEYS)
    assert {episode.original for episode in EPISODES} - {None} <= set(KEYS)


@pytest.mark.parametrize("show", SHOWS, ids=lambda show: show.slug)
def test_a_show_says_who_makes_it_and_what_it_is(show: programme.Show) -> None:
    assert all(is_known(top, sub) for top, sub in show.categories)
    assert show.persons
    assert show.funding
    assert show.places
    assert "synth" in show.description, "readers are told that nobody is really speaking"
    fields.persons(show.persons), fields.places(show.places), fields.funding(show.funding)
    assert show.episodes[0].type == "trailer"
    order = [episode.aired_days_ago or -(episode.airs_in_days or 0) for episode in show.episodes]
    assert order == sorted(order, reverse=True)


@pytest.mark.parametrize("episode", EPISODES, ids=KEYS)
def test_an_episode_names_what_the_vocabulary_and_the_world_have(episode: programme.Episode) -> None:
    assert set(episode.topics) <= set(TOPICS)
    assert set(episode.sectors) <= set(SECTORS)
    assert set(episode.countries) <= set(COUNTRIES)
    assert episode.topics
    assert episode.sectors
    assert not re.search(r"\d", episode.title), "apps show the numbers themselves"
    assert 40 <= len(episode.summary) <= 160
    assert "\n\n" in episode.notes
    fields.persons(episode.persons), fields.places(episode.places), fields.soundbites(episode.soundbites)
    assert {place["country"] for place in episode.places} <= set(episode.countries)


@pytest.mark.parametrize("episode", EPISODES, ids=KEYS)
def test_the_sound_is_small_plain_and_named(episode: programme.Episode) -> None:
    found = probed(episode)
    assert (found.type, found.channels, found.sample_rate, found.bit_rate) == ("audio/mpeg", 1, 22050, 24000)
    assert 15 <= (found.duration or 0) <= 40
    assert found.tags["title"] == episode.title
    assert found.audio_start > 0, "an ID3v2 tag comes first"
    assert [(mark["start"], mark["title"]) for mark in found.chapters] == [
        (mark["start"], mark["title"]) for mark in episode.chapters
    ]
    assert found.remarks == ()


@pytest.mark.parametrize("episode", EPISODES, ids=KEYS)
def test_what_is_said_fits_into_the_sound(episode: programme.Episode) -> None:
    length = probed(episode).duration or 0
    for language in episode.transcripts:
        cues = transcripts.read(episode.said(language), "text/vtt")
        assert transcripts.lint(cues, length) == []
        assert cues[0].start > 1, "the tune comes first"
        assert cues[-1].end < length
        assert {cue.speaker for cue in cues} <= {person["name"] for person in episode.persons} | _hosts(episode)
    marks = tuple(chapters.Chapter.from_data(mark) for mark in episode.chapters)
    assert chapters.check(marks, length) == []
    for bite in episode.soundbites:
        assert bite["duration"] >= 15
        assert bite["start"] + bite["duration"] <= length
    if episode.type == "full":
        assert marks
        assert episode.soundbites


def test_all_sound_together_is_light() -> None:
    assert sum(probed(episode).length for episode in EPISODES) < 1_500_000


def test_a_translation_of_what_is_said_keeps_its_times() -> None:
    told = [episode for episode in EPISODES if len(episode.transcripts) > 1]
    assert told
    for episode in told:
        own, *others = (transcripts.read(episode.said(language), "text/vtt") for language in episode.transcripts)
        assert all([(c.start, c.end) for c in other] == [(c.start, c.end) for c in own] for other in others)


@pytest.mark.parametrize("show", SHOWS, ids=lambda show: show.slug)
def test_the_cover_is_what_directories_take(show: programme.Show) -> None:
    with as_file(show.cover) as path:
        assert artwork.problems(path) == []
        assert path.stat().st_size < 120_000
        with Image.open(path) as image:
            assert (image.size, image.mode) == ((1400, 1400), "RGB")
    assert len(show.cover_alt) > 40


def test_the_covers_differ() -> None:
    assert len({show.cover.read_bytes() for show in SHOWS}) == len(SHOWS)


def test_who_speaks_is_known_from_the_shelf() -> None:
    known = {folded(author) for resource in content.resources() for author in resource.authors}
    known |= {folded(author) for item in content.trickle() for author in item.authors}
    known |= {folded(member.name) for member in content.hub().staff}
    speaking = {person["name"] for episode in EPISODES for person in episode.persons if person["group"] == "cast"}
    assert {name for name in speaking if folded(name) not in known} == {"Kadzo Mwangome"}, (
        "whom only the microphone met"
    )


def test_an_episode_airs_in_the_past_or_as_many_days_ahead_as_it_says(now) -> None:
    assert all(episode.airs(now) < now for episode in AIRED)
    coming = next(episode for episode in EPISODES if episode.airs_in_days)
    assert timedelta(days=3) < coming.airs(now) - now <= timedelta(days=5)


def _hosts(episode: programme.Episode) -> set[str]:
    return {person["name"] for show in SHOWS if show.slug == episode.show for person in show.persons}
