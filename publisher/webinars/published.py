"""What calendars that are polled show of a series: to everybody, and to one person with their own ways in.

Nothing vanishes without a word: a date that was called off stays, cancelled, for a month after it would have been. Windows move
at midnight UTC, so that a calendar is the same bytes all day.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from feeds.calendar.values import Event
from publisher.house import House
from publisher.webinars import addresses, seats
from publisher.webinars.events import (
    Voice,
    dates_of,
    dates_of_all,
    differs,
    master,
    organizer_of,
    override,
    sequence_of,
    single,
)
from publisher.webinars.models import Registration, RegistrationState, Seat, Series, Webinar, WebinarState

#: How long a date that was called off stays, and one that has been.
KEPT_CANCELLED, KEPT_PAST = timedelta(days=30), timedelta(days=90)


def public_events(
    session: Session,
    house: House,
    series: Series,
    *,
    now: datetime,
    language: str,
    dates: Sequence[Webinar] | None = None,
) -> tuple[Event, ...]:
    """What everybody may see of a series: no personal address, who called off what for a month. The same all day long.
    `dates`: those of the series, where they were asked for already."""
    dates = dates_of(session, series) if dates is None else dates
    voice = _to_everybody(session, house, series, language)
    return _published(voice, dates, {one.id for one in dates}, _day(now), personal=False)


def public_date(session: Session, house: House, series: Series, webinar: Webinar, *, language: str) -> Event:
    """One date alone, as everybody may see it: of a series by its RECURRENCE-ID."""
    voice = _to_everybody(session, house, series, language)
    event = single(voice, webinar) if series.is_single else override(voice, webinar)
    return _as_it_stands(voice, event, webinar)


def own_events(session: Session, house: House, registration: Registration, *, now: datetime) -> tuple[Event, ...]:
    """What somebody's own calendar shows of a registration, with their own ways in. Nothing before they are registered; for
    a month after they have left, that it is called off for them."""
    series = session.get_one(Series, registration.series_id)
    return own_events_of(session, house, [(registration, series)], now=now)


def own_events_of(
    session: Session, house: House, rows: Sequence[tuple[Registration, Series]], *, now: datetime
) -> tuple[Event, ...]:
    """The same of all that somebody registered for."""
    dates = dates_of_all(session, [series for _, series in rows])
    mine = seats.of_all(session, [one for one, _ in rows])
    return tuple(
        event
        for one, series in rows
        for event in _own_events(session, house, one, series, dates[series.id], mine[one.id], now)
    )


def _own_events(
    session: Session,
    house: House,
    registration: Registration,
    series: Series,
    dates: Sequence[Webinar],
    mine: Mapping[int, Seat],
    now: datetime,
) -> tuple[Event, ...]:
    if registration.state not in (RegistrationState.REGISTERED, RegistrationState.CANCELLED):
        return ()
    voice = Voice(
        house, series, registration.language, organizer_of(session, series),
        stamp=lambda row: max(row.changed_at, registration.changed_at), sequence=sequence_of(series, registration),
        join=lambda webinar: addresses.join(house, registration, webinar),
        page=addresses.booking(house, registration), stamps=True,
    )  # fmt: skip
    covering = {one for one, seat in mine.items() if seat.state == "coming"}
    if registration.state == RegistrationState.CANCELLED:
        left = registration.cancelled_at or registration.changed_at
        if left + KEPT_CANCELLED <= _day(now):
            return ()
        voice = replace(voice, status="CANCELLED")
    return _published(voice, dates, covering, _day(now), personal=True)


def _to_everybody(session: Session, house: House, series: Series, language: str) -> Voice:
    return Voice(
        house, series, language, organizer_of(session, series),
        stamp=lambda row: row.changed_at, sequence=series.sequence, stamps=True,
    )  # fmt: skip


def _published(
    voice: Voice, dates: Sequence[Webinar], covering: Collection[int | None], day: datetime, *, personal: bool
) -> tuple[Event, ...]:
    shown = [one for one in dates if one.id in covering and not _is_forgotten(one, day)]
    if not shown or all(one.ends_at + KEPT_PAST <= day for one in shown):
        return ()
    if voice.series.is_single:
        return (_as_it_stands(voice, single(voice, shown[0]), shown[0]),)
    whole = master(voice, dates, [one for one in dates if one not in shown])
    own = [
        _as_it_stands(voice, override(voice, one), one)
        for one in shown
        if personal or one.state == WebinarState.CANCELLED or differs(voice, one, dates)
    ]
    return (replace(whole, status=voice.status or "CONFIRMED"), *own)


def _as_it_stands(voice: Voice, event: Event, webinar: Webinar) -> Event:
    return replace(
        event, status="CANCELLED" if webinar.state == WebinarState.CANCELLED else voice.status or "CONFIRMED"
    )


def _is_forgotten(webinar: Webinar, day: datetime) -> bool:
    """Called off so long ago, and so long past, that every program has seen it."""
    if webinar.state != WebinarState.CANCELLED:
        return False
    return max(webinar.cancelled_at or webinar.changed_at, webinar.starts_at) + KEPT_CANCELLED <= day


def _day(now: datetime) -> datetime:
    """Windows move at midnight, so that a feed is the same bytes all day."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
