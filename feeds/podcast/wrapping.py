"""Lines of a transcript that are not too long."""

import re
from collections.abc import Iterator

# Scripts that put no spaces between words: a line may be broken behind any of their characters.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]"
)


def wrapped(text: str, width: int) -> list[str]:
    """The lines of the text, each at most `width` characters long, broken at spaces.

    A word that is longer alone stays whole (an address is worth more than a margin), unless its script has no spaces.
    """
    return [piece for line in text.split("\n") for piece in _pieces(line, width)]


def _pieces(line: str, width: int) -> Iterator[str]:
    current = ""
    for word in line.split(" "):
        for part in _parts(word, width):
            joined = f"{current} {part}" if current else part
            if len(joined) <= width:
                current = joined
                continue
            if current:
                yield current
            current = part
    yield current


def _parts(word: str, width: int) -> list[str]:
    if len(word) <= width or len(UNSPACED.findall(word)) * 2 < len(word):
        return [word]
    return [word[at : at + width] for at in range(0, len(word), width)]
