"""A hub as its people use it for a year: commands at a simulated moment, pages, a relay and a mailbox on loopback, and every mail kept."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from commands import Done, Publisher
from desk_stage import Browser
from imap_server import ImapServer
from smtp_sink import Sink
from stage import Clock
from starlette.testclient import TestClient
from year_sources import Sources

from publisher.house import House, open_house
from publisher.settings import Settings
from publisher.web.app import make_app

LINK = re.compile(r"https?://[^\s\"<>)\\]+")
ISSUE = re.compile(r"/newsletters/(?:monthly|saison)/((?:monthly|saison)[\w-]*)")


@dataclass(frozen=True)
class Arrived:
    """A mail as somebody has it. `issue`: the key of the issue that it is, or nothing. `sent_under`: its return address."""

    at: datetime
    to: str
    sent_under: str
    mail: EmailMessage
    text: str
    links: frozenset[str]
    issue: str


def arrived(at: datetime, to: str, sent_under: str, data: bytes) -> Arrived:
    mail = message_from_bytes(data, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    parts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    body = mail.get_body(("plain",))
    assert body is not None
    text = str(body.get_content())
    said = [*parts, str(mail["List-Unsubscribe"] or "")]
    links = frozenset(unescape(url).rstrip(".,;") for one in said for url in LINK.findall(one))
    in_list = ISSUE.search(text) if mail["List-Id"] else None
    return Arrived(at, to, sent_under, mail, text, links, in_list[1] if in_list else "")


@dataclass
class Year:
    """The hub, whoever works at it, and everything it sent. `wall` is the hub's time; commands and pages act at it."""

    command: Publisher
    settings: pytest.MonkeyPatch
    folder: Path
    new_database: Callable[[], str | None]
    sources: Sources
    relay: Sink
    returns: ImapServer
    wall: Clock
    mails: list[Arrived] = field(default_factory=list)
    _house: House | None = None
    _client: TestClient | None = None

    def set(self, name: str, value: object) -> None:
        self.settings.setenv(f"PUBLISHER_{name}", str(value))

    @property
    def url(self) -> str:
        return os.environ["PUBLISHER_PUBLIC_URL"]

    @property
    def data(self) -> Path:
        return Path(os.environ["PUBLISHER_DATA_DIR"])

    @property
    def house(self) -> House:
        if self._house is None:
            self._house = open_house(Settings.from_environment())
        return self._house

    @property
    def web(self) -> TestClient:
        """Anybody's browser, which keeps no cookies and follows nothing by itself."""
        if self._client is None:
            app = make_app(self.house, wall=self.wall)
            self._client = TestClient(app, base_url=self.url, follow_redirects=False, raise_server_exceptions=False)
        return self._client

    def stop(self) -> None:
        """The pages go down: for a move, an upgrade, a disaster. They are up again when somebody asks."""
        if self._client is not None:
            self._client.close()
        if self._house is not None:
            self._house.close()
        self._client = self._house = None

    @contextmanager
    def desk(self, email: str, password: str) -> Iterator[Browser]:
        """A browser that is signed in."""
        browser = Browser(self.another_browser(), self.house)
        browser.get("/studio/login")
        browser.post("/studio/login", email=email, password=password, next="/studio")
        yield browser
        browser.client.close()

    def another_browser(self) -> TestClient:
        return TestClient(make_app(self.house, wall=self.wall), base_url=self.url, follow_redirects=False)

    def do(self, *words: object, ok: bool | None = True) -> Done:
        """A command at the hub's time, answering in JSON."""
        return self.command(*words, "--now", self.wall.now.isoformat(), "--json", ok=ok)

    def as_a_process(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command as an operator types it."""
        done = subprocess.run([sys.executable, "-m", "publisher", *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done
        return done

    def at(self, moment: datetime) -> None:
        assert moment >= self.wall.now, "time does not go back"
        self.wall.now = moment

    def tick(self) -> None:
        failed = [job for job in self.do("tick").json if job["error"]]
        assert failed == []

    def carry(self) -> list[Arrived]:
        """A sender carries what is due. What came of it, the oldest first; every link in it works at that moment."""
        before = len(self.relay.accepted)
        self.do("send", "--drain")
        fresh = [
            arrived(self.wall.now, to, under, data)
            for (to, data), under in zip(self.relay.accepted[before:], self.relay.senders[before:], strict=True)
        ]
        self.mails += fresh
        return fresh

    def due(self, moment: datetime, *, twice: bool = True) -> list[Arrived]:
        """The timetable and a sender at that moment; each twice, because twice must be harmless."""
        self.at(moment)
        self.tick()
        came = self.carry()
        if twice:
            self.tick()
            assert self.carry() == []
        return came

    def form(self, url: str, browser: TestClient | None = None) -> dict[str, str]:
        """The hidden fields of a page, a while after it was opened."""
        page = (browser or self.web).get(url)
        assert page.status_code == 200, (url, page.status_code)
        self.wall.move(timedelta(seconds=20))
        return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))

    def arrives(self, url: str) -> tuple[int, str]:
        """Where a link of ours leads, as a browser follows it: the answer and the address where it ended."""
        for _hop in range(5):
            if not self.is_ours(url):
                return (200, url)
            answer = self.web.get(url)
            if not answer.is_redirect:
                return answer.status_code, url
            assert answer.status_code in (301, 302, 303, 307, 308)
            url = urljoin(url, answer.headers["location"])
        return 508, url

    def is_ours(self, url: str) -> bool:
        """An address that this hub has, or had."""
        bases = [self.url, *os.environ.get("PUBLISHER_FORMER_URLS", "").split(",")]
        return any(base and urlsplit(url)[:2] == urlsplit(base)[:2] for base in bases)

    def newest(self, to: str, what: str) -> Arrived:
        return next(one for one in reversed(self.mails) if one.to == to and what in one.text)


def first_link(mail: Arrived, path: str) -> str:
    """The address in a mail that goes to that part of the hub."""
    return next(url for url in sorted(mail.links) if urlsplit(url).path.startswith(path))


def months_from(year: int, month: int, count: int) -> list[datetime]:
    """The first of each month at 9:00 in Nairobi."""
    places = [(year * 12 + month - 1 + n) for n in range(count)]
    return [datetime(place // 12, place % 12 + 1, 1, 6, 0, tzinfo=UTC) for place in places]
