"""A series' way in Chromium: from an empty room to invitations, a move, the room, a question, and what comes of it afterwards.

Issue 4, Done when 5. Staff and a visitor in Kathmandu each have a browser; mails are read in the built-in mailbox. Time is the
service's own clock: the timetable ticks when the story says so.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from desk_stage import PASSWORD, a_member
from invitation_checks import calendar_of, findings_of, text_of
from media.making import mp3
from our_web import Web
from podcasts.broadcast import a_show
from service import Service
from sqlmodel import col, select

import scheduler
from feeds.calendar.reading import Component, read
from publisher.mail.models import MailboxMessage
from publisher.newsletters import drafting
from publisher.newsletters.letter import entries
from publisher.newsletters.models import Newsletter
from publisher.podcasts.models import Episode
from publisher.webinars.models import Seat, Series, Webinar

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser

ALICE = "alice@example.org"
VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\nGood morning to all of you.\n"


@pytest.fixture
def room() -> Iterator[Web]:
    """Somebody else's meeting room: an address on another origin."""
    web = Web()
    web.serve("/room", "<h1>Welcome to the room</h1>", "text/html")
    yield web
    web.close()


@pytest.fixture
def desk(chromium: "Browser", service: Service) -> Iterator["Page"]:
    """An editor's browser in Nairobi, signed in."""
    a_member(service.house, service.wall.now, "editor")
    yield from _browser(chromium, service, "Africa/Nairobi", signs_in=True)


@pytest.fixture
def visitor(chromium: "Browser", service: Service) -> Iterator["Page"]:
    """Alice's browser, in Kathmandu."""
    yield from _browser(chromium, service, "Asia/Kathmandu", signs_in=False)


def _browser(chromium: "Browser", service: Service, zone: str, *, signs_in: bool) -> Iterator["Page"]:
    context: BrowserContext = chromium.new_context(
        base_url=service.url, locale="en-GB", timezone_id=zone, viewport={"width": 1280, "height": 900}
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    if signs_in:
        sign_in(page)
    yield page
    context.close()
    assert not [text for text in complaints if "status of 4" not in text and "favicon" not in text]


def sign_in(page: "Page") -> None:
    page.goto("/studio/login")
    page.locator("input[name=email]").fill("editor@example.org")
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("form button").first.click()


def test_from_an_empty_room_to_the_recording_in_the_next_issue(
    desk: "Page", visitor: "Page", service: Service, room: Web, tmp_path: Path
) -> None:
    with service.house.database.session() as session:
        a_show(session, service.house, service.wall.now)
    staff_make_a_series(desk, room)
    deliver(service)
    alice_registers(visitor, service)
    invited = newest(service, "REQUEST")
    assert text_of(invited).splitlines()[0] == "Thursday 3 December 2026, 17:45 (Kathmandu)"
    assert len(dates_in(invited)) == 6

    staff_move_the_first_date(desk, service)
    deliver(service)
    moved = newest(service, "REQUEST")
    assert text_of(moved).splitlines()[0] == "Thursday 3 December 2026, 18:45 (Kathmandu)"
    assert uid(moved) == uid(invited)
    assert (sequence(invited), sequence(moved)) == (0, 1)
    assert [findings_of(mail) for mail in (invited, moved)] == [[], []]

    at = start(service)
    reminder = reminded(service, at - timedelta(days=1))
    assert text_of(reminder).splitlines()[0] == "Thursday 3 December 2026, 18:45 (Kathmandu)"
    alice_joins_and_asks(visitor, service, reminder, at)
    staff_answer(desk, service)
    staff_take_it_further(desk, service, at, tmp_path)
    it_is_everywhere(visitor, desk, service)


def staff_make_a_series(desk: "Page", room: Web) -> None:
    desk.goto("/studio/webinars")
    desk.get_by_role("link", name="New webinar").or_(desk.get_by_role("link", name="Plan the first one")).first.click()
    desk.get_by_label("Title", exact=True).fill("Leading together")
    desk.get_by_label("In one or two sentences").fill("Six talks for those who lead.")
    desk.get_by_label("First date").fill("2026-12-03T15:00")
    desk.get_by_label("By the clock of").select_option("Africa/Nairobi")
    desk.get_by_label("It takes place").select_option("weekly")
    desk.get_by_label("How many dates").fill("6")
    desk.get_by_text("It comes to 6 dates").wait_for()
    desk.get_by_label("Address of the room").fill(room.url("/room"))
    desk.get_by_label("It is recorded").check()
    desk.get_by_label("Announce it to").select_option("monthly")
    desk.get_by_role("button", name="Publish and announce").click()
    desk.get_by_text("The announcement is on its way to 1 reader of Monthly.").wait_for()


def alice_registers(visitor: "Page", service: Service) -> None:
    """By the register link of the announcement: her address is filled in, and shown to nobody."""
    visitor.goto("/mailbox")
    visitor.get_by_role("link", name="Leading together").first.click()
    announcement = letters(service)[-1]
    (link,) = set(re.findall(rf"{service.url}/webinars/series/leading-together\?for=\S+", text_of(announcement)))
    visitor.goto(link)
    assert ALICE not in visitor.content()
    assert visitor.get_by_label("Your time zone").input_value() == "Asia/Kathmandu"
    service.wall.move(timedelta(seconds=5))  # she reads before she presses
    visitor.get_by_role("button", name="Register", exact=True).click()
    visitor.get_by_text("We have written to you").wait_for()
    deliver(service)
    visitor.goto("/mailbox")
    visitor.get_by_role("link", name="You are registered").or_(
        visitor.get_by_role("link", name="Leading together")
    ).first.click()
    visitor.get_by_text("Invitation").first.wait_for()


def staff_move_the_first_date(desk: "Page", service: Service) -> None:
    desk.goto("/studio/webinars/leading-together")
    desk.locator("ul.dates li").first.get_by_role("link", name="Move").click()
    desk.get_by_text("Moves it for 1 person").wait_for()
    desk.locator(".changing").get_by_label("Day and time").fill("2026-12-03T16:00")
    desk.locator(".changing").get_by_role("button", name="Move it").click()
    desk.get_by_text("Moved:").first.wait_for()


def alice_joins_and_asks(visitor: "Page", service: Service, reminder: bytes, at) -> None:  # type: ignore[no-untyped-def]
    (join,) = set(re.findall(rf"{service.url}/j/\S+", text_of(reminder)))
    visitor.goto(join)
    visitor.get_by_text("It opens").wait_for()
    service.wall.now = at - timedelta(minutes=10)
    visitor.goto(join)
    assert seat(service).pressed_at is None  # looking counts nothing
    visitor.get_by_role("button", name="Enter the room").click()
    visitor.get_by_text("Welcome to the room").wait_for()
    assert (seat(service).pressed_at, seat(service).attended) == (service.wall.now, "probable")
    (mine,) = set(re.findall(rf"{service.url}/webinars/mine/[^\s.]+\.[^\s.]+", text_of(reminder)))
    visitor.goto(mine)
    visitor.get_by_label("What would you like to ask?").first.fill("What do mentors need first?")
    visitor.get_by_role("button", name="Ask", exact=True).first.click()
    visitor.get_by_text("waits for the moderator").first.wait_for()


def staff_answer(desk: "Page", service: Service) -> None:
    sign_in(desk)  # ten days have passed
    desk.goto(f"/studio/webinars/leading-together/dates/{first(service).id}/live")
    desk.get_by_text("What do mentors need first?").wait_for()
    desk.get_by_role("button", name="Show it").click()
    desk.get_by_role("link", name="Answer in writing").click()
    desk.get_by_label("The answer").fill("An hour a week.")
    desk.get_by_role("button", name="Save and put it on its page").click()
    desk.get_by_text("An hour a week.").first.wait_for()


def staff_take_it_further(desk: "Page", service: Service, at, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    service.wall.now = at + timedelta(hours=3)
    scheduler.tick(service.house, service.wall.now)
    sound, people = tmp_path / "leading.mp3", tmp_path / "people.csv"
    sound.write_bytes(mp3(3, 128_000))
    people.write_text(f"email,minutes\n{ALICE},58\n")
    here = f"/studio/webinars/leading-together/dates/{first(service).id}/afterwards"
    desk.goto(here)
    desk.get_by_text("Give it a recording").click()
    desk.get_by_label("Or the file").set_input_files(sound)
    desk.get_by_text("MP3, 0:03").first.wait_for()
    desk.get_by_role("button", name="Keep it").click()
    desk.get_by_text("leading.mp3").first.wait_for()
    desk.get_by_text("Take in a list").click()
    desk.get_by_label("The file", exact=True).set_input_files(people)
    desk.get_by_role("button", name="Take it in").click()
    desk.locator("#attendance .notice").wait_for()
    desk.get_by_role("button", name="Take it further").click()
    desk.get_by_text("Letters go to 1 who came").wait_for()
    assert (seat(service).attended, seat(service).minutes) == ("yes", 58)
    deliver(service)


def it_is_everywhere(visitor: "Page", desk: "Page", service: Service) -> None:
    """Alice's letter, the recording's page, the library, an episode's draft, and the next issue."""
    letter = text_of(letters(service)[-1])
    recording = f"{service.url}/webinars/{first(service).slug}/recording"
    assert recording in letter
    assert "Thank you for being with us" in letter
    visitor.goto(recording)
    source = visitor.locator("audio, video").first.get_attribute("src") or visitor.locator(
        "source"
    ).first.get_attribute("src")
    assert source is not None
    assert requests.get(f"{service.url}{source}" if source.startswith("/") else source, timeout=10).status_code == 200
    visitor.get_by_text("An hour a week.").wait_for()
    visitor.goto("/library?kind=recording")
    visitor.get_by_role("link", name="Leading together").first.wait_for()
    desk.goto("/studio/podcasts/small-hands")
    desk.get_by_role("link", name="Leading together").first.wait_for()
    with service.house.database.session() as session:
        (episode,) = session.exec(select(Episode)).all()
        assert (episode.state, episode.audio_id is not None) == ("draft", True)
        newsletter = session.exec(select(Newsletter).where(col(Newsletter.slug) == "monthly")).one()
        issue = drafting.draft(session, newsletter, now=service.wall.now)
        drafted = {entry.work.id for entry in entries(session, issue, now=service.wall.now)}
        assert first(service).recording_work_id in drafted


def deliver(service: Service) -> None:
    scheduler.tick(service.house, service.wall.now)
    service.deliver()


def reminded(service: Service, at) -> bytes:  # type: ignore[no-untyped-def]
    before = len(letters(service))
    service.wall.now = at - timedelta(seconds=1)
    deliver(service)
    assert len(letters(service)) == before
    service.wall.now = at
    deliver(service)
    deliver(service)
    assert len(letters(service)) == before + 1
    return letters(service)[-1]


def letters(service: Service) -> list[bytes]:
    """What alice got, as it came, the newest last."""
    with service.house.database.reading() as session:
        wanted = select(MailboxMessage.data).where(col(MailboxMessage.recipient) == ALICE)
        return list(session.exec(wanted.order_by(col(MailboxMessage.id))))


def newest(service: Service, method: str) -> bytes:
    """Alice's newest mail with such an invitation."""
    for mail in reversed(letters(service)):
        data = calendar_of(mail)
        if data and read(data).calendars[0].value("METHOD") == method:
            return mail
    raise AssertionError(f"no {method} came")


def dates_in(mail: bytes) -> list[Component]:
    data = calendar_of(mail)
    assert data is not None
    return [event for event in read(data).calendars[0].parts("VEVENT") if event.value("RECURRENCE-ID")]


def uid(mail: bytes) -> str:
    return dates_in(mail)[0].value("UID")


def sequence(mail: bytes) -> int:
    return int(dates_in(mail)[0].value("SEQUENCE"))


def first(service: Service) -> Webinar:
    with service.house.database.reading() as session:
        found = session.exec(
            select(Webinar).join(Series).where(col(Series.slug) == "leading-together").order_by(col(Webinar.number))
        ).first()
        assert found is not None
        session.expunge(found)
        return found


def start(service: Service):  # type: ignore[no-untyped-def]
    return first(service).starts_at


def seat(service: Service) -> Seat:
    with service.house.database.reading() as session:
        found = session.exec(select(Seat).where(col(Seat.webinar_id) == first(service).id)).one()
        session.expunge(found)
        return found
