"""Reading what comes back: ten thousand notices out of a mailbox, each with the mail it is about, up to the consequences in the
database; and the reading of a notice alone, beside the standard library's parser over the whole of it. Both sides in one run."""

import email
import multiprocessing
import resource
import socketserver
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, func, select

from publisher.database import Database
from publisher.desk import returns
from publisher.house import House, open_house
from publisher.mail import addresses
from publisher.mail.bounces import mailboxes, return_path
from publisher.mail.bounces.reading import read
from publisher.mail.identities import hub, seed
from publisher.mail.models import Letter, LetterEdition, MailEvent, Outbox
from publisher.mail.outbox import add_rows
from publisher.settings import Settings

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ADDRESS = "bounces@hub.example.org"
PLAIN = 300
"""How many the plain way is given; its time is for each."""
_REFUSALS = (
    ("5.1.1", "smtp; 550 5.1.1 User unknown"), ("5.2.2", "smtp; 552 5.2.2 Mailbox full"), ("5.7.1", "smtp; 550 5.7.1 Refused by policy"), ("4.4.7", "smtp; 451 4.4.7 Delivery time expired"),
)  # fmt: skip
_BODY = "".join(
    f"Line {n} of a mail of ours, about play, health and learning in the early years.\r\n" for n in range(700)
)


def measure(migrate: Callable[[Database], None], mails: int = 10_000) -> dict[str, Any]:
    """`read_ms`: reading one notice that brings back a mail of 55 kB. `plain_ms`: the standard library's parser over the whole of it.
    `taken_ms`: one out of the mailbox, read, stored and followed, with the fetching (goal: 2); `taken_cpu_ms`: what of it is our
    own work, whatever else the machine does. `memory_growth_mb`: how much more
    memory was needed at the end than after the first two thousand."""
    notices = [_notice(n, f"r{n}@example.org", "bounces+1-0@hub.example.org") for n in range(PLAIN)]
    began = time.perf_counter()
    for raw in notices:
        read(raw)
    read_seconds = (time.perf_counter() - began) / PLAIN
    began = time.perf_counter()
    for raw in notices:
        list(email.message_from_bytes(raw).walk())
    plain_seconds = (time.perf_counter() - began) / PLAIN
    return {
        "mails": mails,
        "read_ms": round(read_seconds * 1000, 3),
        "plain_ms": round(plain_seconds * 1000, 3),
        "read_ratio": round(read_seconds / plain_seconds, 3),
        **_taken(migrate, mails),
    }


def _taken(migrate: Callable[[Database], None], mails: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        house = _house(Path(folder), migrate)
        first = _sent(house, mails)
        under = [return_path.made(house.tokens, ADDRESS, first + n) for n in range(mails)]
        with _mailbox(under) as url:
            with house.database.session() as session:
                mailboxes.give(session, hub(session), url, ADDRESS, now=NOW)
            cpu = time.process_time()
            early, seconds = _read_all(house, mails)
            cpu = time.process_time() - cpu
        growth = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - early) / 1024
        with house.database.reading() as session:
            stored = session.exec(
                select(func.count()).select_from(MailEvent).where(col(MailEvent.kind) == "bounce")
            ).one()
        house.close()
    if stored != mails:
        raise RuntimeError(f"{stored} of {mails} were stored")
    return {
        "taken_ms": round(seconds / mails * 1000, 3),
        "taken_cpu_ms": round(cpu / mails * 1000, 3),
        "memory_growth_mb": round(max(0.0, growth), 1),
    }


def _read_all(house: House, mails: int) -> tuple[int, float]:
    """Memory after the first mails, and the seconds of all."""
    began, count, early = time.perf_counter(), 0, 0
    while more := returns.read_due(house, NOW, anyway=True):
        count += more
        early = early or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if count != mails:
        raise RuntimeError(f"{count} of {mails} were read")
    return early, time.perf_counter() - began


def _house(folder: Path, migrate: Callable[[Database], None]) -> House:
    settings = Settings.from_environment({"PUBLISHER_DATA_DIR": str(folder), "PUBLISHER_MAIL_FROM": "Measured <letters@hub.example.org>"})  # fmt: skip
    house = open_house(settings)
    migrate(house.database)
    with house.database.session() as session:
        seed(session, settings, now=NOW)
    return house


def _sent(house: House, mails: int) -> int:
    """A letter that left for so many; the number of its first mail."""
    with house.database.session() as session:
        letter = Letter(key="measured", kind="notice", title="Measured", identity_id=hub(session).id or 0, created_at=NOW, let_out_at=NOW, state="done")  # fmt: skip
        session.add(letter)
        session.flush()
        edition = LetterEdition(letter_id=letter.id or 0, language="en", digest="d", data=b"")
        session.add(edition)
        session.flush()
        for start in range(0, mails, 500):
            add_rows(session, [_row(session, house, letter, edition, n) for n in range(start + 1, min(mails, start + 500) + 1)])  # fmt: skip
        return int(session.exec(select(func.min(Outbox.id))).one() or 0)


def _row(session: Session, house: House, letter: Letter, edition: LetterEdition, n: int) -> dict[str, Any]:
    address = addresses.find_or_make(session, house.tokens, f"r{n}@example.org", now=NOW)
    return {
        "letter_id": letter.id, "address_id": address.id, "occasion": "", "state": "accepted", "edition_id": edition.id, "to_name": "", "zone": "UTC", "not_before": NOW,
        "attempts": 1, "doubts": 0, "epoch": 0, "reply": "", "created_at": NOW, "done_at": NOW,
    }  # fmt: skip


def _notice(number: int, recipient: str, to: str) -> bytes:
    status, said = _REFUSALS[number % len(_REFUSALS)]
    return (
        f"From: MAILER-DAEMON@mx.example.net\r\nTo: {to}\r\nMessage-ID: <{number}@mx.example.net>\r\nSubject: Undelivered\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nYour mail could not be delivered.\r\n\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\n"
        f"Action: failed\r\nStatus: {status}\r\nDiagnostic-Code: {said}\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: letters@hub.example.org\r\nTo: {recipient}\r\nSubject: News\r\n\r\n{_BODY}\r\n--b--\r\n"
    ).encode()


@contextmanager
def _mailbox(under: list[str]) -> Iterator[str]:
    """The address of a mailbox with a notice to each of these, in a process of its own, so that its work counts for neither side."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=keep_mailbox, args=(there, under), daemon=True)
    process.start()
    try:
        yield f"imap://measured:measured@127.0.0.1:{here.recv()}/INBOX"
    finally:
        process.terminate()
        process.join()


def keep_mailbox(told: Connection, under: list[str]) -> None:
    """As much of IMAP4rev1 as the reading takes; tells its port first. A mail is made when it is asked for."""

    class Handler(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            while line := self.rfile.readline():
                tag, command, *rest = line.decode().split()
                self.wfile.write(_answered(command.upper(), rest, under) + tag.encode() + b" OK done\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        told.send(server.server_address[1])
        server.serve_forever()


def _answered(command: str, rest: list[str], under: list[str]) -> bytes:
    mails = len(under)
    match command:
        case "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n"
        case "EXAMINE":
            return b"* %d EXISTS\r\n" % mails
        case "STATUS":
            return b'* STATUS "INBOX" (UIDVALIDITY 1)\r\n'
        case "UID" if rest[0].upper() == "FETCH":
            n = int(rest[1])
            octets = _notice(n, f"r{n}@example.org", under[n - 1])
            return b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n%b)\r\n" % (n, len(octets), octets)
        case "UID":
            first = next((int(word.partition(":")[0].strip("()")) for word in rest if ":*" in word), 1)
            return b"* SEARCH" + b"".join(b" %d" % n for n in range(min(first, mails), mails + 1)) + b"\r\n"
    return b""
