"""The page of partners: what of theirs is here, in the reader's language; asked for by a form and seen by an editor first."""

import html

from sqlmodel import select

from publisher.library import review, sharing
from publisher.library.models import Share
from publisher.web.routes import ROUTES  # the page is one of them

FORM = {
    "title": "Mentoring in three districts", "link": "https://partner.example/mentoring", "name": "Carol Njoroge", "email": "carol@partner.example",
    "organisation": "Écoles & Sud", "may_share": "on", "may_name": "on",
}  # fmt: skip


def a_share(house, now, number=0):
    with house.database.session() as session:
        form = FORM | {"title": f"Study {number}", "link": f"https://partner.example/{number}"}
        share = sharing.propose(session, house, form, now=now, network=f"192.0.2.{number}")
        review.approve(session, [share.work_id], who="ines", now=now)


def test_nobody_yet_and_then_one_with_what_they_shared(web, house, now):
    assert "Nobody has shared anything yet" in html.unescape(web.get("/partners").text)
    a_share(house, now)
    page = web.get("/partners").text
    assert "Écoles &amp; Sud" in page
    assert "Study 0" in page
    assert "Carol" not in page
    assert "carol@" not in page
    assert 'dir="rtl"' in web.get("/partners?lang=ar").text
    assert '<a href="/partners">Partners</a>' in web.get("/library").text
    assert "/partners" in web.get("/sitemap.xml").text
    assert any(route.path == "/partners" for route in ROUTES)


def test_of_many_the_newest_and_a_way_to_the_rest(web, house, now):
    for number in range(7):
        a_share(house, now, number)
    page = web.get("/partners").text
    assert page.count("Study") == 5
    assert "Look for more of theirs" in page


def test_agreeing_is_a_tick_in_the_form(web, house, now):
    assert 'name="may_name"' in web.get("/share").text
    with house.database.session() as session:
        sharing.propose(session, house, FORM | {"may_name": ""}, now=now, network="192.0.2.0/24")
        assert session.exec(select(Share.naming)).one() == ""
