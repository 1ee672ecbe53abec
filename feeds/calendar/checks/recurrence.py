"""Rules about series: RRULE, RDATE, EXDATE, RECURRENCE-ID (RFC 5545 §3.3.10, §3.8.4.4, §3.8.5)."""

import re

from feeds.calendar import forms
from feeds.calendar.checks.events import instant_of, is_date
from feeds.calendar.checks.looking import Look, short
from feeds.calendar.reading import Property
from feeds.calendar.refusing import WEEKDAYS

_FREQUENCIES = ("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_DAY = re.compile(r"([+-]?(?:[1-9]|[1-4]\d|5[0-3]))?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
#: Smallest and largest of a list of numbers; True where it may count from the end.
_LISTS = {
    "BYSECOND": (0, 60, False), "BYMINUTE": (0, 59, False), "BYHOUR": (0, 23, False), "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True), "BYWEEKNO": (1, 53, True), "BYMONTH": (1, 12, False), "BYSETPOS": (1, 366, True),
}  # fmt: skip


def judge(events: list[Look]) -> None:
    series = {look.part.value("UID") for look in events if look.part.all("RRULE", "RDATE")}
    for look in events:
        rule, starts, again = (
            look.single("recurrence.once", "RRULE"),
            look.part.first("DTSTART"),
            look.part.first("RECURRENCE-ID"),
        )
        if rule is not None:
            _rule(look, rule, starts)
        if starts is not None:
            _dates(look, starts)
        if again is not None and look.part.all("RRULE", "RDATE"):
            look.add(
                "recurrence.override",
                "The event is one date of a series and a series itself: leave RRULE and RDATE out.",
                again,
            )
        alone = {other.part.value("UID") for other in events if not other.part.all("RECURRENCE-ID")}
        if again is not None and look.part.value("UID") in alone - series:
            look.add(
                "recurrence.series",
                "The event changes one date of an event that never repeats: leave RECURRENCE-ID out.",
                again,
            )


def parts_of(rule: str) -> dict[str, str]:
    """The parts in capitals; empty where they are not NAME=VALUE, each once."""
    parts: dict[str, str] = {}
    for part in rule.upper().split(";"):
        name, _, value = part.partition("=")
        if not name or not value or name in parts:
            return {}
        parts[name] = value
    return parts


def fault(parts: dict[str, str]) -> str | None:
    """What is wrong with a rule, as the end of the sentence “RRULE …”."""
    if not parts:
        return "is not a list of NAME=VALUE, each said once"
    if "RSCALE" in parts:
        return None  # other people's calendars, RFC 7529: their months are counted otherwise
    if parts.get("FREQ") not in _FREQUENCIES:
        return "does not say a FREQ that exists"
    if "COUNT" in parts and "UNTIL" in parts:
        return "says both COUNT and UNTIL"
    wrong = next((name for name, value in parts.items() if not _right(name, value, parts)), None)
    return f"has “{short(parts[wrong])}” for {wrong[:40]}" if wrong else None


def _right(name: str, value: str, parts: dict[str, str]) -> bool:
    if name in _LISTS:
        least, most, from_end = _LISTS[name]
        numbers = [int(one) for one in value.split(",") if re.fullmatch(r"[+-]?[0-9]{1,3}", one)]
        inside = all(least <= (abs(number) if from_end else number) <= most for number in numbers)
        return inside and len(numbers) == len(value.split(","))
    if name in ("COUNT", "INTERVAL"):
        return bool(re.fullmatch(r"[0-9]{1,9}", value)) and int(value) > 0
    if name == "UNTIL":
        return forms.day(value) is not None or forms.wall(value) is not None
    if name == "WKST":
        return value in WEEKDAYS
    if name == "BYDAY":
        found = [_DAY.fullmatch(day) for day in value.split(",")]
        return all(one and (not one[1] or parts["FREQ"] in ("MONTHLY", "YEARLY")) for one in found)
    return name == "FREQ"


def _rule(look: Look, said: Property, starts: Property | None) -> None:
    parts = parts_of(said.value)
    problem = fault(parts)
    if problem:
        look.add("recurrence.rule", f"RRULE {problem}: write one that can be computed.", said)
        return
    if starts is None:
        return
    _until(look, said, parts.get("UNTIL"), starts)
    begins = forms.day(starts.value) or (forms.wall(starts.value) or (None,))[0]
    days = [day[-2:] for day in parts["BYDAY"].split(",")] if "BYDAY" in parts else []
    if begins is not None and days and WEEKDAYS[begins.weekday()] not in days:
        look.add(
            "recurrence.start",
            f"The series begins on {WEEKDAYS[begins.weekday()]} and repeats on {', '.join(days)}: begin on one of them.",
            said,
        )
    elif (
        begins is not None
        and "BYMONTH" in parts
        and str(begins.month) not in [month.lstrip("0+") for month in parts["BYMONTH"].split(",")]
    ):
        look.add(
            "recurrence.start", "The series begins in a month in which it does not repeat: begin in one of them.", said
        )


def _until(look: Look, said: Property, until: str | None, starts: Property) -> None:
    if until is None:
        return
    if is_date(starts) != (forms.day(until) is not None):
        look.add(
            "recurrence.until-kind", "UNTIL and DTSTART are not both a date or both a time: write them alike.", said
        )
        return
    zoned = starts.get("TZID") is not None or starts.value.endswith("Z")
    if not is_date(starts) and zoned and not until.endswith("Z"):
        look.add("recurrence.until-utc", f"UNTIL is {short(until)}, a local time: write it in UTC, ending in Z.", said)
        return
    begins, ends = instant_of(starts), instant_of(Property("UNTIL", (), until, said.line))
    if begins is not None and ends is not None and ends < begins:
        look.add("recurrence.until-later", "The series ends before it begins: write a later UNTIL.", said)


def _dates(look: Look, starts: Property) -> None:
    for said in look.part.all("RDATE", "EXDATE", "RECURRENCE-ID"):
        values = said.value.split(",")
        if said.name == "RDATE" and (said.get("VALUE") or "").upper() == "PERIOD":
            continue
        # An override may become an all-day event; the date it names is of the kind the series had.
        alike = [(forms.day(value) is not None) == is_date(starts) and _timely(value) for value in values]
        if not all(alike) and (said.name != "RECURRENCE-ID" or not _timely(values[0])):
            look.add(
                "recurrence.dates",
                f"{said.name} is not of the kind that DTSTART is: write both as dates, or both as times.",
                said,
            )
        elif said.name == "EXDATE":
            _exception(look, said, starts)


def _timely(value: str) -> bool:
    return forms.day(value) is not None or forms.wall(value) is not None


def _exception(look: Look, said: Property, starts: Property) -> None:
    """Where both are told in the same zone, the time of day must be the same. More frequent rules have many times a day."""
    parts = parts_of(look.part.value("RRULE"))
    moments, first = forms.moments(said) or [], forms.moments(starts) or []
    plain = parts.get("FREQ") in _FREQUENCIES[3:] and "BYHOUR" not in parts and not look.part.all("RDATE")
    if (
        plain
        and first
        and any(one.zone == first[0].zone and one.wall.time() != first[0].wall.time() for one in moments)
    ):
        look.add(
            "recurrence.exception",
            "EXDATE names a time at which the series has no date: write the time of DTSTART.",
            said,
        )
