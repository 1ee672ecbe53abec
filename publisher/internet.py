"""The only door to the web. What goes through it is a public address, in bounded size and time, whatever the other side does.

The address that was checked is the one connected to: the check sits in the connection itself, so neither odd spellings of
an address, nor a name that answers differently the second time, nor two readings of one URL can get past it. Networks
that are not the public internet: the IANA special-purpose registries (RFC 6890 and its updates).
"""

import io
import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any, cast
from urllib.parse import urljoin

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from publisher.errors import FetchError

Resolver = Callable[[str, int], list[str]]

_MB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """How much is taken in. Octets; `seconds` is one total for names, connections, redirects and body together."""

    seconds: float = 30
    connect_seconds: float = 10
    wire_bytes: int = 20 * _MB
    body_bytes: int = 20 * _MB
    header_bytes: int = 64 * 1024
    redirects: int = 5


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
) -> Fetched:
    """Fetch a document over http or https; `FetchError` with a plain sentence for everything but 2xx and 304.

    `etag`, `last_modified`: as an earlier `Fetched` had them. `private_hosts`: `host` or `host:port` that may be private.
    `form`: fields to POST. `public_url`: who asks, for the User-Agent. `ca_file`: certificates to trust instead of
    the public ones. Ports are 80, 443 and those above 1023; a private host may have any.
    A POST is repeated only where 307 or 308 say so. Environment proxies, .netrc and cookies play no part.
    """
    if method not in ("GET", "HEAD", "POST"):
        raise ValueError(f"no such errand: {method}")
    headers = {"User-Agent": _user_agent(public_url), "Accept": accept or "*/*", "Accept-Encoding": "gzip, deflate"}
    conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    conditional = {name: value for name, value in conditions.items() if value and value.isprintable()}
    door = _Door(limits, private_hosts, resolver or _resolve)
    errand = _Errand(door, method, headers | conditional, form, ca_file)
    here, moved_to, for_good, downgraded = url.strip(), None, True, False
    for _ in range(limits.redirects + 1):
        with errand.ask(here) as response:
            target = _redirect_target(response, method)
            if target is None:
                return _arrived(response, errand, moved_to, downgraded, conditional=bool(conditional))
            lower = response.url.startswith("https:") and not target.lower().startswith("https:")
            downgraded = downgraded or lower
            for_good = for_good and response.status_code in (301, 308) and not lower
            moved_to = target if for_good else moved_to
            here = target
    raise FetchError(f"{door.name} sends us from one address to the next without an end.")


def is_public(address: str) -> bool:
    """Whether an IP address, as text, belongs to a machine on the public internet. Anything unreadable does not."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if ip.version == 4:
        return not any(ip in network for network in _NOT_PUBLIC_4)
    # Only 2000::/3 is given out: mapped, compatible, NAT64, unique local, link-local and multicast lie outside of it.
    return not getattr(ip, "scope_id", None) and ip in _GIVEN_OUT_6 and not any(ip in n for n in _NOT_PUBLIC_6)


_NOT_PUBLIC_4 = [
    ipaddress.ip_network(n)
    for n in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    )
]  # fmt: skip
_GIVEN_OUT_6 = ipaddress.ip_network("2000::/3")
# Protocol assignments with Teredo and benchmarking, documentation (twice), 6to4.
_NOT_PUBLIC_6 = [ipaddress.ip_network(n) for n in ("2001::/23", "2001:db8::/32", "3fff::/20", "2002::/16")]


class _Door:
    """One fetch's clock, allowance and guest list, shared by all its connections."""

    def __init__(self, limits: Limits, private_hosts: frozenset[str], resolver: Resolver) -> None:
        self.limits, self._resolver = limits, resolver
        self._private = {entry.strip().lower().rstrip(".") for entry in private_hosts}
        self._deadline = time.monotonic() + limits.seconds
        self._taken = 0
        self._in_body = False
        self.name = "The server"
        self.address: tuple[str, int] | None = None

    def remaining(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self.too_slow()
        return left

    def too_slow(self) -> FetchError:
        return FetchError(f"{self.name} took longer than {self.limits.seconds:g} seconds; we stopped waiting.")

    def next_hop(self, host: str) -> None:
        self.name, self.address, self._taken, self._in_body = host, None, 0, False

    def headers_read(self) -> None:
        self._taken, self._in_body = 0, True

    def take(self, count: int) -> None:
        """Count octets off the wire, framing included. One read-ahead of headers may run 8 kB over."""
        self._taken += count
        if self._in_body and self._taken > self.limits.wire_bytes + self.limits.header_bytes:
            raise self.too_large(self.limits.wire_bytes)
        if not self._in_body and self._taken > self.limits.header_bytes + io.DEFAULT_BUFFER_SIZE:
            raise FetchError(f"{self.name} answered with headers that have no end.")

    def too_large(self, cap: int) -> FetchError:
        size = f"{cap // _MB} MB" if cap >= _MB else f"{cap} bytes"
        return FetchError(f"The document of {self.name} is larger than {size}; we stopped reading.")

    def dial(self, host: str, port: int) -> socket.socket:
        """Resolve once, check, and connect to a checked address."""
        private = self._may_be_private(host, port)
        if not private and port not in (80, 443) and port < 1024:
            raise FetchError(f"Port {port} of {host} is not for web pages.", permanent=True)
        found = self._look_up(host, port)
        allowed = [a for a in found if private or is_public(a)]
        if not allowed:
            raise FetchError(
                f"{host} is not on the public internet. Only an operator can allow such an address.", permanent=True
            )
        problem: OSError | None = None
        for address in allowed[:4]:
            try:
                sock = socket.create_connection((address, port), min(self.remaining(), self.limits.connect_seconds))
            except OSError as failure:
                problem = failure
                continue
            self.address = (address, port)
            sock.settimeout(self.remaining())
            return sock
        self.remaining()
        reason = "no answer" if isinstance(problem, TimeoutError) else "the connection was refused"
        raise FetchError(f"{host} cannot be reached at port {port}: {reason}.") from problem

    def _may_be_private(self, host: str, port: int) -> bool:
        name = host.lower().strip("[]").rstrip(".")
        return not self._private.isdisjoint({name, f"{name}:{port}", f"[{name}]", f"[{name}]:{port}"})

    def _look_up(self, host: str, port: int) -> list[str]:
        """In a thread of its own, because a look-up cannot be given a deadline."""
        answers: list[list[str]] = []
        problems: list[Exception] = []

        def ask() -> None:
            try:
                answers.append(self._resolver(host, port))
            except Exception as problem:
                problems.append(problem)

        thread = threading.Thread(target=ask, name="look-up", daemon=True)
        thread.start()
        thread.join(self.remaining())
        if answers and answers[0]:
            return answers[0]
        self.remaining()
        raise FetchError(f"There is no server by the name {host}.") from (problems[0] if problems else None)


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _Reader(io.RawIOBase):
    """Reads a socket with what is left of the total time before each read, and counts."""

    def __init__(self, sock: socket.socket, door: _Door) -> None:
        self._sock, self._door = sock, door
        self._raw: Any = sock.makefile("rb", buffering=0)  # keeps the socket open until the body has been read

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._raw.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._door.remaining())
        try:
            count = int(self._raw.readinto(buffer))
        except TimeoutError as problem:
            raise self._door.too_slow() from problem
        self._door.take(count)
        return count


class _Guarded:
    """A connected socket whose reading side is a `_Reader`; all else is passed on."""

    def __init__(self, sock: socket.socket, door: _Door) -> None:
        self._sock, self._door = sock, door

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._sock, self._door))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class _Plain(HTTPConnection):
    def __init__(self, *args: Any, door: _Door, **options: Any) -> None:
        super().__init__(*args, **options)
        self._door = door

    def _new_conn(self) -> socket.socket:
        return self._door.dial(self.host, self.port or 80)

    def connect(self) -> None:
        super().connect()
        self.sock = cast(socket.socket, _Guarded(self.sock, self._door))


class _Secure(HTTPSConnection):
    """The name is what the certificate is checked against and what is asked for; the checked address is connected to."""

    def __init__(self, *args: Any, door: _Door, **options: Any) -> None:
        super().__init__(*args, **options)
        self._door = door

    def _new_conn(self) -> socket.socket:
        return self._door.dial(self.host, self.port or 443)

    def connect(self) -> None:
        super().connect()
        self.sock = cast(socket.socket, _Guarded(cast(socket.socket, self.sock), self._door))


class _Adapter(HTTPAdapter):
    """`requests` with connections that go through the door. Used without a session: no environment, no cookies."""

    def __init__(self, door: _Door) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1)
        self._door = door

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        kind = _Secure if pool.scheme == "https" else _Plain
        pool.ConnectionCls = partial(kind, door=self._door)
        return pool


@dataclass(frozen=True)
class _Errand:
    door: _Door
    method: str
    headers: dict[str, str]
    form: Mapping[str, str] | None
    ca_file: str | None

    @contextmanager
    def ask(self, url: str) -> Iterator[requests.Response]:
        """One request, headers read, body still on the wire. Every exception of the layers below becomes a sentence."""
        door = self.door
        prepared = self._prepare(url)
        adapter = _Adapter(door)
        try:
            verify = self.ca_file or True
            response = adapter.send(prepared, stream=True, timeout=door.remaining(), verify=verify, proxies={})
            door.headers_read()
            with response:
                yield response
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as problem:
            raise _explain(problem, door) from problem
        finally:
            adapter.close()

    def _prepare(self, url: str) -> requests.PreparedRequest:
        if not re.match(r"https?://", url, re.I):
            raise FetchError("Only addresses that begin with https:// or http:// can be read.", permanent=True)
        try:
            if re.search(r"[\x00-\x20\x7f\\]", url):
                raise ValueError(url)
            prepared = requests.Request(self.method, url, headers=self.headers, data=self.form).prepare()
            parts = urllib3.util.parse_url(prepared.url or "")
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as problem:
            raise FetchError(f"“{url[:200]}” is not a web address.", permanent=True) from problem
        if parts.auth is not None or not parts.host or parts.port == 0:
            raise FetchError("A web address with a user name in it is not followed.", permanent=True)
        self.door.next_hop(parts.host.strip("[]"))
        return prepared


def _user_agent(public_url: str | None) -> str:
    try:
        number = version("publisher")
    except PackageNotFoundError:
        number = "0"
    return f"Publisher/{number} (+{public_url})" if public_url else f"Publisher/{number}"


def _redirect_target(response: requests.Response, method: str) -> str | None:
    if response.status_code not in ((307, 308) if method == "POST" else (301, 302, 303, 307, 308)):
        return None
    location = response.headers.get("Location", "").strip()
    if not location:
        return None
    with suppress(UnicodeError):  # http.client reads header octets as latin-1
        location = location.encode("latin-1").decode("utf-8")
    return urljoin(response.url, location.replace(" ", "%20")).partition("#")[0]


def _arrived(
    response: requests.Response, errand: _Errand, moved_to: str | None, downgraded: bool, *, conditional: bool
) -> Fetched:
    status, headers = response.status_code, response.headers
    not_modified = status == 304 and conditional
    if not not_modified and not 200 <= status <= 299:
        raise _refusal(response, errand.door)
    body = b"" if not_modified or errand.method == "HEAD" else _read_body(response, errand.door)
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


def _read_body(response: requests.Response, door: _Door) -> bytes:
    """The body, decompressed by us and never beyond the cap: a few kilobytes can hold a gigabyte."""
    length = response.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > door.limits.wire_bytes:
        raise door.too_large(door.limits.wire_bytes)
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise FetchError(f"{door.name} sent the document packed in a way we did not ask for.")
    decoder = None if coding in ("", "identity") else _Unpacker(coding, door)
    body = bytearray()
    for chunk in response.raw.stream(65_536, decode_content=False):
        body += decoder.unpack(chunk, door.limits.body_bytes - len(body)) if decoder else chunk
        if len(body) > door.limits.body_bytes:
            raise door.too_large(door.limits.body_bytes)
    if decoder and body and not decoder.complete:
        raise FetchError(f"The document of {door.name} broke off in the middle.")
    return bytes(body)


class _Unpacker:
    """gzip with all its members (RFC 1952 §2.2), or deflate with and without its zlib wrapping (both are in use)."""

    def __init__(self, coding: str, door: _Door) -> None:
        self._coding, self._door = coding, door
        self._stream: Any = None
        self.complete = False

    def unpack(self, chunk: bytes, room: int) -> bytes:
        """What `chunk` holds, up to one octet more than `room`."""
        out = bytearray()
        while chunk and len(out) <= room:
            self._door.remaining()
            if self._stream is None:
                if self.complete and chunk[:1] == b"\0":  # padding after the last member
                    break
                self._stream = zlib.decompressobj(self._window(chunk))
            try:
                out += self._stream.decompress(chunk, room + 1 - len(out))
            except zlib.error as problem:
                raise FetchError(f"The document of {self._door.name} is damaged.") from problem
            self.complete = self._stream.eof
            chunk = self._stream.unused_data if self.complete else self._stream.unconsumed_tail
            self._stream = None if self.complete else self._stream
        return bytes(out)

    def _window(self, chunk: bytes) -> int:
        if self._coding != "deflate":
            return 16 + zlib.MAX_WBITS
        wrapped = chunk[0] & 15 == 8 and (len(chunk) < 2 or int.from_bytes(chunk[:2], "big") % 31 == 0)
        return zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS


def _refusal(response: requests.Response, door: _Door) -> FetchError:
    status, wait = response.status_code, _retry_after(response.headers)
    meaning = {
        401: ": it wants a login", 403: ": it does not let us in", 404: ": there is nothing at this address",
        410: ": the document was removed for good", 429: ": we ask too often",
    }.get(status, "")  # fmt: skip
    asks = f"; it asks to try again in {wait:.0f} seconds" if wait is not None else ""
    return FetchError(
        f"{door.name} answered {status}{meaning}{asks}.", permanent=status == 410, retry_after=wait, status=status
    )


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, at most 30 days. A date counts from the server's own clock, so that nobody's clock need be right."""
    value = headers.get("Retry-After", "").strip()
    longest = 30 * 86_400.0
    if value.isascii() and value.isdigit():
        return min(float(value[:12]), longest)
    try:
        until, at = (parsedate_to_datetime(v).replace(tzinfo=UTC) for v in (value, headers.get("Date", "")))
    except (ValueError, TypeError):
        return None
    return min(max((until - at).total_seconds(), 0.0), longest)


def _explain(problem: Exception, door: _Door) -> FetchError:
    """The sentence for what broke below us."""
    chain: list[BaseException] = []
    link: BaseException | None = problem
    while link is not None and link not in chain:
        chain.append(link)
        reason = getattr(link, "reason", None) or next((a for a in link.args if isinstance(a, BaseException)), None)
        link = reason if isinstance(reason, BaseException) else link.__cause__ or link.__context__
    for link in chain:
        if isinstance(link, ssl.SSLCertVerificationError):
            return _explain_certificate(link, door)
    if any(isinstance(link, TimeoutError | urllib3.exceptions.TimeoutError) for link in chain):
        return door.too_slow()
    if any(isinstance(link, ssl.SSLError) for link in chain):
        return FetchError(f"{door.name} and we could not agree on an encrypted connection.")
    if any(isinstance(link, urllib3.exceptions.IncompleteRead | ConnectionError) for link in chain):
        return FetchError(f"{door.name} closed the connection before the document was complete.")
    return FetchError(f"{door.name} answered something that is not a web page or document.")


def _explain_certificate(problem: ssl.SSLCertVerificationError, door: _Door) -> FetchError:
    """OpenSSL's verify codes (X509_V_ERR_*) in words."""
    whose = f"The certificate of {door.name}"
    if problem.verify_code == 10:
        return FetchError(f"{whose} expired{_expiry(door)}.")
    if problem.verify_code == 9:
        return FetchError(f"{whose} is not valid yet.")
    if problem.verify_code in (62, 64):
        return FetchError(f"{whose} belongs to another name.")
    return FetchError(f"{whose} is not vouched for by anyone we trust.")


def _expiry(door: _Door) -> str:
    """“ on 3 November 2026”, read from the certificate itself at the address that was checked; empty if that fails."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        assert door.address
        with (
            socket.create_connection(door.address, min(5, door.remaining())) as sock,
            context.wrap_socket(sock, server_hostname=door.name) as tls,
        ):
            certificate = tls.getpeercert(binary_form=True) or b""
        # Validity is the first SEQUENCE of two times (UTCTime 0x17 or GeneralizedTime 0x18; RFC 5280 §4.1.2.5).
        found = re.search(
            rb"\x30.(?:\x17\x0d\d{12}Z|\x18\x0f\d{14}Z)(?:\x17\x0d(\d{6})|\x18\x0f(\d{8}))\d{6}Z", certificate, re.S
        )
        assert found
        digits = (found[2] or (b"19" if found[1] >= b"5" else b"20") + found[1]).decode()
        month = _MONTHS[int(digits[4:6]) - 1]
    except (OSError, FetchError, AssertionError, ValueError, IndexError):
        return ""
    return f" on {int(digits[6:8])} {month} {digits[:4]}"


_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
