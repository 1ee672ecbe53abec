"""A calendar of our own kind as values again: what `writing` wrote reads back equal.

Others' calendars are read as far as they say what a `Calendar` can hold; times that float are refused, since nobody knows when
they are.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar, cast
from urllib.parse import unquote

from feeds.calendar import forms
from feeds.calendar.reading import Component, Property, read, split
from feeds.calendar.values import (
    Alarm,
    Answer,
    Attendee,
    Calendar,
    Conference,
    Event,
    Frequency,
    Method,
    Moment,
    Organizer,
    Recurrence,
    Role,
    Status,
)
from feeds.errors import FeedError

T = TypeVar("T")


def read_calendar(data: bytes) -> Calendar:
    """The first calendar of the document; `FeedError` with a sentence where something in it cannot be read."""
    root = read(data).calendars[0]
    refresh = root.first("REFRESH-INTERVAL")
    return Calendar(
        prodid=_text(root, "PRODID"),
        events=tuple(_event(one) for one in root.parts("VEVENT")),
        method=cast(Method, root.value("METHOD").upper()) or None,
        name=_text(root, "NAME") or _text(root, "X-WR-CALNAME"),
        description=_text(root, "DESCRIPTION") or _text(root, "X-WR-CALDESC"),
        refresh=_typed(refresh, forms.duration) if refresh else None,
        color=_text(root, "COLOR"),
        source=root.value("SOURCE"),
        url=root.value("URL"),
        uid=_text(root, "UID"),
        last_modified=_stamp(root, "LAST-MODIFIED"),
    )


def _event(one: Component) -> Event:
    starts, dtstamp = _needed(one, "DTSTART"), _stamp(one, "DTSTAMP")
    summary, rule, again = one.first("SUMMARY"), one.first("RRULE"), one.first("RECURRENCE-ID")
    if dtstamp is None:
        raise FeedError(f"The event in line {one.line} has no DTSTAMP.")
    return Event(
        uid=_text(one, "UID"),
        dtstamp=dtstamp,
        starts=_moment(starts),
        ends=_ends(one, _moment(starts)),
        summary=summary.text if summary else "",
        sequence=_typed(one.first("SEQUENCE"), _number) if one.first("SEQUENCE") else 0,
        created=_stamp(one, "CREATED"),
        last_modified=_stamp(one, "LAST-MODIFIED"),
        description=_text(one, "DESCRIPTION"),
        location=_text(one, "LOCATION"),
        url=one.value("URL"),
        conferences=tuple(_conference(said) for said in one.all("CONFERENCE")),
        organizer=next((Organizer(_address(said), said.get("CN") or "") for said in one.all("ORGANIZER")), None),
        attendee=next((_attendee(said) for said in one.all("ATTENDEE")), None),
        status=cast(Status, one.value("STATUS").upper()) or None,
        rrule=_typed(rule, _rule) if rule else None,
        rdates=_listed(one, _moment(starts)),
        exdates=tuple(moment for said in one.all("EXDATE") for moment in _moments(said)),
        recurrence_id=_moment(again) if again else None,
        categories=tuple(word for said in one.all("CATEGORIES") for word in split(said.value)),
        alarm=next((_alarm(part) for part in one.parts("VALARM")), None),
        language=(summary.get("LANGUAGE") or "") if summary else "",
        image=one.value("IMAGE"),
    )


def _ends(one: Component, starts: Moment) -> Moment:
    """As it says, or the start and its duration; an event of no length ends as it begins."""
    ends, lasts = one.first("DTEND"), one.first("DURATION")
    if ends is not None:
        return _moment(ends)
    return Moment(starts.wall + _typed(lasts, forms.duration), starts.zone) if lasts else starts


def _listed(one: Component, starts: Moment) -> tuple[Moment, ...]:
    """Without the first date, which a list without a rule names once more."""
    found = tuple(moment for said in one.all("RDATE") for moment in _moments(said))
    return found if one.first("RRULE") else tuple(moment for moment in found if moment != starts)


def _conference(said: Property) -> Conference:
    features = next((one.values for one in said.parameters if one.name == "FEATURE"), ())
    return Conference(said.value, said.get("LABEL") or "", features)


def _attendee(said: Property) -> Attendee:
    return Attendee(
        _address(said),
        said.get("CN") or "",
        cast(Role, (said.get("ROLE") or "REQ-PARTICIPANT").upper()),
        cast(Answer, (said.get("PARTSTAT") or "NEEDS-ACTION").upper()),
        (said.get("RSVP") or "").upper() == "TRUE",
    )


def _alarm(part: Component) -> Alarm:
    return Alarm(-_typed(_needed(part, "TRIGGER"), forms.duration), _text(part, "DESCRIPTION"))


def _rule(value: str) -> Recurrence | None:
    parts = dict(part.partition("=")[::2] for part in value.upper().split(";"))
    if set(parts) - {"FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL"} or "FREQ" not in parts:
        return None
    numbers = {name: _number(parts[name]) for name in ("INTERVAL", "COUNT") if name in parts}
    until = forms.stamp(parts["UNTIL"]) if "UNTIL" in parts else None
    if None in numbers.values() or ("UNTIL" in parts and until is None):
        return None
    days = tuple(parts["BYDAY"].split(",")) if "BYDAY" in parts else ()
    return Recurrence(
        cast(Frequency, parts["FREQ"]),
        numbers.get("INTERVAL") or 1,
        days,
        numbers.get("COUNT"),
        until.replace(tzinfo=UTC) if until else None,
    )


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 11 else None


def _address(said: Property) -> str:
    return unquote(said.value[7:] if said.value.lower().startswith("mailto:") else said.value)


def _text(part: Component, name: str) -> str:
    found = part.first(name)
    return found.text if found else ""


def _needed(part: Component, name: str) -> Property:
    found = part.first(name)
    if found is None:
        raise FeedError(f"The {part.name[:40]} in line {part.line} has no {name}.")
    return found


def _typed(said: Property | None, form: Callable[[str], T | None]) -> T:
    value = form(said.value) if said is not None else None
    if said is None or value is None:
        raise FeedError(
            f"Line {said.line if said else '?'} has a {said.name[:40] if said else 'value'} that cannot be read."
        )
    return value


def _stamp(part: Component, name: str) -> datetime | None:
    found = part.first(name)
    return _typed(found, forms.stamp).replace(tzinfo=UTC) if found else None


def _moment(said: Property) -> Moment:
    return _moments(said)[0]


def _moments(said: Property) -> list[Moment]:
    found = forms.moments(said)
    if found is None or not all(moment.zone for moment in found):
        raise FeedError(f"Line {said.line} has a {said.name[:40]} without a time or a zone.")
    return found
