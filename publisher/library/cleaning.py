"""Words from the world, made fit to be shown: no markup, no shouting, no site names, not too long."""

import html
import re
import unicodedata

import nh3

MAX_TITLE = 300
MAX_BLURB = 420
MAX_ABSTRACT = 5000
"""Characters. A blurb is two or three sentences; an abstract is kept for searching only."""

_BLOCKS = re.compile(r"(?i)<\s*/?\s*(p|br|div|li|ul|ol|h[1-6]|tr|td|th|table|blockquote|section|article|hr)\b[^>]*>")
_INVISIBLE = re.compile(r"[\u200b\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]")
_LEFTOVERS = re.compile(
    r"(?i)\s*(the post .{1,200} (first )?appeared (first )?on .{1,120}\.?|read more\W*|continue reading\b.{0,120}|"
    r"lire la suite\W*|leer más\W*|weiterlesen\W*|\[(…|\.\.\.|&hellip;)\]|\(more…\))\s*$"
)
_LABELS = re.compile(r"(?i)^\s*(abstract|summary|executive summary|résumé|resumen|resumo|description)\s*[:.\-–—]\s+")
_SENTENCE = re.compile(r"(?<=[.!?。؟।])[\"”’)\]]*\s+(?=[^\sa-z])")
_COMMONS = re.compile(
    r"(?i)(?:creativecommons\.org/licen[sc]es/|\bcc[ -])(by(?:-(?:nc|sa|nd))*)(?:[/ -](\d\.\d))?(?![a-z])"
)
_PUBLIC = re.compile(r"(?i)(?:creativecommons\.org/publicdomain/zero|\bcc0)[/ -]?(\d\.\d)?")
_SHOUTED_END = re.compile(r"!{2,}$")
_SEPARATORS = re.compile(r"\s+[|–—·»:-]\s+|\s*\|\s*")
_SMALL = frozenset(
    {"a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "nor", "of", "on", "or", "the", "to", "via", "with", "de", "des", "du", "et", "la", "le", "les", "en", "au", "aux", "y", "el", "los", "las", "del", "e", "o", "os", "da", "do", "das", "dos"}
)  # fmt: skip


def plain(markup: str | None, limit: int = MAX_ABSTRACT) -> str:
    """Markup as one line of plain text: sanitised, entities read, white space collapsed, cut at `limit` characters.

    What is escaped twice, as many feeds do, is read twice; what then still looks like markup is shown as it stands.
    """
    if not markup:
        return ""
    text = markup[: limit * 20]
    for _ in range(2):
        if "<" not in text and "&" not in text:
            break
        text = html.unescape(_without_tags(text))
    return _shorten(_tidy(text), limit)


def title(text: str | None, site: str = "") -> str:
    """A title: plain, not all in capitals, without the name of the site at its end."""
    found = _SHOUTED_END.sub("", plain(text, MAX_TITLE * 2))
    found = _without_site(found, site)
    if _shouts(found):
        found = _calmed(found)
    return _shorten(found.strip(" \t|»"), MAX_TITLE)


def blurb(markup: str | None, title_text: str = "") -> str:
    """The first sentences of a summary, at most `MAX_BLURB` characters; empty where it only repeats the title."""
    text = plain(markup)
    for _ in range(3):
        text = _LABELS.sub("", _LEFTOVERS.sub("", text)).strip()
    if title_text and text.casefold().startswith(title_text.casefold()):
        text = text[len(title_text) :].lstrip(" .:–—-|\n")
    if not text or text.casefold() == title_text.casefold():
        return ""
    return _sentences(text)


def name(text: str) -> str:
    """A person or an organisation, as one line of at most 200 characters."""
    return _shorten(plain(text, 400), 200).strip(" ,;")


def licence(text: str | None) -> str:
    """A licence by its usual short name where it is one of Creative Commons, else the words, one line."""
    if not text:
        return ""
    if found := _COMMONS.search(text):
        return f"CC {found[1].upper()}" + (f" {found[2]}" if found[2] else "")
    if found := _PUBLIC.search(text):
        return f"CC0 {found[1] or '1.0'}"
    return _shorten(plain(text, 800), 200)


def _without_tags(text: str) -> str:
    """nh3 removes the contents of script and style with their tags; text stays escaped."""
    return nh3.clean(_BLOCKS.sub(" ", text), tags=set(), clean_content_tags={"script", "style", "template", "noscript"})


def _tidy(text: str) -> str:
    text = " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())
    if text.isprintable():  # nearly always, and looking at every letter takes long
        return text
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _shorten(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return cut[: max(cut.rfind(" "), limit * 2 // 3)].rstrip(" ,;:–—-") + "…"


def _sentences(text: str) -> str:
    """Up to three whole sentences that fit; else the first one, cut."""
    kept = ""
    for count, sentence in enumerate(_SENTENCE.split(text)):
        longer = f"{kept} {sentence}".strip()
        if kept and (count == 3 or len(longer) > MAX_BLURB):
            break
        kept = longer
    return _shorten(kept, MAX_BLURB)


def _without_site(text: str, site: str) -> str:
    """`Title | Site` and `Site: Title` lose the site where the source is called so."""
    site_key = _letters(site)
    if not site_key:
        return text
    parts = _SEPARATORS.split(text)
    if len(parts) > 1 and _letters(parts[-1]) == site_key:
        return text[: text.rfind(parts[-1])].rstrip(" |–—·»:-")
    return text


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())


def _shouts(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return (
        len(letters) >= 12
        and " " in text
        and not any(c.islower() for c in letters)
        and any(c.isupper() for c in letters)
    )


def _calmed(text: str) -> str:
    """Sentence case where we cannot know better would lose names; so title case with small words small. Short words
    with digits or without vowels stay, as they are likely abbreviations."""
    words = text.split(" ")
    return " ".join(_calm_word(word, first=i == 0) for i, word in enumerate(words))


def _calm_word(word: str, *, first: bool) -> str:
    bare = re.sub(r"\W", "", word)
    if any(c.isdigit() for c in bare) or (1 < len(bare) <= 4 and not re.search(r"[AEIOUYÀ-Ý]", bare)):
        return word
    if word.lower() in _SMALL and not first:
        return word.lower()
    return "-".join(part[:1] + part[1:].lower() for part in word.split("-"))
