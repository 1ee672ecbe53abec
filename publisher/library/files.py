"""Two ways in without a web address: a file (CSV, JSON, a feed saved to disk), and a form filled in by hand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select

from feeds import reading
from feeds.errors import FeedError
from feeds.values import ReadItem
from publisher.errors import BadInput
from publisher.house import House
from publisher.languages import N_
from publisher.library import identifiers
from publisher.library.indexing import batches
from publisher.library.intake import take_in
from publisher.library.models import KINDS, Record, Source, Work
from publisher.library.sources import builtin

MAX_FILE = 50_000_000
"""Octets of a file that is imported."""

_PLACE = re.compile(r"\b(?:Row|Record|Line) (\d+)\b")
_TABLES = ("csv", "json", "jsonfeed", "rss", "atom", "oai-pmh")


@dataclass
class ImportResult:
    """What a file brought. `errors`: the rows that were left out, each with its number (0: not one row alone) and why."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    work_ids: list[int] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "work_ids"}


def import_file(
    session: Session, house: House, file: Path | bytes, *, news: bool, now: datetime, source: str | Source = "file"
) -> ImportResult:
    """Import a file of records. `news`: new ones are news whatever their date, except what has ended; else they only go on
    the shelf, except what is younger than 14 days. Broken rows are named and the rest comes in; `BadInput` where nothing can be read.
    """
    try:
        feed = reading.read(_content(file), content_type=None, url=None, now=now, limit=MAX_FILE)
    except FeedError as problem:
        raise BadInput(str(problem), field="file") from problem
    if feed.format not in _TABLES:
        raise BadInput("The file is no table or feed of resources: CSV, JSON, RSS and Atom can be read.", field="file")
    from_source = source if isinstance(source, Source) else builtin(session, source, now=now)
    taken = take_in(session, from_source, _named_by_source(feed.items), now=now, first=not news)
    if news:
        _make_news(session, taken.work_ids, now)
    errors = [{"row": _row(sentence), "reason": sentence} for sentence in feed.problems]
    left_out = [e for e in errors if e["row"]]
    repeated = len(feed.items) - (taken.new + taken.updated + taken.unchanged + taken.deleted + taken.skipped)
    return ImportResult(
        rows=len(feed.items) + len(left_out),
        created=taken.new,
        updated=taken.updated + taken.deleted,
        unchanged=taken.unchanged,
        skipped=taken.skipped + repeated + len(left_out),
        errors=errors,
        work_ids=taken.work_ids,
    )


def _make_news(session: Session, work_ids: Sequence[int], now: datetime) -> None:
    """Somebody said that this file is news: that outweighs how old its things are."""
    end = func.coalesce(col(Work.ends_at), col(Work.starts_at))
    for some in batches(list(work_ids)):
        session.execute(
            update(Work)
            .where(col(Work.id).in_(some), col(Work.first_seen) == now, col(Work.news_since).is_(None))
            .where(or_(end.is_(None), end > now))
            .values(news_since=now)
        )


def add_manually(session: Session, house: House, form: Mapping[str, Any], *, now: datetime, who: str) -> Work:
    """A resource entered by a member of staff; it goes straight to the shelf, as news.

    Keys: title, link, blurb, language, authors, publisher, licence, doi, kind, published_on, topics, sectors, audiences,
    countries, starts_at, ends_at, pages. `BadInput` names the field that cannot be.
    """
    source = builtin(session, "manual", now=now)
    work = from_form(session, source, form, now=now)
    if work.reviewed_by == f"source:{source.slug}":
        work.reviewed_by = who
    return work


def from_form(session: Session, source: Source, form: Mapping[str, Any], *, now: datetime) -> Work:
    """What a form says as a record of `source`, and the work it went to (which may have been there before)."""
    item = _form_item(form, now)
    taken = take_in(session, source, [item], now=now, first=False)
    if taken.unchanged:
        record = session.exec(
            select(Record).where(col(Record.source_id) == source.id, col(Record.guid) == item.guid)
        ).one()
        work = session.get(Work, record.work_id)
    else:
        work = session.get(Work, taken.work_ids[0]) if taken.work_ids else None
    if work is None:
        raise BadInput(N_("Give the resource a title."), field="title")
    return work


def _form_item(form: Mapping[str, Any], now: datetime) -> ReadItem:
    title = str(form.get("title", "")).strip()
    link, doi = str(form.get("link", "")).strip(), identifiers.doi(str(form.get("doi", "")))
    if not title:
        raise BadInput(N_("Give the resource a title."), field="title")
    if link and identifiers.clean_url(link) is None:
        raise BadInput(N_("The link begins with https:// or http://."), field="link")
    if form.get("doi") and doi is None:
        raise BadInput(N_("A DOI looks like 10.1234/abcd."), field="doi")
    kind = str(form.get("kind", "")).strip()
    if kind and kind not in KINDS:
        raise BadInput(f"“{kind}” is not a kind of resource.", field="kind")
    facets = {"topics": "topic", "sectors": "sector", "audiences": "audience"}
    return ReadItem(
        guid=link or (f"doi:{doi}" if doi else f"entered:{now.isoformat()}:{title}"),
        link=link or None,
        title=title,
        summary_html=str(form.get("blurb", "")).strip() or None,
        published=_moment(form.get("published_on"), "published_on"),
        authors=_several(form.get("authors"), r"[;\n]"),
        languages=_several(form.get("language")),
        categories=tuple(f"{facet}:{key}" for name, facet in facets.items() for key in _several(form.get(name))),
        countries=_several(form.get("countries")),
        publisher=str(form.get("publisher", "")).strip() or None,
        licence=str(form.get("licence", "")).strip() or None,
        doi=doi,
        kind=kind or None,
        pages=int(form["pages"]) if str(form.get("pages") or "").isdecimal() else None,
        starts_at=_moment(form.get("starts_at"), "starts_at"),
        ends_at=_moment(form.get("ends_at"), "ends_at"),
    )


def _named_by_source(items: Sequence[ReadItem]) -> list[ReadItem]:
    """Files of several catalogues number their records alike: where a row names its catalogue, that is part of its guid."""
    catalogues = {source for item in items if (source := _catalogue(item))}
    if len(catalogues) < 2:
        return list(items)
    return [replace(i, guid=f"{_catalogue(i)}:{i.guid}") if not i.guid_made and _catalogue(i) else i for i in items]


def _catalogue(item: ReadItem) -> str:
    return next((values[0].strip() for name, values in item.raw.items() if name.lower() == "source" and values), "")


def _content(file: Path | bytes) -> bytes:
    if isinstance(file, bytes):
        return file
    try:
        if file.stat().st_size > MAX_FILE:
            raise BadInput(f"The file is larger than {MAX_FILE // 1_000_000} MB.", field="file")
        return file.read_bytes()
    except OSError as problem:
        raise BadInput(f"The file {file.name} cannot be read: {problem.strerror}.", field="file") from problem


def _row(sentence: str) -> int:
    found = _PLACE.search(sentence)
    return int(found[1]) if found else 0


def _several(value: Any, divider: str = r"[;,\n]") -> tuple[str, ...]:
    parts = re.split(divider, value) if isinstance(value, str) else [str(v) for v in value or ()]
    return tuple(part.strip() for part in parts if part.strip())


def _moment(value: Any, name: str) -> datetime | None:
    if value in (None, ""):
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as problem:
        raise BadInput(f"“{value}” is not a date. Write it like 2026-12-01.", field=name) from problem
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
