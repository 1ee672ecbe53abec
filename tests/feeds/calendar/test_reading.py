"""Other people's calendars and answers, well-meant and hostile."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from calendar_stage import ONE, PRODID, STAMP
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.calendar.checks import check
from feeds.calendar.reading import LARGEST, read, split, unescaped
from feeds.calendar.reading_events import read_calendar
from feeds.calendar.replies import Answered, read_replies
from feeds.calendar.values import Moment
from feeds.calendar.writing import reply
from feeds.errors import FeedError

REPLY = b"""BEGIN:VCALENDAR
PRODID:-//Mail//EN
VERSION:2.0
METHOD:REPLY
BEGIN:VEVENT
UID:webinar-7@hub.example.org
DTSTAMP:20270201T101500Z
SEQUENCE:3
RECURRENCE-ID;TZID=Eastern Standard Time:20270318T110000
ATTENDEE;PARTSTAT=declined;CN="Bob, B":MAILTO:bob@example.org
COMMENT:Sorry\\, another day
END:VEVENT
END:VCALENDAR
"""


def test_an_answer_is_read() -> None:
    assert read_replies(REPLY) == (
        Answered("webinar-7@hub.example.org", "bob@example.org", "DECLINED", 3, datetime(2027, 2, 1, 10, 15, tzinfo=UTC),
                 Moment(datetime(2027, 3, 18, 11), "Eastern Standard Time"), "Sorry, another day"),
    )  # fmt: skip


def test_our_own_answer_is_read() -> None:
    assert read_replies(reply(ONE, "TENTATIVE", prodid=PRODID, now=STAMP)) == (
        Answered("webinar-7@hub.example.org", "alice@example.org", "TENTATIVE", 0, STAMP),
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"METHOD:REPLY", b"METHOD:REQUEST", "METHOD is not REPLY"),
        (b"ATTENDEE;", b"X-A;", "must name one attendee"),
        (b"COMMENT:", b"ATTENDEE:mailto:x@y.example\nCOMMENT:", "must name one attendee"),
        (b"UID:webinar-7@hub.example.org\n", b"", "no UID"),
        (b"DTSTAMP:20270201T101500Z", b"DTSTAMP:20270201T101500", "no DTSTAMP in UTC"),
        (b"SEQUENCE:3", b"SEQUENCE:three", "SEQUENCE that is no number"),
        (b"MAILTO:bob@example.org", b"bob", "not a mail address"),
        (b":20270318T110000", b":third", "does not say which"),
        (b"BEGIN:VEVENT", b"BEGIN:VTODO", "answers nothing"),
    ],
)
def test_what_is_no_answer_is_refused_with_a_sentence(old: bytes, new: bytes, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        read_replies(REPLY.replace(old, new))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a calendar"),
        (b"<html>BEGIN:VCALENDAR</html>", "not a calendar"),
        (b"BEGIN:VCALENDAR\n" + b"x" * LARGEST, "larger than"),
        (b"BEGIN:VCALENDAR\n" + b"\n" * 200_001, "lines"),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 6, "within each other"),
        (b"BEGIN:VCALENDAR\nX:" + b"x" * 1_000_001, "octets"),
    ],
    ids=["nothing", "page", "large", "lines", "depth", "line"],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        check(data)


def test_parameters_are_read_as_they_are_meant() -> None:
    said = (
        read(b'BEGIN:VCALENDAR\r\nX-A;CN="a^nb ^\'c^\' ^^";M="x,y",z:v:w\r\nEND:VCALENDAR\r\n')
        .calendars[0]
        .properties[0]
    )
    assert said.get("CN") == 'a\nb "c" ^'
    assert said.parameters[1].values == ("x,y", "z")
    assert said.value == "v:w"


def test_texts_are_read_as_they_are_meant() -> None:
    assert unescaped(r"a\, b\; c\\n \N\x") == "a, b; c\\n \n\\x"
    assert split(r"a\,b,c,,d\\,e") == ["a,b", "c", "", "d\\", "e"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*REPLY.split(b"\n"), b"BEGIN:VTIMEZONE", b"BEGIN:STANDARD", b"END:STANDARD", b"TZID:Europe/Berlin",
       b"RRULE:FREQ=YEARLY;BYMONTH=2;BYDAY=5MO", b"DTSTART:00010101T000000", b"DTSTART;TZID=Europe/Berlin:99991231T235959",
       b"TZOFFSETFROM:+2359", b"TZOFFSETTO:-2359", b"END:VTIMEZONE", b"RRULE:FREQ=YEARLY;COUNT=999999999;INTERVAL=999999999",
       b"DURATION:P999999W", b"DTEND:\xff", b'X;A="', b" \x80"]), max_size=40), st.binary(max_size=20))  # fmt: skip
def test_nothing_but_a_sentence_comes_of_disorder(lines: list[bytes], noise: bytes) -> None:
    data = b"\r\n".join([b"BEGIN:VCALENDAR", *lines, noise])
    refusals = [refusal for read_it in (check, read_calendar, read_replies) if (refusal := refused(read_it, data))]
    assert all(refusal.endswith(".") for refusal in refusals)


def refused(read_it: Callable[[bytes], object], data: bytes) -> str:
    try:
        read_it(data)
    except FeedError as problem:
        return str(problem)
    return ""
