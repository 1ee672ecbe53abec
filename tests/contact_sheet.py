"""All screens at once, for somebody who looks: `python -m tests.contact_sheet [WORD …]` draws var/contact-sheet/index.html.

Each page of the lived-in demo hub on a phone (390 pixels) and on a desktop (1280), in light and dark, for readers in Arabic too.
Words: only the routes that hold one of them, such as `/studio/reach`.
"""

import html
import shutil
import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from screens import OWNER, PASSWORD, Screen, lived_in, screens

PLACE = Path(__file__).parents[1] / "var" / "contact-sheet"
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
LONGEST = 2400
"""How much of a long page is drawn, in pixels."""


def draw(words: Iterable[str]) -> Path:
    """Draw the sheet anew; where it lies."""
    from playwright.sync_api import sync_playwright

    wanted = tuple(words)
    PLACE.mkdir(parents=True, exist_ok=True)
    folder, found = Path(tempfile.mkdtemp(prefix="publisher-sheet-")), shutil.which("chromium") or "chromium"
    with lived_in(folder, datetime(2026, 11, 23, 6, tzinfo=UTC)) as hub, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        pages = [one for one in screens(hub)[0] if not wanted or any(word in one.route for word in wanted)]
        names = [name for size in SIZES for name in _shoot(browser, hub.url, size, pages)]
        browser.close()
    shutil.rmtree(folder)
    return _bind(sorted(names))


def _shoot(browser: Any, url: str, size: str, pages: list[Screen]) -> list[str]:
    width, height = SIZES[size]
    wishes = {
        "base_url": url,
        "locale": "en-GB",
        "reduced_motion": "reduce",
        "viewport": {"width": width, "height": height},
    }
    inside, outside = (browser.new_context(**wishes).new_page() for _ in range(2))
    inside.goto("/studio/login")
    inside.locator("input[name=email]").fill(OWNER)
    inside.locator("input[type=password]").fill(PASSWORD)
    inside.locator("main button").first.click()
    inside.wait_for_url("**/studio")
    names = []
    for number, one in enumerate(pages):
        tab = inside if one.is_for_staff and not one.is_signed_out else outside
        for language in ("en",) if one.is_for_staff else ("en", "ar"):
            tab.goto(one.path + ("" if one.is_for_staff else f"{'&' if '?' in one.path else '?'}lang={language}"))
            for scheme in ("light", "dark"):
                tab.emulate_media(color_scheme=scheme)
                name = f"{_name(number, one)}.{language}.{size}.{scheme}.png"
                tall = min(LONGEST, max(height, tab.evaluate("document.documentElement.scrollHeight")))
                clip = {"x": 0, "y": 0, "width": width, "height": tall}
                tab.screenshot(path=PLACE / name, full_page=True, clip=clip)
                names.append(name)
    return names


def _name(number: int, one: Screen) -> str:
    return f"{number:03}" + "".join(c if c.isalnum() or c == "-" else "_" for c in one.route)


def _bind(names: Iterable[str]) -> Path:
    shown = "".join(
        f'<figure><a href="{name}"><img loading="lazy" src="{name}" alt=""></a><figcaption>{html.escape(name)}</figcaption></figure>'
        for name in names
    )
    style = "body{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:1rem;font:12px system-ui}figure{margin:0}img{inline-size:100%;block-size:20rem;object-fit:cover;object-position:top;border:1px solid #999}figcaption{overflow-wrap:anywhere}"
    index = PLACE / "index.html"
    index.write_text(f"<!doctype html><meta charset=utf-8><title>Contact sheet</title><style>{style}</style>{shown}")
    return index


if __name__ == "__main__":
    print(f"Drawn: {draw(sys.argv[1:])}")
