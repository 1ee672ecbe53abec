"""The built-in mailbox: it keeps what it said it keeps, and refuses what would be misread elsewhere."""

import smtplib
import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.mail.mailbox_server import MailboxServer
from publisher.mail.smtp import Connection, Timeouts, parse_relay_url

Mail = tuple[str, list[str], bytes]
LETTER = b"Subject: News\r\n\r\nHello.\r\n"
ENVELOPE = b"EHLO x\r\nMAIL FROM:<hub@hub.test>\r\nRCPT TO:<alice@readers.test>\r\nDATA\r\n"


class Box:
    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.server = MailboxServer(lambda *mail: self.mails.append(mail))
        self.port = self.server.start()

    def talk(self, octets: bytes) -> list[str]:
        """Send all of it at once, hang up our side, and return the first line of what every answer said."""
        with socket.create_connection(("127.0.0.1", self.port), 5) as line:
            line.sendall(octets)
            line.shutdown(socket.SHUT_WR)
            heard = b"".join(iter(lambda: line.recv(65536), b""))
        return [answer for answer in heard.decode().splitlines() if answer[3:4] == " "]

    def connection(self) -> Connection:
        relay = parse_relay_url(f"smtp://127.0.0.1:{self.port}")
        line = Connection(relay, ehlo_name="hub.test", timeouts=Timeouts(5, 5, 5, 5))
        line.open()
        return line


@pytest.fixture(scope="module")
def shared_box() -> Iterator[Box]:
    box = Box()
    yield box
    box.server.stop()


@pytest.fixture
def box(shared_box: Box) -> Box:
    shared_box.mails.clear()
    return shared_box


def codes(answers: list[str]) -> list[int]:
    return [int(answer[:3]) for answer in answers]


def test_our_sender_delivers_two_thousand_letters_over_four_connections(box: Box) -> None:
    letter = LETTER + (b"x" * 74 + b"\r\n") * 100

    def deliver(sender: int) -> None:
        line = box.connection()
        assert line.pipelining
        assert line.smtputf8
        assert line.eight_bit_mime
        for n in range(500):
            assert line.send("hub@hub.test", f"{sender}.{n}@readers.test", letter).verdict == "accepted"
        line.close()

    threads = [threading.Thread(target=deliver, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(mail[1][0] for mail in box.mails) == sorted(
        f"{s}.{n}@readers.test" for s in range(4) for n in range(500)
    )
    assert {mail[2] for mail in box.mails} == {letter}


def test_the_standard_library_delivers_too(box: Box) -> None:
    with smtplib.SMTP("127.0.0.1", box.port) as client:
        client.sendmail("hub@hub.test", ["alice@readers.test", "bob@readers.test"], LETTER + b".dot\r\n")
        client.sendmail("hub@hub.test", "jörg@readers.test", LETTER, mail_options=["SMTPUTF8"])
    assert box.mails == [
        ("hub@hub.test", ["alice@readers.test", "bob@readers.test"], LETTER + b".dot\r\n"),
        ("hub@hub.test", ["jörg@readers.test"], LETTER),
    ]


@settings(max_examples=40, deadline=None)
@given(lines=st.lists(st.binary(max_size=40).map(lambda b: b.replace(b"\r", b"").replace(b"\n", b"")), max_size=8))
def test_any_lines_arrive_as_they_were(shared_box: Box, lines: list[bytes]) -> None:
    letter = b"".join(line + b"\r\n" for line in lines)
    shared_box.mails.clear()
    line = shared_box.connection()
    assert line.send("hub@hub.test", "alice@readers.test", b"A: b\r\n\r\n" + letter).verdict == "accepted"
    line.close()
    assert shared_box.mails[0][2] == b"A: b\r\n\r\n" + letter


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r\r\n.\r\n", b"\n"])
def test_what_only_looks_like_an_end_smuggles_nothing(box: Box, end: bytes) -> None:
    second = b"MAIL FROM:<evil@hub.test>\r\nRCPT TO:<bob@readers.test>\r\nDATA\r\nSubject: evil\r\n\r\n.\r\n"
    answers = box.talk(ENVELOPE + b"Subject: x\r\n\r\nHello" + end + second)
    assert codes(answers) == [220, 250, 250, 250, 354, 550]
    assert box.mails == []


def test_an_empty_mail_is_a_mail(box: Box) -> None:
    assert codes(box.talk(ENVELOPE + b".\r\nQUIT\r\n")) == [220, 250, 250, 250, 354, 250, 221]
    assert box.mails == [("hub@hub.test", ["alice@readers.test"], b"")]


@pytest.mark.parametrize("cut", range(0, 40, 3))
def test_a_mail_without_its_dot_is_not_kept(box: Box, cut: int) -> None:
    whole = LETTER + b".\r\n"
    box.talk(ENVELOPE + whole[: min(cut, len(whole) - 1)])
    assert box.mails == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"MAIL FROM:<a@b.test>\r\n", [503]),
        (b"EHLO x\r\nRCPT TO:<a@b.test>\r\nDATA\r\n", [250, 503, 503]),
        (b"EHLO x\r\nMAIL FROM:<>\r\nMAIL FROM:<>\r\nDATA\r\n", [250, 250, 503, 503]),
        (b"EHLO x\r\nMAIL FROM:a@b.test\r\n", [250, 501]),
        (b"EHLO x\r\nMAIL FROM:<a@b.test> SIZE=26214401\r\n", [250, 552]),
        (b"EHLO x\r\nMAIL FROM:<a@b.test> RET=HDRS\r\n", [250, 555]),
        (b"EHLO x\r\nMAIL FROM:<> SIZE=9 BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<a>\r\n", [250, 250, 501]),
        (b"EHLO x\r\nMAIL FROM:<>\r\n" + b"RCPT TO:<a@b.test>\r\n" * 101, [250, 250] + [250] * 100 + [452]),
        (b"HELO x\r\nRSET\r\nNOOP\r\nVRFY a\r\nEXPN b\r\nquit\r\n", [250, 250, 250, 252, 502, 221]),
        (b"EHLO x\nNOOP\r\n", [500]),
        (b"NOOP\rNOOP\r\n", [500]),
        (b"NOOP " + b"x" * 5000 + b"\r\n", [500]),
        (b"\xff\r\n", [500]),
    ],
)  # fmt: skip
def test_the_conversation_keeps_its_order(box: Box, said: bytes, expected: list[int]) -> None:
    assert codes(box.talk(said)) == [220, *expected]
    assert box.mails == []


def test_a_line_that_relays_would_cut_is_refused_and_the_next_mail_taken(box: Box) -> None:
    line = box.connection()
    assert line.send("", "alice@readers.test", LETTER + b"x" * 998 + b"\r\n").verdict == "accepted"
    refused = line.send("", "alice@readers.test", LETTER + b"x" * 999 + b"\r\n")
    assert refused.verdict == "rejected"
    assert refused.reply is not None
    assert refused.reply.enhanced == "5.6.0"
    assert line.send("", "alice@readers.test", LETTER).verdict == "accepted"
    line.close()


def test_too_large_a_mail_is_refused_while_it_comes(box: Box) -> None:
    line = box.connection()
    line.size = 0  # as a sender that ignores what it was told
    line._offers.clear()
    outcome = line.send("", "alice@readers.test", LETTER + (b"x" * 900 + b"\r\n") * 60_000, proven=True)
    assert (outcome.verdict, line.usable) == ("unsent", False)
    assert box.mails == []


def test_a_mail_that_could_not_be_kept_is_never_called_kept() -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("disk full")

    server = MailboxServer(broken)
    relay = parse_relay_url(f"smtp://127.0.0.1:{server.start()}")
    line = Connection(relay, ehlo_name="hub.test", timeouts=Timeouts(5, 5, 5, 5))
    line.open()
    assert line.send("", "alice@readers.test", LETTER).verdict == "deferred"
    line.close()
    server.stop()


def test_stop_cuts_idle_lines_and_frees_the_port() -> None:
    box = Box()
    line = box.connection()
    box.server.stop()
    box.server.stop()
    assert line.send("", "alice@readers.test", LETTER).verdict == "unsent"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", box.port), 5)
    assert box.server.start(box.port) == box.port
    box.server.stop()
