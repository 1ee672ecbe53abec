"""Taking the demo's podcasts away: shows, episodes, their numbers and their files, and nothing that is anybody else's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, update
from sqlmodel import Session, SQLModel, col, select

from publisher.demo import kept_files, programme
from publisher.errors import Conflict
from publisher.library.models import Record, Source
from publisher.podcasts import shelf
from publisher.podcasts.downloads.models import Agent, CountingSecret, DownloadRequest, DownloadWindow
from publisher.podcasts.models import Episode, Ping, PrivateFeed, Rendition, Show, ShowImport, Transcript

Ids = Sequence[int]


@dataclass(frozen=True)
class OnAir:
    """Row numbers of the demo's shows, of all episodes in them, of the files it brought, and of what it said to the shelf."""

    shows: Ids
    episodes: Ids
    files: Ids
    records: Ids


def on_air(session: Session, at: datetime | None) -> OnAir:
    """What the demo that was begun `at` has: shows by short name and moment."""
    shows = _ids(session, Show, col(Show.slug).in_(programme.slugs()), col(Show.created_at) == at)
    episodes = _ids(session, Episode, col(Episode.show_id).in_(shows))
    source = select(Source.id).where(col(Source.slug) == shelf.SOURCE)
    said = [f"episode:{number}" for number in episodes]
    return OnAir(
        shows=shows,
        episodes=episodes,
        files=kept_files.brought(session, kept_files.of_shows(shows, episodes), at),
        records=_ids(session, Record, col(Record.source_id).in_(source), col(Record.guid).in_(said)),
    )


def must_be_only_ours(session: Session, here: OnAir, at: datetime, *, lists: Ids) -> None:
    """`Conflict` where somebody added to a show of the demo, or has a show for the members of one of its `lists`."""
    if added := _count(session, Episode, col(Episode.show_id).in_(here.shows), col(Episode.created_at) != at):
        raise Conflict(
            f"A show of the demo has episodes of your own ({added}). Move them to a show of yours first, or keep the demo."
        )
    if _count(session, Show, col(Show.id).not_in(here.shows), col(Show.list_id).in_(lists)):
        raise Conflict("A show of your own is for a list of the demo. Change it first, or keep the demo.")


def take_off(session: Session, here: OnAir, at: datetime, *, people: Ids) -> None:
    """Delete what was begun `at`, and private feeds of the demo's `people` elsewhere; its files stay: see `kept_files`."""
    _numbers(session, here, at)
    _delete(session, PrivateFeed, or_(col(PrivateFeed.show_id).in_(here.shows), col(PrivateFeed.person_id).in_(people)))
    for table in (Ping, ShowImport):
        _delete(session, table, col(table.show_id).in_(here.shows))
    for beside in (Transcript, Rendition):
        _delete(session, beside, col(beside.episode_id).in_(here.episodes))
    session.execute(update(Episode).where(col(Episode.original_id).in_(here.episodes)).values(original_id=None))
    _delete(session, Episode, col(Episode.id).in_(here.episodes))
    _delete(session, Show, col(Show.id).in_(here.shows))


def close_source(session: Session) -> None:
    """The shelf's own source for episodes is made when it is first needed: without records it is as if it had not been."""
    _delete(session, Source, col(Source.slug) == shelf.SOURCE, col(Source.id).not_in(select(Record.source_id)))


def _numbers(session: Session, here: OnAir, at: datetime) -> None:
    """Requests and windows, then the names of apps that nobody else used and secrets of days on which nobody else asked."""
    for table in (DownloadRequest, DownloadWindow):
        _delete(session, table, col(table.episode_id).in_(here.episodes))
    for table in (DownloadRequest, DownloadWindow):
        session.execute(update(table).where(col(table.media_id).in_(here.files)).values(media_id=None))
    used = or_(col(Agent.id).in_(select(DownloadRequest.agent_id)), col(Agent.id).in_(select(DownloadWindow.agent_id)))
    _delete(session, Agent, ~used)
    asked = select(col(DownloadWindow.day))
    _delete(session, CountingSecret, col(CountingSecret.created_at) == at, col(CountingSecret.day).not_in(asked))


def _ids(session: Session, table: Any, *where: ColumnElement[bool]) -> list[int]:
    return [row[0] for row in session.execute(select(table.id).where(*where))]


def _count(session: Session, table: type[SQLModel], *where: ColumnElement[bool]) -> int:
    return int(session.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def _delete(session: Session, table: type[SQLModel], *where: ColumnElement[bool]) -> None:
    session.execute(delete(table).where(*where), execution_options={"synchronize_session": False})
