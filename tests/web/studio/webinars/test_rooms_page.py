"""Rooms and answers: meeting servers that are asked at once, mailboxes for answers, and no secret on any page."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from desk_stage import plain
from gathered_desk import play
from imap_server import ImapServer
from meeting_server import SECRET, MeetingServer
from sqlmodel import col, select

from publisher.mail.models import Identity
from publisher.webinars.models import MeetingServer as Kept
from publisher.webinars.models import ReplyMailbox, Series

ROOMS = "/studio/settings/rooms"


@pytest.fixture
def server(now) -> Iterator[MeetingServer]:
    server = MeetingServer(now)
    yield server
    server.close()


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    server = ImapServer()
    yield server
    server.close()


@pytest.fixture
def settings(settings):
    return replace(settings, private_hosts=("127.0.0.1",))


def test_a_server_is_added_asked_and_removed(owner, house, server):
    owner.get(ROOMS)
    refused = owner.post(ROOMS, 422, verb="add", slug="meet", url="ftp://x", secret=SECRET)
    assert 'value="ftp://x"' in refused
    assert SECRET not in refused
    said = owner.told(ROOMS, verb="add", slug="meet", url=server.url, secret=SECRET)
    assert "Kept. meet answers, and takes our signature." in said
    page = owner.get(ROOMS)
    assert SECRET not in page
    assert "no series meet there" in plain(page)
    assert "There is a server called meet already." in owner.post(
        ROOMS, 409, verb="add", slug="meet", url=server.url, secret=SECRET
    )
    wrong = owner.told(ROOMS, verb="save", slug="meet", url=server.url, secret="quite another secret")
    assert "It does not answer as it should" in wrong
    assert "In trouble" in wrong
    assert "The meeting server meet" in plain(owner.get("/studio"))
    owner.post(ROOMS, verb="save", slug="meet", url=server.url, secret=SECRET)
    assert "meet answers" in owner.told(ROOMS, verb="check", slug="meet")
    assert "is removed" in owner.told(ROOMS, verb="remove", slug="meet")
    owner.post(ROOMS, 404, verb="check", slug="meet")
    owner.post(ROOMS, 422, verb="dance")


def test_one_that_is_used_stays(owner, house, server, now):
    play(house, now)
    owner.get(ROOMS)
    owner.post(ROOMS, verb="add", slug="meet", url=server.url, secret=SECRET)
    with house.database.session() as session:
        kept = session.exec(select(Kept)).one()
        session.exec(select(Series)).one().server_id = kept.id
    assert "1 series meets there, so it cannot be removed." in plain(owner.get(ROOMS))
    assert "1 series have their rooms on this server" in owner.post(ROOMS, 409, verb="remove", slug="meet")


def test_a_mailbox_for_answers_is_opened_and_its_password_never_shown(owner, house, imap):
    with house.database.reading() as session:
        hub = session.exec(select(Identity.id).order_by(col(Identity.id))).first()
    owner.get(ROOMS)
    fields = {"verb": "give", "identity": hub, "host": "127.0.0.1", "port": imap.port, "tls": "none", "user": "answers", "folder": "INBOX"}  # fmt: skip
    assert "This user needs a password." in owner.post(ROOMS, 422, **fields)
    said = owner.told(ROOMS, **fields, password="p@ss word")
    assert "Kept. It opens." in said
    page = owner.get(ROOMS)
    assert "p@ss" not in page
    assert "p%40ss" not in page
    assert "answers at 127.0.0.1" in plain(page)
    with house.database.reading() as session:
        assert session.exec(select(ReplyMailbox.url)).one().startswith("imap://answers:p%40ss%20word@127.0.0.1")
    assert "It opens." in owner.told(ROOMS, **fields), "an empty password keeps the one there is"
    assert "It opens." in owner.told(ROOMS, verb="look", identity=hub)
    wrong = owner.told(ROOMS, **fields, password="another")
    assert "does not accept this user and password" in wrong
    assert "The mailbox for answers to" in plain(owner.get("/studio"))
    assert "Answers are read no more" in owner.told(ROOMS, verb="take", identity=hub)
    with house.database.reading() as session:
        assert session.exec(select(ReplyMailbox)).all() == []
    owner.post(ROOMS, 404, verb="look", identity=hub)


def test_only_owners_see_them(owner, editor):
    assert f'href="{ROOMS}"' in owner.get("/studio/settings")
    assert ROOMS not in editor.get("/studio/settings")
    editor.get(ROOMS, 403)
    editor.post(ROOMS, 403, verb="add")
