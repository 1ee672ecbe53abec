"""The send log: what must not be forgotten when the database is lost and an older one takes its place.

A file of lines in the data folder, only ever added to; every process adds whole lines (`O_APPEND`). Row numbers, list slugs
and keyed hashes only, never an address. A line is `<what> <when> <rest>`:
  F <when> <row> <key>            begun: written before DATA is said
  A <when> <row> <key>            the relay accepted it
  N <when> <row> <key>            the relay did not take it
  S <when> <hash> <scope> <why>   an address was suppressed, or erased
  U <when> <hash> <list>          somebody left a list
`key` names the mail itself (letter, address, occasion), so that it is known again after its row was lost.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

NAME = "send.log"
_NOTES = "send_log"
PARTS = {"F": 4, "A": 4, "N": 4, "S": 5, "U": 4}


@dataclass
class SendLog:
    """One process's way into the log of a data folder. Threads may share it."""

    data_dir: Path

    def __post_init__(self) -> None:
        self._file: int | None = None

    @property
    def path(self) -> Path:
        return self.data_dir / NAME

    def append(self, lines: Iterable[str]) -> None:
        """Add lines and bring them to the disk before anything is done that cannot be taken back."""
        text = "".join(f"{line}\n" for line in lines)
        if not text:
            return
        if self._file is None:
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        data = text.encode("ascii")
        if os.write(self._file, data) != len(data):
            raise OSError("The send log could not be written whole.")
        os.fdatasync(self._file)

    def length(self) -> int:
        """Octets so far: where a backup begins."""
        return self.path.stat().st_size if self.path.exists() else 0

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def line(what: str, when: datetime, *rest: object) -> str:
    """One line; `when` is kept in UTC, to the second."""
    return " ".join((what, f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", *(str(part) for part in rest)))


def note(session: Session, text: str) -> None:
    """A line that belongs to what this session commits: `Database.session` writes it when it has."""
    session.info.setdefault(_NOTES, []).append(text)


def noted(session: Session) -> list[str]:
    """The lines of a session, once."""
    lines: list[str] = session.info.pop(_NOTES, [])
    return lines


def read(path: Path, start: int = 0) -> Iterator[list[str]]:
    """The lines from octet `start`, in parts. A last line that was cut off, or one that is none of ours, is passed over."""
    with path.open("rb") as file:
        file.seek(start)
        for raw in file:
            parts = raw.decode("ascii", "replace").split()
            if raw.endswith(b"\n") and parts and len(parts) == PARTS.get(parts[0]):
                yield parts
