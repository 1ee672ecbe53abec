"""Titles: numbers and the show's name do not belong into an episode's, lists of keywords not into a show's (rules 12, 41)."""

import re

WORDS = (
    "episode|ep|eps|épisode|episodio|episódio|folge|odcinek|odc|aflevering|avsnitt|afsnit|jakso|bölüm|выпуск|эпизод|серия|"
    "sehemu|épisode n°|capítulo"
)
NUMBER = r"\.?\s*(?:no\.?|nr\.?|№|#)?\s*\d{1,4}\b"
NUMBERED = re.compile(
    rf"\bS\d{{1,3}}\s*[:.,-]?\s*E\d{{1,4}}\b|^(?:{WORDS}){NUMBER}|[(\[](?:{WORDS}){NUMBER}\s*[)\]]|[-–—:|]\s*(?:{WORDS}){NUMBER}\s*$"
    r"|^#\s?\d{1,4}\b|^E\d{1,4}\b|^S(?:eason\s|taffel\s)?\d{1,3}\s*[,:–—-]|^第\s?\d{1,4}\s?[話集回期话]",
    re.I,
)
LEADING = re.compile(r"^0*(\d{1,4})\s*(?:[.:)|]|[-–—](?=\s))\s+\S")
LEFTOVERS = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,6}|#x[0-9a-f]{1,5});|</?(?:b|i|em|strong|p|br|span|a)\b[^<>]*>", re.I
)
BETWEEN = r"(?:\s*[:|–—]\s*|\s+-\s+)"
#: Characters of a title that are looked at; what is longer is complained of for that.
ENOUGH = 500
MANY = 6


def has_number(title: str) -> bool:
    """Whether the title says by a word or a sign that a number in it is the episode's or season's."""
    return bool(NUMBERED.search(title.strip()[:ENOUGH]))


def leading_number(title: str) -> int | None:
    """A number that the title begins with as if it were counted: “221 - The Cloud”."""
    found = LEADING.match(title.strip())
    return int(found[1]) if found else None


def names_show(title: str, show: str) -> bool:
    """Whether the show's name stands before or after the title, set apart: “The Show: First Steps”."""
    if not 3 <= len(show) <= ENOUGH:
        return False
    name, words = re.escape(show.strip()), title.strip()[:ENOUGH]
    return bool(re.match(rf"{name}{BETWEEN}\S", words, re.I) or re.search(rf"\S{BETWEEN}{name}$", words, re.I))


def is_stuffed(title: str) -> bool:
    """Whether a show's title is a list of words to be found by."""
    return len([part for part in re.split(r"[|,;/•·]", title) if part.strip()]) >= MANY


def has_leftovers(title: str) -> bool:
    """Whether HTML or twice-escaped characters show in it."""
    return bool(LEFTOVERS.search(title[:ENOUGH]))
