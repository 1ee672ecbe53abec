"""Answers that may be asked for again: an entity tag, and 304 where nothing has changed (RFC 9110 §13)."""

import hashlib
import re
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Protocol

from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import Headers

OPEN = {"Access-Control-Allow-Origin": "*"}
"""For what any page in the world may read: feeds and the public API. Nothing of it depends on who asks."""


class Written(Protocol):
    """A document that is kept while nothing changes."""

    @property
    def body(self) -> bytes: ...
    @property
    def gzipped(self) -> bytes: ...


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
        head["Last-Modified"] = http_date(changed)
    if has_it(request.headers, tag, changed):
        return Response(status_code=304, headers=head)
    return Response(body, media_type=media_type, headers=head)


def polled(
    asked: Headers,
    document: Callable[[], Written],
    media_type: str,
    head: dict[str, str],
    *,
    tag: str,
    changed: datetime | None,
    shared: bool = True,
) -> Response:
    """What programs ask for again and again; `document` is called for who has not got it. `shared`: the body is everybody's, and
    so is its compressed form; one person's is compressed lightly, since nobody will ask for it again."""
    compressed = takes_gzip(asked)
    head |= {"ETag": f'{tag[:-1]}-gzip"' if compressed else tag, "Vary": "Accept-Encoding"}
    if changed is not None:
        head["Last-Modified"] = http_date(changed)
    if has_it(asked, tag, changed):
        return Response(status_code=304, headers=head)
    found = document()
    if not compressed:
        return Response(found.body, media_type=media_type, headers=head)
    body = found.gzipped if shared else zlib.compress(found.body, 1, wbits=31)
    return Response(body, media_type=media_type, headers=head | {"Content-Encoding": "gzip"})


def has_it(headers: Headers, tag: str, changed: datetime | None) -> bool:
    """Whether the asker has what would be sent (RFC 9110 §13.1). If-None-Match decides where it is given; a tag that was
    compressed under (`W/`, `-gzip`) is still ours."""
    if given := headers.get("if-none-match"):
        tags = {part.strip().removeprefix("W/").replace('-gzip"', '"') for part in given.split(",")}
        return tag in tags or "*" in tags
    since = _moment(headers.get("if-modified-since", ""))
    return changed is not None and since is not None and changed.replace(microsecond=0) <= since


def http_date(instant: datetime) -> str:
    """An instant as HTTP writes it, in whole seconds."""
    return format_datetime(instant.astimezone(UTC).replace(microsecond=0), usegmt=True)


def takes_gzip(headers: Headers) -> bool:
    """Whether who asks can read gzip, by the weights they give (RFC 9110 §12.5.3)."""
    weights: dict[str, float] = {}
    for part in headers.get("accept-encoding", "").lower().split(","):
        coding, _, parameters = part.partition(";")
        weight = re.fullmatch(r"\s*q\s*=\s*(\d(?:\.\d{0,3})?)\s*", parameters)
        weights[coding.strip()] = float(weight[1]) if weight else 1.0
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, IndexError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
