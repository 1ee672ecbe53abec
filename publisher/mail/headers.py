"""Header fields of a mail, written by us, because each kind wants its own folding (RFC 5322 §2.2.3, RFC 2047, RFC 2919,
RFC 8058). The standard library turns long List-Unsubscribe values into encoded-words, which kills one-click, and lets an
encoded-word that holds CR LF through, which is a header injection.

Every function returns one field as ASCII with CRLF at its end (`mailbox` alone may hold UTF-8, with `smtputf8`). What people
wrote is cleaned: control characters, CR, LF, NUL, U+2028 and U+2029 become one blank. Machine values (addresses, URLs,
Message-IDs, header names) are refused with `BadInput` where they hold anything they may not.
"""

from base64 import b64encode
from datetime import UTC, datetime
from functools import lru_cache

import idna

from publisher.errors import BadInput

FOLD, LONGEST, WORD = 78, 998, 75
_ATEXT = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~")
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
_Q_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def unstructured(name: str, text: str) -> str:
    """A field of free text, such as Subject: folded at blanks, or as encoded-words where ASCII will not do."""
    text = clean(text)
    if not text.isascii() or "=?" in text or any(len(word) > FOLD - 2 - len(name) for word in text.split()):
        return f"{_checked(name)}: {_encoded_words(text, len(name) + 2)}\r\n"
    return _folded(_checked(name), text.split(" "))


def mailbox(name: str, display_name: str, address: str, *, smtputf8: bool = False) -> str:
    """From, To, Reply-To: `Name <address>`, or the bare address where there is no name."""
    wire = wire_address(address, smtputf8=smtputf8)
    return _angled(name, display_name, wire) if clean(display_name) else f"{name}: {wire}\r\n"


def phrase(text: str, offset: int = 0) -> str:
    """A display name: plain atoms, a quoted-string, or encoded-words. `offset`: columns already used on its line."""
    text = clean(text)
    if text.isascii() and "=?" not in text and len(text) + offset <= FOLD:
        if all(c in _ATEXT or c == " " for c in text):
            return text
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _encoded_words(text, offset)


def list_id(name: str | None, token: str) -> str:
    """`List-Id: Name <token.domain>` (RFC 2919); the part in angle brackets stays whole."""
    if not token or not all(c in _ATEXT or c == "." for c in token):
        raise BadInput(f"“{token}” cannot be a List-Id. Use letters, digits, hyphens and dots.")
    return _angled("List-Id", name or "", token)


def list_unsubscribe(url: str, mailto: str | None = None) -> str:
    """List-Unsubscribe, the https address first, then the mailbox if one is read, and List-Unsubscribe-Post (RFC 8058).

    Folded only between the two addresses, never inside one, and never encoded.
    """
    targets = [_uri(url)] + ([_uri(mailto)] if mailto else [])
    listed = ",\r\n ".join(f"<{target}>" for target in targets)
    return f"List-Unsubscribe: {listed}\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"


def token(name: str, value: str) -> str:
    """A field of one machine value without blanks (Feedback-ID, Precedence, Auto-Submitted): one line, never folded."""
    if not value or not value.isascii() or not value.isprintable() or " " in value or len(value) > LONGEST - 80:
        raise BadInput(f"“{value}” cannot be the value of the header {name}.")
    return f"{_checked(name)}: {value}\r\n"


def message_id(identifier: str) -> str:
    """Message-ID in its angle brackets, given with or without them; one line."""
    bare = identifier.removeprefix("<").removesuffix(">")
    left, at, right = bare.partition("@")
    if not (left and at and right) or not all(c in _ATEXT or c == "." for c in left + right) or len(bare) > 900:
        raise BadInput(f"“{identifier}” cannot be a Message-ID.")
    return f"Message-ID: <{bare}>\r\n"


@lru_cache(maxsize=256)
def date(moment: datetime) -> str:
    """The Date field, in UTC (RFC 5322 §3.3). `BadInput` for a moment without a zone."""
    if moment.tzinfo is None:
        raise BadInput("A mail’s date needs a time zone.")
    utc = moment.astimezone(UTC)
    return (
        f"Date: {_DAYS[utc.weekday()]}, {utc.day:02d} {_MONTHS[utc.month - 1]} {utc.year:04d} "
        f"{utc.hour:02d}:{utc.minute:02d}:{utc.second:02d} +0000\r\n"
    )


def wire_address(address: str, *, smtputf8: bool = False) -> str:
    """An address as it goes over the wire: the domain as A-labels (IDNA 2008, UTS 46), the local part untouched.

    A local part that is not ASCII needs `smtputf8`; without it, `BadInput`: it is never encoded (RFC 6532), as another
    spelling would be another person's address. A quoted local part stays quoted.
    """
    local, at, domain = address.rpartition("@")
    if not at or not _is_local_part(local, smtputf8) or len(address.encode("utf-8", "replace")) > 320:
        if local.isprintable() and not local.isascii() and not smtputf8:
            raise BadInput(f"“{clean(address)}” needs a relay that offers SMTPUTF8.", field="address")
        raise BadInput(f"“{clean(address)}” is not a mail address.", field="address")
    return f"{local}@{_wire_domain(domain)}"


def clean(text: str) -> str:
    """One line of what a person wrote: no control or separator characters, single blanks, none at the ends."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    kept = (" " if c.isspace() or c < " " or "\x7f" <= c <= "\x9f" else c for c in text)
    return " ".join("".join(c for c in kept if not "\ud800" <= c <= "\udfff").split())


def _angled(name: str, text: str, inside: str) -> str:
    """`Name: phrase <inside>`, with a fold before the angle where the line would grow too long."""
    shown = phrase(text, len(name) + 2)
    line = f"{name}: {shown}" if shown else f"{name}:"
    gap = " " if len(line) - (line.rfind("\n") + 1) + len(inside) + 3 <= FOLD else "\r\n "
    return f"{line}{gap}<{inside}>\r\n"


@lru_cache(maxsize=4096)
def _wire_domain(domain: str) -> str:
    try:
        wire = idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as problem:
        raise BadInput(f"“{clean(domain)}” is not a domain that mail can go to.", field="address") from problem
    return wire


def _is_local_part(local: str, smtputf8: bool) -> bool:
    if not local:
        return False
    if local[0] == '"':
        return _is_quoted(local)
    if local[0] == "." or local[-1] == "." or ".." in local:
        return False
    return all(c in _ATEXT or c == "." or (smtputf8 and c > "\x9f" and c.isprintable()) for c in local)


def _is_quoted(local: str) -> bool:
    inner = local[1:-1].replace("\\\\", "").replace('\\"', "")
    return (
        len(local) > 2
        and local[-1] == '"'
        and inner.isascii()
        and inner.isprintable()
        and '"' not in inner
        and "\\" not in inner
    )


def _uri(uri: str) -> str:
    if (
        not uri.startswith(("https://", "http://", "mailto:"))
        or not uri.isascii()
        or not uri.isprintable()
        or len(uri) > LONGEST - 40
        or any(c in ' <>",' for c in uri)
    ):
        raise BadInput(f"“{clean(uri)[:80]}” cannot stand in List-Unsubscribe.")
    return uri


def _checked(name: str) -> str:
    if not name or not all(c in _NAME for c in name):
        raise BadInput(f"“{clean(name)}” is not the name of a mail header.")
    return name


def _folded(name: str, words: list[str]) -> str:
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > FOLD and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += " " + word
    return "\r\n".join(lines) + "\r\n"


def _encoded_words(text: str, offset: int) -> str:
    """`text` as encoded-words of at most 75 characters on lines of at most 76, no character cut in two (RFC 2047 §2, §5).

    B or Q, whichever is shorter for the whole; in Q only what a phrase allows stands for itself, so it fits everywhere.
    """
    raw = text.encode("utf-8")
    base64 = len(raw) * 4 // 3 < sum(1 if b in _Q_SAFE or b == 0x20 else 3 for b in raw)
    words: list[str] = []
    piece = b""
    for character in text:
        grown = piece + character.encode("utf-8")
        room = min(WORD, 76 - offset) if not words else WORD
        if piece and len(_encoded_word(grown, base64)) > room:
            words.append(_encoded_word(piece, base64))
            grown = character.encode("utf-8")
        piece = grown
    if piece:
        words.append(_encoded_word(piece, base64))
    return "\r\n ".join(words)


def _encoded_word(raw: bytes, base64: bool) -> str:
    if base64:
        return f"=?utf-8?b?{b64encode(raw).decode('ascii')}?="
    return "=?utf-8?q?" + "".join(chr(b) if b in _Q_SAFE else "_" if b == 0x20 else f"={b:02X}" for b in raw) + "?="
