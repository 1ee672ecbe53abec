"""Sound and pictures of shows: whole or in parts, counted by what was really sent.

Hot (see `front`): sound must never be compressed again. A sound's address names its content; one that was replaced since
leads on to the present one, for a while only (302): staff may put the former sound back, and remembered redirects that
point at each other would never end.
"""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import anyio
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from sqlmodel import Session, col, select
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from publisher.errors import NotFound
from publisher.languages import N_
from publisher.media import storage
from publisher.media.models import MediaFile
from publisher.media.ranges import Interval
from publisher.podcasts import private
from publisher.podcasts.downloads import recording
from publisher.podcasts.models import Episode, EpisodeState, Show
from publisher.web.media import FOR_YEARS, answer_file
from publisher.web.pictures import FORMS, WIDTHS
from publisher.web.podcast_feeds import KEEP_NOT
from publisher.web.public import hearing
from publisher.web.public.showing import sound_path
from publisher.web.site import Site

_log = logging.getLogger("publisher.web")
NO_SOUND = N_("There is no such sound.")
WITHDRAWN = N_("This episode was withdrawn.")
NO_PICTURE = N_("There is no such picture.")
#: Browsers may keep sound for an hour; what stands between must ask, or nobody would know who listens.
KEEP = "private, max-age=3600"
#: A picture that is opened by itself is a picture: nothing in it runs or loads, whatever a browser takes it for.
HARMLESS = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}
_NAME = re.compile(r"(?P<episode>\d{1,9})-(?P<digest>[0-9a-f]{12})\.[a-z0-9]{1,5}")


@dataclass(frozen=True)
class Sound:
    """What is to be sent, and for whom it counts."""

    episode: Episode
    media: MediaFile


Found = Callable[[Site, Scope], Sound | Response]


class Heard:
    """Answers with a sound, and writes down what was sent once it was. `find` decides whether whoever asks may hear it."""

    def __init__(self, find: Found, *, is_private: bool) -> None:
        self.find, self.is_private = find, is_private
        self._limiter: CapacityLimiter | None = None

    async def __call__(self, site: Site, scope: Scope, receive: Receive, send: Send) -> None:
        found = await run_sync(self.find, site, scope)
        if isinstance(found, Response):
            await found(scope, receive, send)
            return
        sent: list[tuple[list[Interval], int]] = []
        came = site.wall()
        try:
            await answer_file(
                scope,
                receive,
                send,
                storage.path_of(site.house.settings, found.media),
                type=found.media.type,
                etag=f'"{found.media.digest[:32]}"',
                last_modified=found.media.created_at,
                cache=KEEP_NOT if self.is_private else KEEP,
                private=self.is_private,
                served=lambda intervals, status: sent.append((intervals, status)),
            )
        finally:
            for intervals, status in sent:
                with anyio.CancelScope(shield=True):
                    note = partial(_note, site, scope, found, intervals, status, came)
                    await run_sync(note, limiter=self._one_at_a_time())

    def _one_at_a_time(self) -> CapacityLimiter:
        """Notes wait for each other, not for the threads that answer."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(1)
        return self._limiter


def public_sound(site: Site, scope: Scope) -> Sound | Response:
    """GET /podcasts/<show>/audio/<episode>-<digest>.<extension>"""
    parts = scope["path_params"]
    with site.house.database.reading() as session:
        which = select(Show, Episode).join(Episode, col(Episode.show_id) == col(Show.id))
        which = which.where(col(Show.slug) == parts["show"], col(Show.list_id).is_(None))
        row = session.exec(which.where(col(Episode.id) == _number(parts["name"]))).first()
        return _heard(session, row, parts, "")


def private_sound(site: Site, scope: Scope) -> Sound | Response:
    """GET /podcasts/<show>/private/<token>/audio/<episode>-<digest>.<extension>: membership is asked for each time."""
    parts, house = scope["path_params"], site.house
    with house.database.reading() as session:
        opened = private.open_feed(session, house, parts["show"], parts["token"], now=site.wall())
        episode = session.get(Episode, _number(parts["name"]))
        belongs = episode is not None and episode.show_id == opened.show.id
        row = (opened.show, episode) if belongs and episode else None
        return _heard(session, row, parts, f"private/{parts['token']}/")


def _heard(
    session: Session, row: tuple[Show, Episode] | None, parts: Mapping[str, str], between: str
) -> Sound | Response:
    """`between`: what a private address has between the show and the sound."""
    if row is None or row[1].state not in (EpisodeState.PUBLISHED, EpisodeState.WITHDRAWN):
        raise NotFound(NO_SOUND)
    show, episode = row
    if episode.state == EpisodeState.WITHDRAWN:
        raise HTTPException(410, WITHDRAWN)
    files = hearing.sounds_of(session, episode)
    for media in files:
        if parts["name"] == f"{episode.id}-{media.digest[:12]}.{media.extension}":
            session.expunge_all()  # they outlive the session: the sound is on its way for hours
            return Sound(episode, media)
    if not files or episode.audio_id is None:
        raise NotFound(NO_SOUND)
    present = sound_path(show, episode, files[0]).replace("/audio/", f"/{between}audio/")
    return RedirectResponse(present, 302, {"Cache-Control": "no-cache"})


def _number(name: str) -> int:
    match = _NAME.fullmatch(name)
    if match is None:
        raise NotFound(NO_SOUND)
    return int(match["episode"])


def _note(site: Site, scope: Scope, sound: Sound, intervals: list[Interval], status: int, at: datetime) -> None:
    """A count that cannot be written down is lost, and said so; the listener has their sound."""
    headers = Headers(scope=scope)
    try:
        with site.house.database.session() as session:
            recording.note(
                session,
                site.house,
                at=at,
                episode=sound.episode,
                media=sound.media,
                ip=scope["client"][0] if scope.get("client") else "",
                user_agent=headers.get("user-agent", ""),
                referrer=headers.get("referer", ""),
                method="GET",
                status=status,
                asked=headers.get("range", ""),
                sent=[(start, end - 1) for start, end in intervals],
            )
    except Exception:
        _log.exception("a download could not be written down")


async def picture(site: Site, scope: Scope, receive: Receive, send: Send) -> None:
    """GET /media/<digest>.<extension>: a cover, as large as it came."""
    digest, _, extension = scope["path_params"]["name"].partition(".")
    media = await run_sync(_picture, site, digest)
    if media.extension != extension:
        raise NotFound(NO_PICTURE)
    path = storage.path_of(site.house.settings, media)
    tag = f'"{media.digest[:32]}"'
    await answer_file(
        scope, receive, send, path, type=media.type, etag=tag, last_modified=media.created_at, headers=HARMLESS
    )


def smaller_picture(site: Site, scope: Scope) -> Response:
    """GET /media/<digest>/<width>.<form>: the same for a page. The address names the content, so it is kept for ever."""
    parts = scope["path_params"]
    width, _, form = parts["name"].partition(".")
    if width not in map(str, WIDTHS) or form not in FORMS:
        raise NotFound(NO_PICTURE)
    media = _picture(site, parts["digest"])
    try:
        body = site.pictures.smaller(storage.path_of(site.house.settings, media), media.digest, int(width), form)
    except OSError as problem:
        raise NotFound(NO_PICTURE) from problem
    head = {
        "Cache-Control": FOR_YEARS,
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        **HARMLESS,
    }
    return Response(body, media_type=FORMS[form][1], headers=head)


def _picture(site: Site, digest: str) -> MediaFile:
    with site.house.database.reading() as session:
        media = hearing.picture_by_digest(session, digest)
        if media is None:
            raise NotFound(NO_PICTURE)
        session.expunge(media)
        return media
