"""Podcasts: the room's front page, and an episode as one line of a list."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from fastapi.responses import Response
from sqlmodel import Session, col, func, select

from publisher.languages import language_name
from publisher.media.models import MediaFile
from publisher.media.probed import clock
from publisher.podcasts import publishing, shows
from publisher.podcasts.downloads.models import DownloadWindow
from publisher.podcasts.models import Episode, EpisodeState, Show
from publisher.web.studio import words
from publisher.web.studio.covers import cover_in
from publisher.web.studio.visit import Desk

PATH = "/studio/podcasts"
LATELY = timedelta(days=30)
KINDS = {"trailer": "trailer", "bonus": "bonus"}


def index(desk: Desk) -> Response:
    """GET /studio/podcasts"""
    rows = shows.all_of(desk.session)
    shown = _shown(desk, rows)
    return desk.show(
        "podcasts/list.html",
        "podcasts",
        state_text=words.counted(len(rows), "show").capitalize() if rows else "",
        shows=[shown[show.id] for show in rows if show.state == "active"],
        archived=[shown[show.id] for show in rows if show.state != "active"],
    )


def url_of(show: Show, episode: Episode) -> str:
    return f"{PATH}/{show.slug}/episodes/{episode.id}"


def line(desk: Desk, show: Show, episode: Episode, *, named: bool = False) -> dict[str, Any]:
    """An episode as one line of a list. `named`: with its show, where lines of several stand together."""
    when = {
        EpisodeState.SCHEDULED: episode.publish_at,
        EpisodeState.DRAFT: episode.updated_at,
        EpisodeState.WITHDRAWN: episode.updated_at,
    }.get(EpisodeState(episode.state), episode.published_at)
    return {
        "id": episode.id,
        "title": episode.title,
        "url": url_of(show, episode),
        "language": episode.language or show.language,
        "facts": [
            show.title if named else "",
            KINDS.get(episode.type, number_of(episode)),
            clock(episode.duration) if episode.duration else "",
            "" if episode.audio_id or episode.enclosure_url else "no sound yet",
            "sound is still elsewhere" if episode.enclosure_url else "",
        ],
        "state": episode.state,
        "state_label": "",
        "moment": desk.moment(when),
        "sorted_by": when,
    }


def number_of(episode: Episode) -> str:
    """“S2 E3”, “Episode 7”."""
    number = episode.number_display or episode.number_exact or (str(episode.number) if episode.number else "")
    if episode.season and number:
        return f"S{episode.season} E{number}"
    return f"Episode {number}" if number else f"Season {episode.season}" if episode.season else ""


def count_by_state(session: Session, show: Show) -> dict[str, int]:
    which = select(Episode.state, func.count()).where(col(Episode.show_id) == show.id).group_by(col(Episode.state))
    return {state: int(number) for state, number in session.exec(which)}


def lately(desk: Desk, show: Show, wanted: Iterable[int] | None = None) -> dict[int, int]:
    """Downloads of the last 30 days, per episode."""
    which = _downloads(desk, DownloadWindow.episode_id).where(col(DownloadWindow.show_id) == show.id)
    if wanted is not None:
        which = which.where(col(DownloadWindow.episode_id).in_(list(wanted)))
    return {episode: int(number) for episode, number in desk.session.exec(which)}


def _downloads(desk: Desk, per: Any) -> Any:
    counts = (col(DownloadWindow.dropped) == "", col(DownloadWindow.started_at) >= desk.now - LATELY)
    return select(per, func.count()).where(*counts).group_by(per)


def _shown(desk: Desk, rows: Sequence[Show]) -> dict[int | None, dict[str, Any]]:
    """Each show with the episode to come and the newest one; everything is asked for once."""
    ids = [show.id for show in rows]
    of_these = col(Episode.show_id).in_(ids)
    published = _counted(
        desk, select(Episode.show_id, func.count()).where(of_these, _OUT).group_by(col(Episode.show_id))
    )
    heard = _counted(desk, _downloads(desk, DownloadWindow.show_id).where(col(DownloadWindow.show_id).in_(ids)))
    coming = _first_of_each(desk, of_these & _COMING, col(Episode.publish_at))
    newest = _first_of_each(desk, of_these & _OUT, col(Episode.published_at).desc().nulls_last())
    pictures = select(MediaFile).where(col(MediaFile.id).in_([show.artwork_id for show in rows if show.artwork_id]))
    covers = {one.id: one for one in desk.session.exec(pictures)}
    return {
        show.id: {
            "title": show.title,
            "url": f"{PATH}/{show.slug}",
            "language": show.language,
            "cover": cover_in(covers, show),
            "facts": [
                words.counted(published.get(show.id, 0), "episode"),
                language_name(show.language, "en"),
                "for a list only" if show.list_id else "",
                f"{words.counted(heard.get(show.id, 0), 'download')} in 30 days" if published.get(show.id) else "",
            ],
            "lines": [line(desk, show, found[show.id]) for found in (coming, newest) if show.id in found],
        }
        for show in rows
    }


_OUT = col(Episode.state) == EpisodeState.PUBLISHED
_COMING = col(Episode.state) == EpisodeState.SCHEDULED


def _counted(desk: Desk, which: Any) -> dict[int | None, int]:
    return {row[0]: int(row[1]) for row in desk.session.exec(which)}


def _first_of_each(desk: Desk, which: Any, order: Any) -> dict[int | None, Episode]:
    """The first episode of each show, in that order."""
    place = func.row_number().over(partition_by=col(Episode.show_id), order_by=(order, col(Episode.id)))
    ranked = select(col(Episode.id).label("id"), place.label("place")).where(which).subquery()
    first = select(Episode).join(ranked, ranked.c.id == col(Episode.id)).where(ranked.c.place == 1)
    return {one.show_id: one for one in desk.session.exec(first)}


def problem_of(desk: Desk, episode: Episode) -> str:
    """Why a coming episode would not appear; empty where it is fit."""
    return publishing.why_not(desk.session, desk.house, episode)
