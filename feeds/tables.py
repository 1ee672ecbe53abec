"""Tables people keep: CSV in any of its dialects, JSON arrays, JSON lines, and the JSON answers of catalogues.

A header is understood in a forgiving way (`columns.py`). A row that is broken is named by its number, as a spreadsheet
would count it, and the rest is read.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from feeds.columns import column_of, item_of
from feeds.errors import FeedError
from feeds.jsontext import load, words
from feeds.links import absolute
from feeds.values import ReadFeed, ReadItem, capped, told

DELIMITERS = ",;\t|"
MOST_LINES = 500
"""Lines one record may span; a quote that is not closed by then was not meant as one."""
MANY_BROKEN = 200
LISTS = {"items", "records", "results", "data", "resources", "entries", "works", "hits", "docs", "documents", "rows"}
LISTS |= {"value", "publications", "list"}
NEEDED = {"title", "link", "guid"}
Row = tuple[int, list[str]]


def read_csv(text: str, *, url: str | None, now: datetime, problems: Sequence[str] = ()) -> ReadFeed:
    """The rows as items. The first row that is not empty is the header; without a known column there is nothing to read."""
    lines = text.replace("\x00", "").lstrip("\ufeff").splitlines(keepends=True)
    start, delimiter = _dialect(lines)
    rows = _rows(lines, start, delimiter)
    _, header = next(rows, (0, []))
    columns = [column_of(name) for name in header]
    if not NEEDED & set(columns):
        raise FeedError("The table has no column for a title, a link or an id in its first row.")
    taken, more = capped(rows)
    items, wrong = [], [*problems, *more]
    for number, cells in taken:
        found = _checked(number, cells, header, url)
        if isinstance(found, ReadItem):
            items.append(found)
        elif found:
            wrong.append(found)
    return ReadFeed(format="csv", link=url, items=tuple(items), problems=told(wrong), read_at=now)


def is_csv(text: str) -> bool:
    """Whether the first lines look like a table with a header we know."""
    lines = text.lstrip("\ufeff").splitlines(keepends=True)[:20]
    if not lines:
        return False
    start, delimiter = _dialect(lines)
    _, header = next(_rows(lines, start, delimiter), (0, []))
    return bool(NEEDED & {column_of(name) for name in header}) and len(header) > 1


def read_json(value: Any, *, url: str | None, now: datetime, problems: Sequence[str] = ()) -> ReadFeed:
    """The objects of an array as items, also of an array inside an object, as the answers of catalogues have it."""
    records = _records(value)
    if records is None:
        raise FeedError("The JSON holds no list of records.")
    taken, more = capped(records)
    items, wrong = [], [*problems, *more]
    for number, record in enumerate(taken, 1):
        item = item_of(record, url) if isinstance(record, Mapping) else None
        if item is None:
            wrong.append(f"Record {number} has neither a title nor a link; it was left out.")
        else:
            items.append(item)
    following = _following(value, url) if isinstance(value, Mapping) else None
    return ReadFeed(format="json", link=url, items=tuple(items), next_page=following, problems=told(wrong), read_at=now)


def json_lines(text: str) -> tuple[list[Any], list[str]] | None:
    """The values of a text with one JSON object a line, and the lines that are none; nothing if the first is none."""
    values, wrong = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            values.append(load(line))
        except FeedError:
            if not values:
                return None
            wrong.append(f"Line {number} is not JSON; it was left out.")
    return (values, wrong) if len(values) > 1 else None


def _checked(number: int, cells: list[str], header: list[str], url: str | None) -> ReadItem | str | None:
    """The item of a row, or the sentence why there is none; nothing for an empty row."""
    if not any(cell.strip() for cell in cells):
        return None
    if len(cells) != len(header) and (len(cells) < len(header) or any(cell.strip() for cell in cells[len(header) :])):
        return f"Row {number} has {len(cells)} cells where the header has {len(header)}; it was left out."
    item = item_of(_record(header, cells), url)
    return item or f"Row {number} has neither a title nor a link; it was left out."


def _record(header: list[str], cells: list[str]) -> dict[str, str]:
    """The cells by column; of two columns of one name the first that says something."""
    record: dict[str, str] = {}
    for name, cell in zip(header, cells, strict=False):
        if not record.get(name):
            record[name] = cell
    return record


def _dialect(lines: list[str]) -> tuple[int, str]:
    """The index of the first line of the table and its delimiter. Excel may write "sep=;" above the header."""
    for index, line in enumerate(lines):
        if match := re.match(r"\s*\"?sep=([,;\t|])", line, re.I):
            return index + 1, match[1]
        if line.strip():
            bare = re.sub(r'"[^"]*"', "", line)
            return index, max(DELIMITERS, key=bare.count)
    return 0, ","


def _rows(lines: list[str], start: int, delimiter: str) -> Iterator[Row]:
    """The records with their row numbers. A stray quote costs its own line, never the rest of the file."""
    position, number, broken = start, start, 0
    while position < len(lines):
        number += 1
        span = MOST_LINES if broken < MANY_BROKEN else 2  # else every line could cost five hundred
        reader = csv.reader(lines[position : position + span], delimiter=delimiter, strict=True)
        try:
            cells, used = next(reader), reader.line_num
        except csv.Error:
            cells, used, broken = _alone(lines[position], delimiter), 1, broken + 1
        position += used
        yield number, cells


def _alone(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=False), [])
    except csv.Error:
        return [line]


def _records(value: Any, depth: int = 0) -> list[Any] | None:
    """The list of records: an array of objects, one under a name that says so, the object itself, or any array inside."""
    if isinstance(value, list):
        return value if any(isinstance(part, Mapping) for part in value) else None
    if not isinstance(value, Mapping) or depth > 3:
        return None
    arrays = [name for name, part in value.items() if isinstance(part, list) and _records(part)]
    for name in arrays:
        if str(name).lower() in LISTS:
            return list(value[name])
    meant = {column_of(str(name)) for name in value}
    if "title" in meant and {"link", "guid", "doi"} & meant:
        return [value]
    inside = (found for part in value.values() if isinstance(part, Mapping) and (found := _records(part, depth + 1)))
    return next(inside, None) or (list(value[arrays[0]]) if arrays else None)


def _following(value: Mapping[str, Any], url: str | None) -> str | None:
    links = value.get("links")
    places = [value, links if isinstance(links, Mapping) else {}]
    named = (place.get(key) for place in places for key in ("next", "next_url", "next_page", "nextPage"))
    return next(
        (found for link in named if isinstance(link, str | Mapping) and (found := absolute(words(link), url))), None
    )
