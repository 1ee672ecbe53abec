"""What of webinars waits for somebody: no room, speakers who are not ready, people to be let in, letters that could not be made,
a recording that nobody has linked."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlmodel import Session, col, func, select

from publisher.desk.waiting import MOST, Line
from publisher.languages import join_list, moment_for_staff, number
from publisher.webinars import preparing
from publisher.webinars.models import Mailing, Registration, RegistrationState, Series, Speaker, Webinar, WebinarState

WITHIN_A_WEEK, ROOMLESS, SETTLED, LATELY = timedelta(days=7), timedelta(days=2), timedelta(hours=1), timedelta(days=14)


def webinars(session: Session, now: datetime, zone: str) -> Iterator[Line]:
    """The most urgent first."""
    yield from _roomless(session, now, zone)
    yield from _asked(session)
    yield from _held_letters(session)
    yield from _speakers(session, now, zone)
    yield from _unlinked(session, now, zone)


def _roomless(session: Session, now: datetime, zone: str) -> Iterator[Line]:
    without = (col(Series.room_kind) == "url") & (col(Series.room_url) == "")
    without |= (col(Series.room_kind) == "bigbluebutton") & col(Series.server_id).is_(None)
    soon = _announced().where(
        col(Webinar.starts_at) > now, col(Webinar.starts_at) <= now + ROOMLESS, col(Webinar.room_url) == "", without
    )
    for series, one in session.exec(soon.order_by(col(Webinar.starts_at)).limit(MOST)):
        when = moment_for_staff(one.starts_at, zone, now)
        text = f"“{_title(series, one)}” begins {when} and has no room yet."
        yield Line("a webinar has no room", text, _path(series, one), "Give it one")


def _asked(session: Session) -> Iterator[Line]:
    rows = session.exec(
        select(Series, func.count())
        .join(Registration, col(Registration.series_id) == col(Series.id))
        .where(col(Registration.state) == RegistrationState.ASKED)
        .group_by(col(Series.id))
        .order_by(func.min(Registration.asked_at))
        .limit(MOST)
    )
    for series, count in rows:
        who = "1 person waits" if count == 1 else f"{number(count, 'en')} people wait"
        path = f"/studio/webinars/{series.slug}/registrations?state={RegistrationState.ASKED}"
        yield Line("people to let in", f"{who} to be let in to “{series.title}”.", path, "Decide")


def _held_letters(session: Session) -> Iterator[Line]:
    rows = session.exec(
        select(Mailing, Series)
        .where(col(Series.id) == col(Mailing.series_id), col(Mailing.state) == "held")
        .order_by(col(Mailing.due_at))
        .limit(MOST)
    )
    for mailing, series in rows:
        page = "announce" if mailing.kind == "announcement" else "message"
        text = f"A letter about “{series.title}” could not be made: {mailing.reason}"
        yield Line("a letter is held", text, f"/studio/webinars/{series.slug}/{page}", "Look at it")


def _speakers(session: Session, now: datetime, zone: str) -> Iterator[Line]:
    """Who speaks within a week and has not brought everything; one line for each date."""
    theirs = (col(Speaker.series_id) == col(Webinar.series_id)) & (
        col(Speaker.webinar_id).is_(None) | (col(Speaker.webinar_id) == col(Webinar.id))
    )
    soon = (
        select(Webinar, Series, Speaker)
        .join(Series, col(Series.id) == col(Webinar.series_id))
        .join(Speaker, theirs)
        .where(col(Webinar.state) == WebinarState.ANNOUNCED)
        .where(col(Webinar.starts_at) > now, col(Webinar.starts_at) <= now + WITHIN_A_WEEK)
        .order_by(col(Webinar.starts_at), col(Webinar.id), col(Speaker.position), col(Speaker.id))
        .limit(5 * MOST)
    )
    for _, several in groupby(session.exec(soon).all(), key=lambda row: row[0].id):
        rows = list(several)
        webinar, series, _ = rows[0]
        missing = preparing.missing_of(session, series, [one for _, _, one in rows], now=now)
        lacking = {one.name: len(what) for _, _, one in rows if (what := missing[one.id or 0])}
        if lacking:
            count = sum(lacking.values())
            things = "1 thing is" if count == 1 else f"{number(count, 'en')} things are"
            when = moment_for_staff(webinar.starts_at, zone, now)
            text = f"“{_title(series, webinar)}” begins {when}, and {things} still missing from {join_list(list(lacking), 'en')}."
            yield Line("a webinar is not ready", text, _path(series, webinar), "See what")


def _unlinked(session: Session, now: datetime, zone: str) -> Iterator[Line]:
    """Held, to be recorded, and nobody can hear it yet."""
    held = _announced().where(
        col(Series.is_recorded),
        col(Webinar.ends_at) <= now - SETTLED,
        col(Webinar.ends_at) > now - LATELY,
        col(Webinar.recording_url) == "",
        col(Webinar.recording_id).is_(None),
    )
    for series, one in session.exec(held.order_by(col(Webinar.ends_at)).limit(MOST)):
        when = moment_for_staff(one.starts_at, zone, now)
        text = f"“{_title(series, one)}” was held {when}, and its recording is not linked yet."
        yield Line("a recording is missing", text, f"{_path(series, one)}/afterwards", "Link it")


def _announced() -> Any:
    return select(Series, Webinar).where(
        col(Webinar.series_id) == col(Series.id), col(Webinar.state) == WebinarState.ANNOUNCED
    )


def _title(series: Series, webinar: Webinar) -> str:
    return webinar.title or series.title


def _path(series: Series, webinar: Webinar) -> str:
    return f"/studio/webinars/{series.slug}/dates/{webinar.id}"
