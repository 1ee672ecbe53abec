"""Every shipped letter, in every language: it compiles, passes the critical reader, and says the same in both parts."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from publisher.languages import LANGUAGES
from publisher.mail import lint
from publisher.mail.letters import HeaderPlan, compile_letter
from publisher.templating import Templates, shipped_templates

BRAND = {
    "name": "Early Years Exchange",
    "accent": "#1f6f54",
    "postal_address": "12 Ngong Road, Nairobi, Kenya",
    "website": "https://exchange.example/",
    "logo_url": "https://exchange.example/logo.png",
    "logo_width": 120,
}
NEWSLETTER = {"name": "Early Years Digest", "url": "https://exchange.example/newsletters/digest"}
ISSUE = {"title": "Twelve", "number": None, "date_text": "26 November 2026", "url": "https://exchange.example/12"}
ITEM = {
    "key": "a",
    "kind_label": "Webinar",
    "countries_text": "",
    "language_label": "English",
    "title": "Measuring quality \\ “without” a clipboard",
    "url": "https://exchange.example/r/a",
    "blurb": "Why it matters.",
    "publisher": "",
    "pages_text": "",
    "until": None,
    "starts_at": datetime(2026, 12, 3, 6, tzinfo=UTC),
    "featured": True,
    "button_label": "Register",
    "image": {"url": "https://exchange.example/a.png", "alt": "A \\ nurse’s “tea”\nand ًً", "width": 1072},
}
CONTEXTS: dict[str, dict[str, Any]] = {
    "issue": {
        "newsletter": NEWSLETTER,
        "issue": ISSUE,
        "signed_by": "Amina",
        "sections": [{"key": "new", "title": "New", "items": [ITEM]}],
        "reasons": {"ke": "Because you follow: Kenya"},
        "subscribe_url": "https://exchange.example/subscribe",
        "preheader": "Inside: a webinar",
    },
    "correction": {
        "newsletter": NEWSLETTER,
        "issue": ISSUE,
        "signed_by": "Amina",
        "rich": {"correction": "Table **4** was wrong."},
    },
    "confirm": {"list_name": "Early Years Digest", "days": 7, "wording": "The digest, monthly."},
    "welcome": {"list_name": "Early Years Digest", "newsletter_url": NEWSLETTER["url"], "next_text": "On 1 December."},
    "goodbye": {"list_name": "Early Years Digest"},
    "notice": {
        "title": "Your link",
        "paragraphs": ["One.", "Two."],
        "button_label": "Open",
        "why": "You asked for it.",
    },
    "test": {"relay_name": "smtp.exchange.example:587", "sent_text": "26 November 2026"},
}
LINKS = ("unsubscribe", "preferences", "browser", "confirm", "undo", "action")
VALUES = {which: f"https://exchange.example/{which}/t0ken" for which in LINKS}


def test_every_folder_of_a_letter_is_tested_here() -> None:
    folders = {path.name for path in (shipped_templates() / "mail").iterdir() if path.is_dir()}
    assert set(CONTEXTS) <= folders


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", CONTEXTS)
def test_a_letter_is_fit_to_be_sent(kind: str, language: str) -> None:
    bulk = kind in ("issue", "correction")
    plan = HeaderPlan("Exchange", "digest@exchange.example")
    if bulk:
        plan = replace(
            plan,
            list_id="d.exchange.example",
            feedback_id="december:digest:issue:exchange",
            precedence="bulk",
            unsubscribe=True,
        )
    letter = compile_letter(Templates(), kind, language, {"brand": BRAND, **CONTEXTS[kind]}, plan)
    raw = letter.assemble(
        to_name="Alice",
        to_address="alice@readers.example",
        message_id="17.0123456789abcdef@exchange.example",
        date=datetime(2026, 11, 26, tzinfo=UTC),
        values=VALUES,
        selection=None,
    )
    assert lint.check(raw) == ()
    assert letter.warnings == ()
    html, text = letter.html(to_name="Alice", values=VALUES), letter.text(to_name="Alice", values=VALUES)
    for needed in ["Alice", "12 Ngong Road", *(VALUES[link] for link in letter.required)]:
        assert needed in html
        assert needed in text
    assert f'dir="{"rtl" if language == "ar" else "ltr"}"' in html
    assert "line-height:20px" in html if "button_label" in CONTEXTS[kind] else True


def test_the_words_of_a_letter_go_through_the_catalogues() -> None:
    """Every sentence outside tags and expressions would stay English for all readers."""
    for path in sorted((shipped_templates() / "mail").rglob("body.txt")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            outside = _outside_of_jinja(line)
            assert not any(c.isalpha() for c in outside), f"{path.parent.name}/{path.name}:{number}: {line}"


def _outside_of_jinja(line: str) -> str:
    for opening, closing in (("{{", "}}"), ("{%", "%}"), ("{#", "#}")):
        while opening in line and closing in line:
            before, _, rest = line.partition(opening)
            line = before + rest.partition(closing)[2]
    return line


def test_owner_may_shadow_one_part(tmp_path: Path) -> None:
    (tmp_path / "mail" / "notice").mkdir(parents=True)
    (tmp_path / "mail" / "notice" / "subject.txt").write_text("Note: {{ title }}", "utf-8")
    letter = compile_letter(
        Templates(tmp_path),
        "notice",
        "en",
        {"brand": BRAND, **CONTEXTS["notice"]},
        HeaderPlan("E", "e@exchange.example"),
    )
    assert letter.subject == "Note: Your link"
