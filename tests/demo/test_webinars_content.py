"""The promises of the demo's webinars before any of it is installed: people, words, dates and files that fit each other."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file

import pytest
from email_validator import validate_email
from PIL import Image

from feeds.podcast import transcripts
from publisher.demo import content, gatherings
from publisher.languages import COUNTRIES, folded
from publisher.media import probing
from publisher.vocabulary.defaults import SECTORS, TOPICS
from publisher.webinars import fields, times

WEBINARS = gatherings.webinars()
PAST, COMING, SERIES, SMALL = WEBINARS
READERS = {reader.email: reader for reader in content.readers()}
EVERYBODY = gatherings.everybody()
EXAMPLE = re.compile(r"(^|\.)example(\.(org|com|net))?$")
ARABIC, LATIN = re.compile(r"[\u0600-\u06ff]"), re.compile(r"[A-Za-zÀ-ÿ]")
#: Today on every day of a week, at its first and last minute, and where a year ends.
TODAYS = [datetime(2026, 11, 23, 6, tzinfo=UTC) + timedelta(days=days) for days in range(7)]
TODAYS += [datetime(2027, 1, 1, 0, 0, 30, tzinfo=UTC), datetime(2028, 2, 24, 23, 59, tzinfo=UTC)]


def is_written_in(language: str, text: str) -> bool:
    arabic, latin = len(ARABIC.findall(text)), len(LATIN.findall(text))
    return arabic > latin if language == "ar" else arabic == 0 and latin > 0


def test_there_is_one_held_one_to_come_a_series_for_a_cohort_and_one_that_is_full() -> None:
    assert [len(one.dates) for one in WEBINARS] == [1, 1, 6, 1]
    assert PAST.dates[0].recording is not None
    assert PAST.dates[0].follow_up is not None
    assert PAST.dates[0].handouts
    assert SERIES.list in {paper.list.slug for paper in content.newsletters() if paper.list.kind == "cohort"}
    assert SMALL.capacity is not None
    assert len(SMALL.registrations) > SMALL.capacity
    assert Counter(bool(d.moved) + 2 * bool(d.called_off) for d in SERIES.dates) == {0: 4, 1: 1, 2: 1}
    assert gatherings.slugs() == tuple(dict.fromkeys(gatherings.slugs()))


@pytest.mark.parametrize("today", TODAYS, ids=lambda today: f"{today:%a-%d-%b-%H%M}")
def test_dates_stand_where_they_should_whatever_day_it_is(today: datetime) -> None:
    assert PAST.dates[0].starts(today) < today - timedelta(days=6)
    assert PAST.dates[0].after(today, 2) < today
    assert timedelta(days=4) < COMING.dates[0].starts(today) - today < timedelta(days=9)
    held = [date for date in SERIES.dates if date.starts(today) < today]
    assert [date.number for date in held] == [1, 2, 3]
    for webinar in WEBINARS:
        for date in webinar.dates:
            assert date.wall(today).weekday() < 5
            assert times.instant(date.wall(today), webinar.zone) == date.starts(today)
            assert webinar.announced(today) < date.starts(today)
            if date.rehearsal:
                assert date.rehearsed(today).weekday() < 5
                assert date.rehearsed(today) < date.wall(today)
    moved = next(date for date in SERIES.dates if date.moved)
    assert moved.moved_to(today) - moved.wall(today) > timedelta(days=6)


@pytest.mark.parametrize("today", TODAYS, ids=lambda today: f"{today:%a-%d-%b-%H%M}")
def test_a_reminder_has_gone_out_and_the_next_one_is_hours_away(today: datetime) -> None:
    """So that the mailbox has one, and nothing is due in the minute after the demo is filled."""
    due = [
        date.starts(today) - timedelta(minutes=minutes)
        for webinar in WEBINARS
        for date in webinar.dates
        for minutes in webinar.reminders
        if date.starts(today) > today and not date.called_off
    ]
    assert any(today - timedelta(days=7) < moment < today for moment in due)
    assert all(moment < today or moment > today + timedelta(hours=3) for moment in due)


def test_people_are_invented_and_their_addresses_are_nobodys() -> None:
    for email in (*EVERYBODY, *gatherings.emails()):
        found = validate_email(email, check_deliverability=False, test_environment=True)
        assert EXAMPLE.search(found.ascii_domain or ""), email
    assert not {guest.email for guest in gatherings.guests()} & set(READERS), "guests are no readers"
    for guest in gatherings.guests():
        assert guest.country in COUNTRIES
        assert guest.languages


def test_registrations_come_from_many_time_zones() -> None:
    for webinar in (PAST, COMING):
        zones = {EVERYBODY[one.email].zone for one in webinar.registrations}
        assert len(zones) >= 20
    offsets = {
        COMING.dates[0].starts(TODAYS[0]).astimezone(content.zone_of(EVERYBODY[one.email].zone)).utcoffset()
        for one in COMING.registrations
    }
    assert len(offsets) >= 12
    assert any(offset.seconds % 3600 for offset in offsets if offset), "and from halves and quarters of an hour"


@pytest.mark.parametrize("webinar", WEBINARS, ids=gatherings.slugs())
def test_who_registers_is_known_and_was_there_by_then(webinar: gatherings.Webinar) -> None:
    emails = [one.email for one in webinar.registrations]
    assert len(set(emails)) == len(emails)
    for one in webinar.registrations:
        assert one.email in EVERYBODY
        assert 0 < one.days_ago < webinar.announced_days_ago
        assert set(one.answers) <= {question["key"] for question in webinar.questions}
        assert set(one.feedback) <= {question["key"] for question in webinar.survey}
        if one.email in READERS:
            reader = READERS[one.email]
            assert (reader.state, reader.joined_days_ago > one.days_ago) == ("active", True)
        if webinar.list:
            assert webinar.list in READERS[one.email].lists
        if one.wants == "coming":
            held = [date for date in webinar.dates if date.in_days < 0]
            assert len(one.minutes) == len(held)
            assert all(0 <= minutes <= webinar.minutes for minutes in one.minutes)
    if webinar.list:
        assert set(emails) == {reader.email for reader in content.readers() if webinar.list in reader.lists}


@pytest.mark.parametrize("webinar", WEBINARS, ids=gatherings.slugs())
def test_every_field_is_one_that_staff_could_have_filled_in(webinar: gatherings.Webinar) -> None:
    for name in ("title", "summary", "description", "texts", "language", "spoken", "captions", "interpreted", "dial_in",
                 "access_note", "is_recorded", "capacity", "questions", "survey", "room_url"):  # fmt: skip
        fields.OF_SERIES[name](getattr(webinar, name))
    assert fields.reminders(webinar.reminders) == list(webinar.reminders)
    assert fields.slug(webinar.slug) == webinar.slug
    assert set(webinar.topics) <= set(TOPICS)
    assert set(webinar.sectors) <= set(SECTORS)
    assert set(webinar.countries) <= set(COUNTRIES)
    for date in webinar.dates:
        assert fields.agenda(date.agenda) == [dict(entry) for entry in date.agenda]
        assert all(entry["minute"] < webinar.minutes for entry in date.agenda)
        assert fields.texts(date.texts).keys() == dict(date.texts).keys()
        named = {entry["by"] for entry in date.agenda} - {""}
        assert named <= _known_names()


@pytest.mark.parametrize("webinar", WEBINARS, ids=gatherings.slugs())
def test_it_is_told_in_other_languages_too(webinar: gatherings.Webinar) -> None:
    assert is_written_in("en", webinar.title + webinar.summary + webinar.description)
    for language, text in webinar.texts.items():
        for word in ("title", "summary", "description"):
            assert not text[word] or is_written_in(language, text[word]), (language, word)
    assert {"fr"} <= set(webinar.texts)


def test_french_and_arabic_are_whole_where_they_are_promised() -> None:
    assert all(PAST.texts["fr"].values())
    for webinar in (COMING, SERIES):
        assert all(all(webinar.texts[language].values()) for language in ("fr", "ar"))
    for date in SERIES.dates:
        assert set(date.texts) == {"fr", "ar"}
        assert all(is_written_in(language, text["title"] + text["summary"]) for language, text in date.texts.items())
    told = PAST.dates[0].follow_up
    assert told is not None
    for who in ("came", "missed"):
        assert set(told[who]) == {"en", "fr"}
        assert all(is_written_in(lang, said["subject"] + said["body"]) for lang, said in told[who].items())


def test_questions_are_asked_by_who_registered_and_some_wait() -> None:
    for webinar in WEBINARS:
        registered = {one.email: one for one in webinar.registrations}
        for question in webinar.asked:
            assert question.by in registered
            date = webinar.dates[question.date - 1]
            asker = registered[question.by]
            assert asker.days_ago + date.in_days >= question.days_before, "they had registered"
            if asker.is_away(question.date):
                late = date.in_days + 2 - question.days_before  # where a weekend moves the date
                assert asker.away is not None
                assert late < -asker.away["days_ago"], "and had not opted out yet"
            assert question.votes < len(registered)
            assert bool(question.answer) == (question.state == "answered") == bool(question.answered_by)
            assert is_written_in(question.language, question.text + question.answer)
    assert Counter(question.state for question in PAST.asked) == {"answered": 5, "hidden": 1}
    assert Counter(question.state for question in COMING.asked) == {"shown": 3, "new": 4}


def test_who_speaks_is_known_from_the_shelf() -> None:
    known = {folded(author) for resource in content.resources() for author in resource.authors}
    known |= {folded(member.name) for member in content.hub().staff}
    speaking = {s.name for w in WEBINARS for s in w.speakers if s.role != "interpreter"}
    assert all(folded(name) in known for name in speaking)
    assert all(speaker.bio for webinar in WEBINARS for speaker in webinar.speakers if speaker.recording)


def test_the_recording_is_light_plain_and_what_is_said_fits_into_it() -> None:
    date = PAST.dates[0]
    assert date.recording is not None
    with as_file(PAST.file(date.recording["file"])) as path:
        found = probing.probe(path)
    assert (found.type, found.width, found.height) == ("video/mp4", 960, 540)
    assert found.length < 600_000
    assert 60 <= (found.duration or 0) <= 90
    assert len(found.chapters) == 6
    assert found.tags["title"] == PAST.title
    cues = transcripts.read(PAST.file(date.recording["transcript"]).read_bytes(), "text/vtt")
    assert transcripts.lint(cues, found.duration or 0) == []
    assert {cue.speaker for cue in cues} <= {speaker.name for speaker in PAST.speakers}


def test_the_handout_is_a_small_document() -> None:
    for handout in PAST.dates[0].handouts:
        with as_file(PAST.file(handout["file"])) as path:
            found = probing.probe(path)
        assert (found.type, found.length < 120_000) == ("application/pdf", True)
        assert handout["by"] in {speaker.name for speaker in PAST.speakers}


def test_pictures_are_square_light_and_described() -> None:
    pictured = {s.picture: s.alt for w in WEBINARS for s in w.speakers if s.picture}
    assert len(pictured) == 5
    for name, alt in pictured.items():
        with as_file(gatherings.picture(name)) as path, Image.open(path) as image:
            assert image.size == (480, 480)
            assert path.stat().st_size < 20_000
        assert len(alt) > 20


def _known_names() -> set[str]:
    staff = {member.name for member in content.hub().staff}
    return staff | {s.name for w in WEBINARS for s in w.speakers} | {reader.name for reader in content.readers()}
