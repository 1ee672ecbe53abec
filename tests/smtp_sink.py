"""A real SMTP server on a free loopback port that records what it accepts and misbehaves on request.

In a test: `with Sink(faults={"RCPT": Fault("451 4.7.1 greylisted", times=1)}) as sink: ... sink.port, sink.accepted`.
As a process of its own, so that senders can be killed and their story told afterwards:
`python tests/smtp_sink.py --port-file F --record F` appends one JSON line per accepted mail before it answers 250.

What it counts as accepted is what a real server would have on its disk: stored before the answer to the final dot.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

STAGES = ("CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "BODY", "DOT", "RSET", "QUIT")
_ADDRESS = re.compile(rb"<([^>]*)>")
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.I | re.M)


@dataclass
class Fault:
    """What happens at a stage. With nothing set, the stage is met with silence until the server stops.

    reply       the answer instead of the usual one (at BODY: said after `after_bytes`, then the line is cut)
    disconnect  cut the line, after the reply if there is one
    store       at DOT only: the mail is stored although the answer says otherwise or never comes
    delay       seconds before the usual answer
    drip        seconds between single bytes of the answer
    times, skip how often it happens (None: always), and after how many harmless passes
    """

    reply: str | None = None
    disconnect: bool = False
    store: bool = False
    delay: float = 0
    drip: float = 0
    times: int | None = None
    skip: int = 0
    after_bytes: int = 0
    seen: int = field(default=0, init=False)

    def strikes(self) -> bool:
        self.seen += 1
        return self.seen > self.skip and (self.times is None or self.seen - self.skip <= self.times)


class _Gone(Exception):
    """The line is cut, by either side."""


class Sink:
    """See the module. `accepted`, `connections` and `commands` may be read at any time."""

    def __init__(
        self,
        *,
        faults: Mapping[str, Fault | str] | None = None,
        refuse: Mapping[str, str] | None = None,
        extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 26214400", "ENHANCEDSTATUSCODES"),
        login: tuple[str, str] | None = None,
        mechanisms: str = "PLAIN LOGIN",
        starttls: ssl.SSLContext | None = None,
        implicit_tls: ssl.SSLContext | None = None,
        record: Path | None = None,
        keep: bool = True,
    ) -> None:
        self.faults = {k: Fault(v) if isinstance(v, str) else v for k, v in (faults or {}).items()}
        assert set(self.faults) <= set(STAGES)
        self.refuse = dict(refuse or {})
        self.extensions, self.login, self.mechanisms = extensions, login, mechanisms
        self.starttls, self.implicit_tls = starttls, implicit_tls
        self.accepted: list[tuple[str, bytes]] = []
        self.senders: list[str] = []
        self.commands: list[str] = []
        self.leaked: list[bytes] = []  # bodies that came although no recipient stood
        self.connections = 0
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self._keep = keep
        self._record = os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600) if record else None
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self.lock:
            for sock in self._open:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)
        self._acceptor.join(5)
        for thread in self._threads:
            thread.join(5)
        if self._record is not None:
            os.close(self._record)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?tls=none"

    def store(self, recipients: list[bytes], sender: bytes, data: bytes) -> None:
        found = _MESSAGE_ID.search(data, 0, 16_384)
        message_id = found[1].decode("utf-8", "replace") if found else None
        with self.lock:
            for raw in recipients:
                recipient = raw.decode("utf-8", "replace")
                if self._keep:
                    self.accepted.append((recipient, data))
                    self.senders.append(sender.decode("utf-8", "replace"))
                if self._record is not None:
                    line = json.dumps({"recipient": recipient, "message_id": message_id}) + "\n"
                    os.write(self._record, line.encode())

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
                self._open.add(sock)
            thread = threading.Thread(target=self._converse, args=(sock,), daemon=True)
            thread.start()
            self._threads = [t for t in self._threads if t.is_alive()] + [thread]

    def _converse(self, sock: socket.socket) -> None:
        session = _Session(self, sock)
        try:
            session.run()
        except (_Gone, OSError, ValueError):
            pass
        finally:
            with self.lock:
                self._open.discard(sock)
            session.cut()


class _Session:
    def __init__(self, sink: Sink, sock: socket.socket) -> None:
        self.sink, self.sock = sink, sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        self.replies: list[bytes] = []
        self.sender: bytes | None = None
        self.recipients: list[bytes] = []
        self.quit = False

    def run(self) -> None:
        if self.sink.implicit_tls:
            self.sock = self.sink.implicit_tls.wrap_socket(self.sock, server_side=True)
        self.answer("CONNECT", "220 sink.test ESMTP")
        while not self.quit:
            line = self.read_line()
            with self.sink.lock:
                self.sink.commands.append(line.decode("utf-8", "replace"))
            verb = line[:4].upper().decode("ascii", "replace")
            handler: Callable[[bytes], None] = getattr(self, f"on_{verb.lower()}", self.unknown)
            handler(line)
        self.flush()

    def on_ehlo(self, line: bytes) -> None:
        offers = list(self.sink.extensions)
        if self.sink.starttls and not isinstance(self.sock, ssl.SSLSocket):
            offers.append("STARTTLS")
        if self.sink.login:
            offers.append(f"AUTH {self.sink.mechanisms}")
        lines = ["sink.test", *offers]
        text = "\r\n".join(f"250{'-' if n < len(lines) - 1 else ' '}{word}" for n, word in enumerate(lines))
        self.answer("EHLO", text)

    on_helo = on_ehlo

    def on_star(self, line: bytes) -> None:
        assert self.sink.starttls
        self.answer("STARTTLS", "220 2.0.0 go on")
        self.flush()
        self.sock = self.sink.starttls.wrap_socket(self.sock, server_side=True)

    def on_auth(self, line: bytes) -> None:
        from base64 import b64decode

        words = line.split(b" ")
        assert self.sink.login
        if words[1] == b"PLAIN":
            given = b64decode(words[2]).split(b"\0")[1:]
        else:
            given = []
            for prompt in ("334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"):
                self.say(prompt)
                given.append(b64decode(self.read_line()))
        right = [part.encode() for part in self.sink.login]
        self.answer("AUTH", "235 2.7.0 welcome" if given == right else "535 5.7.8 wrong")

    def on_mail(self, line: bytes) -> None:
        if self.answer("MAIL", "250 2.1.0 ok"):
            self.sender, self.recipients = _address(line), []

    def on_rcpt(self, line: bytes) -> None:
        address = _address(line)
        refusal = self.sink.refuse.get(address.decode("utf-8", "replace"))
        if refusal:
            self.say(refusal)
        elif self.sender is None:
            self.say("503 5.5.1 MAIL first")
        elif self.answer("RCPT", "250 2.1.5 ok"):
            self.recipients.append(address)

    def on_data(self, line: bytes) -> None:
        lenient = "LENIENT" in self.sink.extensions  # says 354 though nobody stood, as RFC 2920 §3.1 permits
        if not self.recipients and not lenient:
            self.say("503 5.5.1 RCPT first")
            return
        if not self.answer("DATA", "354 go on"):
            return
        data = self.read_body()
        recipients, sender = self.recipients, self.sender or b""
        self.sender, self.recipients = None, []
        if not recipients:
            if data:
                self.sink.leaked.append(data)
            self.say("554 5.5.1 no valid recipients")
            return
        fault = self.sink.faults.get("DOT")
        strikes = fault is not None and self.strikes("DOT")
        if not strikes or (fault and (fault.store or (fault.reply or "").startswith("2") or fault.delay or fault.drip)):
            self.sink.store(recipients, sender, data)
        self.answer("DOT", "250 2.0.0 stored", struck=strikes)

    def on_rset(self, line: bytes) -> None:
        self.sender, self.recipients = None, []
        self.answer("RSET", "250 2.0.0 ok")

    def on_noop(self, line: bytes) -> None:
        self.say("250 2.0.0 ok")

    def on_quit(self, line: bytes) -> None:
        self.answer("QUIT", "221 2.0.0 bye")
        self.quit = True

    def unknown(self, line: bytes) -> None:
        self.say("502 5.5.2 what?")

    def strikes(self, stage: str) -> bool:
        with self.sink.lock:
            fault = self.sink.faults.get(stage)
            return fault is not None and fault.strikes()

    def answer(self, stage: str, usual: str, *, struck: bool | None = None) -> bool:
        """Say what the script says for the stage; true when it was a positive answer."""
        if not (self.strikes(stage) if struck is None else struck):
            self.say(usual)
            return True
        fault = self.sink.faults[stage]
        if fault.reply is None and not fault.disconnect and not fault.delay and not fault.drip:
            self.flush()
            self.sink.closing.wait()
            raise _Gone
        if fault.delay:
            self.flush()
            self.sink.closing.wait(fault.delay)
        if fault.reply is not None or not fault.disconnect:
            self.say(fault.reply or usual)
        if fault.drip:
            self.drip(fault.drip)
        if fault.disconnect or (fault.reply or "").startswith("421"):
            self.flush()
            raise _Gone
        return (fault.reply or usual)[0] in "23"

    def drip(self, pause: float) -> None:
        words, self.replies = b"".join(self.replies), []
        for number in range(len(words)):
            self.sock.sendall(words[number : number + 1])
            if self.sink.closing.wait(pause):
                raise _Gone

    def say(self, reply: str) -> None:
        self.replies.append(reply.encode() + b"\r\n")

    def flush(self) -> None:
        if self.replies:
            out, self.replies = b"".join(self.replies), []
            self.sock.sendall(out)

    def read_line(self) -> bytes:
        while (end := self.buffer.find(b"\r\n")) < 0:
            self.flush()
            self.fill()
        line = bytes(self.buffer[:end])
        del self.buffer[: end + 2]
        return line

    def read_body(self) -> bytes:
        self.flush()
        fault = self.sink.faults.get("BODY") if self.strikes("BODY") else None
        self.buffer[:0] = b"\r\n"  # so that an empty body ends like any other
        start = 0
        while (end := self.buffer.find(b"\r\n.\r\n", start)) < 0:
            if fault and len(self.buffer) - 2 >= fault.after_bytes:
                if fault.reply:
                    self.say(fault.reply)
                    self.flush()
                raise _Gone
            start = max(0, len(self.buffer) - 4)
            self.fill()
        body = bytes(self.buffer[2 : end + 2]) if end else b""
        del self.buffer[: end + 5]
        if body.startswith(b"."):
            body = body[1:]
        return body.replace(b"\r\n..", b"\r\n.")

    def fill(self) -> None:
        chunk = self.sock.recv(262_144)
        if not chunk:
            raise _Gone
        self.buffer += chunk

    def cut(self) -> None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
        self.sock.close()


def _address(line: bytes) -> bytes:
    found = _ADDRESS.search(line)
    return found[1] if found else b""


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="A recording, misbehaving SMTP server for tests.")
    parser.add_argument("--port-file", type=Path, required=True)
    parser.add_argument("--record", type=Path, required=True)
    parser.add_argument("--fault", action="append", default=[], metavar="STAGE=JSON", help='DOT={"disconnect":true}')
    chosen = parser.parse_args(arguments)
    faults: dict[str, Fault | str] = {}
    for item in chosen.fault:
        stage, _, text = item.partition("=")
        settings: dict[str, Any] = json.loads(text)
        faults[stage] = Fault(**settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with Sink(faults=faults, record=chosen.record, keep=False) as sink:
        draft = chosen.port_file.with_name(chosen.port_file.name + ".draft")
        draft.write_text(f"{sink.port}\n")
        draft.replace(chosen.port_file)
        stop.wait()


if __name__ == "__main__":
    main()
