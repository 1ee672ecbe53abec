"""Codes of languages as feeds say them (ISO 639, RFC 5646)."""

import re
from functools import cache

from babel import Locale
from babel.core import get_global

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
    primary = FORMER.get(primary, primary)
    if len(primary) == 2 and primary not in _known():
        return None
    parts = [primary, (match[2] or "").capitalize(), (match[3] or "").upper()]
    return "-".join(filter(None, parts))


@cache
def countries() -> frozenset[str]:
    """ISO 3166-1 alpha-2."""
    other = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
    return frozenset(code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()) - other


@cache
def _known() -> frozenset[str]:
    return frozenset(map(str, Locale("en").languages))
