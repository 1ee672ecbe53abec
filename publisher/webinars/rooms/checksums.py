"""How a BigBlueButton server and we believe each other: a hash over what is asked and a secret that both know.

Sources: BigBlueButton, API reference (“API Security Model”: hash of call name, query string and secret, in SHA-1, 256, 384 or
512) and “Webhooks” (hash of callback address, data and secret); recording-ready: a JSON web token, HS256 (RFC 7515, RFC 7519).
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode

#: In the order in which a server is tried: new ones may refuse SHA-1, old ones know nothing else.
ALGORITHMS = ("sha256", "sha1", "sha512", "sha384")
_BY_LENGTH = {40: "sha1", 64: "sha256", 96: "sha384", 128: "sha512"}
LONGEST_TOKEN = 8_000


def checksum(text: str, secret: str, algorithm: str = "sha256") -> str:
    return hashlib.new(algorithm, (text + secret).encode()).hexdigest()


def signed(call: str, query: Iterable[tuple[str, str]], secret: str, algorithm: str = "sha256") -> str:
    """The call with its query and checksum, to be put after the server's address."""
    written = urlencode(list(query))
    mark = "&" if written else ""
    return f"{call}?{written}{mark}checksum={checksum(call + written, secret, algorithm)}"


def is_callback(url: str, body: bytes, said: str, secret: str) -> bool:
    """Whether `said` is the checksum of what a server sent to `url`. The data is hashed as JSON of its fields (the order in
    which versions write them differs), or as it came: each needs the secret, so none is easier to forge."""
    algorithm = _BY_LENGTH.get(len(said))
    if algorithm is None or not said.isascii():
        return False
    forms = _forms(body)
    matches = [hmac.compare_digest(checksum(url + form, secret, algorithm), said.lower()) for form in forms]
    return any(matches)


def token_claims(token: str, secret: str) -> dict[str, Any] | None:
    """The claims of a JSON web token that was signed with HS256 and this secret; None for every other."""
    parts = token.split(".")
    if len(token) > LONGEST_TOKEN or len(parts) != 3 or not token.isascii():
        return None
    expected = hmac.new(secret.encode(), f"{parts[0]}.{parts[1]}".encode(), hashlib.sha256).digest()
    try:
        header, claims, signature = json.loads(_decoded(parts[0])), json.loads(_decoded(parts[1])), _decoded(parts[2])
    except (ValueError, RecursionError):
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict) or header.get("alg") != "HS256":
        return None  # “none”, above all
    return claims if hmac.compare_digest(signature, expected) else None


def _forms(body: bytes) -> list[str]:
    text = body.decode("utf-8", "replace")
    pairs = parse_qsl(text, keep_blank_values=True)
    if not pairs or len(pairs) > 10:
        return [text]
    fields: list[tuple[str, Any]] = [(name, _number(value) if name == "timestamp" else value) for name, value in pairs]
    orders = [fields, sorted(fields, key=lambda pair: pair[0]), [(name, str(value)) for name, value in fields]]
    return [text, *(json.dumps(dict(order), ensure_ascii=False, separators=(",", ":")) for order in orders)]


def _number(value: str) -> int | str:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 20 else value


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error as problem:
        raise ValueError("not base64url") from problem
