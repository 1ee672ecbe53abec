"""What the scripts add, in Chromium: sending that survives a break and a reload, chapters beside the player, a phone's width."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from desk_stage import PASSWORD, a_member
from media.making import mp3
from sound_stage import a_show
from stage import a_full_hub

from publisher.house import House
from publisher.web.serving import bind, server_of

pytestmark = pytest.mark.browser

NEW = "/studio/podcasts/small-hands/episodes/new"


@pytest.fixture
def desk(house: House, now, wall, chromium: Any) -> Iterator[Any]:
    """An editor's tab on the real service."""
    socket = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{socket.getsockname()[1]}"
    house = replace(house, settings=replace(house.settings, public_url=url))
    a_full_hub(house, now)
    a_member(house, now, "editor")
    a_show(house, now)
    ready = threading.Event()
    server = server_of(house, host="127.0.0.1", wall=wall, ready=lambda _port: ready.set())
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    assert ready.wait(20)
    context = chromium.new_context(base_url=url, locale="en", viewport={"width": 375, "height": 720})
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/studio/login")
    page.locator("input[name=email]").fill("editor@example.org")
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main button, form button").first.click()
    yield page
    context.close()
    server.should_exit = True
    thread.join(20)
    socket.close()


@pytest.fixture
def long_talk(tmp_path: Path) -> Path:
    """Three pieces of four megabytes and less."""
    path = tmp_path / "long-talk.mp3"
    path.write_bytes(mp3(600, 128_000))
    return path


def test_a_line_that_breaks_costs_one_piece(desk, long_talk):
    desk.goto(NEW)
    offsets: list[str] = []

    def breaks_once(route):
        offsets.append(route.request.headers["upload-offset"])
        if len(offsets) == 2:
            route.abort("connectionreset")
        else:
            route.continue_()

    desk.route(lambda url: "/uploads/" in url and not url.endswith("/finish"), lambda route: breaks_once(route) if route.request.method == "PATCH" else route.continue_())  # fmt: skip
    desk.get_by_label("Sound").set_input_files(long_talk)
    desk.get_by_text("MP3, 10:00, 128 kbit/s").wait_for()
    assert offsets == ["0", "4194304", "4194304", "8388608"]


def test_a_tab_that_was_closed_goes_on_where_it_stopped(desk, long_talk):
    desk.goto(NEW)
    sent: list[str] = []

    def stops_after_one(route):
        if route.request.method == "PATCH" and sent:
            route.abort("connectionreset")  # the script waits and tries again; the tab is closed meanwhile
            return
        if route.request.method == "PATCH":
            sent.append(route.request.headers["upload-offset"])
        route.continue_()

    desk.route("**/studio/podcasts/uploads/*", stops_after_one)
    desk.get_by_label("Sound").set_input_files(long_talk)
    desk.get_by_text("The line broke. Trying again in").wait_for()
    again: list[str] = []
    desk.goto(NEW)
    desk.unroute("**/studio/podcasts/uploads/*")
    desk.get_by_text("long-talk.mp3 was not sent to its end.").wait_for()
    desk.on("request", lambda asked: again.append(asked.headers["upload-offset"]) if asked.method == "PATCH" else None)
    desk.get_by_label("Sound").set_input_files(long_talk)
    desk.get_by_text("MP3, 10:00, 128 kbit/s").wait_for()
    assert again == ["4194304", "8388608"]


def test_a_file_that_is_no_sound_is_refused_in_words_and_the_form_stays(desk, tmp_path):
    wrong = tmp_path / "talk.mp3"
    wrong.write_bytes(b"<html>Not found</html>" * 50)
    desk.goto(NEW)
    desk.get_by_label("Title").fill("A talk")
    desk.get_by_label("Sound").set_input_files(wrong)
    desk.locator(".upload.wrong p").wait_for()
    assert desk.locator(".upload.wrong p").inner_text().startswith("This is")
    assert desk.get_by_label("Title").input_value() == "A talk"


def test_no_page_of_the_room_is_wider_than_a_phone(desk, tmp_path):
    desk.goto(NEW)
    desk.get_by_label("Title").fill("An episode with a very long title that goes on and on without a single pause")
    short = tmp_path / "talk.mp3"
    short.write_bytes(mp3(30))
    desk.get_by_label("Sound").set_input_files(short)
    desk.get_by_text("MP3, 0:30").wait_for()
    desk.get_by_role("button", name="Begin the draft").click()
    desk.get_by_text("The draft is begun.").wait_for()
    here = desk.url
    show = "/studio/podcasts/small-hands"
    for path in (here, "/studio/podcasts", show, f"{show}/settings", f"{show}/numbers", NEW, "/studio/podcasts/import", "/studio/podcasts/check", "/studio/podcasts/new", "/studio/design"):  # fmt: skip
        desk.goto(path)
        assert desk.evaluate("document.documentElement.scrollWidth") <= 375, path
