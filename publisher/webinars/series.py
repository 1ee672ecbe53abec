"""Series: what staff decide about what people register for. A one-off is a series of one date, ever.

`programme` finds them, `dates` and `scheduling` change when they are.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, func, update
from sqlalchemy import select as columns_of
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, select

from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.mail.models import Identity
from publisher.media.models import MediaFile
from publisher.webinars import fields as reading
from publisher.webinars import registrants, reminders, seats, shelf, slots, waiting, zones
from publisher.webinars.models import (
    Handout,
    Mailing,
    Registrant,
    Registration,
    Series,
    Speaker,
    Webinar,
    WebinarState,
)  # fmt: skip
from publisher.webinars.programme import by_slug, find, listed, webinar_by_slug, webinars_of
from publisher.webinars.shapes import READ, Shape, checked, shape_of

__all__ = [
    "Shape", "add", "by_slug", "edit", "find", "listed", "remove", "set_picture", "shape_of", "touch", "webinar_by_slug",
    "webinars_of",
]  # fmt: skip

_SERIES: Table = Series.__table__  # type: ignore[attr-defined]
_REGISTRATION: Table = Registration.__table__  # type: ignore[attr-defined]
_REGISTRANT: Table = Registrant.__table__  # type: ignore[attr-defined]


def add(
    session: Session,
    house: House,
    slug: str,
    shape: Shape,
    *,
    zone: str,
    starts: Sequence[datetime],
    minutes: int = 60,
    single: bool | None = None,
    now: datetime,
) -> Series:
    """A series of drafts. `starts`: wall times in `zone`, to come. `single`: a one-off, by default where there is one date; its
    date has its short name, those of a series have `<slug>-1`, `<slug>-2`, and so on."""
    name = reading.slug(slug)
    place = zones.chosen(zone)
    walls = sorted(slots.wall(one) for one in starts)
    slots.instants(walls, place, now)
    is_single = len(walls) == 1 if single is None else single
    if is_single and len(walls) != 1:
        raise BadInput("A one-off has one date. Make a series for more.", field="starts")
    length = slots.length(minutes)
    columns = checked(session, shape, READ)
    identity = session.get_one(Identity, columns["identity_id"])
    row = Series(
        slug=name,
        uid=f"{uuid.uuid4()}@{identity.domain}",
        is_single=is_single,
        zone=place,
        changed_at=now,
        created_at=now,
        **columns,
    )
    _must_be_new(session, name)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
            slots.add_rows(session, row, walls, length, now)
    except IntegrityError as problem:  # somebody else took the name at this moment
        raise _taken(name) from problem
    return row


def edit(session: Session, house: House, series: Series, shape: Shape, *, now: datetime) -> bool:
    """Change what was decided; True where something did. Shelf, calendars and reminders follow.

    What stays as it was is not judged again. Seats are not taken from anybody: `BadInput` for fewer than are given.
    """
    present = shape_of(session, series)
    new = [name for name in READ if not reading.same(getattr(shape, name), getattr(present, name))]
    changes = {name: value for name, value in checked(session, shape, new).items() if value != getattr(series, name)}
    if not changes:
        return False
    _must_fit(session, series, changes)
    for name, value in changes.items():
        setattr(series, name, value)
    session.add(series)
    session.flush()
    if not SHOWN.isdisjoint(changes):
        touch(session, series, now=now)
    _follow(session, house, series, changes.keys(), now)
    return True


def touch(session: Session, series: Series, *, now: datetime, dates: bool = False) -> None:
    """Calendars show something else now: whoever registered has a new version of theirs. `dates`: and invitations are sent
    again, so SEQUENCE grows (RFC 5546 §2.1.4)."""
    touch_all(session, [series], now=now, dates=dates)
    if dates:
        _forget_answers_in_time(session, series)


def touch_all(session: Session, several: Sequence[Series], *, now: datetime, dates: bool) -> None:
    """The same for many series at once. In SQL, because two people may change the same series at this moment."""
    by_id = {one.id: one for one in several}
    ids = list(by_id)
    grown = {"sequence": _SERIES.c.sequence + 1} if dates else {}
    session.execute(update(_SERIES).where(_SERIES.c.id.in_(ids)).values(changed_at=now, **grown))
    for number, sequence in session.execute(columns_of(_SERIES.c.id, _SERIES.c.sequence).where(_SERIES.c.id.in_(ids))):
        set_committed_value(by_id[number], "sequence", sequence)
        set_committed_value(by_id[number], "changed_at", now)
    theirs = columns_of(_REGISTRATION.c.registrant_id).where(_REGISTRATION.c.series_id.in_(ids))
    registrants.hold(session, theirs)
    whose = update(_REGISTRANT).where(_REGISTRANT.c.id.in_(theirs))
    session.execute(whose.values(version=_REGISTRANT.c.version + 1))


def _forget_answers_in_time(session: Session, series: Series) -> None:
    """Private answers go so many days after the last date, also when that has moved."""
    standing = select(func.max(Webinar.ends_at)).where(
        col(Webinar.series_id) == series.id, col(Webinar.state) != WebinarState.CANCELLED
    )
    if (last := session.exec(standing).one()) is not None:
        which = update(_REGISTRATION).where(
            _REGISTRATION.c.series_id == series.id, _REGISTRATION.c.answers_until.is_not(None)
        )
        session.execute(which.values(answers_until=last + timedelta(days=series.answers_days)))


def set_picture(session: Session, house: House, series: Series, media: MediaFile | None, *, now: datetime) -> None:
    """The picture of its pages and mails."""
    if media is not None and media.kind != "image":
        raise BadInput("That file is not a picture.", field="picture")
    series.picture_id = media.id if media else None
    session.add(series)
    session.flush()
    touch(session, series, now=now)
    _follow(session, house, series, {"picture_id"}, now)


def remove(session: Session, series: Series) -> None:
    """Delete a series of drafts that nobody registered for. What is in people's calendars is called off instead."""
    if session.exec(select(Registration.id).where(col(Registration.series_id) == series.id)).first() is not None:
        raise Conflict("People have registered already. Call it off instead.")
    webinars = webinars_of(session, series)
    if any(one.state != WebinarState.DRAFT for one in webinars):
        raise Conflict("This has been announced already. Call it off instead.")
    session.execute(delete(Mailing).where(col(Mailing.series_id) == series.id))
    for one in webinars:
        session.execute(delete(Handout).where(col(Handout.webinar_id) == one.id))
    session.execute(delete(Speaker).where(col(Speaker.series_id) == series.id))
    session.execute(delete(Webinar).where(col(Webinar.series_id) == series.id))
    session.delete(series)
    session.flush()


def _follow(session: Session, house: House, series: Series, changed: Collection[str], now: datetime) -> None:
    """What else hangs on these columns: the shelf, reminders that are due at other times, the waiting list."""
    announced = [one for one in webinars_of(session, series) if one.state == WebinarState.ANNOUNCED]
    if not ON_THE_SHELF.isdisjoint(changed):
        shelf.put_many(session, house, series, announced, now=now)
    if "reminders" in changed:
        for one in announced:
            reminders.plan(session, one, now=now)
    if "answers_days" in changed:
        _forget_answers_in_time(session, series)
    if "capacity" in changed:
        waiting.promote(session, house, series, now=now)


def _must_fit(session: Session, series: Series, changes: Mapping[str, Any]) -> None:
    """Refuse what would break a promise: fewer seats than were given, another sender than invitations came from."""
    webinars = webinars_of(session, series)
    if changes.get("capacity") is not None:
        seats.lock(session, series)
        given = max(seats.taken(session, [one.id or 0 for one in webinars]).values(), default=0)
        if given > changes["capacity"]:
            raise BadInput(f"{given} have registered already, so there are at least {given} seats.", field="capacity")
    if "identity_id" in changes and any(one.state != WebinarState.DRAFT for one in webinars):
        raise BadInput(
            "Invitations have gone out from this sender, and calendars take changes from no other.",
            field="identity_slug",
        )


def _must_be_new(session: Session, slug: str) -> None:
    known = (select(Series.id).where(col(Series.slug) == slug), select(Webinar.id).where(col(Webinar.slug) == slug))
    if any(session.exec(one).first() is not None for one in known):
        raise _taken(slug)


def _taken(slug: str) -> Conflict:
    return Conflict(f"There is a webinar “{slug}” already.", field="slug")


#: Series' columns that a page or a calendar shows.
SHOWN = frozenset(
    {
        "title", "summary", "description", "language", "texts", "identity_id", "list_id", "is_listed", "spoken", "captions",
        "interpreted", "dial_in", "access_note", "is_recorded", "capacity", "needs_approval", "subjects", "picture_id",
    }
)  # fmt: skip
#: And those that its works on the shelf show.
ON_THE_SHELF = frozenset(
    {"title", "summary", "description", "language", "texts", "list_id", "is_listed", "subjects", "picture_id"}
)
