"""The check of a document: all that it shows by itself."""

from datetime import datetime

from feeds.podcast.checks import channel as show
from feeds.podcast.checks import everywhere, items, links, lists, live, tags
from feeds.podcast.checks.document import opened
from feeds.podcast.checks.notes import Notes
from feeds.podcast.checks.parts import Part
from feeds.podcast.checks.report import Report
from feeds.podcast.checks.rules import RULES

UNSEEN = "A document does not show this: check the feed by its address."
UNREAD = "The document could not be opened as RSS 2.0."


def check(data: bytes, *, url: str | None = None, now: datetime) -> Report:
    """Everything that is wrong with a feed, as far as the document shows it. `url`: where it was found; `now`: aware.

    `feeds.errors.FeedError` with one sentence where it is no feed, or larger than we read. Nothing else is raised.
    """
    notes = Notes()
    judge(data, (url,) if url else (), now, notes)
    return notes.report()


def judge(data: bytes, found_at: tuple[str, ...], now: datetime, notes: Notes) -> Part | None:
    """As `check`, into `notes`; the channel, where there is one. `found_at`: the addresses that led to the document."""
    document = opened(data, notes)
    if document.root is None or document.channel is None:
        notes.skip_all((rule.id for rule in RULES.values() if not rule.id.startswith("document.")), UNREAD)
        return None
    channel = Part(document.channel, "channel")
    episodes = [Part(element, "item", number) for number, element in enumerate(channel.all("item"), 1)]
    streams = [Part(element, "live item", number) for number, element in enumerate(channel.all("podcast:liveItem"), 1)]
    everywhere.judge(document.root, channel, (*episodes, *streams), notes)
    show.judge(channel, found_at, notes)
    items.judge(episodes, streams, channel, now, notes)
    live.judge(streams, notes)
    for part in (channel, *episodes, *streams):
        tags.judge(part, notes)
    _unseen(channel, (*episodes, *streams), notes)
    return channel


def _unseen(channel: Part, parts: tuple[Part, ...], notes: Notes) -> None:
    """Name the rules that only requests can show, of those that concern this feed."""
    concerned = {
        "media.": any(part.all("enclosure") for part in parts),
        "image.": any(part.all("itunes:image") for part in (channel, *parts)),
        "transcript.": any(part.all("podcast:transcript") for part in parts),
        "chapters.": any(part.all("podcast:chapters") for part in parts),
        "websub.": any(rel == "hub" for rel, _ in links.atom_links(channel)),
        "apple.": any(
            (element.get("type") or "").lower() in lists.HLS
            for part in parts
            for name in ("enclosure", "podcast:alternateEnclosure")
            for element in part.all(name)
        ),
    }
    for rule in RULES.values():
        if rule.network and all(there for prefix, there in concerned.items() if rule.id.startswith(prefix)):
            notes.skip(rule.id, UNSEEN)
