"""Seats: one registration at one date, and how many places a date has left.

Places are counted and given under a lock on the series' row, so that of two people who want the last one exactly one gets
it. (SQLite has one writer at a time anyway; on PostgreSQL the row makes them wait for each other.)
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Table, case, exists, func, literal
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, select

from publisher.database import insert_into
from publisher.webinars.models import Registration, RegistrationState, Seat, Series, Webinar, WebinarState

#: Registrations that still want their dates: of these a date that is added later has a seat.
STANDING = (
    RegistrationState.PENDING,
    RegistrationState.ASKED,
    RegistrationState.WAITING,
    RegistrationState.REGISTERED,
)
_SEAT: Table = Seat.__table__  # type: ignore[attr-defined]


def lock(session: Session, series: Series) -> None:
    """From here to the end of the transaction nobody else gives or frees a seat of this series; `series` is read anew."""
    session.refresh(series, with_for_update={"key_share": True})


def open_dates(session: Session, series: Series, *, now: datetime) -> list[Webinar]:
    """The dates one can still register for: announced and not over, in order. One that has begun is among them."""
    which = select(Webinar).where(
        col(Webinar.series_id) == series.id,
        col(Webinar.state) == WebinarState.ANNOUNCED,
        col(Webinar.ends_at) > now,
        col(Webinar.ended_at).is_(None),
    )
    return list(session.exec(which.order_by(col(Webinar.starts_at), col(Webinar.id))))


def taken(session: Session, webinar_ids: Iterable[int]) -> dict[int, int]:
    """How many places of these dates are taken: seats `coming` of who is registered."""
    ids = list(webinar_ids)
    counted = session.execute(
        columns_of(_SEAT.c.webinar_id, func.count())
        .join(Registration, col(Registration.id) == _SEAT.c.registration_id)
        .where(
            _SEAT.c.webinar_id.in_(ids),
            _SEAT.c.state == "coming",
            col(Registration.state) == RegistrationState.REGISTERED,
        )
        .group_by(_SEAT.c.webinar_id)
    )
    return dict.fromkeys(ids, 0) | {row[0]: int(row[1]) for row in counted}


def free(session: Session, series: Series, webinar_ids: Iterable[int]) -> dict[int, int] | None:
    """Places left at each of these dates, never below nothing; None where places are not limited."""
    if series.capacity is None:
        return None
    return {one: max(series.capacity - number, 0) for one, number in taken(session, webinar_ids).items()}


def has_room(session: Session, series: Series, webinar_ids: Iterable[int]) -> bool:
    """Whether every one of these dates has a place left. True for no dates: nothing is needed."""
    left = free(session, series, webinar_ids)
    return left is None or all(left.values())


def of(session: Session, registration: Registration) -> dict[int, Seat]:
    """Their seats by the date's id, as they are now."""
    return of_all(session, [registration])[registration.id]


def of_all(session: Session, registrations: Sequence[Registration]) -> dict[int | None, dict[int, Seat]]:
    """The same of several registrations at once, by registration."""
    found: dict[int | None, dict[int, Seat]] = {one.id: {} for one in registrations}
    which = select(Seat).where(col(Seat.registration_id).in_(list(found)))
    for seat in session.exec(which.execution_options(populate_existing=True)):
        found[seat.registration_id][seat.webinar_id] = seat
    return found


def wanted(session: Session, series: Series, registration: Registration, *, now: datetime) -> list[int]:
    """The dates ahead that they want to come to, whether or not they have a place yet."""
    mine = of(session, registration)
    return [
        date.id or 0
        for date in open_dates(session, series, now=now)
        if (seat := mine.get(date.id or 0)) is not None and seat.state == "coming"
    ]


def coming(session: Session, registration: Registration) -> frozenset[int]:
    """Ids of all dates, past ones too, that they come to: what their invitation covers."""
    if registration.state != RegistrationState.REGISTERED:
        return frozenset()
    return frozenset(one for one, seat in of(session, registration).items() if seat.state == "coming")


def give(session: Session, registration: Registration, webinars: Sequence[Webinar], state: str) -> int:
    """A seat at each of these dates where they have none yet; what they decided before stays. Returns how many are new."""
    if not webinars:
        return 0
    rows = [
        {"registration_id": registration.id, "webinar_id": one.id, "state": state, "attended": ""} for one in webinars
    ]
    before = len(of(session, registration))
    session.execute(insert_into(session, _SEAT).values(rows).on_conflict_do_nothing())
    return len(of(session, registration)) - before


def take_back(session: Session, registration: Registration, webinars: Sequence[Webinar]) -> None:
    """Forget what they wanted of these dates: they begin anew."""
    mine = of(session, registration)
    for webinar in webinars:
        if seat := mine.get(webinar.id or 0):
            session.delete(seat)
    session.flush()


def give_to_whole(session: Session, webinar: Webinar) -> int:
    """A date was announced: everybody who registered for every date has a seat at it, also beyond the limit, because that is
    what they were promised. Who wants recordings only gets this one too. One statement, however many they are; twice is
    harmless. Returns how many are new."""
    theirs = _SEAT.c.registration_id == col(Registration.id)
    has = exists().where(theirs, _SEAT.c.webinar_id == webinar.id)
    listens = exists().where(theirs, _SEAT.c.state == "recording") & ~exists().where(theirs, _SEAT.c.state == "coming")
    state = case((listens, literal("recording")), else_=literal("coming"))
    everyone = columns_of(col(Registration.id), literal(webinar.id), state, literal("")).where(
        col(Registration.series_id) == webinar.series_id,
        col(Registration.is_whole).is_(True),
        col(Registration.state).in_(STANDING),
        ~has,
    )
    columns = ["registration_id", "webinar_id", "state", "attended"]
    given = session.execute(_SEAT.insert().from_select(columns, everyone))
    return int(given.rowcount)  # type: ignore[attr-defined]
