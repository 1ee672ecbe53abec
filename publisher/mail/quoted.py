"""Quoted-printable in segments that may be joined in any order (RFC 2045 §6.7).

Every segment starts at the beginning of a line and ends with one: a hard CRLF of the text itself, or a soft break
(`=CRLF`), which decodes to nothing. So segments encoded once, and values encoded per reader, simply concatenate; the result
is 7 bit, has lines of at most 76 characters, needs no dot-stuffing (RFC 5321 §4.5.2), no `>From`, and is its own canonical
body for DKIM (no trailing blanks, no runs of blanks).
"""

import re
from collections.abc import Iterator
from quopri import decodestring

LINE = 75  # and one for the "=" of a soft break
SOFT = "=\r\n"
_PLAIN = bytes(b for b in range(33, 127) if b != 0x3D) + b" "
_UNSAID = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_TABLE = tuple(chr(b) if b in _PLAIN else f"={b:02X}" for b in range(256))


def segment(text: str) -> str:
    """`text`, whose line ends are `\\n`, as one segment; empty for an empty text. Other control characters go out."""
    if not text:
        return ""
    *lines, last = clean(text).split("\n")
    encoded = [_line(line) + "\r\n" for line in lines]
    if last:
        encoded.append(_line(last, hard=False) + SOFT)
    return "".join(encoded)


def value(text: str) -> bytes:
    """The same for a short value of one line, as bytes: the path taken for every reader, so plain text is quick."""
    raw = text.encode("utf-8", "replace")
    if not raw:
        return b""
    if len(raw) <= LINE and not raw.translate(None, _PLAIN) and raw[0] not in b".F" and b"  " not in raw:
        return raw + b"=\r\n"
    return segment(" ".join(clean(text).split())).encode("ascii")


def decoded(wire: bytes) -> str:
    """What a mail program makes of joined segments: text with `\\n` line ends."""
    return decodestring(wire).decode("utf-8").replace("\r\n", "\n")


def clean(text: str) -> str:
    """`text` without control characters other than line ends and tabs; every kind of line end becomes `\\n`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _UNSAID.sub("", text)


def _line(text: str, *, hard: bool = True) -> str:
    """One line of text as lines of at most 76 characters, without the end of the last."""
    return SOFT.join(_rows(text if _is_plain(text) else _escaped(text, hard=hard)))


def _rows(encoded: str) -> Iterator[str]:
    """Cut into rows, never through an escape. A row begins with no full stop and no “From ”."""
    begin, whole = 0, len(encoded)
    while begin < whole or not begin:
        first = "=2E" if encoded.startswith(".", begin) else "=46" if encoded.startswith("From ", begin) else ""
        end = begin + bool(first) + LINE - len(first)
        if end < whole and (cut := encoded.rfind("=", end - 2, end)) >= 0:
            end = cut
        yield first + encoded[begin + bool(first) : end]
        begin = end


def _is_plain(text: str) -> bool:
    """Whether every character stands for itself: most lines of most mails."""
    return text.isascii() and not text.encode().translate(None, _PLAIN) and "  " not in text and text[-1:] != " "


def _escaped(text: str, *, hard: bool) -> str:
    characters = [_TABLE[b] for b in text.encode("utf-8")]
    for n in range(1, len(characters)):
        if characters[n] == " " and characters[n - 1] in (" ", "=20"):
            characters[n] = "=20"
    if hard and characters and characters[-1] == " ":
        characters[-1] = "=20"
    return "".join(characters)
