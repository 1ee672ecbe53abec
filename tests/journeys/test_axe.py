"""Axe-core finds nothing on any page: the desk, what readers see, what lies behind keys; in light and dark, and for readers in Arabic.

Every rule of WCAG 2.0 to 2.2 on the levels A and AA, and those that axe calls best practice. The dark page is the same page in other
colours, so that only the rules about colour are asked again.
"""

import json
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from abilities import cannot_run
from screens import OWNER, PASSWORD, Screen, every_route, screens
from service import Service

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[1] / "axe"

#: Mails within a frame: written for mail programs, in tables, and judged by the lint of letters.
MAILS = {
    "/mailbox/{number}/html",
    "/studio/newsletters/{slug}/issues/{key}/preview",
    "/studio/webinars/{slug}/announce/preview",
    "/studio/webinars/{slug}/message/preview",
    "/studio/webinars/{slug}/dates/{number:int}/afterwards/preview",
}  # fmt: skip

#: What is for programs, or leads on and shows nothing.
NO_PAGES = (
    ".xml", ".json", ".csv", ".ics", ".vtt", ".eml", ".atom", ".css", ".txt", ".{form}", "/audio/{name}", "/recording/{name}",
    "/handouts/{name}", "/source", "/text", "/attached/{place}", "/static/{name:path}", "/media/{name}", "/media/{digest}/{name}",
    "/hooks/meeting/{token}/{what}", "/c/{token}/{n}", "/demo/sources/{name}", "/oembed", "/health", "/metrics",
    "/studio/webinars/dates",  # a few lines for a script, within the form they belong to
    "/studio/podcasts/sounds/{number:int}", "/studio/podcasts/uploads/{key}",
)  # fmt: skip


@cache
def axe() -> str:
    """The judge, of the version in tests/axe/package-lock.json, fetched once."""
    kept = AXE / "node_modules" / "axe-core" / "axe.min.js"
    wanted = json.loads((AXE / "package.json").read_text())["dependencies"]["axe-core"]
    if not kept.is_file() or f'"version": "{wanted}"' not in (kept.parent / "package.json").read_text():
        npm = which("npm")
        if npm is None:
            cannot_run("npm is not installed here: axe is left out")
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=AXE, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            cannot_run(f"axe-core cannot be installed here: {done.stderr.strip()[-300:]}")
    return kept.read_text()


@pytest.fixture(scope="module")
def found(lived_in_hub: Service) -> tuple[list[Screen], set[str]]:
    return screens(lived_in_hub)


@pytest.fixture(scope="module")
def tabs(lived_in_hub: Service, chromium: Any) -> Iterator[tuple[Any, Any]]:
    """The owner's tab, and a visitor's."""
    contexts = [
        chromium.new_context(base_url=lived_in_hub.url, locale="en-GB", reduced_motion="reduce", viewport={"width": 1280, "height": 900})
        for _ in range(2)
    ]  # fmt: skip
    desk, outside = (context.new_page() for context in contexts)
    desk.goto("/studio/login")
    desk.locator("input[name=email]").fill(OWNER)
    desk.locator("input[type=password]").fill(PASSWORD)
    desk.locator("main button").first.click()
    desk.wait_for_url("**/studio")
    yield desk, outside
    for context in contexts:
        context.close()


def test_no_page_is_forgotten(found: tuple[list[Screen], set[str]]) -> None:
    looked_at = {screen.route for screen in found[0]}
    pages = {route for route in every_route() if not route.endswith(NO_PAGES) and not route.startswith("/api/v1/")}
    assert pages - looked_at == set()


def test_the_desk_and_its_mailbox(found: tuple[list[Screen], set[str]], tabs: tuple[Any, Any]) -> None:
    pages = [
        one for one in found[0] if one.is_for_staff and one.route not in MAILS and not one.route.endswith(NO_PAGES)
    ]
    assert not (faults := [fault for one in pages for fault in judged(tabs[one.is_signed_out], one.path)]), "\n".join(
        faults
    )


@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_readers_see(found: tuple[list[Screen], set[str]], tabs: tuple[Any, Any], language: str) -> None:
    pages = [one.path for one in found[0] if not one.is_for_staff]
    pages += ["/library?q=nothing-is-called-so", "/nothing-is-here", "/u/a-broken-key"]
    faults = []
    for path in pages:
        faults += judged(tabs[1], f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert not faults, "\n".join(faults)


def test_pages_that_nobody_links_to(tabs: tuple[Any, Any]) -> None:
    paths = ["/studio/nothing-is-here", "/studio/people?q=nobody", "/studio/library?q=nothing-is-called-so"]
    assert not (faults := [fault for path in paths for fault in judged(tabs[0], path)]), "\n".join(faults)


def judged(tab: Any, path: str) -> list[str]:
    """What axe finds in light and in dark, a line each: the page, the rule, the place, and why."""
    tab.emulate_media(color_scheme="light")
    tab.goto(path)
    tab.evaluate("document.querySelectorAll('details:not([name])').forEach((one) => (one.open = true))")
    tab.evaluate(axe())
    every = {"rules": {"target-size": {"enabled": True}}}
    faults = _run(tab, path, "light", every)
    tab.emulate_media(color_scheme="dark")
    return faults + _run(
        tab, path, "dark", {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
    )


def _run(tab: Any, path: str, scheme: str, wishes: dict[str, Any]) -> list[str]:
    options = wishes | {"resultTypes": ["violations"], "iframes": False}
    said = tab.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{path} ({scheme}) {rule['id']}: {node['html'][:160]} — {node['failureSummary'][:300]}"
        for rule in said["violations"]
        for node in rule["nodes"]
    ]
