"""Help everywhere, one sentence where something is wrong, exit codes that mean something."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import typer
from commands import Publisher
from sqlalchemy import exc

from publisher.cli import app
from publisher.cli.opening import database_trouble

Write = Callable[[str, str], Path]


def _commands(group: Any = None, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    group = group or typer.main.get_command(app)
    for name, command in group.commands.items():
        yield (*words, name)
        if hasattr(command, "commands"):
            yield from _commands(command, (*words, name))


EVERY = sorted(_commands())


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_has_help(bare: Publisher, words: tuple[str, ...]) -> None:
    done = bare(*words, "--help")
    assert done.out.startswith(f"Usage: publisher {' '.join(words)}")
    assert len(done.out.splitlines()[2].strip()) > 10
    assert done.err == ""


@pytest.mark.parametrize(
    "contracted",
    """init|migrate|demo|doctor|serve|tick|send|staff add|staff list|sources add|sources list|sources check|resources add
    |resources import|resources list|resources show|resources approve|resources reject|lists add|lists list
    |subscribers import|subscribers export|subscribers show|subscribers count|subscribers erase|subscribers data
    |newsletters add|newsletters list|letters list|letters status|issues draft|issues release|issues list|issues show
    |issues rehearse|issues preview|issues test|issues schedule|issues send|issues pause|issues resume|issues cancel
    |issues status|issues why|check mail|check feed|check calendar|bench send|bench plan|podcasts add|podcasts import|podcasts list
    |podcasts feed|podcasts export|episodes add|episodes list|episodes publish|episodes withdraw|webinars add|webinars list
    |webinars announce|webinars register|webinars registrations|webinars ics|webinars reschedule|webinars cancel
    |webinars attendance""".replace("\n", "").split("|"),
)
def test_commands_that_others_rely_on_are_there(contracted: str) -> None:
    assert tuple(contracted.split()) in EVERY


def test_help_is_quick() -> None:
    words = [sys.executable, "-c", "from publisher.cli import main; main(['--help'])"]
    took = []
    for _ in range(3):
        began = time.perf_counter()
        done = subprocess.run(words, capture_output=True, text=True)
        took.append(time.perf_counter() - began)
        assert done.returncode == 0, done.stderr
    loaded = subprocess.run(
        [sys.executable, "-c", "import publisher.cli, sys; print(*sorted(sys.modules))"], capture_output=True, text=True
    ).stdout.split()
    assert not {"sqlalchemy", "fastapi", "rich.table", "publisher.house", "alembic"} & set(loaded)
    assert min(took) < 0.8  # a quarter of a second alone; a busy machine gets its time


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nonsense",), "No such command 'nonsense'."),
        (("issues", "nonsense"), "No such command 'nonsense'."),
        (("lists", "list", "--nonsense"), "No such option: --nonsense"),
        (("lists", "add", "x"), "Missing option '--name'."),
        (("resources", "show", "twelve"), "Invalid value for 'ID'"),
        (("tick", "--now", "noon"), "“noon” is not a date and time. Write it like 2026-12-01T09:00 or 2026-12-01T09:00+03:00."),
        (("tick", "--now", "0001-01-01T00:00+14:00"), "“0001-01-01T00:00+14:00” is too far away. A moment here lies between the years 1970 and 2200."),
        (("tick", "--now", "9999-12-31T23:00"), "“9999-12-31T23:00” is too far away."),
        (("tick", "--now", ""), "“” is not a date and time."),
        (("serve", "--roles", "web,cook"), "“cook” is not a role. Roles: web, scheduler, sender."),
        (("send", "--now", "2026-12-01T09:00"), "--now and --json go with --drain."),
        (("issues", "status", "none"), "There is no issue “none”."),
        (("letters", "status", "none"), "There is no letter “none”."),
        (("sources", "check", "none"), "There is no source “none”."),
        (("sources", "add", "ftp://example.org/"), "The address of a source begins with https:// or http://."),
        (("sources", "add", "http://[::1"), "The address of a source begins with https:// or http://."),
        (("sources", "add", "http://10.0.0.1/feed"), "10.0.0.1 is not on the public internet. Only an operator can allow such an address."),
        (("resources", "approve", "99"), "There is no resource 99."),
        (("resources", "list", "--country", "Atlantis"), "There is no country “Atlantis”."),
        (("resources", "list", "--state", "lost"), "There is no state “lost”."),
        (("resources", "add", "--title", "A", "--topic", "dragons"), "There is no topic “dragons”."),
        (("resources", "import", "/does/not/exist.csv"), "/does/not/exist.csv cannot be read: No such file or directory."),
        (("subscribers", "import", "/does/not/exist.csv"), "/does/not/exist.csv cannot be read: No such file or directory."),
        (("subscribers", "show", "nobody"), "“nobody” is not an e-mail address."),
        (("subscribers", "erase", "nobody@example.org"), "Nobody here has the address nobody@example.org."),
        (("subscribers", "data", "nobody@example.org"), "Nobody here has the address nobody@example.org."),
        (("subscribers", "count", "--segment", "shoe:44"), None),
        (("subscribers", "export", "-", "--json"), "Standard output holds either the table or JSON. Name a file."),
        (("newsletters", "add", "x", "--list", "none", "--cadence", "daily at 7:00"), "There is no list “none”."),
        (("newsletters", "add", "x", "--list", "newsletter", "--cadence", "sometimes"), None),
        (("staff", "add", "ann@example.org", "--role", "king"), "A role is one of viewer, editor, owner."),
        (("relays", "use", "pigeon://roof"), "A relay address looks like smtp://user:password@mail.example.org:587."),
        (("brand", "set", "--accent", "green"), None),
        (("demo", "--remove"), "The demo hub is not here."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)  # fmt: skip
def test_bad_input_gets_one_plain_sentence(publisher: Publisher, words: tuple[str, ...], sentence: str | None) -> None:
    done = publisher(*words, ok=None)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.strip().splitlines()) == 1
    assert "Traceback" not in done.err
    if sentence is not None:
        assert done.err.strip().startswith(sentence)


@pytest.mark.parametrize(
    "words", [("lists", "list"), ("tick",), ("send", "--drain"), ("doctor",), ("serve",), ("demo",)]
)
def test_before_init_every_command_says_what_to_do(bare: Publisher, words: tuple[str, ...]) -> None:
    done = bare(*words, ok=None)
    assert (done.code, done.out) == (2, "")
    assert done.err.strip() == "This hub has not been set up yet. Run “publisher init” first."


def test_settings_that_cannot_be_name_themselves(bare: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISHER_DATABASE_URL", "mysql://nowhere")
    done = bare("lists", "list", ok=None)
    assert (done.code, done.err.strip()) == (2, "PUBLISHER_DATABASE_URL begins with sqlite:/// or postgresql://.")


def test_a_public_address_that_is_none_is_said(bare: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISHER_PUBLIC_URL", "https://[hub")
    done = bare("lists", "list", ok=None)
    assert (done.code, done.err.strip()) == (2, "“https://[hub” is not an address such as https://hub.example.org.")


def test_a_full_disk_is_named_where_the_database_only_fails() -> None:
    """SQLite says “disk I/O error” where it cannot make its shared memory beside the file."""
    problem = exc.OperationalError("SELECT 1", {}, sqlite3.OperationalError("disk I/O error"))
    said = "The database cannot be used: disk I/O error. Look whether its disk is full."
    assert database_trouble(problem) == (1, said)


def test_a_database_that_is_away_is_told_in_words(bare: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISHER_DATABASE_URL", "postgresql://127.0.0.1:1/none")
    done = bare("lists", "list", ok=None)
    assert done.code == 1
    assert done.err.startswith("The database cannot be used:")
    assert "Traceback" not in done.err


def test_init_says_what_comes_next_and_a_second_time_changes_nothing(bare: Publisher, environment: Path) -> None:
    first = bare("init", "--json").json
    assert first["lists"] == ["newsletter"]
    assert first["owner_link"].startswith("https://hub.example.org/studio/invitation/")
    assert bare("migrate", "--check", "--json").json == {"current": True}
    again = bare("init", "--json").json
    assert (again["terms_added"], again["lists"]) == (0, ["newsletter"])
    bare("lists", "add", "monthly", "--name", "Monthly")
    assert "publisher serve" in bare("init").out
    assert {row["list"] for row in bare("lists", "list", "--json").json} == {"newsletter", "monthly"}


def test_migrate_says_whether_it_is_needed(bare: Publisher) -> None:
    assert bare("migrate", "--check", ok=None).code == 1
    assert bare("migrate").out == "The schema is current.\n"
    assert bare("migrate", "--check").code == 0


def test_doctor_finds_what_is_missing(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    found = publisher("doctor", "--json").json
    assert found["ok"] is True
    assert {"schema", "disk", "address", "sender", "relay", "outbox"} <= {one["check"] for one in found["findings"]}
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and never listening: connections are refused
        publisher("relays", "use", f"smtp://127.0.0.1:{nobody.getsockname()[1]}?tls=none")
        found = publisher("doctor", "--json", ok=None)
    assert found.code == 1
    assert [one["check"] for one in found.json["findings"] if one["level"] == "bad"] == ["sender", "relay"]


def test_check_mail_finds_what_is_held_against_the_sender(bare: Publisher, write: Write) -> None:
    bad = write("bad.eml", "From: a@example.org\r\nTo: b@example.org\r\n\r\nHello\r\n")
    done = bare("check", "mail", bad, "--json", ok=None)
    assert done.code == 1
    assert done.json["ok"] is False
    assert set(done.json["findings"][0]) == {"rule", "level", "message", "where"}
    assert bare("check", "mail", bad.with_name("none.eml"), ok=None).code == 2


def test_a_pipe_gets_columns_that_can_be_cut(publisher: Publisher) -> None:
    lines = [line.split("\t") for line in publisher("lists", "list").out.splitlines()]
    assert [line[0] for line in lines] == ["list", "newsletter"]
    assert {len(line) for line in lines} == {7}


def test_whoever_stops_reading_gets_no_traceback(publisher: Publisher, environment: Path) -> None:
    command = f'"{sys.executable}" -m publisher resources list --json | head -c 0'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=os.environ.copy())
    assert "Traceback" not in done.stderr


def test_serve_answers_ticks_sends_and_stops_when_told(publisher: Publisher, environment: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "publisher", "serve", "--port", str(port), "--workers", "2"]
    serving = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=os.environ.copy(), start_new_session=True)
    try:
        assert serving.stderr is not None
        before = list(takewhile(lambda line: "Running: web, scheduler, sender." not in line, serving.stderr))
        assert before[0].startswith("Nobody owns this hub yet.")
        assert serving.poll() is None
        health = json.loads(_get(f"http://127.0.0.1:{port}/health"))
        assert health["database"] == "sqlite"
        taken = subprocess.run(words, capture_output=True, text=True, env=os.environ.copy())
        assert (taken.returncode, "Traceback" in taken.stderr) == (2, False)
    finally:
        os.killpg(serving.pid, signal.SIGINT)  # as Ctrl-C in a terminal reaches every process of the group
        left = serving.communicate(timeout=60)[1]
    assert serving.returncode == 0
    assert "Traceback" not in left


def _get(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as unwell:
        return unwell.read()
