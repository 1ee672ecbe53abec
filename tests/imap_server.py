"""A small mail server of our own on loopback: as much of IMAP4rev1 (RFC 3501) as reading one folder takes, over a real socket.

`behaves`: well | deaf (never answers) | drips (an octet now and then, never a line) | flood (a mail without an end) | rubbish |
hangs up.
"""

import re
import socketserver
import threading
from datetime import date, datetime


class ImapServer:
    def __init__(self, user: str = "answers", password: str = "p@ss word") -> None:
        self.user, self.password = user, password
        self.mails: dict[int, bytes] = {}
        self.days: dict[int, date] = {}  # when a mail came, where that matters
        self.validity = 7
        self.behaves = "well"
        self.fetched: list[int] = []
        self.sent = 0  # octets of mails
        self.said: list[str] = []
        self.released = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def url(self, folder: str = "INBOX") -> str:
        return f"imap://{self.user}:p%40ss%20word@127.0.0.1:{self.port}/{folder}"

    def put(self, mail: bytes) -> int:
        number = max(self.mails, default=0) + 1
        self.mails[number] = mail
        return number

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def _handler(server: ImapServer) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            try:
                self._talk()
            except OSError:
                return

        def _talk(self) -> None:
            if server.behaves == "deaf":
                server.released.wait(20)
                return
            if server.behaves == "drips":
                while not server.released.wait(0.02):
                    self._say(b"x")
                return
            if server.behaves == "rubbish":
                self._say(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                return
            self._say(b"* OK ready\r\n")
            while line := self.rfile.readline():
                tag, _, command = line.decode("utf-8", "replace").strip().partition(" ")
                server.said.append(command)
                if not self._answer(tag.encode(), command):
                    return

        def _answer(self, tag: bytes, command: str) -> bool:
            upper = command.upper()
            if upper.startswith("CAPABILITY"):
                self._say(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
            elif upper.startswith("LOGIN"):
                fits = command == f'LOGIN "{server.user}" "{server.password}"'
                self._say(
                    tag + (b" OK in\r\n" if fits else b" NO wrong password: " + server.password.encode() + b"\r\n")
                )
            elif upper.startswith(("SELECT", "EXAMINE")):
                known = "INBOX" in upper
                self._say((b"* %d EXISTS\r\n" % len(server.mails) if known else b"") + tag + (b" OK [READ-ONLY]\r\n" if known else b" NO no such folder\r\n"))  # fmt: skip
            elif upper.startswith("STATUS"):
                self._say(b'* STATUS "INBOX" (UIDVALIDITY %d)\r\n' % server.validity + tag + b" OK done\r\n")
            elif upper.startswith("UID SEARCH"):
                self._search(tag, upper)
            elif upper.startswith("UID FETCH"):
                return self._fetch(tag, int(command.split()[2]), int(command.partition("<0.")[2].split(">")[0]))
            elif upper.startswith("LOGOUT"):
                self._say(b"* BYE\r\n" + tag + b" OK bye\r\n")
                return False
            else:
                self._say(tag + b" BAD what?\r\n")
            return True

        def _search(self, tag: bytes, upper: str) -> None:
            first = re.search(r"UID (\d+):\*", upper)
            smaller = re.search(r"SMALLER (\d+)", upper)
            since, size = int(first[1]) if first else 1, int(smaller[1]) if smaller else 10**9
            last = max(server.mails, default=0)
            day = re.search(r"SINCE (\d+-\w+-\d+)", upper)
            earliest = datetime.strptime(day[1], "%d-%b-%Y").date() if day else date.min  # noqa: DTZ007 - a day
            # “n:*” always has the last mail in it, as RFC 3501 §6.4.8 says.
            found = [n for n, mail in server.mails.items() if (n >= since or n == last) and len(mail) < size and server.days.get(n, date.max) >= earliest]  # fmt: skip
            self._say(b"* SEARCH" + b"".join(b" %d" % n for n in found) + b"\r\n" + tag + b" OK done\r\n")

        def _fetch(self, tag: bytes, number: int, most: int) -> bool:
            server.fetched.append(number)
            mail = server.mails[number][:most]
            server.sent += len(mail)
            if server.behaves == "hangs up":
                self._say(b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n" % (number, len(mail)) + mail[:10])
                return False
            if server.behaves == "flood":
                self._say(b"* 1 FETCH (UID %d BODY[]<0> {999999999}\r\n" % number + b"x" * 100_000)
                return True
            self._say(b"* 1 FETCH (UID %d FLAGS () RFC822.SIZE %d BODY[]<0> {%d}\r\n" % (number, len(mail), len(mail)))
            self._say(mail + b")\r\n" + tag + b" OK done\r\n")
            return True

        def _say(self, data: bytes) -> None:
            self.wfile.write(data)
            self.wfile.flush()

    return Handler
