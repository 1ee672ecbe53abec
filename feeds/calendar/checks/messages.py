"""Rules about messages between programs, RFC 5546 §3.2, and about alarms."""

from feeds.calendar import forms
from feeds.calendar.checks.looking import Look, short
from feeds.calendar.checks.report import Notes
from feeds.calendar.reading import Component, Property

METHODS = ("PUBLISH", "REQUEST", "REPLY", "ADD", "CANCEL", "REFRESH", "COUNTER", "DECLINECOUNTER")
_TO_SOMEBODY = ("REQUEST", "REPLY", "CANCEL")


def judge(events: list[Look], root: Component, notes: Notes) -> None:
    for look in events:
        _alarms(look)
    said = root.all("METHOD")
    if not said:
        return
    method = said[0].value.strip().upper()
    _known(said, method, Look(notes, root, "calendar"))
    for look in events:
        _event(look, method)
    if method != "PUBLISH" and len({look.part.value("UID") for look in events}) > 1:
        events[-1].add(
            "message.one-uid", "The message is about several events: send one message for each, or publish a feed."
        )


def _known(said: list[Property], method: str, look: Look) -> None:
    if len(said) > 1:
        look.add("calendar.method", "METHOD stands more than once: say it once.", said[1])
    if method not in METHODS:
        look.add("calendar.method", f"METHOD is “{short(method)}”: say one of {', '.join(METHODS)}.", said[0])


def _event(look: Look, method: str) -> None:
    part = look.part
    attendees = part.all("ATTENDEE")
    if not part.all("ORGANIZER") and method in METHODS:
        look.add("message.organizer", f"The event has no ORGANIZER, which {method} requires: name the sender.")
    if method in _TO_SOMEBODY and not attendees:
        look.add("message.attendee", f"The event has no ATTENDEE, which {method} requires: name the reader.")
    if method in _TO_SOMEBODY and len(attendees) > 1:
        look.add(
            "message.alone", "The event lists several people: send each a message that names them alone.", attendees[1]
        )
    if method == "PUBLISH" and attendees:
        look.add("message.published", "What is published lists attendees: leave them out.", attendees[0])
    if method in ("REQUEST", "PUBLISH") and not part.value("SUMMARY").strip():
        look.add("message.summary", f"The event has no SUMMARY, which {method} requires: give it a title.")
    _state(look, method)
    if method in ("CANCEL", "REPLY") and part.parts("VALARM"):
        look.add("alarm.cancelled", f"The event rings in a {method}: leave the alarm out.")


def _state(look: Look, method: str) -> None:
    status, sequence = look.part.value("STATUS").upper(), look.part.value("SEQUENCE")
    if method == "REQUEST" and status == "CANCELLED":
        look.add("message.status", "A REQUEST is cancelled: send CANCEL.", look.part.first("STATUS"))
    if method == "CANCEL":
        if status not in ("", "CANCELLED"):
            look.add(
                "message.status",
                f"A CANCEL says STATUS:{short(status)}: say CANCELLED, or nothing where one person is not invited any more.",
                look.part.first("STATUS"),
            )
        if not sequence.strip("0"):
            look.add(
                "message.sequence",
                "The cancellation has no SEQUENCE above 0: count one up from what was sent before.",
                look.part.first("SEQUENCE"),
            )


def _alarms(look: Look) -> None:
    alarms = look.part.parts("VALARM")
    if len(alarms) > 1:
        look.add("alarm.one", "The event rings more than once: leave one alarm.")
    for alarm in alarms:
        _alarm(Look(look.notes, alarm, f"alarm of {look.owner}"))


def _alarm(look: Look) -> None:
    needed = ["ACTION", "TRIGGER"]
    action = look.part.value("ACTION").upper()
    needed += {"DISPLAY": ["DESCRIPTION"], "EMAIL": ["DESCRIPTION", "SUMMARY", "ATTENDEE"]}.get(action, [])
    for name in needed:
        if not look.part.value(name).strip():
            look.add("alarm.parts", f"The alarm has no {name}: give it one.")
    trigger = look.part.first("TRIGGER")
    if trigger is None:
        return
    absolute = (trigger.get("VALUE") or "DURATION").upper() == "DATE-TIME"
    if (forms.stamp(trigger.value) if absolute else forms.duration(trigger.value)) is None:
        look.add(
            "alarm.trigger",
            f"TRIGGER is “{short(trigger.value)}”: write a length such as -PT1H, or an instant in UTC.",
            trigger,
        )
