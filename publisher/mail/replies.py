"""What a relay's refusal means, and whose fault it is. A reader is never charged for what is ours or the relay's.

Codes by RFC 3463, RFC 5248 and the IANA registry of enhanced status codes. Words decide only where they are clear, because
servers often pair a precise sentence with a vague code. Words about policy win over everything: a blocklisted sender is
told “user unknown” by some servers, and a list that bounces its readers for that would empty itself.
"""

import re
from dataclasses import dataclass
from typing import Literal

from publisher.mail.smtp import Reply

Kind = Literal[
    "invalid_recipient",
    "inactive",
    "quota",
    "transient",
    "policy",
    "sender",
    "message",
    "authentication",
    "unknown",
]
Action = Literal["bounce", "bounce_later", "soft", "retry", "pause", "stop_message"]


@dataclass(frozen=True)
class ReplyClass:
    """What kind of refusal, and what follows.

    bounce        the address does not exist: no second try
    bounce_later  a mailbox that is switched off: bounced after two events on different days
    soft          one soft point for the reader at most a day
    retry         try again later; one soft point only when the letter expires
    pause         ours or the relay's to mend: hold the letter's remaining readers, tell a person, charge nobody
    stop_message  this letter is refused as it is: stop it when several readers' servers agree, charge nobody
    """

    kind: Kind
    action: Action


_BOUNCE = ReplyClass("invalid_recipient", "bounce")
_INACTIVE = ReplyClass("inactive", "bounce_later")
_QUOTA = ReplyClass("quota", "soft")
_TRANSIENT = ReplyClass("transient", "retry")
_DELAYED_BY_POLICY = ReplyClass("policy", "retry")
_POLICY = ReplyClass("policy", "pause")
_AUTHENTICATION = ReplyClass("authentication", "pause")
_SENDER = ReplyClass("sender", "pause")
_MESSAGE = ReplyClass("message", "stop_message")


def classify(reply: Reply) -> ReplyClass:
    """Judge a 4xx or 5xx reply. Anything else is `unknown`, to be tried again."""
    if not 400 <= reply.code <= 599:
        return ReplyClass("unknown", "retry")
    words = _LINK.sub("x", reply.text.lower()).replace("’", "'")
    for_now = reply.code < 500
    if reply.stage == "AUTH":
        return ReplyClass("authentication", "retry" if for_now else "pause")
    if reply.stage in ("CONNECT", "EHLO"):
        return _DELAYED_BY_POLICY if _POLICY_WORDS.search(words) else _TRANSIENT
    if _ALLOWANCE_WORDS.search(words):
        return _DELAYED_BY_POLICY if for_now and reply.enhanced != "4.4.5" and _RATE.search(words) else _POLICY
    if for_now:
        return _temporary(reply, words)
    return _permanent(reply, words)


def _temporary(reply: Reply, words: str) -> ReplyClass:
    code = reply.enhanced or ""
    if code in ("4.2.2", "4.3.1") or (
        reply.code in (450, 452) and reply.stage == "RCPT" and _QUOTA_WORDS.search(words)
    ):
        return _QUOTA
    if code in _AUTHENTICATION_TEMPORARY or (code.startswith("4.7.") and _AUTHENTICATION_WORDS.search(words)):
        return _AUTHENTICATION
    if code.startswith("4.7.") and not _GREYLISTED.search(words):
        return _DELAYED_BY_POLICY
    return _TRANSIENT


def _permanent(reply: Reply, words: str) -> ReplyClass:
    code = reply.enhanced or ""
    if code in _AUTHENTICATION_CODES or _AUTHENTICATION_WORDS.search(words):
        return _AUTHENTICATION
    if code in ("5.1.7", "5.1.8") or _SENDER_WORDS.search(words):
        return _SENDER
    if _POLICY_WORDS.search(words):
        return _POLICY
    if reply.stage == "MAIL":
        return _refused_sender(reply, words)
    return _by_words(reply, words) or _by_code(reply)


def _refused_sender(reply: Reply, words: str) -> ReplyClass:
    """A refusal of MAIL FROM comes before any reader was named."""
    code = reply.enhanced or ""
    if code == "5.3.4" or reply.code == 552 or _SIZE_WORDS.search(words):
        return _MESSAGE
    return _POLICY if code.startswith("5.7.") else _SENDER


def _by_words(reply: Reply, words: str) -> ReplyClass | None:
    about_mailbox = (reply.enhanced or "").startswith(("5.1.", "5.2.", "5.4.")) or reply.enhanced is None
    if _UNKNOWN_WORDS.search(words) or _NO_DOMAIN_WORDS.search(words):
        return _BOUNCE
    if _INACTIVE_WORDS.search(words):
        return _INACTIVE
    if _SIZE_WORDS.search(words):
        return _MESSAGE
    if _QUOTA_WORDS.search(words):
        return _QUOTA
    if reply.stage == "RCPT" and _UNAVAILABLE.search(words) and (about_mailbox or reply.enhanced == "5.5.0"):
        return _INACTIVE
    return None


def _by_code(reply: Reply) -> ReplyClass:
    code = reply.enhanced or ""
    if code in _CODES:
        return _CODES[code]
    if code.startswith("5.7."):
        return _POLICY
    if code.startswith("5.6.") or (code.startswith("5.5.") and reply.stage in ("DATA", "DOT")):
        return _MESSAGE
    if code.startswith(("5.3.", "5.4.")):
        return ReplyClass("transient", "soft")
    if _TOO_MANY_RECIPIENTS.search(reply.text):  # 552 in RFC 821, 452 since (RFC 5321 §4.5.3.1.10)
        return _TRANSIENT
    if not code and reply.code == 552:
        return _QUOTA if reply.stage == "RCPT" else _MESSAGE
    if not code and reply.code == 556:  # RFC 7504: the domain takes no mail
        return _BOUNCE
    if reply.stage == "DATA":
        return ReplyClass("unknown", "retry")
    if reply.stage == "DOT":
        return _MESSAGE
    return ReplyClass("unknown", "soft")


_CODES: dict[str, ReplyClass] = {
    **dict.fromkeys(("5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10"), _BOUNCE),
    **dict.fromkeys(("5.7.17", "5.7.18"), _BOUNCE),  # RFC 7293: the mailbox or domain has a new owner
    **dict.fromkeys(("5.2.1", "5.7.13", "5.4.4"), _INACTIVE),
    **dict.fromkeys(("5.2.2",), _QUOTA),
    **dict.fromkeys(("5.3.4", "5.2.3"), _MESSAGE),
    "5.2.4": ReplyClass("unknown", "soft"),
}
_AUTHENTICATION_CODES = {"5.7.20", "5.7.21", "5.7.22", "5.7.23", "5.7.24", "5.7.25", "5.7.26", "5.7.27", "5.7.29",
                         "5.7.30", "5.7.509", "5.7.515"}  # fmt: skip
_AUTHENTICATION_TEMPORARY = {"4" + code[1:] for code in _AUTHENTICATION_CODES}

# The address of a help page or of an abuse desk names everything a refusal could be about.
_LINK = re.compile(r"(?:https?://|www\.)\S+|[^\s<>@]+@[^\s<>@]+")
_SUBJECT = r"(?:user|mailbox|recipient|account|address|customer|person|e-?mail(?: account| address)?|addressee|alias)"


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{phrase})" for phrase in phrases))


_UNKNOWN_WORDS = _any(
    rf"\b(?:unknown|no such|invalid|non-?existent|nonexisting|unrecogni[sz]ed) (?:local |virtual |destination )?(?:{_SUBJECT}|local part)\b",
    rf"\b{_SUBJECT}(?: name| address| account)?(?: \S+){{0,3}} (?:is |was |are )?(?:unknown|not (?:known|found|recogni[sz]ed|exist(?:ing)?|valid|listed)|invalid|nonexistent)\b",
    rf"\b{_SUBJECT}(?: \S+){{0,6}} (?:does not|doesn't|do not|did not|no longer|not) exists?\b",
    r"\bno (?:mailbox|user|account)(?: here)? (?:by|with|of|under|has) (?:that|this) (?:name|address)\b",
    rf"\b{_SUBJECT} (?:does not|doesn't) have an? (?:\S+ )?(?:account|mailbox)\b",
    r"\bno mailbox here\b|\bthere is no (?:such )?(?:user|mailbox|account|one)\b",
    rf"\bnot (?:a|our) (?:valid |known |local |existing )?{_SUBJECT}\b",
    r"\bunrouteable (?:mail )?address\b|\baddress unknown\b|\bnot listed in\b.{0,40}\b(?:directory|address book)\b",
    r"\b(?:no longer|not) (?:employed|with (?:us|the (?:company|organi[sz]ation)))\b|\bhas left the (?:company|organi[sz]ation)\b",
)
_NO_DOMAIN_WORDS = _any(
    r"\b(?:unknown|no such|non-?existent|invalid) (?:mail )?(?:host|domain)\b",
    r"\bdomain(?: name)?(?: \S+)? (?:is |was )?(?:not found|unknown|does not exist|doesn't exist|invalid)\b",
    r"\b(?:host|domain) (?:is )?(?:unknown|not found)\b|\bnull ?mx\b|\b(?:domain|host) (?:\S+ )?(?:does not|doesn't|never) accepts? (?:any )?(?:e-?mail|mail|messages)\b",
)
_INACTIVE_WORDS = _any(
    rf"\b{_SUBJECT}(?: \S+){{0,4}} (?:disabled|inactive|deactivated|suspended|closed|locked|blocked by (?:the )?administrator|frozen|expired|retired)\b",
    rf"\b(?:disabled|inactive|deactivated|suspended|closed|expired) {_SUBJECT}\b",
    rf"\b{_SUBJECT} (?:is )?(?:no longer (?:active|in use|available|accepting)|not active)\b",
)
_UNAVAILABLE = _any(
    r"\b(?:mailbox|user|recipient) (?:is )?(?:currently )?(?:unavailable|not available)\b",
    r"\brecipient address rejected: access denied\b",
)
_QUOTA_WORDS = _any(
    r"\b(?:mailbox|mail ?box|inbox|account|user|recipient|storage|mail folder)(?: \S+){0,3} (?:is )?(?:over)?full\b",
    r"\bover(?: the)? ?quota\b|\bquota (?:is )?(?:exceeded|full)\b|\bexceed(?:s|ed|ing)?(?: \S+){0,3} (?:quota|storage)\b",
    r"\bout of storage\b|\binsufficient (?:system |disk |mailbox )?(?:storage|space)\b|\bnot enough (?:disk )?space\b",
)
# The sender's own allowance, not the reader's mailbox: hourly and daily limits of relays.
_RATE = _any(
    r"\brate\b", r"\btoo (?:fast|quickly)\b", r"\bper (?:second|minute)\b", r"\bconnections?\b", r"\bslow down\b"
)
_ALLOWANCE_WORDS = _any(
    r"\b(?:sending|sender|outgoing|outbound|daily|hourly|monthly|relay|smtp|plan)(?: \S+){0,3} (?:limit|quota|allowance|credits?)\b",
    r"\brate[- ]?limit(?:ed|ing)?\b|\brate (?:has been |is )?exceeded\b|\b(?:maximum|max) (?:sending |send )?rate\b",
    r"\btoo many (?:messages|e-?mails|mails|connections)\b|\bsending too (?:fast|much|many)\b|\bthrottl(?:ed|ing)\b",
)
_POLICY_WORDS = _any(
    r"\bspam\b|\bunsolicited\b|\bbulk mail\b|\bjunk\b|\b(?:low|bad|poor|sender|ip|domain|sending) reputation\b|\breputation of\b",
    r"\bblack ?list(?:ed)?\b|\bblock ?list(?:ed)?\b|\bdeny ?list(?:ed)?\b|\b(?:dns|r)bl\b|\blisted (?:at|by|on|in) \S+\.\w{2,}",
    r"\b(?:your|client|sending|sender|source)(?: \S+){0,3} (?:ip|host|address|server|network|domain)(?: \S+){0,4} (?:blocked|banned|rejected|refused|denied|listed)\b",
    r"\b(?:policy|content|security) (?:reasons?|violation|restrictions?|rejection)\b|\bblocked (?:by|due to|for|because of|using)\b(?! (?:the )?administrator)",
    r"\brelay(?:ing)?(?: access)? (?:is )?(?:denied|not (?:permitted|allowed))\b|\bunable to relay\b|\bnot permitted to relay\b",
    r"\bvirus\b|\bmalware\b|\bphish(?:ing)?\b|\babus(?:e|ive)\b",
)
_AUTHENTICATION_WORDS = _any(
    r"\b(?:dmarc|dkim|spf|arc)\b(?! ?= ?pass)",
    r"\bunauthenticated (?:e-?mail|mail|sender)\b|\bauthentication (?:is )?(?:required|failed|failure)\b",
    r"\bnot authenticated\b|\breverse dns\b|\bptr record\b",
)
_SENDER_WORDS = _any(
    r"\bsender(?: address)?(?: \S+){0,2} (?:rejected|not (?:verified|allowed|authori[sz]ed|permitted|owned)|is invalid|unknown|refused|does not exist|doesn't exist)\b",
    r"\b(?:invalid|unverified|unknown|bad) sender\b|\b(?:identity|address)(?: \S+){0,6} not verified\b|\bnot (?:allowed|authori[sz]ed|permitted) to send (?:as|from)\b",
)
_SIZE_WORDS = _any(
    r"\b(?:message|mail|e-?mail|letter|content)(?: \S+){0,3} (?:too (?:large|big|long)|exceeds)\b",
    r"\b(?:message|maximum|max)(?: \S+){0,2} size(?: \S+){0,3} (?:exceed(?:s|ed)|limit)\b|\bsize limit\b|\bexceeds?(?: \S+){0,4} (?:message |maximum )size\b",
)
_TOO_MANY_RECIPIENTS = re.compile(r"\btoo many recipients\b", re.I)
_GREYLISTED = _any(r"\bgr[ea]y-?\s?list(?:ed|ing)?\b", r"\btry (?:again|later)\b", r"\bplease retry\b")
