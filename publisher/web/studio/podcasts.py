"""Podcasts: the room's front page, and an episode as one line of a list."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from fastapi.responses import Response
from sqlmodel import Session, col, func, select

from publisher.languages import language_name
from publisher.media.probed import clock
from publisher.podcasts import publishing, shows
from publisher.podcasts.downloads.models import DownloadWindow
from publisher.podcasts.models import Episode, EpisodeState, Show
from publisher.web.studio import words
from publisher.web.studio.covers import cover_of
from publisher.web.studio.visit import Desk

PATH = "/studio/podcasts"
LATELY = timedelta(days=30)
KINDS = {"trailer": "trailer", "bonus": "bonus"}


def index(desk: Desk) -> Response:
    """GET /studio/podcasts"""
    rows = shows.all_of(desk.session)
    return desk.show(
        "podcasts/list.html",
        "podcasts",
        state_text=words.counted(len(rows), "show").capitalize() if rows else "",
        shows=[_shown(desk, show) for show in rows if show.state == "active"],
        archived=[_shown(desk, show) for show in rows if show.state != "active"],
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
    which = (
        select(DownloadWindow.episode_id, func.count())
        .where(
            col(DownloadWindow.show_id) == show.id,
            col(DownloadWindow.dropped) == "",
            col(DownloadWindow.started_at) >= desk.now - LATELY,
        )
        .group_by(col(DownloadWindow.episode_id))
    )
    if wanted is not None:
        which = which.where(col(DownloadWindow.episode_id).in_(list(wanted)))
    return {episode: int(number) for episode, number in desk.session.exec(which)}


def _shown(desk: Desk, show: Show) -> dict[str, Any]:
    rows = select(Episode).where(col(Episode.show_id) == show.id)
    coming = rows.where(col(Episode.state) == EpisodeState.SCHEDULED).order_by(col(Episode.publish_at))
    newest = rows.where(col(Episode.state) == EpisodeState.PUBLISHED).order_by(
        col(Episode.published_at).desc().nulls_last()
    )
    found = (desk.session.exec(coming.limit(1)).first(), desk.session.exec(newest.limit(1)).first())
    published = count_by_state(desk.session, show).get(EpisodeState.PUBLISHED, 0)
    return {
        "title": show.title,
        "url": f"{PATH}/{show.slug}",
        "language": show.language,
        "cover": cover_of(desk.session, show),
        "facts": [
            words.counted(published, "episode"),
            language_name(show.language, "en"),
            "for a list only" if show.list_id else "",
            f"{words.counted(sum(lately(desk, show).values()), 'download')} in 30 days" if published else "",
        ],
        "lines": [line(desk, show, one) for one in found if one is not None],
    }


def problem_of(desk: Desk, episode: Episode) -> str:
    """Why a coming episode would not appear; empty where it is fit."""
    return publishing.why_not(desk.session, desk.house, episode)
