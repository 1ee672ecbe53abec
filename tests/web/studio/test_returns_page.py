"""What comes back: a mailbox is given, tried, read and taken away; no password on any page; a letter above a mark is told of."""

from collections.abc import Iterator

import pytest
from bounced import letter, notice
from desk_stage import plain
from imap_server import ImapServer
from sqlmodel import col, select

from publisher.mail.bounces import return_path
from publisher.mail.bounces.models import BounceMailbox
from publisher.mail.models import Address, Identity, Letter, LetterEdition, Outbox

PAGE = "/studio/settings/bounces"


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    server = ImapServer()
    yield server
    server.close()


def fields(house, imap) -> dict[str, object]:
    with house.database.reading() as session:
        hub = session.exec(select(Identity.id).order_by(col(Identity.id))).first()
    return {"verb": "give", "identity": hub, "address": "bounces@hub.example.org", "host": "127.0.0.1", "port": imap.port, "tls": "none", "user": "answers", "folder": "INBOX"}  # fmt: skip


def a_letter(house, now, readers: int) -> list[str]:
    """A letter that left for so many; the return addresses of its mails."""
    with house.database.session() as session:
        identity = session.exec(select(Identity).order_by(col(Identity.id))).first()
        row = Letter(key="play", kind="issue", title="News of play", identity_id=identity.id, created_at=now, let_out_at=now, state="done")  # fmt: skip
        session.add(row)
        session.flush()
        edition = LetterEdition(letter_id=row.id, language="en", digest="d", data=b"")
        session.add(edition)
        session.flush()
        made = []
        for n in range(readers):
            address = Address(email=f"r{n}@example.org", normalised=f"r{n}@example.org", hash=f"{n}", created_at=now)
            session.add(address)
            session.flush()
            mail = Outbox(letter_id=row.id, address_id=address.id, edition_id=edition.id, state="accepted", not_before=now, created_at=now)  # fmt: skip
            session.add(mail)
            session.flush()
            made.append(return_path.made(house.tokens, "bounces@hub.example.org", mail.id))
        return made


def test_a_mailbox_is_given_tried_read_and_taken_away(owner, house, imap, now):
    owner.get(PAGE)
    given = fields(house, imap)
    assert "This user needs a password." in owner.post(PAGE, 422, **given)
    assert "Name the address" in owner.post(PAGE, 422, **(given | {"address": "", "password": "x"}))
    assert "is not an e-mail address" in owner.post(PAGE, 422, **(given | {"address": "nonsense", "password": "x"}))
    assert "Kept. It opens, and is read every few minutes." in owner.told(PAGE, **given, password="p@ss word")
    page = owner.get(PAGE)
    assert "p@ss" not in page
    assert "p%40ss" not in page
    under = a_letter(house, now, 4)
    for n, to in enumerate(under[:3]):
        imap.put(notice(f"r{n}@example.org", to=to, number=n))
    imap.put(notice("r3@example.org", number=9))
    imap.put(letter("Thank you for the study."))
    assert "5 mails read." in owner.told(PAGE, verb="read", identity=given["identity"])
    said = plain(owner.get(PAGE))
    assert "No such address 3" in said
    assert "About no mail of ours, not acted on 1" in said
    assert "“News of play”: 3 of 4 mails came back (75%)." in said
    assert "Too much came back: News of play" in plain(owner.get("/studio"))
    imap.password = "another"
    assert "does not accept this user and password" in owner.told(PAGE, verb="look", identity=given["identity"])
    assert "In trouble" in plain(owner.get(PAGE))
    assert "is read no more" in owner.told(PAGE, verb="take", identity=given["identity"])
    with house.database.reading() as session:
        assert session.exec(select(BounceMailbox)).all() == []
    owner.post(PAGE, 404, verb="look", identity=given["identity"])
    owner.post(PAGE, 404, verb="give", identity="999")
    owner.post(PAGE, 422, verb="dance", identity=given["identity"])


def test_only_owners_see_it(owner, editor):
    assert f'href="{PAGE}"' in owner.get("/studio/settings")
    assert PAGE not in editor.get("/studio/settings")
    editor.get(PAGE, 403)
    editor.post(PAGE, 403, verb="give")
