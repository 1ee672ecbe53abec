"""What a backup costs while mail leaves: the rate of a sender without and with one in the same run, and memory for two sizes.

The backup is a process of its own, as `publisher backup` is, and begins anew until the mails are gone.
"""

import multiprocessing
import os
import resource
import secrets
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import text

from publisher import clock
from publisher.bench.letters import sixty_kilobytes
from publisher.bench.sending import plan, server
from publisher.database import Database
from publisher.house import House, open_house
from publisher.mail.delivery import Sender
from publisher.settings import Settings

Make = Callable[[House, Path], Any]
NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
_ROW = 64_000
ROUNDS = 4


def measure(migrate: Callable[[Database], None], make: Make, megabytes: int, mails: int) -> dict[str, float]:
    """`ratio`: mails a second with a backup by those without, the median of rounds that take turns. Memory of the backup's
    process for a database of that size and of a fifth of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = _peak(_filled(folder / "small", migrate, megabytes // 5), make)[0]
        settings = _filled(folder / "large", migrate, megabytes)
        peak, took = _peak(settings, make)
        alone, beside = _rates(settings, make, mails)
    return {
        "database_mb": megabytes,
        "backup_seconds": round(took, 1),
        "mails": mails,
        "alone_per_second": round(median(alone)),
        "with_backup_per_second": round(median(beside)),
        "ratio": round(median(b / a for a, b in zip(alone, beside, strict=True)), 2),
        "small_peak_mb": round(small),
        "large_peak_mb": round(peak),
        "memory_ratio": round(peak / small, 2),
    }


def _filled(folder: Path, migrate: Callable[[Database], None], megabytes: int) -> Settings:
    """A hub of so many megabytes, of letters that are kept: what a large hub is made of."""
    folder.mkdir()
    settings = Settings(
        folder, f"sqlite:///{folder / 'bench.db'}", "https://exchange.example", "a key for measuring only"
    )
    house = open_house(settings)
    migrate(house.database)
    rows = [{"data": secrets.token_bytes(_ROW), "id": n} for n in range(16)]
    with house.database.session() as session:
        session.execute(text("CREATE TABLE bench_weight (id INTEGER PRIMARY KEY, data BLOB)"))
        for begin in range(0, megabytes * 1_000_000 // _ROW, len(rows)):
            values = [{"id": begin + row["id"], "data": row["data"]} for row in rows]  # type: ignore[operator]
            session.execute(text("INSERT INTO bench_weight VALUES (:id, :data)"), values)
    house.close()
    return settings


def _peak(settings: Settings, make: Make) -> tuple[float, float]:
    """Megabytes at the most of a process that makes one backup, and seconds."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    began = time.perf_counter()
    process = context.Process(target=back_up, args=(settings, make, there, False))
    process.start()
    megabytes = float(here.recv())
    process.join()
    return megabytes, time.perf_counter() - began


def _rates(settings: Settings, make: Make, mails: int) -> tuple[list[float], list[float]]:
    """Mails a second alone and beside a backup, in turns: now the one goes first, now the other."""
    alone, beside = [], []
    house = open_house(settings)
    with server() as port:
        for number in range(ROUNDS * 2):
            if number % 4 in (0, 3):
                alone.append(_send(house, port, mails))
            else:
                with _backing_up(settings, make):
                    beside.append(_send(house, port, mails))
    house.close()
    return alone, beside


def _send(house: House, port: int, mails: int) -> float:
    with house.database.session() as session:
        plan(session, house, sixty_kilobytes(), mails, key=secrets.token_hex(4))
    began = time.perf_counter()
    with Sender(house, present=lambda: NOW, wall=clock.now, relay_url=f"smtp://127.0.0.1:{port}?tls=none") as sender:
        sender.drain()
    return sender.accepted / (time.perf_counter() - began)


class _backing_up:  # used like a function
    """A process that makes one backup after the other until the block ends."""

    def __init__(self, settings: Settings, make: Make) -> None:
        context = multiprocessing.get_context("spawn")
        self.here, there = context.Pipe()
        self.process = context.Process(target=back_up, args=(settings, make, there, True), daemon=True)

    def __enter__(self) -> None:
        self.process.start()
        self.here.recv()

    def __exit__(self, *_: object) -> None:
        self.here.send("enough")
        self.process.join()


def back_up(settings: Settings, make: Make, told: Connection, again: bool) -> None:
    """What the process does: tells when it begins where it goes on and on, else what memory it took."""
    house = open_house(settings)
    enough = threading.Event()
    if again:
        told.send("begun")
        threading.Thread(target=_until_told, args=(told, enough), daemon=True).start()
    with ThreadPoolExecutor(1, initializer=os.nice, initargs=(10,)) as thread:
        while not enough.is_set():
            thread.submit(make, house, settings.data_dir / "backup.tar").result()
            if not again:
                break
    if not again:
        told.send(_highest())
    house.close()


def _until_told(told: Connection, enough: threading.Event) -> None:
    with suppress(EOFError):  # who asked is gone
        told.recv()
    enough.set()


def _highest() -> float:
    """Megabytes this process had at the most. Where the kernel says it itself: `ru_maxrss` begins with what the parent had."""
    status = Path("/proc/self/status")
    if status.exists():
        said = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(said.split()[1]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
