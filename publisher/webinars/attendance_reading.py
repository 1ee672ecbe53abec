"""Lists of who was there, as meeting services export them, read into rows: any encoding and separator, titles between the parts.

A list is taken line by line, so that a quotation mark that nothing closes spoils one line. What is no list is `BadInput` with a
sentence. Known: Zoom's reports of meetings and webinars, Teams' (UTF-16, tabs, numbered parts, localised), the table of
BigBlueButton's dashboard, and plain lists of addresses with or without minutes.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from feeds.encodings import text_of
from publisher.errors import BadInput
from publisher.languages import folded
from publisher.webinars.attendance_words import Said, column_of, moment_in, seconds_in

LARGEST = 10_000_000
MOST_LINES = 100_000
_DELIMITERS = "\t,;|"
_JUDGED = 300
_WHO = frozenset({"email", "name", "first", "last"})
_WHEN = frozenset({"length", "came", "left", "came_first", "left_last", "attended"})
_NO = frozenset({"no", "non", "nein", "nao", "false", "0", "لا"})
_HOSTS = re.compile(r"\b(?:host|panelists?|moderators?|alternative host)\b")
_BRACKETS = re.compile(r"[^()\[\]]+")
#: Beginnings of files that are no text, and what they are.
_MAGIC = (
    (b"PK\x03\x04", "This is an Excel workbook or another packed file. Save it as CSV there, then try again."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel or Word file. Save it as CSV there, then try again."),
    (b"\x89PNG", "This is a picture, whatever its name says."), (b"\xff\xd8\xff", "This is a picture, whatever its name says."),
    (b"GIF8", "This is a picture, whatever its name says."), (b"RIFF", "This is a picture or sound, whatever its name says."),
    (b"%PDF", "This is a PDF. Export the list as CSV, then try again."),
)  # fmt: skip
NO_LIST = "This is no list of who was there: no line of it names columns such as “Email” or “Name” with “Duration” or “Join time”."


@dataclass(frozen=True)
class Entry:
    """One row of a person. `names`: the name and what stands in its brackets; `seconds`: how long, where it says so; `is_span`:
    `came` and `left` are the first and the last time, and need not be one visit; `absent`: it says that they were not there."""

    row: int
    email: str = ""
    names: tuple[str, ...] = ()
    came: Said | None = None
    left: Said | None = None
    seconds: float | None = None
    is_span: bool = False
    is_host: bool = False
    absent: bool = False
    odd: str = ""  # a time or a length that cannot be read

    @property
    def who(self) -> str:
        return self.email or (self.names[0] if self.names else "")


@dataclass
class Listed:
    """`broken`: rows that cannot be read, and why."""

    format: str
    entries: list[Entry] = field(default_factory=list)
    broken: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Header:
    columns: tuple[str, ...]
    counts: int  # seconds that a bare number of the length stands for
    is_host: bool = False

    @property
    def is_span(self) -> bool:
        return "came_first" in self.columns or "left_last" in self.columns


def read(data: bytes) -> Listed:
    """The rows of a list."""
    lines = _lines(data)
    delimiter = _delimiter(lines)
    listed = Listed("plain")
    header: _Header | None = None
    is_host, found = False, False
    for number, cells in _rows(lines, delimiter, listed):
        if (told := _header(cells)) is not None:
            header, found = replace(told, is_host=is_host), True
            listed.format = _format(cells, delimiter) or listed.format
        elif _is_title(cells, header):
            header, is_host = None, _HOSTS.search(folded(cells[0])) is not None
        elif header is None and not found and (bare := _without_header(cells)):
            header, found = bare, True
            listed.entries.append(_entry(number, cells, bare))
        elif header is not None and "summary" not in header.columns:
            listed.entries.append(_entry(number, cells, header))
    if not found:
        raise BadInput(NO_LIST)
    return _joined(listed)


def _lines(data: bytes) -> list[str]:
    if len(data) > LARGEST:
        raise BadInput(f"The file is larger than {LARGEST // 1_000_000} MB, which no list of people is.")
    for start, sentence in _MAGIC:
        if data.startswith(start):
            raise BadInput(sentence)
    text, _ = text_of(data)
    text = text.lstrip("\ufeff")
    if not text.strip():
        raise BadInput("The file is empty.")
    odd = sum(c < " " and c not in "\t\r\n\f\v" for c in text[:20_000])
    if odd * 100 > min(len(text), 20_000) or "\0" in text:
        raise BadInput("This is not a list in text form. Save it as CSV, then try again.")
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<?xml", "{\\rtf")):
        raise BadInput("This is a page or a document, not a list. Export the list as CSV, then try again.")
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise BadInput(f"The list has more than {MOST_LINES:,} lines.")
    return lines


def _delimiter(lines: list[str]) -> str:
    """The one by which a line among the first names most columns; where none does, the one that stands most often."""
    best, most = ",", (0, 0)
    for delimiter in _DELIMITERS:
        known = (sum(map(bool, map(column_of, _cells(line, delimiter) or []))) for line in lines[:_JUDGED])
        score = (max(known, default=0), sum(line.count(delimiter) for line in lines[:_JUDGED]))
        if score > most:
            best, most = delimiter, score
    return best


def _rows(lines: list[str], delimiter: str, listed: Listed) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(lines, 1):
        if not line.strip(' \t,;|"'):
            continue
        cells = _cells(line, delimiter)
        if cells is None:
            listed.broken.append((number, "This line is too long, or cannot be divided into columns."))
        else:
            yield number, [cell.strip().strip("\u200e\u200f\u202a\u202b\u202c") for cell in cells]


def _cells(line: str, delimiter: str) -> list[str] | None:
    if len(line) > 20_000:
        return None
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except (csv.Error, StopIteration):
        return None


def _header(cells: list[str]) -> _Header | None:
    """The columns that a line names; None where it is no header."""
    if len(cells) > 200 or any("@" in cell or moment_in(cell) for cell in cells):
        return None
    columns = tuple(map(column_of, cells))
    known = {column for column in columns if column}
    names_people = known & _WHO and known & _WHEN
    if not names_people and known != {"email"} and known != {"email", "name"} and "summary" not in known:
        return None
    length = next((cell for cell, column in zip(cells, columns, strict=True) if column == "length"), "")
    return _Header(columns, 1 if re.search(r"sec|sek|seg|ثو", folded(length)) else 60)


def _without_header(cells: list[str]) -> _Header | None:
    """Addresses from the first line on, with a length or without."""
    if not any(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", cell) for cell in cells):
        return None
    columns = ["email" if "@" in cell else "length" if seconds_in(cell) is not None else "" for cell in cells]
    return _Header(tuple(columns), 60)


def _is_title(cells: list[str], header: _Header | None) -> bool:
    """A line that stands above a part of the list: one cell, where the part has several."""
    said = [cell for cell in cells if cell]
    several = header is None or len([column for column in header.columns if column]) > 1
    return len(said) == 1 and bool(cells[0]) and several and "@" not in said[0]


def _format(cells: list[str], delimiter: str) -> str:
    words = [folded(cell.replace("(", " ").replace(")", " ")) for cell in cells]
    line = f" {' | '.join(words)} "
    if "original name" in line or "user email" in line or "time in session" in line:
        return "zoom"
    if "activity score" in line or ("moderator" in line and "talk" in line) or "score d activite" in line:
        return "bigbluebutton"
    return "teams" if " upn " in line or (delimiter == "\t" and len(cells) >= 4) else ""


def _entry(number: int, cells: list[str], header: _Header) -> Entry:
    found: dict[str, str] = {}
    for column, cell in zip(header.columns, cells, strict=False):
        if column and cell and (column not in found or (column == "email" and "@" not in found[column])):
            found[column] = cell
    name = found.get("name") or f"{found.get('first', '')} {found.get('last', '')}".strip()
    email = found.get("email", "")
    came, left = found.get("came_first") or found.get("came"), found.get("left_last") or found.get("left")
    length = found.get("length", "")
    entry = Entry(
        row=number,
        email=email.removeprefix("mailto:")[:320] if "@" in email else "",
        names=_names(name),
        came=moment_in(came) if came else None,
        left=moment_in(left) if left else None,
        seconds=seconds_in(length, counts=header.counts) if length else None,
        is_span=header.is_span,
        is_host=header.is_host,
        absent=folded(found.get("attended", "")) in _NO,
    )
    return replace(entry, odd=_odd(came, left, length, entry))


def _odd(came: str | None, left: str | None, length: str, entry: Entry) -> str:
    """The first cell that says something which nobody can read; a dash says nothing."""
    pairs = ((came, entry.came), (left, entry.left), (length, entry.seconds))
    return next((text[:40] for text, read_as in pairs if text and read_as is None and text.strip("-–— ")), "")


def _names(name: str) -> tuple[str, ...]:
    """`Ann (Ann Otieno)` is one or the other."""
    parts = [part.strip() for part in _BRACKETS.findall(name[:300])]
    return tuple(dict.fromkeys(part for part in (name.strip()[:200], *parts) if part))


def _joined(listed: Listed) -> Listed:
    """Where a list tells of people twice, as a sum and visit by visit, the visits hold; they get their address from the sum."""
    by_name: dict[str, set[str]] = {}
    for entry in listed.entries:
        if entry.email and entry.names:
            by_name.setdefault(folded(entry.names[0]), set()).add(entry.email)
    entries = [_with_address(entry, by_name) for entry in listed.entries]
    visits = {_mark(entry) for entry in entries if not entry.is_span and entry.came is not None}
    listed.entries = [entry for entry in entries if not entry.is_span or _mark(entry) not in visits]
    return listed


def _with_address(entry: Entry, by_name: dict[str, set[str]]) -> Entry:
    known = by_name.get(folded(entry.names[0]), set()) if entry.names and not entry.email else set()
    return replace(entry, email=next(iter(known))) if len(known) == 1 else entry


def _mark(entry: Entry) -> str:
    return entry.email.lower() or (folded(entry.names[0]) if entry.names else "")
