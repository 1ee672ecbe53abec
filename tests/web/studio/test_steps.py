"""An empty hub shows the way, one step at a time; each is found in the data, by whatever way it came there."""

from contextlib import contextmanager

import pytest
from cast import a_hub, a_list, a_newsletter, a_person, a_source
from desk_stage import PASSWORD, Browser, a_member, plain
from smtp_sink import Sink
from sqlmodel import select
from starlette.testclient import TestClient

from publisher import clock
from publisher.audience.models import MailingList
from publisher.mail.delivery import Sender
from publisher.mail.models import Identity, Relay
from publisher.newsletters import drafting, rehearsal
from publisher.newsletters.models import Issue, IssueState, Newsletter
from publisher.staff.models import Trail
from publisher.web.app import make_app


@pytest.fixture
def empty(house, now):
    """What `publisher init` makes: a hub without a name, the built-in mailbox, nothing else."""
    with house.database.session() as session:
        identity = a_hub(session, now)
        identity.name, identity.postal_address = "Your hub", ""
        session.add(Relay(slug="first", url="mailbox:", is_default=True, created_at=now))


@pytest.fixture
def at_the_desk(house, empty, wall):
    @contextmanager
    def sits(role):
        a_member(house, wall.now, role)
        app = make_app(house, wall=wall, bind_is_loopback=True)
        with TestClient(app, base_url=house.settings.public_url, follow_redirects=False) as client:
            browser = Browser(client, house)
            browser.get("/studio/login")
            browser.post("/studio/login", email=f"{role}@example.org", password=PASSWORD, next="/studio")
            yield browser

    return sits


def today(browser) -> str:
    return plain(browser.get("/studio"))


def change(house, **what):
    with house.database.session() as session:
        hub = session.exec(select(Identity)).one()
        for name, value in what.items():
            setattr(hub, name, value)


def test_one_step_after_the_other_as_the_data_comes(house, at_the_desk, now, wall):
    with at_the_desk("owner") as owner, Sink() as sink:
        assert "Beginning, 1 of 6 Say who you are" in today(owner)
        assert "What needs you" not in today(owner)
        change(house, name="Early Hands")
        assert "Say who you are" in today(owner), "a name alone is not who somebody is"
        change(house, postal_address="12 Garden Row")
        assert "Beginning, 2 of 6 Let mail leave" in today(owner)
        owner.get("/studio/settings/relay")
        owner.post("/studio/settings/relay", verb="test", to="owner@example.org")
        deliver(house, wall)
        assert "Let mail leave" in today(owner), "a test in the built-in mailbox left nothing"
        owner.get("/studio/settings/relay")
        owner.post("/studio/settings/relay", verb="save", host="127.0.0.1", port=str(sink.port), tls="none")
        assert "Let mail leave" in today(owner), "no test has shown that the relay takes mail"
        owner.post("/studio/settings/relay", verb="test", to="owner@example.org")
        deliver(house, wall)
        assert "Beginning, 3 of 6 Let something in" in today(owner)
        with house.database.session() as session:
            a_source(session, now, "https://sources.example.org/feed")
        assert "Beginning, 4 of 6 Make a newsletter" in today(owner)
        with house.database.session() as session:
            monthly = a_list(session, session.exec(select(Identity)).one(), now)
            a_newsletter(session, monthly, now)
        assert 'href="/studio/newsletters/monthly"' in owner.get("/studio")
        assert "Beginning, 5 of 6 Send yourself an issue" in today(owner)
        with house.database.session() as session:
            issue = drafting.draft(session, session.exec(select(Newsletter)).one(), now=now)
            key = issue.slug
        assert f'href="/studio/newsletters/monthly/issues/{key}/rehearse"' in owner.get("/studio")
        owner.get(f"/studio/newsletters/monthly/issues/{key}/rehearse")
        with house.database.session() as session:
            rehearsal.send_test(session, house, session.exec(select(Issue)).one(), "owner@example.org", now=now)
        assert "Beginning, 6 of 6 Bring readers in" in today(owner)
        with house.database.session() as session:
            a_person(session, "alice@example.org", now, session.exec(select(MailingList)).one())
        assert "Beginning" not in today(owner)
        assert "What needs you" in today(owner)


def test_a_step_is_left_out_and_taken_up_again(house, at_the_desk):
    with at_the_desk("owner") as owner:
        today(owner)
        said = owner.told("/studio/steps/brand/skip")
        assert "“Say who you are” is left out." in said
        assert "2 of 6 Let mail leave" in said
        owner.post("/studio/steps/brand/back")
        assert "Say who you are" in today(owner)
        owner.post("/studio/steps/nonsense/skip", 404)
        for key in ("brand", "relay", "source", "newsletter", "test", "readers"):
            owner.post(f"/studio/steps/{key}/skip")
        assert "Nothing. The desk is clear." in today(owner)
        with house.database.session() as session:
            assert session.exec(select(Trail.who).where(Trail.about == "step:test")).one() == "owner@example.org"


def test_who_may_not_take_a_step_is_not_shown_it(at_the_desk):
    with at_the_desk("editor") as editor:
        assert "3 of 6 Let something in" in today(editor)
    with at_the_desk("viewer") as viewer:
        assert "Beginning" not in today(viewer)
        viewer.post("/studio/steps/source/skip", 403)


def test_who_has_sent_an_issue_knows_the_way(house, hub, sit_down):
    with house.database.session() as session:
        assert session.exec(select(Issue.state)).one() == IssueState.SENT
    assert "Beginning" not in today(sit_down("owner"))


def deliver(house, wall):
    with Sender(house, present=wall, wall=clock.now) as sender:
        sender.drain()
