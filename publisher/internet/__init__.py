"""The only door to the web. What goes through it is a public address, in bounded size and time, whatever the other side does.

The address that was checked is the one connected to: the check sits in the connection itself, so neither odd spellings of
an address, nor a name that answers differently the second time, nor two readings of one URL can get past it. Networks
that are not the public internet: the IANA special-purpose registries (RFC 6890 and its updates).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import requests

from publisher.errors import FetchError
from publisher.internet.asking import Errand, redirect_target, that_travel, user_agent
from publisher.internet.door import Door, Limits, Resolver
from publisher.internet.public import is_public
from publisher.internet.reading import read_body
from publisher.internet.sentences import refusal

__all__ = ["Fetched", "Limits", "Resolver", "fetch", "is_public"]


@dataclass(frozen=True)
class Fetched:
    """A document, or the news that it has not changed (`not_modified`, status 304, empty body).

    url           where it was found after all redirects
    moved_to      where it moved for good (301 and 308 only, never from https to http); the caller may store it
    content_type  media type in lower case without parameters; `charset` if one was named
    downgraded    a redirect led from https to http
    """

    url: str
    moved_to: str | None
    status: int
    headers: Mapping[str, str]
    body: bytes
    content_type: str | None
    charset: str | None
    etag: str | None
    last_modified: str | None
    not_modified: bool
    downgraded: bool


def fetch(
    url: str,
    *,
    limits: Limits = Limits(),
    etag: str | None = None,
    last_modified: str | None = None,
    private_hosts: frozenset[str] = frozenset(),
    accept: str | None = None,
    method: str = "GET",
    form: Mapping[str, str] | None = None,
    public_url: str | None = None,
    resolver: Resolver | None = None,
    ca_file: str | None = None,
    headers: Mapping[str, str] | None = None,
    allow: frozenset[int] = frozenset(),
    first: int | None = None,
) -> Fetched:
    """Fetch a document over http or https; `FetchError` with a plain sentence for everything but 2xx and 304.

    `etag`, `last_modified`: as an earlier `Fetched` had them. `private_hosts`: `host` or `host:port` that may be private.
    `form`: fields to POST. `public_url`: who asks, for the User-Agent. `ca_file`: certificates to trust instead of
    the public ones. Ports are 80, 443 and those above 1023; a private host may have any.
    `headers`: what to say besides, such as Range or Authorization; where a redirect leads to another origin only the
    harmless ones go with it. `allow`: other statuses that are an answer, such as 416. `first`: read no
    more than so many octets of the body, however long it is; the rest stays where it is.
    A POST is repeated only where 307 or 308 say so. Environment proxies, .netrc and cookies play no part.
    """
    if method not in ("GET", "HEAD", "POST"):
        raise ValueError(f"no such errand: {method}")
    if not all(value.isascii() and value.isprintable() for value in (headers or {}).values()):
        raise FetchError("A header that was to be sent has characters that no header can have.", permanent=True)
    asked = {"User-Agent": user_agent(public_url), "Accept": accept or "*/*", "Accept-Encoding": "gzip, deflate"}
    conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    conditional = {name: value for name, value in conditions.items() if value and value.isprintable()}
    door = Door(limits, private_hosts, resolver)
    errand = Errand(door, method, asked | conditional, form, ca_file)
    home = here = url.strip()
    moved_to, for_good, downgraded = None, True, False
    for _ in range(limits.redirects + 1):
        with errand.ask(here, that_travel(headers or {}, home, here)) as response:
            target = redirect_target(response, method)
            if target is None:
                return _arrived(
                    response, errand, moved_to, downgraded, conditional=bool(conditional), allow=allow, first=first
                )
            lower = response.url.startswith("https:") and not target.lower().startswith("https:")
            downgraded = downgraded or lower
            for_good = for_good and response.status_code in (301, 308) and not lower
            moved_to = target if for_good else moved_to
            here = target
    raise FetchError(f"{door.name} sends us from one address to the next without an end.")


def _arrived(
    response: requests.Response,
    errand: Errand,
    moved_to: str | None,
    downgraded: bool,
    *,
    conditional: bool,
    allow: frozenset[int],
    first: int | None,
) -> Fetched:
    status, headers = response.status_code, response.headers
    not_modified = status == 304 and conditional
    if not not_modified and not 200 <= status <= 299 and status not in allow:
        raise refusal(response, errand.door)
    body = b"" if not_modified or errand.method == "HEAD" else read_body(response, errand.door, first)
    media_type, _, parameters = headers.get("Content-Type", "").partition(";")
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:+-]+)", parameters, re.I)
    return Fetched(
        url=response.url,
        moved_to=moved_to,
        status=status,
        headers=headers,
        body=body,
        content_type=media_type.strip().lower() or None,
        charset=charset[1].lower() if charset else None,
        etag=headers.get("ETag"),
        last_modified=headers.get("Last-Modified"),
        not_modified=not_modified,
        downgraded=downgraded,
    )
