"""Search against a LIKE scan, both sides in one run over the same 50,000 resources. The goal: under a twentieth.

Words that at most 2 % of the resources have are looked for; times are medians of CPU seconds of this process and, for
PostgreSQL, of the server process that works for it. Where the server is out of sight they are wall-clock seconds, which
other work on the machine lengthens.
"""

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, or_, text
from sqlmodel import Session, col, select

from publisher.database import Database
from publisher.library.indexing import PLACES
from publisher.library.models import SearchDocument, Work, WorkText
from publisher.library.search import SearchQuery, search
from publisher.library.shelf import shown

WORKS = 50_000
SHARE = 0.02
ROUNDS, SCANS = 31, 7
"""How often each side is measured: what takes milliseconds is disturbed more by other work on the machine."""
WORDS = 6
_BORN = datetime(2020, 1, 1, tzinfo=UTC)
_SEED = 20
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"


def measure(database: Database, *, works: int = WORKS) -> dict[str, Any]:
    """Fill an empty, migrated database and compare. `ratio`: search over scan, the worst of the words; `goal` is 0.05."""
    vocabulary = _vocabulary()
    _fill(database, vocabulary, works)
    with database.session() as session:
        session.execute(text("ANALYZE"))
    with database.reading() as session:
        if not database.is_sqlite:  # one core on both sides, so that wall-clock time can stand for work
            session.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))
        clock = _clock(session, database.is_sqlite)
        words = _rare_words(session, vocabulary, works)
        rows = [_compare(session, word, clock) for word in words]
    worst = max(row["search_ms"] / row["like_ms"] for row in rows)
    return {
        "works": works,
        "clock": "wall" if clock is time.perf_counter else "cpu",
        "words": rows,
        "search_ms": statistics.median(row["search_ms"] for row in rows),
        "like_ms": statistics.median(row["like_ms"] for row in rows),
        "ratio": round(worst, 4),
        "goal": 0.05,
        "met": worst < 0.05,
    }


def _compare(session: Session, word: str, clock: Callable[[], float]) -> dict[str, Any]:
    """Both sides answer the same: how many works have the word, and which are the first twenty."""
    asked = SearchQuery(text=f'"{word}"')
    # Not in turns: a scan of everything throws the other side's pages out of the cache, as no site's visitors would.
    ours, result = _timed(lambda: search(session, asked, facets=()).total, clock, ROUNDS)
    theirs, scanned = _timed(lambda: _scan(session, word), clock, SCANS)
    return {
        "word": word,
        "found": result,
        "found_by_scan": scanned,
        "search_ms": round(ours * 1000, 3),
        "like_ms": round(theirs * 1000, 3),
    }


def _timed(errand: Callable[[], int], clock: Callable[[], float], rounds: int) -> tuple[float, int]:
    """The median of some rounds in seconds, and what the errand found."""
    times, found = [], 0
    for _ in range(rounds):
        start = clock()
        found = errand()
        times.append(clock() - start)
    return statistics.median(times), found


def _clock(session: Session, is_sqlite: bool) -> Callable[[], float]:
    """Seconds of work for this session, from any zero. Linux counts those of a process in nanoseconds in its `schedstat`."""
    if is_sqlite:
        return time.process_time
    place, number = session.execute(text("SELECT inet_server_addr(), pg_backend_pid()")).one()
    process = Path(f"/proc/{number}")
    try:  # a server in another container has numbers of its own
        if place is None and (process / "comm").read_text().startswith("postgres"):
            counter = process / "schedstat"
            _nanoseconds(counter)
            return lambda: time.process_time() + _nanoseconds(counter) / 1e9
    except (OSError, ValueError):
        pass
    return time.perf_counter


def _nanoseconds(counter: Path) -> int:
    return int(counter.read_text().split()[0])


def _scan(session: Session, word: str) -> int:
    document = SearchDocument
    matching = or_(col(document.title).like(f"%{word}%"), col(document.body).like(f"%{word}%"))
    ids = session.exec(select(document.work_id).where(matching).distinct()).all()
    first = sorted(ids, reverse=True)[:20]
    shown(session, first)
    return len(ids)


def _rare_words(session: Session, vocabulary: list[str], works: int) -> list[str]:
    """Words of different frequency, the most frequent just under the share."""
    found = []
    for word in vocabulary[50::25]:
        total = search(session, SearchQuery(text=f'"{word}"', states=(), limit=1), facets=()).total
        if 0 < total <= works * SHARE:
            found.append(word)
        if len(found) == WORDS:
            break
    return found


def _fill(database: Database, vocabulary: list[str], works: int) -> None:
    chance = random.Random(_SEED)  # noqa: S311  # the same words on every machine, nothing secret
    weights = [1 / (rank + 3) for rank in range(len(vocabulary))]
    with database.session() as session:
        if session.exec(select(func.count()).select_from(Work)).one():
            raise ValueError("the search is measured in an empty database")
    for start in range(0, works, 2000):
        with database.session() as session:
            _fill_some(session, chance, vocabulary, weights, range(start, min(start + 2000, works)))


def _fill_some(
    session: Session, chance: random.Random, vocabulary: list[str], weights: list[float], numbers: range
) -> None:
    rows, texts, documents = [], [], []
    for n in numbers:
        said = chance.choices(vocabulary, weights, k=130)
        title, body = " ".join(said[:9]), " ".join(said[9:])
        at = _BORN + timedelta(minutes=n)
        rows.append({"id": n + 1, "slug": f"r{n}", "state": "approved", "first_seen": at, "updated_at": at})
        texts.append({"id": n + 1, "work_id": n + 1, "language": "en", "title": title, "blurb": body[:300]})
        documents.append(
            {"text_id": (n + 1) * PLACES, "work_id": n + 1, "language": "en", "title": title, "body": body}
        )
    plain = {"kind": "report", "language": "en", "authors": [], "publisher": "", "licence": "", "file_type": "",
             "image_alt": "", "reviewed_by": "", "note": "", "title_key": "", "edited": []}  # fmt: skip
    session.execute(insert(Work), [plain | row for row in rows])
    session.execute(insert(WorkText), [{"link": "", "edited": False} | row for row in texts])
    session.execute(insert(SearchDocument), documents)


def _vocabulary(size: int = 6000) -> list[str]:
    """Invented words of two to four syllables; by Zipf's law the first are in many resources, the last in few."""
    chance = random.Random(_SEED)  # noqa: S311
    words = dict[str, None]()
    while len(words) < size:
        syllables = (chance.choice(_CONSONANTS) + chance.choice(_VOWELS) for _ in range(chance.randint(2, 4)))
        words["".join(syllables) + chance.choice(_CONSONANTS)] = None
    return list(words)
