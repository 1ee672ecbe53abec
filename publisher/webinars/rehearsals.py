"""Rehearsals: trying out sound and slides before a date. An invitation of its own for who speaks there, told when it changes."""

import uuid
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.mail.models import Identity
from publisher.webinars import letters, slots, times
from publisher.webinars.models import Series, Speaker, Webinar, WebinarState


def rehearse(
    session: Session, house: House, webinar: Webinar, wall: datetime | None, *, minutes: int = 30, now: datetime
) -> bool:
    """Set, move or (None) call off the rehearsal, in the zone of the date and before it; False where it stands so already.
    Its UID is given once. Speakers who have their link get the invitation, or the word that there is none."""
    if webinar.state == WebinarState.CANCELLED:
        raise Conflict("This date was called off.")
    said = times.said(slots.wall(wall, "rehearsal")) if wall is not None else ""
    length = slots.length(minutes)
    if (said, length if said else 0) == (webinar.rehearsal_wall, webinar.rehearsal_minutes if said else 0):
        return False
    at = slots.to_come(times.read_wall(said), webinar.zone, now, "rehearsal") if said else None
    if at is not None and at + timedelta(minutes=length) > webinar.starts_at:
        raise BadInput("A rehearsal is over before the date itself begins.", field="rehearsal")
    if webinar.rehearsal_uid:
        webinar.rehearsal_sequence += 1
    else:
        identity = session.get_one(Identity, session.get_one(Series, webinar.series_id).identity_id)
        webinar.rehearsal_uid = f"{uuid.uuid4()}@{identity.domain}"
    webinar.rehearsal_wall, webinar.rehearsal_at, webinar.rehearsal_minutes = said, at, length
    session.add(webinar)
    session.flush()
    tell(session, house, webinar, now=now)
    return True


def call_off(session: Session, house: House, webinar: Webinar, *, now: datetime) -> None:
    """The date is called off, and the rehearsal that was to come with it."""
    if webinar.rehearsal_at is None or webinar.rehearsal_at <= now:
        return
    webinar.rehearsal_wall, webinar.rehearsal_at = "", None
    webinar.rehearsal_sequence += 1
    session.add(webinar)
    session.flush()
    tell(session, house, webinar, now=now)


def tell(session: Session, house: House, webinar: Webinar, *, now: datetime) -> None:
    """Who speaks or helps at the date, or at all of the series, and was invited already, hears when the rehearsal is."""
    whose = select(Speaker).where(
        col(Speaker.series_id) == webinar.series_id,
        col(Speaker.webinar_id).is_(None) | (col(Speaker.webinar_id) == webinar.id),
        col(Speaker.invited_at).is_not(None),
    )
    for speaker in session.exec(whose.order_by(col(Speaker.id))).all():
        letters.rehearsal(session, house, speaker, webinar, now=now)
