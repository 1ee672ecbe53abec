"""The library's filters: from the address to a query, and back to sentences, chips and menus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from publisher.languages import (
    COUNTRIES,
    LANGUAGES,
    REGIONS,
    country_name,
    folded,
    language_name,
    normalise,
    number,
    region_name,
)
from publisher.library.search import SearchQuery
from publisher.vocabulary import terms
from publisher.vocabulary.kinds import KIND_LABELS
from publisher.web.page import Page

NAMES = ("kind", "topic", "sector", "audience", "country", "region", "language", "year")
MENUS = ("topic", "sector", "country", "kind", "language", "year")
MOST_OPTIONS = 40
MOST_CHOSEN = 20
LONGEST_SEARCH = 200


@dataclass(frozen=True)
class Filters:
    """What an address asks for. `chosen`: name → values, only ones that could exist."""

    text: str
    chosen: Mapping[str, tuple[str, ...]]

    def query(self, **more: Any) -> SearchQuery:
        pick = self.chosen.get
        year = pick("year", ())
        return SearchQuery(
            text=self.text,
            kinds=pick("kind", ()),
            topics=pick("topic", ()),
            sectors=pick("sector", ()),
            audiences=pick("audience", ()),
            countries=pick("country", ()),
            regions=pick("region", ()),
            languages=pick("language", ()),
            year=int(year[0]) if year else None,
            **more,
        )

    def pairs(self) -> list[tuple[str, str]]:
        """As they stand in an address."""
        text = [("q", self.text)] if self.text else []
        return text + [(name, value) for name in NAMES for value in self.chosen.get(name, ())]

    def with_(self, name: str, value: str) -> "Filters":
        others = () if name in ("year", "kind", "language") else self.chosen.get(name, ())
        return Filters(self.text, {**self.chosen, name: tuple(dict.fromkeys((*others, value)))})

    def without(self, name: str, value: str) -> "Filters":
        return Filters(self.text, {**self.chosen, name: tuple(v for v in self.chosen.get(name, ()) if v != value)})


def filters_of(request: Request) -> Filters:
    """The filters of an address. Values that cannot be are passed over: an address may be old, or made by hand."""
    given = request.query_params
    chosen = {name: _possible(name, given.getlist(name)) for name in NAMES}
    return Filters(given.get("q", "").strip()[:LONGEST_SEARCH], {k: v for k, v in chosen.items() if v})


def address(page: Page, path: str, filters: Filters) -> str:
    language = [("lang", page.language)] if page.said else []
    pairs = [*filters.pairs(), *language]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def sentence(page: Page, filters: Filters, total: int) -> str:
    """“124 resources”; the chips after it say about what."""
    if not filters.text:
        return page.ngettext("%(number)s resource", "%(number)s resources", total)
    return page.ngettext(
        "%(number)s resource for “%(words)s”", "%(number)s resources for “%(words)s”", total, words=filters.text
    )


class Named:
    """What the values of filters are called, in the language of the page; looked up once per visit."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._terms: dict[str, dict[str, str]] = {}

    def __call__(self, name: str, value: str) -> str:
        language = self.page.language
        if name == "kind":
            return self.page.gettext(KIND_LABELS[value]) if value in KIND_LABELS else value
        if name == "country":
            return country_name(value, language)
        if name == "region":
            return region_name(value, language)
        if name == "language":
            return language_name(value, language)
        if name == "year":
            return value
        if name not in self._terms:
            self._terms[name] = terms.names(self.page.session, name, language)
        return self._terms[name].get(value, value)


def chips(page: Page, path: str, filters: Filters, named: Named) -> list[dict[str, str]]:
    """What is chosen; each takes itself away."""
    return [
        {"label": named(name, value), "remove_url": address(page, path, filters.without(name, value))}
        for name in NAMES
        for value in filters.chosen.get(name, ())
    ]


def menus(
    page: Page, path: str, filters: Filters, facets: Mapping[str, Sequence[tuple[str, int]]], named: Named
) -> list[dict[str, Any]]:
    """What could be chosen, with how many each would leave; a menu without a choice is not shown."""
    _ = page.gettext
    labels = {
        "topic": _("Topic"),
        "sector": _("Field of work"),
        "country": _("Country"),
        "kind": _("Kind"),
        "language": _("Language"),
        "year": _("Year"),
    }
    made = [
        {"label": labels[name], "options": _options(page, path, filters, name, facets.get(name, ()), named)}
        for name in MENUS
    ]
    return [menu for menu in made if menu["options"]]


def _options(
    page: Page, path: str, filters: Filters, name: str, counts: Sequence[tuple[str, int]], named: Named
) -> list[dict[str, Any]]:
    """The most frequent ones, by name; years stay in their order."""
    chosen = filters.chosen.get(name, ())
    shown = [(value, count) for value, count in counts if count][:MOST_OPTIONS]
    if name != "year":
        shown.sort(key=lambda pair: folded(named(name, pair[0])))
    return [
        {
            "label": named(name, value),
            "count_text": number(count, page.language),
            "current": value in chosen,
            "url": address(page, path, filters.without(name, value) if value in chosen else filters.with_(name, value)),
        }
        for value, count in shown
    ]


def _possible(name: str, values: list[str]) -> tuple[str, ...]:
    found = (_one(name, value.strip()[:60]) for part in values[:MOST_CHOSEN] for value in part.split(",")[:MOST_CHOSEN])
    return tuple(dict.fromkeys(value for value in found if value))[: 1 if name == "year" else MOST_CHOSEN]


def _one(name: str, value: str) -> str | None:
    if name == "kind":
        return value if value in KIND_LABELS else None
    if name == "country":
        return value.upper() if value.upper() in COUNTRIES else None
    if name == "region":
        return value if value in REGIONS else None
    if name == "year":
        return value if value.isascii() and value.isdecimal() and len(value) == 4 else None
    if name == "language":
        return value if value in LANGUAGES else normalise(value)
    return value if value and value.replace("-", "").isalnum() else None
