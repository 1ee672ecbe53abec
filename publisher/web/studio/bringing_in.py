"""Bringing a show in from elsewhere: by the address of its feed, or as a file. It goes on when the tab is closed.

The row of the import is the truth about how far it is; the thread that works on it is this process's. One that was cut off
says so here, and importing the same once more finishes it.
"""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from fastapi.responses import Response
from sqlmodel import col, func, select

from publisher.errors import BadInput, FetchError, PublisherError
from publisher.podcasts import importing
from publisher.podcasts.importing import Imported, OnProgress, Wish
from publisher.podcasts.models import Episode, Show, ShowImport
from publisher.web.studio import words
from publisher.web.studio.podcasts import PATH
from publisher.web.studio.visit import MEGA, Desk

_log = logging.getLogger("publisher.web")
LARGEST = 50 * MEGA
SHOWN = 12
BEGINS_WITHIN = 150.0
"""Seconds that a form waits until the feed has been read and the first episodes are in."""
SILENT = timedelta(minutes=15)


def page(desk: Desk) -> Response:
    """GET /studio/podcasts/import"""
    values = {"url": "", "file": "", "slug": "", "shelf": True, "take_media": True, "unlocked": False}
    rows = desk.session.exec(select(ShowImport).order_by(col(ShowImport.id).desc()).limit(SHOWN))
    jobs = [_job(desk, one) for one in rows]
    return desk.show(
        "podcasts/import.html",
        "podcasts",
        form=desk.filled(values, f"{PATH}/import"),
        jobs=jobs,
        renew=any(one["renew"] for one in jobs),
    )


def begin(desk: Desk) -> Response:
    """POST /studio/podcasts/import (multipart): url or file; slug, shelf, take_media, unlocked. Touches the network."""
    form, house, now = desk.form, desk.house, desk.now
    wish = Wish(
        slug=form.one("slug") or None,
        on_shelf=form.ticked("shelf"),
        take_media=form.ticked("take_media"),
        unlocked_by_owner=form.ticked("unlocked"),
    )
    upload, url = desk.upload("file", most=LARGEST), form.one("url")
    if upload is not None:
        data, name = upload.file.read(), upload.filename or "feed.xml"
        work = _Work(lambda told: importing.import_file(house, data, name, wish, now=now, on_progress=told))
    elif url:
        name = url
        work = _Work(lambda told: importing.import_url(house, url, wish, now=now, on_progress=told))
    else:
        raise BadInput("Give the address of a feed, or choose a file.", field="url")
    try:
        done = work.begun()
    except (BadInput, FetchError) as problem:
        field = "slug" if isinstance(problem, BadInput) and problem.field == "slug" else "file" if upload else "url"
        raise BadInput(str(problem), field=field) from problem
    with desk.changing() as inner:
        inner.note(f"show:{done.show if done else 'import'}", f"Began to bring in {name}.")
    if done is None:
        return desk.go(f"{PATH}/import", "It is coming in. You may close this page; it goes on.", "info")
    return desk.go(f"{PATH}/{done.show}", _sentence(done))


class _Work:
    """An import in a thread of its own, and what became of it."""

    def __init__(self, run: Callable[[OnProgress], Imported]) -> None:
        self._run = run
        self._moved = threading.Event()
        self._done: Imported | None = None
        self._problem: Exception | None = None
        threading.Thread(target=self._go, name="import", daemon=True).start()

    def begun(self) -> Imported | None:
        """Once the first episodes are in: what came, where that was all; None while it goes on. Raises why it failed."""
        self._moved.wait(BEGINS_WITHIN)
        if self._problem is not None:
            raise self._problem
        return self._done

    def _go(self) -> None:
        try:
            self._done = self._run(self._told)
        except Exception as problem:  # the row has it too; whoever waits for the form is told here
            self._problem = problem
            if not isinstance(problem, PublisherError):
                _log.exception("an import failed")
        finally:
            self._moved.set()

    def _told(self, episodes: int) -> None:
        if episodes >= importing.CHUNK:  # a short feed is done at once
            self._moved.set()


def _sentence(done: Imported) -> str:
    parts = [
        f"{words.counted(done.new, 'new episode')}",
        f"{words.figure(done.updated)} changed" if done.updated else "",
        f"{words.counted(len(done.not_emitted), 'episode')} kept but not in the feed" if done.not_emitted else "",
        f"{words.counted(len(done.lost_tags), 'tag')} nobody here can carry" if done.lost_tags else "",
    ]
    return words.sentence(*parts) + "." + (f" {done.problems[0]}" if done.problems else "")


def _job(desk: Desk, job: ShowImport) -> dict[str, Any]:
    show = desk.session.get(Show, job.show_id) if job.show_id else None
    cut_off = job.state == "running" and desk.now - job.started_at > SILENT
    taken = _taken(desk, show) if show and job.take_media and job.state == "done" else None
    return {
        "title": show.title if show else job.source,
        "url": f"{PATH}/{show.slug}" if show else "",
        "facts": [
            job.source if show else "",
            words.counted(job.episodes, "episode"),
            f"{words.figure(job.new)} new" if job.new else "",
            f"{words.figure(job.updated)} changed" if job.updated else "",
        ],
        "blurb": job.error or (f"Not carried over: {', '.join(job.lost_tags[:8])}" if job.lost_tags else ""),
        "state": {"running": "held" if cut_off else "sending", "done": "ok", "failed": "failed"}[job.state],
        "state_label": {"running": "Cut off: import it again" if cut_off else "Coming in", "done": "Here", "failed": "Failed"}[job.state],
        "moment": desk.moment(job.finished_at or job.started_at),
        "taken": taken,
        "renew": (job.state == "running" and not cut_off) or taken is not None,
    }  # fmt: skip


def _taken(desk: Desk, show: Show) -> dict[str, Any] | None:
    """How much of the sound is here, while the rest is being fetched."""
    parts = select(func.count()).select_from(Episode).where(col(Episode.show_id) == show.id)
    left = int(desk.session.exec(parts.where(col(Episode.enclosure_url).is_not(None), col(Episode.taking) == "")).one())
    here = int(desk.session.exec(parts.where(col(Episode.audio_id).is_not(None))).one())
    if not left:
        return None
    said = f"The sound of {words.figure(here)} of {words.counted(here + left, 'episode')} is here; the timetable fetches the rest."
    return {"done": here, "total": here + left, "text": said}
