"""Which series and which date an address of the studio is about, and what both are called there."""

from datetime import datetime

from sqlmodel import Session

from publisher import clock
from publisher.desk.agenda import path_of
from publisher.errors import BadInput, NotFound
from publisher.languages import day_in_words, time_in_words, zone_city
from publisher.web.studio.visit import Desk
from publisher.webinars import programme, words
from publisher.webinars.models import Series, Webinar

PATH = "/studio/webinars"


def series_at(session: Session, slug: str) -> Series:
    """The series of that short name; `NotFound` otherwise."""
    return programme.by_slug(session, slug)


def date_at(session: Session, slug: str, number: int) -> tuple[Series, Webinar]:
    """The series and its date of that number; `NotFound` also for numbers that no column holds."""
    series = programme.by_slug(session, slug)
    webinar = session.get(Webinar, number) if number < 2**31 else None
    if webinar is None or webinar.series_id != series.id:
        raise NotFound("There is no such date.")
    return series, webinar


def series_url(series: Series) -> str:
    return f"{PATH}/{series.slug}"


def date_url(series: Series, webinar: Webinar) -> str:
    return path_of(series, webinar)


def called(series: Series, webinar: Webinar) -> str:
    """A date as staff know it: its title, with the series' where it has one of its own."""
    own = own_title(series, webinar)
    return own if series.is_single or own == series.title else f"{series.title}: {own}"


def own_title(series: Series, webinar: Webinar) -> str:
    """The title of a date, which may be its series'."""
    return words.of_webinar(series, webinar, series.language).title


def shortly(desk: Desk, webinar: Webinar) -> str:
    """“3 December, 15:00”: a date in a menu or beside its title, by the viewer's clock."""
    there = webinar.starts_at.astimezone(clock.zone(desk.zone))
    return f"{day_in_words(there.date(), 'en')}, {time_in_words(webinar.starts_at, desk.zone, 'en')}"


def typed_instant(desk: Desk, field: str) -> datetime | None:
    """A moment typed by the viewer's clock; None where nothing was typed."""
    text = desk.form.one(field)
    if not text:
        return None
    try:
        return clock.parse_instant(text, desk.zone)
    except BadInput as problem:
        raise BadInput(str(problem), field=field) from problem


def zone_text(desk: Desk) -> str:
    return f"In the time of {zone_city(desk.zone, 'en')}."


def frame_of(series: Series) -> dict[str, str]:
    """What every page of a series says of it."""
    return {"slug": series.slug, "title": series.title, "url": series_url(series), "language": series.language}
