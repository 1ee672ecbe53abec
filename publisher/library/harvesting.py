"""Harvesting sources: claim one, commit, fetch, write page by page, say how it went. It manages its own transactions,
because nothing may be locked while the network is slow.

One failing source never delays another: hosts are harvested side by side, sources of one host one after the other.
"""

import hashlib
import logging
import os
import socket
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Table, or_, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from feeds.errors import FeedError
from publisher import clock, leases
from publisher.errors import FetchError, PublisherError
from publisher.house import House
from publisher.library.gathering import Errand, Page, gather
from publisher.library.intake import Taken, take_in
from publisher.library.models import Record, Source, SourceRun

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=10)
LONGEST_BACK_OFF = timedelta(days=1)
LONGEST_WAIT = timedelta(days=7)
SOON = timedelta(minutes=5)
HOSTS_AT_ONCE = 4
BUSY = "It is being checked by another process at this moment."

_SOURCE: Table = Source.__table__  # type: ignore[attr-defined]

Wall = Callable[[], datetime]
"""The wall clock of the machine, for leases only: a simulated week must not free another process's rows."""


@dataclass(frozen=True)
class CheckResult:
    """How one check went; `status` is ok, unchanged, failed or gone."""

    source: str
    url: str
    status: str
    new: int = 0
    updated: int = 0
    deleted: int = 0
    error: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def check_due(
    house: House, now: datetime, limit: int = 50, *, pause: float = 1.0, wall: Wall = clock.now
) -> list[CheckResult]:
    """Check every active source whose time has come, the longest overdue first. `pause`: seconds between two requests of
    one harvest."""
    with house.database.reading() as session:
        due = (
            select(Source.id, Source.url)
            .where(col(Source.state) == "active", col(Source.kind) != "builtin", col(Source.next_check_at) <= now)
            .order_by(col(Source.next_check_at), col(Source.id))
            .limit(limit)
        )
        sources = [(i, url) for i, url in session.exec(due) if i is not None]
    return [r for r in _side_by_side(house, sources, now, pause, wall) if r.error != BUSY]


def check(
    house: House, source_ids: Iterable[int] | None, now: datetime, *, pause: float = 1.0, wall: Wall = clock.now
) -> list[CheckResult]:
    """Check these sources now, due or not, paused or not; None: every active one."""
    with house.database.reading() as session:
        wanted = select(Source.id, Source.url).where(col(Source.kind) != "builtin").order_by(col(Source.id))
        if source_ids is None:
            wanted = wanted.where(col(Source.state) == "active")
        else:
            wanted = wanted.where(col(Source.id).in_(list(source_ids)))
        sources = [(i, url) for i, url in session.exec(wanted) if i is not None]
    return _side_by_side(house, sources, now, pause, wall)


def back_off(source_id: int, every: timedelta, failures: int, retry_after: float | None = None) -> timedelta:
    """How long to leave a failing source alone: doubling up to a day, give or take a seventh, never shorter than it asked.

    The jitter follows from the source and the count, so that the same state gives the same plan.
    """
    least: timedelta = max(every, timedelta(minutes=5))
    doubled: timedelta = min(least * 2 ** min(failures - 1, 12), max(LONGEST_BACK_OFF, every))
    seed = hashlib.blake2b(f"{source_id}:{failures}".encode(), digest_size=2).digest()
    wait = doubled * (0.85 + 0.3 * int.from_bytes(seed, "big") / 65535)
    asked = timedelta(seconds=min(retry_after or 0.0, LONGEST_WAIT.total_seconds()))
    return max(wait, asked)


def _side_by_side(
    house: House, sources: Sequence[tuple[int, str | None]], now: datetime, pause: float, wall: Wall
) -> list[CheckResult]:
    hosts: dict[str, list[int]] = {}
    for source_id, url in sources:
        hosts.setdefault(urlsplit(url or "").hostname or "", []).append(source_id)
    if not hosts:
        return []

    def one_host(ids: list[int]) -> list[tuple[int, CheckResult]]:
        return [(i, result) for i in ids if (result := _check_one(house, i, now, pause, wall)) is not None]

    with ThreadPoolExecutor(min(HOSTS_AT_ONCE, len(hosts)), "harvest") as pool:
        found = dict(pair for pairs in pool.map(one_host, hosts.values()) for pair in pairs)
    return [found[i] for i, _ in sources if i in found]


def _check_one(house: House, source_id: int, now: datetime, pause: float, wall: Wall) -> CheckResult | None:
    """None where the source has gone in the meantime."""
    source, epoch = _claimed(house, source_id, wall)
    if source is None:
        return None
    if epoch is None:
        return CheckResult(source.slug, source.url or "", "failed", error=BUSY)
    harvest = _Harvest(house, source, epoch, now, pause, wall)
    try:
        return harvest.run()
    except _LostLease:
        return CheckResult(source.slug, source.url or "", "failed", error=BUSY)
    except Exception as problem:  # whatever one source does to us, the others go on
        return _failed(harvest, problem)


def _failed(harvest: "_Harvest", problem: Exception) -> CheckResult:
    """Write the failure down; where even that fails, say so."""
    source = harvest.source
    if not isinstance(problem, PublisherError | FeedError):
        log.exception("checking source %s", source.slug, exc_info=problem)
    try:
        return harvest.failed(problem)
    except Exception as worse:
        log.exception("writing down that source %s failed", source.slug)
        return CheckResult(source.slug, source.url or "", "failed", error=_in_words(worse))


def _claimed(house: House, source_id: int, wall: Wall) -> tuple[Source | None, int | None]:
    """The source as it stands and the epoch of our claim; no epoch where somebody else has it."""
    moment = wall()
    leased_until = _SOURCE.c.lease_until
    free = sa_select(_SOURCE.c.id).where(_SOURCE.c.id == source_id, or_(leased_until.is_(None), leased_until < moment))
    worker = f"{socket.gethostname()}:{os.getpid()}"
    with house.database.session() as session:
        rows = leases.claim(session, _SOURCE, free, worker=worker, until=moment + LEASE)
        source = session.get(Source, source_id)
        return source, rows[0].epoch if rows else None


class _LostLease(PublisherError):
    """Another process took the source over, because we were too slow."""


class _Harvest:
    """One check of one source, from claim to result."""

    def __init__(self, house: House, source: Source, epoch: int, now: datetime, pause: float, wall: Wall) -> None:
        self.house, self.source, self.epoch, self.now, self.wall = house, source, epoch, now, wall
        self.errand = Errand(house, source, now, pause, known=self._stamps)
        self.taken = Taken()
        self.seen: set[str] = set()
        self.first = not source.first_harvest_done

    def run(self) -> CheckResult:
        page = Page()
        for page in gather(self.errand):
            self._write(page)
        quiet = page.unchanged and not (self.taken.new or self.taken.updated or self.taken.deleted)
        return self._succeeded("unchanged" if quiet else "ok", more=page.more)

    def failed(self, problem: Exception) -> CheckResult:
        """Keep what was written so far, and plan the next try."""
        source = self.source
        failures = source.failures + 1
        gone = isinstance(problem, FetchError) and problem.status == 410
        wait = back_off(
            source.id or 0,
            timedelta(minutes=source.every_minutes),
            failures,
            problem.retry_after if isinstance(problem, PublisherError) else None,
        )
        error = _in_words(problem)
        values = {
            "failures": failures,
            "failing_since": source.failing_since or self.now,
            "last_error": error,
            "next_check_at": None if gone else self.now + wait,
            **({"state": "gone"} if gone else {}),
            # A place that cannot be gone on from, three times in a row, is given up: the list begins anew.
            **({"cursor": None} if source.cursor and failures % 3 == 0 else {}),
        }
        return self._finish("gone" if gone else "failed", values, error)

    def _succeeded(self, status: str, *, more: bool) -> CheckResult:
        every = timedelta(minutes=self.source.every_minutes)
        values: dict[str, Any] = {
            "failures": 0,
            "failing_since": None,
            "last_error": "",
            "next_check_at": self.now + (min(SOON, every) if more else every),
        }
        if not more:
            values["first_harvest_done"] = True
        if self.taken.new:
            values["last_new_at"] = self.now
        return self._finish(status, values)

    def _write(self, page: Page) -> None:
        """One page in one transaction: its records and the place to go on from. The claim is proved and renewed first."""
        with self.house.database.session() as session:
            self._hold(session, {**page.remember, "lease_until": self.wall() + LEASE})
            self.taken.add(take_in(session, self.source, page.items, now=self.now, first=self.first, seen=self.seen))

    def _finish(self, status: str, values: dict[str, Any], error: str = "") -> CheckResult:
        taken = self.taken
        counts = {"new": taken.new, "updated": taken.updated, "deleted": taken.deleted}
        with self.house.database.session() as session:
            self._hold(session, {**values, "last_checked_at": self.now, "lease_until": None, "worker": None})
            session.add(SourceRun(source_id=self.source.id or 0, at=self.now, status=status, error=error, **counts))
        return CheckResult(self.source.slug, self.source.url or "", status, error=error, **counts)

    def _hold(self, session: Session, values: dict[str, Any]) -> None:
        held = update(_SOURCE).where(_SOURCE.c.id == self.source.id, _SOURCE.c.epoch == self.epoch).values(**values)
        if session.execute(held).rowcount != 1:  # type: ignore[attr-defined]
            raise _LostLease("Another process took this source over.")

    def _stamps(self) -> dict[str, str | None]:
        with self.house.database.reading() as session:
            rows = select(Record.guid, Record.stamp).where(
                col(Record.source_id) == self.source.id, col(Record.deleted_at).is_(None)
            )
            return dict(session.exec(rows).all())


def _in_words(problem: Exception) -> str:
    if isinstance(problem, PublisherError | FeedError):
        return str(problem)[:500]
    if isinstance(problem, OSError):
        return f"The machine could not do it: {problem.strerror or problem}."[:500]
    return f"Something unexpected went wrong while it was read ({type(problem).__name__}). The log has the details."
