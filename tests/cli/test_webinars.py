"""Webinars by command: a series from its first word to the letters afterwards, and what each command answers to programs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands import Publisher
from meeting_server import SECRET, MeetingServer

from feeds.calendar.checks import check
from feeds.calendar.reading import read

AT = "2026-11-23T06:00:00+00:00"
AFTER = "2026-12-03T14:00:00+00:00"
Write = Callable[[str, str], Path]


@pytest.fixture
def leading(publisher: Publisher) -> Publisher:
    """A hub with the series `leading`: three Thursdays in Nairobi, two seats, published."""
    publisher("lists", "add", "monthly", "--name", "The Monthly")
    publisher("webinars", "add", "leading", "--title", "Leading together", "--summary", "Three talks.", "--starts", "2026-12-03T15:00",
              "--every", "weekly", "--dates", 3, "--zone", "Africa/Nairobi", "--minutes", 60, "--capacity", 2, "--recorded",
              "--room", "https://rooms.example.org/leading", "--ask", "What do you need to take part?", "--publish", "--now", AT)  # fmt: skip
    return publisher


def calendar(publisher: Publisher, *words: object) -> Any:
    data = publisher("webinars", "ics", *words, "--now", AT).out.encode()
    assert check(data).findings == ()
    return read(data).calendars[0]


def test_a_series_from_its_first_word_to_the_letters_afterwards(leading: Publisher, write: Write) -> None:
    rows = leading("webinars", "list", "--json", "--now", AT).json
    assert [(row["webinar"], row["state"], row["starts"], row["zone"], row["registered"]) for row in rows] == [
        ("leading-1", "announced", "2026-12-03T15:00+03:00", "Africa/Nairobi", 0),
        ("leading-2", "announced", "2026-12-10T15:00+03:00", "Africa/Nairobi", 0),
        ("leading-3", "announced", "2026-12-17T15:00+03:00", "Africa/Nairobi", 0),
    ]
    alice = leading("webinars", "register", "leading", "alice@example.org", "--name", "Alice", "--zone", "Asia/Kathmandu", "--json", "--now", AT).json  # fmt: skip
    assert (alice["state"], alice["is_new"], alice["dates"]) == (
        "registered",
        True,
        {f"leading-{n}": "coming" for n in (1, 2, 3)},
    )
    leading("webinars", "register", "leading-1", "bob@example.org", "--now", AT)
    assert (
        leading("webinars", "register", "leading", "carol@example.org", "--json", "--now", AT).json["state"]
        == "waiting"
    )
    leading("webinars", "withdraw", "leading", "bob@example.org", "--now", AT)
    states = {row["email"]: row["state"] for row in leading("webinars", "registrations", "leading", "--json").json}
    assert states == {
        "alice@example.org": "registered",
        "bob@example.org": "cancelled",
        "carol@example.org": "registered",
    }

    moved = leading("webinars", "reschedule", "leading-1", "--starts", "2026-12-03T16:00", "--say", "The hall is late.", "--json", "--now", AT).json  # fmt: skip
    assert (moved["webinar"], moved["starts"]) == ("leading-1", "2026-12-03T16:00+03:00")
    leading("send", "--drain", "--now", AT)
    letters = {row["letter"].split(":")[0]: row["accepted"] for row in leading("letters", "list", "--json").json}
    assert letters["webinar-confirmation"] == 3
    assert (
        sum(row["accepted"] for row in leading("letters", "list", "--json").json if row["kind"] == "webinar-update")
        == 2
    )

    people = write("people.csv", "email,minutes\nalice@example.org,55\nnobody@example.org,3\n")
    taken = leading("webinars", "attendance", "leading-1", people, "--json", "--now", AFTER).json
    assert (taken["format"], taken["rows"], taken["matched"], taken["unmatched"], taken["errors"]) == (
        "plain",
        2,
        1,
        1,
        [],
    )
    leading("webinars", "recording", "leading-1", "https://films.example.org/leading-1", "--now", AFTER)
    steps = leading("webinars", "take-further", "leading-1", "--show", "-", "--json", "--now", AFTER).json
    assert [(step["what"], step["done"]) for step in steps] == [
        ("recording", True),
        ("resource", True),
        ("episode", True),
        ("letters", True),
    ]
    assert steps[-1]["text"] == "Letters go to 1 who came and to 1 who missed it."
    leading("send", "--drain", "--now", AFTER)
    shown = leading("webinars", "follow-up", "leading-1", "--json", "--now", AFTER).json
    assert shown["readers"] == {"came": 1, "missed": 1}


def test_the_invitation_of_one_person_and_the_calendar_of_everybody(leading: Publisher) -> None:
    leading("webinars", "register", "leading", "alice@example.org", "--name", "Alice", "--now", AT)
    mine = calendar(leading, "leading", "--for", "alice@example.org")
    assert mine.value("METHOD") == "REQUEST"
    events = mine.parts("VEVENT")
    assert len(events) == 4  # the series, and each of its dates with its own way in
    assert {event.value("ATTENDEE") for event in events} == {"mailto:alice@example.org"}
    assert all("/j/" in event.value("CONFERENCE") for event in events[1:])
    everybody = calendar(leading, "leading")
    assert (everybody.value("METHOD"), everybody.value("X-WR-CALNAME")) == ("", "Leading together")
    assert "/j/" not in leading("webinars", "ics", "leading", "--now", AT).out
    assert {event.value("UID") for event in everybody.parts("VEVENT")} == {event.value("UID") for event in events}
    assert calendar(leading, "leading-2").parts("VEVENT")[0].value("RECURRENCE-ID") == "20261210T150000"


def test_announcing_publishes_a_draft_and_reaches_each_reader_once(publisher: Publisher, write: Write) -> None:
    publisher("lists", "add", "monthly", "--name", "The Monthly")
    publisher("subscribers", "import", write("readers.csv", "email\nann@example.org\nben@example.org\n"), "--list", "monthly", "--consent", "At our conference, May 2026")  # fmt: skip
    publisher(
        "webinars",
        "add",
        "play",
        "--title",
        "Play and care",
        "--starts",
        "2026-12-03T15:00",
        "--zone",
        "Africa/Nairobi",
        "--now",
        AT,
    )
    assert publisher("webinars", "list", "--json", "--now", AT).json[0]["state"] == "draft"
    counted = publisher("webinars", "announce", "play", "--list", "monthly", "--count", "--json", "--now", AT).json
    assert counted["recipients"] == 2
    said = publisher("webinars", "announce", "play", "--list", "monthly", "--json", "--now", AT).json
    assert (said["kind"], said["state"], said["prepared"]) == ("announcement", "out", 2)
    assert publisher("webinars", "list", "--json", "--now", AT).json[0]["state"] == "announced"
    publisher("send", "--drain", "--now", AT)
    again = publisher("webinars", "announce", "play", "--list", "monthly", "--now", AT, ok=None)
    assert (again.code, again.err.strip()) == (2, "Nobody of this list would get it: they know of it already, or the rule finds nobody.")  # fmt: skip
    publisher("lists", "add", "weekly", "--name", "The Weekly")
    publisher("subscribers", "import", write("others.csv", "email\nann@example.org\ncleo@example.org\n"), "--list", "weekly", "--consent", "At our conference, May 2026")  # fmt: skip
    other = publisher("webinars", "announce", "play", "--list", "weekly", "--json", "--now", AT).json
    assert (other["state"], other["prepared"]) == ("out", 1)  # Ann knows of it from the Monthly
    wrong = publisher("webinars", "announce", "play", "--list", "weekly", "--rule", "country:KE and (", "--now", AT, ok=None)  # fmt: skip
    assert wrong.code == 2
    assert "rule" in wrong.err or "(" in wrong.err


def test_a_series_is_called_off_at_once_and_everybody_hears_once(leading: Publisher) -> None:
    leading("webinars", "register", "leading", "alice@example.org", "--now", AT)
    leading("send", "--drain", "--now", AT)
    off = leading("webinars", "cancel", "leading", "--say", "The speaker is ill.", "--json", "--now", AT).json
    assert (off["state"], [one["state"] for one in off["dates"]]) == ("cancelled", ["cancelled"] * 3)
    leading("send", "--drain", "--now", AT)
    sent = [row for row in leading("letters", "list", "--json").json if row["kind"] == "webinar-cancellation"]
    assert sum(row["accepted"] for row in sent) == 1


def test_dates_are_added_and_rehearsals_set(leading: Publisher) -> None:
    leading(
        "webinars",
        "speakers",
        "add",
        "leading-1",
        "Dr Amina Otieno",
        "--email",
        "amina@example.org",
        "--invite",
        "--now",
        AT,
    )
    (speaker,) = leading("webinars", "speakers", "list", "leading-1", "--json", "--now", AT).json
    assert (speaker["title"], speaker["state"], bool(speaker["missing"])) == ("Dr Amina Otieno", "invited", True)
    tried = leading("webinars", "rehearsal", "leading-1", "--starts", "2026-12-02T10:00", "--json", "--now", AT).json
    assert (tried["rehearsal"], tried["zone"]) == ("2026-12-02T10:00", "Africa/Nairobi")
    more = leading("webinars", "dates", "add", "leading", "--starts", "2026-12-24T15:00", "--json", "--now", AT).json
    assert [one["webinar"] for one in more["dates"]] == [f"leading-{n}" for n in (1, 2, 3, 4)]
    leading("webinars", "edit", "leading-2", "--title", "Play outdoors", "--now", AT)
    titles = [row["title"] for row in leading("webinars", "list", "--json", "--now", AT).json]
    assert titles == ["Leading together", "Play outdoors", "Leading together", "Leading together"]


def test_questions_are_shown_and_answered(leading: Publisher) -> None:
    assert leading("webinars", "questions", "list", "leading-1", "--json").json == []
    missing = leading("webinars", "questions", "answer", "leading-1", 7, "--text", "Yes.", ok=None)
    assert (missing.code, missing.err.strip()) == (2, "There is no such question.")


def test_a_meeting_server_is_asked_before_it_is_relied_on(publisher: Publisher, now: Any) -> None:
    server = MeetingServer(now)
    try:
        assert publisher("rooms", "add", "meet", server.url, "--secret", SECRET, "--json").json["state"] == "ok"
        wrong = publisher("rooms", "add", "other", server.url, "--secret", "not this one", "--json", ok=None)
        assert (wrong.code, wrong.json["state"]) == (1, "failing")
    finally:
        server.close()
    down = publisher("rooms", "check", "meet", "--json", ok=None)
    assert (down.code, down.json["state"]) == (1, "failing")
    publisher("rooms", "remove", "other")
    assert [row["server"] for row in publisher("rooms", "list", "--json").json] == ["meet"]


def test_the_audit_finds_nothing_where_rules_are_as_they_were(leading: Publisher) -> None:
    assert leading("webinars", "audit", "--json", "--now", AT).json == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["add", "x", "--starts", "2027-03-14T02:30", "--zone", "America/New_York"], "does not exist on 14 March 2027 in America/New_York"),
        (["add", "x", "--starts", "2027-11-07T01:30", "--zone", "America/New_York"], "comes twice on 7 November 2027"),
        (["add", "x", "--starts", "2026-12-03T15:00+03:00"], "without an offset"),
        (["add", "x", "--starts", "tomorrow"], "is not a date and time"),
        (["add", "x", "--starts", "2026-12-03T15:00", "--zone", "Mars/Olympus"], "is not a time zone"),
        (["add", "calendar", "--starts", "2026-12-03T15:00"], "calendar"),
        (["add", "x", "--starts", "2026-12-03T15:00", "--every", "weekly"], "A rhythm takes the first date"),
        (["add", "leading", "--starts", "2026-12-03T15:00"], "leading"),
        (["reschedule", "leading", "--starts", "2026-12-04T15:00"], "has several dates"),
        (["reschedule", "leading-1", "--starts", "2026-11-01T15:00"], "has passed"),
        (["reschedule", "nothing", "--starts", "2026-12-04T15:00"], "There is no webinar “nothing”"),
        (["register", "leading", "alice"], "is not an e-mail address"),
        (["ics", "leading", "--for", "nobody@example.org"], "Nobody registered for “Leading together”"),
        (["announce", "leading", "--list", "weekly"], "There is no list “weekly”"),
        (["message", "leading"], "Say what to write"),
        (["take-further", "leading-1"], "when the webinar has been held"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_one_sentence(leading: Publisher, words: list[str], sentence: str) -> None:
    done = leading("webinars", *words, "--now", AT, ok=None)
    assert done.code == 2, done
    assert sentence in done.err
    assert "Traceback" not in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_a_file_of_fields_says_what_options_cannot(publisher: Publisher, write: Write) -> None:
    fields = write(
        "fields.json",
        json.dumps({"texts": {"fr": {"title": "Jouer"}}, "survey": [{"label": "How was it?", "kind": "scale"}]}),
    )
    publisher(
        "webinars", "add", "play", "--title", "Play", "--starts", "2026-12-03T15:00", "--set", fields, "--now", AT
    )
    shown = publisher("webinars", "show", "play", "--json", "--now", AT).json
    assert (shown["texts"]["fr"]["title"], shown["survey"][0]["label"]) == ("Jouer", "How was it?")
