"""What stands in front of the pages: routes that apps poll by the thousand, and files that must not be compressed again.

Each is a line of the table of routes marked `hot`. They are found and answered here in plain ASGI, before the ceremony of a
page: no templates, no middleware, refusals as one plain sentence.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from publisher.errors import BadToken, PublisherError
from publisher.languages import LANGUAGES, negotiate, translator
from publisher.web.refusals import SENTENCES, status_of, without_keys
from publisher.web.site import Site

_log = logging.getLogger("publisher.web")
Answer = Callable[[Site, Scope, Receive, Send], Awaitable[None]]
"""Answers one request; `scope["path_params"]` has the parts of the address. Errors of ours become sentences."""
PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Range, If-Range, If-None-Match, If-Modified-Since, Accept-Encoding",
    "Access-Control-Max-Age": "86400",
}


@dataclass(frozen=True)
class _Hot:
    pattern: re.Pattern[str]
    answer: Answer
    is_open: bool  # any page in the world may read it


class Front:
    """Wraps the application. `routes`: (path, answer, whether any page in the world may read it)."""

    def __init__(self, app: ASGIApp, site: Site, routes: Sequence[tuple[str, Answer, bool]]) -> None:
        self.app, self.site = app, site
        self.routes = [_Hot(compile_path(path)[0], answer, is_open) for path, answer, is_open in routes]
        self.begins = tuple({path.partition("{")[0] for path, _, _ in routes})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hot = self._found(scope)
        if hot is None:
            await self.app(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=PREFLIGHT)(scope, receive, send)
        else:
            await self._answered(hot, scope, receive, send)

    def _found(self, scope: Scope) -> _Hot | None:
        if scope["type"] != "http" or not scope["path"].startswith(self.begins):
            return None
        for hot in self.routes:
            if match := hot.pattern.match(scope["path"]):
                if scope["method"] == "GET" or (hot.is_open and scope["method"] == "OPTIONS"):
                    scope["path_params"] = match.groupdict()
                    return hot
                return None
        return None

    async def _answered(self, hot: _Hot, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noticed(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            if "\0" in scope["path"]:  # no name of ours has it, and PostgreSQL cannot even look for it
                raise HTTPException(404, SENTENCES[404])
            await hot.answer(self.site, scope, receive, noticed)
        except Exception as error:
            if begun:  # half an answer cannot be taken back: the connection ends, and the client sees that
                raise
            status, sentence = _refusal(error, scope["path"])
            await said(scope, status, sentence)(scope, receive, send)


def said(scope: Scope, status: int, sentence: str) -> Response:
    """A sentence in the language of who asks, as plain text."""
    language = negotiate(Headers(scope=scope).get("accept-language"), tuple(LANGUAGES))
    words = translator(language).gettext(sentence)
    head = {"Content-Language": language, "Vary": "Accept-Language", "X-Robots-Tag": "noindex"}
    return PlainTextResponse(words + "\n", status, head)


def _refusal(error: Exception, path: str) -> tuple[int, str]:
    if isinstance(error, HTTPException):
        return error.status_code, error.detail
    if isinstance(error, BadToken):
        return 404, str(error)
    if isinstance(error, PublisherError) and (status := status_of(error)) < 500:
        return status, str(error)
    status = 503 if isinstance(error, SQLAlchemyError) else 500
    _log.error("GET %s", without_keys(path), exc_info=error)
    return status, SENTENCES[status]
