"""Content lines: folded, escaped and quoted (RFC 5545 §3.1 to §3.3.11; RFC 6868 for what quotes cannot hold)."""

import re
from collections.abc import Iterable

from feeds.errors import FeedError

#: Octets of a line without its line break. The standard says SHOULD; mail relays say more.
LONGEST_LINE = 75

#: Line breaks of every kind that some reader cuts at.
_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
#: Control characters that the standard forbids, and halves of surrogate pairs, which UTF-8 cannot say.
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_BARE = re.compile(r'[^\x00-\x1f\x7f":;,]*')
_ESCAPES = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}
_CARETS = {"^": "^^", '"': "^'", "\n": "^n"}

Parameters = Iterable[tuple[str, str | tuple[str, ...]]]


def clean(text: str) -> str:
    """The text as it can be written: one kind of line break, no control characters but the tab."""
    return _FORBIDDEN.sub("", _BREAKS.sub("\n", text))


def text(value: str) -> str:
    """A value of the type TEXT."""
    return re.sub(r"[\\;,\n]", lambda found: _ESCAPES[found[0]], clean(value))


def texts(values: Iterable[str]) -> str:
    return ",".join(text(value) for value in values)


def parameter(value: str) -> str:
    """The value of a parameter, in quotes where it must be and nowhere else."""
    value = re.sub(r'[\^"\n]', lambda found: _CARETS[found[0]], clean(value))
    return value if _BARE.fullmatch(value) else f'"{value}"'


def line(name: str, value: str, parameters: Parameters = ()) -> str:
    """A content line, unfolded. `value` is written as it stands; parameters without a value are left out."""
    said = [
        f";{key}={','.join(parameter(one) for one in ((given,) if isinstance(given, str) else given))}"
        for key, given in parameters
        if given
    ]
    whole = f"{name}{''.join(said)}:{value}"
    if "\n" in whole or "\r" in whole:
        raise FeedError(f"The {name} of an event cannot hold a line break.")
    return whole


def folded(lines: Iterable[str]) -> bytes:
    """The lines as they travel: CRLF, at most 75 octets each, no character cut in two."""
    return b"".join(_fold(one.encode()) for one in lines)


def _fold(octets: bytes) -> bytes:
    parts, room = [], LONGEST_LINE
    while len(octets) > room:
        cut = room
        while octets[cut] & 0xC0 == 0x80:
            cut -= 1
        parts.append(octets[:cut])
        octets, room = octets[cut:], LONGEST_LINE - 1
    return b"\r\n ".join([*parts, octets]) + b"\r\n"
