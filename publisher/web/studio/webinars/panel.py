"""Beside a series: its page and calendars, who speaks, what goes out next."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlmodel import Session, col, select

from publisher.audience.models import MailingList
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars.choices import REMINDERS
from publisher.web.studio.webinars.finding import date_url
from publisher.webinars import addresses, preparing, speakers, times
from publisher.webinars.models import CohortCalendar, Mailing, Series, Webinar, WebinarState

LETTERS = {
    "announcement": "Announcement",
    "reminder": "Reminder",
    "update": "New time",
    "cancellation": "Called off",
    "message": "Message",
    "came": "To who came",
    "missed": "To who missed it",
}
ROLES = {"speaker": "", "host": "host", "interpreter": "interpreter"}


def panel_of(desk: Desk, series: Series, dates: Sequence[Webinar]) -> dict[str, Any]:
    is_out = any(one.state != WebinarState.DRAFT for one in dates)
    return {
        "public_url": addresses.series_page(desk.house, series) if is_out else "",
        "calendar_url": _calendar(desk, series, dates) if is_out else "",
        "cohort": _cohort(desk, series) if is_out else None,
        "speakers": _speakers(desk, series, dates),
        "letters": _letters(desk.session, desk, series),
    }


def _calendar(desk: Desk, series: Series, dates: Sequence[Webinar]) -> str:
    """A feed that calendars follow; of a one-off the file. What is for a cohort has no public one."""
    if series.list_id is not None:
        return ""
    return (
        addresses.calendar_file(desk.house, dates[0])
        if series.is_single
        else addresses.series_calendar(desk.house, series)
    )


def _cohort(desk: Desk, series: Series) -> dict[str, Any] | None:
    """The calendar of the list it is for: its address, once somebody asked for one."""
    if series.list_id is None:
        return None
    cohort = desk.session.get_one(MailingList, series.list_id)
    calendar = desk.session.get(CohortCalendar, series.list_id)
    return {
        "name": cohort.name,
        "url": addresses.cohort_calendar(desk.house, calendar) if calendar and desk.may("editor") else "",
        "given": calendar is not None,
        "moment": desk.moment(calendar.created_at) if calendar else None,
    }


def _speakers(desk: Desk, series: Series, dates: Sequence[Webinar]) -> list[dict[str, str]]:
    """Everybody, with what is missing; each leads to a date they are at."""
    several = speakers.of(desk.session, series)
    missing = preparing.missing_of(desk.session, series, several, now=desk.now)
    ahead = next((one for one in dates if times.state_of(one, desk.now) in ("live", "announced", "draft")), None)
    known = {one.id: one for one in dates}
    shown = []
    for one in several:
        at = known.get(one.webinar_id) or ahead or (dates[-1] if dates else None)
        lacks = len(missing[one.id or 0])
        note = ", ".join(filter(None, [ROLES.get(one.role, ""), "" if one.invited_at else "not invited yet", f"{lacks} missing" if lacks and one.invited_at else ""]))  # fmt: skip
        shown.append({"name": one.name, "note": note, "url": f"{date_url(series, at)}#speakers" if at else ""})
    return shown


def _letters(session: Session, desk: Desk, series: Series) -> list[dict[str, Any]]:
    """The next to leave."""
    which = select(Mailing).where(col(Mailing.series_id) == series.id, col(Mailing.state).in_(("waiting", "planning")))
    return letter_lines(desk, session.exec(which.order_by(col(Mailing.due_at), col(Mailing.id)).limit(4)))


def letter_lines(desk: Desk, rows: Iterable[Mailing]) -> list[dict[str, Any]]:
    """What each is, and when it leaves."""
    return [{"text": _named(one), "moment": desk.moment(one.due_at)} for one in rows]


def _named(one: Mailing) -> str:
    before = REMINDERS.get(one.minutes if one.minutes is not None else -1, "")
    return f"Reminder, {before.lower()}" if one.kind == "reminder" and before else LETTERS.get(one.kind, one.kind)
