"""What each rare tag must have (podcast namespace 1.0, docs/tags)."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from feeds.podcast.addresses import address, has_host
from feeds.podcast.checks import forms
from feeds.podcast.checks.lists import MEDIUMS
from feeds.podcast.values import LONGEST_DESCRIPTION, Tag

DIGESTS = re.compile(
    r"sha(?:256|384|512)-[A-Za-z0-9+/]{40,90}={0,2}(?:\s+sha(?:256|384|512)-[A-Za-z0-9+/]{40,90}={0,2})*"
)
RATIO = re.compile(r"\d{1,5}(?:\.\d{1,5})?(?:\s*[/:]\s*\d{1,5}(?:\.\d{1,5})?)?")
IMAGE = re.compile(r"image/[a-z0-9][a-z0-9!#$&^_.+-]*", re.IGNORECASE)
MANY = 1000

Form = Callable[[str], object]


@dataclass(frozen=True)
class Rule:
    """`needs`: attributes that must have a value. `longest`: characters of the text (`octets`: of UTF-8), `limits` of
    attributes. `forms`: what an attribute must look like. `children`: (fewest, most) by name. `text`: must it say something?"""

    needs: tuple[str, ...] = ()
    longest: int = 255
    octets: bool = False
    limits: Mapping[str, int] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    children: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    text: bool = False


def _positive(text: str) -> bool:
    return (forms.decimal(text) or 0) > 0


def _number(text: str) -> bool:
    return forms.decimal(text) is not None


def _pixels(text: str) -> bool:
    return (forms.whole(text) or 0) > 0


def _share(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9


def _one_of(*words: str) -> Form:
    return words.__contains__


def _moment(text: str) -> bool:
    return forms.iso_moment(text, with_time=True)


EITHER = _one_of("true", "false")
PLAIN = Rule()
#: Of these there may be one; podcast:block: one for each service.
SINGLE = frozenset(["podcast:chat", "podcast:podroll", "podcast:publisher", "podcast:images", "podcast:block"])
RULES: dict[str, Rule] = {
    "podcast:txt": Rule(longest=4000, limits={"purpose": 128}, text=True),
    "podcast:value": Rule(needs=("type", "method"), forms={"suggested": _number}),
    "podcast:valueRecipient": Rule(needs=("type", "address", "split"), forms={"split": _share, "fee": EITHER}),
    "podcast:valueTimeSplit": Rule(
        needs=("startTime", "duration"),
        forms={"startTime": _number, "duration": _positive, "remoteStartTime": _number, "remotePercentage": _number},
        children={"podcast:remoteItem": (0, 1)},
    ),
    "podcast:socialInteract": Rule(needs=("protocol",), forms={"priority": _share}),
    "podcast:chat": Rule(needs=("server", "protocol"), forms={"server": re.compile(r"\S+").fullmatch}),
    "podcast:podroll": Rule(children={"podcast:remoteItem": (1, MANY)}),
    "podcast:publisher": Rule(children={"podcast:remoteItem": (1, 1)}),
    "podcast:remoteItem": Rule(
        needs=("feedGuid",), forms={"feedGuid": forms.UUID.fullmatch, "medium": MEDIUMS.__contains__}
    ),
    "podcast:alternateEnclosure": Rule(
        needs=("type",),
        limits={"title": 32, "rel": 32},
        forms={
            "type": forms.MEDIA_TYPE.fullmatch,
            "length": _pixels,
            "bitrate": _positive,
            "height": _pixels,
            "lang": forms.is_language,
            "default": EITHER,
        },
        children={"podcast:source": (1, MANY), "podcast:integrity": (0, 1)},
    ),
    "podcast:source": Rule(needs=("uri",), forms={"contentType": forms.MEDIA_TYPE.fullmatch}),
    "podcast:integrity": Rule(needs=("type", "value"), forms={"type": _one_of("sri", "pgp-signature")}),
    "podcast:image": Rule(
        needs=("href",),
        forms={"width": _pixels, "height": _pixels, "aspect-ratio": RATIO.fullmatch, "type": IMAGE.fullmatch},
    ),
    "podcast:images": Rule(needs=("srcset",), forms={"srcset": lambda text: "http:" not in text.lower()}),
    "podcast:block": Rule(text=True),
    "podcast:contentLink": Rule(needs=("href",)),
    "podcast:liveItem": Rule(
        needs=("status", "start"),
        forms={"status": _one_of("pending", "live", "ended"), "start": _moment, "end": _moment},
        children={"title": (1, 1), "guid": (1, 1), "podcast:contentLink": (1, MANY), "enclosure": (0, 1)},
    ),
    "title": Rule(text=True),
    "guid": Rule(text=True),
    "enclosure": Rule(needs=("url", "type"), forms={"type": forms.MEDIA_TYPE.fullmatch}),
    "description": Rule(longest=LONGEST_DESCRIPTION, octets=True),
    "itunes:summary": Rule(longest=LONGEST_DESCRIPTION, octets=True),
}


def special(tag: Tag) -> Iterator[str]:
    """What no table says: rules between the attributes, text and children of one tag."""
    if rule := SPECIAL.get(tag.name):
        yield from rule(tag)


def _social(tag: Tag) -> Iterator[str]:
    disabled = tag.get("protocol") == "disabled"
    if disabled == bool(tag.get("uri")):
        yield "podcast:socialInteract has an address, or else the protocol “disabled”"


def _block(tag: Tag) -> Iterator[str]:
    if tag.text.strip() not in ("yes", "no"):
        yield "podcast:block says yes or no"


def _publisher(tag: Tag) -> Iterator[str]:
    if any(child.get("medium") != "publisher" for child in tag.children):
        yield "its podcast:remoteItem has no medium “publisher”"


def _integrity(tag: Tag) -> Iterator[str]:
    if tag.get("type") == "sri" and not DIGESTS.fullmatch((tag.get("value") or "").strip()):
        yield "its podcast:integrity is no digest of sha256, sha384 or sha512"


def _value(tag: Tag) -> Iterator[str]:
    """Recipients with shares: of the whole, or of a stretch of time that no other show is paid for."""
    recipients = [child for child in tag.children if child.name == "podcast:valueRecipient"]
    paid_elsewhere = any(child.name == "podcast:remoteItem" for child in tag.children)
    if not paid_elsewhere and not any((child.get("split") or "0").strip(" 0") for child in recipients):
        yield f"{tag.name} names nobody who has a share"


def _live(tag: Tag) -> Iterator[str]:
    start, end = (tag.get("start") or "").strip(), (tag.get("end") or "").strip()
    if end and start[-6:] == end[-6:] and end < start:
        yield "it ends before it starts"
    for child in tag.children:
        said = child.text.strip()
        if child.name == "guid" and child.get("isPermaLink") != "false" and not has_host(address(said)):
            yield "its guid is no address and does not say isPermaLink “false”"
        if child.name == "enclosure" and not has_host(address(child.get("url") or "")):
            yield "its enclosure has no address of the web"


SPECIAL: dict[str, Callable[[Tag], Iterator[str]]] = {
    "podcast:socialInteract": _social,
    "podcast:block": _block,
    "podcast:publisher": _publisher,
    "podcast:integrity": _integrity,
    "podcast:value": _value,
    "podcast:valueTimeSplit": _value,
    "podcast:liveItem": _live,
}
