"""How a reader's values are written in a calendar (RFC 5545), inside a quoted-printable part.

A value begins a line of its own that continues the one above (§3.1), so that what stands around it is folded once for everybody;
an instant and a number are short and stay in their line. Nothing here ends a line: the text behind the mark does.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from feeds.calendar.lines import LONGEST_LINE, parameter
from publisher.mail import headers, quoted

#: What stands for itself in a mailto address (RFC 6068 §2).
_PLAIN = "@!$&'*+=-._~"
_UNSAFE = re.compile(r'[^!-~]|[",;\\<>^`{|}]')


def mailto(address: str) -> bytes:
    """A calendar address (§3.3.3) from a mail address; `BadInput` where it is none."""
    return continued(f"mailto:{quote(headers.wire_address(address, smtputf8=True), safe=_PLAIN)}") if address else b""


def attendee(name: str) -> bytes:
    """The parameter that names a person, with its semicolon; nothing for who gave no name."""
    name = headers.clean(name)
    return continued(f";CN={parameter(name)}") if name else b""


def link(url: str) -> bytes:
    """An address, the same in a URI and in a TEXT: what either would read otherwise is percent-encoded."""
    return continued(_UNSAFE.sub(lambda found: quote(found[0], safe=""), url))


def short(value: str) -> bytes:
    """An instant or a number, in the line where it stands."""
    return quoted.value(value)


def continued(text: str) -> bytes:
    """Text on lines that continue the one above, of at most 75 octets, no character cut in two and none of them empty."""
    rows: list[str] = []
    room = 0
    for character in quoted.clean(text):
        size = len(character.encode("utf-8"))
        if size > room:
            rows.append("")
            room = LONGEST_LINE - 1
        rows[-1] += character
        room -= size
    return quoted.segment("".join(f"\n {row}" for row in rows)).encode("ascii")


ENCODERS: dict[str, Callable[[str], Any]] = {
    "mailto": mailto,
    "attendee": attendee,
    "stamp": short,
    "sequence": short,
    "link": link,
}
