"""Keeps the search index in step with the texts. Called by whatever writes works; the index itself is the database's."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from publisher.languages import country_name
from publisher.library.folding import fold
from publisher.library.models import Record, SearchDocument, Subject, Work, WorkText
from publisher.vocabulary.models import Term

BATCH = 400
MAX_BODY = 12_000
PLACES = 64
"""Texts of one work that can be found; see `SearchDocument.text_id`."""


def index_works(session: Session, work_ids: Iterable[int]) -> None:
    """Write the search documents of these works anew. A merged work has none: its texts belong to the other one now."""
    session.flush()
    for ids in batches(sorted(set(work_ids))):
        session.execute(delete(SearchDocument).where(col(SearchDocument.work_id).in_(ids)))
        if rows := _documents(session, ids):
            session.execute(insert(SearchDocument), rows)


def batches(ids: Sequence[int]) -> Iterable[list[int]]:
    """Ids in groups that fit one statement."""
    return (list(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH))


def _documents(session: Session, ids: list[int]) -> list[dict[str, object]]:
    works = {
        w.id: w for w in session.exec(select(Work).where(col(Work.id).in_(ids), col(Work.merged_into_id).is_(None)))
    }
    subjects: dict[int, list[tuple[str, str]]] = {}
    for work_id, facet, key in session.execute(
        select(Subject.work_id, Subject.facet, Subject.key).where(col(Subject.work_id).in_(ids))
    ):
        subjects.setdefault(work_id, []).append((facet, key))
    abstracts = _abstracts(session, ids)
    names = {(t.facet, t.key): t.names for t in session.exec(select(Term))}
    rows: list[dict[str, object]] = []
    places: dict[int, int] = {}
    for text in session.exec(select(WorkText).where(col(WorkText.work_id).in_(ids)).order_by(col(WorkText.id))):
        place = places[text.work_id] = places.get(text.work_id, -1) + 1
        if (work := works.get(text.work_id)) is None or place >= PLACES:
            continue
        about = [_name(pair, text.language, names) for pair in subjects.get(text.work_id, [])]
        parts = [text.blurb, *abstracts.get((text.work_id, text.language), []), *work.authors, work.publisher, *about]
        rows.append(
            {
                "text_id": text.work_id * PLACES + place,
                "work_id": text.work_id,
                "language": text.language,
                "title": fold(text.title),
                "body": fold(" ".join([*parts, work.doi or ""])[:MAX_BODY]),
            }
        )
    return rows


def _abstracts(session: Session, ids: list[int]) -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = {}
    rows = session.execute(
        select(Record.work_id, Record.language, Record.data).where(
            col(Record.work_id).in_(ids), col(Record.deleted_at).is_(None)
        )
    )
    for work_id, language, data in rows:
        if abstract := data.get("abstract"):
            found.setdefault((work_id, language or ""), []).append(str(abstract))
    return found


def _name(pair: tuple[str, str], language: str, names: dict[tuple[str, str], dict[str, str]]) -> str:
    """What a reader of that language would call the subject; English besides, since many type it anyway."""
    facet, key = pair
    if facet == "country":
        return " ".join(dict.fromkeys((country_name(key, language), country_name(key, "en"))))
    known = names.get(pair, {})
    return " ".join(dict.fromkeys(str(n) for n in (known.get(language), known.get("en")) if n))
