"""What a channel and an item say alike: persons, places, the licence, explicit, the tags that are carried whole."""

from collections.abc import Mapping

from lxml import etree

from feeds.podcast.reading_nodes import Node, absolute, says_something, tag_of
from feeds.podcast.reading_words import truth
from feeds.podcast.values import Licence, Person, Place, Tag
from feeds.xml import inner

#: What has a field in both, with the attributes the field holds.
COMMON = {
    "itunes:author": set[str](),
    "itunes:image": {"href", "url"},
    "itunes:explicit": set[str](),
    "itunes:block": set[str](),
    "podcast:person": {"role", "group", "img", "href"},
    "podcast:location": {"rel", "geo", "osm", "country"},
    "podcast:license": {"url"},
}


def tags(node: Node, typed: Mapping[str, set[str]]) -> tuple[Tag, ...]:
    """The itunes and podcast elements that have no field, whole and in order; of those that have one, attributes that the
    field cannot hold are noted as lost. Live items are not among them."""
    found = []
    for name, element in node.children:
        if not name.startswith(("itunes:", "podcast:")) or name == "podcast:liveItem":
            continue
        if name in typed:
            unknown = (str(key) for key in element.attrib if str(key) not in typed[name])
            node.notes.lost.update(f"{name}@{key}" for key in unknown if not key.startswith("{"))
        elif says_something(tag := tag_of(name, element, node.base, node.notes)):
            found.append(tag)
    return tuple(found)


def persons(node: Node) -> tuple[Person, ...]:
    found = []
    for element in node.all("podcast:person"):
        if name := _words(element):
            role, group = (" ".join((element.get(key) or "").lower().split()) for key in ("role", "group"))
            image, link = address(element.get("img"), node, name), address(element.get("href"), node, name)
            found.append(Person(name, role or "host", group or "cast", image, link))
    return tuple(found)


def places(node: Node) -> tuple[Place, ...]:
    found = []
    for element in node.all("podcast:location"):
        rel, geo, osm, country = ((element.get(key) or "").strip() or None for key in ("rel", "geo", "osm", "country"))
        if (name := _words(element)) or geo or osm:
            found.append(Place(name, rel, geo, osm, country))
    return tuple(found)


def licence(node: Node) -> Licence | None:
    for element in node.all("podcast:license"):
        url = absolute(element.get("url"), node.base)
        if (text := _words(element)) or url:
            return Licence(text, url)
    return None


def explicit(node: Node, about: str = "") -> bool | None:
    """itunes:explicit, else Google's; a word that means neither is said."""
    for name in ("itunes:explicit", "googleplay:explicit"):
        if text := node.text(name):
            if (found := truth(text)) is None:
                node.notes.say(f"“{text[:40]}” for {name} means neither true nor false", about)
            return found
    return None


def address(link: str | None, node: Node, about: str) -> str | None:
    """The link, absolute; one that is there and leads nowhere on the web is said."""
    found = absolute(link, node.base)
    if found is None and (link or "").strip():
        node.notes.say("An address is none of the web and was left out", about)
    return found


def only_once(node: Node, *names: str, about: str = "") -> None:
    """Says where an element that may be there once is there more often; the first counts."""
    for name in names:
        if len(node.all(name)) > 1:
            node.notes.say(f"{name} is there more than once; the first counts", about)


def _words(element: etree._Element) -> str:
    return " ".join(inner(element).split())
