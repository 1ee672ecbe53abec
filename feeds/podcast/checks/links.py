"""Rules 9 to 11: what the channel links by atom:link: itself, hubs, other pages."""

from collections.abc import Iterator

from lxml import etree

from feeds.podcast.checks.looking import Look
from feeds.podcast.checks.notes import Notes
from feeds.podcast.checks.parts import Part, short

FEED_TYPE = "application/rss+xml"
PAGES = ("first", "prev", "previous", "next", "last")


def judge(channel: Part, found_at: tuple[str, ...], notes: Notes) -> None:
    """`found_at`: the addresses that led to the document; none where nobody knows."""
    by_rel: dict[str, list[etree._Element]] = {}
    for rel, element in atom_links(channel):
        by_rel.setdefault(rel, []).append(element)
    selves = by_rel.get("self", [])
    if not selves:
        message = 'The feed does not name its own address: add <atom:link rel="self" type="application/rss+xml">.'
        notes.missing("channel.self", message, channel.spot())
    for element in selves:
        _self(Look(notes, channel, element, "channel.self"), found_at)
    for element in by_rel.get("hub", []):
        Look(notes, channel, element, "websub.hub").address("href")
    if "hub" in by_rel and len(selves) != 1:
        message = f'The feed has a hub and {len(selves)} links of rel="self": keep exactly one.'
        notes.wrong("websub.self", message, channel.spot(selves[1] if len(selves) > 1 else None))
    _paging({rel: by_rel[rel] for rel in PAGES if rel in by_rel}, channel, notes)


def atom_links(channel: Part) -> Iterator[tuple[str, etree._Element]]:
    """The relations of atom:link, in lower case, with their elements; one element may name several."""
    for element in channel.all("atom:link"):
        for rel in (element.get("rel") or "alternate").lower().split():
            yield rel, element


def _self(look: Look, found_at: tuple[str, ...]) -> None:
    href = look.address("href")
    if look.get("type") is None:
        look.wrong(f'The self link has no type: add type="{FEED_TYPE}".')
    elif look.get("type") != FEED_TYPE:
        look.wrong(f"The self link has “{short(look.get('type') or '')}” for type: write {FEED_TYPE}.")
    if href and found_at and href.partition("#")[0] not in {url.partition("#")[0] for url in found_at}:
        look.advise(
            f"The feed says that its address is {href}, and it was found at {found_at[-1]}: name the one that is to stay."
        )


def _paging(links: dict[str, list[etree._Element]], channel: Part, notes: Notes) -> None:
    if not links:
        return
    for rel, elements in links.items():
        for element in elements:
            Look(notes, channel, element, "feed.paging").address("href")
        if len(elements) > 1:
            message = f'There are {len(elements)} links of rel="{rel}": keep one.'
            notes.wrong("feed.paging", message, channel.spot(elements[1]))
    for rel in ("first", "last"):
        if rel not in links:
            message = f'The feed is paged and has no link of rel="{rel}": add it to every page.'
            notes.missing("feed.paging", message, channel.spot())
    if not {"next", "prev", "previous"} & set(links):
        message = "The feed is paged and links neither its next nor its previous page: add the one that there is."
        if _hrefs(links.get("first", [])) != _hrefs(links.get("last", [])):
            notes.missing("feed.paging", message, channel.spot())


def _hrefs(elements: list[etree._Element]) -> set[str]:
    return {element.get("href") or "" for element in elements}
