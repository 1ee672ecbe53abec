"""Tags that are carried whole: which of them may be written, and how.

A tag that breaks a must of the namespace is left out whole, with its reason: half of a payment or of a second file is worse
than none. `rare_rules` says what each must have.
"""

import re
from collections.abc import Iterable, Iterator

from feeds.feedgen_mended import clean
from feeds.podcast.addresses import is_secure
from feeds.podcast.rare_rules import PLAIN, RULES, SINGLE, special
from feeds.podcast.sheet import Sheet, element
from feeds.podcast.texts import line
from feeds.podcast.values import Tag
from feeds.podcast.vocabularies import FIELDS

NAME = re.compile(r"(?:podcast|itunes):[A-Za-z_][A-Za-z0-9_.-]*").fullmatch
ATTRIBUTE = re.compile(r"(?:xml:)?[A-Za-z_][A-Za-z0-9_.-]*").fullmatch
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:\S", re.IGNORECASE).match
#: Attributes that hold an address; the namespace asks for https where that is one of the web.
ADDRESSES = frozenset(["href", "url", "uri", "img", "feedUrl", "accountUrl", "embedUrl"])
#: What a liveItem borrows from an item of RSS.
BORROWED = frozenset(
    ["title", "link", "description", "author", "category", "comments", "enclosure", "guid", "pubDate", "source"]
)
DEEPEST, MOST = 8, 2000


def rare(sheet: Sheet, tags: Iterable[Tag]) -> None:
    """The tags of a channel or item that fit, as they are."""
    seen: set[tuple[str, str | None]] = set()
    for tag in tags:
        key = (tag.name, tag.get("id") if tag.name == "podcast:block" else tag.get("default"))
        single = tag.name in SINGLE or tag.name.startswith("itunes:")
        if tag.name in FIELDS:
            sheet.leave(f"A second {tag.name} is left out: what it says has a field of its own.")
        elif key in seen and (single or key == ("podcast:alternateEnclosure", "true")):
            sheet.leave(f"A second {tag.name} is left out: there may be only one of its kind.")
        elif _write(sheet, tag):
            seen.add(key)


def live(sheet: Sheet, tags: Iterable[Tag]) -> None:
    """podcast:liveItem, for the companion document."""
    for tag in tags:
        if tag.name == "podcast:liveItem":
            _write(sheet, tag)
        else:
            sheet.leave(f"{line(tag.name, 64)} is left out: it is no live item.")


def _write(sheet: Sheet, tag: Tag) -> bool:
    if reason := problem(tag):
        sheet.leave(f"{line(tag.name, 64)} is left out: {reason}.")
        return False
    sheet.lines.append(_written(tag))
    return True


def problem(tag: Tag) -> str | None:
    """The must that the tag breaks, as the end of a sentence; None where it may be written."""
    return next(_problems(tag, live=False, depth=0), None)


def _problems(tag: Tag, *, live: bool, depth: int) -> Iterator[str]:
    if not (NAME(tag.name) or (live and tag.name in BORROWED)):
        yield f"“{line(tag.name, 64)}” is no name of the namespaces podcast and itunes"
    elif depth > DEEPEST or len(tag.children) > MOST:
        yield "it holds more than an app would read"
    else:
        yield from _of_attributes(tag)
        yield from _of_text(tag)
        yield from _of_children(tag)
        yield from special(tag)
        for child in tag.children:
            yield from _problems(child, live=live or tag.name == "podcast:liveItem", depth=depth + 1)


def _of_attributes(tag: Tag) -> Iterator[str]:
    rule, given = RULES.get(tag.name, PLAIN), dict(tag.attributes)
    yield from (f"{tag.name} has no {key}" for key in rule.needs if not given.get(key, "").strip())
    if len(given) < len(tag.attributes) or not all(map(ATTRIBUTE, given)):
        yield f"an attribute of {tag.name} has no name that XML allows, or is there twice"
    for key, value in given.items():
        if value and key in rule.forms and not rule.forms[key](value.strip()):
            yield f"the {key} of {tag.name} cannot be “{line(value, 64)}”"
        if len(value) > rule.limits.get(key, len(value)):
            yield f"the {key} of {tag.name} is longer than {rule.limits[key]} characters"
        if value and key in ADDRESSES and tag.name.startswith("podcast:") and not _is_address(value.strip()):
            yield f"{line(value)} is no address that begins with https:"


def _is_address(value: str) -> bool:
    """An address of https, or of another scheme that is not the web's: ipfs:, nostr:."""
    if value.lower().startswith(("http:", "https:")):
        return is_secure(value) and not re.search(r"\s", value)
    return SCHEME(value) is not None and not re.search(r"\s", value)


def _of_text(tag: Tag) -> Iterator[str]:
    rule, text = RULES.get(tag.name, PLAIN), clean(tag.text).strip()
    size = len(text.encode()) if rule.octets else len(text)
    if size > rule.longest:
        yield f"its text is longer than {rule.longest} {'bytes' if rule.octets else 'characters'}"
    if rule.text and not text:
        yield f"{tag.name} says nothing"


def _of_children(tag: Tag) -> Iterator[str]:
    names = [child.name for child in tag.children]
    for name, (fewest, most) in RULES.get(tag.name, PLAIN).children.items():
        if names.count(name) < fewest:
            yield f"{tag.name} has no {name}"
        if names.count(name) > most:
            yield f"{tag.name} has more than one {name}"


def _written(tag: Tag) -> str:
    attributes = [(key, line(value, max(len(value), 1))) for key, value in tag.attributes]
    return element(tag.name, clean(tag.text).strip(), attributes, "".join(map(_written, tag.children)))
