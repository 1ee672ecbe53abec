"""Who asks, by which name and scheme, where proxies stand between: their word counts where the settings name them, else not.

`X-Forwarded-For` wins over `Forwarded` (RFC 7239), since most proxies write the first and let the second pass as it came.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence

from starlette.datastructures import Headers
from starlette.types import Scope

from publisher.settings import Networks

SAID_BY_PROXIES = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_PAIR = re.compile(r'\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)=("(?:[^"\\]|\\.)*"|[^",;\s]*)\s*')


def behind(scope: Scope, headers: Headers, proxies: Networks) -> Scope:
    """The request as the last trusted proxy got it: the client's address, and the scheme and host it was asked by."""
    peer = scope["client"][0] if scope.get("client") else ""
    changed = dict(scope, client=(client_address(scope, headers, proxies), 0))
    if not _is_in(peer, proxies):
        return changed
    nearest = next(iter(_elements(headers)), {}) if "x-forwarded-for" not in headers else {}
    scheme = _last(headers, "x-forwarded-proto").lower() or nearest.get("proto", "").lower()
    host = _last(headers, "x-forwarded-host") or nearest.get("host", "")
    if scheme in ("http", "https"):
        changed["scheme"] = scheme
    if _HOST.fullmatch(host):
        kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
        changed["headers"] = [(b"host", host.encode("ascii")), *kept]
    return changed


def client_address(scope: Scope, headers: Headers, proxies: Networks) -> str:
    """The nearest address that is no trusted proxy's, read from the right: what stands left of it anybody can write."""
    peer = scope["client"][0] if scope.get("client") else ""
    if not _is_in(peer, proxies):
        return peer
    for said in _chain(headers):
        nearer = _bare(said)
        if not nearer:
            break
        peer = nearer
        if not _is_in(peer, proxies):
            break
    return peer


def _chain(headers: Headers) -> Iterator[str]:
    """Who asked whom, the nearest first."""
    if said := headers.getlist("x-forwarded-for"):
        yield from reversed([part.strip() for value in said for part in value.split(",")])
    else:
        yield from (element.get("for", "") for element in _elements(headers))


def _elements(headers: Headers) -> list[dict[str, str]]:
    """The elements of `Forwarded`, the nearest first; one that cannot be read is empty, and ends what is believed."""
    found: list[dict[str, str]] = []
    for element in _split(",".join(headers.getlist("forwarded")), ","):
        pairs = [_PAIR.fullmatch(pair) for pair in _split(element, ";") if pair.strip()]
        whole = {} if None in pairs else {pair[1].lower(): _unquoted(pair[2]) for pair in pairs if pair}
        found.append(whole)
    return found[::-1]


def _split(text: str, mark: str) -> list[str]:
    """At the mark, but not within quotes."""
    parts, quoted, escaped = [""], False, False
    for letter in text:
        if letter == mark and not quoted:
            parts.append("")
            continue
        if letter == '"' and not escaped:
            quoted = not quoted
        escaped = letter == "\\" and quoted and not escaped
        parts[-1] += letter
    return parts


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def _last(headers: Headers, name: str) -> str:
    return ",".join(headers.getlist(name)).rpartition(",")[2].strip()


def _bare(text: str) -> str:
    """An address without port and brackets; empty where it is none."""
    text = text.strip().strip('"')
    host = (
        text[1:].partition("]")[0] if text.startswith("[") else text.partition(":")[0] if text.count(":") == 1 else text
    )
    try:
        return str(_plain(ipaddress.ip_address(host)))
    except ValueError:
        return ""


def _is_in(address: str, networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    try:
        found = _plain(ipaddress.ip_address(address))
    except ValueError:
        return False
    return any(found in network for network in networks if network.version == found.version)


def _plain(
    found: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An IPv4 address that came over an IPv6 socket, as what it is."""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
