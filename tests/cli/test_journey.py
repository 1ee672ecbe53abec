"""From an empty folder to a reader's inbox, by commands alone; and what each answers to programs."""

import email
import email.policy
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import our_web
import pytest
from commands import Publisher
from smtp_sink import Fault, Sink

from publisher import migrations
from publisher.database import Database

Write = Callable[[str, str], Path]

READERS = 'email,name,language,country,interests\nalice@example.org,Alice,en,KE,country:KE\nbob@example.org,Bob,"fr,en",SN,\nnot an address,,,,\n'
COUNTS = ["queued", "claimed", "in_flight", "accepted", "deferred", "rejected", "uncertain", "suppressed", "cancelled", "expired"]  # fmt: skip


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def hub(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Publisher:
    """A hub after `init` on either database."""
    bare: Publisher = request.getfixturevalue("bare")
    if request.param == "postgres":
        monkeypatch.setenv("PUBLISHER_DATABASE_URL", _empty_database(request.getfixturevalue("postgres_server")))
        bare("init")
        return bare
    return request.getfixturevalue("publisher")


def test_a_resource_reaches_alice_and_bob_and_the_numbers_add_up(hub: Publisher, write: Write) -> None:
    made = hub("lists", "add", "monthly", "--name", "The Monthly", "--json").json
    assert (made["list"], made["title"], made["state"]) == ("monthly", "The Monthly", "active")
    imported = hub(
        "subscribers", "import", write("r.csv", READERS), "--list", "monthly", "--consent", "At the fair", "--json"
    ).json
    assert imported == {
        "format": "csv",
        "rows": 3,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "skipped": 1,
        "errors": [
            {"row": 4, "email": "not an address", "reason": "“not an address” is not an e-mail address."},
        ],
    }
    key = _draft(hub)
    rehearsed = hub("issues", "rehearse", key, "--json").json
    assert list(rehearsed) == [
        "issue", "recipients", "suppressed", "without_items", "editions", "by_language", "by_country", "by_time_zone", "items",
    ]  # fmt: skip
    assert (rehearsed["recipients"], rehearsed["by_country"]) == (2, {"KE": 1, "SN": 1})
    assert [set(item) for item in rehearsed["items"]] == [{"id", "title", "readers"}] * 2

    sent = hub("issues", "send", key, "--json").json
    assert (sent["state"], sent["prepared"], sent["queued"]) == ("sending", 2, 2)
    with Sink() as sink:
        drained = hub("send", "--drain", "--relay-url", f"smtp://127.0.0.1:{sink.port}?tls=none", "--json").json
        mails = dict(sink.accepted)
    assert drained == {"accepted": 2, "waiting": 0, "closed": [key], "paused": []}
    assert set(mails) == {"alice@example.org", "bob@example.org"}
    text = email.message_from_bytes(mails["alice@example.org"], policy=email.policy.default).get_body(("plain",))
    assert "Visits in Kenya" in text.get_content()

    status = hub("issues", "status", key, "--json").json
    assert list(status) == ["issue", "state", "prepared", *COUNTS]
    assert (status["issue"], status["state"], status["prepared"]) == (key, "sent", 2)
    assert status["prepared"] == sum(status[name] for name in COUNTS) == status["accepted"]

    why = hub("issues", "why", key, "alice@example.org", "--json").json
    assert (why["subscriber"], len(why["items"])) == ("alice@example.org", 2)
    assert all(set(item) == {"id", "title", "included", "reason"} and item["reason"] for item in why["items"])
    out = hub("issues", "why", key, "bob@example.org", "--json").json
    assert {item["title"]: item["included"] for item in out["items"]}["For everybody"] is True


def test_every_list_says_everything_by_key_title_and_state(publisher: Publisher, write: Write) -> None:
    publisher("subscribers", "import", write("r.csv", "email\nalice@example.org\n"), "--list", "newsletter")
    key = _draft(publisher, "newsletter")
    publisher("issues", "test", key, "--to", "editor@example.org")
    publisher("staff", "add", "ann@example.org", "--role", "editor", "--name", "Ann")
    feed = our_web.Web()
    publisher("sources", "add", feed.serve("/feed.xml", our_web.rss({"title": "New", "guid": "1"})))
    feed.close()
    keys = {
        "staff": "staff", "sources": "source", "resources": "resource", "lists": "list", "newsletters": "newsletter",
        "letters": "letter", "issues": "issue", "brand": "brand", "relays": "relay",
    }  # fmt: skip
    for noun, name in keys.items():
        rows: list[dict[str, Any]] = publisher(noun, "list", "--json").json
        assert rows, noun
        assert all({name, "title", "state"} <= set(row) and row[name] and row["state"] for row in rows), noun
        assert publisher(noun, "list", "--limit", "0", "--json").json == []
        assert publisher(noun, "list").out.splitlines()[0].split("\t")[0] == name
    letters = {row["letter"].partition(":")[0] for row in publisher("letters", "list", "--json").json}
    assert letters == {"confirm", "issue-test", "notice"}
    for letter in publisher("letters", "list", "--json").json:
        found = publisher("letters", "status", letter["letter"], "--json").json
        assert found["prepared"] == sum(found[count] for count in COUNTS) == 1


def test_resources_come_in_by_file_and_hand_and_are_reviewed(publisher: Publisher, write: Write) -> None:
    table = write(
        "t.csv", "title,url,language,country\nVisits,https://example.org/v,en,KE\nVisites,https://example.org/w,fr,SN\n"
    )
    taken = publisher("resources", "import", table, "--news", "--json").json
    assert (taken["rows"], taken["created"], taken["errors"]) == (2, 2, [])
    assert publisher("resources", "import", table, "--news", "--json").json["unchanged"] == 2
    rows = publisher("resources", "list", "--json").json
    assert [row["resource"] for row in publisher("resources", "list", "--language", "fr", "--json").json] == [2]
    assert [row["title"] for row in publisher("resources", "list", "--country", "Kenya", "--json").json] == ["Visits"]
    assert [row["title"] for row in publisher("resources", "list", "--query", "visites", "--json").json] == ["Visites"]
    assert all(row["news_since"] for row in rows)
    old = publisher(
        "resources",
        "add",
        "--title",
        "Old",
        "--link",
        "https://example.org/o",
        "--published-on",
        "2019-01-01",
        "--json",
    ).json
    assert (old["news_since"], old["state"]) == (None, "approved")
    told = publisher("resources", "add", "--title", "Told", "--published-on", "2019-01-01", "--news", "--json").json
    assert told["news_since"] is not None
    assert publisher("resources", "reject", 1, 2, "--reason", "Twice.", "--json").json[0]["state"] == "rejected"
    assert publisher("resources", "feature", 1, "--json").json[0] | {"title": ""} == publisher(
        "resources", "list", "--state", "featured", "--json"
    ).json[0] | {"title": "", "changed": True}
    assert publisher("resources", "show", 2, "--json").json["note"] == "Twice."


def test_sources_are_let_in_and_checked(publisher: Publisher) -> None:
    web = our_web.Web()
    url = web.serve("/feed.xml", our_web.rss({"title": "One", "guid": "1"}, {"title": "Two", "guid": "2"}))
    previewed = publisher("sources", "add", url, "--preview", "--json").json
    assert (previewed["records"], publisher("sources", "list", "--json").json) == (2, [])
    source = publisher("sources", "add", url, "--language", "en", "--json").json
    assert (source["kind"], source["title"], source["records"]) == ("feed", "Partner News", 2)
    assert publisher("sources", "add", url, ok=None).code == 2
    first = publisher("sources", "check", "--pause", "0", "--json").json
    assert first == [
        {"source": source["source"], "url": url, "status": "ok", "new": 2, "updated": 0, "deleted": 0, "error": ""}
    ]
    again = publisher("sources", "check", source["source"], "--pause", "0", "--json").json
    assert (again[0]["new"], again[0]["updated"]) == (0, 0)
    web.close()
    failed = publisher("sources", "check", "--pause", "0", "--json", ok=None)
    assert (failed.code, failed.json[0]["status"], bool(failed.json[0]["error"])) == (1, "failed", True)


def test_a_preview_is_the_mail_one_reader_would_get(publisher: Publisher, write: Write) -> None:
    publisher("subscribers", "import", write("r.csv", READERS), "--list", "newsletter", "--consent", "At the fair")
    key = _draft(publisher, "newsletter")
    mail = email.message_from_string(
        publisher("issues", "preview", key, "--for", "alice@example.org", "--as", "eml").out,
        policy=email.policy.default,
    )
    assert mail["To"] == "Alice <alice@example.org>"
    assert publisher("issues", "preview", key, "--as", "html").out.lstrip().lower().startswith("<!doctype html")
    text = publisher("issues", "preview", key, "--for", "bob@example.org", "--as", "text", "--json").json
    assert (text["subscriber"], "For everybody" in text["content"]) == ("bob@example.org", True)
    assert publisher("issues", "preview", key, "--as", "pdf", ok=None).code == 2


def test_an_issue_is_scheduled_paused_resumed_and_cancelled(publisher: Publisher, write: Write) -> None:
    publisher("subscribers", "import", write("r.csv", READERS), "--list", "newsletter", "--consent", "At the fair")
    key = _draft(publisher, "newsletter")
    publisher("issues", "write", key, "--subject", "Two things", "--opening", write("o.md", "Good *morning*."))
    dropped = publisher("issues", "drop", key, 1, "--json").json
    assert (dropped["items"], dropped["title"]) == (1, "Two things")
    assert publisher("issues", "put", key, 1, "--json").json["items"] == 2
    when = publisher("issues", "schedule", key, "--at", "2099-01-01T09:00", "--json").json
    assert (when["state"], when["send_at"]) == ("scheduled", "2099-01-01T06:00:00Z")  # 9:00 in Nairobi
    assert publisher("issues", "schedule", key, "--at", "2001-01-01T09:00", ok=None).code == 2
    publisher("issues", "release", key)
    assert publisher("issues", "send", key, ok=None).code == 2
    assert publisher("issues", "pause", key, "--reason", "A mistake", "--json").json["state"] == "paused"
    assert publisher("send", "--drain", "--json").json["accepted"] == 0
    assert publisher("issues", "resume", key, "--json").json["state"] == "sending"
    cancelled = publisher("issues", "cancel", key, "--json").json
    assert (cancelled["state"], cancelled["cancelled"]) == ("cancelled", 2)
    special = publisher("issues", "draft", "letter", "--special", "--json").json
    assert (special["kind"], special["state"]) == ("special", "draft")
    assert publisher("issues", "show", key, "--json").json["openings"] == {"en": "Good *morning*."}


def test_a_relay_that_is_away_ends_the_sending_with_one(publisher: Publisher, write: Write) -> None:
    publisher("subscribers", "import", write("r.csv", READERS), "--list", "newsletter", "--consent", "At the fair")
    key = _draft(publisher, "newsletter")
    publisher("issues", "send", key)
    with Sink(faults={"MAIL": Fault("535 5.7.8 who are you")}) as sink:
        pass
    done = publisher("send", "--drain", "--relay-url", f"smtp://127.0.0.1:{sink.port}?tls=none", ok=None)
    assert (done.code, done.out, "Traceback" in done.err) == (1, "", False)
    waiting = publisher("issues", "status", key, "--json").json
    assert waiting["queued"] + waiting["deferred"] == 2


def test_a_relay_that_refuses_our_address_is_no_quiet_end(publisher: Publisher, write: Write) -> None:
    publisher("subscribers", "import", write("r.csv", READERS), "--list", "newsletter", "--consent", "At the fair")
    key = _draft(publisher, "newsletter")
    publisher("issues", "send", key)
    with Sink(faults={"MAIL": Fault("550 5.7.1 not from here")}) as sink:
        done = publisher("send", "--drain", "--json", "--relay-url", sink.url, ok=None)
    assert (done.code, done.json["accepted"], len(done.json["paused"])) == (1, 0, 1)
    assert done.json["paused"][0]["reason"].startswith("The relay refuses our sender address")
    assert done.json["paused"][0]["reason"] in done.err
    publisher("issues", "resume", key)
    assert publisher("send", "--drain", "--json", "--now", "2099-01-01T09:00", ok=None).json["paused"] == []


def test_ctrl_c_waits_for_the_mails_in_flight(publisher: Publisher, write: Write) -> None:
    publisher("subscribers", "import", write("r.csv", READERS), "--list", "newsletter", "--consent", "At the fair")
    key = _draft(publisher, "newsletter")
    publisher("issues", "send", key)
    with Sink(faults={"DOT": Fault(delay=1)}) as sink:
        words = [sys.executable, "-m", "publisher", "send", "--drain", "--relay-url", sink.url]
        sending = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        until = time.monotonic() + 30
        while not any(line.startswith("DATA") for line in sink.commands) and time.monotonic() < until:
            time.sleep(0.02)
        sending.send_signal(signal.SIGINT)
        assert (sending.communicate(timeout=30), sending.returncode) == ((b"", b""), 130)
    status = publisher("issues", "status", key, "--json").json
    assert (status["in_flight"], status["accepted"]) == (0, len(sink.accepted))
    assert status["accepted"] > 0


def test_readers_are_shown_counted_exported_and_forgotten(publisher: Publisher, write: Write, tmp_path: Path) -> None:
    table = write("r.csv", READERS)
    dry = publisher("subscribers", "import", table, "--list", "newsletter", "--dry-run", "--json")
    assert (dry.json["created"], publisher("subscribers", "count", "--json").json["count"]) == (2, 0)
    publisher("subscribers", "import", table, "--list", "newsletter", "--consent", "At the fair")
    assert publisher("subscribers", "count", "--segment", "country:KE", "--json").json["count"] == 1
    shown = publisher("subscribers", "show", "alice@example.org", "--json").json
    assert (shown["subscriber"], shown["interests"]) == ("alice@example.org", ["country:KE"])
    assert shown["subscriptions"][0] | {"since": None} == {
        "list": "newsletter",
        "state": "active",
        "since": None,
        "ended": None,
    }
    out = tmp_path / "out.csv"
    assert publisher("subscribers", "export", out, "--json").json == {"file": str(out), "rows": 2}
    assert out.stat().st_mode & 0o077 == 0
    assert publisher("subscribers", "export", "-").out == out.read_bytes().decode()
    assert publisher("subscribers", "data", "alice@example.org").json["person"]["name"] == "Alice"
    assert publisher("subscribers", "erase", "alice@example.org", "--json").json == {"erased": True}
    again = publisher("subscribers", "import", table, "--list", "newsletter", "--consent", "Again", "--json").json
    assert (again["created"], again["skipped"]) == (0, 2)


def test_staff_are_invited_or_given_a_password(publisher: Publisher, write: Write) -> None:
    ann = publisher("staff", "add", "ann@example.org", "--role", "editor", "--json").json
    assert (ann["staff"], ann["state"]) == ("ann@example.org", "invited")
    secret = write("secret", "a long enough phrase\n")
    bea = publisher("staff", "add", "bea@example.org", "--role", "owner", "--password-file", secret, "--json").json
    assert bea["state"] == "active"
    assert publisher("init", "--json").json["owner_link"] is None
    assert publisher("staff", "add", "ann@example.org", "--role", "editor", ok=None).code == 2


def test_brand_and_relay_are_data(publisher: Publisher) -> None:
    changed = publisher(
        "brand", "set", "--name", "Early Hands", "--from-address", "letters@early.example", "--json"
    ).json
    assert (changed["title"], changed["from_address"]) == ("Early Hands", "letters@early.example")
    assert publisher("brand", "set", "--from-address", "nobody", ok=None).code == 2
    relay = publisher("relays", "use", "smtp://user:secret@mail.example.org:587", "--per-hour", 500, "--json")
    assert (relay.json["title"], relay.json["per_hour"]) == ("smtp://mail.example.org:587", 500)
    assert "secret" not in relay.out + publisher("relays", "list").out


def test_a_tick_runs_the_whole_timetable_at_any_moment(publisher: Publisher, write: Write) -> None:
    publisher("subscribers", "import", write("r.csv", READERS), "--list", "newsletter", "--consent", "At the fair")
    _draft(publisher, "newsletter", "--release", "by-itself")
    due = publisher("issues", "list", "--json").json[0]["due_at"]
    ran = publisher("tick", "--now", due, "--json")
    assert all(set(one) == {"job", "result", "error"} for one in ran.json)
    assert {"harvest", "newsletters"} <= {one["job"] for one in ran.json}
    assert [row["state"] for row in publisher("issues", "list", "--json").json] == ["draft", "sending"]
    with Sink() as sink:
        relay = f"smtp://127.0.0.1:{sink.port}?tls=none"
        assert publisher("send", "--drain", "--now", due, "--relay-url", relay, "--json").json["accepted"] == 2
    assert publisher("tick", "--now", due, "--json").code == 0
    assert [row["state"] for row in publisher("issues", "list", "--json").json] == ["draft", "sent"]


@pytest.mark.parametrize("words", ["tick", "send --drain", "serve --roles scheduler"])
def test_no_process_works_on_the_database_of_another_version(bare: Publisher, environment: Path, words: str) -> None:
    environment.mkdir()
    database = Database(f"sqlite:///{environment / 'publisher.db'}")
    with database.engine.begin() as connection:
        migrations.upgrade_on(connection, "0005")
    database.close()
    done = bare(*words.split(), ok=None)
    assert (done.code, done.out) == (2, "")
    assert done.err == "The database is from another version of Publisher. Run “publisher migrate” first.\n"


def _draft(publisher: Publisher, list_slug: str = "monthly", *more: str) -> str:
    """A newsletter with two pieces of news in its draft; returns the issue's key."""
    publisher(
        "newsletters", "add", "letter", "--list", list_slug, "--cadence", "monthly on the 1st at 9:00",
        "--zone", "Africa/Nairobi", "--minimum-items", "1", *more,
    )  # fmt: skip
    publisher(
        "resources", "add", "--news", "--title", "Visits in Kenya", "--country", "KE", "--link", "https://example.org/a"
    )
    publisher("resources", "add", "--news", "--title", "For everybody", "--link", "https://example.org/b")
    publisher("resources", "approve", 1, 2)
    return str(publisher("issues", "draft", "letter", "--json").json["issue"])


def _empty_database(server: str) -> str:
    import uuid

    from sqlalchemy import create_engine, make_url, text

    name = f"cli_{uuid.uuid4().hex[:10]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)
