"""Any podcast feed in the world as values: RSS 2.0 and its relatives, and Atom.

Read without loss: what `values` has a field for goes there, everything else of the itunes and podcast namespaces is carried
as `Tag`s in order, liveItem in `Show.live`. Words are brought into one form (yes, true and explicit; 1:02:03 and 3723; every
spelling of a date, of the namespaces, of audio/mpeg); addresses become absolute; titles plain text. What a field cannot hold
is said in `problems`; what other vocabularies say and nothing of ours repeats is named in `lost_tags`. Notes that are said
twice, enclosures that are several: see `reading_items`. atom:link rel=payment is read as funding.

Podlove's simple chapters stand inside the feed, and `Episode.chapters` is a link: `inline_chapters` reads them, and
`lost_tags` names psc:chapters for those who do not ask it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from lxml import etree

from feeds.errors import TooLarge, UnknownFormat
from feeds.links import absolute, joined_base
from feeds.podcast.chapters import Chapter, of_podlove
from feeds.podcast.reading_atom import ROOTS as ATOM
from feeds.podcast.reading_atom import atom_podcast
from feeds.podcast.reading_items import episode_of
from feeds.podcast.reading_lost import note_lost
from feeds.podcast.reading_nodes import Node
from feeds.podcast.reading_notes import Notes
from feeds.podcast.reading_show import show_of
from feeds.podcast.values import Episode, ReadPodcast, Show
from feeds.sitemap import unzipped
from feeds.values import capped
from feeds.xml import XML, inner, parse

LIMIT = 50_000_000
"""Bytes of a feed that are read: some 20,000 episodes."""


def read_podcast(data: bytes, *, url: str | None, now: datetime, limit: int = LIMIT) -> ReadPodcast:
    """The podcast in these bytes. `url`: where they came from, for relative addresses; `limit`: bytes, also unpacked.

    Raises `FeedError` with a plain sentence: too large or deep, refused, no XML, or no feed.
    """
    found = _read(data, url, now, limit, note_lost)
    note_lost(found.node, found.show)
    return ReadPodcast(
        show=found.show,
        episodes=tuple(found.episodes),
        lost_tags=tuple(sorted(found.node.notes.lost)),
        problems=(*found.problems, *found.node.notes.problems()),
        next_page=found.next_page,
    )


def inline_chapters(
    data: bytes, *, url: str | None, now: datetime, limit: int = LIMIT
) -> dict[str, tuple[Chapter, ...]]:
    """The chapters that stand inside the feed itself (psc:chapters), by the guid of their episode. Errors as above."""
    found: dict[str, tuple[Chapter, ...]] = {}

    def visit(node: Node, episode: Episode) -> None:
        if chapters := [c for element in node.all("psc:chapters") for c in of_podlove(element, node.base)]:
            found[episode.guid] = tuple(chapters)

    _read(data, url, now, limit, visit)
    return found


@dataclass(frozen=True)
class _Found:
    """A document on its way to values."""

    show: Show
    node: Node
    episodes: list[Episode]
    problems: tuple[str, ...]
    next_page: str | None


def _read(data: bytes, url: str | None, now: datetime, limit: int, visit: Callable[[Node, Episode], None]) -> _Found:
    """`visit` sees every episode that is kept, with its element, one after the other: a feed may have many."""
    if len(data) > limit:
        raise TooLarge(f"The feed is larger than the {limit:,} bytes we read.")
    root, problems = parse(unzipped(data, limit=limit), limit=limit)
    notes = Notes()
    kind = notes.name(root)
    if kind in ATOM:
        show, node, entries, next_page = atom_podcast(root, notes, url=url, now=now)
        return _Found(show, node, _each_once(entries, notes, visit), tuple(problems), next_page)
    if kind not in ("rss", "channel", "rdf:RDF", "RDF"):
        raise UnknownFormat(_why_not(kind))
    node = _channel(root, url, notes)
    show = _with_redirect(show_of(node, url=url), root, url)
    if not show.title:
        notes.say("The feed has no title")
    episodes = _each_once(_items(root, node, now), notes, visit)
    return _Found(show, node, episodes, tuple(problems), node.link("next"))


def _channel(root: etree._Element, url: str | None, notes: Notes) -> Node:
    """The channel, or the root where it stands for it; without an address of the document the channel's link is the base."""
    base = joined_base(url, root.get(XML + "base"))
    channel = next((element for element in root.iter("{*}channel") if notes.name(element) == "channel"), root)
    node = Node(channel, base, notes)
    if node.base is None and (link := next((absolute(element.text) for element in node.all("link")), None)):
        node = Node(channel, link, notes)
    return node


def _items(root: etree._Element, channel: Node, now: datetime) -> Iterator[tuple[Node, Episode]]:
    """Items wherever they stand: in the channel, beside it (RSS 1.0), or straight under `rss`; those that say nothing not."""
    notes = channel.notes
    elements, more = capped(e for e in root.iter("{*}item") if notes.name(e) == "item" and not _is_inside(e, notes))
    for sentence in more:
        notes.say(sentence.rstrip("."))
    for element in elements:
        node = Node(element, channel.base, notes)
        if (episode := episode_of(node, now=now)) is None:
            notes.say("An item says nothing that can be read, and was left out")
        else:
            yield node, episode


def _is_inside(element: etree._Element, notes: Notes) -> bool:
    return any(notes.name(above) in ("item", "podcast:liveItem") for above in element.iterancestors())


def _each_once(
    found: Iterable[tuple[Node, Episode]], notes: Notes, visit: Callable[[Node, Episode], None]
) -> list[Episode]:
    """The episodes without those whose guid another one before them has: a guid names one episode."""
    kept: dict[str, Episode] = {}
    for node, episode in found:
        if episode.guid in kept:
            notes.say("More than one episode has this guid; the first counts, the others were left out", episode.guid)
        else:
            kept[episode.guid] = episode
            visit(node, episode)
    return list(kept.values())


def _with_redirect(show: Show, root: etree._Element, url: str | None) -> Show:
    """What some servers answered in place of a feed that moved: rss/redirect/newLocation."""
    for element in root.iter("{*}newLocation"):
        return replace(show, new_feed_url=show.new_feed_url or absolute(inner(element), url))
    return show


def _why_not(kind: str) -> str:
    if kind.rpartition(":")[2].lower() == "html":
        return "This is a web page and no feed. The address of the feed itself is needed."
    return "The document is XML, and no podcast feed."
