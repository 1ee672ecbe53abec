"""Which countries a sentence speaks of, as a suggestion for an editor. See `mentioned_countries`."""

import re
import unicodedata
from functools import cache

from publisher.languages.countries import country_names
from publisher.languages.demonyms import demonyms

_LONGEST_TEXT = 20_000
_WORD = re.compile(r"[^\W_]+")

_NOT_COUNTRIES = [
    "new mexico", "nouveau mexique", "nuevo mexico", "novo mexico", "new jersey", "new england", "new south wales",
    "new guinea", "gulf of guinea", "golfe de guinee", "golfo de guinea", "guinea pig", "guinea pigs",
    "guinea worm", "guinea fowl", "south georgia", "georgia tech", "georgia state", "university of georgia",
    "atlanta georgia", "jordan river", "michael jordan", "air jordan", "jordan peterson", "niger delta",
    "niger river", "congo basin", "congo river", "bassin du congo", "mali empire", "lake malawi", "brazil nut",
    "brazil nuts", "indian ocean", "oceano indico", "west indian", "american indian", "latin american",
    "latin americans", "south american", "south americans", "north american", "central american", "inter american",
    "african american", "african americans", "native american", "native americans", "asian american",
    "pan american", "latino americain", "latino americaine", "sud americain", "sud americaine", "nord americain",
    "nord americaine", "afro americain", "panama canal", "swiss cheese", "danish design", "swiss francs",
    "turkish delight", "chinese whispers", "german measles", "japanese encephalitis", "guinea savannah",
]  # fmt: skip
"""Phrases in which a country's name stands for something else; they are passed over whole."""

_SOMETHING_ELSE_TOO = frozenset({"car", "rca", "opt", "america", "reunion", "u s", "u k", "lao", "ee uu"})
_VERBS_IN_ENGLISH = frozenset({"polish"})


def mentioned_countries(text: str) -> tuple[str, ...]:
    """The countries that an English, French, Spanish or Portuguese title or summary speaks of, in order, each once.

    Names and demonyms ("Kenyan", "kényane") count as whole words; the longest phrase at a place wins, so that
    "Guinea-Bissau" and "South Sudan" are not Guinea and Sudan. A name counts only with a capital letter (turkey, china),
    an English word that is also a verb (polish) neither at the beginning. It is a guess: "Georgia" may still be the other
    one, and a first name such as Jordan is told apart in a few known phrases only. Reads the first 20,000 characters.
    """
    shown = unicodedata.normalize("NFC", text[:_LONGEST_TEXT])
    plain = "".join(_base(char) for char in shown)
    words = [("saint" if found[0] == "st" else found[0], found.start()) for found in _WORD.finditer(plain)]
    codes: list[str] = []
    position = 0
    while position < len(words):
        length, code = _phrase_at(
            [word for word, _ in words[position : position + _longest()]], shown, words[position][1]
        )
        if code:
            codes.append(code)
        position += length
    return tuple(dict.fromkeys(codes))


def _phrase_at(ahead: list[str], shown: str, start: int) -> tuple[int, str | None]:
    """How many words the longest phrase here takes, and its country, if it is one."""
    for phrase, code, needs_capital in _phrases().get(ahead[0], ()):
        if tuple(ahead[: len(phrase)]) != phrase:
            continue
        if needs_capital and shown[start].islower():
            continue
        if phrase[0] in _VERBS_IN_ENGLISH and (start == 0 or shown[start].islower()):
            continue
        return len(phrase), code
    return 1, None


@cache
def _phrases() -> dict[str, list[tuple[tuple[str, ...], str | None, bool]]]:
    """First word → the phrases that begin with it, longest first."""
    found: dict[tuple[str, ...], tuple[str | None, bool]] = {}
    for word, people in demonyms().items():
        found[tuple(word.split())] = (people, False)
    for name, code in country_names().items():
        phrase = tuple(_WORD.findall("".join(_base(char) for char in name)))
        if phrase and name not in _SOMETHING_ELSE_TOO and (len(name) > 2 or name == "uk"):
            found[phrase] = (code, True)
    for phrase_text in _NOT_COUNTRIES:
        found[tuple(phrase_text.split())] = (None, False)
    first: dict[str, list[tuple[tuple[str, ...], str | None, bool]]] = {}
    for phrase, (country, capital) in sorted(found.items(), key=lambda item: -len(item[0])):
        first.setdefault(phrase[0], []).append((phrase, country, capital))
    return first


@cache
def _longest() -> int:
    return max(len(phrase) for phrases in _phrases().values() for phrase, _, _ in phrases)


@cache
def _base(char: str) -> str:
    """One letter as one letter without case and accent, so that places in the text stay the same."""
    return unicodedata.normalize("NFKD", char)[0].lower()[:1]
