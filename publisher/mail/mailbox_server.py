"""The built-in mailbox's door: a small, strict SMTP server on this machine, where letters go while no relay is set.

It takes what a careful relay takes and refuses what would be mangled or misread elsewhere, so that a fault shows here and
not at a reader's: bare line ends (SMTP smuggling, CVE-2023-51764), lines over 998 octets (RFC 5321 §4.5.3.1.6), mails over 25 MB.
"""

import contextlib
import re
import socket
import threading
from collections.abc import Callable
from typing import NoReturn

Store = Callable[[str, list[str], bytes], None]

LARGEST_MAIL = 25 * 1024 * 1024
_LONGEST_COMMAND = 4096
_LONGEST_LINE = 998
_MOST_RECIPIENTS = 100
_MOST_CONNECTIONS = 64
_IDLE_SECONDS = 300
_PATH = re.compile(r"\s*<([^<>\x00-\x1f]*)>(?:\s+(.*))?", re.S)
_OFFERS = f"250-mailbox.localhost\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE {LARGEST_MAIL}"


class MailboxServer:
    """Listens on 127.0.0.1 and hands every mail to `store(sender, recipients, message)`.

    `store` is called by one thread at a time; the sender hears 250 only after it returned, and 451 when it raised, so a
    mail is never lost in between. The message has CRLF line ends and no dot-stuffing.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._one_at_a_time = threading.Lock()
        self._guard = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}
        self._listener: socket.socket | None = None
        self._acceptor: threading.Thread | None = None

    def start(self, port: int = 0) -> int:
        """Begin to listen; 0 takes any free port. Returns the port. `OSError` where the port is taken."""
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self._acceptor = threading.Thread(target=self._accept, args=(self._listener,), name="mailbox", daemon=True)
        self._acceptor.start()
        return int(self._listener.getsockname()[1])

    def stop(self) -> None:
        """Stop listening and cut the lines; a mail being stored is finished first. Twice is harmless."""
        if self._listener is None or self._acceptor is None:
            return
        _cut(self._listener)
        self._acceptor.join()
        with self._guard:
            remaining = dict(self._open)
        for line in remaining:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RD)
        for thread in remaining.values():
            thread.join()
        self._listener = self._acceptor = None

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with self._guard:
                if len(self._open) >= _MOST_CONNECTIONS:
                    with contextlib.suppress(OSError):
                        line.sendall(b"421 4.3.2 Too many connections, try again\r\n")
                    _cut(line)
                    continue
                thread = threading.Thread(target=self._converse, args=(line,), name="mailbox line", daemon=True)
                self._open[line] = thread
            thread.start()

    def _converse(self, line: socket.socket) -> None:
        try:
            line.settimeout(_IDLE_SECONDS)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _Conversation(line, self._take).run()
        except (_HungUp, OSError):
            pass
        finally:
            with self._guard:
                self._open.pop(line, None)
            _cut(line)

    def _take(self, sender: str, recipients: list[str], message: bytes) -> None:
        with self._one_at_a_time:
            self._store(sender, recipients, message)


class _HungUp(Exception):
    pass


class _Conversation:
    """One connection. Answers to pipelined commands leave together (RFC 2920 §3.2)."""

    def __init__(self, line: socket.socket, take: Store) -> None:
        self._line, self._take = line, take
        self._unread = bytearray()
        self._answers: list[str] = []
        self._greeted = False
        self._sender: str | None = None
        self._recipients: list[str] = []

    def run(self) -> None:
        self._say("220 mailbox.localhost ESMTP, for this machine only")
        while True:
            command = self._read_command()
            verb, _, rest = command.partition(" ")
            match verb.upper():
                case "EHLO" | "HELO":
                    self._greeted, self._sender, self._recipients = True, None, []
                    self._say(_OFFERS if verb.upper() == "EHLO" else "250 mailbox.localhost")
                case "MAIL":
                    self._say(self._mail(rest))
                case "RCPT":
                    self._say(self._rcpt(rest))
                case "DATA":
                    self._data()
                case "RSET":
                    self._sender, self._recipients = None, []
                    self._say("250 2.0.0 Forgotten")
                case "NOOP":
                    self._say("250 2.0.0 Here")
                case "VRFY":
                    self._say("252 2.5.0 Send and see")
                case "QUIT":
                    self._hang_up("221 2.0.0 Goodbye")
                case _:
                    self._say("502 5.5.1 This mailbox does not know that command")

    def _mail(self, rest: str) -> str:
        if not self._greeted:
            return "503 5.5.1 EHLO comes first"
        if self._sender is not None:
            return "503 5.5.1 A mail is under way"
        found = _PATH.fullmatch(rest[5:]) if rest[:5].upper() == "FROM:" else None
        if not found:
            return "501 5.5.4 Write MAIL FROM:<address>"
        for parameter in (found[2] or "").upper().split():
            name, _, value = parameter.partition("=")
            if name == "SIZE" and value.isascii() and value.isdigit():
                if int(value[:20]) > LARGEST_MAIL:
                    return "552 5.3.4 Mails here may have 25 MB"
            elif parameter not in ("BODY=8BITMIME", "BODY=7BIT", "SMTPUTF8"):
                return "555 5.5.4 A parameter that was not offered"
        self._sender = found[1]
        return "250 2.1.0 Sender noted"

    def _rcpt(self, rest: str) -> str:
        if self._sender is None:
            return "503 5.5.1 MAIL comes first"
        found = _PATH.fullmatch(rest[3:]) if rest[:3].upper() == "TO:" else None
        if not found or "@" not in found[1]:
            return "501 5.1.3 Write RCPT TO:<address>"
        if found[2]:
            return "555 5.5.4 A parameter that was not offered"
        if len(self._recipients) >= _MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients in one mail"
        self._recipients.append(found[1])
        return "250 2.1.5 Recipient noted"

    def _data(self) -> None:
        if not self._recipients or self._sender is None:
            self._say("503 5.5.1 RCPT comes first" if self._sender is not None else "503 5.5.1 MAIL comes first")
            return
        self._say("354 Go on, end with a dot")
        message = self._read_message()
        sender, recipients = self._sender, self._recipients
        self._sender, self._recipients = None, []
        if any(len(line) > _LONGEST_LINE for line in message.split(b"\r\n")):
            self._say(f"550 5.6.0 A line is longer than {_LONGEST_LINE} octets")
            return
        try:
            self._take(sender, recipients, message)
        except Exception:  # the sender must hear that the mail was not kept, whatever the store ran into
            self._say("451 4.3.0 The mail could not be kept, try again")
        else:
            self._say("250 2.0.0 Kept")

    def _read_command(self) -> str:
        while (end := self._unread.find(b"\n")) < 0:
            if len(self._unread) > _LONGEST_COMMAND:
                self._hang_up("500 5.5.2 That line is too long")
            self._send_answers()
            self._fill()
        command = bytes(self._unread[:end])
        del self._unread[: end + 1]
        if not command.endswith(b"\r") or b"\r" in command[:-1] or len(command) > _LONGEST_COMMAND:
            self._hang_up("500 5.5.2 Lines end in CR LF")
        try:
            return command[:-1].decode()
        except UnicodeDecodeError:
            self._hang_up("500 5.5.2 Commands are written in UTF-8")

    def _read_message(self) -> bytes:
        """Up to CR LF dot CR LF, and to nothing that merely looks like it. Hangs up on a bare line end: what follows one
        may be another mail in disguise."""
        self._send_answers()
        unread = self._unread
        unread[:0] = b"\r\n"  # an empty mail ends like any other
        searched = 0
        while (end := unread.find(b"\r\n.\r\n", searched)) < 0:
            if len(unread) > LARGEST_MAIL * 11 // 10:
                self._hang_up("552 5.3.4 Mails here may have 25 MB")
            searched = max(0, len(unread) - 4)
            self._fill()
        message = bytes(unread[2 : end + 2])
        del unread[: end + 5]
        if not message.count(b"\r\n") == message.count(b"\n") == message.count(b"\r"):
            self._hang_up("550 5.5.2 Lines end in CR LF")
        message = message.removeprefix(b".") if message.startswith(b".") else message
        message = message.replace(b"\r\n.", b"\r\n") if b"\r\n." in message else message
        if len(message) > LARGEST_MAIL:
            self._hang_up("552 5.3.4 Mails here may have 25 MB")
        return message

    def _say(self, answer: str) -> None:
        self._answers.append(answer)

    def _hang_up(self, answer: str) -> NoReturn:
        self._say(answer)
        self._send_answers()
        raise _HungUp

    def _send_answers(self) -> None:
        if self._answers:
            octets = "".join(answer + "\r\n" for answer in self._answers).encode()
            self._answers.clear()
            self._line.sendall(octets)

    def _fill(self) -> None:
        chunk = self._line.recv(262_144)
        if not chunk:
            raise _HungUp
        self._unread += chunk


def _cut(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
