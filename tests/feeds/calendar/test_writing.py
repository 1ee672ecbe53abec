"""Calendars as bytes: by hand from the standards, and for texts of any script in any zone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from calendar_stage import MOVED, NEW_YORK, ONE, PRODID, SERIES, STAMP, at
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.calendar import tzif
from feeds.calendar.checks import check
from feeds.calendar.lines import clean
from feeds.calendar.reading_events import read_calendar
from feeds.calendar.values import (
    Alarm,
    Attendee,
    Calendar,
    Conference,
    Event,
    Moment,
    Organizer,
    Recurrence,
    joined_at,
)
from feeds.calendar.writing import cancel, reply, request, write
from feeds.errors import FeedError

NAIROBI = """BEGIN:VTIMEZONE
TZID:Africa/Nairobi
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0300
TZOFFSETTO:+0300
TZNAME:EAT
END:STANDARD
END:VTIMEZONE
"""
REQUEST = f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//Publisher//EN
CALSCALE:GREGORIAN
METHOD:REQUEST
{NAIROBI}BEGIN:VEVENT
UID:webinar-7@hub.example.org
DTSTAMP:20270110T083000Z
SEQUENCE:0
DTSTART;TZID=Africa/Nairobi:20270304T140000
DTEND;TZID=Africa/Nairobi:20270304T153000
SUMMARY:Play\\, care\\; and early learning
STATUS:CONFIRMED
ORGANIZER;CN=The Hub:mailto:hub@hub.example.org
ATTENDEE;CN=Alice;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACT
 ION;RSVP=FALSE:mailto:alice@example.org
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()


def test_a_request_is_the_bytes_that_the_standards_ask_for() -> None:
    assert request([ONE], prodid=PRODID) == REQUEST


def test_a_cancellation_differs_in_method_sequence_and_status() -> None:
    expected = REQUEST.replace(b"METHOD:REQUEST", b"METHOD:CANCEL").replace(b"SEQUENCE:0", b"SEQUENCE:1")
    assert cancel(replace(ONE, sequence=1), prodid=PRODID) == expected.replace(b"CONFIRMED", b"CANCELLED")


def test_one_person_is_no_longer_invited_without_a_status() -> None:
    data = cancel(replace(SERIES, sequence=2), prodid=PRODID, whole=False)
    assert b"\r\nSTATUS:" not in data
    assert b"BEGIN:VALARM" not in data
    assert check(data).findings == ()


def test_a_reply_says_who_answers_what() -> None:
    data = reply(ONE, "ACCEPTED", prodid=PRODID, now=STAMP + timedelta(hours=1))
    assert b"PARTSTAT=ACCEPTED" in data
    assert b"DTSTAMP:20270110T093000Z" in data
    assert check(data).findings == ()


@pytest.mark.parametrize(
    "data",
    [
        request([SERIES], prodid=PRODID),
        request([SERIES, MOVED], prodid=PRODID),
        request([MOVED], prodid=PRODID),
        cancel(replace(SERIES, sequence=2), prodid=PRODID),
        cancel(replace(MOVED, sequence=2), prodid=PRODID),
        write(Calendar(PRODID)),
    ],
)
def test_each_message_of_a_life_keeps_our_own_rules(data: bytes) -> None:
    assert [one for one in check(data).findings if one.rule != "calendar.content"] == []


def test_a_feed_keeps_what_was_cancelled_and_is_the_same_bytes_each_time() -> None:
    gone = replace(ONE, attendee=None, status="CANCELLED", sequence=1)
    open_ = replace(SERIES, attendee=None, alarm=None)
    feed = Calendar(PRODID, (gone, open_), "PUBLISH", "Webinars", "All of them", timedelta(hours=1), "teal",
                    "https://hub.example.org/webinars/calendar.ics", "https://hub.example.org/webinars", "calendar@hub.example.org", STAMP)  # fmt: skip
    data = write(feed)
    assert data == write(feed)
    assert check(data).findings == ()
    assert read_calendar(data) == feed
    assert read_calendar(data).events[0].status == "CANCELLED"


def test_where_to_join_is_said_in_every_place() -> None:
    event = joined_at(ONE, "https://hub.example.org/j/abc", "Join")
    assert event.url == event.location == event.conferences[0].url == "https://hub.example.org/j/abc"
    assert event.description.splitlines()[0] == "Join: https://hub.example.org/j/abc"
    assert check(request([event], prodid=PRODID)).findings == ()


def test_lines_are_cut_between_characters() -> None:
    data = request([replace(ONE, summary="शिक्षा और देखभाल " * 30)], prodid=PRODID)
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    assert all(line.decode() is not None for line in data.split(b"\r\n"))


UTC_SERIES = replace(SERIES, starts=at(2, 25, 16, zone="UTC"), exdates=())
REFUSED = [
    (Calendar("", (ONE,)), "PRODID"),
    (Calendar(PRODID, (replace(ONE, uid=""),)), "UID"),
    (Calendar(PRODID, (replace(ONE, uid="é" * 128),)), "UID"),
    (Calendar(PRODID, (replace(ONE, summary=" "),)), "title"),
    (Calendar(PRODID, (replace(ONE, ends=ONE.starts),)), "ends before"),
    (Calendar(PRODID, (replace(ONE, starts=Moment(datetime(2027, 3, 4), "Mars/Olympus")),)), "is not a time zone"),
    (Calendar(PRODID, (replace(ONE, starts=Moment(datetime(2027, 3, 4), "EST5EDT")),)), "needs a full name"),
    (Calendar(PRODID, (replace(ONE, dtstamp=datetime(2027, 1, 1)),)), "without a time zone"),
    (Calendar(PRODID, (replace(ONE, organizer=Organizer("The Hub <hub@example.org>")),)), "bare mail address"),
    (Calendar(PRODID, (replace(ONE, url="hub.example.org"),)), "is not an address"),
    (Calendar(PRODID, (replace(ONE, url="https://x.example\r\nATTENDEE:mailto:b@x.example"),)), "is not an address"),
    (Calendar(PRODID, (replace(ONE, language="en\r\nX:y"),)), "language"),
    (Calendar(PRODID, (replace(ONE, organizer=None),), "PUBLISH"), "organiser"),
    (Calendar(PRODID, (ONE,), "PUBLISH"), "names an attendee"),
    (Calendar(PRODID, (replace(ONE, attendee=None),), "REQUEST"), "needs an attendee"),
    (Calendar(PRODID, (replace(ONE, status="CANCELLED"),), "REQUEST"), "CANCEL"),
    (Calendar(PRODID, (ONE,), "CANCEL"), "SEQUENCE that has grown"),
    (Calendar(PRODID, (ONE, SERIES), "REQUEST"), "same UID"),
    (Calendar(PRODID, (ONE, ONE)), "same UID and date"),
    (Calendar(PRODID, (UTC_SERIES,)), "UTC knows no summer"),
    (Calendar(PRODID, (replace(SERIES, recurrence_id=at(3, 4, 11)),)), "one date of a series"),
    (Calendar(PRODID, (replace(SERIES, rrule=Recurrence("WEEKLY", days=("MO",))),)), "does not follow"),
    (
        Calendar(PRODID, (replace(SERIES, rrule=Recurrence("WEEKLY", count=3, until=STAMP + timedelta(days=90))),)),
        "cannot be computed",
    ),
    (Calendar(PRODID, (replace(SERIES, rrule=Recurrence("WEEKLY", days=("2TH",))),)), "cannot be computed"),
    (Calendar(PRODID, (replace(SERIES, rrule=Recurrence("YEARLY", count=4000)),)), "too far away"),
    (Calendar(PRODID, (replace(ONE, alarm=Alarm(timedelta(minutes=10), "")),)), "alarm without words"),
    (Calendar(PRODID, (ONE,), refresh=timedelta(seconds=5)), "after a minute"),
]


@pytest.mark.parametrize(("calendar", "words"), REFUSED)
def test_what_cannot_be_right_is_refused_with_a_sentence(calendar: Calendar, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        write(calendar)


words = partial(st.text, max_size=120)
titles = words(min_size=1).filter(lambda text: clean(text).strip())
zones = st.sampled_from(sorted(name for name in tzif.names() if "/" in name))
walls = st.datetimes(datetime(2024, 1, 1), datetime(2120, 1, 1)).map(lambda wall: wall.replace(microsecond=0))
stamps = walls.map(lambda wall: wall.replace(tzinfo=UTC))
seconds = st.integers(min_value=1, max_value=10**6).map(lambda number: timedelta(seconds=number))


@st.composite
def events(draw: st.DrawFn) -> Event:
    zone, wall = draw(zones), draw(walls)
    days = (("MO", "TU", "WE", "TH", "FR", "SA", "SU")[wall.weekday()],)
    rule = st.builds(Recurrence, st.just("WEEKLY"), st.integers(1, 3), st.sampled_from([(), days]), st.integers(1, 40))
    endless = st.builds(Recurrence, st.sampled_from(["DAILY", "MONTHLY", "YEARLY"]))
    rrule = draw(st.none() | rule | endless)
    clock = wall.time()
    return Event(
        uid=draw(st.uuids()).hex + "@hub.example.org",
        dtstamp=draw(stamps),
        starts=Moment(wall, zone),
        # Two days more than any jump, since the end must be later by the clock of the world, not of the wall.
        ends=Moment(wall + draw(seconds) + timedelta(days=2), zone),
        summary=draw(titles),
        sequence=draw(st.integers(0, 99)),
        created=draw(st.none() | stamps),
        description=draw(words()),
        location=draw(words()),
        conferences=tuple(
            Conference("https://hub.example.org/join", label, ("AUDIO",))
            for label in draw(st.lists(words(), max_size=1))
        ),
        url="https://hub.example.org/join",
        organizer=Organizer("hub+o'x@hub.example.org", draw(words())),
        attendee=Attendee("alice?&%=#@example.org", draw(words()), rsvp=draw(st.booleans())),
        rrule=rrule,
        exdates=(Moment(datetime.combine(wall.date() + timedelta(days=7), clock), zone),) if rrule else (),
        categories=tuple(draw(st.lists(titles, max_size=3))),
        alarm=draw(st.none() | st.builds(Alarm, seconds, titles)),
        language=draw(st.sampled_from(["", "en", "ar", "zh-Hans"])),
    )


def cleaned(event: Event) -> Event:
    """What of an event can be said at all: no control characters, one kind of line break."""
    return replace(
        event,
        **{name: clean(getattr(event, name)) for name in ("summary", "description", "location")},
        status="CONFIRMED",
        conferences=tuple(replace(one, label=clean(one.label)) for one in event.conferences),
        organizer=replace(event.organizer, name=clean(event.organizer.name)),
        attendee=replace(event.attendee, name=clean(event.attendee.name)),
        categories=tuple(clean(one) for one in event.categories),
        alarm=event.alarm and replace(event.alarm, description=clean(event.alarm.description)),
    )


@settings(max_examples=200, deadline=None)
@given(events())
def test_whatever_is_written_keeps_all_rules_and_reads_back_equal(event: Event) -> None:
    data = request([event], prodid=PRODID)
    assert check(data).findings == ()
    assert read_calendar(data) == Calendar(PRODID, (cleaned(event),), "REQUEST")
    assert request(read_calendar(data).events, prodid=PRODID) == data


def test_the_zone_of_every_time_is_told() -> None:
    mixed = replace(ONE, ends=at(3, 4, 9, zone=NEW_YORK))
    assert request([mixed], prodid=PRODID).count(b"BEGIN:VTIMEZONE") == 2
