"""The line to a mailbox (IMAP4rev1, RFC 3501): its address as people write it, and a client that nothing holds up or floods.

`imap-tools` speaks the protocol; the client below it gets one total of seconds, however slowly octets drip, and takes no more in
one piece than a mail may be.
"""

import imaplib
import re
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError

from publisher.errors import BadInput

LARGEST = 1_000_000
LONGEST_LINE = 2_000_000  # a search may name a hundred thousand mails
SECONDS = 60.0
_LOOPBACK = re.compile(r"localhost|::1|127(\.\d{1,3}){3}")


@dataclass(frozen=True)
class MailboxAddress:
    """`tls`: implicit | starttls | none."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    tls: str = "implicit"


def parse(url: str) -> MailboxAddress:
    """Read `imaps://user:password@host/INBOX` or `imap://…?tls=starttls|none`; `BadInput` never says the password.

    Without `tls`: none on a loopback host, else starttls: a password does not travel unencrypted unless that is written out.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadInput("The server in the address of the mailbox is malformed.", field="url") from None
    if parts.scheme not in ("imap", "imaps") or not host or port == 0 or re.search(r"[^A-Za-z0-9.:_-]", host):
        raise BadInput("The address of a mailbox looks like imaps://user:password@mail.example.org/INBOX.", field="url")
    if not parts.username or not parts.password:
        raise BadInput("The address of a mailbox has a user and a password before the @.", field="url")
    options = parse_qs(parts.query, keep_blank_values=True)
    tls = options.get("tls", ["none" if _LOOPBACK.fullmatch(host) else "starttls"])[-1]
    if set(options) - {"tls"} or tls not in ("starttls", "none") or parts.fragment:
        raise BadInput(
            "After its folder, the address of a mailbox may only say ?tls=starttls or ?tls=none.", field="url"
        )
    tls = "implicit" if parts.scheme == "imaps" else tls
    folder = unquote(parts.path.strip("/")) or "INBOX"
    words = (unquote(parts.username), unquote(parts.password), folder)
    if any(not word.isprintable() or len(word) > 300 for word in words):
        raise BadInput("The address of the mailbox has characters that none can have.", field="url")
    return MailboxAddress(host, port or (993 if tls == "implicit" else 143), words[0], words[1], folder, tls)


class Box(BaseMailBox):
    """A mailbox at the other end of a line of ours. `seconds`: for everything together."""

    def __init__(self, address: MailboxAddress, seconds: float = SECONDS) -> None:
        self._address, self._deadline = address, time.monotonic() + seconds
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        address = self._address
        if address.tls == "implicit":
            return _Secure(
                address.host, address.port, deadline=self._deadline, ssl_context=ssl.create_default_context()
            )
        client = _Plain(address.host, address.port, deadline=self._deadline)
        if address.tls == "starttls":
            try:
                client.starttls(ssl.create_default_context())
            except BaseException:
                client.shutdown()
                raise
        return client

    def octets(self, uid: int, most: int) -> bytes:
        """The first `most` octets of a mail, and nothing is changed there; none where it is gone (RFC 3501 §6.4.5, partial)."""
        typ, found = self.client.uid("fetch", str(uid), f"(UID BODY.PEEK[]<0.{most}>)")
        if typ != "OK":
            raise imaplib.IMAP4.error("the mail cannot be fetched")
        return next((bytes(part[1]) for part in found if isinstance(part, tuple)), b"")

    def __exit__(self, *problem: object) -> None:
        """A line that broke is put down without a farewell."""
        try:
            if problem[0] is None:
                self.logout()
        except (OSError, imaplib.IMAP4.error, ImapToolsError):
            return
        finally:
            with suppress(OSError):
                self.client.shutdown()


class _Hurried(imaplib.IMAP4):
    """Reads with what is left of the total time before each octet, and no more than is sensible."""

    deadline = 0.0

    def read(self, size: int) -> bytes:
        if size > LARGEST:
            raise self.abort("more in one piece than a mail may be")
        taken = bytearray()
        while len(taken) < size:
            ahead = self._ahead()
            if not ahead:
                break
            taken += self._stream().read(min(len(ahead), size - len(taken)))
        return bytes(taken)

    def readline(self) -> bytes:
        taken = bytearray()
        while len(taken) < LONGEST_LINE:
            ahead = self._ahead()
            if not ahead:
                break
            taken += self._stream().read(ahead.find(b"\n") + 1 or len(ahead))
            if taken.endswith(b"\n"):
                return bytes(taken)
        if len(taken) >= LONGEST_LINE:
            raise self.error("a line without an end")
        return bytes(taken)

    def _ahead(self) -> bytes:
        """What can be read without waiting again; waits once, where there is nothing."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time is up")
        self.sock.settimeout(left)
        found: bytes = self._stream().peek(1)
        return found

    def _stream(self) -> Any:
        return getattr(self, "_file", None) or self.file


class _Plain(_Hurried):
    def __init__(self, host: str, port: int, *, deadline: float) -> None:
        self.deadline = deadline
        super().__init__(host, port, timeout=max(0.1, deadline - time.monotonic()))


class _Secure(_Hurried, imaplib.IMAP4_SSL):
    def __init__(self, host: str, port: int, *, deadline: float, ssl_context: ssl.SSLContext) -> None:
        self.deadline = deadline
        imaplib.IMAP4_SSL.__init__(
            self, host, port, ssl_context=ssl_context, timeout=max(0.1, deadline - time.monotonic())
        )
