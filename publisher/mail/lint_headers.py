"""The critical reader's rules for the header of a mail: what large receivers and the RFCs ask of one that goes to many.

Works on the raw header, not on a parsed one: a parser that forgives hides exactly what is looked for here.
"""

import re
from collections.abc import Iterator
from email.utils import getaddresses, parsedate_to_datetime
from typing import Literal, NamedTuple

import idna

_ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type")
_AT_MOST_ONCE = ("Reply-To", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "Precedence")
_MACHINE = frozenset(
    [
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "feedback-id",
        "precedence",
        "auto-submitted",
        "mime-version",
        "content-type",
        "content-language",
        "content-transfer-encoding",
    ]
)
_WORD = re.compile(r"=\?[^\s?]+\?[bqBQ]\?[^\s?]*\?=")
LONGEST_WORD = 75  # RFC 2047 §2
SHORTEST_ID = 16  # characters before the @; filters take shorter ones for a spammer's


class Finding(NamedTuple):
    """One thing found. As `_asdict()` it is what `publisher check mail` prints."""

    rule: str
    level: Literal["must", "should"]
    message: str
    where: str


Fields = list[tuple[str, str]]


def fields_of(raw: bytes) -> Fields:
    """Name and value, folds and all, of every field of the header. Octets above 127 become surrogates."""
    header = raw.partition(b"\r\n\r\n")[0].decode("ascii", "surrogateescape")
    unfolded = re.split(r"\r?\n(?![ \t])", header)
    return [(name, value.strip()) for name, _, value in (line.partition(":") for line in unfolded)]


def findings_in_header(fields: Fields, *, smtputf8: bool = False) -> Iterator[Finding]:
    """What is wrong with a header. `smtputf8`: the relay it goes to takes raw UTF-8 (RFC 6532)."""
    values: dict[str, list[str]] = {}
    for name, value in fields:
        values.setdefault(name.lower(), []).append(value)
    first = {name: given[0] for name, given in values.items()}
    yield from _numbers(values)
    yield from _private(values)
    yield from _eight_bit(fields, smtputf8)
    yield from _encoded(fields)
    yield from _people(first)
    yield from _identifiers(first)
    yield from _bulk(first)


def _numbers(values: dict[str, list[str]]) -> Iterator[Finding]:
    for name in (*_ONCE, *_AT_MOST_ONCE):
        count = len(values.get(name.lower(), ()))
        if count > 1 or (count == 0 and name in _ONCE):
            how_many = "missing" if count == 0 else f"there {count} times"
            yield Finding("headers", "must", f"The header {name} is {how_many}.", name)


def _private(values: dict[str, list[str]]) -> Iterator[Finding]:
    if "bcc" in values:
        yield Finding("headers", "must", "There is a Bcc header.", "Bcc")
    for name in values:
        if name in ("received", "return-path", "sender", "user-agent", "organization") or name.startswith("x-"):
            yield Finding("private", "should", "A header tells of the sender’s machinery.", name)


def _eight_bit(fields: Fields, smtputf8: bool) -> Iterator[Finding]:
    for name, value in fields:
        if not value.isascii() and not smtputf8:
            yield Finding("eight-bit", "must", "A header has raw 8-bit characters.", name)


def _encoded(fields: Fields) -> Iterator[Finding]:
    for name, value in fields:
        for word in _WORD.findall(value):
            if len(word) > LONGEST_WORD:
                yield Finding("encoded-words", "must", "An encoded word is longer than 75 characters.", name)
        inside = " ".join(re.findall(r"<[^<>]*>", value)) if name.lower() not in _MACHINE else value
        if "=?" in inside and name.lower() != "subject":
            yield Finding("encoded-words", "must", "An encoded word stands where none may.", name)


def _people(first: dict[str, str]) -> Iterator[Finding]:
    for name in ("from", "to", "reply-to"):
        given = getaddresses([re.sub(r"\r?\n", "", first[name])]) if name in first else []
        rule = "recipient" if name == "to" else "sender"
        for phrase, address in given:
            if not _is_address(address):
                yield Finding(rule, "must", f"There is an address that mail cannot go to: {address[:80]}", name)
            if name == "from" and not phrase.strip():
                yield Finding("sender", "should", "The sender has no name, only an address.", "From")


def _is_address(address: str) -> bool:
    local, _, domain = address.rpartition("@")
    try:
        return bool(local) and "=?" not in local and idna.encode(domain, uts46=True).decode() == domain.lower()
    except (idna.IDNAError, UnicodeError):
        return False


def _identifiers(first: dict[str, str]) -> Iterator[Finding]:
    found = re.fullmatch(r"<([^<>@\s]+)@[^<>@\s]+>", first.get("message-id", "<none@none>"))
    if not found:
        yield Finding("message-id", "must", "The Message-ID is malformed.", "Message-ID")
    elif "message-id" in first and len(found[1]) < SHORTEST_ID:
        yield Finding("message-id", "should", "The Message-ID is short; filters distrust such.", "Message-ID")
    try:
        parsedate_to_datetime(first.get("date", "Mon, 23 Nov 2026 06:00:00 +0000"))
    except (ValueError, TypeError):
        yield Finding("date", "must", "The date cannot be read.", "Date")


def _bulk(first: dict[str, str]) -> Iterator[Finding]:
    precedence = first.get("precedence", "").lower()
    bulk = "list-id" in first or precedence == "bulk"
    yield from _one_click(first, bulk)
    if bulk and precedence != "bulk":
        yield Finding("precedence", "should", "A mail to a list says “Precedence: bulk”.", "Precedence")
    if bulk and "auto-submitted" in first:
        yield Finding("precedence", "should", "A mail to a list is not an automatic answer.", "Auto-Submitted")
    if "list-id" in first and not re.search(r"<[^<>@\s]+\.[^<>@\s]+>$", first["list-id"]):
        yield Finding("list-id", "must", "List-Id must end in <token.domain>.", "List-Id")
    if bulk and "feedback-id" not in first:
        yield Finding("feedback-id", "should", "Without Feedback-ID complaints cannot be told apart.", "Feedback-ID")
    if "feedback-id" in first:
        parts = first["feedback-id"].split(":")
        if len(parts) != 4 or not 5 <= len(parts[-1]) <= 15 or len(set(parts)) != 4 or "" in parts:
            message = "Feedback-ID is four different values, the last of 5 to 15 characters."
            yield Finding("feedback-id", "must", message, first["feedback-id"][:80])


def _one_click(first: dict[str, str], bulk: bool) -> Iterator[Finding]:
    unsubscribe = first.get("list-unsubscribe")
    if unsubscribe is None:
        if bulk:
            yield Finding("one-click", "must", "A mail to a list needs List-Unsubscribe.", "List-Unsubscribe")
        return
    targets = re.split(r",\s*", unsubscribe)
    plain = all(re.fullmatch(r"<[!-;=?-~]+>", target) for target in targets)
    if "=?" in unsubscribe or not plain or not re.match(r"<https?://", unsubscribe):
        yield Finding("one-click", "must", "List-Unsubscribe must begin with a plain web address.", unsubscribe[:80])
    if first.get("list-unsubscribe-post") != "List-Unsubscribe=One-Click":
        yield Finding("one-click", "must", "List-Unsubscribe-Post must say One-Click.", "List-Unsubscribe-Post")
