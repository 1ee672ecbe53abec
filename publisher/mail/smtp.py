"""A small SMTP client for senders: one connection, one letter at a time, and the exact truth about what happened to it.

The verdict turns on one moment: has the final dot left this machine? Before it, nobody can have the letter, whatever
breaks (`unsent`). After it, without an answer, nobody here can know (`uncertain`). RFC 5321; pipelining by RFC 2920.
"""

import contextlib
import re
import socket
import ssl
import time
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from publisher.errors import BadInput, TransportError

Tls = Literal["starttls", "implicit", "none"]
Stage = Literal["CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "DOT"]
Verdict = Literal["accepted", "deferred", "rejected", "uncertain", "unsent"]

_ENVELOPE: tuple[Stage, ...] = ("MAIL", "RCPT", "DATA")
_LONGEST_REPLY = 65_536
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")
_EHLO_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?|\[[0-9A-Fa-f.:]+\]|\[IPv6:[0-9A-Fa-f.:]+\]")
_NEVER_IN_AN_ADDRESS = re.compile(r"[\x00-\x20\x7f<>\u0080-\u009f\u2028\u2029]")


@dataclass(frozen=True)
class RelayAddress:
    """Where letters go out. `tls="none"` together with a user is always somebody's explicit choice."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: Tls = "starttls"


@dataclass(frozen=True)
class Timeouts:
    """Seconds, each a total for its step however slowly bytes drip. After the dot: RFC 5321 §4.5.3.2.6."""

    connect: float = 30
    command: float = 60
    body: float = 180
    dot: float = 600


@dataclass(frozen=True)
class Reply:
    """What the relay said: basic code, enhanced code (RFC 3463) if there was one, the text in one line, and to what."""

    code: int
    enhanced: str | None
    text: str
    stage: Stage


@dataclass(frozen=True)
class Outcome:
    """What became of one letter.

    accepted   the relay has it
    deferred   the relay refused it for now (4xx); it does not have it
    rejected   the relay refused it for good (5xx), or it can never go out by this relay (`reply` is None)
    unsent     it never left here: nothing is charged to the reader
    uncertain  it left, and no answer came: the relay may or may not have it
    """

    verdict: Verdict
    reply: Reply | None
    detail: str


def parse_relay_url(url: str) -> RelayAddress:
    """Read `smtp://user:pass@host:587?tls=starttls|implicit|none`; `BadInput` says what is wrong, never the password.

    Without `tls`: implicit on port 465, none on a loopback host, else starttls. A password over an unencrypted line
    is only accepted where `tls=none` is written out.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadInput("The server in the relay address is malformed, or its port no number up to 65535.") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.netloc:
        raise BadInput("A relay address looks like smtp://user:password@mail.example.org:587.")
    if not host or port == 0 or re.search(r"[^A-Za-z0-9.:_-]", host):
        raise BadInput("The relay address names no mail server.")
    options = parse_qs(parts.query, keep_blank_values=True)
    if set(options) - {"tls"} or parts.path not in ("", "/") or parts.fragment:
        raise BadInput("After its port, a relay address may only say ?tls=starttls, ?tls=implicit or ?tls=none.")
    user, password = (unquote(p) if p is not None else None for p in (parts.username, parts.password))
    tls = _chosen_tls(options.get("tls", [None])[-1], parts.scheme, host, port)
    if user and tls == "none" and "tls" not in options:
        raise BadInput("This would send the password unencrypted. Add ?tls=none to the relay address if you mean it.")
    if user and not password:
        raise BadInput("The relay address has a user and no password.")
    default_port = {"implicit": 465, "starttls": 587, "none": 25}[tls]
    return RelayAddress(host, port or default_port, user or None, password if user else None, tls)


def _chosen_tls(written: str | None, scheme: str, host: str, port: int | None) -> Tls:
    if written == "starttls" and scheme == "smtp":
        return "starttls"
    if written == "implicit" or (written is None and (scheme == "smtps" or port == 465)):
        return "implicit"
    if written == "none" and scheme == "smtp":
        return "none"
    if written is not None:
        raise BadInput("The tls part of the relay address is starttls, implicit (the only one for smtps) or none.")
    return "none" if host == "localhost" or host == "::1" or re.fullmatch(r"127(\.\d{1,3}){3}", host) else "starttls"


class _Lost(Exception):
    """The line is dead, silent past its time, or not speaking SMTP."""


class Connection:
    """One line to a relay. Not for several threads. After any failure `usable` is false: close it and open another.

    After `open()`: `smtputf8`, `eight_bit_mime`, `pipelining`, `size` (octets, 0: no limit named) as EHLO offered them.
    `tls_context` replaces the default one, which verifies the relay's certificate and name.
    """

    def __init__(
        self,
        relay: RelayAddress,
        *,
        ehlo_name: str,
        timeouts: Timeouts | None = None,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        if not _EHLO_NAME.fullmatch(ehlo_name):
            raise BadInput(f"“{ehlo_name[:80]!s}” cannot be the name this sender greets relays with.")
        self.relay, self.timeouts = relay, timeouts or Timeouts()
        self.smtputf8 = self.eight_bit_mime = self.pipelining = self.usable = False
        self.size = 0
        self._ehlo_name, self._tls_context = ehlo_name, tls_context
        self._socket: socket.socket | None = None
        self._unread = bytearray()
        self._in_transaction = False
        self._offers: dict[str, str] = {}

    def open(self) -> None:
        """Connect, greet, encrypt, log in. `TransportError` otherwise, `permanent` where settings must change first."""
        try:
            self._connect()
            self._expect(self._read("CONNECT"), 220, "does not take mail now")
            self._greet()
            if self.relay.tls == "starttls":
                self._start_tls()
            if self.relay.user is not None:
                self._log_in()
        except _Lost as problem:
            self._drop()
            raise TransportError(f"The mail server {self.relay.host} {problem}.") from problem
        except TransportError:
            self._drop()
            raise
        self.usable = True

    def send(self, mail_from: str, recipient: str, data: bytes, *, proven: bool = False) -> Outcome:
        """Hand over one letter, wire-ready: CRLF line ends, not dot-stuffed. Never raises for what a relay can do.

        `proven`: the caller guarantees what costs 0.15 ms per 60 kB to check: every CR LF paired, no line begins with
        a dot, CRLF at the end.
        """
        if not proven:
            if not data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r"):
                return Outcome("rejected", None, "The letter has a line end that is not CR LF.")
            data = _stuffed(data)
        envelope = self._envelope(mail_from, recipient, data)
        if isinstance(envelope, Outcome):
            return envelope
        if not self.usable or self._unread:
            self._drop()
            return Outcome("unsent", None, "The connection was already closed or out of step.")
        return (self._deliver_pipelined if self.pipelining else self._deliver_stepwise)(envelope, data)

    def reset(self) -> bool:
        """Give up any transaction begun; false when the line turned out to be dead."""
        try:
            self._write(b"RSET\r\n")
            good = self._read("MAIL").code == 250
        except _Lost:
            good = False
        if good:
            self._in_transaction = False
        else:
            self._drop()
        return good

    def close(self) -> None:
        """Say QUIT, wait a moment for the answer, hang up. What was accepted stays accepted whatever happens here."""
        if self.usable:
            with contextlib.suppress(_Lost):
                self._write(b"QUIT\r\n")
                self._read("MAIL", min(5, self.timeouts.command))
        self._drop()

    def _envelope(self, mail_from: str, recipient: str, data: bytes) -> list[bytes] | Outcome:
        for address in (mail_from, recipient):
            if _NEVER_IN_AN_ADDRESS.search(address) or (not address and address is recipient):
                return Outcome("rejected", None, "The address holds characters that no mail address may have.")
        parameters = f" SIZE={len(data)}" if "SIZE" in self._offers else ""
        if self.size and len(data) > self.size:
            return Outcome("rejected", None, f"The letter is larger than the {self.size} octets this relay takes.")
        eight_bit = not data.isascii()
        if eight_bit and not self.eight_bit_mime:
            return Outcome("rejected", None, "The letter has 8-bit lines, which this relay does not take.")
        parameters += " BODY=8BITMIME" if eight_bit else ""
        if not (mail_from + recipient).isascii() or (eight_bit and not data.partition(b"\r\n\r\n")[0].isascii()):
            if not self.smtputf8:
                return Outcome("rejected", None, "undeliverable:smtputf8")
            parameters += " SMTPUTF8"
        return [f"MAIL FROM:<{mail_from}>{parameters}\r\n".encode(), f"RCPT TO:<{recipient}>\r\n".encode(), b"DATA\r\n"]

    def _deliver_pipelined(self, envelope: list[bytes], data: bytes) -> Outcome:
        """Envelope in one write. Every command gets its own answer, so all of them are read before any is judged."""
        undo = self._in_transaction
        answers: list[Reply] = []
        try:
            self._write((b"RSET\r\n" if undo else b"") + b"".join(envelope))
            if undo and (reply := self._read("MAIL")).code != 250:
                return self._cut_short([reply], "is out of step")
            for stage in _ENVELOPE:
                answers.append(self._read(stage))
                if answers[-1].code == 421:
                    return self._cut_short(answers, "closed the connection")
        except _Lost as problem:
            return self._cut_short(answers, problem)
        mail, rcpt, go = answers
        self._in_transaction = mail.code < 300
        if go.code == 354 and (mail.code >= 300 or rcpt.code >= 300):
            self._end_empty(recipient_stood=rcpt.code < 300)
        for reply, good in ((mail, 250), (rcpt, 250), (go, 354)):
            if reply.code // 100 != good // 100:
                return self._refused(reply)
        return self._hand_over(data)

    def _deliver_stepwise(self, envelope: list[bytes], data: bytes) -> Outcome:
        answers: list[Reply] = []
        try:
            if self._in_transaction and not self.reset():
                return self._cut_short([], "hung up between two letters")
            for command, stage in zip(envelope, _ENVELOPE, strict=True):
                self._write(command)
                answers.append(self._read(stage))
                if answers[-1].code == 421:
                    return self._cut_short(answers, "closed the connection")
                if answers[-1].code // 100 != (3 if stage == "DATA" else 2):
                    return self._refused(answers[-1])
                self._in_transaction = True
        except _Lost as problem:
            return self._cut_short(answers, problem)
        return self._hand_over(data)

    def _hand_over(self, data: bytes) -> Outcome:
        """Body and dot. `sendall` that fails has not handed all of it to the system, so the dot cannot have arrived."""
        try:
            self._write(data + b".\r\n", self.timeouts.body)
        except _Lost as problem:
            return self._cut_short(self._last_words(), problem)
        try:
            reply = self._read("DOT", self.timeouts.dot)
        except _Lost as problem:
            self._drop()
            return Outcome("uncertain", None, f"The letter was handed over, then the mail server {problem}.")
        self._in_transaction = False
        if reply.code // 100 == 2:
            return Outcome("accepted", reply, reply.text)
        if reply.code == 421:
            self._drop()
        if reply.code // 100 in (4, 5):
            return self._refused(reply)
        self._drop()
        return Outcome(
            "uncertain", reply, f"The mail server answered the letter with {reply.code}, which says nothing."
        )

    def _end_empty(self, *, recipient_stood: bool) -> None:
        """The relay waits for a body nobody may get: end it with a lone dot (RFC 2920 §3.1), or hang up where even an
        empty letter would reach somebody."""
        if recipient_stood:
            self._drop()
            return
        try:
            self._write(b".\r\n")
            reply = self._read("DOT", self.timeouts.command)
            self._in_transaction = False
            if reply.code == 421:
                self._drop()
        except _Lost:
            self._drop()

    def _refused(self, reply: Reply) -> Outcome:
        if reply.code // 100 not in (4, 5):
            self._drop()
            return Outcome("unsent", reply, f"The mail server answered {reply.stage} with {reply.code} out of turn.")
        return Outcome("deferred" if reply.code < 500 else "rejected", reply, f"{reply.code} {reply.text}".strip())

    def _cut_short(self, answers: list[Reply], problem: _Lost | str) -> Outcome:
        """The line broke before the dot: nobody has the letter. A verdict on the reader that came before still stands."""
        self._drop()
        for reply in answers:
            if reply.stage == "RCPT" and reply.code >= 400 and reply.code != 421:
                return self._refused(reply)
        last = answers[-1] if answers and answers[-1].code >= 400 else None
        said = f" It said: {last.code} {last.text}" if last else ""
        return Outcome("unsent", last, f"The letter did not leave: the mail server {problem}.{said}")

    def _last_words(self) -> list[Reply]:
        with contextlib.suppress(_Lost):
            return [self._read("DATA", 0.05)]
        return []

    def _connect(self) -> None:
        address = (self.relay.host, self.relay.port)
        deadline = time.monotonic() + self.timeouts.connect
        try:
            self._socket = socket.create_connection(address, self.timeouts.connect)
        except OSError as problem:
            raise _Lost(f"cannot be reached at port {self.relay.port} ({_reason(problem)})") from problem
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.relay.tls == "implicit":
            self._encrypt(max(0.01, deadline - time.monotonic()))

    def _greet(self) -> None:
        self._write(f"EHLO {self._ehlo_name}\r\n".encode())
        lines: list[str] = []
        self._expect(self._read("EHLO", lines=lines), 250, "refuses our greeting")
        self._offers = {word.upper(): rest for word, _, rest in (line.partition(" ") for line in lines[1:])}
        self.smtputf8 = "SMTPUTF8" in self._offers
        self.eight_bit_mime = "8BITMIME" in self._offers
        self.pipelining = "PIPELINING" in self._offers
        limit = self._offers.get("SIZE", "")
        self.size = int(limit) if limit.isascii() and limit.isdigit() else 0

    def _start_tls(self) -> None:
        if "STARTTLS" not in self._offers:
            raise TransportError(f"The mail server {self.relay.host} offers no encryption (STARTTLS).", permanent=True)
        self._write(b"STARTTLS\r\n")
        self._expect(self._read("EHLO"), 220, "will not encrypt the connection")
        if self._unread:  # words slipped in before encryption must not be heard as if they were inside (CVE-2011-0411)
            raise TransportError(f"The mail server {self.relay.host} spoke out of turn before encryption.")
        self._encrypt(self.timeouts.connect)
        self._greet()

    def _encrypt(self, seconds: float) -> None:
        assert self._socket is not None
        context = self._tls_context or ssl.create_default_context()
        self._socket.settimeout(seconds)
        try:
            self._socket = context.wrap_socket(self._socket, server_hostname=self.relay.host)
        except ssl.SSLCertVerificationError as problem:
            raise TransportError(
                f"The certificate of the mail server {self.relay.host} cannot be trusted: {problem.verify_message}.",
                permanent=True,
            ) from problem
        except (OSError, ValueError) as problem:
            raise _Lost(f"could not agree on encryption ({_reason(problem)})") from problem

    def _log_in(self) -> None:
        user, password = self.relay.user or "", self.relay.password or ""
        offered = self._offers.get("AUTH", "").upper().split()
        if "PLAIN" in offered:
            self._write(b"AUTH PLAIN " + b64encode(f"\0{user}\0{password}".encode()) + b"\r\n")
        elif "LOGIN" in offered:
            for line in (b"AUTH LOGIN", b64encode(user.encode())):
                self._write(line + b"\r\n")
                self._expect(self._read("AUTH"), 334, "does not accept our login")
            self._write(b64encode(password.encode()) + b"\r\n")
        else:
            raise TransportError(f"The mail server {self.relay.host} offers no login we can use.", permanent=True)
        self._expect(self._read("AUTH"), 235, "does not accept our login")

    def _expect(self, reply: Reply, code: int, otherwise: str) -> None:
        if reply.code != code:
            said = f"{reply.code} {reply.text}".strip()
            raise TransportError(f"The mail server {self.relay.host} {otherwise}: {said}", permanent=reply.code >= 500)

    def _write(self, octets: bytes, seconds: float | None = None) -> None:
        if self._socket is None:
            raise _Lost("is no longer connected")
        try:
            self._socket.settimeout(self.timeouts.command if seconds is None else seconds)
            self._socket.sendall(octets)
        except OSError as problem:
            raise _Lost(f"hung up while we were speaking ({_reason(problem)})") from problem

    def _read(self, stage: Stage, seconds: float | None = None, lines: list[str] | None = None) -> Reply:
        """One whole reply within `seconds`, all its lines together. `_Lost` for silence, a closed line, or nonsense."""
        deadline = time.monotonic() + (self.timeouts.command if seconds is None else seconds)
        lines = [] if lines is None else lines
        code, enhanced, length = 0, None, 0
        while True:
            line = self._read_line(deadline)
            length += len(line)
            if not line[:3].isdigit() or line[3:4] not in (b" ", b"-", b"") or length > _LONGEST_REPLY:
                raise _Lost("answered something that is not SMTP")
            if code not in (0, int(line[:3])) or not 200 <= int(line[:3]) <= 599:
                raise _Lost("gave an answer that contradicts itself")
            code = int(line[:3])
            text = "".join(c if c.isprintable() else " " for c in line[4:].decode("utf-8", "replace"))
            if (found := _ENHANCED.match(text)) and int(text[0]) == code // 100:
                enhanced, text = enhanced or found[1], text[found.end() :]
            lines.append(text.strip())
            if line[3:4] != b"-":
                return Reply(code, enhanced, " ".join(lines).strip()[:2000], stage)

    def _read_line(self, deadline: float) -> bytes:
        while (end := self._unread.find(b"\n")) < 0:
            remaining = deadline - time.monotonic()
            if self._socket is None or len(self._unread) > _LONGEST_REPLY:
                raise _Lost("is no longer connected" if self._socket is None else "answered something endless")
            if remaining <= 0:
                raise _Lost("did not answer in time")
            try:
                self._socket.settimeout(remaining)
                chunk = self._socket.recv(8192)
            except TimeoutError as problem:
                raise _Lost("did not answer in time") from problem
            except OSError as problem:
                raise _Lost(f"hung up ({_reason(problem)})") from problem
            if not chunk:
                raise _Lost("hung up")
            self._unread += chunk
        line = bytes(self._unread[:end]).rstrip(b"\r")
        del self._unread[: end + 1]
        return line

    def _drop(self) -> None:
        self.usable = False
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
        self._socket = None
        self._unread.clear()


def _stuffed(data: bytes) -> bytes:
    """RFC 5321 §4.5.2, and a line end at the very end so that the dot stands alone."""
    if data.startswith(b"."):
        data = b"." + data
    if b"\r\n." in data:
        data = data.replace(b"\r\n.", b"\r\n..")
    return data if data.endswith(b"\r\n") else data + b"\r\n"


def _reason(problem: Exception) -> str:
    if isinstance(problem, TimeoutError):
        return "no answer in time"
    return str(getattr(problem, "strerror", None) or problem)
