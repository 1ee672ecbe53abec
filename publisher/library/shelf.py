"""Reading from the shelf, for pages and programs: a work with its texts, in the language a reader likes best."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from publisher.errors import NotFound
from publisher.languages import N_, fallbacks
from publisher.library.models import ON_THE_SHELF, Subject, Work, WorkText

_IDS: Any = bindparam("ids", expanding=True)
_WORKS = select(Work, WorkText).join(WorkText, isouter=True).where(col(Work.id).in_(_IDS))
_SUBJECTS = (
    sa_select(col(Subject.work_id), col(Subject.facet), col(Subject.key), col(Subject.suggested))
    .where(col(Subject.work_id).in_(_IDS))
    .order_by(col(Subject.facet), col(Subject.key))
)


@dataclass(frozen=True)
class Shown:
    """A work with everything a page shows of it. `texts` by language, the original's first; `subjects` as
    (facet, key, suggested)."""

    work: Work
    texts: dict[str, WorkText]
    subjects: tuple[tuple[str, str, bool], ...]

    def keys(self, facet: str, *, suggested: bool = True) -> tuple[str, ...]:
        """The keys of one facet, with or without those no person agreed to."""
        return tuple(key for f, key, open_ in self.subjects if f == facet and (suggested or not open_))


@dataclass(frozen=True)
class PublicItem:
    """A work as one reader meets it: in one language, with a link that may lead to another (`link_language`)."""

    id: int
    slug: str
    kind: str
    title: str
    blurb: str
    link: str
    language: str
    link_language: str
    languages: tuple[str, ...]
    authors: tuple[str, ...]
    publisher: str
    licence: str
    doi: str | None
    published_on: date | None
    first_seen: datetime
    updated_at: datetime
    starts_at: datetime | None
    ends_at: datetime | None
    zone: str | None
    pages: int | None
    seconds: int | None
    file_bytes: int | None
    file_type: str
    image_url: str | None
    image_alt: str
    featured: bool
    topics: tuple[str, ...]
    sectors: tuple[str, ...]
    audiences: tuple[str, ...]
    countries: tuple[str, ...]
    regions: tuple[str, ...]


def shown(session: Session, work_ids: Sequence[int]) -> list[Shown]:
    """These works with their texts and subjects, in the order of the ids; ids that are none are passed over."""
    ids = {"ids": list(work_ids)}
    works: dict[int, Work] = {}
    texts: dict[int, list[WorkText]] = {}
    for work, row in session.execute(_WORKS, ids):
        works[work.id] = work
        if row is not None:
            texts.setdefault(work.id, []).append(row)
    subjects: dict[int, list[tuple[str, str, bool]]] = {}
    for row in session.connection().execute(_SUBJECTS, ids):
        subjects.setdefault(row[0], []).append((row[1], row[2], row[3]))
    return [
        Shown(works[i], _original_first(works[i], texts.get(i, [])), tuple(subjects.get(i, ())))
        for i in work_ids
        if i in works
    ]


def work_by_id(session: Session, work_id: int) -> Shown:
    """One work, whatever its state; of a merged one the work it became. `NotFound` where there is none."""
    work = session.get(Work, work_id)
    if work is not None and work.merged_into_id is not None:
        work = session.get(Work, work.merged_into_id)
    if work is None or work.id is None:
        raise NotFound(N_("There is no such resource."))
    return shown(session, [work.id])[0]


def on_the_shelf(session: Session, work_id: int) -> Shown:
    """One work that readers may see; `NotFound` for all others."""
    found = work_by_id(session, work_id)
    if found.work.state not in ON_THE_SHELF:
        raise NotFound(N_("This resource is not in the library."))
    return found


def text_for(found: Shown, languages: Iterable[str]) -> WorkText | None:
    """The text a reader of these languages, in order, likes best; else the original's, else English, else any."""
    wanted = [code for language in languages for code in fallbacks(language)[:-1] or (language,)]
    order = [*wanted, found.work.language, "en", *found.texts]
    return next((found.texts[code] for code in order if code in found.texts), None)


def public_item(found: Shown, languages: Iterable[str]) -> PublicItem:
    """The work as a reader of these languages meets it; `NotFound` where it has no text at all."""
    text = text_for(found, languages)
    if text is None:
        raise NotFound(N_("This resource has no text yet."))
    work = found.work
    return PublicItem(
        id=work.id or 0,
        slug=work.slug,
        kind=work.kind,
        title=text.title,
        blurb=text.blurb,
        link=text.link or _any_link(found),
        language=text.language,
        link_language=text.link_language or (text.language if text.link else work.language),
        languages=tuple(found.texts),
        authors=tuple(work.authors),
        publisher=work.publisher,
        licence=work.licence,
        doi=work.doi,
        published_on=work.published_on,
        first_seen=work.first_seen,
        updated_at=work.updated_at,
        starts_at=work.starts_at,
        ends_at=work.ends_at,
        zone=work.zone,
        pages=work.pages,
        seconds=work.seconds,
        file_bytes=work.file_bytes,
        file_type=work.file_type,
        image_url=work.image_url,
        image_alt=work.image_alt,
        featured=work.state == "featured",
        topics=found.keys("topic"),
        sectors=found.keys("sector"),
        audiences=found.keys("audience"),
        countries=found.keys("country"),
        regions=found.keys("region"),
    )


def latest(session: Session, *, limit: int = 10, kinds: Sequence[str] = ()) -> list[Shown]:
    """What came to the shelf last, news before back catalogue."""
    statement = select(col(Work.id)).where(col(Work.state).in_(ON_THE_SHELF))
    if kinds:
        statement = statement.where(col(Work.kind).in_(kinds))
    order = (col(Work.news_since).desc().nulls_last(), col(Work.first_seen).desc(), col(Work.id).desc())
    return shown(session, [i for i in session.exec(statement.order_by(*order).limit(limit)) if i is not None])


def coming(session: Session, *, now: datetime, limit: int = 10) -> list[Shown]:
    """What has a date and is not over, the next first."""
    until = col(Work.ends_at).is_(None) | (col(Work.ends_at) > now)
    begins = col(Work.starts_at).is_not(None) & (col(Work.ends_at).is_not(None) | (col(Work.starts_at) > now))
    statement = select(col(Work.id)).where(col(Work.state).in_(ON_THE_SHELF), begins, until)
    ids = session.exec(statement.order_by(col(Work.starts_at), col(Work.id)).limit(limit))
    return shown(session, [i for i in ids if i is not None])


def _original_first(work: Work, texts: list[WorkText]) -> dict[str, WorkText]:
    return {t.language: t for t in sorted(texts, key=lambda t: (t.language != work.language, t.language))}


def _any_link(found: Shown) -> str:
    return next((t.link for t in found.texts.values() if t.link), "")
