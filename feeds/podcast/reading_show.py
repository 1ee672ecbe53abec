"""A channel as a show."""

from datetime import datetime

from lxml import etree

from feeds.dates import parse_date
from feeds.podcast import reading_parts as parts
from feeds.podcast.addresses import media_type
from feeds.podcast.reading_nodes import Node, absolute, tag_of
from feeds.podcast.reading_words import bytes_of, person_of, title_of, truth, whole_of
from feeds.podcast.values import Funding, Show, ShowType, Tag, Trailer, UpdateFrequency
from feeds.xml import XML, inner

TYPED = parts.COMMON | {
    "itunes:owner": set[str](),
    "itunes:name": set[str](),
    "itunes:email": set[str](),
    "itunes:category": {"text"},
    "itunes:type": set[str](),
    "itunes:complete": set[str](),
    "itunes:new-feed-url": {"href", "url"},
    "podcast:guid": set[str](),
    "podcast:locked": {"owner"},
    "podcast:medium": set[str](),
    "podcast:funding": {"url"},
    "podcast:updateFrequency": {"rrule", "complete", "dtstart"},
    "podcast:trailer": {"url", "pubdate", "length", "type", "season"},
    "podcast:podping": {"usesPodping"},
}
ONCE = (
    "podcast:guid", "podcast:locked", "podcast:medium", "podcast:license", "podcast:updateFrequency", "podcast:podping",
    "podcast:podroll", "podcast:publisher",
)  # fmt: skip


def show_of(node: Node, *, url: str | None) -> Show:
    """The show of a channel. `url`: where the document came from, its address where it does not say one itself."""
    parts.only_once(node, *ONCE)
    owner_name, owner_email = _owner(node)
    locked = node.first("podcast:locked")
    return Show(
        title=title_of(node.text("title", "itunes:title", "dc:title")),
        link=_link(node),
        feed_url=node.link("self") or url or "",
        description=node.text(
            "description",
            "content:encoded",
            "itunes:summary",
            "googleplay:description",
            "dc:description",
            "itunes:subtitle",
        ),
        language=_language(node),
        author=_author(node),
        owner_name=owner_name,
        owner_email=owner_email,
        image=_image(node),
        categories=tuple(_categories(node)),
        explicit=parts.explicit(node) or False,
        type=_type(node),
        complete=truth(node.text("itunes:complete")) or False,
        block=truth(node.text("itunes:block")) or False,
        new_feed_url=node.address("itunes:new-feed-url"),
        copyright=node.line("copyright", "dc:rights", "media:copyright"),
        guid=node.line("podcast:guid") or None,
        locked=_locked(node),
        locked_owner=((locked.get("owner") or "").strip() or None) if locked is not None else None,
        medium=node.line("podcast:medium") or None,
        funding=_funding(node),
        persons=parts.persons(node),
        places=parts.places(node),
        licence=parts.licence(node),
        update_frequency=_update_frequency(node),
        trailers=_trailers(node),
        pings=any(truth(element.get("usesPodping")) for element in node.all("podcast:podping")),
        hubs=tuple(dict.fromkeys(node.links("hub"))),
        tags=parts.tags(node, TYPED),
        live=live(node),
        published=_date(node, "pubDate", "dc:date"),
        changed=_date(node, "lastBuildDate", "atom:updated"),
    )


def live(node: Node) -> tuple[Tag, ...]:
    return tuple(tag_of("podcast:liveItem", element, node.base, node.notes) for element in node.all("podcast:liveItem"))


def _link(node: Node) -> str:
    plain = next((found for element in node.all("link") if (found := absolute(element.text, node.base))), None)
    return plain or node.link("alternate") or ""


def _language(node: Node) -> str:
    above = node.element.getparent()
    given = node.line("language", "dc:language") or node.element.get(XML + "lang")
    given = given or (above.get(XML + "lang") if above is not None else None)
    if not given:
        node.notes.say("The feed does not say its language; English was taken")
    return (given or "en").strip().replace("_", "-")


def _author(node: Node) -> str:
    said = node.line("itunes:author", "googleplay:author", "author", "dc:creator")
    return said if node.line("itunes:author") else person_of(said)[0]


def _owner(node: Node) -> tuple[str, str]:
    """Name and mail of itunes:owner, also where they stand beside it or Google's words stand in their place."""
    for owner in node.nodes("itunes:owner"):
        name, mail = owner.line("itunes:name", "name"), owner.line("itunes:email", "email")
        if name or mail:
            return name, mail
    return node.line("itunes:name"), node.line("itunes:email", "googleplay:email", "googleplay:owner")


def _image(node: Node) -> str | None:
    inside = (found for image in node.nodes("image") if (found := image.address("url")))
    return node.address("itunes:image", "googleplay:image") or next(inside, None) or node.address("media:thumbnail")


def _categories(node: Node) -> list[tuple[str, str | None]]:
    """Each category with each of its subcategories. One without a name is passed over, what is below it counts as one."""
    found: list[tuple[str, str | None]] = []
    for element in node.all("itunes:category") or node.all("googleplay:category"):
        name = _category(element)
        below = [child for child in element if node.notes.name(child) == "itunes:category"]
        names = [sub for child in below if (sub := _category(child))]
        if any(len(child) for child in below):
            node.notes.say("A category is nested in a third level, which Apple does not know; it was left out")
        found += [(name, sub) if name else (sub, None) for sub in names] or ([(name, None)] if name else [])
    return list(dict.fromkeys(found))


def _category(element: etree._Element) -> str:
    return " ".join((element.get("text") or element.text or "").split())


def _type(node: Node) -> ShowType:
    word = node.line("itunes:type").lower()
    if word not in ("", "episodic", "serial"):
        node.notes.say(f"“{word[:40]}” is no itunes:type; episodic was taken")
    return "serial" if word == "serial" else "episodic"


def _locked(node: Node) -> bool | None:
    text = node.text("podcast:locked")
    if text and truth(text) is None:
        node.notes.say(f"“{text[:40]}” for podcast:locked means neither yes nor no")
    return truth(text)


def _funding(node: Node) -> tuple[Funding, ...]:
    """podcast:funding, and the older atom:link rel=payment, which means the same."""
    given = [(element.get("url"), " ".join(inner(element).split())) for element in node.all("podcast:funding")]
    paid = (element for element in node.all("atom:link") if element.get("rel") == "payment")
    given += [(element.get("href"), " ".join((element.get("title") or "").split())) for element in paid]
    found: dict[str, Funding] = {}
    for link, text in given:
        if url := parts.address(link, node, text or "funding"):
            found.setdefault(url, Funding(url, text))
    return tuple(found.values())


def _update_frequency(node: Node) -> UpdateFrequency | None:
    for element in node.all("podcast:updateFrequency"):
        rrule, dtstart = ((element.get(key) or "").strip() or None for key in ("rrule", "dtstart"))
        return UpdateFrequency(" ".join(inner(element).split()), rrule, truth(element.get("complete")), dtstart)
    return None


def _trailers(node: Node) -> tuple[Trailer, ...]:
    found = []
    for element in node.all("podcast:trailer"):
        title, url = " ".join(inner(element).split()), absolute(element.get("url"), node.base)
        published = parse_date(element.get("pubdate"))
        if url is None or published is None:
            node.notes.say("A trailer has no address or no date that can be read; it was left out", title)
            continue
        length, kind = bytes_of(element.get("length")) or None, media_type(element.get("type") or "", url) or None
        found.append(Trailer(title, url, published, length, kind, whole_of(element.get("season"))))
    return tuple(found)


def _date(node: Node, *names: str) -> datetime | None:
    return next((moment for name in names if (moment := parse_date(node.text(name)))), None)
