"""What commands print. Answers go to standard output, everything else to standard error.

With `--json` an answer is one JSON document. Without it, a terminal gets a table; a pipe gets lines with tabs between the
columns, which other programs can cut.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
from typing import Any

Row = Mapping[str, Any]


def note(sentence: str) -> None:
    """A message that is no part of the answer."""
    print(sentence, file=sys.stderr)


def answer(data: object, as_json: bool, *sentences: str) -> None:
    """`data` as JSON, or the same in sentences."""
    if as_json:
        print(json.dumps(data, ensure_ascii=False, indent=2, default=_plain))
    else:
        for sentence in sentences:
            print(sentence)


def listing(rows: Sequence[Row], as_json: bool, *columns: str, empty: str = "There is nothing yet.") -> None:
    """Rows as one JSON array, or these columns of them as a table."""
    if as_json:
        answer(rows, True)
    elif not rows:
        note(empty)
    elif sys.stdout.isatty():
        _table(rows, columns)
    else:
        print("\t".join(columns))
        for row in rows:
            print("\t".join(" ".join(_cell(row.get(name)).split()) for name in columns))


def details(data: Row, as_json: bool) -> None:
    """One thing: a JSON object, or a line for each of its parts that says something."""
    if as_json:
        answer(data, True)
        return
    named = {name.replace("_", " "): _cell(value) for name, value in data.items() if value not in (None, "", [], {})}
    width = max(map(len, named), default=0)
    for name, text in named.items():
        print(f"{name:<{width}}  " + text.replace("\n", "\n" + " " * (width + 2)))


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on standard error while something long runs; the callable is told how many more are done. Nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _number: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    looks = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*looks, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda number: bar.advance(task, number)


def counted(number: int, thing: str) -> str:
    """`1 item`, `2 items`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def stamp(value: datetime) -> str:
    """ISO 8601 in UTC, to the second."""
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _plain(value: object) -> object:
    """What JSON has no form for."""
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} has no place in an answer")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_cell(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_cell, value)) if not _has_parts(value) else "\n".join(map(_line, value))
    return str(value)


def _has_parts(values: Iterable[object]) -> bool:
    return any(isinstance(one, Mapping) for one in values)


def _line(parts: Mapping[str, object]) -> str:
    return "  ".join(text for value in parts.values() if (text := _cell(value)))


def _table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for name in columns:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row.get(name))) for name in columns))
    Console().print(table)
