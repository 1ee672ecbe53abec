"""Asking the application without a network, many times in one event loop: what is left is what the server does."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import anyio
from starlette.types import ASGIApp, Message


@dataclass(frozen=True)
class Asked:
    """`head`: of the last answer, names in small letters, and `status`. `statuses`: how often each was given."""

    head: dict[str, str]
    statuses: Counter[int]
    cpu_ms: float


def ask(app: ASGIApp, path: str, headers: Sequence[tuple[bytes, bytes]] = (), times: int = 1) -> Asked:
    """GET, so many times."""
    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "scheme": "https",
        "headers": [(b"host", b"hub.example"), *headers], "client": ("203.0.113.9", 4000), "server": ("hub.example", 443),
        "http_version": "1.1", "root_path": "", "asgi": {"version": "3.0"}, "state": {},
    }  # fmt: skip
    said: list[Message] = []
    statuses: Counter[int] = Counter()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            said[:] = [message]
            statuses[message["status"]] += 1

    async def all_of_them() -> None:
        for _ in range(times):
            await app(dict(scope), receive, send)

    began = time.process_time()
    anyio.run(all_of_them)
    cpu = (time.process_time() - began) * 1000
    head = {name.decode().lower(): value.decode() for name, value in said[0]["headers"]} if said else {}
    return Asked(head | ({"status": str(said[0]["status"])} if said else {}), statuses, cpu)
