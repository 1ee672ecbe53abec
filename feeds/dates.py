"""Dates as sources write them: RFC 822 and 2822, ISO 8601 and W3CDTF, and what people make of them.

Everything becomes aware and UTC. What names no zone is taken as UTC; what could mean two days (03/04/2021) is not read.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

ISO = re.compile(
    r"(?P<year>\d{4})(?:(?P<sep>[-/.])(?P<month>\d{1,2})(?:(?P=sep)(?P<day>\d{1,2}))?)?"
    r"(?:[T ,]+(?P<clock>\d.*))?$",
    re.I,
)
COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:[T ]?(?P<clock>\d.*))?$", re.I)
DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.|º|er)?[\s\-/,.]+(?:de |of )?(?P<name>[^\W\d_]{3,12})\.?[\s\-/,.]+(?:de )?(?P<year>\d{4}|\d{2})\b(?P<clock>.*)$"
)
MONTH_FIRST = re.compile(
    r"(?P<name>[^\W\d_]{3,12})\.?[\s\-,]+(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s,\-]+(?P<year>\d{4})\b(?P<clock>.*)$"
)
ASCTIME = re.compile(
    r"(?P<name>[^\W\d_]{3,9})\s+(?P<day>\d{1,2})\s+(?P<clock>\d{1,2}:\d{2}:\d{2}(?:\s+[A-Za-z]{1,5})?)\s+(?P<year>\d{4})$"
)
MONTH_YEAR = re.compile(r"(?P<name>[^\W\d_]{3,12})\.?[\s,\-/]+(?:de )?(?P<year>\d{4})$")
NUMBERS = re.compile(
    r"(?P<one>\d{1,2})(?P<sep>[./-])(?P<two>\d{1,2})(?P=sep)(?P<year>\d{4})(?:[T ,]+(?P<clock>\d.*))?$"
)
CLOCK = re.compile(
    r"[\s,T]*(?:at\s+)?(?P<hour>\d{1,2})[:.]?(?P<minute>\d{2})(?:[:.]?(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?:(?P<half>[AaPp])\.?\s?[Mm]\b\.?)?\s*(?P<zone>.*)$"
)
OFFSET = re.compile(r"\(?(?:GMT|UTC|UT|Z)?\s*(?P<sign>[+\-\u2212])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?\b", re.I)
WEEKDAY = re.compile(r"^[^\W\d_]{2,12}\.?,\s*|^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?[\s\-]+", re.I)
ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "CET": 1, "CEST": 2}
ZONES |= {"BST": 1, "WEST": 1, "EET": 2, "EEST": 3, "MSK": 3, "EAT": 3, "CAT": 2, "WAT": 1, "SAST": 2, "JST": 9}
MONTHS = {
    1: "jan ene gen янв 1月 ocak",
    2: "feb fev fév şub фев",
    3: "mar mär mrz maa мар",
    4: "apr avr abr nis апр",
    5: "may mai mag mei maj май мая",
    6: "jun juin giu haz июн",
    7: "jul juil lug tem июл",
    8: "aug aoû aou ago ağu авг",
    9: "sep set eyl сен",
    10: "oct okt out ott eki окт",
    11: "nov kas ноя",
    12: "dec dez déc dic ara дек",
}
BY_NAME = {name: number for number, names in MONTHS.items() for name in names.split()}
LONGEST = 100


def parse_date(text: str | None) -> datetime | None:
    """The moment a text names, in UTC, or none. A year alone is its first day, a month alone too."""
    if not text or len(text) > LONGEST:
        return None
    words = " ".join(text.split())
    words = WEEKDAY.sub("", words, count=1).strip() if not words[:1].isdigit() else words
    if re.fullmatch(r"\d{9,10}|\d{13}", words):
        return _epoch(words)
    for pattern in (ISO, COMPACT, DAY_FIRST, ASCTIME, MONTH_FIRST, MONTH_YEAR, NUMBERS):
        if match := pattern.match(words):
            return _moment(match.groupdict())
    head, slash, _ = words.partition("/")
    return parse_date(head) if slash and len(head) >= 4 else None


def _epoch(digits: str) -> datetime:
    seconds = int(digits) / (1000 if len(digits) == 13 else 1)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def _moment(found: dict[str, str | None]) -> datetime | None:
    day = _day(found)
    if day is None:
        return None
    try:
        return _with_clock(datetime(*day, tzinfo=UTC), found.get("clock") or "")
    except (ValueError, OverflowError):
        return None


def _day(found: dict[str, str | None]) -> tuple[int, int, int] | None:
    """Year, month, day; none for an unknown month and for numbers that may be read both ways round."""
    year = int(found["year"] or 0)
    if len(found["year"] or "") == 2:
        year += 2000 if year < 50 else 1900  # RFC 2822 §4.3
    if found.get("one"):
        one, two = int(found["one"] or 0), int(found["two"] or 0)
        if found["sep"] == "." or one > 12 or one == two:
            return year, two, one
        return (year, one, two) if two > 12 else None
    if name := found.get("name"):
        lower = name.lower()
        month = BY_NAME.get(lower[:4]) or BY_NAME.get(lower[:3])
        return (year, month, int(found.get("day") or 1)) if month else None
    return year, int(found.get("month") or 1), int(found.get("day") or 1)


def _with_clock(day: datetime, clock: str) -> datetime | None:
    match = CLOCK.match(clock)
    if day.year < 1000:
        return None
    if match is None:
        return day
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    if half := (match["half"] or "").lower():
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 24 or minute > 59 or second > 60:
        return day
    moment = day + timedelta(hours=hour, minutes=minute, seconds=min(second, 59))
    micro = int((match["fraction"] or "0").ljust(6, "0")[:6])
    return moment.replace(microsecond=micro, tzinfo=_zone(match["zone"])).astimezone(UTC)


def _zone(text: str) -> timezone:
    if match := OFFSET.match(text):
        minutes = int(match["hours"]) * 60 + int(match["minutes"] or 0)
        if minutes <= 14 * 60:
            return timezone(timedelta(minutes=-minutes if match["sign"] != "+" else minutes))
        return UTC
    return timezone(timedelta(hours=ZONES.get(text.split(" ")[0].upper().strip("()"), 0)))
