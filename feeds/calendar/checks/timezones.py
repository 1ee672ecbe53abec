"""Rules about time zones: what is used is told, and what is told is true."""

from datetime import datetime, timedelta

from feeds.calendar import forms
from feeds.calendar.checks.events import instant_of, real, walls
from feeds.calendar.checks.looking import Look, short
from feeds.calendar.checks.onsets import Intricate, Told, told
from feeds.calendar.checks.recurrence import fault, parts_of
from feeds.calendar.checks.report import Notes
from feeds.calendar.reading import Component, Property
from feeds.calendar.tzif import Zone, names, version, zone

_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE")
_YEAR = timedelta(days=365)
#: How far an endless series is followed.
_ENDLESS = timedelta(days=2 * 365)
#: Days from one date to the next, at least.
_LEAST = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}


def judge(root: Component, events: list[Look], notes: Notes) -> None:
    zones: dict[str, Component] = {}
    for part in root.parts("VTIMEZONE"):
        look = Look(notes, part, f"time zone {short(part.value('TZID'))}")
        name = part.value("TZID").removeprefix("/")
        if name in zones:
            look.add("timezone.once", "The zone is defined twice: leave one out.")
        zones.setdefault(name, part)
        _parts(look)
    used = _used(events)
    mentioned = _mentioned(root)
    for name, said in mentioned.items():
        if name not in zones:
            notes.add(
                "timezone.defined", f"TZID={short(name)} has no VTIMEZONE in the calendar: put one in.", said.line
            )
        if name not in names() or "/" not in name:
            notes.add(
                "timezone.name", f"TZID={short(name)} is no full IANA name: write one such as Europe/Berlin.", said.line
            )
    for name, part in zones.items():
        look = Look(notes, part, f"time zone {short(name)}")
        if name not in mentioned:
            look.add("timezone.used", "No time is in this zone: leave it out.")
        elif name in used and name in names():
            _true(look, zone(name), *used[name])
        elif name in used:
            notes.skip("timezone.onsets", f"Nobody knows when clocks really change in “{short(name)}”.")
    for look in events:
        _times(look)


def _used(events: list[Look]) -> dict[str, tuple[datetime, datetime]]:
    """Each zone with the first and last instant for which events use it, naive UTC."""
    found: dict[str, list[datetime]] = {}
    for look in events:
        for said in look.part.all(*_TIMES):
            name = (said.get("TZID") or "").removeprefix("/")
            instants = [real(wall, name) for wall in walls([said]) if 1971 < wall.year < 2130]
            if name and instants:
                found.setdefault(name, []).extend(instants)
                if said.name == "DTSTART":
                    found[name].append(_last(look, instants[0]))
    return {name: (min(instants), max(instants)) for name, instants in found.items()}


def _last(look: Look, starts: datetime) -> datetime:
    """About when a series ends; its start where there is none."""
    rule = look.part.value("RRULE")
    parts = parts_of(rule)
    if not rule or fault(parts):
        return starts
    farthest = starts + _ENDLESS
    if "UNTIL" in parts:
        until = instant_of(Property("UNTIL", (), parts["UNTIL"], 0))
        return min(until, starts + 10 * _ENDLESS) if until else starts
    if "COUNT" not in parts or parts["FREQ"] not in _LEAST or len(parts.get("COUNT", "")) > 4:
        return farthest
    # Never more than the series really has: COUNT dates, of which BYDAY may put several into a week.
    days = len(parts["BYDAY"].split(",")) if "BYDAY" in parts else 1
    steps = (int(parts["COUNT"]) - 1) // days * min(int(parts.get("INTERVAL", 1)), 1000)
    length = _LEAST[parts["FREQ"]]
    return starts + timedelta(days=min(steps * length, 20 * 365))


def _mentioned(part: Component) -> dict[str, Property]:
    """Every TZID that any property has, with the first that has it."""
    found: dict[str, Property] = {}
    for said in part.properties:
        name = said.get("TZID")
        if name:
            found.setdefault(name.removeprefix("/"), said)
    for inner in part.components:
        found = _mentioned(inner) | found
    return found


def _parts(look: Look) -> None:
    if not look.part.value("TZID").strip():
        look.add("timezone.parts", "The time zone has no TZID: name it.")
    observances = look.part.parts("STANDARD", "DAYLIGHT")
    if not observances:
        look.add("timezone.parts", "The time zone has neither STANDARD nor DAYLIGHT: say what clocks show.")
    for part in observances:
        inner = Look(look.notes, part, look.owner)
        for name in ("TZOFFSETFROM", "TZOFFSETTO"):
            said = inner.single("timezone.parts", name)
            if said is None or forms.offset(said.value) is None:
                inner.add("timezone.parts", f"The observance has no {name} such as +0100: give it one.", said)
        starts = inner.single("timezone.parts", "DTSTART")
        at = forms.wall(starts.value) if starts else None
        if at is None:
            inner.add("timezone.parts", "The observance has no DTSTART that is a time: give it one.", starts)
        elif at[1] or (starts is not None and starts.get("TZID")):
            inner.add(
                "timezone.local", "The observance begins in UTC or in a zone: write DTSTART as local time.", starts
            )
        _rules(inner)


def _rules(look: Look) -> None:
    for said in look.part.all("RRULE"):
        parts = parts_of(said.value)
        problem = fault(parts)
        if problem:
            look.add("timezone.parts", f"RRULE {problem}: write one that can be computed.", said)
        elif "UNTIL" in parts and not parts["UNTIL"].endswith("Z"):
            look.add(
                "timezone.until-utc", "UNTIL of an observance is a local time: write it in UTC, ending in Z.", said
            )


def _true(look: Look, known: Zone, first: datetime, last: datetime) -> None:
    """The onsets from a year before the first date to a year after the last are the real ones."""
    begin, end = first - _YEAR, last + _YEAR
    try:
        every = told(look.part, end.year + 1)
    except Intricate:
        look.notes.skip("timezone.onsets", f"The rules of “{short(known.name)}” are too intricate to be followed.")
        return
    if not every or every[0].utc > first:
        look.add("timezone.covers", "The zone begins after the first date: begin with what clocks showed before.")
        return
    wrong = next((one for one in every if begin <= one.utc <= end and not _real(one, known)), None)
    if wrong is not None:
        look.notes.add("timezone.onsets", _lie(wrong, known), wrong.line, look.owner)
    _missing(look, known, [one for one in every if one.utc <= end], (first, last))


def _real(one: Told, known: Zone) -> bool:
    """Whether clocks really did that; an observance that changes nothing is true where it is what they showed."""
    after, before = known.at(one.utc).offset, known.at(one.utc - timedelta(seconds=1)).offset
    return (one.before, one.after) in ((before, after), (after, after))


def _lie(one: Told, known: Zone) -> str:
    near = [onset for onset in known.onsets if abs(onset.utc - one.utc) < timedelta(days=2)]
    really = f"they do at {near[0].wall:%H:%M} on {near[0].wall:%Y-%m-%d}" if near else "they do not"
    wall = one.utc + one.before
    return (
        f"Clocks are said to change at {wall:%H:%M} on {wall:%Y-%m-%d}, and {really} (data {version()}): "
        "write DTSTART on the clock that has not jumped yet, and only what is true."
    )


def _missing(look: Look, known: Zone, every: list[Told], dates: tuple[datetime, datetime]) -> None:
    for onset in known.onsets:
        if not dates[0] - _YEAR <= onset.utc <= dates[1] + _YEAR or onset.before.offset == onset.after.offset:
            continue
        state = [one for one in every if one.utc <= onset.utc]
        if state and state[-1].after == onset.after.offset:
            continue
        inside = dates[0] <= onset.utc <= dates[1]
        day = f"{onset.wall:%Y-%m-%d} at {onset.wall:%H:%M}"
        if inside:
            look.add(
                "timezone.onsets", f"Clocks change on {day} (data {version()}), and the zone does not say so: say it."
            )
        elif not any(abs(one.utc - onset.utc) < timedelta(days=2) for one in every):
            look.add(
                "timezone.covers", f"The zone does not say that clocks change on {day}: cover a year around all dates."
            )
        return


def _times(look: Look) -> None:
    for said in look.part.all(*_TIMES):
        moments = forms.moments(said) or []
        if any(moment.zone == "UTC" for moment in moments) and said.get("TZID"):
            look.add("timezone.utc-and-zone", f"{said.name} has a TZID and ends in Z: leave one out.", said)
        if any(not moment.zone for moment in moments):
            look.add("timezone.floating", f"{said.name} has no zone: give it a TZID, or UTC.", said)
        if said.name == "DTSTART" and said.value.endswith("Z") and look.part.all("RRULE"):
            look.add("timezone.utc-series", "The series is in UTC: give its DTSTART the zone people meet in.", said)
