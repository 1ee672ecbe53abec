"""Marks: the closed list of what may differ between two readers of one letter, and how each is written where it stands.

While a letter is compiled, every mark, block and rich text is a sentinel: letters and digits that begin with a random nonce,
so nothing an author writes can be taken for one, and MJML carries it through text and attributes alike. `Ink` hands the
sentinels to the templates and afterwards cuts the compiled text at them; none is left in a letter.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Any, Literal, TypeAlias

from markupsafe import Markup

from publisher import markdown
from publisher.errors import TemplateError
from publisher.mail import calendar_values, quoted

Context: TypeAlias = Literal["html", "text", "header", "calendar"]

KINDS = ("name", "greeting", "link", "reason", "moment", "token", "attendee")
#: What only a calendar has: the reader's address, when the mail was made, and how often their dates have changed.
CALENDAR_KINDS = ("mailto", "attendee", "stamp", "sequence", "link")
#: `join-12`: one of several of a kind, told apart by a number.
LINKS = frozenset(
    [
        "unsubscribe",
        "preferences",
        "browser",
        "subscribe",
        "confirm",
        "undo",
        "action",
        "register",
        "join",
        "calendar",
        "change",
        "website",
        "booking",
        "speaker",
        "recording",
        "quiet",
        "attended",
        "host",
    ]
)
_LINK = re.compile(r"([a-z]+)(?:-\d+)?", re.ASCII)

# What a compiled text is made of: text, the number of a slot, or pieces that stand only where a slot is not empty.
Piece: TypeAlias = "str | int | tuple[int, list[Piece]]"
# Whose pieces: everybody's (None), those of a block (its number), the heading of a section (its key).
Chunk: TypeAlias = "tuple[int | str | None, list[Piece]]"


@dataclass(frozen=True)
class Slot:
    """One mark in one context. `argument`: which link, or the instant (ISO 8601, UTC)."""

    context: Context
    kind: str
    argument: str = ""

    @property
    def source(self) -> str:
        """The name of the value that fills it."""
        return self.argument if self.kind == "link" else self.kind


@dataclass(frozen=True)
class Block:
    """A part of the letter that a reader's selection takes or leaves. `until`: senseless after this instant."""

    key: str
    section: str | None = None
    until: datetime | None = None


@dataclass
class Ink:
    """The sentinels of one compilation. `rich_texts`: both forms of what people wrote, by name."""

    rich_texts: Mapping[str, markdown.Rich] = field(default_factory=dict)
    nonce: str = field(default_factory=lambda: "zq" + secrets.token_hex(9))
    slots: list[Slot] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)

    def functions(self, context: Context) -> dict[str, Callable[..., Any]]:
        """What a template of this context may call: `mark`, `rich`, `has_rich`, `block`, `heading`, `only_with`."""

        def mark(kind: str, argument: object = "") -> Markup:
            return self._sentinel("m", self.slot(context, kind, argument))

        def rich(name: str) -> Markup:
            if name not in self.rich_texts:
                raise TemplateError(f"The letter has no rich text called “{name}”.")
            if context == "html":
                return self._sentinel("r", list(self.rich_texts).index(name))
            return Markup(self.rich_texts[name].text)  # noqa: S704 - goes into plain text

        def has_rich(name: str) -> bool:
            return name in self.rich_texts and bool(self.rich_texts[name].text)

        def block(
            key: str, section: str | None = None, until: datetime | None = None, *, caller: Callable[[], str]
        ) -> Markup:
            opening = self._sentinel("b", self._block(key, section, until))
            return self._around(context, opening, caller())

        def heading(section: str, *, caller: Callable[[], str]) -> Markup:
            if section not in self.sections:
                self.sections.append(section)
            return self._around(context, self._sentinel("s", self.sections.index(section)), caller())

        def only_with(kind: str, *, caller: Callable[[], str]) -> Markup:
            opening = self._sentinel("o", self.slot(context, kind, ""))
            return Markup(f"{opening}{caller()}{self._sentinel('c', 0)}")  # noqa: S704 - a rendered template

        return {
            "mark": mark,
            "rich": rich,
            "has_rich": has_rich,
            "block": block,
            "heading": heading,
            "only_with": only_with,
        }

    def with_rich_texts(self, html: str) -> str:
        """Compiled HTML with the sanitised rich texts in their places."""
        for number, text in enumerate(self.rich_texts.values()):
            html = html.replace(self._sentinel("r", number), text.html)
        return html

    def cut(self, text: str, where: str) -> list[Chunk]:
        """Compiled text as chunks. `TemplateError` (naming `where`) for a mark that was changed or a block not closed."""
        words = re.split(rf"{self.nonce}([mbsoce])(\d+)z", text)
        if any(self.nonce.casefold() in static.casefold() for static in words[0::3]):
            raise TemplateError(f"In {where} a mark was changed after it was written; do not filter marks.")
        chunks: list[Chunk] = [(None, [])]
        open_pieces: list[list[Piece]] = [chunks[0][1]]
        _append(open_pieces[-1], words[0])
        for letter, number, static in zip(words[1::3], words[2::3], words[3::3], strict=True):
            index = int(number)
            if letter in "bse":
                if len(open_pieces) != 1 or (letter == "e") != (chunks[-1][0] is not None):
                    raise TemplateError(f"In {where} a block or heading begins inside another, or ends twice.")
                owner = index if letter == "b" else self.sections[index] if letter == "s" else None
                chunks.append((owner, []))
                open_pieces = [chunks[-1][1]]
            elif letter == "o":
                inner: list[Piece] = []
                open_pieces[-1].append((index, inner))
                open_pieces.append(inner)
            elif letter == "c":
                open_pieces.pop()
            else:
                open_pieces[-1].append(index)
            if not open_pieces:
                raise TemplateError(f"In {where} an only_with ends that never began.")
            _append(open_pieces[-1], static)
        if len(open_pieces) != 1 or chunks[-1][0] is not None:
            raise TemplateError(f"In {where} a block or only_with does not end.")
        return [chunk for chunk in chunks if chunk[1]]

    def one_line_end(self, text: str) -> str:
        """Plain text with exactly one line end behind it, also where an `only_with` that has its own comes last."""
        text = text.strip("\n")
        return text if re.search(rf"\n{self.nonce}[ce]\d+z$", text) else text + "\n"

    def sentinels(self, text: str) -> list[str]:
        """Every sentinel in a text, in order."""
        return re.findall(rf"{self.nonce}[a-z]\d+z", text)

    def named(self, sentinel: str) -> str:
        """What a sentinel stands for, in the words of a template."""
        letter, number = sentinel[len(self.nonce)], int(sentinel[len(self.nonce) + 1 : -1])
        if letter == "m":
            slot = self.slots[number]
            return slot.kind + (f":{slot.argument}" if slot.argument else "")
        return {"r": "rich", "b": "block", "s": "heading", "e": "the end of a block"}.get(letter, "only_with")

    def slot(self, context: Context, spelled: str, argument: object = "") -> int:
        """The number of a mark in a context; `TemplateError` for one that there is not."""
        kind, _, which = spelled.partition(":")
        kinds = CALENDAR_KINDS if context == "calendar" else KINDS
        if kind not in kinds or (kind == "link") != bool(which) or (which and not is_link(which)):
            raise TemplateError(f"There is no mark “{spelled}”. Marks are {', '.join(kinds)}; links {sorted(LINKS)}.")
        if kind == "moment":
            if not isinstance(argument, datetime) or argument.tzinfo is None:
                raise TemplateError("The mark “moment” needs an instant with its time zone.")
            which = argument.astimezone(UTC).isoformat()
        slot = Slot(context, kind, which)
        if slot not in self.slots:
            self.slots.append(slot)
        return self.slots.index(slot)

    def _block(self, key: str, section: str | None, until: datetime | None) -> int:
        """The number of a block; HTML and text name the same ones."""
        block = Block(str(key), section, until)
        if block not in self.blocks:
            if any(other.key == block.key for other in self.blocks):
                raise TemplateError(f"Two blocks of the letter are called “{key}”.")
            self.blocks.append(block)
        return self.blocks.index(block)

    def _sentinel(self, letter: str, number: int) -> Markup:
        return Markup(f"{self.nonce}{letter}{number}z")  # noqa: S704 - letters and digits

    def _around(self, context: Context, opening: str, body: str) -> Markup:
        """A block between its sentinels; in plain text it brings the empty line above it, a heading two."""
        closing = self._sentinel("e", 0)
        if context == "html":
            return Markup(f"<mj-raw>{opening}</mj-raw>{body}<mj-raw>{closing}</mj-raw>")  # noqa: S704 - as above
        space = "\n\n" if opening[len(self.nonce)] == "s" else "\n"
        return Markup(f"{opening}{space}{self.one_line_end(str(body))}{closing}")  # noqa: S704 - as above


def is_link(name: str) -> bool:
    """Whether a link may be called so."""
    found = _LINK.fullmatch(name)
    return found is not None and found[1] in LINKS


def html_value(text: str) -> bytes:
    """A value as it stands in the HTML part, in text and in attributes."""
    return quoted.value(escape(text))


def text_value(text: str) -> bytes:
    """A value as it stands in the text part."""
    return quoted.value(text)


ENCODERS: dict[str, Callable[[str], Any]] = {"html": html_value, "text": text_value, "header": quoted.clean}


def encoder_of(slot: Slot) -> Callable[[str], Any]:
    """How a value is written where this slot stands. In a calendar that depends on what it is, too."""
    return calendar_values.ENCODERS[slot.kind] if slot.context == "calendar" else ENCODERS[slot.context]


def _append(pieces: list[Piece], static: str) -> None:
    if static:
        pieces.append(static)
