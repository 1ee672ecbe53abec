"""Addresses as a feed may say them, and the media types of what they lead to."""

import ipaddress
import re
from urllib.parse import quote, urlsplit, urlunsplit

import idna

from feeds.feedgen_mended import clean

SAFE = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*").fullmatch
WEB = re.compile(
    r"(https?)://(?:[^/?#@\[\]]*@)?([A-Za-z0-9._~-]*[A-Za-z0-9]\.?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?=[/?#]|$)"
).match
#: The most common form of an address that is both `address` and `is_secure`.
PLAINLY_SECURE = re.compile(r"https://(?:[a-z0-9-]+\.)+[a-z]{2,}/[A-Za-z0-9\-._~/?&=%]*").fullmatch
RESERVED = ":/?#[]@!$&'()*+,;=%~"

#: What apps play, and the extension each has (Apple's podcaster's guide; PSP-1 enclosure).
PLAYED = {
    "audio/mpeg": "mp3",
    "audio/x-m4a": "m4a",
    "audio/m4a": "m4a",
    "video/mp4": "mp4",
    "video/x-m4v": "m4v",
    "video/m4v": "m4v",
    "video/quicktime": "mov",
    "application/pdf": "pdf",
}
_BY_EXTENSION = {
    "mp3": "audio/mpeg",
    "m4a": "audio/x-m4a",
    "mp4": "video/mp4",
    "m4v": "video/x-m4v",
    "mov": "video/quicktime",
    "pdf": "application/pdf",
}
_SAME = {
    "audio/mp3": "audio/mpeg",
    "audio/mpeg3": "audio/mpeg",
    "audio/mpg": "audio/mpeg",
    "audio/x-mp3": "audio/mpeg",
    "audio/x-mpeg": "audio/mpeg",
    "audio/x-mpeg-3": "audio/mpeg",
    "audio/x-mpeg3": "audio/mpeg",
    "audio/x-mpg": "audio/mpeg",
    "audio/mp4": "audio/x-m4a",
    "audio/x-mp4": "audio/x-m4a",
    "audio/mp4a-latm": "audio/x-m4a",
    "video/x-mp4": "video/mp4",
    "video/mov": "video/quicktime",
}


def address(url: str) -> str:
    """The address in the characters of RFC 3986: others are percent-encoded, a name of a server with other letters is
    written as RFC 5891 does. The same place as before; "" where it cannot be read as an address."""
    if SAFE(url):
        return url
    url = clean(url).strip()
    if SAFE(url):
        return url
    try:
        parts = urlsplit(re.sub(r"[\t\n\r]", "", url))
        host = parts.hostname or ""
        netloc = parts.netloc if host.isascii() else parts.netloc.replace(host, idna.encode(host, uts46=True).decode())
    except (ValueError, idna.IDNAError):
        return ""
    return quote(urlunsplit(parts._replace(netloc=netloc)), safe=RESERVED)


def has_host(url: str) -> bool:
    """Whether this is an address of the web that names a server."""
    return WEB(url) is not None


def is_secure(url: str) -> bool:
    """Whether this is an https address. http on this machine itself counts too: nobody stands between (W3C Secure
    Contexts §3.1), and a service that is tried out at home shows everything it has."""
    match = WEB(url)
    return match is not None and (match[1] == "https" or _is_here(match[2].lower()))


def extension(url: str) -> str:
    """The extension of the last step of the path, in lower case: “mp3”; "" where there is none."""
    path = re.split(r"[?#]", url, maxsplit=1)[0]
    name, dot, found = path.rpartition("/")[2].rpartition(".")
    return found.lower() if dot and name and len(found) <= 5 else ""


def media_type(declared: str, url: str) -> str:
    """The type to say for an enclosure: one that apps play where declared type or extension name one, else the declared
    type in lower case; "" where nothing is known."""
    kind = declared.partition(";")[0].strip().lower()
    kind = _SAME.get(kind, kind)
    if kind in PLAYED:
        return kind
    said = kind.partition("/")[0]
    found = _BY_EXTENSION.get(extension(url), "")
    if said == "audio" and found == "video/mp4":
        return "audio/x-m4a"
    if found and (said not in ("audio", "video") or found.startswith(said)):
        return found
    return kind if re.fullmatch(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+", kind) else ""


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
