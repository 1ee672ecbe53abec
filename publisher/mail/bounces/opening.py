"""Mails of strangers, taken apart by the standard library's parser and within limits: size, parts, depth. Never an exception.

A notice often carries the mail it is about. Of that mail only the head is of use, so what follows is cut away before anything
is parsed: time and memory do not grow with it.
"""

import email
import email.policy
import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

#: Octets of a mail that are looked at: notices stand before the mail that they are about.
LARGEST = 262_144
#: A mail that brings no notice: enough of it to see who wrote it, and its first words.
PLAIN = 16_384
MOST_PARTS = 60
MOST_BOUNDARIES = 30
LONGEST_VALUE = 2_000
MOST_VALUES = 10
#: What a notice is recognised by.
STATUS, FEEDBACK, RECEIPT = "message/delivery-status", "message/feedback-report", "message/disposition-notification"
_NOTICE = re.compile(rb"delivery-status|feedback-report", re.I)
_ORIGINAL = re.compile(
    rb"^content-type:[ \t]*(?:message/(?:rfc822|global)(?:-headers)?|text/rfc822-headers)\b", re.I | re.M
)
_END_OF_HEAD = re.compile(rb"\n[ \t]*\r?\n")
_TROUBLES = (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError)


def parsed(raw: bytes) -> Message | None:
    """The mail, cut to what is of use; None where it cannot be one."""
    if b"\n" not in raw[:LARGEST]:
        raw = raw[:LARGEST].replace(b"\r", b"\n")
    data = _cut(raw[:LARGEST])
    if data.lower().count(b"boundary") > MOST_BOUNDARIES:
        return None
    try:
        return email.message_from_bytes(data, policy=email.policy.compat32)
    except _TROUBLES:
        return None


def _cut(data: bytes) -> bytes:
    notice = None
    for notice in _NOTICE.finditer(data):
        original = _ORIGINAL.search(data, notice.end())
        if original is None:
            return data
        if _starts_part(data, notice):
            break
    if notice is None:
        return data[:PLAIN]
    part = _END_OF_HEAD.search(data, original.end()) if original else None
    head = _END_OF_HEAD.search(data, part.end()) if part else None
    return data[: head.end()] if head else data


def _starts_part(data: bytes, notice: re.Match[bytes]) -> bool:
    """Whether this is the type of a part, not the parameter `report-type` of the whole."""
    return data[: notice.start()].lower().endswith(b"message/")


def parts(message: Message) -> Iterator[Message]:
    """Every part, the whole first; so many and no more."""
    waiting, seen = [message], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        yield part
        inside = part.get_payload() if part.is_multipart() else []
        if isinstance(inside, list):
            waiting[:0] = [one for one in inside if isinstance(one, Message)][:MOST_PARTS]


def kind_of(part: Message) -> str:
    """`text/plain`; empty where even that cannot be told."""
    try:
        return part.get_content_type()
    except _TROUBLES:
        return ""


def parameter(part: Message, name: str) -> str:
    """A parameter of the type, in small letters."""
    try:
        found = part.get_param(name, "")
    except _TROUBLES:
        return ""
    return str(found[-1] if isinstance(found, tuple) else found).strip().lower()


def values(part: Message, name: str) -> list[str]:
    """The values of a header field, unfolded, printable and short."""
    wanted = name.lower()
    # Not by `get_all`, which makes marks of every octet that is no ASCII: many programs write plain UTF-8 (RFC 6532).
    found = [value for key, value in part.raw_items() if key.lower() == wanted]
    return [clean(str(value)) for value in found[:MOST_VALUES]]


def value(part: Message, name: str) -> str:
    return next(iter(values(part, name)), "")


def head(text: str) -> Message:
    """Header fields that stand for themselves."""
    return email.message_from_string(text.lstrip("\r\n"), policy=email.policy.compat32)


def decoded(text: str) -> str:
    """A value with its encoded words as people read them."""
    try:
        return clean(str(make_header(decode_header(text))))
    except (*_TROUBLES, HeaderParseError):
        return text


def clean(text: str) -> str:
    """In one line and printable: what a database and a page can hold. Octets that are no UTF-8 become marks."""
    line = " ".join(text[:LONGEST_VALUE].split())
    if line.isascii() and line.isprintable():
        return line
    kept = text[:LONGEST_VALUE].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() or c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in kept).split())


def text_of(part: Message, most: int = PLAIN) -> str:
    """The words of a part that is text, in whatever way they are encoded."""
    try:
        data = part.get_payload(decode=True)
        charset = part.get_content_charset() or "utf-8"
    except _TROUBLES:
        data, charset = None, "utf-8"
    if not isinstance(data, bytes):
        inside = part.get_payload()
        return inside[:most] if isinstance(inside, str) else ""
    try:
        return data[:most].decode(charset, "replace")
    except (LookupError, ValueError):
        return data[:most].decode("utf-8", "replace")
