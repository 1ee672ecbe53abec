"""The web of a hub on a socket, until somebody says stop. Several processes may share the socket.

The log of requests is off unless asked for; the keys in addresses never stand in it.
"""

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import uvicorn

from publisher import clock
from publisher.desk.visits import Visits
from publisher.errors import PublisherError
from publisher.house import House
from publisher.settings import LOOPBACK
from publisher.web.app import make_app
from publisher.web.media import hold_back_little
from publisher.web.request_log import WithoutKeys
from publisher.web.site import DemoSources

GRACE_SECONDS = 10
"""How long requests that are being answered may take after the word to stop."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)

Ready = Callable[[int], None]
"""Called once with the port, when requests are answered."""


class Server(uvicorn.Server):
    """Uvicorn's server, which hands the signals it took back without sending them to us once more."""

    def __init__(self, config: uvicorn.Config, ready: Ready | None = None) -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._ready is not None and sockets:
            self._ready(sockets[0].getsockname()[1])


def server_of(
    house: House,
    *,
    host: str,
    demo_sources: DemoSources | None = None,
    log_requests: bool = False,
    ready: Ready | None = None,
    wall: Callable[[], datetime] = clock.now,
) -> Server:
    """A server for one process; `run(sockets=[…])` blocks, `should_exit = True` ends it, from any thread."""
    logging.getLogger("uvicorn.access").addFilter(WithoutKeys())
    visits = Visits(by_itself=True)
    app = make_app(house, wall=wall, bind_is_loopback=host in LOOPBACK, demo_sources=demo_sources, visits=visits)
    config = uvicorn.Config(
        app,
        lifespan="off",
        proxy_headers=False,  # `publisher.web.door` looks behind the proxies that the settings name, and no others
        server_header=False,
        access_log=log_requests,
        log_config=None,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return Server(config, ready)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; `port` 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        hold_back_little(bound)
        bound.bind((host, port))
        bound.listen(1024)
    except OSError as problem:
        bound.close()
        raise PublisherError(
            f"The port {port} at {host} cannot be used: {problem.strerror}. Choose another one with --port."
        ) from problem
    bound.set_inheritable(True)
    return bound
