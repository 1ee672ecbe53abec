"""Work in the library: reviewing in bulk, editing, sources, files, the vocabulary."""

import re
from dataclasses import replace

import pytest
from desk_stage import plain
from our_web import Web
from sqlmodel import col, select

from publisher.library import sharing
from publisher.library.models import LookAlike, Source, Subject, Work, WorkText
from publisher.staff.models import Trail
from publisher.vocabulary.models import Term

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>A partner's news</title><link>https://p.example.org</link>
<item><guid>a</guid><title>Mentors in Kisumu</title><link>https://p.example.org/a</link><pubDate>Fri, 20 Nov 2026 08:00:00 GMT</pubDate></item>
<item><guid>b</guid><title>Pay that stays</title><link>https://p.example.org/b</link><pubDate>Sat, 21 Nov 2026 08:00:00 GMT</pubDate></item>
</channel></rss>"""


def states(database):
    with database.session() as session:
        return {w.slug: w.state for w in session.exec(select(Work))}


def one(database, model, **values):
    with database.session() as session:
        return session.exec(select(model).filter_by(**values)).first()


def test_reviewing_in_bulk_and_taking_it_back(editor, database):
    page = editor.get("/studio/library")
    assert "1 to review, 4 on the shelf" in page
    work_id = re.search(r'name="id" value="(\d+)"', page)[1]
    told = editor.get(editor.post("/studio/library/bulk", id=[work_id], verb="approve", back="/studio/library?page=1"))
    assert "Approved 1 resource." in told
    assert states(database)["not-yet"] == "approved"
    undo = re.search(r'action="(/studio/library/reopen\?id=\d+)"', told)[1]
    editor.post(undo)
    assert states(database)["not-yet"] == "new"
    with database.session() as session:
        said = [line.what for line in session.exec(select(Trail).order_by(col(Trail.id)))]
    assert said == ["Approved it.", "Put back to review it."]


def test_a_bulk_step_without_anything_ticked_is_a_sentence(editor):
    editor.get("/studio/library")
    assert "Tick at least one" in editor.post("/studio/library/bulk", 422, verb="approve")


def test_a_resource_comes_back_with_what_was_typed(editor, hub, database):
    work = hub["works"][0]
    path = f"/studio/library/{work.id}"
    editor.get(path)
    page = editor.post(path, 422, verb="save", kind="tool", publisher="Somebody new", doi="not a doi", news="yes")
    assert "A DOI looks like 10.1234/abcd." in page
    assert 'value="Somebody new"' in page
    assert one(database, Work, id=work.id).publisher == ""
    told = editor.told(
        path, verb="save", kind="tool", publisher="Somebody new", topic=["leadership"], country=["KE", "UG"], news="yes"
    )
    assert "Saved." in told
    assert one(database, Work, id=work.id).publisher == "Somebody new"
    with database.session() as session:
        rows = session.exec(select(Subject).where(col(Subject.work_id) == work.id))
        assert {(s.facet, s.key) for s in rows} == {("country", "KE"), ("country", "UG"), ("topic", "leadership")}


def test_texts_in_further_languages(editor, hub, database):
    work = hub["works"][0]
    path = f"/studio/library/{work.id}"
    editor.get(path)
    page = editor.post(f"{path}/text", 422, fresh="yes", language="fr", title="", blurb="Ce que disent les familles.")
    assert "A text has a title." in page
    assert "Ce que disent les familles." in page
    editor.post(
        f"{path}/text", fresh="yes", language="fr", title="Visites à domicile", blurb="Ce que disent les familles."
    )
    assert one(database, WorkText, work_id=work.id, language="fr").title == "Visites à domicile"
    editor.post(f"{path}/text", language="fr", verb="remove")
    assert one(database, WorkText, work_id=work.id, language="fr") is None


def test_adding_by_hand_and_finding_it(editor):
    editor.get("/studio/library/new")
    assert "Give the resource a title." in editor.post(
        "/studio/library/new", 422, title="", link="https://x.example.org"
    )
    told = editor.told(
        "/studio/library/new", title="A brief on grandmothers", link="https://x.example.org/g", kind="report"
    )
    assert "It is on the shelf." in told
    assert "A brief on grandmothers" in editor.get("/studio/library/shelf?q=grandmothers")


def test_look_alikes_wait_for_a_person(editor, hub, database, now):
    works = hub["works"]
    with database.session() as session:
        session.add(
            LookAlike(work_id=works[2].id, other_id=works[0].id, score=93, reason="Similar title", found_at=now)
        )
    page = editor.get("/studio/library/look-alikes")
    pair = re.search(r'name="pair" value="(\d+)"', page)[1]
    assert "Remembered" in editor.told("/studio/library/look-alikes", pair=pair, verdict="different")
    assert one(database, LookAlike, id=int(pair)).state == "different"


def test_a_file_with_a_broken_row(editor, database):
    editor.get("/studio/library/import")
    assert "Choose a file first." in editor.post("/studio/library/import", 422, news="yes")
    table = b"title;link\nGood one;https://x.example.org/1\n;\nAnother;https://x.example.org/2\n"
    page = plain(editor.post("/studio/library/import", 200, file=("list.csv", table, "text/csv")))
    assert "2 new" in page
    assert {"good-one", "another"} <= states(database).keys()


def test_the_vocabulary_is_named_and_retired(editor, database):
    editor.get("/studio/library/vocabulary")
    path = "/studio/library/vocabulary"
    assert "Give it a name" in editor.post(path, 422, facet="topic", key="", verb="save", label_en="")
    editor.post(path, facet="topic", key="", verb="save", label_en="Grandmothers", label_fr="Grands-mères")
    assert one(database, Term, facet="topic", key="grandmothers").names == {"en": "Grandmothers", "fr": "Grands-mères"}
    editor.post(path, facet="topic", key="grandmothers", verb="retire")
    assert one(database, Term, facet="topic", key="grandmothers").retired


@pytest.fixture
def settings(settings):
    return replace(settings, private_hosts=frozenset({"127.0.0.1"}))


@pytest.fixture
def partner():
    web = Web()
    yield web
    web.close()


def test_a_source_shows_what_it_would_bring_before_it_is_let_in(editor, partner, database):
    url = partner.serve("/feed.xml", FEED)
    path = "/studio/library/sources/new"
    editor.get(path)
    page = plain(editor.post(path, 200, url=url, kind="auto", verb="preview"))
    assert "2 records, 2 this month." in page
    assert "Mentors in Kisumu" in page
    assert one(database, Source, url=url) is None
    place = editor.post(
        path, url=url, kind="feed", verb="add", title="Partner", rhythm="60", trust="review", news="yes"
    )
    assert place == "/studio/library/sources/partner"
    shown = plain(editor.get(place))
    assert "Read it: 2 new resources" in shown
    assert "3 to review" in editor.get("/studio/library")
    assert "Stopped looking." in editor.told(place, verb="stop")
    assert one(database, Source, slug="partner").state == "paused"
    assert "Stop looking instead" in editor.post(place, 409, verb="remove")


def test_an_address_that_is_no_source_is_a_sentence_beside_it(editor, partner):
    editor.get("/studio/library/sources/new")
    page = editor.post("/studio/library/sources/new", 422, url="ftp://nowhere", verb="preview")
    assert "begins with https:// or http://" in page
    assert 'value="ftp://nowhere"' in page


def test_a_source_on_this_machine_is_refused_in_a_sentence_and_is_no_fault_of_ours(editor):
    editor.get("/studio/library/sources/new")
    for url in ("http://127.1/", "http://2130706433/", "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest"):
        page = plain(editor.post("/studio/library/sources/new", 422, url=url, kind="feed", verb="preview"))
        assert "is not on the public internet" in page


def test_how_a_partner_is_named_and_their_site_as_a_source(editor, house, database, now):
    form = {"title": "Mentoring", "link": "https://partner.example/a", "name": "Carol", "email": "carol@partner.example",
            "organisation": "Partner", "may_share": "on", "may_name": "on"}  # fmt: skip
    with database.session() as session:
        share = sharing.propose(session, house, form, now=now, network="192.0.2.0/24")
        path, number = f"/studio/library/{share.work_id}", share.id
    page = editor.get(path)
    assert "Agreed to be named among the partners." in page
    link = re.search(r'href="(/studio/library/sources/new\?url=[^"]+)"', page)[1]
    assert 'value="https://partner.example/"' in editor.get(link)
    assert "Partners Ltd stands among the partners." in editor.told(
        f"{path}/sharer", share=number, organisation="Partners Ltd", named="yes"
    )
    assert "Named among the partners." in editor.get(path)
    assert "is not named" in editor.told(f"{path}/sharer", share=number, organisation="Partners Ltd")
    assert "Write the organisation" in plain(
        editor.post(f"{path}/sharer", 422, share=number, organisation="", named="yes")
    )
    assert "Nobody shared this" in plain(editor.post(f"{path}/sharer", 404, share="x", organisation="A", named="yes"))
