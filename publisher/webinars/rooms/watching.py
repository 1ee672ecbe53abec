"""Looking at rooms every minute, beside what their servers tell: who is in, whether it is over, whether it was recorded.

A server's calls may get lost, and a server may fail: what was missed is found here. Reads, then asks the network without a
transaction, then writes what is new; twice is harmless.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from publisher import budgets
from publisher.errors import Conflict, FetchError, TooMany
from publisher.house import House
from publisher.webinars import attendance, presences
from publisher.webinars.models import MeetingServer, RoomEvent, Series, Webinar, WebinarState
from publisher.webinars.rooms import events, hooks, outages, recordings, servers
from publisher.webinars.rooms.bigbluebutton import BigBlueButton
from publisher.webinars.rooms.opening import meeting_of, room_of, server_of
from publisher.webinars.rooms.values import Inside, Meeting, Recording

#: Around the planned time: when a room may be in use.
BEFORE, AFTER = timedelta(hours=1), timedelta(hours=6)
#: For so long after its end a recording is looked for: often where the server said that there is one.
RECORDED_WITHIN = timedelta(days=7)
LOOKED_FOR, CALLED_FOR = timedelta(minutes=15), timedelta(minutes=3)
#: What is said late about who was there is weighed until then.
SETTLES_FOR = timedelta(hours=8)
#: Hosts are told of a server that fails from then on.
TOLD_BEFORE = timedelta(minutes=45)


@dataclass(frozen=True)
class _Watched:
    """A date, its room and its server, read together."""

    series: Series
    webinar: Webinar
    server: MeetingServer
    room: BigBlueButton
    meeting: Meeting


def look(house: House, now: datetime) -> dict[str, int]:
    """Whatever is to be looked at now. How many rooms were looked at, servers failed, recordings found, dates settled."""
    counts: Counter[str] = Counter(looked=0, failed=0, recordings=0, settled=0)
    down: set[int | None] = set()
    for one in _watched(house, now):
        if one.server.id in down:
            continue
        try:
            counts["looked"] += _look_inside(house, one, now)
            counts["recordings"] += _look_for_recording(house, one, now)
        except FetchError as problem:
            down.add(one.server.id)
            counts["failed"] += 1
            _note_trouble(house, one, str(problem), now)
    _try_failing(house, now, down)
    counts["settled"] = _settle(house, now)
    return dict(counts)


def recordings_of(house: House, webinar_id: int) -> tuple[Recording, ...]:
    """What the room's server has of a date by now, in every format. `FetchError` where it does not answer."""
    with house.database.reading() as session:
        webinar = session.get_one(Webinar, webinar_id)
        series = session.get_one(Series, webinar.series_id)
        try:
            room = room_of(session, house, series, webinar)
        except Conflict:
            return ()
        meeting = meeting_of(house, series, webinar)
    return tuple(one for one in room.recordings(meeting) if one.is_published)


def _watched(house: House, now: datetime) -> list[_Watched]:
    """Dates with a room on a server, whose time is near or not long past."""
    found: list[_Watched] = []
    with house.database.reading() as session:
        for series, webinar in _dates(session, now - RECORDED_WITHIN, now + BEFORE):
            server = server_of(session, series, webinar)
            if server is None:
                continue
            room = servers.room_on(house, server)
            found.append(_Watched(series, webinar, server, room, meeting_of(house, series, webinar)))
        session.expunge_all()  # they are read after the session has ended
    return found


def _dates(session: Session, since: datetime, until: datetime) -> list[tuple[Series, Webinar]]:
    which = select(Series, Webinar).join(Webinar, col(Webinar.series_id) == col(Series.id))
    on_servers = (col(Series.room_kind) == "bigbluebutton", col(Series.server_id).is_not(None))
    when = (col(Webinar.starts_at) <= until, col(Webinar.ends_at) >= since)
    mine = which.where(col(Webinar.state) == WebinarState.ANNOUNCED, *on_servers, *when)
    return list(session.exec(mine.order_by(col(Webinar.starts_at))).all())


def _look_inside(house: House, one: _Watched, now: datetime) -> bool:
    """Who is in, where nothing else told; and that it is over, where the call about it was lost."""
    if one.webinar.ended_at is not None or now > one.webinar.ends_at + AFTER:
        return False
    people = one.room.inside(one.meeting)
    if people is not None:
        with suppress(FetchError):  # what is not told is seen in a minute
            one.room.listen(one.meeting)
    with house.database.session() as session:
        webinar = session.get_one(Webinar, one.webinar.id)
        if people is None:
            _note_closed(session, webinar, now)
        else:
            _note_inside(session, webinar, people, now)
    return True


def _note_inside(session: Session, webinar: Webinar, people: tuple[Inside, ...], now: datetime) -> None:
    known = presences.inside(session, webinar)
    seen = {person.key or person.name for person in people}
    stamp = int(now.timestamp())
    for person in people:
        mark = person.key or person.name
        if mark in known.values():
            continue
        user = person.user or f"seen {mark}"[:80]
        events.store(session, webinar, "joined", key=f"joined:{user}:seen:{stamp}", at=now, now=now, who=person.key, name=person.name, user=user)  # fmt: skip
    for user, mark in known.items():
        if mark not in seen:
            events.store(session, webinar, "left", key=f"left:{user}:seen:{stamp}", at=now, now=now, user=user)


def _note_closed(session: Session, webinar: Webinar, now: datetime) -> None:
    """The room is not there. It is over only where it was open before."""
    mine = col(RoomEvent.webinar_id) == webinar.id
    kinds = select(RoomEvent.kind).where(mine, col(RoomEvent.kind).in_(["began", "joined", "ended"]))
    last = session.exec(kinds.order_by(col(RoomEvent.at).desc(), col(RoomEvent.id).desc()).limit(1)).first()
    if last in ("began", "joined"):
        events.store(session, webinar, "ended", key=hooks.end_key(session, webinar), at=now, now=now)


def _look_for_recording(house: House, one: _Watched, now: datetime) -> int:
    if not one.series.is_recorded or one.webinar.recording_found_at is not None:
        return 0
    if not _may_look(house, one.webinar, now):
        return 0
    found = recordings.find(one.room, one.meeting, one.series.language)
    if found is None:
        return 0
    with house.database.session() as session:
        recordings.take(session, session.get_one(Webinar, one.webinar.id), found, now=now)
    return 1


def _may_look(house: House, webinar: Webinar, now: datetime) -> bool:
    """Not before the end, and not every minute."""
    with house.database.session() as session:
        told = select(RoomEvent.id).where(col(RoomEvent.webinar_id) == webinar.id, col(RoomEvent.kind) == "recording")
        is_called = session.exec(told.limit(1)).first() is not None
        if not is_called and now < (webinar.ended_at or webinar.ends_at):
            return False
        pace = CALLED_FOR if is_called else LOOKED_FOR
        try:
            budgets.spend(session, f"recordings {pace.seconds}", str(webinar.id), now=now, limit=1, window=pace)
        except TooMany:
            return False
    return True


def _note_trouble(house: House, one: _Watched, error: str, now: datetime) -> None:
    with house.database.session() as session:
        is_new = servers.note(session, one.server.id or 0, error)
        if is_new and one.webinar.starts_at - TOLD_BEFORE <= now <= one.webinar.ends_at:
            outages.tell_hosts(session, house, one.series, one.webinar, now=now)


def _try_failing(house: House, now: datetime, down: set[int | None]) -> None:
    """Servers that failed are asked again, so that whoever waits at the door gets in."""
    with house.database.reading() as session:
        failing = [server for server in servers.listed(session) if server.state == "failing" and server.id not in down]
        session.expunge_all()
    for server in failing:
        error = servers.check(house, server)
        with house.database.session() as session:
            servers.note(session, server.id or 0, error)


def _settle(house: House, now: datetime) -> int:
    """Dates whose end is not long past: what they come to, whoever told it last."""
    with house.database.reading() as session:
        dates = _dates(session, now - SETTLES_FOR, now)
        ids = [webinar.id for _, webinar in dates if now >= min(webinar.ended_at or webinar.ends_at, webinar.ends_at)]
    changed = 0
    for number in ids:
        with house.database.session() as session:
            changed += attendance.settle(session, session.get_one(Webinar, number), now) > 0
    return changed
