"""The check of a file: all that it shows by itself."""

from feeds.calendar.checks import events, lines, messages, recurrence, timezones
from feeds.calendar.checks.looking import Look
from feeds.calendar.checks.report import Notes, Report
from feeds.calendar.checks.rules import RULES
from feeds.calendar.reading import Component, read


def check(data: bytes) -> Report:
    """Everything that is wrong with a calendar. `feeds.errors.FeedError` with one sentence where it is none, or larger than
    we read. Nothing else is raised."""
    notes = Notes(RULES)
    for rule in RULES.values():
        if rule.unseen:
            notes.skip(rule.id, rule.unseen)
    document = read(data)
    lines.judge_faults(document, notes)
    for number, root in enumerate(document.calendars):
        if number:
            notes.add("document.single", "The file holds several calendars: make each a file of its own.", root.line)
        _judge(root, notes)
    return notes.report()


def _judge(root: Component, notes: Notes) -> None:
    lines.judge_values(root, notes)
    _head(Look(notes, root, "calendar"))
    shown = [Look(notes, part, _owner(part)) for part in root.parts("VEVENT")]
    events.judge(shown, root)
    messages.judge(shown, root, notes)
    recurrence.judge(shown)
    timezones.judge(root, shown, notes)


def _owner(part: Component) -> str:
    title = part.first("SUMMARY")
    return f"event “{title.text[:40]}”" if title else "event"


def _head(look: Look) -> None:
    versions = look.part.all("VERSION")
    if [said.value.strip() for said in versions] != ["2.0"]:
        look.add(
            "calendar.version",
            "The calendar does not say VERSION:2.0 once: say it.",
            versions[-1] if versions else None,
        )
    identities = look.part.all("PRODID")
    if len(identities) != 1 or not identities[0].value.strip():
        look.add("calendar.prodid", "The calendar does not say once what wrote it: give it one PRODID.")
    scales = look.part.all("CALSCALE")
    if [said.value.upper() for said in scales] not in ([], ["GREGORIAN"]):
        look.add("calendar.scale", "The calendar’s CALSCALE is not GREGORIAN: leave it out.", scales[-1])
    if not look.part.components:
        look.add("calendar.content", "The calendar is empty.")
    if not look.part.all("METHOD") or look.part.value("METHOD").upper() == "PUBLISH":
        _feed(look)


def _feed(look: Look) -> None:
    """A file that could be a feed: several events of their own."""
    own = {part.value("UID") for part in look.part.parts("VEVENT")}
    if len(own) < 2:
        return
    if not (look.part.first("NAME") and look.part.first("X-WR-CALNAME")):
        look.add("calendar.name", "The calendar is not named: give it NAME and X-WR-CALNAME, which say the same.")
    if not (look.part.first("REFRESH-INTERVAL") and look.part.first("X-PUBLISHED-TTL")):
        look.add(
            "calendar.refresh",
            "The calendar does not say how often to ask: give it REFRESH-INTERVAL and X-PUBLISHED-TTL.",
        )
    if any(part.parts("VALARM") for part in look.part.parts("VEVENT")):
        look.add("alarm.feed", "The calendar rings for everybody who polls it: leave alarms to the people.")
