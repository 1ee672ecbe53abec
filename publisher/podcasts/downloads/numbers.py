"""Downloads in numbers: by day, episode, app; listeners; and what was left out, by reason.

The number that is used is that of windows: a download belongs to the instant of its first request, and whoever has had one
is not counted again for 24 hours. The number that counts calendar days (UTC) by themselves is shown beside it.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CTE, ColumnElement, Integer, Table, and_, case, column, func, select, values
from sqlmodel import Session

from publisher import clock
from publisher.podcasts.downloads.figures import MACHINES, METHOD, WORDS, Day, EpisodeNumbers, Filtered, Numbers, Share
from publisher.podcasts.downloads.models import Agent, DownloadRequest, DownloadWindow
from publisher.podcasts.downloads.sightings import Dropped
from publisher.podcasts.models import Episode, Show

#: Days and episodes that a statement asks about.
AT_ONCE = 300


def of_show(
    session: Session, show: Show, *, since: datetime | None = None, until: datetime | None = None, zone: str = "UTC"
) -> Numbers:
    """The numbers of a show from `since` to before `until`, both aware; days are those of `zone`.

    Rows that have not been weighed since their last request are counted as they were weighed before; the timetable weighs
    them within a minute.
    """
    here = _within(show, since, until)
    agents = _by_agent(session, here)
    filtered = tuple(_filtered(session, show, here, since, until))
    downloads = sum(count for _, count, dropped in agents if not dropped)
    return Numbers(
        show=show.slug,
        title=show.title,
        since=since,
        until=until,
        zone=zone,
        method=METHOD,
        list_versions=tuple(sorted({agent.list_version for agent, _, _ in agents})),
        downloads=downloads,
        by_calendar_day=_by_calendar_day(session, show, since, until),
        listeners=_listeners(session, here),
        machines=sum(one.count for one in filtered if one.reason in MACHINES),
        days=tuple(_days(session, show, here, since, until, clock.zone(zone))),
        episodes=tuple(_episodes(session, show, here)),
        apps=_shares(agents, lambda agent: agent.app),
        devices=_shares(agents, lambda agent: agent.device),
        systems=_shares(agents, lambda agent: agent.system),
        filtered=filtered,
    )


def _within(show: Show, since: datetime | None, until: datetime | None) -> ColumnElement[bool]:
    """Windows that began then. Their UTC day is in the index, and a window begins on its day."""
    conditions = [_WINDOWS.c.show_id == show.id, _WINDOWS.c.started_at.is_not(None)]
    if since is not None:
        conditions += [_WINDOWS.c.day >= since.astimezone(clock.zone("UTC")).date(), _WINDOWS.c.started_at >= since]
    if until is not None:
        conditions += [_WINDOWS.c.day <= until.astimezone(clock.zone("UTC")).date(), _WINDOWS.c.started_at < until]
    return and_(*conditions)


def _by_agent(session: Session, here: ColumnElement[bool]) -> list[tuple[Agent, int, str]]:
    """Rows by User-Agent and by why they do not count."""
    grouped = select(_WINDOWS.c.agent_id, _WINDOWS.c.dropped, func.count()).where(here)
    rows = session.execute(grouped.group_by(_WINDOWS.c.agent_id, _WINDOWS.c.dropped)).all()
    used = sorted({row[0] for row in rows})
    agents: dict[int, Agent] = {}
    for start in range(0, len(used), AT_ONCE):
        some = _AGENTS.c.id.in_(used[start : start + AT_ONCE])
        agents |= {agent.id: agent for agent in session.execute(select(Agent).where(some)).scalars()}
    return [(agents[agent_id], count, dropped) for agent_id, dropped, count in rows]


def _shares(agents: Iterable[tuple[Agent, int, str]], name: Callable[[Agent], str]) -> tuple[Share, ...]:
    counts = Counter[str]()
    for agent, count, dropped in agents:
        if not dropped:
            counts[name(agent)] += count
    return tuple(Share(*one) for one in sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _by_calendar_day(session: Session, show: Show, since: datetime | None, until: datetime | None) -> int:
    wanted = select(func.count()).select_from(_WINDOWS).where(_WINDOWS.c.show_id == show.id, _WINDOWS.c.day_counted)
    if since is not None:
        wanted = wanted.where(_WINDOWS.c.day >= since.astimezone(clock.zone("UTC")).date())
    if until is not None:
        last = (until - timedelta(microseconds=1)).astimezone(clock.zone("UTC")).date()
        wanted = wanted.where(_WINDOWS.c.day <= last)
    return int(session.execute(wanted).scalar_one())


def _listeners(session: Session, here: ColumnElement[bool]) -> int:
    days = select(_WINDOWS.c.day, _WINDOWS.c.listener).where(here, _WINDOWS.c.dropped == "").distinct().subquery()
    return int(session.execute(select(func.count()).select_from(days)).scalar_one())


def _days(
    session: Session,
    show: Show,
    here: ColumnElement[bool],
    since: datetime | None,
    until: datetime | None,
    zone: ZoneInfo,
) -> Iterable[Day]:
    """Every day from the first download to the last, or of the time that was asked for, also those without any."""
    counted = and_(here, _WINDOWS.c.dropped == "")
    bounds = select(func.min(_WINDOWS.c.started_at), func.max(_WINDOWS.c.started_at))
    first, last = session.execute(bounds.where(counted)).one()
    if first is None:
        return
    day = (since or first).astimezone(zone).date()
    end = (until - timedelta(microseconds=1) if until else last).astimezone(zone).date()
    while day <= end:
        some = [day + timedelta(days=n) for n in range(min(AT_ONCE, (end - day).days + 1))]
        found = _count_days(session, _WINDOWS.c.show_id == show.id, counted, some, zone)
        yield from (Day(one, *found.get(n, (0, 0))) for n, one in enumerate(some))
        day = some[-1] + timedelta(days=1)


def _count_days(
    session: Session, show: ColumnElement[bool], counted: ColumnElement[bool], days: list[date], zone: ZoneInfo
) -> dict[int, tuple[int, int]]:
    """Downloads and listeners by place in `days`, whose beginnings in UTC the database is told."""
    rows = []
    for number, day in enumerate(days):
        begin, end = (datetime(d.year, d.month, d.day, tzinfo=zone) for d in (day, day + timedelta(days=1)))
        rows.append((number, begin.astimezone(clock.zone("UTC")), end.astimezone(clock.zone("UTC"))))
    bounds = _given("bounds", rows, "begin", "finish")
    here = and_(show, counted, _WINDOWS.c.started_at >= bounds.c.begin, _WINDOWS.c.started_at < bounds.c.finish)
    wanted = select(bounds.c.number, func.count(), func.count(_WINDOWS.c.listener.distinct()))
    found = session.execute(wanted.join_from(bounds, _WINDOWS, here).group_by(bounds.c.number))
    return {row[0]: (row[1], row[2]) for row in found}


def _given(name: str, rows: list[tuple[Any, ...]], *instants: str) -> CTE:
    """A table of the statement itself: a number and some instants a row."""
    moment = _WINDOWS.c.started_at.type
    columns = [column("number", Integer), *(column(instant, moment) for instant in instants)]
    return values(*columns, name=name).data(rows).cte(name)


def _episodes(session: Session, show: Show, here: ColumnElement[bool]) -> Iterable[EpisodeNumbers]:
    """Every episode that was published or heard, the newest first."""
    counted = select(_WINDOWS.c.episode_id, func.count()).where(here, _WINDOWS.c.dropped == "")
    downloads = {row[0]: row[1] for row in session.execute(counted.group_by(_WINDOWS.c.episode_id))}
    episodes = list(session.execute(select(Episode).where(_EPISODES.c.show_id == show.id)).scalars())
    early = _early(session, show, [one for one in episodes if one.published_at is not None])
    published = (one for one in episodes if one.published_at is not None or one.id in downloads)
    for one in sorted(published, key=_newest_first):
        seven, thirty = early.get(one.id or 0, (None, None))
        count = downloads.get(one.id or 0, 0)
        yield EpisodeNumbers(one.id or 0, one.slug, one.title, one.published_at, count, seven, thirty)


def _newest_first(episode: Episode) -> tuple[float, int]:
    return -(episode.published_at.timestamp() if episode.published_at else 0), -(episode.id or 0)


def _early(session: Session, show: Show, episodes: list[Episode]) -> dict[int, tuple[int, int]]:
    """Downloads in the first 7 and 30 days of episodes that came out while downloads were counted."""
    first = session.execute(select(func.min(_WINDOWS.c.started_at)).where(_WINDOWS.c.show_id == show.id)).scalar()
    rows = [
        (one.id, one.published_at + timedelta(days=7), one.published_at + timedelta(days=30))
        for one in episodes
        if one.published_at and first is not None and one.published_at + timedelta(days=1) > first
    ]
    found: dict[int, tuple[int, int]] = {int(row[0] or 0): (0, 0) for row in rows}
    for start in range(0, len(rows), AT_ONCE):
        bounds = _given("bounds", rows[start : start + AT_ONCE], "seven", "thirty")
        within = (
            func.sum(case((_WINDOWS.c.started_at < end, 1), else_=0)) for end in (bounds.c.seven, bounds.c.thirty)
        )
        theirs = and_(_WINDOWS.c.show_id == show.id, _WINDOWS.c.episode_id == bounds.c.number, _WINDOWS.c.dropped == "")
        wanted = select(bounds.c.number, *within).join_from(_WINDOWS, bounds, theirs)
        found |= {row[0]: (row[1], row[2]) for row in session.execute(wanted.group_by(bounds.c.number))}
    return found


def _filtered(
    session: Session, show: Show, here: ColumnElement[bool], since: datetime | None, until: datetime | None
) -> Iterable[Filtered]:
    askers = select(_WINDOWS.c.dropped, func.count()).where(here, _WINDOWS.c.dropped != "")
    episodes = select(_EPISODES.c.id).where(_EPISODES.c.show_id == show.id)
    requests = select(_REQUESTS.c.dropped, func.count()).where(
        _REQUESTS.c.episode_id.in_(episodes), _REQUESTS.c.dropped != ""
    )
    if since is not None:
        requests = requests.where(_REQUESTS.c.at >= since)
    if until is not None:
        requests = requests.where(_REQUESTS.c.at < until)
    for of, wanted, name in (("requests", requests, _REQUESTS.c.dropped), ("askers", askers, _WINDOWS.c.dropped)):
        for reason, count in sorted(session.execute(wanted.group_by(name)).all(), key=lambda row: -row[1]):
            yield Filtered(reason, WORDS[Dropped(reason)], of, count)


_WINDOWS: Table = DownloadWindow.__table__  # type: ignore[attr-defined]
_REQUESTS: Table = DownloadRequest.__table__  # type: ignore[attr-defined]
_AGENTS: Table = Agent.__table__  # type: ignore[attr-defined]
_EPISODES: Table = Episode.__table__  # type: ignore[attr-defined]
