"""What the scripts add, in Chromium: the hour renews itself around what is being typed, and numbers follow what is chosen."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from desk_stage import PASSWORD, a_member
from gathered_desk import FIVE, PLAY, ask, play, question_of
from sqlmodel import select
from stage import a_full_hub
from webinars.people_stage import BEGINS

from publisher.house import House
from publisher.mail.models import Identity
from publisher.web.serving import bind, server_of

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(house: House, now, wall, chromium: Any) -> Iterator[Any]:
    """An editor's tab on the real service, five minutes into “Play and care”."""
    socket = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{socket.getsockname()[1]}"
    house = replace(house, settings=replace(house.settings, public_url=url))
    a_full_hub(house, now)
    with house.database.session() as session:
        for identity in session.exec(select(Identity)):
            identity.postal_address = "12 Garden Row"
    a_member(house, now, "editor")
    play(house, now, "dora", "erik")
    wall.now = BEGINS + FIVE
    ready = threading.Event()
    server = server_of(house, host="127.0.0.1", wall=wall, ready=lambda _port: ready.set())
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    assert ready.wait(20)
    context = chromium.new_context(base_url=url, locale="en", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.clock.install()
    page.goto("/studio/login")
    page.locator("input[name=email]").fill("editor@example.org")
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main button, form button").first.click()
    yield page
    context.close()
    server.should_exit = True
    thread.join(20)
    socket.close()


def test_what_is_typed_stays_while_everything_around_it_renews(tab, house, now):
    first = ask(house, 1, "Dora", "How long should a child play?", now)
    second = ask(house, 1, "Erik", "Which toys?", now)
    tab.goto(f"{PLAY}/dates/1/live")
    tab.locator(f"#q-{first}").get_by_text("Answer in writing").click()
    answer = tab.locator(f"#q-{first} textarea")
    answer.fill("An hour, and")
    third = ask(house, 1, "Dora", "And outside?", now)
    tab.clock.run_for(6000)
    tab.locator(f"#q-{third}").wait_for()
    assert answer.input_value() == "An hour, and"
    tab.locator(f"#q-{second}").get_by_role("button", name="Show it").click()
    tab.locator(f'section[data-part="shown"] #q-{second}').wait_for()
    assert answer.input_value() == "An hour, and", "a button elsewhere costs nothing"
    assert question_of(house, second).state == "shown"
    tab.locator(f"#q-{first} textarea").fill("An hour, and more.")
    tab.locator(f"#q-{first}").get_by_role("button", name="Save it").click()
    tab.locator(f'section[data-part="answered"] #q-{first}').wait_for()
    assert question_of(house, first).answer == "An hour, and more."
    assert tab.locator("textarea").count() == 0
    assert tab.url.endswith("/live")


def test_a_line_that_breaks_is_said_and_mended(tab, house, now):
    ask(house, 1, "Dora", "How long?", now)
    tab.goto(f"{PLAY}/dates/1/live")
    trouble = tab.locator("[data-trouble]")
    tab.context.set_offline(True)
    tab.clock.run_for(6000)
    trouble.get_by_text("The line is broken.").wait_for()
    tab.context.set_offline(False)
    tab.clock.run_for(6000)
    trouble.wait_for(state="hidden")


def test_whom_a_message_goes_to_is_counted_as_it_is_chosen(tab, house, now):
    tab.goto(f"{PLAY}/message")
    tab.get_by_role("button", name="Send it to 2 people").wait_for()
    tab.locator("textarea").first.fill("Bring a toy.")
    tab.locator("select[name=who]").select_option("waiting")
    tab.get_by_text("It goes to no people.").wait_for()
    assert tab.locator("textarea").first.input_value() == "Bring a toy."
    tab.get_by_role("button", name="Look at the mail").click()
    tab.frame_locator("iframe[name=mail]").get_by_text("Bring a toy.").wait_for()
