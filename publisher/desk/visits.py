"""Visits of reader pages: counted by day, kind and the country a page is about. Machines are left out, and nobody is kept.

A page that is read must not wait for the disk: each process counts in memory and writes every few seconds. What a process
that is killed had not written yet, a few seconds of visits, is lost; a count of visits can bear that.
"""

import logging
import threading
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache

from sqlalchemy import Table
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from publisher.database import insert_into
from publisher.desk.models import PageVisit
from publisher.house import House
from publisher.podcasts.downloads import agents

KINDS = {
    "home": "First page",
    "library": "Library, searches",
    "resource": "Resources",
    "newsletter": "Newsletters",
    "issue": "Issues",
    "podcast": "Podcasts",
    "episode": "Episodes",
    "webinar": "Webinars",
    "page": "About, contact, privacy",
}
WAITS = 10.0
"""Seconds that visits wait in memory."""
LONGEST_AGENT = 500

_log = logging.getLogger("publisher.desk")
_VISITS: Table = PageVisit.__table__  # type: ignore[attr-defined]
Key = tuple[date, str, str]


class Visits:
    """What one process has counted and not written yet. Safe to be used by many threads. `by_itself`: it writes every few
    seconds, as a process that serves pages does; else when `write` is called."""

    def __init__(self, *, by_itself: bool = False) -> None:
        self._by_itself = by_itself
        self._lock = threading.Lock()
        self._waiting: Counter[Key] = Counter()
        self._is_due = False

    def note(self, house: House, day: date, kind: str, countries: Collection[str] = ()) -> None:
        """One page was opened by a person."""
        with self._lock:
            self._waiting.update((day, kind, country) for country in {"", *countries})
            begins, self._is_due = self._by_itself and not self._is_due, True
        if begins:
            timer = threading.Timer(WAITS, self.write, (house,))
            timer.daemon = True
            timer.start()

    def write(self, house: House) -> None:
        """Write what waits. Where the database cannot be reached it waits on, for the next visit."""
        with self._lock:
            taken, self._waiting, self._is_due = self._waiting, Counter(), False
        if not taken:
            return
        try:
            with house.database.session() as session:
                add(session, taken)
        except SQLAlchemyError as problem:
            _log.warning("visits could not be written, and wait: %s", type(problem).__name__)
            with self._lock:
                self._waiting.update(taken)


def add(session: Session, counted: Mapping[Key, int]) -> None:
    """Add to the counts, in the order of their keys, so that two processes never wait for each other."""
    rows = [{"day": d, "kind": k, "country": c, "count": number} for (d, k, c), number in sorted(counted.items())]
    statement = insert_into(session, _VISITS)
    more = _VISITS.c.count + statement.excluded.count
    session.execute(
        statement.on_conflict_do_update(index_elements=["day", "kind", "country"], set_={"count": more}), rows
    )


@lru_cache(maxsize=4096)
def is_machine(agent: str) -> bool:
    """Whether a User-Agent is a program's; who says nothing is taken for one."""
    return bool(agents.judge(agent[:LONGEST_AGENT]).machine)
