"""Text made comparable: no case, no accents, no punctuation, so that "Côte d’Ivoire" and "COTE D'IVOIRE" are one."""

import re
import unicodedata

_JOINTS = re.compile(r"[^\w()\[\]]+|_+")
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss"})


def folded(text: str) -> str:
    """Lower case without accents, words joined by one blank; brackets stay, since they set remarks apart."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    if not decomposed.isascii():
        decomposed = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _JOINTS.sub(" ", decomposed).strip()
