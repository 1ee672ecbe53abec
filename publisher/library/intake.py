"""The way in: items as read become records, and records become works. Doing it twice is harmless.

A record is unique per source and guid; one whose digest is unchanged is passed over. The same DOI or canonical address
joins an existing work, in whichever language. What a source takes back is withdrawn only if nobody else says it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from feeds.values import ReadItem
from publisher.languages import folded
from publisher.library import look_alikes
from publisher.library.fields import Fields, fields_of, guid_key
from publisher.library.filling import COLUMNS, NAMING, Subjects, Texts, new_work, refill
from publisher.library.indexing import index_works
from publisher.library.joining import Known, known_works
from publisher.library.models import Record, Source, Work, WorkState, WorkText
from publisher.library.news import is_news
from publisher.library.terms import Terms, load_terms

CHUNK = 200
TRIES = 3
NOTHING = "-"
"""Digest of an item that had nothing to show."""

TAKEN_BACK = "The source took it back."


@dataclass
class Taken:
    """What one harvest or file brought. `skipped`: items without anything to show, or kept out by the source's words."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    skipped: int = 0
    look_alikes: int = 0
    work_ids: list[int] = field(default_factory=list)

    def add(self, other: "Taken") -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def take_in(
    session: Session,
    source: Source,
    items: Iterable[ReadItem],
    *,
    now: datetime,
    first: bool | None = None,
    seen: set[str] | None = None,
) -> Taken:
    """Take in items of a source. `first`: a first harvest or a file, which is not news as a whole; by default as the source
    stands. `seen`: guids of this harvest so far; of two items with one guid the first counts, now and next time."""
    terms = load_terms(session)
    taken, met = Taken(), seen if seen is not None else set()
    is_first = not source.first_harvest_done if first is None else first
    for chunk in _chunks(items, met):
        taken.add(_with_retries(session, source, chunk, terms, now=now, first=is_first))
    return taken


def _chunks(items: Iterable[ReadItem], seen: set[str]) -> Iterator[list[ReadItem]]:
    chunk: list[ReadItem] = []
    for item in items:
        guid = guid_key(item.guid)
        if not guid or guid in seen:
            continue
        seen.add(guid)
        chunk.append(item)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _with_retries(
    session: Session, source: Source, items: list[ReadItem], terms: Terms, *, now: datetime, first: bool
) -> Taken:
    """Another worker may be taking in the same DOI at this moment: whoever comes second looks again, and joins."""
    for attempt in range(1, TRIES + 1):
        try:
            with session.begin_nested():
                return _Batch(session, source, terms, now, first).take(items)
        except IntegrityError:
            if attempt == TRIES:
                raise
    raise AssertionError("unreachable")


@dataclass
class _Coming:
    """An item on its way in: what it says, the record there was, and the work it goes to."""

    said: Fields
    record: Record | None
    digest: str
    stamp: str | None
    work: Work | None = None
    is_new_work: bool = False


class _Batch:
    def __init__(self, session: Session, source: Source, terms: Terms, now: datetime, first: bool) -> None:
        self.session, self.source, self.terms, self.now, self.first = session, source, terms, now, first
        self.taken = Taken()
        self.passes = word_filter(source)

    def take(self, items: list[ReadItem]) -> Taken:
        records = self._records([guid_key(item.guid) for item in items])
        coming = []
        for item in items:
            record = records.get(guid_key(item.guid))
            if item.deleted:
                self._delete(item, record)
            elif (one := self._judged(item, record)) is not None:
                coming.append(one)
        self._place(coming)
        self.session.flush()
        self._write(coming)
        self.session.flush()
        fresh = [one.work for one in coming if one.is_new_work and one.work is not None]
        self.taken.look_alikes += look_alikes.flag(self.session, fresh, now=self.now)
        ids = sorted({one.work.id for one in coming if one.work is not None and one.work.id is not None})
        index_works(self.session, ids)
        self.taken.work_ids += ids
        return self.taken

    def _records(self, guids: Sequence[str]) -> dict[str, Record]:
        rows = self.session.exec(
            select(Record).where(col(Record.source_id) == self.source.id, col(Record.guid).in_(guids))
        )
        return {row.guid: row for row in rows}

    def _delete(self, item: ReadItem, record: Record | None) -> None:
        if record is None:
            self._remember_passed_over(item, None, None, NOTHING)
            return
        record.stamp = stamp_of(item)
        if record.deleted_at is not None or record.work_id is None:
            return
        record.deleted_at = record.last_changed = self.now
        self.taken.deleted += 1
        self.session.flush()
        if not _withdraw_if_nobody_says_it(self.session, record.work_id, now=self.now):
            _take_words_back(self.session, record, now=self.now)

    def _judged(self, item: ReadItem, record: Record | None) -> _Coming | None:
        """What is to be done about an item; None where it is nothing."""
        said = fields_of(item, self.source, self.terms)
        digest = said.digest() if said else NOTHING
        if record is not None and record.digest == digest and record.deleted_at is None:
            record.stamp = stamp_of(item) or record.stamp
            self.taken.unchanged += 1
            return None
        if said is None or not self.passes(said, item.categories):
            self.taken.skipped += 1
            self._remember_passed_over(item, said, record, digest)
            return None
        return _Coming(said, record, digest, stamp_of(item))

    def _remember_passed_over(self, item: ReadItem, said: Fields | None, record: Record | None, digest: str) -> None:
        """A record without a work: next time it is known, and not looked at again."""
        record = record or Record(
            source_id=self.source.id or 0,
            guid=guid_key(item.guid),
            digest=digest,
            data={"title": said.title if said else "", "passed_over": True},
            first_seen=self.now,
            last_changed=self.now,
        )
        record.stamp = stamp_of(item)
        if record.work_id is None:
            record.digest = digest
        self.session.add(record)

    def _place(self, coming: list[_Coming]) -> None:
        known = known_works(self.session, [one.said for one in coming])
        present = self._present_works(coming)
        for one in coming:
            one.work = (present.get(one.record.work_id) if one.record else None) or known.of(one.said)
            if one.work is None:
                one.work, one.is_new_work = self._made(one.said), True
            if not self._is_only_heard(one):
                known.identify(one.work, one.said)
        self.session.flush()
        known.keep_further(self.session)
        self._flag_clashes(known)

    def _present_works(self, coming: list[_Coming]) -> dict[int | None, Work]:
        ids = {one.record.work_id for one in coming if one.record and one.record.work_id}
        rows = self.session.exec(select(Work).where(col(Work.id).in_(ids))) if ids else ()
        return {row.id: row for row in rows}

    def _made(self, said: Fields) -> Work:
        work = new_work(said, now=self.now)
        if is_news(self.source, said.published_on, said.starts_at, said.ends_at, now=self.now, first=self.first):
            work.news_since = self.now
        if self.source.trust == "shelf":
            work.state, work.reviewed_at, work.reviewed_by = WorkState.APPROVED, self.now, f"source:{self.source.slug}"
        self.session.add(work)
        return work

    def _flag_clashes(self, known: Known) -> None:
        for work, other in known.clashes:
            look_alikes.add_clash(self.session, work, other, "Same address or DOI", now=self.now)

    def _write(self, coming: list[_Coming]) -> None:
        works = [one.work for one in coming if one.work is not None]
        texts, subjects = Texts(self.session, works), Subjects(self.session, works)
        owners = _owners(self.session, [w.id for w in works if w.id is not None])
        for one in coming:
            assert one.work is not None
            assert one.work.id is not None
            if self._is_only_heard(one):
                self._keep_record(one)
                continue
            owner_id = owners.get((one.work.id, one.said.language))
            owner = one.is_new_work or (one.record is not None and one.record.id == owner_id)
            if one.record is not None and one.record.language != one.said.language:
                texts.rename(one.work, one.record.language, one.said.language)
                owner = owner or owner_id is None
            changed = refill(one.work, one.said, owner=owner, before=one.record if owner else None)
            changed |= texts.write(one.work, one.said, owner=owner, late=self._late(one))
            changed |= subjects.write(one.work, one.said, one.record if owner else None)
            if changed:
                one.work.updated_at = self.now
            self._revive(one)
            self._keep_record(one)

    def _is_only_heard(self, one: _Coming) -> bool:
        """A stranger's form about a work that readers see already: remembered, but it changes nothing they see."""
        if self.source.slug != "share" or one.is_new_work or one.work is None:
            return False
        return one.work.state != WorkState.NEW

    def _late(self, one: _Coming) -> datetime | None:
        """Since when a translation is news that joins a work which was there before; None where it comes with the work."""
        if one.is_new_work or one.work is None or one.work.first_seen == self.now:
            return None
        said = one.said
        news = is_news(self.source, said.published_on, said.starts_at, said.ends_at, now=self.now, first=self.first)
        return self.now if news else None

    def _revive(self, one: _Coming) -> None:
        work = one.work
        if one.record is None or one.record.deleted_at is None or work is None:
            return
        if work.state == WorkState.WITHDRAWN and work.note == TAKEN_BACK:
            work.state = WorkState.APPROVED if self.source.trust == "shelf" or work.reviewed_at else WorkState.NEW
            work.note = ""

    def _keep_record(self, one: _Coming) -> None:
        assert one.work is not None
        if one.record is None or one.record.work_id is None:
            self.taken.new += 1
        else:
            self.taken.updated += 1
        record = one.record or Record(
            source_id=self.source.id or 0, guid=one.said.guid, digest="", first_seen=self.now, last_changed=self.now
        )
        record.work_id = one.work.id
        record.digest, record.language, record.data = one.digest, one.said.language, one.said.as_data()
        record.stamp, record.last_changed, record.deleted_at = one.stamp, self.now, None
        self.session.add(record)


def stamp_of(item: ReadItem) -> str | None:
    """When the source says the item changed, as `Record.stamp` keeps it."""
    return item.updated.isoformat() if item.updated else None


def word_filter(source: Source) -> "_Words":
    """The source's include and exclude words as a question about an item."""
    return _Words(_lines(source.include), _lines(source.exclude))


@dataclass(frozen=True)
class _Words:
    include: list[str]
    exclude: list[str]

    def __call__(self, said: Fields, categories: Sequence[str]) -> bool:
        if not self.include and not self.exclude:
            return True
        text = f" {folded(' '.join([said.title, said.abstract, *categories]))} "
        if any(word in text for word in self.exclude):
            return False
        return not self.include or any(word in text for word in self.include)


def _lines(words: str) -> list[str]:
    """One word or phrase a line, matched whole; `child*` also finds “children”."""
    found = [(folded(line), line.rstrip().endswith("*")) for line in words.splitlines()]
    return [f" {word}" if is_open else f" {word} " for word, is_open in found if word]


def _owners(session: Session, work_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    """The record whose words a text has: the first one of its work and language that still stands."""
    statement = (
        select(Record.work_id, Record.language, func.min(Record.id))
        .where(col(Record.work_id).in_(set(work_ids)), col(Record.deleted_at).is_(None))
        .group_by(col(Record.work_id), col(Record.language))
    )
    return {(work_id, language or ""): record_id for work_id, language, record_id in session.execute(statement)}


def _withdraw_if_nobody_says_it(session: Session, work_id: int, *, now: datetime) -> bool:
    """Whether nobody says it any more; then readers no longer find it."""
    others = select(func.count()).where(col(Record.work_id) == work_id, col(Record.deleted_at).is_(None))
    work = session.get(Work, work_id)
    if work is None or session.execute(others).scalar_one():
        return False
    if work.state in (WorkState.NEW, WorkState.APPROVED, WorkState.FEATURED):
        work.state, work.note, work.updated_at = WorkState.WITHDRAWN, TAKEN_BACK, now
    return True


def _take_words_back(session: Session, gone: Record, *, now: datetime) -> None:
    """Others still tell of the work, but nobody in this language: its text goes, unless a person wrote it."""
    standing = select(Record).where(col(Record.work_id) == gone.work_id, col(Record.deleted_at).is_(None))
    left = list(session.exec(standing.order_by(col(Record.id))).all())
    if gone.language in {record.language for record in left}:
        return
    text = session.exec(
        select(WorkText).where(
            col(WorkText.work_id) == gone.work_id,
            col(WorkText.language) == gone.language,
            col(WorkText.edited).is_(False),
        )
    ).first()
    work = session.get(Work, gone.work_id)
    if text is None or work is None or work.id is None:
        return
    session.delete(text)
    if work.language == gone.language:
        work.language = next((record.language for record in left if record.language), work.language)
    for column in NAMING:  # who is no longer there is not named
        if column not in work.edited and (said := left[0].data.get(COLUMNS[column])) is not None:
            setattr(work, column, said)
    work.updated_at = now
    session.flush()
    index_works(session, [work.id])
