"""What is left of a webinar: recording, captions, what was said, papers, a confirmation to print, and a few questions."""

from datetime import timedelta

import pytest
from media.making import mp3
from met_stage import link_to, registration, text_of, webinar
from sqlmodel import select

from publisher.media import intake
from publisher.webinars import feedback, questions, recording, registering
from publisher.webinars.models import Feedback, Seat
from publisher.webinars.wishes import Wish

FIRST = "/webinars/first-steps"
VTT = (
    b"WEBVTT\n\n00:00.000 --> 00:04.000\n<v Amara>Welcome <b>all</b>.\n\n00:04.000 --> 00:09.000\n<v Ines>May I ask?\n"
)


@pytest.fixture
def alice(house, met, now) -> str:
    """The key of her registration for what is over; she was there for 81 minutes."""
    with house.database.session() as session:
        series, one = webinar(session, "first-steps")
        wish = Wish(email="alice@example.org", name="Alice <Njoroge>", organisation="Garden Row", source="staff")
        found = registering.register(session, house, series, wish, now=now - timedelta(days=25)).registration
        seat = session.get_one(Seat, (found.id, one.id))
        seat.attended, seat.minutes = "yes", 81
        series.survey = [{"key": "useful", "label": "How useful?", "kind": "scale", "options": []}, {"key": "again", "label": "Again?", "kind": "choice", "options": ["Yes", "No"]}, {"key": "words", "label": "And?", "kind": "text", "options": []}]  # fmt: skip
        return found.key


def test_what_is_elsewhere_is_linked_and_not_framed(web, met):
    page = web.get(f"{FIRST}/recording")
    assert "https://video.example.net/first-steps" in page.text
    assert "<iframe" not in page.text
    assert "<video" not in page.text
    assert 'href="https://video.example.net/first-steps"' not in web.get(FIRST).text
    assert web.get("/webinars/play/recording").status_code == 404


def test_what_is_ours_is_played_in_ranges_with_its_captions(web, house, met, now):
    with house.database.session() as session:
        _, one = webinar(session, "first-steps")
        path = house.settings.data_dir / "talk.mp3"
        path.write_bytes(mp3(20))
        media = intake.take_file(session, house, path, name="talk.mp3", now=now)
        recording.give(session, house, one, media=media, now=now)
        recording.set_transcript(session, house, one, "en", VTT, name="a.vtt", now=now)
        name = f"{media.digest[:12]}.{media.extension}"
    page = web.get(f"{FIRST}/recording")
    assert f'<audio controls preload="metadata" src="{FIRST}/recording/{name}">' in page.text
    said = text_of(page)
    assert "Amara 0:00 Welcome all ." in said.replace("all.", "all .")
    part = web.get(f"{FIRST}/recording/{name}", headers={"range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)
    assert web.get(f"{FIRST}/recording/000000000000.mp3").status_code == 404
    captions = web.get(f"{FIRST}/captions.vtt")
    assert captions.headers["content-type"].startswith("text/vtt")
    assert captions.text.startswith("WEBVTT")
    assert web.get("/webinars/play/captions.vtt").status_code == 404


def test_what_was_asked_and_answered_is_for_everybody(web, house, alice, now):
    with house.database.session() as session:
        _, one = webinar(session, "first-steps")
        asked = questions.ask(session, registration(session, alice), one, "When do they walk?", now=one.ends_at)
        questions.answer(session, asked, "Between **nine and eighteen** months.", "Amara", now=now)
    assert "When do they walk?" not in web.get(FIRST).text
    with house.database.session() as session:
        questions.publish(session, questions.of(session, webinar(session, "first-steps")[1])[0])
    for path in (FIRST, f"{FIRST}/recording"):
        assert "<strong>nine and eighteen</strong>" in web.get(path).text


def test_a_confirmation_is_printed_and_can_be_compared(web, house, alice):
    link = link_to(house, "attended", alice)
    page = web.get(link)
    said = text_of(page)
    for words in ("Confirmation of attendance", "Alice", "Njoroge", "Garden Row", "First steps", "Thursday 5 November 2026", "81 min", "Together: 1.25 hours", "at least 75 per cent"):  # fmt: skip
        assert words in said, words
    assert f"https://hub.example.org{link}" in page.text
    assert "alice@example.org" not in page.text
    assert "<Njoroge>" not in page.text
    assert (page.headers["cache-control"], page.headers["x-robots-tag"]) == ("private, no-store", "noindex")
    assert web.get(link[:-3]).status_code == 404


def test_less_than_an_hour_is_confirmed_in_minutes(web, house, alice):
    with house.database.session() as session:
        seat = session.exec(select(Seat).where(Seat.registration_id == registration(session, alice).id)).one()
        seat.minutes = 5
    said = text_of(web.get(link_to(house, "attended", alice)))
    assert "Together: 5 min" in said
    assert "0 hours" not in said


def test_who_was_not_there_has_none(web, house, met):
    assert web.get(link_to(house, "attended", met.alice)).status_code == 404


def test_a_few_questions_that_are_nobodys(web, house, alice):
    link = link_to(house, "mine", alice).replace("/webinars/mine/", f"{FIRST}/feedback/")
    assert link in web.get(link_to(house, "mine", alice)).text
    assert "How useful?" in text_of(web.get(link))
    answers = {"answer-useful": "4", "answer-again": "Yes", "answer-words": "More films."}
    assert "That has arrived" in text_of(web.post(link, data=answers))
    web.post(link, data={"answer-useful": "5"})  # the last word counts, once
    with house.database.reading() as session:
        rows = list(session.exec(select(Feedback)))
        assert [row.answers for row in rows] == [{"useful": "5"}]
        assert alice not in str(rows)
        assert feedback.of(session, webinar(session, "first-steps")[1]) == [{"useful": "5"}]
    wrong = web.post(link, data={"answer-useful": "6"})
    assert (wrong.status_code, "Please choose one of the answers." in wrong.text) == (422, True)
    assert web.post(link, data={}).status_code == 422


def test_questions_wait_until_it_has_begun_and_are_for_who_registered(web, house, met, alice):
    mine = link_to(house, "mine", met.alice)
    early = mine.replace("/webinars/mine/", "/webinars/play/feedback/")
    answer = web.get(early)
    assert answer.status_code == 409
    assert "once the webinar has begun" in text_of(answer)
    assert web.get(early.replace("/play/", "/first-steps/")).status_code == 404  # a key of another webinar
    assert web.get(f"{FIRST}/feedback/nonsense").status_code == 404
