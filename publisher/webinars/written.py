"""What staff wrote for a letter to many: {language: {subject, body}}, body in Markdown."""

from collections.abc import Mapping

from publisher.errors import BadInput
from publisher.languages import own_name
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
