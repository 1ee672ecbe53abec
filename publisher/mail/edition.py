"""A compiled letter in one language, and the join that makes one reader's mail of it.

The body is a MIME tree whose leaves are lists of chunks; flattened, it is one list of bytes and slots. A mail is: the few
values of this reader encoded, the chunks of their blocks appended, one join. No template engine, no `email` package and no
regular expression runs for a reader. The same arguments give the same bytes.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple, TypedDict

from publisher import languages
from publisher.errors import BadInput
from publisher.mail import headers, quoted
from publisher.mail.calendar_part import stamp
from publisher.mail.marks import ENCODERS, Block, Slot, encoder_of
from publisher.mail.parts import Part, Wire, WireChunk, flat, leaves, merged, wire

FORMAT = 1


class Compiled(TypedDict):
    """What `to_bytes` keeps, as JSON knows it. Texts in `body` are quoted-printable already, in `subject` plain."""

    format: int
    language: str
    subject: list[Any]
    top: str
    fixed: str
    unsubscribe: bool
    unsubscribe_mailto: str | None
    greetings: list[str]
    slots: list[list[str]]
    blocks: list[list[str | None]]
    reasons: dict[str, str]
    body: Part
    html_bytes: int
    warnings: list[str]


class _Reader(NamedTuple):
    """One reader's values, by slot, and what they get: reason code by block, and the sections these belong to."""

    filled: list[bytes]
    chosen: Mapping[int, str]
    sections: frozenset[str]


class Edition:
    """One letter in one language. Safe to share between threads."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self.language: str = compiled["language"]
        self.html_bytes: int = compiled["html_bytes"]
        self.warnings: tuple[str, ...] = tuple(compiled["warnings"])
        self.blocks: tuple[Block, ...] = tuple(
            Block(str(key), section, datetime.fromisoformat(until) if until else None)
            for key, section, until in compiled["blocks"]
        )
        self.block_keys: tuple[str, ...] = tuple(block.key for block in self.blocks)
        self.block_until: Mapping[str, datetime | None] = MappingProxyType({b.key: b.until for b in self.blocks})
        self._number = {block.key: number for number, block in enumerate(self.blocks)}
        self._all = dict.fromkeys(range(len(self.blocks)), "")
        self._every_section = frozenset(block.section for block in self.blocks if block.section)
        self._slots = [Slot(context, kind, argument) for context, kind, argument in compiled["slots"]]  # type: ignore[arg-type]
        self._reasons = _encoded_reasons(compiled["reasons"])
        self.reasons: frozenset[str] = frozenset(self._reasons)
        self._moments: dict[tuple[str, str, str], bytes] = {}
        self._top = compiled["top"].encode("ascii")
        self._fixed = compiled["fixed"].encode("utf-8")

    def to_bytes(self) -> bytes:
        """The whole edition, compact; equal editions give equal bytes."""
        return zlib.compress(json.dumps(self._compiled, ensure_ascii=False, separators=(",", ":")).encode(), 6)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Edition":
        """The edition that `to_bytes` wrote; `BadInput` where this is none."""
        try:
            compiled: Compiled = json.loads(zlib.decompress(data))
            if compiled["format"] != FORMAT:
                raise KeyError("format")
        except (zlib.error, ValueError, KeyError, TypeError) as problem:
            raise BadInput("This is not a compiled letter of this version. Compile it again.") from problem
        return cls(compiled)

    @property
    def subject(self) -> str:
        """The subject as a reader without a name sees it."""
        return self.subject_for()

    @property
    def required(self) -> frozenset[str]:
        """Names that `values` must have for every reader: links and tokens that stand outside an `only_with`."""
        return frozenset(s.source for n, s in enumerate(self._slots) if n in self._needed and s.kind in _GIVEN)

    def assemble(
        self,
        *,
        to_name: str,
        to_address: str,
        message_id: str,
        date: datetime,
        values: Mapping[str, str],
        selection: Sequence[tuple[str, str]] | None,
        zone: str = "UTC",
        smtputf8: bool = False,
    ) -> bytes:
        """One reader's mail, ready for the wire (RFC 5322): CRLF, body lines of at most 76 characters, no dot-stuffing
        needed, 7 bit except for a To that needs `smtputf8`.

        `selection`: (block key, reason code) of what this reader gets; None: every block, without reasons. The order is
        the letter's. `values`: the links by name, `token`, `attendee`; with a calendar, `sequence`. `BadInput` for an
        address, link, zone, block or reason that cannot be used.
        """
        compiled = self._compiled
        head = headers.mailbox("To", to_name, to_address, smtputf8=smtputf8)
        if compiled["unsubscribe"]:
            head += self._unsubscribe(values)
        head += headers.date(date) + headers.message_id(message_id)
        subject = self._fixed_subject or self._subject_line(to_name, values, zone)
        out = [self._top, head.encode("utf-8"), subject, self._fixed]
        if self._has_calendar:
            values = {**values, "mailto": to_address, "stamp": stamp(date)}
        self._join(out, self._body, self._reader(to_name, values, selection, zone))
        return b"".join(out)

    def html(
        self,
        *,
        to_name: str = "",
        values: Mapping[str, str],
        selection: Sequence[tuple[str, str]] | None = None,
        zone: str = "UTC",
        **envelope: object,
    ) -> str:
        """The HTML part as a mail program shows it, for previews and the archive. The envelope's arguments are ignored."""
        return self._leaf_text("text/html", self._reader(to_name, {**_UNSEEN, **values}, selection, zone))

    def text(
        self,
        *,
        to_name: str = "",
        values: Mapping[str, str],
        selection: Sequence[tuple[str, str]] | None = None,
        zone: str = "UTC",
        **envelope: object,
    ) -> str:
        """The text part, in the same way."""
        return self._leaf_text("text/plain", self._reader(to_name, {**_UNSEEN, **values}, selection, zone))

    def subject_for(self, to_name: str = "", values: Mapping[str, str] | None = None, zone: str = "UTC") -> str:
        """The subject as this reader sees it."""
        words: list[str] = []
        given = self._given(to_name, values or {})
        for piece in self._compiled["subject"]:
            if isinstance(piece, str):
                words.append(piece)
            elif isinstance(piece, int):
                slot = self._slots[piece]
                words.append(self._moment_text(slot, zone) if slot.kind == "moment" else given.get(slot.source, ""))
        return headers.clean("".join(words))

    def _reader(
        self, name: str, values: Mapping[str, str], selection: Sequence[tuple[str, str]] | None, zone: str
    ) -> _Reader:
        given = self._given(name, values)
        filled = [b""] * (len(self._slots) + 2)
        for number, encode, source in self._plain_slots:
            text = given.get(source)
            if text:
                filled[number] = encode(text)
            elif text is None and number in self._needed:
                raise BadInput(f"This letter needs a value for “{source}”.", field=source)
        for number, slot in self._moment_slots:
            filled[number] = self._moment(slot, zone)
        if selection is None:
            return _Reader(filled, self._all, self._every_section)
        try:
            chosen = {self._number[key]: code for key, code in selection}
        except KeyError as problem:
            raise BadInput(f"This letter has no block {problem}.") from problem
        blocks = self.blocks
        return _Reader(filled, chosen, frozenset(s for n in chosen if (s := blocks[n].section)))

    def _given(self, name: str, values: Mapping[str, str]) -> dict[str, str]:
        name = headers.clean(name)
        greeting = self._compiled["greetings"][0].replace("%(name)s", name) if name else self._compiled["greetings"][1]
        return {"attendee": name, **values, "name": name, "greeting": greeting}

    def _join(self, out: list[bytes], chunks: Sequence[WireChunk], reader: _Reader) -> None:
        filled, chosen, sections = reader
        append = out.append
        html_reason, text_reason = self._reason_slots
        for owner, pieces in chunks:
            if owner is not None:
                if type(owner) is int:
                    code = chosen.get(owner)
                    if code is None:
                        continue
                    try:
                        filled[html_reason], filled[text_reason] = self._reasons[code]
                    except KeyError as problem:
                        raise BadInput(f"This letter knows no reason “{code}”.") from problem
                elif owner not in sections:
                    continue
            for piece in pieces:
                if type(piece) is bytes:
                    append(piece)
                elif type(piece) is int:
                    append(filled[piece])
                else:
                    _append_optional(append, piece, filled)  # type: ignore[arg-type]

    def _leaf_text(self, media_type: str, reader: _Reader) -> str:
        out: list[bytes] = []
        for leaf in leaves(self._compiled["body"]):
            if leaf["type"].startswith(media_type):
                self._join(out, wire(leaf["chunks"]), reader)
                break
        return quoted.decoded(b"".join(out))

    def _unsubscribe(self, values: Mapping[str, str]) -> str:
        link = values.get("unsubscribe")
        if not link:
            raise BadInput("This letter needs a value for “unsubscribe”.", field="unsubscribe")
        mailbox = self._compiled["unsubscribe_mailto"]
        if not mailbox:
            return headers.list_unsubscribe(link)
        # Who writes there is known by the token of their link: its last part, of letters, digits, - _ and one dot.
        token = link.rpartition("/")[2]
        subject = token if token.count(".") == 1 and "?" not in token else "unsubscribe"
        return headers.list_unsubscribe(link, f"mailto:{mailbox}?subject={subject}")

    def _subject_line(self, name: str, values: Mapping[str, str], zone: str) -> bytes:
        return headers.unstructured("Subject", self.subject_for(name, values, zone)).encode("ascii")

    def _moment(self, slot: Slot, zone: str) -> bytes:
        key = (slot.argument, zone, slot.context)
        if key not in self._moments:
            self._moments[key] = encoder_of(slot)(self._moment_text(slot, zone))
        return self._moments[key]

    def _moment_text(self, slot: Slot, zone: str) -> str:
        return languages.moment_in_words(datetime.fromisoformat(slot.argument), zone, self.language)

    @cached_property
    def _body(self) -> tuple[WireChunk, ...]:
        return merged(flat(self._compiled["body"]))

    @cached_property
    def _fixed_subject(self) -> bytes:
        if any(not isinstance(piece, str) for piece in self._compiled["subject"]):
            return b""
        return self._subject_line("", {}, "UTC")

    @cached_property
    def _has_calendar(self) -> bool:
        return any(slot.context == "calendar" for slot in self._slots)

    @cached_property
    def _plain_slots(self) -> list[tuple[int, Any, str]]:
        return [
            (number, encoder_of(slot), slot.source)
            for number, slot in enumerate(self._slots)
            if slot.kind not in ("moment", "reason") and slot.context != "header"
        ]

    @cached_property
    def _moment_slots(self) -> list[tuple[int, Slot]]:
        return [(n, s) for n, s in enumerate(self._slots) if s.kind == "moment" and s.context != "header"]

    @cached_property
    def _reason_slots(self) -> tuple[int, int]:
        numbers = {slot.context: number for number, slot in enumerate(self._slots) if slot.kind == "reason"}
        spare = len(self._slots)
        return numbers.get("html", spare), numbers.get("text", spare + 1)

    @cached_property
    def _needed(self) -> frozenset[int]:
        """Slots that stand outside every `only_with` somewhere in the body."""
        pieces = [piece for leaf in leaves(self._compiled["body"]) for _, inner in leaf["chunks"] for piece in inner]
        return frozenset(piece for piece in pieces if isinstance(piece, int))


_GIVEN = ("link", "token", "sequence")
#: What only the calendar shows, for who looks at the other parts.
_UNSEEN = {"mailto": "", "stamp": "", "sequence": ""}


def _encoded_reasons(reasons: Mapping[str, str]) -> dict[str, tuple[bytes, bytes]]:
    table = {code: (ENCODERS["html"](phrase), ENCODERS["text"](phrase)) for code, phrase in reasons.items()}
    return {**table, "": (b"", b"")}


def _append_optional(append: Any, piece: tuple[int, tuple[Wire, ...]], filled: Sequence[bytes]) -> None:
    condition, pieces = piece
    if not filled[condition]:
        return
    for inner in pieces:
        if type(inner) is bytes:
            append(inner)
        elif type(inner) is int:
            append(filled[inner])
        else:
            _append_optional(append, inner, filled)  # type: ignore[arg-type]
