"""A reader's way in Chromium, from the sign-up form to the last letter; and a colleague to whom a letter was forwarded."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import requests
from service import Service, body
from sqlmodel import col, select
from stage import path_of

from publisher.audience.models import Interest, Person
from publisher.mail.models import Address

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser

DORA = "dora@example.org"
KENYA = {"title": "Home visits", "texts": {"en": "What home visits change", "fr": "Ce que changent les visites"}, "subjects": (("country", "KE"),)}  # fmt: skip
BENIN = {"title": "Benin", "texts": {"en": "Crèches of Benin", "fr": "Les crèches du Bénin"}, "subjects": (("country", "BJ"),)}  # fmt: skip
ANYWHERE = {"title": "Play", "texts": {"en": "Play everywhere", "fr": "Jouer partout"}}
ENGLISH = {"title": "English", "texts": {"en": "Told in English only"}}

Visitor = Callable[..., "BrowserContext"]


@pytest.fixture
def visitor(chromium: "Browser", service: Service) -> Iterator[Visitor]:
    """`visitor(scripts=False)`: somebody's browser, without anything kept from before. Errors in its console fail the test."""
    contexts, complaints = [], []

    def arrives(*, scripts: bool = True) -> "BrowserContext":
        context = chromium.new_context(java_script_enabled=scripts, base_url=service.url, locale="en-GB")
        context.set_default_timeout(8_000)
        context.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        contexts.append(context)
        return context

    yield arrives
    for context in contexts:
        context.close()
    assert not [text for text in complaints if "status of 4" not in text]


def signs_up(page: "Page", service: Service) -> None:
    page.goto("/subscribe")
    page.get_by_label("Your address").fill(DORA)
    service.wall.move(timedelta(seconds=5))
    page.get_by_role("button", name="Sign up").click()
    assert f"If {DORA} can get our mail" in page.inner_text("main")
    service.deliver()


def opens_newest_letter(page: "Page", to: str) -> None:
    page.goto(f"/mailbox?q={to}")
    page.locator("ul.rows a").first.click()


def follows(page: "Page", link: str) -> "Page":
    """Presses a link inside the letter that is shown; letters open their links beside themselves."""
    with page.context.expect_page() as opened:
        page.frame_locator("iframe.preview").get_by_role("link", name=link).first.click()
    opened.value.wait_for_load_state()
    return opened.value


def becomes_a_reader(page: "Page", service: Service) -> "Page":
    """Signs up and confirms; returns the page that says welcome."""
    signs_up(page, service)
    opens_newest_letter(page, DORA)
    asked = follows(page, "Yes")
    asked.locator("main form button").first.click()
    service.deliver()
    return asked


def unsubscribe_header(service: Service) -> str:
    mail = service.mails(DORA)[-1]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.search(r"<(https?://[^>]+)>", str(mail["List-Unsubscribe"]))
    assert found
    return found[1]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_person_comes_chooses_reads_and_leaves(visitor: Visitor, service: Service, scripts: bool) -> None:
    page = visitor(scripts=scripts).new_page()
    welcome = becomes_a_reader(page, service)
    welcome.locator("main a[href*='/preferences/']").first.click()
    welcome.get_by_label("Kenya").check()
    welcome.get_by_label("First").select_option("fr")
    welcome.get_by_role("button", name="Save").click()
    assert "saved=1" in welcome.url
    assert welcome.locator("html").get_attribute("lang") == "fr"

    service.next_issue(KENYA, BENIN, ANYWHERE, ENGLISH)
    opens_newest_letter(page, DORA)
    letter = page.frame_locator("iframe.preview").locator("body").inner_text()
    assert "Ce que changent les visites" in letter
    assert "Jouer partout" in letter
    assert "crèches" not in letter
    assert "English" not in letter

    answer = requests.post(unsubscribe_header(service), data={"List-Unsubscribe": "One-Click"}, timeout=10)
    assert (answer.status_code, answer.history) == (200, [])
    service.deliver()
    had = len(service.mails(DORA))
    assert "Ce que changent" not in body(service.mails(DORA)[-1])
    service.next_issue({"title": "Another month", "texts": {"en": "Another month"}})
    assert len(service.mails(DORA)) == had
    assert "Another month" in body(service.mails("alice@example.org")[-1])
    assert welcome.reload().ok
    assert not welcome.locator("input[name=list][value=monthly]").is_checked()


def test_a_colleague_with_a_forwarded_letter_is_not_its_owner(visitor: Visitor, service: Service) -> None:
    becomes_a_reader(visitor().new_page(), service)
    service.next_issue(ANYWHERE)
    found = re.search(rf"{service.url}/preferences/\S+", body(service.mails(DORA)[-1]))
    assert found
    colleague = visitor().new_page()
    colleague.goto(found[0])
    seen = colleague.content()
    assert "d•••@e•••.org" in seen
    assert DORA not in seen
    actions = {form.get_attribute("action") for form in colleague.locator("main form").all()}
    assert not [action for action in actions if re.search(r"/(erase|data|address)\b", action or "")]

    before = the_person(service)
    for action, fields in (("erase", {"sure": "yes"}), ("data", {}), ("address", {"email": "mine@example.org"})):
        colleague.goto(found[0])
        with colleague.expect_navigation() as answered:
            forge(colleague, action, fields)
        answer = answered.value
        assert answer is not None
        assert (action, answer.status) == (action, 403)
        assert DORA not in colleague.content()
    service.deliver()
    assert the_person(service) == before
    assert service.mails("mine@example.org") == []


def test_what_a_colleague_asks_for_reaches_the_owner_alone(visitor: Visitor, service: Service) -> None:
    becomes_a_reader(visitor().new_page(), service)
    found = re.search(rf"{service.url}/preferences/\S+", body(service.mails(DORA)[-1]))
    assert found
    colleague = visitor(scripts=False).new_page()
    colleague.goto(found[0])
    colleague.get_by_text("Change your address, download or erase your data").click()
    colleague.get_by_role("button", name="Mail me a fresh link").click()
    assert set(re.findall(r"/preferences/[\w-]+\.[\w.-]+", colleague.content())) <= {path_of(found[0])}
    service.deliver()
    owner = visitor().new_page()
    opens_newest_letter(owner, DORA)
    own = follows(owner, "preferences")
    assert DORA in own.inner_text("main")
    own.get_by_text("Erase me").first.click()
    own.get_by_label("Yes, erase everything about me").check()
    own.get_by_role("button", name="Erase me").click()
    colleague.goto(found[0])
    assert "d•••" not in colleague.content()


def forge(page: "Page", action: str, fields: dict[str, str]) -> None:
    """What somebody does who knows how a form is made: the one on the page is sent elsewhere, with other fields."""
    page.evaluate(
        """([action, fields]) => {
            const form = document.querySelector("main form");
            form.action = location.pathname + "/" + action;
            form.replaceChildren();
            for (const [name, value] of Object.entries(fields)) {
                const input = document.createElement("input");
                input.type = "hidden"; input.name = name; input.value = value; form.append(input);
            }
            form.submit();
        }""",
        [action, fields],
    )


def the_person(service: Service) -> tuple[object, ...]:
    with service.house.database.reading() as session:
        row = session.exec(
            select(Person, Address)
            .join(Address, col(Address.id) == col(Person.address_id))
            .where(col(Address.email) == DORA)
        ).one()
        interests = session.exec(select(Interest.facet, Interest.key).where(col(Interest.person_id) == row[0].id)).all()
        return (*(one.model_dump_json() for one in row), sorted(interests))
