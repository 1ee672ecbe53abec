"""Words that are written once for each language, as a form: fields `subject-fr`, `body-fr`, and how many read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, func, select

from publisher.languages import LANGUAGES, language_name
from publisher.web.forms import Posted
from publisher.web.studio import words as say
from publisher.webinars import words
from publisher.webinars.editions import letter_language
from publisher.webinars.models import Registration, RegistrationState, Series


@dataclass(frozen=True)
class Tongue:
    """A language that words can be written in. `note`: who reads it."""

    code: str
    label: str
    note: str = ""


def codes_of(series: Series, *more: str) -> list[str]:
    """The series' own languages first, then those that letters speak, then any that words exist in."""
    return list(dict.fromkeys((*words.languages_of(series), *LANGUAGES, *more)))


def read_by(session: Session, series: Series, codes: Iterable[str]) -> dict[str, int]:
    """How many who registered get a letter in each of these languages."""
    wanted = select(Registration.language, func.count()).where(
        col(Registration.series_id) == series.id, col(Registration.state) == RegistrationState.REGISTERED
    )
    known, counts = set(codes), dict.fromkeys(codes, 0)
    for spoken, number in session.exec(wanted.group_by(col(Registration.language))):
        code = letter_language([spoken], known)
        counts[code] = counts.get(code, 0) + int(number)
    return counts


def tongues(codes: Iterable[str], counts: Mapping[str, int] | None = None, first: str = "") -> list[Tongue]:
    """As the page shows them. `counts`: readers by language; `first`: what is read where a language says nothing."""
    found = []
    for code in codes:
        number = (counts or {}).get(code, 0)
        note = say.counted(number, "reader") if number else ""
        note = f"{note}, also whoever reads none of the others" if code == first and note else note
        found.append(Tongue(code, language_name(code, "en"), note))
    return found


def values(said: Mapping[str, Any], codes: Iterable[str], prefix: str = "") -> dict[str, str]:
    """Words as values of a form. `prefix`: where a page has several of such, `came-`."""
    found = {}
    for code in codes:
        text = said.get(code) or {}
        found[f"{prefix}subject-{code}"] = str(text.get("subject", ""))
        found[f"{prefix}body-{code}"] = str(text.get("body", ""))
    return found


def typed(form: Posted, codes: Iterable[str], prefix: str = "") -> dict[str, dict[str, str]]:
    """What was written, by language; languages without a word are left out."""
    found = {}
    for code in codes:
        said = {"subject": form.one(f"{prefix}subject-{code}"), "body": form.whole(f"{prefix}body-{code}")}
        if any(said.values()):
            found[code] = said
    return found
