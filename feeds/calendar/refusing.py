"""Why a calendar cannot be written: what the standards require of each method, as sentences.

RFC 5546 §3.2.1 (PUBLISH), §3.2.2 (REQUEST), §3.2.3 (REPLY), §3.2.5 (CANCEL).
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from feeds.calendar.lines import clean
from feeds.calendar.values import Calendar, Event, Moment, Recurrence
from feeds.calendar.zones import instant
from feeds.errors import FeedError

LONGEST_UID = 255
#: Of a rule's count and interval.
MOST = 5000
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

_ADDRESS = re.compile(r"[^\s<>:;,\"\\@\x00-\x1f\x7f]+@[^\s<>:;,\"\\@\x00-\x1f\x7f]+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\"<>\\^`{|}\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_DAY = re.compile(r"(?:[+-]?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU)")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_WORD = re.compile(r"[A-Za-z0-9-]+")


def why_not(calendar: Calendar) -> str | None:
    """Why it cannot be written, in a sentence; none where it can."""
    try:
        return next(_faults(calendar), None)
    except FeedError as problem:
        return str(problem)


def _faults(calendar: Calendar) -> Iterator[str]:
    if not clean(calendar.prodid).strip():
        yield "A calendar needs a PRODID: the name of what wrote it."
    if calendar.refresh is not None and calendar.refresh < timedelta(minutes=1):
        yield "A calendar is asked for again after a minute at the earliest."
    yield from _bad_addresses({"source": calendar.source, "address": calendar.url}, "The calendar")
    for event in calendar.events:
        about = f"The event “{clean(event.summary)[:60]}”"
        yield from (f"{about} {fault}." for fault in _of_event(event))
        yield from (f"{about} {fault}." for fault in _of_method(event, calendar.method))
        yield from _bad_addresses(
            {"address": event.url, "picture": event.image}
            | {f"address to join ({number})": one.url for number, one in enumerate(event.conferences, 1)},
            about,
        )
    if calendar.method not in (None, "PUBLISH") and len({event.uid for event in calendar.events}) != 1:
        yield "A message is about one event: all its parts have the same UID."
    named = [(event.uid, event.recurrence_id) for event in calendar.events]
    if len(set(named)) < len(named):
        yield "Two events of a calendar have the same UID and date."


def _of_event(event: Event) -> Iterator[str]:
    if not event.uid.strip() or clean(event.uid) != event.uid or len(event.uid.encode()) > LONGEST_UID:
        yield f"needs a UID of at most {LONGEST_UID} octets"
    if not clean(event.summary).strip():
        yield "needs a title"
    if event.sequence < 0 or event.sequence > 2**31 - 1:
        yield "has a SEQUENCE that is none"
    if any(stamp is not None and stamp.tzinfo is None for stamp in (event.dtstamp, event.created, event.last_modified)):
        yield "has a stamp without a time zone"
    nameless = next((moment.zone for moment in moments(event) if moment.zone != "UTC" and "/" not in moment.zone), None)
    if nameless is not None:
        yield f"has the zone “{clean(nameless)[:60]}”, and needs a full name such as Africa/Nairobi"
    if any(moment.wall.microsecond or moment.wall.tzinfo for moment in moments(event)):
        yield "has a time that is not wall time to the second"
    if instant(event.ends) <= instant(event.starts):
        yield "ends before it has begun"
    if event.language and not _LANGUAGE.fullmatch(event.language):
        yield "has a language that is none"
    for address in [person.address for person in (event.organizer, event.attendee) if person is not None]:
        if not _ADDRESS.fullmatch(address):
            yield f"names “{clean(address)[:60]}”, which is not a bare mail address"
    if event.alarm and (event.alarm.before < timedelta() or not clean(event.alarm.description).strip()):
        yield "has an alarm without words, or after the start"
    if not all(_WORD.fullmatch(feature) for one in event.conferences for feature in one.features):
        yield "is joined by a feature that is no word"
    yield from _of_dates(event)


def _of_dates(event: Event) -> Iterator[str]:
    repeats = event.rrule is not None or bool(event.rdates)
    if event.recurrence_id is not None and (repeats or event.exdates):
        yield "is one date of a series and a series itself"
    if event.exdates and not repeats:
        yield "leaves out dates and has none but one"
    if repeats and event.starts.zone == "UTC":
        yield "is a series and needs a zone, since UTC knows no summer"
    if event.rrule is not None and not _is_rule(event.rrule, event.starts):
        yield "has a rule that cannot be computed, or that its own start does not follow"


def _is_rule(rule: Recurrence, starts: Moment) -> bool:
    ends = rule.count is None or rule.until is None
    numbers = 0 < rule.interval <= MOST and (rule.count is None or 0 < rule.count <= MOST)
    days = all(_DAY.fullmatch(day) for day in rule.days)
    counted = all(day in WEEKDAYS for day in rule.days) or rule.frequency in ("MONTHLY", "YEARLY")
    until = rule.until is None or (rule.until.tzinfo is not None and rule.until >= instant(starts))
    synchronous = not rule.days or WEEKDAYS[starts.wall.weekday()] in {day[-2:] for day in rule.days}
    return ends and numbers and days and counted and until and synchronous


def _of_method(event: Event, method: str | None) -> Iterator[str]:
    if method is None:
        return
    if event.organizer is None:
        yield f"needs an organiser for {method}"
    if method == "PUBLISH":
        if event.attendee is not None:
            yield "is for everybody and names an attendee"
        return
    if event.attendee is None:
        yield f"needs an attendee for {method}"
    if method == "REQUEST" and event.status == "CANCELLED":
        yield "is cancelled: that is said by CANCEL, not by REQUEST"
    if method == "CANCEL" and event.status not in (None, "CANCELLED"):
        yield "has a status that no cancellation has"
    if method == "CANCEL" and event.sequence < 1:
        yield "needs a SEQUENCE that has grown for CANCEL"
    if method in ("CANCEL", "REPLY") and event.alarm is not None:
        yield f"cannot ring in a {method}"


def _bad_addresses(given: dict[str, str], whose: str) -> Iterator[str]:
    for what, value in given.items():
        if value and not _URI.fullmatch(value):
            yield f"{whose} has “{clean(value)[:60]}” as its {what}, which is not an address."


def moments(event: Event) -> Iterator[Moment]:
    """Every time an event names."""
    yield from (event.starts, event.ends, *event.rdates, *event.exdates)
    if event.recurrence_id is not None:
        yield event.recurrence_id
