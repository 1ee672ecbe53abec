"""Invitations: one UID for a series, each date by where it first stood, personal where it must be and nowhere else."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session
from webinars.letter_stage import a_registration, sit
from webinars.webinar_stage import NAIROBI, a_series, a_webinar, dates_of

from feeds.calendar.checks import check
from feeds.calendar.values import Calendar, Event, Moment
from feeds.calendar.writing import write
from publisher.errors import BadInput
from publisher.house import House
from publisher.mail.calendar_part import CalendarBody
from publisher.mail.identities import hub
from publisher.webinars import adding, invites, scheduling, times
from publisher.webinars.models import ReplyMailbox, Series
from publisher.webinars.recurring import pattern_of


def body(
    session: Session, house: House, series: Series, numbers: list[int] | None = None, **more: object
) -> CalendarBody:
    dates = dates_of(session, series)
    covering = {one.id or 0 for one in dates if numbers is None or one.number in numbers}
    return invites.request_body(session, house, series, language="en", covering=covering, **more)  # type: ignore[arg-type]


def lines_of(calendar: CalendarBody, name: str) -> list[str]:
    """The lines of that name, marks by what they stand for."""
    said = [
        "".join(piece if isinstance(piece, str) else f"<{piece.spelled}>" for piece in line) for line in calendar.lines
    ]
    begins = said.index("BEGIN:VEVENT")
    return [line for line in said[begins:] if re.split("[:;<]", line)[0] == name]


def feed(events: tuple[Event, ...]) -> str:
    data = write(Calendar(invites.PRODID, events, "PUBLISH", name="Webinars", refresh=timedelta(hours=1)))
    assert [finding for finding in check(data).findings if finding.level == "must"] == []
    return data.decode().replace("\r\n ", "")


def test_a_one_off_is_one_event(session: Session, house: House, now: datetime) -> None:
    made, webinar = a_webinar(session, house, now)
    calendar = body(session, house, made)
    assert calendar.method == "REQUEST"
    assert lines_of(calendar, "UID") == [f"UID:{made.uid}"]
    assert lines_of(calendar, "RECURRENCE-ID") == []
    assert lines_of(calendar, "URL") == [f"URL:<link:join-{webinar.id}>"]
    assert set(calendar.links()) == {f"join-{webinar.id}", "booking"}
    assert lines_of(calendar, "ORGANIZER") == ["ORGANIZER;CN=Early Hands:mailto:letters@hub.example.org"]


def test_a_series_is_a_rule_and_each_date_with_its_own_way_in(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now)
    calendar = body(session, house, made, [1, 2, 4, 5, 6])
    assert lines_of(calendar, "RRULE") == ["RRULE:FREQ=WEEKLY;BYDAY=TH;COUNT=6"]
    assert lines_of(calendar, "EXDATE") == ["EXDATE;TZID=Africa/Nairobi:20261217T150000"]
    assert len(lines_of(calendar, "RECURRENCE-ID")) == 5
    assert set(lines_of(calendar, "UID")) == {f"UID:{made.uid}"}
    assert set(lines_of(calendar, "DTSTAMP") + lines_of(calendar, "SEQUENCE")) == {
        "DTSTAMP:<stamp>",
        "SEQUENCE:<sequence>",
    }


def test_a_moved_date_is_named_by_where_it_first_stood(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now)
    second = dates_of(session, made)[1]
    scheduling.reschedule(session, house, second, starts=datetime(2026, 12, 11, 9), now=now)
    calendar = body(session, house, made, webinar=dates_of(session, made)[1])
    assert lines_of(calendar, "RECURRENCE-ID") == ["RECURRENCE-ID;TZID=Africa/Nairobi:20261210T150000"]
    assert lines_of(calendar, "DTSTART") == ["DTSTART;TZID=Africa/Nairobi:20261211T090000"]
    assert lines_of(calendar, "RRULE") == []
    assert made.sequence > 0


def test_who_registered_for_single_dates_gets_those_alone(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now)
    calendar = body(session, house, made, [2, 3], whole=False)
    assert len(lines_of(calendar, "UID")) == 2
    assert lines_of(calendar, "RRULE") == []
    with pytest.raises(BadInput, match="no date"):
        body(session, house, made, [])


def test_cancelling_says_no_more_than_it_must(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now)
    third = dates_of(session, made)[2]
    one = invites.cancel_body(session, house, made, language="en", webinar=third)
    assert (one.method, lines_of(one, "STATUS")) == ("CANCEL", ["STATUS:CANCELLED"])
    assert lines_of(one, "RECURRENCE-ID") == ["RECURRENCE-ID;TZID=Africa/Nairobi:20261217T150000"]
    assert one.links() == ()
    whole = invites.cancel_body(session, house, made, language="en")
    assert lines_of(whole, "RECURRENCE-ID") == []
    alone = invites.cancel_body(session, house, made, language="en", uninvite=True)
    assert lines_of(alone, "STATUS") == []  # it takes place; only they are not expected (RFC 5546 §3.2.5)


def test_answers_are_asked_for_where_somebody_reads_them(session: Session, house: House, now: datetime) -> None:
    made, _ = a_webinar(session, house, now)
    assert "PARTSTAT=ACCEPTED;RSVP=FALSE" in lines_of(body(session, house, made), "ATTENDEE")[0]
    session.add(ReplyMailbox(identity_id=hub(session).id or 0, url="imaps://a:b@mail.example/INBOX"))
    session.flush()
    assert "PARTSTAT=NEEDS-ACTION;RSVP=TRUE" in lines_of(body(session, house, made), "ATTENDEE")[0]


def test_an_alarm_is_for_who_wants_no_mail(session: Session, house: House, now: datetime) -> None:
    made, _ = a_webinar(session, house, now)
    assert lines_of(body(session, house, made), "TRIGGER") == []
    assert lines_of(body(session, house, made, alarm=True), "TRIGGER") == ["TRIGGER:-PT15M"]


def test_bodies_of_the_same_dates_are_equal(session: Session, house: House, now: datetime) -> None:
    """So that ten thousand invitations are one edition for each language."""
    made = a_series(session, house, now)
    assert body(session, house, made) == body(session, house, made)


def test_the_public_feed_says_nothing_personal_and_forgets_nothing_at_once(
    session: Session, house: House, now: datetime
) -> None:
    made = a_series(session, house, now, dial_in="+254 20 1, code 9\n+31 70 2, code 9")
    fourth = dates_of(session, made)[3]
    scheduling.cancel(session, house, fourth, now=now)
    text = feed(invites.public_events(session, house, made, now=now, language="en"))
    assert "/j/" not in text
    assert "ATTENDEE" not in text
    assert "code 9" not in text
    assert text.count("STATUS:CANCELLED") == 1
    assert text.count("BEGIN:VEVENT") == 2
    later = now + timedelta(days=45)
    assert "STATUS:CANCELLED" in feed(invites.public_events(session, house, made, now=later, language="en"))
    later = now + timedelta(days=80)
    assert "EXDATE;TZID=Africa/Nairobi:20261224T150000" in feed(invites.public_events(session, house, made, now=later, language="en"))  # fmt: skip
    assert invites.public_events(session, house, made, now=now + timedelta(days=400), language="en") == ()
    at_night = now.replace(hour=23, minute=59)
    assert invites.public_events(session, house, made, now=at_night, language="en") == invites.public_events(
        session, house, made, now=now, language="en"
    )


def test_ones_own_calendar_has_ones_own_dates(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now)
    alice = a_registration(session, made, now, coming=[1, 3])
    text = feed(invites.own_events(session, house, alice, now=now))
    assert text.count("EXDATE") == 4
    assert text.count("RECURRENCE-ID") == 2
    assert text.count("CONFERENCE") == 2
    sit(session, alice, dates_of(session, made)[2], "away")
    assert feed(invites.own_events(session, house, alice, now=now)).count("RECURRENCE-ID") == 1
    alice.state, alice.cancelled_at = "cancelled", now
    assert "STATUS:CONFIRMED" not in feed(invites.own_events(session, house, alice, now=now))
    assert invites.own_events(session, house, alice, now=now + timedelta(days=31)) == ()
    alice.state = "waiting"
    assert invites.own_events(session, house, alice, now=now) == ()


def test_a_rehearsal_is_an_event_of_its_own(session: Session, house: House, now: datetime) -> None:
    made, webinar = a_webinar(session, house, now)
    webinar.rehearsal_uid, webinar.rehearsal_wall = "r1@hub.example.org", "2026-12-02T10:00"
    calendar = invites.rehearsal_body(session, house, made, webinar, language="en")
    assert lines_of(calendar, "UID") == ["UID:r1@hub.example.org"]
    assert lines_of(calendar, "SUMMARY") == ["SUMMARY;LANGUAGE=en:Rehearsal: Play and care"]
    assert lines_of(calendar, "DTSTART") == ["DTSTART;TZID=Africa/Nairobi:20261202T100000"]
    assert lines_of(calendar, "URL") == [f"URL:<link:host-{webinar.id}>"]
    off = invites.rehearsal_body(session, house, made, webinar, language="en", called_off=True)
    assert (off.method, lines_of(off, "STATUS")) == ("CANCEL", ["STATUS:CANCELLED"])


def test_links_that_add_it_and_what_search_engines_read(session: Session, house: House, now: datetime) -> None:
    made, webinar = a_webinar(session, house, now)
    assert "dates=20261203T120000Z%2F20261203T133000Z" in adding.google(house, made, webinar, "en")
    assert "startdt=2026-12-03T12%3A00%3A00Z" in adding.outlook(house, made, webinar, "en", office=True)
    assert adding.subscribe("https://hub.example.org/webinars/calendar.ics")["webcal"] == "webcal://hub.example.org/webinars/calendar.ics"  # fmt: skip
    said = adding.schema_org(house, made, webinar, hub(session), language="en")
    assert (said["startDate"], said["identifier"]) == ("2026-12-03T15:00+03:00", made.uid)
    scheduling.reschedule(session, house, webinar, starts=datetime(2026, 12, 4, 9), now=now)
    said = adding.schema_org(house, made, webinar, hub(session), language="en")
    assert (said["eventStatus"], said["previousStartDate"]) == ("https://schema.org/EventRescheduled", "2026-12-03T15:00+03:00")  # fmt: skip


FIRST = datetime(2027, 1, 12, 15)


@pytest.mark.parametrize(
    ("slots", "rule", "gaps", "extra"),
    [
        ([FIRST], "DAILY", 0, 0),
        (times.repeated(FIRST, "fortnightly", 5), "WEEKLY", 0, 0),
        (times.repeated(FIRST, "daily", 5), "DAILY", 0, 0),
        (times.repeated(FIRST, "monthly", 7), "MONTHLY", 0, 0),
        (times.repeated(FIRST.replace(day=31), "monthly-day", 7), "MONTHLY", 0, 0),
        (times.repeated(FIRST.replace(day=29), "monthly", 5), "MONTHLY", 0, 0),
        ([FIRST, FIRST + timedelta(days=7), FIRST + timedelta(days=21)], "WEEKLY", 1, 0),
        ([FIRST, FIRST + timedelta(days=1, hours=1), FIRST + timedelta(days=9)], None, 0, 2),
        ([FIRST, FIRST + timedelta(days=3), FIRST + timedelta(days=100)], None, 0, 2),
    ],
)
def test_dates_become_the_rule_they_follow(slots: list[datetime], rule: str | None, gaps: int, extra: int) -> None:
    found = pattern_of(slots)
    assert (found.rule.frequency if found.rule else None, len(found.gaps), len(found.extra)) == (rule, gaps, extra)


@given(st.sets(st.integers(1, 400), min_size=1, max_size=12), st.booleans())
def test_a_pattern_is_always_a_calendar_with_exactly_these_dates(days: set[int], shifted: bool) -> None:
    """Whatever dates a series has, what is written has them all and no other, as our own checks count."""
    slots = [FIRST + timedelta(days=day, hours=shifted * (day % 3)) for day in sorted(days)]
    found = pattern_of(slots)
    event = Event(
        "a@b.example", FIRST.replace(tzinfo=UTC), Moment(slots[0], NAIROBI), Moment(slots[0] + timedelta(hours=1), NAIROBI),
        "Talk", rrule=found.rule, rdates=tuple(Moment(wall, NAIROBI) for wall in found.extra),
        exdates=tuple(Moment(wall, NAIROBI) for wall in found.gaps),
    )  # fmt: skip
    assert check(write(Calendar(invites.PRODID, (event,)))).findings == ()
    count = found.rule.count if found.rule and found.rule.count else 1
    assert count - len(found.gaps) + len(found.extra) == len(slots)


def test_drafts_invite_nobody(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now, announced=False)
    assert invites.dates_of(session, made) == []
    assert invites.public_events(session, house, made, now=now, language="en") == ()
