"""Terms of the vocabulary: seeding, naming, adding, retiring, and what a reader may choose from."""

import re
import unicodedata

from sqlalchemy import func
from sqlmodel import Session, col, select

from publisher import languages
from publisher.errors import BadInput, Conflict, NotFound
from publisher.vocabulary import defaults
from publisher.vocabulary.models import EDITABLE_FACETS, FACETS, Term

Choice = tuple[str, str]
"""(key, name in the language that was asked for)."""


def seed_defaults(session: Session) -> int:
    """Put the first vocabulary in, term by term where it is missing; returns how many were added. Staff's edits stay."""
    known = {(term.facet, term.key) for term in session.exec(select(Term))}
    fresh = [
        Term(facet=facet, key=key, names=dict(names), position=position)
        for facet, terms in defaults.FACETS.items()
        for position, (key, names) in enumerate(terms.items())
        if (facet, key) not in known
    ]
    session.add_all(fresh)
    session.flush()
    return len(fresh)


def names(session: Session, facet: str, language: str) -> dict[str, str]:
    """Key → name of every term of a facet, retired ones too, because old uses still need a name. Countries and regions
    are the world's."""
    if facet == "country":
        return {code: languages.country_name(code, language) for code in languages.COUNTRIES}
    if facet == "region":
        return {code: languages.region_name(code, language) for code in languages.REGIONS}
    return {term.key: name_of(term, language) for term in _terms(session, facet)}


def name_of(term: Term, language: str) -> str:
    """A term's name by the language's fallback chain; then in any language; then its key."""
    for code in languages.fallbacks(language):
        if name := term.names.get(code):
            return str(name)
    return str(next(iter(term.names.values()), term.key))


def interest_choices(session: Session, language: str) -> dict[str, list[Choice]]:
    """What a reader may choose in every facet: terms in staff's order without retired ones, places by name."""
    choices: dict[str, list[Choice]] = {
        facet: [(term.key, name_of(term, language)) for term in _terms(session, facet) if not term.retired]
        for facet in EDITABLE_FACETS
    }
    for facet in ("country", "region"):
        named = names(session, facet, language).items()
        choices[facet] = sorted(named, key=lambda pair: languages.folded(pair[1]))
    return choices


def known(session: Session, facet: str) -> frozenset[str]:
    """Every key a facet has, retired ones too. `BadInput` where there is no such facet."""
    if facet == "country":
        return languages.COUNTRIES
    if facet == "region":
        return frozenset(languages.REGIONS)
    return frozenset(term.key for term in _terms(session, facet))


def recognise(session: Session, text: str, facets: tuple[str, ...] = EDITABLE_FACETS) -> tuple[str, str] | None:
    """The (facet, key) that somebody means by a key, `facet:key`, or a name in any language; None where nothing fits."""
    facet, colon, key = text.strip().partition(":")
    if colon and facet.strip().lower() in FACETS:
        return recognise_in(session, facet.strip().lower(), key)
    return next((found for facet in facets if (found := recognise_in(session, facet, text))), None)


def recognise_in(session: Session, facet: str, text: str) -> tuple[str, str] | None:
    """As `recognise`, in one facet."""
    if facet == "country":
        country = languages.country_code(text)
        return ("country", country) if country else None
    if facet == "region":
        region = languages.region_code(text)
        return ("region", region) if region else None
    wanted = languages.folded(text)
    for term in _terms(session, facet):
        if wanted in (languages.folded(term.key), *(languages.folded(str(name)) for name in term.names.values())):
            return (facet, term.key)
    return None


def add(session: Session, facet: str, name: str, *, language: str = "en", key: str | None = None) -> Term:
    """A new term at the end of its facet. Its key is made from the name and never changes afterwards."""
    _editable(facet)
    name = _clean(name)
    key = _key(key or name)
    if _one(session, facet, key) is not None:
        raise Conflict(f"There is a {facet} “{key}” already.")
    last = session.exec(select(func.max(Term.position)).where(col(Term.facet) == facet)).one()
    term = Term(facet=facet, key=key, names={language: name}, position=0 if last is None else last + 1)
    session.add(term)
    session.flush()
    return term


def rename(session: Session, term: Term, language: str, name: str) -> None:
    """What a term is called in one language. An empty name takes that language's away, unless it is the only one."""
    rest = {code: text for code, text in term.names.items() if code != language}
    if name.strip():
        rest[language] = _clean(name)
    if not rest:
        raise BadInput("A term needs a name in at least one language.", field="name")
    term.names = rest
    session.add(term)


def retire(session: Session, term: Term) -> None:
    """Offer it no more. What it was used for keeps it."""
    term.retired = True
    session.add(term)


def bring_back(session: Session, term: Term) -> None:
    """Offer a retired term again."""
    term.retired = False
    session.add(term)


def move(session: Session, term: Term, position: int) -> None:
    """Put a term at a place of its facet, counted from 0; the others make room."""
    others = [other for other in _terms(session, term.facet) if other.id != term.id]
    others.insert(max(0, min(position, len(others))), term)
    for place, other in enumerate(others):
        other.position = place
        session.add(other)
    session.flush()


def get(session: Session, facet: str, key: str) -> Term:
    """One term; `NotFound` where there is none."""
    found = _one(session, facet, key)
    if found is None:
        raise NotFound(f"There is no {facet} “{key}”.")
    return found


def _terms(session: Session, facet: str) -> list[Term]:
    _editable(facet)
    wanted = select(Term).where(col(Term.facet) == facet).order_by(col(Term.position), col(Term.id))
    return list(session.exec(wanted))


def _one(session: Session, facet: str, key: str) -> Term | None:
    return session.exec(select(Term).where(col(Term.facet) == facet, col(Term.key) == key)).first()


def _editable(facet: str) -> None:
    if facet not in EDITABLE_FACETS:
        raise BadInput(f"There is no facet “{facet}” that staff name. There are {', '.join(EDITABLE_FACETS)}.")


def _clean(name: str) -> str:
    text = " ".join(name.split())
    if not text or len(text) > 120:
        raise BadInput("A name has between 1 and 120 characters.", field="name")
    return text


def _key(text: str) -> str:
    """ASCII letters, digits and hyphens; a name in another script needs a key given beside it."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60]
    if not key:
        raise BadInput("Give the term a key in Latin letters as well.", field="key")
    return key
