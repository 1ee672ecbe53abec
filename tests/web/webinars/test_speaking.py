"""A speaker's own page: lines, picture, consent, slides, rehearsal, the way in, and questions while one speaks."""

from datetime import timedelta

import pytest
from media.making import png
from met_stage import PLAY, link_to, registration, text_of, webinar
from sqlmodel import select

from publisher.webinars import questions
from publisher.webinars.models import Speaker

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"  # fmt: skip


def speaker(session, name: str = "Amara Diallo") -> Speaker:
    return session.exec(select(Speaker).where(Speaker.name == name)).one()


@pytest.fixture
def own(house, met) -> str:
    with house.database.reading() as session:
        key = speaker(session).key
    return link_to(house, "speaker", key)


def test_it_says_what_is_missing_and_where_they_are_wanted(web, house, met, own, now):
    with house.database.session() as session:
        play = webinar(session, "play")[1]
        play.rehearsal_at, play.rehearsal_wall = now + timedelta(days=8, hours=3), "2026-12-01T12:00"
        speaker(session).zone = "America/St_Johns"
    answer = web.get(own)
    said = text_of(answer)
    assert "Good to have you, Amara Diallo" in said
    assert "Still missing: a picture of you, your answer whether you may be recorded and your slides." in said
    assert "8:30–10:00 your time, in St. John’s 15:00–16:30 in Nairobi" in said
    assert "Rehearsal Tuesday 1 December 2026 5:30–6:00 your time, in St. John’s" in said
    assert "Your door opens Tuesday 1 December 2026, 5:15 in St. John’s" in said
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"], answer.headers["x-robots-tag"]) == ("private, no-store", "no-referrer", "noindex")  # fmt: skip


def test_everything_is_brought_through_the_page(web, house, own, wall):
    about = {"bio": "Twenty years <b>with</b> families.", "organisation": "Garden Row", "zone": "Africa/Lagos"}
    assert web.post(f"{own}/about", data=about).headers["location"] == f"{own}?said=about"
    assert web.post(f"{own}/picture", files={"picture": ("me.png", png(900, 900, (9, 99, 9)))}).status_code == 303
    assert web.post(f"{own}/recording", data={"answer": "yes"}).status_code == 303
    sent = web.post(f"{own}/slides", data={"date": "play", "title": "What play does"}, files={"file": ("slides.pdf", PDF)})  # fmt: skip
    assert sent.headers["location"] == f"{own}?said=slides"
    said = text_of(web.get(own))
    assert "Everything is here. Thank you." in said
    assert "What play does" in said
    page = web.get(PLAY).text
    assert "Twenty years &lt;b&gt;with&lt;/b&gt; families." in page
    assert "/160.webp" in page
    assert "What play does</span></a>" not in page  # slides are for afterwards
    with house.database.reading() as session:
        assert speaker(session).recording_words.startswith("I agree that what I say and show")
        wall.now = webinar(session, "play")[1].ends_at + timedelta(minutes=1)
    over = web.get(PLAY)
    assert "What play does" in over.text
    path = over.text.partition('href="/webinars/play/handouts/')[2].partition('"')[0]
    paper = web.get(f"/webinars/play/handouts/{path}")
    assert (paper.content, paper.headers["content-type"]) == (PDF, "application/pdf")
    assert web.get(f"/webinars/leading-1/handouts/{path}").status_code == 404
    assert web.post(f"{own}/recording", data={"answer": "no"}).status_code == 303
    assert "Your answer: no" in text_of(web.get(own))
    web.post(f"{own}/picture", data={"remove": "yes"})
    assert "/160.webp" not in web.get(own).text


def test_slides_can_be_taken_away_again_by_who_brought_them(web, house, own):
    web.post(f"{own}/slides", data={"date": "play"}, files={"file": ("slides.pdf", PDF)})
    number = web.get(own).text.partition('name="remove" value="')[2].partition('"')[0]
    with house.database.reading() as session:
        other = link_to(house, "speaker", speaker(session, "Ines Moreau").key)
    assert web.post(f"{other}/slides", data={"date": "play", "remove": number}).status_code == 404
    assert web.post(f"{own}/slides", data={"date": "play", "remove": number}).status_code == 303
    assert "Take away" not in text_of(web.get(own))


def test_what_is_no_picture_and_no_paper_is_said_to_be(web, own):
    for what, files in (("picture", {"picture": ("me.png", b"nothing")}), ("slides", {"file": ("a.pdf", b"nothing")}), ("picture", {"picture": ("me.pdf", PDF)})):  # fmt: skip
        answer = web.post(f"{own}/{what}", data={"date": "play"}, files=files)
        assert answer.status_code == 422
        assert 'class="error"' in answer.text
    assert "Choose a file first." in web.post(f"{own}/picture", data={}).text
    assert web.post(f"{own}/slides", data={"date": "leading-1"}, files={"file": ("a.pdf", PDF)}).status_code == 422
    assert web.post(f"{own}/about", data={"bio": "x", "zone": "Mars/Olympus"}).status_code == 422
    assert web.post(f"{own}/nonsense").status_code == 422
    assert web.get(own[:-4]).status_code == 404


def test_a_file_larger_than_a_hub_takes_is_refused_at_the_door(web, own):
    big = {"content-length": "61000000", "content-type": "application/x-www-form-urlencoded"}
    assert web.post(f"{own}/slides", content=b"a=b", headers=big).status_code == 413


def test_live_questions_stand_in_the_order_of_votes_and_renew_themselves(web, house, met, own, now):
    with house.database.session() as session:
        _, play = webinar(session, "play")
        alice = registration(session, met.alice)
        few, many, waits = (questions.ask(session, alice, play, text, now=now) for text in ("A few want this", "Many want this", "Not seen yet"))  # fmt: skip
        for one in (few, many):
            questions.moderate(session, one, "shown")
        questions.vote(session, alice, many)
        assert waits.state == "new"
    page = web.get(f"{own}/questions/play")
    said = text_of(page)
    assert said.index("Many want this") < said.index("A few want this")
    assert "Not seen yet" not in said
    assert '<meta http-equiv="refresh" content="20">' in page.text
    assert web.get(f"{own}/questions/leading-1").status_code == 404


def test_slides_are_brought_and_taken_away_when_it_is_over_too(web, house, own, wall):
    with house.database.reading() as session:
        wall.now = webinar(session, "play")[1].ends_at + timedelta(days=1)
    assert "You were there" in text_of(web.get(own))
    sent = web.post(f"{own}/slides", data={"date": "play", "title": "Late slides"}, files={"file": ("s.pdf", PDF)})
    assert sent.status_code == 303
    assert "Late slides" in web.get(PLAY).text
    wrong = web.post(f"{own}/slides", data={"date": "play"}, files={"file": ("slides.pptx", b"PK\x03\x04" + bytes(99))})
    assert wrong.status_code == 422
    assert "Export the slides as PDF first." in text_of(wrong)
