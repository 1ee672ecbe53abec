"""Sound over real connections: whole and in parts, never compressed, and counted by what went out."""

import email
import gzip
import random
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from publisher.errors import NotFound
from publisher.settings import Settings
from publisher.web import media
from publisher.web.door import Door
from publisher.web.media import PIECE, answer_file

TAG, CHANGED = '"d1gest"', datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DATE = "Mon, 23 Nov 2026 06:00:00 GMT"
SOUND = random.Random(7).randbytes(300_000)
LARGE = 64_000_000


@dataclass
class Stage:
    """A hub's door and compression before a route of files, on a socket. `served`: what was counted."""

    port: int
    served: list[tuple[list[tuple[int, int]], int]] = field(default_factory=list)
    counted: threading.Event = field(default_factory=threading.Event)
    busy: int = 0
    rest: threading.Condition = field(default_factory=threading.Condition)

    def get(self, path: str = "/sound.mp3", *headers: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
        with socket.create_connection(("127.0.0.1", self.port), 10) as line:
            self.ask(line, path, *headers, method=method)
            came = bytearray()
            while chunk := line.recv(1 << 20):
                came += chunk
        answer = bytes(came)
        head, _, body = answer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        return int(first.split(" ")[1]), {n.lower(): v for n, v in (x.split(": ", 1) for x in lines)}, body

    def ask(self, line: socket.socket, path: str, *headers: str, method: str = "GET") -> None:
        line.sendall(
            "\r\n".join(
                (f"{method} {path} HTTP/1.1", "Host: hub.example.org", "Connection: close", *headers, "", "")
            ).encode()
        )

    def last_served(self) -> tuple[list[tuple[int, int]], int]:
        assert self.counted.wait(10)
        self.counted.clear()
        return self.served[-1]


class Files:
    """As a route of the hub would: it knows the file, and answers with it."""

    def __init__(self, folder: Path, stage: Stage) -> None:
        self.folder, self.stage = folder, stage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path_params"]["name"]
        kind = {"mp3": "audio/mpeg", "m4a": "audio/x-m4a", "pdf": "application/pdf"}[name.rpartition(".")[2]]
        private = name.startswith("private")
        self.stage.busy += 1
        try:
            await answer_file(
                scope, receive, send, self.folder / name, type=kind, etag=TAG, last_modified=CHANGED, private=private,
                cache="private, no-store" if private else "public, max-age=60", served=self.count,
            )  # fmt: skip
        except NotFound:
            await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
        finally:
            with self.stage.rest:
                self.stage.busy -= 1
                self.stage.rest.notify_all()

    def count(self, intervals: list[tuple[int, int]], status: int) -> None:
        self.stage.served.append((intervals, status))
        self.stage.counted.set()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("media")
    for name in ("sound.mp3", "sound.m4a", "private.mp3", "paper.pdf"):
        (folder / name).write_bytes(SOUND)
    (folder / "empty.mp3").touch()
    with (folder / "large.mp3").open("wb") as file:
        file.truncate(LARGE)
    listener = socket.create_server(("127.0.0.1", 0), backlog=200)
    media.hold_back_little(listener)
    stage = Stage(listener.getsockname()[1])
    app = Starlette(routes=[Route("/{name}", Files(folder, stage), methods=["GET"])])  # type: ignore[arg-type]
    app.add_middleware(GZipMiddleware, minimum_size=600)
    settings = Settings(folder, "sqlite://", "https://hub.example.org", "a secret for tests only")
    server = uvicorn.Server(uvicorn.Config(Door(app, settings), log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield stage
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def stage(running: Stage) -> Stage:
    with running.rest:  # nobody of the story before is still being answered
        assert running.rest.wait_for(lambda: running.busy == 0, 20)
    running.served.clear()
    running.counted.clear()
    return running


@pytest.mark.parametrize(
    ("path", "type_"), [("/sound.mp3", "audio/mpeg"), ("/sound.m4a", "audio/x-m4a"), ("/paper.pdf", "application/pdf")]
)
def test_the_whole_file_as_it_is_never_compressed(stage: Stage, path: str, type_: str) -> None:
    status, headers, body = stage.get(path, "Accept-Encoding: gzip, br")
    assert (status, body) == (200, SOUND)
    assert (headers["content-type"], headers["content-length"], headers["accept-ranges"]) == (type_, "300000", "bytes")
    assert headers.get("content-encoding", "identity") == "identity"
    assert (headers["etag"], headers["last-modified"], headers["cache-control"]) == (TAG, DATE, "public, max-age=60")
    assert headers["access-control-allow-origin"] == "*"
    assert "Content-Range" in headers["access-control-expose-headers"]
    assert stage.last_served() == ([(0, 300_000)], 200)


def test_head_tells_the_same_and_sends_and_counts_nothing(stage: Stage) -> None:
    _, whole, _ = stage.get()
    stage.last_served()
    for extra in ((), ("Range: bytes=0-99",)):
        status, headers, body = stage.get("/sound.mp3", *extra, method="HEAD")
        assert (status, body) == (200, b"")
        assert {n: v for n, v in headers.items() if n != "date"} == {n: v for n, v in whole.items() if n != "date"}
    assert len(stage.served) == 1


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-0", 0, 1), ("bytes=0-1", 0, 2), ("bytes=1000-1999", 1000, 2000), ("bytes=299999-", 299_999, 300_000),
     ("bytes=-500", 299_500, 300_000), ("bytes=100000-999999", 100_000, 300_000), ("bytes=0-", 0, 300_000), ("bytes=10-20,15-30", 10, 31)],
)  # fmt: skip
def test_a_part_comes_with_its_place_and_type(stage: Stage, asked: str, start: int, end: int) -> None:
    status, headers, body = stage.get("/sound.mp3", f"Range: {asked}", "Accept-Encoding: gzip")
    assert (status, body) == (206, SOUND[start:end])
    assert headers["content-range"] == f"bytes {start}-{end - 1}/300000"
    assert (headers["content-type"], headers["content-length"]) == ("audio/mpeg", str(end - start))
    assert stage.last_served() == ([(start, end)], 206)


def test_several_parts_come_between_boundaries(stage: Stage) -> None:
    status, headers, body = stage.get("/sound.mp3", "Range: bytes=0-99, 200000-299999, -50, 1000-1001")
    assert status == 206
    assert headers["content-length"] == str(len(body))
    message = email.message_from_bytes(f"Content-Type: {headers['content-type']}\r\n\r\n".encode() + body)
    parts = message.get_payload()
    assert message.get_content_type() == "multipart/byteranges"
    # The last fifty lie in the second part already: all are in the order of the file, once.
    assert [(p["content-range"], p.get_content_type()) for p in parts] == [  # type: ignore[union-attr]
        ("bytes 0-99/300000", "audio/mpeg"), ("bytes 1000-1001/300000", "audio/mpeg"), ("bytes 200000-299999/300000", "audio/mpeg"),
    ]  # fmt: skip
    boundary = headers["content-type"].partition("boundary=")[2].encode()
    octets = [part.partition(b"\r\n\r\n")[2][:-2] for part in body.split(b"--" + boundary)[1:-1]]
    assert octets == [SOUND[:100], SOUND[1000:1002], SOUND[200_000:]]
    assert stage.last_served() == ([(0, 100), (1000, 1002), (200_000, 300_000)], 206)


def test_what_lies_outside_is_416_and_what_is_broken_is_all(stage: Stage) -> None:
    status, headers, body = stage.get("/sound.mp3", "Range: bytes=300000-")
    assert (status, headers["content-range"], body) == (416, "bytes */300000", b"")
    assert stage.get("/empty.mp3", "Range: bytes=0-")[0] == 416
    assert stage.get("/empty.mp3")[::2] == (200, b"")
    assert stage.last_served() == ([], 200)
    for asked in ("bytes=5-1", "items=0-5", "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 40, 2))):
        assert stage.get("/sound.mp3", f"Range: {asked}")[::2] == (200, SOUND)


def test_conditions(stage: Stage) -> None:
    for asked in (f"If-None-Match: {TAG}", f'If-None-Match: "x", W/{TAG}', f"If-Modified-Since: {DATE}"):
        status, headers, body = stage.get("/sound.mp3", asked)
        assert (status, body, headers["etag"]) == (304, b"", TAG)
        assert headers["access-control-allow-origin"] == "*"
    assert stage.served == []
    assert stage.get("/sound.mp3", "Range: bytes=0-9", f"If-Range: {TAG}")[0] == 206
    assert stage.get("/sound.mp3", "Range: bytes=0-9", 'If-Range: "old"')[::2] == (200, SOUND)
    assert stage.get("/sound.mp3", "Range: bytes=0-9", 'If-Match: "old"')[0] == 412


def test_private_sound_is_for_no_other_website(stage: Stage) -> None:
    _, headers, _ = stage.get("/private.mp3")
    assert headers["cache-control"] == "private, no-store"
    assert "access-control-allow-origin" not in headers
    assert stage.get("/gone.mp3")[0] == 404


def test_a_client_that_leaves_has_had_what_it_took_and_little_more(stage: Stage) -> None:
    """It reads two megabytes of 64 and closes. What the kernel and the server had under way may count, the rest may not."""
    with socket.create_connection(("127.0.0.1", stage.port), 10) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        stage.ask(line, "/large.mp3")
        taken = 0
        while taken < 2_000_000:
            taken += len(line.recv(65536))
    (interval,), status = stage.last_served()
    assert status == 200
    assert interval[0] == 0
    assert interval[1] % PIECE == 0
    assert 2_000_000 - 2 * PIECE <= interval[1] < 3_000_000


def test_a_client_that_leaves_in_the_middle_of_a_part_is_counted_from_its_start(stage: Stage) -> None:
    with socket.create_connection(("127.0.0.1", stage.port), 10) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        stage.ask(line, "/large.mp3", "Range: bytes=30000000-")
        taken = 0
        while taken < 500_000:
            taken += len(line.recv(65536))
    (interval,), status = stage.last_served()
    assert status == 206
    assert interval[0] == 30_000_000
    assert 30_500_000 - 2 * PIECE <= interval[1] < 31_500_000


def test_many_that_take_nothing_hold_up_nobody_and_no_memory(stage: Stage) -> None:
    """Sixty stalled clients, more than there are threads; a small file comes at once, and then they are counted one by one."""
    stalled = [socket.create_connection(("127.0.0.1", stage.port), 10) for _ in range(60)]
    before = _resident()
    for line in stalled:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stage.ask(line, "/large.mp3")
    for line in stalled:  # all are being answered
        assert line.recv(100, socket.MSG_PEEK)
    for _ in range(5):
        assert stage.get("/sound.mp3")[2] == SOUND
        assert stage.last_served() == ([(0, 300_000)], 200)
    assert _resident() - before < 60_000_000  # a megabyte each, and not 64
    stage.served.clear()
    for line in stalled:
        line.close()
    deadline = time.monotonic() + 20
    while len(stage.served) < 60 and time.monotonic() < deadline:
        stage.counted.wait(0.1)
        stage.counted.clear()
    assert len(stage.served) == 60
    assert all(status == 200 and sum(b - a for a, b in octets) < 1_000_000 for octets, status in stage.served)


def test_who_takes_nothing_for_too_long_is_left(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "STALLED_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", stage.port), 10) as line:
        stage.ask(line, "/large.mp3")
        (interval,), status = stage.last_served()
        assert (interval[0], status) == (0, 200)
        assert interval[1] < 8_000_000
        rest = 0
        while chunk := line.recv(1 << 20):  # and its line ends with what was under way
            rest += len(chunk)
        assert rest < 20_000_000


def test_a_large_file_arrives_whole(stage: Stage) -> None:
    status, headers, body = stage.get("/large.mp3", "Accept-Encoding: gzip")
    assert (status, len(body), headers["content-length"]) == (200, LARGE, str(LARGE))
    assert stage.last_served() == ([(0, LARGE)], 200)
    assert len(gzip.compress(body[:1000])) < 100  # a hole would have been worth compressing


def test_a_piece_counts_once_the_next_was_taken(tmp_path: Path) -> None:
    """Servers say nothing when the client has left: they drop what they are given. Here it leaves before the third piece."""
    path = tmp_path / "sound.mp3"
    path.write_bytes(SOUND)
    counted: list[tuple[list[tuple[int, int]], int]] = []

    async def story() -> None:
        left, bodies = anyio.Event(), 0

        async def receive() -> Message:
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            nonlocal bodies
            bodies += message["type"] == "http.response.body"
            if bodies == 3:
                left.set()

        scope: Scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
        await answer_file(scope, receive, send, path, type="audio/mpeg", served=lambda *told: counted.append(told))

    # Apart from this thread, in which a browser of another test may keep its loop.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(anyio.run, story).result()
    assert counted == [([(0, PIECE)], 200)]  # the second was given before, and whether it went out nobody knows


def _resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
