"""The main ways through the hub without a mouse: Tab, Space, Enter and words. Where one is, is seen; nothing holds one fast.

Registering for a webinar, and the player, have such stories beside their own: tests/web/webinars, tests/web/podcasts.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from screens import OWNER, PASSWORD
from service import Service, body

pytestmark = pytest.mark.browser

WHERE = """() => {
  const here = document.activeElement;
  const style = getComputedStyle(here);
  const label = here.getAttribute("aria-label") || here.labels?.[0]?.innerText || here.innerText || here.value || "";
  return {
    label: label.replace(/\\s+/g, " ").trim(),
    seen: here === document.body || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none",
  };
}"""


class Keys:
    """Somebody who has a keyboard only. Every stop on the way must be seen."""

    def __init__(self, tab: Any, url: str) -> None:
        self.tab, self.url = tab, url

    def go(self, path: str) -> None:
        self.tab.goto(path if path.startswith("http") else self.url + path)

    def to(self, words: str, most: int = 500) -> None:
        """Tab on until one stands at what is called so."""
        passed = []
        for _ in range(most):
            self.tab.keyboard.press("Tab")
            here = self.tab.evaluate(WHERE)
            assert here["seen"], f"nothing shows that one is at “{here['label']}” on {self.tab.url}"
            if re.match(words, here["label"]):
                return
            passed.append(here["label"][:40])
        raise AssertionError(f"“{words}” is not reached on {self.tab.url}: {passed[:40]}")

    def press(self, words: str, key: str = "Enter") -> None:
        self.to(words)
        self.tab.keyboard.press(key)

    def fill(self, words: str, text: str) -> None:
        self.to(words)
        self.tab.keyboard.press("ControlOrMeta+a")
        self.tab.keyboard.type(text)

    def choose_moment(self, words: str) -> None:
        """12 December 2026, 10:10: the same in the order of any country, with and without the half of the day."""
        self.to(words)
        for part in ("12", "12", "2026", "ArrowRight", "10", "10", "a"):
            self.tab.keyboard.press(part) if part.startswith("Arrow") else self.tab.keyboard.type(part)
        assert self.tab.evaluate("document.activeElement.value") == "2026-12-12T10:10"

    def reads(self, words: str) -> None:
        self.tab.get_by_text(words).first.wait_for()


@pytest.fixture
def keys(lived_in_hub: Service, chromium: Any) -> Iterator[Keys]:
    context = chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(15_000)
    yield Keys(context.new_page(), lived_in_hub.url)
    context.close()


@pytest.fixture
def desk(keys: Keys) -> Keys:
    """Signed in by keyboard."""
    keys.go("/studio/login")
    keys.tab.keyboard.type(OWNER)
    keys.fill("Password", PASSWORD)
    keys.tab.keyboard.press("Enter")
    keys.tab.wait_for_url("**/studio")
    return keys


def test_a_reader_signs_up_chooses_and_leaves(keys: Keys, lived_in_hub: Service) -> None:
    keys.go("/subscribe")
    keys.fill("Your address", "dora@reader.example.org")
    lived_in_hub.wall.move(timedelta(seconds=10))
    keys.tab.keyboard.press("Enter")
    keys.reads("Look in your inbox")
    lived_in_hub.deliver()
    keys.go(re.findall(r"http\S+/confirm/[\w.~-]+", body(lived_in_hub.mails("dora@reader.example.org")[-1]))[0])
    keys.press("Yes, subscribe me")
    keys.reads("You are subscribed")
    keys.press("Choose topics")
    keys.reads("Gender")
    keys.press("Gender", "Space")
    keys.press("Save")
    keys.reads("Saved.")
    assert keys.tab.get_by_label("Gender").is_checked()
    keys.press("Leave")
    keys.press("Stop all newsletters")
    keys.reads("You are unsubscribed")


def test_the_first_key_leads_past_the_head_of_a_page(keys: Keys) -> None:
    for path in ("/", "/library", "/webinars"):
        keys.go(path)
        keys.tab.keyboard.press("Tab")
        assert keys.tab.evaluate(WHERE)["label"] == "Skip to the text"
        assert keys.tab.locator(".skip").bounding_box()["y"] >= 0
        keys.tab.keyboard.press("Enter")
        keys.tab.keyboard.press("Tab")
        assert keys.tab.evaluate("document.querySelector('main').contains(document.activeElement)"), path


def test_the_library_is_searched(keys: Keys) -> None:
    keys.go("/library")
    keys.fill("Search", "mentor")
    with keys.tab.expect_navigation():
        keys.tab.keyboard.press("Enter")
    assert "q=mentor" in keys.tab.url
    assert keys.tab.locator("article.story").count() > 0


def test_a_refused_form_takes_one_to_what_is_wrong(keys: Keys, lived_in_hub: Service) -> None:
    keys.go("/subscribe")
    keys.fill("Your address", "dora@nowhere")
    lived_in_hub.wall.move(timedelta(seconds=10))
    keys.tab.keyboard.press("Enter")
    keys.tab.locator("main [aria-invalid=true], main .notice.bad").first.wait_for()
    keys.tab.wait_for_function("() => document.activeElement.matches('[aria-invalid=true], .notice.bad')")


def test_a_resource_is_reviewed(desk: Keys) -> None:
    desk.go("/studio/library")
    desk.tab.keyboard.press("j")
    with desk.tab.expect_navigation():
        desk.tab.keyboard.press("Enter")
    title = desk.tab.locator("h1").inner_text()
    desk.press("Approve")
    desk.reads("Undo")
    desk.go("/studio/library")
    assert title not in desk.tab.locator("main .rows").inner_text()


def test_an_issue_is_edited_and_scheduled(desk: Keys) -> None:
    desk.go("/studio/newsletters")
    desk.go(str(desk.tab.locator("a[href*='/issues/']").first.get_attribute("href")))
    draft = desk.tab.url
    desk.fill("Subject", "Written without a mouse")
    desk.press("Save the opening")
    desk.reads("Written without a mouse")
    desk.go(f"{draft}/send")
    desk.choose_moment("When")
    desk.press("Release it for then")
    desk.reads("12 December")


def test_a_webinar_gets_a_date(desk: Keys) -> None:
    desk.go("/studio/webinars/from-payslip-to-budget")
    before = desk.tab.locator(".rows.dates > .row").count()
    desk.press("Add a date", "Space")
    desk.choose_moment("Day and time")
    desk.press("Add it")
    desk.reads("12 December")
    assert desk.tab.locator(".rows.dates > .row").count() == before + 1
