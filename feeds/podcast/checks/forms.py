"""Whether a value has the form its standard gives it. Nothing here raises, whatever the text."""

import ipaddress
import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from feeds.podcast.checks.lists import COUNTRIES, known_languages

UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
EMAIL = re.compile(r"[^\s@<>()\",;:]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]")
TAG = re.compile(
    r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?(?:-(?:[A-Za-z0-9]{5,8}|\d[A-Za-z0-9]{3}))*"
)
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9!#$&^_.+-]*(?:\s*;.*)?", re.I)
WHOLE = re.compile(r"\d{1,18}")
DECIMAL = re.compile(r"\d{1,15}(?:\.\d{1,15})?")
CLOCK = re.compile(r"(?:\d{1,3}:)?\d{1,3}:[0-5]\d(?:\.\d{1,6})?")
GEO = re.compile(
    r"geo:(?P<lat>-?\d{1,3}(?:\.\d+)?),(?P<lon>-?\d{1,3}(?:\.\d+)?)(?:,-?\d+(?:\.\d+)?)?(?:;[A-Za-z0-9-]+(?:=[^;\s]*)?)*"
)
OSM = re.compile(r"[NWR]\d{1,18}(?:#\d{1,9})?")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ZONES = {"UT": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
MAILED = re.compile(
    rf" *(?:(?P<day_name>{'|'.join(DAYS)}), *)?(?P<day>\d{{1,2}}) +(?P<month>{'|'.join(MONTHS)}) +(?P<year>\d{{4}}) +"
    rf"(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))? +(?P<zone>[+-]\d{{4}}|{'|'.join(ZONES)})"
    r"(?: *\([^()]{0,60}\))?",
    re.I,
)
ISO = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)?"
    r"(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?"
)


def whole(text: str | None) -> int | None:
    """A whole number of digits only."""
    return int(text) if text and WHOLE.fullmatch(text) and text.isascii() else None


def whole_or_zero(text: str | None) -> bool:
    return whole(text) is not None


def decimal(text: str | None) -> float | None:
    """A number of digits, with a point if need be; never negative."""
    return float(text) if text and DECIMAL.fullmatch(text) and text.isascii() else None


@lru_cache(4096)
def web(text: str | None) -> SplitResult | None:
    """The parts of an absolute http or https address; none for anything else, such as one with a space in it."""
    if not text or re.search(r"[\s<>\"{}|\\^`\x00-\x1f]", text):
        return None
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host:
        return None
    return parts if re.fullmatch(r"[^\s/?#@]+", host) and not host.startswith(".") and ".." not in host else None


@lru_cache(4096)
def is_loopback(host: str) -> bool:
    """Whether a host is the machine of whoever reads it (RFC 6761 §6.3, RFC 1122 §3.2.1.3)."""
    name = host.rstrip(".").lower()
    found = _ip(name)
    return name == "localhost" or name.endswith(".localhost") or (found is not None and found.is_loopback)


@lru_cache(4096)
def is_private(host: str) -> bool:
    """Whether a host is an address in numbers that does not belong to the public internet."""
    found = _ip(host)
    return found is not None and not found.is_global


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def extension(parts: SplitResult) -> str:
    """What stands after the last point of the path, in lower case; empty where there is none."""
    name = parts.path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""


def is_language(text: str | None) -> bool:
    """A tag of RFC 5646 whose language is in ISO 639 and whose country is in ISO 3166."""
    if not text or not TAG.fullmatch(text):
        return False
    first, *rest = text.split("-")
    countries = [part for part in rest if len(part) == 2]
    return first.lower() in known_languages() and all(country.upper() in COUNTRIES for country in countries)


def mailed_date(text: str | None) -> datetime | None:
    """A date of RFC 2822 §3.3, with the zones of §4.3 that mean something; none where it is not one, or its weekday is wrong."""
    found = MAILED.fullmatch(text or "")
    if not found:
        return None
    zone = found["zone"].upper()
    minutes = (
        ZONES[zone] * 60 if zone in ZONES else (int(zone[1:3]) * 60 + int(zone[3:])) * (-1 if zone[0] == "-" else 1)
    )
    try:
        moment = datetime(
            int(found["year"]), MONTHS.index(found["month"].title()) + 1, int(found["day"]), int(found["hour"]),
            int(found["minute"]), min(int(found["second"] or 0), 59), tzinfo=timezone(timedelta(minutes=minutes)),
        )  # fmt: skip
    except (ValueError, OverflowError):
        return None
    if int(found["second"] or 0) > 60 or (zone not in ZONES and int(zone[3:]) > 59):
        return None
    return moment if (found["day_name"] or DAYS[moment.weekday()]).title() == DAYS[moment.weekday()] else None


def iso_moment(text: str | None, *, with_time: bool) -> bool:
    """A date of ISO 8601 as RFC 3339 writes it, with a time of day or, where allowed, without."""
    found = ISO.fullmatch(text or "")
    if not found or (with_time and found["hour"] is None):
        return False
    try:
        datetime.strptime(found["date"], "%Y-%m-%d")  # noqa: DTZ007
    except ValueError:
        return False
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    return hour <= 23 and minute <= 59 and second <= 60


def is_geo(text: str) -> bool:
    """A geo: address (RFC 5870): latitude, longitude, altitude if need be."""
    found = GEO.fullmatch(text)
    return bool(found) and abs(float(found["lat"])) <= 90 and abs(float(found["lon"])) <= 180 if found else False
