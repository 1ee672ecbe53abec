"""Who asked, without keeping it: keyed digests under the secret of the day.

An asker is a network address with a User-Agent (IAB v2.2). Digests are keyed BLAKE2b (RFC 7693 §2.9, a MAC) of 63 bits, which
fit a number in both databases; among a million askers of a day two share one with a chance of 1 in 20 million.
"""

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from publisher.house import House
from publisher.podcasts.downloads.sightings import clean

DAY = timedelta(days=1)
#: Askers whose keys are remembered.
REMEMBERED = 20_000
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
    text = clean((user_agent or "").strip(), AGENT_LENGTH)
    return "" if text == "-" else text


#: What stands for an asker and an episode on a day: the window's key, the same under the secret of the day before if that is
#: known, the listener (the asker, at whatever episode) and the network address. A plain tuple: millions go between processes.
Keys = tuple[int, int | None, int, int]


@dataclass(frozen=True)
class DayKeys:
    """Digests of one UTC day. What they name cannot be found again once the day's secret is gone."""

    secret: bytes

    def asker(self, address: str, agent: str) -> bytes:
        """24 bytes: the first sixteen are the base of `window`, the others are the listener's number."""
        data = f"{address}\0{agent}".encode("utf-8", "replace")
        return hashlib.blake2b(data, digest_size=24, key=self.secret, person=b"asker").digest()

    def window(self, asker: bytes, episode_id: int) -> int:
        data = asker[:16] + episode_id.to_bytes(8, "big")
        return _number(hashlib.blake2b(data, digest_size=8, key=self.secret, person=b"window").digest())

    def address(self, address: str) -> int:
        data = address.encode("utf-8", "replace")
        return _number(hashlib.blake2b(data, digest_size=8, key=self.secret, person=b"address").digest())


class KeyRing:
    """The keys of the days at hand. Those of the last askers are remembered: they ask more than once."""

    def __init__(self) -> None:
        self.days: dict[date, DayKeys] = {}
        self._found: dict[tuple[date, str, str, int], Keys] = {}

    def add(self, days: Mapping[date, DayKeys]) -> None:
        if not days.keys() <= self.days.keys():
            self.days.update(days)
            self._found.clear()  # what the day before is called may be known from now on

    def of(self, day: date, address: str, agent: str, episode_id: int) -> Keys:
        """`KeyError` where the secret of the day is not at hand."""
        place = (day, address, agent, episode_id)
        if (found := self._found.get(place)) is not None:
            return found
        today, before = self.days[day], self.days.get(day - DAY)
        asker = today.asker(address, agent)
        former = None if before is None else before.window(before.asker(address, agent), episode_id)
        keys = (today.window(asker, episode_id), former, _number(asker[16:]), today.address(address))
        if len(self._found) >= REMEMBERED:
            self._found.clear()
        self._found[place] = keys
        return keys


def day_keys(house: House, secret: str) -> DayKeys:
    """The stored secret joined with the house's own, so that a copy of the database alone tells nothing."""
    return DayKeys(hashlib.blake2b(secret.encode(), key=_house_key(house), digest_size=32).digest())


def line_key(house: House) -> bytes:
    """The key under which lines of logs are known again: a line has an address in it, so its plain digest could be guessed."""
    return hashlib.blake2b(b"lines of logs", key=_house_key(house), digest_size=32).digest()


def _house_key(house: House) -> bytes:
    return hashlib.blake2b(house.settings.secret_key.encode(), digest_size=32, person=b"counting").digest()


def _number(digest: bytes) -> int:
    return int.from_bytes(digest, "big") >> 1
