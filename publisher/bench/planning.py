"""What planning an issue costs, for ten thousand readers and ten times as many: it grows linearly, and memory does not.

Each size is filled in one process and planned in another, so that the peak of memory is that of planning alone.
`python -m publisher.bench.planning fill|plan FOLDER READERS` is one such process.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert
from sqlmodel import Session, SQLModel

from publisher.audience import lists
from publisher.audience.models import Interest, Person, Subscription
from publisher.database import Database
from publisher.house import House, open_house
from publisher.library.models import Subject, Work, WorkText
from publisher.mail import identities
from publisher.mail.models import Address
from publisher.newsletters import drafting, issues, newsletters
from publisher.settings import Settings
from publisher.vocabulary import terms

SIZES = (10_000, 100_000)
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
COUNTRIES = ("KE", "SN", "BD", "BR", "UA", "EG", "PH", "PE", "NP", "GH", "CO", "JO")
TOPICS = ("workforce", "training", "pay", "wellbeing")
AT_ONCE = 5000


def measure(migrate: Callable[[Database], None], sizes: tuple[int, int] = SIZES) -> dict[str, Any]:
    """Seconds and peak memory (MB) of both sizes. `per_reader_ratio`: the larger by the smaller; 1 is linear.
    `memory_ratio`: their peaks; 1 is independent of the number of readers."""
    few, many = (_one_size(migrate, size) for size in sizes)
    return {
        "sizes": [few, many],
        "per_reader_ratio": round(many["seconds"] / many["readers"] * few["readers"] / few["seconds"], 2),
        "memory_ratio": round(many["peak_mb"] / few["peak_mb"], 2),
    }


def _one_size(migrate: Callable[[Database], None], readers: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(_url(Path(folder)))
        migrate(database)
        database.close()
        _process("fill", folder, readers)
        return dict(json.loads(_process("plan", folder, readers)))


def _process(step: str, folder: str, readers: int) -> str:
    words = [sys.executable, "-m", "publisher.bench.planning", step, folder, str(readers)]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout  # noqa: S603  # ourselves


def fill(house: House, readers: int) -> None:
    """A list of so many readers with tastes of their own, and the draft of an issue of twelve items."""
    with house.database.session() as session:
        identity = identities.seed(session, house.settings, now=NOW)
        identity.postal_address = "12 Ngong Road, Nairobi, Kenya"
        terms.seed_defaults(session)
        lists.add(session, "monthly", "Monthly", now=NOW, identity=identity)
        shape = newsletters.Shape("Monthly", "monthly on the 1st at 9:00", languages=("en", "fr", "ar"))
        paper = newsletters.add(session, "monthly", "monthly", shape, now=NOW)
        for n, country in enumerate(COUNTRIES):
            _add_work(session, n + 1, country)
        session.flush()
        drafting.draft(session, paper, now=NOW)
    for start in range(1, readers + 1, AT_ONCE):
        with house.database.session() as session:
            _add_readers(session, range(start, min(start + AT_ONCE, readers + 1)))


def plan(house: House, readers: int) -> dict[str, Any]:
    """Let the issue out."""
    began = time.perf_counter()
    issues.release(house, 1, now=NOW)
    seconds = time.perf_counter() - began
    with house.database.reading() as session:
        status = issues.status(session, issues.by_slug(session, "1"))
    if status["prepared"] != readers:
        raise RuntimeError(f"{status['prepared']} of {readers} mails were prepared")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)
    return {"readers": readers, "seconds": round(seconds, 2), "peak_mb": round(peak, 1)}


def _add_work(session: Session, number: int, country: str) -> None:
    work = Work(slug=f"work-{number}", state="approved", first_seen=NOW, news_since=NOW, updated_at=NOW)
    session.add(work)
    session.flush()
    title = f"What one year of visits changed, part {number}"
    session.add(WorkText(work_id=work.id or 0, language="en", title=title, blurb="Three teams compared their costs."))
    if number > 1:  # the first concerns everyone, so that everybody gets a mail
        session.add(Subject(work_id=work.id or 0, facet="country", key=country))


def _add_readers(session: Session, numbers: range) -> None:
    emails = {n: f"reader.{n}@readers.example" for n in numbers}
    _insert(session, Address, [
        {"id": n, "email": e, "normalised": e, "hash": e, "suppressed": "", "reason": "", "detail": "", "created_at": NOW}
        for n, e in emails.items()
    ])  # fmt: skip
    _insert(session, Person, [
        {"id": n, "address_id": n, "key": f"key-{n}", "name": f"Reader {n}", "languages": ("en", "fr,en", "ar,en")[n % 3],
         "zone": "Africa/Nairobi", "created_at": NOW}
        for n in numbers
    ])  # fmt: skip
    _insert(session, Subscription, [
        {"person_id": n, "list_id": 1, "state": "active", "source": "import", "reason": "", "created_at": NOW,
         "active_since": NOW - timedelta(days=30)}
        for n in numbers
    ])  # fmt: skip
    _insert(session, Interest, [
        {"person_id": n, "facet": "country", "key": COUNTRIES[(n + shift) % len(COUNTRIES)]}
        for n in numbers
        for shift in (0, 5)
    ])  # fmt: skip


def _insert(session: Session, model: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    table: Table = model.__table__  # type: ignore[attr-defined]
    session.execute(insert(table), rows)


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'bench.db'}"


def main() -> None:
    """One step of `measure`, in a process of its own."""
    step, folder, readers = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    settings = Settings(folder, _url(folder), "https://exchange.example", "a key for measuring")
    house = open_house(settings)
    if step == "fill":
        fill(house, readers)
    else:
        print(json.dumps(plan(house, readers)))
    house.close()


if __name__ == "__main__":
    main()
