"""Language codes: from whatever the world writes to BCP 47, which way a script runs, and who falls back on whom.

A code here is minimal (BCP 47, RFC 5646, tags shortened as RFC 4647 §3.4 looks them up): a language, with a script only
where the language is commonly written in another one, and a region only where texts really differ (pt-BR, fa-AF).
Readers' wishes and works' texts are both kept this way, so that equality is a match.
"""

import re
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from publisher.languages.folding import folded

SOURCE_LANGUAGE = "en"
"""What the interface is written in, and the end of every fallback chain."""

LANGUAGES: dict[str, str] = {
    "en": "English",
    "fr": "Français",
    "ar": "العربية",
    "es": "Español",
    "pt": "Português",
    "sw": "Kiswahili",
}
"""The languages the interface speaks, each by its own name, in the order a switch shows them."""

_REGIONS_THAT_MATTER = frozenset({"pt-BR", "fa-AF"})
_NO_LANGUAGE = frozenset({"mul", "und", "zxx", "mis", "qaa", "root", "xx"})
_NAMED_IN = ("en", "fr", "es", "pt", "ar", "sw", "de", "it", "ru")
_LIKELY_SCRIPT_REGIONS = {"CN": "Hans", "SG": "Hans", "MY": "Hans", "TW": "Hant", "HK": "Hant", "MO": "Hant"}
_SPOKEN_NAMES = {
    "mandarin": "zh",
    "simplified chinese": "zh-Hans",
    "chinese simplified": "zh-Hans",
    "traditional chinese": "zh-Hant",
    "chinese traditional": "zh-Hant",
    "castellano": "es",
    "castilian": "es",
    "farsi": "fa",
    "dari": "fa-AF",
    "kiswahili": "sw",
    "brazilian": "pt-BR",
    "portugues do brasil": "pt-BR",
    "brazilian portuguese": "pt-BR",
    "portuguese (brazil)": "pt-BR",
    "portugues (brasil)": "pt-BR",
    "portugais (bresil)": "pt-BR",
    "bahasa indonesia": "id",
    "bahasa": "id",
    "tagalog": "fil",
    "kinyarwanda": "rw",
    "chichewa": "ny",
    "creole": "ht",
    "haitian creole": "ht",
    "kreyol": "ht",
    "flemish": "nl",
    "moldovan": "ro",
    "oromo": "om",
    "afan oromo": "om",
    "setswana": "tn",
    "sesotho": "st",
    "isizulu": "zu",
    "isixhosa": "xh",
}
_BIBLIOGRAPHIC = {
    "alb": "sq", "arm": "hy", "baq": "eu", "bur": "my", "cze": "cs", "dut": "nl", "geo": "ka", "ger": "de",
    "gre": "el", "ice": "is", "mac": "mk", "mao": "mi", "may": "ms", "per": "fa", "rum": "ro", "slo": "sk",
    "tib": "bo", "wel": "cy", "scr": "hr", "scc": "sr", "in": "id", "iw": "he", "ji": "yi", "jw": "jv",
}  # fmt: skip


@cache
def normalise(text: str) -> str | None:
    """The BCP 47 code of a language as found in the wild: `eng`, `fre`, `en_US.UTF-8`, `English (UK)`, `Français`.

    Where several are given ("English; French", "en fr") the first one that is a language counts. None where there is none:
    empty, unknown, or one of ISO 639's "several", "undetermined" and "no language".
    """
    whole = text.strip()[:200]
    several = r"\s+" if re.fullmatch(r"[A-Za-z]{2,3}(\s+[A-Za-z]{2,3})+", whole) else r"[,;/|]"
    return _one(whole) or next((code for part in re.split(several, whole) if (code := _one(part))), None)


@cache
def fallbacks(language: str) -> tuple[str, ...]:
    """The language itself, then what to try next, English last: fr-CA, fr, en. Each once."""
    parts = language.replace("_", "-").split("-")
    chain = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return tuple(dict.fromkeys([*chain, SOURCE_LANGUAGE]))


@cache
def direction(language: str) -> str:
    """`rtl` or `ltr`, as HTML's `dir` wants it; an unknown language runs left to right."""
    found = locale_of(language)
    return "rtl" if found.text_direction == "rtl" and found.language == language[:3].split("-")[0] else "ltr"


@cache
def language_name(code: str, in_language: str) -> str:
    """What a language is called in another, as within a sentence: `language_name("pt-BR", "fr")` is "portugais brésilien".

    Falls back along `in_language`'s chain, and to the code itself where nobody has a name for it.
    """
    wanted = code.replace("-", "_")
    for language in fallbacks(in_language):
        names = locale_of(language).languages
        if wanted in names:
            return str(names[wanted])
        base, _, rest = wanted.partition("_")
        if base in names:
            inside = _part_name(rest, language)
            return f"{names[base]} ({inside})" if inside else str(names[base])
    return code


def own_name(code: str) -> str:
    """What a language calls itself, as it stands alone in a menu: "Français", "Português (Brasil)"."""
    name = LANGUAGES.get(code) or language_name(code, code)
    return name[:1].upper() + name[1:]


def negotiate(accept_language: str | None, available: tuple[str, ...] | list[str]) -> str:
    """The one of `available` a browser asks for (RFC 9110 §12.5.4; lookup of RFC 4647 §3.4). Its first where none fits.

    A range that matches by its language alone counts (`fr-CA` finds `fr`, `pt` finds `pt-BR`); `q=0` is a refusal.
    Anything unreadable in the header is passed over; only its first 1,000 characters are read.
    """
    for wanted in _ranges(accept_language or ""):
        if wanted == "*":
            return available[0]
        tried = [wanted, *fallbacks(normalise(wanted) or wanted)[:-1]]
        for code in tried:
            for offered in available:
                if offered.lower() == code.lower():
                    return offered
        for offered in available:
            if offered.split("-")[0].lower() == wanted.split("-")[0].lower():
                return offered
    return available[0]


@cache
def locale_of(language: str) -> Locale:
    """Babel's locale for a code, by the fallback chain; English where nothing fits."""
    for code in fallbacks(language):
        try:
            return Locale.parse(code, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


def _one(text: str) -> str | None:
    """The code of one language, or None."""
    if code := _tag(text):  # tried first: most are tags, and the names take half a second to gather
        return code
    plain = folded(text)
    if plain in _names():
        return _names()[plain]
    without_remark = re.sub(r"\s*[(\[].*$", "", plain).strip()
    return _names().get(without_remark)


def _tag(text: str) -> str | None:
    """Read as a tag: `en_US.UTF-8`, `zh-hant-tw`, `ENG`."""
    stripped = re.split(r"[.@]", text.strip())[0].replace("_", "-")
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", stripped):
        return None
    language, *rest = stripped.split("-")
    base = _base(language.lower())
    if base is None:
        return None
    if "-" in base:
        return base
    script = next((part.title() for part in rest if len(part) == 4 and part.isalpha()), None)
    region = next((part.upper() for part in rest if len(part) == 2 and part.isalpha()), None)
    return _minimal(base, script, region)


def _minimal(base: str, script: str | None, region: str | None) -> str:
    """The shortest tag that still says what matters."""
    if base == "zh":
        script = script or _LIKELY_SCRIPT_REGIONS.get(region or "")
        return f"zh-{script}" if script else "zh"
    if script and _usual_script(base) not in (None, script):
        return f"{base}-{script}"
    with_region = f"{base}-{region}"
    return with_region if with_region in _REGIONS_THAT_MATTER else base


@cache
def _base(code: str) -> str | None:
    """A two- or three-letter code as the shortest one of the same language; None where nobody knows it."""
    if code in _NO_LANGUAGE:
        return None
    code = _BIBLIOGRAPHIC.get(code, code)
    code = str(get_global("language_aliases").get(code, code)).replace("_", "-")
    return code if code.split("-")[0] in _known_codes() else None


@cache
def _known_codes() -> frozenset[str]:
    return frozenset(str(code) for code in Locale("en").languages if "_" not in str(code)) - _NO_LANGUAGE


@cache
def _usual_script(base: str) -> str | None:
    parts = str(get_global("likely_subtags").get(base, "")).split("_")
    return parts[1] if len(parts) > 1 else None


@cache
def _names() -> dict[str, str]:
    """Folded name → code, from the names of languages in the languages sources write in, and each in itself."""
    found: dict[str, str] = {}
    for language in _NAMED_IN:
        for code, name in Locale(language).languages.items():
            if code in _known_codes():
                found.setdefault(folded(str(name)), str(code))
    for code in _known_codes():
        if len(code) == 2 and locale_of(code).language == code:
            found.setdefault(folded(str(locale_of(code).languages.get(code, code))), code)
    return found | _SPOKEN_NAMES


def _part_name(rest: str, language: str) -> str:
    """The words for a script or a region inside brackets; empty where unknown."""
    locale = locale_of(language)
    return str(locale.scripts.get(rest) or locale.territories.get(rest) or "")


def _ranges(header: str) -> list[str]:
    """The ranges of an Accept-Language header, best first, without the refused ones."""
    weighted: list[tuple[float, int, str]] = []
    for position, part in enumerate(header[:1000].split(",")):
        found = re.fullmatch(r"\s*(\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*", part)
        if found and (weight := float(found[2] or 1)) > 0:
            weighted.append((-weight, position, found[1]))
    return [code for _, _, code in sorted(weighted)]
