"""The line to a relay: octets out, whole replies in, each step within its own total of seconds."""

import contextlib
import re
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Literal

from publisher.errors import TransportError
from publisher.mail.smtp_address import RelayAddress

Stage = Literal["CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "DOT"]
Verdict = Literal["accepted", "deferred", "rejected", "uncertain", "unsent"]

_LONGEST_REPLY = 65_536
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")


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


class Lost(Exception):
    """The line is dead, silent past its time, or not speaking SMTP."""


class Line:
    """A socket to a relay, encrypted or not. `Lost` whenever it is dead, silent too long, or not speaking SMTP."""

    def __init__(self, relay: RelayAddress, timeouts: Timeouts, tls_context: ssl.SSLContext | None) -> None:
        self.relay, self.timeouts, self._tls_context = relay, timeouts, tls_context
        self.unread = bytearray()
        self._socket: socket.socket | None = None

    def connect(self) -> None:
        address = (self.relay.host, self.relay.port)
        deadline = time.monotonic() + self.timeouts.connect
        try:
            self._socket = socket.create_connection(address, self.timeouts.connect)
        except OSError as problem:
            raise Lost(f"cannot be reached at port {self.relay.port} ({_reason(problem)})") from problem
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.relay.tls == "implicit":
            self.encrypt(max(0.01, deadline - time.monotonic()))

    def encrypt(self, seconds: float) -> None:
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
            raise Lost(f"could not agree on encryption ({_reason(problem)})") from problem

    def encryption(self) -> tuple[str, str] | None:
        if not isinstance(self._socket, ssl.SSLSocket):
            return None
        return self._socket.version() or "", str((self._socket.getpeercert() or {}).get("notAfter", ""))

    def write(self, octets: bytes, seconds: float | None = None) -> None:
        if self._socket is None:
            raise Lost("is no longer connected")
        try:
            self._socket.settimeout(self.timeouts.command if seconds is None else seconds)
            self._socket.sendall(octets)
        except OSError as problem:
            raise Lost(f"hung up while we were speaking ({_reason(problem)})") from problem

    def read(self, stage: Stage, seconds: float | None = None, lines: list[str] | None = None) -> Reply:
        """One whole reply within `seconds`, all its lines together. `Lost` for silence, a closed line, or nonsense."""
        deadline = time.monotonic() + (self.timeouts.command if seconds is None else seconds)
        lines = [] if lines is None else lines
        code, enhanced, length = 0, None, 0
        while True:
            line = self._read_line(deadline)
            length += len(line)
            if not line[:3].isdigit() or line[3:4] not in (b" ", b"-", b"") or length > _LONGEST_REPLY:
                raise Lost("answered something that is not SMTP")
            if code not in (0, int(line[:3])) or not 200 <= int(line[:3]) <= 599:
                raise Lost("gave an answer that contradicts itself")
            code = int(line[:3])
            text = "".join(c if c.isprintable() else " " for c in line[4:].decode("utf-8", "replace"))
            if (found := _ENHANCED.match(text)) and int(text[0]) == code // 100:
                enhanced, text = enhanced or found[1], text[found.end() :]
            lines.append(text.strip())
            if line[3:4] != b"-":
                return Reply(code, enhanced, " ".join(lines).strip()[:2000], stage)

    def _read_line(self, deadline: float) -> bytes:
        while (end := self.unread.find(b"\n")) < 0:
            remaining = deadline - time.monotonic()
            if self._socket is None or len(self.unread) > _LONGEST_REPLY:
                raise Lost("is no longer connected" if self._socket is None else "answered something endless")
            if remaining <= 0:
                raise Lost("did not answer in time")
            try:
                self._socket.settimeout(remaining)
                chunk = self._socket.recv(8192)
            except TimeoutError as problem:
                raise Lost("did not answer in time") from problem
            except OSError as problem:
                raise Lost(f"hung up ({_reason(problem)})") from problem
            if not chunk:
                raise Lost("hung up")
            self.unread += chunk
        line = bytes(self.unread[:end]).rstrip(b"\r")
        del self.unread[: end + 1]
        return line

    def hang_up(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
        self._socket = None
        self.unread.clear()


def _reason(problem: Exception) -> str:
    if isinstance(problem, TimeoutError):
        return "no answer in time"
    return str(getattr(problem, "strerror", None) or problem)
