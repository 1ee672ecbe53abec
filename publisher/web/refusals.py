"""When the answer is no: one plain sentence, as a page or, for programs, as JSON. Nobody is shown a stack trace."""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from publisher.errors import BadInput, BadToken, Conflict, FetchError, Forbidden, NotFound, PublisherError, TooMany
from publisher.languages import N_, translator
from publisher.tokens import EXPIRED, FORGED
from publisher.web.page import chosen_language, looking

_log = logging.getLogger("publisher.web")

TITLES: dict[int, str] = {
    403: N_("That is not allowed"),
    404: N_("There is nothing here"),
    405: N_("That cannot be done here"),
    409: N_("That cannot be done now"),
    410: N_("This link has had its day"),
    413: N_("That is too large"),
    422: N_("Something is not right yet"),
    429: N_("A little too often"),
    500: N_("Something went wrong here"),
    503: N_("Not at this moment"),
}
SENTENCES: dict[int, str] = {
    403: N_("You may not do that here."),
    404: N_("Perhaps the address was cut off when it was copied, or the page has gone."),
    405: N_("This page can only be read."),
    413: N_("What you sent is larger than we can take. Send less, or in parts."),
    422: N_("What was sent cannot be used."),
    429: N_("That was tried too often. Wait a little, then try again."),
    500: N_("The fault is ours, and it has been written down. Try again in a few minutes."),
    503: N_("The hub cannot read or write at the moment. Nothing was changed. Try again in a minute."),
}
KNOWN = (N_("This link is not valid. Perhaps it was cut off when it was copied."), N_("This link is too old. Ask for a new one."))  # fmt: skip
"""Sentences of the ground floor that readers meet, named here so that translators see them."""

_STATUS: tuple[tuple[type[PublisherError], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (Forbidden, 403),
    (TooMany, 429),
    (BadInput, 422),
    (FetchError, 422),  # an address that was given leads nowhere: no fault of ours
)


def add_refusals(app: FastAPI) -> None:
    """Every way to fail that a handler may leave unhandled."""
    app.add_exception_handler(PublisherError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(SQLAlchemyError, _database)
    app.add_exception_handler(Exception, _fault)


def status_of(error: PublisherError) -> int:
    """The status that goes with an error of ours."""
    if isinstance(error, BadToken):
        return 410 if str(error) == EXPIRED else 404
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def refuse(request: Request, status: int, sentence: str = "", headers: Mapping[str, str] | None = None) -> Response:
    """The answer for a status, with a sentence of its own or the usual one."""
    said = sentence or SENTENCES.get(status, SENTENCES[500])
    if request.url.path.startswith("/api/v1"):
        return JSONResponse({"error": said}, status, headers=dict(headers or {}))
    return _page(request, status, said, headers)


def _page(request: Request, status: int, sentence: str, headers: Mapping[str, str] | None) -> Response:
    language, _ = chosen_language(request)
    say = translator(language).gettext
    title = say(TITLES.get(status, TITLES[500]))
    try:
        with looking(request) as page:
            answer = page.show("web/error.html", status, title=title, sentence=say(sentence))
    except Exception:  # the database or the template may be what is broken
        _log.exception("the page that says what went wrong could not be drawn")
        return PlainTextResponse(f"{title}. {say(sentence)}", status, headers=dict(headers or {}))
    answer.headers.update(headers or {})
    return _unnumbered(answer)


def _unnumbered(answer: HTMLResponse) -> HTMLResponse:
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, PublisherError)
    status = status_of(error)
    if status == 500:
        _log.error("%s %s: %s", request.method, without_keys(request.url.path), error)
        return refuse(request, 500)
    retry = {"Retry-After": str(max(1, round(error.retry_after)))} if error.retry_after else None
    return refuse(request, status, str(error), retry)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code < 400:  # a handler sends the visitor elsewhere
        return Response(status_code=error.status_code, headers=error.headers)
    # The detail of Starlette's own is a status phrase; ours are sentences and end like one.
    sentence = error.detail if error.detail.endswith(".") else ""
    return refuse(request, error.status_code, sentence, error.headers)


def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = error.errors()
    if any(problem["loc"][0] == "path" for problem in problems):
        return refuse(request, 404)  # an address whose number is none leads nowhere
    return refuse(request, 422, _told(problems[0]) if problems else "")


def _database(request: Request, error: Exception) -> Response:
    _log.error("%s %s: %s", request.method, without_keys(request.url.path), error)
    return refuse(request, 503, headers={"Retry-After": "60"})


def _fault(request: Request, error: Exception) -> Response:
    _log.error("%s %s", request.method, without_keys(request.url.path), exc_info=error)
    return refuse(request, 500)


def _told(problem: Mapping[str, Any]) -> str:
    """Pydantic's finding as a sentence: where, and what."""
    where = ".".join(str(part) for part in problem["loc"] if part not in ("body", "query", "path"))
    what = str(problem["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{where or 'The request'}: {what[:1].lower()}{what[1:]}." if what else SENTENCES[422]


def without_keys(path: str) -> str:
    """A path for the log: a key in it would let whoever reads the log in."""
    return "/".join(part if len(part) < 24 or "." not in part else "…" for part in path.split("/"))


assert (FORGED, EXPIRED) == KNOWN
