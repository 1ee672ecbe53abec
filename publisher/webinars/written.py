"""What staff wrote for a letter to many: {language: {subject, body}}, body in Markdown."""

from collections.abc import Mapping
from typing import Any

from publisher.errors import BadInput
from publisher.languages import fallbacks, own_name
from publisher.webinars import fields

Words = Mapping[str, Mapping[str, str]]
LONGEST_SUBJECT = 200


def read(words: Words, *, needs_subject: bool = True) -> dict[str, dict[str, str]]:
    """The words without languages that say nothing. `BadInput` for half of a letter; nothing at all is for the caller to
    judge."""
    found: dict[str, dict[str, str]] = {}
    for language, text in words.items():
        code = fields.language(language)
        subject = fields.line(text.get("subject", ""), f"subject-{code}", longest=LONGEST_SUBJECT)
        body = fields.text(text.get("body", ""), f"body-{code}")
        is_half = not body if subject else bool(body) and needs_subject
        if is_half:
            missing = "subject" if body else "body"
            raise BadInput(f"In {own_name(code)} the {missing} is missing.", field=f"{missing}-{code}")
        if body:
            found[code] = {"subject": subject, "body": body}
    return found


def chosen(words: Mapping[str, Any], language: str, first: str) -> dict[str, str] | None:
    """The words in this language, else in the series' own (`first`), else in whichever there are."""
    near = [code for code in fallbacks(language) if code != "en" or language.startswith("en")]
    return next((dict(words[code]) for code in (*near, first, "en", *words) if words.get(code)), None)
