"""Letters about webinars: the reader's own time first, and an invitation that says the same."""

from datetime import datetime
from email.utils import getaddresses

import pytest
from invitation_checks import calendar_of, events_of, findings_of, html_of, method_of, parsed, text_of
from sqlmodel import Session
from webinars.letter_stage import a_registration, a_speaker, last_mail, mails_of, sit
from webinars.webinar_stage import a_series, a_webinar, dates_of

from publisher.house import House
from publisher.webinars import letters

NEW_YORK = "Thursday 3 December 2026, 7:00 (New York)"
THERE = "Thursday 3 December, 15:00 in Nairobi · 12:00 UTC"


def test_alice_is_registered_and_reads_her_own_time_first(session: Session, house: House, now: datetime) -> None:
    made, _ = a_webinar(
        session, house, now, spoken=["en", "fr"], captions=["en"], is_recorded=True, dial_in="+254 20 1"
    )
    letters.confirmed(session, house, a_registration(session, made, now), now=now)
    raw = last_mail(session, house)
    assert findings_of(raw) == []
    lines = text_of(raw).splitlines()
    assert lines[:2] == [NEW_YORK, THERE]
    html = html_of(raw)
    assert html.rindex(NEW_YORK) < html.index("<h1")
    assert html.count(NEW_YORK) >= 2  # the preview and the first line
    assert method_of(raw) == "REQUEST"
    (event,) = events_of(raw)
    assert event.value("DTSTART") == "20261203T150000"
    assert event.value("SUMMARY") == "Play and care"
    for words in (
        "Hello Alice,",
        "I know the sender",
        "calendar.google.com",
        "outlook.live.com",
        "/j/",
        "English and French",
    ):
        assert words in text_of(raw)


def test_a_series_lists_every_date_with_its_own_way_in(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now)
    letters.confirmed(session, house, a_registration(session, made, now), now=now)
    raw = last_mail(session, house)
    assert findings_of(raw) == []
    assert text_of(raw).startswith(NEW_YORK)
    assert [text_of(raw).count(f"{day} 2026, 7:00 (New York)") for day in ("10 December", "31 December")] == [1, 1]
    master, *dates = events_of(raw)
    assert master.value("RRULE") == "FREQ=WEEKLY;BYDAY=TH;COUNT=6"
    assert len({one.value("URL") for one in dates}) == 6


@pytest.mark.parametrize("language", ["en", "fr", "ar", "pt-BR"])
def test_every_letter_is_fit_to_be_sent(session: Session, house: House, now: datetime, language: str) -> None:
    made = a_series(session, house, now, is_recorded=True, access_note="Step-free, and slides beforehand.")
    alice = a_registration(session, made, now, language=language)
    ruth = a_speaker(session, made, now, language=language)
    first, *_ = dates_of(session, made)
    letters.confirmed(session, house, alice, now=now)
    for write in (letters.please_confirm, letters.is_waiting, letters.is_asked, letters.is_declined, letters.lost_link):
        write(session, house, alice, now=now)
    letters.speaker_invited(session, house, ruth, now=now)
    letters.speaker_missing(session, house, ruth, ["A picture.", "Slides."], now=now)
    letters.speaker_told(session, house, ruth, first, now=now, was=now)
    sit(session, alice, first, "away")
    letters.dates_changed(session, house, alice, now=now)
    alice.state, alice.extra = "cancelled", alice.extra + 1
    letters.has_left(session, house, alice, now=now)
    mails = mails_of(session, house)
    assert len(mails) == 11
    assert {finding for raw in mails for finding in findings_of(raw)} == set()
    assert [method_of(raw) for raw in mails if calendar_of(raw)] == ["REQUEST"] * 4 + ["CANCEL"]
    for raw in mails:
        assert getaddresses([str(parsed(raw)["From"])])[0][1] == "letters@hub.example.org"
