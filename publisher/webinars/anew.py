"""What is being sent while a date moves says the old time: it is stopped, and sent anew to whoever it has not reached."""

from datetime import datetime

from sqlmodel import Session, col, select

from publisher.mail.models import Letter, LetterState
from publisher.webinars import announcing, mailings
from publisher.webinars.models import Mailing, Series, Webinar

NEWER = "Something newer is told of this date."


def send(session: Session, series: Series, webinar: Webinar | None, now: datetime) -> None:
    """Look at everything about this date, or (None) about the series, that is not over."""
    wanted = select(Mailing).where(
        col(Mailing.series_id) == series.id,
        col(Mailing.kind).in_(("announcement", "message", "update")),
        col(Mailing.state) != "cancelled",
    )
    for mailing in session.exec(wanted.order_by(col(Mailing.id)).execution_options(populate_existing=True)).all():
        if not _names(mailing, webinar):
            continue
        ends = announcing.until(session, series, _webinar(session, mailing))
        # A message that staff wrote goes in any case: perhaps it says why.
        comes = mailing.kind != "announcement" or ends is not None
        if mailing.state == "waiting":
            _bring_up_to_date(session, mailing, ends, comes, now)
        elif (state := _being_sent(session, mailing)) is not None:
            mailings.cancel(session, mailing, now=now, reason=NEWER)
            if comes:
                _again(session, series, mailing, ends, now, is_paused=state == LetterState.PAUSED)


def _names(mailing: Mailing, webinar: Webinar | None) -> bool:
    """Whether a letter says the time of this date: one about it, about the series, or about several dates; an update that
    adds a date brings the invitation to all of them. Of updates of the date itself the newer is told already."""
    if mailing.kind != "update":
        return webinar is None or mailing.webinar_id in (None, webinar.id)
    if webinar is None or mailing.webinar_id == webinar.id:
        return False
    return mailing.webinar_id is None or mailing.data.get("reason") == "added"


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
