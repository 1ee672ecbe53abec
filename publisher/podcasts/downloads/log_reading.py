"""From a log's lines to sightings: which line is about which sound, what was sent of it, and whether it was met before."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from publisher.clock import EARLIEST, LATEST
from publisher.podcasts.downloads import log_lines
from publisher.podcasts.downloads.askers import DAY, DayKeys, KeyRing, agent_text, network
from publisher.podcasts.downloads.log_lines import Line
from publisher.podcasts.downloads.sightings import (
    ASKED_LENGTH,
    METHOD_LENGTH,
    Sighting,
    clean,
    host_of,
    to_the_millisecond,
    why_dropped,
)  # fmt: skip

#: Longest line that is looked at, in bytes.
LONGEST = 16_384
#: So many bad lines are named, the others only counted.
NAMED_BAD = 20
#: Lines that are remembered to tell the second of two that are the same; at least the last so many, at most twice that.
REMEMBERED = 200_000

_SOUND = re.compile(r"/podcasts/[^/]+/(?:private/[^/]+/)?audio/(\d{1,9})-([0-9a-f]{12})\.[a-z0-9]{1,5}$")
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/")
_ASKED = re.compile(r"\s*(\d{0,18})\s*-\s*(\d{0,18})\s*")


class Sound(NamedTuple):
    show_id: int
    episode_id: int
    media_id: int
    length: int


@dataclass(frozen=True)
class Sounds:
    """What lines may be about. `episodes`: id → show; `files`: first twelve letters of the digest → id and length."""

    episodes: Mapping[int, int]
    files: Mapping[str, tuple[int, int]]

    def find(self, target: str) -> Sound | None:
        """The sound of an address, under any host and path prefix. What a private one has of a token is not looked at."""
        match = _SOUND.search(target.partition("?")[0])
        if match is None:
            return None
        episode, file = int(match[1]), self.files.get(match[2])
        if file is None or episode not in self.episodes:
            return None
        return Sound(self.episodes[episode], episode, *file)


@dataclass
class Block:
    """What some lines came to. `bad`: number of the line and why it could not be read, the first of them."""

    sightings: list[Sighting] = field(default_factory=list)
    lines: int = 0
    skipped: int = 0
    bad_lines: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)

    def __getstate__(self) -> dict[str, Any]:
        """As plain tuples, which go from process to process in a third of the time."""
        return self.__dict__ | {"sightings": list(map(tuple, self.sightings))}

    def __setstate__(self, state: dict[str, Any]) -> None:
        make, fields = tuple.__new__, state["sightings"]
        self.__dict__.update(state, sightings=[make(Sighting, one) for one in fields])


class Reader:
    """Reads the lines of one log in their order."""

    def __init__(self, sounds: Sounds, form: str, line_key: bytes) -> None:
        self._sounds, self._parse, self._key = sounds, log_lines.FORMATS[form], line_key
        self._found: dict[str, Sound | None] = {}
        self._said: dict[tuple[str, ...], tuple[str, str, str, str]] = {}
        self._young: dict[bytes, int] = {}
        self._old: dict[bytes, int] = {}
        self._ring = KeyRing()
        self._number = 0
        self._at: datetime | None = None
        self._second = ""

    def days_of(self, part: bytes) -> list[date]:
        """The days these lines lie on, where they are in order: those from the first to the last, a week at most."""
        days = []
        for raw in (part[:LONGEST].split(b"\n", 1)[0], part[-LONGEST:].rstrip(b"\r\n").rsplit(b"\n", 1)[-1]):
            try:
                at = self._parse(raw.rstrip(b"\r").decode("utf-8", "replace")).at
            except ValueError:
                continue
            days += [at.date()] if EARLIEST <= at.year <= LATEST else []
        length = min(7, (max(days) - min(days)).days + 1) if days else 0
        return [min(days) + n * DAY for n in range(length)]

    def read(self, part: bytes, days: Mapping[date, DayKeys]) -> Block:
        """Whole lines. `days`: keys at hand; sightings of other days are left without keys, which their caller finds."""
        self._ring.add(days)
        block = Block()
        lines = part.split(b"\n")
        if not lines[-1]:
            lines.pop()
        for raw in lines:
            self._number += 1
            block.lines += 1
            raw = raw.rstrip(b"\r")
            if not raw:
                block.skipped += 1
                continue
            try:
                seen = self._seen(raw)
            except ValueError as problem:
                block.bad_lines += 1
                if len(block.bad) < NAMED_BAD:
                    block.bad.append((self._number, str(problem)))
                continue
            if seen is None:
                block.skipped += 1
            else:
                block.sightings.append(seen)
        return block

    def _seen(self, raw: bytes) -> Sighting | None:
        if len(raw) >= LONGEST:
            raise ValueError("the line is too long")
        line = self._parse(raw.decode("utf-8", "replace"))
        sound = self._sound(line.target)
        if sound is None:
            return None
        at, ip, method, _, status, _, referrer, agent, asked, _ = line
        if not EARLIEST <= at.year <= LATEST or not 0 <= status <= 999:
            raise ValueError("the time or the status cannot be true")
        show_id, episode_id, media_id, length = sound
        sent = sent_of(line, length)
        method, agent, referrer, asked = self._words(method, agent, referrer, asked)
        day, address, dropped, keys = at.date(), network(ip), why_dropped(method, status, asked, sent), None
        if not dropped and day in self._ring.days:
            keys = self._ring.of(day, address, agent, episode_id)
        fields = (
            to_the_millisecond(at), show_id, episode_id, media_id, address, agent, referrer, method, status, asked, sent,
            self._name(raw, at), dropped, keys,
        )  # fmt: skip
        return tuple.__new__(Sighting, fields)  # as `Sighting(*fields)`, which takes thrice as long

    def _words(self, *said: str) -> tuple[str, str, str, str]:
        """Method, agent, referrer and range as they are kept. Few are new; the same text is the same object."""
        try:
            return self._said[said]
        except KeyError:
            if len(self._said) > 10_000:
                self._said.clear()
            method, agent, referrer, asked = said
            found = self._said[said] = (
                clean(method, METHOD_LENGTH), agent_text(agent), host_of(referrer), clean(asked, ASKED_LENGTH),
            )  # fmt: skip
            return found

    def _sound(self, target: str) -> Sound | None:
        try:
            return self._found[target]
        except KeyError:
            if len(self._found) > 10_000:
                self._found.clear()
            found = self._found[target] = self._sounds.find(target)
            return found

    def _name(self, raw: bytes, at: datetime) -> str:
        """What this line is known by again: its time, its digest, and which of the same lines it is."""
        digest = hashlib.blake2b(raw, key=self._key, digest_size=12).digest()
        before = self._young.get(digest) or self._old.get(digest) or 0
        self._young[digest] = before + 1
        if len(self._young) > REMEMBERED:
            self._old, self._young = self._young, {}
        if at is not self._at:
            self._at, self._second = at, f"{int(at.timestamp()):08x}"
        name = self._second + digest.hex()
        return f"{name}.{before}" if before else name


def sent_of(line: Line, length: int) -> tuple[tuple[int, int], ...]:
    """Which bytes of a file of `length` the answer sent, as far as the log tells.

    Where it does not tell the range of a 206, the bytes are taken to be the first ones: of several such answers the longest
    counts. That is the least that can have been sent, never more.
    """
    _, _, method, _, status, octets, _, _, asked, answered = line
    if status not in (200, 206) or method != "GET" or octets <= 0:
        return ()
    if octets > length:
        octets = length
    if status == 206 and (asked or answered):
        if match := _CONTENT_RANGE.match(answered):
            first = int(match[1])
            return _within([(first, min(int(match[2]), first + octets - 1))], length)
        if asked:
            return _within(_asked(asked, octets, length), length)
    return ((0, octets - 1),)


def _asked(header: str, octets: int, length: int) -> list[tuple[int, int]]:
    """The ranges asked for, filled in their order with as many bytes as were sent."""
    found = []
    for part in header.partition("=")[2].split(","):
        match = _ASKED.fullmatch(part)
        if match is None or not (match[1] or match[2]):
            continue
        first = int(match[1]) if match[1] else max(0, length - int(match[2]))
        last = int(match[2]) if match[1] and match[2] else length - 1
        taken = min(octets, min(last, length - 1) - first + 1)
        if taken > 0:
            found.append((first, first + taken - 1))
            octets -= taken
    return found


def _within(spans: list[tuple[int, int]], length: int) -> tuple[tuple[int, int], ...]:
    return tuple((first, min(last, length - 1)) for first, last in spans if first <= min(last, length - 1))
