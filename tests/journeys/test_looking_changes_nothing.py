"""A crawl with GET and HEAD over every link of every mail and every page that a visitor reaches: no row changes.

The counters that are declared here are clicks and downloads: the list counts clicks, and a followed link of a letter leaves
one row; sound that was served leaves what it takes to count it. HEAD counts neither.
"""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
import requests
from lxml import etree, html
from podcasts.broadcast import a_cover, a_show, an_episode
from service import Service, body, running
from sqlmodel import select
from stage import form_token
from webinars.met_stage import every_key, gathering

from publisher.audience import people
from publisher.database import Database
from publisher.mail.models import MailboxMessage
from publisher.migrations import metadata
from publisher.podcasts import episodes, letters, shows
from publisher.web.routes import ROUTES

START = ("/studio", "/newsletters/monthly/feed.atom", "/api/v1/openapi.json", "/api/v1/resources/1", "/api/v1/newsletters/monthly/issues", "/api/v1/issues/monthly-2026-11", "/mailbox/1/text", "/mailbox/1/source", "/podcasts/small-hands/live.xml", "/api/v1/episodes/1", "/api/v1/shows/small-hands/episodes", "/api/v1/webinars/play", "/webinars/play/event.ics", "/webinars/play/embed", "/webinars/series/leading/calendar.ics", "/sitemap/pages.xml")  # fmt: skip
NEVER_LINKED = {"/demo/sources/{name}", "/hooks/meeting/{token}/{what}"}
DOWNLOADS = ("download_request", "download_window", "download_agent", "counting_secret")
ALIKE = 3
"""How many pages are visited of those that differ in a number or in the values of their filters only."""


@pytest.fixture
def visited(database_url: str, tmp_path: Path, now: datetime) -> Iterator[Service]:
    """A hub on either database in whose mailbox every kind of letter lies that somebody outside can cause."""
    with running(database_url, tmp_path, now, counts_clicks=True) as service:
        happens(service)
        yield service


def test_looking_changes_no_row(visited: Service) -> None:
    database, letters = visited.house.database, links_of_mails(visited)
    kinds = {urlsplit(link).path.strip("/").split("/")[0] for link in letters}
    assert {"confirm", "preferences", "u", "undo", "address", "c"} <= kinds
    plain = [route.path for route in ROUTES if route.method == "GET" and "{" not in route.path]
    data = [f"{link}/data.json" for link in letters if re.search(r"/preferences/[^/?]+$", link)]
    keys = every_key(visited.house, visited.wall())
    before = rows(database)
    with requests.Session() as client:
        for link in letters:
            client.head(link, allow_redirects=False, timeout=20)
        assert rows(database) == before, "HEAD counts nothing, clicks neither"
        seen = crawl(client, visited, [*letters, *data, *keys, *(visited.url + path for path in (*START, *plain))])
        after = rows(database)
        for url in seen:
            answer = client.head(url, allow_redirects=False, timeout=20)
            assert answer.status_code in (*range(200, 500), 503), url
            assert answer.content == b""
    assert rows(database) == after
    clicks = [event for event in after.pop("mail_event") if event not in before["mail_event"]]
    assert {event[2] for event in clicks} == {"click"}
    assert after["download_request"]
    for counter in ("mail_event", "page_visit", *DOWNLOADS):
        before.pop(counter, None)
        after.pop(counter, None)
    assert after == before
    assert not_reached(seen) == NEVER_LINKED


def not_reached(seen: Iterable[str]) -> set[str]:
    """The pages of the table of routes that no address leads to."""
    paths = [urlsplit(url).path for url in seen]
    missed = set[str]()
    for route in ROUTES:
        wanted = re.compile(re.sub(r"\\{\w+:path\\}", ".+", re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route.path))))
        if route.method == "GET" and not any(wanted.fullmatch(path) for path in paths):
            missed.add(route.path)
    return missed


def happens(service: Service) -> None:
    """Everything a visitor can set going, once: sign-up, issue, goodbye, change of address, a fresh link."""
    wall = service.wall
    for email in ("dora@example.org", "erin@example.org"):
        shown = form_token(requests.get(f"{service.url}/subscribe", timeout=20).text)
        wall.move(timedelta(seconds=5))
        form = {"email": email, "list": "monthly", "language": "en", "form_token": shown}
        assert requests.post(f"{service.url}/subscribe", data=form, timeout=20).ok
    service.deliver()
    press(service, "dora@example.org", "/confirm/")
    press(service, "erin@example.org", "/confirm/")
    service.deliver()
    service.next_issue({"title": "Play everywhere"}, after=timedelta(days=2))
    page = f"{service.url}/preferences"
    shown = form_token(requests.get(page, timeout=20).text)
    wall.move(timedelta(seconds=5))
    assert requests.post(page, data={"email": "dora@example.org", "form_token": shown}, timeout=20).ok
    service.deliver()
    fresh = link_in(service, "dora@example.org", "/preferences/")
    assert requests.post(f"{fresh}/address", data={"email": "dora@new.example"}, timeout=20).ok
    press(service, "alice@example.org", "/u/")
    on_air(service)
    gathering(service.house, wall())
    service.deliver()


def on_air(service: Service) -> None:
    """A show for everybody with all that stands beside an episode, and one for members, whose address lies in a mail."""
    now, house = service.wall(), service.house
    with house.database.session() as session:
        show = a_show(session, house, now)
        shows.set_artwork(session, house, show, a_cover(session, house, now), now=now)
        club = a_show(session, house, now, "club", list_slug="monthly")
        for one in (show, club):
            episode = an_episode(session, house, one, now, chapters=[{"start": 0, "title": "Hello"}])
            words = b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"
            episodes.set_transcript(session, house, episode, "en", words, "text/vtt", now=now)
        letters.mail_feed(session, house, club, people.get(session, house.tokens, "erin@example.org"), now=now)


def press(service: Service, to: str, path: str) -> None:
    assert requests.post(link_in(service, to, path), timeout=20).ok


def link_in(service: Service, to: str, path: str) -> str:
    """The newest link of that kind that somebody has."""
    texts = [f"{body(mail)}\n{mail['List-Unsubscribe'] or ''}" for mail in service.mails(to)]
    return re.findall(rf"{re.escape(service.url + path)}[\w.~-]+", "\n".join(texts))[-1]


def links_of_mails(service: Service) -> list[str]:
    """Every address of ours in every part and header of every mail that lies in the mailbox."""
    with service.house.database.reading() as session:
        everybody = set(session.exec(select(MailboxMessage.recipient)))
    found = dict[str, None]()
    for mail in [mail for to in sorted(everybody) for mail in service.mails(to)]:
        found |= dict.fromkeys(links(body(mail, "html"), service.url, "text/html"))
        heads = " ".join(str(value) for value in mail.values())
        found |= dict.fromkeys(re.findall(rf"{re.escape(service.url)}[^\s<>]*", f"{body(mail)} {heads}"))
    return [link for link in found if link.startswith(service.url)]


def crawl(client: requests.Session, service: Service, start: Iterable[str]) -> list[str]:
    """GET everything that can be reached from here; what redirects say is followed as a link of its own."""
    waiting, seen, alike = deque(start), dict[str, None](), Counter[tuple[object, ...]]()
    while waiting:
        url = waiting.popleft().partition("#")[0]
        if url in seen or urlsplit(url).netloc != urlsplit(service.url).netloc:
            continue
        alike[shape(url)] += 1
        if alike[shape(url)] > ALIKE:
            continue
        seen[url] = None
        answer = client.get(url, allow_redirects=False, timeout=20)
        assert answer.status_code in (*range(200, 500), 503), (url, answer.text[:500])
        waiting.extend([urljoin(url, answer.headers["location"])] if answer.is_redirect else [])
        waiting.extend(links(answer.text, url, answer.headers.get("content-type", "")))
    return list(seen)


def shape(url: str) -> tuple[object, ...]:
    """Links of mails are all followed; pages that differ only in numbers or in what a filter is set to are of one shape."""
    parts = urlsplit(url)
    keys = tuple(sorted({name for name, _ in parse_qsl(parts.query)}))
    if len(keys) < 2 and "." in parts.path.rsplit("/", 1)[-1]:
        return (url,)
    return re.sub(r"\d+", "0", parts.path), keys


def links(text: str, base: str, kind: str) -> list[str]:
    """The addresses in a page, a feed or a document of ours."""
    if kind.startswith("text/html"):
        tree = html.fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))
        found = list(tree.xpath("//@href | //@src | //form[not(@method='post')]/@action"))
    elif "xml" in kind:
        tree = etree.fromstring(text.encode())
        found = list(tree.xpath("//@href | //@url | //link/text() | //guid/text()"))
    else:
        found = re.findall(r"https?://[^\s\"'<>\\]+", text) if "json" in kind else []
    absolute = (urljoin(base, str(value)) for value in found)
    return [url for url in absolute if url.startswith(("http:", "https:"))]  # apps have schemes of their own


def rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with database.engine.connect() as connection:
        dump = {t.name: sorted(map(tuple, connection.execute(t.select())), key=repr) for t in metadata().sorted_tables}
        connection.rollback()
    return dump
