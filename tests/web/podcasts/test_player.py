"""The player in a real browser: by mouse and by keys, chapters, the transcript in step, a frame elsewhere, no scripts."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from on_air import OnAir, on_air
from our_web import Web
from sqlmodel import select
from stage import Clock, a_full_hub

from publisher.house import House
from publisher.podcasts.downloads.models import DownloadRequest
from publisher.web.serving import bind, server_of

pytestmark = pytest.mark.browser
KITCHEN = "/podcasts/small-hands/in-the-kitchen"
DECK = "[data-player] .deck"


@dataclass(frozen=True)
class Served:
    house: House
    air: OnAir
    url: str


@pytest.fixture
def served(house: House, now: datetime, wall: Clock) -> Iterator[Served]:
    """The hub on a free port of this machine."""
    socket = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{socket.getsockname()[1]}"
    house = replace(house, settings=replace(house.settings, public_url=url))
    a_full_hub(house, now)
    air = on_air(house, now)
    ready = threading.Event()
    server = server_of(house, host="127.0.0.1", wall=wall, ready=lambda _port: ready.set())
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    assert ready.wait(20)
    yield Served(house, air, url)
    server.should_exit = True
    thread.join(20)
    socket.close()


@pytest.fixture
def open_tab(served: Served, chromium: Any) -> Iterator[Callable[..., Any]]:
    """`open_tab(path, **context)`: a tab; what its console complains about fails the test."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def opened(path: str, **more: Any) -> Any:
        known = {"base_url": served.url, "viewport": {"width": 375, "height": 720}, "locale": "en"}
        context = chromium.new_context(**(known | more))
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        assert tab.goto(path).ok
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def time_of(tab: Any) -> float:
    return float(tab.evaluate("document.querySelector('audio').currentTime"))


def is_playing(tab: Any) -> bool:
    return not tab.evaluate("document.querySelector('audio').paused")


def until(tab: Any, question: str) -> None:
    """Wait until the page says yes. As a function: our policy lets no page evaluate a string."""
    tab.wait_for_function(f"() => {question}", timeout=10_000)


def test_one_button_plays_and_pauses(open_tab, served):
    tab = open_tab(KITCHEN)
    assert tab.evaluate("document.querySelector('audio').controls") is False
    assert tab.evaluate("document.querySelector('audio').readyState") == 0  # nothing was fetched yet
    tab.get_by_role("button", name="Play").click()
    until(tab, "document.querySelector('audio').currentTime > 0.2")
    tab.get_by_role("button", name="Pause").click()
    assert not is_playing(tab)
    tab.get_by_role("button", name="Play").wait_for()
    assert tab.locator("[data-left]").inner_text().startswith("−0:")
    with served.house.database.reading() as session:
        assert {row.episode_id for row in session.exec(select(DownloadRequest))} <= {served.air.kitchen}


def test_keys_are_those_of_a_player_and_only_once_it_played(open_tab):
    tab = open_tab(KITCHEN, viewport={"width": 900, "height": 400})
    tab.keyboard.press("Space")
    until(tab, "scrollY > 0")  # the page scrolls, as ever
    assert not is_playing(tab)
    tab.get_by_role("button", name="Play").focus()
    tab.keyboard.press("ArrowRight")
    until(tab, "document.querySelector('[data-elapsed]').textContent === '0:19'")  # 30 on, but not past the end
    tab.keyboard.press("ArrowLeft")
    until(tab, "document.querySelector('[data-elapsed]').textContent === '0:04'")
    tab.keyboard.press("Enter")
    until(tab, "document.querySelector('audio').currentTime > 4.5")
    tab.evaluate("document.activeElement.blur()")
    tab.evaluate("scrollTo(0, 40)")
    tab.keyboard.press("Space")
    until(tab, "document.querySelector('audio').paused")
    assert tab.evaluate("scrollY") == 40
    tab.keyboard.press("Space")
    until(tab, "!document.querySelector('audio').paused")


def test_whoever_types_is_left_alone(open_tab):
    tab = open_tab(KITCHEN)
    tab.get_by_role("button", name="Play").click()
    until(tab, "document.querySelector('audio').currentTime > 0.1")
    tab.evaluate(
        "document.querySelector('article').insertAdjacentHTML('beforeend', '<input id=words><textarea id=more></textarea>')"
    )
    for place in ("#words", "#more"):
        tab.locator(place).focus()
        tab.keyboard.type("a b")
        tab.keyboard.press("ArrowLeft")
        assert is_playing(tab)
        assert tab.locator(place).input_value() == "a b"
    tab.locator("[data-do=speed]").focus()
    tab.keyboard.press("ArrowRight")
    assert time_of(tab) < 10


def test_the_way_is_a_slider_that_says_where_it_is(open_tab):
    tab = open_tab(KITCHEN)
    slider = tab.get_by_role("slider", name="Position")
    assert slider.get_attribute("aria-valuetext") == "0:00 / 0:20 · Hello"
    slider.evaluate("e => { e.value = 12; e.dispatchEvent(new Event('input', { bubbles: true })); }")
    assert slider.get_attribute("aria-valuetext") == "0:12 / 0:20 · The <framed> form"
    tab.get_by_role("button", name="Back 15 seconds").click()
    assert slider.get_attribute("aria-valuetext").startswith("0:00 / ")
    assert tab.locator(".marks i").count() == 1


def test_a_chapter_begins_where_it_is_clicked(open_tab):
    tab = open_tab(KITCHEN)
    tab.locator("[data-chapters] [data-seek]").last.click()
    until(tab, "document.querySelector('audio').currentTime >= 9 && !document.querySelector('audio').paused")
    assert tab.url.endswith(KITCHEN)
    current = tab.locator("[data-chapters] [aria-current=true]")
    assert current.inner_text().split() == ["0:09", "The", "<framed>", "form"]
    assert tab.locator("[data-chapter]").inner_text() == "The <framed> form"


def test_a_moment_ends_when_it_is_over(open_tab):
    tab = open_tab(KITCHEN)
    tab.locator("[data-until]").evaluate("e => (e.dataset.until = '9.6')")
    tab.locator("[data-until]").click()
    until(tab, "document.querySelector('audio').currentTime >= 9.6 && document.querySelector('audio').paused")
    assert time_of(tab) < 11


def test_the_transcript_runs_along_and_leads_to_its_place(open_tab):
    tab = open_tab(KITCHEN)
    assert tab.locator(".transcript .now").count() == 0
    tab.get_by_text("Today we sit in the kitchen.").click()
    until(tab, "document.querySelector('audio').currentTime >= 4 && !document.querySelector('audio').paused")
    until(tab, "document.querySelector('.transcript .now')?.textContent.startsWith('Today we sit')")
    tab.evaluate("document.querySelector('audio').currentTime = 9.5")
    until(tab, "document.querySelector('.transcript .now')?.textContent.startsWith('The form was framed')")
    assert tab.locator(".transcript .now").count() == 1
    tab.locator(".transcript").get_by_role("link", name="0:00").click()
    until(tab, "document.querySelector('.transcript .now')?.textContent.startsWith('Welcome')")


def test_place_and_speed_are_remembered_by_the_browser(open_tab):
    tab = open_tab(KITCHEN)
    tab.get_by_label("Speed").select_option("1.5")
    tab.locator("[data-chapters] [data-seek]").last.click()
    until(tab, "document.querySelector('audio').currentTime >= 9.2")
    tab.get_by_role("button", name="Pause").click()
    tab.reload()
    assert tab.locator("[data-elapsed]").inner_text() in ("0:09", "0:10")
    assert tab.get_by_label("Speed").input_value() == "1.5"
    tab.get_by_role("button", name="Play").click()
    until(tab, "document.querySelector('audio').currentTime >= 9")
    assert tab.evaluate("document.querySelector('audio').playbackRate") == 1.5
    assert tab.context.cookies() == []


def test_an_address_may_name_the_place_or_ask_to_begin(open_tab):
    tab = open_tab(f"{KITCHEN}#t=12")
    assert tab.locator("[data-elapsed]").inner_text() == "0:12"
    tab = open_tab("/podcasts/small-hands")
    tab.locator(".listen").first.click()
    tab.wait_for_url(f"**{KITCHEN}*")
    until(tab, "!document.querySelector('audio').paused")
    assert tab.url.endswith(KITCHEN)  # an address to copy, which does not begin to play for somebody else


def test_the_device_knows_what_is_heard(open_tab):
    tab = open_tab(KITCHEN)
    tab.get_by_role("button", name="Play").click()
    until(tab, "navigator.mediaSession.metadata !== null")
    said = tab.evaluate(
        "(({ title, artist, artwork }) => [title, artist, artwork.length])(navigator.mediaSession.metadata)"
    )
    assert said == ["In the kitchen", "Small Hands", 1]


def test_sound_that_cannot_be_loaded_is_said_in_a_sentence(open_tab, served):
    tab = open_tab(KITCHEN)
    tab.evaluate("document.querySelector('audio').src = '/static/icon.svg'")
    tab.get_by_role("button", name="Play").click()
    tab.get_by_role("alert").wait_for(timeout=10_000)
    assert "cannot be loaded" in tab.get_by_role("alert").inner_text()


def test_another_site_frames_the_player_and_sets_no_cookie(open_tab, served, chromium):
    other = Web()
    try:
        frame = f'<!doctype html><iframe src="{served.url}{KITCHEN}/embed" width="640" height="190"></iframe><iframe src="{served.url}{KITCHEN}" width="300"></iframe>'  # fmt: skip
        address = other.serve("/page", frame, "text/html").replace("127.0.0.1", "localhost")
        context = chromium.new_context()
        tab = context.new_page()
        tab.goto(address)
        inside = tab.frame_locator("iframe").first
        inside.get_by_role("button", name="Play").click()
        inside.get_by_role("button", name="Pause").wait_for(timeout=10_000)
        shown = next(f for f in tab.frames if f.url.endswith("/embed"))
        until(shown, "document.querySelector('audio').currentTime > 0.1")
        assert shown.evaluate("document.documentElement.scrollHeight") <= 190
        whole = [f for f in tab.frames if f.url.endswith("in-the-kitchen")]
        assert all("Welcome" not in f.content() for f in whole)  # the page itself cannot be framed
        assert context.cookies() == []
        context.close()
    finally:
        other.close()


def test_without_scripts_everything_can_be_heard_and_read(open_tab):
    tab = open_tab(KITCHEN, java_script_enabled=False)
    assert tab.locator("audio[controls]").is_visible()
    assert not tab.locator(DECK).is_visible()
    assert tab.get_by_text("Today we sit in the kitchen.").is_visible()
    link = tab.locator("[data-chapters] [data-seek]").last
    assert link.get_attribute("href").endswith(".mp3#t=9")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_page_is_wider_than_a_phone(open_tab, language):
    for path in ("/podcasts", "/podcasts/small-hands", KITCHEN, f"{KITCHEN}/embed"):
        tab = open_tab(f"{path}?lang={language}")
        width = tab.evaluate("document.documentElement.scrollWidth")
        assert width <= 375, path


def test_time_runs_from_left_to_right_in_arabic_too(open_tab):
    tab = open_tab(f"{KITCHEN}?lang=ar")
    deck, slider = tab.locator(DECK).bounding_box(), tab.get_by_role("slider").bounding_box()
    button = tab.locator("[data-do=toggle]").bounding_box()
    assert button["x"] < slider["x"]
    assert deck["x"] <= button["x"]
    assert tab.locator("[data-do=seek]").evaluate("e => getComputedStyle(e).direction") == "ltr"
