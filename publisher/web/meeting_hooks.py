"""What the servers of meeting rooms tell us: 200 for what is believed, new or not; 401 for what is forged; 410 where the meeting
is gone, so that a server stops telling.

A server tells that a meeting ended with a plain GET: its protocol knows nothing else. It is the one GET that changes something,
behind a key that only the server has.
"""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import PlainTextResponse, Response

from publisher.errors import BadToken, NotFound
from publisher.web.site import site_of
from publisher.webinars.rooms import hooks
from publisher.webinars.rooms.hooks import Told


async def _body(request: Request) -> bytes:
    return await request.body()


Body = Annotated[bytes, Depends(_body)]


def told(request: Request, token: str, what: str, body: Body) -> Response:
    """POST /hooks/meeting/<token>/<what>"""
    checksum = request.query_params.get("checksum", "")
    said = Told(body, checksum, authorization=request.headers.get("authorization", ""))
    return _taken(request, token, what, said)


def told_by_get(request: Request, token: str, what: str) -> Response:
    """GET /hooks/meeting/<token>/ended"""
    if what != "ended" or request.scope.get("publisher.head"):
        return PlainTextResponse("This is where the server of a meeting room tells what happened there.\n", 405)
    return _taken(request, token, what, Told(opened=request.query_params.get("opened", "")))


def _taken(request: Request, token: str, what: str, said: Told) -> Response:
    site = site_of(request)
    try:
        with site.house.database.session() as session:
            hooks.take(session, site.house, token, what, said, now=site.wall())
    except BadToken:
        return PlainTextResponse("This is not signed by the server that has the room.\n", 401)
    except NotFound as gone:
        return PlainTextResponse(f"{gone}\n", 410)
    return PlainTextResponse("Thank you.\n")
