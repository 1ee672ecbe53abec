"""Checking a feed by its address, against a server on this machine that keeps every rule, and one that breaks one at a time."""

import io
import json
import re
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from feeds.podcast.checks import answers
from publisher.cli import run
from publisher.database import Database
from publisher.errors import BadInput, FetchError
from publisher.house import House
from publisher.podcasts import checking
from publisher.podcasts.checking import check_file, check_url
from publisher.settings import Settings
from publisher.templating import Templates
from publisher.tokens import Tokens

RICH = (Path(__file__).parents[1] / "feeds" / "podcast" / "good" / "rich.xml").read_text(encoding="utf-8")
SHOW = "/podcasts/first-steps"
FEED, SOUND = f"{SHOW}/feed.xml", f"{SHOW}/audio/3-0a1b2c3d4e5f.mp3"
VTT, CHAPTERS = f"{SHOW}/sleep/transcript.en.vtt", f"{SHOW}/sleep/chapters.json"
STREAM = '<podcast:alternateEnclosure type="application/x-mpegURL"><podcast:source uri="{0}/hls.m3u8"/></podcast:alternateEnclosure>'


class Server:
    """Serves `files` (type, bytes) as a good server does; `without` and `instead` are what it does badly."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[str, bytes]] = {}
        self.without: set[str] = set()
        self.instead: dict[str, dict[str, str]] = {}
        self.moved: dict[str, str] = {}
        self.silent: set[str] = set()
        self.sent: dict[str, int] = {}
        self.closing = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer(self)

            do_HEAD = do_GET

            def log_message(self, *_: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.host = f"127.0.0.1:{self._http.server_address[1]}"
        self.base = f"http://{self.host}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    def answer(self, asked: BaseHTTPRequestHandler) -> None:
        path = asked.path
        if path in self.silent:
            self.closing.wait(20)
        if path in self.moved:
            return self._say(asked, 302, {"Location": self.moved[path], "Content-Length": "0"}, b"")
        found = self.files.get(path.partition("?")[0])
        if found is None or (asked.command == "HEAD" and f"HEAD {path}" in self.without):
            return self._say(asked, 404 if found is None else 405, {"Content-Length": "0"}, b"")
        kind, data = found
        headers = {"Content-Type": kind, "ETag": '"1"', "Last-Modified": "Mon, 16 Nov 2026 06:00:00 GMT"}
        headers |= {"Access-Control-Allow-Origin": "*", "Accept-Ranges": "bytes"}
        if path == FEED:
            headers["Link"] = f'<https://websub.example.net/>; rel="hub", <{self.base}{FEED}>; rel=self'
        headers |= self.instead.get(path, {})
        status, part = self._part(asked, path, data, headers)
        if status == 206:
            headers |= self.instead.get(f"206 {path}", {})
        named = {name: value for name, value in headers.items() if f"{name} {path}" not in self.without}
        return self._say(asked, status, {"Content-Length": str(len(part)), **named}, part)

    def _part(
        self, asked: BaseHTTPRequestHandler, path: str, data: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        conditions = (
            asked.headers["If-None-Match"] == '"1"',
            asked.headers["If-Modified-Since"] == headers["Last-Modified"],
        )
        if any(conditions) and f"304 {path}" not in self.without:
            return 304, b""
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", asked.headers.get("Range", ""))
        if wanted is None or f"206 {path}" in self.without:
            return 200, data
        if not wanted[1] and f"suffix {path}" in self.without:
            return 200, data
        start = int(wanted[1]) if wanted[1] else max(len(data) - int(wanted[2]), 0)
        end = min(int(wanted[2]) if wanted[1] and wanted[2] else len(data) - 1, len(data) - 1)
        if start >= len(data):
            if f"416 {path}" in self.without:
                return 200, data
            headers["Content-Range"] = f"bytes */{len(data)}"
            return 416, b""
        headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
        return 206, data[start : end + 1]

    def _say(self, asked: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes) -> None:
        asked.send_response(status)
        for name, value in headers.items():
            asked.send_header(name, value)
        asked.end_headers()
        if asked.command != "HEAD" and status != 304:
            self.sent[asked.path] = self.sent.get(asked.path, 0) + len(body)
            asked.wfile.write(body)


def picture(size: tuple[int, int] = (1400, 1400), mode: str = "RGB", kind: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **options)
    return out.getvalue()


CHAPTERS_JSON = {
    "version": "1.2.0",
    "chapters": [{"startTime": 0, "title": "Light"}, {"startTime": 60.5, "title": "Deep"}],
}
CUES = (
    b"WEBVTT\n\n00:00.000 --> 00:02.000\n<v Amina>Good evening.\n\n00:02.000 --> 00:04.000\n<v Njeri>And good night.\n"
)


@pytest.fixture(scope="module")
def cover() -> bytes:
    return picture()


@pytest.fixture
def server(cover: bytes) -> Iterator[Server]:
    it = Server()
    text = RICH.replace("https://hub.example.org", it.base).replace(
        "      <media:thumbnail", STREAM.format(it.base) + "<media:thumbnail"
    )
    for length, size in (("9600000", "3000"), ("7200000", "2000"), ("480000", "1000")):
        text = text.replace(f'length="{length}"', f'length="{size}"')
    it.files = {
        FEED: ("application/rss+xml; charset=utf-8", text.encode()),
        "/media/first-steps.png": ("image/png", cover),
        SOUND: ("audio/mpeg", b"ID3" + bytes(2997)),
        f"{SHOW}/audio/2-aa1b2c3d4e5f.m4a": ("audio/x-m4a", bytes(2000)),
        f"{SHOW}/audio/1.mp3": ("audio/mpeg", bytes(1000)),
        VTT: ("text/vtt; charset=utf-8", CUES),
        f"{SHOW}/sleep/transcript.en.txt": ("text/plain", b"Good evening. And good night."),
        CHAPTERS: ("application/json+chapters", json.dumps(CHAPTERS_JSON).encode()),
        "/hls.m3u8": ("application/x-mpegURL", b"#EXTM3U\n"),
    }
    yield it
    it.close()


@pytest.fixture
def house(server: Server, tmp_path: Path) -> Iterator[House]:
    """A house that may reach this one server on this machine."""
    settings = Settings(
        data_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'x.db'}", public_url="https://hub.example.org",
        secret_key="a secret for tests only", private_hosts=frozenset({server.host}),
    )  # fmt: skip
    house = House(
        settings, Database(settings.database_url), Tokens(settings.secret_key), Templates(settings.owner_templates)
    )
    yield house
    house.close()


def broken(house: House, server: Server, now: datetime) -> set[tuple[str, str]]:
    """Rule and level of all findings but that the server is this machine."""
    report = check_url(house, server.base + FEED, now=now)
    return {(one.rule, one.level) for one in report.findings} - {("urls.reachable", "should")}


def test_a_server_that_keeps_every_rule_is_praised_by_silence(house: House, server: Server, now: datetime) -> None:
    report = check_url(house, server.base + FEED, now=now)
    assert [(one.rule, one.level) for one in report.findings] == [("urls.reachable", "should")]
    assert report.not_checked == ()
    assert report.ok


def test_no_more_of_a_sound_is_taken_than_its_ends(house: House, server: Server, now: datetime) -> None:
    broken(house, server, now)
    assert {path: octets for path, octets in server.sent.items() if "/audio/" in path} == {
        SOUND: 4, f"{SHOW}/audio/2-aa1b2c3d4e5f.m4a?from=feed": 4, f"{SHOW}/audio/1.mp3": 4
    }  # fmt: skip


@pytest.mark.parametrize(
    ("without", "rule", "level"),
    [
        (f"HEAD {SOUND}", "media.head", "must"),
        (f"206 {SOUND}", "media.ranges", "must"),
        (f"suffix {SOUND}", "media.ranges", "must"),
        (f"416 {SOUND}", "media.ranges", "must"),
        (f"Content-Range {SOUND}", "media.ranges", "must"),
        ("HEAD /media/first-steps.png", "image.head", "must"),
        (f"ETag {FEED}", "feed.validators", "should"),
        (f"Last-Modified {FEED}", "feed.validators", "should"),
        (f"304 {FEED}", "feed.not-modified", "should"),
        (f"Access-Control-Allow-Origin {FEED}", "feed.cors", "should"),
        (f"Access-Control-Allow-Origin {VTT}", "transcript.cors", "should"),
        (f"Access-Control-Allow-Origin {CHAPTERS}", "chapters.cors", "should"),
        ("Access-Control-Allow-Origin /hls.m3u8", "apple.hls", "should"),
        (f"Link {FEED}", "websub.headers", "must"),
        (f"Content-Type {FEED}", "feed.type", "must"),
        (f"Content-Type {SOUND}", "media.type", "must"),
    ],
)
def test_what_a_server_leaves_out_is_found(
    house: House, server: Server, now: datetime, without: str, rule: str, level: str
) -> None:
    server.without.add(without)
    assert broken(house, server, now) == {(rule, level)}


@pytest.mark.parametrize(
    ("path", "header", "value", "rule", "level"),
    [
        (FEED, "Content-Type", "text/html", "feed.type", "must"),
        (FEED, "Content-Type", "text/xml", "feed.type", "should"),
        (FEED, "Content-Type", "application/rss+xml; charset=iso-8859-1", "feed.type", "must"),
        (FEED, "Link", '<https://websub.example.net/>; rel="hub"', "websub.headers", "must"),
        (FEED, "Link", '<https://other.example.net/>; rel="hub", </x>; rel="self"', "websub.headers", "must"),
        (
            FEED,
            "Link",
            '<https://websub.example.net/>; rel="hub", </x>; rel="self", </y>; rel="self"',
            "websub.headers",
            "must",
        ),
        (SOUND, "Content-Type", "application/octet-stream", "media.type", "must"),
        (SOUND, "Content-Type", "audio/x-m4a", "media.type", "must"),
        (f"206 {SOUND}", "Content-Type", "text/plain", "media.type", "must"),
        (f"206 {SOUND}", "Content-Range", "bytes 0-1/*", "media.ranges", "must"),
        (VTT, "Content-Type", "text/plain", "transcript.file", "should"),
        (CHAPTERS, "Content-Type", "application/json", "chapters.file", "must"),
        ("/media/first-steps.png", "Content-Type", "image/jpeg", "image.type", "must"),
    ],
)
def test_what_a_server_says_wrongly_is_found(
    house: House, server: Server, now: datetime, path: str, header: str, value: str, rule: str, level: str
) -> None:
    server.instead[path] = {header: value}
    assert broken(house, server, now) == {(rule, level)}


@pytest.mark.parametrize(
    ("path", "data", "rules"),
    [
        (SOUND, bytes(2999), {("media.length", "must")}),
        ("/media/first-steps.png", picture((1399, 1399)), {("image.pixels", "must")}),
        ("/media/first-steps.png", picture((3001, 3001)), {("image.pixels", "must")}),
        ("/media/first-steps.png", picture((1400, 1500)), {("image.pixels", "must")}),
        ("/media/first-steps.png", picture(mode="L"), {("image.colour", "must")}),
        ("/media/first-steps.png", picture(mode="RGBA"), {("image.colour", "should")}),
        ("/media/first-steps.png", picture(dpi=(300, 300)), {("image.resolution", "must")}),
        ("/media/first-steps.png", picture(dpi=(72, 72)), set()),
        ("/media/first-steps.png", picture(kind="JPEG"), {("image.type", "must")}),
        ("/media/first-steps.png", picture(kind="JPEG", mode="CMYK"), {("image.type", "must"), ("image.colour", "must")}),
        ("/media/first-steps.png", picture(kind="GIF", mode="P"), {("image.type", "must"), ("image.colour", "should")}),
        ("/media/first-steps.png", b"<svg/>", {("image.type", "must")}),
        (VTT, b"00:00.000 --> 00:02.000\nNo first line", {("transcript.file", "must")}),
        (VTT, b"", {("transcript.file", "must")}),
        (VTT, b"WEBVTT\n\n00:00.000 --> 00:05.000\nOne\n\n00:02.000 --> 00:04.000\nTwo\n", {("transcript.file", "should")}),
        (VTT, b"WEBVTT\n\n00:00.000 --> 00:05.000\n" + b"word " * 20, {("transcript.file", "should")}),
        (VTT, b"WEBVTT\n\n11:00.000 --> 11:05.000\nAfter the end", {("transcript.file", "should")}),
        (CHAPTERS, b"{", {("chapters.file", "must")}),
        (CHAPTERS, b"[]", {("chapters.file", "must")}),
        (CHAPTERS, b'{"chapters": []}', {("chapters.file", "must")}),
        (CHAPTERS, b'{"version": 1.2, "chapters": []}', {("chapters.file", "must")}),
        (CHAPTERS, b'{"version": "1.2.0", "chapters": [{"startTime": 9, "title": "a"}, {"startTime": 3, "title": "b"}]}', {("chapters.file", "must")}),
        (CHAPTERS, b'{"version": "1.2.0", "chapters": [{"startTime": "0:00", "title": "a"}]}', {("chapters.file", "must")}),
        (CHAPTERS, b'{"version": "1.2.0", "chapters": [{"title": "a"}]}', {("chapters.file", "must")}),
        (CHAPTERS, b'{"version": "1.2.0", "chapters": [{"startTime": 0, "title": "a", "location": {"name": "x"}}]}', {("chapters.file", "must"), ("chapters.file", "should")}),
        (CHAPTERS, b'{"version": "1.2.0", "chapters": [{"startTime": 700, "title": "after the end"}]}', {("chapters.file", "should")}),
    ],
)  # fmt: skip
def test_what_is_in_the_files_is_judged(
    house: House, server: Server, now: datetime, path: str, data: bytes, rules: set[tuple[str, str]]
) -> None:
    server.files[path] = (server.files[path][0], data)
    if data.startswith(b"\xff\xd8"):
        server.files[path] = ("image/jpeg", data)
    if data.startswith(b"GIF"):
        server.files[path] = ("image/gif", data)
    assert broken(house, server, now) == rules


@pytest.mark.parametrize(
    ("path", "rules"),
    [
        (SOUND, {"media.head", "media.ranges"}),
        ("/media/first-steps.png", {"image.head", "image.type"}),
        (VTT, {"transcript.file"}),
        (CHAPTERS, {"chapters.file"}),
        ("/hls.m3u8", {"apple.hls"}),
    ],
)
def test_a_file_that_is_not_there_is_found(
    house: House, server: Server, now: datetime, path: str, rules: set[str]
) -> None:
    del server.files[path]
    assert {rule for rule, _ in broken(house, server, now)} == rules


def test_a_sound_may_stand_behind_an_address_that_counts(house: House, server: Server, now: datetime) -> None:
    kind, data = server.files[FEED]
    server.files[FEED] = (kind, data.replace(SOUND.encode(), b"/count/3.mp3"))
    server.moved["/count/3.mp3"] = SOUND
    assert broken(house, server, now) == set()


def test_the_address_a_feed_gives_itself_is_looked_at(house: House, server: Server, now: datetime) -> None:
    kind, data = server.files[FEED]
    server.files["/copy.xml"] = (kind, data)
    server.instead["/copy.xml"] = {
        "Link": f'<https://websub.example.net/>; rel="hub", <{server.base}{FEED}>; rel="self"'
    }
    found = {(one.rule, one.level) for one in check_url(house, server.base + "/copy.xml", now=now).findings}
    assert found == {("urls.reachable", "should"), ("channel.self", "should")}
    server.files[FEED] = ("text/html", b"<html>moved</html>")
    assert ("channel.self-answers", "must") in {
        (o.rule, o.level) for o in check_url(house, server.base + "/copy.xml", now=now).findings
    }
    del server.files[FEED]
    assert ("channel.self-answers", "must") in {
        (o.rule, o.level) for o in check_url(house, server.base + "/copy.xml", now=now).findings
    }


def test_private_addresses_in_a_feed_are_not_asked(house: House, server: Server, now: datetime) -> None:
    inside = Server()
    inside.files[SOUND] = ("audio/mpeg", bytes(3000))
    kind, data = server.files[FEED]
    server.files[FEED] = (kind, data.replace((server.base + SOUND).encode(), (inside.base + SOUND).encode()))
    report = check_url(house, server.base + FEED, now=now)
    inside.close()
    assert inside.sent == {}
    assert any(one.rule == "media.ranges" and "not on the public internet" in one.message for one in report.findings)


def test_only_the_newest_episodes_are_asked_after(house: House, server: Server, now: datetime) -> None:
    report = check_url(house, server.base + FEED, now=now, newest=1)
    partly = {one.rule: one.why for one in report.not_checked}
    assert set(partly) == {
        "media.head", "media.ranges", "media.type", "media.length", "transcript.file", "transcript.cors", "chapters.file",
        "chapters.cors", "apple.hls",
    }  # fmt: skip
    assert set(partly.values()) == {"Only the newest 1 of 3 episodes were asked after."}
    assert f"{SHOW}/audio/1.mp3" not in server.sent


def test_what_takes_too_long_is_left_and_named(
    house: House, server: Server, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "SECONDS", 1.0)
    server.silent.add(SOUND)
    report = check_url(house, server.base + FEED, now=now)
    late = {one.rule for one in report.not_checked if one.why == checking.TOO_LATE}
    assert late == {
        "media.head", "media.ranges", "media.type", "media.length", "transcript.file", "transcript.cors", "chapters.file",
        "chapters.cors", "apple.hls",
    }  # fmt: skip
    assert not any(one.rule.startswith("media.") for one in report.findings)


def test_where_there_is_no_feed_it_is_said_in_a_sentence(house: House, server: Server, now: datetime) -> None:
    with pytest.raises(FetchError, match="404: there is nothing at this address"):
        check_url(house, server.base + "/nothing", now=now)
    with pytest.raises(FetchError, match="not on the public internet"):
        check_url(house, "http://127.0.0.1:1024/feed.xml", now=now)
    server.files["/page"] = ("text/html", b"<html></html>")
    with pytest.raises(BadInput, match="not a podcast feed"):
        check_url(house, server.base + "/page", now=now)
    with pytest.raises(BadInput, match="not a podcast feed"):
        check_file(b"hello", now=now)


def test_link_headers_are_read_as_servers_write_them() -> None:
    header = (
        '<https://a.example/,x>; rel="self"; title="a, b; rel=hub", <https://h.example/>;rel=hub , <n>; REL="next HUB"'
    )
    assert list(answers.links_in(header)) == [
        ("self", "https://a.example/,x"), ("hub", "https://h.example/"), ("next", "n"), ("hub", "n")
    ]  # fmt: skip
    assert list(answers.links_in("")) == []
    assert list(answers.links_in("<" * 30_000)) == []


# ---- the command


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.setenv("PUBLISHER_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("PUBLISHER_PUBLIC_URL", "https://hub.example.org")
    monkeypatch.setenv("PUBLISHER_PRIVATE_HOSTS", "127.0.0.1")
    monkeypatch.delenv("PUBLISHER_DATABASE_URL", raising=False)

    def publisher(*words: object) -> tuple[int, str, str]:
        capfd.readouterr()
        return run([str(word) for word in words]), *capfd.readouterr()

    return publisher


def test_the_command_judges_a_file(command: Any, tmp_path: Path) -> None:
    (tmp_path / "good.xml").write_text(RICH, encoding="utf-8")
    code, out, _ = command("check", "feed", tmp_path / "good.xml", "--json", "--now", "2026-11-23T06:00:00Z")
    said = json.loads(out)
    assert (code, said["ok"], said["findings"]) == (0, True, [])
    assert {"rule": "media.ranges", "why": "A document does not show this: check the feed by its address."} in said[
        "not_checked"
    ]
    (tmp_path / "bad.xml").write_text(RICH.replace(">en-ke<", ">English<"), encoding="utf-8")
    code, out, _ = command("check", "feed", tmp_path / "bad.xml", "--json", "--now", "2026-11-23T06:00:00Z")
    assert (code, json.loads(out)["ok"], json.loads(out)["findings"][0]["rule"]) == (1, False, "channel.language")
    code, out, _ = command("check", "feed", tmp_path / "bad.xml", "--now", "2026-11-23T06:00:00Z")
    assert code == 1
    assert "channel.language" in out


def test_the_command_says_in_one_sentence_that_there_is_no_feed(command: Any, tmp_path: Path, server: Server) -> None:
    (tmp_path / "page.html").write_text("<html></html>", encoding="utf-8")
    for source in (tmp_path / "page.html", tmp_path / "none.xml", server.base + "/nothing", "http://10.0.0.1/feed.xml"):
        code, out, err = command("check", "feed", source, "--json")
        assert (code, out, err.count("\n")) == (2, "", 1), source


def test_the_command_judges_an_address_before_there_is_a_hub(command: Any, server: Server) -> None:
    code, out, _ = command("check", "feed", server.base + FEED, "--json", "--now", "2026-11-23T06:00:00Z")
    said = json.loads(out)
    assert (code, said["ok"], [one["rule"] for one in said["findings"]]) == (0, True, ["urls.reachable"])
    assert said["not_checked"] == []
