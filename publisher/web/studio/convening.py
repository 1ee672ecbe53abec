"""Webinars on Today: which come next and which were held, so that one page has them with issues and episodes. What of them needs
somebody is told in `pressing`."""

from typing import Any

from sqlmodel import col, func, select

from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars.finding import date_url, own_title, series_url
from publisher.webinars import seats, times
from publisher.webinars.models import (
    Mailing,
    Seat,
    Series,
    Webinar,
    WebinarState,
)

MOST = 20
WENT_OUT = 8
LETTERS = {"announcement": "Announcement", "message": "Message", "came": "Letter to those who came", "missed": "Letter to those who missed it"}  # fmt: skip


def upcoming(desk: Desk) -> list[dict[str, Any]]:
    """Dates that are on or to come, and letters that wait for their moment."""
    return [*_dates(desk), *_letters(desk)]


def out(desk: Desk) -> list[dict[str, Any]]:
    """Dates that were held, the last first."""
    over = (col(Webinar.ends_at) <= desk.now) | col(Webinar.ended_at).is_not(None)
    rows = desk.session.exec(
        _announced().where(over).order_by(col(Webinar.ends_at).desc(), col(Webinar.id).desc()).limit(WENT_OUT)
    ).all()
    came = _came(desk, [one.id or 0 for _, one in rows])
    return [
        line(desk, series, one, [f"{words.figure(came[one.id])} came" if came.get(one.id) else ""], "over", "Held")
        | {"url": f"{date_url(series, one)}/afterwards"}
        for series, one in rows
    ]


def _announced() -> Any:
    return select(Series, Webinar).where(
        col(Webinar.series_id) == col(Series.id), col(Webinar.state) == WebinarState.ANNOUNCED
    )


def to_come(desk: Desk) -> Any:
    ahead = (col(Webinar.ends_at) > desk.now) & col(Webinar.ended_at).is_(None)
    return _announced().where(ahead).order_by(col(Webinar.starts_at), col(Webinar.id))


def line(desk: Desk, series: Series, webinar: Webinar, facts: list[str], state: str, label: str = "") -> dict[str, Any]:
    return {
        "title": own_title(series, webinar),
        "url": date_url(series, webinar),
        "facts": ["Webinar", *facts, "" if series.is_single else series.title],
        "state": state,
        "state_label": label,
        "moment": desk.moment(webinar.starts_at),
    }


def _dates(desk: Desk) -> list[dict[str, Any]]:
    rows = desk.session.exec(to_come(desk).limit(MOST)).all()
    taken = seats.taken(desk.session, [one.id or 0 for _, one in rows])
    found = []
    for series, one in rows:
        number = words.figure(taken.get(one.id or 0, 0))
        places = f"{number} of {words.figure(series.capacity)} places" if series.capacity is not None else f"{number} coming"  # fmt: skip
        live = times.state_of(one, desk.now) == "live"
        shown = line(desk, series, one, [places], "live" if live else "scheduled", "On now" if live else "Announced")
        found.append(shown | ({"url": f"{date_url(series, one)}/live"} if live else {}))
    return found


def _letters(desk: Desk) -> list[dict[str, Any]]:
    """Announcements and messages that wait for their moment. Reminders are not among them: every date has some."""
    rows = desk.session.exec(
        select(Mailing, Series)
        .where(col(Series.id) == col(Mailing.series_id), col(Mailing.state) == "waiting")
        .where(col(Mailing.kind).in_(list(LETTERS)), col(Mailing.due_at) > desk.now)
        .order_by(col(Mailing.due_at))
        .limit(MOST)
    )
    pages = {"announcement": "announce", "message": "message"}
    return [
        {
            "title": f"{LETTERS[mailing.kind]}: {series.title}",
            "url": f"{series_url(series)}/{pages[mailing.kind]}" if mailing.kind in pages else f"{series_url(series)}/dates/{mailing.webinar_id}/afterwards",
            "facts": ["Letter"],
            "state": "scheduled",
            "state_label": "",
            "moment": desk.moment(mailing.due_at),
        }
        for mailing, series in rows
    ]  # fmt: skip


def _came(desk: Desk, ids: list[int]) -> dict[int | None, int]:
    which = select(Seat.webinar_id, func.count()).where(
        col(Seat.webinar_id).in_(ids), col(Seat.attended).in_(("yes", "probable"))
    )
    return {number: int(count) for number, count in desk.session.exec(which.group_by(col(Seat.webinar_id)))}
