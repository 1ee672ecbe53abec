"""In Chromium: a series of six with its letters from one page, its dates shown while they are chosen; and a phone's width."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from desk_stage import PASSWORD, a_member
from desk_webinars import ROOM, SIX, dates_rows, gathered, letters_to_many, series_row
from stage import a_full_hub

from publisher.house import House
from publisher.web.serving import bind, server_of

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(house: House, now, wall, chromium: Any) -> Iterator[Any]:
    """An editor's tab on the real service."""
    socket = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{socket.getsockname()[1]}"
    house = replace(house, settings=replace(house.settings, public_url=url))
    a_full_hub(house, now)
    a_member(house, now, "editor")
    gathered(house, now)
    ready = threading.Event()
    server = server_of(house, host="127.0.0.1", wall=wall, ready=lambda _port: ready.set())
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    assert ready.wait(20)
    context = chromium.new_context(base_url=url, locale="en", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto("/studio/login")
    page.locator("input[name=email]").fill("editor@example.org")
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main button, form button").first.click()
    yield page
    context.close()
    server.should_exit = True
    thread.join(20)
    socket.close()


class Hand:
    """Somebody at the keyboard; counts what they fill in and press."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.inputs = 0

    def fill(self, label: str, text: str) -> None:
        self.inputs += 1
        self.page.get_by_label(label, exact=True).fill(text)

    def choose(self, label: str, value: str) -> None:
        self.inputs += 1
        self.page.get_by_label(label, exact=True).select_option(value)

    def tick(self, name: str, value: str = "yes") -> None:
        self.inputs += 1
        self.page.locator(f"input[name={name}][value='{value}']").check()

    def press(self, name: str) -> None:
        self.inputs += 1
        self.page.get_by_role("button", name=name, exact=True).click()


def test_six_dates_with_announcement_reminders_and_letters_afterwards_in_twenty_five_inputs(desk, house):
    hand = Hand(desk)
    desk.goto(ROOM)
    hand.inputs += 1
    desk.get_by_role("link", name="New webinar").click()
    hand.fill("Title", "Leading well")
    hand.fill("In one or two sentences", "Six talks for those who lead teams of early-years workers.")
    hand.fill("What it is about", "What leading asks of us, **together**.")
    hand.fill("First date", "2026-12-02T15:00")
    hand.choose("By the clock of", "Africa/Nairobi")
    hand.fill("Minutes", "90")
    hand.choose("It takes place", "fortnightly")
    desk.get_by_text("It comes to 6 dates").wait_for()
    hand.fill("How many dates", "6")
    desk.locator(".to-be li").nth(5).get_by_text("Wednesday 10 February 2027, 15:00").wait_for()
    hand.fill("Address of the room", "https://meet.example.net/leading-well")
    hand.fill("Captions in", "English, French")
    hand.tick("recorded")
    hand.fill("Seats at each date", "700")
    hand.choose("Announce it to", "monthly")
    hand.tick("remind", "10")
    hand.press("Publish and announce")
    desk.get_by_text("The announcement is on its way to 1 reader of Monthly.").wait_for()
    assert hand.inputs <= 25
    dates = dates_rows(house, "leading-well")
    assert [one.wall for one in dates][:2] == ["2026-12-02T15:00", "2026-12-16T15:00"]
    assert {one.state for one in dates} == {"announced"}
    for one in dates:
        desk.goto(f"{ROOM}/leading-well/dates/{one.id}/afterwards")
        assert "Thank you for coming: Leading well" in desk.content()
        assert "What you missed: Leading well" in desk.content()
    mine = series_row(house, "leading-well").id
    letters = [one for one in letters_to_many(house, "announcement", "reminder") if one.series_id == mine]
    assert sorted(one.kind for one in letters) == ["announcement"] + ["reminder"] * 18


def test_the_list_follows_what_is_typed_and_enter_announces_nothing(desk, house):
    desk.goto(f"{ROOM}/new")
    assert not desk.get_by_label("How many dates").is_visible()
    desk.get_by_label("It takes place").select_option("monthly")
    desk.get_by_label("First date").fill("2026-12-01T12:00")
    desk.get_by_label("By the clock of").select_option("Asia/Manila")
    desk.locator(".to-be li").nth(5).get_by_text("Tuesday 4 May 2027, 12:00").wait_for()
    assert (
        desk.locator(".to-be li").first.inner_text() == "Tuesday 1 December 2026, 12:00 Tuesday 1 December, 4:00 in UTC"
    )
    desk.get_by_label("How many dates").fill("0")
    desk.get_by_text("This is a whole number from 1 to 60: number.").wait_for()
    desk.get_by_label("How many dates").fill("3")
    desk.get_by_text("It comes to 3 dates").wait_for()
    desk.get_by_label("Announce it to").select_option("monthly")
    desk.get_by_label("Title", exact=True).fill("By the Enter key")
    with desk.expect_navigation():
        desk.get_by_label("Title", exact=True).press("Enter")
    assert letters_to_many(house, "announcement") == []


def test_a_date_is_moved_beside_its_line(desk, house):
    desk.goto(SIX)
    third = dates_rows(house)[2]
    desk.locator(f"#date-{third.id}").get_by_role("link", name="Move").click()
    desk.get_by_text("Moves it for 8 people; each gets one mail and their calendar follows.").wait_for()
    desk.locator(".changing").get_by_label("Day and time").fill("2026-12-18T10:00")
    desk.locator(".changing").get_by_role("button", name="Move it").click()
    desk.get_by_text("Moved: Thursday 17 December").first.wait_for()
    assert dates_rows(house)[2].wall == "2026-12-18T10:00"


def test_no_page_of_the_room_is_wider_than_a_phone(desk, house):
    desk.set_viewport_size({"width": 375, "height": 720})
    date = dates_rows(house)[2]
    for path in (ROOM, f"{ROOM}/new", SIX, f"{SIX}?move={date.id}", f"{SIX}?cancel={date.id}", f"{SIX}/settings", f"{SIX}/dates/{date.id}", f"{ROOM}/inner", f"{ROOM}/half-planned"):  # fmt: skip
        desk.goto(path)
        desk.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert desk.evaluate("document.documentElement.scrollWidth") <= 375, path
