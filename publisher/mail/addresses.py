"""Addresses: one row each, normalised, and what may be sent to them.

Syntax is RFC 5321/5322/6531 as `email-validator` reads it, without asking the network; domains are compared as A-labels
(IDNA 2008, UTS 46), local parts case-folded, because no reader tells `Ann@` from `ann@`.
"""

from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Table
from sqlmodel import Session, col, select

from publisher import sendlog
from publisher.database import insert_into
from publisher.errors import BadAddress
from publisher.mail.models import Address, Suppression
from publisher.tokens import Tokens

_TABLE: Table = Address.__table__  # type: ignore[attr-defined]


def normalise(email: str) -> str:
    """The form in which two spellings of one address are equal; `BadInput` where it is no address at all."""
    local, domain = _parts(email)
    return f"{local.casefold()}@{domain}"


def display(email: str) -> str:
    """The address as its owner writes it, trimmed, Unicode in composed form."""
    text = email.strip()
    return str(
        validate_email(text, check_deliverability=False, globally_deliverable=False, test_environment=True).normalized
    )


def mask(email: str) -> str:
    """Enough for the owner to recognise it, too little for anybody else: `a•••@e•••.org`."""
    local, _, domain = email.partition("@")
    name, dot, rest = domain.rpartition(".")
    return f"{local[:1]}•••@{name[:1]}•••{dot}{rest}" if domain else "•••"


def find(session: Session, tokens: Tokens, email: str) -> Address | None:
    """The row of that address, also where it was erased and only its keyed hash is left."""
    normalised = normalise(email)
    row = session.exec(select(Address).where(col(Address.normalised) == normalised)).first()
    return row or session.exec(select(Address).where(col(Address.normalised) == _erased(tokens, normalised))).first()


def find_or_make(session: Session, tokens: Tokens, email: str, *, now: datetime) -> Address:
    """The row of that address. An erased one comes back as it is: still suppressed, still nameless. Two who ask for a new one
    at the same moment get the same."""
    if found := find(session, tokens, email):
        return found
    normalised = normalise(email)
    address = Address(email=display(email), normalised=normalised, hash=hash_of(tokens, normalised), created_at=now)
    row = address.model_dump(exclude={"id"})
    session.execute(insert_into(session, _TABLE).values(row).on_conflict_do_nothing(index_elements=["normalised"]))
    return session.exec(select(Address).where(col(Address.normalised) == normalised)).one()


def suppress(
    session: Session, address: Address, scope: Suppression, reason: str, *, now: datetime, detail: str = ""
) -> None:
    """Stop mail to an address from this moment, also what is planned: it is checked again before each mail leaves.

    A wider suppression is never narrowed by a later, narrower one.
    """
    if address.suppressed == Suppression.ALL and scope != Suppression.ALL:
        return
    address.suppressed = scope
    address.reason = reason
    address.detail = detail
    address.suppressed_at = now
    sendlog.note(session, sendlog.line("S", now, address.hash, scope.value or "none", reason.replace(" ", "_") or "-"))
    session.add(address)
    session.flush()


def lift(session: Session, address: Address) -> None:
    """Let mail go there again: the person asked for it, or staff know better."""
    address.suppressed = Suppression.NONE
    if address.suppressed_at is not None:
        sendlog.note(session, sendlog.line("S", address.suppressed_at, address.hash, "none", "lifted"))
    address.reason = address.detail = ""
    address.suppressed_at = None
    session.add(address)
    session.flush()


def erase(session: Session, tokens: Tokens, address: Address, *, now: datetime) -> None:
    """Forget the address and keep only its keyed hash, suppressed, so that no import brings it back."""
    address.normalised = _erased(tokens, address.normalised)
    address.email = ""
    address.detail = ""
    suppress(session, address, Suppression.ALL, "erased", now=now)


def return_of(session: Session, tokens: Tokens, address: Address, email: str) -> None:
    """The owner of an erased address asked for mail again, and confirmed it: the row gets its address back."""
    address.email = display(email)
    address.normalised = normalise(email)
    lift(session, address)


def hash_of(tokens: Tokens, normalised: str) -> str:
    return tokens.keyed_hash("address", normalised)


def _erased(tokens: Tokens, normalised: str) -> str:
    return f"erased:{hash_of(tokens, normalised)}"


def _parts(email: str) -> tuple[str, str]:
    text = email.strip()
    if len(text) > 320 or any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise BadAddress("That is not an e-mail address.")
    try:
        valid = validate_email(text, check_deliverability=False, globally_deliverable=False, test_environment=True)
    except EmailNotValidError as problem:
        raise BadAddress(f"“{text[:80]}” is not an e-mail address.") from problem
    if "." not in (valid.ascii_domain or ""):
        raise BadAddress(f"“{text[:80]}” is not an e-mail address: its domain has no dot.")
    return str(valid.local_part), str(valid.ascii_domain)
