"""An item as an episode.

Where the notes are said twice, in description and in content:encoded, the richer of the two is the episode's description:
content:encoded, unless description has markup too, or is much longer, and says more. A short description that the notes do
not repeat is kept as itunes:summary, where the item has none. Of several enclosures the first that is sound counts, the
other sounds become podcast:alternateEnclosure, a picture the episode's image.
"""

from datetime import datetime
from urllib.parse import unquote, urlsplit

from feeds.dates import parse_date
from feeds.podcast.addresses import extension, media_type
from feeds.podcast.reading_episode import in_podcast_words, media_contents
from feeds.podcast.reading_nodes import Node, absolute
from feeds.podcast.reading_words import bytes_of, has_markup, is_in, person_of, plain, title_of
from feeds.podcast.values import Enclosure, Episode, Tag
from feeds.values import guid_of
from feeds.xml import inner

PICTURES = {"jpg", "jpeg", "png", "gif", "webp"}


def episode_of(node: Node, *, now: datetime) -> Episode | None:
    """The episode of an RSS item; none where it has neither title nor guid, link, sound or text."""
    title = title_of(node.text("title", "itunes:title", "dc:title", "media:title"))
    sounds, pictures = _enclosures(node)
    link = _link(node)
    if not (title or sounds or link or node.text("guid", "description", "content:encoded", "itunes:summary")):
        return None
    title = title or _made_title(node, sounds)
    _say_of_enclosures(node, sounds, pictures, title)
    published = _published(node, now, title)
    description, kept = _description(node, title)
    guid, permalink = _guid(node, link or (sounds[0].url if sounds else None), title, published, description)
    episode = Episode(
        guid=guid,
        guid_is_permalink=permalink,
        title=title,
        enclosure=sounds[0] if sounds else None,
        published=published,
        description=description,
        link=link or (guid if permalink else None),
        author=_author(node),
        image=node.address("itunes:image", "googleplay:image") or _thumbnail(node) or next(iter(pictures), None),
    )
    return in_podcast_words(node, episode, extra=(*kept, *map(_alternate, sounds[1:])))


def _made_title(node: Node, sounds: list[Enclosure]) -> str:
    """The name of the sound's file, which is what an episode without a title has."""
    name = urlsplit(sounds[0].url).path.rpartition("/")[2] if sounds else ""
    title = " ".join(unquote(name).rpartition(".")[0].split())
    node.notes.say(
        "An episode has no title; the name of its file was taken" if title else "An episode has no title", title
    )
    return title


def _say_of_enclosures(node: Node, sounds: list[Enclosure], pictures: list[str], title: str) -> None:
    if not sounds:
        node.notes.say("An episode has no sound, only a picture" if pictures else "An episode has no sound", title)
    elif not sounds[0].length:
        node.notes.say("The length of a sound is not said, or is no number of bytes", title)
    if len(sounds) > 1:
        node.notes.say("An episode has several sounds; the first counts, the others became alternate ones", title)


def _guid(node: Node, link: str | None, title: str, published: datetime | None, description: str) -> tuple[str, bool]:
    """The guid as written, and whether it is the address of the page (RSS 2.0: so it is unless isPermaLink says no)."""
    element = node.first("guid")
    given = inner(element) if element is not None else ""
    guid, made = guid_of(given, link, title, published, description)
    if made:
        node.notes.say("An episode has no guid; its link, or else the address of its sound, stands for it", title)
    says_no = element is not None and (element.get("isPermaLink") or "true").strip().lower() == "false"
    return guid, not made and not says_no and absolute(guid) is not None


def _link(node: Node) -> str | None:
    plain_link = next((found for element in node.all("link") if (found := absolute(element.text, node.base))), None)
    guid = node.first("guid")
    relative = guid is not None and (guid.get("isPermaLink") or "").strip().lower() == "true"
    return (
        plain_link
        or node.link("alternate")
        or (absolute(inner(guid), node.base) if relative and guid is not None else None)
    )


def _published(node: Node, now: datetime, title: str) -> datetime | None:
    names = ("pubDate", "dc:date", "dcterms:issued", "atom:published", "published", "date")
    given = [text for name in names if (text := node.line(name))]
    found = next((moment for text in given if (moment := parse_date(text))), None)
    if given and found is None:
        node.notes.say("The date of an episode cannot be read", title)
    if found is not None and found > now:
        node.notes.say("The date of an episode lies in the future", title)
    return found


def _description(node: Node, title: str) -> tuple[str, tuple[Tag, ...]]:
    """The richer of description and content:encoded, and the other one's words as itunes:summary where they would be lost."""
    short, notes = node.text("description"), node.text("content:encoded")
    if not short or not notes:
        others = ("itunes:summary", "googleplay:description", "media:description", "dc:description", "itunes:subtitle")
        return short or notes or node.text(*others), ()
    if not _richer(notes, short):
        if not is_in(notes, short):
            node.notes.lost.add("content:encoded")
        return short, ()
    if is_in(short, notes) or any(is_in(short, node.text(f"itunes:{name}")) for name in ("summary", "subtitle")):
        return notes, ()
    if node.text("itunes:summary"):
        node.notes.say("The description is another text than the longer notes and the summary, and was left out", title)
        return notes, ()
    return notes, (Tag("itunes:summary", text=plain(short)),)


def _richer(notes: str, short: str) -> bool:
    words, others = len(plain(notes)), len(plain(short))
    return words >= others or (not has_markup(short) and words * 2 >= others)


def _author(node: Node) -> str:
    return node.line("itunes:author") or person_of(node.line("googleplay:author", "dc:creator", "author"))[0]


def _enclosures(node: Node) -> tuple[list[Enclosure], list[str]]:
    """Sounds (sound before film before other files), each address once, and the addresses of pictures."""
    given = [(e, "length") for e in node.all("enclosure")]
    if not any(absolute(element.get("url"), node.base) for element, _ in given):
        given += [(e, "fileSize") for e in media_contents(node) if e.get("medium") != "image"]
    sounds: dict[str, Enclosure] = {}
    pictures: list[str] = []
    for element, length in given:
        url, kind = absolute(element.get("url"), node.base), (element.get("type") or "").strip().lower()
        if url is None:
            continue
        if kind.startswith("image/") or (not kind and extension(url) in PICTURES):
            pictures.append(url)
        else:
            sounds.setdefault(url, Enclosure(url, bytes_of(element.get(length)), media_type(kind, url)))
    ranks = {"audio": 0, "video": 1}
    return sorted(sounds.values(), key=lambda sound: ranks.get(sound.type.partition("/")[0], 2)), pictures


def _alternate(sound: Enclosure) -> Tag:
    attributes = (("type", sound.type), *([("length", str(sound.length))] if sound.length else []))
    return Tag("podcast:alternateEnclosure", attributes, children=(Tag("podcast:source", (("uri", sound.url),)),))


def _thumbnail(node: Node) -> str | None:
    inside = (found for group in node.nodes("media:group") if (found := group.address("media:thumbnail")))
    return node.address("media:thumbnail") or next(inside, None)
