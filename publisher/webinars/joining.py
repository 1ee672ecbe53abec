"""The way into the room: a personal link whose page has a button. Looking at the page counts nothing; pressing the button does.

The link stays when the room changes: where it leads is looked up when it is pressed.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Table, case, func, update
from sqlmodel import Session

from publisher import budgets
from publisher.errors import Conflict, FetchError, TooMany
from publisher.house import House
from publisher.languages import N_, translator
from publisher.webinars.entrances import HOSTS_BEFORE, LINGERS, Entrance, look, sentence
from publisher.webinars.models import Seat, Webinar
from publisher.webinars.rooms import events, outages, servers
from publisher.webinars.rooms.opening import meeting_of, room_of, server_of
from publisher.webinars.rooms.values import Entered, Meeting, Room, Visitor

__all__ = ["HOSTS_BEFORE", "LINGERS", "TROUBLE", "TROUBLE_ALONE", "Entrance", "look", "press", "sentence"]

TROUBLE = N_("The room cannot be reached at the moment. We have told the host. Please try again in a minute.")
TROUBLE_ALONE = N_("The room cannot be reached at the moment. Please try again in a minute.")
#: While a server fails, so many visitors in so long are let through to try it; the others are told at once.
TRIES, TRY_WINDOW = 3, timedelta(seconds=10)
RETRY_AFTER = 20
_SEAT: Table = Seat.__table__  # type: ignore[attr-defined]


def press(house: House, token: str, now: datetime) -> str:
    """The button: note that they came, as far as one can tell, and say where the room is.

    `Conflict` with a sentence where it is not open for them, `FetchError` where the room's server does not answer. Manages its
    own transactions, as the network stands between them.
    """
    with house.database.session() as session:
        entrance = look(session, house, token, now)
        if entrance.state != "open":
            raise Conflict(sentence(entrance))
        _mark(session, entrance, now)
        room = room_of(session, house, entrance.series, entrance.webinar)
        server = server_of(session, entrance.series, entrance.webinar)
    meeting = meeting_of(house, entrance.series, entrance.webinar, is_rehearsal=entrance.is_rehearsal, now=now)
    if server is None or server.id is None:
        return room.enter(meeting, _visitor(entrance)).url
    if entrance.trouble:
        _wait_in_line(house, entrance, server.slug, now)
    try:
        entered = room.enter(meeting, _visitor(entrance))
    except FetchError as problem:
        _note_trouble(house, entrance, server.id, str(problem), now)
        raise FetchError(_trouble(house, entrance), retry_after=RETRY_AFTER) from problem
    _note_opened(house, entrance, server.id, room, meeting, entered, now)
    return entered.url


def _mark(session: Session, entrance: Entrance, now: datetime) -> None:
    """Once for each seat, however often they press: what is known better stays."""
    if entrance.registration is None:
        return
    mine = (_SEAT.c.registration_id == entrance.registration.id, _SEAT.c.webinar_id == entrance.webinar.id)
    likely = case((_SEAT.c.attended.in_(["", "no"]), "probable"), else_=_SEAT.c.attended)
    session.execute(
        update(_SEAT).where(*mine).values(pressed_at=func.coalesce(_SEAT.c.pressed_at, now), attended=likely)
    )


def _visitor(entrance: Entrance) -> Visitor:
    name = entrance.name or translator(entrance.language).gettext(N_("Guest"))
    return Visitor(entrance.who.key, name, is_host=entrance.is_host)


def _wait_in_line(house: House, entrance: Entrance, slug: str, now: datetime) -> None:
    """Seven hundred who press at once must not each wait for a server that is down."""
    try:
        with house.database.session() as session:
            budgets.spend(session, "room tries", slug, now=now, limit=TRIES, window=TRY_WINDOW)
    except TooMany as problem:
        raise FetchError(_trouble(house, entrance), retry_after=RETRY_AFTER) from problem


def _trouble(house: House, entrance: Entrance) -> str:
    """What the visitor reads: that the host was told, only where there is one."""
    with house.database.reading() as session:
        return TROUBLE if outages.who_hears(session, house, entrance.series, entrance.webinar) else TROUBLE_ALONE


def _note_trouble(house: House, entrance: Entrance, server_id: int, error: str, now: datetime) -> None:
    with house.database.session() as session:
        if servers.note(session, server_id, error):
            outages.tell_hosts(session, house, entrance.series, entrance.webinar, now=now)


def _note_opened(
    house: House, entrance: Entrance, server_id: int, room: Room, meeting: Meeting, entered: Entered, now: datetime
) -> None:
    """The room is open. Whoever opened it asks to be told who comes and goes; if that fails, the timetable asks again."""
    is_first = False
    with house.database.session() as session:
        if entrance.trouble:
            servers.note(session, server_id, "")
        if not entrance.is_rehearsal:
            webinar = session.get_one(Webinar, entrance.webinar.id)
            if webinar.ended_at is not None:  # a host, who opens it again
                webinar.ended_at = None
                session.add(webinar)
            is_first = events.store(session, webinar, "began", key=f"began:{entered.opened}", at=now, now=now)
    if is_first:
        with suppress(FetchError):
            room.listen(meeting)
