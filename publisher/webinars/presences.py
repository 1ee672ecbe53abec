"""Who was in the room, made of what the room said. What it said stays; presences are made anew whenever more is known."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, tuple_
from sqlmodel import Session, col, func, select

from publisher.database import insert_into
from publisher.webinars.models import Presence, Registration, RoomEvent, Speaker, Webinar
from publisher.webinars.visits import Step, visits_of

ROOM, FILE = "room", "file"
#: Whose events they are that a speaker left who was taken off since: a key is longer.
SPOKE = "spoke"
_PRESENCE: Table = Presence.__table__  # type: ignore[attr-defined]
_AT_ONCE = 500
Row = dict[str, Any]


def follow(session: Session, webinar: Webinar, user: str | None = None) -> None:
    """Make the presences of one visitor by the room's name for them, or of everybody, from what the room said until now."""
    steps, names = steps_of(session, webinar, user)
    registrations, speakers = _people(session, webinar, {key for key, _ in names.values() if key})
    wanted: dict[str, Row] = {}
    for visitor, said in steps.items():
        key, name = names[visitor]
        if key == SPOKE or key in speakers:
            continue  # who speaks has not attended
        registration = registrations.get(key)
        for visit in visits_of(said):
            mark = f"{visitor}:{visit.came.isoformat()}"
            wanted[mark] = _row(webinar, mark, registration, name, visit.came, visit.left)
    _keep(session, webinar, wanted, user)


def present(session: Session, webinar: Webinar) -> int:
    """How many are in at this moment, as far as the room says: hosts do not count, and nobody twice."""
    if webinar.ended_at is not None:
        return 0
    who = func.coalesce(_PRESENCE.c.registration_id, -_PRESENCE.c.id)
    inside = (_PRESENCE.c.webinar_id == webinar.id, _PRESENCE.c.source == ROOM, _PRESENCE.c.left_at.is_(None))
    return int(session.exec(select(func.count(func.distinct(who))).where(*inside)).one())


def inside(session: Session, webinar: Webinar) -> dict[str, str]:
    """Who is in by what the room said until now, hosts too: the room's name of the visitor → their key, else their name."""
    steps, names = steps_of(session, webinar, None)
    still = [user for user, said in steps.items() if (visits := visits_of(said)) and visits[-1].left is None]
    return {user: names[user][0] or names[user][1] for user in still}


def steps_of(
    session: Session, webinar: Webinar, user: str | None
) -> tuple[dict[str, list[Step]], dict[str, tuple[str, str]]]:
    """By the room's names of visitors: what was said of them, and their key and name. The end of the meeting is everybody's."""
    of_user = col(RoomEvent.user) == user if user is not None else col(RoomEvent.user) != ""
    which = select(RoomEvent).where(col(RoomEvent.webinar_id) == webinar.id, of_user | (col(RoomEvent.kind) == "ended"))
    steps: dict[str, list[Step]] = defaultdict(list)
    names: dict[str, tuple[str, str]] = {}
    ends: list[Step] = []
    for event in session.exec(which.order_by(col(RoomEvent.at))):
        if event.kind == "ended":
            ends.append(Step("ended", event.at))
        elif event.kind in ("joined", "left"):
            steps[event.user].append(Step(event.kind, event.at))
            key, name = names.get(event.user, ("", ""))
            names[event.user] = (event.who or key, event.name or name)
    return {visitor: said + ends for visitor, said in steps.items()}, names


def put(session: Session, rows: Iterable[Row]) -> None:
    """Write presences; one that was told before, by the same key, is written over."""
    pending = list(rows)
    for start in range(0, len(pending), _AT_ONCE):
        insert = insert_into(session, _PRESENCE).values(pending[start : start + _AT_ONCE])
        changed = ("registration_id", "name", "email", "came_at", "left_at", "minutes")
        session.execute(
            insert.on_conflict_do_update(
                index_elements=["webinar_id", "source", "key"],
                set_={name: insert.excluded[name] for name in changed},
            )
        )


def _people(session: Session, webinar: Webinar, keys: set[str]) -> tuple[dict[str, int | None], set[str]]:
    """Of these keys: the registrations on this series, by key, and those that are speakers'."""
    registrations: dict[str, int | None] = {}
    speakers: set[str] = set()
    listed = sorted(keys)
    for start in range(0, len(listed), _AT_ONCE):
        part = listed[start : start + _AT_ONCE]
        which = select(Registration.key, Registration.id).where(col(Registration.key).in_(part))
        registrations.update(session.exec(which.where(col(Registration.series_id) == webinar.series_id)).all())
        speakers.update(session.exec(select(Speaker.key).where(col(Speaker.key).in_(part))))
    return registrations, speakers


def _row(webinar: Webinar, key: str, registration: int | None, name: str, came: datetime, left: datetime | None) -> Row:
    return {
        "webinar_id": webinar.id,
        "source": ROOM,
        "key": key,
        "registration_id": registration,
        "name": "" if registration else name,  # the registration has it
        "email": "",
        "came_at": came,
        "left_at": left,
        "minutes": None,
    }


def _keep(session: Session, webinar: Webinar, wanted: dict[str, Row], user: str | None) -> None:
    """Write what is new or other than before, and take away what was told too early."""
    rows = select(Presence).where(col(Presence.webinar_id) == webinar.id, col(Presence.source) == ROOM)
    if user is not None:
        rows = rows.where(col(Presence.key).startswith(f"{user}:", autoescape=True))
    known = {row.key: (row.registration_id, row.came_at, row.left_at) for row in session.exec(rows)}
    gone = sorted(set(known) - set(wanted))
    for start in range(0, len(gone), _AT_ONCE):
        keys = [(webinar.id, ROOM, key) for key in gone[start : start + _AT_ONCE]]
        here = tuple_(_PRESENCE.c.webinar_id, _PRESENCE.c.source, _PRESENCE.c.key)
        session.execute(delete(_PRESENCE).where(here.in_(keys)))
    put(
        session,
        (
            row
            for key, row in wanted.items()
            if known.get(key) != (row["registration_id"], row["came_at"], row["left_at"])
        ),
    )
