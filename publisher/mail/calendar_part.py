"""The calendar part of a letter: an invitation compiled once for everybody, with marks where two readers differ.

A `Stencil` gives the values that stand for a reader's own while a calendar is written; `body` cuts them out again. What
comes of it says nothing of anybody: the address, the name, when the mail was made, the sequence and the links are filled in
for each reader (`marks.CALENDAR_KINDS`). Sources: RFC 5545, RFC 6047 §2.4; why the calendar is the last alternative and is
attached as well: rows M4 and M6 of the list of conformance.
"""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from feeds.calendar.lines import folded
from feeds.calendar.values import Answer, Attendee, Calendar, Role
from feeds.calendar.writing import lines
from publisher.errors import TemplateError
from publisher.mail import quoted
from publisher.mail.marks import Ink, Piece, Slot, encoder_of, is_link
from publisher.mail.parts import Part, encoded

FILE_NAME = "invite.ics"


@dataclass(frozen=True)
class Mark:
    """A reader's value within a line: `mailto`, `attendee`, `stamp`, `sequence`, `link:join`."""

    spelled: str


@dataclass(frozen=True)
class CalendarBody:
    """A calendar that is not folded yet: its method, and lines of text and marks. Equal ones compile to equal bytes."""

    method: str
    lines: tuple[tuple[str | Mark, ...], ...]

    def links(self) -> tuple[str, ...]:
        """The links that each reader must have a value for."""
        found = (piece.spelled.partition(":")[2] for line in self.lines for piece in line if isinstance(piece, Mark))
        return tuple(dict.fromkeys(name for name in found if name))


@dataclass
class Stencil:
    """What stands for one reader while a calendar is written. Take one for each calendar."""

    nonce: str = field(default_factory=lambda: "zq" + secrets.token_hex(9))

    def attendee(
        self, *, rsvp: bool = False, partstat: Answer = "NEEDS-ACTION", role: Role = "REQ-PARTICIPANT"
    ) -> Attendee:
        """Whoever gets the mail."""
        return Attendee(f"{self.nonce}@mark.invalid", self.nonce, role, partstat, rsvp)

    def link(self, name: str) -> str:
        """An address of the reader's own: one of `marks.LINKS`, or of several `join-12`."""
        if not is_link(name):
            raise TemplateError(f"There is no link “{name}”.")
        return f"https://{self.nonce}.invalid/{name}/"

    def body(self, calendar: Calendar) -> CalendarBody:
        """The calendar with marks in the place of stamps, sequences, the attendee and the links."""
        return CalendarBody(calendar.method or "", tuple(self._cut(line) for line in lines(calendar)))

    def _cut(self, line: str) -> tuple[str | Mark, ...]:
        name = re.split("[;:]", line, maxsplit=1)[0]
        if name in ("DTSTAMP", "SEQUENCE"):
            return f"{name}:", Mark("stamp" if name == "DTSTAMP" else "sequence")
        return tuple(self._pieces(line))

    def _pieces(self, line: str) -> Iterator[str | Mark]:
        marks = {f";CN={self.nonce}": "attendee", f"mailto:{self.nonce}@mark.invalid": "mailto"}
        parts = re.split(
            rf"(;CN={self.nonce}|mailto:{self.nonce}@mark\.invalid|https://{self.nonce}\.invalid/[a-z0-9-]+/)", line
        )
        for number, part in enumerate(parts):
            if number % 2:
                yield Mark(marks.get(part) or f"link:{part.rstrip('/').rpartition('/')[2]}")
            elif part:
                yield part


def stamp(at: datetime) -> str:
    """An instant as a calendar writes it."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def parts_of(body: CalendarBody, ink: Ink) -> tuple[Part, Part]:
    """The last alternative of the letter, and the same bytes as a file (RFC 6047 §2.4)."""
    chunks = encoded([(None, _compiled(body, ink))])
    shown = Part(type=f"text/calendar; method={body.method}; charset=utf-8", encoding="quoted-printable", chunks=chunks)
    attached = Part(
        type=f'application/ics; name="{FILE_NAME}"',
        encoding="quoted-printable",
        headers=[["Content-Disposition", f'attachment; filename="{FILE_NAME}"']],
        chunks=chunks,
    )
    return shown, attached


def filled(body: CalendarBody, values: Mapping[str, str]) -> bytes:
    """The calendar of one reader, byte for byte what their mail has. `values`: as `Edition.assemble` fills them: `mailto`,
    `attendee`, `stamp`, `sequence` and the links by name."""
    ink = Ink()
    pieces = _compiled(body, ink)
    wire = b"".join(_filled(piece, ink.slots, values) for piece in pieces)
    return quoted.decoded(wire).replace("\n", "\r\n").encode()


def _filled(piece: Piece, slots: Sequence[Slot], values: Mapping[str, str]) -> bytes:
    if isinstance(piece, str):
        return quoted.segment(piece).encode("ascii")
    assert isinstance(piece, int)  # nothing in a calendar is optional
    slot = slots[piece]
    return bytes(encoder_of(slot)(values.get(slot.source, "")))


def _compiled(body: CalendarBody, ink: Ink) -> list[Piece]:
    """Folded text and the numbers of slots. A mark begins a line that continues the one above, and so does what follows it."""
    pieces: list[Piece] = []
    text = ""
    for line in body.lines:
        for place, piece in enumerate(line):
            if isinstance(piece, str):
                text += _folded(piece, begins=place == 0)
            else:
                pieces += [text, ink.slot("calendar", piece.spelled)] if text else [ink.slot("calendar", piece.spelled)]
                text = ""
        text += "\n"
    return [*pieces, text]


def _folded(text: str, *, begins: bool) -> str:
    """Text that begins a line, or goes on in a line of its own, without the end of the last line."""
    rows = folded([text if begins else f" {text}"]).decode().replace("\r\n", "\n").removesuffix("\n")
    return rows if begins else f"\n{rows}"
