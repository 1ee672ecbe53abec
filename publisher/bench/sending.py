"""What carrying a mail costs: a sender with its outbox, beside smtplib with Jinja2 and `EmailMessage`, to the same server.

The server is a process of its own that takes everything, so that its work counts for neither side. Our side does all that
it does in service, claims and commits and recorded answers included; the other side keeps no books at all.
"""

import multiprocessing
import smtplib
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from sqlmodel import Session

from publisher import clock
from publisher.bench.letters import jinja_and_email, sixty_kilobytes
from publisher.database import Database
from publisher.house import House, open_house
from publisher.mail import identities
from publisher.mail.delivery import Sender
from publisher.mail.edition import Edition
from publisher.mail.models import Address, Letter, LetterState
from publisher.mail.outbox import add_rows, keep_edition
from publisher.settings import Settings

MAILS, THEIRS = 2000, 200
NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
LINKS = {"unsubscribe": ["unsubscribe", "/u/", ""], "preferences": ["preferences", "/preferences/", ""],
         "browser": ["browser", "/newsletters/", ""]}  # fmt: skip


def measure(migrate: Callable[[Database], None], mails: int = MAILS) -> dict[str, float]:
    """Mails a second and CPU microseconds for a mail of 60 kB on both sides; `ratio` is their CPU by ours."""
    with tempfile.TemporaryDirectory() as folder, server() as port:
        house = open_house(_settings(Path(folder)))
        migrate(house.database)
        edition = sixty_kilobytes()
        with house.database.session() as session:
            plan(session, house, edition, mails)
        ours_s, ours_cpu = _ours(house, port, mails)
        house.close()
        theirs_s, theirs_cpu = _theirs(edition, port, min(THEIRS, mails))
    return {
        "mails": mails,
        "ours_per_second": round(1 / ours_s),
        "ours_cpu_us": round(ours_cpu * 1e6),
        "smtplib_jinja_email_per_second": round(1 / theirs_s),
        "smtplib_jinja_email_cpu_us": round(theirs_cpu * 1e6),
        "ratio": round(theirs_cpu / ours_cpu, 1),
    }


def _ours(house: House, port: int, mails: int) -> tuple[float, float]:
    """Seconds and CPU seconds of one mail."""
    url = f"smtp://127.0.0.1:{port}?tls=none"
    began, cpu = time.perf_counter(), time.process_time()
    with Sender(house, present=lambda: NOW, wall=clock.now, relay_url=url) as sender:
        sender.drain()
    took = time.perf_counter() - began, time.process_time() - cpu
    if sender.accepted != mails:
        raise RuntimeError(f"{sender.accepted} of {mails} mails were accepted")
    return took[0] / mails, took[1] / mails


def _theirs(edition: Edition, port: int, mails: int) -> tuple[float, float]:
    make = jinja_and_email(edition, [(key, "place") for key in edition.block_keys])
    began, cpu = time.perf_counter(), time.process_time()
    with smtplib.SMTP("127.0.0.1", port) as line:
        for n in range(mails):
            line.sendmail("digest@exchange.example", [f"amina.{n}@readers.example"], make(n))
    return (time.perf_counter() - began) / mails, (time.process_time() - cpu) / mails


def plan(session: Session, house: House, edition: Edition, mails: int, key: str = "measured") -> None:
    """A letter to so many readers, let out."""
    identity = identities.seed(session, house.settings, now=NOW)
    letter = Letter(
        key=key,
        kind="issue",
        title="measured",
        state=LetterState.SENDING,
        identity_id=identity.id or 0,
        list_key="digest",
        links=LINKS,
        created_at=NOW,
        let_out_at=NOW,
    )
    emails = [f"amina.{n}.{key}@readers.example" for n in range(mails)]
    people = [Address(email=one, normalised=one, hash=one, created_at=NOW) for one in emails]
    session.add_all([letter, *people])
    session.flush()
    edition_id = keep_edition(session, letter.id or 0, "en", "measured", edition.to_bytes())
    selection = " ".join(f"{key}=place" for key in edition.block_keys)
    row = {
        "letter_id": letter.id, "edition_id": edition_id, "occasion": "", "state": "queued", "selection": selection,
        "subject": "QmF5ZXM3YzJk", "zone": "Africa/Nairobi", "marks": None, "not_before": NOW, "expires_at": None,
        "attempts": 0, "doubts": 0, "epoch": 0, "reply": "", "created_at": NOW,
    }  # fmt: skip
    add_rows(session, [row | {"address_id": one.id, "to_name": f"Amina Otieno {n}"} for n, one in enumerate(people)])


def _settings(folder: Path) -> Settings:
    return Settings(folder, f"sqlite:///{folder / 'bench.db'}", "https://exchange.example", "a key for measuring only")


@contextmanager
def server() -> Iterator[int]:
    """The port of a server that takes every mail."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=take_everything, args=(there,), daemon=True)
    process.start()
    try:
        yield int(here.recv())
    finally:
        process.terminate()
        process.join()


def take_everything(told: Connection) -> None:
    """Say yes to all that comes; tells its port first. RFC 5321 and 2920 as far as a sender needs them."""
    import threading

    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        told.send(listener.getsockname()[1])
        while True:
            line, _ = listener.accept()
            threading.Thread(target=_converse, args=(line,), daemon=True).start()


def _converse(line: socket.socket) -> None:
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    unread = bytearray()
    with line, suppress(OSError, EOFError):
        line.sendall(b"220 bench\r\n")
        while True:
            command = _until(line, unread, b"\r\n")[:4].upper()
            if command == b"EHLO":
                line.sendall(b"250-bench\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
            elif command == b"DATA":
                line.sendall(b"354 go\r\n")
                _until(line, unread, b"\r\n.\r\n")
                line.sendall(b"250 kept\r\n")
            elif command == b"QUIT":
                line.sendall(b"221 bye\r\n")
                return
            else:
                line.sendall(b"250 ok\r\n")


def _until(line: socket.socket, unread: bytearray, end: bytes) -> bytes:
    start = 0
    while (found := unread.find(end, start)) < 0:
        start = max(0, len(unread) - len(end) + 1)
        chunk = line.recv(262_144)
        if not chunk:
            raise EOFError
        unread += chunk
    taken = bytes(unread[:found])
    del unread[: found + len(end)]
    return taken
