"""Editing a work by hand. What a person wrote is marked as theirs, and no harvest writes over it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from publisher import clock
from publisher.errors import BadInput, Conflict, NotFound
from publisher.languages import country_code, normalise, region_code
from publisher.library import cleaning, identifiers
from publisher.library.fields import key_of_title
from publisher.library.indexing import index_works
from publisher.library.models import KINDS, ON_THE_SHELF, Subject, Work, WorkText
from publisher.vocabulary.models import EDITABLE_FACETS, Term

MAX_BLURB = 2000


def edit(session: Session, work_id: int, changes: Mapping[str, Any], *, now: datetime) -> Work:
    """Change what a work says of itself; a later harvest leaves these fields alone. `BadInput` names the field.

    Keys: kind, language, authors, publisher, licence, doi, published_on, starts_at, ends_at, zone, pages, image_url,
    image_alt, news (a truth value: whether it is news).
    """
    work = _one(session, work_id)
    for name, value in changes.items():
        if name == "news":
            work.news_since = (work.news_since or now) if value else None
            continue
        if name not in _READERS:
            raise BadInput(f"A resource has no {name}.", field=name)
        read = _READERS[name](value)
        if name == "doi" and read and (other := _with_doi(session, read)) not in (None, work.id):
            raise Conflict(f"Resource {other} has this DOI already.")
        setattr(work, name, read)
        work.edited = sorted({*work.edited, name})
    work.updated_at = now
    session.add(work)
    index_works(session, [work_id])
    return work


def edit_text(
    session: Session,
    work_id: int,
    language: str,
    *,
    title: str,
    now: datetime,
    blurb: str = "",
    link: str = "",
    link_language: str | None = None,
) -> WorkText:
    """Write a work's text in a language, new or not; harvests leave it alone from now on.

    A translation added to what is on the shelf is news to its readers, if the work itself was news at all.
    """
    work, code = _one(session, work_id), normalise(language)
    title = cleaning.plain(title, cleaning.MAX_TITLE) if title.strip() else ""
    if code is None:
        raise BadInput(f"“{language}” is not a language. Use a code such as fr.", field="language")
    if not title:
        raise BadInput("A text has a title.", field="title")
    if link and identifiers.clean_url(link) is None:
        raise BadInput("The link begins with https:// or http://.", field="link")
    text = session.exec(
        select(WorkText).where(col(WorkText.work_id) == work_id, col(WorkText.language) == code)
    ).first()
    if text is None:
        text = WorkText(work_id=work_id, language=code, title=title)
        text.news_since = now if work.state in ON_THE_SHELF and work.news_since is not None else None
    text.title, text.blurb, text.link = title, " ".join(blurb.split())[:MAX_BLURB], link.strip()
    text.link_language = normalise(link_language) if link_language else None
    text.edited, work.updated_at = True, now
    if code == work.language:
        work.title_key, work.edited = key_of_title(title), sorted({*work.edited, "title"})
    session.add(text)
    index_works(session, [work_id])
    return text


def remove_text(session: Session, work_id: int, language: str, *, now: datetime) -> None:
    """Take one language away; the last one stays (`Conflict`)."""
    texts = list(session.exec(select(WorkText).where(col(WorkText.work_id) == work_id)))
    gone = [t for t in texts if t.language == language]
    if not gone:
        raise NotFound("There is no text in that language.")
    if len(texts) == 1:
        raise Conflict("A resource needs one text at least.")
    session.delete(gone[0])
    _one(session, work_id).updated_at = now
    index_works(session, [work_id])


def set_subjects(session: Session, work_id: int, subjects: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """What a work is about, as a person decided: replaces all subjects, and harvests leave them alone from now on."""
    work = _one(session, work_id)
    wanted = {_subject(session, facet, key) for facet, key in subjects}
    session.execute(delete(Subject).where(col(Subject.work_id) == work_id))
    session.add_all(Subject(work_id=work_id, facet=facet, key=key) for facet, key in sorted(wanted))
    work.edited, work.updated_at = sorted({*work.edited, "subjects"}), now
    index_works(session, [work_id])


def _one(session: Session, work_id: int) -> Work:
    work = session.get(Work, work_id)
    if work is None:
        raise NotFound("There is no such resource.")
    return work


def _with_doi(session: Session, doi: str) -> int | None:
    return session.exec(select(Work.id).where(col(Work.doi) == doi)).first()


def _subject(session: Session, facet: str, key: str) -> tuple[str, str]:
    """A subject that exists: a term of the vocabulary, a country of ISO 3166, a region of UN M49."""
    if facet in EDITABLE_FACETS:
        if session.exec(select(Term.id).where(col(Term.facet) == facet, col(Term.key) == key)).first() is not None:
            return facet, key
    elif (facet == "country" and (code := country_code(key))) or (facet == "region" and (code := region_code(key))):
        return facet, code
    raise BadInput(f"There is no {facet} “{key}”.", field=facet)


def _kind(value: Any) -> str:
    if value not in KINDS:
        raise BadInput(f"“{value}” is not a kind of resource.", field="kind")
    return str(value)


def _language(value: Any) -> str:
    code = normalise(str(value))
    if code is None:
        raise BadInput(f"“{value}” is not a language. Use a code such as fr.", field="language")
    return code


def _names(value: Any) -> list[str]:
    parts = value.replace("\n", ";").split(";") if isinstance(value, str) else list(value or [])
    return [name for part in parts if (name := cleaning.name(str(part)))]


def _doi(value: Any) -> str | None:
    if not str(value or "").strip():
        return None
    found = identifiers.doi(str(value))
    if found is None:
        raise BadInput("A DOI looks like 10.1234/abcd.", field="doi")
    return found


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date) or not value:
        return value or None
    try:
        return date.fromisoformat(str(value))
    except ValueError as problem:
        raise BadInput(f"“{value}” is not a date. Write it like 2026-12-01.", field="published_on") from problem


def _instant(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return clock.parse_instant(str(value)) if value else None


def _zone(value: Any) -> str | None:
    return clock.zone(str(value)).key if value else None


def _pages(value: Any) -> int | None:
    if value in (None, ""):
        return None
    if not str(value).isdecimal() or not 0 < int(value) < 100_000:
        raise BadInput("The number of pages is a whole number.", field="pages")
    return int(value)


def _image(value: Any) -> str | None:
    found = identifiers.clean_url(str(value)) if value else None
    if value and found is None:
        raise BadInput("The address of a picture begins with https:// or http://.", field="image_url")
    return found


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "kind": _kind,
    "language": _language,
    "authors": _names,
    "publisher": lambda value: cleaning.name(str(value or "")),
    "licence": lambda value: cleaning.licence(str(value or "")),
    "doi": _doi,
    "published_on": _day,
    "starts_at": _instant,
    "ends_at": _instant,
    "zone": _zone,
    "pages": _pages,
    "image_url": _image,
    "image_alt": lambda value: cleaning.plain(str(value or ""), 300),
}
