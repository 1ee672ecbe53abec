"""Who asked, without keeping it: keyed digests under the secret of the day.

An asker is a network address with a User-Agent (IAB v2.2). Digests are keyed BLAKE2b (RFC 7693 §2.9, a MAC) of 63 bits, which
fit a number in both databases; among a million askers of a day two share one with a chance of 1 in 20 million.
"""

import hashlib
import ipaddress
from dataclasses import dataclass

from publisher.house import House

#: Characters of a User-Agent that are looked at; what is longer is cut.
AGENT_LENGTH = 512


def network(ip: str) -> str:
    """What stands for a computer: an IPv4 address whole, also where it is written as IPv6; of IPv6 the first 64 bits.

    Households and phones change the last 64 bits as they like (RFC 8981). A name or `-`, which logs may have, stays as it is.
    """
    if ":" not in ip:
        return ip.strip()
    try:
        address = ipaddress.IPv6Address(ip.strip().strip("[]").split("%")[0])
    except ValueError:
        return ip.strip()
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(address) >> 64 << 64)) + "/64"


def agent_text(user_agent: str | None) -> str:
    """The User-Agent as it is kept and compared; a log's `-` is none."""
    text = (user_agent or "").replace("\0", "").strip()[:AGENT_LENGTH]
    return "" if text == "-" else text


@dataclass(frozen=True)
class DayKeys:
    """Digests of one UTC day. What they name cannot be found again once the day's secret is gone."""

    secret: bytes

    def asker(self, address: str, agent: str) -> bytes:
        """The base of the two that follow; worth keeping for the many requests of one asker."""
        return _digest(self.secret, b"asker", f"{address}\0{agent}".encode("utf-8", "surrogatepass"))

    def window(self, asker: bytes, episode_id: int) -> int:
        return _number(_digest(self.secret, b"window", b"%s %d" % (asker, episode_id)))

    def listener(self, asker: bytes, show_id: int) -> int:
        return _number(_digest(self.secret, b"listener", b"%s %d" % (asker, show_id)))

    def address(self, address: str) -> int:
        return _number(_digest(self.secret, b"address", address.encode("utf-8", "surrogatepass")))


def day_keys(house: House, secret: str) -> DayKeys:
    """The stored secret joined with the house's own, so that a copy of the database alone tells nothing."""
    return DayKeys(hashlib.blake2b(secret.encode(), key=_house_key(house), digest_size=32).digest())


def line_key(house: House) -> bytes:
    """The key under which lines of logs are known again: a line has an address in it, so its plain digest could be guessed."""
    return hashlib.blake2b(b"lines of logs", key=_house_key(house), digest_size=32).digest()


def _house_key(house: House) -> bytes:
    return hashlib.blake2b(house.settings.secret_key.encode(), digest_size=32, person=b"counting").digest()


def _digest(key: bytes, purpose: bytes, data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=8, key=key, person=purpose).digest()


def _number(digest: bytes) -> int:
    return int.from_bytes(digest, "big") >> 1
