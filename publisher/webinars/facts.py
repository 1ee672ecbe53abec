"""What somebody needs to know before they come, as short lines: languages, captions, interpretation, telephone, access."""

from collections.abc import Sequence
from typing import Any

from publisher.languages import join_list, language_name, translator
from publisher.webinars.models import Series


def facts_of(series: Series, language: str, *, registered: bool = False) -> list[tuple[str, str]]:
    """(label, text) in the reader's language, only what there is. The telephone number, with its code, is a way in: for who
    is `registered` alone."""
    say = translator(language).gettext
    given = [
        (say("Language"), _names(series.spoken, language)),
        (say("Captions"), _names(series.captions, language)),
        (say("Interpretation"), _names(series.interpreted, language)),
        *((say("By phone"), " ".join(line.split())) for line in series.dial_in.splitlines() if registered),
        (say("Access"), " ".join(series.access_note.split())),
    ]
    return [(label, text) for label, text in given if text]


def _names(codes: Sequence[Any], language: str) -> str:
    return join_list([language_name(str(code), language) for code in codes], language)
