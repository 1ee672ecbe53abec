"""A picture from the editor's telephone to the page of a resource, in a real browser and by keyboard."""

import io
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from desk_stage import PASSWORD, a_member
from PIL import Image
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
    ready = threading.Event()
    server = server_of(house, host="127.0.0.1", wall=wall, ready=lambda _port: ready.set())
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    assert ready.wait(20)
    context = chromium.new_context(base_url=url, locale="en", viewport={"width": 375, "height": 720})
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


def test_a_picture_is_taken_in_and_shown(desk: Any) -> None:
    photograph = io.BytesIO()
    Image.new("RGB", (1800, 1200), "teal").save(photograph, "JPEG")
    desk.goto("/studio/library/shelf")
    desk.locator("main .rows a", has_text="Kenya").first.click()
    desk.get_by_role("link", name="Choose a picture").press("Enter")
    desk.get_by_label("The picture", exact=True).set_input_files(
        {"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": photograph.getvalue()}
    )
    desk.get_by_role("button", name="Take it in and show it there").press("Enter")
    assert "Say in a few words what the picture shows" in desk.content()
    desk.get_by_label("The picture", exact=True).set_input_files(
        {"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": photograph.getvalue()}
    )
    desk.get_by_label("What it shows", exact=True).fill("Two children build a tower")
    desk.get_by_role("button", name="Take it in and show it there").press("Enter")
    desk.get_by_role("link", name="See the page").click()
    shown = desk.get_by_role("img", name="Two children build a tower")
    shown.wait_for()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth > 300)")
    assert desk.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
