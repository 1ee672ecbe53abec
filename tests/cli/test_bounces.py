"""`publisher bounces`: telling mails apart without a hub, and reading a mailbox by command."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bounced import complaint, letter, notice
from commands import Publisher
from imap_server import ImapServer


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    server = ImapServer()
    yield server
    server.close()


def test_mails_files_of_many_and_folders_are_told_apart_without_a_hub(bare: Publisher, tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    (folder / "inside").mkdir(parents=True)
    (folder / "a.eml").write_bytes(notice())
    (folder / "inside" / "b.eml").write_bytes(complaint())
    (folder / ".hidden").write_bytes(notice())
    separated = b"From MAILER-DAEMON Mon Nov 23 06:00:00 2026\n"
    (tmp_path / "old.mbox").write_bytes(separated + letter("Away.", subject="Out of office") + b"\n" + separated + b"Subject: Hi\n\nHi\n>From here on\n")  # fmt: skip
    rows = bare("bounces", "classify", folder, tmp_path / "old.mbox", "--json").json
    assert [(Path(row["file"]).name, row["verdict"], row["recipients"], row["status"]) for row in rows] == [
        ("a.eml", "hard", ["alice@example.org"], "5.1.1"),
        ("b.eml", "complaint", ["alice@example.org"], ""),
        ("old.mbox#1", "auto_reply", [], ""),
        ("old.mbox#2", "not_a_bounce", [], ""),
    ]
    assert all(set(row) == {"file", "verdict", "recipients", "status", "reason"} and row["reason"] for row in rows)
    said = bare("bounces", "classify", folder / "a.eml").out
    assert "hard" in said
    assert "There is no such address." in said


def test_what_cannot_be_read_is_said_in_a_sentence(bare: Publisher, tmp_path: Path) -> None:
    done = bare("bounces", "classify", tmp_path / "none.eml", ok=None)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "cannot be read" in done.err
    (tmp_path / "empty").mkdir()
    assert bare("bounces", "classify", tmp_path / "empty", "--json").json == []


def test_a_mailbox_is_set_read_and_taken_away(publisher: Publisher, imap: ImapServer) -> None:
    assert "No mailbox is read" in publisher("bounces", "read").out
    refused = publisher(
        "bounces", "mailbox", imap.url().replace("p%40ss", "other"), "--address", "b@hub.example.org", ok=None
    )
    assert (refused.code, "does not accept" in refused.err, "other" in refused.err) == (2, True, False)
    assert publisher("bounces", "mailbox", imap.url(), ok=None).code == 2  # no address yet
    assert publisher("bounces", "mailbox", imap.url(), "--address", "b@hub.example.org", "--json").json["state"] == "ok"
    imap.put(notice(to="b+1-000000000000000000000000@hub.example.org"))
    imap.put(letter("Out.", subject="Out of office"))
    read = publisher("bounces", "read", "--json").json
    assert (read["read"], read["mailboxes"][0]["forged"], read["mailboxes"][0]["auto_reply"]) == (2, 1, 1)
    assert publisher("bounces", "status", "--json").json["marks"] == []
    imap.password = "changed"
    assert publisher("bounces", "read", ok=None).code == 1
    assert publisher("bounces", "mailbox", "--remove", "--json").json["state"] == "none"
