"""A calendar program, as small as one can be: it keeps what invitations tell it, by the rules of RFC 5546, octet by octet.

What it holds can be shown to other people's parsers after each message, so that they judge what stands in somebody's calendar
and not only what one letter says.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_PART = re.compile(rb"BEGIN:(VEVENT|VTIMEZONE)\r\n.*?END:\1\r\n", re.DOTALL)
#: The UID, and the instant that a RECURRENCE-ID names or nothing: programs compare dates by when they are, not by their letters.
Key = tuple[bytes, datetime | None]


@dataclass
class Program:
    """`ignored`: messages, or parts of them, that were older than what is there."""

    events: dict[Key, bytes] = field(default_factory=dict)
    zones: dict[bytes, bytes] = field(default_factory=dict)
    ignored: int = 0

    def take(self, message: bytes) -> None:
        """A REQUEST or a CANCEL."""
        parts = [found[0] for found in _PART.finditer(message)]
        self.zones |= {_said(part, b"TZID"): part for part in parts if part.startswith(b"BEGIN:VTIMEZONE")}
        events = [part for part in parts if part.startswith(b"BEGIN:VEVENT")]
        fresh = [event for event in events if self._is_news(event)]
        self.ignored += len(events) - len(fresh)
        is_cancel = b"\r\nMETHOD:CANCEL\r\n" in message
        for event in sorted(fresh, key=lambda event: _key(event)[1] is not None):  # a series before its dates
            self._cancel(event) if is_cancel else self._keep(event)

    def document(self) -> bytes:
        """All that it holds, as a file; empty octets where it holds nothing."""
        if not self.events:
            return b""
        held = b"".join([*self.zones.values(), *self.events.values()])
        return b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//A program//EN\r\n" + held + b"END:VCALENDAR\r\n"

    def _is_news(self, event: bytes) -> bool:
        """By SEQUENCE, then by DTSTAMP (§2.1.5). A date that is not there is measured by its series."""
        uid, _ = key = _key(event)
        before = self.events.get(key) or self.events.get((uid, None))
        return before is None or _age(event) >= _age(before)

    def _keep(self, event: bytes) -> None:
        uid, date = _key(event)
        if date is None:
            self._forget(uid)
        self.events[uid, date] = event

    def _cancel(self, event: bytes) -> None:
        uid, date = _key(event)
        if date is None:
            self._forget(uid)
        elif (uid, None) in self.events:
            status = (
                event if _said(event, b"STATUS") else event.replace(b"END:VEVENT", b"STATUS:CANCELLED\r\nEND:VEVENT")
            )
            self.events[uid, date] = status
        else:
            self.events.pop((uid, date), None)

    def _forget(self, uid: bytes) -> None:
        self.events = {key: event for key, event in self.events.items() if key[0] != uid}


def _key(event: bytes) -> Key:
    found = re.search(rb"^RECURRENCE-ID;TZID=([^:]+):(\S+)\r$", event.replace(b"\r\n ", b""), re.MULTILINE)
    if found is None:
        return _said(event, b"UID"), None
    wall = datetime.fromisoformat(found[2].decode())
    return _said(event, b"UID"), wall.replace(tzinfo=ZoneInfo(found[1].decode())).astimezone(UTC)


def _age(event: bytes) -> tuple[int, bytes]:
    return int(_said(event, b"SEQUENCE") or 0), _said(event, b"DTSTAMP")


def _said(part: bytes, name: bytes) -> bytes:
    """The value of a property, without its parameters; empty where it is not there."""
    unfolded = part.replace(b"\r\n ", b"")
    found = re.search(rb"^" + name + rb'(?:;(?:"[^"]*"|[^":])*)?:(.*)\r$', unfolded, re.MULTILINE)
    return found[1] if found else b""
