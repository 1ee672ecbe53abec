"""What the stories about webinars stand on: a series of dates, a one-off, and who invites."""

from datetime import datetime
from typing import Any

from cast import a_hub
from sqlmodel import Session, col, select

from publisher.house import House
from publisher.library.models import Record, Source, Work
from publisher.mail.models import Identity
from publisher.webinars import programme, scheduling, series, times
from publisher.webinars.models import Series, Webinar

NAIROBI = "Africa/Nairobi"
#: A Thursday, ten days after the stopped clock of the tests.
FIRST = datetime(2026, 12, 3, 15, 0)


def the_hub(session: Session, now: datetime) -> Identity:
    """The identity that invites, made where the story has none yet."""
    found = session.exec(select(Identity).where(col(Identity.slug) == "hub")).first()
    return found or a_hub(session, now)


def a_series(
    session: Session, house: House, now: datetime, slug: str = "leading", dates: int = 6, *, first: datetime = FIRST,
    rhythm: str = "weekly", zone: str = NAIROBI, minutes: int = 60, announced: bool = True, **shape: Any,
) -> Series:  # fmt: skip
    """Six Thursdays at 15:00 in Nairobi, announced. `shape`: fields of `series.Shape`."""
    the_hub(session, now)
    said = series.Shape(**{"title": "Leading together", "summary": "Six talks for those who lead."} | shape)
    walls = times.repeated(first, rhythm, dates)
    made = series.add(session, house, slug, said, zone=zone, starts=walls, minutes=minutes, single=False, now=now)
    return _announced(session, house, made, now) if announced else made


def a_webinar(
    session: Session, house: House, now: datetime, slug: str = "play", *, starts: datetime = FIRST, zone: str = NAIROBI,
    minutes: int = 90, announced: bool = True, **shape: Any,
) -> tuple[Series, Webinar]:  # fmt: skip
    """A one-off, announced: 3 December at 15:00 in Nairobi, which is 12:00 UTC."""
    the_hub(session, now)
    said = series.Shape(**{"title": "Play and care", "summary": "Why play is work."} | shape)
    made = series.add(session, house, slug, said, zone=zone, starts=[starts], minutes=minutes, now=now)
    made = _announced(session, house, made, now) if announced else made
    return made, programme.webinar_of_single(session, made)


def dates_of(session: Session, made: Series) -> list[Webinar]:
    """The dates as they are now, whatever the session remembers."""
    wanted = select(Webinar).where(col(Webinar.series_id) == made.id).order_by(col(Webinar.number))
    return list(session.exec(wanted.execution_options(populate_existing=True)))


def on_the_shelf(session: Session) -> dict[str, Work]:
    """The works that webinars put on the shelf and that are still there, by their titles."""
    rows = session.exec(
        select(Record, Work)
        .join(Source, col(Source.id) == col(Record.source_id))
        .join(Work, col(Work.id) == col(Record.work_id))
        .where(col(Source.slug) == "webinars", col(Record.deleted_at).is_(None), col(Work.state) == "approved")
    )
    return {record.data["title"]: work for record, work in rows if record.language == work.language}


def _announced(session: Session, house: House, made: Series, now: datetime) -> Series:
    scheduling.publish(session, house, made, now=now)
    return made
