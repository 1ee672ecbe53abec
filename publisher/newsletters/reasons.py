"""Reasons in words: “Your countries: Kenya · Your topics: Leadership”.

Label and colon, so that a name never needs an article or a case; the same codes serve the mail, the staff page and the
command line.
"""

from collections.abc import Callable, Iterable, Mapping

from publisher import languages
from publisher.languages import N_, translator
from publisher.newsletters.matching import AGAIN, EVERYONE, Item, possible_reasons

LABELS = {
    "country": N_("Your countries"),
    "region": N_("Your regions"),
    "topic": N_("Your topics"),
    "sector": N_("Your sectors"),
    "audience": N_("Your role"),
}
WITH_LABEL = N_("%(label)s: %(name)s")
FOR_EVERYONE = N_("For all readers")
STILL_TO_COME = N_("Still to come")

#: Why an item stays out, for staff.
OUT = {
    "ended": "It has ended.",
    "language": "No text in a language the reader chose.",
    "country": "Not about a country or region the reader follows.",
    "subject": "None of its topics is one the reader follows.",
    "had": "The reader had it before.",
    "limit": "The section is full for this reader.",
    "dropped": "An editor dropped it.",
    "joined": "Sent before the reader joined.",
    "not-sent": "It was not in the mail this reader got.",
}

Names = Mapping[tuple[str, str], str]


def in_words(code: str, language: str, name_of: Callable[[str, str], str]) -> str:
    """An inclusion code as a reader of `language` should read it. `name_of(facet, key)` names terms."""
    gettext = translator(language).gettext
    if code in ("", EVERYONE):
        return gettext(FOR_EVERYONE)
    if code == AGAIN:
        return gettext(STILL_TO_COME)
    return " · ".join(_part(part, gettext, name_of) for part in code.split("+"))


def table(items: Iterable[Item], language: str, name_of: Callable[[str, str], str]) -> dict[str, str]:
    """Code to words for every reason any of these items could have: what a letter compiles in."""
    codes = set().union(*(possible_reasons(item) for item in items), {EVERYONE})
    return {code: in_words(code, language, name_of) for code in sorted(codes)}


def namer(language: str, terms: Names) -> Callable[[str, str], str]:
    """Names in one language: countries and regions from the pinned data, the rest from the vocabulary's `terms`."""

    def name_of(facet: str, key: str) -> str:
        if facet == "country":
            return languages.country_name(key, language)
        if facet == "region":
            return languages.region_name(key, language)
        return terms.get((facet, key), key.replace("-", " "))

    return name_of


def _part(part: str, gettext: Callable[[str], str], name_of: Callable[[str, str], str]) -> str:
    facet, _, key = part.partition(":")
    return gettext(WITH_LABEL) % {"label": gettext(LABELS[facet]), "name": name_of(facet, key)}
