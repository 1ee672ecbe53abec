"""When an episode appears, and when it goes: in page, feed, shelf and pings at once, because one row's state decides for all.

`draft → scheduled → published → withdrawn`, each step one conditional UPDATE: of two people, or two machines, one does it.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, func, update
from sqlmodel import Session, col, select

from feeds.podcast import emitting
from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.podcasts import shelf, shows, values
from publisher.podcasts.models import Episode, EpisodeState, Show

log = logging.getLogger("publisher.podcasts")
_EPISODE: Table = Episode.__table__  # type: ignore[attr-defined]
AT_ONCE = 100
#: A moment this close to now is now: clocks of browsers are never quite right.
GRACE = timedelta(seconds=30)
WAITING = (EpisodeState.SCHEDULED,)


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
    _step(session, episode, before, EpisodeState.SCHEDULED, now=now, publish_at=at, taking="")


def unschedule(session: Session, episode: Episode, *, now: datetime) -> None:
    """Back to a draft."""
    _step(session, episode, WAITING, EpisodeState.DRAFT, now=now, publish_at=None)


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
    does not keep the others, and is a draft again with the reason. What another machine has published is not in the answer."""
    done: list[Due] = []
    tried: set[int] = set()
    while coming := [number for number in due(house, now, but=tried) if number not in tried]:
        tried.update(coming)
        done += [one for number in coming if (one := _publish_one(house, number, now)) is not None]
    return done


def due(house: House, now: datetime, *, but: Collection[int] = ()) -> list[int]:
    """Numbers of the episodes whose time has come, the earliest first, a hundred at most. `but`: those that are known."""
    wanted = select(Episode.id).where(col(Episode.state) == EpisodeState.SCHEDULED, col(Episode.publish_at) <= now)
    order = (col(Episode.publish_at), col(Episode.id))
    with house.database.reading() as session:
        found = session.exec(wanted.order_by(*order).limit(AT_ONCE + len(but))).all()
    return [number for number in found if number is not None and number not in but][:AT_ONCE]


def _publish_one(house: House, number: int, now: datetime) -> Due | None:
    """None where another machine was first, or somebody has just decided otherwise."""
    try:
        with house.database.session() as session:
            episode = session.get_one(Episode, number)
            problem = why_not(session, house, episode)
            if problem:
                _step(session, episode, WAITING, EpisodeState.DRAFT, now=now, due_by=now, taking=problem)
                return Due(number, problem)
            when = func.coalesce(_EPISODE.c.published_at, _EPISODE.c.publish_at)  # as the row says at this moment
            values = {"published_at": when, "publish_at": None, "taking": ""}
            _step(session, episode, WAITING, EpisodeState.PUBLISHED, now=now, due_by=now, **values)
            _tell(session, house, episode, now)
    except Conflict:
        return None
    except Exception as problem:  # a fault of ours in one must not keep the others from appearing
        log.exception("episode %s could not be published", number)
        return Due(number, str(problem) or type(problem).__name__)
    return Due(number)


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
    due_by: datetime | None = None,
    **values: object,
) -> None:
    """One step, where the row still stands as it must. `due_by`: and its instant is no later than that."""
    which = update(_EPISODE).where(_EPISODE.c.id == episode.id, _EPISODE.c.state.in_(before))
    if due_by is not None:
        which = which.where(_EPISODE.c.publish_at <= due_by)
    stamp = {"state": after, "updated_at": now, "revision": _EPISODE.c.revision + 1}
    if session.execute(which.values(**stamp, **values).returning(_EPISODE.c.id)).first() is None:
        session.refresh(episode)
        raise Conflict(f"This episode is {episode.state} already.")
    session.refresh(episode)


def _tell(session: Session, house: House, episode: Episode, now: datetime) -> None:
    show = session.get_one(Show, episode.show_id)
    shows.touch(session, house, show, now=now)
    shelf.put(session, house, show, episode, now=now)
