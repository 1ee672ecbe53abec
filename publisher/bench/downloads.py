"""Counting a web server's log, beside the plain way: a row at a time through the object mapper, with a look back for each.

The log is made first: requests of some hundred thousand listeners of twenty episodes over three days, most of them in several
pieces shortly after each other, as players ask. The plain way reads the beginning of the same log; times are per line.
"""

import random
import re
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, func, select

from publisher.database import Database
from publisher.house import House, open_house
from publisher.media.models import MediaFile
from publisher.podcasts.downloads import logs
from publisher.podcasts.downloads.models import Agent, DownloadRequest, DownloadWindow
from publisher.podcasts.models import Episode, Show
from publisher.settings import Settings

LINES, PLAIN_LINES = 1_000_000, 5_000
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
BEGIN = NOW - timedelta(days=3)
EPISODES, LENGTH, MINUTE = 20, 24_000_000, 960_000
_SEED = 20
_LINE = re.compile(r'(\S+) \S+ \S+ \[([^\]]+)\] "(\S+) (\S+) [^"]*" (\d+) (\d+) "[^"]*" "([^"]*)"')


def measure(migrate: Callable[[Database], None], lines: int = LINES) -> dict[str, Any]:
    """`seconds`: reading in, storing and counting all lines. `ratio`: our time for a line by that of the plain way."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "access.log"
        ours, plain = _house(Path(folder) / "ours", migrate), _house(Path(folder) / "plain", migrate)
        _write(log, ours, lines)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        cpu, began = time.process_time(), time.perf_counter()
        done = logs.import_log(ours, log, now=NOW)
        seconds, busy = time.perf_counter() - began, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        plain_seconds = _plainly(plain, log, min(lines, PLAIN_LINES))
        figures = _counted(ours)
        for house in (ours, plain):
            house.close()
    ratio = (seconds / lines) / (plain_seconds / min(lines, PLAIN_LINES))
    return {
        "lines": done.lines,
        "requests": done.requests,
        **figures,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(busy, 2),
        "lines_a_second": round(lines / seconds),
        "memory_mb": round(peak / 1024),
        "memory_before_mb": round(before / 1024),
        "plain_microseconds": round(plain_seconds / min(lines, PLAIN_LINES) * 1e6),
        "our_microseconds": round(seconds / lines * 1e6, 1),
        "ratio": round(ratio, 4),
        "goal_seconds": round(20 * lines / LINES, 2),
        "met": seconds <= 20 * lines / LINES,
    }


def _counted(house: House) -> dict[str, int]:
    with house.database.reading() as session:
        windows = select(func.count()).select_from(DownloadWindow)
        return {
            "askers": session.exec(windows).one(),
            "downloads": session.exec(windows.where(col(DownloadWindow.dropped) == "")).one(),
        }


def _house(folder: Path, migrate: Callable[[Database], None]) -> House:
    folder.mkdir()
    url = f"sqlite:///{folder / 'bench.db'}"
    house = open_house(Settings(folder, url, "https://exchange.example", "a key for measuring"))
    migrate(house.database)
    with house.database.session() as session:
        session.add(Show(id=1, slug="show", title="Measured", guid="measured", changed_at=NOW, created_at=NOW))
        for n in range(1, EPISODES + 1):
            session.add(
                MediaFile(
                    id=n, digest=f"{n:012x}" + "0" * 52, kind="audio", type="audio/mpeg", extension="mp3", length=LENGTH,
                    duration=LENGTH / 16_000, created_at=NOW,
                )
            )  # fmt: skip
        session.flush()
        for n in range(1, EPISODES + 1):
            session.add(
                Episode(id=n, show_id=1, slug=f"e{n}", guid=f"e{n}", title=f"E{n}", audio_id=n, created_at=NOW, updated_at=NOW)
            )  # fmt: skip
    return house


def _write(log: Path, house: House, lines: int) -> None:
    """The same log on every machine: each listener asks one to four times within minutes."""
    chance = random.Random(_SEED)  # noqa: S311  # nothing secret
    agents = [
        *(f"AntennaPod/3.{n}.0" for n in range(40)),
        *(f"Podcasts/15{n}.1 CFNetwork/1408.0.{n} Darwin/22.5.0" for n in range(200)),
        *(f"Mozilla/5.0 (Linux; Android {n}) AppleWebKit/537.36 Chrome/1{n}.0 Mobile Safari/537.36" for n in range(40)),
        "curl/8.1", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    ]  # fmt: skip
    with log.open("w", encoding="ascii") as file:
        pending: list[tuple[float, str]] = []
        at, written = 0.0, 0
        while written < lines:
            at += 3 * 86_400 / lines * 2.4
            pending.extend(_asking(chance, agents, at))
            pending.sort(reverse=True)
            while pending and pending[-1][0] <= at and written < lines:
                file.write(pending.pop()[1])
                written += 1


def _asking(chance: random.Random, agents: list[str], at: float) -> Iterator[tuple[float, str]]:
    ip = f"{chance.randrange(1, 224)}.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}"
    episode, agent = chance.randint(1, EPISODES), chance.choice(agents)
    for piece in range(chance.choice((1, 1, 2, 2, 3, 4))):
        when = BEGIN + timedelta(seconds=at + piece * 20)
        octets = chance.choice((2, 65_536, MINUTE, 4_000_000, LENGTH))
        status = 200 if octets == LENGTH else 206
        yield (
            at + piece * 20,
            f"{ip} - - [{when:%d/%b/%Y:%H:%M:%S} +0000] "
            f'"GET /podcasts/show/audio/{episode}-{episode:012x}.mp3 HTTP/1.1" {status} {octets} "-" "{agent}"\n',
        )


def _plainly(house: House, log: Path, lines: int) -> float:
    began = time.perf_counter()
    with log.open(encoding="ascii") as file, house.database.session() as session:
        for _ in range(lines):
            _count_plainly(session, file.readline())
    return time.perf_counter() - began


def _count_plainly(session: Session, text: str) -> None:
    """What a first version does: an object for each row, and a query for what the same asker had within a day."""
    match = _LINE.match(text)
    if match is None:
        return
    at = datetime.strptime(match[2], "%d/%b/%Y:%H:%M:%S %z").astimezone(UTC)
    agent = session.exec(select(Agent).where(Agent.text == match[7])).first()
    if agent is None:
        agent = Agent(text=match[7], list_version="")
        session.add(agent)
        session.flush()
    episode = int(match[4].rpartition("/")[2].partition("-")[0])
    asker = hash((match[1], match[7], episode)) >> 2
    window = session.exec(
        select(DownloadWindow).where(
            col(DownloadWindow.key) == asker, col(DownloadWindow.started_at) > at - timedelta(days=1)
        )
    ).first()
    if window is None:
        window = DownloadWindow(
            key=asker, listener=0, address=0, day=at.date(), show_id=1, episode_id=episode, media_id=episode,
            agent_id=agent.id or 0, started_at=at,
        )  # fmt: skip
        session.add(window)
        session.flush()
    window.octets += int(match[6])
    session.add(
        DownloadRequest(
            at=at, episode_id=episode, media_id=episode, status=int(match[5]), last=int(match[6]) - 1,
            agent_id=agent.id or 0, window_id=window.id,
        )
    )  # fmt: skip
    session.flush()
