"""Connections that go through the door, under `requests`: every octet read is counted and has the total time before it."""

import io
import socket
from functools import partial
from typing import Any, cast

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from publisher.internet.door import Door


class _Reader(io.RawIOBase):
    """Reads a socket with what is left of the total time before each read, and counts."""

    def __init__(self, sock: socket.socket, door: Door) -> None:
        self._sock, self._door = sock, door
        self._raw: Any = sock.makefile("rb", buffering=0)  # keeps the socket open until the body has been read

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._raw.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._door.remaining())
        try:
            count = int(self._raw.readinto(buffer))
        except TimeoutError as problem:
            raise self._door.too_slow() from problem
        self._door.take(count)
        return count


class _Guarded:
    """A connected socket whose reading side is a `_Reader`; all else is passed on."""

    def __init__(self, sock: socket.socket, door: Door) -> None:
        self._sock, self._door = sock, door

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._sock, self._door))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class _Plain(HTTPConnection):
    def __init__(self, *args: Any, door: Door, **options: Any) -> None:
        super().__init__(*args, **options)
        self._door = door

    def _new_conn(self) -> socket.socket:
        return self._door.dial(self.host, self.port or 80)

    def connect(self) -> None:
        super().connect()
        self.sock = cast(socket.socket, _Guarded(self.sock, self._door))


class _Secure(HTTPSConnection):
    """The name is what the certificate is checked against and what is asked for; the checked address is connected to."""

    def __init__(self, *args: Any, door: Door, **options: Any) -> None:
        super().__init__(*args, **options)
        self._door = door

    def _new_conn(self) -> socket.socket:
        return self._door.dial(self.host, self.port or 443)

    def connect(self) -> None:
        super().connect()
        self.sock = cast(socket.socket, _Guarded(cast(socket.socket, self.sock), self._door))


class Adapter(HTTPAdapter):
    """`requests` with connections that go through the door. Used without a session: no environment, no cookies."""

    def __init__(self, door: Door) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1)
        self._door = door

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        kind = _Secure if pool.scheme == "https" else _Plain
        pool.ConnectionCls = partial(kind, door=self._door)
        return pool
