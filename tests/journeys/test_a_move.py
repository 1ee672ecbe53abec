"""The hub moves to another domain. Everything that went out before still works: mails, feeds, calendars, frames."""

import re
import sys
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path

import pytest
from cast import a_work
from sqlmodel import select
from stage import Clock, a_full_hub
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "web" / "podcasts"))
sys.path.insert(0, str(Path(__file__).parents[1] / "web" / "webinars"))

from met_stage import gathering, webinar
from on_air import on_air

from publisher import clock
from publisher.audience import preferences, signup
from publisher.audience.links import unsubscribe_url
from publisher.audience.models import MailingList
from publisher.desk import moving
from publisher.library.models import WorkText
from publisher.mail.delivery import Sender
from publisher.mail.identities import hub as hub_identity
from publisher.mail.models import MailboxMessage
from publisher.newsletters import drafting, issues
from publisher.newsletters.models import Newsletter
from publisher.web.app import make_app
from publisher.webinars import mailings, shelf

OLD, NEW = "https://hub.example.org", "https://early.example.net"
FEEDS = ("/library/feed.xml", "/library/feed.json", "/newsletters/monthly/feed.xml", "/newsletters/monthly/feed.atom", "/podcasts/small-hands/feed.xml", "/webinars/calendar.ics", "/webinars/series/leading/calendar.ics", "/podcasts/opml.xml")  # fmt: skip
IDS = re.compile(r"<(?:guid|id|podcast:guid)[^>]*>([^<]+)<|^UID:(\S+)|\"id\": ?\"([^\"]+)\"", re.M)


@pytest.fixture
def wall(now):
    return Clock(now)


@pytest.fixture
def lived_in(house, now, wall):
    a_full_hub(house, now)
    on_air(house, now)
    gathering(house, now)
    with house.database.session() as session:
        session.exec(select(MailingList).where(MailingList.slug == "monthly")).one().counts_clicks = True
        shelf.put_recording(session, house, *webinar(session, "first-steps"), now=now)
    return house


@pytest.fixture
def at(house, wall):
    """`at(house)`: a program or a person that asks any host, and follows nothing by itself."""
    clients = []

    def asks(somewhere):
        client = TestClient(make_app(somewhere, wall=wall), follow_redirects=False, raise_server_exceptions=False)
        clients.append(client)
        return client

    yield asks
    for client in clients:
        client.close()


def deliver(house, wall):
    with Sender(house, present=wall, wall=clock.now) as sender:
        sender.drain()


def an_issue(house, wall, title):
    """A month later there is news; alice gets it."""
    wall.move(timedelta(days=7))
    with house.database.session() as session:
        work = a_work(session, wall.now - timedelta(days=1), title, subjects=(("country", "KE"),))
        session.add(WorkText(work_id=work.id, language="fr", title=f"{title} (fr)", link=f"{OLD}/library/{work.id}"))
        issue = drafting.draft(session, session.exec(select(Newsletter)).first(), now=wall.now)
    issues.release(house, issue.id, now=wall.now)
    deliver(house, wall)


def everything_is_sent(house, wall, web):
    """A letter of every kind that readers, listeners and registrants get."""
    deliver(house, wall)  # the registration's confirmation
    an_issue(house, wall, "Before the move")
    with house.database.session() as session:
        preferences.request_link(session, house, "alice@example.org", wall.now)
    web.post(f"{OLD}/webinars/mine", data=form_of(web, f"{OLD}/webinars/mine", wall) | {"email": "alice@example.org"})
    with house.database.session() as session:
        signup.sign_up(session, house, signup.SignUp("dora@example.org", ("monthly",), "I agree."), wall.now)
    mailings.plan_due(house, wall.now)
    deliver(house, wall)


def form_of(web, address, wall):
    """The hidden fields, a while after the page was opened."""
    page = web.get(address).text
    wall.move(timedelta(seconds=20))
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))


def mails(house):
    with house.database.reading() as session:
        return [message_from_bytes(data, policy=policy.default) for data in session.exec(select(MailboxMessage.data))]


def links_of(mail):
    """Every address of ours in a mail, in its text, its HTML, its invitation and its header."""
    said = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    texts = [one.decode() if isinstance(one, bytes) else one for one in said]
    texts = [re.sub(r"\r?\n[ \t]", "", text) for text in texts] + [mail.get("List-Unsubscribe", "")]
    return {unescape(url).rstrip(".,;") for text in texts for url in re.findall(r"https?://[^\s\"<>)\\\\]+", text) if url.startswith(OLD)}  # fmt: skip


def arrives(web, url, *, hops=4):
    """Where a link leads, redirects followed as a browser does, until a page or somebody else's site."""
    seen = [url]
    while hops and seen[-1].startswith((OLD, NEW)):
        answer = web.get(seen[-1])
        if not answer.is_redirect:
            return answer.status_code, seen
        where = answer.headers["location"]
        seen.append(where if "://" in where else seen[-1].split("/", 3)[0] + "//" + seen[-1].split("/", 3)[2] + where)
        hops -= 1
    return (200 if hops else 508), seen


def ids(web, base):
    return {path: sorted("".join(found) for found in IDS.findall(web.get(base + path).text)) for path in FEEDS}


def test_nothing_that_went_out_breaks_when_the_hub_moves(lived_in, at, wall):
    old = lived_in
    before = at(old)
    everything_is_sent(old, wall, before)
    told, posted = mails(old), {url for mail in mails(old) for url in links_of(mail)}
    kinds = {url.removeprefix(OLD).strip("/").split("/")[0].partition("?")[0] for url in posted}
    assert kinds >= {"c", "u", "preferences", "confirm", "webinars", "j"}
    assert {url: arrives(before, url) for url in posted if arrives(before, url)[0] != 200} == {}
    known = ids(before, OLD)
    assert all(known[path] for path in FEEDS if "opml" not in path)

    new = replace(old, settings=replace(old.settings, public_url=NEW, former_urls=(OLD,)))
    with new.database.session() as session:
        assert moving.follow(session, new, wall.now) > 0
    with new.database.session() as session:
        assert moving.follow(session, new, wall.now) == 0, "twice is harmless"
    after = at(new)
    assert {url: arrives(after, url) for url in posted if arrives(after, url)[0] != 200} == {}
    for base in (OLD, NEW):
        now_said = ids(after, base)
        assert {path: set(known[path]) ^ set(now_said[path]) for path in FEEDS if now_said[path] != known[path]} == {}
    for path in FEEDS:
        feed = after.get(OLD + path)
        assert (feed.status_code, OLD + "/" in feed.text) == (200, False), path
    podcast = after.get(f"{OLD}/podcasts/small-hands/feed.xml").text
    assert f"<itunes:new-feed-url>{NEW}/podcasts/small-hands/feed.xml</itunes:new-feed-url>" in podcast
    sound = re.search(r'<enclosure url="([^"]+)"', podcast)[1]
    assert after.get(sound.replace(NEW, OLD), headers={"range": "bytes=0-99"}).status_code == 206
    assert f'href="{NEW}/' in after.get(f"{NEW}/library").text
    assert OLD not in after.get(f"{NEW}/library").text

    an_issue(new, wall, "After the move")
    issue = mails(new)[-1]
    assert len(mails(new)) > len(told)
    assert issue["Message-ID"].partition("@")[2] == told[-1]["Message-ID"].partition("@")[2]
    assert issue["List-Id"] in {mail["List-Id"] for mail in told}
    assert f"{NEW}/u/" in issue["List-Unsubscribe"]


def test_one_click_at_the_former_address_stops_the_letter(lived_in, at, wall):
    from publisher.audience.models import Person, Subscription

    with lived_in.database.session() as session:
        alice = session.exec(select(Person).where(Person.name == "Alice")).one()
        url, number = unsubscribe_url(lived_in, alice.key, "monthly"), alice.id
    new = replace(lived_in, settings=replace(lived_in.settings, public_url=NEW, former_urls=(OLD,)))
    answer = at(new).post(url, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "location" in answer.headers) == (200, False)
    with new.database.session() as session:
        assert session.exec(select(Subscription.state).where(Subscription.person_id == number)).one() == "unsubscribed"
        assert hub_identity(session).domain == "hub.example.org", "the domain of a Message-ID is given once"
