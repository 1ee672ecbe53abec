"""A request for sound as it was seen, by us or by a log, and whether it can count at all. Values in, values out.

The rules for a single request are those of the IAB's Podcast Measurement Guidelines 2.2: GET only, answers 200 and 206 only,
and not the two bytes with which Apple's players ask whether ranges are understood.
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from publisher.podcasts.downloads.askers import Keys

#: Characters that are kept of a Range header, a method, a host.
ASKED_LENGTH, METHOD_LENGTH, HOST_LENGTH = 200, 20, 100
PROBE = 2
"""A range of so many bytes or fewer is a question about the server, not listening."""

_RANGE = re.compile(r"\s*(?:(\d{1,18})\s*-\s*(\d{1,18})?|-\s*(\d{1,18}))\s*")


class Dropped(StrEnum):
    """Why a request, or all of an asker's requests together, is no download. Shown beside the numbers."""

    METHOD = "method"  # HEAD and all but GET
    STATUS = "status"  # neither 200 nor 206
    NOTHING_SENT = "nothing_sent"  # gone before the first byte
    PROBE = "probe"  # asked for two bytes or fewer
    NO_AGENT = "no_agent"  # says nothing about itself
    BOT = "bot"
    LIBRARY = "library"  # a program's way to fetch files
    WATCH = "watch"  # fetches again what the telephone beside it has
    TOO_LITTLE = "too_little"  # less than the first minute
    SPIKE = "spike"  # one address asked for one episode under more names than there can be people
    CONTINUED = "continued"  # belongs to the window of the day before: nothing is lost


#: Bytes of a file that were sent: when, of which file, the first and the last of them. A plain tuple: there are millions.
Piece = tuple[datetime, int | None, int, int]


class Sighting(NamedTuple):
    """One request and its answer. `at` in UTC to the millisecond, `address` as `askers.network` has it.

    `keys`: `askers.Keys` where they have been found already.
    """

    at: datetime
    show_id: int
    episode_id: int
    media_id: int | None
    address: str
    agent: str
    referrer: str
    method: str
    status: int
    asked: str
    sent: tuple[tuple[int, int], ...]
    line: str | None
    dropped: str
    keys: "Keys | None" = None


def why_dropped(method: str, status: int, asked: str, sent: tuple[tuple[int, int], ...]) -> str:
    """Why this request cannot count, empty where it can. The method comes first: a HEAD is a HEAD whatever it was answered."""
    if method != "GET":
        return Dropped.METHOD
    if status not in (200, 206):
        return Dropped.STATUS
    if not sent:
        return Dropped.NOTHING_SENT
    if asked:
        octets = asked_octets(asked)
    elif status == 206 and sent[0][1] - sent[0][0] < PROBE:  # a log need not tell the range; what was sent of it does
        octets = sum(last - first + 1 for first, last in sent)
    else:
        octets = None
    return Dropped.PROBE if octets is not None and octets <= PROBE else ""


def asked_octets(header: str) -> int | None:
    """How many bytes a Range header asks for; None where it is open-ended or no range of bytes (RFC 9110 §14.1.1)."""
    unit, _, rest = header.partition("=")
    if unit.strip().lower() != "bytes":
        return None
    total = 0
    for part in rest.split(","):
        match = _RANGE.fullmatch(part)
        if match is None or (match[1] is not None and (match[2] is None or int(match[2]) < int(match[1]))):
            return None
        total += int(match[3]) if match[3] is not None else int(match[2]) - int(match[1]) + 1
    return total


def to_the_millisecond(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000) if at.microsecond % 1000 else at


def clean(text: str, most: int) -> str:
    """What somebody sent, cut, and without what a database does not take: NUL and halves of characters."""
    text = text[:most]
    return (
        text
        if text.isalnum() and text.isascii()
        else text.replace("\0", "").encode("utf-8", "replace").decode().strip()
    )


def host_of(referrer: str | None) -> str:
    """Where a player on a page stands; the rest of the address may say who looked at it."""
    if not referrer or referrer == "-":
        return ""
    try:
        return clean(urlsplit(referrer).hostname or "", HOST_LENGTH)
    except ValueError:
        return ""
