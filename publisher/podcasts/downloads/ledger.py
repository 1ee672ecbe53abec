"""Entering sightings into the books: each becomes rows of `download_request`, joined to its asker's row of the day."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, select
from sqlmodel import Session

from publisher.house import House
from publisher.podcasts.downloads import agents, bulk
from publisher.podcasts.downloads.askers import DayKeys
from publisher.podcasts.downloads.models import DownloadRequest
from publisher.podcasts.downloads.opening import Opening
from publisher.podcasts.downloads.sightings import Sighting

_COLUMNS = (
    "at", "episode_id", "media_id", "method", "status", "asked", "first", "last", "agent_id", "referrer", "dropped",
    "window_id", "line",
)  # fmt: skip
_NOTHING = ((0, -1),)


class Ledger:
    """Enters sightings, and remembers what it looked up; one for each caller, never shared between threads.

    `weigh_at_once` saves reading a million rows again; who says it applies the rule for spikes to `places` afterwards.
    """

    def __init__(self, house: House, *, weigh_at_once: bool = False) -> None:
        self._opening = Opening(house, weigh_at_once)
        self._agents: dict[str, agents.Known] = {}

    @property
    def places(self) -> set[tuple[int, date]]:
        return self._opening.places

    def keys_of(self, session: Session, days: Iterable[date], now: datetime) -> dict[date, DayKeys]:
        """What `Sighting.keys` of these days can be found with beforehand, in another process."""
        return self._opening.keys_of(session, days, now)

    def enter(self, session: Session, sightings: Sequence[Sighting], *, now: datetime) -> int:
        """Store those that were not met before (by `line`) and have them weighed. Returns how many that were."""
        unmet = _unmet(session, sightings)
        if missing := {seen.agent for seen in unmet} - self._agents.keys():
            self._agents |= agents.known(session, missing)
        windows = self._opening.rows_for(session, unmet, self._agents, now)
        rows = list(self._rows(bulk.stored(session), unmet, windows))
        rows.sort(key=_window_of)  # neighbours in the index of windows
        bulk.add(session, _REQUESTS, _COLUMNS, rows)
        return len(unmet)

    def _rows(
        self, stored: bulk.Stored, sightings: Iterable[Sighting], windows: Iterable[int | None]
    ) -> Iterable[tuple[Any, ...]]:
        known = self._agents
        for seen, window in zip(sightings, windows, strict=True):
            when, _, episode, media, _, agent, referrer, method, status, asked, sent, line, dropped, _ = seen
            at, agent_id = stored.instant(when), known[agent].id
            for place, (first, last) in enumerate(sent or _NOTHING):
                name = line if not place or line is None else f"{line}+{place}"
                yield (
                    at, episode, media, method, status, asked, first, last, agent_id, referrer, dropped, window, name,
                )  # fmt: skip


def _window_of(row: tuple[Any, ...]) -> int:
    return row[11] or 0


def _unmet(session: Session, sightings: Sequence[Sighting]) -> Sequence[Sighting]:
    """Those whose line is not in the books. Lines begin with their time, so one look at a stretch of them tells."""
    lines = {seen.line for seen in sightings if seen.line is not None}
    if not lines:
        return sightings
    stretch = select(_REQUESTS.c.line).where(_REQUESTS.c.line.between(min(lines), max(lines)))
    known = {line for line in session.execute(stretch).scalars() if line in lines}
    return [seen for seen in sightings if seen.line not in known] if known else sightings


_REQUESTS: Table = DownloadRequest.__table__  # type: ignore[attr-defined]
