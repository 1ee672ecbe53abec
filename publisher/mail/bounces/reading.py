"""One mail, read: what it is, whom it is about, and why. Needs no database and never raises for what a mail says."""

import re
from dataclasses import replace
from email.message import Message
from email.utils import getaddresses

from publisher.mail.bounces import automatic, feedback, judging, opening, reports
from publisher.mail.bounces.values import Failure, Finding, Verdict

_NOTHING = "It is no notice of a mail server, no complaint and no automatic answer."
_UNREADABLE = "This cannot be read as a mail."
_STRANGE = "It looks like a notice of a mail server in a form that no standard describes, so nothing is counted."
_AT = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-RCPT-TO", "Cc")
_FOR = re.compile(r"\bfor\s+<?([^\s<>;]+@[^\s<>;]+)")
_MESSAGE_ID = re.compile(r"<[^\s<>]{3,250}@[^\s<>]{1,250}>")


def read(raw: bytes) -> Finding:
    """What this mail is. Of a long one the beginning is enough."""
    message = opening.parsed(raw)
    if message is None:
        return Finding(Verdict.NOT_A_BOUNCE, _UNREADABLE)
    try:
        return _read(message)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError):
        return Finding(Verdict.NOT_A_BOUNCE, _UNREADABLE)


def _read(message: Message) -> Finding:
    report = feedback.report(message)
    if report is not None:
        return _of_complaint(message, report)
    if reports.is_notice(message):
        return _of_notice(message)
    if why := automatic.reason(message):
        if automatic.looks_like_a_notice(message):
            return _found(message, Verdict.NOT_A_BOUNCE, _STRANGE)
        return _found(message, Verdict.AUTO_REPLY, why)
    if automatic.looks_like_a_notice(message):
        return _found(message, Verdict.NOT_A_BOUNCE, _STRANGE)
    return _of_a_person(message)


def _of_complaint(message: Message, report: Message) -> Finding:
    failures = feedback.complaints(report)
    if not failures:
        return _found(message, Verdict.NOT_A_BOUNCE, "A report of another kind than a reader's complaint.")
    fields = feedback.fields_of(report)
    sent_under = [
        value for name in ("Original-Mail-From", "Original-Envelope-Id") for value in opening.values(fields, name)
    ]
    return _found(message, Verdict.COMPLAINT, failures[0].reason, failures, sent_under)


def _of_notice(message: Message) -> Finding:
    failures = [judging.judge(one) for one in reports.told(message)] or [judging.unexplained()]
    bad = [one for one in failures if one.verdict is not Verdict.NOT_A_BOUNCE] or failures
    gravest = Finding(Verdict.NOT_A_BOUNCE, "", tuple(bad)).gravest or bad[0]
    return _found(message, gravest.verdict, gravest.reason, bad, reports.envelope_ids(message))


def _of_a_person(message: Message) -> Finding:
    senders = [found for _, found in getaddresses(opening.values(message, "From")) if "@" in found]
    text = next((opening.text_of(p) for p in opening.parts(message) if opening.kind_of(p) == "text/plain"), "")
    return Finding(
        Verdict.NOT_A_BOUNCE,
        _NOTHING,
        identifier=opening.value(message, "Message-ID"),
        traces=tuple(_traces(message)),
        message_ids=tuple(_answered(message)),
        sender=senders[0][:320] if len(senders) == 1 else "",
        subject=opening.decoded(opening.value(message, "Subject")),
        text=text,
    )


def _found(
    message: Message,
    verdict: Verdict,
    reason: str,
    failures: list[Failure] | None = None,
    sent_under: list[str] | None = None,
) -> Finding:
    originals = _originals(message)
    traces = [*_traces(message), *(sent_under or []), *(v for o in originals for v in opening.values(o, "Return-Path"))]
    ids = [
        found
        for one in originals
        for value in opening.values(one, "Message-ID")
        for found in _MESSAGE_ID.findall(value)
    ]
    identifier = opening.value(message, "Message-ID")
    return Finding(verdict, reason, tuple(_named(failures or [], originals)), identifier, tuple(traces), tuple(ids[:5]))


def _named(failures: list[Failure], originals: list[Message]) -> list[Failure]:
    """Where a notice does not say whom it is about, the mail that it brings back may."""
    to = [found for one in originals[:1] for _, found in getaddresses(opening.values(one, "To")) if "@" in found]
    return [replace(one, recipient=to[0][:320]) if not one.recipient and len(to) == 1 else one for one in failures]


def _originals(message: Message) -> list[Message]:
    """The heads of mails that this one brings back."""
    heads: list[Message] = []
    for part in opening.parts(message):
        kind = opening.kind_of(part)
        inside = part.get_payload()
        if kind in ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers"):
            heads.append(opening.head(opening.text_of(part)))
        elif kind in ("message/rfc822", "message/global") and isinstance(inside, list):
            heads += [one for one in inside if isinstance(one, Message)]
    return heads


def _traces(message: Message) -> list[str]:
    """Where the address stands that this mail was sent to."""
    received = [found for value in opening.values(message, "Received") for found in _FOR.findall(value)]
    return [*(value for name in _AT for value in opening.values(message, name)), *received]


def _answered(message: Message) -> list[str]:
    named = [*opening.values(message, "In-Reply-To"), *opening.values(message, "References")]
    return list(dict.fromkeys(found for value in named for found in _MESSAGE_ID.findall(value)))[:20]
