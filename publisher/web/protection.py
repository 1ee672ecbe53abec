"""What every answer says about itself: who may frame it, what it may load, who may keep it.

Source of the rules: CSP 3, Fetch's `nosniff`, Referrer Policy, RFC 6797 (HSTS), RFC 9111 (caching).
"""

import re

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope, Send

from publisher.settings import Settings

#: Pages whose address is a key: they tell nobody where the reader came from, and nobody keeps them.
KEYS = re.compile(
    r"/(confirm|preferences|u|undo|address|j|c|hooks/meeting|podcasts/[^/]+/private"
    r"|webinars/(confirm|mine|speaker|attended|cohort|[^/]+/feedback))/"
)
NEVER_KEPT = re.compile(r"/(studio|mailbox|subscribe|share|preferences|webinars/mine)(/|$)")
FRAMED_ANYWHERE = re.compile(r"/embed|/podcasts/[^/]+/[^/]+/embed|/webinars/[^/]+/embed")
POLICY = (
    "default-src 'self'; img-src 'self' https: data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors {ancestors}"
)
#: A mail as it was written: its own styles and pictures, and nothing that runs. It is shown in a frame of our own page.
MAIL_POLICY = "default-src 'none'; img-src 'self' https: data:; style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'"
YEAR = 31_536_000


def protected(send: Send, scope: Scope, settings: Settings, *, drop_body: bool) -> Send:
    """`send` that adds the headers of this page, unless its handler gave them. `drop_body`: for HEAD."""
    path = scope["path"]

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            _add(MutableHeaders(raw=message.setdefault("headers", [])), path, settings)
        elif drop_body and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return guarded


def _add(headers: MutableHeaders, path: str, settings: Settings) -> None:
    is_key = KEYS.match(path) is not None
    ancestors = "*" if FRAMED_ANYWHERE.fullmatch(path) else "'self'" if path.startswith("/studio") else "'none'"
    headers.setdefault("content-security-policy", POLICY.format(ancestors=ancestors))
    headers.setdefault("x-content-type-options", "nosniff")
    headers.setdefault("referrer-policy", "no-referrer" if is_key else "strict-origin-when-cross-origin")
    headers.setdefault("cross-origin-opener-policy", "same-origin")
    headers.setdefault("permissions-policy", "camera=(), geolocation=(), microphone=()")
    if is_key or NEVER_KEPT.match(path):
        headers.setdefault("cache-control", "private, no-store")
        headers.setdefault("x-robots-tag", "noindex")
    else:
        headers.setdefault("cache-control", "no-cache")
    if settings.public_url.startswith("https:"):
        headers.setdefault("strict-transport-security", f"max-age={YEAR}")
