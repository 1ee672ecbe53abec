"""Large files from the studio, piece by piece, so that a line that breaks costs one piece and not the hour.

The addresses and headers are those of `publisher.media.uploads`. Plain routes: a piece is no form, and is read as it comes.
The token of the session's forms comes in the header `X-CSRF`.
"""

from collections.abc import Callable
from typing import Any

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from publisher.errors import BadInput, Forbidden, PublisherError
from publisher.languages import file_size
from publisher.media import mending, uploads
from publisher.media.models import MediaFile, Upload
from publisher.media.probed import CutShort, Unplayable, clock
from publisher.staff import roles, sessions
from publisher.web.refusals import status_of
from publisher.web.site import site_of
from publisher.web.studio.answering import staff_of

PATH = "/studio/podcasts/uploads"
ROLE = "editor"


async def begin(request: Request) -> Response:
    """POST …/uploads: {"name", "length"} → 201 and where the pieces go."""
    try:
        said = await request.json()
        name, length = str(said["name"]), int(said["length"])
    except (ValueError, TypeError, KeyError):
        return _refused(BadInput("Say the file's name and its length."))

    def work(who: str) -> Response:
        with site_of(request).house.database.session() as session:
            upload = uploads.begin(
                session, site_of(request).house, name=name, length=length, by=who, now=site_of(request).wall()
            )
            return Response(status_code=201, headers={"Location": f"{PATH}/{upload.key}", **_offset(upload)})

    return await _as_staff(request, work)


async def look(request: Request) -> Response:
    """GET or HEAD …/uploads/<key>: how far it is."""

    def work(who: str) -> Response:
        with site_of(request).house.database.reading() as session:
            upload = uploads.find(session, site_of(request).house, request.path_params["key"], by=who)
            return Response(status_code=204, headers=_offset(upload))

    return await _as_staff(request, work, form=False)


async def piece(request: Request) -> Response:
    """PATCH …/uploads/<key>: the octets that begin at Upload-Offset."""
    given = request.headers.get("upload-offset", "")
    if not given.isdecimal() or len(given) > 12:
        return _refused(BadInput("Say where the piece begins, in Upload-Offset."))
    chunk = await request.body()

    def work(who: str) -> Response:
        site, key = site_of(request), request.path_params["key"]
        with site.house.database.session() as session:
            upload = uploads.receive(session, site.house, key, offset=int(given), chunk=chunk, now=site.wall(), by=who)
            return Response(status_code=204, headers=_offset(upload))

    return await _as_staff(request, work)


async def finish(request: Request) -> Response:
    """POST …/uploads/<key>/finish: {"media", "text", "name", "chapters"}, or why not. `?mend=yes`: make it fit first."""
    mend, expect = request.query_params.get("mend") == "yes", request.query_params.get("expect", "episode")

    def work(who: str) -> Response:
        site = site_of(request)
        with site.house.database.session() as session:
            media = uploads.finish(
                session,
                site.house,
                request.path_params["key"],
                now=site.wall(),
                by=who,
                expect="image" if expect == "image" else "episode",
                mend=mend,
            )
            return JSONResponse(about(media))

    return await _as_staff(request, work)


async def give_up(request: Request) -> Response:
    """DELETE …/uploads/<key>."""

    def work(who: str) -> Response:
        with site_of(request).house.database.session() as session:
            uploads.give_up(session, site_of(request).house, request.path_params["key"], by=who)
            return Response(status_code=204)

    return await _as_staff(request, work)


def about(media: MediaFile) -> dict[str, Any]:
    """What a file is, in words: “MP3, 24:10, 128 kbit/s, 23 MB, 5 chapters”."""
    chapters = len(media.details.get("chapters") or [])
    parts = [
        media.extension.upper(),
        clock(media.duration) if media.duration else "",
        f"{round(media.bit_rate / 1000)} kbit/s" if media.bit_rate else "",
        file_size(media.length, "en"),
        f"{chapters} chapters" if chapters > 1 else "",
    ]
    return {"media": media.id, "name": media.name, "text": ", ".join(filter(None, parts)), "chapters": chapters}


async def _as_staff(request: Request, work: Callable[[str], Response], *, form: bool = True) -> Response:
    """Do it for a member who may, with a token of ours where something changes; what is wrong is said in JSON."""

    def asked() -> Response:
        try:
            staff = staff_of(request)
            if staff is None:
                raise Forbidden("You are signed out. Sign in again in another tab, then go on.")
            roles.must(staff.member, ROLE)
            if form:
                sessions.check_csrf(staff.session, request.headers.get("x-csrf", ""))
            return work(f"staff:{staff.member.id}")
        except PublisherError as problem:
            return _refused(problem)

    return await run_sync(asked)


def _refused(problem: PublisherError) -> Response:
    head = {"Upload-Offset": str(problem.offset)} if isinstance(problem, uploads.WrongOffset) else {}
    return JSONResponse({"error": str(problem), "can_mend": _can_mend(problem)}, status_of(problem), head)


def _can_mend(problem: PublisherError) -> bool:
    """Whether the same file could be made fit: by ffmpeg, or by leaving off a torn end."""
    if isinstance(problem, CutShort):
        return bool(problem.whole_until)
    return isinstance(problem, Unplayable) and bool(problem.demuxer) and mending.available()


def _offset(upload: Upload) -> dict[str, str]:
    return {"Upload-Offset": str(upload.received), "Upload-Length": str(upload.length), "Cache-Control": "no-store"}


#: (method, path, handler, meaning): all for editors.
PLAIN = (
    ("POST", PATH, begin, "Begin an upload."),
    ("GET", f"{PATH}/{{key}}", look, "How far an upload is."),
    ("PATCH", f"{PATH}/{{key}}", piece, "A piece of it."),
    ("POST", f"{PATH}/{{key}}/finish", finish, "Look into the whole and keep it."),
    ("DELETE", f"{PATH}/{{key}}", give_up, "Throw it away."),
)
