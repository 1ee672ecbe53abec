"""A series at the desk: its dates with who registered; moved, called off, added, in another zone, each told in numbers first."""

import pytest
from desk_stage import plain
from desk_webinars import ROOM, SIX, dates_rows, form_of, letters_to_many, send, series_row

from publisher.webinars.models import CohortCalendar

ACT = f"{SIX}/dates"


def test_the_room_shows_what_comes_then_series_drafts_and_what_was_held(editor, webinars):
    said = plain(editor.get(ROOM))
    coming, series, drafts, held = (said.index(f" {word} ") for word in ("Coming", "Series", "Drafts", "Held"))
    assert coming < series < drafts < held
    assert "8 dates to come, 1 draft" in said
    assert "Thursday 3 December, 12:00 in UTC · 15:00 in Nairobi 1 of 6" in said.replace("UTC 15", "UTC · 15")
    assert "9 of 40 registered" in said
    assert said.index("Half planned") > drafts
    assert said.index("First steps") > held


def test_the_page_of_a_series_says_who_comes_to_each_date(editor, webinars):
    said = plain(editor.get(SIX))
    assert "6 dates of 60 minutes, by the clock of Nairobi" in said
    assert (
        "Friday 11 December, 6:00 in UTC 9:00 in Nairobi 2 of 6 9 of 40 registered moved from Thursday 10 December, 12:00 in UTC"
        in said
    )
    assert "A public holiday." in said
    assert "Registrations 9" in said
    assert "By the clocks they live by" in said
    assert "Announce it" in said
    assert "Ruth Wanjiru 4 missing" in said


def test_a_date_is_moved_once_it_was_said_whom_that_concerns(editor, house, webinars):
    third = dates_rows(house)[2]
    page = editor.get(f"{SIX}?move={third.id}")
    assert (
        "Moves it for 8 people; each gets one mail and their calendar follows. Its reminders move with it. 1 person wants no mail about it and is not told. 1 speaker hears it too."
        in plain(page)
    )
    place = send(editor, f"{SIX}?move={third.id}", ACT, "move", date=third.id, starts="2026-12-18T10:00", minutes="90", note="A feast.")  # fmt: skip
    assert place == f"{SIX}#date-{third.id}"
    assert "Moved: Thursday 17 December, 12:00 in UTC is Friday 18 December, 7:00 in UTC now, 90 minutes." in plain(
        editor.get(SIX)
    )
    moved = dates_rows(house)[2]
    assert (moved.wall, moved.minutes, moved.note) == ("2026-12-18T10:00", 90, "A feast.")
    told = [one for one in letters_to_many(house, "update") if one.webinar_id == third.id]
    assert [one.data["note"] for one in told] == ["A feast."]
    assert "History" in plain(editor.get(SIX))
    assert plain(editor.get(SIX)).count("Moved: Thursday 17 December") == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"starts": "2026-11-20T09:00"}, "has passed"),
        ({"starts": "2026-12-03T15:00"}, "Another date of this series, number 1, is at that time"),
        ({"starts": "soon"}, "is not a date and time"),
        ({"minutes": "0"}, "A webinar lasts from one minute"),
    ],
)
def test_a_move_that_cannot_be_is_said_at_its_field(editor, house, webinars, typed, sentence):
    third = dates_rows(house)[2]
    values = {"starts": "2026-12-18T10:00", "note": "Typed before."} | typed
    page = send(editor, f"{SIX}?move={third.id}", ACT, "move", 422, date=third.id, **values)
    assert sentence in plain(page)
    again = form_of(page, ACT, "move", date=third.id)
    assert {name: again[name] for name in values} == values
    assert dates_rows(house)[2].wall == third.wall


def test_a_date_is_called_off_in_numbers(editor, house, webinars):
    third = dates_rows(house)[2]
    page = plain(editor.get(f"{SIX}?cancel={third.id}"))
    assert "Calls it off for 8 people; each gets one mail and it is crossed out in their calendar." in page
    assert "This cannot be taken back." in page
    send(editor, f"{SIX}?cancel={third.id}", ACT, "cancel", date=third.id, note="The speaker is ill.")
    assert dates_rows(house)[2].state == "cancelled"
    assert "The speaker is ill." in plain(editor.get(SIX))
    again = {"verb": "cancel", "date": third.id}
    assert "was called off" in plain(editor.post(ACT, 409, **again))


def test_a_date_is_added_and_who_comes_to_all_hears_it(editor, house, webinars):
    said = plain(editor.get(SIX))
    assert (
        "It is announced at once. 8 people registered for every date: each has a seat, gets one mail, and finds it in their calendar."
        in said
    )
    assert form_of(editor.get(SIX), ACT, "add")["starts"] == "2027-01-14T15:00"  # as the others follow each other
    send(editor, SIX, ACT, "add")
    assert [one.wall for one in dates_rows(house)][-1] == "2027-01-14T15:00"
    assert "Added Thursday 14 January 2027, 12:00 in UTC." in plain(editor.get(SIX))


def test_another_zone_moves_all_that_are_to_come(editor, house, webinars):
    assert (
        "5 dates to come keep their time of day, by the clocks of the other zone, and so move. 8 people get one mail"
        in plain(editor.get(SIX))
    )
    send(editor, SIX, ACT, "zone", zone="Europe/Berlin")
    assert series_row(house).zone == "Europe/Berlin"
    assert dates_rows(house)[0].starts_at.hour == 14
    assert "By the clock of Berlin now: 5 dates moved." in plain(editor.get(SIX))
    page = send(editor, SIX, ACT, "zone", 422, zone="Europe/Atlantis")
    assert "is not a time zone" in plain(page)


def test_a_draft_is_published_and_tells_nobody(editor, house, webinars):
    here = f"{ROOM}/half-planned"
    said = plain(editor.get(here))
    assert (
        "Publishing opens its page and shows 1 date in every calendar that follows yours. Nobody is written to" in said
    )
    date = dates_rows(house, "half-planned")[0]
    assert "It is a draft: this tells nobody." in plain(editor.get(f"{here}?move={date.id}"))
    assert "Published 1 date." in editor.told(f"{here}/dates", verb="publish")
    assert dates_rows(house, "half-planned")[0].state == "announced"
    assert "has been announced already" in plain(editor.post(f"{here}/dates", 409, verb="publish"))


def test_a_draft_is_removed_and_what_was_announced_is_called_off(editor, house, webinars):
    assert "Nobody has seen them." in plain(editor.get(f"{ROOM}/half-planned"))
    assert "Removed the draft “Half planned”." in editor.told(f"{ROOM}/half-planned/dates", verb="discard")
    editor.get(f"{ROOM}/half-planned", 404)
    assert "People have registered already" in plain(editor.post(ACT, 409, verb="discard"))
    assert "Calls 5 dates off for 8 people" in plain(editor.get(SIX))
    assert "Called off 5 dates." in editor.told(ACT, verb="cancel_all", note="Next year.")
    assert {one.state for one in dates_rows(house)} == {"cancelled"}


def test_a_cohort_has_a_calendar_whose_address_can_be_given_anew(editor, house, webinars):
    here = f"{ROOM}/inner"
    assert "It has no address yet." in plain(editor.get(here))
    assert "The calendar has an address." in editor.told(f"{here}/dates", verb="calendar")
    first = _key(house)
    assert "/webinars/cohort/" in editor.get(here)
    assert "the old one shows nothing more" in editor.told(f"{here}/dates", verb="calendar")
    assert _key(house) != first
    assert "needs no secret address" in plain(editor.post(ACT, 409, verb="calendar"))


def test_what_there_is_to_do_next_is_at_the_right(sit_down, webinars, later):
    later(days=10, hours=5, minutes=40)  # twenty minutes before the first
    editor = sit_down("editor")
    assert plain(editor.get(SIX)).count("To the live page") == 2  # at the top, and at its date
    later(hours=2)
    assert plain(editor.get(SIX)).count("Afterwards") == 2


def test_nothing_is_done_with_what_is_not_there(editor, house, webinars):
    editor.get(f"{ROOM}/nowhere", 404)
    editor.get(SIX)
    assert editor.client.post(ACT, data={"csrf": editor.csrf, "verb": "move", "date": "99999", "starts": "2026-12-18T10:00"}).status_code == 404  # fmt: skip
    assert "There is nothing of that kind" in plain(editor.post(ACT, 422, verb="explode"))
    assert plain(editor.get(f"{SIX}?move=99999")).count("Move it") == 0


def test_viewers_see_numbers_and_no_buttons(sit_down, house, webinars):
    viewer = sit_down("viewer")
    page = viewer.get(SIX)
    assert "9 of 40 registered" in plain(page)
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]
    assert "Call off" not in plain(page)
    viewer.post(ACT, 403, verb="cancel_all")
    assert dates_rows(house)[0].state == "announced"


def _key(house) -> str:
    from sqlmodel import select

    with house.database.reading() as session:
        return session.exec(select(CohortCalendar.key)).one()
