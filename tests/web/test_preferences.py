"""Preferences by two keys, leaving, coming back, moving, being forgotten: each as a browser does it."""

import json

import pytest
from posted import kinds, token
from sqlmodel import col, select
from stage import form_token

from publisher.audience import links
from publisher.audience.models import Interest, Person, Subscription
from publisher.mail.models import Address
from publisher.tokens import Purpose


@pytest.fixture
def old_key(house, hub):
    """The link in every mail, which may be forwarded."""
    return links.preferences_token(house.tokens, hub["alice"].key)


@pytest.fixture
def fresh_key(house, hub, now):
    return links.fresh_token(house.tokens, hub["alice"].key, now=now)


@pytest.fixture
def leave_key(house, hub):
    return links.unsubscribe_token(house.tokens, hub["alice"].key, "monthly")


def alice(house):
    with house.database.reading() as session:
        person = session.exec(select(Person).join(Address).where(col(Address.normalised) == "alice@example.org")).one()
        interests = {
            (i.facet, i.key) for i in session.exec(select(Interest).where(col(Interest.person_id) == person.id))
        }
        rows = session.exec(select(Subscription).where(col(Subscription.person_id) == person.id))
        states = {row.list_id: row.state for row in rows}
        session.expunge_all()
    return person, interests, list(states.values())


def test_a_forwarded_link_shows_nobody_and_offers_only_what_can_be_taken_back(web, house, old_key):
    page = web.get(f"/preferences/{old_key}").text
    assert "a•••@e•••.org" in page
    assert "alice@example.org" not in page
    assert "/erase" not in page
    for action, data in (("erase", {"sure": "yes"}), ("data", {}), ("address", {"email": "new@example.org"})):
        assert web.post(f"/preferences/{old_key}/{action}", data=data).status_code == 403, action
    assert web.get(f"/preferences/{old_key}/data.json").status_code == 403


def test_a_reader_chooses_and_what_the_page_cannot_show_stays(web, house, hub, old_key):
    with house.database.session() as session:
        session.add(Interest(person_id=hub["alice"].id, facet="audience", key="practitioners"))
        person = session.get_one(Person, hub["alice"].id)
        person.languages = "en,fr,ar,es"
    answer = web.post(
        f"/preferences/{old_key}",
        data={
            "list": ["monthly"],
            "topic": ["nutrition-and-health"],
            "place": ["country:BJ", "region:011"],
            "language_1": "fr",
            "language_2": "en",
            "language_3": "",
            "name": "Alice\x00 A.",
            "zone": "Africa/Nairobi",
        },
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/preferences/{old_key}?saved=1")
    person, interests, _ = alice(house)
    assert (person.name, person.zone, person.languages) == ("Alice A.", "Africa/Nairobi", "fr,en,es")
    assert interests == {
        ("audience", "practitioners"),
        ("topic", "nutrition-and-health"),
        ("country", "BJ"),
        ("region", "011"),
    }
    saved = web.get(answer.headers["location"])
    assert '<html lang="fr"' in saved.text
    assert '<option value="Africa/Nairobi" selected>' in saved.text


def test_a_choice_that_cannot_be_changes_nothing_and_comes_back_filled_in(web, house, old_key):
    answer = web.post(f"/preferences/{old_key}", data={"list": ["monthly"], "name": "Zoë", "zone": "Mars/Olympus"})
    assert answer.status_code == 422
    assert 'value="Zoë"' in answer.text
    assert "is not a time zone" in answer.text
    assert alice(house)[0].name == "Alice"


def test_a_pause_is_said_and_ended(web, house, old_key):
    assert web.post(f"/preferences/{old_key}/pause", data={"weeks": "4"}).status_code == 303
    assert "Paused until 21 December 2026" in web.get(f"/preferences/{old_key}").text
    assert web.post(f"/preferences/{old_key}/pause", data={"weeks": "0"}).status_code == 303
    assert "Paused" not in web.get(f"/preferences/{old_key}").text
    assert web.post(f"/preferences/{old_key}/pause", data={"weeks": "9000"}).status_code == 422


def test_a_fresh_link_is_mailed_to_the_owner_wherever_the_old_one_went(web, house, old_key):
    answer = web.post(f"/preferences/{old_key}/fresh-link")
    assert "alice@example.org" not in answer.text
    with house.database.reading() as session:
        assert kinds(session, "alice@example.org") == ["notice"]
        fresh = token(session, "action", "alice@example.org")
    assert "alice@example.org" in web.get(f"/preferences/{fresh}").text


def test_the_way_in_without_an_old_mail_says_the_same_to_everybody(web, house, later):
    said = []
    for email in ("alice@example.org", "nobody@example.org"):
        shown = form_token(web.get("/preferences").text)
        later(seconds=4)
        answer = web.post("/preferences", data={"email": email, "form_token": shown})
        assert answer.status_code == 200
        said.append(answer.text.replace(email, "x"))
    assert said[0] == said[1]
    with house.database.reading() as session:
        assert kinds(session) == ["notice"]


def test_a_mail_program_unsubscribes_with_one_click(web, house, leave_key):
    for form in ({"data": {"List-Unsubscribe": "One-Click"}}, {"files": {"List-Unsubscribe": (None, "One-Click")}}):
        answer = web.post(
            f"/u/{leave_key}", headers={"origin": "https://mail.example", "sec-fetch-site": "cross-site"}, **form
        )
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert answer.headers["content-type"].startswith("text/plain")
        assert alice(house)[2] == ["unsubscribed"]
    with house.database.reading() as session:
        assert kinds(session, "alice@example.org") == ["goodbye"]


def test_an_unknown_link_gets_the_answer_of_a_known_one(web, leave_key):
    one = web.post(f"/u/{leave_key}", data={"List-Unsubscribe": "One-Click"})
    for forged in ("nonsense", leave_key[:-3] + "abc", "a.b.c", "%00", "x/y"):
        other = web.post(f"/u/{forged}", data={"List-Unsubscribe": "One-Click"})
        assert (other.status_code, other.text) == (one.status_code, one.text), forged


def test_leaving_on_the_page_offers_less_and_a_way_back(web, house, old_key, leave_key):
    page = web.get(f"/u/{leave_key}").text
    assert "Stop “Monthly” for a•••@e•••.org?" in page
    assert f"/preferences/{old_key}" in page
    assert alice(house)[2] == ["active"]
    left = web.post(f"/u/{leave_key}")
    assert left.status_code == 200
    assert alice(house)[2] == ["unsubscribed"]
    back = left.text.split('action="/undo/')[1].split('"')[0]
    assert "Monthly" in web.get(f"/undo/{back}").text
    assert alice(house)[2] == ["unsubscribed"]
    assert web.post(f"/undo/{back}").status_code == 200
    assert alice(house)[2] == ["active"]
    assert "Nothing to bring back" in web.post(f"/undo/{back}").text


def test_a_new_address_is_confirmed_by_who_reads_it(web, house, fresh_key):
    answer = web.post(f"/preferences/{fresh_key}/address", data={"email": "alice@new.example"})
    assert "alice@new.example" in answer.text
    with house.database.reading() as session:
        change = token(session, "action", "alice@new.example")
    assert "a•••@n•••.example" in web.get(f"/address/{change}").text
    assert web.post(f"/address/{change}").status_code == 200
    assert "alice@new.example" in web.get(f"/preferences/{fresh_key}").text
    assert "Your address has changed" in web.get(f"/address/{change}").text


def test_no_address_is_said_where_it_was_typed(web, fresh_key):
    answer = web.post(f"/preferences/{fresh_key}/address", data={"email": "nonsense"})
    assert (answer.status_code, 'value="nonsense"' in answer.text) == (422, True)


def test_a_reader_downloads_what_is_held_about_them(web, fresh_key):
    for answer in (web.post(f"/preferences/{fresh_key}/data"), web.get(f"/preferences/{fresh_key}/data.json")):
        assert answer.headers["content-disposition"] == 'attachment; filename="my-data.json"'
        held = json.loads(answer.text)
        assert held["person"]["name"] == "Alice"
        assert held["interests"] == ["country:KE"]


def test_a_reader_is_forgotten_and_their_links_are_too(web, house, hub, fresh_key, old_key, leave_key):
    assert web.post(f"/preferences/{fresh_key}/erase").status_code == 422
    assert web.post(f"/preferences/{fresh_key}/erase", data={"sure": "yes"}).status_code == 200
    with house.database.reading() as session:
        assert session.exec(select(Address).where(col(Address.normalised) == "alice@example.org")).first() is None
    assert web.get(f"/preferences/{old_key}").status_code == 410
    assert web.get(f"/u/{leave_key}").status_code == 200
    assert web.post(f"/u/{leave_key}", data={"List-Unsubscribe": "One-Click"}).status_code == 200


def test_a_key_for_one_page_opens_no_other(web, house, hub, now):
    made = {purpose: house.tokens.make(purpose, f"{hub['alice'].key}") for purpose in Purpose}
    for purpose, key in made.items():
        opened = {
            path
            for path in ("/preferences/", "/confirm/", "/undo/", "/address/")
            if web.get(path + key).status_code == 200
        }
        assert opened == ({"/preferences/"} if purpose in (Purpose.PREFERENCES, Purpose.FRESH) else set()), purpose
