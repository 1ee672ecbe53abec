"""Short pages: the owner's before ours, in the reader's language where there is one, and no file that can break a page."""

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import markdown, pages
from publisher.house import House
from publisher.languages import LANGUAGES
from publisher.templating import shipped_templates

HUB = {"hub": "Early Hands", "contact": "desk@example.org", "postal_address": "12 Garden Row", "website": "https://example.org"}  # fmt: skip


def owners(house: House, name: str, text: str | bytes) -> None:
    folder = house.settings.owner_templates / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
@pytest.mark.parametrize("name", pages.NAMES)
def test_ours_name_the_hub_and_where_to_write(house, name, language):
    found = pages.find(house, name, language, HUB)
    assert found.language == language
    assert found.title
    assert "desk@example.org" in found.text
    assert "{{" not in found.title + found.text


def test_each_of_ours_is_there_in_english_and_says_as_much_in_each_language():
    files = {path.name for path in (shipped_templates() / "pages").iterdir()}
    for name in pages.NAMES:
        told = {code for code in LANGUAGES if f"{name}.{code}.md" in files}
        assert told >= {"en", "fr", "ar"}
        headings = {
            code: (shipped_templates() / "pages" / f"{name}.{code}.md").read_text("utf-8").count("\n## ")
            for code in told
        }
        assert len(set(headings.values())) == 1, (name, headings)


def test_what_the_owner_wrote_in_one_language_is_not_contradicted_by_ours_in_another(house):
    owners(house, "privacy.en.md", "# Our privacy\n\nWe keep little. {{ contact }}")
    for language in ("en", "fr", "ar", "sw"):
        found = pages.find(house, "privacy", language, HUB)
        assert (found.language, found.title, found.text) == ("en", "Our privacy", "We keep little. desk@example.org")
    owners(house, "privacy.fr.md", "# Chez nous\n\nPeu.")
    assert pages.find(house, "privacy", "fr-CA", HUB).title == "Chez nous"
    assert pages.find(house, "about", "fr", HUB).language == "fr"


def test_a_language_that_nobody_wrote_in_english_for_is_still_shown(house):
    owners(house, "about.sw.md", "# Sisi\n\nKaribu.")
    assert pages.find(house, "about", "ar", HUB).language == "sw"


def test_a_paragraph_whose_value_is_missing_is_left_out(house):
    found = pages.find(house, "contact", "en", HUB | {"postal_address": ""})
    assert "Early Hands, " not in found.text
    assert pages.filled("One {{ nothing }} two", HUB) == "One {{ nothing }} two"


def test_the_version_is_that_of_the_words(house):
    versions = {pages.find(house, "privacy", code, HUB).version for code in ("en", "fr", "ar")}
    assert len(versions) == 3
    assert pages.find(house, "privacy", "en", HUB).version in versions
    assert pages.find(house, "privacy", "en", HUB | {"hub": "Late Hands"}).version not in versions


@given(st.text(max_size=400))
def test_no_text_breaks_the_filling(source):
    title, text = pages.split(pages.filled(source, HUB))
    assert "<script" not in markdown.to_html(title + text).lower()
    assert len(pages.version_of("en", title, text)) == 12


def test_a_file_that_is_no_text_is_shown_as_well_as_it_can_be(house, now: datetime, tmp_path: Path):
    owners(house, "about.en.md", b"\xff\xfe# \x00\x81" + b"a" * 500_000)
    found = pages.find(house, "about", "en", HUB)
    assert len(found.text + found.title) <= pages.LONGEST
