"""A partner shares a resource, and hears back: received, published in which issue, or why not. Once each."""

from datetime import datetime, timedelta

import pytest
from cast import a_hub, a_work
from sqlmodel import Session, select

from publisher.errors import BadInput, TooMany
from publisher.house import House
from publisher.library import review, sharing
from publisher.library.models import Share, Work, WorkText
from publisher.mail.models import Outbox

FORM = {
    "title": "Mentoring in three districts",
    "link": "https://partner.example/mentoring",
    "name": "Carol Njoroge",
    "email": "carol@partner.example",
    "organisation": "Partner",
    "credit": "Photo: Partner",
    "licence": "CC BY 4.0",
    "may_share": "on",
}


@pytest.fixture(autouse=True)
def hub(session: Session, now: datetime) -> None:
    a_hub(session, now)


def propose(session: Session, house: House, now: datetime, **changes: str) -> Share:
    return sharing.propose(session, house, {**FORM, **changes}, now=now, network="192.0.2.0/24")


def letters(session: Session) -> list[str]:
    return [row.to_name for row in session.exec(select(Outbox))]


def test_from_proposal_to_published(house: House, session: Session, now: datetime) -> None:
    share = propose(session, house, now)
    work = session.get_one(Work, share.work_id)
    assert (work.state, work.licence, share.answer) == ("new", "CC BY 4.0", "received")
    assert letters(session) == ["Carol Njoroge"]
    assert propose(session, house, now).id == share.id
    assert len(letters(session)) == 1
    review.approve(session, [share.work_id], who="ines", now=now)
    assert [s.id for s in sharing.shares_to_tell(session, [share.work_id])] == [share.id]
    for told in (1, 0):
        sent = sharing.tell_published(
            session,
            house,
            [share.work_id],
            titled=lambda language: f"November, {language}",
            url="https://hub.example.org/newsletters/m/1",
            now=now,
        )
        assert sent == told
    assert len(letters(session)) == 2
    assert share.answer == "published"


def test_they_hear_why_not(house: House, session: Session, now: datetime) -> None:
    share = propose(session, house, now, page_language="fr")
    review.reject(session, [share.work_id], who="ines", now=now, note="It is behind a paywall.")
    assert sharing.tell_declined(session, house, [share.work_id], now=now) == 1
    assert sharing.tell_declined(session, house, [share.work_id], now=now) == 0
    assert (share.answer, len(letters(session))) == ("declined", 2)


def test_a_stranger_changes_nothing_that_readers_see(house: House, session: Session, now: datetime) -> None:
    work = a_work(session, now, "Known already")
    work.doi = "10.1000/known"
    session.flush()
    propose(
        session, house, now, doi="10.1000/known", language="ar", title="Buy here", link="https://elsewhere.example/x"
    )
    assert [t.title for t in session.exec(select(WorkText))] == ["Known already"]
    assert (work.state, work.canonical_url) == ("approved", None)


@pytest.mark.parametrize("field", ["title", "name", "email", "may_share", "link"])
def test_what_is_missing_is_named(house: House, session: Session, now: datetime, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        propose(session, house, now, **{field: ""})
    assert refused.value.field == field
    assert session.exec(select(Work)).all() == []


def test_a_network_has_a_budget_for_the_day(house: House, session: Session, now: datetime) -> None:
    for n in range(20):
        propose(session, house, now, link=f"https://p.example/{n}", title=f"Number {n}", email=f"p{n}@p.example")
    with pytest.raises(TooMany):
        propose(session, house, now, link="https://p.example/20", email="p20@p.example")
    assert propose(session, house, now + timedelta(days=1), link="https://p.example/21").id
