"""From the form to the confirmed reader, as a browser goes: the same words for everybody, and nothing by GET."""

import re

import pytest
from cast import a_newsletter, a_person
from posted import kinds, token
from sqlalchemy import update
from sqlmodel import col, select
from stage import form_token

from publisher.audience.gate import PER_NETWORK_AN_HOUR
from publisher.audience.models import Consent, MailingList, Person, Subscription
from publisher.mail.models import Address
from publisher.web.public.signing_up import WORDING


@pytest.fixture
def sign_up(web, later):
    def press(email, path="/", seconds=5, **fields):
        shown = form_token(web.get(path).text)
        later(seconds=seconds)
        return web.post(
            "/subscribe", data={"email": email, "list": "monthly", "language": "fr", "form_token": shown, **fields}
        )

    return press


def states(house, email):
    with house.database.reading() as session:
        rows = select(Subscription.state).join(Person).join(Address).where(col(Address.normalised) == email)
        return list(session.exec(rows))


def test_a_reader_signs_up_confirms_and_is_welcome(web, house, sign_up):
    answer = sign_up("dora@example.org")
    assert answer.status_code == 200
    assert "If dora@example.org can get our mail" in answer.text
    with house.database.reading() as session:
        assert kinds(session, "dora@example.org") == ["confirm"]
        key = token(session, "confirm", "dora@example.org")
        consent = session.exec(select(Consent)).one()
        assert (consent.wording, consent.page, consent.ip) == (WORDING, "/subscribe", "testclient")
    assert WORDING in web.get("/subscribe").text
    page = web.get(f"/confirm/{key}")
    assert '<html lang="fr"' in page.text
    assert "d•••@e•••.org" in page.text
    assert states(house, "dora@example.org") == ["pending"]
    done = web.post(f"/confirm/{key}")
    assert done.status_code == 200
    assert states(house, "dora@example.org") == ["active"]
    assert "/preferences/" in done.text
    again = web.get(f"/confirm/{key}")
    assert again.status_code == 200
    assert "/preferences/eyJ" not in again.text
    assert 'method="post" action="/confirm/' not in again.text


def test_known_and_unknown_addresses_get_the_same_answer(web, house, sign_up):
    known = sign_up("alice@example.org").text.replace("alice", "x")
    unknown = sign_up("erin@example.org").text.replace("erin", "x")
    assert known == unknown
    with house.database.reading() as session:
        assert kinds(session, "alice@example.org") == ["notice"]


def test_a_program_that_fills_the_hidden_field_is_told_the_same_and_nothing_is_done(web, house, sign_up):
    answer = sign_up("spam@example.org", website="https://spam.example")
    assert "If spam@example.org can get our mail" in answer.text
    assert states(house, "spam@example.org") == []


def test_a_form_pressed_too_fast_is_shown_once_more_filled_in(web, house, sign_up):
    answer = sign_up("dora@example.org", seconds=1)
    assert "Please press the button once more" in answer.text
    assert 'value="dora@example.org"' in answer.text
    assert states(house, "dora@example.org") == []


def test_what_is_no_address_is_said_beside_the_field(web, sign_up):
    answer = sign_up("dora at example")
    assert answer.status_code == 422
    assert 'id="f-email-error"' in answer.text
    assert 'value="dora at example"' in answer.text
    nothing = sign_up("dora@example.org", list="nothing")
    assert nothing.status_code == 422


def test_one_network_cannot_sign_up_the_world(web, sign_up, house):
    for number in range(PER_NETWORK_AN_HOUR):
        assert sign_up(f"reader{number}@example.org", seconds=3).status_code == 200
    answer = sign_up("one.more@example.org", seconds=3)
    assert answer.status_code in (200, 429)


def test_a_form_on_another_site_only_hands_over_to_our_button(web, house, later):
    assert 'action="/subscribe/embed"' in web.get("/embed?list=weekly").text
    handed = web.post(
        "/subscribe/embed",
        data={"email": "dora@example.org", "list": ["weekly", "nothing"], "language": "ar"},
        headers={"sec-fetch-site": "cross-site", "origin": "https://partner.example"},
    )
    assert handed.status_code == 200
    assert "dora@example.org is to get: Weekly." in handed.text
    assert states(house, "dora@example.org") == []
    later(seconds=4)
    pressed = web.post(
        "/subscribe",
        data={"email": "dora@example.org", "list": "weekly", "language": "ar", "form_token": form_token(handed.text)},
    )
    assert pressed.status_code == 200
    assert states(house, "dora@example.org") == ["pending"]


def test_a_hand_over_carries_text_as_text(web):
    handed = web.post("/subscribe/embed", data={"email": '"><script>alert(1)</script>@x.org', "list": "weekly"})
    assert "<script>alert" not in handed.text


def test_lists_asked_for_with_the_same_address_may_be_ticked(web, house, sign_up, later):
    sign_up("dora@example.org")
    sign_up("dora@example.org", list="weekly")
    with house.database.reading() as session:
        key = token(session, "confirm", "dora@example.org")
    page = web.get(f"/confirm/{key}?lang=en").text
    assert 'name="also" value="weekly"' in page
    web.post(f"/confirm/{key}", data={"also": "weekly"})
    assert states(house, "dora@example.org") == ["active", "active"]


def test_only_lists_that_a_newsletter_comes_by_are_offered_and_the_main_one_is_ticked(web, house, now):
    for path in ("/", "/subscribe", "/embed"):
        page = web.get(path).text
        assert '<input type="hidden" name="list" value="monthly">' in page
        assert 'value="weekly"' not in page
    assert 'value="weekly"' in web.get("/subscribe?list=weekly").text, "a link that names a list is an offer too"
    with house.database.session() as session:
        a_newsletter(
            session,
            session.exec(select(MailingList).where(col(MailingList.slug) == "weekly")).one(),
            now,
            slug="weekly",
        )
    page = web.get("/subscribe").text
    assert re.findall(r'name="list" value="(\w+)"( checked)?', page) == [("monthly", " checked"), ("weekly", "")]


def test_before_the_first_newsletter_every_open_list_is_offered(web, house):
    with house.database.session() as session:
        session.exec(update(MailingList).where(col(MailingList.slug) == "monthly").values(archived=True))
    assert 'value="weekly"' in web.get("/subscribe").text


def test_an_address_keeps_its_order_among_arabic_words(web):
    wish = {"email": "dora@example.org", "list": "monthly"}
    assert "\u2066dora@example.org\u2069" in web.post("/subscribe/embed?lang=ar", data=wish).text
    assert "\u2066" not in web.post("/subscribe/embed?lang=fr", data=wish).text


def test_a_cohort_is_shown_to_nobody(web, house, now):
    from cast import a_list

    with house.database.session() as session:
        from publisher.mail.identities import hub

        cohort = a_list(session, hub(session), now, slug="fellows", kind="cohort")
        a_person(session, "fay@example.org", now, cohort)
    for path in ("/", "/subscribe", "/embed", "/newsletters"):
        assert "Fellows" not in web.get(path).text
