"""The demo's resources on the shelf: works, texts, subjects, records and the search index, many rows at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from publisher.demo import content, marker
from publisher.demo.content import Resource
from publisher.library import identifiers, look_alikes
from publisher.library.fields import key_of_title
from publisher.library.indexing import index_works
from publisher.library.models import Record, Source, Subject, Work, WorkText

#: News of a day comes in from here on: after the hour at which issues leave.
OPENS = time(10, 30, tzinfo=UTC)
WHY_NOT = "Of interest to its own members only; the same is told better in what we have already."


@dataclass(frozen=True)
class Arrival:
    """A resource and the moment it came to the hub."""

    resource: Resource
    at: datetime


def arrivals(now: datetime) -> list[Arrival]:
    """Everything on the demo's shelf in the order in which it came."""
    coming = [Arrival(thing, _came(thing, place, now)) for place, thing in enumerate(content.resources())]
    return sorted(coming, key=lambda arrival: arrival.at)


def put_up(session: Session, coming: Sequence[Arrival], *, now: datetime, reviewer: str) -> list[Work]:
    """Write these resources, and return them in their order. `now` is the demo's today; `reviewer` is the member of staff who decided about them."""
    source_id = session.exec(select(Source.id).where(col(Source.slug) == marker.SHELF)).one()
    works = [_work(arrival, now, reviewer) for arrival in coming]
    session.add_all(works)
    session.flush()
    texts: list[dict[str, Any]] = []
    subjects: list[dict[str, Any]] = []
    records: list[dict[str, Any]] = []
    for arrival, work in zip(coming, works, strict=True):
        named = _subjects(arrival.resource)
        texts += [_text(arrival.resource, work, language) for language in _in_order(arrival.resource)]
        subjects += [{"work_id": work.id, "facet": facet, "key": key, "suggested": False} for facet, key in named]
        records.append(_record(arrival, work, source_id or 0, named))
    for table, rows in ((WorkText, texts), (Subject, subjects), (Record, records)):
        if rows:
            session.execute(insert(table), rows)
    look_alikes.flag(session, works, now=now)
    index_works(session, [work.id for work in works if work.id is not None])
    return works


def _came(thing: Resource, place: int, now: datetime) -> datetime:
    """News at some hour of its day, the rest on the afternoon it was published; never in the future."""
    days = thing.news_days_ago if thing.news_days_ago is not None else thing.published_days_ago
    minutes = place * 37 % 300
    at = datetime.combine(now.date() - timedelta(days=days), OPENS) + timedelta(minutes=minutes)
    return min(at, now - timedelta(minutes=5 + minutes // 6))


def _work(arrival: Arrival, now: datetime, reviewer: str) -> Work:
    thing, today = arrival.resource, now.date()
    reviewed = thing.status != "new"
    return Work(
        slug=thing.key[:70],
        state=thing.status,
        kind=thing.kind,
        language=thing.original_language,
        doi=identifiers.doi(thing.doi),
        canonical_url=identifiers.canonical_url(thing.url),
        authors=list(thing.authors),
        publisher=thing.publisher,
        licence=thing.licence,
        published_on=thing.published(today),
        first_seen=arrival.at,
        news_since=arrival.at if thing.news_days_ago is not None else None,
        starts_at=thing.span.starts(today) if thing.span else None,
        ends_at=thing.span.ends(today) if thing.span else None,
        zone=thing.span.zone if thing.span else None,
        pages=thing.pages,
        file_bytes=thing.file_kb * 1024 if thing.file_kb else None,
        file_type="application/pdf" if thing.file_kb else "",
        reviewed_at=arrival.at if reviewed else None,
        reviewed_by=reviewer if reviewed else "",
        note=WHY_NOT if thing.status == "rejected" else "",
        updated_at=arrival.at,
        title_key=key_of_title(thing.texts[thing.original_language].title),
    )


def _in_order(thing: Resource) -> list[str]:
    return sorted(thing.texts, key=lambda language: (language != thing.original_language, language))


def _text(thing: Resource, work: Work, language: str) -> dict[str, Any]:
    """A text in one language. Behind the link is the original, whatever language the blurb is in."""
    text = thing.texts[language]
    return {
        "work_id": work.id,
        "language": language,
        "title": text.title,
        "blurb": text.blurb,
        "link": thing.url,
        "link_language": None if language == thing.original_language else thing.original_language,
        "news_since": None,
        "edited": False,
    }


def _subjects(thing: Resource) -> list[tuple[str, str]]:
    named = {"topic": thing.topics, "sector": thing.sectors, "country": thing.countries, "region": thing.regions}
    return [(facet, key) for facet, keys in named.items() for key in dict.fromkeys(keys)]


def _record(arrival: Arrival, work: Work, source_id: int, named: list[tuple[str, str]]) -> dict[str, Any]:
    thing = arrival.resource
    text = thing.texts[thing.original_language]
    return {
        "source_id": source_id,
        "guid": thing.key,
        "work_id": work.id,
        "digest": blake2b(f"{thing.key}:{text.title}:{text.blurb}".encode(), digest_size=16).hexdigest(),
        "language": thing.original_language,
        "stamp": None,
        "data": {
            "title": text.title,
            "abstract": text.blurb,
            "link": thing.url,
            "subjects": [[facet, key, False] for facet, key in named],
        },
        "first_seen": arrival.at,
        "last_changed": arrival.at,
        "deleted_at": None,
    }
