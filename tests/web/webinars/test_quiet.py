"""“No more mail about this webinar”: a page that asks, a button, RFC 8058, and the same answer for everybody."""

import pytest
from met_stage import link_to, registration, text_of

from publisher.audience import links
from publisher.tokens import Purpose

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def link(house, met) -> str:
    return link_to(house, "quiet", met.alice)


def muted(house, met) -> bool:
    with house.database.reading() as session:
        return registration(session, met.alice).muted_at is not None


def test_the_page_asks_and_the_button_does(web, house, met, link):
    asked = web.get(link)
    said = text_of(asked)
    assert "“Play and care”: reminders and news stop for a•••@e•••.org. Your place stays yours." in said
    assert link_to(house, "mine", met.alice) in asked.text
    assert not muted(house, met)
    assert "No more mail about it" in text_of(web.post(link))
    assert muted(house, met)
    with house.database.reading() as session:
        assert registration(session, met.alice).state == "registered"
    assert "Undo" in text_of(web.get(link))
    assert "It comes again" in text_of(web.post(link, data={"again": "yes"}))
    assert not muted(house, met)


def test_a_mail_program_presses_it_without_a_page(web, house, met, link):
    answer = web.post(link, data=ONE_CLICK, headers={"sec-fetch-site": "cross-site"})
    assert (answer.status_code, answer.text) == (200, "You are unsubscribed. Nothing more will come.\n")
    assert muted(house, met)
    assert web.post(link, data=ONE_CLICK).text == answer.text
    assert web.post(f"{link[:-4]}xxxx", data=ONE_CLICK).text == answer.text
    gone = f"/u/{house.tokens.make(Purpose.QUIET, 'nobody')}"
    assert web.post(gone, data=ONE_CLICK).text == answer.text


def test_who_was_erased_is_told_what_everybody_is_told(web, house, met, link):
    there = web.post(link)
    gone = f"/u/{house.tokens.make(Purpose.QUIET, 'nobody')}"
    for answer in (web.get(gone), web.post(gone)):
        assert answer.status_code == 200
        assert "Nothing more about this webinar will come." in text_of(answer)
    assert "Nothing more about this webinar will come." in text_of(there)


def test_newsletters_are_left_as_before(web, house, met, hub, link):
    unsubscribe = f"/u/{links.unsubscribe_token(house.tokens, hub['alice'].key, 'monthly')}"
    assert "Monthly" in text_of(web.get(unsubscribe))
    web.post(unsubscribe, data=ONE_CLICK)
    assert not muted(house, met)
