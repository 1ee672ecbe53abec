"""What stands beside the sound, for apps: chapters and transcripts, public ones and those of a private feed.

Sources: podcast namespace, chapters (application/json+chapters) and transcripts (CORS for players in browsers).
"""

from contextlib import suppress

from fastapi import Request
from fastapi.responses import Response

from feeds.errors import FeedError
from feeds.podcast import chapters as marks
from feeds.podcast import transcripts
from feeds.podcast.chapters import Chapter
from publisher.errors import NotFound
from publisher.languages import N_
from publisher.podcasts import private
from publisher.podcasts.addresses import ENDINGS
from publisher.podcasts.models import Episode, EpisodeState, Show
from publisher.web.answers import OPEN, conditional
from publisher.web.page import Page, looking
from publisher.web.public import hearing

KEEP, KEEP_NOT = "public, no-cache", "private, no-store"
NO_CHAPTERS = N_("This episode has no chapters.")
NO_TRANSCRIPT = N_("There is no such transcript.")
_TYPES = {ending: media_type for media_type, ending in ENDINGS.items()}


def chapters(request: Request, show: str, episode: str) -> Response:
    """GET /podcasts/<show>/<episode>/chapters.json"""
    with looking(request) as page:
        return _chapters(request, *_public(page, show, episode), is_private=False)


def private_chapters(request: Request, show: str, token: str, episode: str) -> Response:
    """GET /podcasts/<show>/private/<token>/<episode>/chapters.json"""
    with looking(request) as page:
        return _chapters(request, *_private(page, show, token, episode), is_private=True)


def transcript(request: Request, show: str, episode: str, language: str, form: str) -> Response:
    """GET /podcasts/<show>/<episode>/transcript.<language>.<vtt|srt|json|txt|html>"""
    with looking(request) as page:
        _, one = _public(page, show, episode)
        return _transcript(page, one, language, form, is_private=False)


def private_transcript(request: Request, show: str, token: str, episode: str, language: str, form: str) -> Response:
    """GET /podcasts/<show>/private/<token>/<episode>/transcript.<language>.<form>"""
    with looking(request) as page:
        _, one = _private(page, show, token, episode)
        return _transcript(page, one, language, form, is_private=True)


def _public(page: Page, show: str, episode: str) -> tuple[Show, Episode]:
    found = hearing.show_by_slug(page.session, show)
    return found, _published(page, found, episode)


def _private(page: Page, show: str, token: str, episode: str) -> tuple[Show, Episode]:
    """Membership is asked for again for each file."""
    found = private.open_feed(page.session, page.house, show, token, now=page.now).show
    return found, _published(page, found, episode)


def _published(page: Page, show: Show, slug: str) -> Episode:
    found = hearing.episode_by_slug(page.session, show, slug)
    if found.state != EpisodeState.PUBLISHED:
        raise NotFound(hearing.NO_EPISODE)
    return found


def _chapters(request: Request, show: Show, episode: Episode, *, is_private: bool) -> Response:
    if not episode.chapters:
        raise NotFound(NO_CHAPTERS)
    kept = [Chapter.from_data(one) for one in episode.chapters]
    body = marks.write_json(kept, title=episode.title, podcast=show.title)
    return _file(request, body, marks.TYPE, is_private=is_private)


def _transcript(page: Page, episode: Episode, language: str, form: str, *, is_private: bool) -> Response:
    """In the form it is kept, or made into another one; without times there are no captions."""
    if form not in _TYPES:
        raise NotFound(NO_TRANSCRIPT)
    kept = hearing.transcript_of(page.session, episode, language)
    if kept.type == _TYPES[form]:
        body = kept.text.encode()
    else:
        body = _made(kept.text, kept.type, form)
    return _file(page.request, body, _TYPES[form], is_private=is_private)


def _made(text: str, kept_type: str, form: str) -> bytes:
    with suppress(FeedError):
        cues = transcripts.read(text.encode(), kept_type)
        if form == "txt" or form == "html" or any(cue.start is not None for cue in cues):
            return transcripts.write(cues, _TYPES[form])
    raise NotFound(NO_TRANSCRIPT)


def _file(request: Request, body: bytes, media_type: str, *, is_private: bool) -> Response:
    said = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
    if is_private:
        return conditional(request, body, said, keep=KEEP_NOT)
    return conditional(request, body, said, keep=KEEP, headers=OPEN)
