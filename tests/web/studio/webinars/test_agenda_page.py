"""The agenda: everything that is planned, day by day by the viewer's clock, month after month."""

from datetime import datetime, timedelta

from desk_stage import plain
from gathered_desk import PLAY, leading, play
from sqlmodel import col, select

from publisher.audience.models import MailingList
from publisher.mail.models import Identity
from publisher.staff.models import Member
from publisher.webinars import announcing, dates, programme
from publisher.webinars.models import Webinar

AGENDA = "/studio/agenda"


def test_days_are_headings_in_the_viewers_time(editor, house, now):
    date = play(house, now)
    with house.database.session() as session:
        webinar = session.get_one(Webinar, date)
        dates.rehearsal(session, house, webinar, datetime(2026, 12, 1, 10, 0), now=now)
    page = plain(editor.get(f"{AGENDA}?month=2026-12"))
    assert "December 2026" in page
    assert "Tuesday 1 December" in page
    assert page.index("Rehearsal Play and care") < page.index("Thursday 3 December")
    assert "12:00 –13:30 Webinar Play and care" in page
    assert "Wednesday 2 December" not in page, "empty days are left out"
    with house.database.session() as session:
        session.exec(select(Member)).one().zone = "Asia/Tokyo"
    assert "21:00 –22:30 Webinar Play and care" in plain(editor.get(f"{AGENDA}?month=2026-12"))


def test_months_go_forward_and_back_and_nonsense_is_this_month(editor, house, now):
    leading(house, now)
    page = editor.get(AGENDA)
    assert "November 2026" in plain(page)
    assert f"{AGENDA}?month=2026-10" in page
    assert f"{AGENDA}?month=2026-12" in page
    december = editor.get(f"{AGENDA}?month=2026-12")
    assert plain(december).count("Webinar Leading together") == 5
    assert f"{AGENDA}?month=2027-01" in december
    assert "This month" in december
    assert "Nothing is planned in this month." in plain(editor.get(f"{AGENDA}?month=2031-05"))
    for nonsense in ("2026-13", "x", "2026-1", "٢٠٢٦-١٢"):
        assert "November 2026" in plain(editor.get(f"{AGENDA}?month={nonsense}"))


def test_issues_and_letters_stand_beside_webinars(editor, house, now, hub):
    play(house, now)
    with house.database.session() as session:
        session.exec(select(Identity)).first().postal_address = "12 Garden Row"
        monthly = session.exec(select(MailingList).where(col(MailingList.slug) == "monthly")).one()
        announcing.announce(
            session, house, programme.by_slug(session, "play"), monthly, at=now + timedelta(days=1), now=now
        )
    page = plain(editor.get(AGENDA))
    assert "Issue What home visits change" in page
    assert "Tuesday 24 November tomorrow" in page
    assert "Letter Announcement of “Play and care”" in page
    assert "in UTC" in page or "times in" in page


def test_today_leads_to_it(editor, house, now):
    play(house, now)
    assert f'href="{AGENDA}"' in editor.get("/studio")
    assert PLAY in editor.get(f"{AGENDA}?month=2026-12")
