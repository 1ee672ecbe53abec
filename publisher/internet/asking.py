"""One request: a URL that is one, headers that say who asks, and every failure below us as a sentence."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urljoin

import requests
import urllib3

from publisher.errors import FetchError
from publisher.internet.connecting import Adapter
from publisher.internet.door import Door
from publisher.internet.sentences import explain

HARMLESS = frozenset({"range", "origin", "accept", "accept-encoding"})


@dataclass(frozen=True)
class Errand:
    door: Door
    method: str
    headers: dict[str, str]
    form: Mapping[str, str] | None
    ca_file: str | None

    @contextmanager
    def ask(self, url: str, besides: Mapping[str, str] | None = None) -> Iterator[requests.Response]:
        """One request, headers read, body still on the wire. Every exception of the layers below becomes a sentence."""
        door = self.door
        prepared = self._prepare(url, besides or {})
        adapter = Adapter(door)
        try:
            verify = self.ca_file or True
            response = adapter.send(prepared, stream=True, timeout=door.remaining(), verify=verify, proxies={})
            door.headers_read()
            with response:
                yield response
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as problem:
            raise explain(problem, door) from problem
        finally:
            adapter.close()

    def _prepare(self, url: str, besides: Mapping[str, str]) -> requests.PreparedRequest:
        if not re.match(r"https?://", url, re.I):
            raise FetchError("Only addresses that begin with https:// or http:// can be read.", permanent=True)
        try:
            if re.search(r"[\x00-\x20\x7f\\]", url):
                raise ValueError(url)
            headers = {**self.headers, **besides}
            prepared = requests.Request(self.method, url, headers=headers, data=self.form).prepare()
            parts = urllib3.util.parse_url(prepared.url or "")
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as problem:
            raise FetchError(f"“{url[:200]}” is not a web address.", permanent=True) from problem
        if parts.auth is not None or not parts.host or parts.port == 0:
            raise FetchError("A web address with a user name in it is not followed.", permanent=True)
        self.door.next_hop(parts.host.strip("[]"))
        return prepared


def that_travel(headers: Mapping[str, str], home: str, here: str) -> dict[str, str]:
    """Of headers meant for `home`, those that may be sent to `here`: a key for one server is no other server's business."""
    if _origin(home) == _origin(here):
        return dict(headers)
    return {name: value for name, value in headers.items() if name.lower() in HARMLESS}


def _origin(url: str) -> tuple[str | None, str | None, int | None]:
    try:
        parts = urllib3.util.parse_url(url)
    except urllib3.exceptions.LocationParseError:
        return None, None, None
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme or "")
    return parts.scheme, parts.host, port


def user_agent(public_url: str | None) -> str:
    try:
        number = version("publisher")
    except PackageNotFoundError:
        number = "0"
    return f"Publisher/{number} (+{public_url})" if public_url else f"Publisher/{number}"


def redirect_target(response: requests.Response, method: str) -> str | None:
    if response.status_code not in ((307, 308) if method == "POST" else (301, 302, 303, 307, 308)):
        return None
    location = response.headers.get("Location", "").strip()
    if not location:
        return None
    with suppress(UnicodeError):  # http.client reads header octets as latin-1
        location = location.encode("latin-1").decode("utf-8")
    return urljoin(response.url, location.replace(" ", "%20")).partition("#")[0]
