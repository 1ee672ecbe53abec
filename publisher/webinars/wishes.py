"""What came in with a registration form, looked at before anything is asked of the database that could tell who is known."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from publisher import languages
from publisher.audience import people
from publisher.errors import BadInput, Conflict
from publisher.languages import N_
from publisher.mail import addresses
from publisher.webinars import seats, zones
from publisher.webinars.models import Series, Webinar, WebinarState

#: Who may say that somebody else agreed: no question goes back to the address.
TRUSTED = ("staff", "import", "demo")
SOURCES = ("form", "link", "api", *TRUSTED)
WANTS = ("coming", "recording")
REMINDED_BY = ("mail", "calendar")
LONGEST_ANSWER = 2000

OVER = N_("This webinar is over. If it was recorded, its page has the recording.")
NOT_OPEN = N_("Registration for this webinar is not open yet.")
CALLED_OFF = N_("This webinar has been called off.")
NOT_RECORDED = N_("This webinar is not recorded, so there will be no recording to send.")

_LINKS = re.compile(r"(?i)\S*(?:://|\bwww\.|\.[a-z]{2,}/|@)\S*")


class Over(Conflict):
    """Every date that was wanted is over. `webinars`: those dates, for the page that offers their recordings."""

    def __init__(self, webinars: tuple[Webinar, ...]) -> None:
        super().__init__(OVER)
        self.webinars = webinars


@dataclass(frozen=True)
class Wish:
    """Somebody wants to take part. `email`, or `reader_key` (the subject of a register link) where they left it as it was;
    an address that was typed goes before the link's. `webinars`: ids of dates, None for every date.

    `zone_is_guess`: a script filled the zone in and no person looked at it. `recording_notice`: the sentence about being
    recorded as it stood beside the button. `source`: form | api | staff | import | demo.
    """

    email: str = ""
    reader_key: str | None = None
    webinars: tuple[int, ...] | None = None
    name: str = ""
    organisation: str = ""
    country: str | None = None
    language: str = ""
    zone: str = ""
    zone_is_guess: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    wants: str = "coming"
    reminded_by: str = "mail"
    source: str = "form"
    ip: str = ""
    recording_notice: str = ""


@dataclass(frozen=True)
class Checked:
    """A wish that can be granted. `values`: columns of the registration; `dates`: what it is for, those that are over left out."""

    values: dict[str, Any]
    dates: tuple[Webinar, ...]
    wants: str
    trusted: bool

    @property
    def places(self) -> list[int]:
        """Ids of the dates at which it takes a place."""
        return [one.id or 0 for one in self.dates] if self.wants == "coming" else []


def check(session: Session, series: Series, wish: Wish, *, now: datetime) -> Checked:
    """What anybody can see to be wrong is said here, before the address is looked for. `BadInput` with its field; `Over`;
    `Conflict` for what is not open or was called off."""
    if not wish.reader_key or wish.email.strip():
        addresses.normalise(wish.email)
    trusted = wish.source in TRUSTED
    dates = _dates(session, series, wish, now)
    values = {
        "is_whole": wish.webinars is None or series.is_single,
        "name": clean_name(wish.name),
        "organisation": clean_name(wish.organisation),
        "country": people.clean_country(wish.country),
        "language": _language(series, wish),
        "zone": _zone(wish),
        "reminded_by": one_of(wish.reminded_by, REMINDED_BY, "reminded_by"),
        "answers": read_answers(series, wish.answers, required=not trusted),
        "recording_notice": clean_text(wish.recording_notice, 500) if series.is_recorded else "",
        "source": one_of(wish.source, SOURCES, "source"),
    }
    if one_of(wish.wants, WANTS, "wants") == "recording" and not series.is_recorded:
        raise BadInput(NOT_RECORDED, field="wants")
    return Checked(values, dates, wish.wants, trusted)


def read_answers(series: Series, given: Mapping[str, str], *, required: bool) -> dict[str, str]:
    """Answers to the series' own questions, each checked; `BadInput` with the field `answer-<key>`. Others are passed over."""
    found: dict[str, str] = {}
    for question in series.questions:
        key = str(question["key"])
        text = clean_text(str(given.get(key, "")), LONGEST_ANSWER)
        if not text and required and question.get("required"):
            raise BadInput(N_("Please answer this question."), field=f"answer-{key}")
        if text and question.get("kind") == "choice" and text not in [str(one) for one in question.get("options", [])]:
            raise BadInput(N_("Please choose one of the answers."), field=f"answer-{key}")
        if text:
            found[key] = text
    return found


def clean_name(text: str) -> str:
    """A name on one line. It goes into a mail to an address that somebody typed, so what looks like a link is left out."""
    return people.clean_name(_LINKS.sub(" ", people.clean_name(text)))


def clean_text(text: str, limit: int) -> str:
    """Words of a stranger: lines stay, what cannot be seen or turns the direction of others' text goes, `limit` characters."""
    lines = text[: limit * 4].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = [" ".join("".join(c for c in line if _is_seen(c)).split()) for line in lines]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()[:limit].strip()


def one_of(word: str, allowed: tuple[str, ...], name: str) -> str:
    if word not in allowed:
        raise BadInput(f"“{word[:40]}” is not possible here. Choose one of: {', '.join(allowed)}.", field=name)
    return word


def _dates(session: Session, series: Series, wish: Wish, now: datetime) -> tuple[Webinar, ...]:
    """The dates that are ahead, of those that were wanted."""
    every = list(session.exec(select(Webinar).where(col(Webinar.series_id) == series.id).order_by(col(Webinar.slot))))
    known = [one for one in every if one.state != WebinarState.DRAFT]
    if wish.webinars is not None:
        if not wish.webinars:
            raise BadInput(N_("Choose at least one date."), field="webinars")
        if set(wish.webinars) - {one.id for one in known}:
            raise BadInput(N_("There is no such date. Choose one of those on the page."), field="webinars")
        known = [one for one in known if one.id in wish.webinars]
    if not known:
        raise Conflict(NOT_OPEN)
    standing = [one for one in known if one.state == WebinarState.ANNOUNCED]
    if not standing:
        raise Conflict(CALLED_OFF)
    ahead = {one.id for one in seats.open_dates(session, series, now=now)}
    dates = tuple(one for one in standing if one.id in ahead)
    if not dates:
        raise Over(tuple(standing))
    return dates


def _language(series: Series, wish: Wish) -> str:
    if not wish.language.strip():
        return series.language
    found = languages.normalise(wish.language)
    if found is None:
        raise BadInput(f"“{wish.language.strip()[:40]}” is not a language.", field="language")
    return found


def _zone(wish: Wish) -> str:
    """What a person chose is never changed without a word: an unknown zone is refused. A guess of their browser, whose list
    of zones may be older or newer than ours, must not keep anybody out: it becomes UTC, which no mail passes off as theirs.
    So does nothing at all: a form without a zone."""
    if not wish.zone.strip():
        return "UTC"
    try:
        return zones.chosen(wish.zone)
    except BadInput:
        if wish.zone_is_guess:
            return "UTC"
        raise


def _is_seen(character: str) -> bool:
    return character in "\u200c\u200d\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
