"""When governments change clocks: every date to come is reckoned anew by the present time-zone data.

People agreed on wall time, so the instant follows the data. Dates whose instant changes get SEQUENCE+1, reminders anew and one
update for each registrant; all others are marked as reckoned by the present data, so that the next look is one cheap question.
Data that is older than what a date was reckoned by changes nothing: machines that are brought up to date one after the
other would move dates to and fro.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Table, bindparam, update
from sqlalchemy import select as columns_of
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, select

from publisher import clock
from publisher.errors import BadInput
from publisher.house import House
from publisher.webinars import rehearsals, replanning, shelf, telling, times
from publisher.webinars import series as series_
from publisher.webinars.models import Series, Webinar, WebinarState
from publisher.webinars.times import Stood

log = logging.getLogger("publisher.webinars")
_WEBINAR: Table = Webinar.__table__  # type: ignore[attr-defined]
#: What began so long ago cannot be still to come by any rule: zones are 26 hours apart.
_REACH = timedelta(hours=26)
AT_ONCE = 500
#: What is written of a date: names of values, and their columns.
_COLUMNS = {
    "starts": "starts_at",
    "ends": "ends_at",
    "data": "zone_data",
    "rehearsal": "rehearsal_at",
    "rehearsed": "rehearsal_sequence",
    "now": "changed_at",
}


@dataclass(frozen=True)
class Moved:
    """A date that present data puts elsewhere. `after` is None, and `problem` a sentence, where it cannot be reckoned; a
    `problem` beside an `after` says what a person should look at."""

    webinar_id: int
    series_id: int
    slug: str
    state: str
    wall: str
    zone: str
    before: datetime
    after: datetime | None
    zone_data: str
    rehearsal: datetime | None = None
    problem: str = ""


def run(house: House, now: datetime) -> list[Moved]:
    """Reckon anew what older data reckoned, and tell whom it concerns. Returns what moved, and what no data knows any more.

    In transactions of some hundred dates, each complete: after a crash the next run goes on with the rest, and a second run
    finds nothing to do.
    """
    with house.database.reading() as session:
        found = _reckoned(session, now)
    if not found:
        return []
    _note_the_same(house, [row.id for row, moved in found if moved is None])
    moved = [one for _, one in found if one is not None]
    for problem in (one for one in moved if one.after is None):
        log.warning("the date %s cannot be reckoned: %s", problem.slug, problem.problem)
    for some in _by_series([one for one in moved if one.after is not None], AT_ONCE):
        _move_some(house, some, now)
    return moved


def _note_the_same(house: House, ids: Sequence[int]) -> None:
    """These stand where they stood, by present data too."""
    present = clock.zone_data_version()
    for start in range(0, len(ids), AT_ONCE):
        which = update(_WEBINAR).where(_WEBINAR.c.id.in_(ids[start : start + AT_ONCE]), _WEBINAR.c.zone_data != present)
        with house.database.session() as session:
            session.execute(which.values(zone_data=present))


def _move_some(house: House, moved: Sequence[Moved], now: datetime) -> None:
    """In one transaction, or, where one series is in trouble, each in its own: it keeps no other from being right."""
    try:
        with house.database.session() as session:
            _move(session, house, moved, now)
    except Exception:
        parts = list(_by_series(moved, 1))
        if len(parts) < 2:
            log.exception("the dates of series %s could not be reckoned anew", moved[0].series_id)
            return
        for one in parts:
            _move_some(house, one, now)


def preview(session: Session, now: datetime) -> list[Moved]:
    """What `run` would move, without moving it."""
    return [moved for _, moved in _reckoned(session, now) if moved is not None]


def _reckoned(session: Session, now: datetime) -> list[tuple[Row[Any], Moved | None]]:
    """The dates to come that older data reckoned, each with what is different by the present data, or None."""
    present = clock.zone_data_version()
    to_come = (_WEBINAR.c.starts_at > now - _REACH) & _WEBINAR.c.ended_at.is_(None)
    versions = columns_of(_WEBINAR.c.zone_data).where(to_come, _WEBINAR.c.zone_data != present).distinct()
    older = [version for version in session.execute(versions).scalars() if _number(version) < _number(present)]
    if not older:
        return []
    names = ("id", "series_id", "slug", "state", "wall", "zone", "minutes", "zone_data", "starts_at", "ends_at")
    columns = [_WEBINAR.c[name] for name in (*names, "rehearsal_wall", "rehearsal_at")]
    rows = session.execute(columns_of(*columns).where(to_come, _WEBINAR.c.zone_data.in_(older)).order_by(_WEBINAR.c.id))
    found = [(row, _difference(row)) for row in rows]
    return [
        (row, moved) for row, moved in found if row.starts_at > now or (moved and moved.after and moved.after > now)
    ]


def _difference(row: Row[Any]) -> Moved | None:
    said = (row.id, row.series_id, row.slug, row.state, row.wall, row.zone, row.starts_at)
    try:
        after = times.derived(times.read_wall(row.wall), row.zone)
    except BadInput as problem:
        return Moved(*said, after=None, zone_data=row.zone_data, problem=str(problem))
    rehearsal = times.derived(times.read_wall(row.rehearsal_wall), row.zone) if row.rehearsal_wall else None
    if (after, rehearsal) == (row.starts_at, row.rehearsal_at):
        return None
    return Moved(*said, after=after, zone_data=row.zone_data, rehearsal=rehearsal, problem=_doubt(row.wall, row.zone))


def _doubt(wall: str, zone: str) -> str:
    """By new rules a time may be one that clocks jump over, or show twice: somebody should choose another."""
    try:
        times.instant(times.read_wall(wall), zone)
    except BadInput as problem:
        return str(problem)
    return ""


def _move(session: Session, house: House, moved: Sequence[Moved], now: datetime) -> None:
    """Some dates and all that follows, in one transaction. Rows are read again under a lock: staff may have moved one."""
    series = select(Series).where(col(Series.id).in_({one.series_id for one in moved})).order_by(col(Series.id))
    whole = {one.id: one for one in session.exec(series.with_for_update(key_share=True))}
    rows = _rows(session, moved)
    stood: dict[int, list[tuple[Webinar, Stood]]] = {}
    values, rehearsed = [], []
    for one in moved:
        webinar = rows.get(one.webinar_id)
        if webinar is None or one.after is None or webinar.zone_data != one.zone_data:
            continue  # gone, or moved by somebody at this moment, by present data
        if one.after != webinar.starts_at:
            stood.setdefault(webinar.series_id, []).append((webinar, times.stood(webinar)))
        if one.rehearsal != webinar.rehearsal_at and one.rehearsal and one.rehearsal > now:
            rehearsed.append(webinar)
        values.append(_new(webinar, one, now))
    _write(session, rows, values)
    _follow(session, house, whole, stood, now)
    for webinar in rehearsed:
        rehearsals.tell(session, house, webinar, now=now)


def _rows(session: Session, moved: Sequence[Moved]) -> dict[int | None, Webinar]:
    """Their rows as they are at this moment."""
    which = select(Webinar).where(col(Webinar.id).in_([one.webinar_id for one in moved]))
    return {one.id: one for one in session.exec(which.execution_options(populate_existing=True))}


def _new(webinar: Webinar, moved: Moved, now: datetime) -> dict[str, Any]:
    assert moved.after is not None
    rehearsed = moved.rehearsal != webinar.rehearsal_at
    return {
        "webinar": webinar.id,
        "starts": moved.after,
        "ends": moved.after + timedelta(minutes=webinar.minutes),
        "data": clock.zone_data_version(),
        "rehearsal": moved.rehearsal,
        "rehearsed": webinar.rehearsal_sequence + (1 if rehearsed else 0),
        "now": now if webinar.state == WebinarState.ANNOUNCED else webinar.changed_at,
    }


def _write(session: Session, rows: Mapping[int | None, Webinar], values: list[dict[str, Any]]) -> None:
    """In the database, and in what this session holds of it."""
    which = update(_WEBINAR).where(_WEBINAR.c.id == bindparam("webinar"))
    if values:
        statement = which.values({column: bindparam(name) for name, column in _COLUMNS.items()})
        session.connection().execute(statement, values)
    for one in values:
        for name, column in _COLUMNS.items():
            set_committed_value(rows[one["webinar"]], column, one[name])


def _follow(
    session: Session,
    house: House,
    whole: Mapping[int | None, Series],
    stood: Mapping[int, Sequence[tuple[Webinar, Stood]]],
    now: datetime,
) -> None:
    """What registrants see of dates that moved; drafts and what was called off concern nobody."""
    told = {
        number: announced
        for number, moves in stood.items()
        if (announced := [one for one in moves if one[0].state == WebinarState.ANNOUNCED])
    }
    if not told:
        return
    series = {number: whole[number] for number in told}
    webinars = [webinar for moves in told.values() for webinar, _ in moves]
    series_.touch_all(session, list(series.values()), now=now, dates=True)
    shelf.put_times(session, webinars, now=now)
    replanning.plan(session, series, webinars, now=now)
    for number, moves in told.items():
        telling.all_moved(session, house, series[number], moves, now=now, reason="rules")


def _by_series(moved: Iterable[Moved], least: int) -> Iterator[list[Moved]]:
    """In parts of so many dates or a few more, a series never divided: its registrants are told once."""
    part: list[Moved] = []
    for one in sorted(moved, key=lambda each: (each.series_id, each.webinar_id)):
        if len(part) >= least and part[-1].series_id != one.series_id:
            yield part
            part = []
        part.append(one)
    if part:
        yield part


def _number(version: str) -> tuple[int, ...]:
    """`2026.6` as it is ordered. What is no version is older than any."""
    parts = version.split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else (0,)
