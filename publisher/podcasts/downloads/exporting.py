"""Downloads as a table for spreadsheets: a line for each UTC day, episode and app."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Table, case, func, select
from sqlmodel import Session

from publisher.audience.spreadsheets import line_of
from publisher.podcasts.downloads.models import Agent, DownloadWindow
from publisher.podcasts.models import Episode, Show

HEADER = (
    "day", "episode", "guid", "title", "app", "device", "system", "downloads", "downloads_by_calendar_day", "list_version",
)  # fmt: skip


def export_csv(
    session: Session, show: Show, *, since: datetime | None = None, until: datetime | None = None
) -> Iterator[str]:
    """The lines of a CSV file (UTF-8), header first, cells guarded against formulas. Days are those of UTC, whole.

    `since` and `until` (not included) name days: those they lie on.
    """
    yield line_of(HEADER)
    window, agent, episode = _WINDOWS.c, _AGENTS.c, _EPISODES.c
    here = [window.show_id == show.id]
    here += [window.day >= since.date()] if since else []
    here += [window.day < until.date()] if until else []
    named = (window.day, episode.id, episode.guid, episode.title, agent.app, agent.device, agent.system)
    downloads = func.sum(case((window.dropped == "", 1), else_=0)).label("downloads")
    by_day = func.sum(case((window.day_counted, 1), else_=0)).label("by_day")
    wanted = (
        select(*named, downloads, by_day, agent.list_version)
        .select_from(_WINDOWS)
        .join(_AGENTS, agent.id == window.agent_id)
        .join(_EPISODES, episode.id == window.episode_id)
        .where(*here)
        .group_by(*named, agent.list_version)
        .having((downloads > 0) | (by_day > 0))
        .order_by(*named, agent.list_version)
    )
    for row in session.execute(wanted.execution_options(yield_per=1000)):
        yield line_of([_cell(value) for value in row])


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


_WINDOWS: Table = DownloadWindow.__table__  # type: ignore[attr-defined]
_AGENTS: Table = Agent.__table__  # type: ignore[attr-defined]
_EPISODES: Table = Episode.__table__  # type: ignore[attr-defined]
