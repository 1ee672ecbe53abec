"""What stands before a form that anybody may fill: a hidden field, the time it took, and budgets.

None of it keeps a patient person out, or shows whether an address is known. Budgets count in the database under keyed
hashes, so neither an address nor a network can be read from them.
"""

import ipaddress
import secrets
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, select

from publisher import budgets
from publisher.budgets import Budget
from publisher.errors import BadToken
from publisher.mail import addresses
from publisher.tokens import Purpose, Tokens

TOO_FAST = timedelta(seconds=2)
FORM_LIVES = timedelta(hours=24)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PER_NETWORK_AN_HOUR = 30  # a school or a conference behind one address still gets through
PER_DAY = 5_000
PER_ADDRESS_MAILS = 1  # in 24 hours, whatever lists they were for
LINKS_AN_HOUR = 3

ASK_AGAIN = "Please press the button once more. The page had been open too long, or too short, to be sure."


class FormCheck(StrEnum):
    """What to do with a form that came back."""

    FINE = "fine"
    AGAIN = "again"  # show it once more, filled in, with `ASK_AGAIN`
    PRETEND = "pretend"  # a program filled the hidden field: answer as always, do nothing


def form_token(tokens: Tokens, now: datetime) -> str:
    """The signed moment at which a form was shown."""
    return tokens.make(Purpose.FORM, f"{int(now.timestamp() * 1000):x}:{secrets.token_urlsafe(6)}")


def check_form(tokens: Tokens, token: str, honeypot: str, now: datetime) -> FormCheck:
    """Judge a form by its hidden field (which must be empty) and the moment it was shown."""
    if honeypot.strip():
        return FormCheck.PRETEND
    try:
        shown = tokens.open(Purpose.FORM, token, now=now).partition(":")[0]
    except BadToken:
        return FormCheck.AGAIN
    age = now - datetime.fromtimestamp(int(shown, 16) / 1000, UTC)
    return FormCheck.FINE if TOO_FAST <= age <= FORM_LIVES else FormCheck.AGAIN


def network_of(ip: str) -> str:
    """The network that is counted as one: /24 of IPv4, /48 of IPv6; empty where it is no address."""
    try:
        address = ipaddress.ip_address(ip.strip().partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    prefix = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))


def spend_for_network(
    session: Session, tokens: Tokens, name: str, ip: str, *, now: datetime, an_hour: int = PER_NETWORK_AN_HOUR
) -> None:
    """Count one try from this network; `TooMany` when there were too many. Without an address (a command) nothing counts."""
    if network := network_of(ip):
        key = tokens.keyed_hash("budget", network)
        budgets.spend(session, f"{name}-network", key, now=now, limit=an_hour, window=HOUR)


def spend_for_day(session: Session, name: str, *, now: datetime, a_day: int = PER_DAY) -> None:
    """Count one try of this day, from anywhere; `TooMany` when there were too many."""
    budgets.spend(session, f"{name}-day", "", now=now, limit=a_day, window=DAY)


def may_mail(session: Session, tokens: Tokens, email: str, *, now: datetime) -> bool:
    """Whether a form may cause a mail to this address; counts it if so. One in 24 hours, for all forms together.

    Tries that cause no mail are not counted: otherwise whoever tries every hour keeps the owner out for ever. Windows of
    an hour that began less than 25 hours ago are looked at, so that 24 hours pass in any case.
    """
    key = tokens.keyed_hash("budget", _counted_as(email))
    recent = select(Budget.count).where(
        col(Budget.name) == "form-mail", col(Budget.key) == key, col(Budget.start) > now - DAY - HOUR
    )
    if sum(session.exec(recent)) >= PER_ADDRESS_MAILS:
        return False
    # Two requests at once both see nothing above; the one whose increment comes second is the one too many.
    return budgets.count(session, "form-mail", key, now=now, window=HOUR, add=1) <= PER_ADDRESS_MAILS


def may_write(session: Session, tokens: Tokens, name: str, email: str, *, limit: int, now: datetime) -> bool:
    """The same for letters of one kind, of which there may be `limit` in 24 hours; whoever tries without mail is not counted."""
    key = tokens.keyed_hash("budget", _counted_as(email))
    recent = select(Budget.count).where(
        col(Budget.name) == name, col(Budget.key) == key, col(Budget.start) > now - DAY - HOUR
    )
    if sum(session.exec(recent)) >= limit:
        return False
    return budgets.count(session, name, key, now=now, window=HOUR, add=1) <= limit


def may_send_link(session: Session, tokens: Tokens, email: str, *, now: datetime) -> bool:
    """Whether a fresh link may be mailed to this address; counts the try, known address or not."""
    key = tokens.keyed_hash("budget", _counted_as(email))
    return budgets.count(session, "fresh-link", key, now=now, window=HOUR, add=1) <= LINKS_AN_HOUR


def _counted_as(email: str) -> str:
    """One mailbox under its many spellings counts once: `a+1@`, `a+2@` are `a@`; Gmail reads no dots either."""
    local, _, domain = addresses.normalise(email).rpartition("@")
    local = local.partition("+")[0] or local
    if domain in ("gmail.com", "googlemail.com"):
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"
