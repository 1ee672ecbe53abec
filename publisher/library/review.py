"""Review: what new works become, in bulk or one by one. Who did it is a name; the trail itself is the entrances' business."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from publisher.library.indexing import batches
from publisher.library.models import ON_THE_SHELF, Share, Subject, Work, WorkState

MAX_NOTE = 1000


def approve(
    session: Session, work_ids: Iterable[int], *, who: str, now: datetime, agree: bool = True, featured: bool = False
) -> list[int]:
    """Put works on the shelf; returns the ids of those that were not there. What is news is news from this moment.

    `agree`: the suggested subjects were on the page that was approved, so they count from now on.
    """
    state = WorkState.FEATURED if featured else WorkState.APPROVED
    works = [w for w in _works(session, work_ids) if w.state not in ON_THE_SHELF or (featured and w.state != state)]
    new = _ids(work for work in works if work.state not in ON_THE_SHELF)
    for work in works:
        if work.state not in ON_THE_SHELF and work.news_since is not None:
            work.news_since = now
        work.state, work.note = state, ""
        work.reviewed_by, work.reviewed_at, work.updated_at = who, now, now
    ids = _ids(works)
    for some in batches(new):  # whoever shared it stood on the page that was approved
        agreed = update(Share).where(col(Share.work_id).in_(some), col(Share.naming) == "agreed")
        session.execute(agreed.values(naming="named"))
    if agree and ids:
        for some in batches(ids):
            session.execute(update(Subject).where(col(Subject.work_id).in_(some)).values(suggested=False))
    session.flush()
    return ids


def feature(session: Session, work_ids: Iterable[int], *, who: str, now: datetime) -> list[int]:
    """As `approve`, and shown first."""
    return approve(session, work_ids, who=who, now=now, featured=True)


def reject(session: Session, work_ids: Iterable[int], *, who: str, now: datetime, note: str = "") -> list[int]:
    """Not for this library. `note` is told to a partner who shared it. Later harvests do not bring it back."""
    return _set_aside(session, work_ids, WorkState.REJECTED, who, now, note)


def withdraw(session: Session, work_ids: Iterable[int], *, who: str, now: datetime, note: str = "") -> list[int]:
    """Take works off the shelf; issues already sent keep them."""
    return _set_aside(session, work_ids, WorkState.WITHDRAWN, who, now, note)


def reopen(session: Session, work_ids: Iterable[int], *, now: datetime) -> list[int]:
    """Back to review, whatever was decided. A merged work stays merged."""
    works = [w for w in _works(session, work_ids) if w.state != WorkState.NEW]
    for work in works:
        work.state, work.note, work.reviewed_at, work.reviewed_by, work.updated_at = WorkState.NEW, "", None, "", now
    session.flush()
    return _ids(works)


def _set_aside(
    session: Session, work_ids: Iterable[int], state: WorkState, who: str, now: datetime, note: str
) -> list[int]:
    works = [w for w in _works(session, work_ids) if w.state != state]
    for work in works:
        work.state, work.reviewed_by, work.reviewed_at, work.updated_at = state, who, now, now
        work.note = note.strip()[:MAX_NOTE]
    session.flush()
    return _ids(works)


def _works(session: Session, work_ids: Iterable[int]) -> list[Work]:
    ids = list(dict.fromkeys(work_ids))
    found: dict[int | None, Work] = {}
    for some in batches(ids):
        rows = session.exec(select(Work).where(col(Work.id).in_(some)))
        found |= {w.id: w for w in rows if w.merged_into_id is None}
    return [found[i] for i in ids if i in found]


def _ids(works: Iterable[Work]) -> list[int]:
    return [w.id for w in works if w.id is not None]
