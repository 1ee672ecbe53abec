"""A recurrence rule, checked as far as RFC 5545 §3.3.10 says what may stand in it."""

import re

FREQUENCIES = ("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
BY_DAY = re.compile(r"(?:[+-]?(?:[1-9]|[1-4]\d|5[0-3]))?(?:MO|TU|WE|TH|FR|SA|SU)")
UNTIL = re.compile(r"\d{8}(?:T\d{6}Z?)?|\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:Z|[+-]\d\d:?\d\d)?)?")
#: Smallest and largest of a list of numbers; True where it may count from the end.
LISTS = {
    "BYSECOND": (0, 60, False), "BYMINUTE": (0, 59, False), "BYHOUR": (0, 23, False), "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True), "BYWEEKNO": (1, 53, True), "BYMONTH": (1, 12, False), "BYSETPOS": (1, 366, True),
}  # fmt: skip


def faults(rule: str) -> list[str]:
    """What is wrong with a rule, as ends of the sentence “The rule …”; empty where it can be computed."""
    parts: dict[str, str] = {}
    for part in rule.removeprefix("RRULE:").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not name or not value:
            return [f"has a part “{part[:40]}” that is not NAME=VALUE"]
        if name.upper() in parts:
            return [f"says {name[:40]} twice"]
        parts[name.upper()] = value.upper()
    found = [] if "FREQ" in parts else ["does not say FREQ"]
    if "COUNT" in parts and "UNTIL" in parts:
        found.append("says both COUNT and UNTIL")
    return found + [fault for name, value in parts.items() if (fault := _fault(name, value))]


def _fault(name: str, value: str) -> str | None:
    if name in LISTS:
        right = all(_in_bounds(number, *LISTS[name]) for number in value.split(","))
    elif name == "FREQ":
        right = value in FREQUENCIES
    elif name in ("COUNT", "INTERVAL"):
        right = bool(re.fullmatch(r"[0-9]{1,9}", value)) and int(value) > 0
    elif name == "UNTIL":
        right = bool(UNTIL.fullmatch(value))
    elif name == "WKST":
        right = value in ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
    elif name == "BYDAY":
        right = all(BY_DAY.fullmatch(day) for day in value.split(","))
    else:
        return f"has a part {name[:40]} that the standard does not know"
    return None if right else f"has “{value[:40]}” for {name}"


def _in_bounds(text: str, least: int, most: int, from_end: bool) -> bool:
    if not re.fullmatch(r"[+-]?[0-9]{1,3}", text):
        return False
    number = int(text)
    return least <= (abs(number) if from_end else number) <= most
