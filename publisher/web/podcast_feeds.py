"""The feeds of shows, as apps poll them: the same bytes for everybody while nothing changes, 304 for who has them.

Hot (see `front`): a poller of a public feed costs one small query. A private feed asks again each time whether its owner is
still a member, is kept by nobody on the way, and leaves no token in a log.
Sources: RFC 9110 §8.8, §12.5.3, §13; W3C WebSub §4 (Link headers); RFC 5005 §3 (`?page=`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from anyio.to_thread import run_sync
from starlette.datastructures import Headers, QueryParams
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from publisher.errors import NotFound
from publisher.languages import N_
from publisher.podcasts import private
from publisher.podcasts.feed import Document
from publisher.web.answers import OPEN, polled
from publisher.web.site import Site

MEDIA_TYPE = "application/rss+xml; charset=utf-8"
#: Kept by everybody, and asked for again each time: an episode is there at its instant, and asking costs next to nothing.
KEEP = "public, no-cache"
KEEP_NOT = "private, no-store"
NO_SHOW = N_("There is no such show.")
NO_PAGE = N_("This feed has no such page.")

Made = Callable[[Site, Scope], Response]


@dataclass(frozen=True)
class InAThread:
    """An answer that reads the database: made in a thread, sent from here."""

    made: Made

    async def __call__(self, site: Site, scope: Scope, receive: Receive, send: Send) -> None:
        response = await run_sync(self.made, site, scope)
        await response(scope, receive, send)


def feed(site: Site, scope: Scope) -> Response:
    """GET /podcasts/<show>/feed.xml?page="""
    return _public(site, scope, page=_page(scope))


def live_feed(site: Site, scope: Scope) -> Response:
    """GET /podcasts/<show>/live.xml"""
    return _public(site, scope, live=True)


def private_feed(site: Site, scope: Scope) -> Response:
    """GET /podcasts/<show>/private/<token>/feed.xml"""
    parts, house = scope["path_params"], site.house
    with house.database.reading() as session:
        private.open_feed(session, house, parts["show"], parts["token"], now=site.wall())
        standing = site.feeds.standing(session, parts["show"])
        document = site.feeds.private(session, house, standing, parts["token"])
    return _answer(Headers(scope=scope), document, {"Cache-Control": KEEP_NOT}, shared=False)


def _public(site: Site, scope: Scope, *, page: int | None = None, live: bool = False) -> Response:
    slug, house = scope["path_params"]["show"], site.house
    with house.database.reading() as session:
        try:
            standing = site.feeds.standing(session, slug)
        except NotFound as problem:
            raise NotFound(NO_SHOW) from problem
        if standing.is_private:
            raise NotFound(NO_SHOW)
        if standing.moved_to:
            return RedirectResponse(standing.moved_to, 301, OPEN | {"Cache-Control": KEEP})
        document = site.feeds.document(session, house, standing, page=page, live=live)
    head = {"Cache-Control": KEEP, **OPEN, "Access-Control-Expose-Headers": "ETag, Link"}
    if document.links:
        head["Link"] = ", ".join(f'<{url}>; rel="{relation}"' for url, relation in document.links)
    return _answer(Headers(scope=scope), document, head, shared=True)


def _answer(asked: Headers, document: Document, head: dict[str, str], *, shared: bool) -> Response:
    return polled(asked, lambda: document, MEDIA_TYPE, head, tag=document.etag, changed=document.changed, shared=shared)


def _page(scope: Scope) -> int | None:
    """The page of `?page=`; None for the first."""
    given = QueryParams(scope["query_string"]).get("page")
    if given is None:
        return None
    if not given.isascii() or not given.isdecimal() or not 1 <= len(given) <= 6 or int(given) < 1:
        raise NotFound(NO_PAGE)
    return int(given)
