"""Reminders to 3,000 people while everything dies: the planner is killed between chunks and the sender in the middle of mails,
and the clock jumps. Everybody has each reminder once, copies are only of mails that were in doubt, and none comes too late.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func
from sqlmodel import col, select
from webinars.mailing_stage import many, states
from webinars.webinar_stage import a_webinar

from publisher import clock
from publisher.house import House
from publisher.mail import outbox
from publisher.mail.delivery import Sender
from publisher.mail.models import Letter, LetterState, Outbox
from publisher.webinars import mailings
from publisher.webinars.models import Mailing

PEOPLE, CONNECTIONS = 3000, 8
START = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Sink:
    """A mail server in a process of its own, which has stored a mail before it says so."""

    url: str
    record: Path

    def number(self) -> int:
        """How many have arrived, copies too."""
        return self.record.read_bytes().count(b"\n") if self.record.exists() else 0

    def arrived(self) -> list[tuple[str, str]]:
        """(recipient, Message-ID), in the order of arrival."""
        if not self.record.exists():
            return []
        lines = self.record.read_text(encoding="utf-8").splitlines()
        mails = [json.loads(line) for line in lines if line.endswith("}")]
        return [(mail["recipient"], mail["message_id"]) for mail in mails]


@contextmanager
def a_sink(folder: Path, name: str) -> Iterator[Sink]:
    script = Path(__file__).parents[1] / "smtp_sink.py"
    port_file, record = folder / f"port of {name}", folder / f"record of {name}"
    process = subprocess.Popen([sys.executable, str(script), "--port-file", str(port_file), "--record", str(record)])
    wait = threading.Event()
    try:
        while not (port_file.exists() and port_file.read_text().strip()):
            assert process.poll() is None
            wait.wait(0.02)
        yield Sink(f"smtp://127.0.0.1:{port_file.read_text().strip()}?tls=none", record)
    finally:
        process.terminate()
        process.wait()


def run(house: House, *words: str, now: datetime) -> "subprocess.Popen[bytes]":
    """A command of ours, in a process that can be killed."""
    settings = house.settings
    environment = os.environ | {
        "PUBLISHER_DATA_DIR": str(settings.data_dir),
        "PUBLISHER_DATABASE_URL": settings.database_url.replace("postgresql+psycopg", "postgresql"),
        "PUBLISHER_PUBLIC_URL": settings.public_url,
        "PUBLISHER_SECRET_KEY": settings.secret_key,
    }
    command = [sys.executable, "-m", "publisher", *words, "--now", now.isoformat()]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def send(house: House, sink: "Sink | None", now: datetime) -> None:
    """A sender that lives, and ends when nothing is due."""
    url = sink.url if sink else "smtp://127.0.0.1:1?tls=none"
    with Sender(house, present=lambda: now, wall=clock.now, relay_url=url) as sender:
        sender.drain()


def kill_when(process: "subprocess.Popen[bytes]", happened: Callable[[], bool]) -> None:
    wait = threading.Event()
    while not happened():
        assert process.poll() is None, "it ended before it was killed"
        wait.wait(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()


def rows(house: House) -> int:
    with house.database.reading() as session:
        return int(session.exec(select(func.count()).select_from(Outbox)).one())


def letters(house: House) -> list[str]:
    with house.database.reading() as session:
        return list(session.exec(select(Letter.state).order_by(col(Letter.id))))


def ledger(house: House, minutes: int) -> dict[str, int]:
    """What became of the mails of one reminder, without what is nothing."""
    with house.database.reading() as session:
        wanted = select(Mailing).where(col(Mailing.kind) == "reminder", col(Mailing.minutes) == minutes)
        found = outbox.status(session, session.exec(wanted).one().letter_id or 0)
    return {state: number for state, number in found.items() if number}


def registered(house: House, now: datetime) -> None:
    with house.database.session() as session:
        many(session, a_webinar(session, house, now)[0], PEOPLE, now)


def planned_while_dying(house: House) -> None:
    """The planner dies whenever another thousand is written, and no sender sees anything of it."""
    for number in range(1, PEOPLE // 1000):
        kill_when(run(house, "tick", now=START - DAY), lambda number=number: rows(house) >= 1000 * number)
        assert letters(house) == [LetterState.PLANNING]
    assert 1000 <= rows(house) < PEOPLE
    send(house, None, START - DAY)  # nothing goes: there is nobody at that address
    assert mailings.plan_due(house, START - DAY + MINUTE) == 1
    assert (rows(house), letters(house)) == (PEOPLE, [LetterState.SENDING])


def test_each_reminder_once_and_none_stale(house: House, now: datetime, tmp_path: Path) -> None:
    kills = (400, 1700)
    registered(house, now)
    planned_while_dying(house)

    with a_sink(tmp_path, "the day before") as sink:
        for moment in kills:
            drain = run(house, "send", "--drain", "--relay-url", sink.url, now=START - DAY + MINUTE)
            kill_when(drain, lambda moment=moment: sink.number() >= moment)
        send(house, sink, START - DAY - 2 * HOUR)  # the clock jumps back: nothing is lost by it
        assert mailings.plan_due(house, START - DAY) == 0
        send(house, sink, START - DAY + 2 * MINUTE)
        copies = Counter(sink.arrived())
    assert len({to for to, _ in copies}) == PEOPLE, "nobody was missed"
    assert len(copies) == PEOPLE, "a copy has the Message-ID of the first, so that mail programs show one"
    assert sum(copies.values()) - PEOPLE <= len(kills) * CONNECTIONS
    assert ledger(house, 1440) == {"prepared": PEOPLE, "accepted": PEOPLE}

    with a_sink(tmp_path, "the hour before") as sink:
        assert mailings.plan_due(house, START - HOUR) == 1
        assert mailings.plan_due(house, START - DAY) == 0  # back, and forward again: planned once
        drain = run(house, "send", "--drain", "--relay-url", sink.url, now=START - HOUR)
        kill_when(drain, lambda: sink.number() >= 500)
        before = sink.number()
        send(house, sink, START + MINUTE)  # the sender comes back when it has begun
        assert mailings.plan_due(house, START + DAY) == 0
        assert sink.number() == before, "none is stale"
    status = ledger(house, 60)
    assert status.pop("prepared") == PEOPLE == sum(status.values())
    assert set(status) == {"accepted", "expired"}
    with house.database.reading() as session:
        assert states(session, "reminder") == [(1440, "out"), (60, "out")]
