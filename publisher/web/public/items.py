"""A resource as a page shows it: the words around its title, in the language of the page."""

from collections.abc import Iterable
from typing import Any

from publisher import languages
from publisher.languages import country_name, join_list, language_name
from publisher.library.shelf import PublicItem, Shown, public_item
from publisher.vocabulary.kinds import KIND_LABELS
from publisher.web.page import Page, exact_moment, moment_of

MOST_COUNTRIES = 3
#: What files are called, by a part of their media type.
FILES = (("pdf", "PDF"), ("epub", "EPUB"), ("wordprocessing", "Word"), ("msword", "Word"), ("presentation", "PowerPoint"),
         ("powerpoint", "PowerPoint"), ("spreadsheet", "Excel"), ("excel", "Excel"), ("zip", "ZIP"))  # fmt: skip


def stories(page: Page, found: Iterable[Shown]) -> list[dict[str, Any]]:
    """These works as list items, in the language of the page where they speak it."""
    return [story(page, public_item(one, [page.language])) for one in found if one.texts]


def story(page: Page, item: PublicItem) -> dict[str, Any]:
    day = item.published_on
    return {
        "url": page.link(path_of(item.id, item.slug)),
        "title": item.title,
        "blurb": item.blurb,
        "kind_label": kind_label(page, item.kind),
        "countries_text": countries_text(page, item.countries),
        "language": item.language,
        "language_label": language_name(item.link_language, page.language),
        "publisher": item.publisher,
        "date": day.isoformat() if day else "",
        "date_text": languages.date_in_words(day, page.language) if day else "",
        "file_note": file_note(page, item),
        "featured": item.featured,
    }


def file_note(page: Page, item: PublicItem) -> str:
    """What one opens: “PDF, 4 MB, 38 pages”, as much of it as is known; of what is heard or seen, how long it is."""
    parts = [name for part, name in FILES if part in item.file_type.lower()][:1]
    if item.file_bytes:
        parts.append(languages.file_size(item.file_bytes, page.language))
    if item.pages:
        parts.append(page.ngettext("%(number)s page", "%(number)s pages", item.pages))
    if item.seconds:
        parts.append(languages.duration_in_words(item.seconds, page.language))
    if languages.direction(page.language) == "ltr":
        return ", ".join(parts)
    return "، ".join(
        f"\u2068{part}\u2069" for part in parts
    )  # isolated: a Latin word beside a number would turn them round


def path_of(work_id: int, slug: str) -> str:
    """Address of a resource's page; the number finds it, the words are for people."""
    return f"/library/{work_id}-{slug}" if slug else f"/library/{work_id}"


def kind_label(page: Page, kind: str) -> str:
    return page.gettext(KIND_LABELS[kind]) if kind in KIND_LABELS else kind


def countries_text(page: Page, codes: Iterable[str], most: int = MOST_COUNTRIES) -> str:
    """“Kenya, Nepal and Peru”, by name; of many the first few and how many more."""
    names = sorted((country_name(code, page.language) for code in codes), key=languages.folded)
    if len(names) <= most:
        return join_list(names, page.language)
    more = page.ngettext("%(number)s more", "%(number)s more", len(names) - most)
    return join_list([*names[:most], more], page.language)


def date_of(page: Page, item: PublicItem) -> dict[str, str] | None:
    """When it takes place where it does, else when it was published."""
    if item.starts_at is not None:
        return exact_moment(item.starts_at, page.language, item.zone or "UTC")
    if item.published_on is None:
        return None
    words = languages.date_in_words(item.published_on, page.language)
    return {"iso": item.published_on.isoformat(), "text": words, "exact": ""}


def ended_text(page: Page, item: PublicItem) -> str:
    """“This call closed on 3 March 2026.” where it is over; else nothing."""
    over = item.ends_at or item.starts_at
    if over is None or over > page.now:
        return ""
    shown = moment_of(over, page.language, item.zone or "UTC")
    words = page.gettext("This call closed on %(date)s.") if item.kind == "call" else page.gettext("This took place on %(date)s.")  # fmt: skip
    return words % {"date": shown["text"] if shown else ""}
