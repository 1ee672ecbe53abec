"""Other people's calendars, taken apart: lines, properties, parameters, components (RFC 5545 §3.1, §3.2; RFC 6868).

Whatever can be read is read; what is wrong with the bytes is kept beside it as faults, so that one reader serves the checks, the
replies that people's programs send, and our own calendars.
"""

import re
from dataclasses import dataclass, field

from feeds.calendar.lines import LONGEST_LINE
from feeds.errors import TooLarge, UnknownFormat

LARGEST = 5_000_000
#: Lines of a document, octets of one of them unfolded, components within components.
MOST_LINES, LONGEST, DEEPEST = 200_000, 1_000_000, 5
#: Faults of one kind that are kept.
MOST_FAULTS = 200

_NAME = re.compile(r"[A-Za-z0-9-]+")
_VALUE = r'(?:"[^"]*"|[^";:,]*)'
_PARAMETER = re.compile(rf";([A-Za-z0-9-]+)=({_VALUE}(?:,{_VALUE})*)")
_ONE = re.compile(r'"([^"]*)"|([^",]+)')
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_CARET = re.compile(r"\^([n'^])")
_ESCAPE = re.compile(r"\\([\\;,nN])")


@dataclass(frozen=True)
class Parameter:
    """`values` as they are meant, without quotes; `said` as they stand."""

    name: str
    values: tuple[str, ...]
    said: str


@dataclass(frozen=True)
class Property:
    """`name` in capitals; `value` as it stands, escapes and all; `line`: the first of its lines, from 1."""

    name: str
    parameters: tuple[Parameter, ...]
    value: str
    line: int

    def get(self, name: str) -> str | None:
        return next((one.values[0] for one in self.parameters if one.name == name and one.values), None)

    @property
    def text(self) -> str:
        """The value, read as TEXT."""
        return unescaped(self.value)


@dataclass
class Component:
    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    components: list["Component"] = field(default_factory=list)

    def all(self, *names: str) -> list[Property]:
        return [one for one in self.properties if one.name in names]

    def first(self, name: str) -> Property | None:
        return next((one for one in self.properties if one.name == name), None)

    def value(self, name: str) -> str:
        """The first one's value, or nothing."""
        found = self.first(name)
        return found.value if found else ""

    def parts(self, *names: str) -> list["Component"]:
        return [one for one in self.components if one.name in names]


@dataclass(frozen=True)
class Fault:
    """`kind`: `utf-8`, `mark`, `line-breaks`, `length`, `cut`, `control`, `blank`, `line`, `quotes`, `nesting`, `outside`."""

    kind: str
    line: int
    what: str = ""


@dataclass(frozen=True)
class Document:
    calendars: tuple[Component, ...]
    faults: tuple[Fault, ...]


def read(data: bytes) -> Document:
    """The calendars in `data`. `UnknownFormat` where there is none, `TooLarge` where there is more than we read."""
    if len(data) > LARGEST:
        raise TooLarge(f"The calendar is larger than {LARGEST // 1_000_000} MB.")
    if b"BEGIN:VCALENDAR" not in data[:100_000].upper():
        raise UnknownFormat("This is not a calendar: BEGIN:VCALENDAR is not in it.")
    reader = _Reader()
    reader.take(data)
    if not reader.calendars:
        raise UnknownFormat("This is not a calendar: no line of it says BEGIN:VCALENDAR.")
    return Document(tuple(reader.calendars), tuple(reader.faults))


def unescaped(value: str) -> str:
    """A TEXT as it is meant (RFC 5545 §3.3.11); a backslash before anything else stays."""
    return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def split(value: str) -> list[str]:
    """The texts of a list, as they are meant."""
    return [unescaped(part) for part in re.findall(r"(?:^|,)((?:\\.|[^,\\])*)", value, re.DOTALL)]


class _Reader:
    def __init__(self) -> None:
        self.calendars: list[Component] = []
        self.faults: list[Fault] = []
        self._open: list[Component] = []
        self._counts: dict[str, int] = {}

    def take(self, data: bytes) -> None:
        if data.startswith(b"\xef\xbb\xbf"):
            self._fault("mark", 1)
            data = data[3:]
        for number, octets in self._unfolded(data):
            try:
                words = octets.decode()
            except UnicodeDecodeError:
                self._fault("utf-8", number)
                words = octets.decode(errors="replace")
            if _CONTROL.search(words):
                self._fault("control", number)
            self._line(words, number)
        for part in self._open:
            self._fault("nesting", part.line, f"{part.name[:40]} is begun and never ended")

    def _unfolded(self, data: bytes) -> list[tuple[int, bytes]]:
        """Whole lines with the number of their first; what is wrong with the physical ones is noted."""
        lines = data.split(b"\n")
        if len(lines) > MOST_LINES:
            raise TooLarge(f"The calendar has more than {MOST_LINES:,} lines.")
        if lines[-1]:
            self._fault("line-breaks", len(lines))
        else:
            lines.pop()
        whole: list[tuple[int, list[bytes]]] = []
        for number, one in enumerate(lines, 1):
            octets = one.removesuffix(b"\r")
            if octets is one and number < len(lines):
                self._fault("line-breaks", number)
            if len(octets) > LONGEST_LINE:
                self._fault("length", number, f"{len(octets):,}")
            if octets[:1] in (b" ", b"\t") and whole:
                if octets[1:2] and octets[1] & 0xC0 == 0x80:
                    self._fault("cut", number)
                whole[-1][1].append(octets[1:])
            elif octets:
                whole.append((number, [octets]))
            else:
                self._fault("blank", number)
        joined = [(number, b"".join(parts)) for number, parts in whole]
        if any(len(octets) > LONGEST for _, octets in joined):
            raise TooLarge(f"A line of the calendar has more than {LONGEST:,} octets.")
        return joined

    def _line(self, words: str, number: int) -> None:
        found = self._property(words, number)
        if found is None:
            return
        if found.name == "BEGIN":
            self._begin(found)
        elif found.name == "END":
            self._end(found)
        elif self._open:
            self._open[-1].properties.append(found)
        else:
            self._fault("outside", number, found.name[:40])

    def _begin(self, found: Property) -> None:
        part = Component(found.value.strip().upper(), found.line)
        if len(self._open) >= DEEPEST:
            raise TooLarge(f"The calendar has more than {DEEPEST} components within each other.")
        if self._open:
            self._open[-1].components.append(part)
        elif part.name == "VCALENDAR":
            self.calendars.append(part)
        else:
            self._fault("outside", found.line, part.name[:40])
        self._open.append(part)

    def _end(self, found: Property) -> None:
        name = found.value.strip().upper()
        if name not in [part.name for part in self._open]:
            self._fault("nesting", found.line, f"{name[:40]} is ended and was not begun")
            return
        while (part := self._open.pop()).name != name:
            self._fault("nesting", part.line, f"{part.name[:40]} is begun and not ended before {name[:40]} is")

    def _property(self, words: str, number: int) -> Property | None:
        name = _NAME.match(words)
        if name is None:
            self._fault("line", number, words[:40])
            return None
        at, parameters = name.end(), []
        while found := _PARAMETER.match(words, at):
            at = found.end()
            parameters.append(Parameter(found[1].upper(), _values(found[2]), found[2]))
        if words[at : at + 1] == '"':
            self._fault("quotes", number, words[:40])
            at = words.find(":", at)
        if at < 0 or words[at : at + 1] != ":":
            self._fault("line", number, words[:40])
            return None
        return Property(name[0].upper(), tuple(parameters), words[at + 1 :], number)

    def _fault(self, kind: str, line: int, what: str = "") -> None:
        self._counts[kind] = self._counts.get(kind, 0) + 1
        if self._counts[kind] <= MOST_FAULTS:
            self.faults.append(Fault(kind, line, what))


def _values(said: str) -> tuple[str, ...]:
    found = [quoted or bare for quoted, bare in _ONE.findall(said)]
    return tuple(_CARET.sub(lambda caret: {"n": "\n", "'": '"', "^": "^"}[caret[1]], one) for one in found) or ("",)
