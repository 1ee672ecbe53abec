"""When it is, as a page says it: by the organiser's clock and by UTC, for whoever has no scripts; a small script adds the
visitor's own clock (static/webinar-times.js).

The day is said where it is another than the organiser's. Every time stands in a `<time>` with its offset.
"""

from datetime import UTC, date, datetime
from typing import Any

from babel.dates import format_date

from publisher import clock
from publisher.languages import date_in_words, day_in_words, duration_in_words, locale_of, time_in_words, zone_city
from publisher.web.page import Page
from publisher.webinars.models import Webinar

Clock = dict[str, str]


def when_of(page: Page, webinar: Webinar, zone: str = "") -> dict[str, Any]:
    """A date as templates show it. `zone`: of the person who reads, where that is known; then their clock stands first."""
    return moments(page, webinar.starts_at, webinar.ends_at, webinar.zone, zone) | {
        "moved": _moved(page, webinar),
    }


def moments(page: Page, starts: datetime, ends: datetime, zone: str, own: str = "") -> dict[str, Any]:
    """`day` is the first clock's. `clocks`: {time, place, day, iso, until, own}; `day` of one is empty where it is that day."""
    own = "" if own == "UTC" else own  # nobody chose it: it stands for a zone that is not known
    zones = list(dict.fromkeys([own, zone, "UTC"] if own else [zone, "UTC"]))
    first = starts.astimezone(clock.zone(zones[0])).date()
    return {
        "starts": _iso(starts, zone),
        "ends": _iso(ends, zone),
        "zone": zone,
        "known": bool(own),
        "leaf": _leaf(first, page.language),
        "day": date_in_words(first, page.language, weekday=True),
        "clocks": [_clock(page, starts, ends, one, first, is_own=bool(own) and one == own) for one in zones],
        "duration": duration_in_words(round((ends - starts).total_seconds()), page.language),
        "moved": "",
    }


def in_words(page: Page, starts: datetime, zone: str) -> str:
    """The beginning in one line: “Thursday 3 December 2026, 15:00 in Nairobi”."""
    day = date_in_words(starts.astimezone(clock.zone(zone)).date(), page.language, weekday=True)
    return page.gettext("%(day)s, %(time)s") % {
        "day": day,
        "time": _placed(page, time_in_words(starts, zone, page.language), zone),
    }


def range_in_words(page: Page, starts: datetime, ends: datetime, zone: str) -> str:
    """“15:00–16:30”; over several days, with the day it ends on."""
    begins, stops = (time_in_words(one, zone, page.language) for one in (starts, ends))
    there = clock.zone(zone)
    first, last = starts.astimezone(there).date(), ends.astimezone(there).date()
    if (last - first).days > 1 or (last != first and (ends - starts).total_seconds() >= 12 * 3600):
        stops = f"{date_in_words(last, page.language, weekday=True)}, {stops}"
    dash = " – " if " " in f"{begins}{stops}" or "\u00a0" in f"{begins}{stops}" else "–"
    return f"{begins}{dash}{stops}"


def _clock(
    page: Page, starts: datetime, ends: datetime, zone: str, first: date, *, is_own: bool = False
) -> dict[str, Any]:
    day = starts.astimezone(clock.zone(zone)).date()
    return {
        "iso": _iso(starts, zone),
        "time": range_in_words(page, starts, ends, zone),
        "place": _place(page, zone, is_own=is_own),
        "day": day_in_words(day, page.language) if day != first else "",
        "own": is_own,
    }


def _place(page: Page, zone: str, *, is_own: bool) -> str:
    if is_own:
        return page.gettext("your time, in %(city)s") % {"city": zone_city(zone, page.language)}
    return "UTC" if zone == "UTC" else page.gettext("in %(city)s") % {"city": zone_city(zone, page.language)}


def _placed(page: Page, time: str, zone: str) -> str:
    return f"{time} {_place(page, zone, is_own=False)}"


def _moved(page: Page, webinar: Webinar) -> str:
    """Where it stood before, for who wrote down the former time."""
    if webinar.moved_from is None or webinar.moved_from == webinar.starts_at:
        return ""
    return page.gettext("Moved. It was planned for %(moment)s.") % {
        "moment": in_words(page, webinar.moved_from, webinar.zone)
    }


def _leaf(day: date, language: str) -> dict[str, str]:
    """The leaf of a calendar: DEC, 3, Thu."""
    locale = locale_of(language)
    return {
        "month": str(format_date(day, "LLL", locale=locale)).rstrip("."),
        "day": str(day.day),
        "weekday": str(format_date(day, "ccc", locale=locale)).rstrip("."),
        "year": str(day.year),
    }


def _iso(instant: datetime, zone: str) -> str:
    there = instant.astimezone(UTC if zone == "UTC" else clock.zone(zone))
    return there.isoformat(timespec="minutes")
