"""Answers that may be asked for again: an entity tag, and 304 where nothing has changed (RFC 9110 §13)."""

import hashlib
from datetime import datetime
from email.utils import format_datetime

from fastapi import Request
from fastapi.responses import Response

OPEN = {"Access-Control-Allow-Origin": "*"}
"""For what any page in the world may read: feeds and the public API. Nothing of it depends on who asks."""


def conditional(
    request: Request,
    body: bytes,
    media_type: str,
    *,
    keep: str = "public, max-age=300",
    changed: datetime | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """`body`, or 304 where the asker has it. `changed`: when it last did, for askers that know only dates."""
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    head = {"ETag": tag, "Cache-Control": keep, **(headers or {})}
    if changed is not None:
        head["Last-Modified"] = format_datetime(changed.replace(microsecond=0), usegmt=True)
    if _has_it(request, tag, head.get("Last-Modified")):
        return Response(status_code=304, headers=head)
    return Response(body, media_type=media_type, headers=head)


def _has_it(request: Request, tag: str, modified: str | None) -> bool:
    """If-None-Match decides where it is given; a tag that a proxy compressed under (`W/`, `-gzip`) is still ours."""
    if given := request.headers.get("if-none-match"):
        tags = {part.strip().removeprefix("W/").replace('-gzip"', '"') for part in given.split(",")}
        return tag in tags or "*" in tags
    return modified is not None and request.headers.get("if-modified-since") == modified
