"""Single words of podcast feeds: yes and no, explicit, mails with names, numbers, HTML against plain text."""

import html
import re
from decimal import Decimal

from feeds.xml import plain_title

YES = {"yes", "true", "1", "explicit", "y"}
NO = {"no", "false", "0", "clean", "n", "notexplicit"}
MAIL_FIRST = re.compile(r"\s*([^\s@()<>]+@[^\s()<>]+)\s*\(([^()]*)\)\s*")
NAME_FIRST = re.compile(r"\s*([^()<>]*?)\s*[(<]\s*(?:mailto:)?([^\s@()<>]+@[^\s()<>]+)\s*[)>]\s*")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
CUT = re.compile(r"(?:\s*(?:…|\.{3}|\[…\]|\[\.\.\.\]))+$")


def truth(text: str | None) -> bool | None:
    """yes, true, explicit → True; no, false, clean → False; none for other words."""
    word = (text or "").strip().lower()
    return True if word in YES else False if word in NO else None


def title_of(text: str) -> str:
    """A title as plain text, however often it was escaped."""
    for _ in range(5):
        plain = plain_title(text)
        if plain == text:
            break
        text = plain
    return text


def person_of(text: str) -> tuple[str, str]:
    """Name and mail of “amina@example.org (Amina Diop)” or the reverse; a text that is neither is a name."""
    if match := MAIL_FIRST.fullmatch(text):
        return match[2].strip(), match[1]
    if match := NAME_FIRST.fullmatch(text):
        return match[1].strip(), match[2]
    return " ".join(text.split()), ""


def whole_of(text: str | None) -> int | None:
    """A whole number, zero too: “3”, “03”, “3.0”; none for anything else."""
    number = decimal_of(text)
    whole = number is not None and number == number.to_integral_value()
    return int(number) if whole and number is not None and number < 10**9 else None


def decimal_of(text: str | None) -> Decimal | None:
    """A number as podcast:episode has it (“3.5”); none for nonsense."""
    word = (text or "").strip()
    return Decimal(word) if re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{1,6})?", word) else None


def bytes_of(text: str | None) -> int:
    """The length of an enclosure; 0 for what is no number of bytes."""
    digits = (text or "").strip().replace(",", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0


def has_markup(text: str) -> bool:
    return TAG.search(text) is not None


def plain(text: str) -> str:
    """The words of a text that may be HTML, on one line."""
    return " ".join(html.unescape(TAG.sub(" ", text)).split())


def is_in(short: str, long: str) -> bool:
    """Whether the words of one text stand in the other, or are its beginning cut off with “…”."""
    words, whole = _letters(plain(short)), _letters(plain(long))
    cut = _letters(CUT.sub("", plain(short)))
    return words in whole or (bool(cut) and whole.startswith(cut))


def _letters(text: str) -> str:
    """Letters and digits only: where tags stood between words, spaces differ."""
    return "".join(character for character in text if character.isalnum())
