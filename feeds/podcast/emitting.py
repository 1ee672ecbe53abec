"""Writing the feed of a show: values in, bytes out, every rule that the document can keep kept by construction.

An item depends on its episode alone, so its bytes may be kept and joined again: a document of 10,000 kept items is one join.
Nothing here touches the locale or anything else that threads share.
"""

from collections.abc import Iterable

from feeds.podcast.channel import Pages, channel, left_out_of_channel
from feeds.podcast.items import CannotBeEmitted, item, items, left_out_of_item, why_not
from feeds.podcast.values import Episode, Show

__all__ = ["CannotBeEmitted", "Pages", "document", "feed", "item", "items", "left_out", "sorted_out", "why_not"]

TAIL = b"</channel></rss>"


def document(show: Show, items: Iterable[bytes], *, pages: Pages | None = None, live: bool = False) -> bytes:
    """The whole feed: `items` are what `item` gave, in their order. `live`: with podcast:liveItem, for the companion
    document only; some readers take its description and guid for the show's (feedparser does)."""
    head = channel(show, pages, with_live=live)[: -len(TAIL)]
    return b"\n".join([head, *items, TAIL])


def feed(show: Show, episodes: Iterable[Episode], *, pages: Pages | None = None, live: bool = False) -> bytes:
    """The feed of these episodes, without those that `sorted_out` refuses."""
    return document(show, items(sorted_out(episodes)[0]), pages=pages, live=live)


def sorted_out(episodes: Iterable[Episode]) -> tuple[list[Episode], list[tuple[Episode, str]]]:
    """Those that can be in one feed together, in their order, and the others, each with the reason: `why_not`, or a
    guid or a sound that an episode before has (PSP-1: both are unique; apps would show only one)."""
    fit: list[Episode] = []
    refused: list[tuple[Episode, str]] = []
    guids: set[str] = set()
    sounds: set[str] = set()
    for episode in episodes:
        sound = episode.enclosure.url.strip() if episode.enclosure else ""
        reason = why_not(episode)
        if reason is None and episode.guid.strip() in guids:
            reason = "Another episode of this feed has the same guid."
        if reason is None and sound in sounds:
            reason = "Another episode of this feed has the same sound."
        if reason is not None:
            refused.append((episode, reason))
            continue
        fit.append(episode)
        guids.add(episode.guid.strip())
        sounds.add(sound)
    return fit, refused


def left_out(what: Show | Episode) -> tuple[str, ...]:
    """Sentences for the people who make the show: what the feed does not say of it, or cuts, and why."""
    return left_out_of_channel(what) if isinstance(what, Show) else left_out_of_item(what)
