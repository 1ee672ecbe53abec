"""What is noticed while a feed is read: how its vocabularies are spelled, what is not carried, and sentences about the rest."""

from lxml import etree

from feeds.podcast.values import NAMESPACES
from feeds.values import told
from feeds.xml import PREFIXES

PODLOVE = "psc"
#: Names as they ought to be spelled, by their lower case: itunes:episodetype and pubdate are met every day.
SPELLED = {
    name.lower(): name
    for name in (
        "pubDate", "lastBuildDate", "managingEditor", "webMaster",
        "itunes:episodeType", "itunes:isClosedCaptioned",
        "podcast:updateFrequency", "podcast:liveItem", "podcast:alternateEnclosure", "podcast:socialInteract",
        "podcast:remoteItem", "podcast:valueRecipient", "podcast:valueTimeSplit", "podcast:contentLink",
    )
}  # fmt: skip


class Notes:
    """Kept while one document is read. `lost`: names of what is not carried."""

    def __init__(self) -> None:
        self.lost: set[str] = set()
        self._sentences: dict[str, list[str]] = {}
        self._names: dict[object, str] = {}

    def say(self, sentence: str, about: str = "") -> None:
        """A problem, a sentence without its full stop; the same about many episodes becomes one sentence."""
        self._sentences.setdefault(sentence, []).append(about)

    def problems(self) -> tuple[str, ...]:
        return told([_sentence(words, [a for a in about if a]) for words, about in self._sentences.items()])

    def name(self, element: etree._Element) -> str:
        """The element's name with our prefix for its vocabulary, such as "podcast:person"; empty for what is no element."""
        tag = element.tag
        found = self._names.get(tag)
        if found is None:
            if not isinstance(tag, str):
                return ""
            found, lasting = self._spelled(tag, element)
            if lasting:
                self._names[tag] = found
        return found

    def _spelled(self, tag: str, element: etree._Element) -> tuple[str, bool]:
        """The name, and whether all elements of this tag have it: in an unknown namespace the document's prefix counts."""
        space, _, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
        given, colon, rest = local.partition(":")
        if not space and colon:
            if given.lower() in ("itunes", "podcast"):
                self.say(f"The prefix “{given}” is not declared; what it stands before was read all the same")
            name = f"{given.lower()}:{rest}"
            return SPELLED.get(name.lower(), name), True
        known = self._vocabulary(space)
        own = (element.prefix or "?").lower() if known is None else known
        name = f"{own}:{local}" if own else local
        return SPELLED.get(name.lower(), name), known is not None

    def _vocabulary(self, space: str) -> str | None:
        """Our prefix for a namespace, however it is spelled; the itunes and podcast ones must be exact (PSP-1), so we say it."""
        known = vocabulary(space)
        if known in ("itunes", "podcast") and space != NAMESPACES[known]:
            self.say(
                f"The {known} namespace is spelled “{space}” and not “{NAMESPACES[known]}”; it was read all the same"
            )
        return known


def vocabulary(space: str) -> str | None:
    """Our prefix for a namespace, or none. In the wild: other schemes, other case, and addresses of the podcast
    namespace's text at its repository, which once was its name."""
    key = space.strip().lower().rstrip("/")
    bare = key.partition("://")[2] or key
    if bare.removeprefix("www.") == "itunes.com/dtds/podcast-1.0.dtd":
        return "itunes"
    if "podcastindex" in bare and "namespace" in bare:
        return "podcast"
    if bare == "podlove.org/simple-chapters":
        return PODLOVE
    return PREFIXES.get(key)


def _sentence(words: str, about: list[str]) -> str:
    if not about:
        return f"{words}."
    if len(about) == 1:
        return f"{words} (“{about[0]}”)."
    return f"{words} ({len(about):,} times, first in “{about[0]}”)."
