"""What the columns of an imported table mean, and each row as values; names of columns are taken as people write them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from sqlmodel import Session

from publisher import languages
from publisher.audience import people, spreadsheets
from publisher.audience.people import Pair
from publisher.errors import BadInput
from publisher.mail import addresses
from publisher.vocabulary import terms

_NAMES = {
    "email": "email|e mail|mail|email address|e mail address|mail address|address|subscriber|subscriber email|"
    "adresse e mail|adresse email|courriel|correo|correo electronico|email adresse|e mail adresse|endereco de e mail",
    "name": "name|full name|fullname|display name|nom complet|nombre|nome|reader",
    "first": "first name|firstname|given name|forename|prenom|vorname|primeiro nome",
    "last": "last name|lastname|surname|family name|nom|nachname|apellido|apellidos|sobrenome",
    "language": "language|languages|lang|locale|langue|langues|idioma|sprache|lingua",
    "country": "country|country code|pays|pais|land|cc",
    "zone": "zone|time zone|timezone|fuseau horaire",
    "interests": "interests|interest|topics|topic|themes|temas|sujets",
    "lists": "lists|list|newsletters|newsletter|groups",
    "state": "state|status|subscription status|statut|estado",
    "left": "unsubscribed at|unsub time|unsubscribe date|clean time|email disabled",
}
_COLUMNS = {name: column for column, names in _NAMES.items() for name in names.split("|")}

_GONE = {
    "unsubscribed", "unsub", "opted out", "optout", "inactive", "complained", "complaint", "spam", "bounced", "bounce",
    "cleaned", "suppressed", "erased", "deleted", "removed", "blocked", "blocklisted", "disabled", "no", "false",
}  # fmt: skip
_NOT_CONFIRMED = {"pending", "unconfirmed", "not confirmed"}

#: Addresses that need no grammar: nearly all of them, and twenty times faster than reading the grammar for each.
_PLAIN = re.compile(
    r"(?=.{3,254}$)(?P<local>[a-z0-9_]+(?:[.+-][a-z0-9_]+)*)@(?P<domain>(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,24})",
    re.I,
)


@dataclass
class Reader:
    """One row that can be used. `notes`: what of it could not."""

    row: int
    email: str
    normalised: str
    name: str = ""
    languages: str = ""
    country: str | None = None
    zone: str = ""
    interests: set[Pair] = field(default_factory=set)
    lists: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Refused:
    """One row that cannot be used, and why."""

    row: int
    email: str
    reason: str


class Vocabulary:
    """Words of the interests column, looked up once each."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, Pair | None] = {}

    def pair(self, word: str) -> Pair | None:
        if word not in self._known:
            self._known[word] = terms.recognise(self._session, word)
        return self._known[word]


def read(session: Session, file: BinaryIO) -> Iterator[Reader | Refused]:
    """Every row of the table as a reader, or with the reason why it is none. `BadInput` where no column has addresses."""
    vocabulary = Vocabulary(session)
    columns: dict[str, int] | None = None
    for row in spreadsheets.rows(file):
        if columns is None:
            if row.problem:
                raise BadInput(f"The first row cannot be read: {row.problem}")
            columns, is_header = _columns(row.cells)
            if is_header:
                continue
        yield Refused(row.number, "", row.problem) if row.problem else _reader(row, columns, vocabulary)


def _columns(cells: list[str]) -> tuple[dict[str, int], bool]:
    """Which column is what, by the header; a table without one is a column of addresses."""
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        column = _COLUMNS.get(languages.folded(cell.replace("_", " ")))
        if column is not None:
            found.setdefault(column, index)
    if "email" in found:
        return found, True
    with_address = [index for index, cell in enumerate(cells) if "@" in cell]
    if not with_address:
        raise BadInput("The table has no column of addresses. Call one of its columns “email”.")
    return {"email": with_address[0]}, False


def _reader(row: spreadsheets.Row, columns: dict[str, int], vocabulary: Vocabulary) -> Reader | Refused:
    def cell(column: str) -> str:
        index = columns.get(column)
        return spreadsheets.unguarded(row.cells[index].strip()) if index is not None and index < len(row.cells) else ""

    email = cell("email")
    if not email:
        return Refused(row.number, "", "There is no address in this row.")
    if reason := _why_gone(cell("state"), cell("left")):
        return Refused(row.number, email[:320], reason)
    try:
        normalised, shown = _address(email)
    except BadInput as problem:
        return Refused(row.number, email[:320], str(problem))
    reader = Reader(
        row=row.number,
        email=shown,
        normalised=normalised,
        name=people.clean_name(cell("name") or f"{cell('first')} {cell('last')}"),
        lists=tuple(dict.fromkeys(word.lower() for word in _words(cell("lists")))),
    )
    _read_place_and_language(reader, cell("language"), cell("country"), cell("zone"))
    for word in _words(cell("interests")):
        if pair := vocabulary.pair(word):
            reader.interests.add(pair)
        else:
            reader.notes.append(f"“{word[:60]}” is not in the vocabulary and was left out.")
    return reader


def _read_place_and_language(reader: Reader, language: str, country: str, zone: str) -> None:
    codes = [languages.normalise(word) for word in _words(language)]
    reader.languages = ",".join(dict.fromkeys(code for code in codes if code))
    if None in codes:
        reader.notes.append(f"“{language[:60]}” is not a language and was left out.")
    reader.country = languages.country_code(country) if country else None
    if country and reader.country is None:
        reader.notes.append(f"“{country[:60]}” is not a country and was left out.")
    if zone:
        try:
            reader.zone = people.clean_zone(zone)
        except BadInput:
            reader.notes.append(f"“{zone[:60]}” is not a time zone and was left out.")


def _why_gone(state: str, left: str) -> str:
    """Who left elsewhere is not signed up here: an empty string, or the reason."""
    state = languages.folded(state)
    if state in _GONE:
        return f"The table says that they are {state}."
    if state in _NOT_CONFIRMED:
        return "The table says that they never confirmed."
    if left and left.lower() not in ("false", "no", "0"):
        return "The table says that they left."
    return ""


def _address(email: str) -> tuple[str, str]:
    found = _PLAIN.fullmatch(email)
    if found and len(found["local"]) <= 64 and "xn--" not in email.lower():
        return f"{found['local'].casefold()}@{found['domain'].lower()}", f"{found['local']}@{found['domain'].lower()}"
    return addresses.normalise(email), addresses.display(email)


def _words(cell: str) -> list[str]:
    return [word.strip() for word in re.split(r"[,;|\n]", cell) if word.strip()]
