"""Lines of web servers' logs as values: Apache's and nginx's combined, Caddy's JSON, Amazon S3's access logs.

Sources: httpd.apache.org/docs/2.4/mod/mod_log_config.html, nginx.org/en/docs/http/ngx_http_log_module.html,
caddyserver.com/docs/caddyfile/directives/log, docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, NamedTuple

COMBINED, CADDY, S3 = "combined", "caddy", "s3"

_QUOTED = r'"([^"\\]*(?:\\.[^"\\]*)*)"'
_COMBINED = re.compile(
    r"(?:\S+:\d{1,5} )?(\S+) \S+ [^\[]{1,200}\[([^\]]{1,40})\] " + _QUOTED + r" (\d{3}) (\d+|-) " + _QUOTED + " " + _QUOTED
    + r"(.*)"
)  # fmt: skip
_S3 = re.compile(
    r"\S+ \S+ \[([^\]]{1,40})\] (\S+) \S+ \S+ [A-Z]\S* \S+ (?:" + _QUOTED + r"|-) (\d{3}|-) \S+ (\d+|-) (?:\d+|-) \S+ \S+ "
    r'(?:"([^"]*)"|-) (?:"(.*?)"|-) \S+(?: .*)?'
)  # fmt: skip
#: A range at the end of a combined line, where the server was told to log it: the header, or Content-Range.
_RANGE = re.compile(r'"(bytes[= ][\d, =-]+(?:/(?:\d+|\*))?)"')
_TIME = re.compile(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ESCAPE = re.compile(r'\\(x[0-9A-Fa-f]{2}|["\\])')


class Line(NamedTuple):
    """One request as a log tells it. `octets`: bytes of the body that were sent. `asked`: Range; `answered`: Content-Range."""

    at: datetime
    ip: str
    method: str
    target: str
    status: int
    octets: int
    referrer: str
    agent: str
    asked: str = ""
    answered: str = ""


def combined(text: str) -> Line:
    """Apache's and nginx's `combined`, with a host in front or more behind. ValueError with a reason for anything else."""
    match = _COMBINED.match(text)
    if match is None:
        raise ValueError("not a line of the combined format")
    ip, time, request, status, octets, referrer, agent, rest = match.groups()
    method, target = _request(request)
    if "\\" in text:
        target, referrer, agent = _plain(target), _plain(referrer), _plain(agent)
    asked = answered = ""
    if rest and (found := _RANGE.search(rest)):
        asked, answered = (found[1], "") if "=" in found[1] else ("", found[1])
    sent = 0 if octets == "-" else int(octets)
    fields = (instant(time), ip, method, target, int(status), sent, referrer, agent, asked, answered)
    return tuple.__new__(Line, fields)  # as `Line(*fields)`, which takes thrice as long


def s3(text: str) -> Line:
    """Amazon S3's access log, and what other object stores write in its form."""
    match = _S3.match(text)
    if match is None:
        raise ValueError("not a line of an S3 access log")
    time, ip, request, status, octets, referrer, agent = match.groups()
    method, target = _request(request or "")
    return Line(
        instant(time), ip, method, target, 0 if status == "-" else int(status), 0 if octets == "-" else int(octets),
        referrer or "", agent or "",
    )  # fmt: skip


def caddy(text: str) -> Line:
    """Caddy's JSON. `client_ip` is the listener's behind proxies that Caddy trusts; older versions have `remote_addr`."""
    try:
        data = json.loads(text)
        request = data["request"]
        ip = request.get("client_ip") or request.get("remote_ip") or _host(request.get("remote_addr"))
        headers, answer = _headers(request.get("headers")), _headers(data.get("resp_headers"))
        return Line(
            _caddy_time(data["ts"]), str(ip), str(request["method"]), str(request["uri"]), int(data["status"]),
            int(data["size"]), headers.get("referer", ""), headers.get("user-agent", ""), headers.get("range", ""),
            answer.get("content-range", ""),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError, RecursionError) as problem:
        raise ValueError("not an access line of Caddy’s JSON") from problem


FORMATS: Mapping[str, Callable[[str], Line]] = {COMBINED: combined, CADDY: caddy, S3: s3}


def recognise(lines: list[str]) -> str | None:
    """The format most of these lines have; None where none is a line of any."""
    counts = dict.fromkeys(FORMATS, 0)
    for text in lines:
        for name, parse in FORMATS.items():
            try:
                parse(text)
            except ValueError:
                continue
            counts[name] += 1
            break
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else None


@lru_cache(4096)
def instant(text: str) -> datetime:
    """`23/Nov/2026:06:00:00 +0300` in UTC. Many lines of a log have the same."""
    match = _TIME.fullmatch(text)
    if match is None or match[2] not in _MONTHS:
        raise ValueError("the time cannot be read")
    day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    try:
        local = datetime(
            int(year),
            _MONTHS.index(month) + 1,
            int(day),
            int(hour),
            int(minute),
            min(59, int(second)),
            tzinfo=timezone(offset),
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as problem:
        raise ValueError("the time cannot be read") from problem


def _request(request: str) -> tuple[str, str]:
    """Method and target; empty where a client sent something that is no HTTP."""
    parts = request.split(" ", 2)
    return (parts[0], parts[1]) if len(parts) > 1 else ("", "")


def _plain(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1][1:], 16)) if match[1][0] == "x" else match[1], text)


def _headers(headers: Any) -> dict[str, str]:
    return {
        name.lower(): str(values[0]) for name, values in (headers or {}).items() if isinstance(values, list) and values
    }


def _host(address: Any) -> str:
    return str(address or "").rpartition(":")[0]


def _caddy_time(value: Any) -> datetime:
    if not isinstance(value, str):
        return datetime.fromtimestamp(float(value), UTC)
    at = datetime.fromisoformat(value)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
