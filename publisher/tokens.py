"""Signed links. A token is bound to one purpose: one made to unsubscribe opens nothing else.

Form: `<payload>.<signature>`, both base64url without padding. The payload is `subject` or `subject~expiry` (Unix
seconds, hexadecimal); the signature is a keyed BLAKE2b of 128 bits over purpose and payload. Personal data never goes into
a token: `subject` is a row's number or a random key. Source of the rules: RFC 8058 §3.1 (opaque, hard to forge).
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from publisher.errors import BadToken

FORGED = "This link is not valid. Perhaps it was cut off when it was copied."
EXPIRED = "This link is too old. Ask for a new one."


class Purpose(StrEnum):
    """What a token may be used for. Each purpose signs with a key of its own."""

    CONFIRM = "confirm"
    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    FRESH = "fresh"  # preferences by a link asked for within the hour: may erase, download, change the address
    ADDRESS = "address"  # confirms a change of address
    CLICK = "click"
    BROWSER = "browser"
    INVITE = "invite"
    RESET = "reset"
    FORM = "form"
    UNDO = "undo"
    CONFIRM_FORM = "confirm-form"
    FEED = "feed"  # a private podcast: feed and sound
    REGISTER = "register"  # fills a registration form for a reader; logs nobody in
    BOOKING = "booking"  # one's own page of a registration
    JOIN = "join"  # the way into the room, for one registration or speaker and one date
    QUIET = "quiet"  # no more mail about this webinar
    CALENDAR = "calendar"  # somebody's own calendar of webinars
    COHORT = "cohort"  # the calendar of a cohort
    SPEAKER = "speaker"  # a speaker's own page
    ATTENDED = "attended"  # a confirmation of attendance, which anybody may check who is shown it
    HOOK = "hook"  # where a meeting server tells us what happened in one room


@dataclass(frozen=True)
class Tokens:
    """Makes and opens tokens with one secret. Cheap to make; keep one per process."""

    secret: str

    def __post_init__(self) -> None:
        master = hashlib.blake2b(self.secret.encode(), digest_size=32).digest()
        keys = {p: hashlib.blake2b(p.value.encode(), key=master, digest_size=32).digest() for p in Purpose}
        object.__setattr__(self, "_keys", keys)

    def make(
        self, purpose: Purpose, subject: str | int, *, now: datetime | None = None, lives: timedelta | None = None
    ) -> str:
        """A token for `subject`. With `lives` it expires that long after `now`; without, never."""
        payload = str(subject)
        if lives is not None:
            if now is None:
                raise ValueError("a token that expires needs to know the time")
            payload += f"~{int((now + lives).timestamp()):x}"
        return f"{_encode(payload.encode())}.{_encode(self._sign(purpose, payload))}"

    def open(self, purpose: Purpose, token: str, *, now: datetime) -> str:
        """The subject of a token, or `BadToken`. Constant time in the signature."""
        try:
            payload_part, signature_part = token.split(".")
            payload = _decode(payload_part).decode("ascii")
            signature = _decode(signature_part)
        except (ValueError, binascii.Error) as problem:
            raise BadToken(FORGED) from problem
        if not hmac.compare_digest(signature, self._sign(purpose, payload)):
            raise BadToken(FORGED)
        subject, tilde, expiry = payload.rpartition("~")
        if not tilde:
            return payload
        try:
            expires = datetime.fromtimestamp(int(expiry, 16), UTC)
        except (ValueError, OverflowError, OSError) as problem:
            raise BadToken(FORGED) from problem
        if expires < now:
            raise BadToken(EXPIRED)
        return subject

    def keyed_hash(self, purpose: str, text: str) -> str:
        """A hash of `text` that only this hub can compute: for what must be recognised but not kept (hex, 128 bits)."""
        key = hashlib.blake2b(f"hash:{purpose}:{self.secret}".encode(), digest_size=32).digest()
        return hashlib.blake2b(text.encode(), key=key, digest_size=16).hexdigest()

    def _sign(self, purpose: Purpose, payload: str) -> bytes:
        keys: dict[Purpose, bytes] = self._keys  # type: ignore[attr-defined]  # set once in __post_init__
        return hashlib.blake2b(payload.encode(), key=keys[purpose], digest_size=16).digest()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    if not text.isascii() or len(text) > 512 or len(text) % 4 == 1:
        raise ValueError("not base64url")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
