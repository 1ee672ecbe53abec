"""What was put into the outbox, for tests that care what a person would read."""

import json

from sqlmodel import Session, col, select

from publisher.mail.models import Address, Letter, Outbox


def kinds(session: Session, email: str | None = None) -> list[str]:
    """The kinds of letters in the order they were posted, to one address or to all."""
    wanted = (
        select(Letter.kind)
        .join(Outbox, col(Outbox.letter_id) == col(Letter.id))
        .join(Address, col(Address.id) == col(Outbox.address_id))
        .order_by(col(Outbox.id))
    )
    if email is not None:
        wanted = wanted.where(col(Address.normalised) == email)
    return list(session.exec(wanted))


def link(session: Session, name: str, email: str | None = None) -> str:
    """The newest personal link of that name (`confirm`, `undo`, `action`, …) that was posted."""
    wanted = (
        select(Outbox.marks).join(Address, col(Address.id) == col(Outbox.address_id)).order_by(col(Outbox.id).desc())
    )
    if email is not None:
        wanted = wanted.where(col(Address.normalised) == email)
    return next(str(json.loads(marks)[name]) for marks in session.exec(wanted) if marks and name in json.loads(marks))


def token(session: Session, name: str, email: str | None = None) -> str:
    """The token at the end of that link."""
    return link(session, name, email).rpartition("/")[2]
