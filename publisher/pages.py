"""Short pages: about, privacy, accessibility, contact. Markdown files `pages/<name>.<language>.md`, the owner's before ours.

Where the owner has written a page in any language, ours of that name are not shown in any: what we say by default must not
contradict in French what they say in English. In a file `{{ hub }}`, `{{ contact }}`, `{{ postal_address }}` and
`{{ website }}` become what the hub's identity says; a paragraph that needs a value which the hub does not have is left out.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from publisher import languages
from publisher.house import House
from publisher.templating import shipped_templates

NAMES = ("about", "privacy", "accessibility", "contact")
FOLDER = "pages"
LONGEST = 200_000
"""Bytes that are read of a file; a short page is none beyond."""
_VALUE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True)
class ShortPage:
    """One page in one language, its values filled in. `version`: twelve hexadecimal digits that stand for exactly this
    text in this language."""

    name: str
    language: str
    title: str
    text: str
    version: str


def find(house: House, name: str, language: str, values: Mapping[str, str]) -> ShortPage:
    """The page in `language`, else by its fallback chain, else in any language that there is."""
    found = _files(house.settings.owner_templates, name) or _files(shipped_templates(), name)
    order = [*languages.fallbacks(language), *languages.LANGUAGES, *sorted(found)]
    chosen = next(code for code in order if code in found)
    with found[chosen].open("rb") as file:
        source = file.read(LONGEST).decode("utf-8", errors="replace")
    title, text = split(filled(source, values))
    return ShortPage(name, chosen, title, text, version_of(chosen, title, text))


def filled(source: str, values: Mapping[str, str]) -> str:
    """The text with its values; a word in braces that is none of them stays as it is written."""
    paragraphs = re.split(r"\n[ \t]*\n", source.lstrip("\ufeff").replace("\r\n", "\n"))
    return "\n\n".join(_with(part, values) for part in paragraphs if not _says_nothing(part, values))


def split(text: str) -> tuple[str, str]:
    """The title (a first line that begins with #) and what follows it."""
    first, _, rest = text.strip().partition("\n")
    return (first.lstrip("# ").strip(), rest.strip()) if first.startswith("#") else ("", text.strip())


def version_of(language: str, title: str, text: str) -> str:
    return hashlib.blake2b(f"{language}\n{title}\n{text}".encode(), digest_size=6).hexdigest()


def _files(folder: Path, name: str) -> dict[str, Path]:
    """The files of a page by their language."""
    found = {path.name.split(".")[1]: path for path in (folder / FOLDER).glob(f"{name}.*.md") if path.is_file()}
    return {code: path for code, path in found.items() if _LANGUAGE.fullmatch(code)}


def _with(part: str, values: Mapping[str, str]) -> str:
    return _VALUE.sub(lambda match: " ".join(values.get(match[1], match[0]).split()), part)


def _says_nothing(part: str, values: Mapping[str, str]) -> bool:
    """Whether a paragraph stands on a value that the hub does not have."""
    named = [match[1] for match in _VALUE.finditer(part)]
    return bool(named) and any(not values.get(name, name).strip() for name in named)
