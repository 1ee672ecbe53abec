"""What calendar programs that others wrote see in a calendar: the instants of its dates and, in libical, its faults.

`recurring-ical-events` and `ical` read here, ical.js (Thunderbird's) in Node, libical (Evolution, GNOME, KDE) in a small program
of ours that is compiled where it is installed. Dates that are called off are not seen.
"""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import icalendar
import pytest
import recurring_ical_events
from abilities import cannot_run
from ical.calendar_stream import IcsCalendarStream

STRANGERS = Path(__file__).parent / "feeds" / "calendar" / "strangers"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Instants = list[datetime]
Judge = Callable[[Sequence[bytes]], list[Instants]]


@dataclass(frozen=True)
class Judged:
    """What libical makes of one calendar. `faults`: of its parser, and of the rules of RFC 5546."""

    instants: Instants
    faults: list[str]


def by_recurring_ical_events(documents: Sequence[bytes]) -> list[Instants]:
    return [_by_recurring_ical_events(document) for document in documents]


def by_ical(documents: Sequence[bytes]) -> list[Instants]:
    return [_by_ical(document) for document in documents]


def by_ical_js(documents: Sequence[bytes]) -> list[Instants]:
    """The test is skipped where Node is missing."""
    said = subprocess.run(
        [_node(), "read.mjs"],
        cwd=STRANGERS,
        input=json.dumps([document.decode() for document in documents]).encode(),
        capture_output=True,
        timeout=300,
        check=True,
    )
    return [sorted(EPOCH + timedelta(milliseconds=at) for at in dates) for dates in json.loads(said.stdout)]


def by_libical(documents: Sequence[bytes]) -> list[Instants]:
    return [judged.instants for judged in judged_by_libical(documents)]


#: Who is asked about instants. The last two are where they can be.
JUDGES: dict[str, Judge] = {
    "recurring-ical-events": by_recurring_ical_events,
    "ical": by_ical,
    "ical.js": by_ical_js,
    "libical": by_libical,
}


@cache
def judges_here() -> dict[str, Judge]:
    """Those that can run on this machine. In CI all must."""
    found = {}
    for name, judge in JUDGES.items():
        with suppress(pytest.skip.Exception):
            judge([])
            found[name] = judge
    return found


def judged_by_libical(documents: Sequence[bytes]) -> list[Judged]:
    """The test is skipped where libical or a compiler is missing."""
    octets = b"".join(b"%d\n%s" % (len(document), document) for document in documents)
    said = subprocess.run([_itip()], input=octets, capture_output=True, timeout=300, check=True).stdout.decode()
    found = [_judged(part.splitlines()[1:]) for part in said.split("D ")[1:]]
    assert len(found) == len(documents)
    return found


def without_name(document: bytes, number: int) -> bytes:
    """The same with a zone that nobody knows by name, so that its VTIMEZONE alone can tell the time. One zone only; another
    `number` for each document, since some programs keep what they once heard of a zone."""
    name = document.partition(b"TZID:")[2].partition(b"\r\n")[0]
    return re.sub(rb"(TZID[:=])" + re.escape(name) + rb"(?=[:\r])", rb"\1X/Nowhere-%d" % number, document)


def _by_recurring_ical_events(document: bytes) -> Instants:
    calendar = icalendar.Calendar.from_ical(document)
    events = recurring_ical_events.of(calendar).between(datetime(2001, 1, 1), datetime(2098, 1, 1))
    return sorted(event["DTSTART"].dt.astimezone(UTC) for event in events if event.get("STATUS") != "CANCELLED")


def _by_ical(document: bytes) -> Instants:
    timeline = IcsCalendarStream.calendar_from_ics(document.decode()).timeline
    return sorted(event.dtstart.astimezone(UTC) for event in timeline if event.status != "CANCELLED")


def _judged(lines: list[str]) -> Judged:
    """A changed date takes the place of the date of its series that it names."""
    dates, left_out = set[tuple[str, int]](), set[tuple[str, int]]()
    changes, faults = [], []
    for line in lines:
        kind, _, rest = line.partition(" ")
        if kind == "E":
            faults.append(rest)
        elif kind in ("M", "X"):
            uid, at = rest.split()
            (dates if kind == "M" else left_out).add((uid, int(at)))
        else:
            changes.append(rest.split())
    dates -= left_out | {(uid, int(was)) for uid, was, _, _ in changes}
    dates |= {(uid, int(at)) for uid, _, at, status in changes if status != "CANCELLED"}
    return Judged(sorted(EPOCH + timedelta(seconds=at) for _, at in dates), faults)


@cache
def _node() -> str:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        cannot_run("Node is not installed here: ical.js is left out")
    if not (STRANGERS / "node_modules" / "ical.js").is_dir():
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=STRANGERS, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            cannot_run(f"ical.js cannot be installed here: {done.stderr.strip()[-300:]}")
    return node


@cache
def _itip() -> str:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        cannot_run("There is no C compiler here: libical is left out")
    program = str(Path(tempfile.mkdtemp(prefix="publisher-itip-")) / "itip")
    command = [compiler, "-O1", "-o", program, str(STRANGERS / "itip.c"), "-lical"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        cannot_run("libical-dev is not installed here: libical is left out")
    return program
