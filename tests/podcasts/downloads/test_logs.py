"""Logs of web servers: each form, nothing twice, broken lines named, and the least that can have been sent."""

import gzip
import json
import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from podcasts.downloads.counting_stage import APP, HOME, MONDAY, Asked, Stage, part, whole
from sqlmodel import func, select

from publisher.errors import BadInput
from publisher.podcasts.downloads import log_lines, logs
from publisher.podcasts.downloads.log_lines import FORMATS, Line
from publisher.podcasts.downloads.log_reading import sent_of
from publisher.podcasts.downloads.models import DownloadRequest, LogImport
from publisher.podcasts.models import Episode, Show

SIX = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
PATH = "/podcasts/show1/audio/1-000000000000.mp3"


def combined(one: Asked, path: str, tail: str = "") -> str:
    """The request in Apache's and nginx's combined form, which does not tell the range."""
    octets = sum(last - first + 1 for first, last in one.sent)
    return (
        f"{one.ip} - - [{one.when:%d/%b/%Y:%H:%M:%S} +0000] "
        f'"{one.method} {path} HTTP/1.1" {one.status} {octets} "-" "{one.agent or "-"}"{tail}'
    )


def write(path: Path, lines: Iterable[str]) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture
def on_air(stage: Stage) -> tuple[Show, list[Episode]]:
    return stage.show(2)


def path_of(stage: Stage, on_air: tuple[Show, list[Episode]], episode: int = 0, file: str = "main") -> str:
    return stage.path(on_air[0], on_air[1][episode], whole(file=file))


def listeners(number: int, path: str) -> list[str]:
    """So many people, a second apart, each with the whole sound."""
    return [combined(whole(at=6 + n / 3600, ip=f"198.51.{n // 250}.{n % 250}"), path) for n in range(number)]


@pytest.mark.parametrize(
    ("form", "text", "line"),
    [
        (
            "combined",
            f'{HOME} - - [23/Nov/2026:09:00:00 +0300] "GET {PATH} HTTP/1.1" 200 2000000 "https://a.example/p?q" "{APP}"',
            Line(SIX, HOME, "GET", PATH, 200, 2_000_000, "https://a.example/p?q", APP),
        ),
        (  # Apache, with the host in front, a user, no bytes, and a quote in the User-Agent
            "combined",
            f'cdn.example.org:443 2001:db8::1 - jo smith [23/Nov/2026:06:00:00 +0000] "HEAD {PATH} HTTP/2.0" 304 - "-" '
            r'"A \"B\" C"',
            Line(SIX, "2001:db8::1", "HEAD", PATH, 304, 0, "-", 'A "B" C'),
        ),
        (  # nginx, where it was told to log the range; its own way to escape
            "combined",
            f'{HOME} - - [23/Nov/2026:06:00:00 +0000] "GET {PATH} HTTP/1.1" 206 2 "-" "A \\x22B\\x22" 0.004 "bytes=0-1"',
            Line(SIX, HOME, "GET", PATH, 206, 2, "-", 'A "B"', "bytes=0-1"),
        ),
        (
            "combined",
            f'{HOME} - - [23/Nov/2026:06:00:00 +0000] "GET {PATH} HTTP/1.1" 206 9 "-" "A" "bytes 5-13/2000000"',
            Line(SIX, HOME, "GET", PATH, 206, 9, "-", "A", "", "bytes 5-13/2000000"),
        ),
        (  # somebody spoke no HTTP: a line all the same
            "combined",
            f'{HOME} - - [23/Nov/2026:06:00:00 +0000] "\\x16\\x03\\x01" 400 150 "-" "-"',
            Line(SIX, HOME, "", "", 400, 150, "-", "-"),
        ),
        (
            "caddy",
            json.dumps({"level": "info", "ts": SIX.timestamp() + 0.25, "request": {
                "remote_ip": "10.0.0.1", "client_ip": HOME, "method": "GET", "uri": PATH, "headers": {
                    "User-Agent": [APP], "Range": ["bytes=5-"], "Referer": ["https://a.example/"]}},
                "size": 9, "status": 206, "resp_headers": {"Content-Range": ["bytes 5-13/2000000"]}}),
            Line(SIX + timedelta(milliseconds=250), HOME, "GET", PATH, 206, 9, "https://a.example/", APP, "bytes=5-",
                 "bytes 5-13/2000000"),
        ),
        (  # an older Caddy, and times as text
            "caddy",
            json.dumps({"ts": "2026-11-23T09:00:00.000+0300", "request": {
                "remote_addr": "[2001:db8::1]:4711", "method": "GET", "uri": PATH}, "size": 7, "status": 200}),
            Line(SIX, "[2001:db8::1]", "GET", PATH, 200, 7, "", ""),
        ),
        (
            "s3",
            f"79a5 media-bucket [23/Nov/2026:06:00:00 +0000] {HOME} - 3E57427F3EXAMPLE REST.GET.OBJECT podcasts/show1/audio/x "
            f'"GET {PATH} HTTP/1.1" 206 - 65536 2000000 70 10 "https://a.example/" "{APP}" - s9lz ECDHE TLSv1.2 - -',
            Line(SIX, HOME, "GET", PATH, 206, 65_536, "https://a.example/", APP),
        ),
        (
            "s3",
            f"79a5 media-bucket [23/Nov/2026:06:00:00 +0000] {HOME} arn:aws:iam::1:user/jo 3E57 REST.HEAD.OBJECT key "
            f'"HEAD {PATH} HTTP/1.1" 200 - - 2000000 7 - - "-" -',
            Line(SIX, HOME, "HEAD", PATH, 200, 0, "", "-"),
        ),
    ],
)  # fmt: skip
def test_lines_of_each_form(form: str, text: str, line: Line) -> None:
    assert FORMATS[form](text) == line
    assert log_lines.recognise([text]) == form


@pytest.mark.parametrize(
    "text",
    [
        "", "nonsense", '1.2.3.4 - - [23/Nov/2026:06:00:00 +0000] "GET / HTTP/1.1" 200 5', "{}", "[]", "{", '{"ts": 1e400}',
        '1.2.3.4 - - [31/Feb/2026:06:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "-"',
        '1.2.3.4 - - [23/Foo/2026:06:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "-"', '{"request": []}', "[" * 50_000,
    ],
)  # fmt: skip
def test_what_is_no_line_is_refused(text: str) -> None:
    for parse in FORMATS.values():
        with pytest.raises(ValueError):
            parse(text)
    assert log_lines.recognise([text]) is None


@given(st.text(max_size=200), st.sampled_from(sorted(FORMATS)))
def test_no_line_ends_in_another_error(text: str, form: str) -> None:
    try:
        FORMATS[form](text)
    except ValueError as problem:
        assert str(problem)  # noqa: PT017


def _line(status: int, octets: int, asked: str = "", answered: str = "", method: str = "GET") -> Line:
    return Line(SIX, HOME, method, PATH, status, octets, "", APP, asked, answered)


@pytest.mark.parametrize(
    ("line", "spans", "why"),
    [
        (_line(200, 1000), ((0, 999),), "an answer of 200 begins at the beginning"),
        (_line(200, 5000), ((0, 1999),), "more than the file has is its headers"),
        (_line(206, 500), ((0, 499),), "a place that is not told is taken to be the first bytes"),
        (_line(206, 500, "bytes=100-"), ((100, 599),), "open, and cut off after 500"),
        (_line(206, 500, "bytes=100-199"), ((100, 199),), "never more than was asked"),
        (_line(206, 500, "bytes=-300"), ((1700, 1999),), "the last 300"),
        (_line(206, 500, "bytes=0-299,1000-1999"), ((0, 299), (1000, 1199)), "filled in their order"),
        (
            _line(206, 500, "bytes=0-1999", "bytes 50-1999/2000"),
            ((50, 549),),
            "what was answered goes before what was asked",
        ),
        (_line(206, 500, "bytes=5000-"), (), "beyond the end of the file"),
        (_line(206, 500, "bytes=x-y"), (), "a range that says nothing"),
        (_line(304, 500), (), "no sound in it"),
        (_line(200, 500, method="HEAD"), (), "nor here"),
        (_line(200, 0), (), "gone before the first byte"),
    ],
)
def test_what_a_line_tells_of_what_was_sent(line: Line, spans: tuple[tuple[int, int], ...], why: str) -> None:
    assert sent_of(line, 2000) == spans, why


def test_a_log_is_read_once_however_often(stage: Stage, on_air: tuple[Show, list[Episode]], tmp_path: Path) -> None:
    path = path_of(stage, on_air)
    lines = [*listeners(30, path), combined(whole(), "/podcasts/show1"), "what is this?", *listeners(1, path)]
    log = write(tmp_path / "access.log", lines)
    done = logs.import_log(stage.house, log, now=MONDAY)
    assert (done.format, done.lines, done.requests, done.known) == ("combined", 33, 31, 0)
    assert (done.skipped, done.bad_lines) == (1, 1)
    assert done.bad == [{"line": 32, "reason": "not a line of the combined format"}]
    assert stage.downloads(on_air[0]) == (
        30,
        30,
    )  # the last line is the first again: another request, the same download
    squeezed = tmp_path / "access.log.1.gz"
    squeezed.write_bytes(gzip.compress(log.read_bytes()))
    again = logs.import_log(stage.house, squeezed, now=MONDAY)
    assert (again.requests, again.known, again.skipped, again.bad_lines) == (0, 31, 1, 1)
    assert stage.downloads(on_air[0]) == (30, 30)
    with stage.house.database.reading() as session:
        assert session.exec(select(func.count()).select_from(DownloadRequest)).one() == 31
        assert [one.name for one in session.exec(select(LogImport))] == ["access.log", "access.log.1.gz"]


@pytest.mark.parametrize("newest_first", [False, True])
def test_rotated_files_that_overlap_add_nothing(
    stage: Stage, on_air: tuple[Show, list[Episode]], tmp_path: Path, newest_first: bool
) -> None:
    lines = listeners(100, path_of(stage, on_air))
    files = [write(tmp_path / "access.log.1", lines[:60]), write(tmp_path / "access.log", lines[40:])]
    if newest_first:
        files.reverse()
    done = [logs.import_log(stage.house, file, now=MONDAY) for file in files]
    assert sum(one.requests for one in done) == 100
    assert sum(one.known for one in done) == 20
    assert stage.downloads(on_air[0]) == (100, 100)


def test_people_in_the_same_second_are_not_the_same(
    stage: Stage, on_air: tuple[Show, list[Episode]], tmp_path: Path
) -> None:
    """Lines that differ in the address only; the address is in the digest of the line, and in nothing else."""
    path = path_of(stage, on_air)
    lines = [combined(whole(ip=f"198.51.100.{n}"), path) for n in range(100)]
    logs.import_log(stage.house, write(tmp_path / "a.log", lines[:60]), now=MONDAY)
    logs.import_log(stage.house, write(tmp_path / "b.log", lines[30:]), now=MONDAY)
    assert stage.downloads(on_air[0]) == (100, 100)


def test_midnight_between_two_files(stage: Stage, on_air: tuple[Show, list[Episode]], tmp_path: Path) -> None:
    """Half a minute in each of two daily files, the newer read first, a day apart: one window."""
    path = path_of(stage, on_air)
    halves = [part(0, 519_999, at=23.9), part(520_000, 1_039_999, at=24.1)]
    for day, half in ((0, halves[1]), (1, halves[0])):
        log = write(tmp_path / f"{day}.log", [combined(half, path, f' "{half.asked}"')])
        logs.import_log(stage.house, log, now=MONDAY + timedelta(days=30 + day))
    assert stage.downloads(on_air[0]) == (1, 0)


def test_without_ranges_several_pieces_count_as_the_longest(
    stage: Stage, on_air: tuple[Show, list[Episode]], tmp_path: Path
) -> None:
    """Two 206 of 600,000 bytes may be the same bytes twice: the least is 600,000. With the range they are 1,200,000."""
    path = path_of(stage, on_air)
    pieces = [part(0, 599_999), part(600_000, 1_199_999, at=6.1)]
    logs.import_log(stage.house, write(tmp_path / "plain.log", (combined(one, path) for one in pieces)), now=MONDAY)
    assert stage.downloads(on_air[0]) == (0, 0)
    told = (combined(one.but(ip="198.51.100.1"), path, f' "{one.asked}"') for one in pieces)
    logs.import_log(stage.house, write(tmp_path / "ranges.log", told), now=MONDAY)
    assert stage.downloads(on_air[0]) == (1, 1)


def test_apples_question_is_known_by_its_two_bytes(
    stage: Stage, on_air: tuple[Show, list[Episode]], tmp_path: Path
) -> None:
    log = write(tmp_path / "a.log", [combined(part(0, 1), path_of(stage, on_air))])
    logs.import_log(stage.house, log, now=MONDAY)
    assert stage.reasons(on_air[0]) == {"probe"}


def test_addresses_of_sound(stage: Stage, on_air: tuple[Show, list[Episode]], tmp_path: Path) -> None:
    """Under a path prefix, on another host, behind a prefix that counts, with a query, private: all are this episode's."""
    path = path_of(stage, on_air)
    private = path.replace("/audio/", "/private/a-secret-token/audio/")
    good = [
        path, f"/hub{path}", f"https://media.example.org{path}", f"{path}?source=feed", private,
        f"/e,pg=1/media.example.org{path}",
    ]  # fmt: skip
    bad = [
        path.replace("/1-", "/999-"), path.replace("000000000000", "ffffffffffff"), f"{path}.txt", f"/?next={path}",
        "/podcasts/show1/feed.xml", path.upper(),
    ]  # fmt: skip
    lines = [combined(whole(ip=f"198.51.100.{n}"), one) for n, one in enumerate(good + bad)]
    done = logs.import_log(stage.house, write(tmp_path / "a.log", lines), now=MONDAY)
    assert (done.requests, done.skipped) == (len(good), len(bad))
    assert stage.downloads(on_air[0])[0] == len(good)
    with stage.house.database.reading() as session:
        assert not any("secret" in one.model_dump_json() for one in session.exec(select(DownloadRequest)))


def test_one_show_only(stage: Stage, on_air: tuple[Show, list[Episode]], tmp_path: Path) -> None:
    other = stage.show(1)
    log = write(
        tmp_path / "a.log", [combined(whole(), path_of(stage, on_air)), combined(whole(), path_of(stage, other))]
    )
    assert logs.import_log(stage.house, log, now=MONDAY, show=on_air[0].slug).requests == 1
    assert stage.downloads(other[0]) == (0, 0)
    with pytest.raises(BadInput, match="There is no show “nothing”"):
        logs.import_log(stage.house, log, now=MONDAY, show="nothing")


def test_bad_lines_are_named_and_the_others_counted(
    stage: Stage, on_air: tuple[Show, list[Episode]], tmp_path: Path
) -> None:
    path = path_of(stage, on_air)
    lines = listeners(3, path)
    lines[1:1] = [
        "x" * 100_000, "\0\0\0", combined(whole(), path).replace("/2026:", "/1926:"), "",
        combined(whole(agent="\0 \\x00 \ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace")), path),
    ]  # fmt: skip
    log = write(tmp_path / "a.log", lines)
    done = logs.import_log(stage.house, log, now=MONDAY)
    assert [(one["line"], one["reason"]) for one in done.bad] == [
        (2, "the line is too long"),
        (3, "not a line of the combined format"),
        (4, "the time or the status cannot be true"),
    ]
    assert (done.requests, done.skipped) == (4, 1)


def test_many_bad_lines_are_counted_and_the_first_named(
    stage: Stage, on_air: tuple[Show, list[Episode]], tmp_path: Path
) -> None:
    lines = [*listeners(1, path_of(stage, on_air)), *(f"nonsense {n}" for n in range(100))]
    done = logs.import_log(stage.house, write(tmp_path / "a.log", lines), now=MONDAY)
    assert (done.bad_lines, len(done.bad)) == (100, 20)


def test_a_compressed_file_that_breaks_off(stage: Stage, on_air: tuple[Show, list[Episode]], tmp_path: Path) -> None:
    whole_file = gzip.compress("\n".join(listeners(500, path_of(stage, on_air))).encode())
    log = tmp_path / "a.log.gz"
    log.write_bytes(whole_file[: len(whole_file) // 2])
    done = logs.import_log(stage.house, log, now=MONDAY)
    assert 0 < done.requests < 500
    assert done.bad_lines >= 1


@pytest.mark.parametrize("content", [b"<html>", b"a,b,c\n1,2,3\n", b"\x89PNG\r\n\x1a\n", b"{}\n"])
def test_what_is_no_log_is_refused(stage: Stage, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.log").write_bytes(content)
    with pytest.raises(BadInput, match="This is no log in a form that is known here"):
        logs.import_log(stage.house, tmp_path / "a.log", now=MONDAY)


def test_an_empty_log_is_a_quiet_night(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "a.log").touch()
    assert logs.import_log(stage.house, tmp_path / "a.log", now=MONDAY).lines == 0
    with pytest.raises(BadInput, match="cannot be read"):
        logs.import_log(stage.house, tmp_path / "none.log", now=MONDAY)


def test_a_second_process_reads_large_logs_and_the_answer_is_the_same(
    stage: Stage, on_air: tuple[Show, list[Episode]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "AT_ONCE", 5_000)
    path = path_of(stage, on_air)
    lines = listeners(200, path)
    lines[100:100] = ["nonsense", *lines[:50]]  # the same lines again, later in the same file
    told: list[int] = []
    log = write(tmp_path / "a.log", lines)
    done = logs.import_log(stage.house, log, now=MONDAY, progress=told.append)
    assert (done.lines, done.requests, done.bad_lines, sum(told)) == (251, 250, 1, 251)
    assert len(told) > 2
    assert done.bad[0]["line"] == 101
    assert stage.downloads(on_air[0]) == (200, 200)
    assert logs.import_log(stage.house, log, now=MONDAY).known == 250


def test_an_import_that_was_cut_off_goes_on(
    stage: Stage, on_air: tuple[Show, list[Episode]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "AT_ONCE", 5_000)
    log = write(tmp_path / "a.log", listeners(200, path_of(stage, on_air)))
    blocks: list[int] = []

    def cut_off(lines: int) -> None:
        blocks.append(lines)
        if len(blocks) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        logs.import_log(stage.house, log, now=MONDAY, progress=cut_off)
    done = logs.import_log(stage.house, log, now=MONDAY)
    assert 0 < sum(blocks) < 200
    assert (done.known, done.requests) == (sum(blocks), 200 - sum(blocks))
    assert stage.downloads(on_air[0]) == (200, 200)


def test_two_imports_of_one_file_at_once(stage: Stage, on_air: tuple[Show, list[Episode]], tmp_path: Path) -> None:
    log = write(tmp_path / "a.log", listeners(300, path_of(stage, on_air)))
    done: list[logs.Imported] = []
    together = [
        threading.Thread(target=lambda: done.append(logs.import_log(stage.house, log, now=MONDAY))) for _ in range(3)
    ]
    for one in together:
        one.start()
    for one in together:
        one.join()
    assert sum(one.requests for one in done) == 300
    assert stage.downloads(on_air[0]) == (300, 300)


def test_what_we_served_and_a_log_of_the_same_is_one_download(
    stage: Stage, on_air: tuple[Show, list[Episode]], tmp_path: Path
) -> None:
    show, episodes = on_air
    stage.note(episodes, whole(), whole(at=7, ip="198.51.100.77"))
    log = write(tmp_path / "a.log", [combined(whole(), path_of(stage, on_air))])
    logs.import_log(stage.house, log, now=MONDAY + timedelta(hours=30))
    assert stage.downloads(show) == (2, 2)


def test_a_crowd_in_a_log_is_a_spike(stage: Stage, on_air: tuple[Show, list[Episode]], tmp_path: Path) -> None:
    path = path_of(stage, on_air)
    lines = [combined(whole(agent=f"App/{n}", at=6 + n / 3600), path) for n in range(101)]
    logs.import_log(stage.house, write(tmp_path / "a.log", [*lines, *listeners(5, path)]), now=MONDAY)
    assert stage.downloads(on_air[0]) == (5, 5)
    assert stage.reasons(on_air[0]) == {"spike"}
