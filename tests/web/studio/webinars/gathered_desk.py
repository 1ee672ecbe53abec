"""What the stories about registrations, letters, the hour and afterwards stand on: Play and care on 3 December with people, and a desk."""

from datetime import datetime, timedelta
from typing import Any

import lxml.html
from desk_stage import PASSWORD, Browser
from sqlmodel import col, func, select
from stage import Clock
from webinars.people_stage import attend, join
from webinars.webinar_stage import a_series, a_webinar, dates_of

from publisher.house import House
from publisher.mail.models import Address, Letter, Outbox
from publisher.webinars import programme, questions
from publisher.webinars.models import Mailing, Question, Registration, Series, Webinar

PLAY = "/studio/webinars/play"
LEADING = "/studio/webinars/leading"
ASKED = [{"key": "why", "label": "Why do you come?", "kind": "text", "options": [], "required": False}]
FIVE = timedelta(minutes=5)


def play(house: House, now: datetime, *people: str, **shape: Any) -> int:
    """The one-off, with these people; the id of its date."""
    with house.database.session() as session:
        series, webinar = a_webinar(session, house, now, **({"is_recorded": True, "questions": ASKED} | shape))
        for one in people:
            join(
                session,
                house,
                series,
                one,
                now,
                zone="Africa/Nairobi",
                source="import",
                answers={"why": f"{one} teaches"},
            )
        return webinar.id or 0


def leading(house: House, now: datetime, *people: str) -> list[int]:
    """The series of six dates; their ids."""
    with house.database.session() as session:
        series = a_series(session, house, now)
        for one in people:
            join(session, house, series, one, now, source="import")
        return [one.id or 0 for one in dates_of(session, series)]


def somebody_asks(house: House, now: datetime, name: str, slug: str = "play") -> None:
    """By the form, and their address is known to be theirs."""
    with house.database.session() as session:
        join(session, house, programme.by_slug(session, slug), name, now, answers={"why": f"{name} leads a school"})


def states_of(house: House) -> dict[str, str]:
    """State of every registration by name."""
    with house.database.reading() as session:
        return {one.name: one.state for one in session.exec(select(Registration))}


def number_of(house: House, name: str) -> int:
    with house.database.reading() as session:
        return session.exec(select(Registration.id).where(col(Registration.name) == name)).one() or 0


def came(house: House, date: int, minutes: dict[str, int]) -> None:
    """As a room would have told it."""
    with house.database.session() as session:
        webinar = session.get_one(Webinar, date)
        for name, length in minutes.items():
            one = session.exec(select(Registration).where(col(Registration.name) == name)).one()
            attend(session, one, webinar, length)


def ask(house: House, date: int, name: str, text: str, now: datetime) -> int:
    with house.database.session() as session:
        one = session.exec(select(Registration).where(col(Registration.name) == name)).one()
        return questions.ask(session, one, session.get_one(Webinar, date), text, now=now).id or 0


def question_of(house: House, number: int) -> Question:
    with house.database.reading() as session:
        found = session.get_one(Question, number)
        session.expunge(found)
        return found


def mails_of_kind(house: House, *kinds: str) -> dict[str, list[str]]:
    """Who gets letters to many of these kinds, by kind."""
    with house.database.reading() as session:
        rows = session.exec(
            select(Mailing.kind, Address.email)
            .join(Outbox, col(Outbox.letter_id) == col(Mailing.letter_id))
            .join(Address, col(Address.id) == col(Outbox.address_id))
            .where(col(Mailing.kind).in_(kinds))
            .order_by(col(Address.email))
        ).all()
    found: dict[str, list[str]] = {}
    for kind, email in rows:
        found.setdefault(kind, []).append(email)
    return found


def mails_to(house: House, name: str) -> list[str]:
    """Kinds of the letters to somebody, in their order."""
    with house.database.reading() as session:
        wanted = (
            select(Letter.kind)
            .join(Outbox, col(Outbox.letter_id) == col(Letter.id))
            .join(Address, col(Address.id) == col(Outbox.address_id))
            .where(func.lower(Address.email) == f"{name}@example.org")
            .order_by(col(Outbox.id))
        )
        return list(session.exec(wanted))


def webinar_of(house: House, date: int) -> Webinar:
    with house.database.reading() as session:
        found = session.get_one(Webinar, date)
        session.expunge(found)
        return found


def series_of(house: House, slug: str = "play") -> Series:
    with house.database.reading() as session:
        found = programme.by_slug(session, slug)
        session.expunge(found)
        return found


def at(browser: Browser, wall: Clock, moment: datetime, role: str = "editor") -> None:
    """It is that moment, and the member signs in again: sessions end after some hours without a sign."""
    wall.now = moment
    if browser.client.get("/studio/account").status_code == 303:
        browser.get("/studio/login")
        browser.post("/studio/login", email=f"{role}@example.org", password=PASSWORD, next="/studio")
    browser.get("/studio/account")


def hidden(html: str, name: str) -> str:
    """The value of the first field of that name on a page."""
    found = lxml.html.fromstring(html).xpath(f'//input[@name="{name}"]/@value')
    return str(found[0]) if found else ""
