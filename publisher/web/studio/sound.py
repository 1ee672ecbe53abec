"""The sound of an episode in the studio: to be listened to before it appears, fetched, replaced, mended."""

import shutil
from datetime import datetime

from anyio.to_thread import run_sync
from fastapi.responses import Response
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from publisher.errors import BadInput, Forbidden, NotFound, PublisherError
from publisher.media import intake, mending, storage
from publisher.media.models import MediaFile
from publisher.media.storage import a_draft
from publisher.media.uploads import LARGEST
from publisher.podcasts import episodes
from publisher.podcasts.models import Episode, Rendition, Show
from publisher.web.media import answer_file
from publisher.web.refusals import status_of
from publisher.web.site import site_of
from publisher.web.studio import episode as page
from publisher.web.studio.answering import staff_of
from publisher.web.studio.episode import by_number, opened
from publisher.web.studio.podcasts import PATH, url_of
from publisher.web.studio.uploads import about
from publisher.web.studio.visit import Desk

SLOW = "For slow lines"


class Listening:
    """GET /studio/podcasts/sounds/<number>: the sound for whoever works here, in ranges; counts for nothing."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            media = await run_sync(_wanted, request)
        except PublisherError as problem:
            await PlainTextResponse(str(problem), status_of(problem))(scope, receive, send)
            return
        await answer_file(
            scope,
            receive,
            send,
            storage.path_of(site_of(request).house.settings, media),
            type=media.type,
            etag=f'"{media.digest[:32]}"',
            cache="private, no-cache",
            private=True,
        )


def take(desk: Desk, number: int) -> Response:
    """POST /studio/podcasts/sounds/<number> (multipart): file, in one piece, from browsers without scripts; mend."""
    upload = desk.upload("file", most=LARGEST)
    if upload is None:
        raise BadInput("Choose a file first.")
    show, episode = _by_number(desk, number)
    with a_draft(desk.house.settings, "upload") as draft:
        with draft.open("xb") as file:
            shutil.copyfileobj(upload.file, file, 1 << 20)
        with desk.changing() as inner:
            media = intake.take_file(
                inner.session,
                desk.house,
                draft,
                name=upload.filename or "",
                now=desk.now,
                expect="episode",
                mend=desk.form.ticked("mend"),
            )
            _give(inner, number, media)
            said = about(media)["text"]
    return desk.go(url_of(show, episode), f"It has its sound: {said}.")


def again(desk: Desk, number: int) -> Response:
    """The episode's page, for a form that was refused."""
    show, _ = _by_number(desk, number)
    return page.show(desk, show.slug, number)


def change(desk: Desk, slug: str, number: int) -> Response:
    """POST …/sound: verb fetch (url, mend), even, slow, plain, drop (rendition). ffmpeg and the web take their time."""
    show, episode = opened(desk.session, slug, number)
    here, now = url_of(show, episode), desk.now
    match desk.form.one("verb"):
        case "fetch":
            return desk.go(here, _fetch(desk, number, now))
        case "drop":
            with desk.changing() as inner:
                found = inner.session.get(Rendition, _whole(desk.form.one("rendition")))
                if found is None or found.episode_id != number:
                    raise NotFound("There is no such version.")
                inner.session.delete(found)
                inner.session.flush()
                episodes.touch(inner.session, desk.house, inner.session.get_one(Episode, number), now=now)
                inner.note(f"episode:{number}", "Took a version of its sound away.")
            return desk.go(here, "Taken away.")
        case "even" | "slow" | "plain" as verb:
            return desk.go(here, _mended(desk, number, verb, now))
    raise BadInput("There is nothing of that kind to be done with a sound.")


def _fetch(desk: Desk, number: int, now: datetime) -> str:
    url = desk.form.one("url")
    if not url:
        raise BadInput("Give the address of a sound file.", field="url")
    try:
        media = intake.take_url(desk.house, url, now=now, expect="episode", mend=desk.form.ticked("mend"))
    except PublisherError as problem:
        raise BadInput(str(problem), field="url") from problem
    with desk.changing() as inner:
        _give(inner, number, inner.session.get_one(MediaFile, media.id))
        return f"Fetched: {about(media)['text']}."


def _mended(desk: Desk, number: int, verb: str, now: datetime) -> str:
    """What is kept is read before: nobody who writes waits while ffmpeg works."""
    house, episode = desk.house, desk.session.get_one(Episode, number)
    if episode.audio_id is None:
        raise BadInput("There is no sound here yet.")
    media = desk.session.get_one(MediaFile, episode.audio_id)
    with desk.changing() as inner:
        if verb == "slow":
            small = mending.slow_version(inner.session, house, media, now=now)
            kept = inner.session.get_one(Episode, number)
            episodes.add_rendition(inner.session, house, kept, small, SLOW, now=now)
            inner.note(f"episode:{number}", "Made a small version for slow lines.")
            return f"There is a version for slow lines: {about(small)['text']}."
        if verb == "plain":
            path = storage.path_of(house.settings, media)
            made = mending.sound_of(inner.session, house, path, now=now, name=media.name)
            _give(inner, number, made)
            return f"It is sound only now: {about(made)['text']}."
        made = mending.even_loudness(inner.session, house, media, now=now)
        _give(inner, number, made)
        before, after = made.details.get("loudness_before"), made.details.get("loudness")
        return f"It was at {before:.0f} LUFS and is at {after:.0f} now, as loud as other podcasts."


def _give(desk: Desk, number: int, media: MediaFile) -> None:
    episode = desk.session.get_one(Episode, number)
    episodes.set_sound(desk.session, desk.house, episode, media, now=desk.now)
    desk.note(f"episode:{number}", f"Gave it the sound {media.name}.")


def _by_number(desk: Desk, number: int) -> tuple[Show, Episode]:
    episode = by_number(desk.session, number)
    return desk.session.get_one(Show, episode.show_id), episode


def _wanted(request: Request) -> MediaFile:
    if staff_of(request) is None:
        raise Forbidden("You are signed out. Sign in again, then listen.")
    with site_of(request).house.database.reading() as session:
        episode = by_number(session, int(request.path_params["number"]))
        media = session.get(MediaFile, episode.audio_id) if episode.audio_id else None
        if media is None:
            raise NotFound("There is no sound here yet.")
        session.expunge(media)
        return media


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


#: (method, path, application, meaning): for viewers.
PLAIN = (("GET", f"{PATH}/sounds/{{number:int}}", Listening(), "The sound of an episode, before it appears too."),)
