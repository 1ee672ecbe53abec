"""Calendars as bytes: the same values give the same bytes, always. What they need to be right is there by construction.

`request`, `cancel` and `reply` make the messages of RFC 5546 for one person; `write` makes whatever a `Calendar` says, and
`lines` the same before it is folded.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from feeds.calendar.lines import clean, folded, line, text, texts
from feeds.calendar.refusing import moments, why_not
from feeds.calendar.values import Alarm, Answer, Attendee, Calendar, Event, Moment, Organizer, Recurrence
from feeds.calendar.zones import instant, vtimezone
from feeds.errors import FeedError

#: How far a series without an end is covered by its time zone.
ENDLESS = timedelta(days=3660)
#: What stands for itself in a mailto address (RFC 6068 §2).
_PLAIN = "@!$&'*+=-._~"
_FARTHEST = 366 * 160
_STEPS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}


def request(events: Iterable[Event], *, prodid: str) -> bytes:
    """An invitation or its update: a whole series and its changed dates, or one date alone (RFC 5546 §3.2.2). A series that
    has no status is confirmed."""
    said = tuple(replace(event, status=event.status or "CONFIRMED") for event in events)
    return write(Calendar(prodid, said, "REQUEST"))


def cancel(event: Event, *, prodid: str, whole: bool = True) -> bytes:
    """The event, or the one date that `recurrence_id` names, is called off (RFC 5546 §3.2.5). Not `whole`: only this person
    is no longer invited, and for all others it takes place. The sequence has grown."""
    return write(Calendar(prodid, (replace(event, status="CANCELLED" if whole else None, alarm=None),), "CANCEL"))


def reply(event: Event, answer: Answer, *, prodid: str, now: datetime) -> bytes:
    """What the attendee of an invitation answers (RFC 5546 §3.2.3)."""
    if event.attendee is None:
        raise FeedError("Nobody was invited, so nobody can answer.")
    attendee = replace(event.attendee, partstat=answer, rsvp=False)
    return write(Calendar(prodid, (replace(event, attendee=attendee, dtstamp=now, alarm=None),), "REPLY"))


def write(calendar: Calendar) -> bytes:
    """The calendar; `FeedError` with a sentence where it cannot be one."""
    return folded(lines(calendar))


def lines(calendar: Calendar) -> list[str]:
    """The same as content lines that are not folded yet: for who puts in values afterwards."""
    fault = why_not(calendar)
    if fault:
        raise FeedError(fault)
    zones = [row for name, first, last in spans(calendar) for row in vtimezone(name, first, last)]
    events = [row for event in calendar.events for row in _event(event)]
    return ["BEGIN:VCALENDAR", *_head(calendar), *zones, *events, "END:VCALENDAR"]


def spans(calendar: Calendar) -> list[tuple[str, datetime, datetime]]:
    """Each zone that is used, by name, with the first and last instant it is used for."""
    found: dict[str, list[datetime]] = {}
    for event in calendar.events:
        last = max(last_of(event), *(instant(moment) for moment in moments(event)))
        for moment in moments(event):
            if moment.zone != "UTC":
                found.setdefault(moment.zone, []).extend((instant(moment), last))
    return [(name, min(found[name]), max(found[name])) for name in sorted(found)]


def last_of(event: Event) -> datetime:
    """An instant that no date of the event is after; of a series without an end, ten years on."""
    starts = instant(event.starts)
    rule = event.rrule
    if rule is None:
        return starts
    if rule.until is not None:
        return max(starts, rule.until.astimezone(UTC))
    if rule.count is None:
        return starts + ENDLESS
    # A 5th Thursday, the 31st and 29 February do not come each time; eight times is the longest they stay away.
    rare = 8 if any("5" in day for day in rule.days) or (not rule.days and event.starts.wall.day > 28) else 1
    return starts + timedelta(days=min(_STEPS[rule.frequency] * rule.interval * rule.count * rare, _FARTHEST))


def _head(calendar: Calendar) -> Iterator[str]:
    yield line("VERSION", "2.0")
    yield line("PRODID", text(calendar.prodid))
    yield line("CALSCALE", "GREGORIAN")
    if calendar.method:
        yield line("METHOD", calendar.method)
    if calendar.uid:
        yield line("UID", text(calendar.uid))
    if calendar.last_modified:
        yield line("LAST-MODIFIED", _utc(calendar.last_modified))
    for name in ("NAME", "X-WR-CALNAME"):
        if clean(calendar.name):
            yield line(name, text(calendar.name))
    for name in ("DESCRIPTION", "X-WR-CALDESC"):
        if clean(calendar.description):
            yield line(name, text(calendar.description))
    if calendar.refresh:
        yield line("REFRESH-INTERVAL", _span(calendar.refresh), [("VALUE", "DURATION")])
        yield line("X-PUBLISHED-TTL", _span(calendar.refresh))
    if calendar.source:
        yield line("SOURCE", calendar.source, [("VALUE", "URI")])
    if calendar.url:
        yield line("URL", calendar.url)
    if calendar.color:
        yield line("COLOR", text(calendar.color))


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield line("UID", text(event.uid))
    yield line("DTSTAMP", _utc(event.dtstamp))
    if event.recurrence_id is not None:
        yield _at("RECURRENCE-ID", [event.recurrence_id])
    yield line("SEQUENCE", str(event.sequence))
    for name, stamp in (("CREATED", event.created), ("LAST-MODIFIED", event.last_modified)):
        if stamp is not None:
            yield line(name, _utc(stamp))
    yield _at("DTSTART", [event.starts])
    yield _at("DTEND", [event.ends])
    if event.rrule is not None:
        yield line("RRULE", _rule(event.rrule))
    yield from (
        _at(name, [one]) for name, dates in (("RDATE", _listed(event)), ("EXDATE", event.exdates)) for one in dates
    )
    yield from _words(event)
    yield from _people(event)
    yield from _alarm(event.alarm)
    yield "END:VEVENT"


def _listed(event: Event) -> tuple[Moment, ...]:
    """The dates of a list, the first one among them: twice is once (RFC 5545 §3.8.5.2), and where there is no rule some programs
    (ical.js, ical) show only what is listed."""
    if event.rdates and event.rrule is None and event.starts not in event.rdates:
        return (event.starts, *event.rdates)
    return event.rdates


def _words(event: Event) -> Iterator[str]:
    language = [("LANGUAGE", event.language)]
    yield line("SUMMARY", text(event.summary), language)
    if clean(event.description):
        yield line("DESCRIPTION", text(event.description), language)
    if clean(event.location):
        yield line("LOCATION", text(event.location), language)
    if event.url:
        yield line("URL", event.url)
    for one in event.conferences:
        yield line("CONFERENCE", one.url, [("VALUE", "URI"), ("FEATURE", one.features), ("LABEL", clean(one.label))])
    if event.image:
        yield line("IMAGE", event.image, [("VALUE", "URI"), ("DISPLAY", "BADGE")])
    if event.categories:
        yield line("CATEGORIES", texts(event.categories))
    if event.status:
        yield line("STATUS", event.status)


def _people(event: Event) -> Iterator[str]:
    if event.organizer is not None:
        yield line("ORGANIZER", _mail(event.organizer), [("CN", clean(event.organizer.name))])
    if event.attendee is not None:
        person = event.attendee
        yield line("ATTENDEE", _mail(person), [
            ("CN", clean(person.name)), ("CUTYPE", "INDIVIDUAL"), ("ROLE", person.role), ("PARTSTAT", person.partstat),
            ("RSVP", "TRUE" if person.rsvp else "FALSE"),
        ])  # fmt: skip


def _alarm(alarm: Alarm | None) -> Iterator[str]:
    if alarm is not None:
        yield "BEGIN:VALARM"
        yield line("ACTION", "DISPLAY")
        yield line("TRIGGER", f"-{_span(alarm.before)}")
        yield line("DESCRIPTION", text(alarm.description))
        yield "END:VALARM"


def _mail(person: Organizer | Attendee) -> str:
    return f"mailto:{quote(person.address, safe=_PLAIN)}"


def _at(name: str, moments_: list[Moment]) -> str:
    zone = moments_[0].zone
    if zone == "UTC":
        return line(name, ",".join(f"{_wall(moment.wall)}Z" for moment in moments_))
    return line(name, ",".join(_wall(moment.wall) for moment in moments_), [("TZID", zone)])


def _rule(rule: Recurrence) -> str:
    parts = [f"FREQ={rule.frequency}"]
    if rule.interval != 1:
        parts.append(f"INTERVAL={rule.interval}")
    if rule.days:
        parts.append(f"BYDAY={','.join(rule.days)}")
    if rule.count is not None:
        parts.append(f"COUNT={rule.count}")
    if rule.until is not None:
        parts.append(f"UNTIL={_utc(rule.until)}")
    return ";".join(parts)


def _span(span: timedelta) -> str:
    """A duration in exact time: weeks and days would be nominal (RFC 5545 §3.3.6)."""
    seconds = int(span.total_seconds())
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    said = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if number)
    if hours and seconds and not minutes:
        said = f"{hours}H0M{seconds}S"
    return f"PT{said or '0S'}"


def _utc(at: datetime) -> str:
    return f"{_wall(at.astimezone(UTC))}Z"


def _wall(at: datetime) -> str:
    return f"{at.year:04}{at:%m%dT%H%M%S}"
