"""The address that a mail is sent under (VERP): it names the mail's row and carries a keyed signature of it.

What comes back is sent to it, so a notice is about that mail and no other, whatever it says; and nobody can make one up for a mail
that they did not get. Form: `bounces+<row>-<signature>@example.org`, or `b-<row>-<signature>@bounces.example.org` where a whole domain
is ours. Small letters and digits only, as some servers change the case of names. At most 64 octets before the @ (RFC 5321 §4.5.3.1.1).
"""

import hmac
import re
from collections.abc import Iterable

from sqlmodel import Session, select

from publisher.errors import BadInput
from publisher.mail import addresses, headers
from publisher.mail.bounces.models import BounceMailbox
from publisher.tokens import Tokens

DIGITS = 24
_TOKEN = re.compile(rf"(?<![a-z0-9])(\d{{1,15}})-([0-9a-f]{{{DIGITS}}})(?=[@=])")
#: What a name of ours may have before its plus sign, so that the longest row number still fits.
LONGEST_NAME = 64 - 1 - 15 - 1 - DIGITS


def clean(address: str) -> str:
    """`bounces@example.org` or `@bounces.example.org`, as it is kept; `BadInput` where it cannot be used."""
    text = address.strip().lower()
    named = addresses.normalise(f"b{text}" if text.startswith("@") else text)
    name, _, domain = named.rpartition("@")
    if not re.fullmatch(r"[a-z0-9._+-]+", name) or len(name) > LONGEST_NAME:
        raise BadInput(f"Before the @, use at most {LONGEST_NAME} plain letters and digits, such as bounces@example.org.", field="address")  # fmt: skip
    return f"@{domain}" if text.startswith("@") else f"{name}@{domain}"


def made(tokens: Tokens, address: str, row_id: int) -> str:
    """The return address of one mail."""
    name, _, domain = address.rpartition("@")
    before = f"{name}+" if name else "b-"
    return f"{before}{row_id}-{_signed(tokens, row_id)}@{domain}"


def for_wishes(address: str) -> str:
    """Where a mail program writes to leave (`List-Unsubscribe`), read with what comes back."""
    return headers.wire_address(f"leave{address}" if address.startswith("@") else address)


def of_identities(session: Session) -> dict[int, str]:
    """What return addresses are made of, for each identity whose mailbox is read."""
    return dict(session.exec(select(BounceMailbox.identity_id, BounceMailbox.address)).all())


def opened(tokens: Tokens, traces: Iterable[str]) -> int | None:
    """The row that one of these texts names with a signature of ours."""
    for trace in traces:
        for number, signature in _TOKEN.findall(trace.lower()):
            if hmac.compare_digest(signature, _signed(tokens, int(number))):
                return int(number)
    return None


def _signed(tokens: Tokens, row_id: int) -> str:
    return tokens.keyed_hash("return path", str(row_id))[:DIGITS]
