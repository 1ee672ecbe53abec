"""Times in a real browser: the visitor's own clock in zones where it is hard, the date that changes, and the same without
scripts. And what the page weighs on the way."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from met_stage import LEADING, PLAY, ROOM, Gathering, gathering, link_to, registration, webinar
from stage import Clock, a_full_hub

from publisher.house import House
from publisher.web.serving import bind, server_of
from publisher.webinars.zones import RENAMED

pytestmark = pytest.mark.browser
MOST_OCTETS = 60_000


@dataclass(frozen=True)
class Served:
    house: House
    met: Gathering
    url: str


@pytest.fixture
def served(house: House, now: datetime, wall: Clock) -> Iterator[Served]:
    """The hub on a free port of this machine."""
    socket = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{socket.getsockname()[1]}"
    house = replace(house, settings=replace(house.settings, public_url=url))
    a_full_hub(house, now)
    met = gathering(house, now)
    ready = threading.Event()
    server = server_of(house, host="127.0.0.1", wall=wall, ready=lambda _port: ready.set())
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    assert ready.wait(20)
    yield Served(house, met, url)
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
        tab.goto(path)
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def own_clock(tab: Any, within: str = "header") -> str:
    return " ".join(tab.locator(f"{within} .clocks .yours").first.inner_text().split())


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Asia/Kathmandu", "17:45–19:15 your time, in Kathmandu"),
        ("America/St_Johns", "8:30–10:00 your time, in St. John’s"),
        ("Pacific/Kiritimati", "2:00–3:30 your time, in Kiritimati · Friday 4 December"),
        ("Pacific/Honolulu", "2:00–3:30 your time, in Honolulu"),
        ("Pacific/Chatham", "1:45–3:15 your time, in Chatham · Friday 4 December"),
        ("Africa/Nairobi", "15:00–16:30 in Nairobi · your time too"),
        ("UTC", "12:00–13:30 your time, in UTC"),
    ],
)
def test_the_visitors_own_clock(open_tab, zone, said):
    tab = open_tab(PLAY, timezone_id=zone)
    assert own_clock(tab) == said
    assert "15:00–16:30 in Nairobi" in " ".join(tab.locator("header .clocks").inner_text().split())
    assert tab.locator("header .clocks .yours time").get_attribute("datetime")[:16] in ("2026-12-03T12:00", "2026-12-03T15:00")  # fmt: skip
    assert tab.get_by_label("Your time zone").input_value() == zone


def test_in_other_languages(open_tab):
    french = open_tab(f"{PLAY}?lang=fr", timezone_id="America/New_York", locale="fr")
    assert own_clock(french).startswith("7 h 00 – 8 h 30")
    arabic = open_tab(f"{PLAY}?lang=ar", timezone_id="Pacific/Kiritimati", locale="ar")
    assert "2:00 ص – 3:30 ص" in own_clock(arabic)
    assert "الجمعة" in own_clock(arabic)
    assert "4" in own_clock(arabic)  # European digits, as everywhere here


def test_without_scripts_it_is_right_too(open_tab):
    tab = open_tab(PLAY, timezone_id="Asia/Kathmandu", java_script_enabled=False)
    assert tab.locator(".yours").count() == 0
    said = " ".join(tab.locator("header .clocks").inner_text().split())
    assert said == "Thursday 3 December 2026 15:00–16:30 in Nairobi 12:00–13:30 UTC"
    assert tab.get_by_label("Your time zone").input_value() == ""


def test_each_date_of_a_series_has_the_visitors_clock(open_tab):
    tab = open_tab(LEADING, timezone_id="Pacific/Kiritimati")
    lines = [" ".join(one.split()) for one in tab.locator(".gathering .yours").all_inner_texts()]
    assert len(lines) == 6
    assert lines[0].endswith("Friday 4 December")
    assert lines[1] == "20:00–21:00 your time, in Kiritimati"  # moved to the morning: the same day there


def test_a_zone_chosen_by_hand_is_no_guess(open_tab):
    tab = open_tab(PLAY, timezone_id="Asia/Kathmandu")
    assert tab.locator("[name=zone_guess]").input_value() == "yes"
    tab.get_by_label("Your time zone").select_option("Africa/Lagos")
    assert tab.locator("[name=zone_guess]").input_value() == ""


def test_the_scripts_former_names_are_the_houses(open_tab):
    tab = open_tab("/webinars", timezone_id="Asia/Katmandu")
    assert "in Kathmandu" in own_clock(tab, "main")
    script = tab.request.get("/static/webinar-times.js").text()
    table = script.partition("const RENAMED = {")[2].partition("};")[0]
    found = dict(pair.replace('"', "").strip().split(": ") for pair in table.split(",") if ":" in pair)
    assert found == RENAMED


def test_a_person_registers_by_keyboard_alone(open_tab, wall):
    tab = open_tab(f"{LEADING}#register", timezone_id="Asia/Kathmandu")
    wall.move(timedelta(seconds=20))
    tab.get_by_label("Your address").focus()
    tab.keyboard.type("dora@example.org")
    tab.keyboard.press("Tab")
    tab.keyboard.type("Dora")
    tab.keyboard.press("Enter")
    tab.get_by_role("heading", name="Look in your inbox").wait_for()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_button_leads_to_the_room_on_another_site(served, open_tab, wall, scripts):
    """Browsers hold a form's answer against the page's form-action; the room is on a host of its own."""
    with served.house.database.reading() as session:
        wall.now = webinar(session, "play")[1].starts_at
        assert registration(session, served.met.alice)
    door = link_to(served.house, "j", served.met.alice)
    tab = open_tab(door, java_script_enabled=scripts, timezone_id="Asia/Kathmandu")
    reached: list[str] = []
    tab.route(
        "https://meet.example.net/**", lambda route: (reached.append(route.request.url), route.fulfill(body="In"))
    )
    tab.get_by_role("button", name="Enter the room").click()
    tab.wait_for_url("https://meet.example.net/**")
    assert reached == [ROOM]


def test_a_page_and_its_form_are_light(open_tab):
    """Everything the first visit loads, over the wire, without the picture that staff may add."""
    tab = open_tab("about:blank")
    session = tab.context.new_cdp_session(tab)
    session.send("Network.enable")
    sizes: dict[str, float] = {}
    types: dict[str, str] = {}
    session.on("Network.responseReceived", lambda e: types.update({e["requestId"]: e["response"]["mimeType"]}))
    session.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}))
    tab.goto(LEADING, wait_until="networkidle")
    own = sum(size for key, size in sizes.items() if not types.get(key, "").startswith("image/webp"))
    assert 10_000 < own <= MOST_OCTETS
