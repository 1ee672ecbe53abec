"""How dates stand, as lists of the studio show them: when by the viewer's clock and the webinar's own, how many come, in which
state. Everything about many dates is asked in one question."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from publisher import clock
from publisher.languages import date_in_words, day_in_words, relative, time_in_words, zone_city
from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars.finding import date_url
from publisher.webinars import times
from publisher.webinars.models import Registration, RegistrationState, Seat, Series, Webinar
from publisher.webinars.words import of_webinar

#: State of a date or a series → its tone among the components, and its word.
STATES = {
    "draft": ("draft", "Draft"),
    "announced": ("active", "Announced"),
    "live": ("live", "On now"),
    "held": ("over", "Held"),
    "cancelled": ("gone", "Called off"),
}


@dataclass(frozen=True)
class Seats:
    """Of one date: how many come, wait for a place, wait for an answer of staff, or have not confirmed their address."""

    counts: dict[str, int] = field(default_factory=dict)

    @property
    def coming(self) -> int:
        return self.counts.get(RegistrationState.REGISTERED, 0)

    @property
    def waiting(self) -> int:
        return self.counts.get(RegistrationState.WAITING, 0)

    @property
    def asked(self) -> int:
        return self.counts.get(RegistrationState.ASKED, 0)

    def facts(self, capacity: int | None) -> list[str]:
        """“41 of 100 registered”, “3 wait for a place”."""
        of = f"\u00a0of\u00a0{words.figure(capacity)}" if capacity else ""
        return [
            f"{words.figure(self.coming)}{of}\u00a0registered" if self.coming or capacity else "nobody registered yet",
            f"{words.figure(self.waiting)} {'waits' if self.waiting == 1 else 'wait'} for a place" if self.waiting else "",
            f"{words.figure(self.asked)} {'asks' if self.asked == 1 else 'ask'} to take part" if self.asked else "",
        ]  # fmt: skip


def seats_at(session: Session, ids: Iterable[int | None]) -> dict[int, Seats]:
    """Those of who wants to be there, by date."""
    wanted = [one for one in ids if one is not None]
    which = (
        select(Seat.webinar_id, Registration.state, func.count())
        .join(Registration, col(Registration.id) == col(Seat.registration_id))
        .where(col(Seat.webinar_id).in_(wanted), col(Seat.state) == "coming")
        .group_by(col(Seat.webinar_id), col(Registration.state))
    )
    found: dict[int, dict[str, int]] = {one: {} for one in wanted}
    for webinar, state, number in session.exec(which):
        found[webinar][state] = int(number)
    return {one: Seats(counts) for one, counts in found.items()}


def when(desk: Desk, webinar: Webinar) -> dict[str, str]:
    """Its start. `text`: by the viewer's clock; `there`: by the webinar's own, where it shows another time."""
    return moment(desk, webinar.starts_at, webinar.zone)


def moment(desk: Desk, at: datetime, zone: str) -> dict[str, str]:
    own = _said(at, desk.zone, desk.now)
    theirs = _said(at, zone, desk.now)
    same = _clock(at, desk.zone) == _clock(at, zone)
    city, here = zone_city(zone, "en"), zone_city(desk.zone, "en")
    day, _, hour = theirs.rpartition(", ")
    there = f"{hour if own.startswith(day) else theirs}\u00a0in\u00a0{city}"
    return {
        "iso": at.isoformat(),
        "text": f"{own} in {city if same else here}",
        "there": "" if same else there,
        "distance": _distance(desk, at),
        "exact": f"{theirs} in {city}",
    }


def line(desk: Desk, series: Series, webinar: Webinar, seats: Seats, *, total: int = 0) -> dict[str, Any]:
    """A date as one line of a list of many series. `total`: how many dates its series has, where that is to be said."""
    state = times.state_of(webinar, desk.now)
    said, at = of_webinar(series, webinar, series.language), when(desk, webinar)
    own = said.title != series.title
    tone, label = STATES[state]
    return {
        "title": said.title,
        "url": date_url(series, webinar),
        "language": said.language,
        "facts": [
            series.title if own else "",
            f"{webinar.number}\u00a0of\u00a0{total}" if total > 1 else "",
            *(seats.facts(series.capacity) if state != "draft" else ()),
        ],
        "when": at,
        "state": tone,
        "state_label": label,
        "moment": {"iso": at["iso"], "text": at["distance"], "exact": at["exact"]},
    }


def _said(at: datetime, zone: str, now: datetime) -> str:
    there = at.astimezone(clock.zone(zone))
    if there.year == now.astimezone(clock.zone(zone)).year:
        day = day_in_words(there.date(), "en")
    else:
        day = date_in_words(there.date(), "en", weekday=True)
    return f"{day}, {time_in_words(at, zone, 'en')}"


def _distance(desk: Desk, at: datetime) -> str:
    """“in 10 days”: by the viewer's calendar, as weeks are too rough for what has to be prepared."""
    there = clock.zone(desk.zone)
    days = (at.astimezone(there).date() - desk.now.astimezone(there).date()).days
    if abs(at - desk.now) < timedelta(hours=20) or abs(days) > 45:
        return relative(at, desk.now, "en")
    if abs(days) <= 1:
        return {1: "tomorrow", -1: "yesterday"}.get(days, "today")
    return f"in {days} days" if days > 0 else f"{-days} days ago"


def _clock(at: datetime, zone: str) -> object:
    return at.astimezone(clock.zone(zone)).utcoffset()
