"""Keys by which receivers check signatures of a domain (DKIM, RFC 6376). Which of them a relay signs with, only a mail tells;
so the usual names are looked at, and whether the domain has any at all (RFC 8020)."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass

from publisher.mail.domains import Names

USUAL = (
    "default", "dkim", "mail", "smtp", "email", "mx", "s1", "s2", "k1", "k2", "k3", "google", "selector1", "selector2",
    "fm1", "fm2", "fm3", "mte1", "mte2", "pm", "zoho", "protonmail", "sig1", "key1", "publisher", "mailjet", "brevo1", "brevo2",
)  # fmt: skip
#: RFC 8301 §3.2: signers use 2048 bits, and receivers refuse what is shorter than 1024.
FEWEST_BITS, ENOUGH_BITS = 1024, 2048
#: What the DER of an RSA key (SubjectPublicKeyInfo) has around its modulus, in octets.
_AROUND = 38


@dataclass(frozen=True)
class Key:
    """`selector` names it; `bits` of RSA, 0 for other kinds; `fault`: why it proves nothing."""

    selector: str
    bits: int = 0
    fault: str = ""


@dataclass(frozen=True)
class Keys:
    """`found` under the usual names. `any_at_all`: whether DNS says that there are keys under whatever name."""

    found: tuple[Key, ...]
    any_at_all: bool


def look(names: Names, domain: str) -> Keys:
    """`NoAnswer` where DNS says nothing."""
    below = f"_domainkey.{domain}"
    there = names.exists(below)
    if not there and not names.exists(domain):
        return Keys((), any_at_all=False)
    # Some servers wrongly say that nothing is below a name that has no record itself, so the first few are asked for all the same.
    selectors = USUAL if there else USUAL[:8]
    found = tuple(_keys(names, selectors, below))
    return Keys(found, any_at_all=there or bool(found))


def read(selector: str, text: str) -> Key:
    """A key record, by RFC 6376 §3.6.1."""
    pairs = (part.partition("=") for part in text.split(";"))
    tags = {name.strip().lower(): "".join(value.split()) for name, _, value in pairs}
    if not tags.get("p"):
        return Key(selector, fault="it was withdrawn: its p= is empty")
    try:
        octets = base64.b64decode(tags["p"], validate=True)
    except (binascii.Error, ValueError):
        return Key(selector, fault="it cannot be read: its p= is not base64")
    if tags.get("k", "rsa").lower() != "rsa":
        return Key(selector)
    bits = max(0, len(octets) - _AROUND) * 8
    bits = ENOUGH_BITS if bits >= ENOUGH_BITS - 64 else bits
    return Key(selector, bits, "" if bits >= FEWEST_BITS - 64 else "it is too short: receivers refuse it")


def _keys(names: Names, selectors: tuple[str, ...], below: str) -> Iterator[Key]:
    for selector in selectors:
        for text in names.texts(f"{selector}.{below}"):
            if "p=" in text.replace(" ", ""):
                yield read(selector, text)
