"""Papers and recordings of webinars: from the disk, in ranges, never compressed again (hot; see `front`).

An address names the content. What is shown to everybody may be asked for by everybody: papers once the date was held, the
recording as long as it is its recording.
"""

from anyio.to_thread import run_sync
from sqlmodel import Session, col, select
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from publisher.errors import NotFound
from publisher.languages import N_
from publisher.media import storage
from publisher.media.models import MediaFile
from publisher.web.media import answer_file
from publisher.web.site import Site
from publisher.webinars import handouts
from publisher.webinars.models import Webinar, WebinarState

NO_FILE = N_("There is no such file.")
#: Browsers ask again after an hour: staff may take a paper or a recording away.
KEEP = "private, max-age=3600"


async def paper(site: Site, scope: Scope, receive: Receive, send: Send) -> None:
    """GET /webinars/<slug>/handouts/<digest>.<extension>"""
    media = await run_sync(_paper, site, scope["path_params"]["slug"], scope["path_params"]["name"])
    await _answer(site, scope, receive, send, media, {"Content-Disposition": f'inline; filename="{_called(media)}"'})


async def recording(site: Site, scope: Scope, receive: Receive, send: Send) -> None:
    """GET /webinars/<slug>/recording/<digest>.<extension>"""
    media = await run_sync(_recording, site, scope["path_params"]["slug"], scope["path_params"]["name"])
    await _answer(site, scope, receive, send, media, {})


def captions(site: Site, scope: Scope) -> Response:
    """GET /webinars/<slug>/captions.vtt: what is said in the recording."""
    with site.house.database.reading() as session:
        found = _webinar(session, scope["path_params"]["slug"])
        if not found.transcript:
            raise NotFound(NO_FILE)
        return Response(found.transcript, media_type="text/vtt; charset=utf-8", headers={"Cache-Control": "no-cache"})


async def _answer(
    site: Site, scope: Scope, receive: Receive, send: Send, media: MediaFile, headers: dict[str, str]
) -> None:
    path, tag = storage.path_of(site.house.settings, media), f'"{media.digest[:32]}"'
    await answer_file(
        scope, receive, send, path, type=media.type, etag=tag, last_modified=media.created_at, cache=KEEP, headers=headers
    )  # fmt: skip


def _paper(site: Site, slug: str, name: str) -> MediaFile:
    with site.house.database.reading() as session:
        shown = handouts.shown(session, _webinar(session, slug), now=site.wall())
        media = next((media for _, media in shown if _name(media) == name), None)
        return _let_go(session, media)


def _recording(site: Site, slug: str, name: str) -> MediaFile:
    with site.house.database.reading() as session:
        found = _webinar(session, slug)
        media = session.get(MediaFile, found.recording_id) if found.recording_id else None
        return _let_go(session, media if media and _name(media) == name else None)


def _webinar(session: Session, slug: str) -> Webinar:
    which = select(Webinar).where(col(Webinar.slug) == slug, col(Webinar.state) != WebinarState.DRAFT)
    found = session.exec(which).first()
    if found is None:
        raise NotFound(NO_FILE)
    return found


def _let_go(session: Session, media: MediaFile | None) -> MediaFile:
    if media is None:
        raise NotFound(NO_FILE)
    session.expunge(media)  # it outlives the session: a film is on its way for a while
    return media


def _name(media: MediaFile) -> str:
    return f"{media.digest[:12]}.{media.extension}"


def _called(media: MediaFile) -> str:
    """A file's name as a header can carry it."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in media.name)[:80].strip("-.")
    return kept or f"paper.{media.extension}"
