"""The hour itself: who is there as far as the room says, and questions to be shown, answered and published."""

import lxml.html
import pytest
from desk_stage import plain
from gathered_desk import FIVE, PLAY, ask, at, number_of, play, question_of
from webinars.people_stage import BEGINS, join

from publisher.webinars import programme, questions
from publisher.webinars.models import Presence, Webinar


@pytest.fixture
def date(house, hub, now) -> int:
    return play(house, now, "dora", "erik")


@pytest.fixture
def here(date) -> str:
    return f"{PLAY}/dates/{date}/live"


def under(html: str, part: str) -> str:
    """The words of one part of the page."""
    found = lxml.html.fromstring(html).xpath(f'//section[@data-part="{part}"]')
    return " ".join(found[0].text_content().split())


def test_questions_go_from_hand_to_hand(editor, house, here, date, now):
    first = ask(house, date, "Dora", "How long should a child play?", now)
    assert "How long should a child play?" in under(editor.get(here), "new")
    assert editor.post(here, question=first, verb="shown") == f"{here}#q-{first}"
    assert "How long should a child play?" in under(editor.get(here), "shown")
    editor.post(here, question=first, verb="answered")
    assert "How long should a child play?" in under(editor.get(here), "answered")
    editor.post(here, question=first, verb="hidden")
    page = editor.get(here)
    assert "How long should a child play?" in under(page, "hidden")
    assert "Bring it back" in page
    editor.post(here, question=first, verb="new")
    assert question_of(house, first).state == "new"
    editor.post(here, 422, question=first, verb="sing")
    editor.post(here, 404, question=first + 1000, verb="shown")


def test_the_most_wanted_stands_first(editor, house, here, date, now):
    for text in ("Which toys?", "How long?"):
        ask(house, date, "Dora", text, now)
    with house.database.session() as session:
        for one in questions.of(session, session.get_one(Webinar, date)):
            one.state, one.votes = "shown", 5 if one.text == "How long?" else 1
    shown = under(editor.get(here), "shown")
    assert shown.index("How long?") < shown.index("Which toys?")
    assert "5 votes" in shown


def test_an_answer_in_writing_is_kept_and_published_and_taken_off(editor, house, here, date, now):
    first = ask(house, date, "Dora", "How long?", now)
    opened = editor.get(f"{here}?answer={first}")
    assert "Save and put it on its page" in opened
    assert 'http-equiv="refresh"' not in opened, "nothing is loaded anew while somebody writes"
    empty = editor.post(here, 422, question=first, verb="answer", answer="", by="Ines Moreau")
    assert "Write the answer first." in empty
    assert 'value="Ines Moreau"' in empty
    assert 'http-equiv="refresh"' not in empty
    editor.post(here, question=first, verb="answer-publish", answer="An *hour*.", by="Ines Moreau")
    row = question_of(house, first)
    assert (row.answer, row.answered_by, row.is_published, row.state) == ("An *hour*.", "Ines Moreau", True, "answered")
    page = editor.get(here)
    assert "<em>hour</em>" in page
    assert "on its page" in under(page, "answered")
    editor.post(here, question=first, verb="unpublish")
    assert not question_of(house, first).is_published


def test_without_scripts_it_is_loaded_anew_while_it_may_change(editor, house, here, wall, now):
    assert '<noscript><meta http-equiv="refresh"' in editor.get(here)
    at(editor, wall, BEGINS + FIVE)
    page = editor.get(here)
    assert "For 5 minutes, 85 minutes to go" in plain(page)
    assert '<noscript><meta http-equiv="refresh"' in page
    at(editor, wall, BEGINS + 60 * FIVE)
    over = editor.get(here)
    assert 'http-equiv="refresh"' not in over
    assert "Who came, and what comes of it" in plain(over)


def test_who_is_there_as_far_as_the_room_says(editor, house, here, date, wall, now):
    at(editor, wall, BEGINS + FIVE)
    page = under(editor.get(here), "there")
    assert "This room does not tell us who is in it." in page
    assert "Nobody has pressed the button to come in yet, of 2 who registered." in page
    with house.database.session() as session:
        for name, key in (("Dora", "a"), ("Dora", "b")):  # two windows are one person
            session.add(
                Presence(
                    webinar_id=date, registration_id=number_of(house, name), source="room", key=key, came_at=BEGINS
                )
            )
        session.add(Presence(webinar_id=date, source="room", key="c", name="A guest", came_at=BEGINS))
        session.add(
            Presence(
                webinar_id=date,
                registration_id=number_of(house, "Erik"),
                source="room",
                key="d",
                came_at=BEGINS,
                left_at=BEGINS + FIVE,
            )
        )
    page = under(editor.get(here), "there")
    assert "2there, of 2 who registered" in page
    assert "A guest · Dora" in page
    assert "Erik" not in page


def test_viewers_read_and_moderate_nothing(sit_down, house, here, date, now):
    first = ask(house, date, "Dora", "How long?", now)
    viewer = sit_down("viewer")
    page = viewer.get(here)
    assert "How long?" in page
    assert "Hide it" not in page
    viewer.post(here, 403, question=first, verb="hidden")


def test_a_date_of_another_series_is_not_found(editor, house, date, now, hub):
    with house.database.session() as session:
        series = programme.by_slug(session, "play")
        join(session, house, series, "zoe", now, source="import")
    editor.get(f"{PLAY}/dates/{date + 1000}/live", 404)
    editor.get(f"{PLAY}/dates/99999999999999/live", 404)
    editor.get(f"/studio/webinars/nothing/dates/{date}/live", 404)
