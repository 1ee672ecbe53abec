"""A show and its episodes as a feed says them: the same values whether they are to be written or were read.

What apps and people use has a field of its own. What few use (value, chat, socialInteract, podroll, publisher, txt, images,
block, liveItem, alternateEnclosure, and itunes words that Apple no longer reads) is carried whole as `Tag`s, in order.
Sources: PSP-1; the podcast namespace 1.0 (podcastindex.org); Apple's podcaster's guide; RSS 2.0.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

#: Prefix → namespace, exact and case-sensitive, as PSP-1 requires them.
NAMESPACES = {
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
}
#: RFC 4122 name space of podcast:guid.
GUID_NAMESPACE = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
#: Octets of a description, characters of other long texts.
LONGEST_DESCRIPTION = 4000

_OF_TAG = re.compile(r"(?:podcast|itunes):[A-Za-z_][\w.-]*")
_IN_TAG = re.compile(r"[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?")
EpisodeType = Literal["full", "trailer", "bonus"]
ShowType = Literal["episodic", "serial"]


@dataclass(frozen=True)
class Tag:
    """An element carried as it is. `name` with its prefix (`podcast:value`); attributes in order; text without white
    space at its ends; children in order. `as_data` and `from_data` are its JSON form:
    `{"name", "attributes"?, "text"?, "children"?}`."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    text: str = ""
    children: tuple["Tag", ...] = ()

    def get(self, attribute: str) -> str | None:
        return dict(self.attributes).get(attribute)

    def as_data(self) -> dict[str, Any]:
        data: dict[str, Any] = {"name": self.name}
        if self.attributes:
            data["attributes"] = dict(self.attributes)
        if self.text:
            data["text"] = self.text
        if self.children:
            data["children"] = [child.as_data() for child in self.children]
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Tag":
        """The reverse of `as_data`; `ValueError` with a sentence where the data has another shape."""
        name, attributes, text = data.get("name"), data.get("attributes", {}), data.get("text", "")
        children = data.get("children", [])
        if not isinstance(name, str) or not _OF_TAG.fullmatch(name):
            raise ValueError("A tag has a name that begins with podcast: or itunes:.")
        if not isinstance(attributes, dict) or not isinstance(text, str) or not isinstance(children, list):
            raise ValueError(f"The tag {name} has attributes (names and texts), a text, and children (a list of tags).")
        if not all(isinstance(k, str) and isinstance(v, str) for k, v in attributes.items()):
            raise ValueError(f"The attributes of {name} are texts.")
        return cls(name, tuple(attributes.items()), text, tuple(map(cls._from_child, children)))

    @classmethod
    def _from_child(cls, data: Any) -> "Tag":
        """Within a tag plain names are at home too: podcast:liveItem holds title, guid and enclosure."""
        name = data.get("name") if isinstance(data, Mapping) else None
        if not isinstance(name, str) or not _IN_TAG.fullmatch(name):
            raise ValueError("What stands in a tag has a name such as podcast:remoteItem or title.")
        return replace(cls.from_data({**data, "name": "podcast:any"}), name=name)


@dataclass(frozen=True)
class Person:
    """podcast:person. `role` and `group` from the taxonomy, in lower case; `image` and `link` are addresses."""

    name: str
    role: str = "host"
    group: str = "cast"
    image: str | None = None
    link: str | None = None


@dataclass(frozen=True)
class Funding:
    """podcast:funding."""

    url: str
    text: str = ""


@dataclass(frozen=True)
class Place:
    """podcast:location. `rel`: subject or creator; `geo`: a geo: URI (RFC 5870); `osm`: N, W or R and digits; `country`:
    ISO 3166-1 alpha-2."""

    name: str
    rel: str | None = None
    geo: str | None = None
    osm: str | None = None
    country: str | None = None


@dataclass(frozen=True)
class Licence:
    """podcast:license: a slug of the list, or any text with an address."""

    text: str
    url: str | None = None


@dataclass(frozen=True)
class UpdateFrequency:
    """podcast:updateFrequency. `rrule`: RFC 5545; `dtstart`: ISO 8601 as written."""

    text: str = ""
    rrule: str | None = None
    complete: bool | None = None
    dtstart: str | None = None


@dataclass(frozen=True)
class Trailer:
    """podcast:trailer of a show. `length`: bytes."""

    title: str
    url: str
    published: datetime
    length: int | None = None
    type: str | None = None
    season: int | None = None


@dataclass(frozen=True)
class Enclosure:
    """The sound (or film, or document) of an episode. `length`: bytes, as served."""

    url: str
    length: int
    type: str


@dataclass(frozen=True)
class Transcript:
    """podcast:transcript. `type`: text/vtt, application/x-subrip, application/json, text/html or text/plain."""

    url: str
    type: str
    language: str | None = None
    rel: str | None = None


@dataclass(frozen=True)
class ChaptersLink:
    """podcast:chapters."""

    url: str
    type: str = "application/json+chapters"


@dataclass(frozen=True)
class Soundbite:
    """podcast:soundbite. Seconds."""

    start: float
    duration: float
    title: str = ""


@dataclass(frozen=True)
class Show:
    """A channel. Texts of `description` may be HTML of the few elements PSP-1 allows, or plain; addresses are absolute.

    `feed_url` is the address of the document that is written (atom:link rel=self). `categories`: (category, subcategory or
    None) in order. `block`: itunes:block. `guid`: podcast:guid, given once. `locked`: None where nothing is said;
    `locked_owner` its owner attribute. `changed`: the last real change (lastBuildDate). `pings`: podcast:podping says that
    we ping. `hubs`: WebSub. `tags`: what has no field, in order. `person_tags`… have their own types above.
    """

    title: str
    link: str
    feed_url: str
    description: str
    language: str = "en"
    author: str = ""
    owner_name: str = ""
    owner_email: str = ""
    image: str | None = None
    categories: tuple[tuple[str, str | None], ...] = ()
    explicit: bool = False
    type: ShowType = "episodic"
    complete: bool = False
    block: bool = False
    new_feed_url: str | None = None
    copyright: str = ""
    guid: str | None = None
    locked: bool | None = None
    locked_owner: str | None = None
    medium: str | None = None
    funding: tuple[Funding, ...] = ()
    persons: tuple[Person, ...] = ()
    places: tuple[Place, ...] = ()
    licence: Licence | None = None
    update_frequency: UpdateFrequency | None = None
    trailers: tuple[Trailer, ...] = ()
    pings: bool = False
    hubs: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    live: tuple[Tag, ...] = ()
    published: datetime | None = None
    changed: datetime | None = None


@dataclass(frozen=True)
class Episode:
    """An item. `guid` never changes; `explicit`: None where the show's word holds; `duration` whole seconds.

    `description` may be HTML as in `Show`; `link` is the episode's page. `season` and `number` are those of itunes and of the
    podcast namespace; `season_name`, `number_display` their words (podcast:season name, podcast:episode display);
    `number_exact`: podcast:episode where it is no whole number (“3.5”).
    """

    guid: str
    title: str
    enclosure: Enclosure | None
    published: datetime | None
    guid_is_permalink: bool = False
    description: str = ""
    link: str | None = None
    author: str = ""
    duration: int | None = None
    image: str | None = None
    explicit: bool | None = None
    block: bool = False
    type: EpisodeType | None = None
    season: int | None = None
    season_name: str = ""
    number: int | None = None
    number_exact: str | None = None
    number_display: str = ""
    persons: tuple[Person, ...] = ()
    places: tuple[Place, ...] = ()
    licence: Licence | None = None
    transcripts: tuple[Transcript, ...] = ()
    chapters: ChaptersLink | None = None
    soundbites: tuple[Soundbite, ...] = ()
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True)
class ReadPodcast:
    """A feed as read. `episodes` in the order of the document. `lost_tags`: names of elements and attributes with a
    namespace that we do not carry (`media:rating`), each once, sorted. `problems`: sentences. `next_page`: RFC 5005."""

    show: Show
    episodes: tuple[Episode, ...]
    lost_tags: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    next_page: str | None = None


def podcast_guid(feed_url: str) -> str:
    """podcast:guid of a feed that has none: UUID version 5 of its address without scheme and slashes at the end."""
    return str(uuid.uuid5(GUID_NAMESPACE, feed_url.partition("://")[2].rstrip("/") or feed_url.rstrip("/")))
