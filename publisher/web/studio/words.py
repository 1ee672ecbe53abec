"""Words and choices that many staff pages share. Staff pages are in English."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session

from publisher import clock, languages
from publisher.languages import COUNTRIES, LANGUAGES, country_name, folded, language_name, region_name
from publisher.vocabulary import terms
from publisher.vocabulary.kinds import KIND_LABELS

Options = list[tuple[str, str]]
"""(value, label), as a select or checkboxes show them."""

#: Languages offered first; others are in the menus all the same.
SPOKEN = (
    "en",
    "fr",
    "ar",
    "es",
    "pt",
    "sw",
    "ru",
    "zh",
    "hi",
    "bn",
    "ur",
    "am",
    "de",
    "id",
    "vi",
    "tr",
    "fa",
    "so",
    "ha",
)


def counted(number: int, one: str, several: str = "") -> str:
    """“1,204 readers”, “1 reader”, “no readers”."""
    figure = languages.number(number, "en") if number else "no"
    return f"{figure} {one if number == 1 else several or one + 's'}"


def sentence(*parts: str) -> str:
    """The parts that are not empty, with a comma between and a capital in front."""
    text = ", ".join(part for part in parts if part)
    return text[:1].upper() + text[1:]


def figure(number: int) -> str:
    return languages.number(number, "en")


def kinds() -> Options:
    return list(KIND_LABELS.items())


def kind_label(kind: str) -> str:
    return KIND_LABELS.get(kind, kind)


def countries() -> Options:
    named = [(code, country_name(code, "en")) for code in COUNTRIES]
    return sorted(named, key=lambda pair: folded(pair[1]))


def country_names(codes: Iterable[str], most: int = 3) -> str:
    """“Kenya, Ghana, Peru and 4 more”."""
    names = sorted(country_name(code, "en") for code in codes)
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def chosen_first(options: Options, chosen: Iterable[str]) -> Options:
    """What is ticked stands first, so that nobody has to look for it in a long box."""
    ticked = set(chosen)
    return sorted(options, key=lambda option: option[0] not in ticked)


def places(session: Session) -> Options:
    """Countries and regions, as a person follows them: `country:KE`, `region:014`."""
    choices = terms.interest_choices(session, "en")
    return [(f"{facet}:{key}", name) for facet in ("region", "country") for key, name in choices[facet] if key != "001"]


def vocabulary(session: Session, facet: str) -> Options:
    return terms.interest_choices(session, "en")[facet]


def language_options(*more: str, empty: str = "") -> Options:
    """Languages by name. `more`: codes that must be among them; `empty`: what choosing none is called."""
    codes = dict.fromkeys((*LANGUAGES, *SPOKEN, *(code for code in more if code)))
    return ([("", empty)] if empty else []) + [(code, language_name(code, "en")) for code in codes]


def zones() -> Options:
    return [(name, name.replace("_", " ")) for name in clock.zone_names()]


def place_name(facet: str, key: str) -> str:
    return country_name(key, "en") if facet == "country" else region_name(key, "en")


def bars(counts: Mapping[str, int], names: Mapping[str, str] | None = None, most: int = 12) -> list[dict[str, Any]]:
    """Counts as rows of a bar chart, the largest first, `most` of them; see `beyond` for the rest."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        {"label": (names or {}).get(key, key), "value": value, "value_text": figure(value)}
        for key, value in ordered[:most]
    ]


def beyond(counts: Mapping[str, int], one: str, several: str, most: int = 12) -> str:
    """What a chart of `bars` leaves out: “and 46 readers in 44 further countries”."""
    rest = sorted(counts.values(), reverse=True)[most:]
    return f"and {counted(sum(rest), 'reader')} in {counted(len(rest), one, several)}" if rest else ""


def pages(path: str, query: Iterable[tuple[str, str]], number: int, total: int, per_page: int) -> dict[str, str]:
    """The way through a long list, as `ui.pagination` takes it."""
    last = max(1, -(-total // per_page))
    kept = [(name, value) for name, value in query if name != "page"]

    def at(page: int) -> str:
        return f"{path}?{urlencode([*kept, ('page', str(page))])}"

    return {
        "previous_url": at(number - 1) if number > 1 else "",
        "next_url": at(number + 1) if number < last else "",
        "text": f"Page {figure(number)} of {figure(last)}",
    }
