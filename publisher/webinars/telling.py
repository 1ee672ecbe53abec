"""What everybody hears who registered: a date has moved, was added or is called off. One letter to many, due now. Who speaks
there hears it at once.

Call these when the rows are written and reminders are planned anew. A newer one for the same date stops what still waits of
the older; what was being sent with the old time in it (announcements, messages) is stopped and planned anew for those it had
not reached.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from publisher.house import House
from publisher.mail.models import COUNTS_AS_HAD, WAITING, Letter, LetterState
from publisher.mail.outbox import OUTBOX
from publisher.webinars import announcing, mailings
from publisher.webinars.models import Mailing, Series, Webinar
from publisher.webinars.speaker_letters import speakers_told
from publisher.webinars.times import Stood

_NEWER = "Something newer is told of this date."


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
    _send_anew(session, series, webinar, now)
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
    _send_anew(session, series, webinar, now)
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
    _send_anew(session, series, None, now)
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
    _send_anew(session, series, None, now)
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
        data=data,
        by=by,
        now=now,
    )


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
        mailings.cancel(session, mailing, now=now, reason=_NEWER)
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


def _send_anew(session: Session, series: Series, webinar: Webinar | None, now: datetime) -> None:
    """What is being sent and says the old time (announcements, messages) is stopped: who was not reached gets the new."""
    kind, date = col(Mailing.kind), col(Mailing.webinar_id)
    stale: ColumnElement[bool] = kind.in_(("announcement", "message"))
    if webinar is not None:  # an update about several dates names this one too
        stale = or_(and_(stale, or_(date.is_(None), date == webinar.id)), and_(kind == "update", date.is_(None)))
    wanted = select(Mailing).where(col(Mailing.series_id) == series.id, col(Mailing.state) != "cancelled", stale)
    for mailing in session.exec(wanted.order_by(col(Mailing.id)).execution_options(populate_existing=True)).all():
        ends = announcing.until(session, series, _webinar(session, mailing))
        # A message that staff wrote goes in any case: perhaps it says why.
        comes = mailing.kind != "announcement" or ends is not None
        if mailing.state == "waiting":
            _bring_up_to_date(session, mailing, ends, comes, now)
        elif (state := _being_sent(session, mailing)) is not None:
            mailings.cancel(session, mailing, now=now, reason=_NEWER)
            if comes:
                _again(session, series, mailing, ends, now, is_paused=state == LetterState.PAUSED)


def _bring_up_to_date(session: Session, mailing: Mailing, ends: datetime | None, comes: bool, now: datetime) -> None:
    """It is compiled when it is due, so only how long it is worth sending has changed."""
    if not comes:
        mailings.cancel(session, mailing, now=now, reason="What it is about was called off.")
    elif mailing.kind == "announcement":
        mailing.expires_at = ends
        session.add(mailing)
        session.flush()


def _webinar(session: Session, mailing: Mailing) -> Webinar | None:
    return session.get_one(Webinar, mailing.webinar_id) if mailing.webinar_id is not None else None


def _being_sent(session: Session, mailing: Mailing) -> str | None:
    """The state of its letter, where mails of it have yet to go."""
    letter = session.get(Letter, mailing.letter_id, populate_existing=True) if mailing.letter_id is not None else None
    if letter is None or letter.state not in mailings.STOPPABLE:
        return None
    return letter.state if letter.state == LetterState.PLANNING or mailings.is_open(session, letter) else None


def _again(
    session: Session, series: Series, mailing: Mailing, ends: datetime | None, now: datetime, *, is_paused: bool
) -> None:
    """The same letter with what holds now, to whoever it has not reached. One that was paused waits for its person."""
    former = [*mailing.data.get("after", []), mailing.id]
    mailings.make(
        session,
        key=f"{mailing.key.partition('+')[0]}+{len(former)}",
        kind=mailing.kind,
        series=series,
        webinar=_webinar(session, mailing),
        list_id=mailing.list_id,
        rule=mailing.rule,
        words=mailing.words,
        data={**mailing.data, "after": former},
        due_at=now,
        expires_at=ends if mailing.kind == "announcement" else mailing.expires_at,
        by=mailing.by,
        state="held" if is_paused else "waiting",
        reason="It was paused when the date moved." if is_paused else "",
        now=now,
    )
