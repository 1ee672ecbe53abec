"""Webinars on Today, beside issues and episodes, and on the page of a person."""

from datetime import timedelta

from desk_stage import plain
from gathered_desk import FIVE, PLAY, at, came, leading, play, somebody_asks
from sqlmodel import col, select
from webinars.letter_stage import a_speaker
from webinars.people_stage import BEGINS, ENDS

from publisher import clock
from publisher.audience.models import MailingList, Person
from publisher.mail.models import Address, Identity
from publisher.webinars import announcing, changing, programme
from publisher.webinars.models import Mailing, Registration, Series

NEEDS, NEXT, OUT = "What needs you", "What goes out next", "What went out"


def parts(browser) -> dict[str, str]:
    """The words of the page under each of its headings."""
    page = plain(browser.get("/studio"))
    needs, _, rest = page.partition(NEEDS)[2].partition(NEXT)
    coming, _, out = rest.partition(OUT)
    return {NEEDS: needs, NEXT: coming, OUT: out}


def test_people_who_wait_to_be_let_in(editor, house, now, hub):
    play(house, now, needs_approval=True, confirm="never")
    somebody_asks(house, now, "dora")
    somebody_asks(house, now, "erik")
    assert "2 people wait to be let in Play and care" in parts(editor)[NEEDS]
    assert f"{PLAY}/registrations?state=asked" in editor.get("/studio")


def test_a_date_soon_without_a_room_and_speakers_who_are_not_ready(editor, house, now, wall, hub):
    play(house, now)
    with house.database.session() as session:
        series = programme.by_slug(session, "play")
        a_speaker(session, series, now, invited_at=now)
    assert "No room" not in parts(editor)[NEEDS]
    at(editor, wall, BEGINS - timedelta(days=1))
    needs = parts(editor)[NEEDS]
    assert "Play and care Webinar · it has no room yet".replace(" · ", " ") in needs.replace(" · ", " ")
    assert "things missing from Ruth Wanjiru" in needs
    with house.database.session() as session:
        session.exec(select(Series)).one().room_url = "https://meet.example.net/play"
    assert "No room" not in parts(editor)[NEEDS]


def test_what_comes_is_on_and_was_held(editor, house, now, wall, hub):
    date = play(house, now, "dora", "erik", capacity=20)
    coming = parts(editor)[NEXT]
    assert "Play and care" in coming
    assert "2 of 20 places" in coming
    at(editor, wall, BEGINS + FIVE)
    assert "On now" in parts(editor)[NEXT]
    assert f"{PLAY}/dates/{date}/live" in editor.get("/studio")
    at(editor, wall, ENDS + FIVE)
    came(house, date, {"Dora": 80})
    page = parts(editor)
    assert "Play and care" not in page[NEXT]
    assert "Play and care Webinar 1 came Held" in page[OUT].replace(" · ", " ")
    assert "letters not sent" in page[NEEDS]
    assert "Take it further" in page[NEEDS]


def test_letters_that_wait_and_those_that_are_held(editor, house, now, hub):
    play(house, now)
    with house.database.session() as session:
        session.exec(select(Identity)).first().postal_address = "12 Garden Row"
        monthly = session.exec(select(MailingList).where(col(MailingList.slug) == "monthly")).one()
        announcing.announce(
            session, house, programme.by_slug(session, "play"), monthly, at=now + timedelta(days=1), now=now
        )
    assert "Announcement: Play and care" in parts(editor)[NEXT]
    with house.database.session() as session:
        row = session.exec(select(Mailing).where(col(Mailing.kind) == "announcement")).one()
        row.state, row.reason = "held", "The template does not compile."
    needs = parts(editor)[NEEDS]
    assert "A letter about “Play and care” could not be made" in needs
    assert "The template does not compile." in needs


def test_dates_that_new_rules_of_clocks_moved(editor, house, now, hub):
    play(house, now, "dora")
    with house.database.session() as session:
        series = programme.by_slug(session, "play")
        session.add(
            Mailing(
                key="update:rules",
                kind="update",
                series_id=series.id or 0,
                data={"reason": "rules"},
                state="out",
                due_at=now,
                created_at=now,
            )
        )
        webinar = programme.webinar_of_single(session, series)
        webinar.zone, webinar.zone_data = "Nowhere/At_All", "2020.1"
    needs = parts(editor)[NEEDS]
    assert "New rules of clocks moved “Play and care”" in needs
    assert "The time of play cannot be reckoned" in needs
    assert clock.zone_data_version() != "2020.1"


def test_who_begins_with_a_webinar_has_found_the_way(owner, house, now):
    play(house, now)
    assert NEEDS in plain(owner.get("/studio"))


def test_a_persons_page_says_what_they_registered_for(editor, house, now, hub):
    leading(house, now, "alice")
    play(house, now, "alice")
    with house.database.session() as session:
        one = session.get_one(Registration, first_of(session, "play"))
        changing.cancel(session, house, one, now=now)
        alice = session.exec(
            select(Person.id)
            .join(Address, col(Address.id) == col(Person.address_id))
            .where(col(Address.email) == "alice@example.org")
        ).one()
    page = editor.get(f"/studio/people/{alice}")
    said = plain(page)
    assert "Leading together" in said
    assert "comes to 6 dates, the next" in said
    assert "Cancelled" in said
    assert f"{PLAY}/registrations" in page


def first_of(session, slug: str) -> int:
    series = programme.by_slug(session, slug)
    return session.exec(select(Registration.id).where(col(Registration.series_id) == series.id)).one()
