"""The hub's own settings: senders, relay, staff, the trail; and today."""

from desk_stage import plain
from smtp_sink import Sink
from sqlmodel import col, select

from publisher.mail.models import Identity, Outbox, Relay
from publisher.staff.models import Member

RELAY = "/studio/settings/relay"


def the_relay(database):
    with database.session() as session:
        return session.exec(select(Relay).where(col(Relay.is_default).is_(True))).one()


def test_a_red_line_says_that_nothing_leaves(owner):
    for path in ("/studio", "/studio/library", "/studio/people"):
        page = plain(owner.get(path))
        assert "Mail goes to the built-in mailbox . Nothing leaves this machine." in page


def test_the_hub_and_its_sender(owner, database):
    owner.get("/studio/settings")
    refused = owner.post("/studio/settings", 422, name="Early Hands", accent="greenish", tagline="What was typed")
    assert "is not a colour" in refused
    assert 'value="What was typed"' in refused
    owner.post("/studio/settings", name="Early Hands", accent="#0f5c63", tagline="Read by people", language="en")
    with database.session() as session:
        hub = session.exec(select(Identity)).one()
    assert (hub.accent, hub.tagline) == ("#0f5c63", "Read by people")
    with database.session() as session:
        session.exec(select(Identity)).one().taglines = {"fr": "Lu par des gens"}
    same = {"name": "Early Hands", "accent": "#0f5c63", "language": "en"}
    for tagline, left in (("Read by people", {"fr": "Lu par des gens"}), ("Read by editors", {})):
        owner.post("/studio/settings", **same, tagline=tagline)
        with database.session() as session:
            assert session.exec(select(Identity.taglines)).one() == left, "another sentence is not yet translated"
    fields = {"identity": str(hub.id), "name": "Early Hands", "postal_address": "12 Garden Row"}
    assert "is not an e-mail address" in owner.post("/studio/settings/identities", 422, **fields, address="letters@")
    owner.post("/studio/settings/identities", **fields, address="letters@hands.example.org")
    with database.session() as session:
        assert session.exec(select(Identity.from_address)).one() == "letters@hands.example.org"


def test_a_relay_is_set_and_its_password_never_shown(owner, database):
    owner.get(RELAY)
    fields = {"verb": "save", "host": "smtp.example.org", "port": "587", "tls": "starttls", "user": "hub"}
    assert "This user needs a password." in owner.post(RELAY, 422, **fields)
    owner.post(RELAY, **fields, password="s3cret/with@signs", per_hour="500")
    assert the_relay(database).url == "smtp://hub:s3cret%2Fwith%40signs@smtp.example.org:587?tls=starttls"
    page = owner.get(RELAY)
    assert "s3cret" not in page
    assert "Empty keeps the one there is." in page
    assert "Nothing leaves this machine" not in owner.get("/studio")
    owner.post(RELAY, **fields, per_hour="600")
    assert "s3cret" in the_relay(database).url
    assert the_relay(database).per_hour == 600
    owner.post(RELAY, verb="builtin")
    assert "Nothing leaves this machine" in owner.get("/studio")


def test_a_test_letter_tries_the_relay_at_once(owner, database):
    owner.get(RELAY)
    with Sink() as sink:
        owner.post(RELAY, verb="save", host="127.0.0.1", port=str(sink.port), tls="none")
        assert "A test letter is on its way to owner@example.org." in owner.told(
            RELAY, verb="test", to="owner@example.org"
        )
        port = sink.port
    with database.session() as session:
        assert len(session.exec(select(Outbox)).all()) == 1
    refused = owner.post(RELAY, 422, verb="test", to="owner@example.org")
    assert "127.0.0.1" in refused
    assert str(port) in refused


def test_roles_are_given_and_the_last_owner_stays(owner, sit_down, database):
    sit_down("viewer")
    with database.session() as session:
        viewer = session.exec(select(Member).where(col(Member.role) == "viewer")).one()
        me = session.exec(select(Member).where(col(Member.role) == "owner")).one()
    path = "/studio/settings/staff"
    owner.get(path)
    assert "is editor now" in owner.told(path, verb="role", member=viewer.id, role="editor")
    assert "you cannot" in owner.post(path, 409, verb="close", member=me.id)
    assert "is closed" in owner.told(path, verb="close", member=viewer.id)
    trail = plain(owner.get("/studio/settings/trail"))
    assert "viewer@example.org is editor now." in trail
    assert "owner@example.org" in trail


def test_today_says_what_needs_me(editor):
    page = plain(editor.get("/studio"))
    assert page.index("What needs you") < page.index("What goes out next") < page.index("What went out")
    assert "1 resource to review" in page
    assert "What home visits change" in page


def test_the_doctors_page(owner, sit_down):
    assert "Nobody has asked the relay" in plain(owner.get("/studio/doctor"))
    page = owner.told("/studio/doctor")
    assert "Everything was looked at." in page
    assert "nothing leaves this machine" in page
    assert "Look now" not in plain(sit_down("viewer").get("/studio/doctor"))
