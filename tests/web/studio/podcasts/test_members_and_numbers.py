"""Who hears a private show, and how often a show is heard."""

import re

import pytest
from desk_stage import plain
from sound_stage import SOUND, a_show, begin, row_of, send_sound, write
from sqlmodel import col, select

from publisher.audience.links import preferences_token
from publisher.mail.models import LetterEdition, Outbox
from publisher.podcasts.downloads import counting
from publisher.podcasts.models import PrivateFeed


@pytest.fixture
def private(house, hub, now):
    a_show(house, now, list_slug="monthly")
    return "/studio/podcasts/small-hands"


def letters(house) -> list[Outbox]:
    with house.database.reading() as session:
        found = list(
            session.exec(select(Outbox).where(col(Outbox.occasion).startswith("feed:")).order_by(col(Outbox.id)))
        )
        session.expunge_all()
    return found


def address_in(letter: Outbox, base: str) -> str:
    found = re.search(rf"{base}(/podcasts/[^\"]+/feed.xml)", letter.marks)
    assert found
    return found[1]


def test_a_member_gets_their_address_by_mail_and_no_page_shows_it(editor, house, private):
    assert "1 member, 0 with a feed of their own" in plain(editor.get(private))
    said = editor.told(f"{private}/members", verb="give", email="alice@example.org")
    assert "on its way to alice@example.org" in said
    (letter,) = letters(house)
    feed = address_in(letter, house.settings.public_url)
    page = editor.get(private)
    assert feed not in page
    assert "alice@example.org" in page
    assert "Has left the list" not in page
    assert editor.client.get(feed).status_code == 200
    with house.database.reading() as session:
        data = session.get_one(LetterEdition, letter.edition_id).data
    assert feed.encode() not in data


@pytest.mark.parametrize("email", ["carol@example.org", "bob@example.org", "stranger@example.org", "nonsense", ""])
def test_who_is_no_member_gets_nothing(editor, house, private, email):
    editor.get(private)
    status = 422
    page = editor.post(f"{private}/members", status, verb="give", email=email)
    assert 'class="error"' in page
    assert letters(house) == []


def test_all_at_once_then_taken_back(editor, house, private):
    editor.get(private)
    assert "1 letter on the way" in editor.told(f"{private}/members", verb="all").lower()
    assert "no letters on the way" in editor.told(f"{private}/members", verb="all").lower()
    (letter,) = letters(house)
    feed = address_in(letter, house.settings.public_url)
    with house.database.reading() as session:
        number = session.exec(select(PrivateFeed.id)).one()
    assert "stop at once" in editor.told(f"{private}/members", verb="revoke", feed=number)
    assert editor.client.get(feed).status_code == 404
    editor.post(f"{private}/members", 404, verb="mail", feed=number)
    editor.told(f"{private}/members", verb="give", email="alice@example.org")
    again = address_in(letters(house)[-1], house.settings.public_url)
    assert again != feed
    assert editor.client.get(again).status_code == 200


def test_pressed_twice_one_letter_goes(editor, house, private, later):
    editor.get(private)
    editor.told(f"{private}/members", verb="give", email="alice@example.org")
    editor.told(f"{private}/members", verb="give", email="alice@example.org")
    assert len(letters(house)) == 1
    later(minutes=11)
    editor.get(private)
    editor.told(f"{private}/members", verb="give", email="alice@example.org")
    assert len(letters(house)) == 2
    assert len({address_in(one, house.settings.public_url) for one in letters(house)}) == 1


def test_a_reader_has_the_address_mailed_and_a_forwarded_link_does_not_give_it_away(web, house, hub, private):
    key = preferences_token(house.tokens, hub["alice"].key)
    page = web.get(f"/preferences/{key}").text
    assert "Small hands" in plain(page)
    answer = web.post(f"/preferences/{key}/podcast", data={"show": "small-hands"})
    assert answer.status_code == 200
    assert "The address of your private feed is on its way to" in plain(answer.text)
    (letter,) = letters(house)
    feed = address_in(letter, house.settings.public_url)
    assert feed not in answer.text
    assert feed not in web.get(f"/preferences/{key}").text
    assert "alice@example.org" not in answer.text
    assert web.get(feed).status_code == 200


@pytest.mark.parametrize("who", ["bob", "carol"])
def test_who_is_not_on_the_list_does_not_even_see_that_there_is_one(web, house, hub, private, who):
    key = preferences_token(house.tokens, hub[who].key)
    assert "Small hands" not in web.get(f"/preferences/{key}").text
    assert web.post(f"/preferences/{key}/podcast", data={"show": "small-hands"}).status_code == 404
    assert web.post(f"/preferences/{key}/podcast", data={"show": "nothing"}).status_code == 404
    assert letters(house) == []


def hear(browser, house, episode: str, agents: tuple[str, ...]) -> None:
    feed = browser.client.get("/podcasts/small-hands/feed.xml").text
    url = re.search(rf"{house.settings.public_url}(/podcasts/small-hands/audio/[^\"]+)", feed)
    assert url
    for agent in agents:
        assert browser.client.get(url[1], headers={"user-agent": agent}).content == SOUND
    with house.database.session() as session:
        counting.settle_all(session)


def test_numbers_name_method_and_lists_and_stand_beside_the_time_before(editor, house, show, later):
    assert "The first ones show here" in plain(editor.get(f"{show}/numbers"))
    here = begin(editor, show)
    send_sound(editor, here)
    write(editor, here, verb="publish")
    hear(
        editor,
        house,
        here,
        ("AntennaPod/3.4.0", "Overcast/3.0 (+http://overcast.fm/; iOS podcast app)", "Googlebot/2.1"),
    )
    later(seconds=5)
    page = editor.get(f"{show}/numbers?days=7")
    said = plain(page)
    assert "2 downloads none in the 7 days before" in said
    assert "AntennaPod" in said
    assert "are robots" in said
    assert "IAB 2.2" in said
    assert "crawler-user-agents" in said
    assert "<svg" in page
    assert "2 downloads in 30 days" in plain(editor.get("/studio/podcasts"))
    assert "2 downloads in 30 days" in plain(editor.get(show))
    table = editor.client.get(f"{show}/numbers.csv?days=7")
    assert table.headers["content-disposition"] == 'attachment; filename="small-hands-downloads-7-days.csv"'
    assert table.text.count("Forty families") == 2
    assert row_of(house, here).guid in table.text


@pytest.mark.parametrize("days", ["", "0", "-1", "9999999", "x"])
def test_a_span_nobody_offers_is_the_usual_one(editor, show, days):
    assert "30 days up to today" in plain(editor.get(f"{show}/numbers?days={days}"))
