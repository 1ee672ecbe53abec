"""One fetch's clock, allowance and guest list: the check sits in the connection itself.

Neither odd spellings of an address, nor a name that answers differently the second time, nor two readings of one URL can get
past it, because the address that was checked is the one connected to.
"""

import io
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from publisher.errors import FetchError
from publisher.internet.public import is_public

Resolver = Callable[[str, int], list[str]]

MB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """How much is taken in. Octets; `seconds` is one total for names, connections, redirects and body together."""

    seconds: float = 30
    connect_seconds: float = 10
    wire_bytes: int = 20 * MB
    body_bytes: int = 20 * MB
    header_bytes: int = 64 * 1024
    redirects: int = 5


class Door:
    """Shared by all connections of one fetch. `name`: the host of the present hop; `address`: where it was reached."""

    def __init__(self, limits: Limits, private_hosts: frozenset[str], resolver: Resolver | None) -> None:
        self.limits, self.resolver = limits, resolver or resolve
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
        size = f"{cap // MB} MB" if cap >= MB else f"{cap} bytes"
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
                answers.append(self.resolver(host, port))
            except Exception as problem:
                problems.append(problem)

        thread = threading.Thread(target=ask, name="look-up", daemon=True)
        thread.start()
        thread.join(self.remaining())
        if answers and answers[0]:
            return answers[0]
        self.remaining()
        raise FetchError(f"There is no server by the name {host}.") from (problems[0] if problems else None)


def resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
