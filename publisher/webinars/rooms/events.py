"""What a room told us: stored once, then its consequences. Told twice, or in another order, it comes to the same."""

from datetime import datetime, timedelta

from sqlalchemy import Table, exists, select, update
from sqlmodel import Session

from publisher.database import insert_into
from publisher.webinars import presences
from publisher.webinars.models import RoomEvent, Webinar

#: A webinar has begun where somebody is in the room so shortly before its time; earlier they only look whether it works.
BEGINS_BEFORE = timedelta(minutes=5)
#: Clocks of servers that are further off than this are not believed.
STRAYS = timedelta(days=1)
_EVENT: Table = RoomEvent.__table__  # type: ignore[attr-defined]
_WEBINAR: Table = Webinar.__table__  # type: ignore[attr-defined]


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
    row = {"webinar_id": webinar.id, "key": key[:200], "kind": kind, "who": who[:80], "name": name[:200]}
    insert = insert_into(session, _EVENT).values(user=user[:80], at=when, **row)
    if session.execute(insert.on_conflict_do_nothing().returning(_EVENT.c.id)).first() is None:
        return False
    if kind in ("began", "joined"):
        _goes_on(session, webinar, when)
    elif kind == "ended":
        _is_over(session, webinar, when)
    if kind in ("joined", "left") and user:
        presences.follow(session, webinar, user[:80])
    elif kind == "ended":
        presences.follow(session, webinar)
    return True


def _goes_on(session: Session, webinar: Webinar, at: datetime) -> None:
    """Somebody is there: it has begun if it is time, and what ended before goes on."""
    this = _WEBINAR.c.id == webinar.id
    if webinar.starts_at - BEGINS_BEFORE <= at:
        session.execute(update(_WEBINAR).where(this, _WEBINAR.c.began_at.is_(None)).values(began_at=at))
    session.execute(update(_WEBINAR).where(this, _WEBINAR.c.ended_at < at).values(ended_at=None))
    session.expire(webinar, ["began_at", "ended_at"])


def _is_over(session: Session, webinar: Webinar, at: datetime) -> None:
    """The end, unless somebody came later, or it was before its time: hosts look in, and leave again. The first to tell of an
    end knows best when it was."""
    later = exists(select(_EVENT.c.id)).where(
        _EVENT.c.webinar_id == webinar.id, _EVENT.c.kind.in_(["began", "joined"]), _EVENT.c.at > at
    )
    unknown = _WEBINAR.c.ended_at.is_(None) | (_WEBINAR.c.ended_at > at)
    this = (_WEBINAR.c.id == webinar.id, _WEBINAR.c.starts_at <= at, unknown, ~later)
    session.execute(update(_WEBINAR).where(*this).values(ended_at=at))
    session.expire(webinar, ["ended_at"])
