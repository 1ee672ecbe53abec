"""Every screen of a lived-in hub: which page shows which route, found by following links as somebody at the desk would.

The hub is the demo, with a few people who are in the middle of something, so that the pages behind keys have somebody to show.
A new page is found by itself once anything links to it; what cannot be found so is named in `PREFERRED`.
"""

import re
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from functools import cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
from lxml import html
from sqlmodel import Session, col, select

sys.path.extend(str(Path(__file__).parent / folder) for folder in ("", "web", "web/studio", "journeys"))

from service import Service, running

from publisher.audience import links
from publisher.audience.models import AddressChange, Consent, MailingList, Person
from publisher.demo import install
from publisher.demo.people import PASSWORD
from publisher.house import House
from publisher.mail import identities
from publisher.mail.models import MailboxMessage
from publisher.newsletters.models import Issue, Newsletter
from publisher.podcasts.models import Episode, Show
from publisher.staff import accounts
from publisher.vocabulary import terms
from publisher.web.routes import ROUTES as PUBLIC
from publisher.web.studio.routes import ROUTES as DESK
from publisher.webinars import addresses
from publisher.webinars.models import Registration, RegistrationState, Seat, Series, Speaker, Webinar

OWNER = "owner@hub.example.org"

#: Looked at before what links lead to, because these show most.
PREFERRED = (
    "/", "/library", "/newsletters", "/podcasts", "/webinars", "/subscribe", "/subscribe/done", "/share", "/preferences", "/webinars/mine",
    "/embed", "/about", "/contact", "/privacy", "/accessibility", "/api/docs", "/mailbox", "/studio/design", "/studio/doctor",
    "/studio/pictures", "/studio/reach", "/studio/people", "/studio/settings/staff", "/studio/settings/trail", "/studio/settings/bounces",
    "/studio/settings/rooms", "/studio/settings/relay", "/studio/agenda", "/studio/library/look-alikes", "/studio/library/aside",
    "/studio/newsletters/special", "/studio/podcasts/check", "/studio/podcasts/import", "/studio/webinars/dates",
    "/studio/login", "/studio/reset", "/subscribe/embed", "/podcasts/the-long-way-there/feed.xml", "/mailbox?q=letter",
)  # fmt: skip

#: Routes whose page says different things of a draft and of what was sent: so many pages of them are looked at.
STATES = {"/studio/newsletters/{slug}/issues/{key}": 2}

#: Seen by nobody who is signed in.
SIGNED_OUT = {"/studio/login", "/studio/reset", "/studio/reset/{token}", "/studio/invitation/{token}"}


@dataclass(frozen=True)
class Screen:
    """One page. `route` as in the table of routes; `path` from the root."""

    route: str
    path: str

    @property
    def is_for_staff(self) -> bool:
        return self.route.startswith(("/studio", "/mailbox"))

    @property
    def is_signed_out(self) -> bool:
        return self.route in SIGNED_OUT


@contextmanager
def lived_in(folder: Path, now: datetime) -> Iterator[Service]:
    """The demo hub on SQLite, answering, with somebody in the middle of everything."""
    with running(f"sqlite:///{folder / 'publisher.db'}", folder, now, fill=_fill) as service:
        service.deliver()
        yield service


def _fill(house: House, now: datetime) -> None:
    with house.database.session() as session:
        identities.seed(session, house.settings, now=now)
        terms.seed_defaults(session)
    install.install(house, now)
    with house.database.session() as session:
        accounts.add(session, house, "new@hub.example.org", "editor", now, name="Nadia Serrano", invite=True)
        accounts.request_reset(session, house, "editor@hub.example.org", now)
        accounts.get(session, house, OWNER)


def sign_in(url: str) -> requests.Session:
    """The owner's browser."""
    client = requests.Session()
    shown = html.fromstring(client.get(f"{url}/studio/login", timeout=30).content)
    form = dict(shown.forms[0].form_values()) | {"email": OWNER, "password": PASSWORD}
    assert client.post(f"{url}/studio/login", data=form, timeout=30).ok
    return client


def screens(service: Service) -> tuple[list[Screen], set[str]]:
    """One page of each route that answers with one; and the routes that answer with something else."""
    found, others, seen = dict[str, list[Screen]](), set[str](), set[str]()
    outside = requests.Session()
    with sign_in(service.url) as inside:
        waiting = deque(
            [
                *(service.url + path for path in PREFERRED),
                *keys(service),
                *links_of_mails(service),
                f"{service.url}/studio",
            ]
        )
        while waiting:
            url = waiting.popleft().partition("#")[0]
            path, route = url.removeprefix(service.url), route_of(urlsplit(url).path)
            if path in seen or not url.startswith(service.url) or route is None or route in others:
                continue
            if len(found.get(route, ())) >= STATES.get(route, 1):
                continue
            seen.add(path)
            client = outside if route in SIGNED_OUT else inside
            answer = client.get(service.url + path, timeout=60, allow_redirects=False)
            if answer.status_code != 200:
                continue
            if not answer.headers.get("content-type", "").startswith("text/html"):
                others.add(route)
                continue
            found.setdefault(route, []).append(Screen(route, path))
            waiting.extend(_links(answer.content, url))
    return [screen for _, same in sorted(found.items()) for screen in same], others


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """The routes that are got, those with fewer blanks first, as the application asks them."""
    paths = {route.path for route in (*PUBLIC, *DESK) if route.method == "GET"}
    return [(path, _pattern(path)) for path in sorted(paths, key=lambda path: (path.count("{"), path))]


def _pattern(path: str) -> re.Pattern[str]:
    text = re.sub(r"\\\{\w+:path\\\}", ".+", re.escape(path))
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.sub(r"\\\{\w+:int\\\}", r"\\d+", text)))


def route_of(path: str) -> str | None:
    return next((route for route, pattern in _patterns() if pattern.fullmatch(path)), None)


def every_route() -> set[str]:
    return {route for route, _ in _patterns()}


def _links(page: bytes, base: str) -> list[str]:
    tree = html.fromstring(page, parser=html.HTMLParser(encoding="utf-8"))
    return [
        urljoin(base, str(link))
        for link in tree.xpath("//a/@href | //iframe/@src | //form[not(@method='post')]/@action")
    ]


def links_of_mails(service: Service) -> list[str]:
    """Every address of ours in the letters that lie in the built-in mailbox, the newest letters first."""
    with service.house.database.reading() as session:
        letters = list(session.exec(select(MailboxMessage.data).order_by(col(MailboxMessage.id).desc())))
    found = dict[str, None]()
    for data in letters:
        mail = message_from_bytes(data, policy=policy.default)
        part = mail.get_body(("plain",))  # type: ignore[attr-defined]
        found |= dict.fromkeys(re.findall(rf"{re.escape(service.url)}[^\s<>\")]*", part.get_content() if part else ""))
    return list(found)


def keys(service: Service) -> list[str]:
    """Pages whose address is in nobody's letter yet: of a reader who confirms, leaves and moves; of somebody at a webinar; of a draft."""
    house, now = service.house, service.wall()
    with house.database.session() as session:
        return [*_of_a_reader(session, house, now), *_of_webinars(session, house, now), *_of_a_draft(session, house)]


def _of_a_reader(session: Session, house: House, now: datetime) -> Iterator[str]:
    person = session.exec(select(Person).join(Consent).order_by(col(Person.id))).first()
    monthly = session.exec(select(MailingList).order_by(col(MailingList.id))).first()
    assert person
    assert monthly
    consents = session.exec(select(Consent).where(col(Consent.person_id) == person.id)).all()
    yield links.confirm_url(house, person, consents, now=now)
    yield links.fresh_url(house, person, now=now)
    yield links.unsubscribe_url(house, person.key, monthly.slug)
    yield links.undo_url(house, links.undo_token(house.tokens, person, [monthly], now=now))
    moves = AddressChange(
        person_id=person.id, old_address_id=person.address_id, new_address_id=person.address_id, asked_at=now
    )
    session.add(moves)
    session.flush()
    yield links.address_url(house, moves, now=now)


def _of_webinars(session: Session, house: House, now: datetime) -> Iterator[str]:
    of_a_seat = select(Seat, Registration, Webinar, Series).where(col(Seat.registration_id) == Registration.id)
    of_a_seat = of_a_seat.where(col(Seat.webinar_id) == Webinar.id, col(Webinar.series_id) == Series.id)
    _, came, webinar, series = next(
        one for one in session.exec(of_a_seat) if one[0].attended == "yes" and one[3].survey
    )
    yield addresses.booking(house, came)
    yield addresses.booking(house, came).replace("/mine/", f"/{webinar.slug}/feedback/")
    yield addresses.attended(house, came)
    yield addresses.join(house, came, webinar)
    for _, waits, later, series in session.exec(of_a_seat):
        if later.starts_at > now and waits.state == RegistrationState.REGISTERED and not series.list_id:
            waits.state = RegistrationState.PENDING
            yield addresses.confirm(house, waits, now=now)
            yield addresses.page(house, later)
            yield addresses.page(house, later) + "/embed"
            list_slug = session.exec(select(MailingList.slug)).first()
            yield house.settings.url(f"/studio/webinars/{series.slug}/announce/preview?list={list_slug}")
            break
    for speaker in session.exec(select(Speaker).where(col(Speaker.address_id).is_not(None)).order_by(col(Speaker.id))):
        yield addresses.speaker(house, speaker)
        yield house.settings.url(f"/studio/people/others/{speaker.address_id}")
    for episode, show in session.exec(
        select(Episode, Show)
        .where(col(Episode.show_id) == Show.id, col(Episode.state) == "published")
        .order_by(col(Episode.id))
    ):
        yield house.settings.url(f"/podcasts/{show.slug}/{episode.slug}/embed")


def _of_a_draft(session: Session, house: House) -> Iterator[str]:
    reader = session.exec(select(Person).order_by(col(Person.id))).first()
    assert reader
    for state in ("draft", "sent"):
        issue = session.exec(select(Issue).where(col(Issue.state) == state).order_by(col(Issue.id).desc())).first()
        assert issue
        newsletter = session.get_one(Newsletter, issue.newsletter_id)
        page = house.settings.url(f"/studio/newsletters/{newsletter.slug}/issues/{issue.slug}")
        yield from (
            page,
            *(f"{page}/{one}" for one in (f"why?reader={reader.id}", "send", "add", "correct", "reached")),
        )
