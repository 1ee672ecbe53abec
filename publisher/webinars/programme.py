"""What there is: series and their dates, found by name and listed. Looks only; what changes them stands above."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from publisher.errors import NotFound
from publisher.languages import N_
from publisher.webinars.models import Series, Webinar, WebinarState
from publisher.webinars.times import state_of

Pair = tuple[Series, Webinar]


def find(session: Session, key: str) -> tuple[Series, Webinar | None]:
    """What a short name stands for: a date with its series, or a series of several dates with None. Of a one-off, its date."""
    webinar = session.exec(select(Webinar).where(col(Webinar.slug) == key)).first()
    if webinar is not None:
        return session.get_one(Series, webinar.series_id), webinar
    return by_slug(session, key), None


def by_slug(session: Session, slug: str) -> Series:
    found = session.exec(select(Series).where(col(Series.slug) == slug)).first()
    if found is None:
        raise NotFound(f"There is no webinar “{slug[:80]}”.")
    return found


def webinar_by_slug(session: Session, slug: str) -> Webinar:
    """A date by its short name, draft or not."""
    found = session.exec(select(Webinar).where(col(Webinar.slug) == slug)).first()
    if found is None:
        raise NotFound(f"There is no webinar “{slug[:80]}”.")
    return found


def by_uid(session: Session, uid: str) -> Series | None:
    """The series an invitation with this UID is about."""
    return session.exec(select(Series).where(col(Series.uid) == uid)).first()


def webinars_of(session: Session, series: Series) -> list[Webinar]:
    """All dates of a series, drafts and those called off too, in the order they were planned in."""
    wanted = select(Webinar).where(col(Webinar.series_id) == series.id)
    return list(session.exec(wanted.order_by(col(Webinar.number), col(Webinar.id))).all())


def webinar_of_single(session: Session, series: Series) -> Webinar:
    """The only date of a one-off."""
    found = session.exec(select(Webinar).where(col(Webinar.series_id) == series.id)).first()
    if found is None:
        raise NotFound(N_("This webinar has no date."))
    return found


def all_of(session: Session) -> list[Series]:
    """Every series, the newest first: for staff."""
    return list(session.exec(select(Series).order_by(col(Series.created_at).desc(), col(Series.id).desc())).all())


def every(session: Session) -> list[Pair]:
    """Every date of every series, by its start: for staff and programs."""
    wanted = select(Series, Webinar).where(col(Webinar.series_id) == col(Series.id))
    return [(series, one) for series, one in session.exec(wanted.order_by(col(Webinar.starts_at), col(Webinar.id)))]


def listed(session: Session, now: datetime, *, past: bool = False, limit: int | None = None) -> list[Pair]:
    """Dates that anybody may find: those to come (and those on now), the next first, or those over, the latest first. What
    was called off is not among them; what is for a cohort, or for whoever has the address, never is."""
    wanted = select(Series, Webinar).where(
        col(Webinar.series_id) == col(Series.id),
        col(Series.is_listed).is_(True),
        col(Series.list_id).is_(None),
        col(Webinar.state) == WebinarState.ANNOUNCED,
    )
    is_over = (col(Webinar.ends_at) <= now) | col(Webinar.ended_at).is_not(None)
    order = (
        (col(Webinar.starts_at).desc(), col(Webinar.id).desc()) if past else (col(Webinar.starts_at), col(Webinar.id))
    )
    rows = session.exec(wanted.where(is_over if past else ~is_over).order_by(*order).limit(limit))
    return [(series, one) for series, one in rows]


def for_list(session: Session, list_id: int) -> list[Series]:
    """The series of a cohort."""
    return list(session.exec(select(Series).where(col(Series.list_id) == list_id).order_by(col(Series.id))).all())


def is_public(series: Series) -> bool:
    """Whether readers are to find it without having its address."""
    return series.is_listed and series.list_id is None


def state_of_series(webinars: Sequence[Webinar], now: datetime) -> str:
    """draft, announced, live, held or cancelled, of all dates together: what is still to come says it."""
    states = {state_of(one, now) for one in webinars}
    return next((state for state in ("live", "announced", "draft", "held", "cancelled") if state in states), "draft")
