"""Webinars as lists and answers of the command line show them, and what several of their commands share."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from publisher.cli.options import WHO, moment
from publisher.errors import BadInput

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from publisher.house import House
    from publisher.webinars.models import Series, Webinar


def row_of(series: "Series", date: "Webinar", taken: Mapping[int, int], at: "datetime") -> dict[str, Any]:
    """A date as lists and answers show it. `starts`: with the offset of its zone at that moment."""
    from publisher import clock
    from publisher.webinars import times
    from publisher.webinars.words import of_webinar

    there = clock.zone(date.zone)
    return {
        "webinar": date.slug,
        "title": of_webinar(series, date, series.language).title,
        "state": times.state_of(date, at),
        "starts": date.starts_at.astimezone(there).isoformat(timespec="minutes"),
        "ends": date.ends_at.astimezone(there).isoformat(timespec="minutes"),
        "zone": date.zone,
        "registered": taken.get(date.id or 0, 0),
        "series": series.slug,
        "capacity": series.capacity,
        "language": series.language,
    }


def series_row(session: "Session", house: "House", series: "Series", at: "datetime") -> dict[str, Any]:
    """A series with its dates; of a one-off its one date stands beside them."""
    from publisher.webinars import addresses, programme, seats

    every = programme.webinars_of(session, series)
    taken = seats.taken(session, [date.id or 0 for date in every])
    rows = [row_of(series, date, taken, at) for date in every]
    first = next((row for row in rows if row["state"] in ("announced", "live", "draft")), rows[0] if rows else {})
    return {
        "webinar": series.slug,
        "title": series.title,
        "state": programme.state_of_series(every, at),
        "starts": first.get("starts"),
        "zone": series.zone,
        "registered": max((row["registered"] for row in rows), default=0),
        "sequence": series.sequence,
        "page": addresses.series_page(house, series),
        "dates": rows,
    }


def one_date(series: "Series", date: "Webinar | None") -> "Webinar":
    """The date that is meant; `BadInput` where a series of several was named."""
    if date is None:
        raise BadInput(f"“{series.title}” has several dates. Name one of them, such as {series.slug}-1.")
    return date


def on_the_trail(session: "Session", series: "Series", what: str, now: str | None) -> None:
    from publisher.staff import trail

    trail.note(session, WHO, f"series:{series.slug}", what, moment(now))


def carry_out(house: "House", at: "datetime") -> None:
    """Letters that are due are prepared at once: a sender needs no tick before it."""
    from publisher.webinars import mailings

    mailings.plan_due(house, at)


def one_row(session: "Session", series: "Series", date: "Webinar", at: "datetime") -> dict[str, Any]:
    """A date as it is now."""
    from publisher.webinars import seats

    session.refresh(date)
    return row_of(series, date, seats.taken(session, [date.id or 0]), at)
