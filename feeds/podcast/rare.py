"""Tags that are carried whole: which of them may be written, and how (podcast namespace 1.0, docs/tags).

A tag that breaks a must of the namespace is left out whole, with its reason: half of a payment or of a second file is worse
than none.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from feeds.feedgen_mended import clean
from feeds.podcast.sheet import Sheet, element
from feeds.podcast.texts import line
from feeds.podcast.values import LONGEST_DESCRIPTION, Tag
from feeds.podcast.vocabularies import FIELDS

NAME = re.compile(r"(?:podcast|itunes):[A-Za-z_][A-Za-z0-9_.-]*").fullmatch
ATTRIBUTE = re.compile(r"(?:xml:)?[A-Za-z_][A-Za-z0-9_.-]*").fullmatch
#: What a liveItem borrows from an item of RSS.
BORROWED = frozenset(
    ["title", "link", "description", "author", "category", "comments", "enclosure", "guid", "pubDate", "source"]
)
SINGLE = frozenset(["podcast:chat", "podcast:podroll", "podcast:publisher", "podcast:images"])
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?").fullmatch
WHOLE = re.compile(r"\d{1,12}").fullmatch
SECONDS = re.compile(r"\d{1,9}(?:\.\d+)?").fullmatch
DEEPEST, MOST = 8, 2000


@dataclass(frozen=True)
class Rule:
    """`needs`: attributes that must have a value. `longest`: characters of the text, `limits` of attributes. `forms`: what
    an attribute must look like. `children`: (fewest, most) by name. `text`: whether it must say something."""

    needs: tuple[str, ...] = ()
    longest: int = 255
    limits: Mapping[str, int] = field(default_factory=dict)
    forms: Mapping[str, Callable[[str], object]] = field(default_factory=dict)
    children: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    text: bool = False


MANY = 1000
RULES: dict[str, Rule] = {
    "podcast:txt": Rule(longest=4000, limits={"purpose": 128}, text=True),
    "podcast:value": Rule(needs=("type", "method"), children={"podcast:valueRecipient": (1, MANY)}),
    "podcast:valueRecipient": Rule(needs=("type", "address", "split"), forms={"split": WHOLE}),
    "podcast:valueTimeSplit": Rule(needs=("startTime", "duration"), forms={"startTime": SECONDS, "duration": SECONDS}),
    "podcast:socialInteract": Rule(needs=("protocol",), forms={"priority": WHOLE}),
    "podcast:chat": Rule(needs=("server", "protocol")),
    "podcast:podroll": Rule(children={"podcast:remoteItem": (1, MANY)}),
    "podcast:publisher": Rule(children={"podcast:remoteItem": (1, 1)}),
    "podcast:remoteItem": Rule(needs=("feedGuid",)),
    "podcast:alternateEnclosure": Rule(
        needs=("type",),
        limits={"title": 32, "rel": 32},
        forms={"length": WHOLE, "bitrate": SECONDS, "height": WHOLE, "default": ("true", "false").__contains__},
        children={"podcast:source": (1, MANY), "podcast:integrity": (0, 1)},
    ),
    "podcast:source": Rule(needs=("uri",)),
    "podcast:integrity": Rule(needs=("type", "value"), forms={"type": ("sri", "pgp-signature").__contains__}),
    "podcast:image": Rule(needs=("href",), forms={"width": WHOLE, "height": WHOLE}),
    "podcast:images": Rule(needs=("srcset",)),
    "podcast:block": Rule(text=True),
    "podcast:contentLink": Rule(needs=("href",)),
    "podcast:liveItem": Rule(
        needs=("status", "start"),
        forms={"status": ("pending", "live", "ended").__contains__, "start": MOMENT, "end": MOMENT},
        children={"title": (1, 1), "guid": (1, 1), "podcast:contentLink": (1, MANY), "enclosure": (0, 1)},
    ),
    "description": Rule(longest=LONGEST_DESCRIPTION),
    "itunes:summary": Rule(longest=LONGEST_DESCRIPTION),
}
PLAIN = Rule()


def rare(sheet: Sheet, tags: Iterable[Tag]) -> None:
    """The tags of a channel or item that fit, as they are."""
    seen: set[str] = set()
    for tag in tags:
        if tag.name in FIELDS:
            sheet.leave(f"A second {tag.name} is left out: what it says has a field of its own.")
        elif tag.name in seen and (tag.name in SINGLE or tag.name.startswith("itunes:")):
            sheet.leave(f"A second {tag.name} is left out: there may be only one.")
        elif _write(sheet, tag):
            seen.add(tag.name)


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


def problem(tag: Tag, *, inside_live: bool = False, depth: int = 0) -> str | None:
    """The must that the tag breaks, as the end of a sentence; None where it may be written."""
    if not (NAME(tag.name) or (inside_live and tag.name in BORROWED)):
        return f"“{line(tag.name, 64)}” is no name of the namespaces podcast and itunes"
    if depth > DEEPEST or len(tag.children) > MOST:
        return "it holds more than an app would read"
    rule = RULES.get(tag.name, PLAIN)
    found = _of_attributes(tag, rule, inside_live) or _of_text(tag, rule) or _of_children(tag, rule) or _special(tag)
    live_inside = inside_live or tag.name == "podcast:liveItem"
    deeper = (problem(child, inside_live=live_inside, depth=depth + 1) for child in tag.children)
    return found or next(filter(None, deeper), None)


def _of_attributes(tag: Tag, rule: Rule, inside_live: bool) -> str | None:
    given = dict(tag.attributes)
    for key in rule.needs:
        if not given.get(key, "").strip():
            return f"{tag.name} has no {key}"
    if len(given) < len(tag.attributes) or not all(ATTRIBUTE(key) for key in given):
        return f"an attribute of {tag.name} has no name that XML allows, or is there twice"
    for key, value in given.items():
        if value and key in rule.forms and not rule.forms[key](value.strip()):
            return f"the {key} of {tag.name} cannot be “{line(value, 64)}”"
        if len(value) > rule.limits.get(key, len(value)):
            return f"the {key} of {tag.name} is longer than {rule.limits[key]} characters"
        if tag.name.startswith("podcast:") and re.match(r"\s*http:", value, re.IGNORECASE):
            return f"{line(value)} begins with http:, and apps ask for https:"
    return None


def _of_text(tag: Tag, rule: Rule) -> str | None:
    text = clean(tag.text).strip()
    size = len(text.encode()) if rule.longest == LONGEST_DESCRIPTION and tag.name != "podcast:txt" else len(text)
    if size > rule.longest:
        return f"its text is longer than {rule.longest} {'characters' if size == len(text) else 'bytes'}"
    return f"{tag.name} says nothing" if rule.text and not text else None


def _of_children(tag: Tag, rule: Rule) -> str | None:
    names = [child.name for child in tag.children]
    for name, (fewest, most) in rule.children.items():
        if names.count(name) < fewest:
            return f"{tag.name} has no {name}"
        if names.count(name) > most:
            return f"{tag.name} has more than one {name}"
    return None


def _special(tag: Tag) -> str | None:
    """What no table says: rules between attributes, or of the text of one tag."""
    if tag.name == "podcast:socialInteract" and tag.get("protocol") != "disabled" and not tag.get("uri"):
        return "podcast:socialInteract has no uri"
    if tag.name == "podcast:block" and tag.text.strip() not in ("yes", "no"):
        return "podcast:block says yes or no"
    if tag.name == "podcast:publisher" and tag.children[0].get("medium") != "publisher":
        return "its podcast:remoteItem has no medium “publisher”"
    if tag.name in ("title", "guid") and not tag.text.strip():
        return f"its {tag.name} is blank"
    return None


def _written(tag: Tag) -> str:
    attributes = [(key, line(value, max(len(value), 1))) for key, value in tag.attributes]
    return element(tag.name, clean(tag.text).strip(), attributes, "".join(map(_written, tag.children)))
