"""Rules about one event: RFC 5545 §3.6.1 and the properties it names."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from feeds.calendar import forms
from feeds.calendar.checks.looking import Look, short
from feeds.calendar.reading import Component, Property
from feeds.calendar.refusing import LONGEST_UID
from feeds.calendar.tzif import names, zone

_ONCE = (
    "CLASS", "DESCRIPTION", "GEO", "LOCATION", "ORGANIZER", "PRIORITY", "SUMMARY", "TRANSP", "URL", "RECURRENCE-ID", "COLOR",
)  # fmt: skip
_STAMPS = {"CREATED": "event.created", "LAST-MODIFIED": "event.last-modified"}
_WORDS = {
    "ROLE": {"CHAIR", "REQ-PARTICIPANT", "OPT-PARTICIPANT", "NON-PARTICIPANT"},
    "PARTSTAT": {"NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"},
    "RSVP": {"TRUE", "FALSE"},
    "CUTYPE": {"INDIVIDUAL", "GROUP", "RESOURCE", "ROOM", "UNKNOWN"},
}
_GLOBAL = re.compile(r".+@.+\..+|.*[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}.*|\S{26,}", re.IGNORECASE | re.DOTALL)


def judge(events: list[Look], root: Component) -> None:
    for look in events:
        _identity(look)
        _state(look)
        _times(look, root.value("METHOD").strip().upper())
        _addresses(look)
        _people(look)
        for name in _ONCE:
            look.single("event.once", name)
    seen: set[tuple[str, str]] = set()
    for look in events:
        named = (look.part.value("UID"), look.part.value("RECURRENCE-ID"))
        if named in seen and named[0]:
            look.add(
                "event.uid-once", "Another event has the same UID and date: give each its own.", look.part.first("UID")
            )
        seen.add(named)


def _identity(look: Look) -> None:
    uid = look.single("event.uid", "UID")
    if uid is None or not uid.value.strip():
        look.add("event.uid", "The event has no UID: give it one, for ever.", uid)
    elif len(uid.text.encode()) > LONGEST_UID:
        look.add("event.uid", f"The UID has more than {LONGEST_UID} octets: give a shorter one.", uid)
    elif not _GLOBAL.fullmatch(uid.text):
        look.add("event.uid-global", "The UID may be somebody else’s, too: end it with @ and your domain.", uid)
    dtstamp = look.single("event.dtstamp", "DTSTAMP")
    if dtstamp is None:
        look.add("event.dtstamp", "The event has no DTSTAMP: say when this was written, or last changed.")
    elif forms.stamp(dtstamp.value) is None:
        look.add(
            "event.dtstamp-utc", f"DTSTAMP is “{short(dtstamp.value)}”: write an instant in UTC, ending in Z.", dtstamp
        )
    for name, rule in _STAMPS.items():
        said = look.single(rule, name)
        if said is not None and forms.stamp(said.value) is None:
            look.add(rule, f"{name} is “{short(said.value)}”: write an instant in UTC, ending in Z.", said)


def _state(look: Look) -> None:
    sequence = look.single("event.sequence", "SEQUENCE")
    if sequence is not None and not re.fullmatch(r"[0-9]{1,9}", sequence.value):
        look.add("event.sequence", f"SEQUENCE is “{short(sequence.value)}”: count from 0.", sequence)
    status = look.single("event.status", "STATUS")
    if status is not None and status.value.upper() not in ("TENTATIVE", "CONFIRMED", "CANCELLED"):
        look.add("event.status", f"STATUS is “{short(status.value)}”: say TENTATIVE, CONFIRMED or CANCELLED.", status)
    if not look.part.value("SUMMARY").strip():
        look.add("event.summary", "The event has no SUMMARY: give it a title.")


def _times(look: Look, method: str) -> None:
    starts, ends = look.single("event.start", "DTSTART"), look.single("event.end-or-duration", "DTEND")
    lasts = look.single("event.end-or-duration", "DURATION")
    if starts is None:
        if method in ("", "PUBLISH", "REQUEST"):
            look.add("event.start", "The event has no DTSTART: say when it begins.")
    elif not timely(starts):
        look.add("event.start", _untimely(starts), starts)
    if ends is not None and lasts is not None:
        look.add("event.end-or-duration", "The event has DTEND and DURATION: leave one out.", lasts)
    if lasts is not None:
        span = forms.duration(lasts.value)
        if span is None or span <= timedelta():
            look.add(
                "event.duration", f"DURATION is “{short(lasts.value)}”: write a positive length such as PT1H30M.", lasts
            )
    if ends is not None:
        _end(look, starts, ends)


def _end(look: Look, starts: Property | None, ends: Property) -> None:
    if not timely(ends):
        look.add("event.end", _untimely(ends), ends)
    elif starts is not None and timely(starts):
        if is_date(starts) != is_date(ends):
            look.add("event.end", "DTSTART and DTEND are not both a date or both a time: write them alike.", ends)
        else:
            first, last = instant_of(starts), instant_of(ends)
            if first is not None and last is not None and last <= first:
                look.add("event.end-later", "The event ends before it has begun: write a later DTEND.", ends)


def _untimely(said: Property) -> str:
    if is_date(said):
        return f"{said.name} is a date and does not say so: write {said.name};VALUE=DATE."
    return f"{said.name} is “{short(said.value)}”, which is no time: write one that exists."


def _addresses(look: Look) -> None:
    for said in look.part.all("URL", "CONFERENCE", "IMAGE"):
        if (said.get("VALUE") or "URI").upper() == "URI" and not forms.uri(said.value):
            look.add("event.address", f"{said.name} is “{short(said.value)}”: write an address with its scheme.", said)
        if said.name == "CONFERENCE":
            _conference(look, said)


def _conference(look: Look, said: Property) -> None:
    if (said.get("VALUE") or "").upper() != "URI":
        look.add("event.conference-kind", "CONFERENCE does not say VALUE=URI: say it.", said)
    shown = (look.part.value("URL"), *(one.text for one in look.part.all("LOCATION", "DESCRIPTION")))
    web = [one.value for one in look.part.all("CONFERENCE") if one.value.startswith("http")]
    if web and not any(address in text for address in web for text in shown):
        look.add("event.joined", "Only CONFERENCE says where to join: say it in URL, LOCATION and the text too.", said)


def _people(look: Look) -> None:
    for said in look.part.all("ORGANIZER", "ATTENDEE"):
        if not forms.mail(said.value):
            rule = "people.organizer" if said.name == "ORGANIZER" else "people.attendee"
            look.add(
                rule,
                f"{said.name} is “{short(said.value)}”: write mailto: and a bare address; the name belongs in CN.",
                said,
            )
        for name, words in _WORDS.items():
            word = said.get(name)
            if word is not None and word.upper() not in words and not word.upper().startswith("X-"):
                look.add(
                    "people.words",
                    f"{said.name} has “{short(word)}” for {name}: write one of {', '.join(sorted(words))}.",
                    said,
                )


def is_date(said: Property) -> bool:
    return forms.day(said.value) is not None


def timely(said: Property) -> bool:
    """One date or one time that exists, of the kind that VALUE says."""
    kind = (said.get("VALUE") or "DATE-TIME").upper()
    return is_date(said) if kind == "DATE" else kind == "DATE-TIME" and forms.wall(said.value) is not None


def instant_of(said: Property) -> datetime | None:
    """The instant, naive UTC, where the zone is known; the wall time where it is not; none where it is no time."""
    day = forms.day(said.value)
    if day is not None:
        return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - naive by contract
    moments = forms.moments(said)
    if not moments or len(moments) != 1:
        return None
    return real(moments[0].wall, moments[0].zone)


def real(wall: datetime, zone_name: str) -> datetime:
    """As `instant_of`, for a wall time in a zone."""
    known = zone_name in names() and 1971 < wall.year < 2139
    return zone(zone_name).instant(wall) if known else wall


def walls(said: Iterable[Property]) -> list[datetime]:
    """All wall times that properties name."""
    return [moment.wall for one in said for moment in forms.moments(one) or ()]
