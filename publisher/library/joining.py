"""Which work a record belongs to: the one with its DOI, the one with its canonical address, its translation, or a new one."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlmodel import Session, col, or_, select

from publisher.library import identifiers
from publisher.library.fields import Fields
from publisher.library.models import Work, WorkKey


@dataclass
class Known:
    """Works that the records of one batch may belong to, by identity; also those the batch itself is making."""

    by_doi: dict[str, Work] = field(default_factory=dict)
    by_url: dict[str, Work] = field(default_factory=dict)
    clashes: list[tuple[Work, Work]] = field(default_factory=list)
    further: dict[str, Work] = field(default_factory=dict)

    def of(self, said: Fields) -> Work | None:
        """The work these fields are about, if we have it. Two works that turn out to share a record are noted as clash."""
        by_doi = self.by_doi.get(said.doi) if said.doi else None
        by_url = self.by_url.get(said.canonical) if said.canonical else None
        if by_doi is not None:
            if by_url is not None and by_url is not by_doi:
                self.clashes.append((by_doi, by_url))
            return by_doi
        if (
            by_url is not None
            and said.doi
            and by_url.doi
            and by_url.doi != said.doi
            and by_url.language == said.language
        ):
            return None  # one address, two DOIs: the DOI knows better, and a person is asked
        return by_url or self._original(said)

    def identify(self, work: Work, said: Fields) -> None:
        """Give a work the identities of a record, as far as they are free: the first is its own, others are further keys."""
        if said.doi and said.doi not in self.by_doi:
            self.by_doi[said.doi] = work
            if work.doi is None:
                work.doi = said.doi
            else:
                self.further[f"doi:{said.doi}"] = work
        if said.canonical and said.canonical not in self.by_url:
            self.by_url[said.canonical] = work
            if work.canonical_url is None:
                work.canonical_url = said.canonical
            else:
                self.further[f"url:{said.canonical}"] = work
        for other in (self.by_doi.get(said.doi or ""), self.by_url.get(said.canonical or "")):
            if other is not None and other is not work:
                self.clashes.append((work, other))

    def keep_further(self, session: Session) -> None:
        """Write the further keys; the works must have ids."""
        for key, work in self.further.items():
            if work.id is not None:
                session.add(WorkKey(key=key, work_id=work.id))

    def _original(self, said: Fields) -> Work | None:
        """The work this record says it translates."""
        if not said.translation_of:
            return None
        doi, url = identifiers.doi(said.translation_of), identifiers.canonical_url(said.translation_of)
        return (self.by_doi.get(doi) if doi else None) or (self.by_url.get(url) if url else None)


def known_works(session: Session, batch: Iterable[Fields]) -> Known:
    """Look up all identities of a batch at once; a merged work stands for the one it became."""
    dois, urls = set[str](), set[str]()
    for said in batch:
        dois |= {d for d in (said.doi, identifiers.doi(said.translation_of)) if d}
        urls |= {u for u in (said.canonical, identifiers.canonical_url(said.translation_of)) if u}
    if not dois and not urls:
        return Known()
    wanted = or_(col(Work.doi).in_(dois), col(Work.canonical_url).in_(urls))
    found = list(session.exec(select(Work).where(wanted).order_by(col(Work.id))))
    keys = list(
        session.exec(
            select(WorkKey).where(col(WorkKey.key).in_({f"doi:{d}" for d in dois} | {f"url:{u}" for u in urls}))
        )
    )
    others = {k.work_id for k in keys} | {w.merged_into_id for w in found if w.merged_into_id is not None}
    by_id = {w.id: w for w in found} | _by_id(session, others)
    by_id |= _by_id(session, {w.merged_into_id for w in by_id.values() if w.merged_into_id is not None} - by_id.keys())
    known = Known()
    for key in keys:
        names = known.by_doi if key.key.startswith("doi:") else known.by_url
        names[key.key[4:]] = _standing(by_id[key.work_id], by_id)
    for work in found:
        if work.doi:
            known.by_doi[work.doi] = _standing(work, by_id)
        if work.canonical_url:
            known.by_url[work.canonical_url] = _standing(work, by_id)
    return known


def _by_id(session: Session, ids: set[int]) -> dict[int | None, Work]:
    return {w.id: w for w in session.exec(select(Work).where(col(Work.id).in_(ids)))} if ids else {}


def _standing(work: Work, by_id: dict[int | None, Work]) -> Work:
    return by_id.get(work.merged_into_id, work) if work.merged_into_id is not None else work
