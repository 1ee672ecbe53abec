"""Templates that an owner has put before ours: do they compile, and would the letters made of them pass the critical reader?"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from publisher.desk.doctor.findings import Finding
from publisher.errors import PublisherError
from publisher.house import House
from publisher.mail.letters import HeaderPlan, compile_letter
from publisher.templating import Templates, shipped_templates

ENDINGS = (".html", ".mjml", ".txt", ".svg", ".xml")
_BRAND = {"name": "A hub", "accent": "#1f6f5c", "logo_url": None, "postal_address": "1 Street, Town", "website": "https://hub.example/"}  # fmt: skip
_PAPER = {"name": "A newsletter", "url": "https://hub.example/newsletters/one"}
_ISSUE = {
    "title": "An issue",
    "number": 1,
    "date_text": "1 December 2026",
    "url": "https://hub.example/newsletters/one/1",
}
_ITEM = {
    "key": "a", "kind_label": "Report", "countries_text": "Kenya", "language_label": "English", "title": "A report",
    "url": "https://hub.example/library/1", "blurb": "What it says.", "publisher": "A publisher", "pages_text": "12 pages",
    "until": None, "starts_at": datetime(2026, 12, 3, 6, tzinfo=UTC), "featured": True, "button_label": "Read",
}  # fmt: skip
#: What letters are tried with, by kind; of other kinds only the form is looked at.
SAMPLES: dict[str, dict[str, Any]] = {
    "issue": {"newsletter": _PAPER, "issue": _ISSUE, "signed_by": "Ines", "subscribe_url": "https://hub.example/subscribe",
              "sections": [{"key": "new", "title": "New", "items": [_ITEM]}], "reasons": {"k": "Because you follow: Kenya"}, "preheader": "One report"},
    "correction": {"newsletter": _PAPER, "issue": _ISSUE, "signed_by": "Ines", "rich": {"correction": "A table was wrong."}},
    "confirm": {"list_name": "A list", "days": 7, "wording": "The newsletter, monthly."},
    "welcome": {"list_name": "A list", "newsletter_url": _PAPER["url"], "next_text": "On 1 December."},
    "goodbye": {"list_name": "A list"},
    "notice": {"title": "A notice", "paragraphs": ["One."], "button_label": "Open", "why": "You asked for it."},
    "test": {"relay_name": "smtp.hub.example", "sent_text": "1 December 2026"},
}  # fmt: skip
_TO_MANY = ("issue", "correction")


def templates(house: House) -> Iterator[Finding]:
    """One finding for each file or letter that is not as it should be, else one that says all is well."""
    folder = house.settings.owner_templates
    names = _own(folder)
    found = [*_files(house.templates, names), *_letters(house.templates, names)]
    yield from found
    if not found:
        number = "1 template" if len(names) == 1 else f"{len(names)} templates"
        said = f"{number} of your own stand before ours, and fit." if names else "The templates are those we ship."
        yield Finding("templates", "good", said)


def _own(folder: Path) -> list[str]:
    """Names of the owner's templates, as the environment knows them."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in ENDINGS)
    return [path.relative_to(folder).as_posix() for path in files]


def _files(ours: Templates, names: list[str]) -> Iterator[Finding]:
    for name in names:
        if not (shipped_templates() / name).is_file() and not Path(name).name.startswith("_"):
            advice = "Look at the spelling of its name, or take it away."
            yield Finding("templates", "warn", f"Your template {name} stands before none of ours, so nothing uses it.", advice)  # fmt: skip
        if said := ours.does_not_compile(name):
            yield Finding("templates", "bad", said, "Mend it, or take it away: then ours is used.")


def _letters(ours: Templates, names: list[str]) -> Iterator[Finding]:
    """A changed frame changes every letter, so then all are tried."""
    changed = {name.split("/")[1] for name in names if name.startswith("mail/")}
    if any(one.startswith("_") for one in changed):
        changed |= set(SAMPLES)
    for kind in sorted(changed & set(SAMPLES)):
        plan = HeaderPlan("A hub", "hub@hub.example", unsubscribe=kind in _TO_MANY)
        try:
            letter = compile_letter(ours, kind, "en", {"brand": _BRAND, **SAMPLES[kind]}, plan)
        except PublisherError as problem:
            yield Finding("templates", "bad", str(problem), "Mend it, or take it away: then ours is used.")
            continue
        for warning in letter.warnings:
            yield Finding("templates", "warn", f"The letter “{kind}”: {warning}", "Mend your template of it.")
