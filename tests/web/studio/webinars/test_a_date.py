"""One date at the desk: words, agenda, room, speakers, rehearsal, papers; and the settings of the whole."""

import pytest
from desk_stage import plain
from desk_webinars import ROOM, SIX, dates_rows, form_of, send, series_row
from media.making import png
from sqlmodel import col, select

from publisher.mail.models import Letter
from publisher.media.models import MediaFile
from publisher.webinars.models import Handout, Speaker

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"  # fmt: skip
SETTINGS = f"{SIX}/settings"


@pytest.fixture
def here(house, webinars) -> str:
    """Address of the first date."""
    return f"{SIX}/dates/{dates_rows(house)[0].id}"


def test_a_date_has_words_of_its_own_in_each_language_and_an_agenda(editor, house, here):
    page = editor.get(here)
    assert "Leading together, 1 of 6" in plain(page)
    assert "Thursday 3 December, 12:00 in UTC 15:00 in Nairobi" in plain(page)
    agenda = "0 Welcome — Ines Moreau\n\n0:10 What play does - Amara Diallo\n45 Your questions"
    send(editor, here, here, title="What leading asks", agenda=agenda, title_fr="Ce que diriger demande", summary_fr="Un début.", room_url="https://meet.example.net/first")  # fmt: skip
    row = dates_rows(house)[0]
    assert row.agenda == [
        {"minute": 0, "title": "Welcome", "by": "Ines Moreau"},
        {"minute": 10, "title": "What play does", "by": "Amara Diallo"},
        {"minute": 45, "title": "Your questions", "by": ""},
    ]
    assert row.texts["fr"]["title"] == "Ce que diriger demande"
    assert (row.title, row.room_url) == ("What leading asks", "https://meet.example.net/first")
    assert form_of(editor.get(here), here)["agenda"].splitlines()[1] == "10 What play does — Amara Diallo"
    assert "What leading asks" in plain(editor.get(SIX))
    assert "Nothing was different." in plain(editor.get(send(editor, here, here)))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"agenda": "Welcome\n10 Talk"}, "Line 1 of the agenda has no minute."),
        ({"room_url": "meet me there"}, "is not a web address"),
        ({"summary_fr": "Sans titre."}, "The words in French need a title."),
        ({"title": "x" * 300}, "This is too long"),
    ],
)
def test_refused_words_stay_in_the_form(editor, here, typed, sentence):
    page = send(editor, here, here, status=422, description="An hour of writing.", **typed)
    assert sentence in plain(page)
    again = form_of(page, here)
    assert again["description"] == "An hour of writing."
    assert {name: again[name] for name in typed} == typed


def test_somebody_is_added_invited_written_about_and_taken_off(editor, house, here):
    act = f"{here}/speakers"
    send(editor, here, act, "add", name="Amara Diallo", email="amara@talks.example", organisation="Garden Row", at="date", invite="yes")  # fmt: skip
    amara = _speaker(house, "Amara Diallo")
    assert (amara.webinar_id, amara.position) == (dates_rows(house)[0].id, 1)
    assert _letters(house) == ["webinar-speaker"]
    page = plain(editor.get(here))
    assert "Missing: a few lines about them, a picture, their answer about the recording and slides." in page
    assert "One mail to amara@talks.example" in page
    send(editor, here, act, "save", speaker=amara.id, bio="Twenty years with **families**.", zone="Africa/Dakar", picture=("amara.png", png(600, 800), "image/png"))  # fmt: skip
    amara = _speaker(house, "Amara Diallo")
    assert (amara.zone, amara.picture_id is not None) == ("Africa/Dakar", True)
    assert "Missing: their answer about the recording and slides." in plain(editor.get(here))
    assert "The invitation to Amara Diallo is on its way." in editor.told(act, verb="invite", speaker=amara.id)
    said = plain(
        editor.get(send(editor, here, act, "save", speaker=amara.id, email="amara@new.example").partition("#")[0])
    )
    assert "The link that went to the former address stops; invite them again." in said
    assert "Amara Diallo is not on the page any more." in editor.told(act, verb="remove", speaker=amara.id)


@pytest.mark.parametrize(
    ("verb", "typed", "sentence"),
    [
        ("add", {"name": ""}, "Write their name."),
        ("add", {"name": "Somebody", "email": "not an address"}, "is not an e-mail address"),
        ("save", {"zone": "Nairobbery"}, "is not a time zone"),
    ],
)
def test_what_is_wrong_with_a_speaker_is_said_in_their_form(editor, house, here, verb, typed, sentence):
    ruth = _speaker(house, "Ruth Wanjiru")
    more = {"speaker": ruth.id} if verb == "save" else {}
    page = send(editor, here, f"{here}/speakers", verb, 422, organisation="Typed before", **typed, **more)
    assert sentence in plain(page)
    assert form_of(page, f"{here}/speakers", verb, **more)["organisation"] == "Typed before"


def test_a_rehearsal_is_set_moved_and_called_off(editor, house, here):
    act = f"{here}/rehearsal"
    assert "1 person who speaks or helps gets one mail, and it stands in their calendar." in plain(editor.get(here))
    send(editor, here, act, rehearsal="2026-12-01T10:00", length="45", verb="set")
    row = dates_rows(house)[0]
    assert (row.rehearsal_wall, row.rehearsal_minutes) == ("2026-12-01T10:00", 45)
    assert "Tuesday 1 December, 7:00 in UTC, 45 minutes" in plain(editor.get(here))
    page = send(editor, here, act, status=422, rehearsal="2026-12-03T15:00", verb="set")
    assert "A rehearsal is over before the date itself begins." in plain(page)
    send(editor, here, act, verb="off")
    assert dates_rows(house)[0].rehearsal_at is None


def test_papers_are_brought_and_taken_away(editor, house, here):
    act = f"{here}/handouts"
    send(editor, here, act, "add", file=("Slides of Amara.pdf", PDF, "application/pdf"), title="What play does")
    page = plain(editor.get(here))
    assert "What play does Slides of Amara.pdf" in page
    wrong = send(
        editor, here, act, "add", 422, file=("talk.exe", b"MZ" + bytes(300), "application/octet-stream"), title="Typed"
    )
    assert form_of(wrong, act, "add")["title"] == "Typed"
    assert "Choose a file: a PDF, or a picture." in plain(send(editor, here, act, "add", 422))
    with house.database.reading() as session:
        number = session.exec(select(Handout.id)).one()
    assert "Taken away." in editor.told(act, verb="remove", handout=number)


def test_everything_about_a_series_can_be_decided(editor, house, webinars):
    changes = {
        "title": "Leading well", "title_fr": "Bien diriger", "summary_fr": "Six rencontres.",
        "more_language": "sw", "title_more": "Kuongoza pamoja",
        "spoken": "English, Swahili", "captions": "fr", "interpreted": "French, Arabic",
        "dial_in": "+254 20 000 0000", "access_note": "Large type.", "needs_approval": "yes", "confirm": "always",
        "capacity": "50", "opens_before": "20", "attended_share": "60", "remind": ["1440", "0"], "answers_days": "14",
        "questions": "What do you do? * | I teach | I lead\nWhat do you need to take part?",
        "survey": "How useful was it? | 1-5\nWhat should we change?",
        "country": ["KE"], "room_url": "https://meet.example.net/other",
    }  # fmt: skip
    send(
        editor,
        SETTINGS,
        SETTINGS,
        **changes,
        picture=("garden.png", png(900, 600), "image/png"),
        picture_alt="A garden",
    )
    row = series_row(house)
    assert row.texts["fr"]["title"] == "Bien diriger"
    assert row.texts["sw"]["title"] == "Kuongoza pamoja"
    assert (row.spoken, row.captions, row.interpreted) == (["en", "sw"], ["fr"], ["fr", "ar"])
    assert (row.needs_approval, row.confirm, row.capacity, row.opens_before, row.attended_share) == (
        True,
        "always",
        50,
        20,
        60,
    )
    assert (row.reminders, row.answers_days, row.room_url) == ([1440, 0], 14, "https://meet.example.net/other")
    assert [(one["key"], one["kind"], one["required"], one["options"]) for one in row.questions] == [
        ("what-do-you-do", "choice", True, ["I teach", "I lead"]), ("what-do-you-need-to-take-part", "text", False, []),
    ]  # fmt: skip
    assert [one["kind"] for one in row.survey] == ["scale", "text"]
    assert ["country", "KE"] in row.subjects
    with house.database.reading() as session:
        media = session.get_one(MediaFile, row.picture_id)
        assert (media.kind, media.alt) == ("image", "A garden")
    again = form_of(editor.get(SETTINGS), SETTINGS)
    assert again["questions"].splitlines() == changes["questions"].splitlines()
    assert again["survey"].splitlines() == changes["survey"].splitlines()
    assert "Nothing was different." in plain(editor.get(send(editor, SETTINGS, SETTINGS)))


def test_a_question_that_is_reworded_keeps_its_answers(editor, house, webinars):
    send(editor, SETTINGS, SETTINGS, questions="What do you do?\nWhere?")
    send(editor, SETTINGS, SETTINGS, questions="Where?\nWhat do you do?")
    assert [one["key"] for one in series_row(house).questions] == ["where", "what-do-you-do"]
    send(editor, SETTINGS, SETTINGS, questions="In which country?\nWhat do you do?")
    assert [one["key"] for one in series_row(house).questions] == ["where", "what-do-you-do"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": ""}, "Please fill in: title."),
        ({"capacity": "3"}, "9 have registered already"),
        ({"opens_before": "soon"}, "a whole number from 0 to 1440"),
        ({"spoken": "English, Gibberish"}, "“Gibberish” is not a language"),
        ({"questions": "Which? | one"}, "needs two answers to choose from"),
        ({"language": "fr", "title_fr": "Bien diriger"}, "Its own words are in “fr” already"),
        ({"title_more": "Kuongoza"}, "Choose the language of these words."),
        ({"room_url": "nowhere"}, "is not a web address"),
    ],
)
def test_refused_settings_lose_nothing_and_say_why(editor, house, webinars, typed, sentence):
    page = send(editor, SETTINGS, SETTINGS, status=422, description="An hour of writing.", **typed)
    assert sentence in plain(page)
    again = form_of(page, SETTINGS)
    assert again["description"] == "An hour of writing."
    assert {name: again[name] for name in typed} == typed
    assert series_row(house).title == "Leading together"


def test_a_picture_that_is_none_is_refused_at_its_field(editor, webinars):
    page = send(editor, SETTINGS, SETTINGS, status=422, picture=("x.png", b"<html>no</html>" * 40, "image/png"))
    assert 'id="f-picture-error"' in page


def test_a_date_belongs_to_its_series(editor, house, webinars):
    other = dates_rows(house, "half-planned")[0]
    editor.get(f"{SIX}/dates/{other.id}", 404)
    editor.get(f"{SIX}/dates/99999999999999", 404)
    editor.get(f"{ROOM}/half-planned/dates/{other.id}")


def test_viewers_read_a_date_and_change_nothing(sit_down, house, here):
    viewer = sit_down("viewer")
    assert "Ruth Wanjiru" in plain(viewer.get(here))
    viewer.get(SETTINGS)
    for path in (here, f"{here}/speakers", f"{here}/rehearsal", f"{here}/handouts", SETTINGS):
        viewer.post(path, 403, title="No")


def _speaker(house, name: str) -> Speaker:
    with house.database.reading() as session:
        found = session.exec(select(Speaker).where(col(Speaker.name) == name)).one()
        session.expunge(found)
        return found


def _letters(house) -> list[str]:
    with house.database.reading() as session:
        return list(session.exec(select(Letter.kind).where(col(Letter.kind) == "webinar-speaker")))
