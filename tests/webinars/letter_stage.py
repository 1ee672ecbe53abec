"""What the stories about letters of webinars stand on: people with seats, and their mails as a relay gets them."""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select
from webinars.webinar_stage import dates_of

from publisher.audience.people import new_key
from publisher.house import House
from publisher.mail.building import Builder
from publisher.mail.claiming import Claimed
from publisher.mail.models import Address, Letter, Outbox
from publisher.webinars.models import Registrant, Registration, Seat, Series, Speaker, Webinar


def an_address(session: Session, email: str, now: datetime) -> Address:
    row = Address(email=email, normalised=email.lower(), hash=f"hash of {email.lower()}", created_at=now)
    session.add(row)
    session.flush()
    return row


def a_registration(
    session: Session,
    series: Series,
    now: datetime,
    email: str = "alice@readers.example",
    *,
    coming: Collection[int] | None = None,
    recording: Collection[int] = (),
    **values: Any,
) -> Registration:
    """Alice, registered for every date, or for those of the numbers `coming`. `recording`: dates she wants to hear of."""
    registrant = Registrant(address_id=an_address(session, email, now).id, key=new_key(), created_at=now)
    session.add(registrant)
    session.flush()
    given = {"state": "registered", "name": "Alice", "zone": "America/New_York", "is_whole": coming is None} | values
    row = Registration(
        series_id=series.id, registrant_id=registrant.id, key=secrets.token_urlsafe(12), asked_at=now, registered_at=now,
        changed_at=now, **given,
    )  # fmt: skip
    session.add(row)
    session.flush()
    for one in dates_of(session, series):
        if one.number in recording:
            session.add(Seat(registration_id=row.id, webinar_id=one.id, state="recording"))
        elif coming is None or one.number in coming:
            session.add(Seat(registration_id=row.id, webinar_id=one.id))
    session.flush()
    return row


def sit(session: Session, registration: Registration, webinar: Webinar, state: str) -> None:
    """Change one seat, as the person would: their SEQUENCE grows."""
    seat = session.get(Seat, (registration.id, webinar.id)) or Seat(
        registration_id=registration.id, webinar_id=webinar.id
    )
    seat.state = state
    registration.extra += 1
    session.add_all([seat, registration])
    session.flush()


def a_speaker(
    session: Session, series: Series, now: datetime, email: str = "ruth@talks.example", **values: Any
) -> Speaker:
    given = {"name": "Ruth Wanjiru", "organisation": "Play Lab", "zone": "Europe/Berlin", "key": new_key()} | values
    row = Speaker(series_id=series.id, address_id=an_address(session, email, now).id, created_at=now, **given)
    session.add(row)
    session.flush()
    return row


def mails_of(session: Session, house: House, *, to: str | None = None) -> list[bytes]:
    """Everything in the outbox as it would go out, oldest first."""
    rows = session.exec(
        select(Outbox, Address).where(col(Outbox.address_id) == col(Address.id)).order_by(col(Outbox.id))
    )
    return [built(session, house, row, address) for row, address in rows.all() if to in (None, address.email)]


def built(session: Session, house: House, row: Outbox, address: Address) -> bytes:
    claimed = Claimed(
        id=row.id or 0, letter_id=row.letter_id, edition_id=row.edition_id, address_id=row.address_id,
        email=address.email, to_name=row.to_name, zone=row.zone, selection=row.selection, subject=row.subject,
        marks=row.marks, attempts=0, doubts=0, created_at=row.created_at, expires_at=row.expires_at,
    )  # fmt: skip
    mail = Builder(house.settings, house.tokens).build(session, claimed, now=row.not_before, smtputf8=False)
    assert mail is not None
    return mail.data


def last_mail(session: Session, house: House) -> bytes:
    return mails_of(session, house)[-1]


def kinds_of(session: Session) -> list[str]:
    rows = session.exec(
        select(Letter.kind).join(Outbox, col(Outbox.letter_id) == col(Letter.id)).order_by(col(Outbox.id))
    )
    return list(rows.all())
