"""Letters about webinars: the reader's own time first, and an invitation that says the same."""

from datetime import UTC, datetime, timedelta
from email.utils import getaddresses
from typing import Any

import pytest
from cast import a_list
from invitation_checks import calendar_of, events_of, findings_of, html_of, method_of, parsed, text_of
from sqlmodel import Session, select
from webinars.letter_stage import a_registration, a_speaker, last_mail, mails_of, sit
from webinars.webinar_stage import a_series, a_webinar, dates_of

from publisher.house import House
from publisher.mail.identities import hub
from publisher.mail.models import Outbox
from publisher.webinars import invites, letters, scheduling

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


def test_who_registers_while_it_is_on_is_asked_in(session: Session, house: House, now: datetime) -> None:
    made, webinar = a_webinar(session, house, now, dial_in="+254 20 1, code 9 (Nairobi)\n+31 70 2, code 9 (The Hague)")
    during = webinar.starts_at + timedelta(minutes=30)
    letters.confirmed(session, house, a_registration(session, made, during), now=during)
    raw = last_mail(session, house)
    assert findings_of(raw) == []
    said = " ".join(text_of(raw).split())
    assert "You are registered, and it has begun: come in." in said
    assert "The room is open." in said
    assert "We look forward" not in said
    assert "By phone: +254 20 1, code 9 (Nairobi) By phone: +31 70 2, code 9 (The Hague)" in said  # a line each


def test_who_is_asked_whether_it_was_them_reads_when_it_is(session: Session, house: House, now: datetime) -> None:
    made, _ = a_webinar(session, house, now)
    letters.please_confirm(session, house, a_registration(session, made, now), now=now)
    said = " ".join(text_of(last_mail(session, house)).split())
    assert said.index("Thursday 3 December") < said.index("Somebody, we hope you, registered")
    assert NEW_YORK in said
    assert THERE in said


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


@pytest.mark.parametrize("language", ["en", "fr", "ar", "es", "pt-BR", "sw"])
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
    letters.speaker_told(session, house, ruth, [(first, now)], now=now)
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


def test_dates_change_in_the_calendar_as_they_were_invited(session: Session, house: House, now: datetime) -> None:
    """Who has the whole series gets it anew, who has single dates has them taken out one by one, and who has none, all."""
    made = a_series(session, house, now, is_recorded=True)
    first, second, third, *_ = dates_of(session, made)
    alice = a_registration(session, made, now)
    sit(session, alice, second, "away")
    letters.dates_changed(session, house, alice, now=now, removed={second.id or 0})
    raw = last_mail(session, house)
    assert (method_of(raw), findings_of(raw)) == ("REQUEST", [])
    assert events_of(raw)[0].value("EXDATE") == "20261210T150000"
    assert {one.value("SEQUENCE") for one in events_of(raw)} == {str(made.sequence + 1)}

    bob = a_registration(session, made, now, "bob@readers.example", name="Bob", coming=[1, 3])
    sit(session, bob, third, "away")
    letters.dates_changed(session, house, bob, now=now, removed={third.id or 0})
    raw = last_mail(session, house)
    assert (method_of(raw), findings_of(raw)) == ("CANCEL", [])
    assert [one.value("RECURRENCE-ID") for one in events_of(raw)] == ["20261217T150000"]
    assert "STATUS" not in (calendar_of(raw) or b"").decode()
    sit(session, bob, first, "recording")
    letters.dates_changed(session, house, bob, now=now, removed={first.id or 0})
    raw = last_mail(session, house)
    assert (method_of(raw), findings_of(raw)) == ("CANCEL", [])
    assert "the recording" in text_of(raw)


def test_who_only_wants_the_recording_gets_no_invitation(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now, is_recorded=True)
    carol = a_registration(session, made, now, coming=[], recording=[1, 2], is_whole=False)
    letters.confirmed(session, house, carol, now=now)
    raw = last_mail(session, house)
    assert (calendar_of(raw), findings_of(raw)) == (None, [])
    assert text_of(raw).startswith(NEW_YORK)
    assert "/j/" not in text_of(raw)


def test_who_leaves_is_taken_out_and_others_are_not(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now)
    alice = a_registration(session, made, now)
    alice.state, alice.extra = "cancelled", 1
    letters.has_left(session, house, alice, now=now)
    raw = last_mail(session, house)
    (event,) = events_of(raw)
    assert (method_of(raw), event.value("STATUS"), event.value("RECURRENCE-ID")) == ("CANCEL", "", "")
    assert event.value("ATTENDEE") == "mailto:alice@readers.example"
    assert findings_of(raw) == []


def test_after_the_first_dates_only_what_is_to_come_is_taken_out(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now)
    alice = a_registration(session, made, now)
    alice.state, alice.extra = "cancelled", 1
    letters.has_left(session, house, alice, now=now + timedelta(days=20))
    assert [one.value("RECURRENCE-ID")[:8] for one in events_of(last_mail(session, house))] == [
        "20261217", "20261224", "20261231", "20270107",
    ]  # fmt: skip


def test_two_people_share_one_edition(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now)
    for name in ("alice", "bob"):
        letters.confirmed(
            session, house, a_registration(session, made, now, f"{name}@readers.example", name=name), now=now
        )
    assert len({row.edition_id for row in session.exec(select(Outbox)).all()}) == 1
    assert "bob@readers.example" in str((calendar_of(last_mail(session, house)) or b"").decode().replace("\r\n ", ""))


VALUES = {
    name: f"https://hub.example.org/{name}/t0ken"
    for name in ("booking", "quiet", "join", "register", "unsubscribe", "preferences", "attended")
} | {"quiet": "https://hub.example.org/u/t0ken", "unsubscribe": "https://hub.example.org/u/t0ken", "sequence": "4"}
SAID = {"subject": "Before Thursday", "body": "Please read **this**.\n\n- one\n- two"}
MANY: list[tuple[str, dict[str, Any], str]] = [
    ("announcement", {"words": {"subject": "", "body": "Dear friends,"}}, "Webinar: Play and care"),
    ("reminder", {"data": {"minutes": 1440}}, "In 24 hours: Play and care"),
    ("reminder", {"data": {"minutes": 60}}, "In one hour: Play and care"),
    ("reminder", {"data": {"minutes": 0}}, "It begins now: Play and care"),
    ("update", {"data": {"reason": "moved", "note": "Ruth’s plane is late."}}, "New time: Play and care"),
    ("cancellation", {"data": {"reason": "date", "note": "Ruth is ill."}}, "Called off: Play and care"),
    ("message", {"words": SAID}, "Before Thursday"),
    ("came", {"words": SAID, "data": {"known": True}}, "Before Thursday"),
    ("missed", {"words": SAID, "data": {"known": True}}, "Before Thursday"),
]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_letters_to_many_say_the_readers_time_first(
    session: Session, house: House, now: datetime, language: str
) -> None:
    made, webinar = a_webinar(session, house, now, is_recorded=True)
    mailing_list = a_list(session, hub(session), now)
    webinar.recording_url, made.survey = (
        "https://video.example.org/1",
        [{"key": "a", "label": "How was it?", "kind": "text"}],
    )
    for kind, more, subject in MANY:
        given = {"data": {}} | more
        if kind == "update":
            given["calendar"] = invites.request_body(
                session, house, made, language=language, webinar=webinar, covering=()
            )
            given["data"]["was"] = {"starts_at": (webinar.starts_at - timedelta(days=1)).isoformat()}
        if kind == "cancellation":
            given["calendar"] = invites.cancel_body(session, house, made, language=language, webinar=webinar)
        through = mailing_list if kind == "announcement" else None
        at = webinar.starts_at - timedelta(minutes=given["data"].get("minutes", 600))
        edition = letters.compile_for(
            session, house, kind, made, webinar, language, now=at, mailing_list=through, **given
        )
        values = VALUES | {
            name: f"https://hub.example.org/j/{name}" for name in edition.required if name.startswith("join-")
        }
        raw = edition.assemble(
            to_name="Alice", to_address="alice@readers.example", message_id="17.0123456789abcdef@hub.example.org", date=now,
            values=values, selection=None, zone="Pacific/Auckland",
        )  # fmt: skip
        assert findings_of(raw) == [], kind
        if language == "en":
            assert str(parsed(raw)["Subject"]) == subject
            assert text_of(raw).startswith(f"Friday 4 December 2026, 1:00 (Auckland)\n{THERE}\n")
        assert ("List-Unsubscribe" in parsed(raw)) == (kind not in ("update", "cancellation"))
        assert ("List-Id" in parsed(raw)) == (kind == "announcement")


def test_an_update_says_what_it_was_and_what_it_is(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now)
    dates = dates_of(session, made)
    was = {str(one.id): {"starts_at": (one.starts_at - timedelta(hours=2)).isoformat()} for one in dates}
    edition = letters.compile_for(
        session, house, "update", made, None, "en", now=now, data={"reason": "zone", "dates": was}
    )
    text = edition.text(values=VALUES, zone="Africa/Nairobi")
    assert text.startswith("Thursday 3 December 2026, 15:00 (Nairobi)")
    assert (
        "It was: Thursday 7 January 2027, 13:00 (Nairobi)\nIt is now:\nThursday 7 January 2027, 15:00 (Nairobi)" in text
    )


def test_a_late_reminder_says_how_late_it_is(session: Session, house: House, now: datetime) -> None:
    made, webinar = a_webinar(session, house, now)
    late = webinar.starts_at - timedelta(minutes=300)
    edition = letters.compile_for(session, house, "reminder", made, webinar, "en", now=late, data={"minutes": 1440})
    assert edition.subject == "In 5 hours: Play and care"


def test_the_number_to_call_is_for_who_registered(session: Session, house: House, now: datetime) -> None:
    made, webinar = a_webinar(session, house, now, dial_in="+254 20 1, code 9876")
    given: dict[str, Any] = {"now": now, "data": {"minutes": 60}}
    reminder = letters.compile_for(session, house, "reminder", made, webinar, "en", **given)
    announced = letters.compile_for(session, house, "announcement", made, webinar, "en", mailing_list=a_list(session, hub(session), now), **given)  # fmt: skip
    assert "code 9876" in reminder.text(values=VALUES)
    assert "code 9876" not in announced.text(values=VALUES)


def test_speakers_have_a_way_in_of_their_own(session: Session, house: House, now: datetime) -> None:
    made, webinar = a_webinar(session, house, now, is_recorded=True)
    ruth = a_speaker(session, made, now, webinar_id=webinar.id, invited_at=now)
    nobody = a_speaker(session, made, now, "x@talks.example")
    nobody.address_id = None
    assert letters.speaker_invited(session, house, nobody, now=now) is None
    letters.speaker_invited(session, house, ruth, now=now)
    raw = last_mail(session, house)
    assert findings_of(raw) == []
    assert text_of(raw).startswith("Thursday 3 December 2026, 13:00 (Berlin)")
    assert events_of(raw)[0].value("URL").startswith("https://hub.example.org/j/")
    about = events_of(raw)[0].value("DESCRIPTION")
    assert "This webinar is recorded." in about
    assert "Your page as a speaker: https://hub.example.org/webinars/speaker/" in about
    assert "cancel" not in about  # what only registrants can do there
    webinar.rehearsal_uid, webinar.rehearsal_wall = "r1@hub.example.org", "2026-12-02T10:00"
    webinar.rehearsal_at = datetime(2026, 12, 2, 7, tzinfo=UTC)
    letters.rehearsal(session, house, ruth, webinar, now=now)
    raw = last_mail(session, house)
    assert (events_of(raw)[0].value("UID"), findings_of(raw)) == ("r1@hub.example.org", [])
    assert "recorded" not in events_of(raw)[0].value("DESCRIPTION")
    assert text_of(raw).startswith("Wednesday 2 December 2026, 8:00 (Berlin)")
    scheduling.reschedule(session, house, webinar, starts=datetime(2026, 12, 4, 9), now=now)
    told = mails_of(session, house, to="ruth@talks.example")[2:]
    assert [method_of(raw) for raw in told] == ["REQUEST"]
    assert "It was: Thursday 3 December 2026, 13:00 (Berlin)" in text_of(told[0])


def test_a_series_that_is_called_off_is_one_letter_to_its_speakers(
    session: Session, house: House, now: datetime
) -> None:
    made = a_series(session, house, now)
    second = dates_of(session, made)[1]
    a_speaker(session, made, now, invited_at=now)
    a_speaker(session, made, now, "tomas@talks.example", webinar_id=second.id, invited_at=now, name="Tomás")
    scheduling.change_zone(session, house, made, "Africa/Lagos", now=now)
    scheduling.cancel_series(session, house, made, now=now + timedelta(minutes=1))
    for address, number in (("ruth@talks.example", 6), ("tomas@talks.example", 1)):
        moved, off = mails_of(session, house, to=address)
        assert [findings_of(raw) for raw in (moved, off)] == [[], []]
        assert (method_of(moved), method_of(off), len(events_of(off))) == ("REQUEST", "CANCEL", number)
        assert events_of(moved)[-1].value("DTSTART").endswith("T150000")


def test_one_date_for_another_is_a_cancellation_and_an_invitation(
    session: Session, house: House, now: datetime
) -> None:
    made = a_series(session, house, now)
    first, second, *_ = dates_of(session, made)
    bob = a_registration(session, made, now, "bob@readers.example", coming=[1])
    sit(session, bob, first, "away")
    sit(session, bob, second, "coming")
    letters.dates_changed(session, house, bob, now=now, removed={first.id or 0}, joined={second.id or 0})
    mails = mails_of(session, house)
    assert [(method_of(raw), findings_of(raw)) for raw in mails] == [("CANCEL", []), ("REQUEST", [])]
    assert [[one.value("RECURRENCE-ID")[:8] for one in events_of(raw)] for raw in mails] == [["20261203"], ["20261210"]]
