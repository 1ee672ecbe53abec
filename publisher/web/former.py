"""Requests for an address this hub had before. People are led on to the present one; programs are answered where they ask.

A feed reader, a calendar or a mail program may not follow a redirect, or not for ever; RFC 8058 §3.2 forbids one for a
one-click unsubscription. What is answered in place is what it was: tokens are signed without the name of the hub.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.types import Scope

from publisher.settings import Settings

#: What programs ask for: files (an ending of at most five letters; the one of a token has 22), counted clicks, the interface,
#: oEmbed, what operators poll. Search engines are led on: they should learn the new address.
_FOR_PROGRAMS = re.compile(
    r"(?!/robots\.txt|/sitemap)(?:/(?:[^/]+/)*[^/]*\.[A-Za-z0-9]{1,5}|/(?:c|api|hooks|media|static)/.*|/oembed|/health|/metrics)"
)
_POSTED_BY_PROGRAMS = ("/u/", "/api/", "/hooks/")


@dataclass(frozen=True)
class _Place:
    host: str
    prefix: str
    is_ours_still: bool  # the host is the present one's too: only what stands under the prefix is former


class Former:
    """The former addresses of the settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        present = urlsplit(settings.public_url)
        here = host_of(present.netloc)
        parts = [urlsplit(url) for url in settings.former_urls]
        places = [_Place(host_of(p.netloc), p.path, host_of(p.netloc) == here) for p in parts if p.path != present.path or host_of(p.netloc) != here]  # fmt: skip
        self.places = sorted(places, key=lambda place: -len(place.prefix))
        self.origins = frozenset(f"{p.scheme}://{p.netloc}".lower() for p in parts)

    def path_of(self, scope: Scope, host: str) -> str | None:
        """The path on this hub, percent-encoded, that a request for a former address means; None where it is for the present one."""
        asked = host_of(host)
        text: str = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
        for place in self.places:
            if place.host != asked:
                continue
            below = bool(place.prefix) and (text == place.prefix or text.startswith(place.prefix + "/"))
            if below or not place.is_ours_still:
                return "/" + (text.removeprefix(place.prefix) if below else text).lstrip("/")
        return None

    def target(self, path: str, scope: Scope) -> str:
        """Where a person is led."""
        query = scope["query_string"].decode("latin-1")
        return self.settings.url(path) + (f"?{query}" if query else "")


def is_for_programs(method: str, path: str) -> bool:
    """Whether it is answered where it was asked."""
    if method == "POST":
        return path.startswith(_POSTED_BY_PROGRAMS)
    return _FOR_PROGRAMS.fullmatch(path) is not None


def host_of(netloc: str) -> str:
    """A host as it is compared: small letters, no dot at the end, no port that goes without saying."""
    name, colon, port = netloc.lower().rpartition(":")
    if colon and port.isdecimal():
        return name.rstrip(".") if port in ("80", "443") else f"{name.rstrip('.')}:{port}"
    return netloc.lower().rstrip(".")
