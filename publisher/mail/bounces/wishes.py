"""Mails of readers who want to leave: one that their mail program writes for them (RFC 2369), or an answer that says “STOP”, in the
languages that we write."""

import re
import unicodedata

from publisher.mail.bounces.values import Finding

#: What a subject may hold: a signed token of a link. The text is not looked at, as an answer quotes the links of our mail.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{4,400}\.[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])")
LONGEST = 60
_WORDS = (
    "stop", "unsubscribe", "unsubscribe me", "please unsubscribe me", "remove me", "please remove me", "take me off", "opt out", "optout", "no more mail",
    "arret", "arreter", "arretez", "desabonner", "desabonnement", "desabonnez moi", "me desabonner", "se desabonner", "desinscription", "desinscrire",
    "desinscrivez moi", "me desinscrire", "desinscrire moi",
    "ايقاف", "توقف", "اوقفوا", "الغاء الاشتراك", "الغ الاشتراك", "الغاء اشتراكي", "الغوا اشتراكي", "اريد الغاء الاشتراك", "ازيلوني",
    "baja", "alto", "parar", "darme de baja", "dar de baja", "denme de baja", "cancelar suscripcion", "cancelar la suscripcion", "anular suscripcion",
    "sair", "cancelar inscricao", "cancelar a inscricao", "cancelar assinatura", "cancelar subscricao", "descadastrar", "remover", "me remova",
    "acha", "simamisha", "sitisha", "jiondoe", "niondoe", "niondoeni", "ondoa", "jitoe", "nitoe",
)  # fmt: skip
_POLITE = re.compile(r"\b(?:please|thanks|thank you|svp|s il vous plait|merci|por favor|gracias|obrigado|obrigada|tafadhali|asante|شكرا|من فضلكم|رجاء)\b")  # fmt: skip
_ANSWER = re.compile(r"^(?:(?:re|rép|rep|aw|sv|tr|رد)\s*:\s*)+", re.I)


def tokens_in(finding: Finding) -> list[str]:
    """The tokens in its subject, as the place to leave that a mail program was given brings them."""
    return _TOKEN.findall(finding.subject)[:3]


def says_stop(finding: Finding) -> bool:
    """Whether its first line, or the subject of a mail that is no answer, says nothing but that."""
    first = next((line for line in finding.text.splitlines() if line.strip(" \t\u00a0\u200e\u200f")), "")
    return _is_stop(first) or (not _ANSWER.match(finding.subject) and _is_stop(finding.subject))


def _is_stop(line: str) -> bool:
    return len(line) <= LONGEST and _plain(line) in _KNOWN


def _plain(text: str) -> str:
    """Without accents, vowel signs, punctuation and politeness, in small letters."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c if c.isalpha() else " " for c in apart if not unicodedata.combining(c) and c != "ـ")
    return " ".join(_POLITE.sub(" ", " ".join(letters.split())).split())


_KNOWN = frozenset(map(_plain, _WORDS))
