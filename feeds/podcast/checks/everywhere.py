"""Rules 2, 3, 4 and 62: what holds for every tag, wherever it stands."""

from collections.abc import Iterable, Iterator
from typing import cast

from lxml import etree

from feeds.podcast.checks import forms, lists
from feeds.podcast.checks.notes import Notes, Spot, line_of
from feeds.podcast.checks.parts import Part, name_of, short
from feeds.podcast.values import NAMESPACES

GOVERNED = ("", "itunes", "podcast", "atom")
MOST = 255
#: Whose own rules say how long they may be.
LONGER = frozenset({
    "description", "itunes:summary", "podcast:txt", "podcast:person", "podcast:funding", "podcast:location",
    "podcast:license", "podcast:soundbite", "podcast:trailer", "podcast:updateFrequency", "podcast:integrity",
    "podcast:season", "podcast:episode", "podcast:alternateEnclosure", "podcast:valueRecipient",
})  # fmt: skip
ADDRESSES = ("url", "href", "img", "uri", "feedUrl", "accountUrl")
ADDRESS_TEXTS = ("link", "itunes:new-feed-url", "url")
_KNOWN = (
    lists.RSS_TAGS
    | {f"itunes:{name}" for name in lists.ITUNES_TAGS}
    | {f"podcast:{name}" for name in lists.PODCAST_TAGS}
)
_RIGHT = {name.lower(): name for name in _KNOWN}
NOBODY = (
    "An address leads to the machine of whoever reads it ({host}), so nobody elsewhere can follow it: "
    "publish under a name that others reach."
)
PRIVATE = "An address leads into a private network ({host}): publish under a name that others reach."


def judge(root: etree._Element, channel: Part, parts: Iterable[Part], notes: Notes) -> None:
    used: dict[str, str] = {}
    for part in (channel, *parts):
        _counts(part, notes)
        for name, element in _tags(part.element):
            if element.tag[0] == "{":
                used.setdefault(element.tag[1:].partition("}")[0], name.partition(":")[0])
            prefix = name.partition(":")[0] if ":" in name else ""
            if prefix in GOVERNED:
                _one(name, element, part, notes)
    _namespaces(root, channel.element, used, notes)


def _tags(element: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """The elements of a part with their names, deep, without the parts that are looked at by themselves."""
    for child in element:
        name = name_of(child)
        if name in ("item", "podcast:liveItem") or not name:
            continue
        yield name, child
        if len(child):
            yield from _tags(child)


def _one(name: str, element: etree._Element, part: Part, notes: Notes) -> None:
    if name not in _KNOWN:
        _name(name, part.spot(element), notes)
    if element.getparent() is part.element:
        _place(name, part, element, notes)
    text = (element.text or "") if len(element) == 0 else ""
    faults = list(_faults(name, f"<{name}>", text))
    if name in ADDRESS_TEXTS:
        faults += _address(name, text.strip())
    for attribute, value in cast(dict[str, str], element.attrib).items():
        faults += _faults(name, f"{attribute} of <{name}>", value)
        if attribute in ADDRESSES:
            faults += _address(name, value.strip())
    for rule, message, wrong in faults:
        (notes.wrong if wrong else notes.advise)(rule, message, part.spot(element))


def _name(name: str, spot: Spot, notes: Notes) -> None:
    right = _RIGHT.get(name.lower())
    if right is not None:
        notes.wrong("tags.known", f"<{name}> is written <{right}>: write it exactly so.", spot)
    elif name.startswith(("itunes:", "podcast:")):
        notes.advise(
            "tags.known", f"There is no tag <{short(name)}>: look for its name in the list, or take it away.", spot
        )


def _place(name: str, part: Part, element: etree._Element, notes: Notes) -> None:
    if part.kind == "channel" and name in lists.ONLY_IN_ITEM:
        message = f"<{name}> belongs to an episode: move it into its <item>."
    elif part.kind != "channel" and name in lists.ONLY_IN_CHANNEL:
        message = f"<{name}> belongs to the show: move it into <channel>."
    else:
        return
    notes.advise("tags.place", message, part.spot(element))


def _faults(name: str, what: str, value: str) -> Iterator[tuple[str, str, bool]]:
    """Rule, sentence, and whether it is a must."""
    bare = value.strip()
    if len(bare) > MOST and name not in LONGER:
        yield "values.length", f"{what} has {len(bare):,} characters: shorten it to {MOST}.", True
    if bare and bare != value:
        yield "values.space", f"{what} begins or ends with white space: take it away.", True


def _address(name: str, value: str) -> Iterator[tuple[str, str, bool]]:
    parts = forms.web(value)
    if parts is None:
        return
    host = parts.hostname or ""
    here = forms.is_loopback(host)
    if here:
        yield "urls.reachable", NOBODY.format(host=host), False
    elif forms.is_private(host):
        yield "urls.reachable", PRIVATE.format(host=host), False
    if parts.scheme == "https" or here:
        return
    if name.startswith("podcast:"):
        yield "urls.https", f"<{name}> has an address that begins with http://: use https://.", True
    elif name in ("enclosure", "itunes:image", "atom:link"):
        message = f"<{name}> has an address that begins with http://, which phones refuse: use https://."
        yield "urls.https", message, False


def _counts(part: Part, notes: Notes) -> None:
    once = lists.SINGLE | (lists.ONCE_IN_CHANNEL if part.kind == "channel" else lists.ONCE_IN_ITEM)
    for name, found in part.children.items():
        if len(found) > 1 and name in once:
            message = f"<{name}> stands {len(found)} times in one {part.kind}: keep one."
            notes.wrong("tags.single", message, part.spot(found[1]))


def _namespaces(root: etree._Element, channel: etree._Element, used: dict[str, str], notes: Notes) -> None:
    declared = dict(used)
    for prefix, uri in (*channel.nsmap.items(), *root.nsmap.items()):
        declared[str(uri)] = prefix or ""
    spot = Spot(line_of(root), "the document")
    for prefix, uri in NAMESPACES.items():
        if uri in declared:
            if declared[uri] != prefix:
                message = f"The namespace {uri} has the prefix “{declared[uri]}”: use {prefix}, which readers expect."
                notes.advise("document.namespaces", message, spot)
            continue
        near = next((other for other, name in declared.items() if name == prefix or _alike(other, uri)), None)
        if near is not None:
            message = f"The namespace {prefix} is declared as “{short(near, 100)}”: write exactly {uri}."
            notes.wrong("document.namespaces", message, spot)
        elif prefix == "content":
            if _has_html(channel):
                message = (
                    f'Descriptions hold HTML, and the namespace content is not declared: add xmlns:content="{uri}".'
                )
                notes.advise("document.namespaces", message, spot)
        else:
            message = f'The namespace {prefix} is not declared: add xmlns:{prefix}="{uri}" to <rss>.'
            notes.missing("document.namespaces", message, spot)


def _has_html(channel: etree._Element) -> bool:
    return any("</" in (element.text or "") for element in channel.iter("description"))


def _alike(one: str, other: str) -> bool:
    return one.strip().lower().rstrip("/").partition("://")[2] == other.lower().rstrip("/").partition("://")[2]
