"""The pages of readers: how soon the first byte of each leaves, with a hub that looks lived in, beside the smallest answer there is.

Asked without a network, so what is measured is what the server does.
"""

import statistics
import time
from collections.abc import Sequence
from typing import Any

import anyio
from sqlmodel import col, select
from starlette.types import ASGIApp, Message

from publisher import clock
from publisher.house import House
from publisher.library.models import Work
from publisher.newsletters.models import Issue, Newsletter
from publisher.podcasts.models import Episode, Show
from publisher.webinars import programme

#: What is asked for, by what it is.
PAGES = (
    "/",
    "/library",
    "/library?q=home",
    "/library/feed.xml",
    "/newsletters",
    "/subscribe",
    "/share",
    "/preferences",
    "/podcasts",
    "/podcasts/opml.xml",
    "/webinars",
    "/webinars/calendar.ics",
)
SMALLEST = "/robots.txt"
GOAL_MS = 50


def measure(app: ASGIApp, host: str, more: Sequence[str] = (), rounds: int = 15) -> dict[str, Any]:
    """`first_byte_ms`: the median of each page; `slowest_ms` and which it is (goal: 50); `slowest_ratio`: by the smallest answer,
    in the same run. `more`: further pages, such as one of each kind of thing. Every page answers 200, or the measure fails."""
    medians = {path: _median(app, host, path, rounds) for path in (SMALLEST, *PAGES, *more)}
    smallest = medians.pop(SMALLEST)
    slowest = max(medians, key=lambda path: medians[path])
    return {
        "pages": len(medians),
        "first_byte_ms": {path: round(ms, 1) for path, ms in medians.items()},
        "slowest": slowest,
        "slowest_ms": round(medians[slowest], 1),
        "goal_ms": GOAL_MS,
        "smallest_ms": round(smallest, 2),
        "slowest_ratio": round(medians[slowest] / smallest, 1),
    }


def one_of_each(house: House) -> list[str]:
    """A resource, a newsletter with its feeds and an issue, a show with its feed and an episode, a webinar and a series."""
    with house.database.reading() as session:
        work = session.exec(select(Work).where(col(Work.state) == "featured").order_by(col(Work.id))).first()
        newsletter, issue = session.exec(
            select(Newsletter, Issue).where(col(Issue.newsletter_id) == col(Newsletter.id), col(Issue.state) == "sent")
        ).all()[0]
        show, episode = session.exec(
            select(Show, Episode).where(
                col(Episode.show_id) == col(Show.id), col(Episode.state) == "published", col(Show.list_id).is_(None)
            )
        ).all()[0]
        _, webinar = programme.listed(session, clock.now())[0]
        paper, programmes = f"/newsletters/{newsletter.slug}", f"/podcasts/{show.slug}"
        return [
            *([f"/library/{work.id}-{work.slug}"] if work else []),
            paper, f"{paper}/{issue.slug}", f"{paper}/feed.xml",
            programmes, f"{programmes}/{episode.slug}", f"{programmes}/feed.xml",
            f"/webinars/{webinar.slug}",
        ]  # fmt: skip


def _median(app: ASGIApp, host: str, path: str, rounds: int) -> float:
    """Milliseconds until the first byte of the body; the first answers warm what is kept and do not count."""
    return statistics.median([_first_byte(app, host, path) for _ in range(rounds + 2)][2:])


def _first_byte(app: ASGIApp, host: str, path: str) -> float:
    plain, _, query = path.partition("?")
    scope = {
        "type": "http", "method": "GET", "path": plain, "raw_path": plain.encode(), "query_string": query.encode(), "scheme": "http",
        "headers": [(b"host", host.encode()), (b"accept-language", b"en")], "client": ("127.0.0.1", 4000), "server": (host, 80),
        "http_version": "1.1", "root_path": "", "asgi": {"version": "3.0"}, "state": {},
    }  # fmt: skip
    began = time.perf_counter()
    taken: list[float] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] != 200:
            raise RuntimeError(f"{path} answers {message['status']}")
        if message["type"] == "http.response.body" and not taken:
            taken.append((time.perf_counter() - began) * 1000)

    async def ask() -> None:
        nonlocal began
        began = time.perf_counter()
        await app(scope, receive, send)

    anyio.run(ask)
    return taken[0]
