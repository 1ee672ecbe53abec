"""The demo's webinars as registrants, speakers and staff find them, and as if they had never been when they are taken away."""

import email
import email.policy
import json
from collections import Counter
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from invitation_checks import findings_of
from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select
from stages import Stage
from webinars.webinar_stage import a_webinar

from publisher.demo import content, gatherings, install, marker, meetings, people, posted, settling, webinars
from publisher.desk import person
from publisher.errors import Conflict
from publisher.house import House
from publisher.library.models import Source, Work, WorkText
from publisher.mail import identities
from publisher.mail.models import Letter, MailboxMessage, Outbox
from publisher.media.models import MediaFile
from publisher.newsletters.models import Issue, IssueItem, Received
from publisher.webinars import (
    certificates,
    feedback,
    handouts,
    mailings,
    preparing,
    programme,
    questions,
    registering,
    registrants,
    series,
    speakers,
    times,
    wishes,
)
from publisher.webinars.models import Mailing, Registrant, Registration, Seat, Series, Speaker, Webinar

PAST, COMING, CIRCLE, SMALL = gatherings.webinars()
TABLES = [
    table
    for table in SQLModel.metadata.sorted_tables
    if table.name.startswith(("webinar", "room_event", "mailbox_", "letter", "outbox"))
]


@pytest.fixture
def gathered(fresh: House, stage: Stage, now: datetime) -> House:
    """A hub that has the demo's people, lists and webinars, and nothing else of it."""
    stage(_gather, now)
    return fresh


def _gather(house: House, now: datetime) -> None:
    with house.database.session() as session:
        marker.begin(session, now, settling.signature(identities.hub(session)))
        settling.sign(session, house)
        settling.found_newsletters(session, now)
        people.hire(session, house, now)
        people.welcome(session, house, content.readers(), now=now)
    webinars.install(house, now=now)
    with house.database.session() as session:
        marker.complete(session)


def count(session: Session, table: type[SQLModel]) -> int:
    return int(session.exec(select(func.count()).select_from(table)).one())


def files_of(house: House) -> set[Path]:
    return {path for path in (house.settings.data_dir / "media").rglob("*") if path.is_file()}


def dates_of(session: Session, about: gatherings.Webinar) -> list[Webinar]:
    return programme.webinars_of(session, programme.by_slug(session, about.slug))


def test_what_was_held_is_counted_published_and_followed_up(gathered: House, now: datetime) -> None:
    with gathered.database.reading() as session:
        (webinar,) = dates_of(session, PAST)
        _who_came_is_known_to_the_minute(session, webinar)
        film = session.get_one(MediaFile, webinar.recording_id)
        assert (film.kind, film.licence) == ("video", meetings.LICENCE)
        assert webinar.transcript.startswith("WEBVTT")
        shown = handouts.shown(session, webinar, now=now)
        assert [handout.title for handout, _ in shown] == ["Nine questions to carry in your head"]
        published = questions.published(session, webinar)
        assert (len(published), published[0].votes) == (5, 11)
        assert all(question.answer for question in published)
        assert len(feedback.of(session, webinar)) == sum(bool(one.feedback) for one in PAST.registrations)
        recording = session.get_one(Work, webinar.recording_work_id)
        assert (recording.kind, recording.state) == ("recording", "approved")
        sent = {one.kind: one for one in session.exec(select(Mailing).where(col(Mailing.webinar_id) == webinar.id))}
        numbers = {kind: mailings.numbers(session, sent[kind])["accepted"] for kind in ("came", "missed")}
        assert numbers == {"came": 16, "missed": 10}


def _who_came_is_known_to_the_minute(session: Session, webinar: Webinar) -> None:
    here = meetings.registered(session, PAST)
    sat = {one.registration_id: one for one in session.exec(select(Seat).where(col(Seat.webinar_id) == webinar.id))}
    for said in PAST.registrations:
        seat = sat[here[said.email].id or 0]
        if said.wants == "recording":
            assert (seat.state, seat.minutes) == ("recording", None)
        elif said.minutes[0]:
            assert seat.minutes == said.minutes[0]
    attended = Counter(seat.attended for seat in sat.values() if seat.state == "coming")
    assert attended == {"yes": 16, "no": 7}, "who stayed for a third of it did not attend"


def test_what_is_to_come_is_found_asked_about_and_prepared(gathered: House, now: datetime) -> None:
    with gathered.database.reading() as session:
        assert [webinar.slug for _, webinar in programme.listed(session, now)] == [COMING.slug, SMALL.slug]
        assert [webinar.slug for _, webinar in programme.listed(session, now, past=True)] == [PAST.slug]
        (webinar,) = dates_of(session, COMING)
        registered = session.exec(select(Registration).where(col(Registration.series_id) == webinar.series_id)).all()
        assert {(one.state, one.source) for one in registered} == {("registered", "demo")}
        assert len({one.zone for one in registered}) >= 20
        assert Counter(one.state for one in questions.of(session, webinar)) == {"shown": 3, "new": 4}
        assert questions.of(session, webinar, ("shown",))[0].text.startswith("Did anybody who had left")
        cast = {one.name: one for one in speakers.of(session, programme.by_slug(session, COMING.slug))}
        assert len(cast) == 6
        assert all(one.invited_at is not None for one in cast.values())
        assert cast["Abena Owusu-Ansah"].picture_id is not None
        assert len(preparing.missing(session, cast["Danielle Okafor"], now=now)) == 4, "one is still to be heard from"
        assert webinar.rehearsal_at is not None
        small = programme.by_slug(session, SMALL.slug)
        states = session.exec(select(Registration.state).where(col(Registration.series_id) == small.id)).all()
        assert Counter(states) == {"registered": 6, "waiting": 3}


def test_the_shelf_tells_of_it_in_every_language_and_follows_to_another_address(gathered: House, now: datetime) -> None:
    there = replace(gathered, settings=replace(gathered.settings, public_url="http://127.0.0.1:9000"))
    with there.database.session() as session:
        (webinar,) = dates_of(session, COMING)
        work = session.get_one(Work, webinar.work_id)
        assert (work.kind, work.zone, work.starts_at) == ("webinar", COMING.zone, webinar.starts_at)
        assert set(work.authors) == {"Abena Owusu-Ansah", "Maricel Dizon", "Danielle Okafor"}
        told = session.exec(select(WorkText.language).where(col(WorkText.work_id) == work.id)).all()
        assert set(told) == {"en", "fr", "ar", "es", "pt", "sw"}
        assert all(date.work_id is None for date in dates_of(session, CIRCLE)), "what is for a cohort is not told"
        webinars.move(session, there, now=now + timedelta(hours=1))
    with there.database.reading() as session:
        links = session.exec(select(WorkText.link).where(col(WorkText.work_id) == work.id)).all()
        assert {link.split("/webinars/")[0] for link in links} == {"http://127.0.0.1:9000"}


def test_the_circle_met_three_times_and_is_told_what_changes(gathered: House, now: datetime) -> None:
    with gathered.database.reading() as session:
        circle = dates_of(session, CIRCLE)
        states = [times.state_of(webinar, now) for webinar in circle]
        assert states == ["held", "held", "held", "announced", "cancelled", "announced"]
        assert (circle[5].wall, circle[5].minutes) == ("2026-12-30T16:00", 105)
        assert circle[5].moved_from is not None
        assert all(date.note for date in circle[4:])
        assert programme.by_slug(session, CIRCLE.slug).sequence == 2, "one date moved, one called off"
        registration = meetings.registered(session, CIRCLE)["tomas.ribeiro@maraberto.example.org"]
        assert certificates.of(session, gathered, registration).minutes == 270
        starts = circle[3].starts_at
    mailings.plan_due(gathered, starts - timedelta(days=1))
    with gathered.database.reading() as session:
        reminded = session.exec(select(Outbox.to_name).where(col(Outbox.state) == "queued")).all()
        assert len(reminded) == 6, "not who asked for an alarm instead, and not who opted out"
        assert {"Camila Ospina", "Danielle Cormier"} & set(reminded) == set()


def test_everything_due_was_sent_and_the_mailbox_has_some_of_it(gathered: House, now: datetime) -> None:
    with gathered.database.reading() as session:
        assert set(session.exec(select(Outbox.state))) == {"accepted"}
        letters = session.exec(select(Letter).where(col(Letter.key).startswith("webinar-"))).all()
        assert {letter.state for letter in letters if not letter.standing} == {"done"}
        waiting = session.exec(select(Mailing).where(col(Mailing.state) == "waiting")).all()
        assert {one.kind for one in waiting} == {"reminder"}
        assert all(one.due_at > now + timedelta(hours=3) for one in waiting)
        assert set(session.exec(select(Mailing.state))) == {"out", "waiting", "cancelled"}
    assert mailings.plan_due(gathered, now + timedelta(minutes=1)) == 0
    assert preparing.remind_missing(gathered, now + timedelta(minutes=1)) == 0
    with gathered.database.reading() as session:
        kept = session.exec(select(MailboxMessage).order_by(col(MailboxMessage.id))).all()
        assert {one.recipient for one in kept} == set(posted.READ)
        received = [one.received_at for one in kept]
        assert now - posted.LOOK_BACK <= received[0] <= received[-1] <= now
        assert received == sorted(received)
        kinds = {one.subject.split(":")[0] for one in kept if one.recipient == posted.READ[0]}
        assert {"Umesajiliwa", "Baada ya siku 7", "Muda mpya", "Imefutwa"} <= kinds, "she reads Swahili first"
        methods = _methods([one.data for one in kept])
    assert methods["REQUEST"] >= 3
    assert methods["CANCEL"] >= 1


def _methods(mails: list[bytes]) -> Counter[str]:
    """Of the calendars in these mails, which break no rule."""
    found: Counter[str] = Counter()
    for data in mails:
        assert findings_of(data) == []
        mail = email.message_from_bytes(data, policy=email.policy.default)
        parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
        found.update(str(part["Content-Type"].params["method"]) for part in parts)
    return found


def test_the_whole_demo_has_them_in_its_letter_and_leaves_nothing_behind(
    fresh: House, full: install.Summary, now: datetime
) -> None:
    """The held one while it was to come, in the second issue; its recording and the one to come in the growing draft."""
    said = json.loads(json.dumps(asdict(full)))
    assert (said["webinars"], said["registrations"]) == (9, 69)
    with fresh.database.reading() as session:
        (held,), (coming,) = dates_of(session, PAST), dates_of(session, COMING)
        had = select(Received.issue_id).where(col(Received.work_id) == held.work_id).distinct()
        issues = session.exec(select(Issue).where(col(Issue.id).in_(had))).all()
        assert [issue.number for issue in issues] == [2]
        growing = select(IssueItem.work_id).join(Issue, col(Issue.id) == col(IssueItem.issue_id))
        told = set(session.exec(growing.where(col(Issue.state) == "draft")))
        assert {coming.work_id, held.recording_work_id} <= told
        assert held.work_id not in told
    assert len([path for path in files_of(fresh) if path.suffix in (".mp4", ".pdf", ".jpg")]) == 10, (
        "three of them pictures of the shelf"
    )
    install.remove(fresh, now + timedelta(days=1))
    assert files_of(fresh) == set()
    with fresh.database.reading() as session:
        left = {table.name: session.execute(select(func.count()).select_from(table)).scalar_one() for table in TABLES}
        assert {name: number for name, number in left.items() if number} == {}
        assert session.exec(select(Source.slug)).all() == []


def test_a_hub_with_a_webinar_of_its_own_is_not_filled(fresh: House, now: datetime) -> None:
    with fresh.database.session() as session:
        a_webinar(session, fresh, now)
    with pytest.raises(Conflict, match="webinars"):
        install.install(fresh, now)


def test_a_stranger_who_registered_stops_the_removal_until_they_are_gone(gathered: House, now: datetime) -> None:
    with gathered.database.session() as session:
        wish = wishes.Wish(email="alice@example.net", name="Alice", zone="Africa/Nairobi", source="staff")
        registering.register(session, gathered, programme.by_slug(session, COMING.slug), wish, now=now)
    with pytest.raises(Conflict, match=r"registered for its webinars \(1\)"):
        install.remove(gathered, now + timedelta(hours=1))
    with gathered.database.session() as session:
        assert count(session, Series) == 4
        person.erase_address(session, gathered, "alice@example.net", now + timedelta(hours=2))
    install.remove(gathered, now + timedelta(hours=3))
    with gathered.database.reading() as session:
        assert count(session, Registrant) == 0


def test_what_is_ours_outlives_it_unless_it_leans_on_it(gathered: House, now: datetime) -> None:
    """A webinar of our own is booked by one of the demo's people, and shows a picture of the demo."""
    later = now + timedelta(minutes=5)
    with gathered.database.session() as session:
        ours, _ = a_webinar(session, gathered, later, slug="ours")
        for who in ("alice@example.net", "grace.ouma@bahari.example.org"):
            registering.register(session, gathered, ours, wishes.Wish(email=who, zone="UTC", source="staff"), now=later)
        face = session.exec(select(Speaker.picture_id).where(col(Speaker.picture_id).is_not(None))).first()
        own = speakers.add(session, gathered, ours, speakers.SpeakerShape(name="Alice"), now=later)
        speakers.set_picture(session, own, session.get_one(MediaFile, face))
        leaning, _ = a_webinar(session, gathered, later, slug="leaning", list_slug="costing-circle")
    with pytest.raises(Conflict, match="for a list of the demo"):
        install.remove(gathered, now + timedelta(hours=1))
    with gathered.database.session() as session:
        leaning = programme.by_slug(session, "leaning")
        series.edit(session, gathered, leaning, replace(series.shape_of(session, leaning), list_slug=None), now=later)
    install.remove(gathered, now + timedelta(days=1))
    with gathered.database.reading() as session:
        assert set(session.exec(select(Series.slug))) == {"ours", "leaning"}
        (left,) = session.exec(select(Registration)).all()
        assert registrants.address_of(session, left).email == "alice@example.net"
        assert left.state == "registered"
        assert [media.id for media in session.exec(select(MediaFile))] == [face]


def test_history_is_in_order_and_ends_before_today(now: datetime) -> None:
    for days in range(7):
        today = now + timedelta(days=days, hours=17, minutes=59)
        happened = webinars.history(today)
        assert [one.at for one in happened] == sorted(one.at for one in happened)
        assert happened[-1].at < today
        assert happened[0].at == CIRCLE.announced(today)
