"""Afterwards: a recording, a transcript, a list of who came, the letters, and the one press that takes all of it further."""

from datetime import timedelta

import lxml.html
import pytest
from desk_stage import plain
from gathered_desk import PLAY, at, came, hidden, mails_of_kind, play, series_of, webinar_of
from media.making import mp3
from sound_stage import a_show
from sqlmodel import col, select
from webinars.people_stage import ENDS

from publisher.podcasts.models import Episode
from publisher.webinars import feedback
from publisher.webinars.models import Registration, Series, Webinar

VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nWelcome.\n\n00:00:03.000 --> 00:00:05.000\nLet us begin.\n"
LIST = b"Email,Minutes\ndora@example.org,80\nerik@example.org,5\nstranger@example.org,90\nzoe@example.org,what\n"
SURVEY = [
    {"key": "useful", "label": "How useful was it?", "kind": "scale", "options": []},
    {"key": "pace", "label": "The pace was", "kind": "choice", "options": ["right", "too quick"]},
    {"key": "next", "label": "What next?", "kind": "text", "options": []},
]


@pytest.fixture
def date(house, hub, now) -> int:
    return play(house, now, "dora", "erik", survey=SURVEY)


@pytest.fixture
def here(editor, date, wall) -> str:
    """The page, an hour after it was held."""
    at(editor, wall, ENDS + timedelta(hours=1))
    return f"{PLAY}/dates/{date}/afterwards"


def test_before_it_was_held_there_is_nothing_to_do(editor, house, date):
    page = editor.get(f"{PLAY}/dates/{date}/afterwards")
    assert "once it has been held" in plain(page)
    assert "Take it further</button>" not in page
    editor.get("/studio/account")
    refused = editor.post(f"{PLAY}/dates/{date}/afterwards/further", 409, letters="yes")
    assert "when the webinar has been held" in plain(refused)


def test_one_press_does_what_can_be_done_and_says_what_not(editor, house, here, date, wall):
    came(house, date, {"Dora": 80})
    page = plain(editor.get(here))
    assert "writes to 1 person who came and to 1 who missed it" in page
    done = plain(editor.post(f"{here}/further", 200, letters="yes"))
    assert "What was done" in done
    assert "There is no recording yet." in done
    assert "Letters go to 1 who came and to 1 who missed it." in done
    assert mails_of_kind(house, "came", "missed") == {"came": ["dora@example.org"], "missed": ["erik@example.org"]}
    again = plain(editor.post(f"{here}/further", 200))
    assert "were sent before" not in again, "they were not asked for"
    assert "leaves the letters alone" in plain(editor.get(here))


def test_a_recording_becomes_a_resource_and_the_draft_of_an_episode(editor, house, here, date, now):
    a_show(house, now)
    sound = ("talk.mp3", mp3(60, 64_000), "audio/mpeg")
    assert "Give its address, or choose a file." in editor.post(f"{here}/recording", 422, verb="save", recording_url="")
    assert "It is kept: MP3" in editor.told(f"{here}/recording", verb="save", file=sound)
    assert "The transcript is kept: 2 lines." in editor.told(
        f"{here}/transcript", verb="save", transcript=VTT, transcript_language="en"
    )
    done = plain(editor.post(f"{here}/further", 200, show="small-hands"))
    assert "It is in the library" in done
    assert "“Small hands” has the draft of an episode." in done
    with house.database.reading() as session:
        episode = session.exec(select(Episode)).one()
        assert (episode.title, episode.state) == ("Play and care", "draft")
    assert "It is there." in plain(editor.get(here))
    assert "Take it away" in editor.get(here)
    editor.post(f"{here}/recording", verb="remove")
    editor.post(f"{here}/transcript", verb="remove", transcript_language="en")
    row = webinar_of(house, date)
    assert (row.recording_id, row.recording_url, row.transcript) == (None, "", "")


def test_an_address_is_enough_and_what_cannot_be_is_told_at_its_field(editor, house, here, date):
    refused = editor.post(f"{here}/recording", 422, verb="save", recording_url="not an address")
    assert 'value="not an address"' in refused
    assert 'aria-invalid="true"' in refused
    editor.post(f"{here}/recording", verb="save", recording_url="https://video.example.net/play")
    assert webinar_of(house, date).recording_url == "https://video.example.net/play"
    wrong = editor.post(f"{here}/transcript", 422, verb="save", transcript="only words", transcript_language="en")
    assert "only words" in wrong
    assert "That file is not here any more" in editor.post(f"{here}/recording", 422, verb="save", media="999999")


def test_a_list_of_who_was_there_is_taken_in_row_by_row(editor, house, here, date):
    assert "Choose the file first." in editor.post(f"{here}/attendance", 422, zone="Africa/Nairobi")
    page = plain(editor.post(f"{here}/attendance", 200, zone="", file=("who.csv", LIST, "text/csv")))
    assert "A list with 4 rows: 2 who registered, 1 who did not, 1 that could not be read." in page
    assert "Rows that could not be used" in page
    assert "zoe@example.org" in page
    assert "1 came of 2 who were to" in page
    assert "Dora came 80" in page
    assert "Erik no 5" in page
    odd = editor.post(f"{here}/attendance", 422, file=("who.csv", b"\x00\x01\x02", "text/csv"))
    assert "f-file" in odd


def test_letters_are_written_in_words_of_ones_own_and_sent_once(editor, house, here, date):
    came(house, date, {"Dora": 80})
    page = editor.get(here)
    assert "Thank you for coming: Play and care" in page
    assert "as proposed" in plain(page)
    same = editor.told(f"{here}/letters", verb="save", **{"came-subject-en": "Thank you for coming: Play and care", "came-body-en": words_of(page)})  # fmt: skip
    assert "Nothing was different." in same
    assert webinar_of(house, date).came_words == {}, "what is proposed follows the proposal"
    half = editor.post(f"{here}/letters", 422, verb="save", **{"came-subject-en": "Thanks", "came-body-en": "", "missed-body-en": "You *missed* it."})  # fmt: skip
    assert 'value="Thanks"' in half
    assert "You *missed* it." in half
    fields = {"came-subject-en": "Thanks", "came-body-en": "You **came**."}
    assert "<strong>came</strong>" in editor.post(f"{here}/preview", 200, whose="came", look="en", **fields)
    said = editor.told(f"{here}/letters", verb="send", **fields)
    assert "On their way: to 1 who came and to 1 who missed it." in said
    assert "They were sent." in said
    assert mails_of_kind(house, "came", "missed") == {"came": ["dora@example.org"], "missed": ["erik@example.org"]}
    assert webinar_of(house, date).came_words["en"] == {"subject": "Thanks", "body": "You **came**."}
    assert "was sent already" in plain(editor.post(f"{here}/letters", 409, verb="send"))


def words_of(page: str) -> str:
    return str(lxml.html.fromstring(page).xpath('//textarea[@name="came-body-en"]')[0].text)


def test_where_nobody_knows_who_came_there_is_one_letter(editor, house, here, date):
    page = plain(editor.get(here))
    assert "Nobody knows who came, so everybody, 2 people, gets one letter" in page
    assert "To who came" not in page
    assert "as nobody knows who came" in page
    assert "whether you were with us or not" in editor.client.get(f"{here}/preview").text
    editor.post(
        f"{here}/letters", verb="send", **{"missed-subject-en": "Afterwards", "missed-body-en": "See it again."}
    )
    assert mails_of_kind(house, "came", "missed") == {"missed": ["dora@example.org", "erik@example.org"]}


def test_what_people_said_is_summed_without_names(editor, house, here, date, wall):
    with house.database.session() as session:
        webinar = session.get_one(Webinar, date)
        for name, answers in (
            ("Dora", {"useful": "5", "pace": "right", "next": "More songs"}),
            ("Erik", {"useful": "4", "pace": "right"}),
        ):
            one = session.exec(select(Registration).where(col(Registration.name) == name)).one()
            feedback.give(session, house, one, webinar, answers, now=wall.now)
    page = plain(editor.get(here))
    assert "2 people have answered" in page
    assert "4.5 on average, of 2 answers" in page
    assert "More songs" in page
    assert "Dora" not in page.partition("What people said")[2]


def test_a_cohorts_webinar_stays_off_the_shelf(editor, house, here, date):
    with house.database.session() as session:
        session.exec(select(Series)).one().is_listed = False
    assert "into the library" not in plain(editor.get(here)).partition("Take it further")[2].partition("Recording")[0]
    assert series_of(house).is_listed is False


def test_viewers_read_and_change_nothing(sit_down, house, date, wall):
    viewer = sit_down("viewer")
    at(viewer, wall, ENDS + timedelta(hours=1), "viewer")
    here = f"{PLAY}/dates/{date}/afterwards"
    page = viewer.get(here)
    assert "Recording" in plain(page)
    assert hidden(page, "show") == ""
    for what in ("further", "recording", "transcript", "attendance", "letters"):
        viewer.post(f"{here}/{what}", 403, verb="save")
