"""The secrets of the days: made when first needed, the same for every process, and gone after two days."""

import secrets
from datetime import date, datetime, timedelta

from sqlalchemy import Table
from sqlmodel import Session, col, select

from publisher.database import insert_into
from publisher.podcasts.downloads.models import CountingSecret

#: A window of 24 hours may begin at the end of its day, so a secret is needed until the next day is over; one that was made
#: for an old log lives as long from then, so that the neighbouring file of the same log can follow.
LIVES = timedelta(hours=48)


def secret_of(session: Session, day: date, *, now: datetime) -> str:
    """The secret of that UTC day, made where there is none. Two processes at once agree: the first to store it wins."""
    if (found := known(session, day)) is not None:
        return found
    row = {"day": day, "secret": secrets.token_hex(32), "created_at": now}
    session.execute(insert_into(session, _SECRETS).values(**row).on_conflict_do_nothing())
    made = known(session, day)
    if made is None:
        raise RuntimeError("the secret of a day was stored and is not there")
    return made


def known(session: Session, day: date) -> str | None:
    return session.exec(select(CountingSecret.secret).where(col(CountingSecret.day) == day)).first()


def outlived(session: Session, now: datetime) -> list[date]:
    """The days whose secret has lived long enough, oldest first."""
    wanted = select(col(CountingSecret.day)).where(
        col(CountingSecret.day) <= (now - LIVES).date(), col(CountingSecret.created_at) <= now - LIVES
    )
    return list(session.exec(wanted.order_by(col(CountingSecret.day))))


_SECRETS: Table = CountingSecret.__table__  # type: ignore[attr-defined]
