"""Rules about the bytes, and about texts and parameters in whatever component."""

import re

from feeds.calendar.checks.looking import short
from feeds.calendar.checks.report import Notes
from feeds.calendar.reading import Component, Document, Property

#: What a fault of the reader is called here, and what to say of it.
_FAULTS = {
    "utf-8": ("document.utf-8", "The line is not UTF-8: write the calendar in UTF-8."),
    "mark": ("document.mark", "The calendar begins with a byte order mark: leave it out."),
    "line-breaks": ("document.line-breaks", "The line does not end in CR LF: end every line so."),
    "length": ("document.length", "The line has more than 75 octets: fold it."),
    "cut": ("document.cut", "Folding cuts a character in two: cut between characters."),
    "control": ("document.control", "There is a control character: leave it out."),
    "blank": ("document.blank", "The line is blank: leave it out."),
    "line": ("document.line", "“{}” is not NAME:VALUE: fold what belongs to the line before, or leave it out."),
    "quotes": ("parameters.quotes", "A quotation mark stands within a parameter (“{}”): write ^' for it."),
    "nesting": ("document.nesting", "{}: end what was begun, in its order."),
    "outside": ("document.nesting", "{} stands outside of the calendar: put it in."),
}
#: Properties whose value is TEXT, and those whose value is a list of them (RFC 5545, RFC 7986).
_TEXTS = frozenset(
    ("COMMENT", "CONTACT", "DESCRIPTION", "LOCATION", "NAME", "PRODID", "RELATED-TO", "SUMMARY", "TZID", "TZNAME", "UID",
     "X-WR-CALDESC", "X-WR-CALNAME")
)  # fmt: skip
_LISTS = frozenset(("CATEGORIES", "RESOURCES"))
_BARE = re.compile(r"(?<!\\)(?:\\\\)*[;,]")
_BARE_IN_LIST = re.compile(r"(?<!\\)(?:\\\\)*;")
_STRAY = re.compile(r"(?:^|[^\\])(?:\\\\)*\\(?![\\;,nN])")
#: Parameters that may hold several values; of the others a comma must be in quotes.
_MANY = frozenset(("MEMBER", "DELEGATED-TO", "DELEGATED-FROM", "FEATURE", "DISPLAY", "TYPE"))


def judge_faults(document: Document, notes: Notes) -> None:
    for fault in document.faults:
        rule, message = _FAULTS[fault.kind]
        notes.add(rule, message.format(fault.what), fault.line)


def judge_values(part: Component, notes: Notes) -> None:
    for said in part.properties:
        _text(said, notes)
        _parameters(said, notes)
        if said.name == "METHOD" and part.name != "VCALENDAR":
            notes.add(
                "calendar.method-place", "METHOD stands within a component: it belongs to the calendar.", said.line
            )
    for inner in part.components:
        judge_values(inner, notes)


def _text(said: Property, notes: Notes) -> None:
    listed = said.name in _LISTS
    if not listed and said.name not in _TEXTS:
        return
    if (_BARE_IN_LIST if listed else _BARE).search(said.value):
        notes.add(
            "text.escapes",
            f"{said.name} has a comma or semicolon that is not escaped: put a backslash before it.",
            said.line,
        )
    stray = _STRAY.search(said.value)
    if stray:
        rule = "text.colons" if said.value[stray.end() : stray.end() + 1] else "text.escapes"
        notes.add(
            rule,
            f"{said.name} has a backslash that escapes nothing (“{short(said.value)}”): write it twice, or not at all.",
            said.line,
        )


def _parameters(said: Property, notes: Notes) -> None:
    names = [one.name for one in said.parameters]
    for name in sorted({name for name in names if names.count(name) > 1}):
        notes.add("parameters.once", f"{said.name} has {name} twice: say it once.", said.line)
    for one in said.parameters:
        if len(one.values) > 1 and one.name not in _MANY and not one.name.startswith("X-"):
            notes.add(
                "parameters.quoted",
                f"{one.name} of {said.name} has a comma outside of quotes: put the value in quotes.",
                said.line,
            )
    if said.name in ("ORGANIZER", "ATTENDEE") and re.match(
        r"//|[^:]*[;:]\s*mailto:", said.value.removeprefix("mailto:"), re.IGNORECASE
    ):
        notes.add(
            "parameters.quoted",
            f"{said.name} has a colon or semicolon outside of quotes: put the value in quotes.",
            said.line,
        )
