"""A podcast feed of ten thousand episodes: the first build, a build after one edit, and an answer from what is kept,
beside feedgen writing the same items."""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Table
from starlette.types import ASGIApp

from feeds.podcast import emitting, reference
from publisher.bench.asking import ask
from publisher.database import Database
from publisher.house import House, open_house
from publisher.podcasts import episodes, shows, values, words
from publisher.podcasts.feed import Document, Feeds
from publisher.podcasts.models import Episode, EpisodeState, Show
from publisher.settings import Settings

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
NOTES = (
    "What a home visitor carries in her bag, and why the toys stay behind.\n\nWith *Amina Otieno*, who trained "
    "forty visitors in Kisumu; the guide she speaks of is [in the library](https://hub.example/library/12).\n\n"
    "- the first visit\n- what neighbours ask\n- a song to take home\n"
)
MB = 1_000_000
TIMES = 500


def measure(
    migrate: Callable[[Database], None], app_of: Callable[[House], ASGIApp], count: int = 10_000
) -> dict[str, Any]:
    """CPU milliseconds, each side in this run.

    `feedgen_ms`: feedgen's own `rss_str` for the same items, without the podcast namespace. `first_ms`: our writing of all of
    them, with it (goal: at most twice feedgen). `from_rows_ms`: the same, reading every row first. `after_edit_ms`: after one edit, rows read too (goal: at
    most a twentieth of `from_rows_ms`). `cached_ms`: a whole answer of the application from what is kept
    (goal: 1). `not_modified_ms`: a 304 of it (goal: a two-hundredth of the first). `memory_mb`: the whole process at its
    peak after the first build (goal: 200).
    """
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data_dir=Path(folder),
            database_url=f"sqlite:///{Path(folder) / 'bench.db'}",
            public_url="https://hub.example",
            secret_key="bench",  # noqa: S106
        )
        house = open_house(settings)
        migrate(house.database)
        _fill(house, count)
        feeds = Feeds()
        from_rows_ms, document = _cost(lambda: _whole(house, feeds))
        memory = _memory()
        after_edit_ms = sorted(_after_edit(house, feeds, n) for n in range(5))[2]
        app = app_of(house)
        path, headers = "/podcasts/bench/feed.xml", [(b"accept-encoding", b"gzip")]
        etag = ask(app, path, headers).head["etag"]
        cached_ms = _cost(lambda: ask(app, path, headers, TIMES))[0] / TIMES
        known = [*headers, (b"if-none-match", etag.encode())]
        not_modified_ms = _cost(lambda: ask(app, path, known, TIMES))[0] / TIMES
        feedgen_ms, first_ms = _both(house, count)
        house.close()
    return {
        "episodes": count,
        "bytes": len(document.body),
        "feedgen_ms": round(feedgen_ms, 1),
        "first_ms": round(first_ms, 1),
        "first_by_feedgen": round(first_ms / feedgen_ms, 2),
        "from_rows_ms": round(from_rows_ms, 1),
        "after_edit_ms": round(after_edit_ms, 1),
        "after_edit_by_from_rows": round(after_edit_ms / from_rows_ms, 4),
        "cached_ms": round(cached_ms, 3),
        "not_modified_ms": round(not_modified_ms, 3),
        "not_modified_by_first": round(not_modified_ms / first_ms, 6),
        "memory_mb": round(memory, 1),
    }


def _fill(house: House, count: int) -> None:
    with house.database.session() as session:
        shape = shows.Shape(title="Bench", description="A show.", categories=[["Education", None]], author="Us")
        show = shows.add(session, house, "bench", shape, now=NOW)
        table: Table = Episode.__table__  # type: ignore[attr-defined]
        for start in range(1, count + 1, 500):
            session.execute(table.insert(), [_row(show, n) for n in range(start, min(start + 500, count + 1))])


def _row(show: Show, n: int) -> dict[str, Any]:
    at = NOW - timedelta(hours=12 * n)
    said = Episode(
        show_id=show.id or 0,
        slug=f"episode-{n}",
        state=EpisodeState.PUBLISHED,
        guid=f"5f2c9a77-d1a0-4c51-8d0e-{n:012d}",
        title=f"What the visitor carries, part {n}",
        summary="What a home visitor carries in her bag.",
        notes=NOTES,
        notes_html=words.safe_html(NOTES, "markdown"),
        season=1 + n // 50,
        number=1 + n % 50,
        published_at=at,
        enclosure_url=f"https://media.example/sound/{n}.mp3",
        enclosure_type="audio/mpeg",
        enclosure_length=14_000_000 + n,
        duration=1440,
        chapters_url=f"https://media.example/chapters/{n}.json",
        persons=[{"name": "Amina Otieno", "role": "host", "group": "cast", "image": None, "link": None}],
        created_at=at,
        updated_at=at,
    )
    return said.model_dump(exclude={"id"})


def _whole(house: House, feeds: Feeds) -> Document:
    with house.database.reading() as session:
        return feeds.whole(session, house, feeds.standing(session, "bench"))


def _after_edit(house: House, feeds: Feeds, n: int) -> float:
    with house.database.session() as session:
        episode = episodes.by_id(session, n + 1)
        shape = replace(episodes.shape_of(episode), title=f"Another title, {n}")
        episodes.edit(session, house, episode, shape, now=NOW + timedelta(minutes=n))
    return _cost(lambda: _whole(house, feeds))[0]


def _both(house: House, count: int) -> tuple[float, float]:
    """feedgen's writing and ours of the same values, the medians of three rounds in turn."""
    with house.database.reading() as session:
        show = shows.by_slug(session, "bench")
        said = values.episodes(session, house, show, episodes.published(session, show))
        channel = values.show(session, house, show)
    if len(said) != count or any(emitting.why_not(one) for one in said):
        raise AssertionError("the two sides do not write the same items")
    theirs, ours = [], []
    for _ in range(3):
        theirs.append(_cost(reference.by_feedgen(channel, said))[0])
        ours.append(_cost(lambda: emitting.document(channel, emitting.items(said)))[0])
    return sorted(theirs)[1], sorted(ours)[1]


def _cost(work: Callable[[], T]) -> tuple[float, T]:
    started = time.process_time()
    made = work()
    return (time.process_time() - started) * 1000, made


def _memory() -> float:
    """Most resident memory so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MB if sys.platform == "darwin" else peak * 1024 / MB
