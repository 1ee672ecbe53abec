"""Keeps the catalogues up to date with what readers are shown: `python -m publisher.languages.extract`.

Collects every sentence from the templates (`_()`, `gettext`, `ngettext`, `{% trans %}`) and from the code (the same, `say`
and `N_`), and rewrites `translations/<language>.po`: new sentences are added empty, those nobody says any more are dropped,
translations stay as they are. Nothing is guessed from similar sentences. With `--check` nothing is written, and it ends
with 1 where a catalogue lacks a translation. For a checkout; an installation has nothing to extract.

The pages of staff and programmers speak English for now, so what only they say is left out: see `STAFF_ONLY`.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from publisher.languages.catalogues import translations_folder
from publisher.languages.codes import LANGUAGES, SOURCE_LANGUAGE

ROOT = Path(__file__).resolve().parents[2]

STAFF_ONLY = (
    "templates/web/studio/",
    "templates/web/_studio",
    "templates/web/mailbox/",
    "templates/web/api_docs",
    "publisher/web/studio/",
    "publisher/web/mailbox.py",
)
"""Where English is enough: what is said only here is not asked of translators."""

_ARABIC_PLURALS = (  # CLDR's; Babel's own expression puts 11 to 99 under "other"
    "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"
)

_VOICES = {  # for whoever translates next: one reader is spoken to in one way throughout
    "es": "Neutral international Spanish; the reader is “usted”. No word that only one country uses, no gendered reader.",
    "pt": "Portuguese in Brazilian spelling; the reader is “você”, possessives keep their article, so that it reads well in\n"
    "# Maputo, Luanda and Lisbon too.",
    "sw": "Standard Swahili; the reader is one person (u-, “wewe”). Times are written on the 24-hour clock and without “saa”,\n"
    "# because “saa tatu” is counted from dawn.",
}
_METHODS = [("templates/**.*", "jinja2.ext:babel_extract"), ("publisher/**.py", "python"), ("scheduler.py", "python")]
_OPTIONS = {
    "templates/**.*": {
        "silent": "false",
        "newstyle_gettext": "true",
        "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols",
    }
}
_KEYWORDS = {
    "_": None,
    "N_": None,
    "say": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def main(arguments: list[str]) -> int:
    """Writes the catalogues, or with `--check` only says what they lack. 0 when nothing is missing, else 1."""
    said = messages_of(ROOT)
    lacking = 0
    for language in (code for code in LANGUAGES if code != SOURCE_LANGUAGE):
        catalogue = updated(language, said)
        if "--check" not in arguments:
            (translations_folder() / f"{language}.po").write_bytes(as_po(catalogue))
        for message in untranslated(catalogue):
            lacking += 1
            print(f"{language}: {message}")
    return 1 if lacking else 0


def messages_of(root: Path) -> Catalog:
    """Everything that is said to readers in the tree below `root`. A template that Jinja cannot read raises its error."""
    catalogue = Catalog(project="publisher", charset="utf-8", header_comment="")
    extracted = extract_from_dir(
        root, _METHODS, _OPTIONS, keywords=_KEYWORDS, comment_tags=["Translators:"], strip_comment_tags=True,
        directory_filter=_is_ours,
    )  # fmt: skip
    for path, _line, message, comments, context in extracted:
        place = Path(path).as_posix()
        if not place.startswith(STAFF_ONLY) and message and not isinstance(message, int):
            # No line numbers: they would make every edit of a template an edit of the catalogues.
            catalogue.add(message, locations=[(place, 0)], auto_comments=comments, context=context)
    return catalogue


def updated(language: str, said: Catalog) -> Catalog:
    """The catalogue of a language with exactly the sentences of `said`, translated where it was before."""
    path = translations_folder() / f"{language}.po"
    before = read_po(BytesIO(path.read_bytes()), locale=language) if path.is_file() else Catalog(locale=language)
    after = Catalog(
        locale=language, project="publisher", charset="utf-8", fuzzy=False, header_comment=_header(language)
    )
    for message in sorted(said, key=_order):
        if message.id:
            known = before.get(message.id, message.context)
            after.add(
                message.id, known.string if known else None, locations=sorted(set(message.locations)),
                flags=message.flags, auto_comments=message.auto_comments, context=message.context,
            )  # fmt: skip
    return after


def untranslated(catalogue: Catalog) -> list[str]:
    """The sentences, by their English, that have no translation or lack one of the language's plural forms."""
    return [_english(message) for message in catalogue if message.id and not _is_translated(message)]


def as_po(catalogue: Catalog) -> bytes:
    """The catalogue as its file: ordered by place and sentence, without dates, so that two runs give equal bytes."""
    file = BytesIO()
    write_po(file, catalogue, width=120, omit_header=True, include_lineno=False)
    return _file_header(catalogue).encode() + file.getvalue()


def _file_header(catalogue: Catalog) -> str:
    language = str(catalogue.locale_identifier)
    lines = [
        "Content-Type: text/plain; charset=utf-8",
        f"Language: {language}",
        f"Plural-Forms: {_ARABIC_PLURALS if language == 'ar' else catalogue.plural_forms}",
    ]
    return f'{_header(language)}\nmsgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in lines) + "\n"


def _header(language: str) -> str:
    first = f"# {LANGUAGES.get(language, language)}: what readers are shown. Sentences are collected by publisher.languages.extract."
    return f"{first}\n# {_VOICES[language]}" if language in _VOICES else first


def _english(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[0])


def _is_translated(message: Message) -> bool:
    return all(message.string or [""]) if isinstance(message.string, tuple | list) else bool(message.string)


def _order(message: Message) -> tuple[str, str, str]:
    return (min((place for place, _ in message.locations), default=""), _english(message), message.context or "")


def _is_ours(folder: str) -> bool:
    """Not what is hidden: a virtual environment beside the code is not read."""
    return not Path(folder).name.startswith((".", "__"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
