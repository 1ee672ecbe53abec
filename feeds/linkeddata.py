"""JSON-LD in pages (schema.org): the nodes, and the one that describes the work."""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from feeds.errors import FeedError
from feeds.jsontext import load, texts, words
from feeds.links import absolute
from feeds.markup import whole
from feeds.values import Enclosure

# The types of works, the telling ones first; what is not here describes the site around them.
WORKS = [
    "ScholarlyArticle",
    "MedicalScholarlyArticle",
    "Report",
    "PodcastEpisode",
    "Event",
    "EducationEvent",
    "OnlineEvent",
    "BusinessEvent",
    "Dataset",
    "Book",
    "Thesis",
    "PublicationIssue",
    "Course",
    "NewsArticle",
    "BlogPosting",
    "TechArticle",
    "Article",
    "VideoObject",
    "AudioObject",
    "LearningResource",
    "DigitalDocument",
    "PresentationDigitalDocument",
    "CreativeWork",
]
Node = Mapping[str, Any]


def nodes_in(script: str) -> Iterator[Node]:
    """The nodes of one script, those in `@graph` and in lists included; a script that is not JSON has none."""
    text = re.sub(
        r"^\s*(?:<!--|/\*.*?\*/|//<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\]\]>|\]\]>)\s*;?\s*$", "", script
    ).strip()
    try:
        value = load(text)
    except FeedError:
        try:
            value = load(html.unescape(text))
        except FeedError:
            return
    yield from _walk(value, 0)


def best_node(nodes: list[Node], url: str | None) -> Node:
    """The node of the work: by its type, and among equals the one that names the page. Empty where there is none."""
    works = [(rank, node) for node in nodes if (rank := _rank(node)) is not None]
    works.sort(key=lambda work: (not (url and url in _addresses(work[1])), work[0]))
    return works[0][1] if works else {}


def contents(node: Node, base: str | None) -> Enclosure | None:
    """The file of a work: `associatedMedia`, `encoding`, `audio`, `video` or `distribution` with a `contentUrl`."""
    for key in ("associatedMedia", "encoding", "audio", "video", "distribution"):
        parts = node.get(key)
        for part in parts if isinstance(parts, list) else [parts]:
            if isinstance(part, Mapping) and (url := absolute(words(part.get("contentUrl")), base)):
                return Enclosure(url, words(part.get("encodingFormat")), whole(words(part.get("contentSize"))))
    return None


def _walk(value: Any, depth: int) -> Iterator[Node]:
    if isinstance(value, list) and depth < 5:
        for part in value:
            yield from _walk(part, depth + 1)
    elif isinstance(value, Mapping):
        if value.get("@type"):
            yield value
        for key in ("@graph", "mainEntity"):
            if depth < 5:
                yield from _walk(value.get(key), depth + 1)


def _rank(node: Node) -> int | None:
    types = [kind.rpartition("/")[2] for kind in texts(node.get("@type"))]
    return min((WORKS.index(kind) for kind in types if kind in WORKS), default=None)


def _addresses(node: Node) -> list[str]:
    return [text for key in ("url", "@id", "mainEntityOfPage") for text in texts(node.get(key))]
