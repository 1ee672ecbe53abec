"""Letters to one person: a confirmation, a welcome, a notice. They go through the same outbox as an issue does."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table
from sqlmodel import Session, col, select

from publisher.database import insert_into
from publisher.house import House
from publisher.mail.calendar_part import CalendarBody
from publisher.mail.identities import brand_of, hub, personal_plan
from publisher.mail.letters import HeaderPlan, compile_letter
from publisher.mail.models import Address, Identity, Letter, LetterState, MailClass, Outbox, OutboxState
from publisher.mail.outbox import add_rows, keep_edition

#: How long a letter to one person is worth carrying.
LIVES = timedelta(days=2)
_LETTER: Table = Letter.__table__  # type: ignore[attr-defined]

TITLES = {
    "confirm": "Please confirm your subscription",
    "welcome": "Welcome",
    "goodbye": "You have left",
    "notice": "Notices",
    "desk": "Desk letters",
    "test": "Test mails",
    "webinar-confirmation": "Webinars: who registered",
    "webinar-update": "Webinars: what has changed",
    "webinar-cancellation": "Webinars: what was called off",
    "webinar-speaker": "Webinars: to speakers",
}


def post(
    session: Session,
    house: House,
    *,
    kind: str,
    to: Address,
    language: str,
    context: Mapping[str, Any],
    occasion: str,
    now: datetime,
    values: Mapping[str, str] | None = None,
    to_name: str = "",
    zone: str = "UTC",
    mail_class: MailClass = MailClass.PERSONAL,
    identity: Identity | None = None,
    list_key: str | None = None,
    expires_at: datetime | None = None,
    plan: HeaderPlan | None = None,
    calendar: CalendarBody | None = None,
) -> Outbox | None:
    """Put a letter of `templates/mail/<kind>` into the outbox for one address.

    Once per (kind, address, occasion): a second call changes nothing and returns the first row. None where the address
    has been erased: there is nothing left to write to. `context` is compiled in (same for everybody with the same
    words), and so is the `calendar`; `values` are the links and marks of this person.
    """
    if not to.email:
        return None
    identity = identity or hub(session)
    letter = standing_letter(session, kind, mail_class, identity, list_key, now)
    brand = {"brand": brand_of(identity, house.settings), **context}
    plan = plan or personal_plan(identity)
    data = compile_letter(house.templates, kind, language, brand, plan, calendar).to_bytes()
    row = {
        "letter_id": letter.id,
        "address_id": to.id,
        "occasion": occasion,
        "edition_id": _kept(session, letter, language, data),
        "to_name": to_name,
        "zone": zone,
        "marks": json.dumps(dict(values or {}), ensure_ascii=False),
        "not_before": now,
        "expires_at": expires_at or now + LIVES,
        "created_at": now,
    }
    add_rows(session, [_NEW | row])
    same = (col(Outbox.letter_id) == letter.id, col(Outbox.address_id) == to.id, col(Outbox.occasion) == occasion)
    return session.exec(select(Outbox).where(*same)).first()


_NEW: dict[str, Any] = {"state": OutboxState.QUEUED.value, "attempts": 0, "doubts": 0, "epoch": 0, "reply": ""}


def _kept(session: Session, letter: Letter, language: str, data: bytes) -> int:
    assert letter.id is not None
    digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    return keep_edition(session, letter.id, language, digest, data)


def standing_letter(
    session: Session, kind: str, mail_class: MailClass, identity: Identity, list_key: str | None, now: datetime
) -> Letter:
    """The letter that all mails of this kind belong to; it is always being sent. Two who write the first one at the same
    moment get the same."""
    key = ":".join(part for part in (kind, mail_class.value, identity.slug, list_key or "") if part)
    same = select(Letter).where(col(Letter.key) == key)
    if (found := session.exec(same).first()) is not None:
        return found
    letter = Letter(
        key=key,
        kind=kind,
        title=TITLES.get(kind, kind.replace("-", " ").capitalize()),
        state=LetterState.SENDING,
        mail_class=mail_class,
        identity_id=identity.id or 0,
        list_key=list_key,
        uncertain="resend",
        standing=True,
        created_at=now,
        let_out_at=now,
    )
    row = letter.model_dump(exclude={"id"})
    session.execute(insert_into(session, _LETTER).values(row).on_conflict_do_nothing(index_elements=["key"]))
    return session.exec(same).one()
