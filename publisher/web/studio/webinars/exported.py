"""Registrations as a table, for a spreadsheet: what was asked, which dates, who came and for how long."""

from collections.abc import Iterator
from datetime import datetime

from fastapi.responses import Response, StreamingResponse
from sqlmodel import Session

from publisher.audience.spreadsheets import line_of
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars import registered
from publisher.web.studio.webinars.finding import series_at
from publisher.web.studio.webinars.registered import Chosen, Found
from publisher.webinars import programme
from publisher.webinars.models import Seat, Series, Webinar, WebinarState

COLUMNS = ("email", "name", "organisation", "country", "language", "zone", "state", "source", "asked", "registered", "calendar")  # fmt: skip
AT_ONCE = 500


def export(desk: Desk, slug: str) -> Response:
    """GET …/registrations.csv, under the same filters."""
    series = series_at(desk.session, slug)
    dates = [one for one in programme.webinars_of(desk.session, series) if one.state != WebinarState.DRAFT]
    chosen = Chosen.asked(desk, {one.id or 0: one for one in dates})
    shown = [one for one in dates if chosen.date in (0, one.id)]
    database, number = desk.house.database, series.id
    desk.session.expunge_all()

    def lines() -> Iterator[str]:
        with database.reading() as session:
            yield from table(session, session.get_one(Series, number), shown, chosen)

    head = {"Content-Disposition": f'attachment; filename="{slug}-registrations.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=head)


def table(session: Session, series: Series, dates: list[Webinar], chosen: Chosen) -> Iterator[str]:
    """Line after line, with a few hundred people at a time in memory."""
    asked = [(str(one["key"]), str(one["label"])) for one in series.questions]
    heads = [
        f"{slug} {what}" for slug in (one.slug for one in dates) for what in ("seat", "calendar", "attended", "minutes")
    ]
    yield line_of([*COLUMNS, *(label for _, label in asked), *heads])
    part: list[Found] = []
    for found in registered.every(session, series, chosen):
        part.append(found)
        if len(part) == AT_ONCE:
            yield from _rows(session, part, asked, dates)
            part = []
    yield from _rows(session, part, asked, dates)


def _rows(session: Session, part: list[Found], asked: list[tuple[str, str]], dates: list[Webinar]) -> Iterator[str]:
    seats = registered.seats_of(session, [one.registration.id or 0 for one in part])
    for found in part:
        one = found.registration
        mine = seats.get(one.id or 0, {})
        yield line_of([
            found.email, one.name, one.organisation, one.country or "", one.language, one.zone, one.state, one.source,
            _moment(one.asked_at), _moment(one.registered_at), one.partstat.lower(),
            *(str(one.answers.get(key, "")) for key, _ in asked),
            *(cell for date in dates for cell in _seat(mine.get(date.id or 0))),
        ])  # fmt: skip


def _seat(seat: Seat | None) -> tuple[str, str, str, str]:
    if seat is None:
        return "", "", "", ""
    return seat.state, seat.partstat.lower(), seat.attended, str(seat.minutes) if seat.minutes is not None else ""


def _moment(instant: datetime | None) -> str:
    return instant.isoformat(timespec="seconds") if instant else ""
