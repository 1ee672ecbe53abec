"""Reading web servers' logs in: what a server in front of us, or a store of objects, has sent.

A line counts once, however often its file is read in, also where a rotated file overlaps the next. Files may come in any
order. Within 48 hours of each other neighbouring files join windows across their border (see `daily`).
"""

import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import partial
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from publisher.errors import BadInput
from publisher.house import House
from publisher.media.models import MediaFile
from publisher.podcasts.downloads import bulk, counting, log_lines, spikes
from publisher.podcasts.downloads.askers import DayKeys, line_key
from publisher.podcasts.downloads.ledger import Ledger
from publisher.podcasts.downloads.log_reading import LONGEST, NAMED_BAD, Block, Reader, Sounds
from publisher.podcasts.downloads.models import LogImport
from publisher.podcasts.downloads.reading_ahead import blocks, without_collector
from publisher.podcasts.models import Episode, Show

#: Bytes of a log that are read, and entered in one transaction, together: some 20,000 lines.
AT_ONCE = 4_000_000
#: Lines that are looked at to recognise a format.
LOOKED_AT = 50
UNKNOWN = "This is no log in a form that is known here: combined (Apache, nginx), Caddy’s JSON, or S3’s access log."


@dataclass
class Imported:
    """What a log came to. `requests`: for sound of ours, and new; `known`: met before; `skipped`: about something else."""

    name: str
    format: str
    lines: int = 0
    requests: int = 0
    known: int = 0
    skipped: int = 0
    bad_lines: int = 0
    bad: list[dict[str, Any]] = field(default_factory=list)  # the first of them: {line, reason}

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def import_log(
    house: House,
    path: Path,
    *,
    now: datetime,
    show: str | None = None,
    form: str = "auto",
    progress: Callable[[int], None] = lambda _lines: None,
) -> Imported:
    """Read a log in, plain or gzip, and count what came. Commits block by block: what was cut off is gone on with next time.

    `show`: the slug of the only show that is looked for. `progress` is told how many more lines were read. `BadInput` where
    the file cannot be read or is no log.
    """
    with house.database.reading() as session:
        sounds = _sounds(session, show)
    ledger = Ledger(house, weigh_at_once=True)
    try:
        with path.open("rb") as file:
            parts = _parts(file)
            first = next(parts, b"")
            done = Imported(path.name, _form(first.split(b"\n", LOOKED_AT)[:LOOKED_AT], form))
            reader = Reader(sounds, done.format, line_key(house))
            with without_collector():
                for block in blocks(reader, chain((first,), parts), partial(_keys_of, house, ledger, now)):
                    _enter(house, ledger, block, done, now)
                    progress(block.lines)
    except OSError as problem:
        raise BadInput(f"{path} cannot be read: {problem.strerror or problem}.") from problem
    counting.settle(house, now)
    with house.database.session() as session:
        spikes.mark(session, ledger.places)
        counts = {name: getattr(done, name) for name in ("lines", "requests", "known", "skipped")}
        session.add(LogImport(name=done.name, format=done.format, at=now, bad=done.bad_lines, **counts))
    return done


def _keys_of(house: House, ledger: Ledger, now: datetime, days: Sequence[date]) -> dict[date, DayKeys]:
    with house.database.session() as session:
        return ledger.keys_of(session, days, now)


def _enter(house: House, ledger: Ledger, block: Block, done: Imported, now: datetime) -> None:
    with house.database.session() as session:
        bulk.alone(session)
        new = ledger.enter(session, block.sightings, now=now)
    done.lines += block.lines
    done.requests += new
    done.known += len(block.sightings) - new
    done.skipped += block.skipped
    done.bad_lines += block.bad_lines
    room = NAMED_BAD - len(done.bad)
    done.bad += [{"line": number, "reason": reason} for number, reason in block.bad[:room]]


def _form(first: list[bytes], form: str) -> str:
    if form == "auto":
        found = log_lines.recognise([line.decode("utf-8", "replace") for line in first if line.strip()])
        if found is None and any(line.strip() for line in first):
            raise BadInput(UNKNOWN)
        return found or log_lines.COMBINED
    if form not in log_lines.FORMATS:
        raise BadInput(f"“{form}” is no form of log that is known here. Use auto, {', '.join(log_lines.FORMATS)}.")
    return form


def _parts(file: BufferedReader) -> Iterator[bytes]:
    """A plain or compressed file in parts of whole lines. A line that is no line, of megabytes, comes in several."""
    opened: Any = gzip.GzipFile(fileobj=file) if file.peek(2)[:2] == b"\x1f\x8b" else file
    part = bytearray()
    try:
        while piece := opened.read1(AT_ONCE):
            part += piece
            if len(part) >= AT_ONCE:
                yield bytes(part if part.endswith(b"\n") else part + opened.readline(LONGEST))
                part.clear()
    except (EOFError, gzip.BadGzipFile, zlib.error):
        part += b"\nthe compressed file breaks off here\n"
    if part:
        yield bytes(part)


def _sounds(session: Session, show: str | None) -> Sounds:
    wanted = select(Episode.id, Episode.show_id)
    if show is not None:
        number = session.exec(select(Show.id).where(col(Show.slug) == show)).first()
        if number is None:
            raise BadInput(f"There is no show “{show}”.")
        wanted = wanted.where(col(Episode.show_id) == number)
    files = select(MediaFile.digest, MediaFile.id, MediaFile.length).where(col(MediaFile.kind).in_(("audio", "video")))
    return Sounds(
        {episode or 0: show_id for episode, show_id in session.exec(wanted)},
        {digest[:12]: (number or 0, length) for digest, number, length in session.exec(files)},
    )
