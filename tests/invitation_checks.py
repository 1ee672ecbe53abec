"""Every mail that any story sends can be asked: does it carry its invitation as it should, and is that one right?"""

from email import message_from_bytes, policy
from email.message import EmailMessage

from feeds.calendar.checks import check
from feeds.calendar.reading import Component, read
from publisher.mail import lint


def findings_of(raw: bytes) -> list[str]:
    """All that is wrong with a mail and the calendar in it, as `rule: sentence (where)`; nothing is good."""
    found = [f"{one.rule}: {one.message} ({one.where})" for one in lint.check(raw)]
    calendar = calendar_of(raw)
    if calendar is None:
        return found
    return found + [f"{one.rule}: {one.message} ({one.where})" for one in check(calendar).findings]


def calendar_of(raw: bytes) -> bytes | None:
    """The bytes of the calendar as a program reads them; None for a mail without one."""
    for part in parsed(raw).walk():
        if part.get_content_type() == "text/calendar":
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            return payload
    return None


def method_of(raw: bytes) -> str:
    """REQUEST, CANCEL; empty for a mail without a calendar."""
    calendar = calendar_of(raw)
    return read(calendar).calendars[0].value("METHOD") if calendar else ""


def events_of(raw: bytes) -> tuple[Component, ...]:
    """The events of a mail's calendar."""
    calendar = calendar_of(raw)
    return tuple(read(calendar).calendars[0].parts("VEVENT")) if calendar else ()


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(raw: bytes) -> str:
    """The text part."""
    body = parsed(raw).get_body(("plain",))
    assert isinstance(body, EmailMessage)
    return str(body.get_content()).replace("\r\n", "\n")


def html_of(raw: bytes) -> str:
    """The HTML part."""
    body = parsed(raw).get_body(("html",))
    assert isinstance(body, EmailMessage)
    return str(body.get_content()).replace("\r\n", "\n")
