"""Sound and covers: in parts, for those who may, and written down once they were heard."""

import io
from datetime import timedelta
from urllib.parse import urlsplit

import feedparser
import pytest
from on_air import cover, sound
from PIL import Image
from sqlmodel import Session, col, select

from publisher.media.models import MediaFile
from publisher.podcasts import episodes, publishing
from publisher.podcasts.downloads.models import DownloadRequest
from publisher.podcasts.models import Episode, Show
from publisher.web import podcast_media
from publisher.web.pictures import Pictures

PAGE = {"accept-language": "en"}


def heard(house) -> list[DownloadRequest]:
    with house.database.reading() as session:
        rows = list(session.exec(select(DownloadRequest).order_by(col(DownloadRequest.id))))
        session.expunge_all()
        return rows


def path_of(session: Session, episode_id: int) -> str:
    """The address that the sound would have in a feed."""
    episode = session.get_one(Episode, episode_id)
    show = session.get_one(Show, episode.show_id)
    row = session.get_one(MediaFile, episode.audio_id)
    return f"/podcasts/{show.slug}/audio/{episode.id}-{row.digest[:12]}.mp3"


@pytest.fixture
def kitchen(web, air) -> str:
    """The address of the newest episode's sound, as an app finds it in the feed."""
    entry = feedparser.parse(web.get("/podcasts/small-hands/feed.xml").content).entries[0]
    assert entry.title == "In the kitchen"
    return urlsplit(entry.enclosures[0].href).path


def test_sound_comes_whole_as_long_as_the_feed_says(web, air, kitchen):
    entry = feedparser.parse(web.get("/podcasts/small-hands/feed.xml").content).entries[0]
    answer = web.get(kitchen, headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert len(answer.content) == int(entry.enclosures[0].length)
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "content-encoding" not in answer.headers
    asked = web.head(kitchen)
    assert (asked.status_code, asked.headers["content-length"], asked.content) == (200, str(len(answer.content)), b"")


def test_players_ask_for_parts(web, kitchen):
    whole = web.get(kitchen).content
    part = web.get(kitchen, headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    assert part.headers["content-type"] == "audio/mpeg"
    assert web.get(kitchen, headers={"range": "bytes=-50"}).content == whole[-50:]
    assert web.get(kitchen, headers={"range": f"bytes={len(whole)}-"}).status_code == 416
    tag = part.headers["etag"]
    assert web.get(kitchen, headers={"if-none-match": tag}).status_code == 304
    assert web.get(kitchen, headers={"range": "bytes=0-1", "if-range": '"other"'}).status_code == 200


def test_what_was_served_is_written_down_and_nothing_else(web, house, air, kitchen, now):
    length = len(
        web.get(kitchen, headers={"user-agent": "AntennaPod/3.5", "referer": "https://player.example/x?y"}).content
    )
    web.get(kitchen, headers={"range": "bytes=100-199"})
    web.head(kitchen)
    web.get(kitchen, headers={"if-none-match": web.head(kitchen).headers["etag"]})
    web.get(kitchen, headers={"range": "bytes=99999999-"})
    rows = heard(house)
    assert [(row.status, row.first, row.last, row.method) for row in rows] == [
        (200, 0, length - 1, "GET"),
        (206, 100, 199, "GET"),
    ]
    assert {row.episode_id for row in rows} == {air.kitchen}
    assert (rows[0].referrer, rows[0].at, rows[1].asked) == ("player.example", now, "bytes=100-199")


def test_a_count_that_fails_never_breaks_the_sound(web, house, kitchen, monkeypatch, caplog):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no ink")

    monkeypatch.setattr(podcast_media.recording, "note", broken)
    assert web.get(kitchen).status_code == 200
    assert heard(house) == []
    assert "a download could not be written down" in caplog.text


def test_what_has_not_appeared_cannot_be_heard_by_guessing(web, house, air):
    with house.database.reading() as session:
        paths = [path_of(session, number) for number in (air.scheduled, air.draft, air.inner)]
    for path in paths:
        assert web.get(path, headers=PAGE).text == "There is no such sound.\n", path
        assert web.get(path).status_code == 404
    assert heard(house) == []


def test_withdrawn_sound_says_so(web, house, air):
    with house.database.reading() as session:
        path = path_of(session, air.gone)
    answer = web.get(path, headers=PAGE)
    assert (answer.status_code, answer.text) == (410, "This episode was withdrawn.\n")


def test_an_app_with_an_older_feed_is_sent_to_the_present_sound(web, house, air, kitchen, now):
    with house.database.session() as session:
        another = sound(session, house, "better", now, seconds=30)
        episodes.set_sound(session, house, episodes.by_id(session, air.kitchen), another, now=now)
        present = path_of(session, air.kitchen)
    answer = web.get(kitchen)
    assert (answer.status_code, answer.headers["location"]) == (302, present)
    assert answer.headers["cache-control"] == "no-cache"
    assert web.get(present).status_code == 200
    assert web.get(present.replace(".mp3", ".m4a")).headers["location"] == present


def test_putting_the_former_sound_back_sends_nobody_in_a_circle(web, house, air, kitchen, now):
    with house.database.session() as session:
        episode = episodes.by_id(session, air.kitchen)
        first = session.get_one(MediaFile, episode.audio_id)
        episodes.set_sound(session, house, episode, sound(session, house, "better", now), now=now)
        episodes.set_sound(session, house, episode, first, now=now)
    assert web.get(kitchen).status_code == 200


def test_a_slower_version_is_heard_too(web, house, air, now):
    with house.database.session() as session:
        slow = sound(session, house, "slow", now, seconds=19)
        episodes.add_rendition(session, house, episodes.by_id(session, air.kitchen), slow, "Small", now=now)
        path = f"/podcasts/small-hands/audio/{air.kitchen}-{slow.digest[:12]}.mp3"
    assert web.get(path).status_code == 200
    assert len(heard(house)) == 1


def test_the_sound_of_another_show_is_not_found_under_this_one(web, air, kitchen):
    assert web.get(kitchen.replace("small-hands", "petites-mains")).status_code == 404
    for name in ("x.mp3", "1-x.mp3", "1-0123456789ab.", f"{10**12}-0123456789ab.mp3"):
        assert web.get(f"/podcasts/small-hands/audio/{name}").status_code == 404


def test_private_sound_is_kept_by_nobody_and_counted(web, house, air):
    entry = feedparser.parse(web.get(urlsplit(air.feed).path).content).entries[0]
    answer = web.get(urlsplit(entry.enclosures[0].href).path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store")
    assert "access-control-allow-origin" not in answer.headers
    assert [row.episode_id for row in heard(house)] == [air.inner]


def test_a_replaced_private_sound_leads_on_behind_the_same_token(web, house, air, now):
    entry = feedparser.parse(web.get(urlsplit(air.feed).path).content).entries[0]
    path = urlsplit(entry.enclosures[0].href).path
    with house.database.session() as session:
        episode = episodes.by_id(session, air.inner)
        another = sound(session, house, "again", now)
        episodes.set_sound(session, house, episode, another, now=now)
    answer = web.get(path)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(path.rpartition("/")[0])
    assert web.get(answer.headers["location"]).status_code == 200


# -- pictures -----------------------------------------------------------------------------------------------------------


def picture_of(web, slug: str) -> str:
    found = feedparser.parse(web.get(f"/podcasts/{slug}/feed.xml").content)
    return urlsplit(found.feed.image.href).path


def test_a_cover_is_kept_for_ever_and_smaller_for_pages(web, air):
    path = picture_of(web, "small-hands")
    answer = web.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert "immutable" in answer.headers["cache-control"]
    small = path.removesuffix(".png")
    for name, media_type, size in (
        ("160.webp", "image/webp", 160),
        ("320.webp", "image/webp", 320),
        ("640.jpg", "image/jpeg", 640),
    ):
        answer = web.get(f"{small}/{name}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
        assert Image.open(io.BytesIO(answer.content)).size == (size, size)
    for name in ("161.webp", "160.gif", "0160.webp", "160", "x.webp"):
        assert web.get(f"{small}/{name}").status_code == 404, name


def test_a_file_that_no_show_shows_cannot_be_asked_for(web, house, air, now, kitchen):
    with house.database.session() as session:
        lonely = cover(session, house, now, colour=(1, 2, 3))
        heard_file = session.get_one(MediaFile, episodes.by_id(session, air.kitchen).audio_id)
        paths = [f"/media/{one.digest}.{one.extension}" for one in (lonely, heard_file)] + [
            f"/media/{lonely.digest}/160.webp"
        ]
    for path in paths:
        assert web.get(path).status_code == 404, path
    assert web.get(picture_of(web, "small-hands").replace(".png", ".jpg")).status_code == 404


def test_smaller_pictures_are_made_once_and_forgotten_by_size(tmp_path):
    path = tmp_path / "a.png"
    Image.new("RGB", (800, 800), "green").save(path)
    made = Pictures(most_octets=1)
    first = made.smaller(path, "a", 160, "webp")
    assert made.smaller(path, "a", 160, "webp") is first
    made.smaller(path, "b", 160, "webp")
    assert made.smaller(path, "a", 160, "webp") is not first
    (tmp_path / "b.png").write_bytes(b"no picture")
    with pytest.raises(OSError, match="cannot identify"):
        made.smaller(tmp_path / "b.png", "c", 160, "webp")


def test_an_episode_that_appears_is_heard_at_once(web, house, air, now, wall):
    with house.database.reading() as session:
        path = path_of(session, air.scheduled)
    assert web.get(path).status_code == 404
    wall.move(timedelta(days=1))
    publishing.publish_due(house, wall.now)
    assert web.get(path).status_code == 200
