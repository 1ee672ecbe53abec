"""The few routes that machines press by the thousand, in plain ASGI: one-click unsubscriptions and counted clicks.

Source of the rules: RFC 8058 §3.1 and §3.2 (a POST without cookies, urlencoded or multipart, answered without a redirect).
"""

import logging
from typing import Any

from anyio.to_thread import run_sync
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from sqlalchemy import Table
from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from publisher.audience import leaving
from publisher.database import is_sqlite
from publisher.errors import BadToken, NotFound
from publisher.languages import N_
from publisher.mail.models import LetterLink, MailEvent, Outbox
from publisher.tokens import FORGED, Purpose
from publisher.web.site import Site
from publisher.webinars import quiet

_log = logging.getLogger("publisher.web")
_EVENT: Table = MailEvent.__table__  # type: ignore[attr-defined]
LEFT = "You are unsubscribed. Nothing more will come.\n"
_MARK = (b"List-Unsubscribe=One-Click", b'name="List-Unsubscribe"')


class OneClick:
    """Stands before the application and answers POST /u/<token> where a mail program presses the button."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self.app, self.site = app, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith("/u/"):
            await self.app(scope, receive, send)
            return
        body = await _body(receive)
        if not any(mark in body for mark in _MARK):  # our own page's button: answered by a page
            await self.app(scope, _again(body, receive), send)
            return
        await run_sync(self._leave, scope["path"].removeprefix("/u/"))
        await PlainTextResponse(LEFT)(scope, receive, send)

    def _leave(self, token: str) -> None:
        """Known or not, forged or erased: the answer is the same, so nothing can be learnt by trying."""
        with self.site.house.database.session() as session:
            try:
                self._stop(session, token)
            except BadToken:
                _log.info("a one-click unsubscription with a link that is not ours")

    def _stop(self, session: Session, token: str) -> None:
        """What the link is for: a newsletter, or the mail about one webinar."""
        house, now = self.site.house, self.site.wall()
        try:
            leaving.leave_by_link(session, house, token, now, how="one-click")
        except BadToken:
            quiet.mute_by_link(session, house, token, now=now)


class Click:
    """GET /c/<token>/<n>: sent on to where link n of that mail leads, and counted, once per mail and link."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        site: Site = Request(scope).app.state.site
        parts = scope["path_params"]
        response = await run_sync(_follow, site, parts["token"], parts["n"], bool(scope.get("publisher.head")))
        await response(scope, receive, send)


def _follow(site: Site, token: str, n: str, only_looks: bool) -> Response:
    """The target is looked up in the database, so nothing can be redirected to where somebody else says."""
    now = site.wall()
    row_id = int(site.house.tokens.open(Purpose.CLICK, token, now=now))
    if not n.isascii() or not n.isdecimal() or len(n) > 6:
        raise BadToken(FORGED)
    with site.house.database.reading() as session:
        target = session.exec(
            select(LetterLink.url)
            .join(Outbox, col(Outbox.letter_id) == col(LetterLink.letter_id))
            .where(col(Outbox.id) == row_id, col(LetterLink.n) == int(n))
        ).first()
        counted = session.exec(
            select(MailEvent.id).where(
                col(MailEvent.outbox_id) == row_id, col(MailEvent.kind) == "click", col(MailEvent.key) == n
            )
        ).first()
    if target is None:
        raise NotFound(N_("This link leads nowhere any more."))
    if counted is None and not only_looks:
        with site.house.database.session() as session:
            row = {"outbox_id": row_id, "kind": "click", "key": n, "at": now, "text": "", "data": {}}
            session.execute(_insert(session).values(**row).on_conflict_do_nothing())
    return RedirectResponse(target, 302)


def _insert(session: Session) -> Any:
    if is_sqlite(session):
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    return insert(_EVENT)


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """What was read, for who reads next."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed
