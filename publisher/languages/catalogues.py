"""The words of the interface in other languages: gettext catalogues, read as they are written.

`translations/<language>.po` is the whole truth: there are no compiled files that could be out of step. In a checkout the
folder stands beside the package, in an installed one inside it. A catalogue is parsed once per process.
"""

from collections.abc import Callable
from functools import cache
from gettext import c2py
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from publisher.languages.codes import fallbacks

_PACKAGE = Path(__file__).resolve().parent.parent


def N_(text: str) -> str:
    """Marks a sentence for extraction where it stands as data; it is translated later, where a language is known."""
    return text


class Translator:
    """The interface in one language: what Jinja's i18n extension and our own sentences call.

    A sentence is looked for along the fallback chain; one that nobody translated stays English, as it stands in the code.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._chain = tuple(c for code in fallbacks(language) if (c := _catalogue(code)) is not None)

    def gettext(self, text: str) -> str:
        return self._find(None, text) or text

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self._find_plural(None, singular, number) or (singular if number == 1 else plural)

    def pgettext(self, context: str, text: str) -> str:
        return self._find(context, text) or text

    def npgettext(self, context: str, singular: str, plural: str, number: int) -> str:
        return self._find_plural(context, singular, number) or (singular if number == 1 else plural)

    def _find(self, context: str | None, text: str) -> str | None:
        return next((found for c in self._chain if (found := c.single.get((context, text)))), None)

    def _find_plural(self, context: str | None, singular: str, number: int) -> str | None:
        for catalogue in self._chain:
            if forms := catalogue.plural.get((context, singular)):
                return forms[min(catalogue.rule(abs(number)), len(forms) - 1)]
        return None


@cache
def translator(language: str) -> Translator:
    """The translator for a language; for one without a catalogue, its fallbacks, and English in the end."""
    return Translator(language)


def translations_folder() -> Path:
    """Where the catalogues are: inside the installed package, else beside it in a checkout."""
    inside = _PACKAGE / "translations"
    return inside if inside.is_dir() else _PACKAGE.parent / "translations"


class _Read:
    """One catalogue, laid out for looking up: only finished translations, no fuzzy ones."""

    def __init__(self, catalogue: Catalog) -> None:
        self.rule: Callable[[int], int] = c2py(str(catalogue.plural_expr))
        self.single: dict[tuple[str | None, str], str] = {}
        self.plural: dict[tuple[str | None, str], tuple[str, ...]] = {}
        for message in catalogue:
            if not message.id or message.fuzzy:
                continue
            context = message.context or None
            if not isinstance(message.id, str):
                forms = tuple(message.string or ())
                if all(forms):
                    self.plural[context, message.id[0]] = forms
            elif message.string:
                self.single[context, message.id] = str(message.string)


@cache
def _catalogue(language: str) -> _Read | None:
    path = translations_folder() / f"{language}.po"
    if not language.replace("-", "").isalnum() or not path.is_file():
        return None
    with path.open("rb") as file:
        return _Read(read_po(file, locale=language.replace("-", "_"), domain="publisher"))
