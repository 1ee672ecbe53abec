"""Check a feed for anyone: the rules of `feeds.podcast.checks`, on a file, or on an address with everything requests can show.

A visit asks for the feed, for it again with what it said of its version, and for the files of the newest episodes: by HEAD, in
parts, and never more of a sound than its first and last bytes. All requests go through `publisher.internet`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from feeds.errors import FeedError
from feeds.podcast.checks import RULES, Report, Rule, check, explain, files
from feeds.podcast.checks import answers as said
from feeds.podcast.checks.answers import Answer, Sound
from feeds.podcast.checks.checking import judge
from feeds.podcast.checks.errands import Errands, File, errands
from feeds.podcast.checks.notes import Notes
from publisher.errors import BadInput, FetchError
from publisher.house import House
from publisher.internet import Fetched, Limits, fetch

__all__ = ["RULES", "Report", "Rule", "check_file", "check_url", "explain"]

NEWEST = 3
SECONDS = 90.0
"""For all requests of a check together; what was not asked by then is listed as not checked."""
PATIENCE = Limits(seconds=20, connect_seconds=8)
TEXTS = replace(PATIENCE, wire_bytes=5_000_000, body_bytes=5_000_000)
PICTURE = 2_000_000
"""Octets of a picture that are read: its size and colours stand near the beginning."""
ACCEPT = "application/rss+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"
WHOLE = {"Accept-Encoding": "identity"}
TOO_LATE = "The servers took too long to get this far: check again."


def check_file(data: bytes, *, now: datetime) -> Report:
    """What a document shows by itself. `BadInput` with one sentence where it is no feed or too large."""
    try:
        return check(data, now=now)
    except FeedError as problem:
        raise BadInput(str(problem)) from problem


def check_url(house: House, url: str, *, now: datetime, newest: int = NEWEST) -> Report:
    """What a feed and its servers show. `newest`: so many episodes are asked after.

    `FetchError` where the feed cannot be had, `BadInput` where what is there is no feed.
    """
    visit = _Visit(house)
    found = visit.fetch(url, headers={"Origin": said.ORIGIN}, accept=ACCEPT)
    try:
        channel = judge(found.body, tuple(dict.fromkeys((url.strip(), found.url))), now, visit.notes)
    except FeedError as problem:
        raise BadInput(str(problem)) from problem
    if channel is not None:
        _ask(visit, url, found, errands(channel, newest))
    return visit.notes.report()


class _OutOfTime(Exception):
    """The time for all requests is used up."""


@dataclass
class _Visit:
    house: House
    notes: Notes = field(default_factory=Notes)
    began: float = field(default_factory=time.monotonic)

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        accept: str | None = None,
        first: int | None = None,
        limits: Limits = PATIENCE,
        allow: frozenset[int] = frozenset(),
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> Fetched:
        settings, left = self.house.settings, self.left
        if left <= 0:
            raise _OutOfTime
        try:
            return fetch(
                url, method=method, headers=headers, accept=accept, first=first, allow=allow, etag=etag,
                last_modified=last_modified, limits=replace(limits, seconds=min(left, limits.seconds)),
                private_hosts=settings.private_hosts, public_url=settings.public_url,
            )  # fmt: skip
        except FetchError:
            if self.left <= 0:  # it was our time that was up, which is no fault of theirs
                raise _OutOfTime from None
            raise

    @property
    def left(self) -> float:
        return SECONDS - (time.monotonic() - self.began)

    def ask(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        first: int | None = None,
        limits: Limits = PATIENCE,
        allow: frozenset[int] = frozenset(),
    ) -> Answer:
        """As `fetch`; that there was no answer, or a refusal, is an answer too."""
        try:
            return _answer(self.fetch(url, method=method, headers=headers, first=first, limits=limits, allow=allow))
        except FetchError as problem:
            return Answer(status=problem.status or 0, url=url, problem=str(problem))


def _answer(found: Fetched) -> Answer:
    return Answer(found.status, found.headers, found.body, found.url)


def _ask(visit: _Visit, url: str, found: Fetched, what: Errands) -> None:
    """Go on all errands; a group of rules counts as checked when its errand is done."""
    trips: tuple[tuple[str, Callable[[], None]], ...] = (
        ("feed. websub.", lambda: _feed(visit, url, found, what)),
        ("channel.self-answers", lambda: _self(visit, url, found, what)),
        ("image.", lambda: _each(what.artwork, lambda file: _artwork(visit, file))),
        ("media.", lambda: _each(what.sounds, lambda file: _sound(visit, file))),
        ("transcript.", lambda: _each(what.transcripts, lambda file: _transcript(visit, file))),
        ("chapters.", lambda: _each(what.chapters, lambda file: _chapters(visit, file))),
        ("apple.hls", lambda: _each(what.streams, lambda file: _stream(visit, file))),
    )
    late = False
    for prefixes, trip in trips:
        try:
            trip()
        except _OutOfTime:
            late = True
        _settle(prefixes, what, late, visit.notes)


def _settle(prefixes: str, what: Errands, late: bool, notes: Notes) -> None:
    """A group of rules is checked, or in part, or too late to be."""
    of_episodes = prefixes in ("media.", "transcript.", "chapters.", "apple.hls")
    for rule in (rule.id for rule in RULES.values() if rule.network and rule.id.startswith(tuple(prefixes.split()))):
        if late and notes.is_skipped(rule):
            notes.skip(rule, TOO_LATE)
        elif of_episodes and what.asked < what.episodes and notes.is_skipped(rule):
            notes.skip(rule, f"Only the newest {what.asked} of {what.episodes:,} episodes were asked after.")
        else:
            notes.checked(rule)


def _each(wanted: tuple[File, ...], go: Callable[[File], None]) -> None:
    for file in wanted:
        go(file)


def _feed(visit: _Visit, url: str, found: Fetched, what: Errands) -> None:
    said.judge_feed(_answer(found), what.hubs, what.spot, visit.notes)
    for header, etag, date in (("If-None-Match", found.etag, None), ("If-Modified-Since", None, found.last_modified)):
        if etag or date:
            again = visit.fetch(url, accept=ACCEPT, etag=etag, last_modified=date, first=1)
            said.judge_again(_answer(again), header, what.spot, visit.notes)


def _self(visit: _Visit, url: str, found: Fetched, what: Errands) -> None:
    for address in what.selves[:2]:
        if address in (url.strip(), found.url):
            continue
        answer, rule = visit.ask(address, first=PICTURE), "channel.self-answers"
        if answer.problem:
            message = f"The address the feed gives itself leads nowhere: name the one where it is. ({answer.problem})"
            visit.notes.wrong(rule, message, what.spot)
        elif b"<rss" not in answer.body:
            visit.notes.wrong(
                rule, "At the address the feed gives itself is no feed: name the one where it is.", what.spot
            )


def _artwork(visit: _Visit, file: File) -> None:
    head = visit.ask(file.url, method="HEAD", headers=WHOLE)
    files.judge_artwork(head, visit.ask(file.url, headers=WHOLE, first=PICTURE), file.spot, visit.notes)


def _sound(visit: _Visit, file: File) -> None:
    head = visit.ask(file.url, method="HEAD", headers=WHOLE)
    start = _part(visit, file.url, "bytes=0-1")
    end = said.total_of(start) or file.length or 0
    sound = Sound(head, start, _part(visit, file.url, "bytes=-2"), _part(visit, file.url, f"bytes={end}-"))
    said.judge_sound(sound, file.length, file.type.lower(), file.spot, visit.notes)


def _part(visit: _Visit, url: str, wanted: str) -> Answer:
    return visit.ask(url, headers=WHOLE | {"Range": wanted}, first=4, allow=frozenset({416}))


def _transcript(visit: _Visit, file: File) -> None:
    answer = visit.ask(file.url, headers={"Origin": said.ORIGIN}, limits=TEXTS)
    files.judge_transcript(answer, file.type, file.duration, file.spot, visit.notes)


def _chapters(visit: _Visit, file: File) -> None:
    answer = visit.ask(file.url, headers={"Origin": said.ORIGIN}, limits=TEXTS)
    files.judge_chapters(answer, file.duration, file.spot, visit.notes)


def _stream(visit: _Visit, file: File) -> None:
    answer = visit.ask(file.url, headers={"Origin": said.ORIGIN}, limits=TEXTS)
    if answer.problem:
        visit.notes.wrong("apple.hls", f"The stream cannot be had: mend its address. ({answer.problem})", file.spot)
    else:
        said.judge_cors(answer, "apple.hls", "The stream", file.spot, visit.notes)
