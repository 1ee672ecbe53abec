"""Answering with a file: whole or in parts, from the disk to the socket in small pieces, and the truth about what was sent.

Sources: RFC 9110 §14 and §15.3.7 (ranges, multipart/byteranges), §13 (conditions), ASGI HTTP 2.3.
"""

import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import anyio
from anyio.lowlevel import checkpoint
from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from publisher.errors import NotFound
from publisher.languages import N_
from publisher.media.ranges import Interval, Wanted, http_date, union, wanted

_log = logging.getLogger("publisher.web")
PIECE = 64 * 1024
#: How long somebody may take nothing: players pause, and come back with a range.
STALLED_SECONDS = 600.0
FOR_YEARS = "public, max-age=31536000, immutable"
#: Of these the answers of any page are compressed on the way out; sound, video and pictures never are.
_LEFT_ALONE = ("audio/", "video/", "image/jpeg", "image/png")

Served = Callable[[list[Interval], int], None]


def hold_back_little(listener: socket.socket) -> None:
    """Tell the kernel of a listening socket to take from us only what it can nearly send.

    Otherwise it takes megabytes for a client that reads nothing, and they would count as served. What is on its way is not
    held up: the limit is of octets not yet sent (TCP_NOTSENT_LOWAT of Linux and macOS; elsewhere nothing changes).
    """
    if option := getattr(socket, "TCP_NOTSENT_LOWAT", None):
        listener.setsockopt(socket.IPPROTO_TCP, option, 2 * PIECE)


async def answer_file(
    scope: Scope,
    receive: Receive,
    send: Send,
    path: Path,
    *,
    type: str,  # noqa: A002  # the media type, as everywhere in this house
    etag: str | None = None,
    last_modified: datetime | None = None,
    cache: str = FOR_YEARS,
    headers: Mapping[str, str] | None = None,
    private: bool = False,
    served: Served | None = None,
) -> None:
    """Answer GET or HEAD with the file at `path`: 200, 206, 304, 412 or 416. `NotFound` is raised before anything is sent.

    `etag`: strong, with its quotes. `private`: no other website may read it. `served`: called once in a thread after a GET
    was answered 200 or 206, also where the client left in the middle, with the octets of the file that went out (joined,
    [from, up to)) and the status; not for HEAD, 304, 412 and 416. The last 64 kB before a client left are not counted,
    because nobody can tell how many of them went out.
    """
    try:
        file = await run_sync(path.open, "rb")
    except OSError as problem:
        raise NotFound(N_("This file is not here any more.")) from problem
    try:
        length = os.fstat(file.fileno()).st_size
        only_head = scope["method"] == "HEAD" or bool(scope.get("publisher.head"))
        asked = _asked(scope)
        want = wanted(asked, length=length, etag=etag, last_modified=last_modified, only_head=only_head)
        answer = _Answer(want, length, type)
        named = _named(etag, last_modified, cache, private) | {k.lower(): v for k, v in (headers or {}).items()}
        sending = _Sending(receive, send, file)
        await sending.head(want.status, named | answer.headers())
        if only_head or want.status not in (200, 206):
            await sending.end()
            return
        try:
            await sending.parts(answer)
        finally:
            if served:
                with anyio.CancelScope(shield=True):
                    await run_sync(served, union(sending.sent), want.status)
    finally:
        file.close()


@dataclass(frozen=True)
class _Answer:
    """What is wanted, as a body: pieces of the file, with words between them where there are several."""

    want: Wanted
    length: int
    type: str
    boundary: str = field(default_factory=lambda: secrets.token_hex(12))

    def headers(self) -> dict[str, str]:
        status, parts = self.want.status, self.want.parts
        if status in (304, 412):
            return {}
        if status == 416:
            return {"content-range": f"bytes */{self.length}", "content-length": "0"}
        size = sum(end - start for start, end in parts)
        if len(parts) == 1:
            told = {"content-type": self.type, "content-length": str(size)}
            if status == 206:
                told["content-range"] = self._range(parts[0])
            if not self.type.startswith(_LEFT_ALONE):
                # A coding of its own keeps the answer from being compressed, which would leave no octets to count.
                told["content-encoding"] = "identity"
            return told
        size += sum(len(self.between(part)) for part in parts) + len(self.closing())
        return {"content-type": f"multipart/byteranges; boundary={self.boundary}", "content-length": str(size)}

    def between(self, part: Interval) -> bytes:
        """What stands before a part, where there are several."""
        if len(self.want.parts) == 1:
            return b""
        lines = (f"\r\n--{self.boundary}", f"Content-Type: {self.type}", f"Content-Range: {self._range(part)}", "", "")
        return "\r\n".join(lines).encode("latin-1")

    def closing(self) -> bytes:
        return b"" if len(self.want.parts) == 1 else f"\r\n--{self.boundary}--\r\n".encode("latin-1")

    def _range(self, part: Interval) -> str:
        return f"bytes {part[0]}-{part[1] - 1}/{self.length}"


class _Sending:
    """One answer on its way. `sent`: octets of the file that the socket took, as far as can be known.

    A piece is counted once a later one was taken: servers hold the last one back until there is room, and say nothing when
    the client has left meanwhile.
    """

    def __init__(self, receive: Receive, send: Send, file: BinaryIO) -> None:
        self._receive, self._send, self._file = receive, send, file
        self.sent: list[Interval] = []
        self._held: Interval | None = None
        self._gone = False

    async def head(self, status: int, headers: Mapping[str, str]) -> None:
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def end(self) -> None:
        await self._send({"type": "http.response.body", "body": b""})

    async def parts(self, answer: _Answer) -> None:
        """All of it, or as much as the client stays for."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._listen)
            try:
                await self._all(answer)
            except OSError:  # how servers after ASGI 2.3 say that the client has left
                self._gone = True
            tasks.cancel_scope.cancel()

    async def _all(self, answer: _Answer) -> None:
        async for body, interval in self._pieces(answer):
            if self._gone or not await self._one(body, interval):
                return
        # Nothing is taken from us only when there is room again: the last piece has gone out then. It cannot be asked after
        # the end, because a complete answer is a client that left, too.
        if await self._one(b"", None):
            self._count()
            await self.end()

    async def _pieces(self, answer: _Answer) -> AsyncIterator[tuple[bytes, Interval | None]]:
        for part in answer.want.parts:
            if words := answer.between(part):
                yield words, None
            start, end = part
            while start < end:
                body = await run_sync(self._read, start, min(PIECE, end - start))
                if not body:
                    _log.error("a file became shorter while it was sent")
                    self._gone = True
                    return
                yield body, (start, start + len(body))
                start += len(body)
        if words := answer.closing():
            yield words, None

    async def _one(self, body: bytes, interval: Interval | None) -> bool:
        """Hand over one piece; whether the client is still there."""
        with anyio.move_on_after(STALLED_SECONDS) as patience:
            await self._send({"type": "http.response.body", "body": body, "more_body": True})
            await checkpoint()  # so that who listens hears of a client that left
        if patience.cancelled_caught or self._gone:
            return False
        if interval:
            self._count()
            self._held = interval
        return True

    def _count(self) -> None:
        if self._held:
            self.sent.append(self._held)
        self._held = None

    def _read(self, start: int, count: int) -> bytes:
        self._file.seek(start)
        return self._file.read(count)

    async def _listen(self) -> None:
        with suppress(HTTPException):  # a body larger than the door allows: nobody asked for it
            while (await self._receive())["type"] != "http.disconnect":
                pass
        self._gone = True


def _asked(scope: Scope) -> dict[str, str]:
    """Headers by name; those that came twice as one list (RFC 9110 §5.3)."""
    asked: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        asked[key] = f"{asked[key]}, {text}" if key in asked else text
    return asked


def _named(etag: str | None, last_modified: datetime | None, cache: str, private: bool) -> dict[str, str]:
    """What every answer says of the file, 304 included."""
    named = {"accept-ranges": "bytes", "cache-control": cache}
    if etag:
        named["etag"] = etag
    if last_modified:
        named["last-modified"] = http_date(last_modified)
    if not private:
        named |= {
            "access-control-allow-origin": "*",
            "access-control-expose-headers": "Accept-Ranges, Content-Length, Content-Range, ETag",
            "cross-origin-resource-policy": "cross-origin",
        }
    return named
