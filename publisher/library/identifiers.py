"""What makes two records one thing: DOIs and canonical addresses, written in one way only."""

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

_DOI = re.compile(r"\b(10\.\d{4,9}(?:\.\d+)*/[^\s\"<>]+)", re.IGNORECASE)
_TRAILING = ".,;:)]}>'\"”’"
_TRACKING = re.compile(
    r"(utm_|mc_|pk_|mtm_|hsa_|at_)\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|_hsenc|_hsmi|mkt_tok|ref_src|cmpid|ncid|"
    r"spm|jsessionid|phpsessid|wt\.mc_id|trk|icid|ocid|rss|from_rss",
    re.IGNORECASE,
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SAFE = "/:@!$&'()*+,;=~-._"
MAX_URL = 2000
"""Longest address that is kept, in characters; a longer one is no identity."""


def doi(text: str | None) -> str | None:
    """The DOI in a text or link, lower case and without its resolver (DOI Handbook §2.4: case does not matter)."""
    if not text:
        return None
    found = _DOI.search(unquote(text[:MAX_URL]))
    if found is None:
        return None
    name = found[1]
    while name and name[-1] in _TRAILING and not _closes(name):
        name = name[:-1]
    return name.lower() if "/" in name.rstrip("/") else None


def doi_url(name: str) -> str:
    """Where a DOI resolves."""
    return f"https://doi.org/{quote(name, safe=_SAFE)}"


def canonical_url(text: str | None) -> str | None:
    """An address as identity: https for http, host in lower case, no tracking, no fragment, no slash at the end.

    None for what is no web address, and for the front page of a site, which names no single thing.
    """
    url = clean_url(text)
    if url is None:
        return None
    parts = urlsplit(url)
    query = urlencode(sorted((k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True)))
    path = parts.path.rstrip("/")
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    if path in ("", "/index.html", "/index.php") and not query and not fragment:
        return None
    return urlunsplit(("https", parts.netloc.removeprefix("www."), path, query, fragment))


def clean_url(text: str | None) -> str | None:
    """An http(s) address fit to be shown and followed: host in lower case, default port and tracking gone, no user and
    password. None where it is no such address."""
    if not text or len(text) > MAX_URL or any(ord(c) < 33 for c in text.strip()):
        return None
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return None
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    if scheme not in _DEFAULT_PORTS or not re.fullmatch(r"[\w.-]+|[0-9a-f:.]+", host):
        return None
    netloc = f"[{host}]" if ":" in host else host
    if port and port != _DEFAULT_PORTS[scheme]:
        netloc += f":{port}"
    kept = [part for part in parts.query.split("&") if part and not _TRACKING.fullmatch(part.split("=")[0])]
    path = quote(re.sub(r"(?i);jsessionid=[^/?]*", "", parts.path), safe=_SAFE + "%")
    return urlunsplit((scheme, netloc, path, "&".join(kept), parts.fragment))


def _closes(name: str) -> bool:
    """Whether the bracket at the end belongs to the DOI, as in `10.1016/s0140-6736(20)30183-5(x)`."""
    pairs = {")": "(", "]": "[", "}": "{", ">": "<"}
    last = name[-1]
    return last in pairs and name.count(pairs[last]) >= name.count(last)
