"""Reading a table of people as people export it: any usual encoding and separator, and broken rows that stay apart.

A row with a quote that never closes must not swallow the rows below it, so rows are taken line by line, and joined only
while a quoted cell really goes on. Nothing is read ahead by more than one row: memory does not grow with the file.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, TextIO

from publisher.errors import BadInput

LONGEST_ROW = 64 * 1024  # characters
MOST_LINES = 30  # of one row; a quoted cell that goes on for longer was never closed
_SNIFFED = 64 * 1024
_SEPARATORS = (",", ";", "\t", "|")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "'")


@dataclass(frozen=True)
class Row:
    """One row as numbered in a spreadsheet: the first is 1. `problem` says why `cells` could not be read."""

    number: int
    cells: list[str]
    problem: str = ""


def rows(file: BinaryIO) -> Iterator[Row]:
    """Every row of a file that is not empty. `BadInput` where it is no text at all."""
    start = file.read(_SNIFFED)
    encoding = encoding_of(start)
    if "\0" in start.decode(encoding, errors="replace"):
        raise BadInput("This is not a table in text form. Save it as CSV, then try again.")
    text = io.TextIOWrapper(io.BufferedReader(_Joined(start, file)), encoding=encoding, errors="replace", newline=None)
    lines = _Lines(text)
    separator = separator_of(lines.peek())
    number = 0
    while (line := lines.next()) is not None:
        number += 1
        if line.strip(" \n\ufeff" + separator):
            yield _row(number, line, lines, separator)


def encoding_of(start: bytes) -> str:
    """UTF-8 or UTF-16 by their marks, UTF-16 by its zeros, else UTF-8 where that reads, else Windows’ Latin."""
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    half = start[:2000]
    if len(half) > 3 and half.count(0) * 3 > len(half):
        return "utf-16-be" if half[0] == 0 else "utf-16-le"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start, final=False)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def separator_of(header: str) -> str:
    """The separator that the first line has most of, outside quotes; the comma where it has none."""
    outside = "".join(part for index, part in enumerate(header.split('"')) if index % 2 == 0)
    return max(_SEPARATORS, key=lambda mark: (outside.count(mark), -_SEPARATORS.index(mark)))


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: a quote mark stands before what begins like one."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def unguarded(cell: str) -> str:
    """The cell as it was before `guarded`."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in _FORMULA else cell


def line_of(cells: Iterable[str]) -> str:
    """One row as CSV (RFC 4180), guarded against formulas."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([guarded(cell) for cell in cells])
    return out.getvalue()


def _row(number: int, line: str, lines: "_Lines", separator: str) -> Row:
    """The row that begins with this line. Lines that turn out not to belong to it are given back."""
    taken = [line]
    while True:
        if sum(map(len, taken)) > LONGEST_ROW:
            lines.give_back(taken[1:])
            return Row(number, [], "The row is too long.")
        try:
            return _checked(number, next(csv.reader(taken, delimiter=separator, strict=True)))
        except (csv.Error, StopIteration) as problem:
            goes_on = "unexpected end of data" in str(problem)
        if not goes_on and len(taken) == 1:
            return _leniently(number, line, separator)
        more = lines.next() if goes_on and len(taken) < MOST_LINES else None
        if more is None:
            lines.give_back(taken[1:])
            return Row(number, [], "A quotation mark opens a cell and none closes it.")
        taken.append(more)


def _leniently(number: int, line: str, separator: str) -> Row:
    """A row whose quotes stand oddly, such as `"Ann" Lee`; most readers of CSV take it, so we do."""
    try:
        return _checked(number, next(csv.reader([line], delimiter=separator)))
    except (csv.Error, StopIteration):
        return Row(number, [], "The row cannot be read.")


def _checked(number: int, cells: list[str]) -> Row:
    if any("\ufffd" in cell for cell in cells):
        return Row(number, cells, "The row has characters that are not in the file’s encoding.")
    return Row(number, cells)


class _Lines:
    """Lines with a bound on their length, that can be given back."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._waiting: list[str] = []

    def next(self) -> str | None:
        if self._waiting:
            return self._waiting.pop()
        line = self._text.readline(LONGEST_ROW + 1)
        rest = line
        while rest and not rest.endswith("\n"):  # an endless line is cut: what is kept is already too long
            rest = self._text.readline(LONGEST_ROW)
            line += rest if len(line) <= LONGEST_ROW else ""
        return line or None

    def give_back(self, lines: list[str]) -> None:
        self._waiting.extend(reversed(lines))

    def peek(self) -> str:
        line = self.next()
        if line is not None:
            self.give_back([line])
        return line or ""


class _Joined(io.RawIOBase):
    """What was read for sniffing, followed by the rest of the file."""

    def __init__(self, start: bytes, file: BinaryIO) -> None:
        self._start = memoryview(start)
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        if self._start:
            part = self._start[: len(buffer)]
            self._start = self._start[len(part) :]
        else:
            part = memoryview(self._file.read(len(buffer)))
        buffer[: len(part)] = part
        return len(part)
