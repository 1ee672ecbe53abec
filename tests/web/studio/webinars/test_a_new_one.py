"""A new webinar on one page: from nothing to six dates that are announced, and what is said when something is wrong."""

import lxml.html
import pytest
from desk_stage import plain
from desk_webinars import ROOM, dates_rows, form_of, letters_to_many, series_row
from sqlmodel import select

from publisher.house import House
from publisher.mail.models import Identity

NEW = f"{ROOM}/new"
SIX = {
    "title": "Leading together",
    "first": "2026-12-03T15:00",
    "zone": "Africa/Nairobi",
    "rhythm": "weekly",
    "number": "6",
}


@pytest.fixture(autouse=True)
def postal(house: House, hub) -> None:
    """Announcements show one."""
    with house.database.session() as session:
        for identity in session.exec(select(Identity)):
            identity.postal_address = "12 Garden Row, Nairobi"


def filled(editor, **changes):
    return form_of(editor.get(NEW), NEW) | changes


def shown(editor, status=303, verb="draft", **changes):
    """As a browser without scripts does it: look at the dates, then press the button."""
    page = editor.post(NEW, 422, **filled(editor, verb="look", **changes))
    return editor.post(NEW, status, **(form_of(page, NEW) | {"verb": verb}))


def test_an_empty_room_teaches_and_leads_to_the_first_one(editor):
    page = editor.get(ROOM)
    assert "A webinar has a page, a place in everybody&#39;s calendar" in plain(page)
    assert 'href="/studio/webinars/new"' in page


def test_the_form_has_twenty_five_inputs_at_most(editor):
    form = next(one for one in lxml.html.fromstring(editor.get(NEW)).forms if one.get("id") == "new")
    inputs = [one for one in form.xpath(".//input|.//select|.//textarea") if one.get("type") != "hidden"]
    assert len(inputs) <= 25


def test_six_dates_are_published_and_announced_in_one_step(editor, house):
    place = shown(
        editor,
        verb="announce",
        **SIX,
        summary="Six talks for those who lead.",
        description="What **leading** asks of us.",
        minutes="90",
        room_url="https://meet.example.net/leading",
        captions="English, French",
        recorded="yes",
        capacity="700",
        list="monthly",
    )
    assert place == f"{ROOM}/leading-together"
    said = plain(editor.get(place))
    assert "Published with 6 dates" in said
    assert "The announcement is on its way to 1 reader of Monthly" in said
    row, dates = series_row(house, "leading-together"), dates_rows(house, "leading-together")
    assert [one.wall for one in dates] == [
        "2026-12-03T15:00", "2026-12-10T15:00", "2026-12-17T15:00", "2026-12-24T15:00", "2026-12-31T15:00", "2027-01-07T15:00",
    ]  # fmt: skip
    assert {(one.state, one.minutes, one.zone) for one in dates} == {("announced", 90, "Africa/Nairobi")}
    assert (row.captions, row.spoken, row.is_recorded, row.capacity) == (["en", "fr"], ["en"], True, 700)
    assert [one.kind for one in letters_to_many(house, "announcement")] == ["announcement"]
    assert len(letters_to_many(house, "reminder")) == 12  # a day and an hour before each
    letters = editor.get(f"{ROOM}/leading-together/dates/{dates[0].id}/afterwards")
    assert "Thank you for coming: Leading together" in letters
    assert "What you missed: Leading together" in letters


def test_an_announcement_can_wait(editor, house):
    place = shown(editor, verb="announce", **SIX, list="monthly", announce_at="2026-11-25T09:00")
    assert (
        "The announcement leaves Wednesday 25 November, 9:00 in UTC (in 2 days), to 1 reader of Monthly as they are now"
        in plain(editor.get(place))
    )
    assert [one.due_at.isoformat() for one in letters_to_many(house, "announcement")] == ["2026-11-25T09:00:00+00:00"]


def test_dates_are_shown_before_anything_is_made(editor, house):
    page = editor.post(NEW, 422, **filled(editor, **SIX, verb="announce", list="monthly"))
    said = plain(page)
    assert "Nothing is saved yet" in said
    assert "It comes to 6 dates" in said
    assert "Thursday 7 January 2027, 15:00" in said
    assert plain(editor.get(ROOM)).count("Leading together") == 0
    other = form_of(page, NEW) | {"first": "2026-12-04T15:00", "verb": "publish"}
    assert "Friday 8 January 2027, 15:00" in plain(editor.post(NEW, 422, **other))  # others than were seen


def test_the_list_of_dates_says_what_is_wrong_with_one(editor):
    page = plain(editor.get(f"{ROOM}/dates?first=2026-11-20T09:00&rhythm=weekly&number=3&zone=Africa/Nairobi"))
    assert "Friday 20 November 2026, 9:00 This has passed." in page
    gap = plain(editor.get(f"{ROOM}/dates?first=2027-03-28T02:30&rhythm=once&number=6&zone=Europe/Berlin"))
    assert "02:30 does not exist on 28 March 2027" in gap
    assert "Say when the first date is." in plain(editor.get(f"{ROOM}/dates?first=&rhythm=once&number=6&zone=UTC"))
    assert "is not a time zone" in plain(
        editor.get(f"{ROOM}/dates?first=2027-03-28T02:30&rhythm=once&number=6&zone=EST5")
    )
    far = plain(editor.get(f"{ROOM}/dates?first=2026-12-01T02:00&rhythm=once&number=&zone=Asia/Manila"))
    assert "Tuesday 1 December 2026, 2:00 Monday 30 November, 18:00 in UTC" in far


def test_one_date_is_a_webinar_of_its_own(editor, house):
    place = shown(editor, verb="publish", title="Play and care", first="2026-12-01T10:00", zone="UTC", slug="play")
    assert place == f"{ROOM}/play"
    assert series_row(house, "play").is_single
    assert [one.slug for one in dates_rows(house, "play")] == ["play"]


def test_a_cohort_is_announced_to_its_members_without_asking(editor, house):
    place = shown(editor, verb="announce", **SIX, who="list:monthly")
    assert "The announcement is on its way to 1 reader of Monthly." in plain(editor.get(place))
    assert series_row(house, "leading-together").list_id is not None
    page = _sent(editor, filled(editor, **SIX, slug="others", who="list:weekly"), "announce")
    assert "Nobody of this list would get it" in plain(page)
    editor.get(f"{ROOM}/others", 404)


@pytest.mark.parametrize(
    ("wrong", "verb", "sentence"),
    [
        ({"title": ""}, "draft", "Give it a title."),
        ({"first": ""}, "draft", "Say when the first date is."),
        ({"first": "tomorrow"}, "draft", "is not a date and time"),
        ({"first": "2026-11-20T09:00"}, "draft", "has passed"),
        ({"zone": "Europe/Atlantis"}, "draft", "is not a time zone"),
        ({"number": "99"}, "draft", "a whole number from 1 to 60"),
        ({"number": "many"}, "draft", "a whole number from 1 to 60"),
        ({"minutes": "0"}, "draft", "A webinar lasts from one minute"),
        ({"capacity": "-3"}, "draft", "a whole number from 1"),
        ({"room_url": "javascript:alert(1)"}, "draft", "is not a web address"),
        ({"captions": "English, Klingonish"}, "draft", "“Klingonish” is not a language"),
        ({"slug": "new"}, "draft", "means something else in the studio"),
        ({"slug": "calendar"}, "draft", "is a word of our own addresses"),
        ({"slug": "Not This"}, "draft", "A short name has small letters"),
        ({"list": ""}, "announce", "Say whom it is announced to"),
        ({"list": "monthly", "announce_at": "2027-03-01T09:00"}, "announce", "By then it has begun"),
        ({"who": "list:weekly", "list": "monthly"}, "announce", "This is for members of"),
    ],
)
def test_a_refused_form_loses_nothing_and_says_why(editor, wrong, verb, sentence):
    values = (
        filled(editor, **SIX, description="Words that took an hour.", captions="French", remind=["1440", "10"]) | wrong
    )
    page = _sent(editor, values, verb)
    assert sentence in plain(page)
    again = form_of(page, NEW)
    assert again["description"] == "Words that took an hour."
    assert again["remind"] == ["1440", "10"]
    assert {name: again[name] for name in wrong} == wrong
    assert plain(editor.get(ROOM)).count("Leading together") == 0


def _sent(editor, values, verb):
    """Sent until the dates have been seen; the page that says what else is wrong."""
    response = editor.client.post(NEW, data={"csrf": editor.csrf, **values, "verb": verb})
    if "Nothing is saved yet" in response.text:
        response = editor.client.post(NEW, data={"csrf": editor.csrf, **form_of(response.text, NEW), "verb": verb})
    assert response.status_code in (404, 409, 422), response.status_code
    return response.text


def test_a_name_that_is_taken_is_said_at_its_field(editor, webinars):
    values = filled(editor, **SIX, slug="leading")
    assert "There is a webinar “leading” already." in plain(_sent(editor, values, "draft"))


def test_viewers_look_and_make_nothing(sit_down, webinars):
    viewer = sit_down("viewer")
    assert "New webinar" not in plain(viewer.get(ROOM))
    viewer.get(NEW, 403)
    viewer.post(NEW, 403, **SIX)
