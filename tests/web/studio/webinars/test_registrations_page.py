"""Who registered: found, let in or not, cancelled and taken back, added by hand, and taken away as a table."""

import csv
import io

from desk_stage import plain
from gathered_desk import LEADING, PLAY, leading, mails_to, number_of, play, somebody_asks, states_of
from sqlalchemy import event
from sqlmodel import col, select
from webinars.people_stage import join

from publisher.staff.models import Trail
from publisher.webinars import programme
from publisher.webinars.models import Registration, Seat

HERE = f"{PLAY}/registrations"


def test_nobody_yet_says_what_will_be_here(editor, house, now):
    play(house, now)
    page = plain(editor.get(HERE))
    assert "Nobody has registered yet" in page
    assert "Whoever registers stands here" in page
    assert "Announce it" in page


def test_people_are_found_by_what_they_said_and_no_address_holds_a_name(editor, house, now):
    play(house, now, "dora", "erik")
    page = editor.get(HERE)
    assert "2 registered" in plain(page)
    assert "Nairobi time" in plain(page)
    assert "dora teaches" in plain(page)
    found = plain(editor.post(HERE, 200, q="dora@example"))
    assert "1 registration with “dora@example”" in found
    assert "Dora" in found
    assert "Erik" not in found
    assert editor.post(HERE, q="") == HERE
    assert "Erik" not in plain(editor.get(f"{HERE}?state=cancelled"))
    assert "Nobody fits that." in plain(editor.get(f"{HERE}?zone=Asia/Tokyo"))
    assert "Erik" in plain(editor.get(f"{HERE}?country=none&language=en&zone=Africa/Nairobi"))


def test_who_asks_is_let_in_or_not_and_hears_of_it(editor, house, now, hub):
    play(house, now, needs_approval=True, confirm="never")
    somebody_asks(house, now, "dora")
    somebody_asks(house, now, "erik")
    page = editor.get(f"{HERE}?state=asked")
    assert "Waits for your answer" in plain(page)
    assert "dora leads a school" in plain(page)
    dora, erik = number_of(house, "Dora"), number_of(house, "Erik")
    assert "1 registration let in" in editor.told(f"{HERE}/decide?state=asked", verb="approve", id=dora).lower()
    question = plain(editor.post(f"{HERE}/decide?state=asked", 200, verb="decline", id=erik))
    assert "1 person who waits gets a mail that says no." in question
    assert states_of(house)["Erik"] == "asked", "nothing is done before it is said"
    editor.post(f"{HERE}/decide?state=asked", verb="decline", id=erik, sure="yes")
    assert states_of(house) == {"Dora": "registered", "Erik": "declined"}
    assert len(mails_to(house, "erik")) == 2


def test_cancelling_says_first_what_it_does_and_who_waits_moves_up(editor, house, now):
    play(house, now, "dora", "erik", capacity=1)
    assert states_of(house) == {"Dora": "registered", "Erik": "waiting"}
    editor.get(HERE)
    dora = number_of(house, "Dora")
    question = plain(editor.post(f"{HERE}/decide", 200, verb="cancel", id=dora))
    assert "1 person who has a place" in question
    assert "takes it from their calendars" in question
    assert "1 on the waiting list" in question
    assert "Cancel 1 registration" in question
    editor.post(f"{HERE}/decide", verb="cancel", id=dora, sure="yes")
    assert states_of(house) == {"Dora": "cancelled", "Erik": "registered"}
    editor.post(f"{HERE}/decide?state=cancelled", verb="return", id=dora)
    assert states_of(house)["Dora"] == "waiting"
    with house.database.reading() as session:
        notes = [one.what for one in session.exec(select(Trail).where(col(Trail.about) == "series:play"))]
    assert notes == ["Cancelled 1 registration.", "Took back 1 registration."]


def test_one_that_cannot_be_does_not_keep_the_others(editor, house, now):
    play(house, now, "dora", needs_approval=True, confirm="never")
    somebody_asks(house, now, "erik")
    editor.get(HERE)
    said = editor.told(f"{HERE}/decide", verb="approve", id=[number_of(house, "Dora"), number_of(house, "Erik")])
    assert "1 registration let in." in said
    assert "1 not: They are registered, so there is nothing to approve." in said
    assert states_of(house)["Erik"] == "registered"
    assert "Tick the ones you mean first." in editor.post(f"{HERE}/decide", 422, verb="approve")


def test_somebody_is_added_by_hand_and_what_is_wrong_stands_at_its_field(editor, house, now):
    dates = leading(house, now)
    here = f"{LEADING}/registrations"
    editor.get(here)
    refused = editor.post(f"{here}/add", 422, email="nobody", name="Dora", webinars=[dates[0]], zone="Africa/Nairobi")
    assert "is not an e-mail address" in refused
    assert 'value="Dora"' in refused
    fields = {"email": "dora@example.org", "name": "Dora", "zone": "Africa/Nairobi", "language": "en"}
    assert "Choose at least one date." in editor.post(f"{here}/add", 422, **fields)
    said = editor.told(f"{here}/add", **fields, webinars=[dates[0], dates[2]])
    assert "They are registered, and the invitation is on its way." in said
    assert "2 of 6 dates" in said
    assert mails_to(house, "dora") == ["webinar-confirmation"]
    there = plain(editor.get(f"{here}?date={dates[0]}"))
    assert "1 coming" in there
    assert "Nobody fits that." in plain(editor.get(f"{here}?date={dates[1]}"))
    assert "registered before" in editor.told(f"{here}/add", **fields, whole="yes")


def test_what_their_calendar_answers_stands_beside_them(editor, house, now):
    date = play(house, now, "dora", "erik")
    with house.database.session() as session:
        session.get_one(Registration, number_of(house, "Dora")).partstat = "DECLINED"
        session.get_one(Seat, (number_of(house, "Erik"), date)).partstat = "TENTATIVE"
    assert "their calendar says no" in plain(editor.get(HERE))
    there = plain(editor.get(f"{HERE}?date={date}"))
    assert "their calendar says no" in there
    assert "their calendar says perhaps" in there
    assert "declined" in editor.get(f"{HERE}.csv")


def test_the_table_has_dates_answers_and_no_formulas(editor, house, now):
    play(house, now, "dora")
    with house.database.session() as session:
        series = programme.by_slug(session, "play")
        join(session, house, series, "erik", now, source="import", organisation="=1+1")
    rows = list(csv.DictReader(io.StringIO(editor.get(f"{HERE}.csv"))))
    assert [(one["email"], one["state"], one["play seat"]) for one in rows] == [
        ("dora@example.org", "registered", "coming"),
        ("erik@example.org", "registered", "coming"),
    ]
    assert rows[0]["Why do you come?"] == "dora teaches"
    assert rows[1]["organisation"].lstrip("'\t") == "=1+1"
    assert not rows[1]["organisation"].startswith("=")


def test_viewers_look_and_decide_nothing(sit_down, house, now):
    play(house, now, "dora")
    viewer = sit_down("viewer")
    page = viewer.get(HERE)
    assert "Dora" in page
    assert "Add somebody" not in page
    viewer.get(f"{HERE}.csv", 403)
    viewer.post(f"{HERE}/decide", 403, verb="cancel", id=number_of(house, "Dora"), sure="yes")
    assert states_of(house) == {"Dora": "registered"}


def test_it_asks_no_more_when_there_are_more(editor, house, now):
    dates = leading(house, now, "dora")
    here = f"{LEADING}/registrations"
    asked = {path: statements(house, editor, path) for path in (here, f"{here}?date={dates[0]}")}
    with house.database.session() as session:
        series = programme.by_slug(session, "leading")
        for number in range(20):
            join(session, house, series, f"p{number}", now, source="import", zone="Asia/Tokyo", country="JP")
    assert {path: statements(house, editor, path) for path in asked} == asked


def statements(house, browser, path: str) -> int:
    count = 0

    def one_more(*_: object) -> None:
        nonlocal count
        count += 1

    browser.get(path)
    event.listen(house.database.engine, "before_cursor_execute", one_more)
    try:
        browser.get(path)
    finally:
        event.remove(house.database.engine, "before_cursor_execute", one_more)
    return count
