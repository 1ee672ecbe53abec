"""The built-in mailbox: there while it is the relay, open to nobody from elsewhere, and its mails run nothing."""

from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from feeds.calendar.values import Attendee, Event, Moment, Organizer
from feeds.calendar.writing import request
from publisher.mail.models import Address, MailboxMessage, Relay
from publisher.staff import sessions
from publisher.staff.models import Member
from publisher.web.app import make_app
from publisher.web.signed_in import cookie_name


@pytest.fixture
def letters(house, hub, now):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = (
        "Early Hands <letters@hub.example.org>",
        "alice@example.org",
        "Bonjour, مرحبا",
    )
    mail.set_content("Read this:\nhttps://example.org/a\n")
    mail.add_alternative('<html><head></head><body><a href="https://example.org/a">The <b>study</b></a><script>x()</script></body></html>', subtype="html")  # fmt: skip
    mail.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="invite.ics")
    with house.database.session() as session:
        for recipient in ("alice@example.org", "dora@example.org"):
            session.add(
                MailboxMessage(received_at=now, sender="x@hub.example.org", recipient=recipient, subject=mail["Subject"], data=mail.as_bytes())
            )  # fmt: skip


@pytest.fixture
def home(house, letters, wall):
    """The hub on this machine only."""
    settings = replace(house.settings, public_url="http://127.0.0.1:8000")
    app = make_app(replace(house, settings=settings), wall=wall, bind_is_loopback=True)
    with TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False) as client:
        yield client


def test_letters_are_listed_found_and_read(home):
    page = home.get("/mailbox").text
    assert "Bonjour, مرحبا" in page
    assert "2 letters" in page
    found = home.get("/mailbox?q=dora").text
    assert "1 letter" in found
    assert "alice@example.org" not in found
    letter = home.get("/mailbox/1").text
    assert "The study" in letter
    assert "invite.ics" in letter
    for show, said in (("text", "Read this:"), ("source", "MIME-Version"), ("headers", "Content-Type")):
        assert said in home.get(f"/mailbox/1?show={show}").text
    assert home.get("/mailbox/99").status_code == 404


def test_a_mail_is_framed_where_nothing_of_it_runs(home):
    answer = home.get("/mailbox/1/html")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "script-src" not in policy
    assert '<base target="_blank">' in answer.text


def test_the_parts_of_a_letter_are_files(home):
    assert home.get("/mailbox/1/text").text.startswith("Read this:")
    assert home.get("/mailbox/1/source").headers["content-disposition"] == 'attachment; filename="letter-1.eml"'
    assert home.get("/mailbox/1/attached/0").content == b"BEGIN:VCALENDAR"
    assert home.get("/mailbox/1/attached/7").status_code == 404


def test_an_invitation_shows_what_a_calendar_would_read(home, house, now):
    moment = Moment(datetime(2026, 12, 3, 15), "Africa/Nairobi")
    event = Event(
        "s1@hub.example.org", now, moment, replace(moment, wall=datetime(2026, 12, 3, 16)), "Play & care", sequence=2,
        organizer=Organizer("x@hub.example.org"), attendee=Attendee("alice@example.org"),
    )  # fmt: skip
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "x@hub.example.org", "alice@example.org", "You are registered"
    mail.set_content("Thursday.")
    calendar = request([event], prodid="-//Hub//EN").decode()
    mail.add_alternative(calendar, subtype="calendar", params={"method": "REQUEST"})
    with house.database.session() as session:
        session.add(
            MailboxMessage(received_at=now, sender="x@hub.example.org", recipient="alice@example.org", subject="You are registered", data=mail.as_bytes())
        )  # fmt: skip
    page = home.get("/mailbox/3").text
    assert "Invitation" in page
    assert "Play &amp; care" in page
    assert "Thursday 3 December 2026, 15:00 (Nairobi)" in page
    assert "sequence 2" in page


def test_from_elsewhere_only_staff_read_it(web, house, letters, now):
    answer = web.get("/mailbox/1?show=text")
    assert (answer.status_code, answer.headers["location"]) == (303, "/studio/login?next=/mailbox/1")
    with house.database.session() as session:
        member = Member(address_id=session.exec(select(Address.id)).first(), name="Ines", created_at=now)
        session.add(member)
        session.flush()
        key = sessions.begin(session, member, now=now).key
    web.cookies.set(cookie_name(house.settings), key)
    assert web.get("/mailbox/1").status_code == 200


def test_it_is_gone_as_soon_as_mail_leaves_by_a_relay(home, house):
    with house.database.session() as session:
        session.exec(select(Relay)).one().url = "smtp://relay.example.org"
    for path in ("/mailbox", "/mailbox/1", "/mailbox/1/html", "/mailbox/1/source"):
        assert home.get(path).status_code == 404, path


@pytest.mark.parametrize(
    "headers", [{"Host": "rebound.example:8000"}, {"X-Forwarded-For": "203.0.113.9"}, {"Host": "[bad"}]
)
def test_a_website_that_points_its_name_at_this_machine_reads_no_mail(home, headers):
    for path in ("/mailbox", "/mailbox/1", "/mailbox/1/source"):
        answer = home.get(path, headers=headers)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/studio/login")
    assert home.get("/mailbox", headers={"Host": "localhost:8000"}).status_code == 200
    assert home.get("/mailbox", headers={"Host": "[::1]:8000"}).status_code == 200
