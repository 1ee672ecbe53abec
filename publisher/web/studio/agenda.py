"""The agenda: issues, episodes, webinars, rehearsals and letters of a month, day by day by the viewer's clock."""

import re
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from fastapi.responses import Response

from publisher import clock
from publisher.desk import agenda
from publisher.desk.agenda import Entry
from publisher.languages import date_in_words, day_in_words, time_in_words, zone_city
from publisher.web.studio import words
from publisher.web.studio.visit import Desk

PATH = "/studio/agenda"
KINDS = {
    "issue": "Issue",
    "episode": "Episode",
    "webinar": "Webinar",
    "rehearsal": "Rehearsal",
    "letter": "Letter",
}
#: Words for states that are said; what is simply planned needs none.
STATES = {"held": ("held", "Held"), "cancelled": ("gone", "Called off"), "live": ("live", "On now"), "sent": ("sent", "Sent"), "published": ("published", "Out"), "draft": ("", "Draft"), "paused": ("paused", "Paused"), "sending": ("sending", "Going out")}  # fmt: skip
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip


def show(desk: Desk) -> Response:
    """GET /studio/agenda?month=2026-12"""
    today = desk.now.astimezone(clock.zone(desk.zone)).date()
    month = _month(desk.asked("month"), today)
    first, last = _midnight(month, desk.zone), _midnight(_after(month), desk.zone)
    entries = agenda.between(desk.session, first, last, now=desk.now)
    days = [
        {
            "iso": day.isoformat(),
            "title": day_in_words(day, "en") if day.year == today.year else date_in_words(day, "en", weekday=True),
            "distance": _distance(day, today),
            "is_today": day == today,
            "is_past": day < today,
            "entries": [_entry(desk, one) for one in several],
        }
        for day, several in groupby(entries, key=lambda one: one.at.astimezone(clock.zone(desk.zone)).date())
    ]
    return desk.show(
        "agenda.html",
        "today",
        title=f"{MONTHS[month.month - 1]} {month.year}",
        state_text=_state_text(entries, desk.zone),
        days=days,
        previous={"url": _at(_before(month)), "text": MONTHS[_before(month).month - 1]},
        following={"url": _at(_after(month)), "text": MONTHS[_after(month).month - 1]},
        now_url="" if month == today.replace(day=1) else PATH,
    )


def _entry(desk: Desk, one: Entry) -> dict[str, Any]:
    state = ("held", "Held back") if (one.kind, one.state) == ("issue", "held") else STATES.get(one.state, ("", ""))
    if (one.kind, one.state) == ("webinar", "held"):
        state = ("", "Held")
    ends = time_in_words(one.ends, desk.zone, "en") if one.ends else ""
    return {
        "iso": one.at.isoformat(),
        "time": time_in_words(one.at, desk.zone, "en"),
        "ends": ends,
        "kind": one.kind,
        "kind_text": KINDS[one.kind],
        "title": one.title,
        "url": one.path,
        "within": one.within,
        "language": one.language,
        "state": state[0],
        "state_label": state[1],
    }


def _state_text(entries: list[Entry], zone: str) -> str:
    """“2 issues, 3 webinars, 1 rehearsal; times in Nairobi”."""
    counts = {kind: sum(one.kind == kind for one in entries) for kind in KINDS}
    said = [words.counted(number, KINDS[kind].lower()) for kind, number in counts.items() if number]
    return f"{words.sentence(*said) or 'Nothing is planned'}; times in {zone_city(zone, 'en')}"


def _month(text: str, today: date) -> date:
    """The first of the month that is asked for; this one for anything else."""
    if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text, re.ASCII):
        return date(int(text[:4]), int(text[5:]), 1)
    return today.replace(day=1)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), clock.zone(zone))


def _after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _before(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def _at(month: date) -> str:
    return f"{PATH}?month={month:%Y-%m}"


def _distance(day: date, today: date) -> str:
    """“today”, “tomorrow”, “in 4 days”; nothing for what is far."""
    days = (day - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    return near.get(days, f"in {days} days" if 1 < days < 15 else "")
