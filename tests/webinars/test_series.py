"""Series."""

from datetime import datetime

from sqlmodel import Session
from webinars.webinar_stage import a_series, a_webinar, dates_of

from publisher.house import House
from publisher.webinars import series


def test_a_series_stands(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now)
    assert [one.slug for one in dates_of(session, made)] == [f"leading-{n}" for n in range(1, 7)]
    one_off, webinar = a_webinar(session, house, now)
    assert series.find(session, "play") == (one_off, webinar)
    assert series.find(session, "leading") == (made, None)
