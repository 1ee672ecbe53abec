"""A feed on its way in: the document at an address or in a file, with its further pages, each episode once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath

from feeds.errors import FeedError
from feeds.podcast import values as feed
from feeds.podcast.chapters import Chapter
from feeds.podcast.reading import LIMIT, inline_chapters, read_podcast
from publisher.errors import BadInput, FetchError
from publisher.house import House
from publisher.internet import Limits, fetch

#: Further pages (RFC 5005 §3) and episodes that are read of one feed.
MOST_PAGES, MOST_EPISODES = 200, 50_000
LIMITS = Limits(seconds=120, body_bytes=LIMIT, wire_bytes=LIMIT)
INLINE = "psc:chapters"


@dataclass(frozen=True)
class Item:
    """An episode as its feed says it, and the chapters that stand in the feed itself."""

    said: feed.Episode
    chapters: tuple[Chapter, ...] = ()


@dataclass
class Arrived:
    """A feed that was read. `source`: its address, also after it moved for good, or the name of its file; `url`: None for a
    file. `items` in the order of the feed. `left_out`: (guid, reason). `problems`: sentences."""

    source: str
    url: str | None
    show: feed.Show
    items: list[Item] = field(default_factory=list)
    lost_tags: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def from_file(data: bytes, name: str, *, now: datetime) -> Arrived:
    """The feed in a file. Nothing is fetched: a further page is named among the problems."""
    page = _read(data, None, now)
    arrived = Arrived(PurePath(name).name or "feed", None, page.show)
    _add(arrived, page, data, now, {})
    if page.next_page:
        arrived.problems.append(f"This is one page of a longer feed. Its older episodes begin at {page.next_page}")
    return arrived


def from_url(house: House, url: str, *, now: datetime) -> Arrived:
    """The feed at an address, and its further pages. `FetchError` and `BadInput` for the first of them; where a later one
    cannot be had, the problems say so and the rest comes in."""
    first = fetch(url, limits=LIMITS, private_hosts=house.settings.private_hosts, public_url=house.settings.public_url)
    page = _read(first.body, first.url, now)
    arrived = Arrived(first.moved_to or url.strip(), first.url, page.show)
    known: dict[str, feed.Episode] = {}
    _add(arrived, page, first.body, now, known)
    for further, data in _further(house, arrived, page, now):
        _add(arrived, further, data, now, known)
        if len(arrived.items) > MOST_EPISODES:
            arrived.problems.append(f"Only the first {MOST_EPISODES:,} episodes of this feed were read.")
            del arrived.items[MOST_EPISODES:]
            break
    return arrived


def _further(
    house: House, arrived: Arrived, page: feed.ReadPodcast, now: datetime
) -> Iterator[tuple[feed.ReadPodcast, bytes]]:
    seen = {arrived.url}
    while url := page.next_page:
        if url in seen:
            arrived.problems.append("The pages of this feed lead back to one that was read before; there it ends.")
            return
        if len(seen) > MOST_PAGES:
            arrived.problems.append(f"Only the first {MOST_PAGES} pages of this feed were read.")
            return
        seen.add(url)
        settings = house.settings
        try:
            found = fetch(url, limits=LIMITS, private_hosts=settings.private_hosts, public_url=settings.public_url)
            page = _read(found.body, found.url, now)
        except (FetchError, BadInput) as problem:
            arrived.problems.append(f"A further page could not be read, so older episodes are missing: {problem}")
            return
        yield page, found.body


def _read(data: bytes, url: str | None, now: datetime) -> feed.ReadPodcast:
    try:
        return read_podcast(data, url=url, now=now)
    except FeedError as problem:
        raise BadInput(str(problem), field="feed") from problem


def _add(arrived: Arrived, page: feed.ReadPodcast, data: bytes, now: datetime, known: dict[str, feed.Episode]) -> None:
    """The episodes of a page that were on none before. Of two with one guid the first counts, as in every app."""
    arrived.lost_tags |= set(page.lost_tags)
    arrived.problems += [sentence for sentence in page.problems if sentence not in arrived.problems]
    chapters = inline_chapters(data, url=arrived.url, now=now) if INLINE in page.lost_tags else {}
    arrived.lost_tags -= {INLINE}
    for said in page.episodes:
        before = known.setdefault(said.guid, said)
        if before is said:
            arrived.items.append(Item(said, chapters.get(said.guid, ())))
        elif before.enclosure != said.enclosure:
            arrived.left_out.append((said.guid, f"“{before.title}”, before it in the feed, has the same guid."))
