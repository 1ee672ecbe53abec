"""A sender is killed ten times in the middle of a send to 5,000 readers: nobody is missed, and doubt is counted.

The sink records a mail before it answers, in a process of its own, so what it has is what a real server would have.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from cast import a_hub, a_list, a_newsletter, a_work
from sqlalchemy import Table, insert

from publisher.audience.models import Person, Subscription
from publisher.house import House
from publisher.mail.models import Address
from publisher.newsletters import drafting, issues

READERS, KILLS, CONNECTIONS = 5000, 10, 8
LONGEST = timedelta(minutes=4)


def a_long_list(house: House, now: datetime) -> int:
    """An issue let out to all readers; returns its id."""
    tables: list[Table] = [model.__table__ for model in (Address, Person, Subscription)]  # type: ignore[attr-defined]
    with house.database.session() as session:
        monthly = a_list(session, a_hub(session, now), now)
        newsletter = a_newsletter(session, monthly, now)
        a_work(session, now, "A report on pay")
        numbers = range(1, READERS + 1)
        session.execute(insert(tables[0]), [{"id": n, "email": f"r{n}@example.org", "normalised": f"r{n}@example.org", "hash": str(n), "suppressed": "", "reason": "", "detail": "", "created_at": now} for n in numbers])  # fmt: skip
        session.execute(insert(tables[1]), [{"id": n, "address_id": n, "key": f"k{n}", "name": "", "languages": "en", "zone": "UTC", "created_at": now} for n in numbers])  # fmt: skip
        session.execute(insert(tables[2]), [{"person_id": n, "list_id": monthly.id, "state": "active", "source": "import", "created_at": now, "reason": ""} for n in numbers])  # fmt: skip
        issue = drafting.draft(session, newsletter, now=now)
    issues.release(house, issue.id or 0, now=now)
    return issue.id or 0


def reached(record: Path) -> list[str]:
    """Recipients in the order the sink stored their mails."""
    if not record.exists():
        return []
    return [
        json.loads(line)["recipient"] for line in record.read_text(encoding="utf-8").splitlines() if line.endswith("}")
    ]


def a_sink(folder: Path) -> tuple[subprocess.Popen[bytes], int, Path]:
    script = Path(__file__).parents[1] / "smtp_sink.py"
    port_file, record = folder / "port", folder / "record"
    process = subprocess.Popen([sys.executable, str(script), "--port-file", str(port_file), "--record", str(record)])
    wait = threading.Event()
    while not (port_file.exists() and port_file.read_text().strip()):
        assert process.poll() is None
        wait.wait(0.02)
    return process, int(port_file.read_text()), record


def send(house: House, port: int, now: datetime) -> "subprocess.Popen[bytes]":
    settings = house.settings
    environment = os.environ | {
        "PUBLISHER_DATA_DIR": str(settings.data_dir),
        "PUBLISHER_DATABASE_URL": settings.database_url.replace("postgresql+psycopg", "postgresql"),
        "PUBLISHER_PUBLIC_URL": settings.public_url,
        "PUBLISHER_SECRET_KEY": settings.secret_key,
    }
    url = f"smtp://127.0.0.1:{port}?tls=none"
    command = [sys.executable, "-m", "publisher", "send", "--drain", "--relay-url", url, "--now", now.isoformat()]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_ten_kills_lose_nobody_and_cost_one_copy_per_connection_at_most(
    house: House, now: datetime, tmp_path: Path
) -> None:
    issue_id = a_long_list(house, now)
    sink, port, record = a_sink(tmp_path)
    moments = sorted(random.Random(7).sample(range(50, READERS - 200), KILLS))
    wait = threading.Event()
    try:
        for moment in moments:
            sender = send(house, port, now)
            while record.stat().st_size // 80 < moment and len(reached(record)) < moment:
                assert sender.poll() is None, "the sender ended before it was killed"
                wait.wait(0.01)
            sender.send_signal(signal.SIGKILL)
            sender.wait()
        assert send(house, port, now).wait(LONGEST.total_seconds()) == 0
    finally:
        sink.terminate()
        sink.wait()
    copies = Counter(reached(record))
    assert len(copies) == READERS, "nobody was missed"
    assert sum(copies.values()) - READERS <= KILLS * CONNECTIONS
    with house.database.session() as session:
        issues.close_done(session, now=now)
        status = issues.status(session, issues.by_slug(session, str(issue_id)))
    assert status == {
        "issue": status["issue"],
        "state": "sent",
        "prepared": READERS,
        "accepted": READERS,
    } | dict.fromkeys(
        ("queued", "claimed", "in_flight", "deferred", "rejected", "uncertain", "suppressed", "cancelled", "expired"), 0
    )
