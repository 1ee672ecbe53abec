"""What is to be asked of servers about a feed: its hubs, artwork, and the files of its newest episodes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from feeds.podcast.checks import forms, lists
from feeds.podcast.checks.links import atom_links
from feeds.podcast.checks.notes import Spot
from feeds.podcast.checks.parts import Part, name_of, text_of


@dataclass(frozen=True)
class File:
    """Something to be had at `url`. `type`, `length`: as the feed says them; `duration`: of its episode, seconds."""

    url: str
    spot: Spot
    type: str = ""
    length: int | None = None
    duration: int | None = None


@dataclass(frozen=True)
class Errands:
    """`episodes`: how many there are; the files are those of the `asked` newest."""

    spot: Spot
    selves: tuple[str, ...]
    hubs: tuple[str, ...]
    artwork: tuple[File, ...]
    sounds: tuple[File, ...]
    transcripts: tuple[File, ...]
    chapters: tuple[File, ...]
    streams: tuple[File, ...]
    episodes: int
    asked: int


def errands(channel: Part, newest: int) -> Errands:
    """What to ask about a feed and its `newest` episodes; addresses that are none of the web are left out."""
    items = _newest(channel, newest)
    by_rel: dict[str, list[str]] = {}
    for rel, element in atom_links(channel):
        if forms.web(element.get("href")):
            by_rel.setdefault(rel, []).append(element.get("href") or "")
    return Errands(
        spot=channel.spot(),
        selves=tuple(by_rel.get("self", ())),
        hubs=tuple(by_rel.get("hub", ())),
        artwork=tuple(_files([channel], "itunes:image", "href"))[:1],
        sounds=tuple(file for file in _files(items, "enclosure", "url") if file.type.lower() not in lists.HLS),
        transcripts=tuple(_files(items, "podcast:transcript", "url")),
        chapters=tuple(_files(items, "podcast:chapters", "url")),
        streams=tuple(_streams(items)),
        episodes=len(channel.all("item")),
        asked=len(items),
    )


def _newest(channel: Part, most: int) -> list[Part]:
    def when(pair: tuple[int, etree._Element]) -> datetime:
        date = next((child for child in pair[1] if name_of(child) == "pubDate"), None)
        return forms.mailed_date(text_of(date)) or datetime.min.replace(tzinfo=UTC)

    ordered = sorted(enumerate(channel.all("item"), 1), key=when, reverse=True)
    return [Part(element, "item", number) for number, element in ordered[:most]]


def _files(parts: list[Part], name: str, attribute: str) -> Iterator[File]:
    for part in parts:
        duration = forms.whole(part.text("itunes:duration"))
        for element in part.all(name):
            url = (element.get(attribute) or "").strip()
            if forms.web(url):
                kind = (element.get("type") or "").strip()
                yield File(url, part.spot(element), kind, forms.whole(element.get("length")), duration)


def _streams(parts: list[Part]) -> Iterator[File]:
    for part in parts:
        yield from (file for file in _files([part], "enclosure", "url") if file.type.lower() in lists.HLS)
        for element in part.all("podcast:alternateEnclosure"):
            if (element.get("type") or "").strip().lower() in lists.HLS:
                for source in element:
                    url = (source.get("uri") or "").strip()
                    if name_of(source) == "podcast:source" and forms.web(url):
                        yield File(url, part.spot(source))
