"""What the stories about podcasts stand on: a show, episodes with sound, and the feed as a listener's app reads it."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from media.making import mp3, png
from sqlmodel import Session, col, select

from feeds.podcast.reading import read_podcast
from feeds.podcast.values import ReadPodcast
from publisher.house import House
from publisher.library.models import Record, Source, Work
from publisher.media import intake
from publisher.media.models import MediaFile
from publisher.podcasts import episodes, publishing, shows
from publisher.podcasts.feed import Feeds
from publisher.podcasts.models import Episode, EpisodeState, Show

_NUMBERS = count(1)


def a_show(session: Session, house: House, now: datetime, slug: str = "small-hands", **said: Any) -> Show:
    shape = shows.Shape(
        **{"title": "Small Hands", "description": "How children *learn*.", "author": "Early Hands"} | said
    )
    return shows.add(session, house, slug, shape, now=now)


def a_sound(session: Session, house: House, now: datetime, seconds: float = 3) -> MediaFile:
    """Silence of its own: no two are the same bytes."""
    path = house.settings.data_dir / f"sound-{next(_NUMBERS)}.mp3"
    path.write_bytes(mp3(seconds, end=b"TAG" + path.stem.encode().ljust(125, b"\0")))
    return intake.take_file(session, house, path, name=path.name, now=now)


def a_cover(session: Session, house: House, now: datetime, size: int = 1400, shade: int = 90) -> MediaFile:
    path = house.settings.data_dir / f"cover-{size}-{shade}.png"
    path.write_bytes(png(size, size, (shade, 120, 90)))
    return intake.take_file(session, house, path, name=path.name, now=now, expect="picture")


def a_draft(
    session: Session, house: House, show: Show, now: datetime, title: str = "The first word", *, sound: MediaFile | None = None,
    **said: Any,
) -> Episode:  # fmt: skip
    shape = episodes.Shape(title=title, **said)
    return episodes.add(session, house, show, shape, now=now, audio=sound or a_sound(session, house, now))


def an_episode(session: Session, house: House, show: Show, now: datetime, title: str = "The first word", **said: Any) -> Episode:  # fmt: skip
    """One that appeared just now."""
    made = a_draft(session, house, show, now, title, **said)
    publishing.publish(session, house, made, now=now)
    return made


def many_rows(session: Session, show: Show, number: int, now: datetime, **changes: Any) -> list[Episode]:
    """Published episodes whose sound is elsewhere, one a day, the first the oldest; no shelf, no pings."""
    rows = [
        Episode(**{
            "show_id": show.id, "slug": f"day-{n}", "guid": f"guid-{n}", "title": f"Day {n}", "state": EpisodeState.PUBLISHED,
            "published_at": now - timedelta(days=number - n), "enclosure_url": f"https://cdn.example.org/{n}.mp3",
            "enclosure_type": "audio/mpeg", "enclosure_length": 1000 + n, "news": False, "created_at": now, "updated_at": now,
        } | changes)
        for n in range(number)
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    return rows


def body_of(session: Session, house: House, show: Show, feeds: Feeds | None = None, **which: Any) -> bytes:
    """The feed as bytes: the whole, or one of its pages."""
    feeds = feeds or Feeds()
    standing = feeds.standing(session, show.slug)
    found = feeds.document(session, house, standing, **which) if which else feeds.whole(session, house, standing)
    return found.body


def heard(session: Session, house: House, show: Show, now: datetime, **which: Any) -> ReadPodcast:
    """The feed as an app reads it."""
    return read_podcast(body_of(session, house, show, **which), url=None, now=now)


def titles(session: Session, house: House, show: Show, now: datetime) -> list[str]:
    return [one.title for one in heard(session, house, show, now).episodes]


def on_the_shelf(session: Session) -> dict[str, Work]:
    """The works that episodes put on the shelf and that are still there, by the title of the record."""
    rows = session.exec(
        select(Record, Work)
        .join(Source, col(Source.id) == col(Record.source_id))
        .join(Work, col(Work.id) == col(Record.work_id))
        .where(col(Source.slug) == "episodes", col(Record.deleted_at).is_(None), col(Work.state) == "approved")
    )
    return {record.data["title"]: work for record, work in rows}


def together(*errands: Callable[[], Any]) -> list[Any]:
    """Run these at one moment, each in a thread; what each gave back or raised."""
    start, done = threading.Barrier(len(errands)), [None] * len(errands)

    def run(place: int, errand: Callable[[], Any]) -> None:
        start.wait()
        try:
            done[place] = errand()
        except Exception as problem:
            done[place] = problem  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=one) for one in enumerate(errands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


class Ear:
    """A WebSub hub and podping in one: a server that notes what it is told. `answers`: the statuses it gives, the last for good."""

    def __init__(self, *answers: int) -> None:
        self.told: list[tuple[str, str, dict[str, list[str]], str]] = []
        self.answers = list(answers or (204,))
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def _hear(self) -> None:
                said = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                path, _, query = self.path.partition("?")
                ear.told.append((self.command, path, parse_qs(query or said), self.headers.get("Authorization", "")))
                self.send_response(ear.answers.pop(0) if len(ear.answers) > 1 else ear.answers[0])
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST = _hear

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def without(data: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in names}
