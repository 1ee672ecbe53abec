"""Fetching what an imported show has elsewhere: one failure stops nothing, and guids stay."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from media.making import mp3, png
from our_web import Web
from podcasts.broadcast import heard
from podcasts.foreign import feed, item
from sqlmodel import col, select

from publisher.errors import NotFound
from publisher.house import House
from publisher.media.models import MediaFile
from publisher.podcasts import importing, shows, taking
from publisher.podcasts.importing import Wish
from publisher.podcasts.models import Episode, ShowImport, Transcript
from publisher.podcasts.taking import Took

VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"
CHAPTERS = {"version": "1.2.0", "chapters": [{"startTime": 0, "title": "Hello"}, {"startTime": 2, "title": "Good-bye"}]}


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web()
    yield web
    web.close()


@pytest.fixture
def house(house: House) -> House:
    """A house that may read from this machine."""
    return dataclasses.replace(
        house, settings=dataclasses.replace(house.settings, private_hosts=frozenset({"127.0.0.1"}))
    )


def _notes(web: Web, now: datetime, sounds: dict[int, bytes | None]) -> str:
    """Episodes whose sound this machine has (bytes) or has not, with everything beside it."""
    web.serve("/cover.png", png(1400, 1400), "image/png")
    web.serve("/words.vtt", VTT, "text/vtt")
    web.serve("/chapters.json", json.dumps(CHAPTERS), "application/json")
    items = []
    for n, data in sounds.items():
        if data is not None:
            web.serve(f"/{n}.mp3", data, "audio/mpeg", ETag=f'"{n}"')
        beside = (
            f'<itunes:image href="{web.url("/cover.png")}"/><podcast:transcript url="{web.url("/words.vtt")}" type="text/vtt"/>'
            f'<podcast:chapters url="{web.url("/chapters.json")}" type="application/json+chapters"/>'
        )
        items.append(item(n, now, sound=web.url(f"/{n}.mp3"), length=5, more=beside))
    return feed(items, more=f'<itunes:image href="{web.url("/cover.png")}"/>')


def _bring(house: House, document: str, now: datetime, **wish: bool) -> None:
    importing.import_file(house, document.encode(), "notes.xml", Wish(**wish), now=now)  # type: ignore[arg-type]


def _all(house: House, now: datetime) -> list[Took]:
    return list(taking.take_show(house, "field-notes", now=now))


def _sound(n: int, seconds: float = 3) -> bytes:
    return mp3(seconds, end=b"TAG" + str(n).encode().ljust(125, b"\0"))


def test_everything_is_ours_afterwards_and_the_guids_stay(house: House, web: Web, now: datetime) -> None:
    _bring(house, _notes(web, now, {1: _sound(1), 2: _sound(2)}), now)
    took = _all(house, now)
    assert [(one.what, one.error) for one in took] == [
        ("artwork", ""),
        *[(what, "") for _ in range(2) for what in ("sound", "artwork", "chapters", "transcript")],
    ]
    assert web.asked.count("/cover.png") == 1
    with house.database.reading() as session:
        show = shows.by_slug(session, "field-notes")
        said = heard(session, house, show, now)
        assert [one.guid for one in said.episodes] == ["note-1", "note-2"]
        assert said.show.image.startswith("https://hub.example.org/media/")
        for one in said.episodes:
            ours = [one.enclosure.url, one.image, one.chapters.url, *(text.url for text in one.transcripts)]
            assert all(url.startswith("https://hub.example.org/") for url in ours), ours
            assert (one.enclosure.length, one.duration) == (len(_sound(1)), 3)
            assert one.transcripts[0].language == "en"
        (text,) = {text.text for text in session.exec(select(Transcript)).all()}
        assert text == VTT
        chapters = session.exec(select(Episode.chapters)).all()
        assert [[c["title"] for c in one] for one in chapters] == [["Hello", "Good-bye"]] * 2
    web.asked.clear()
    assert (_all(house, now), web.asked) == ([], [])


def test_one_failure_does_not_stop_the_rest_and_can_be_tried_again(house: House, web: Web, now: datetime) -> None:
    web.routes["/2.mp3"] = (404, {}, b"")
    web.serve("/3.mp3", "<html>Please log in</html>", "audio/mpeg")
    document = _notes(web, now, {1: _sound(1), 2: None, 3: None, 4: _sound(4)}).replace(
        web.url("/4.mp3"), "http://10.0.0.1/4.mp3"
    )
    _bring(house, document, now)
    failed = {one.title: one.error for one in _all(house, now) if one.what == "sound" and one.error}
    assert set(failed) == {"Note 2", "Note 3", "Note 4"}
    assert "404" in failed["Note 2"] or "not there" in failed["Note 2"], failed
    assert "not on the public internet" in failed["Note 4"]
    assert all(sentence.endswith(".") for sentence in failed.values())
    with house.database.reading() as session:
        rows = {one.title: one for one in session.exec(select(Episode)).all()}
        assert {title: row.taking for title, row in rows.items() if row.taking} == failed
        assert rows["Note 1"].audio_id is not None
        assert len(heard(session, house, shows.by_slug(session, "field-notes"), now).episodes) == 4
    web.serve("/2.mp3", _sound(2), "audio/mpeg")
    again = [one for one in _all(house, now) if one.what == "sound"]
    assert [one.title for one in again if not one.error] == ["Note 2"]
    with house.database.reading() as session:
        assert session.exec(select(Episode.taking).where(col(Episode.title) == "Note 2")).one() == ""


def test_redirects_are_followed_to_the_sound(house: House, web: Web, now: datetime) -> None:
    document = _notes(web, now, {1: None})
    web.routes["/1.mp3"] = (302, {"Location": web.serve("/cdn/one.mp3", _sound(1), "audio/mpeg")}, b"")
    _bring(house, document, now)
    assert [one.error for one in _all(house, now)] == [""] * 5
    with house.database.reading() as session:
        assert session.exec(select(MediaFile.name).where(col(MediaFile.kind) == "audio")).one() == "one.mp3"


def test_a_cover_that_directories_refuse_stays_where_it_is(house: House, web: Web, now: datetime) -> None:
    document = _notes(web, now, {1: _sound(1)})
    web.serve("/cover.png", png(600, 600), "image/png")
    _bring(house, document, now)
    took = _all(house, now)
    assert {one.what for one in took if one.error} == {"artwork"}
    with house.database.reading() as session:
        show = shows.by_slug(session, "field-notes")
        assert (show.artwork_id, show.artwork_url) == (None, web.url("/cover.png"))


def test_what_is_here_stays_until_the_feed_names_another_sound(house: House, web: Web, now: datetime) -> None:
    document = _notes(web, now, {1: _sound(1)})
    _bring(house, document, now)
    _all(house, now)
    web.asked.clear()
    _bring(house, document, now)
    with house.database.reading() as session:
        row = session.exec(select(Episode)).one()
        assert (row.audio_id is not None, row.enclosure_url) == (True, None)
        first = row.audio_id
    web.serve("/better.mp3", _sound(9, 5), "audio/mpeg")
    _bring(house, document.replace("/1.mp3", "/better.mp3"), now)
    with house.database.reading() as session:
        (one,) = heard(session, house, shows.by_slug(session, "field-notes"), now).episodes
        assert one.enclosure.url == web.url("/better.mp3")
    assert [one.what for one in _all(house, now)] == ["sound"]
    with house.database.reading() as session:
        row = session.exec(select(Episode)).one()
        assert row.audio_id not in (None, first)
        assert row.duration == 5


def test_the_timetable_fetches_for_imports_that_asked_and_tries_each_once(
    house: House, web: Web, now: datetime
) -> None:
    sounds: dict[int, bytes | None] = {n: _sound(n, 1.5) for n in range(1, 13)}
    sounds[5] = None
    _bring(house, _notes(web, now, sounds), now)
    assert taking.take_due(house, now) == []
    assert not taking.waiting(house, now)
    _bring(house, _notes(web, now, sounds), now, take_media=True)
    assert taking.waiting(house, now)
    first, second = taking.take_due(house, now), taking.take_due(house, now)
    tried = [one.title for one in [*first, *second] if one.what == "sound"]
    assert sorted(tried) == sorted(f"Note {n}" for n in sounds)
    assert taking.take_due(house, now + timedelta(days=1)) == []
    with house.database.reading() as session:
        assert session.exec(select(ShowImport.take_media)).all() == [False, False]
        assert len(session.exec(select(Episode.id).where(col(Episode.audio_id).is_(None))).all()) == 1


def test_what_is_cut_off_goes_on_where_it_stopped(house: House, web: Web, now: datetime) -> None:
    _bring(house, _notes(web, now, {1: _sound(1), 2: _sound(2)}), now)
    run = taking.take_show(house, "field-notes", now=now)
    next(one for one in run if one.what == "sound")
    run.close()
    web.asked.clear()
    assert [one.error for one in _all(house, now)] == [""] * 7
    assert "/1.mp3" not in web.asked


def test_there_is_nothing_to_fetch_of_no_show(house: House, now: datetime) -> None:
    with pytest.raises(NotFound):
        list(taking.take_show(house, "nobody", now=now))
