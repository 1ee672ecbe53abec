"""When a newsletter goes out: words a person says become a rule, and the rule becomes instants.

The rule is a cron line in the newsletter's zone, computed by `cronsim`, which gets both clock changes right: a wall time that
does not exist moves to the next that does, one that exists twice happens once. ` %2` after it means every second week.
"""

import re
from datetime import UTC, date, datetime

from cronsim import CronSim, CronSimError

from publisher import clock
from publisher.errors import BadInput

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
EXAMPLES = "“weekly on Tuesday at 8:00”, “every two weeks on Friday at 14:30”, “monthly on the 1st at 9:00”, “monthly on the last Thursday at 9:00” or “daily at 7:00”"
_EPOCH_MONDAY = date(1970, 1, 5)

_TIME = r"\s+at\s+(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})"
_DAY = rf"(?P<day>{'|'.join(DAYS)})"
_FORMS = (
    (re.compile(rf"(?:daily|every\s+day){_TIME}"), "day"),
    (re.compile(rf"(?:weekdays|every\s+weekday|on\s+weekdays){_TIME}"), "weekday"),
    (re.compile(rf"(?:weekly|every\s+week)\s+on\s+{_DAY}s?{_TIME}"), "week"),
    (re.compile(rf"every\s+{_DAY}{_TIME}"), "week"),
    (re.compile(rf"(?:every\s+(?:two|2|second|other)\s+weeks?|fortnightly)\s+on\s+{_DAY}s?{_TIME}"), "fortnight"),
    (re.compile(rf"(?:monthly|every\s+month)\s+on\s+the\s+(?P<nth>\d{{1,2}})(?:st|nd|rd|th)?{_TIME}"), "month"),
    (re.compile(rf"(?:monthly|every\s+month)\s+on\s+the\s+last\s+day{_TIME}"), "month-end"),
    (
        re.compile(
            rf"(?:monthly|every\s+month)\s+on\s+the\s+(?P<ordinal>first|second|third|fourth|last)\s+{_DAY}{_TIME}"
        ),
        "month-day",
    ),
    (re.compile(rf"quarterly\s+on\s+the\s+(?P<nth>\d{{1,2}})(?:st|nd|rd|th)?{_TIME}"), "quarter"),
)


def rule_of(words: str) -> str:
    """The rule for a cadence in words; a cron line of five fields is taken as it is. `BadInput` with examples otherwise."""
    text = " ".join(words.lower().split())
    if re.fullmatch(r"[\d*/,\-l#]+( [\d*/,\-l#]+){4}( %2)?", text):
        return _checked(text.upper())
    text = " ".join(text.replace(",", " ").split())
    for form, kind in _FORMS:
        if found := form.fullmatch(text):
            return _checked(_rule(kind, found.groupdict()))
    raise BadInput(f"“{words}” is not a cadence. Say something like {EXAMPLES}.", field="cadence")


def next_after(rule: str, zone: str, moment: datetime) -> datetime:
    """The first instant of the rule after `moment`, UTC."""
    line, fortnightly = _split(rule)
    local = moment.astimezone(clock.zone(zone))
    for candidate in CronSim(line, local):
        instant = candidate.astimezone(UTC)
        if instant <= moment:  # asked from within the hour that comes twice: its first time has passed
            continue
        if not fortnightly or (candidate.date() - _EPOCH_MONDAY).days // 7 % 2 == 0:
            return instant
    raise BadInput(f"The rule “{rule}” never comes true.", field="cadence")


def _rule(kind: str, parts: dict[str, str | None]) -> str:
    hour, minute = int(parts["hour"] or 0), int(parts["minute"] or 0)
    if hour > 23 or minute > 59:
        raise BadInput(f"{hour}:{minute:02} is not a time of day.", field="cadence")
    at = f"{minute} {hour}"
    day = DAYS.index(parts["day"]) if parts.get("day") else 0
    nth = int(parts.get("nth") or 1)
    if not 1 <= nth <= 28 and kind in ("month", "quarter"):
        raise BadInput("Not every month has that day. Choose one up to the 28th, or “the last day”.", field="cadence")
    ordinal = parts.get("ordinal") or "first"
    return {
        "day": f"{at} * * *",
        "weekday": f"{at} * * 1-5",
        "week": f"{at} * * {day}",
        "fortnight": f"{at} * * {day} %2",
        "month": f"{at} {nth} * *",
        "month-end": f"{at} L * *",
        "month-day": f"{at} * * {day}{'L' if ordinal == 'last' else f'#{ORDINALS[ordinal]}'}",
        "quarter": f"{at} {nth} 1,4,7,10 *",
    }[kind]


def _checked(rule: str) -> str:
    try:
        next(CronSim(_split(rule)[0], datetime(2026, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration) as problem:
        raise BadInput(f"“{rule}” is not a rule that ever comes true.", field="cadence") from problem
    return rule


def _split(rule: str) -> tuple[str, bool]:
    return rule.removesuffix(" %2"), rule.endswith(" %2")
