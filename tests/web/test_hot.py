"""Counted clicks: where the list says so, once, and only to where the letter led."""

from datetime import datetime

import pytest
from sqlmodel import select

from publisher.mail.models import Letter, LetterEdition, LetterLink, MailEvent, Outbox
from publisher.tokens import Purpose


@pytest.fixture
def mail(house, hub, now: datetime) -> str:
    """A mail to alice whose link 1 is counted; its token."""
    with house.database.session() as session:
        letter = Letter(key="issue-2", kind="issue", title="Issue", identity_id=1, created_at=now)
        session.add(letter)
        session.flush()
        edition = LetterEdition(letter_id=letter.id, language="en", digest="d", data=b"")
        session.add_all([edition, LetterLink(letter_id=letter.id, n=1, url="https://example.org/study?a=1")])
        session.flush()
        row = Outbox(
            letter_id=letter.id,
            address_id=hub["alice"].address_id,
            edition_id=edition.id,
            not_before=now,
            created_at=now,
        )
        session.add(row)
        session.flush()
        return house.tokens.make(Purpose.CLICK, row.id)


def clicks(house) -> list[str]:
    with house.database.reading() as session:
        return [event.key for event in session.exec(select(MailEvent)) if event.kind == "click"]


def test_a_click_leads_on_and_counts_once(web, house, mail):
    for _ in range(3):
        answer = web.get(f"/c/{mail}/1")
        assert (answer.status_code, answer.headers["location"]) == (302, "https://example.org/study?a=1")
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert clicks(house) == ["1"]


def test_who_only_looks_is_not_counted(web, house, mail):
    assert web.head(f"/c/{mail}/1").headers["location"] == "https://example.org/study?a=1"
    assert clicks(house) == []


def test_nothing_can_be_redirected_to_where_somebody_else_says(web, house, mail):
    forged = house.tokens.make(Purpose.UNSUBSCRIBE, 1)
    for path in (f"/c/{mail}/2", f"/c/{forged}/1", "/c/x/1", f"/c/{mail}/https:%2F%2Fevil.example", f"/c/{mail}/-1"):
        answer = web.get(path)
        assert answer.status_code == 404, path
        assert "location" not in answer.headers
    assert clicks(house) == []


def test_an_unsubscription_as_large_as_a_film_is_refused_in_words_not_with_a_fault(web):
    answer = web.post("/u/abc", content=b"x" * 70_000)
    assert answer.status_code == 413
