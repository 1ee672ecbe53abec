"""Who stands at the door of a room, and whether it is open for them. Reads only."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session, col, select

from publisher.errors import BadToken, NotFound
from publisher.house import House
from publisher.languages import N_
from publisher.tokens import FORGED, Purpose
from publisher.webinars.models import Registration, RegistrationState, Seat, Series, Speaker, Webinar, WebinarState
from publisher.webinars.rooms.opening import server_of

State = Literal["early", "open", "over", "cancelled", "waiting", "away", "out"]
#: Who speaks or hosts comes in so long before, whatever the others may.
HOSTS_BEFORE = timedelta(minutes=30)
#: Rooms stay open after the planned end, unless they said that it was over.
LINGERS = timedelta(minutes=30)
REHEARSERS_BEFORE = timedelta(minutes=15)
GONE = N_("This link belongs to a registration that is there no longer.")
_WAITING = frozenset({RegistrationState.PENDING, RegistrationState.ASKED, RegistrationState.WAITING})
_SENTENCES: dict[State, str] = {
    "early": N_("The room is not open yet."),
    "open": "",
    "over": N_("This webinar is over."),
    "cancelled": N_("This webinar was called off."),
    "waiting": N_("You are not registered yet: your registration still waits."),
    "away": N_("You said that you cannot come to this date. You can change that on your own page."),
    "out": N_("You are not registered for this webinar any more."),
}


@dataclass(frozen=True)
class Entrance:
    """One visitor before one date. Exactly one of `registration` and `speaker` is there. `opens_at`, `closes_at`: of the
    rehearsal where `is_rehearsal`. `trouble`: the room's server did not answer when it was last asked.

    `waiting` is not registered yet; `away` opted out of this date or wants its recording; `out` is registered no longer.
    """

    state: State
    series: Series
    webinar: Webinar
    opens_at: datetime
    closes_at: datetime
    registration: Registration | None = None
    speaker: Speaker | None = None
    is_rehearsal: bool = False
    trouble: bool = False

    @property
    def is_host(self) -> bool:
        return self.speaker is not None

    @property
    def who(self) -> Registration | Speaker:
        found = self.registration or self.speaker
        assert found is not None
        return found

    @property
    def language(self) -> str:
        return self.who.language

    @property
    def zone(self) -> str:
        return self.who.zone

    @property
    def name(self) -> str:
        return self.who.name


def look(session: Session, house: House, token: str, now: datetime) -> Entrance:
    """What the page of this link shows. `BadToken` for a forged one, `NotFound` where nobody is behind it any more."""
    kind, key, number = _opened(house, token, now)
    webinar = session.get(Webinar, number)
    if webinar is None:
        raise NotFound(GONE)
    series = session.get_one(Series, webinar.series_id)
    if kind == "s":
        entrance = _of_speaker(session, series, webinar, key, now)
    else:
        entrance = _of_registration(session, series, webinar, key, now)
    server = server_of(session, series, webinar)
    return replace(entrance, trouble=server is not None and server.state == "failing")


def sentence(entrance: Entrance) -> str:
    """Why nobody is let in; nothing where it is open."""
    return _SENTENCES[entrance.state]


def _opened(house: House, token: str, now: datetime) -> tuple[str, str, int]:
    kind, _, rest = house.tokens.open(Purpose.JOIN, token, now=now).partition(":")
    key, _, number = rest.rpartition(":")
    if kind not in ("r", "s") or not key or not number.isdigit() or len(number) > 9:
        raise BadToken(FORGED)
    return kind, key, int(number)


def _of_registration(session: Session, series: Series, webinar: Webinar, key: str, now: datetime) -> Entrance:
    which = select(Registration).where(col(Registration.key) == key, col(Registration.series_id) == series.id)
    registration = session.exec(which).first()
    if registration is None:
        raise NotFound(GONE)
    return of_registration(series, webinar, registration, session.get(Seat, (registration.id, webinar.id)), now)


def of_registration(
    series: Series, webinar: Webinar, registration: Registration, seat: Seat | None, now: datetime
) -> Entrance:
    """The same for rows that were read already; whether the room's server answers is not looked at."""
    opens = webinar.starts_at - timedelta(minutes=series.opens_before)
    closes = webinar.ends_at + LINGERS
    state = _admitted(registration, seat) or _by_time(webinar, opens, closes, now, is_host=False)
    return Entrance(state, series, webinar, opens, closes, registration=registration)


def _of_speaker(session: Session, series: Series, webinar: Webinar, key: str, now: datetime) -> Entrance:
    which = select(Speaker).where(col(Speaker.key) == key, col(Speaker.series_id) == series.id)
    here = col(Speaker.webinar_id).is_(None) | (col(Speaker.webinar_id) == webinar.id)
    speaker = session.exec(which.where(here)).first()
    if speaker is None:
        raise NotFound(GONE)
    return of_speaker(series, webinar, speaker, now)


def of_speaker(series: Series, webinar: Webinar, speaker: Speaker, now: datetime) -> Entrance:
    """As `of_registration`, for who speaks or hosts."""
    opens = webinar.starts_at - max(HOSTS_BEFORE, timedelta(minutes=series.opens_before))
    closes = webinar.ends_at + LINGERS
    if (rehearsal := _rehearsal(webinar)) and now < rehearsal[1] and webinar.state != WebinarState.CANCELLED:
        state: State = "open" if rehearsal[0] <= now else "early"
        return Entrance(state, series, webinar, *rehearsal, speaker=speaker, is_rehearsal=True)
    return Entrance(
        _by_time(webinar, opens, closes, now, is_host=True), series, webinar, opens, closes, speaker=speaker
    )


def _rehearsal(webinar: Webinar) -> tuple[datetime, datetime] | None:
    if webinar.rehearsal_at is None:
        return None
    return webinar.rehearsal_at - REHEARSERS_BEFORE, webinar.rehearsal_at + timedelta(minutes=webinar.rehearsal_minutes)


def _admitted(registration: Registration, seat: Seat | None) -> State | None:
    """Why not, whatever the time; None for who may come."""
    if registration.state in _WAITING:
        return "waiting"
    if registration.state != RegistrationState.REGISTERED or seat is None:
        return "out"
    return None if seat.state == "coming" else "away"


def _by_time(webinar: Webinar, opens: datetime, closes: datetime, now: datetime, *, is_host: bool) -> State:
    """A room that said it was over stays so for guests; a host may open it again, as rooms break off too."""
    if webinar.state == WebinarState.CANCELLED:
        return "cancelled"
    if now >= closes or (webinar.ended_at is not None and not is_host):
        return "over"
    return "early" if now < opens or webinar.state == WebinarState.DRAFT else "open"
