"""`publisher check calendar`: on a machine without a hub, too."""

from pathlib import Path

from calendar_stage import ONE, PRODID
from commands import Publisher

from feeds.calendar.writing import request

INVITE = request([ONE], prodid=PRODID)


def test_an_invitation_of_ours_has_nothing_to_complain_about(bare: Publisher, tmp_path: Path) -> None:
    done = bare("check", "calendar", written(tmp_path, INVITE), "--json")
    assert done.json["ok"] is True
    assert done.json["findings"] == []
    assert {"mail.method", "feed.type"} <= {one["rule"] for one in done.json["not_checked"]}


def test_a_broken_must_is_exit_code_1(bare: Publisher, tmp_path: Path) -> None:
    done = bare("check", "calendar", written(tmp_path, INVITE.replace(b"SUMMARY", b"X-TITLE")), "--json", ok=None)
    assert done.code == 1
    assert [one["rule"] for one in done.json["findings"]] == ["message.summary", "event.summary"]
    assert set(done.json["findings"][0]) == {"rule", "level", "message", "where", "source"}
    assert {one["source"] for one in done.json["findings"]} == {"RFC 5546 §3.2.1, §3.2.2"}


def test_what_is_no_calendar_is_exit_code_2_and_a_sentence(bare: Publisher, tmp_path: Path) -> None:
    done = bare("check", "calendar", written(tmp_path, b"Hello\n"), ok=None)
    assert done.code == 2
    assert done.err.strip() == "This is not a calendar: BEGIN:VCALENDAR is not in it."


def written(folder: Path, data: bytes) -> Path:
    path = folder / "some.ics"
    path.write_bytes(data)
    return path
