"""From a route to its answer: who asks, may they, was the form ours; then the handler, in a transaction of its own.

GET gets a session that never commits. POST commits when the handler returns; when it raises, everything is taken back and
the page the form stood on is drawn again with what was typed and the sentence that says what is wrong.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import Response
from markupsafe import Markup
from starlette.exceptions import HTTPException

from publisher.errors import Forbidden, PublisherError
from publisher.house import House
from publisher.staff import accounts, roles, sessions
from publisher.web.forms import Posted
from publisher.web.page import Page, changing, looking
from publisher.web.refusals import status_of
from publisher.web.signed_in import cookie_name, signed_in
from publisher.web.site import site_of
from publisher.web.studio.visit import Desk, Handler, Refusal, Staff

FORM_COOKIE = "publisher_form"
ANYBODY = "anybody"
FILES = 3
"""File fields of one form, at most; empty ones count."""
STALE = "This page is too old, or was not ours. Load it again, then press the button once more."


@dataclass(frozen=True)
class Route:
    """One line of the table. `role`: the least that may ask, or `anybody`. `page`: what is drawn again when a form is
    refused. `own`: the handler makes its own transactions, because it touches the network or plans. `upload`: with files."""

    method: str
    path: str
    role: str
    answer: Handler
    meaning: str
    page: Handler | None = None
    own: bool = False
    upload: bool = False


class Needs:
    """The one dependency of every studio route: the role it needs. Gives who asks; sends strangers to the log-in."""

    def __init__(self, role: str) -> None:
        self.role = role

    def __call__(self, request: Request) -> Staff | None:
        staff = staff_of(request)
        if self.role == ANYBODY:
            return staff
        if staff is None:
            wanted = request.url.path if request.method == "GET" else "/studio"
            raise HTTPException(303, headers={"Location": f"/studio/login?next={quote(wanted)}"})
        roles.must(staff.member, self.role)
        return staff


def endpoint(route: Route) -> Callable[..., Response]:
    """What the framework calls for a route."""

    def answer(
        request: Request,
        staff: Annotated[Staff | None, Depends(Needs(route.role))],  # first: a stranger's file is not even read
        form: Annotated[Posted, Depends(_sent(FILES if route.upload else 0))],
    ) -> Response:
        if route.role == ANYBODY:
            return _to_anybody(route, request, form, staff)
        assert staff is not None
        response = _read(route, request, form, staff) if route.method == "GET" else _do(route, request, form, staff)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer


def staff_of(request: Request) -> Staff | None:
    """Who is signed in with this browser."""
    house = site_of(request).house
    if cookie_name(house.settings) not in request.cookies:
        return None
    with house.database.reading() as session:
        found = signed_in(request, session)
        if found is None:
            return None
        email = accounts.address_of(session, found[0]).email
        session.expunge_all()
    return Staff(found[0], email, found[1])


def _read(route: Route, request: Request, form: Posted, staff: Staff) -> Response:
    with looking(request) as page:
        return route.answer(read_as(page, form, staff), **request.path_params)


def _do(route: Route, request: Request, form: Posted, staff: Staff) -> Response:
    try:
        sessions.check_csrf(staff.session, form.one("csrf"))
        with (looking if route.own else changing)(request) as page:
            desk = read_as(page, form, staff)
            if not route.own:
                sessions.touch(page.session, page.session.merge(staff.session, load=False), page.now)
                page.session.flush()  # the handler may end this very session
            return route.answer(desk, **request.path_params)
    except PublisherError as problem:
        if route.page is None:
            raise
        return _again(route, request, form, staff, problem)


def _again(route: Route, request: Request, form: Posted, staff: Staff, problem: PublisherError) -> Response:
    assert route.page is not None
    with looking(request) as page:
        desk = read_as(page, form, staff, Refusal(problem, request.url.path))
        response = route.page(desk, **request.path_params)
    response.status_code = status_of(problem)
    return response


def read_as(page: Page, form: Posted, staff: Staff, refusal: Refusal | None = None) -> Desk:
    """Staff pages are in English, whatever the browser asks for."""
    return Desk(replace(page, language="en", said=False), staff, form, refusal)


def _to_anybody(route: Route, request: Request, form: Posted, staff: Staff | None) -> Response:
    """Pages before the log-in: their handlers take a page, the form and who is signed in, if anybody is."""
    if route.method == "POST" and not _is_ours(request, form):
        raise Forbidden(STALE)
    with (looking if route.method == "GET" else changing)(request) as page:
        response = route.answer(page, form, staff, **request.path_params)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def show_outside(page: Page, template: str, status: int = 200, **context: Any) -> Response:
    """A page before the log-in; its form carries a token that belongs to a cookie of this browser."""
    key = page.request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(18)
    token = _form_token(page.house, key)
    field = Markup('<input type="hidden" name="csrf" value="{}">').format(token)
    english = page.preferring("en") if not page.said else page
    response = english.show(f"web/studio/{template}", status, csrf_field=lambda: field, **context)
    keep_cookie(page, response, FORM_COOKIE, key)
    return response


def keep_cookie(page: Page, response: Response, name: str, value: str, **more: Any) -> None:
    """A cookie that scripts cannot read and other sites cannot send with a form."""
    secure = page.house.settings.public_url.startswith("https:")
    response.set_cookie(name, value, path="/", httponly=True, samesite="lax", secure=secure, **more)


def _is_ours(request: Request, form: Posted) -> bool:
    key = request.cookies.get(FORM_COOKIE, "")
    expected = _form_token(site_of(request).house, key)
    return bool(key) and hmac.compare_digest(expected.encode(), form.one("csrf").encode())


def _form_token(house: House, key: str) -> str:
    return house.tokens.keyed_hash("studio-form", key)


def _sent(files: int) -> Callable[[Request], Awaitable[Posted]]:
    async def sent(request: Request) -> Posted:
        return Posted(await request.form(max_files=files, max_fields=5000))

    return sent
