"""GET /api/v1/shows and /episodes: what anybody may hear, for programs. Private shows leave no trace here either."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlmodel import col, select

from publisher.errors import NotFound
from publisher.media.models import MediaFile
from publisher.podcasts import words
from publisher.podcasts.addresses import ENDINGS
from publisher.podcasts.episodes import transcripts_of
from publisher.podcasts.models import Episode, EpisodeState, Show
from publisher.web.api.reading import Limit, Offset, answer_with, following
from publisher.web.api.shapes import EpisodeList, EpisodeOut, EpisodeWithNotes, ShowOut
from publisher.web.page import Page, looking
from publisher.web.public import hearing
from publisher.web.public.hearing import Newest
from publisher.web.public.showing import episode_path, show_path, sound_path
from publisher.web.site import Number


def shows(request: Request) -> Response:
    """The shows that anybody may hear, the one with the newest episode first."""
    with looking(request) as page:
        found = hearing.listed(page.session)
        return answer_with(request, [_show(page, one, found) for one in found])


def episodes(request: Request, slug: str, limit: Limit = 50, offset: Offset = 0) -> Response:
    """The episodes of a show that have appeared, trailers too, the newest first."""
    with looking(request) as page:
        show = hearing.show_by_slug(page.session, slug)
        rows = hearing.newest_first(page.session, show, limit=limit + 1, offset=offset)
        media = hearing.media_by_id(page.session, [one.audio_id for one in rows])
        shown = [_episode(page, show, one, media.get(one.audio_id or 0)) for one in rows[:limit]]
        more = len(rows) > limit
        return answer_with(request, EpisodeList(items=shown, next=following(page, offset + limit) if more else None))


def episode(request: Request, number: Number) -> Response:
    """One episode, with its notes, people, chapters and transcripts."""
    with looking(request) as page:
        which = select(Show, Episode).join(Episode, col(Episode.show_id) == col(Show.id))
        which = which.where(col(Episode.id) == number, col(Episode.state) == EpisodeState.PUBLISHED)
        row = page.session.exec(which.where(col(Show.list_id).is_(None))).first()
        if row is None:
            raise NotFound(hearing.NO_EPISODE)
        return answer_with(request, _whole(page, *row))


def _show(page: Page, one: Newest, others: list[Newest]) -> ShowOut:
    show, url = one.show, page.house.settings.url
    return ShowOut(
        show=show.slug,
        title=show.title,
        description=words.plain(words.description_html(show)),
        language=show.language,
        author=show.author,
        url=url(show_path(show)),
        feed=url(f"{show_path(show)}/feed.xml"),
        picture=url(f"/media/{one.cover.digest}.{one.cover.extension}") if one.cover else None,
        guid=show.guid,
        explicit=show.explicit,
        editions=[
            other.show.slug
            for other in others
            if show.editions and other.show.editions == show.editions and other.show.id != show.id
        ],
        episodes=one.episodes,
        newest_at=one.episode.published_at if one.episode else None,
    )


def _episode(page: Page, show: Show, one: Episode, media: MediaFile | None) -> EpisodeOut:
    url = page.house.settings.url
    return EpisodeOut(
        episode=one.id or 0,
        show=show.slug,
        title=one.title,
        summary=words.blurb(one),
        language=one.language or show.language,
        type=one.type,
        season=one.season,
        number=one.number,
        published_at=one.published_at,
        seconds=one.duration,
        url=url(episode_path(show, one)),
        sound=url(sound_path(show, one, media)) if media else one.enclosure_url,
        sound_type=media.type if media else one.enclosure_type,
        sound_bytes=media.length if media else one.enclosure_length,
        guid=one.guid,
        state=EpisodeState.PUBLISHED.value,
    )


def _whole(page: Page, show: Show, one: Episode) -> EpisodeWithNotes:
    path = page.house.settings.url(episode_path(show, one))
    texts = {
        t.language: t.url or f"{path}/transcript.{t.language}.{ENDINGS[t.type]}"
        for t in transcripts_of(page.session, one)
    }
    values: dict[str, Any] = _episode(page, show, one, hearing.sound_of(page.session, one)).model_dump()
    return EpisodeWithNotes(
        **values,
        notes_html=words.notes_html(one),
        licence=one.licence or show.licence,
        persons=[dict(person) for person in one.persons or show.persons],
        chapters=f"{path}/chapters.json" if one.chapters else one.chapters_url,
        transcripts=texts,
        resource=one.work_id,
    )
