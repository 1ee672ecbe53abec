"""A person with a browser: signs up, confirms from the mail, chooses, leaves and comes back. Chromium, no scripts needed."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from stage import Clock, a_full_hub

from publisher.clock import now as real_now
from publisher.house import House
from publisher.mail.delivery import Sender
from publisher.web.serving import bind, server_of

pytestmark = pytest.mark.browser


@pytest.fixture
def served(house: House, now: datetime, wall: Clock) -> Iterator[House]:
    """The hub on a free port of this machine, with a clock that goes on when it is told to."""
    socket = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{socket.getsockname()[1]}"
    house = replace(house, settings=replace(house.settings, public_url=url))
    a_full_hub(house, now)
    ready = threading.Event()
    server = server_of(house, host="127.0.0.1", wall=wall, ready=lambda _port: ready.set())
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    assert ready.wait(20)
    yield house
    server.should_exit = True
    thread.join(20)
    socket.close()


@pytest.fixture(params=["with scripts", "without scripts"])
def tab(request: pytest.FixtureRequest, served: House, chromium: Any):
    """A tab of a phone-sized browser; what its console complains about fails the test."""
    context = chromium.new_context(
        base_url=served.settings.public_url,
        viewport={"width": 375, "height": 720},
        locale="en",
        java_script_enabled=request.param == "with scripts",
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert complaints == []


def carry(house: House, wall: Clock) -> None:
    with Sender(house, present=wall, wall=real_now) as sender:
        sender.drain()


def link_of(tab, recipient: str, words: str) -> str:
    """The address behind the words in the newest letter to somebody, as the mailbox shows it."""
    tab.goto(f"/mailbox?q={recipient}")
    tab.locator("a.name").first.click()
    return tab.frame_locator("iframe").get_by_role("link", name=words).first.get_attribute("href")


def test_from_the_form_to_the_preferences_and_out_again(served, tab, wall, later):
    tab.goto("/subscribe?list=monthly")
    tab.get_by_label("Your address").fill("dora@example.org")
    later(seconds=10)
    tab.get_by_role("button", name="Sign up").click()
    assert tab.get_by_role("heading", name="Look in your inbox").is_visible()
    carry(served, wall)
    tab.goto(link_of(tab, "dora", "Yes"))
    tab.get_by_role("button", name="Yes, subscribe me").click()
    assert tab.get_by_role("heading", name="You are subscribed").is_visible()
    tab.get_by_role("link", name="Choose topics").click()
    tab.get_by_label("Gender").check()
    tab.get_by_label("Your time zone").select_option("Africa/Nairobi")
    tab.get_by_role("button", name="Save").click()
    assert tab.get_by_text("Saved.").is_visible()
    assert tab.get_by_label("Gender").is_checked()
    assert tab.get_by_label("Your time zone").input_value() == "Africa/Nairobi"
    assert "dora@example.org" not in tab.content()
    tab.get_by_text("Leave", exact=True).click()
    tab.get_by_role("button", name="Stop all newsletters").click()
    assert tab.get_by_role("heading", name="You are unsubscribed").is_visible()
    tab.get_by_role("button", name="Undo").click()
    assert tab.get_by_text("It comes again: Monthly.").is_visible()


def test_no_page_is_wider_than_a_phone_in_any_language(served, tab):
    for path in ("/", "/library", "/library/1-home-visits-in-kenya", "/newsletters", "/newsletters/monthly/monthly-2026-11", "/subscribe", "/share", "/preferences", "/api/docs", "/mailbox"):  # fmt: skip
        for language in ("en", "ar"):
            assert tab.goto(f"{path}?lang={language}").ok, path
            box = tab.locator("html").bounding_box()
            assert box, path
            assert tab.locator("body").evaluate("e => e.ownerDocument.documentElement.scrollWidth") <= 375, (
                path,
                language,
            )
