"""Counting: rows that something came in for are weighed, and become downloads or not.

What a row comes to depends on the requests that are in the books, never on the order in which they came or on how often they
were weighed: settling twice is settling once. Rows are weighed day by day, because a window may reach into the next day.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, select, update
from sqlmodel import Session

from publisher.house import House
from publisher.podcasts.downloads import agents, bulk, spikes
from publisher.podcasts.downloads.models import Agent, DownloadRequest, DownloadWindow
from publisher.podcasts.downloads.sightings import Piece
from publisher.podcasts.downloads.thresholds import Thresholds
from publisher.podcasts.downloads.weighing import LASTS, Weighed, taken, verdict, weigh

AT_ONCE = 4000
Place = tuple[int, date]  # a show and a UTC day


def settle(house: House, now: datetime) -> int:
    """The timetable's job: weigh all that is to be weighed, some thousand rows to a transaction. Returns how many rows.

    `now` is not looked at: a row is weighed as soon as something came in, and again when more does.
    """
    total, places = 0, set[Place]()
    while True:
        with house.database.session() as session:
            if not (weighed := settle_some(session)):
                spikes.mark(session, places)
                return total
        total += len(weighed)
        places.update(weighed)


def settle_all(session: Session) -> int:
    """The same inside a transaction of the caller's."""
    total, places = 0, set[Place]()
    while weighed := settle_some(session):
        total += len(weighed)
        places.update(weighed)
    spikes.mark(session, places)
    return total


def recompute(session: Session, show_id: int) -> int:
    """Count a show again from `download_request`, all days, by the present lists of machines. Returns how many rows.

    With the same lists the numbers stay the same. The comparison number by calendar day is judged again from the bytes that
    were stored with it where the day's secret has gone: by then nothing tells which askers of two days are one.
    """
    _judge_again(session, show_id)
    session.execute(update(_WINDOWS).where(_WINDOWS.c.show_id == show_id).values(stale=True))
    return settle_all(session)


def settle_some(session: Session, at_most: int = AT_ONCE) -> list[Place]:
    """Weigh the next rows, the earliest days first. Returns the show and day of each; nothing when all is weighed."""
    bulk.alone(session)
    rows = _stale(session, at_most)
    ids = [row.id for row in rows]
    after = _after(session, ids)
    pieces = _pieces(session, [*ids, *after.values()])
    starts = _starts(session, {row.before_id for row in rows} - set(ids) - {None})
    needed = Thresholds(session)
    results, moved = [], []
    for row in rows:
        begun = starts.get(row.before_id)
        following = pieces[after[row.id]] if row.id in after else ()
        free_from = begun + LASTS if begun else None
        weighed = weigh(pieces[row.id], following, day=row.day, free_from=free_from, needed=needed)
        starts[row.id] = weighed.started_at
        if weighed.started_at != row.started_at and row.id in after:
            moved.append(after[row.id])
        results.append(_result(row, weighed, needed))
    _write(session, results, set(moved) - set(ids))
    return [(row.show_id, row.day) for row in rows]


def _result(row: Row[Any], weighed: Weighed, needed: Thresholds) -> dict[str, Any]:
    # Requests of its day may have gone to the window they belong to (see `forgetting`); what was sent stays sent.
    of_day = max(weighed.of_day, taken(row.day_media_id, row.day_octets, needed), key=lambda one: one.share)
    return {
        "its_id": row.id,
        "started_at": weighed.started_at,
        "media_id": weighed.rolling.media_id,
        "octets": weighed.rolling.octets,
        "day_media_id": of_day.media_id,
        "day_octets": of_day.octets,
        "day_counted": of_day.enough and not row.machine,
        "dropped": verdict(weighed, row.machine),
    }


def _write(session: Session, results: Sequence[dict[str, Any]], weigh_again: Collection[int]) -> None:
    if results:
        names = [name for name in results[0] if name != "its_id"]
        values: dict[str, Any] = {name: bindparam(name) for name in names}
        where = _WINDOWS.c.id == bindparam("its_id")
        session.execute(update(_WINDOWS).where(where).values(stale=False, **values), results)
    if weigh_again:
        session.execute(update(_WINDOWS).where(_WINDOWS.c.id.in_(weigh_again)).values(stale=True))


def _stale(session: Session, at_most: int) -> Sequence[Row[Any]]:
    table, agent = _WINDOWS.c, _AGENTS.c
    wanted = (
        select(
            table.id, table.key, table.before_id, table.day, table.show_id, table.day_media_id, table.started_at,
            table.day_octets, agent.machine,
        )
        .join_from(_WINDOWS, _AGENTS, agent.id == table.agent_id)
        .where(table.stale)
        .order_by(table.day, table.id)
        .limit(at_most)
        .with_for_update(of=_WINDOWS)
    )  # fmt: skip
    return session.execute(wanted).all()


def _after(session: Session, ids: Collection[int]) -> dict[int, int]:
    """The same askers' rows of the next day."""
    wanted = select(_WINDOWS.c.before_id, _WINDOWS.c.id).where(_WINDOWS.c.before_id.in_(ids))
    return {row[0]: row[1] for row in session.execute(wanted)}


def _starts(session: Session, ids: Collection[int]) -> dict[int | None, datetime | None]:
    wanted = select(_WINDOWS.c.id, _WINDOWS.c.started_at).where(_WINDOWS.c.id.in_(ids))
    return {row[0]: row[1] for row in session.execute(wanted)}


def _pieces(session: Session, ids: Collection[int]) -> Mapping[int, list[Piece]]:
    found: defaultdict[int, list[Piece]] = defaultdict(list)
    table = _REQUESTS.c
    wanted = select(table.window_id, table.at, table.media_id, table.first, table.last).where(table.window_id.in_(ids))
    for window, at, media_id, first, last in session.execute(wanted):
        found[window].append((at, media_id, first, last))
    return found


def _judge_again(session: Session, show_id: int) -> None:
    """Move the rows of a show to the present verdicts about their User-Agents."""
    here = _WINDOWS.c.show_id == show_id
    used = select(_WINDOWS.c.agent_id).where(here)
    outdated = select(_AGENTS.c.id, _AGENTS.c.text).where(_AGENTS.c.id.in_(used))
    former = session.execute(outdated.where(_AGENTS.c.list_version != agents.list_version())).all()
    present = agents.known(session, {row.text for row in former})
    for row in former:
        mine = here & (_WINDOWS.c.agent_id == row.id)
        session.execute(update(_WINDOWS).where(mine).values(agent_id=present[row.text].id))


_WINDOWS: Table = DownloadWindow.__table__  # type: ignore[attr-defined]
_REQUESTS: Table = DownloadRequest.__table__  # type: ignore[attr-defined]
_AGENTS: Table = Agent.__table__  # type: ignore[attr-defined]
