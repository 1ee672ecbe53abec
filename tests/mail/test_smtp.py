"""The sender's client against a real server that breaks at every point: what is charged to whom, and what is in doubt."""

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.errors import BadInput, TransportError
from publisher.mail.smtp import Connection, Outcome, RelayAddress, Reply, Timeouts, parse_relay_url
from tests.smtp_sink import Fault, Sink

ALICE, BOB = "alice@readers.test", "bob@readers.test"
SENDER = "b+token@bounce.hub.test"
LETTER = b"Message-ID: <1@hub.test>\r\nSubject: News\r\n\r\nHello.\r\n"
QUICK = Timeouts(connect=2, command=2, body=2, dot=2)
IMPATIENT = Timeouts(connect=2, command=0.15, body=2, dot=0.15)
STEPWISE = ("8BITMIME", "SMTPUTF8", "SIZE 26214400")
BOTH_WAYS = pytest.mark.parametrize("extensions", [("PIPELINING", *STEPWISE), STEPWISE], ids=["pipelined", "stepwise"])


@contextlib.contextmanager
def connected(sink: Sink, timeouts: Timeouts = QUICK) -> Iterator[Connection]:
    connection = Connection(parse_relay_url(sink.url), ehlo_name="hub.test", timeouts=timeouts)
    connection.open()
    try:
        yield connection
    finally:
        connection.close()


@BOTH_WAYS
def test_a_thousand_letters_arrive_over_one_connection_byte_for_byte(extensions: tuple[str, ...]) -> None:
    with Sink(extensions=extensions) as sink:
        with connected(sink) as line:
            outcomes = [line.send(SENDER, f"r{n}@readers.test", LETTER + b"%d\r\n" % n) for n in range(1000)]
        assert {o.verdict for o in outcomes} == {"accepted"}
        assert sink.accepted == [(f"r{n}@readers.test", LETTER + b"%d\r\n" % n) for n in range(1000)]
        assert set(sink.senders) == {SENDER}
        assert sink.connections == 1


def test_an_accepted_letter_keeps_what_the_relay_said() -> None:
    with Sink(faults={"DOT": "250 2.0.0 queued as 4711"}) as sink, connected(sink) as line:
        assert line.send(SENDER, ALICE, LETTER) == Outcome(
            "accepted", Reply(250, "2.0.0", "queued as 4711", "DOT"), "queued as 4711"
        )


# ---- the fault matrix, row by row


@pytest.mark.parametrize(
    ("fault", "permanent"),
    [
        ({"CONNECT": "421 4.3.2 too busy"}, False),
        ({"CONNECT": "554 5.7.1 no"}, True),
        ({"CONNECT": Fault(disconnect=True)}, False),
        ({"CONNECT": Fault()}, False),
        ({"CONNECT": Fault(drip=0.05)}, False),
        ({"EHLO": "421 4.3.2 later"}, False),
        ({"EHLO": "550 5.7.1 no"}, True),
        ({"EHLO": Fault(disconnect=True)}, False),
        ({"EHLO": Fault()}, False),
        ({"EHLO": "not SMTP at all"}, False),
        ({"EHLO": "250-one\r\n251 two"}, False),
    ],
)
def test_a_relay_that_breaks_before_any_letter_is_an_error_of_the_relay(
    fault: dict[str, Fault | str], permanent: bool
) -> None:
    with Sink(faults=fault) as sink:
        line = Connection(parse_relay_url(sink.url), ehlo_name="hub.test", timeouts=IMPATIENT)
        with pytest.raises(TransportError) as caught:
            line.open()
        assert caught.value.permanent is permanent
        assert not line.usable
        assert line.send(SENDER, ALICE, LETTER).verdict == "unsent"
        assert sink.accepted == []


def test_a_refused_port_is_an_error_of_the_relay() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(TransportError, match=f"cannot be reached at port {port}") as caught:
        Connection(RelayAddress("127.0.0.1", port, tls="none"), ehlo_name="hub.test", timeouts=QUICK).open()
    assert not caught.value.permanent


@BOTH_WAYS
@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("fault", "verdict", "usable"),
    [
        ("451 4.3.0 not now", "deferred", True),
        ("550 5.7.1 never", "rejected", True),
        ("421 4.3.2 going down", "unsent", False),
        (Fault(disconnect=True), "unsent", False),
        (Fault(), "unsent", False),
    ],
    ids=["4xx", "5xx", "421", "hangs up", "silent"],
)
def test_before_the_body_nothing_is_in_doubt(
    stage: str, fault: Fault | str, verdict: str, usable: bool, extensions: tuple[str, ...]
) -> None:
    once = Fault(fault, times=1) if isinstance(fault, str) else Fault(disconnect=fault.disconnect, times=1)
    with Sink(faults={stage: once}, extensions=extensions) as sink:
        with connected(sink, IMPATIENT) as line:
            outcome = line.send(SENDER, ALICE, LETTER)
            assert (outcome.verdict, line.usable) == (verdict, usable)
            if outcome.reply:
                assert outcome.reply.stage == stage
            second = line.send(SENDER, BOB, LETTER).verdict
            assert second == ("accepted" if usable else "unsent")
        assert [recipient for recipient, _ in sink.accepted] == ([BOB] if usable else [])
        assert sink.leaked == []


@pytest.mark.parametrize("reply", ["552 5.3.4 too big", None])
def test_a_line_cut_in_the_middle_of_the_body_is_no_doubt(reply: str | None) -> None:
    letter = LETTER + b"x" * 70 * 1 + b"\r\n" + b"line of a long letter\r\n" * 1_000_000
    with (
        Sink(faults={"BODY": Fault(reply, after_bytes=100_000)}, extensions=("PIPELINING",)) as sink,
        connected(sink) as line,
    ):
        outcome = line.send(SENDER, ALICE, letter)
        assert outcome.verdict == "unsent"
        assert not line.usable
        assert sink.accepted == []


@BOTH_WAYS
@pytest.mark.parametrize(
    ("reply", "verdict", "usable"),
    [
        ("451 4.3.0 disk full", "deferred", True),
        ("554 5.6.0 no", "rejected", True),
        ("421 4.3.2 bye", "deferred", False),
    ],
)
def test_an_answer_after_the_dot_settles_it(
    reply: str, verdict: str, usable: bool, extensions: tuple[str, ...]
) -> None:
    with Sink(faults={"DOT": reply}, extensions=extensions) as sink, connected(sink) as line:
        outcome = line.send(SENDER, ALICE, LETTER)
        assert (outcome.verdict, line.usable, sink.accepted) == (verdict, usable, [])
        assert outcome.reply is not None
        assert outcome.reply.stage == "DOT"


@BOTH_WAYS
@pytest.mark.parametrize(
    ("fault", "stored"),
    [
        (Fault(disconnect=True, store=True), 1),
        (Fault(disconnect=True), 0),
        (Fault(store=True), 1),
        (Fault(), 0),
        (Fault(delay=30), 1),
        (Fault(drip=0.1), 1),
        (Fault("what", store=True), 1),
    ],
    ids=["cut, stored", "cut, lost", "silent, stored", "silent, lost", "too late", "dripping", "nonsense"],
)
def test_no_answer_after_the_dot_is_the_only_doubt(fault: Fault, stored: int, extensions: tuple[str, ...]) -> None:
    fault.seen = 0
    with Sink(faults={"DOT": fault}, extensions=extensions) as sink:
        with connected(sink, IMPATIENT) as line:
            assert line.send(SENDER, ALICE, LETTER).verdict == "uncertain"
            assert not line.usable
            assert line.send(SENDER, BOB, LETTER).verdict == "unsent"
        assert len(sink.accepted) == stored


@pytest.mark.parametrize("fault", [Fault(disconnect=True), Fault()])
def test_accepted_stays_accepted_when_quit_fails(fault: Fault) -> None:
    with Sink(faults={"QUIT": fault}) as sink:
        with connected(sink, IMPATIENT) as line:
            assert line.send(SENDER, ALICE, LETTER).verdict == "accepted"
        assert len(sink.accepted) == 1


@BOTH_WAYS
def test_one_unknown_reader_costs_the_next_one_nothing(extensions: tuple[str, ...]) -> None:
    with (
        Sink(refuse={BOB: "550-5.1.1 no such\r\n550 5.1.1 user"}, extensions=extensions) as sink,
        connected(sink) as line,
    ):
        verdicts = [line.send(SENDER, who, LETTER).verdict for who in (ALICE, BOB, ALICE, BOB, BOB, ALICE)]
        assert verdicts == ["accepted", "rejected", "accepted", "rejected", "rejected", "accepted"]
        assert line.send(SENDER, BOB, LETTER).reply == Reply(550, "5.1.1", "no such user", "RCPT")
        assert [who for who, _ in sink.accepted] == [ALICE] * 3
        assert sink.connections == 1


def test_a_relay_that_wants_a_body_for_nobody_gets_a_lone_dot() -> None:
    with (
        Sink(refuse={BOB: "550 5.1.1 no"}, extensions=("PIPELINING", "LENIENT")) as sink,
        connected(sink) as line,
    ):
        outcome = line.send(SENDER, BOB, LETTER)
        assert (outcome.verdict, outcome.reply) == ("rejected", Reply(550, "5.1.1", "no", "RCPT"))
        assert line.send(SENDER, ALICE, LETTER).verdict == "accepted"
        assert (sink.leaked, sink.accepted) == ([], [(ALICE, LETTER)])


def test_no_empty_letter_reaches_a_reader_when_only_the_sender_was_refused() -> None:
    """A server that refuses MAIL, takes RCPT and says 354 would deliver an empty letter for a lone dot."""
    heard = bytearray()

    def strange(server: socket.socket) -> None:
        peer, _ = server.accept()
        with peer:
            peer.sendall(b"220 hi\r\n")
            peer.recv(1000)
            peer.sendall(b"250-hi\r\n250 PIPELINING\r\n")
            peer.recv(1000)
            peer.sendall(b"550 5.1.8 bad sender\r\n250 ok\r\n354 go on\r\n")
            while chunk := peer.recv(1000):
                heard.extend(chunk)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=strange, args=(server,))
        thread.start()
        relay = RelayAddress("127.0.0.1", server.getsockname()[1], tls="none")
        line = Connection(relay, ehlo_name="hub.test", timeouts=QUICK)
        line.open()
        outcome = line.send(SENDER, ALICE, LETTER)
        thread.join()
    assert (outcome.verdict, outcome.reply) == ("rejected", Reply(550, "5.1.8", "bad sender", "MAIL"))
    assert (bytes(heard), line.usable) == (b"", False)


def test_a_refusal_of_the_reader_stands_though_the_relay_hangs_up_after_it() -> None:
    with (
        Sink(faults={"RCPT": Fault("550 5.1.1 no", disconnect=True)}) as sink,
        connected(sink) as line,
    ):
        outcome = line.send(SENDER, ALICE, LETTER)
        assert (outcome.verdict, line.usable) == ("rejected", False)


def test_a_relay_that_left_in_the_meantime_has_no_letter() -> None:
    with Sink() as sink:
        line = Connection(parse_relay_url(sink.url), ehlo_name="hub.test", timeouts=QUICK)
        line.open()
    assert line.send(SENDER, ALICE, LETTER).verdict == "unsent"


# ---- what is on the wire


@pytest.mark.parametrize(
    "letter",
    [
        LETTER + b".\r\n",
        LETTER + b".\r\nMAIL FROM:<evil@x.test>\r\n",
        LETTER + b"..two\r\n.one\r\n\r\n.",
        b".\r\n",
        LETTER + b"no line end",
    ],
)
def test_dots_arrive_as_they_were(letter: bytes) -> None:
    with Sink() as sink, connected(sink) as line:
        assert line.send(SENDER, ALICE, letter).verdict == "accepted"
        assert sink.accepted == [(ALICE, letter if letter.endswith(b"\r\n") else letter + b"\r\n")]


@pytest.mark.parametrize("tail", [b"\n.\r\n", b"\r.\r\n", b"\n.\n", b"a\rb\r\n", b"\r\n\n", b"\r"])
def test_a_letter_with_a_bare_line_end_never_leaves(tail: bytes) -> None:
    with Sink() as sink, connected(sink) as line:
        assert line.send(SENDER, ALICE, LETTER + tail).verdict == "rejected"
        assert not any(c.startswith("MAIL") for c in sink.commands)


@pytest.mark.parametrize(
    "address", ["a@b\r\nRCPT TO:<c@d>", "a@b> SIZE=1", "a b@c.test", "", "a\x00@c.test", "a\u2028@c.test", "<a@c.test"]
)
def test_an_address_that_would_speak_smtp_never_leaves(address: str) -> None:
    with Sink() as sink, connected(sink) as line:
        assert line.send(SENDER, address, LETTER).verdict == "rejected"
        assert not any(c.startswith("MAIL") for c in sink.commands)


def test_what_the_relay_does_not_offer_is_not_used() -> None:
    with Sink(extensions=("PIPELINING", "SIZE 1000")) as sink, connected(sink) as line:
        assert (line.size, line.smtputf8, line.eight_bit_mime, line.pipelining) == (1000, False, False, True)
        assert line.send(SENDER, "jörg@readers.test", LETTER) == Outcome("rejected", None, "undeliverable:smtputf8")
        assert line.send(SENDER, ALICE, LETTER + "é\r\n".encode()).verdict == "rejected"
        assert line.send(SENDER, ALICE, LETTER + b"x" * 998 + b"\r\n").verdict == "rejected"
        assert line.send(SENDER, ALICE, LETTER).verdict == "accepted"
        assert [c for c in sink.commands if c.startswith("MAIL")] == [f"MAIL FROM:<{SENDER}> SIZE={len(LETTER)}"]


def test_what_the_relay_offers_is_declared() -> None:
    with Sink(extensions=("SMTPUTF8", "8BITMIME")) as sink, connected(sink) as line:
        assert line.send(SENDER, "jörg@readers.test", LETTER).verdict == "accepted"
        assert line.send(SENDER, ALICE, LETTER + "é\r\n".encode()).verdict == "accepted"
        assert line.send("", ALICE, "Subject: é\r\n\r\n".encode()).verdict == "accepted"
        assert [c for c in sink.commands if c.startswith("MAIL")] == [
            f"MAIL FROM:<{SENDER}> SMTPUTF8",
            f"MAIL FROM:<{SENDER}> BODY=8BITMIME",
            "MAIL FROM:<> BODY=8BITMIME SMTPUTF8",
        ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=40).map(lambda b: b.replace(b"\r", b"").replace(b"\n", b"")), max_size=8))
def test_any_lines_arrive_as_they_were(lines: list[bytes]) -> None:
    letter = LETTER + b"".join(line + b"\r\n" for line in lines)
    with Sink() as sink, connected(sink) as line_to_sink:
        assert line_to_sink.send(SENDER, ALICE, letter).verdict == "accepted"
        assert sink.accepted == [(ALICE, letter)]


def test_a_dripping_relay_ends_at_the_deadline() -> None:
    with Sink(faults={"MAIL": Fault(drip=0.05)}) as sink, connected(sink, IMPATIENT) as line:
        began = time.monotonic()
        assert line.send(SENDER, ALICE, LETTER).verdict == "unsent"
        assert time.monotonic() - began < 1


def test_reset_starts_over() -> None:
    with Sink() as sink, connected(sink) as line:
        assert line.reset()
        assert line.send(SENDER, ALICE, LETTER).verdict == "accepted"
    assert not line.reset()
    assert not line.usable


@pytest.mark.parametrize("name", ["hub.test\r\nMAIL FROM:<x>", "", "hub test", "-x", "hub.test\n"])
def test_the_greeting_name_cannot_carry_commands(name: str) -> None:
    with pytest.raises(BadInput):
        Connection(RelayAddress("127.0.0.1", 25), ehlo_name=name)


# ---- encryption and login


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server context for `localhost`, and a client context that trusts it."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command to make a certificate")
    folder: Path = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
         "-keyout", str(key), "-out", str(cert), "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    return server, ssl.create_default_context(cafile=str(cert))


@pytest.mark.parametrize("mechanisms", ["PLAIN LOGIN", "LOGIN"])
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_login_over_tls(tls: str, mechanisms: str, certificate: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, client = certificate
    contexts = {"starttls": server} if tls == "starttls" else {"implicit_tls": server}
    with Sink(login=("hub@hub.test", "p:ä@"), mechanisms=mechanisms, **contexts) as sink:
        relay = parse_relay_url(f"smtp://hub%40hub.test:p%3A%C3%A4%40@localhost:{sink.port}?tls={tls}")
        line = Connection(relay, ehlo_name="hub.test", timeouts=QUICK, tls_context=client)
        line.open()
        assert line.send(SENDER, ALICE, LETTER).verdict == "accepted"
        line.close()
        assert sink.commands.count("EHLO hub.test") == (2 if tls == "starttls" else 1)


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_certificate_nobody_vouches_for_or_for_another_name_is_refused(
    tls: str, host: str, certificate: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    server, client = certificate
    contexts = {"starttls": server} if tls == "starttls" else {"implicit_tls": server}
    with Sink(login=("hub", "secret"), **contexts) as sink:
        relay = parse_relay_url(f"smtp://hub:secret@{host}:{sink.port}?tls={tls}")
        trusted = None if host == "localhost" else client
        with pytest.raises(TransportError, match="cannot be trusted") as caught:
            Connection(relay, ehlo_name="hub.test", timeouts=QUICK, tls_context=trusted).open()
        assert caught.value.permanent
        assert not any("AUTH" in c for c in sink.commands)


def test_a_relay_without_encryption_gets_no_password() -> None:
    with Sink(login=("hub", "secret")) as sink:
        relay = parse_relay_url(f"smtp://hub:secret@127.0.0.1:{sink.port}?tls=starttls")
        with pytest.raises(TransportError, match="offers no encryption"):
            Connection(relay, ehlo_name="hub.test", timeouts=QUICK).open()
        assert not any("AUTH" in c for c in sink.commands)


def test_words_slipped_in_before_encryption_are_not_heard(certificate: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, client = certificate
    with Sink(starttls=server, faults={"STARTTLS": "220 go\r\n250-evil\r\n250 AUTH PLAIN"}) as sink:
        relay = RelayAddress("localhost", sink.port, tls="starttls")
        with pytest.raises(TransportError, match="out of turn"):
            Connection(relay, ehlo_name="hub.test", timeouts=QUICK, tls_context=client).open()


def test_a_wrong_password_is_permanent_and_never_repeated() -> None:
    with Sink(login=("hub", "right")) as sink:
        relay = parse_relay_url(f"smtp://hub:secret@127.0.0.1:{sink.port}?tls=none")
        with pytest.raises(TransportError, match="does not accept our login") as caught:
            Connection(relay, ehlo_name="hub.test", timeouts=QUICK).open()
        assert caught.value.permanent
        assert "secret" not in str(caught.value) + repr(relay)


# ---- relay addresses


@pytest.mark.parametrize(
    ("url", "relay"),
    [
        ("smtp://mail.example.org", RelayAddress("mail.example.org", 587, tls="starttls")),
        ("smtp://mail.example.org:25", RelayAddress("mail.example.org", 25, tls="starttls")),
        ("smtp://mail.example.org:465", RelayAddress("mail.example.org", 465, tls="implicit")),
        ("smtps://mail.example.org", RelayAddress("mail.example.org", 465, tls="implicit")),
        ("smtp://mail.example.org?tls=implicit", RelayAddress("mail.example.org", 465, tls="implicit")),
        ("smtp://mail.example.org:2525?tls=none", RelayAddress("mail.example.org", 2525, tls="none")),
        ("smtp://127.0.0.1:1025", RelayAddress("127.0.0.1", 1025, tls="none")),
        ("smtp://[::1]:1025", RelayAddress("::1", 1025, tls="none")),
        ("smtp://localhost", RelayAddress("localhost", 25, tls="none")),
        ("smtp://u%40x:p%2F%3F@h.test:587?tls=starttls", RelayAddress("h.test", 587, "u@x", "p/?", "starttls")),
    ],
)
def test_relay_addresses(url: str, relay: RelayAddress) -> None:
    assert parse_relay_url(url) == relay


@pytest.mark.parametrize(
    "url",
    [
        "", "mail.example.org", "http://mail.example.org", "smtp://", "smtp://:25", "smtp://h:99999", "smtp://h:0",
        "smtp://h:x", "smtp://h?tls=maybe", "smtp://h?ssl=1", "smtp://h/path", "smtps://h?tls=none", "smtp://h h:25",
        "smtp://u:secret@localhost:25", "smtp://u@h.test", "smtp://[::1", "smtp://h#x",
    ],
)  # fmt: skip
def test_a_relay_address_that_cannot_be_used_is_explained_without_the_password(url: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_relay_url(url)
    assert "secret" not in str(caught.value)
