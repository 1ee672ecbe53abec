"""Where letters go out: the address of a relay, as people write it."""

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from publisher.errors import BadInput

Tls = Literal["starttls", "implicit", "none"]


@dataclass(frozen=True)
class RelayAddress:
    """Where letters go out. `tls="none"` together with a user is always somebody's explicit choice."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: Tls = "starttls"


def parse_relay_url(url: str) -> RelayAddress:
    """Read `smtp://user:pass@host:587?tls=starttls|implicit|none`; `BadInput` says what is wrong, never the password.

    Without `tls`: implicit on port 465, none on a loopback host, else starttls. A password over an unencrypted line
    is only accepted where `tls=none` is written out.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadInput("The server in the relay address is malformed, or its port no number up to 65535.") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.netloc:
        raise BadInput("A relay address looks like smtp://user:password@mail.example.org:587.")
    if not host or port == 0 or re.search(r"[^A-Za-z0-9.:_-]", host):
        raise BadInput("The relay address names no mail server.")
    options = parse_qs(parts.query, keep_blank_values=True)
    if set(options) - {"tls"} or parts.path not in ("", "/") or parts.fragment:
        raise BadInput("After its port, a relay address may only say ?tls=starttls, ?tls=implicit or ?tls=none.")
    user, password = (unquote(p) if p is not None else None for p in (parts.username, parts.password))
    tls = _chosen_tls(options.get("tls", [None])[-1], parts.scheme, host, port)
    if user and tls == "none" and "tls" not in options:
        raise BadInput("This would send the password unencrypted. Add ?tls=none to the relay address if you mean it.")
    if user and not password:
        raise BadInput("The relay address has a user and no password.")
    default_port = {"implicit": 465, "starttls": 587, "none": 25}[tls]
    return RelayAddress(host, port or default_port, user or None, password if user else None, tls)


def _chosen_tls(written: str | None, scheme: str, host: str, port: int | None) -> Tls:
    if written == "starttls" and scheme == "smtp":
        return "starttls"
    if written == "implicit" or (written is None and (scheme == "smtps" or port == 465)):
        return "implicit"
    if written == "none" and scheme == "smtp":
        return "none"
    if written is not None:
        raise BadInput("The tls part of the relay address is starttls, implicit (the only one for smtps) or none.")
    return "none" if host == "localhost" or host == "::1" or re.fullmatch(r"127(\.\d{1,3}){3}", host) else "starttls"
