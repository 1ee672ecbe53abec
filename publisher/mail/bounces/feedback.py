"""Complaints in the Abuse Reporting Format (RFC 5965): a reader pressed “spam”, and their provider tells us."""

import re
from email.message import Message

from publisher.mail.bounces import opening
from publisher.mail.bounces.values import Failure, Verdict

#: Not complaints of readers: what receivers think of our signatures (RFC 6591), and who says that it was no spam.
_OTHERWISE = frozenset({"not-spam", "auth-failure", "dmarc"})
_ADDRESS = re.compile(r"[^\s<>;,\"()]+@[^\s<>;,\"()]+")


def report(message: Message) -> Message | None:
    """The part that a program reads; None where there is none."""
    return next((part for part in opening.parts(message) if opening.kind_of(part) == opening.FEEDBACK), None)


def complaints(part: Message) -> list[Failure]:
    """One for each recipient that is named, one without a name where none is; none where it is no complaint."""
    fields = fields_of(part)
    kind = opening.value(fields, "Feedback-Type").lower()
    if kind in _OTHERWISE:
        return []
    named = [found[0] for value in opening.values(fields, "Original-Rcpt-To") if (found := _ADDRESS.search(value))]
    words = f"feedback of the kind “{kind or 'abuse'}”"
    return [
        Failure(one, Verdict.COMPLAINT, "", "A reader called this mail unwanted.", "complaint", words=words)
        for one in dict.fromkeys(named or [""])
    ]


def fields_of(part: Message) -> Message:
    """The fields of the report: the parser takes the part for a mail or for text, as it is of the type `message`."""
    inside = part.get_payload()
    if isinstance(inside, list):
        return next((one for one in inside if isinstance(one, Message)), Message())
    return opening.head(opening.text_of(part))
