"""What everybody hears who registered: a date has moved, was added or is called off. One letter to many, due now. Who speaks
there hears it at once.

Call these when the rows are written and reminders are planned anew. A newer one for the same date stops what still waits of
the older; what was being sent with the old time in it is sent anew to those it had not reached (`anew`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from publisher.house import House
from publisher.mail.models import COUNTS_AS_HAD, WAITING
from publisher.mail.outbox import OUTBOX
from publisher.webinars import anew, mailings
from publisher.webinars.models import Mailing, Series, Webinar
from publisher.webinars.speaker_letters import speakers_told
from publisher.webinars.times import Stood


def moved(
    session: Session,
    house: House,
    webinar: Webinar,
    before: Stood,
    *,
    now: datetime,
    by: str = "",
    note: str = "",
    reason: str = "moved",
) -> Mailing | None:
    """A date is at another time: `moved` by somebody, or because the `rules` of clocks there have changed."""
    series = session.get_one(Series, webinar.series_id)
    if _is_told(session, series, webinar, "update"):
        return None
    former = _stop_older(session, series, webinar, now)
    data = {"reason": reason, "note": note, "was": _was(session, former, webinar, before)}
    told = _tell(session, series, webinar, "update", data, now, by)
    speakers_told(session, house, [(webinar, before.starts_at)], now=now)
    anew.send(session, series, webinar, now)
    return told


def called_off(
    session: Session, house: House, webinar: Webinar, *, now: datetime, by: str = "", note: str = ""
) -> Mailing | None:
    """One date will not be."""
    series = session.get_one(Series, webinar.series_id)
    if _is_told(session, series, webinar, "cancellation"):
        return None
    _stop_older(session, series, webinar, now)
    told = _tell(session, series, webinar, "cancellation", {"reason": "date", "note": note}, now, by)
    speakers_told(session, house, [(webinar, None)], now=now)
    anew.send(session, series, webinar, now)
    return told


def added(
    session: Session, house: House, webinar: Webinar, *, now: datetime, by: str = "", note: str = ""
) -> Mailing | None:
    """A series has one more date: to who registered for all of them."""
    series = session.get_one(Series, webinar.series_id)
    return _tell(session, series, webinar, "update", {"reason": "added", "note": note}, now, by)


def all_moved(
    session: Session,
    house: House,
    series: Series,
    moves: Sequence[tuple[Webinar, Stood]],
    *,
    now: datetime,
    by: str = "",
    note: str = "",
    reason: str = "zone",
) -> Mailing | None:
    """Several dates of a series are at other times at once, by another `zone` or because the `rules` have changed: one
    letter to each person, not one for each date."""
    if len(moves) == 1:
        return moved(session, house, *moves[0], now=now, by=by, note=note, reason=reason)
    if _is_told(session, series, None, "update"):
        return None
    former = _stop_all(session, series, [webinar for webinar, _ in moves], now)
    dates: dict[str, Any] = {}
    for webinar, before in moves:
        dates[str(webinar.id)] = _was(session, former.get(webinar.id, []), webinar, before)
    told = _tell(session, series, None, "update", {"reason": reason, "note": note, "dates": dates}, now, by)
    speakers_told(session, house, [(webinar, before.starts_at) for webinar, before in moves], now=now)
    anew.send(session, series, None, now)
    return told


def all_called_off(
    session: Session,
    house: House,
    series: Series,
    webinars: Sequence[Webinar],
    *,
    now: datetime,
    by: str = "",
    note: str = "",
) -> Mailing | None:
    """Nothing more of a series will be: one letter to each person who registered for any of these dates."""
    if len(webinars) == 1:
        return called_off(session, house, webinars[0], now=now, by=by, note=note)
    if _is_told(session, series, None, "cancellation"):
        return None
    _stop_all(session, series, webinars, now)
    data = {"reason": "series", "note": note, "dates": {str(webinar.id): {} for webinar in webinars}}
    told = _tell(session, series, None, "cancellation", data, now, by)
    speakers_told(session, house, [(webinar, None) for webinar in webinars], now=now)
    anew.send(session, series, None, now)
    return told


def _tell(
    session: Session,
    series: Series,
    webinar: Webinar | None,
    kind: str,
    data: dict[str, Any],
    now: datetime,
    by: str,
) -> Mailing | None:
    return mailings.make(
        session,
        key=_key(session, series, webinar, kind),
        kind=kind,
        series=series,
        webinar=webinar,
        due_at=now,
        expires_at=_over(session, series, webinar, data),
        data=data,
        by=by,
        now=now,
    )


def _over(session: Session, series: Series, webinar: Webinar | None, data: dict[str, Any]) -> datetime | None:
    """When it has all been, so that nobody needs to hear of it any more."""
    if webinar is not None:
        return webinar.ends_at
    dates = col(Webinar.id).in_([int(number) for number in data["dates"]])
    return session.exec(select(func.max(Webinar.ends_at)).where(dates)).one()


def _key(session: Session, series: Series, webinar: Webinar | None, kind: str) -> str:
    session.flush()
    session.refresh(series, ["sequence"])
    return f"{kind}:{series.id}:{webinar.id if webinar is not None else 0}:{series.sequence}"


def _is_told(session: Session, series: Series, webinar: Webinar | None, kind: str) -> bool:
    """Whether this very change has its letter already."""
    key = _key(session, series, webinar, kind)
    return session.exec(select(Mailing.id).where(col(Mailing.key) == key)).first() is not None


def _stop_older(session: Session, series: Series, webinar: Webinar, now: datetime) -> list[Mailing]:
    """Updates and cancellations of this date that are not over, the newest last; none of them goes on."""
    return _stop(session, series, col(Mailing.webinar_id) == webinar.id, now)


def _stop_all(
    session: Session, series: Series, webinars: Sequence[Webinar], now: datetime
) -> dict[int | None, list[Mailing]]:
    """The same of all these dates and of the series, by date; one look however many they are."""
    theirs = col(Mailing.webinar_id).is_(None) | col(Mailing.webinar_id).in_([one.id for one in webinars])
    found: dict[int | None, list[Mailing]] = {}
    for mailing in _stop(session, series, theirs, now):
        found.setdefault(mailing.webinar_id, []).append(mailing)
    return found


def _stop(session: Session, series: Series, whose: ColumnElement[bool], now: datetime) -> list[Mailing]:
    wanted = select(Mailing).where(
        col(Mailing.series_id) == series.id,
        whose,
        col(Mailing.kind).in_(("update", "cancellation")),
        col(Mailing.state) != "cancelled",
    )
    former = list(session.exec(wanted.order_by(col(Mailing.id)).execution_options(populate_existing=True)))
    for mailing in former:
        mailings.cancel(session, mailing, now=now, reason=anew.NEWER)
    return former


def _was(session: Session, former: list[Mailing], webinar: Webinar, before: Stood) -> dict[str, str]:
    """Where people know it to stand: where the last move reached nobody, it is where it stood before that one."""
    ends_at = before.ends_at.isoformat()
    was = {"starts_at": before.starts_at.isoformat(), "ends_at": ends_at, "wall": before.wall, "zone": before.zone}
    for mailing in reversed(former):
        if mailing.kind != "update" or mailing.state != "cancelled" or _reached(session, mailing):
            break
        was = mailing.data.get("was") or was
    return was


def _reached(session: Session, mailing: Mailing) -> bool:
    had = [state for state in COUNTS_AS_HAD if state not in WAITING]
    wanted = select(func.count()).select_from(OUTBOX)
    wanted = wanted.where(OUTBOX.c.letter_id == mailing.letter_id, OUTBOX.c.state.in_(had))
    return mailing.letter_id is not None and session.execute(wanted).scalar_one() > 0
