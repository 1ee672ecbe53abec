"""The agenda: issues, episodes, webinars, rehearsals and letters that wait, in one order."""

from datetime import datetime, timedelta

import pytest
from cast import a_list, a_newsletter
from podcasts.broadcast import a_draft, a_show
from sqlmodel import Session
from webinars.webinar_stage import a_series, a_webinar, dates_of, the_hub

from publisher.desk import agenda
from publisher.house import House
from publisher.newsletters import drafting
from publisher.podcasts import publishing
from publisher.webinars import announcing, dates, scheduling


@pytest.fixture
def planned(session: Session, house: House, now: datetime) -> None:
    """A newsletter on the 1st, an episode on the 2nd, a series from the 3rd on, and an announcement of it tomorrow."""
    monthly = a_list(session, the_hub(session, now), now)
    drafting.draft(session, a_newsletter(session, monthly, now), now=now)
    episode = a_draft(session, house, a_show(session, house, now), now)
    publishing.schedule(session, house, episode, now + timedelta(days=9), now=now)
    series = a_series(session, house, now, dates=2)
    first = dates_of(session, series)[0]
    dates.rehearsal(session, house, first, datetime(2026, 12, 2, 10, 0), now=now)
    announcing.announce(session, house, series, monthly, at=now + timedelta(days=1), by="ines@example.org", now=now)
    session.flush()


def shown(session: Session, now: datetime, days: int = 30) -> list[tuple[str, str]]:
    return [
        (entry.kind, entry.at.strftime("%d %H:%M"))
        for entry in agenda.between(session, now, now + timedelta(days=days), now=now)
    ]


@pytest.mark.usefixtures("planned")
def test_everything_stands_in_the_order_it_comes(session: Session, now: datetime) -> None:
    assert shown(session, now) == [
        ("letter", "24 06:00"),
        ("issue", "01 06:00"),
        ("episode", "02 06:00"),
        ("rehearsal", "02 07:00"),
        ("webinar", "03 12:00"),
        ("webinar", "10 12:00"),
    ]


@pytest.mark.usefixtures("planned")
def test_a_window_takes_its_first_instant_in_and_its_last_out(session: Session, now: datetime) -> None:
    start = datetime.fromisoformat("2026-12-03T12:00:00+00:00")
    assert [e.kind for e in agenda.between(session, start, start + timedelta(days=7), now=now)] == ["webinar"]


def test_what_was_called_off_says_so_and_its_rehearsal_is_gone(session: Session, house: House, now: datetime) -> None:
    _, webinar = a_webinar(session, house, now)
    dates.rehearsal(session, house, webinar, datetime(2026, 12, 2, 10, 0), now=now)
    scheduling.cancel(session, house, webinar, now=now)
    entries = agenda.between(session, now, now + timedelta(days=30), now=now)
    assert [(entry.kind, entry.state) for entry in entries if entry.kind != "letter"] == [("webinar", "cancelled")]
    assert entries[-1].path == f"/studio/webinars/play/dates/{webinar.id}"
