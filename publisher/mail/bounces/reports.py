"""Notices of mail servers (delivery status notifications, RFC 3464), also where they were forwarded or are not quite as they
should be: in another envelope, without blank lines, with their fields in the text."""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from publisher.mail.bounces import opening

MOST_RECIPIENTS = 200
_NEW_GROUP = re.compile(r"\n[ \t]*\r?\n")
_TYPED = re.compile(r"^\s*[\w.-]+\s*;\s*")
_ADDRESS = re.compile(r"[^\s<>;,\"()]+@[^\s<>;,\"()]+")
_FIELDS = re.compile(r"^(?:reporting-mta|final-recipient|original-recipient|action)[ \t]*:", re.I | re.M)


@dataclass(frozen=True)
class Told:
    """The fields of one recipient as they stand there. `notes`: lines of the text for people that name the recipient."""

    recipient: str
    action: str
    status: str
    diagnostic: str
    notes: str = ""


def is_notice(message: Message) -> bool:
    """Whether there is a part for a program to read, or the mail says that there is."""
    return any(
        opening.kind_of(part) == opening.STATUS or opening.parameter(part, "report-type") == "delivery-status"
        for part in opening.parts(message)
    )


def told(message: Message) -> list[Told]:
    """What is said of each recipient; nothing where no recipient is named."""
    groups = [group for part in opening.parts(message) for group in _groups(part)]
    if not any(_says_something(group) for group in groups):
        groups = [group for part in opening.parts(message) for group in _groups_in_text(part)]
    return [_told(group, message) for group in groups if _says_something(group)][:MOST_RECIPIENTS]


def envelope_ids(message: Message) -> list[str]:
    """What we may have given the server to know the mail by."""
    groups = [group for part in opening.parts(message) for group in _groups(part)]
    return [value for group in groups for value in opening.values(group, "Original-Envelope-Id")]


def _groups(part: Message) -> Iterator[Message]:
    if opening.kind_of(part) != opening.STATUS:
        return
    inside = part.get_payload()
    if isinstance(inside, list) and not _is_encoded(part):
        yield from (one for one in inside if isinstance(one, Message))
    else:
        yield from _read(_whole_text(part))


def _is_encoded(part: Message) -> bool:
    """In a way that the parser leaves as it is, since the type should have none (RFC 2046 §5.2)."""
    return opening.value(part, "Content-Transfer-Encoding").lower() in ("base64", "quoted-printable")


def _whole_text(part: Message) -> str:
    inside = part.get_payload()
    if not isinstance(inside, list):
        return opening.text_of(part, opening.LARGEST)
    plain = Message()
    plain["Content-Transfer-Encoding"] = opening.value(part, "Content-Transfer-Encoding")
    texts = [str(one.as_string()) for one in inside[:MOST_RECIPIENTS] if isinstance(one, Message)]
    plain.set_payload("\n".join(texts).strip())
    return opening.text_of(plain, opening.LARGEST)


def _groups_in_text(part: Message) -> Iterator[Message]:
    """A mail that calls itself a notice and has its fields where no part begins."""
    if part.is_multipart() or opening.kind_of(part).startswith("message/"):
        return
    text = opening.text_of(part, opening.LARGEST)
    if (first := _FIELDS.search(text)) is not None:
        yield from _read(text[first.start() :])


def _read(text: str) -> Iterator[Message]:
    for number, group in enumerate(_NEW_GROUP.split(text)):
        if number >= MOST_RECIPIENTS:
            return
        yield email.message_from_string(group.lstrip("\r\n"), policy=email.policy.compat32)


def _says_something(group: Message) -> bool:
    return bool(_recipient(group) or opening.value(group, "Action"))


def _recipient(group: Message) -> str:
    """As we wrote it where that is said (`Original-Recipient`), else as it was tried at last."""
    for name in ("Original-Recipient", "Final-Recipient", "X-Actual-Recipient"):
        for value in opening.values(group, name):
            if found := _ADDRESS.search(_TYPED.sub("", value)):
                return found[0][:320]
    return ""


def _told(group: Message, message: Message) -> Told:
    recipient = _recipient(group)
    diagnostic = " ".join(opening.values(group, "Diagnostic-Code"))
    action = opening.value(group, "Action").lower().split(" ")[0]
    status = opening.value(group, "Status")
    return Told(recipient, action, status, _TYPED.sub("", diagnostic), "" if diagnostic else _notes(message, recipient))


def _notes(message: Message, recipient: str) -> str:
    """What is said for people on the lines that name the recipient, and on the one below each."""
    for part in opening.parts(message):
        if recipient and opening.kind_of(part) == "text/plain":
            lines = opening.text_of(part).splitlines()
            found = [number for number, line in enumerate(lines) if recipient.lower() in line.lower()][:3]
            return opening.clean(" ".join(line for number in found for line in lines[number : number + 2]))
    return ""
