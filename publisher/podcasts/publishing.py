"""When an episode appears, and when it goes: in page, feed, shelf and pings at once, because one row's state decides for all.

`draft → scheduled → published → withdrawn`, each step one conditional UPDATE: of two people, or two machines, one does it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, update
from sqlmodel import Session, col, select

from feeds.podcast import emitting
from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.podcasts import shelf, shows, values
from publisher.podcasts.models import Episode, EpisodeState, Show

_EPISODE: Table = Episode.__table__  # type: ignore[attr-defined]
AT_ONCE = 100
#: A moment this close to now is now: clocks of browsers are never quite right.
GRACE = timedelta(seconds=30)


@dataclass(frozen=True)
class Due:
    """An episode whose time has come, and what became of it."""

    episode_id: int
    error: str = ""


def schedule(session: Session, house: House, episode: Episode, at: datetime, *, now: datetime) -> None:
    """It will appear at that instant. What apps would refuse is refused now, not at night."""
    if at <= now - GRACE:
        raise BadInput("That moment has passed. Choose one to come, or publish now.", field="publish_at")
    _must_be_fit(session, house, episode)
    before = (EpisodeState.DRAFT, EpisodeState.SCHEDULED, EpisodeState.WITHDRAWN)
    _step(session, episode, before, EpisodeState.SCHEDULED, now=now, publish_at=at)


def unschedule(session: Session, episode: Episode, *, now: datetime) -> None:
    """Back to a draft."""
    _step(session, episode, (EpisodeState.SCHEDULED,), EpisodeState.DRAFT, now=now, publish_at=None)


def publish(
    session: Session,
    house: House,
    episode: Episode,
    *,
    now: datetime,
    published_at: datetime | None = None,
    news: bool = True,
) -> None:
    """It appears now. Its date is the one it had before, else `published_at`, else now. `news` False: for the shelf only."""
    _must_be_fit(session, house, episode)
    when = episode.published_at or published_at or now
    if when > now:
        raise BadInput("An episode cannot have appeared in the future. Schedule it instead.", field="published_at")
    before = (EpisodeState.DRAFT, EpisodeState.SCHEDULED, EpisodeState.WITHDRAWN)
    _step(session, episode, before, EpisodeState.PUBLISHED, now=now, published_at=when, news=news, publish_at=None)
    _tell(session, house, episode, now)


def withdraw(session: Session, house: House, episode: Episode, *, now: datetime) -> None:
    """It goes from page, feed and shelf. Its guid is never given to another; published again it is the same episode."""
    _step(session, episode, (EpisodeState.PUBLISHED,), EpisodeState.WITHDRAWN, now=now)
    _tell(session, house, episode, now)


def publish_due(house: House, now: datetime) -> list[Due]:
    """Everything whose time has come, also late, after an outage. Each in a transaction of its own: one that cannot appear
    does not keep the others, and is a draft again with the reason."""
    return [_publish_one(house, episode_id, now) for episode_id in due(house, now)]


def due(house: House, now: datetime) -> list[int]:
    """Numbers of the episodes whose time has come, the earliest first."""
    wanted = select(Episode.id).where(col(Episode.state) == EpisodeState.SCHEDULED, col(Episode.publish_at) <= now)
    with house.database.reading() as session:
        order = (col(Episode.publish_at), col(Episode.id))
        return [i for i in session.exec(wanted.order_by(*order).limit(AT_ONCE)).all() if i is not None]


def _publish_one(house: House, episode_id: int, now: datetime) -> Due:
    with house.database.session() as session:
        episode = session.get_one(Episode, episode_id)
        problem = why_not(session, house, episode)
        if problem:
            _step(session, episode, (EpisodeState.SCHEDULED,), EpisodeState.DRAFT, now=now, taking=problem)
            return Due(episode_id, problem)
        try:
            when = episode.published_at or episode.publish_at or now
            values = {"published_at": when, "publish_at": None}
            _step(session, episode, (EpisodeState.SCHEDULED,), EpisodeState.PUBLISHED, now=now, **values)
        except Conflict:  # another machine was first
            return Due(episode_id)
        _tell(session, house, episode, now)
    return Due(episode_id)


def why_not(session: Session, house: House, episode: Episode) -> str:
    """Why no app would take this episode, in a sentence; empty where it is fit."""
    show = session.get_one(Show, episode.show_id)
    said = values.episodes(session, house, show, [episode])[0]
    return emitting.why_not(said) or ""


def _must_be_fit(session: Session, house: House, episode: Episode) -> None:
    if problem := why_not(session, house, episode):
        raise BadInput(problem, field="audio")


def _step(
    session: Session,
    episode: Episode,
    before: tuple[EpisodeState, ...],
    after: EpisodeState,
    *,
    now: datetime,
    **values: object,
) -> None:
    which = update(_EPISODE).where(_EPISODE.c.id == episode.id, _EPISODE.c.state.in_(before))
    stamp = {"state": after, "updated_at": now, "revision": _EPISODE.c.revision + 1}
    if session.execute(which.values(**stamp, **values).returning(_EPISODE.c.id)).first() is None:
        session.refresh(episode)
        raise Conflict(f"This episode is {episode.state} already.")
    session.refresh(episode)


def _tell(session: Session, house: House, episode: Episode, now: datetime) -> None:
    show = session.get_one(Show, episode.show_id)
    shows.touch(session, house, show, now=now)
    shelf.put(session, house, show, episode, now=now)
