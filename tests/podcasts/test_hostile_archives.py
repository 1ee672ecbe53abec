"""The archive of a show is a stranger's file: what is good in it comes in whole, the rest is refused in words or left out."""

import io
import json
import math
import random
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from podcasts.broadcast import a_show, an_episode, body_of
from sqlmodel import select

from publisher.errors import BadInput
from publisher.house import House
from publisher.podcasts import episodes, exporting, restoring, shows, words
from publisher.podcasts.importing import Wish
from publisher.podcasts.models import Show

SCRIPT = "javascript:alert(1)"
VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"
RANDOM = random.Random(7)  # letters that no database packs
LETTERS = "".join(RANDOM.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=10_000))
FACES = "".join(chr(RANDOM.randrange(0x1F300, 0x1F5FF)) for _ in range(1000))
Change = Callable[[dict[str, Any]], Any]


def test_what_is_exported_comes_back_with_its_sound(house: House, now: datetime) -> None:
    done = _restored(house, now, lambda whole: None)
    assert (done.episodes, done.new, done.problems, done.not_emitted) == (1, 1, [], [])
    with house.database.reading() as session:
        former, again = (episodes.by_id(session, f"{show}/the-first-word") for show in ("small-hands", "again"))
        assert again.audio_id == former.audio_id


def test_a_file_that_is_not_here_yet_is_taken_from_the_archive(house: House, now: datetime) -> None:
    from publisher.media import storage
    from publisher.media.models import MediaFile

    archive = _archive(house, now, lambda whole: None)
    with house.database.session() as session:
        session.delete(episodes.by_id(session, "small-hands/the-first-word"))
        session.flush()
        media = session.exec(select(MediaFile)).one()
        path = storage.path_of(house.settings, media)
        path.unlink()
        session.delete(media)
    done = restoring.restore(house, archive, "show.zip", Wish(slug="again"), now=now)
    assert (done.problems, done.not_emitted) == ([], [])
    assert path.is_file()


def test_nothing_in_an_archive_runs_in_a_page(house: House, now: datetime) -> None:
    _restored(house, now, _scripted)
    with house.database.reading() as session:
        show, one = shows.by_slug(session, "again"), episodes.by_id(session, "again/the-first-word")
        kept = json.dumps([show.model_dump(exclude={"imported_from"}), one.model_dump()], default=str)
        assert (SCRIPT in kept, "<script" in words.notes_html(one)) == (False, False)
        assert episodes.transcripts_of(session, one) == []
        assert (one.persons[0]["name"], one.chapters[0]["title"], show.funding, show.hubs) == ("Eve", "One", [], [])
        body_of(session, house, show)


def _scripted(whole: dict[str, Any]) -> None:
    links = dict.fromkeys(("link", "licence_url", "artwork_url", "chapters_url", "enclosure_url"), SCRIPT)
    whole["episodes"][0] |= links | {
        "notes_html": "<script>alert(1)</script>",
        "persons": [{"name": "Eve", "link": SCRIPT, "image": SCRIPT}],
        "chapters": [{"start": 0, "title": "One", "link": SCRIPT, "image": SCRIPT}],
        "transcripts": [{"language": "en", "type": "text/vtt", "url": SCRIPT}],
    }
    trailer = {"title": "T", "url": SCRIPT, "published": "2024-01-01T00:00:00Z"}
    whole["show"] |= {"link": SCRIPT, "licence_url": SCRIPT, "artwork_url": SCRIPT, "moved_to": SCRIPT}
    whole["show"] |= {"funding": [{"url": SCRIPT, "text": "Give"}], "hubs": [SCRIPT], "trailers": [trailer]}


TAKEN: list[dict[str, Any]] = [
    {"transcripts": [{"language": "en", "type": "episodic", "file": "beside"}]},
    {"transcripts": [{"language": "../.. \u202e<b>", "type": "text/vtt", "file": "beside"}]},
    {"transcripts": [{"language": LETTERS, "type": "text/vtt", "url": "https://example.org/t.vtt"}]},
    {"original": ["none\0", "none\0"]},
    {"original": [1, {}]},
    {"title": "A \ud800 title\0"},
    {"revision": 2**31 - 1},
]
REFUSED: list[dict[str, Any]] = [
    {"guid": FACES},
    {"soundbites": [{"start": math.nan, "duration": math.inf, "title": "x"}]},
    {"chapters": [{"start": math.inf, "title": "x"}]},
    {"published_at": "0001-01-01T00:00:00+14:00"},
    {"published_at": "9999-12-31T23:59:59-14:00"},
    {"publish_at": "9999-12-31T23:59:59Z"},
    {"enclosure_length": 10**30},
    {"state": "active"},
    {"type": "text/vtt"},
    {"transcripts": "all"},
]


@pytest.mark.parametrize("said", TAKEN, ids=lambda said: next(iter(said)))
def test_what_an_archive_says_oddly_does_not_break_the_feed(house: House, now: datetime, said: dict[str, Any]) -> None:
    _restored(house, now, lambda whole: whole["episodes"][0].update(said))
    with house.database.session() as session:
        show = shows.by_slug(session, "again")
        shows.touch(session, house, show, now=now, every_item=True)
        assert b"<item>" in body_of(session, house, show)


@pytest.mark.parametrize("said", REFUSED, ids=lambda said: next(iter(said)))
def test_what_cannot_be_is_refused_in_words_and_leaves_no_half_of_a_show(
    house: House, now: datetime, said: dict[str, Any]
) -> None:
    with pytest.raises(BadInput):
        _restored(house, now, lambda whole: whole["episodes"][0].update(said))
    with house.database.reading() as session:
        assert session.exec(select(Show.slug)).all() == ["small-hands"]


@pytest.mark.parametrize("said", [{"editions": LETTERS}, {"list": "none\0"}, {"state": "draft"}, {"feed": SCRIPT}])
def test_a_show_that_cannot_be_is_refused_in_words(house: House, now: datetime, said: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        _restored(house, now, lambda whole: whole["show"].update(said))


def _restored(house: House, now: datetime, change: Change) -> Any:
    return restoring.restore(house, _archive(house, now, change), "show.zip", Wish(slug="again"), now=now)


def _archive(house: House, now: datetime, change: Change) -> io.BytesIO:
    """An archive as this hub writes it, of another show, with `change` done to its show.json."""
    written, changed = io.BytesIO(), io.BytesIO()
    with house.database.session() as session:
        show = a_show(session, house, now)
        an_episode(session, house, show, now)
        exporting.export(session, house, show, written, now=now)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(changed, "w") as target:
        for info in source.infolist():
            data = source.read(info)
            if info.filename == exporting.SHOW:
                whole = json.loads(data)
                whole["show"]["guid"] = "11111111-1111-4111-8111-111111111111"
                change(whole)
                data = json.dumps(whole).encode()
            target.writestr(info.filename, data)
        target.writestr("beside", VTT)
    return changed
