"""Announcing and writing: to how many is said before it goes, what was typed is never lost, and nobody waits for a tick."""

from datetime import timedelta

import pytest
from cast import a_person
from desk_stage import plain
from gathered_desk import LEADING, PLAY, hidden, leading, mails_of_kind, play
from sqlmodel import col, select

from publisher.audience.models import MailingList
from publisher.mail.models import Identity
from publisher.webinars.models import Mailing, Registration

ANNOUNCE, MESSAGE = f"{PLAY}/announce", f"{PLAY}/message"


@pytest.fixture
def readers(house, hub, now) -> None:
    """Alice reads the monthly, and so do Femi and Gus; the hub has a postal address."""
    with house.database.session() as session:
        monthly = session.exec(select(MailingList).where(col(MailingList.slug) == "monthly")).one()
        for name in ("femi", "gus"):
            a_person(session, f"{name}@example.org", now, monthly)
        for identity in session.exec(select(Identity)):
            identity.postal_address = "12 Garden Row"


def test_it_is_announced_to_as_many_as_the_button_said(editor, house, now, readers):
    play(house, now, "femi")
    page = editor.get(ANNOUNCE)
    assert "It goes to 2 people." in plain(page)
    assert "Registered already 1" in plain(page)
    fields = {"list": "monthly", "verb": "send", "subject-en": "Come and play", "body-en": "Bring a **toy**."}
    refused = editor.post(ANNOUNCE, 409, **fields, counted="1204")
    assert "Nothing was sent yet. As it stands it goes to 2 people." in plain(refused)
    assert "Bring a **toy**." in refused
    assert hidden(refused, "counted") == "2"
    assert mails_of_kind(house, "announcement") == {}
    said = editor.told(ANNOUNCE, **fields, counted="2")
    assert "It is on its way to" in said
    assert "Come and play" in said
    assert "It goes to no people." in said
    assert "They know of it already" in said
    assert mails_of_kind(house, "announcement") == {"announcement": ["alice@example.org", "gus@example.org"]}


def test_a_rule_is_counted_and_its_mistakes_are_told_at_its_field(editor, house, now, readers):
    play(house, now)
    editor.get(ANNOUNCE)
    counted = editor.post(ANNOUNCE, 200, verb="count", list="monthly", rule="country:KE", **{"body-en": "Kept."})
    assert "Kept." in counted
    assert hidden(counted, "counted").isdecimal()
    wrong = editor.post(ANNOUNCE, 200, verb="count", list="monthly", rule="colour:blue")
    assert 'aria-invalid="true"' in wrong
    half = editor.post(ANNOUNCE, 422, verb="send", list="monthly", counted="3", **{"subject-fr": "Venez"})
    assert "the body is missing" in plain(half)
    assert 'value="Venez"' in half


def test_one_that_is_meant_for_later_waits_and_can_be_stopped(editor, house, now, wall, readers):
    play(house, now)
    later = (wall.now + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    counted = hidden(editor.get(ANNOUNCE), "counted")
    said = editor.told(ANNOUNCE, verb="send", list="monthly", at=later, counted=counted)
    assert "Waits" in said
    assert mails_of_kind(house, "announcement") == {}
    with house.database.reading() as session:
        number = session.exec(select(Mailing.id).where(col(Mailing.kind) == "announcement")).one()
    stopped = editor.told(f"{PLAY}/letters", verb="stop", mailing=number, back=ANNOUNCE)
    assert "Stopped." in stopped
    editor.post(f"{PLAY}/letters", 404, verb="stop", mailing=number + 1000, back=ANNOUNCE)
    assert editor.post(f"{PLAY}/letters", verb="stop", mailing=number, back="https://evil.example") == ANNOUNCE


def test_the_mail_is_shown_in_a_frame_as_it_is_typed(editor, house, now, readers):
    play(house, now)
    editor.get(ANNOUNCE)
    answer = editor.client.get(f"{ANNOUNCE}/preview?list=monthly")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "Play and care" in answer.text
    typed = {"list": "monthly", "subject-en": "Come", "body-en": "Bring a **toy**.", "look": "en"}
    assert "<strong>toy</strong>" in editor.post(f"{ANNOUNCE}/preview", 200, **typed)
    assert "<em>mots</em>" in editor.post(f"{MESSAGE}/preview", 200, look="fr", **{"body-fr": "Des *mots*."})
    assert mails_of_kind(house, "announcement", "message") == {}


def test_a_draft_is_not_announced(editor, house, now, readers):
    play(house, now, announced=False)
    page = editor.get(ANNOUNCE)
    assert "Publish it first" in page
    assert "<iframe" not in page


def test_a_message_goes_to_whom_it_says(editor, house, now, readers):
    play(house, now, "dora", "erik", "wanda", capacity=2)
    page = editor.get(f"{MESSAGE}?who=waiting")
    assert "It goes to 1 person." in plain(page)
    counted = editor.post(
        MESSAGE, 200, verb="count", who="registered", **{"subject-en": "Bring a toy", "body-en": "Any."}
    )
    assert hidden(counted, "counted") == "2"
    assert 'value="Bring a toy"' in counted
    nothing = editor.post(MESSAGE, 422, verb="send", who="registered", counted="2")
    assert "Write a subject and a text." in plain(nothing)
    said = editor.told(
        MESSAGE, verb="send", who="registered", counted="2", **{"subject-en": "Bring a toy", "body-en": "Any."}
    )
    assert "It is on its way to 2 people." in said
    assert mails_of_kind(house, "message") == {"message": ["dora@example.org", "erik@example.org"]}


def test_of_a_series_some_people_are_there_at_a_date_only(editor, house, now, readers):
    dates = leading(house, now, "dora")
    here = f"{LEADING}/message"
    editor.get(here)
    wrong = editor.post(here, 200, verb="count", who="coming")
    assert "needs a date" in wrong
    right = editor.post(here, 200, verb="count", who="coming", date=dates[1])
    assert "It goes to 1 person." in plain(right)
    assert "It goes to 1 person." in plain(editor.get(f"{here}?who=coming&date={dates[1]}"))


def test_each_language_says_how_many_read_it(editor, house, now, readers):
    play(house, now, "dora", "erik")
    with house.database.session() as session:
        session.exec(select(Registration).where(col(Registration.name) == "Erik")).one().language = "fr"
    page = plain(editor.get(MESSAGE))
    assert "1 reader, also whoever reads none of the others" in page
    assert "not written, 1 reader" in page


def test_viewers_write_to_nobody(sit_down, house, now, readers):
    play(house, now, "dora")
    viewer = sit_down("viewer")
    for path in (ANNOUNCE, MESSAGE):
        viewer.get(path, 403)
        viewer.post(path, 403, verb="send")
