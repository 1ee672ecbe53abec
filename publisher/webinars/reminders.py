"""Reminders: elapsed time before the start, each once, none stale.

One row for each (date, minutes, sequence). A reminder is due its minutes before the start, counted between instants, and is
worth sending until the next one is due; the last until the start, and one at the start for a quarter of an hour. So of
several that are due at once only the latest goes. What was due before the date was set is not made up for: the letter that
told the date was reminder enough. For whom a reminder
comes too soon after they registered, see `recipients`.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from publisher.webinars import mailings
from publisher.webinars.models import Mailing, Series, Webinar, WebinarState

#: How long a reminder “now” is worth sending after the start.
LATEST = timedelta(minutes=15)
_OVER = "The date was moved, called off or set anew."
_TOO_LATE = "It was due before this date was set."


def plan(session: Session, webinar: Webinar, *, now: datetime) -> int:
    """Bring the reminders of a date in line with what it is now; returns how many wait. Call it after every change of
    the date's time or state or of the series' reminders. Safe to call again: what is right is left alone."""
    session.flush()
    session.refresh(webinar)
    series = session.get_one(Series, webinar.series_id)
    session.refresh(series)
    wanted = spans(series.reminders, webinar.starts_at) if webinar.state == WebinarState.ANNOUNCED else {}
    right = set()
    for mailing in _standing(session, webinar):
        span = wanted.get(mailing.minutes or 0)
        if span is not None and span[0] == mailing.due_at:
            _keep(session, mailing, span[1])
            right.add(mailing.minutes or 0)
        elif mailing.state in ("waiting", "held", "skipped") or mailing.due_at != _due(webinar, mailing):
            mailings.cancel(session, mailing, now=now, reason=_OVER)
    for minutes in sorted(set(wanted) - right, reverse=True):
        _make(session, series, webinar, minutes, *wanted[minutes], now=now)
    return sum(mailing.state == "waiting" for mailing in _standing(session, webinar))


def spans(minutes: list[int], starts_at: datetime) -> dict[int, tuple[datetime, datetime]]:
    """For each reminder (minutes before the start): when it is due, and from when it is stale."""
    earliest_first = sorted({int(each) for each in minutes if int(each) >= 0}, reverse=True)
    due = [starts_at - timedelta(minutes=each) for each in earliest_first]
    ends = [*due[1:], starts_at + LATEST if earliest_first[-1:] == [0] else starts_at]
    return dict(zip(earliest_first, zip(due, ends, strict=False), strict=True))


def _standing(session: Session, webinar: Webinar) -> list[Mailing]:
    wanted = select(Mailing).where(
        col(Mailing.webinar_id) == webinar.id, col(Mailing.kind) == "reminder", col(Mailing.state) != "cancelled"
    )
    return list(session.exec(wanted.order_by(col(Mailing.id)).execution_options(populate_existing=True)))


def _keep(session: Session, mailing: Mailing, expires_at: datetime) -> None:
    """It is right as it is; how long it is worth sending may have changed with the others."""
    if mailing.state == "waiting" and mailing.expires_at != expires_at:
        mailing.expires_at = expires_at
        session.add(mailing)
        session.flush()


def _due(webinar: Webinar, mailing: Mailing) -> datetime | None:
    """When it would be due by the date as it is; None where the date is not on. One that is out and still right is
    history, also where the series no longer wishes for it."""
    on = webinar.state == WebinarState.ANNOUNCED
    return webinar.starts_at - timedelta(minutes=mailing.minutes or 0) if on else None


def _make(
    session: Session,
    series: Series,
    webinar: Webinar,
    minutes: int,
    due_at: datetime,
    expires_at: datetime,
    *,
    now: datetime,
) -> None:
    key = f"reminder:{webinar.id}:{minutes}:{series.sequence}"
    old = session.exec(select(Mailing).where(col(Mailing.key) == key)).first()
    too_late = due_at <= now
    state, reason = ("cancelled", _TOO_LATE) if too_late else ("waiting", "")
    if old is not None and old.letter_id is None:  # it was taken off the list and is wished for again
        old.due_at, old.expires_at, old.state, old.reason = due_at, expires_at, state, reason
        session.add(old)
        session.flush()
        return
    mailings.make(
        session,
        key=key,
        kind="reminder",
        series=series,
        webinar=webinar,
        minutes=minutes,
        due_at=due_at,
        expires_at=expires_at,
        data={"minutes": minutes},
        state=state,
        reason=reason,
        now=now,
    )
