"""Calendars as they are met: in a mail, and at an address with a server behind it."""

import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import SMTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import pytest
from calendar_stage import ONE, PRODID

from feeds.calendar.writing import request
from feeds.errors import FeedError
from publisher.errors import FetchError
from publisher.webinars import checking

INVITE = request([ONE], prodid=PRODID)


def a_mail(method: str = "REQUEST", *, is_attached: bool = True) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = "hub@hub.example.org", "alice@example.org", "You are registered"
    mail.set_content("On 4 March.")
    mail.add_alternative("<p>On 4 March.</p>", subtype="html")
    mail.add_alternative(INVITE, "text", "calendar", cte="base64", params={"method": method, "charset": "utf-8"})
    if is_attached:
        mail.add_attachment(INVITE, "application", "ics", filename="invite.ics")
    return mail.as_bytes()


class Server:
    """A calendar at an address, served well unless it is told otherwise."""

    def __init__(self) -> None:
        self.kind, self.body, self.keeps = "text/calendar; charset=utf-8", lambda: INVITE, True
        self.headers = {"ETag": '"1"', "Last-Modified": "Mon, 16 Nov 2026 06:00:00 GMT"}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                same = outer.keeps and self.headers["If-None-Match"] == '"1"'
                body = b"" if same else outer.body()
                self.send_response(304 if same else 200)
                for name, value in {"Content-Type": outer.kind, **outer.headers}.items():
                    self.send_header(name, value)
                if not same:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.at = f"127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    it = Server()
    yield it
    it.close()


def look(server: Server) -> set[tuple[str, str]]:
    report = checking.check_address(f"http://{server.at}/calendar.ics", private=frozenset({server.at}))
    return {(one.rule, one.where) for one in report.findings}


def test_the_invitation_of_a_mail_is_judged_with_how_the_mail_carries_it() -> None:
    report = checking.check_octets(a_mail())
    assert report.findings == ()
    assert {one.rule.partition(".")[0] for one in report.not_checked} == {"event", "feed"}
    wrong = checking.check_octets(a_mail("CANCEL", is_attached=False))
    assert [(one.rule, one.level) for one in wrong.findings] == [("mail.method", "must"), ("mail.attached", "should")]
    broken = checking.as_data(checking.check_octets(a_mail().replace(b"From: hub@", b"From: desk@")))
    assert [(one["rule"], one["source"]) for one in broken["findings"]] == [("mail.from", "RFC 6047 §2.3; field experience")]  # fmt: skip


def test_a_mail_without_a_calendar_is_none() -> None:
    with pytest.raises(FeedError, match="not a calendar"):
        checking.check_octets(b"From: a@example.org\r\nSubject: Hello\r\n\r\nHello.\r\n")


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda it: None, set()),
        (lambda it: setattr(it, "kind", "text/plain"), {("feed.type", "Content-Type")}),
        (lambda it: setattr(it, "kind", "text/calendar; charset=latin1"), {("feed.type", "Content-Type")}),
        (lambda it: it.headers.clear(), {("feed.validators", "headers")}),
        (lambda it: it.headers.pop("Last-Modified"), {("feed.validators", "headers")}),
        (lambda it: setattr(it, "keeps", False), {("feed.validators", "the third answer")}),
        (
            lambda it: setattr(it, "body", lambda n=count(): INVITE.replace(b"DTSTAMP:2027", b"DTSTAMP:20%d" % (27 + next(n)))),
            {("feed.validators", "the second answer")},
        ),
    ],
)  # fmt: skip
def test_an_address_is_judged_with_its_server(
    server: Server, spoil: Callable[[Server], object], found: set[tuple[str, str]]
) -> None:
    spoil(server)
    assert look(server) == found


def test_an_address_that_cannot_be_had_is_a_sentence(server: Server) -> None:
    with pytest.raises(FetchError, match="not on the public internet"):
        checking.check_address(f"http://{server.at}/calendar.ics")
