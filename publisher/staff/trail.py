"""The trail: who did what, in words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from publisher.staff.models import Trail


def note(session: Session, who: str, about: str, what: str, now: datetime, data: dict[str, Any] | None = None) -> Trail:
    """Keep that `who` (a member's address, or `timetable`, `command`) did `what` to `about` (a key such as `issue:12`)."""
    line = Trail(at=now, who=who, about=about, what=what, data=data or {})
    session.add(line)
    session.flush()
    return line


def of(session: Session, about: str, *, limit: int = 100) -> list[Trail]:
    """What happened to one thing, newest first."""
    wanted = select(Trail).where(col(Trail.about) == about).order_by(col(Trail.id).desc()).limit(limit)
    return list(session.exec(wanted))


def latest(
    session: Session,
    *,
    limit: int = 100,
    before: int | None = None,
    who: str | None = None,
    kinds: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Trail]:
    """The newest lines of all, newest first; older than line `before` for the next page. Only those of one hand, about some
    kinds of things (`issue`), between two instants."""
    wanted = select(Trail).order_by(col(Trail.id).desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(col(Trail.id) < before)
    if who is not None:
        wanted = wanted.where(col(Trail.who) == who)
    if kinds:
        theirs = [(col(Trail.about) == kind) | col(Trail.about).startswith(f"{kind}:") for kind in kinds]
        wanted = wanted.where(or_(*theirs))
    if since is not None:
        wanted = wanted.where(col(Trail.at) >= since)
    if until is not None:
        wanted = wanted.where(col(Trail.at) < until)
    return list(session.exec(wanted))
