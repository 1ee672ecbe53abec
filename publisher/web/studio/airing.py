"""Episodes on Today: which cannot appear, which come next, which are out; so that one page has them with the newsletter's issues."""

from typing import Any

from sqlmodel import col, select

from publisher.podcasts.models import Episode, EpisodeState, Ping, Show
from publisher.web.studio.podcasts import PATH, line, problem_of
from publisher.web.studio.visit import Desk

MOST = 20
WENT_OUT = 8


def needs(desk: Desk) -> list[dict[str, Any]]:
    """Episodes that did not appear or could not, and feeds whose change nobody could be told of."""
    return [*_unfit(desk), *_untold(desk)]


def upcoming(desk: Desk) -> list[dict[str, Any]]:
    """Scheduled ones, the earliest first."""
    which = _with_shows().where(col(Episode.state) == EpisodeState.SCHEDULED)
    rows = desk.session.exec(which.order_by(col(Episode.publish_at)).limit(MOST))
    return [line(desk, show, episode, named=True) for episode, show in rows]


def out(desk: Desk) -> list[dict[str, Any]]:
    """What appeared last. A back catalogue that came in from elsewhere is not what went out."""
    which = _with_shows().where(
        col(Episode.state) == EpisodeState.PUBLISHED,
        col(Episode.news),
        col(Episode.published_at) <= desk.now,
    )
    rows = desk.session.exec(which.order_by(col(Episode.published_at).desc()).limit(WENT_OUT))
    return [line(desk, show, episode, named=True) for episode, show in rows]


def _with_shows() -> Any:
    return select(Episode, Show).join(Show, col(Show.id) == col(Episode.show_id))


def _unfit(desk: Desk) -> list[dict[str, Any]]:
    refused = _with_shows().where(
        col(Episode.state) == EpisodeState.DRAFT, col(Episode.taking) != "", col(Episode.enclosure_url).is_(None)
    )
    found = [
        line(desk, show, episode, named=True)
        | {"facts": [show.title, episode.taking], "state": "failed", "state_label": "Did not appear"}
        for episode, show in desk.session.exec(refused.order_by(col(Episode.updated_at).desc()).limit(MOST))
    ]
    coming = _with_shows().where(col(Episode.state) == EpisodeState.SCHEDULED)
    for episode, show in desk.session.exec(coming.order_by(col(Episode.publish_at)).limit(MOST)):
        if problem := problem_of(desk, episode):
            wrong = {"facts": [show.title, problem], "state": "failing", "state_label": "Cannot appear"}
            found.append(line(desk, show, episode, named=True) | wrong)
    return found


def _untold(desk: Desk) -> list[dict[str, Any]]:
    """The last ping of a show to somebody failed for good, and none has got through since."""
    which = (
        select(Ping, Show).join(Show, col(Show.id) == col(Ping.show_id)).where(col(Ping.version) == col(Show.version))
    )
    rows = desk.session.exec(which.where(col(Ping.state) == "failed").order_by(col(Ping.due_at).desc()).limit(MOST))
    return [
        {
            "title": f"{show.title}: its change could not be told",
            "url": f"{PATH}/{show.slug}",
            "facts": [ping.target, ping.error],
            "state": "failing",
            "state_label": "",
            "moment": desk.moment(ping.due_at),
        }
        for ping, show in rows
    ]
