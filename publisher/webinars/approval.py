"""Approval: staff look at who wants to take part, and say yes or no."""

from datetime import datetime

from sqlmodel import Session, col, select

from publisher.errors import Conflict
from publisher.house import House
from publisher.webinars import changing, letters, registrants, waiting
from publisher.webinars.models import Registration, RegistrationState, Series


def asked(session: Session, series: Series) -> list[Registration]:
    """Who waits for an answer of staff, the first first."""
    which = select(Registration).where(
        col(Registration.series_id) == series.id, col(Registration.state) == RegistrationState.ASKED
    )
    return list(session.exec(which.order_by(col(Registration.asked_at), col(Registration.id))))


def approve(session: Session, house: House, registration: Registration, *, now: datetime) -> None:
    """Yes: they have their places, or wait where it is full. Also for who was declined before. `Conflict` for anybody else."""
    series = changing.held(session, registration)
    if registration.state not in (RegistrationState.ASKED, RegistrationState.DECLINED):
        raise Conflict(f"They are {registration.state}, so there is nothing to approve.")
    registration.cancelled_at = None
    waiting.admit(session, house, series, registration, now=now, approved=True)


def decline(session: Session, house: House, registration: Registration, *, now: datetime) -> None:
    """No: they hear of it, and registering again does not change it. Who had places loses them. `Conflict` for who left."""
    changing.held(session, registration)
    if registration.state == RegistrationState.REGISTERED:
        changing.leave(session, house, registration, RegistrationState.DECLINED, now=now)
        return
    if registration.state not in (RegistrationState.PENDING, RegistrationState.ASKED, RegistrationState.WAITING):
        raise Conflict(f"They are {registration.state}, so there is nothing to decline.")
    was_confirmed = registration.state != RegistrationState.PENDING
    registration.state = RegistrationState.DECLINED
    registrants.touch(session, registration, now=now, dates=False)
    if was_confirmed:
        letters.is_declined(session, house, registration, now=now)
