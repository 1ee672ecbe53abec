"""Options that many commands have, and reading what was typed into them."""

import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from publisher import clock
from publisher.errors import BadInput

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Limit = Annotated[int | None, typer.Option(min=0, metavar="N", help="Show the first N only.")]
Now = Annotated[str | None, typer.Option(metavar="ISO8601", help="Act as if it were this moment.")]

#: Who did it, on the trail of what staff did.
WHO = "command line"


def noun(words: str) -> typer.Typer:
    """A group of commands."""
    return typer.Typer(help=words, no_args_is_help=True, rich_markup_mode=None)


def moment(now: str | None) -> datetime:
    """The time a command acts at: the one it was given, else the present."""
    return clock.now() if now is None else clock.parse_instant(now)


def words(values: Iterable[str]) -> tuple[str, ...]:
    """`--topic a,b --topic c` as one sequence."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def octets(file: Path, most: int = 50_000_000) -> bytes:
    """What a file holds, `-` being standard input; `BadInput` where it cannot be read or has more than `most` octets."""
    try:
        if str(file) == "-":
            data = sys.stdin.buffer.read(most + 1)
        else:
            with file.open("rb") as opened:
                data = opened.read(most + 1)
    except OSError as problem:
        raise unreadable(file, problem) from problem
    if len(data) > most:
        raise BadInput(f"{file} is larger than {most // 1_000_000} MB.")
    return data


def unreadable(file: Path, problem: OSError) -> BadInput:
    return BadInput(f"{file} cannot be read: {problem.strerror or problem}.")
