"""Writing what a record says into its work: new works whole, joined ones where they have gaps, never over a person's edits."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from publisher.languages import folded
from publisher.library.fields import Fields
from publisher.library.models import Record, Subject, Work, WorkText

#: Columns of a work that come from its records, and the name of the same in `Fields`.
COLUMNS = {
    "kind": "kind",
    "authors": "authors",
    "publisher": "publisher",
    "licence": "licence",
    "published_on": "published_on",
    "pages": "pages",
    "seconds": "seconds",
    "file_bytes": "file_bytes",
    "file_type": "file_type",
    "image_url": "image",
    "starts_at": "starts_at",
    "ends_at": "ends_at",
}
#: Those that say who made it.
NAMING = ("authors", "publisher", "licence", "image_url")


def new_work(said: Fields, *, now: datetime) -> Work:
    """A work as its first record describes it; identities are given by `joining`."""
    work = Work(slug=slug(said.title), language=said.language, first_seen=now, updated_at=now, title_key=said.title_key)
    for column, name in COLUMNS.items():
        setattr(work, column, _plain(getattr(said, name)))
    return work


def slug(title: str) -> str:
    """The readable part of a work's address; the id beside it is what counts."""
    ascii_only = "".join(c if c.isascii() and c.isalnum() else "-" for c in folded(title))
    return "-".join(part for part in ascii_only.split("-") if part)[:70].strip("-") or "resource"


def refill(work: Work, said: Fields, *, owner: bool, before: Record | None = None) -> bool:
    """Bring a work up to date. The record that owns it overwrites, others fill gaps. True where something changed.

    `before`: the owner's former version. A name that only it said is taken away: who asked to be named no more is not.
    """
    changed = False
    for column, name in COLUMNS.items():
        value, present = _plain(getattr(said, name)), getattr(work, column)
        if column in work.edited or value == present:
            continue
        if value in (None, "", []):
            if before is not None and column in NAMING and before.data.get(name) == present:
                setattr(work, column, value)
                changed = True
            continue
        if owner or present in (None, "", []):
            setattr(work, column, value)
            changed = True
    if owner and work.language == said.language and work.title_key != said.title_key and "title" not in work.edited:
        work.title_key = said.title_key
    return changed


class Texts:
    """The texts of the works of one batch."""

    def __init__(self, session: Session, works: Iterable[Work]) -> None:
        self.session = session
        ids = [w.id for w in works if w.id is not None]
        rows = session.exec(select(WorkText).where(col(WorkText.work_id).in_(ids))) if ids else ()
        self.rows = {(row.work_id, row.language): row for row in rows}

    def write(self, work: Work, said: Fields, *, owner: bool, late: datetime | None = None) -> bool:
        """The text of this record's language. `late`: since when it is news, for a translation that came afterwards."""
        assert work.id is not None
        text = self.rows.get((work.id, said.language))
        if text is None:
            text = WorkText(work_id=work.id, language=said.language, title=said.title, blurb=said.blurb, link=said.link)
            text.news_since = late
            self.session.add(text)
            self.rows[work.id, said.language] = text
            return True
        if text.edited:
            return False
        changed = False
        for name in ("title", "blurb", "link"):
            value, present = getattr(said, name), getattr(text, name)
            if value and value != present and (owner or not present):
                setattr(text, name, value)
                changed = True
        return changed

    def rename(self, work: Work, before: str | None, now: str) -> None:
        """A source corrected the language of its only record: the text moves, unless a person wrote it."""
        assert work.id is not None
        text = self.rows.get((work.id, before or ""))
        if text is None or text.edited or before == now or (work.id, now) in self.rows:
            return
        text.language = now
        self.rows[work.id, now] = self.rows.pop((work.id, before or ""))
        if work.language == before:
            work.language = now


class Subjects:
    """The subjects of the works of one batch."""

    def __init__(self, session: Session, works: Iterable[Work]) -> None:
        self.session = session
        ids = [w.id for w in works if w.id is not None]
        rows = session.exec(select(Subject).where(col(Subject.work_id).in_(ids))) if ids else ()
        self.rows = {(row.work_id, row.facet, row.key): row for row in rows}

    def write(self, work: Work, said: Fields, before: Record | None = None) -> bool:
        """Add what the record says; take away what only its former version said. Nothing where a person chose."""
        if "subjects" in work.edited:
            return False
        assert work.id is not None
        changed = False
        wanted = {(facet, key) for facet, key, _ in said.subjects}
        for facet, key, _ in before.data.get("subjects", []) if before is not None else ():
            if (facet, key) not in wanted and (row := self.rows.pop((work.id, facet, key), None)) is not None:
                self.session.delete(row)
                changed = True
        for facet, key, suggested in said.subjects:
            row = self.rows.get((work.id, facet, key))
            if row is None:
                row = Subject(work_id=work.id, facet=facet, key=key, suggested=suggested)
                self.session.add(row)
                self.rows[work.id, facet, key] = row
                changed = True
            elif row.suggested and not suggested:
                row.suggested = False
                changed = True
        return changed


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
