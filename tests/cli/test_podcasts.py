"""Podcasts by command: a show from its first word to its move, and what each command answers to programs."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from abilities import cannot_run
from commands import Publisher
from lxml import etree
from media.making import mp3, png
from our_web import Web
from podcasts.foreign import feed, item

from feeds.podcast.reading import read_podcast

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
AT = "2026-11-23T06:00:00+00:00"
Write = Callable[[str, str], Path]


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web()
    yield web
    web.close()


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "first_word.mp3"
    path.write_bytes(mp3(3))
    return path


@pytest.fixture
def show(publisher: Publisher) -> Publisher:
    """A hub with the show `small-hands`."""
    publisher("podcasts", "add", "small-hands", "--title", "Small Hands", "--description", "How children *learn*.",
              "--author", "Early Hands", "--owner-email", "sound@hub.example.org", "--category", "Kids & Family > Parenting",
              "--person", "Ines Moreau:host", "--funding", "https://hub.example.org/give Help us", "--now", AT)  # fmt: skip
    return publisher


def heard(publisher: Publisher, slug: str, *words: str) -> Any:
    return read_podcast(publisher("podcasts", "feed", slug, *words).out.encode(), url=None, now=NOW)


def test_a_show_and_its_episode_from_the_first_word_to_the_last(show: Publisher, sound: Path, write: Write, tmp_path: Path) -> None:  # fmt: skip
    text = write("words.vtt", "WEBVTT\n\n00:00.000 --> 00:02.000\n<v Ines>Hello\n")
    chapters = write("chapters.txt", "0:00 Hello\n0:02 Good-bye\n")
    added = show("episodes", "add", "small-hands", sound, "--title", "The first word", "--notes", "About *words*.",
                 "--season", 1, "--number", 1, "--person", "Awa Ndiaye:guest", "--subject", "topic:play-and-learning",
                 "--transcript", text, "--transcript", f"fr:{text}", "--chapters", chapters, "--now", AT, "--json").json  # fmt: skip
    assert (added["title"], added["state"], added["show"], added["duration"]) == (
        "The first word",
        "draft",
        "small-hands",
        3,
    )
    key = added["episode"]
    assert heard(show, "small-hands").episodes == ()
    published = show("episodes", "publish", key, "--now", AT, "--json").json
    assert (published["episode"], published["state"], published["published_at"]) == (
        key,
        "published",
        "2026-11-23T06:00:00Z",
    )
    said = heard(show, "small-hands")
    (one,) = said.episodes
    assert (said.show.title, said.show.categories, said.show.funding[0].text) == ("Small Hands", (("Kids & Family", "Parenting"),), "Help us")  # fmt: skip
    assert (one.title, one.season, one.number, one.duration, one.persons[0].role) == (
        "The first word",
        1,
        1,
        3,
        "guest",
    )
    assert sorted(one.language for one in one.transcripts) == ["en", "fr"]
    assert one.enclosure.length == sound.stat().st_size
    shown = show("episodes", "show", "small-hands/the-first-word", "--json").json
    assert [c["title"] for c in shown["chapters"]] == ["Hello", "Good-bye"]
    assert (shown["why_not"], shown["notes"]) == ("", "About *words*.")

    another = tmp_path / "better.mp3"
    another.write_bytes(mp3(5))
    guid = show("episodes", "sound", key, another, "--json").json["guid"]
    assert guid == added["guid"] == heard(show, "small-hands").episodes[0].guid
    show("episodes", "edit", key, "--title", "The second word", "--clean")
    assert heard(show, "small-hands").episodes[0].title == "The second word"
    assert show("episodes", "edit", key, "--title", "The second word").out == "Nothing is different.\n"
    assert show("episodes", "withdraw", key, "--json").json["state"] == "withdrawn"
    assert heard(show, "small-hands").episodes == ()
    assert "Withdraw" in show("episodes", "remove", key, ok=None).err
    trail = sqlite3.connect(os.environ["PUBLISHER_DATA_DIR"] + "/publisher.db").execute("SELECT about, what FROM trail").fetchall()  # fmt: skip
    assert [what for about, what in trail if about == f"episode:{key}"] == [
        "added “The first word” to small-hands", "published it", "gave it another sound, better.mp3", "edited it", "withdrew it",
    ]  # fmt: skip


def test_an_episode_appears_at_its_instant_by_the_timetable(show: Publisher, sound: Path) -> None:
    instant = "2026-12-01T09:00:00+03:00"
    added = show("episodes", "add", "small-hands", sound, "--publish-at", instant, "--now", AT, "--json").json
    assert (added["title"], added["state"], added["publish_at"]) == ("first word", "scheduled", "2026-12-01T06:00:00Z")
    show("tick", "--now", "2026-12-01T05:59:59+00:00")
    assert heard(show, "small-hands").episodes == ()
    show("tick", "--now", "2026-12-01T06:00:00+00:00")
    assert heard(show, "small-hands").episodes[0].published == datetime(2026, 12, 1, 6, tzinfo=UTC)
    other = show("episodes", "add", "small-hands", sound, "--title", "Other", "--now", AT, "--json").json["episode"]
    assert (
        show("episodes", "schedule", other, "--at", "2026-12-02T06:00", "--now", AT, "--json").json["state"]
        == "scheduled"
    )
    assert show("episodes", "unschedule", other, "--json").json["state"] == "draft"
    assert show("episodes", "remove", other, "--json").json["state"] == "removed"
    assert len(show("episodes", "list", "small-hands", "--json").json) == 1


def test_lists_have_key_title_and_state(show: Publisher, sound: Path) -> None:
    show("episodes", "add", "small-hands", sound, "--publish", "--now", AT)
    show("podcasts", "add", "petites-mains", "--title", "Petites mains", "--language", "fr", "--now", AT)
    for noun, key in (("podcasts", "show"), ("episodes", "episode")):
        rows = show(noun, "list", "--json").json
        assert all(row[key] and row["title"] and row["state"] for row in rows)
        assert show(noun, "list", "--limit", "0", "--json").json == []
        assert show(noun, "list").out.splitlines()[0].split("\t")[0] == key
    assert [(row["show"], row["episodes"]) for row in show("podcasts", "list", "--json").json] == [("small-hands", 1), ("petites-mains", 0)]  # fmt: skip
    assert show("episodes", "list", "petites-mains", "--json").json == []


def test_every_field_can_be_set_from_a_file(show: Publisher, write: Write) -> None:
    value = {"name": "podcast:value", "attributes": {"type": "lightning", "method": "keysend"}, "children": [
        {"name": "podcast:valueRecipient", "attributes": {"type": "node", "address": "02ab", "split": "100"}}]}  # fmt: skip
    said = write("more.json", json.dumps({"tags": [value], "places": [{"name": "Nairobi", "country": "KE"}]}))
    show("podcasts", "edit", "small-hands", "--set", said, "--explicit", "--list", "")
    channel = heard(show, "small-hands").show
    assert ([tag.name for tag in channel.tags], channel.places[0].country, channel.explicit) == (
        ["podcast:value"],
        "KE",
        True,
    )
    for text, sentence in (('{"colour": "red"}', "no such field"), ("[]", "one JSON object"), ("{", "not JSON"),
                           ('{"tags": [{"name": "x"}]}', "begins with"), ('{"title": 7}', "text")):  # fmt: skip
        refused = show("podcasts", "edit", "small-hands", "--set", write("bad.json", text), ok=None)
        assert (refused.code, refused.out) == (2, "")
        assert sentence in refused.err
    details = show("podcasts", "show", "small-hands", "--json").json
    assert (details["show"], details["tags"][0]["name"], details["not_emitted"]) == ("small-hands", "podcast:value", [])


def test_what_cannot_be_is_one_sentence_and_exit_code_two(show: Publisher, sound: Path, write: Write) -> None:
    video = write("talk.mp4", "not a film")
    for words in (
        ("podcasts", "add", "small-hands", "--title", "Again"),
        ("podcasts", "add", "other"),
        ("podcasts", "add", "Other Hands", "--title", "Other"),
        ("podcasts", "add", "other", "--title", "Other", "--category", "Cookery"),
        ("podcasts", "add", "other", "--title", "Other", "--artwork", "nowhere.png"),
        ("podcasts", "feed", "nobody"),
        ("podcasts", "feed", "small-hands", "--page", "7"),
        ("podcasts", "move", "small-hands"),
        ("podcasts", "private", "small-hands"),
        ("podcasts", "private", "small-hands", "alice@example.org"),
        ("podcasts", "import", "nowhere.xml"),
        ("podcasts", "import", str(video)),
        ("podcasts", "export", "nobody"),
        ("episodes", "add", "small-hands", "nowhere.mp3", "--title", "T"),
        ("episodes", "add", "small-hands", str(video), "--title", "T"),
        ("episodes", "add", "nobody", str(sound), "--title", "T"),
        ("episodes", "add", "small-hands", str(sound), "--publish", "--publish-at", "2027-01-01"),
        ("episodes", "add", "small-hands", str(sound), "--publish-at", "2020-01-01", "--now", AT),
        ("episodes", "add", "small-hands", str(sound), "--publish-at", "tomorrow"),
        ("episodes", "publish", "77"),
        ("episodes", "mend", "small-hands/none"),
    ):
        refused = show(*words, ok=None)
        assert (refused.code, refused.out) == (2, ""), words
        assert refused.err.strip().endswith("."), (words, refused.err)
        assert len(refused.err.strip().splitlines()) == 1, refused.err
    assert show("episodes", "list", "--json").json == []
    assert len(show("podcasts", "list", "--json").json) == 1


def test_a_feed_comes_in_by_file_and_by_address_and_answers_as_the_contract_says(
    publisher: Publisher, write: Write, web: Web
) -> None:
    items = [item(1, NOW), item(2, NOW, sound=None), item(3, NOW, more='<media:rating scheme="x">adult</media:rating>')]
    done = publisher("podcasts", "import", write("notes.xml", feed(items)), "--now", AT, "--json")
    assert done.json == {
        "show": "field-notes", "episodes": 3, "new": 3, "updated": 0, "lost_tags": ["media:rating"],
        "not_emitted": [{"guid": "note-2", "reason": "It has no sound."}], "problems": done.json["problems"],
    }  # fmt: skip
    assert list(done.json)[:6] == ["show", "episodes", "new", "updated", "lost_tags", "not_emitted"]
    url = web.serve("/notes", feed([*items, item(4, NOW)]))
    again = publisher("podcasts", "import", url, "--now", AT, "--json").json
    assert (again["show"], again["new"], again["updated"]) == ("field-notes", 1, 0)
    told = publisher("podcasts", "import", url, "--now", AT)
    assert told.out.splitlines()[0] == "field-notes: 4 episodes, 0 new, 0 updated."
    assert "Not in the feed: note-2: It has no sound." in told.out
    assert len(publisher("podcasts", "feed", "field-notes").out.split("<item>")) == 4
    assert publisher("podcasts", "import", web.url("/gone"), ok=None).code == 1


def test_sound_is_fetched_where_asked_and_failures_are_named(publisher: Publisher, write: Write, web: Web) -> None:
    url = web.serve("/1.mp3", mp3(3), "audio/mpeg")
    document = feed([item(1, NOW, sound=url), item(2, NOW, sound=web.url("/2.mp3"))])
    done = publisher("podcasts", "import", write("notes.xml", document), "--media", "--now", AT, "--json")
    assert (done.json["new"], done.json["files"]) == (2, 1)
    assert [(one["what"], one["url"]) for one in done.json["failed"]] == [("sound", web.url("/2.mp3"))]
    assert "Note 1: sound: is here" in done.err
    web.serve("/2.mp3", mp3(4), "audio/mpeg")
    assert publisher("podcasts", "take", "field-notes", "--json").json == {
        "show": "field-notes",
        "files": 1,
        "failed": [],
    }
    assert {one.enclosure.url.split("/")[2] for one in heard(publisher, "field-notes").episodes} == {"hub.example.org"}


def test_an_archive_goes_out_and_comes_back(show: Publisher, sound: Path, tmp_path: Path) -> None:
    show("episodes", "add", "small-hands", sound, "--title", "The first word", "--publish", "--now", AT)
    file = tmp_path / "show.zip"
    done = show("podcasts", "export", "small-hands", file, "--json").json
    assert done == {"show": "small-hands", "file": str(file), "episodes": 1, "files": 1, "missing": []}
    assert file.stat().st_mode & 0o077 == 0
    assert "feed.xml" in zipfile.ZipFile(file).namelist()
    assert show("podcasts", "import", file, "--json").json["new"] == 0
    back = show("podcasts", "import", file, "--slug", "copy", "--json").json
    assert (back["show"], back["new"], back["not_emitted"]) == ("copy", 1, [])
    assert [one.title for one in heard(show, "copy").episodes] == ["The first word"]
    assert show("podcasts", "export", "small-hands", tmp_path / "no" / "show.zip", ok=None).code == 2


def test_a_show_moves_is_archived_and_stands_in_the_list_of_shows(show: Publisher, tmp_path: Path) -> None:
    cover = tmp_path / "cover.png"
    cover.write_bytes(png(1400, 1400))
    show("podcasts", "art", "small-hands", cover)
    assert heard(show, "small-hands").show.image.startswith("https://hub.example.org/media/")
    cover.write_bytes(png(900, 900))
    assert show("podcasts", "art", "small-hands", cover, ok=None).code == 2
    url = "https://elsewhere.example/feed.xml"
    assert show("podcasts", "move", "small-hands", url, "--json").json["moved_to"] == url
    assert heard(show, "small-hands").show.new_feed_url == url
    assert show("podcasts", "move", "small-hands", "--back", "--json").json["moved_to"] is None
    outlines = etree.fromstring(show("podcasts", "opml").out.encode()).findall("body/outline")
    assert [one.get("text") for one in outlines] == ["Small Hands"]
    assert show("podcasts", "archive", "small-hands", "--json").json["state"] == "archived"
    assert etree.fromstring(show("podcasts", "opml").out.encode()).findall("body/outline") == []
    assert show("podcasts", "archive", "small-hands", "--back", "--json").json["state"] == "active"


def test_a_member_gets_a_feed_of_their_own(publisher: Publisher, sound: Path, write: Write) -> None:
    publisher("lists", "add", "members", "--name", "Members", "--kind", "cohort")
    publisher(
        "subscribers", "import", write("r.csv", "email\nalice@example.org\n"), "--list", "members", "--consent", "asked"
    )
    publisher("podcasts", "add", "inside", "--title", "Inside", "--list", "members")
    publisher("episodes", "add", "inside", sound, "--title", "Among us", "--publish")
    given = publisher("podcasts", "private", "inside", "alice@example.org", "--json").json
    assert given["feed"].startswith("https://hub.example.org/podcasts/inside/private/")
    rows = publisher("podcasts", "private", "inside", "--list", "--json").json
    assert [(row["email"], row["feed"]) for row in rows] == [("alice@example.org", given["feed"])]
    assert publisher("podcasts", "private", "inside", "--revoke", "alice@example.org", "--json").json["revoked"] == 1
    assert publisher("podcasts", "private", "inside", "--list", "--json").json == []
    assert publisher("podcasts", "private", "inside", "bob@example.org", ok=None).code == 2
    assert etree.fromstring(publisher("podcasts", "opml").out.encode()).findall("body/outline") == []


def test_a_sound_gets_a_version_for_slow_lines(show: Publisher, sound: Path) -> None:
    key = show("episodes", "add", "small-hands", sound, "--title", "T", "--publish", "--now", AT, "--json").json[
        "episode"
    ]
    if not shutil.which("ffmpeg"):
        assert "ffmpeg" in show("episodes", "mend", key, "--slow", ok=None).err
        cannot_run("ffmpeg is not installed here: sound is not mended")
    assert "Say what to do" in show("episodes", "mend", key, ok=None).err
    silent = show("episodes", "mend", key, "--loudness", ok=None)
    assert (silent.code, silent.out) == (2, "")
    assert "nothing to be heard" in silent.err
    show("episodes", "mend", key, "--slow", "--now", AT)
    (one,) = heard(show, "small-hands").episodes
    (slow,) = [tag for tag in one.tags if tag.name == "podcast:alternateEnclosure"]
    assert (slow.get("type"), slow.get("title")) == ("audio/mpeg", "64 kbit/s")
    assert slow.children[0].get("uri") != one.enclosure.url


def test_a_folder_becomes_drafts_and_what_is_no_sound_is_named(show: Publisher, tmp_path: Path) -> None:
    folder = tmp_path / "season"
    folder.mkdir()
    for n in (1, 2):
        (folder / f"part_{n}.mp3").write_bytes(mp3(n + 1))
    (folder / "notes.txt").write_text("not a sound")
    done = show("episodes", "add", "small-hands", folder, "--json", ok=None)
    assert done.code == 1
    assert [(row["title"], row["state"]) for row in done.json["episodes"]] == [("part 1", "draft"), ("part 2", "draft")]
    assert [row["file"] for row in done.json["refused"]] == ["notes.txt"]


def test_killed_in_the_middle_an_import_goes_on(publisher: Publisher, write: Write, environment: Path) -> None:
    """A real process, killed for good as soon as the first part is in the database."""
    file = write("notes.xml", feed([item(n, NOW) for n in range(1, 1201)]))
    command = [sys.executable, "-m", "publisher", "podcasts", "import", str(file), "--no-shelf"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    database = sqlite3.connect(environment / "publisher.db")
    deadline = time.monotonic() + 60
    while not database.execute("SELECT count(*) FROM episode").fetchone()[0] and time.monotonic() < deadline:
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = database.execute("SELECT count(*) FROM episode").fetchone()[0]
    assert 0 < before < 1200
    assert database.execute("SELECT state FROM show_import").fetchall() == [("running",)]
    done = publisher("podcasts", "import", file, "--json").json
    assert (done["new"], done["episodes"]) == (1200 - before, 1200)
    assert database.execute("SELECT count(*), count(DISTINCT guid) FROM episode").fetchone() == (1200, 1200)
