"""Everything a reader is shown is said in every other language too, and every translation keeps its placeholders."""

import re

import pytest
from babel.messages.pofile import read_po

from publisher.languages import LANGUAGES, SOURCE_LANGUAGE, translations_folder
from publisher.languages.extract import ROOT, as_po, messages_of, untranslated, updated

TRANSLATED = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]
WORD = re.compile(r"[^\W\d_]{2,}")
PLACEHOLDER = re.compile(r"%\((\w+)\)([sd])|%%")


@pytest.fixture(scope="module")
def said():
    return messages_of(ROOT)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_for_readers_is_translated(language, said):
    missing = untranslated(updated(language, said))
    assert missing == [], (
        f"{len(missing)} sentences have no {LANGUAGES[language]}. Run `python -m publisher.languages.extract` and fill them in."
    )


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_placeholders_of_its_sentence(language):
    wrong = []
    for message in read_po((translations_folder() / f"{language}.po").open("rb"), locale=language):
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        texts = [message.string] if isinstance(message.string, str) else list(message.string)
        known = {found[0] for text in ids for found in PLACEHOLDER.finditer(text)}
        for text in texts:
            used = {found[0] for found in PLACEHOLDER.finditer(text)}
            rest = PLACEHOLDER.sub("", text)
            # One form of a plural may say "one" instead of the figure; any other sentence needs every placeholder.
            if not used <= known or (isinstance(message.id, str) and used != known) or (known and "%" in rest):
                wrong.append((ids[0], text))
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_sentence_is_english_left_standing(language):
    copied = []
    for message in read_po((translations_folder() / f"{language}.po").open("rb"), locale=language):
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        texts = [message.string] if isinstance(message.string, str) else list(message.string)
        words = WORD.findall(PLACEHOLDER.sub("", ids[0]))
        if len(words) > 2 and set(ids) & set(texts):
            copied.append(ids[0])
    assert copied == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_question_stays_a_question_and_a_sentence_keeps_its_end(language):
    """Spanish opens what it closes; nobody ends a sentence where the page goes on."""
    wrong = []
    for message in read_po((translations_folder() / f"{language}.po").open("rb"), locale=language):
        if not isinstance(message.id, str) or not message.id:
            continue
        text = str(message.string)
        if text != text.strip() or "!" in text or "  " in text:
            wrong.append(text)
        if message.id.endswith("?") != text.endswith(("?", "؟")) and language in ("es", "pt"):
            wrong.append(text)
        if language == "es" and text.count("?") != text.count("¿"):
            wrong.append(text)
        if message.id.endswith(":") and not text.rstrip("\u200f").endswith((":", "\u00a0:")):
            wrong.append(text)
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_quotation_marks_are_those_of_the_language(language):
    foreign = {"fr": '“”"', "ar": '“”"', "es": '“”"', "pt": '«»"', "sw": '«»"'}[language]
    texts = [
        text
        for message in read_po((translations_folder() / f"{language}.po").open("rb"), locale=language)
        for text in ([message.string] if isinstance(message.string, str) else message.string)
        if message.id
    ]
    assert [text for text in texts if set(text) & set(foreign)] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_extracting_twice_changes_nothing(language, said, tmp_path, monkeypatch):
    once = as_po(updated(language, said))
    (tmp_path / f"{language}.po").write_bytes(once)
    monkeypatch.setattr("publisher.languages.extract.translations_folder", lambda: tmp_path)
    assert as_po(updated(language, said)) == once


def test_a_new_sentence_in_a_template_is_noticed_and_a_staff_page_is_not(tmp_path):
    for place, text in {
        "templates/mail/hello/body.mjml": "<p>{{ _('Good morning') }}</p>{% trans n=2 %}one{% pluralize %}many{% endtrans %}",
        "templates/web/studio/list.html": "{{ _('Only for staff') }}",
        "publisher/words.py": "from x import N_\nLABEL = N_('A label')\n",
    }.items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(text)
    assert {m.id for m in messages_of(tmp_path) if m.id} == {"Good morning", ("one", "many"), "A label"}
