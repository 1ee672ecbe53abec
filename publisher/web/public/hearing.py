"""What strangers may hear: which shows and episodes pages and programs find, and which are not there for them.

A private show leaves no trace. An archived one is in no list, and its pages answer who has their address. What says
`block` (itunes:block) is in no list either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, or_, select

from publisher.errors import NotFound
from publisher.languages import N_
from publisher.media.models import MediaFile
from publisher.podcasts import shows
from publisher.podcasts.models import Episode, EpisodeState, Rendition, Show, Transcript
from publisher.webinars.models import Series, Speaker

NO_SHOW = N_("There is no such show.")
NO_EPISODE = N_("There is no such episode.")


@dataclass(frozen=True)
class Newest:
    """A show in a list, with its newest episode, how many there are, and its cover."""

    show: Show
    episode: Episode | None
    episodes: int
    cover: MediaFile | None


def any_shows(session: Session) -> bool:
    """Whether there is anything to hear here."""
    return session.exec(select(Show.id).where(_LISTED).limit(1)).first() is not None


def listed(session: Session) -> list[Newest]:
    """Every show that is to be found, what is newest first; shows without an episode last."""
    found = [show for show in shows.public(session) if not show.block]
    ids = [show.id for show in found]
    counts = {row[0]: row[1] for row in session.execute(_counts(ids))} if ids else {}
    newest = {one.show_id: one for one in session.exec(_newest(ids))} if ids else {}
    covers = media_by_id(session, [show.artwork_id for show in found])
    lines = [
        Newest(show, newest.get(show.id or 0), counts.get(show.id or 0, 0), covers.get(show.artwork_id or 0))
        for show in found
    ]
    return sorted(lines, key=_freshness, reverse=True)


def show_by_slug(session: Session, slug: str) -> Show:
    """A show that strangers may hear; `NotFound` says the same of a private show as of none."""
    found = session.exec(select(Show).where(col(Show.slug) == slug, col(Show.list_id).is_(None))).first()
    if found is None:
        raise NotFound(NO_SHOW)
    return found


def episode_by_slug(session: Session, show: Show, slug: str) -> Episode:
    """An episode that has appeared, or has been withdrawn since; `NotFound` for drafts as for none."""
    open_ = (EpisodeState.PUBLISHED, EpisodeState.WITHDRAWN)
    which = select(Episode).where(col(Episode.show_id) == show.id, col(Episode.slug) == slug)
    found = session.exec(which.where(col(Episode.state).in_(open_))).first()
    if found is None:
        raise NotFound(NO_EPISODE)
    return found


def episodes_of(session: Session, show: Show, *, season: int | None, limit: int, offset: int) -> list[Episode]:
    """What listeners find of a show, without its trailers: a serial is told from its beginning, the newest season first."""
    which = _in_list(show).where(col(Episode.type) != "trailer")
    if season is not None:
        which = which.where(col(Episode.season) == season)
    by_number = (col(Episode.season).desc().nulls_last(), col(Episode.number).asc().nulls_last())
    by_date: tuple[Any, ...] = (
        col(Episode.published_at).desc().nulls_last(),
        col(Episode.place),
        col(Episode.id).desc(),
    )
    order = (*by_number, col(Episode.published_at), col(Episode.id)) if show.type == "serial" else by_date
    return list(session.exec(which.order_by(*order).limit(limit).offset(offset)))


def newest_first(session: Session, show: Show, *, limit: int, offset: int) -> list[Episode]:
    """What listeners find of a show, trailers too, in the order of the feed."""
    order = (col(Episode.published_at).desc().nulls_last(), col(Episode.place), col(Episode.id).desc())
    return list(session.exec(_in_list(show).order_by(*order).limit(limit).offset(offset)))


def newest_of(session: Session, which: Sequence[Show], *, limit: int) -> dict[int, list[Episode]]:
    """As `newest_first`, of several shows at once: at most `limit` of each, by the show's number."""
    order = (col(Episode.published_at).desc().nulls_last(), col(Episode.place), col(Episode.id).desc())
    place = func.row_number().over(partition_by=col(Episode.show_id), order_by=order).label("place")
    heard = (col(Episode.state) == EpisodeState.PUBLISHED, col(Episode.block).is_(False))
    ids = [one.id for one in which]
    ranked = select(col(Episode.id).label("id"), place).where(col(Episode.show_id).in_(ids), *heard).subquery()
    shown = select(Episode).join(ranked, ranked.c.id == col(Episode.id)).where(ranked.c.place <= limit)
    found: dict[int, list[Episode]] = {one.id or 0: [] for one in which}
    for episode in session.exec(shown.order_by(ranked.c.place)):
        found[episode.show_id].append(episode)
    return found


def trailer_of(session: Session, show: Show) -> Episode | None:
    """The newest trailer."""
    which = _in_list(show).where(col(Episode.type) == "trailer")
    found: Episode | None = session.exec(
        which.order_by(col(Episode.published_at).desc().nulls_last(), col(Episode.id).desc()).limit(1)
    ).first()
    return found


def seasons_of(session: Session, show: Show) -> list[tuple[int, str, int]]:
    """(number, name, how many episodes) of each season, the newest first."""
    columns = select(Episode.season, func.max(Episode.season_name), func.count())
    which = columns.where(*_heard(show), col(Episode.type) != "trailer", col(Episode.season).is_not(None))
    rows = session.exec(which.group_by(col(Episode.season)).order_by(col(Episode.season).desc()))
    return [(number, name or "", count) for number, name, count in rows if number is not None]


def count_of(session: Session, show: Show, *, season: int | None = None) -> int:
    """How many episodes listeners find, without trailers."""
    which = select(func.count()).select_from(Episode).where(*_heard(show), col(Episode.type) != "trailer")
    return session.exec(which if season is None else which.where(col(Episode.season) == season)).one()


def neighbours(session: Session, show: Show, episode: Episode) -> tuple[Episode | None, Episode | None]:
    """The episode that appeared before, and the one after. Those that say no date stand before all others, in their places."""
    when, place, number = col(Episode.published_at), col(Episode.place), col(Episode.id)
    further = (place > episode.place) | ((place == episode.place) & (number < (episode.id or 0)))
    nearer = (place < episode.place) | ((place == episode.place) & (number > (episode.id or 0)))
    if episode.published_at is None:
        earlier, later = when.is_(None) & further, when.is_not(None) | nearer
    else:
        same = when == episode.published_at
        earlier = (when < episode.published_at) | (same & further) | when.is_(None)
        later = (when > episode.published_at) | (same & nearer)
    before = _in_list(show).where(earlier).order_by(when.desc().nulls_last(), place, number.desc()).limit(1)
    after = _in_list(show).where(later).order_by(when.asc().nulls_first(), place.desc(), number).limit(1)
    return session.exec(before).first(), session.exec(after).first()


def other_editions(session: Session, episode: Episode) -> list[tuple[Show, Episode]]:
    """The same episode in other languages, where strangers may hear it."""
    root = episode.original_id or episode.id
    same = (col(Episode.id) == root) | (col(Episode.original_id) == root)
    which = select(Show, Episode).join(Episode, col(Episode.show_id) == col(Show.id))
    which = which.where(same, col(Episode.id) != episode.id, col(Episode.state) == EpisodeState.PUBLISHED, _LISTED)
    return list(session.exec(which.order_by(col(Show.id))))


def sound_of(session: Session, episode: Episode) -> MediaFile | None:
    return session.get(MediaFile, episode.audio_id) if episode.audio_id else None


def sounds_of(session: Session, episode: Episode) -> list[MediaFile]:
    """The sound first, then its slower versions."""
    others = select(Rendition.media_id).where(col(Rendition.episode_id) == episode.id)
    files = select(MediaFile).where((col(MediaFile.id) == episode.audio_id) | col(MediaFile.id).in_(others))
    return sorted(session.exec(files), key=lambda file: (file.id != episode.audio_id, file.id or 0))


def transcript_of(session: Session, episode: Episode, language: str) -> Transcript:
    which = select(Transcript).where(col(Transcript.episode_id) == episode.id, col(Transcript.language) == language)
    found = session.exec(which.where(col(Transcript.text) != "").order_by(col(Transcript.id))).first()
    if found is None:
        raise NotFound(N_("There is no such transcript."))
    return found


def media_by_id(session: Session, ids: Sequence[int | None]) -> dict[int, MediaFile]:
    wanted = {i for i in ids if i is not None}
    if not wanted:
        return {}
    return {one.id or 0: one for one in session.exec(select(MediaFile).where(col(MediaFile.id).in_(wanted)))}


def picture_by_digest(session: Session, digest: str) -> MediaFile | None:
    """A picture of the library, or one that a show, an episode, a webinar or a speaker shows; others cannot be asked for."""
    columns = (col(Show.artwork_id), col(Episode.artwork_id), col(Series.picture_id), col(Speaker.picture_id))
    is_shown = or_(
        col(MediaFile.shelved_at).is_not(None),
        *(col(MediaFile.id).in_(select(one).where(one.is_not(None))) for one in columns),
    )
    which = select(MediaFile).where(col(MediaFile.digest) == digest, col(MediaFile.kind) == "image", is_shown)
    return session.exec(which).first()


_LISTED: ColumnElement[bool] = col(Show.list_id).is_(None) & (col(Show.state) == "active") & col(Show.block).is_(False)


def _heard(show: Show) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Episode.show_id) == show.id,
        col(Episode.state) == EpisodeState.PUBLISHED,
        col(Episode.block).is_(False),
    )


def _in_list(show: Show) -> Any:
    return select(Episode).where(*_heard(show))


def _counts(ids: Sequence[int | None]) -> Any:
    heard = (
        col(Episode.state) == EpisodeState.PUBLISHED,
        col(Episode.type) != "trailer",
        col(Episode.block).is_(False),
    )
    return (
        select(Episode.show_id, func.count())
        .where(col(Episode.show_id).in_(ids), *heard)
        .group_by(col(Episode.show_id))
    )


def _newest(ids: Sequence[int | None]) -> Any:
    heard = (col(Episode.state) == EpisodeState.PUBLISHED, col(Episode.block).is_(False))
    latest = select(Episode.show_id, func.max(Episode.published_at).label("at")).where(
        col(Episode.show_id).in_(ids), *heard
    )
    per_show = latest.group_by(col(Episode.show_id)).subquery()
    same = (col(Episode.show_id) == per_show.c.show_id) & (col(Episode.published_at) == per_show.c.at)
    return select(Episode).join(per_show, same).where(*heard).order_by(col(Episode.id))


def _freshness(one: Newest) -> tuple[float, int]:
    when = one.episode.published_at if one.episode else None
    return (when.timestamp() if when else 0.0, one.show.id or 0)
