"""Asking DNS about a domain: which texts stand there, and whether there is anything at all.

All questions of one look share one total of seconds, however slowly servers answer. `server` is asked instead of the machine's
own resolver, as `address` or `address:port`.
"""

import time
from collections.abc import Sequence

import dns.exception
import dns.resolver

from publisher.errors import PublisherError
from publisher.settings import server_address

SECONDS = 12.0
"""For everything that is asked in one look."""
ONE_QUESTION = 4.0


class NoAnswer(PublisherError):
    """DNS did not answer, so nothing is known: neither that a record is there nor that it is not."""


class Names:
    """One look at DNS. Not for several threads."""

    def __init__(self, server: str | None = None, *, seconds: float = SECONDS) -> None:
        self._resolver = _resolver(server)
        self._deadline = time.monotonic() + seconds
        self._known: dict[str, tuple[bool, tuple[str, ...]]] = {}

    def texts(self, name: str) -> tuple[str, ...]:
        """The TXT records of a name, each joined from its parts; empty where there are none. `NoAnswer` where nobody says."""
        return self._asked(name)[1]

    def exists(self, name: str) -> bool:
        """Whether there is anything at or below a name (RFC 8020: below what does not exist is nothing)."""
        return self._asked(name)[0]

    def _asked(self, name: str) -> tuple[bool, tuple[str, ...]]:
        if name not in self._known:
            self._known[name] = self._ask(name)
        return self._known[name]

    def _ask(self, name: str) -> tuple[bool, tuple[str, ...]]:
        left = min(ONE_QUESTION, self._deadline - time.monotonic())
        if left <= 0 or self._resolver is None:
            raise NoAnswer(f"DNS did not answer in time about {name}.")
        try:
            found = self._resolver.resolve(name, "TXT", lifetime=left, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN:
            return False, ()
        except (dns.exception.DNSException, OSError, UnicodeError) as problem:
            raise NoAnswer(f"DNS did not answer about {name} ({type(problem).__name__}).") from problem
        return True, _joined([record.strings for record in found.rrset or ()])


def _resolver(server: str | None) -> dns.resolver.Resolver | None:
    """None where the machine names no resolver."""
    if server is None:
        try:
            return dns.resolver.Resolver()
        except dns.exception.DNSException:
            return None
    address, port = server_address(server)
    made = dns.resolver.Resolver(configure=False)
    made.nameservers, made.port = [address], port
    return made


def _joined(records: Sequence[Sequence[bytes]]) -> tuple[str, ...]:
    return tuple(b"".join(parts).decode("utf-8", "replace") for parts in records)
