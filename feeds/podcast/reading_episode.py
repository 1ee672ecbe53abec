"""What the itunes and podcast namespaces say of an episode, in RSS and in Atom alike."""

from dataclasses import replace
from decimal import Decimal
from typing import cast

from lxml import etree

from feeds.podcast import reading_parts as parts
from feeds.podcast.reading_nodes import Node, absolute
from feeds.podcast.reading_words import decimal_of, truth, whole_of
from feeds.podcast.times import duration_of, seconds_of
from feeds.podcast.transcripts import kind_of
from feeds.podcast.values import ChaptersLink, Episode, EpisodeType, Soundbite, Tag, Transcript
from feeds.xml import inner

TYPED = parts.COMMON | {
    "itunes:duration": set[str](),
    "itunes:episodeType": set[str](),
    "itunes:season": set[str](),
    "itunes:episode": set[str](),
    "podcast:season": {"name"},
    "podcast:episode": {"display"},
    "podcast:transcript": {"url", "type", "language", "rel"},
    "podcast:chapters": {"url", "type"},
    "podcast:soundbite": {"startTime", "duration"},
}
ONCE = ("guid", "podcast:chapters", "podcast:season", "podcast:episode", "podcast:license", "podcast:chat")
TYPES = ("full", "trailer", "bonus")


def in_podcast_words(node: Node, episode: Episode, *, extra: tuple[Tag, ...] = ()) -> Episode:
    """The episode with what the itunes and podcast namespaces say of it. `extra` comes after its own tags."""
    parts.only_once(node, *ONCE, about=episode.title)
    season, season_name = _season(node, episode.title)
    number, exact, display = _number(node, episode.title)
    return replace(
        episode,
        duration=_duration(node, episode.title),
        explicit=parts.explicit(node, episode.title),
        block=truth(node.text("itunes:block")) or False,
        type=_type(node, episode.title),
        season=season,
        season_name=season_name,
        number=number,
        number_exact=exact,
        number_display=display,
        persons=parts.persons(node),
        places=parts.places(node),
        licence=parts.licence(node),
        transcripts=_transcripts(node, episode.title),
        chapters=_chapters(node),
        soundbites=_soundbites(node, episode.title),
        tags=(*parts.tags(node, TYPED), *extra),
    )


def media_contents(node: Node) -> list[etree._Element]:
    """The media:content elements, those of groups too."""
    groups = [content for group in node.nodes("media:group") for content in group.all("media:content")]
    return [*node.all("media:content"), *groups]


def _duration(node: Node, title: str) -> int | None:
    text = node.line("itunes:duration", "duration")
    found = duration_of(text)
    if found is None and text and seconds_of(text) != 0:  # zero is no nonsense, only no answer
        node.notes.say(f"“{text[:40]}” is no duration", title)
    by_media = (seconds for element in media_contents(node) if (seconds := duration_of(element.get("duration"))))
    return found or next(by_media, None)


def _type(node: Node, title: str) -> EpisodeType | None:
    word = node.line("itunes:episodeType").lower()
    if word and word not in TYPES:
        node.notes.say(f"“{word[:40]}” is no type of an episode", title)
    return cast("EpisodeType", word) if word in TYPES else None


def _season(node: Node, title: str) -> tuple[int | None, str]:
    element = node.first("podcast:season")
    name = " ".join((element.get("name") or "").split()) if element is not None else ""
    numbers = [
        number for key in ("itunes:season", "podcast:season") if (number := _whole(node, key, title)) is not None
    ]
    if len(set(numbers)) > 1:
        node.notes.say("itunes:season and podcast:season differ; the first counts", title)
    return next(iter(numbers), None), name


def _number(node: Node, title: str) -> tuple[int | None, str | None, str]:
    """itunes:episode, else podcast:episode where that is whole; podcast:episode itself where it says something else."""
    element = node.first("podcast:episode")
    display = " ".join((element.get("display") or "").split()) if element is not None else ""
    number, exact = _whole(node, "itunes:episode", title), decimal_of(node.text("podcast:episode"))
    if exact is None and node.text("podcast:episode"):
        node.notes.say(f"“{node.line('podcast:episode')[:40]}” is no podcast:episode", title)
    if number is None and exact is not None and exact == exact.to_integral_value():
        number = int(exact)
    return number, None if exact is None or exact == number else _decimal(exact), display


def _whole(node: Node, name: str, title: str) -> int | None:
    text = node.line(name)
    if (found := whole_of(text)) is None and text:
        node.notes.say(f"“{text[:40]}” is no {name}", title)
    return found


def _decimal(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _transcripts(node: Node, title: str) -> tuple[Transcript, ...]:
    found = []
    for element in node.all("podcast:transcript"):
        url = parts.address(element.get("url"), node, title)
        given = (element.get("type") or "").partition(";")[0].strip().lower()
        kind = kind_of(given, "") or given or kind_of(None, url or "")
        if url and not kind:
            node.notes.say("A transcript does not say its type; plain text was taken", title)
        if url:
            language, rel = ((element.get(key) or "").strip() or None for key in ("language", "rel"))
            found.append(Transcript(url, kind or "text/plain", language, rel))
    return tuple(found)


def _chapters(node: Node) -> ChaptersLink | None:
    for element in node.all("podcast:chapters"):
        if url := absolute(element.get("url"), node.base):
            kind = (element.get("type") or "").partition(";")[0].strip().lower()
            return ChaptersLink(url, kind) if kind not in ("", "application/json") else ChaptersLink(url)
    return None


def _soundbites(node: Node, title: str) -> tuple[Soundbite, ...]:
    found = []
    for element in node.all("podcast:soundbite"):
        start, duration = decimal_of(element.get("startTime")), decimal_of(element.get("duration"))
        if start is None or not duration:
            node.notes.say("A soundbite has no start or no duration that can be read; it was left out", title)
            continue
        found.append(Soundbite(float(start), float(duration), " ".join(inner(element).split())))
    return tuple(found)
