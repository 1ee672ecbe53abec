"""The vocabulary as intake needs it: from any name of a term, in any language, to (facet, key)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from publisher.languages import country_code, folded, mentioned_countries, region_code
from publisher.vocabulary.models import EDITABLE_FACETS, Term

Subjects = tuple[tuple[str, str, bool], ...]
"""(facet, key, suggested), each (facet, key) once."""

_MIN_SUGGESTED = 5


@dataclass(frozen=True)
class Terms:
    """Folded name or key → (facet, key), for terms that are still offered."""

    by_name: dict[str, tuple[str, str]]

    def subjects(self, said: Iterable[str], text: str) -> Subjects:
        """What the words of a record mean (firm), and what its text speaks of (suggested). Firm wins."""
        firm = {found for words in said for found in self._meant(words)}
        suggested = self._spoken_of(text) | {("country", code) for code in mentioned_countries(text)}
        return tuple(sorted({(f, k, False) for f, k in firm} | {(f, k, True) for f, k in suggested - firm}))

    def _meant(self, words: str) -> list[tuple[str, str]]:
        """A category, such as `Home visiting`, `sector:home-visiting` or `Education / Preschool education`."""
        facet, colon, key = words.partition(":")
        if colon and facet.strip().lower() in EDITABLE_FACETS:
            words = key
        parts = [words, *re.split(r"\s*(?:/|>|;|::|--)\s*", words)]
        found = (self.by_name.get(folded(part.replace("-", " "))) for part in parts[:12])
        return [subject for subject in found if subject]

    def _spoken_of(self, text: str) -> set[tuple[str, str]]:
        within = f" {folded(text)} "
        return {s for name, s in self.by_name.items() if len(name) >= _MIN_SUGGESTED and f" {name} " in within}


def load_terms(session: Session) -> Terms:
    """The vocabulary of this moment."""
    found: dict[str, tuple[str, str]] = {}
    for term in session.exec(select(Term).where(~col(Term.retired), col(Term.facet).in_(EDITABLE_FACETS))):
        for name in (term.key.replace("-", " "), *term.names.values()):
            found.setdefault(folded(str(name).replace("-", " ")), (term.facet, term.key))
    return Terms(found)


def places(words: Iterable[str]) -> set[tuple[str, str]]:
    """Countries and regions that fields of a record name; what is neither says nothing."""
    found: set[tuple[str, str]] = set()
    for text in words:
        for part in (text, *re.split(r"\s*[;|]\s*", text)) if ";" in text or "|" in text else (text,):
            if code := country_code(part):
                found.add(("country", code))
            elif (region := region_code(part)) and region != "001":
                found.add(("region", region))
    return found
