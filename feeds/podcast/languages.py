"""Codes of languages as feeds say them (ISO 639, RFC 5646)."""

import re
from functools import cache

from babel.core import get_global

from feeds.podcast.checks.forms import is_language

TAG = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|\d{3}))?(?:-[a-z0-9]{1,8})*", re.IGNORECASE)
FORMER = {"iw": "he", "in": "id", "ji": "yi"}


@cache
def language(code: str) -> str | None:
    """The code as RFC 5646 writes it: en, en-US, zh-Hant; two letters where a language has them. None where it is no code."""
    match = TAG.fullmatch(code.strip().replace("_", "-"))
    if match is None:
        return None
    primary = match[1].lower()
    if len(primary) == 3:
        shorter = str(get_global("language_aliases").get(primary, primary))
        primary = shorter if len(shorter) == 2 else primary
    parts = [FORMER.get(primary, primary), (match[2] or "").capitalize(), (match[3] or "").upper()]
    said = "-".join(filter(None, parts))
    return said if is_language(said) else None
