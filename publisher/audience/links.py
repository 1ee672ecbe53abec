"""The links readers get, and what their tokens name. A person is named by a random key, never by an address.

Purpose → subject: CONFIRM `key:consent ids`; UNSUBSCRIBE `key:list slug`; UNDO `key:instant:list ids`; PREFERENCES and
FRESH `key`; ADDRESS the id of the change.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from publisher.audience.models import AddressChange, Consent, MailingList, Person
from publisher.errors import BadToken
from publisher.house import House
from publisher.tokens import FORGED, Purpose, Tokens

CONFIRM_DAYS = 7
CONFIRM_LIVES = timedelta(days=CONFIRM_DAYS)
UNDO_LIVES = timedelta(days=7)
FRESH_LIVES = timedelta(hours=1)
ADDRESS_LIVES = timedelta(days=1)


def unsubscribe_token(tokens: Tokens, person_key: str, slug: str) -> str:
    """Never expires (RFC 8058 readers press it years later). By key and slug, so that planning needs no row."""
    return tokens.make(Purpose.UNSUBSCRIBE, f"{person_key}:{slug}")


def preferences_token(tokens: Tokens, person_key: str) -> str:
    """The one in every mail: reversible changes only, because mails are forwarded."""
    return tokens.make(Purpose.PREFERENCES, person_key)


def fresh_token(tokens: Tokens, person_key: str, *, now: datetime) -> str:
    """The one that was asked for within the hour: may download, erase, and change the address."""
    return tokens.make(Purpose.FRESH, person_key, now=now, lives=FRESH_LIVES)


def unsubscribe_url(house: House, person_key: str, slug: str) -> str:
    return house.settings.url(f"/u/{unsubscribe_token(house.tokens, person_key, slug)}")


def preferences_url(house: House, person_key: str) -> str:
    return house.settings.url(f"/preferences/{preferences_token(house.tokens, person_key)}")


def fresh_url(house: House, person_key: str, *, now: datetime) -> str:
    return house.settings.url(f"/preferences/{fresh_token(house.tokens, person_key, now=now)}")


def confirm_url(house: House, person: Person, consents: Iterable[Consent], *, now: datetime) -> str:
    subject = f"{person.key}:{','.join(str(consent.id) for consent in consents)}"
    return house.settings.url(f"/confirm/{house.tokens.make(Purpose.CONFIRM, subject, now=now, lives=CONFIRM_LIVES)}")


def undo_token(tokens: Tokens, person: Person, lists: Iterable[MailingList], *, now: datetime) -> str:
    subject = f"{person.key}:{int(now.timestamp() * 1_000_000):x}:{','.join(str(row.id) for row in lists)}"
    return tokens.make(Purpose.UNDO, subject, now=now, lives=UNDO_LIVES)


def undo_url(house: House, token: str) -> str:
    return house.settings.url(f"/undo/{token}")


def address_url(house: House, change: AddressChange, *, now: datetime) -> str:
    token = house.tokens.make(Purpose.ADDRESS, change.id or 0, now=now, lives=ADDRESS_LIVES)
    return house.settings.url(f"/address/{token}")


def parts_of(subject: str, number: int) -> list[str]:
    """A subject's parts. A signed subject has them all unless it was made by another version of us: `BadToken` then."""
    parts = subject.split(":")
    if len(parts) != number:
        raise BadToken(FORGED)
    return parts


def ids_of(text: str) -> list[int]:
    """Row numbers of a signed subject."""
    return [int(part) for part in text.split(",") if part.isdecimal()]
