"""The hub's own settings: senders, relay, staff, the trail; and today."""

import posted
from desk_stage import plain
from smtp_sink import Sink
from sqlmodel import col, select

from publisher.mail.models import Identity, Outbox, Relay
from publisher.staff import accounts, sessions
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
    assert "is an editor now" in owner.told(path, verb="role", member=viewer.id, role="editor")
    assert "you cannot" in owner.post(path, 409, verb="close", member=me.id)
    assert "is closed" in owner.told(path, verb="close", member=viewer.id)
    trail = plain(owner.get("/studio/settings/trail"))
    assert "viewer@example.org is an editor now." in trail
    assert "is an editor now. Viewer Owner 9:00" in trail.replace("6:00", "9:00")


def test_today_says_what_needs_me(editor):
    page = plain(editor.get("/studio"))
    assert page.index("What needs you") < page.index("What goes out next") < page.index("What went out")
    assert "1 resource to review" in page
    assert "What home visits change" in page


def test_an_invitation_waits_and_can_be_taken_back(owner, stranger, house, now, database, later):
    path = "/studio/settings/staff"
    owner.get(path)
    owner.post(path, verb="invite", email="dora@example.org", role="viewer")
    with database.session() as session:
        dora = accounts.get(session, house, "dora@example.org")
        first = posted.link(session, "action", "dora@example.org")
    assert "its link works until Thursday 26 November" in plain(owner.get(path))
    later(minutes=5)
    assert "The link of the first opens nothing any more." in owner.told(path, verb="again", member=dora.id)
    assert stranger.client.get(first).status_code == 410
    with database.session() as session:
        second = posted.link(session, "action", "dora@example.org")
    assert "Join the desk" in stranger.get(second)
    assert "is taken back" in owner.told(path, verb="back", member=dora.id)
    assert stranger.client.get(second).status_code == 410
    assert "There is no such member any more." in plain(owner.post(path, 404, verb="again", member=dora.id))


def test_the_desk_letter_has_an_hour_or_none(editor, database):
    path = "/studio/account"
    assert 'value="7" selected' in editor.get(path)
    assert "from 0 to 23" in editor.post(path, 422, name="Eddi", zone="UTC", letter_hour="24")
    editor.post(path, name="Eddi", zone="Africa/Nairobi", letter_hour="9")
    with database.session() as session:
        assert session.exec(select(Member.letter_hour)).one() == 9
    editor.post(path, name="Eddi", zone="Africa/Nairobi", letter_hour="")
    with database.session() as session:
        assert session.exec(select(Member.letter_hour)).one() is None


def test_signing_out_everywhere_else(editor, sit_down, stranger, database, house, now):
    with database.session() as session:
        member = accounts.get(session, house, "editor@example.org")
        agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile Safari/604.1"
        sessions.begin(session, member, now=now, ip="198.51.100.7", user_agent=agent)
    page = plain(editor.get("/studio/account"))
    assert "Safari on an iPhone from 198.51.100.7" in page
    assert "Signed out of 1 other browser." in editor.told("/studio/account/sessions", end="others")
    assert "You are signed in nowhere else." in again(editor)


def again(browser):
    """Once more: nothing is left to end, and so no line on the trail."""
    answer = browser.client.post("/studio/account/sessions", data={"csrf": browser.csrf, "end": "others"})
    return plain(browser.get(answer.headers["location"]))


def test_the_doctors_page(owner, sit_down):
    assert "Nobody has asked the relay" in plain(owner.get("/studio/doctor"))
    page = owner.told("/studio/doctor")
    assert "Everything was looked at." in page
    assert "nothing leaves this machine" in page
    assert "Look now" not in plain(sit_down("viewer").get("/studio/doctor"))
