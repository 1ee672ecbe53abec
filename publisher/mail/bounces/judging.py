"""What a failure means: hard or soft, whose fault, and whether it is a point against the address.

Codes and words are judged as the answers of a relay are (`publisher.mail.replies`), with two differences. What the last server
said (`Diagnostic-Code`) comes before what the one that writes the notice makes of it (`Status`), which is often a mere “5.0.0”. And
words alone make no address bounce where a code speaks of something else, such as a mailbox or a rule: hard is at once and for all
letters, so doubt is soft. Codes by RFC 3463, RFC 5248 and RFC 7372; the table of actions is in `deliverability.md` §2.
"""

import re

from publisher.mail.bounces.reports import Told
from publisher.mail.bounces.values import Failure, Verdict
from publisher.mail.replies import ReplyClass, classify
from publisher.mail.smtp import Reply

_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,4})(?![\d.])")
_BASIC = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])")
#: What stands where a code that speaks of addresses, of nothing, or of the path would leave room for words (RFC 3463 §3).
_LEAVES_ROOM = frozenset({"0", "1", "4", "5"})
#: Some servers refuse whom their directory does not know with a code of routing.
_NOT_IN_DIRECTORY = re.compile(r"\brecipient address rejected\b", re.I)
_TIME_IS_UP = re.compile(r"^[45]\.4\.7$")
_ARRIVED = frozenset({"delivered", "relayed", "expanded"})

REASONS = {
    "invalid_recipient": "There is no such address.",
    "inactive": "The mailbox is switched off, or was.",
    "quota": "The mailbox is full.",
    "transient": "Their mail server could not take it, or was not there.",
    "policy": "Their mail server did not want it: a rule, or our reputation. The reader is not to blame.",
    "sender": "Their mail server does not accept our sender address. The reader is not to blame.",
    "message": "Their mail server did not take this mail as it is. The reader is not to blame.",
    "authentication": "Their mail server could not verify that the mail is ours. The reader is not to blame.",
    "unknown": "It did not arrive, and nobody says clearly why.",
}
_EXPIRED = "It was tried for days, and their mail server did not take it."
#: Points against an address: what is the reader's or their server's.
_COUNTED = frozenset({"inactive", "quota", "transient", "unknown"})


def judge(told: Told) -> Failure:
    """What one recipient's fields say."""
    words = told.diagnostic or f"{told.status} {told.notes}".strip()
    status = _enhanced(told.diagnostic) or _enhanced(told.status)
    if told.action in _ARRIVED or status.startswith("2."):
        return _nothing(told, status, "It arrived; a mail server says so.")
    if told.action == "delayed" and not _TIME_IS_UP.match(status):
        return _nothing(told, status, "It is late, and still being tried.")
    kind = _class(told, status, words)
    if kind.action == "bounce":
        return Failure(told.recipient, Verdict.HARD, status, REASONS[kind.kind], kind.kind, words=words[:400])
    reason = _EXPIRED if kind.kind == "transient" and ".4.7" in status else REASONS[kind.kind]
    return Failure(told.recipient, Verdict.SOFT, status, reason, kind.kind, kind.kind in _COUNTED, words[:400])


def unexplained(recipient: str = "") -> Failure:
    """A notice that names no recipient, or says nothing of them."""
    return Failure(recipient, Verdict.SOFT, "", REASONS["unknown"], "unknown", counts=True)


def _nothing(told: Told, status: str, reason: str) -> Failure:
    return Failure(told.recipient, Verdict.NOT_A_BOUNCE, status, reason, words=told.diagnostic[:400])


def _class(told: Told, status: str, words: str) -> ReplyClass:
    basic = _BASIC.search(told.diagnostic) or _BASIC.search(told.status)
    code = int(basic[1]) if basic else 450 if status.startswith("4") else 550
    if (
        basic and status and status[0] != basic[1][0]
    ):  # one says for now, the other for good: the basic code is the older
        status = f"{basic[1][0]}{status[1:]}"
    found = classify(Reply(code, status or None, words, "RCPT"))
    if found.action != "bounce":
        directory = status == "5.4.1" and _NOT_IN_DIRECTORY.search(words)
        return ReplyClass("invalid_recipient", "bounce") if directory else found
    plain = classify(Reply(code, status or None, "", "RCPT"))
    is_plain = plain.action == "bounce"
    return found if is_plain or not status or status.split(".")[1] in _LEAVES_ROOM else _doubtful(plain)


def _doubtful(plain: ReplyClass) -> ReplyClass:
    """“User unknown” under the code of something else: what the code says, and never hard."""
    return ReplyClass("unknown", "soft") if plain.kind == "message" else plain


def _enhanced(text: str) -> str:
    found = _ENHANCED.search(text)
    return ".".join(found.groups()) if found else ""
