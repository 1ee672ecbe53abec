"""The send log: what must not be forgotten when the database is lost and an older one takes its place.

A file of lines in the data folder, only ever added to; every process adds whole lines (`O_APPEND`). Row numbers, list slugs
and keyed hashes only, never an address. A line is `<what> <when> <rest>`:
  F <when> <row> <key>            begun: written before DATA is said
  A <when> <row> <key>            the relay accepted it
  N <when> <row> <key>            the relay did not take it
  S <when> <hash> <scope> <why>   an address was suppressed, or erased
  U <when> <hash> <list>          somebody left a list
  R <when> <hash> <list>          they came back to it: took leaving back, or signed up anew
  T <when> <issue> <works>        an issue was let out with these works (hashes, with commas between)
`key` names the mail itself (letter, address, occasion), so that it is known again after its row was lost.

Where it has grown large, the next backup that is whole begins another file; the one before is kept beside it, and older ones go.
"""

import logging
import os
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import Session

log = logging.getLogger(__name__)

NAME, BEFORE = "send.log", "send.log.before"
#: Some 400,000 mails.
LARGE = 64_000_000
#: A line so much older than the backup belongs to what is in it, also where two clocks differ a little.
SLACK = timedelta(minutes=10)
_HEAD = 120  # octets that tell one file from another, wherever it was copied to
_NOTES = "send_log"
PARTS = {"F": 4, "A": 4, "N": 4, "S": 5, "U": 4, "R": 4, "T": 4}
SCOPES = ("none", "bulk", "all")


@dataclass
class SendLog:
    """One process's way into the log of a data folder. Threads may share it."""

    data_dir: Path

    def __post_init__(self) -> None:
        self._file: int | None = None
        self._late: list[str] = []  # lines that could not be written when it was their time
        self._turn = threading.Lock()

    @property
    def path(self) -> Path:
        return self.data_dir / NAME

    def append(self, lines: Iterable[str]) -> None:
        """Add lines and bring them to the disk before anything is done that cannot be taken back. `OSError` where they cannot be."""
        with self._turn:
            text = "".join(f"{line}\n" for line in (*self._late, *lines))
            if not text:
                return
            file = self._open()
            data = text.encode("ascii")
            if os.write(file, data) != len(data):
                self._forget_file()  # it ends in half a line now; whoever opens it anew begins a line of its own
                raise OSError("The send log could not be written whole: is the disk full?")
            os.fdatasync(file)
            self._late = []

    def append_late(self, lines: Iterable[str]) -> None:
        """Add lines about what has happened already. Where they cannot be written they come with the next ones."""
        kept = list(lines)
        try:
            self.append(kept)
        except OSError as problem:
            log.error("the send log cannot be written, and what happened is kept for later: %s", problem)
            with self._turn:
                self._late = [*self._late, *kept]

    def place(self) -> dict[str, object]:
        """Where the log stands now: a backup begins here."""
        return {"octet": self.path.stat().st_size, "head": _head(self.path)} if self.path.exists() else {}

    def begin_anew_if_large(self) -> None:
        """Another log, once a backup has all that came before this one. A backup that failed has nothing, and takes nothing away."""
        if self.path.exists() and self.path.stat().st_size > LARGE:
            self.path.replace(self.data_dir / BEFORE)

    def close(self) -> None:
        with self._turn:
            self._forget_file()

    def _open(self) -> int:
        """The file that has the name at this moment: another process may have begun a new one."""
        if self._file is not None and not self._is_current(self._file):
            self._forget_file()
        if self._file is None:
            self._file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            size = os.fstat(self._file).st_size
            if size and os.pread(self._file, 1, size - 1) != b"\n":
                os.write(self._file, b"\n")
        return self._file

    def _is_current(self, file: int) -> bool:
        try:
            return os.path.samestat(os.fstat(file), self.path.stat())
        except FileNotFoundError:
            return False

    def _forget_file(self) -> None:
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


def since(data_dir: Path, place: dict[str, object], made_at: datetime) -> list[list[str]] | None:
    """What the log of a data folder says since a backup whose `place` this is; None where there is no log."""
    files = [path for path in (data_dir / BEFORE, data_dir / NAME) if path.is_file()]
    if not files:
        return None
    if not place.get("head") and len(files) == 1:
        return list(read(files[0]))
    heads = [_head(path) for path in files]
    head, octet = place.get("head"), int(str(place.get("octet", 0)))
    if head in heads and files[heads.index(head)].stat().st_size >= octet:
        first, *later = files[heads.index(head) :]
        return [*read(first, octet), *(parts for path in later for parts in read(path))]
    return [parts for path in files for parts in read_after(path, made_at)]


def read(path: Path, start: int = 0) -> Iterator[list[str]]:
    """The lines from octet `start`, in parts. A last line that was cut off, or one that is none of ours, is passed over; of one
    that a bad disk has changed, what it still says counts: who was reached or wants no mail is not forgotten for a number."""
    with path.open("rb") as file:
        file.seek(start)
        for raw in file:
            parts = raw.decode("ascii", "replace").split()
            if raw.endswith(b"\n") and parts and len(parts) == PARTS.get(parts[0]):
                yield _readable(parts)


def _readable(parts: list[str]) -> list[str]:
    """A row that is no number is none; a scope that nobody knows is the widest."""
    if parts[0] in "FAN" and not re.fullmatch("[0-9]{1,18}", parts[2]):
        parts[2] = "0"
    if parts[0] == "S" and parts[3] not in SCOPES:
        parts[3] = "all"
    return parts


def read_after(path: Path, made_at: datetime) -> Iterator[list[str]]:
    """The lines that a backup of that moment may not have: of a log whose beginning is not that of the backup."""
    least = f"{(made_at - SLACK).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return (parts for parts in read(path) if parts[1] >= least)


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_HEAD).partition(b"\n")[0].decode("ascii", "replace")
