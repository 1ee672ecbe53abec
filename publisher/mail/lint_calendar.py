"""The critical reader's rules for a mail with an invitation in it: the rows M1 to M9 of the list of conformance (RFC 6047).

What is wrong within the calendar is the matter of `feeds.calendar.checks`; here it is how the mail carries it, and whether
both speak of the same people.
"""

from collections.abc import Iterator
from email.message import Message
from email.utils import getaddresses
from typing import TypeAlias
from urllib.parse import unquote

from feeds.calendar.reading import Component, read
from feeds.errors import FeedError
from publisher.mail.lint_headers import Finding

_Part: TypeAlias = "Message[str, str]"
_WHERE = "calendar"


def findings_in_calendar(message: _Part) -> Iterator[Finding]:
    """What is wrong with the calendar of a mail; nothing for a mail without one."""
    parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    if not parts:
        return
    yield from _in_place(message, parts)
    for part in parts:
        yield from _as_a_part(part)
        try:
            calendars = read(_octets(part)).calendars
        except FeedError as problem:
            yield Finding("mail.calendar", "must", f"The calendar cannot be read: {problem}", _WHERE)
            continue
        for calendar in calendars[:1]:
            yield from _as_a_message(message, part, calendar)


def _in_place(message: _Part, parts: list[_Part]) -> Iterator[Finding]:
    """M4, M5, M6, M9: where it stands, and how often."""
    around = [one for one in message.walk() if one.get_content_type() == "multipart/alternative"]
    forms = [list(one.get_payload()) for one in around if isinstance(one.get_payload(), list)]
    home = next((form for form in forms if any(part in form for part in parts)), None)
    kinds = [form.get_content_type() for form in home or [] if isinstance(form, Message)]
    if not home or kinds[-1] != "text/calendar" or "text/plain" not in kinds:
        yield Finding(
            "mail.alternative", "must", "The calendar is not the last alternative, after text and HTML.", _WHERE
        )
    if len({_octets(part) for part in parts if home and part in home}) > 1:
        yield Finding(
            "mail.one-object", "must", "Two different calendars are offered as one and the same thing.", _WHERE
        )
    files = [part for part in message.walk() if part.get_content_type() == "application/ics"]
    if not any(_octets(part) == _octets(parts[0]) and part.get_filename() for part in files):
        yield Finding("mail.attached", "should", "The calendar is not attached as a file with the same bytes.", _WHERE)
    if len(parts) > 1:
        yield Finding("mail.one-part", "should", "There is more than one calendar; programs read the first.", _WHERE)


def _as_a_part(part: _Part) -> Iterator[Finding]:
    """M2, M3: how its bytes travel."""
    octets = _octets(part)
    if not octets.isascii() and (part.get_content_charset() or "").lower() != "utf-8":
        yield Finding(
            "mail.charset", "must", "The calendar has other than ASCII and does not say charset=utf-8.", _WHERE
        )
    if str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower() not in ("base64", "quoted-printable"):
        yield Finding("mail.encoding", "must", "The calendar is neither base64 nor quoted-printable.", _WHERE)


def _as_a_message(message: _Part, part: _Part, calendar: Component) -> Iterator[Finding]:
    """M1, M7, M8, M9: what it says, beside what the mail says."""
    method = calendar.value("METHOD").strip().upper()
    said = part.get_param("method")
    if not isinstance(said, str) or said.upper() != method:
        message_ = "The part does not say the calendar’s METHOD, so it is no invitation."
        yield Finding("mail.method", "must", message_, str(said or "no method"))
    events = calendar.parts("VEVENT")
    if method in ("REQUEST", "CANCEL"):
        yield from _same_people(message, events)
    if method not in ("", "PUBLISH") and len({event.value("UID") for event in events}) > 1:
        yield Finding("mail.one-part", "must", "The invitation is about several events; each needs a mail.", _WHERE)


def _same_people(message: _Part, events: list[Component]) -> Iterator[Finding]:
    senders, readers = _addresses(message, "From"), _addresses(message, "To")
    for event in events:
        organizer = _bare(event.value("ORGANIZER"))
        if senders != {organizer}:
            yield Finding(
                "mail.from", "must", "The organiser is not who the mail is from, or no bare address.", organizer
            )
            return
        invited = {_bare(one.value) for one in event.all("ATTENDEE")}
        if invited != readers:
            yield Finding("mail.one-reader", "must", "The invitation names others than the mail’s one reader.", ", ".join(sorted(invited))[:200])  # fmt: skip
            return


def _addresses(message: _Part, field: str) -> set[str]:
    return {address.lower() for _, address in getaddresses([str(value) for value in message.get_all(field, [])])}


def _bare(value: str) -> str:
    return unquote(value[7:]).lower() if value[:7].lower() == "mailto:" else value


def _octets(part: _Part) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
