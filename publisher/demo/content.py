"""What the demo hub contains, as values: read from the JSON files in `content/`, without a database.

The files count days instead of naming dates, so that the hub never ages: `…_days_ago` back from the demo's today,
`…_in_days` ahead of it (negative: past). Times of day are wall time in the item's own zone. Languages are BCP 47,
countries ISO 3166 alpha-2, regions UN M49; topics, sectors and kinds are keys of the vocabulary.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from typing import Any

from publisher.clock import zone as zone_of

Words = Mapping[str, str]
"""Language → text."""


@dataclass(frozen=True)
class Text:
    """Title and blurb of a resource in one language."""

    title: str
    blurb: str


@dataclass(frozen=True)
class Span:
    """When something takes place, or a call is open: days from the demo's today, wall times in `zone`."""

    starts_in_days: int
    starts_at: time
    ends_in_days: int
    ends_at: time
    zone: str

    def starts(self, today: date) -> datetime:
        """The beginning in UTC."""
        return _instant(today, self.starts_in_days, self.starts_at, self.zone)

    def ends(self, today: date) -> datetime:
        """The end in UTC; of a call: the deadline."""
        return _instant(today, self.ends_in_days, self.ends_at, self.zone)


@dataclass(frozen=True)
class Resource:
    """One work on the demo's shelf. `news_days_ago` is None where it is on the shelf without ever being news.

    A resource without countries and regions concerns everyone. `minutes` is the running time of what can be heard or
    seen, `image` the number of a picture in `Hub.images`.
    """

    key: str
    kind: str
    status: str  # approved | featured | new | rejected
    original_language: str
    texts: Mapping[str, Text]
    authors: tuple[str, ...]
    publisher: str
    url: str
    doi: str | None
    licence: str
    pages: int | None
    file_kb: int | None
    minutes: int | None
    image: int | None
    published_days_ago: int
    news_days_ago: int | None
    span: Span | None
    countries: tuple[str, ...]
    regions: tuple[str, ...]
    topics: tuple[str, ...]
    sectors: tuple[str, ...]

    def published(self, today: date) -> date:
        """The day of publication."""
        return today - timedelta(days=self.published_days_ago)


@dataclass(frozen=True)
class Reader:
    """Somebody who hears from the hub, with the order of their languages and what they asked for (empty: everything).

    `group` is `main` for the sixty active readers and `others` for those in other states.
    """

    name: str
    email: str
    languages: tuple[str, ...]
    zone: str
    country: str
    topics: tuple[str, ...]
    sectors: tuple[str, ...]
    countries: tuple[str, ...]
    regions: tuple[str, ...]
    lists: tuple[str, ...]
    joined_days_ago: int
    state: str  # active | pending | unsubscribed | paused
    group: str


@dataclass(frozen=True)
class MailingList:
    """The list a newsletter goes to; `kind` is `open` or `cohort`."""

    slug: str
    name: str
    kind: str


@dataclass(frozen=True)
class Section:
    """A part of a newsletter and its rule. `mode` is `once`, or `until`: may return until its date. Empty: all."""

    key: str
    mode: str
    limit: int
    kinds: tuple[str, ...]
    topics: tuple[str, ...]
    titles: Words


@dataclass(frozen=True)
class Issue:
    """An issue's words. `sent_days_ago` is None for the growing draft; the news it tells is from one day to another."""

    key: str
    sent_days_ago: int | None
    news_from_days_ago: int
    news_to_days_ago: int
    subjects: Words
    preheaders: Words
    openings: Words  # Markdown


@dataclass(frozen=True)
class Brand:
    """How a newsletter signs and its one colour."""

    accent: str
    name: str
    from_name: str


@dataclass(frozen=True)
class Newsletter:
    """A newsletter of the hub. `subjects` and `preheaders` are standing words where issues do not bring their own."""

    slug: str
    name: str
    names: Words
    taglines: Words
    list: MailingList
    cadence: str
    zone: str
    release: str  # by-hand | by-itself
    languages: tuple[str, ...]
    minimum_items: int
    brand: Brand
    signed_by: str
    sections: tuple[Section, ...]
    subjects: Words
    preheaders: Words
    issues: tuple[Issue, ...]


@dataclass(frozen=True)
class Partner:
    """An organisation whose member, a reader of the demo, shared `resources` by their keys."""

    organisation: str
    email: str
    language: str
    resources: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """A source the demo hub serves to itself under `path`. `trust` is `review` or `shelf`."""

    key: str
    name: str
    kind: str  # feed | oai-pmh | sitemap | json
    format: str  # rss | oai_dc | sitemap | json-feed
    path: str
    language: str
    topics: tuple[str, ...]
    trust: str
    every_minutes: int
    about: str


@dataclass(frozen=True)
class TrickleItem:
    """Something a source publishes `after_hours` hours into the demo. Its span counts days from when it appears."""

    key: str
    source: str
    after_hours: float
    kind: str
    language: str
    country: str
    title: str
    summary: str
    authors: tuple[str, ...]
    topics: tuple[str, ...]
    sectors: tuple[str, ...]
    url: str
    span: Span | None

    def appears(self, began: datetime) -> datetime:
        """The instant it comes in, for a demo that began at `began`."""
        return began + timedelta(hours=self.after_hours)


@dataclass(frozen=True)
class Staff:
    """Somebody who works at the hub."""

    name: str
    email: str
    role: str  # owner | editor | viewer
    title: str


@dataclass(frozen=True)
class Image:
    """What is known of a picture: who made it, and what to read where it cannot be seen."""

    no: int
    credit: str
    licence: str
    alt: Words


@dataclass(frozen=True)
class Hub:
    """The initiative itself. `invented` says to visitors that none of it exists."""

    name: str
    tagline: Words
    about: Words
    invented: Words
    site: str
    domain: str
    from_address: str
    reply_to: str
    postal_address: str
    accent: str
    staff: tuple[Staff, ...]
    privacy_version: str
    privacy: Words
    consent: Words
    images: tuple[Image, ...]


def hub() -> Hub:
    """The initiative, its staff, its privacy notice and its pictures."""
    row = _read("hub")
    privacy = row["privacy"]
    return Hub(
        staff=tuple(Staff(**person) for person in row["staff"]),
        privacy_version=privacy["version"],
        privacy=privacy["texts"],
        consent=privacy["consent"],
        images=tuple(Image(**image) for image in row["images"]),
        **_only(row, Hub, but=("staff", "privacy", "images")),
    )


def resources() -> tuple[Resource, ...]:
    """Everything on the shelf, in the order of the file."""
    return tuple(_resource(row) for row in _read("resources"))


def readers() -> tuple[Reader, ...]:
    """The sixty readers of the main newsletter, then the few who are pending, paused or gone."""
    return tuple(Reader(**_frozen(row)) for row in _read("readers"))


def partners() -> tuple[Partner, ...]:
    """Organisations that agreed to be named, with what they shared of the resources."""
    return tuple(Partner(**_frozen(row)) for row in _read("partners"))


def newsletters() -> tuple[Newsletter, ...]:
    """The three newsletters; the main one first, with two past issues and the growing draft."""
    return tuple(_newsletter(row) for row in _read("newsletters"))


def sources() -> tuple[Source, ...]:
    """The four sources the demo hub serves to itself."""
    return tuple(Source(**_frozen(row)) for row in _read("sources"))


def trickle() -> tuple[TrickleItem, ...]:
    """What the sources publish while the demo runs, in the order in which it appears."""
    items = (TrickleItem(span=_span(row, "after_days"), **_only(row, TrickleItem)) for row in _read("trickle"))
    return tuple(sorted(items, key=lambda item: item.after_hours))


def _resource(row: dict[str, Any]) -> Resource:
    texts = {language: Text(**text) for language, text in row["texts"].items()}
    optional = dict.fromkeys(("doi", "pages", "file_kb", "minutes", "image"))
    plain = _only({**optional, **row}, Resource, but=("texts",))
    return Resource(texts=texts, span=_span(row, "in_days"), **plain)


def _newsletter(row: dict[str, Any]) -> Newsletter:
    return Newsletter(
        list=MailingList(**row["list"]),
        brand=Brand(**row["brand"]),
        sections=tuple(Section(**_frozen(section)) for section in row["sections"]),
        issues=tuple(Issue(**issue) for issue in row["issues"]),
        **_only({"subjects": {}, "preheaders": {}, **row}, Newsletter, but=("list", "brand", "sections", "issues")),
    )


def _span(row: dict[str, Any], unit: str) -> Span | None:
    if "zone" not in row:
        return None
    return Span(
        starts_in_days=row[f"starts_{unit}"],
        starts_at=time.fromisoformat(row["starts_at"]),
        ends_in_days=row[f"ends_{unit}"],
        ends_at=time.fromisoformat(row["ends_at"]),
        zone=row["zone"],
    )


def _only(row: dict[str, Any], shape: type, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields of `row` that `shape` has under the same name, frozen."""
    return _frozen({key: value for key, value in row.items() if key in shape.__annotations__ and key not in but})


def _frozen(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _instant(today: date, days: int, at: time, zone: str) -> datetime:
    return datetime.combine(today + timedelta(days=days), at, zone_of(zone)).astimezone(UTC)


def _read(name: str) -> Any:
    return json.loads((files("publisher.demo") / "content" / f"{name}.json").read_text(encoding="utf-8"))
