"""Which octets of a file a request wants, and on what condition. Source: RFC 9110 §13 (conditions), §14 (ranges).

Values in, values out; the answering is `publisher.web.media`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

#: More ranges than players ask for are a broken client or an attack (RFC 9110 §14.2): the whole file is the answer then.
MOST_RANGES = 10
_SPEC = re.compile(r"([0-9]{0,19})-([0-9]{0,19})")

Interval = tuple[int, int]
"""From the first octet on, up to and without the second."""


@dataclass(frozen=True)
class Wanted:
    """`status` 200 (all of it), 206 (`parts`), 304, 412 or 416; `parts` are of the file, in the order they were asked for."""

    status: int
    parts: tuple[Interval, ...] = ()


def wanted(
    headers: Mapping[str, str],
    *,
    length: int,
    etag: str | None,
    last_modified: datetime | None,
    only_head: bool = False,
) -> Wanted:
    """What to answer. `headers`: of the request, names in lower case. `etag` with its quotes, strong unless it begins `W/`.

    The order of conditions is RFC 9110 §13.2.2. Ranges are defined for GET only (§14.2): HEAD tells of the whole file.
    """
    if not _still_as_wanted(headers, etag, last_modified):
        return Wanted(412)
    if _has_it(headers, etag, last_modified):
        return Wanted(304)
    if only_head or "range" not in headers or not _same_file(headers.get("if-range"), etag, last_modified):
        return Wanted(200, ((0, length),))
    parts = parts_of(headers["range"], length)
    if parts is None:
        return Wanted(200, ((0, length),))
    return Wanted(206, parts) if parts else Wanted(416)


def parts_of(header: str, length: int) -> tuple[Interval, ...] | None:
    """The intervals of a Range header. None: it is not to be heeded (unknown unit, broken, too many). Empty: none lies in the file.

    Ranges that overlap or touch become one (§15.3.7.2), so that no octet is sent twice.
    """
    unit, equals, specs = header.partition("=")
    if unit.strip().lower() != "bytes" or not equals or len(header) > 1000:
        return None
    listed = [spec.strip(" \t") for spec in specs.split(",")]
    listed = [spec for spec in listed if spec]
    if not listed or len(listed) > MOST_RANGES:
        return None
    parts: list[Interval] = []
    for spec in listed:
        found = _SPEC.fullmatch(spec)
        if not found or not any(found.groups()):
            return None
        first, last = found.groups()
        if first and last and int(first) > int(last):
            return None
        start = int(first) if first else max(0, length - int(last))
        end = min(int(last) + 1, length) if first and last else length
        if start < end:
            parts.append((start, end))
    return _joined(parts)


def union(intervals: tuple[Interval, ...] | list[Interval]) -> list[Interval]:
    """The same octets, each once, in order."""
    joined: list[Interval] = []
    for start, end in sorted(interval for interval in intervals if interval[0] < interval[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def http_date(moment: datetime) -> str:
    """As Last-Modified has it: whole seconds of UTC."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def _joined(parts: list[Interval]) -> tuple[Interval, ...]:
    """In the order asked for, where nothing overlaps; otherwise joined, in the order of the file."""
    together = union(parts)
    return tuple(parts) if len(together) == len(parts) else tuple(together)


def _still_as_wanted(headers: Mapping[str, str], etag: str | None, modified: datetime | None) -> bool:
    """If-Match and If-Unmodified-Since: players use them so that pieces of two files never mix."""
    if (given := headers.get("if-match")) is not None:
        return given.strip() == "*" or (etag is not None and not etag.startswith("W/") and etag in _tags(given))
    since = _date(headers.get("if-unmodified-since"))
    return since is None or modified is None or _whole(modified) <= since


def _has_it(headers: Mapping[str, str], etag: str | None, modified: datetime | None) -> bool:
    """If-None-Match, compared weakly; only without it If-Modified-Since."""
    if (given := headers.get("if-none-match")) is not None:
        return given.strip() == "*" or (etag is not None and _bare(etag) in map(_bare, _tags(given)))
    since = _date(headers.get("if-modified-since"))
    return since is not None and modified is not None and _whole(modified) <= since


def _same_file(given: str | None, etag: str | None, modified: datetime | None) -> bool:
    """If-Range (§13.1.5): a strong tag that is ours, or the very date."""
    if given is None:
        return True
    given = given.strip()
    if given.startswith(('"', "W/")):
        return etag is not None and given == etag and not etag.startswith("W/")
    return modified is not None and _date(given) == _whole(modified)


def _tags(header: str) -> list[str]:
    return re.findall(r'(?:W/)?"[^"]*"', header)


def _bare(tag: str) -> str:
    """Without the mark of weakness, and without what some proxies add where they compress."""
    return tag.removeprefix("W/").replace('-gzip"', '"')


def _whole(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
    except (ValueError, TypeError, OverflowError):
        return None
    return None if found is None else found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
