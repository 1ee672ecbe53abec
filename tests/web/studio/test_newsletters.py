"""From a growing draft to letters in the mailbox, in the browser."""

import re
from datetime import timedelta

import pytest
from desk_stage import plain
from sqlmodel import col, select

from publisher.mail.delivery import Sender
from publisher.mail.models import MailboxMessage, OutboxState
from publisher.newsletters.models import Issue, IssueItem, Newsletter, Section
from publisher.staff.models import Trail

HERE = "/studio/newsletters/monthly"


@pytest.fixture
def draft(editor, house, wall):
    """Address of the growing draft of the monthly."""
    editor.get(HERE)
    return editor.post(f"{HERE}/draft")


def deliver(house, wall):
    with Sender(house, wall, wall) as sender:
        sender.drain()


def mails(database):
    with database.session() as session:
        return [(m.recipient, m.subject) for m in session.exec(select(MailboxMessage).order_by(col(MailboxMessage.id)))]


def an_item(page):
    return re.search(r'id="item-(\d+)"', page)[1]


def test_a_draft_is_shaped_by_hand(editor, draft, database):
    item = an_item(editor.get(draft))
    for verb in ("pin", "drop", "restore", "down"):
        editor.post(f"{draft}/items", item=item, verb=verb)
    editor.post(f"{draft}/items", item=item, verb="rewrite", title_en="In other words", blurb_en="Because it is short.")
    page = editor.get(draft)
    assert "In other words" in page
    assert "Because it is short." in editor.get(f"{draft}/preview")
    assert "In other words" in page
    with database.session() as session:
        row = session.exec(
            select(IssueItem).where(col(IssueItem.work_id) == int(item)).order_by(col(IssueItem.id).desc())
        ).first()
        assert (row.pinned, row.dropped, row.blurbs) == (True, False, {"en": "Because it is short."})


def test_something_from_the_shelf_is_put_in(editor, draft):
    item = an_item(editor.get(draft))
    editor.post(f"{draft}/items", item=item, verb="drop")
    page = editor.get(f"{draft}/add?q=Kenya")
    assert "1 resource for “Kenya”" in plain(page)
    assert "Back to the draft" in page


def test_rehearse_test_send_and_read(editor, draft, house, wall, database):
    editor.post(
        f"{draft}/opening", subject_en="A short one", preheader_en="Three readings", opening_en="Dear **reader**,"
    )
    assert "A short one" in editor.get(draft)
    assert "Sends to 1 person in 1 language." in editor.get(f"{draft}/rehearse")
    assert "is on its way to alice@example.org" in editor.told(f"{draft}/test", to="alice@example.org")
    assert "is not an e-mail address" in editor.post(f"{draft}/test", 422, to="nobody")
    before = plain(editor.get(f"{draft}/send"))
    assert "Sends to 1 person in 1 language." in before
    assert "Send to 1 person now" in before
    told = editor.get(editor.post(f"{draft}/send"))
    assert "It is on its way." in told
    assert '<meta http-equiv="refresh"' in told
    assert "0 of 1 done" in told
    deliver(house, wall)
    assert sorted(mails(database)) == [
        ("alice@example.org", "A short one"),
        ("alice@example.org", "[Test] A short one"),
    ]
    assert "1 of 1 done" in editor.get(draft)
    with database.session() as session:
        said = [line.what for line in session.exec(select(Trail).order_by(col(Trail.id)))]
    assert said[-2:] == ["Sent a test.", "Sent it."]


def test_it_is_sent_once_however_often_the_button_is_pressed(editor, draft):
    editor.post(f"{draft}/send")
    assert "cannot become sending" in editor.post(f"{draft}/send", 409)


def test_a_letter_as_one_reader_gets_it_and_why(editor, draft, hub):
    person = hub["alice"].id
    assert editor.post(f"{draft}/reader", email="alice@example.org") == f"{draft}/read?reader={person}"
    page = editor.get(f"{draft}/read?reader={person}")
    assert "sandbox=" in page
    frame = editor.client.get(f"{draft}/preview?reader={person}")
    assert "sandbox" in frame.headers["content-security-policy"]
    assert "Home visits in Kenya" in frame.text
    assert "Your countries: Kenya" in plain(editor.get(f"{draft}/read?reader={person}&as=text"))
    assert "Content-Type: multipart/alternative" in editor.get(f"{draft}/read?reader={person}&as=source")
    why = plain(editor.get(editor.post(f"{draft}/reader", email="alice@example.org", **{"for": "why"})))
    assert "Your countries: Kenya" in why
    assert "Not about a country or region the reader follows." in why
    refused = editor.post(f"{draft}/reader", 404, email="nobody@example.org")
    assert "Nobody here has the address" in refused
    assert "alice@" not in f"{draft}/read?reader={person}"


def test_scheduling_is_wall_time_in_the_newsletters_zone(editor, draft, database, now):
    assert "That moment has passed" in editor.post(f"{draft}/schedule", 422, at="2020-01-01T09:00")
    assert "9:00 in Nairobi" in editor.told(f"{draft}/schedule", at="2026-11-30T09:00")
    with database.session() as session:
        issue = session.exec(select(Issue).where(col(Issue.slug) == draft.rsplit("/", 1)[1])).one()
        assert issue.send_at == now + timedelta(days=7)
    assert "It is a draft again." in editor.told(f"{draft}/unschedule")


def test_pause_resume_cancel(editor, draft, database, house, wall):
    editor.post(f"{draft}/send")
    assert "Paused." in editor.told(f"{draft}/pause")
    deliver(house, wall)
    assert mails(database) == []
    assert "It goes on." in editor.told(f"{draft}/resume")
    assert "Stopped 1 letter." in editor.told(f"{draft}/cancel")
    deliver(house, wall)
    assert mails(database) == []
    assert "1 of 1 done" in editor.get(draft)


def test_a_correction_goes_to_those_it_has_reached(editor, draft, house, wall, database):
    editor.post(f"{draft}/send")
    deliver(house, wall)
    assert "1 reader. Who has left since is not among them." in plain(editor.get(f"{draft}/correct"))
    assert "Say what was wrong, and what is right." in editor.post(f"{draft}/correct", 422, to="all")
    letter = editor.post(f"{draft}/correct", to="all", note_en="It is 14, not 41.")
    assert "whom the issue has reached" in editor.get(letter)
    assert "alice@example.org" in plain(editor.get(f"{letter}/reached"))
    editor.post(f"{letter}/send")
    deliver(house, wall)
    assert mails(database)[-1] == ("alice@example.org", "Correction: The Monthly")
    page = plain(editor.get(draft.replace("/studio", "").replace("/issues", "")))
    assert "Corrected on Monday 23 November 2026" in page or "Corrected on 23 November 2026" in page
    assert "It is 14, not 41." in page
    assert "its letter" in plain(editor.get(f"{draft}/correct"))


def test_a_note_on_the_page_writes_to_nobody(editor, draft, house, wall, database):
    editor.post(f"{draft}/send")
    deliver(house, wall)
    before, item = mails(database), an_item(editor.get(draft))
    editor.post(f"{draft}/correct", to="none", item=item, note_en="It is in Togo.", title_en="Visits in Togo")
    deliver(house, wall)
    page = plain(editor.get(draft.replace("/studio", "").replace("/issues", "")))
    assert "Visits in Togo" in page
    assert "It is in Togo." in page
    assert mails(database) == before


def test_a_special_issue(editor, hub, house, wall, database):
    editor.get("/studio/newsletters/special")
    special = editor.post("/studio/newsletters/special", newsletter="monthly", list="")
    editor.post(f"{special}/opening", subject_en="We are moving", opening_en="Come and see us.")
    editor.post(f"{special}/send")
    deliver(house, wall)
    assert mails(database) == [("alice@example.org", "We are moving")]


def test_a_newsletter_is_made_and_its_sections_shaped(editor, database):
    new = "/studio/newsletters/new"
    editor.get(new)
    fields = {
        "title": "Second Tuesday",
        "list": "weekly",
        "zone": "Africa/Nairobi",
        "minimum": "2",
        "language": ["en", "ar"],
    }
    page = editor.post(new, 422, **fields, cadence="whenever")
    assert "is not a cadence" in page
    assert 'value="Second Tuesday"' in page
    place = editor.post(new, **fields, cadence="monthly on the second Tuesday at 8:00", release="by-itself")
    assert place == "/studio/newsletters/second-tuesday"
    editor.post(f"{place}/sections", section="", verb="save", label_en="Tools", kind=["tool"], limit="3", rule="once")
    editor.post(f"{place}/sections", section="tools", verb="up")
    with database.session() as session:
        row = session.exec(select(Newsletter).where(col(Newsletter.slug) == "second-tuesday")).one()
        keys = [
            s.key
            for s in session.exec(
                select(Section).where(col(Section.newsletter_id) == row.id).order_by(col(Section.position))
            )
        ]
    assert (row.languages, row.rule, row.release) == ("en,ar", "0 8 * * 2#2", "by-itself")
    assert keys == ["coming", "tools", "new"]
    assert "Write a whole number" in editor.post(
        f"{place}/sections", 422, section="tools", verb="save", label_en="T", limit="x"
    )


def test_an_accepted_count_is_all_there_is(editor, draft, house, wall):
    editor.post(f"{draft}/send")
    deliver(house, wall)
    page = plain(editor.get("/studio/newsletters"))
    assert OutboxState.ACCEPTED not in page
    assert "1 letter" in page
