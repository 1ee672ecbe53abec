"""Answers of programs (RFC 3834): out of office, receipts. They mean that the mail arrived; nothing follows from them."""

import re
from email.message import Message

from publisher.mail.bounces import opening

_FIELDS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Autoresponse", "X-Mail-Autoreply", "X-Vacation")
_SUBJECT = re.compile(
    r"^\W*(?:(?:re|aw|sv|tr)\s*:\s*)*(?:"
    r"out of (?:the )?office|auto(?:matic)?[ -]?(?:reply|response)|away from (?:the |my )?office|on (?:annual |maternity )?leave\b|"
    r"réponse automatique|absence du bureau|message d.absence|absent[e]? du bureau|"
    r"automatische antwort|abwesenheits|abwesend|respuesta automática|fuera de (?:la )?oficina|ausencia|"
    r"resposta automática|fora do escritório|risposta automatica|jibu la kiotomatiki|jibu la moja kwa moja|nje ya ofisi|"
    r"رد تلقائي|الرد التلقائي|خارج المكتب)",
    re.I,
)


def reason(message: Message) -> str:
    """Why this is an answer of a program, in a sentence; empty where it is none."""
    if any(opening.kind_of(part) == opening.RECEIPT for part in opening.parts(message)):
        return "A receipt: a mail program tells what became of a mail that arrived."
    declared = opening.value(message, "Auto-Submitted").lower().split(";")[0].split("(")[0].strip()
    if declared and declared != "no":
        return "A program answered, not a person; the mail arrived."
    if any(opening.value(message, name) for name in _FIELDS):
        return "A program answered, not a person; the mail arrived."
    if opening.value(message, "Precedence").lower() in ("auto_reply", "auto-reply"):
        return "A program answered, not a person; the mail arrived."
    if _SUBJECT.search(opening.decoded(opening.value(message, "Subject"))):
        return "Somebody is out of office; the mail arrived."
    return ""


def looks_like_a_notice(message: Message) -> bool:
    """Written by a mail server, in a form of its own that no standard describes."""
    if opening.value(message, "X-Failed-Recipients"):
        return True
    sender = opening.value(message, "From").lower()
    return bool(re.search(r"\b(?:mailer-daemon|mail ?delivery (?:sub)?system|postmaster@)", sender))
