"""Who did what: every change made at this desk, by hand, room and day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response

from publisher import clock
from publisher.languages import date_in_words
from publisher.staff import accounts, trail
from publisher.staff.models import Trail
from publisher.web.studio.abouts import ROOMS, Place, places
from publisher.web.studio.visit import Desk

PATH = "/studio/settings/trail"
PER_PAGE = 100

#: Hands that are no member's: as the trail has them, as the address and the page call them.
OTHERS = {
    "command line": ("command", "The command line"),
    "the timetable": ("timetable", "The timetable"),
    "demo": ("demo", "The demo"),
}


@dataclass(frozen=True)
class Asked:
    """The filters, as the address has them. Members are named by number: no address of ours holds somebody's."""

    member: str = ""
    room: str = ""
    day: str = ""

    def at(self, **changes: str) -> str:
        kept = {"member": self.member, "room": self.room, "day": self.day} | changes
        pairs = [(name, value) for name, value in kept.items() if value]
        return f"{PATH}?{urlencode(pairs)}" if pairs else PATH


def show(desk: Desk) -> Response:
    """GET /studio/settings/trail?member=&room=&day=&before="""
    hands = _hands(desk)
    asked, day = _asked(desk, hands)
    number = desk.asked("before")
    before = int(number) if number.isdecimal() and len(number) < 16 else None
    since, until = _bounds(desk, day)
    found = trail.latest(
        desk.session,
        limit=PER_PAGE + 1,
        before=before,
        who=hands[asked.member][0] if asked.member else None,
        kinds=ROOMS.get(asked.room, ()),
        since=since,
        until=until,
    )
    lines = found[:PER_PAGE]
    older = asked.at(before=str(lines[-1].id)) if len(found) > PER_PAGE else ""
    return desk.show(
        "settings/trail.html",
        "settings",
        days=_days(desk, lines, dict(hands.values())),
        sentence=_sentence(bool(lines), bool(asked.member or asked.room or day)),
        chosen=_chips(asked, hands, day),
        menus=_menus(asked, hands),
        clear_url=PATH,
        day=asked.day,
        keep=[(name, value) for name, value in (("member", asked.member), ("room", asked.room)) if value],
        pages={"previous_url": asked.at() if before else "", "next_url": older, "text": ""},
    )


def _hands(desk: Desk) -> dict[str, tuple[str, str]]:
    """Key in the address → (as the trail has them, what they are called): members, closed ones too, then the others."""
    members = {str(m.id): (address.email, m.name or address.email) for m, address in accounts.every(desk.session)}
    return members | {key: (who, name) for who, (key, name) in OTHERS.items() if who != "demo"}


def _asked(desk: Desk, hands: Mapping[str, tuple[str, str]]) -> tuple[Asked, date | None]:
    """What was asked for, as far as there is such a thing."""
    member, room, day = desk.asked("member"), desk.asked("room"), _day(desk.asked("day"))
    known = Asked(member if member in hands else "", room if room in ROOMS else "", day.isoformat() if day else "")
    return known, day


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day and 2000 <= day.year < 2200 else None


def _bounds(desk: Desk, day: date | None) -> tuple[datetime | None, datetime | None]:
    """That day as the viewer's clock has it."""
    if day is None:
        return None, None
    zone = clock.zone(desk.zone)
    first, next_one = (datetime.combine(one, time(), zone) for one in (day, day + timedelta(days=1)))
    return first.astimezone(UTC), next_one.astimezone(UTC)


def _days(desk: Desk, lines: list[Trail], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The lines by day, the newest first."""
    found = places(desk, {line.about for line in lines})
    zone = clock.zone(desk.zone)
    today = desk.now.astimezone(zone).date()
    days = groupby(lines, key=lambda line: line.at.astimezone(zone).date())
    return [
        {"title": _day_name(day, today), "lines": [_line(desk, line, found[line.about], names) for line in several]}
        for day, several in days
    ]


def _line(desk: Desk, line: Trail, place: Place, names: Mapping[str, str]) -> dict[str, Any]:
    title, url = place
    who = names.get(line.who) or OTHERS.get(line.who, ("", line.who))[1]
    moment = desk.moment(line.at)
    clock_text = line.at.astimezone(clock.zone(desk.zone)).strftime("%H:%M").lstrip("0").rjust(4, "0")
    return {
        "text": _sentence_of(line.what),
        "about": title,
        "url": url,
        "who": who,
        "moment": (moment or {}) | {"text": clock_text},
    }


def _sentence_of(what: str) -> str:
    """Commands note what they did without a capital; an address in front is left as it is written."""
    return what if "@" in what.partition(" ")[0] else what[:1].upper() + what[1:]


def _day_name(day: date, today: date) -> str:
    words = date_in_words(day, "en", weekday=True)
    near = {today: "Today", today - timedelta(days=1): "Yesterday"}.get(day)
    return f"{near}, {words}" if near else words


def _sentence(found: bool, filtered: bool) -> str:
    if filtered:
        return "What was done" if found else "Nothing was done"
    return "By everybody, everywhere" if found else "Nothing yet"


def _chips(asked: Asked, hands: Mapping[str, tuple[str, str]], day: date | None) -> list[dict[str, str]]:
    chips = []
    if asked.member:
        chips.append({"label": f"by {hands[asked.member][1]}", "remove_url": asked.at(member="")})
    if asked.room:
        chips.append({"label": f"in {asked.room}", "remove_url": asked.at(room="")})
    if day:
        chips.append({"label": f"on {date_in_words(day, 'en', weekday=True)}", "remove_url": asked.at(day="")})
    return chips


def _menus(asked: Asked, hands: Mapping[str, tuple[str, str]]) -> list[dict[str, Any]]:
    by = [
        {"label": name, "url": asked.at(member=key), "current": key == asked.member, "count_text": ""}
        for key, (_, name) in hands.items()
    ]
    rooms = [
        {"label": room, "url": asked.at(room=room), "current": room == asked.room, "count_text": ""} for room in ROOMS
    ]
    return [{"label": "By whom", "options": by}, {"label": "Room", "options": rooms}]
