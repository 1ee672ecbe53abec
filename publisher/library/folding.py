"""One way of folding words, for the index and for what people type, so that they meet."""

import re

from publisher.languages import folded

# Scripts written without blanks between words: every letter is a word of its own, and a search for several is a phrase.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f])"
)
_WORD = re.compile(r"\w+")
_ARABIC = str.maketrans({"ى": "ي", "ة": "ه", "ـ": "", "ک": "ك", "ی": "ي"})
MAX_WORD = 64
"""Characters of a word that count; what is longer is no word anybody types."""


def words(text: str) -> list[str]:
    """The words of a text as they are indexed: no case, no accents, no punctuation, alef and yeh in one form."""
    plain = folded(text.translate(_ARABIC))
    return [word[:MAX_WORD] for word in _WORD.findall(_UNSPACED.sub(r" \1 ", plain))]


def fold(text: str) -> str:
    """`words`, joined by blanks."""
    return " ".join(words(text))
