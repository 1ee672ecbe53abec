"""What a room told us: stored once, then its consequences. Told twice, or in another order, it comes to the same."""

from datetime import datetime, timedelta

from sqlalchemy import Table, select
from sqlmodel import Session

from publisher.database import insert_into
from publisher.webinars import presences
from publisher.webinars.models import RoomEvent, Webinar

#: A webinar has begun where somebody is in the room so shortly before its time; earlier they only look whether it works.
BEGINS_BEFORE = timedelta(minutes=5)
#: Clocks of servers that are further off than this are not believed.
STRAYS = timedelta(days=1)
_EVENT: Table = RoomEvent.__table__  # type: ignore[attr-defined]


def store(
    session: Session,
    webinar: Webinar,
    kind: str,
    *,
    key: str,
    at: datetime | None,
    now: datetime,
    who: str = "",
    name: str = "",
    user: str = "",
) -> bool:
    """Whether it is new. `kind`: began | ended | joined | left | recording; `at`: when it happened, as the room says."""
    when = at if at is not None and abs(at - now) <= STRAYS else now
    key, who, name, user = _text(key, 200), _text(who, 80), _text(name, 200), _text(user, 80)
    row = {"webinar_id": webinar.id, "key": key, "kind": kind, "who": who, "name": name, "user": user, "at": when}
    insert = insert_into(session, _EVENT).values(**row)
    if session.execute(insert.on_conflict_do_nothing().returning(_EVENT.c.id)).first() is None:
        return False
    if _may_change(webinar, kind, when):
        frame(session, webinar)
    if kind in ("joined", "left") and user:
        presences.follow(session, webinar, user)
    elif kind == "ended":
        presences.follow(session, webinar)
    return True


def _text(said: str, longest: int) -> str:
    """What a column can hold: no control characters, and no halves of characters."""
    return "".join(c for c in said.encode("utf-8", "replace").decode() if c >= " ")[:longest]


def frame(session: Session, webinar: Webinar) -> None:
    """When it began and when it ended, by all that the room said until now.

    It began when somebody was in, from five minutes before its time: earlier hosts look whether it works. It ended when the
    room first said so after the last who came; an end before the start is that of such a look.
    """
    which = select(_EVENT.c.kind, _EVENT.c.at).where(
        _EVENT.c.webinar_id == webinar.id, _EVENT.c.kind.in_(["began", "joined", "ended"])
    )
    told = session.execute(which).all()
    entries, ends = ([at for kind, at in told if (kind == "ended") == is_end] for is_end in (False, True))
    began = _beginning(entries, ends, webinar.starts_at)
    closed = max([webinar.starts_at, *entries])
    ended = min((at for at in ends if at >= closed), default=None)
    if (webinar.began_at, webinar.ended_at) != (began, ended):
        webinar.began_at, webinar.ended_at = began, ended
        session.add(webinar)
        session.flush()


def _beginning(entries: list[datetime], ends: list[datetime], starts: datetime) -> datetime | None:
    looked = max((at for at in ends if at <= starts), default=None)
    opened = [at for at in entries if looked is None or at > looked]
    if not opened or max(opened) < starts - BEGINS_BEFORE:
        return None
    return max(min(opened), starts - BEGINS_BEFORE)


def _may_change(webinar: Webinar, kind: str, at: datetime) -> bool:
    """Whether that changes the beginning or the end: most who come or go do not."""
    if kind == "ended":
        return True
    return kind in ("began", "joined") and (
        webinar.began_at is None or at < webinar.began_at or webinar.ended_at is not None
    )
