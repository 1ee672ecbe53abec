"""What `serve` and `send` start and stop: pages, the timetable and a sender in one process, more web processes beside it.

The main thread waits for SIGINT or SIGTERM; everything else runs in threads that are told to stop and then waited for.
"""

import logging
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, func, select

from publisher import clock
from publisher.house import House, open_house
from publisher.mail.delivery import Sender
from publisher.mail.models import Letter, LetterState, Outbox, OutboxState
from publisher.newsletters import tending
from publisher.settings import Settings

if TYPE_CHECKING:
    from publisher.web.serving import Server

log = logging.getLogger("publisher.serve")

ROLES = ("web", "scheduler", "sender")
#: Seconds between two looks at the vital signs.
WATCHED = 60.0
#: Seconds that a further web process gets to finish the requests under way.
GRACE = 15


def run(
    house: House,
    *,
    roles: Sequence[str],
    host: str = "127.0.0.1",
    listener: socket.socket | None = None,
    workers: int = 1,
    relay_url: str | None = None,
    on_ready: Callable[[], None] = lambda: None,
) -> None:
    """Do what the roles say until told to stop; a second signal ends the process at once."""
    stop = threading.Event()
    with ExitStack() as running:
        running.enter_context(_stopped_by_signals(stop))
        if "sender" in roles:
            running.enter_context(_sender(house, relay_url))
        if "scheduler" in roles:
            running.enter_context(_timetable(house))
        running.enter_context(_watch(house, stop))
        if listener is not None:
            running.enter_context(_web(house, listener, host, stop))
            running.enter_context(_more_workers(house.settings, listener, host, workers - 1))
        on_ready()
        stop.wait()


def listen(host: str, port: int) -> socket.socket:
    """A socket on that address, which a further process may share; `PublisherError` where it cannot be had."""
    from publisher.web.serving import bind

    return bind(host, port)


def drain(
    house: House, at: datetime | None, relay_url: str | None, on_progress: Callable[[int], None]
) -> dict[str, Any]:
    """Carry until nothing is due, then close the issues that are done, also where the relay failed in between.

    `paused`: letters that were going out and are held now, because the relay refuses them for reasons of ours.
    Told to stop, it waits for the answers to what is in flight, so that nobody gets it twice, and raises `KeyboardInterrupt`.
    """
    present = clock.now if at is None else lambda: at
    with house.database.reading() as session:
        going_out = session.exec(select(Letter.id).where(col(Letter.state) == LetterState.SENDING)).all()
    carrier = Sender(house, present=present, wall=clock.now, relay_url=relay_url, on_progress=on_progress)
    interrupted = False
    try:
        with _stopped_by_signals(carrier.stop), carrier:
            carrier.drain()
            interrupted = carrier.stop.is_set()
    finally:
        with house.database.session() as session:
            closed = [issue.slug for issue in tending.close(session, house, present())]
            waiting = _waiting(session)
            paused = _paused(session, going_out)
    if interrupted:
        raise KeyboardInterrupt
    return {"accepted": carrier.accepted, "waiting": waiting, "closed": closed, "paused": paused}


def serve_pages(settings: Settings, listener: socket.socket, host: str) -> None:
    """The life of a further web process: it has a house of its own and shares the socket."""
    house = open_house(settings)
    _server(house, host).run(sockets=[listener])
    house.close()


def _waiting(session: Session) -> int:
    open_rows = (
        select(func.count())
        .select_from(Outbox)
        .join(Letter, col(Letter.id) == col(Outbox.letter_id))
        .where(
            col(Letter.state) == LetterState.SENDING,
            col(Outbox.state).in_((OutboxState.QUEUED, OutboxState.DEFERRED)),
        )
    )
    return int(session.exec(open_rows).one())


def _paused(session: Session, going_out: Sequence[int | None]) -> list[dict[str, str]]:
    held = select(Letter).where(col(Letter.id).in_(going_out), col(Letter.state) == LetterState.PAUSED)
    return [
        {"letter": one.key, "title": one.title, "reason": one.pause_reason}
        for one in session.exec(held.order_by(col(Letter.id)))
    ]


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    def told(_number: int, _frame: object) -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    before = {number: signal.signal(number, told) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _sender(house: House, relay_url: str | None) -> Iterator[None]:
    with Sender(house, present=clock.now, wall=clock.now, relay_url=relay_url) as carrier:
        thread = threading.Thread(target=carrier.serve, name="sender")
        thread.start()
        try:
            yield
        finally:
            carrier.stop.set()
            thread.join()


@contextmanager
def _timetable(house: House) -> Iterator[None]:
    from scheduler import Timekeeper

    keeper = Timekeeper(house)
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()


@contextmanager
def _watch(house: House, stop: threading.Event) -> Iterator[None]:
    """Whatever this process does, it also sees when nobody keeps the timetable, which cannot tell of that itself."""
    from publisher.desk import operator

    def look() -> None:
        while not stop.wait(WATCHED):
            try:
                operator.watch(house, clock.now(), ticking=False)
            except Exception:
                log.exception("the hub could not be looked at")

    thread = threading.Thread(target=look, name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def _web(house: House, listener: socket.socket, host: str, stop: threading.Event) -> Iterator[None]:
    server = _server(house, host)

    def answer() -> None:
        try:
            server.run(sockets=[listener])
        finally:
            if not server.should_exit:
                log.error("the pages stopped")
            stop.set()

    thread = threading.Thread(target=answer, name="web")
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def _more_workers(settings: Settings, listener: socket.socket, host: str, number: int) -> Iterator[None]:
    context = multiprocessing.get_context("spawn")
    workers: list[BaseProcess] = [
        context.Process(target=serve_pages, args=(settings, listener, host), name=f"web {n + 2}") for n in range(number)
    ]
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join(GRACE)


def _server(house: House, host: str) -> "Server":
    from publisher.demo.living import demo_sources
    from publisher.web.serving import server_of

    return server_of(house, host=host, demo_sources=demo_sources(house))
