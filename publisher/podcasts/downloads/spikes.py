"""The rule for anomalies, which IAB v2.2 wants documented: one address that asks like a crowd is no crowd.

More than `MOST` downloads of one episode from one network address on one UTC day are none, all of them: so many different
User-Agents behind one address are a farm or a test. A household, an office or a school stays far below it.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, Table, func, select, update
from sqlmodel import Session

from publisher.podcasts.downloads.models import DownloadWindow
from publisher.podcasts.downloads.sightings import Dropped

MOST = 100


def mark(session: Session, places: Iterable[tuple[int, date]]) -> None:
    """Apply the rule to shows and UTC days. Rows it no longer holds for are weighed again at the next settling."""
    for show_id, day in sorted(places):
        here = (_WINDOWS.c.show_id == show_id) & (_WINDOWS.c.day == day)
        groups = (
            select(_WINDOWS.c.episode_id, _WINDOWS.c.address)
            .where(here, _WINDOWS.c.dropped.in_(("", Dropped.SPIKE.value)))
            .group_by(_WINDOWS.c.episode_id, _WINDOWS.c.address)
            .having(func.count() > MOST)
        )
        held = [tuple(row) for row in session.execute(groups)]
        for episode_id, address in held:
            where = here & (_WINDOWS.c.episode_id == episode_id) & (_WINDOWS.c.address == address)
            spike = {"dropped": Dropped.SPIKE.value, "day_counted": False}
            session.execute(update(_WINDOWS).where(where, _WINDOWS.c.dropped == "").values(spike))
        _let_go(session, here & (_WINDOWS.c.dropped == Dropped.SPIKE.value), held)


def _let_go(session: Session, where: ColumnElement[bool], held: list[tuple[int, int]]) -> None:
    spikes = session.execute(select(_WINDOWS.c.id, _WINDOWS.c.episode_id, _WINDOWS.c.address).where(where))
    gone = [number for number, episode_id, address in spikes if (episode_id, address) not in held]
    for start in range(0, len(gone), 1000):
        some = _WINDOWS.c.id.in_(gone[start : start + 1000])
        session.execute(update(_WINDOWS).where(some).values(stale=True))


_WINDOWS: Table = DownloadWindow.__table__  # type: ignore[attr-defined]
