"""Persons: finding, making and naming them. Nothing here decides what they may get."""

import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, delete, select

from publisher import languages
from publisher.audience.models import Interest, MailingList, Person, Subscription
from publisher.clock import zone as check_zone
from publisher.errors import BadInput, NotFound
from publisher.languages import folded
from publisher.mail import addresses
from publisher.mail.models import Address
from publisher.tokens import Tokens
from publisher.vocabulary import terms
from publisher.vocabulary.models import FACETS

LONGEST_NAME = 120
MOST_INTERESTS = 200
MOST_LANGUAGES = 8
ENOUGH = 1000

Pair = tuple[str, str]
"""An interest: (facet, key)."""


def find(session: Session, tokens: Tokens, email: str) -> Person | None:
    """The person of that address, if there is one. `BadInput` where it is no address."""
    address = addresses.find(session, tokens, email)
    return of_address(session, address) if address else None


def get(session: Session, tokens: Tokens, email: str) -> Person:
    """As `find`; `NotFound` where nobody has that address."""
    person = find(session, tokens, email)
    if person is None:
        raise NotFound(f"Nobody here has the address {email.strip()[:80]}.")
    return person


def of_address(session: Session, address: Address) -> Person | None:
    return session.exec(select(Person).where(col(Person.address_id) == address.id)).first()


def by_key(session: Session, key: str) -> Person | None:
    """The person whom a token names; None where they were erased since."""
    return session.exec(select(Person).where(col(Person.key) == key)).first()


def address_of(session: Session, person: Person) -> Address:
    return session.get_one(Address, person.address_id)


def make(
    session: Session,
    address: Address,
    *,
    now: datetime,
    name: str = "",
    languages_in_order: str = "en",
    zone: str = "UTC",
    country: str | None = None,
) -> Person:
    """A new person with nothing asked for yet."""
    person = Person(
        address_id=address.id or 0,
        key=new_key(),
        name=clean_name(name),
        languages=languages_in_order,
        zone=zone,
        country=country,
        created_at=now,
    )
    session.add(person)
    session.flush()
    return person


def new_key() -> str:
    """What tokens call a person: 96 random bits."""
    return secrets.token_urlsafe(12)


def search(session: Session, text: str, *, limit: int = 50) -> list[tuple[Person, Address]]:
    """People whose name has words that begin with what was typed, accents and case aside, or whose address contains it;
    those whose address begins with it first."""
    wanted = text.strip().casefold()
    if not wanted:
        return []
    in_address = col(Address.normalised).contains(wanted, autoescape=True)
    if not wanted.isascii():  # a domain that is kept in its ASCII form
        in_address |= func.lower(Address.email).contains(wanted, autoescape=True)
    # Each table is gone through by itself, once: joined first, every pair of rows would be looked at for both. Where more
    # than a thousand fit, the first of them are as good as any.
    has = select(Address.id).where(in_address, col(Address.email) != "").order_by(col(Address.id)).limit(ENOUGH)
    theirs: ColumnElement[bool] = col(Person.address_id).in_(has)
    if words := [] if "@" in wanted else folded(wanted).split():
        named = (col(Person.folded).contains(f" {word}", autoescape=True) for word in words)
        theirs |= col(Person.id).in_(select(Person.id).where(*named).order_by(col(Person.id)).limit(ENOUGH))
    within = (
        select(Person, Address)
        .join(Address, col(Address.id) == col(Person.address_id))
        .where(col(Address.email) != "", theirs)
        .order_by(col(Address.normalised).startswith(wanted, autoescape=True).desc(), col(Address.normalised))
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.exec(within)]


def subscriptions(session: Session, person: Person) -> list[tuple[Subscription, MailingList]]:
    """Every list this person has to do with, and how, in the lists' order."""
    wanted = (
        select(Subscription, MailingList)
        .join(MailingList, col(MailingList.id) == col(Subscription.list_id))
        .where(col(Subscription.person_id) == person.id)
        .order_by(col(MailingList.name), col(MailingList.id))
    )
    return [(row[0], row[1]) for row in session.exec(wanted)]


def interests(session: Session, person: Person) -> set[Pair]:
    """What this person asked for."""
    rows = session.exec(select(Interest).where(col(Interest.person_id) == person.id))
    return {(row.facet, row.key) for row in rows}


def set_interests(session: Session, person: Person, wanted: Iterable[Pair]) -> None:
    """Replace what a person asked for. `BadInput` names a pair that does not exist; a retired term they have may stay."""
    pairs = check_interests(session, wanted)
    session.execute(delete(Interest).where(col(Interest.person_id) == person.id))
    session.add_all(Interest(person_id=person.id or 0, facet=facet, key=key) for facet, key in sorted(pairs))
    session.flush()


def check_interests(session: Session, wanted: Iterable[Pair]) -> set[Pair]:
    """The pairs, each once, all of them in the vocabulary; `BadInput` otherwise."""
    pairs = set(wanted)
    if len(pairs) > MOST_INTERESTS:
        raise BadInput(f"Choose at most {MOST_INTERESTS} interests; choosing none of a kind means all of it.")
    for facet in {facet for facet, _ in pairs}:
        if facet not in FACETS:
            raise BadInput(f"There is no kind of interest called “{facet[:40]}”.", field="interests")
        keys = terms.known(session, facet)
        if unknown := sorted(key for f, key in pairs if f == facet and key not in keys):
            raise BadInput(f"There is no {facet} “{unknown[0][:40]}”.", field="interests")
    return pairs


def clean_name(text: str) -> str:
    """A name on one line, without control and direction characters that could disturb a header or a page."""
    if text.isascii() and text.isprintable():  # nearly all of a long table
        return " ".join(text.split())[:LONGEST_NAME].strip()
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or c in _JOINERS or not _is_unseen(c))
    return re.sub(" +", " ", kept).strip()[:LONGEST_NAME].strip()


def clean_languages(codes: Sequence[str]) -> str:
    """Languages in order as the person row keeps them. `BadInput` for one that is none; English where none is given."""
    found: list[str] = []
    for code in codes:
        if not code.strip():
            continue
        language = languages.normalise(code)
        if language is None:
            raise BadInput(f"“{code.strip()[:40]}” is not a language.", field="languages")
        if language not in found:
            found.append(language)
    return ",".join(found[:MOST_LANGUAGES]) or languages.SOURCE_LANGUAGE


def clean_country(text: str | None) -> str | None:
    """ISO 3166 code of a country; None for nothing. `BadInput` where it is no country."""
    if not text or not text.strip():
        return None
    code = languages.country_code(text)
    if code is None:
        raise BadInput(f"“{text.strip()[:60]}” is not a country.", field="country")
    return code


def clean_zone(text: str) -> str:
    """An IANA zone; UTC for nothing. `BadInput` where there is none of that name."""
    return str(check_zone(text.strip()).key) if text.strip() else "UTC"


def is_silenced() -> ColumnElement[bool]:
    """Condition on `Address`: it gets no newsletters."""
    return col(Address.suppressed) != ""


def _is_unseen(character: str) -> bool:
    """Control, format (direction marks, zero width), surrogate, private and unassigned characters."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn")


_JOINERS = "\u200c\u200d"  # names in several scripts are misspelt without them
