"""Confirmation of attendance: a page to print, which anybody who is shown it can compare with the one at its address.

What counts is decided by the series: the share of a date's minutes that makes “attended”. Dates where only a button was
pressed are no proof and are not confirmed. No address is on the page, so it can be shown around.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from publisher.errors import NotFound
from publisher.house import House
from publisher.languages import N_
from publisher.tokens import Purpose
from publisher.webinars import addresses, registrants, words
from publisher.webinars.models import Registration, Seat, Series, Webinar

#: Letters and digits that nobody mixes up when reading them aloud (Crockford's Base32).
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE = 10
NOTHING = N_("There is no confirmation of attendance at this address.")


@dataclass(frozen=True)
class AttendedDate:
    """One date that was attended. `minutes`: how long, where a room or a file said so, else the length of the date."""

    webinar: Webinar
    title: str
    minutes: int


@dataclass(frozen=True)
class Certificate:
    """What the page says. `minutes` and `hours` are summed over the dates; `share`: per cent of a date that counts as attended;
    `code`: made of all that is said, so that a paper with other words does not fit it."""

    name: str
    organisation: str
    series: Series
    title: str
    language: str
    zone: str
    dates: tuple[AttendedDate, ...]
    minutes: int
    share: int
    code: str
    url: str

    @property
    def hours(self) -> float:
        """Rounded down to quarters: nobody is confirmed to have been there longer than they were."""
        return self.minutes // 15 / 4


def of(
    session: Session, house: House, registration: Registration, *, language: str | None = None
) -> Certificate | None:
    """What a registration attended, in its language or another; None where it was nothing yet."""
    language = language or registration.language
    series = session.get_one(Series, registration.series_id)
    dates = tuple(_attended(session, series, registration, language))
    if not dates:
        return None
    return Certificate(
        name=registration.name,
        organisation=registration.organisation,
        series=series,
        title=words.of_series(series, language).title,
        language=language,
        zone=registration.zone,
        dates=dates,
        minutes=sum(one.minutes for one in dates),
        share=series.attended_share,
        code=_code(house, registration, dates),
        url=addresses.attended(house, registration),
    )


def check(session: Session, house: House, token: str, *, now: datetime, language: str | None = None) -> Certificate:
    """The confirmation at this address. `BadToken` where it is forged; `NotFound` where nothing was attended, or the person was
    erased since."""
    registration = registrants.by_key(session, house.tokens.open(Purpose.ATTENDED, token, now=now))
    found = of(session, house, registration, language=language) if registration else None
    if found is None:
        raise NotFound(NOTHING)
    return found


def _attended(session: Session, series: Series, registration: Registration, language: str) -> list[AttendedDate]:
    which = (
        select(Seat, Webinar)
        .join(Webinar, col(Webinar.id) == col(Seat.webinar_id))
        .where(col(Seat.registration_id) == registration.id, col(Seat.attended) == "yes")
        .order_by(col(Webinar.starts_at), col(Webinar.id))
    )
    return [
        AttendedDate(
            webinar=webinar,
            title=words.of_webinar(series, webinar, language).title,
            minutes=webinar.minutes if seat.minutes is None else min(seat.minutes, webinar.minutes),
        )
        for seat, webinar in session.exec(which)
    ]


def _code(house: House, registration: Registration, dates: tuple[AttendedDate, ...]) -> str:
    """Fifty bits of a keyed hash, in two groups: K7Q2M-0XV9D. The same in every language."""
    said = [registration.key, registration.name, *(f"{one.webinar.id}:{one.minutes}" for one in dates)]
    number = int(house.tokens.keyed_hash("attended", "\n".join(said)), 16)
    letters = "".join(_LETTERS[number >> 5 * place & 31] for place in range(_CODE))
    return f"{letters[:5]}-{letters[5:]}"
