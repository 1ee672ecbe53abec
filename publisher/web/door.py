"""The door every request passes, in plain ASGI: who asks, by which name, how much, and whether another site sent it.

Nothing here knows a page. What comes out is safe to hand to a handler: the client's address is believed only behind proxies
that the settings name, HEAD has become GET with its body dropped on the way back, and a body has an end.
"""

from urllib.parse import unquote, urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from publisher.languages import N_
from publisher.settings import Settings, networks_of
from publisher.web.former import Former, is_for_programs
from publisher.web.protection import protected
from publisher.web.proxies import behind

KILO, MEGA = 1_000, 1_000_000
UPLOADS = ("/studio/library/import", "/studio/people/import")
BODY_LIMITS = (
    *((path, 60 * MEGA) for path in UPLOADS),
    ("/studio/podcasts/uploads", 17 * MEGA),  # a piece of a file
    ("/studio/podcasts/sounds/", 4_300 * MEGA),  # a whole one, from browsers without scripts; it is written to the disk
    ("/studio/podcasts", 60 * MEGA),
    ("/studio/pictures", 31 * MEGA),
    ("/studio", 2 * MEGA),
    ("/api/", 256 * KILO),
    ("/u/", 64 * KILO),
    ("/hooks/", 256 * KILO),
    ("/webinars/speaker/", 60 * MEGA),  # slides, pictures
    ("/", 512 * KILO),
)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: Posts that come from elsewhere by design: mail programs, programs, servers of meeting rooms, and forms on other people's
#: pages, which change nothing.
FROM_ANYWHERE = ("/u/", "/api/", "/hooks/", "/subscribe/embed")
FROM_ANOTHER_SITE = N_(
    "This was sent from another website, so it was not done. Open the page here and press the button again."
)


class Door:
    """Wraps the application. `settings`: trusted proxies, the public address and the former ones."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.proxies = networks_of(settings.trusted_proxies)
        self.own = {_origin(settings.public_url)}
        self.former = Former(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked_head = scope["method"] == "HEAD"
        scope = behind(scope, Headers(scope=scope), self.proxies)
        if asked_head:
            scope.update({"method": "GET", "publisher.head": True})
        headers = Headers(scope=scope)
        send = protected(send, scope, self.settings, drop_body=asked_head)
        former = self.former.path_of(scope, headers.get("host", ""))
        if former is not None and not is_for_programs(scope["method"], former):
            await _redirect(self.former.target(former, scope), 301 if scope["method"] == "GET" else 308, send)
            return
        if former is not None:
            scope.update({"path": unquote(former), "raw_path": former.encode("latin-1")})
        scope["publisher.refused"] = self._refusal(scope, headers)
        try:
            await self.app(scope, _limited(receive, headers, scope["path"]), send)
        except HTTPException as problem:  # of the limit, raised where no page stands between
            await PlainTextResponse(problem.detail, problem.status_code)(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> str | None:
        """Why this may not be done, where another site sent it (Fetch Metadata; older browsers: Origin)."""
        path = scope["path"]
        if scope["method"] in SAFE or path.startswith(FROM_ANYWHERE):
            return None
        origin = headers.get("origin")
        if origin and _origin(origin) in self.former.origins and not path.startswith("/studio"):
            return None  # a form of ours that was open when the hub moved, and was led on from there
        if fetched := headers.get("sec-fetch-site"):
            return None if fetched in ("same-origin", "none") else FROM_ANOTHER_SITE
        if origin is None:
            return None  # no browser: programs have no cookies that somebody else could use
        if origin == "null":  # what browsers send from our pages that keep their address to themselves
            return FROM_ANOTHER_SITE if path.startswith("/studio") else None
        asked_from, here = _origin(origin), headers.get("host", "").lower()
        ours = asked_from in self.own or (asked_from and asked_from.partition("://")[2] == here)
        return None if ours else FROM_ANOTHER_SITE


def _limited(receive: Receive, headers: Headers, path: str) -> Receive:
    limit = next(size for prefix, size in BODY_LIMITS if path.startswith(prefix) or prefix == "/")
    said = headers.get("content-length", "")
    taken = int(said) if said.isdecimal() and int(said) > limit else 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive() if taken <= limit else {"type": "http.request", "body": b"", "more_body": False}
        if message["type"] == "http.request":
            part = message.get("body", b"")
            taken += len(part) if isinstance(part, bytes) else 0
        if taken > limit:
            raise HTTPException(413)
        return message

    return counted


async def _redirect(target: str, status: int, send: Send) -> None:
    head = [(b"location", target.encode("latin-1")), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": b""})


def _origin(url: str) -> str:
    """Scheme and host of an address; "" for what is none, which is nobody's origin."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()
