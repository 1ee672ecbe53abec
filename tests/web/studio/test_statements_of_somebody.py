"""Somebody to whom much has happened, partners, pictures, corrections, calendars that are written anew: as many questions for thirty
rows as for one. The other pages are counted in `test_statements_of_the_table`."""

from datetime import timedelta

import pytest
from cast import a_work
from sqlmodel import col, select
from statements import asked
from webinars.webinar_stage import a_webinar

from publisher.audience.models import Person
from publisher.library.models import Share
from publisher.mail.models import Address, Identity, Letter, LetterEdition, MailEvent, Outbox
from publisher.media.models import MediaFile
from publisher.newsletters.models import Correction, Issue
from publisher.staff.models import Member
from publisher.tokens import Purpose
from publisher.webinars.models import Registrant, Registration


def pages(house) -> list[str]:
    with house.database.reading() as session:
        alice, key = session.exec(select(Person.id, Person.key).where(col(Person.name) == "Alice")).one()
        other = session.exec(select(Address.id).where(col(Address.normalised) == "partner@example.net")).one()
        work = session.exec(select(Share.work_id)).first()
    return [
        "/partners", "/webinars/calendar.ics", "/studio/pictures", "/studio/people", "/studio/settings/staff",
        f"/studio/people/{alice}", f"/studio/people/{alice}/data.json", f"/studio/people/others/{other}", f"/studio/library/{work}",
        "/newsletters/monthly/monthly-2026-11", "/newsletters/monthly/feed.atom", "/studio/newsletters/monthly/issues/monthly-2026-11",
        "/studio/newsletters/monthly/issues/monthly-2026-11/reached", "/studio/newsletters/monthly/issues/monthly-2026-11/correct",
        "/sitemap/pages.xml", f"/preferences/{house.tokens.make(Purpose.PREFERENCES, key)}",
        f"/webinars/mine/{house.tokens.make(Purpose.CALENDAR, 'alice')}.ics",
        f"/webinars/mine/{house.tokens.make(Purpose.BOOKING, 'early-0')}",
    ]  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_thirty_rows_ask_no_more_than_one(owner, house, hub, now):
    more(house, now, "early", 1)
    asked(house, answered(owner), pages(house))  # warm
    more(house, now, "first", 1)
    few = asked(house, answered(owner), pages(house))
    more(house, now, "then", 30)
    many = asked(house, answered(owner), pages(house))
    assert {path: (few[path], many[path]) for path in few if many[path] > few[path]} == {}


def answered(browser):
    """Every page answers."""

    def get(path: str) -> None:
        assert browser.client.get(path, follow_redirects=False).status_code < 400, path

    return get


def more(house, now, word: str, number: int) -> None:
    """Alice has had mails that came back, and registered for webinars; a partner has shared; pictures were taken in; an issue was
    corrected; people came to work here."""
    with house.database.session() as session:
        alice = session.exec(select(Person).where(col(Person.name) == "Alice")).one()
        identity = session.exec(select(Identity)).first()
        issue = session.exec(select(Issue).where(col(Issue.slug) == "monthly-2026-11")).one()
        partner = session.exec(select(Address).where(col(Address.normalised) == "partner@example.net")).first()
        partner = partner or made(session, Address(email="partner@example.net", normalised="partner@example.net", hash="partner", created_at=now))  # fmt: skip
        registrant = session.exec(select(Registrant).where(col(Registrant.address_id) == alice.address_id)).first()
        registrant = registrant or made(session, Registrant(address_id=alice.address_id, key="alice", version=1, created_at=now))  # fmt: skip
        for n in range(number):
            when = now - timedelta(days=n + 1)
            letter = made(session, Letter(key=f"{word}-{n}", kind="issue", title=f"Letter {n}", state="done", identity_id=identity.id, created_at=when))  # fmt: skip
            edition = made(session, LetterEdition(letter_id=letter.id, language="en", digest=f"{word}{n}", data=b""))
            row = made(session, Outbox(letter_id=letter.id, address_id=alice.address_id, edition_id=edition.id, state="accepted", subject=alice.key, not_before=when, created_at=when, done_at=when))  # fmt: skip
            session.add(MailEvent(outbox_id=row.id, kind="bounce", key="1", at=when, text="5.1.1 no such user"))
            work = a_work(session, when, f"Shared {word} {n}")
            session.add(Share(work_id=work.id, address_id=partner.id, name="Pat", organisation=f"Partner {word} {n}", may_share=True, naming="named", at=when))  # fmt: skip
            session.add(MediaFile(digest=f"{word}{n}", kind="image", type="image/png", extension="png", length=9, name=f"{n}.png", width=9, height=9, alt="A room", shelved_at=when, created_at=when))  # fmt: skip
            session.add(Correction(issue_id=issue.id, notes={"en": "It was Mombasa."}, created_at=when))
            series, _ = a_webinar(session, house, now, f"talk-{word}-{n}")
            session.add(Registration(series_id=series.id, registrant_id=registrant.id, key=f"{word}-{n}", name="Alice", state="registered", asked_at=when, registered_at=when, changed_at=when))  # fmt: skip
            address = made(session, Address(email=f"{word}{n}@desk.example.org", normalised=f"{word}{n}@desk.example.org", hash=f"desk {word}{n}", created_at=when))  # fmt: skip
            session.add(Member(address_id=address.id, name=f"Member {word} {n}", role="viewer", created_at=when))


def made(session, row):
    session.add(row)
    session.flush()
    return row
