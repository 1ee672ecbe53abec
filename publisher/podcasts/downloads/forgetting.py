"""Forgetting who asked: with the secret of a day go the digests made with it and the links between its rows and the next day's.

What stays can be counted again and names nobody: which requests belong to one window, and which windows of one day to one
listener.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import Table, bindparam, delete, select, update
from sqlmodel import Session

from publisher.podcasts.downloads import bulk, counting, daily
from publisher.podcasts.downloads.models import CountingSecret, DownloadRequest, DownloadWindow
from publisher.podcasts.downloads.weighing import LASTS
from publisher.podcasts.models import Show


def forget_secrets(session: Session, now: datetime) -> int:
    """The timetable's job: delete the secrets that have lived 48 hours, and what they tied together. Returns how many."""
    days = daily.outlived(session, now)
    if not days:
        return 0
    bulk.alone(session)
    counting.settle_all(session)
    for day in days:
        _hand_over(session, day)
        _cut(session, day)
        session.execute(delete(CountingSecret).where(_SECRETS.c.day == day))
    return len(days)


def _hand_over(session: Session, day: date) -> None:
    """Give requests of the next day to the window of this day that they belong to: soon nothing else will tell."""
    own, after = _WINDOWS.alias("own"), _WINDOWS.alias("after")
    pairs = select(own.c.id, own.c.started_at, after.c.id).join(after, after.c.before_id == own.c.id)
    pairs = pairs.where(after.c.day == day + timedelta(days=1), own.c.started_at.is_not(None))
    rows = [{"its": row[0], "until": row[1] + LASTS, "other": row[2]} for row in session.execute(pairs)]
    if rows:
        where = (_REQUESTS.c.window_id == bindparam("other")) & (_REQUESTS.c.at < bindparam("until"))
        session.execute(update(_REQUESTS).where(where).values(window_id=bindparam("its")), rows)


def _cut(session: Session, day: date) -> None:
    shows = session.execute(select(_SHOWS.c.id)).scalars().all()
    here = _WINDOWS.c.show_id.in_(shows)
    tomorrow = _WINDOWS.c.day == day + timedelta(days=1)
    session.execute(update(_WINDOWS).where(here, _WINDOWS.c.day == day, _WINDOWS.c.key.is_not(None)).values(key=None))
    session.execute(update(_WINDOWS).where(here, tomorrow, _WINDOWS.c.before_id.is_not(None)).values(before_id=None))


_WINDOWS: Table = DownloadWindow.__table__  # type: ignore[attr-defined]
_REQUESTS: Table = DownloadRequest.__table__  # type: ignore[attr-defined]
_SECRETS: Table = CountingSecret.__table__  # type: ignore[attr-defined]
_SHOWS: Table = Show.__table__  # type: ignore[attr-defined]
