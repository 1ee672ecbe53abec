"""download(): a file from the web to the disk, through the same door as fetch(), and on from where it was cut off.

Source of the rules for going on: RFC 9110 §13.1.5 (If-Range), §14.4 (Content-Range), §15.5.17 (416). What is on the disk is
continued only where the server vouches, by a strong entity tag or a date, that the file is still the same.
"""

import fcntl
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from email.message import Message
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

import requests

from publisher.errors import FetchError, PublisherError
from publisher.internet.asking import Errand, redirect_target, user_agent
from publisher.internet.door import Door, Limits, Resolver
from publisher.internet.sentences import refusal

Progress = Callable[[int, int | None], None]
FOUR_GB = 4 * 1024**3
PIECE = 256 * 1024
TRIES = 6
IDLE_SECONDS = 60.0


def patient(largest: int, *, seconds: float = 4 * 3600) -> Limits:
    """Limits for files of hours: `largest` octets within `seconds`, and more redirects than pages need (counting prefixes)."""
    return Limits(seconds=seconds, wire_bytes=largest + largest // 8 + PIECE, body_bytes=largest, redirects=10)


@dataclass(frozen=True)
class Downloaded:
    """What arrived. `name`: what its server or its address calls it; `moved_to`: where it was found in the end."""

    path: Path
    name: str
    content_type: str | None
    length: int
    moved_to: str

    def forget(self) -> None:
        """Throw it away, with what was noted for going on."""
        self.path.unlink(missing_ok=True)
        _notes(self.path).unlink(missing_ok=True)


def download(
    url: str,
    to: Path,
    *,
    limits: Limits,
    private_hosts: frozenset[str] = frozenset(),
    public_url: str | None = None,
    progress: Progress | None = None,
    room: Callable[[int], None] | None = None,
    idle_seconds: float = IDLE_SECONDS,
    resolver: Resolver | None = None,
    ca_file: str | None = None,
) -> Downloaded:
    """Bring the file at `url` to the path `to`; a part of it that is there already, from this address, is gone on with.

    `room`: called with the octets announced, may raise. `idle_seconds`: how long a silent server is waited for.
    `FetchError` with a sentence; what has arrived then stays for the next call. `PublisherError` where the disk is full.
    """
    door = _PatientDoor(limits, private_hosts, resolver, idle_seconds)
    with _held(to) as file:
        part = _Part.of(file, to, url.strip())
        for tried in range(1, TRIES + 1):
            before = part.received
            try:
                return _ask(_Course(door, part, public_url, ca_file, progress, room))
            except FetchError as problem:
                lost = problem.permanent or problem.status is not None
                if lost or tried == TRIES or (part.received <= before and not part.began_anew()):
                    raise _in_numbers(problem, part, door) from problem
    raise AssertionError("every try returns or raises")


@dataclass(frozen=True)
class _Notes:
    """What is known of the part on the disk: its address, and by what the server names this state of it."""

    url: str = ""
    etag: str | None = None
    last_modified: str | None = None
    length: int | None = None

    @property
    def validator(self) -> str | None:
        """For If-Range: a weak tag names no octets (RFC 9110 §13.1.5)."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified


class _Part:
    """The file so far. `received` follows what is on the disk."""

    def __init__(self, file: BinaryIO, path: Path, notes: _Notes) -> None:
        self.file, self.path, self.notes = file, path, notes
        self.received = file.seek(0, os.SEEK_END)
        self._anew = False

    @classmethod
    def of(cls, file: BinaryIO, path: Path, url: str) -> "_Part":
        part = cls(file, path, _read_notes(path))
        if part.notes.url != url or part.notes.validator is None:
            part.begin(_Notes(url))
        return part

    def begin(self, notes: _Notes) -> None:
        with _disk():
            self.file.seek(0)
            self.file.truncate()
            _notes(self.path).write_text(json.dumps(asdict(notes)), encoding="utf-8")
        self._anew = self._anew or self.received > 0
        self.notes, self.received = notes, 0

    def begin_anew(self) -> None:
        """What is there is of no use: without it the next try asks for the whole."""
        self.begin(_Notes(self.notes.url))

    def began_anew(self) -> bool:
        """Whether something was thrown away since this was asked last: then less on the disk is no lack of progress."""
        anew, self._anew = self._anew, False
        return anew

    def add(self, data: bytes) -> None:
        with _disk():
            self.file.seek(self.received)
            self.file.write(data)
            self.file.flush()
        self.received += len(data)


@dataclass(frozen=True)
class _Course:
    """One try: everything it needs."""

    door: Door
    part: _Part
    public_url: str | None
    ca_file: str | None
    progress: Progress | None
    room: Callable[[int], None] | None


def _ask(course: _Course) -> Downloaded:
    part, door, here = course.part, course.door, course.part.notes.url
    headers = {"User-Agent": user_agent(course.public_url), "Accept": "*/*", "Accept-Encoding": "identity"}
    if part.received and part.notes.validator:
        headers |= {"Range": f"bytes={part.received}-", "If-Range": part.notes.validator}
    errand = Errand(door, "GET", headers, None, course.ca_file)
    for _ in range(door.limits.redirects + 1):
        with errand.ask(here) as response:
            target = redirect_target(response, "GET")
            if target is None:
                _take(response, course)
                return _arrived(response, part)
            here = target
    raise FetchError(f"{door.name} sends us from one address to the next without an end.", permanent=True)


def _take(response: requests.Response, course: _Course) -> None:
    """Read what this answer holds, at the place where it belongs."""
    part, door = course.part, course.door
    if response.status_code == 416 and part.received:
        if _whole_length(response) == part.received:
            return
        part.begin_anew()
        raise FetchError(f"{door.name} has another file now than the one that was begun.")
    if response.status_code not in (200, 206):
        raise refusal(response, door)
    if response.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
        raise FetchError(f"{door.name} sent the file packed in a way we did not ask for.", permanent=True)
    if response.status_code == 200:
        part.begin(_noted(response, part.notes.url))
    elif _range_start(response) != part.received:
        part.begin_anew()
        raise FetchError(f"{door.name} sent another part of the file than the one that was asked for.")
    _check_size(part.notes.length or part.received, course)
    for data in response.raw.stream(PIECE, decode_content=False):
        _check_size(part.received + len(data), course, told=False)
        part.add(data)
        if course.progress:
            course.progress(part.received, part.notes.length)


def _check_size(octets: int, course: _Course, told: bool = True) -> None:
    if octets > course.door.limits.body_bytes:
        problem = course.door.too_large(course.door.limits.body_bytes)
        raise FetchError(str(problem), permanent=True)
    if told and course.room:
        course.room(octets - course.part.received)


def _noted(response: requests.Response, url: str) -> _Notes:
    said = response.headers.get("Content-Length", "")
    length = int(said) if said.isascii() and said.isdigit() and len(said) < 18 else None
    return _Notes(url, response.headers.get("ETag"), response.headers.get("Last-Modified"), length)


def _range_start(response: requests.Response) -> int | None:
    found = re.match(r"bytes (\d{1,18})-\d{1,18}/", response.headers.get("Content-Range", ""))
    return int(found[1]) if found else None


def _whole_length(response: requests.Response) -> int | None:
    found = re.match(r"bytes \*/(\d{1,18})$", response.headers.get("Content-Range", ""))
    return int(found[1]) if found else None


def _arrived(response: requests.Response, part: _Part) -> Downloaded:
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Downloaded(part.path, _name(response.headers, response.url), media_type or None, part.received, response.url)


def _name(headers: Mapping[str, str], url: str) -> str:
    """As RFC 6266 lets a server name it, else the last part of the address."""
    message = Message()
    with suppress(ValueError):
        message["Content-Disposition"] = headers.get("Content-Disposition", "attachment")
    return message.get_filename() or unquote(urlsplit(url).path.rpartition("/")[2])


def _in_numbers(problem: FetchError, part: _Part, door: Door) -> FetchError:
    length = part.notes.length
    if problem.permanent or problem.status is not None or length is None or not 0 < part.received < length:
        return problem
    return FetchError(
        f"{door.name} announced {length:,} bytes and gave {part.received:,}: the connection was cut off each time."
    )


class _PatientDoor(Door):
    """A door for hours, where a silence ends sooner than the whole."""

    def __init__(
        self, limits: Limits, private_hosts: frozenset[str], resolver: Resolver | None, idle_seconds: float
    ) -> None:
        super().__init__(limits, private_hosts, resolver)
        self.idle_seconds = idle_seconds

    def remaining(self) -> float:
        return min(super().remaining(), self.idle_seconds)

    def too_slow(self) -> FetchError:
        return FetchError(
            f"{self.name} was silent for {self.idle_seconds:g} seconds, or needed more than {self.limits.seconds / 60:g} minutes in all."
        )


@contextmanager
def _held(path: Path) -> Iterator[BinaryIO]:
    """The file at `path`, for one process at a time."""
    with _disk():
        path.touch()
        file = path.open("r+b")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            raise FetchError("This file is being fetched already.") from problem
        yield file


@contextmanager
def _disk() -> Iterator[None]:
    """So that a full disk is not taken for a fault of the web."""
    try:
        yield
    except OSError as problem:
        raise PublisherError(f"The file cannot be written to the disk of this hub: {problem.strerror}.") from problem


def _notes(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _read_notes(path: Path) -> _Notes:
    try:
        told = json.loads(_notes(path).read_text(encoding="utf-8"))
        return _Notes(str(told["url"]), told["etag"], told["last_modified"], told["length"])
    except (OSError, ValueError, KeyError, TypeError):
        return _Notes()
