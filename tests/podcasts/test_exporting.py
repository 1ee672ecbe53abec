"""A show as an archive and back: nothing lost, on this hub or another, and no harm from an archive that lies."""

import dataclasses
import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cast import a_hub, a_list
from podcasts.broadcast import a_cover, a_draft, a_show, a_sound, an_episode, body_of, on_the_shelf, together, without
from podcasts.foreign import feed, item
from sqlmodel import Session, SQLModel, col, select

from publisher import migrations
from publisher.database import Database
from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.media import storage
from publisher.media.models import MediaFile
from publisher.podcasts import episodes, exporting, importing, publishing, restoring, shows
from publisher.podcasts.importing import Imported, Wish
from publisher.podcasts.models import Episode, Rendition, Show, Transcript
from publisher.settings import Settings
from publisher.templating import Templates
from publisher.tokens import Tokens

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
RICH = Path(__file__).parents[1] / "feeds" / "podcast" / "good" / "rich.xml"
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\n<v Ines>Hello\n"
#: What another hub gives anew.
GIVEN = ("id", "show_id", "episode_id", "media_id", "audio_id", "artwork_id", "list_id", "work_id", "original_id", "version",
         "changed_at", "revision", "updated_at", "news", "imported_from")  # fmt: skip


def a_hub_at(folder: Path, url: str) -> House:
    """A hub with nothing in it."""
    settings = Settings(folder, f"sqlite:///{folder / 'p.db'}", url, "another secret")
    database = Database(settings.database_url)
    migrations.upgrade(database)
    return House(settings, database, Tokens(settings.secret_key), Templates(settings.owner_templates))


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Another hub."""
    house = a_hub_at(tmp_path_factory.mktemp("elsewhere"), "https://other.example")
    yield house
    house.close()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What the full show of yet another hub is as an archive."""
    house = a_hub_at(tmp_path_factory.mktemp("third"), "https://third.example")
    a_full_show(house, NOW)
    data = packed(house, "small-hands", NOW)
    house.close()
    return data


def packed(house: House, slug: str, now: datetime) -> bytes:
    file = io.BytesIO()
    with house.database.reading() as session:
        exporting.export(session, house, shows.by_slug(session, slug), file, now=now)
    return file.getvalue()


def unpack(house: House, data: bytes, now: datetime, **wish: Any) -> Imported:
    return restoring.restore(house, io.BytesIO(data), "show.zip", Wish(**wish), now=now)


def a_full_show(house: House, now: datetime) -> None:
    """Two language editions with everything there is; the English one is `small-hands`."""
    with house.database.session() as session:
        show = a_show(session, house, now, categories=[["Education", None]], persons=[{"name": "Ines", "role": "host"}],
                      tags=[{"name": "podcast:txt", "attributes": {"purpose": "verify"}, "text": "abc"}], editions="hands")  # fmt: skip
        shows.set_artwork(session, house, show, a_cover(session, house, now), now=now)
        first = an_episode(session, house, show, now, "The first word", season=1, number=1, notes="*Words*",
                           chapters=[{"start": 0, "title": "Hello"}], soundbites=[{"start": 1, "duration": 1, "title": "!"}],
                           subjects=["topic:play-and-learning"])  # fmt: skip
        episodes.set_transcript(session, house, first, "en", VTT, "text/vtt", now=now)
        episodes.set_transcript(session, house, first, "fr", b"Bonjour, tout le monde.", "text/plain", now=now)
        episodes.add_rendition(session, house, first, a_sound(session, house, now, 4), "64 kbit/s", now=now)
        publishing.publish(session, house, a_draft(session, house, show, now, "The second"), now=now, published_at=now - timedelta(days=9))  # fmt: skip
        publishing.schedule(
            session, house, a_draft(session, house, show, now, "To come"), now + timedelta(days=3), now=now
        )
        a_draft(session, house, show, now, "A draft")
        publishing.withdraw(session, house, an_episode(session, house, show, now, "Withdrawn"), now=now)
        french = a_show(session, house, now, "petites-mains", title="Petites mains", language="fr", editions="hands")
        an_episode(session, house, french, now, "Le premier mot", original_id=first.id)


def everything(session: Session, slug: str) -> dict[str, Any]:
    """Every column of a show and what belongs to it, but for what another hub gives anew."""
    show = shows.by_slug(session, slug)
    rows = session.exec(select(Episode).where(col(Episode.show_id) == show.id).order_by(col(Episode.id))).all()
    files = {one.id: one.digest for one in session.exec(select(MediaFile))}

    def plain(row: SQLModel) -> dict[str, Any]:
        return without(row.model_dump(), GIVEN)

    return {
        "show": plain(show) | {"artwork": files.get(show.artwork_id)},
        "episodes": [
            plain(one)
            | {
                "audio": files.get(one.audio_id),
                "transcripts": [plain(text) for text in episodes.transcripts_of(session, one)],
                "renditions": [(o.title, files[o.media_id]) for o in session.exec(select(Rendition).where(col(Rendition.episode_id) == one.id))],
            }
            for one in rows
        ],
        "files": {digest: without(one.model_dump(), ("id", "created_at")) for one in session.exec(select(MediaFile)) if (digest := one.digest)},
    }  # fmt: skip


def test_a_show_comes_back_without_loss_on_another_hub(house: House, elsewhere: House, now: datetime) -> None:
    a_full_show(house, now)
    data = packed(house, "small-hands", now)
    done = unpack(elsewhere, data, now)
    assert done.as_json() == {
        "show": "small-hands", "episodes": 5, "new": 5, "updated": 0, "lost_tags": [], "not_emitted": [], "problems": [],
    }  # fmt: skip
    with house.database.reading() as here, elsewhere.database.reading() as there:
        given, kept = everything(here, "small-hands"), everything(there, "small-hands")
        assert kept["show"] == given["show"]
        assert kept["episodes"] == given["episodes"]
        assert kept["files"].items() <= given["files"].items()
        for digest in kept["files"]:
            one, other = (
                session.exec(select(MediaFile).where(col(MediaFile.digest) == digest)).one()
                for session in (here, there)
            )
            paths = storage.path_of(house.settings, one), storage.path_of(elsewhere.settings, other)
            assert paths[0].read_bytes() == paths[1].read_bytes()
        ours, theirs = (
            body_of(session, hub, shows.by_slug(session, "small-hands"))
            for session, hub in ((here, house), (there, elsewhere))
        )
        assert ours.count(b"<item>") == theirs.count(b"<item>") == 2
        assert {work.news_since for work in on_the_shelf(there).values()} == {now}  # both are younger than 14 days


def test_what_the_archive_holds_can_be_read_by_anybody(house: House, now: datetime) -> None:
    a_full_show(house, now)
    with zipfile.ZipFile(io.BytesIO(packed(house, "small-hands", now))) as archive:
        names = archive.namelist()
        assert {"README.txt", "feed.xml", "show.json"} <= set(names)
        assert sorted(name.rpartition(".")[2] for name in names if name.startswith("media/")) == ["mp3"] * 6 + ["png"]
        texts = sorted(archive.read(name).decode() for name in names if name.startswith("transcripts/"))
        assert "Hello" in texts[1]
        assert b"The first word" in archive.read("feed.xml")
        assert "Small Hands" in archive.read("README.txt").decode()
        sound = [archive.getinfo(name) for name in names if name.endswith(".mp3")]
        assert {info.compress_type for info in sound} == {zipfile.ZIP_STORED}


def test_twice_is_harmless_and_what_is_here_stays(house: House, now: datetime) -> None:
    a_full_show(house, now)
    data = packed(house, "small-hands", now)
    with house.database.session() as session:
        first = episodes.by_id(session, "small-hands/the-first-word")
        episodes.edit(
            session, house, first, dataclasses.replace(episodes.shape_of(first), title="Edited since"), now=now
        )
        episodes.remove(session, episodes.by_id(session, "small-hands/a-draft"))
    done = unpack(house, data, now)
    assert (done.show, done.episodes, done.new) == ("small-hands", 5, 1)
    with house.database.reading() as session:
        assert episodes.by_id(session, "small-hands/the-first-word").title == "Edited since"
        assert episodes.by_id(session, "small-hands/a-draft").state == "draft"
    assert unpack(house, data, now).new == 0


def test_under_another_short_name_it_is_another_show(house: House, now: datetime) -> None:
    a_full_show(house, now)
    data = packed(house, "small-hands", now)
    assert unpack(house, data, now, slug="a-copy").new == 5
    assert unpack(house, data, now, slug="a-copy").new == 0
    with pytest.raises(Conflict, match="petites-mains"):
        unpack(house, data, now, slug="petites-mains")
    with pytest.raises(BadInput):
        unpack(house, data, now, slug="A Copy")


def test_translations_find_each_other_again_in_either_order(house: House, elsewhere: House, now: datetime) -> None:
    a_full_show(house, now)
    unpack(elsewhere, packed(house, "petites-mains", now), now)
    with elsewhere.database.reading() as session:
        assert episodes.by_id(session, "petites-mains/le-premier-mot").original_id is None
    unpack(elsewhere, packed(house, "small-hands", now), now)
    unpack(elsewhere, packed(house, "petites-mains", now), now)
    with elsewhere.database.reading() as session:
        original = episodes.by_id(session, "small-hands/the-first-word")
        assert episodes.by_id(session, "petites-mains/le-premier-mot").original_id == original.id


def test_a_show_that_moved_away_does_not_send_its_listeners_in_a_circle(house: House, elsewhere: House, now: datetime) -> None:  # fmt: skip
    a_full_show(house, now)
    with house.database.session() as session:
        shows.move(session, house, shows.by_slug(session, "small-hands"), "https://other.example/podcasts/small-hands/feed.xml", now=now)  # fmt: skip
    unpack(elsewhere, packed(house, "small-hands", now), now)
    with elsewhere.database.reading() as session:
        show = shows.by_slug(session, "small-hands")
        assert (show.moved_to, show.imported_from) == (None, "https://hub.example.org/podcasts/small-hands/feed.xml")


def test_a_private_show_stays_private(house: House, elsewhere: House, now: datetime) -> None:
    with house.database.session() as session:
        a_list(session, a_hub(session, now), now, slug="members")
        an_episode(session, house, a_show(session, house, now, "inside", list_slug="members"), now)
    data = packed(house, "inside", now)
    with pytest.raises(BadInput, match="members"):
        unpack(elsewhere, data, now)
    with elsewhere.database.session() as session:
        assert session.exec(select(Show)).all() == []
        members = a_list(session, a_hub(session, now), now, slug="members")
    unpack(elsewhere, data, now)
    with elsewhere.database.reading() as session:
        assert shows.by_slug(session, "inside").list_id == members.id
        assert on_the_shelf(session) == {}


def test_an_imported_show_comes_back_with_what_its_feed_said(house: House, elsewhere: House, now: datetime) -> None:
    """So the next import from its former address changes only what has changed there."""
    importing.import_file(house, RICH.read_bytes().replace(b"hub.example.org", b"x.example"), "rich.xml", now=now)
    document = feed([item(n, now, sound=None if n == 2 else "") for n in range(1, 4)])
    importing.import_file(house, document.encode(), "notes.xml", now=now)
    for slug in ("first-steps", "field-notes"):
        done = unpack(elsewhere, packed(house, slug, now), now)
        with house.database.reading() as here, elsewhere.database.reading() as there:
            assert everything(here, slug)["show"] == everything(there, slug)["show"]
            assert everything(here, slug)["episodes"] == everything(there, slug)["episodes"]
    assert [one["guid"] for one in done.not_emitted] == ["note-2"]
    again = importing.import_file(elsewhere, document.encode(), "notes.xml", now=now)
    assert (again.show, again.new, again.updated) == ("field-notes", 0, 0)


def test_a_file_that_is_gone_is_said_and_the_rest_comes_back(house: House, elsewhere: House, now: datetime) -> None:
    a_full_show(house, now)
    with house.database.reading() as session:
        first = episodes.by_id(session, "small-hands/the-first-word")
        media = session.get_one(MediaFile, first.audio_id)
        storage.path_of(house.settings, media).unlink()
        show = shows.by_slug(session, "small-hands")
        file = io.BytesIO()
        done = exporting.export(session, house, show, file, now=now)
        assert done == {"episodes": 5, "files": 6, "missing": [media.name]}
    back = unpack(elsewhere, file.getvalue(), now)
    assert (back.new, len(back.problems)) == (5, 1)
    assert back.not_emitted == [{"guid": back.not_emitted[0]["guid"], "reason": "It has no sound."}]


class Killed(BaseException):
    """What the death of the process looks like from within."""


def test_cut_off_in_the_middle_it_goes_on(house: House, elsewhere: House, now: datetime) -> None:
    document = feed([item(n, now) for n in range(1, 301)])
    importing.import_file(house, document.encode(), "notes.xml", Wish(on_shelf=False), now=now)
    data = packed(house, "field-notes", now)

    def die(_: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        restoring.restore(elsewhere, io.BytesIO(data), "x.zip", now=now, on_progress=die)
    done = unpack(elsewhere, data, now)
    assert done.new == 100
    with elsewhere.database.reading() as session:
        assert len(session.exec(select(Episode.id)).all()) == 300


def test_two_at_once_make_one_show(house: House, elsewhere: House, now: datetime) -> None:
    a_full_show(house, now)
    data = packed(house, "small-hands", now)
    done = together(lambda: unpack(elsewhere, data, now), lambda: unpack(elsewhere, data, now))
    assert all(isinstance(one, Imported) for one in done), done
    assert sum(one.new for one in done) == 5
    with elsewhere.database.reading() as session:
        assert len(session.exec(select(Show)).all()) == 1
        assert len(session.exec(select(Transcript)).all()) == 2


Parts = dict[str, bytes]


def repacked(data: bytes, change: Callable[[Parts], None], compression: int = zipfile.ZIP_STORED) -> bytes:
    """The archive with other parts in it."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    change(parts)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return file.getvalue()


def told(change: Callable[[dict[str, Any]], None]) -> Callable[[Parts], None]:
    """Another `show.json`."""

    def within(parts: Parts) -> None:
        said = json.loads(parts["show.json"])
        change(said)
        parts["show.json"] = json.dumps(said).encode()

    return within


def _an_episode(name: str, value: Any) -> Callable[[Parts], None]:
    return told(lambda said: said["episodes"][0].update({name: value}))


def _a_show(name: str, value: Any) -> Callable[[Parts], None]:
    return told(lambda said: said["show"].update({name: value}))


def _another_sound(parts: Parts) -> None:
    name = next(name for name in parts if name.endswith(".mp3"))
    parts[name] = b"ID3" + parts[name]


LIES: dict[str, Callable[[Parts], None]] = {
    "no show.json": lambda parts: parts.pop("show.json") and None,  # type: ignore[func-returns-value]
    "no JSON": lambda parts: parts.update({"show.json": b"{"}),
    "deep JSON": lambda parts: parts.update({"show.json": b"[" * 200_000}),
    "another format": told(lambda said: said.update(format="zine")),
    "another version": told(lambda said: said.update(version=99)),
    "a list for a show": told(lambda said: said.update(show=[])),
    "episodes that are none": told(lambda said: said.update(episodes=[1])),
    "no title": told(lambda said: said["show"].pop("title")),
    "a show with a path for a name": _a_show("slug", "../../etc"),
    "an episode with a path for a name": _an_episode("slug", "../../etc/passwd"),
    "a state that is none": _an_episode("state", "everywhere"),
    "a number beyond all": _an_episode("season", 10**12),
    "a text for a number": _an_episode("season", "first"),
    "a date without a zone": _an_episode("published_at", "2026-01-01T00:00:00"),
    "a date that is none": _an_episode("published_at", "soon"),
    "persons without names": _an_episode("persons", [{"role": "host"}]),
    "chapters without a start": _an_episode("chapters", [{"title": "x"}]),
    "tags that are none": _an_episode("tags", [{"name": "script", "text": "alert(1)"}]),
    "a guid that no index holds": _an_episode("guid", "x" * 9000),
    "transcripts that are none": _an_episode("transcripts", [7]),
    "a form that is none": _an_episode("notes_format", "docx"),
    "a list as a title": _a_show("title", ["x"]),
    "a flag that is none": _a_show("explicit", "perhaps"),
    "a list that is a number": _a_show("list", 5),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_an_archive_that_lies_is_refused_with_a_sentence(
    archive: bytes, house: House, now: datetime, lie: Callable[[Parts], None]
) -> None:
    with pytest.raises(BadInput) as said:
        unpack(house, repacked(archive, lie), now)
    assert str(said.value).endswith(".")
    with house.database.reading() as session:
        assert session.exec(select(Episode)).all() == []


def test_what_says_nothing_is_passed_over(archive: bytes, house: House, now: datetime) -> None:
    odd = {
        "persons": [{"name": "Ann", "shoe_size": 43}],
        "transcripts": [{"language": "en", "type": "text/evil"}],
        "mood": "good",
    }
    done = unpack(house, repacked(archive, told(lambda said: said["episodes"][0].update(odd))), now)
    assert (done.new, done.problems) == (5, [])
    with house.database.reading() as session:
        show = shows.by_slug(session, "small-hands")
        assert b"text/evil" not in body_of(session, house, show)
        assert episodes.by_id(session, "small-hands/the-first-word").persons[0]["name"] == "Ann"


def test_a_sound_with_other_bytes_than_its_name_says_is_left_out(archive: bytes, house: House, now: datetime) -> None:
    done = unpack(house, repacked(archive, _another_sound), now)
    assert (done.new, len(done.problems)) == (5, 1)
    assert "damaged" in done.problems[0]


def test_what_an_archive_names_is_never_a_place_on_this_machine(archive: bytes, house: House, now: datetime) -> None:
    secret = house.settings.data_dir / "secret"
    secret.write_text("mine")

    def point_outside(said: dict[str, Any]) -> None:
        said["episodes"][0]["transcripts"][0]["file"] = f"../../../../{secret}"
        said["media"]["../" + str(secret)] = dict(next(iter(said["media"].values())), digest="../" + str(secret))
        said["episodes"][0]["audio"] = "../" + str(secret)

    done = unpack(house, repacked(archive, told(point_outside)), now)
    assert len(done.problems) == 1
    with house.database.reading() as session:
        assert "mine" not in [text.text for text in session.exec(select(Transcript)).all()]
    assert not list(house.settings.data_dir.parent.glob("passwd"))


def test_bombs_and_scraps_are_refused_before_they_are_unpacked(archive: bytes, house: House, now: datetime) -> None:
    def blow_up(parts: Parts) -> None:
        parts["show.json"] = b" " * 80_000_000 + parts["show.json"]

    bomb = repacked(archive, blow_up, zipfile.ZIP_DEFLATED)
    assert len(bomb) < 2_000_000
    scraps = [b"", b"PK\x03\x04", archive[:-200], archive[: len(archive) // 2], b"PK\x05\x06" + bytes(18), b"x" * 5000]
    for data in [bomb, *scraps, _overlapping(archive), _locked(archive)]:
        with pytest.raises(BadInput) as said:
            unpack(house, data, now)
        assert str(said.value).endswith(".")


def _overlapping(data: bytes) -> bytes:
    """Every entry of the directory points at one and the same part (the way of better bombs), many times."""
    file = io.BytesIO(data)
    with zipfile.ZipFile(file, "a") as target:
        info = max(target.infolist(), key=lambda one: one.compress_size)
        for n in range(2000):
            copy = zipfile.ZipInfo(f"media/{n}")
            for name in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(copy, name, getattr(info, name))
            target.filelist.append(copy)
        target._didModify = True  # type: ignore[attr-defined]
    return file.getvalue()


def _locked(data: bytes) -> bytes:
    """The bit that says encrypted, in every entry of the directory."""
    out, at = bytearray(data), 0
    while (at := out.find(b"PK\x01\x02", at)) >= 0:
        struct.pack_into("<H", out, at + 8, struct.unpack_from("<H", out, at + 8)[0] | 1)
        at += 4
    return bytes(out)
