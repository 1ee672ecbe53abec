"""Works that may be one: similar title, authors and year. They are flagged for a person, never merged here.

Comparing everything with everything would cost the square; so each title gives a few blocks (its first, last and longest
words), and only works that share one are compared.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from rapidfuzz import fuzz
from sqlalchemy import func, insert
from sqlmodel import Session, col, select

from publisher.library.indexing import batches
from publisher.library.models import LookAlike, Subject, TitleBlock, Work

SIMILAR = 90
"""Least similarity of folded titles (0-100, order of words aside)."""

SAME_AUTHORS = 70
LEAST_LETTERS = 12
"""Shorter titles ("Editorial") say too little on their own: their authors must be known and agree."""

PER_BLOCK = 40
"""Works of one block that are compared at most, the newest first: a thousand reports of one name stay affordable."""

_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "de",
        "del",
        "des",
        "di",
        "do",
        "du",
        "el",
        "en",
        "et",
        "for",
        "from",
        "in",
        "into",
        "la",
        "le",
        "les",
        "los",
        "o",
        "of",
        "on",
        "or",
        "para",
        "pour",
        "the",
        "to",
        "un",
        "une",
        "with",
        "y",
    ]
)


def flag(session: Session, works: Sequence[Work], *, now: datetime) -> int:
    """Flag look-alikes of new works, which must have ids, and remember their titles for those to come."""
    blocks = {work.id: blocks_of(work.title_key) for work in works if work.id is not None}
    rows = [{"block": block, "work_id": i} for i, found in blocks.items() for block in found]
    if not rows:
        return 0
    session.execute(insert(TitleBlock), rows)
    candidates = _candidates(session, {row["block"]: None for row in rows})  # type: ignore[misc]
    pairs = {
        (work_id, other)
        for work_id, found in blocks.items()
        for block in found
        for other in candidates.get(block, ())
        if other < work_id
    }
    return _compare(session, sorted(pairs), now=now)


def blocks_of(title_key: str) -> set[str]:
    """Hashes of the first three, last three and three longest words that carry meaning."""
    said = [word for word in re.findall(r"\w+", title_key) if word not in _SMALL]
    if not said:
        return set()
    longest = sorted(sorted(set(said), key=lambda word: (-len(word), word))[:3])
    return {_hash("first", said[:3]), _hash("last", said[-3:]), _hash("longest", longest)}


def add_clash(session: Session, work: Work, other: Work, reason: str, *, now: datetime) -> None:
    """Flag two works for a reason other than their titles."""
    if work.id is not None and other.id is not None and work.id != other.id:
        newer, older = max(work.id, other.id), min(work.id, other.id)
        _keep(session, [(newer, older, 100, reason)], now=now)


def similarity(work: Work, other: Work) -> tuple[int, str] | None:
    """How much two works look like one, and why; None where they do not."""
    if {work.kind, other.kind} == {"webinar", "recording"}:
        return None  # what was recorded has the name of what was held, and is another thing
    score = fuzz.token_sort_ratio(work.title_key, other.title_key)
    if score < SIMILAR or _numbers(work.title_key) != _numbers(other.title_key):
        return None
    if work.published_on and other.published_on and abs(work.published_on.year - other.published_on.year) > 1:
        return None
    agreed = _authors_agree(work.authors, other.authors)
    if agreed is False or (agreed is None and len(work.title_key) < LEAST_LETTERS):
        return None
    said = "Same title" if work.title_key == other.title_key else "Similar title"
    parts = [said, *(["same authors"] if agreed else []), *(["same year"] if _same_year(work, other) else [])]
    return round(score), ", ".join(parts)


def _compare(session: Session, pairs: list[tuple[int, int]], *, now: datetime) -> int:
    ids = sorted({i for pair in pairs for i in pair})
    works: dict[int, Work] = {}
    countries: dict[int, set[str]] = {}
    for some in batches(ids):
        works |= {w.id: w for w in session.exec(select(Work).where(col(Work.id).in_(some))) if w.id is not None}
        about = select(Subject.work_id, Subject.key).where(
            col(Subject.work_id).in_(some), col(Subject.facet) == "country"
        )
        for work_id, key in session.exec(about):
            countries.setdefault(work_id, set()).add(key)
    found = []
    for newer, older in pairs:
        here, there = countries.get(newer), countries.get(older)
        if here and there and not here & there:
            continue  # one study of two countries has one title with two names
        if alike := similarity(works[newer], works[older]):
            found.append((newer, older, *alike))
    return _keep(session, found, now=now)


def _keep(session: Session, found: Iterable[tuple[int, int, int, str]], *, now: datetime) -> int:
    best = {(newer, older): (score, reason) for newer, older, score, reason in found}
    if not best:
        return 0
    newer_ids = {newer for newer, _ in best}
    rows = session.exec(select(LookAlike.work_id, LookAlike.other_id).where(col(LookAlike.work_id).in_(newer_ids)))
    known = {(a, b) for a, b in rows}
    for (newer, older), (score, reason) in best.items():
        if (newer, older) not in known:
            session.add(LookAlike(work_id=newer, other_id=older, score=score, reason=reason, found_at=now))
    session.flush()
    return len(best.keys() - known)


def _candidates(session: Session, blocks: Iterable[str]) -> dict[str, list[int]]:
    """The newest works of each block that still stand for themselves."""
    found: dict[str, list[int]] = {}
    wanted = sorted(blocks)
    for start in range(0, len(wanted), 400):
        place = func.row_number().over(partition_by=col(TitleBlock.block), order_by=col(TitleBlock.work_id).desc())
        ranked = (
            select(TitleBlock.block, TitleBlock.work_id, place.label("place"))
            .join(Work, col(Work.id) == TitleBlock.work_id)
            .where(col(TitleBlock.block).in_(wanted[start : start + 400]), col(Work.merged_into_id).is_(None))
            .subquery()
        )
        for block, work_id in session.execute(
            select(ranked.c.block, ranked.c.work_id).where(ranked.c.place <= PER_BLOCK)
        ):
            found.setdefault(block, []).append(work_id)
    return found


def _authors_agree(here: Sequence[str], there: Sequence[str]) -> bool | None:
    """Whether the first author of the shorter list is among the others; None where one side names nobody."""
    if not here or not there:
        return None
    few, many = sorted((list(here), list(there)), key=len)
    first = few[0].casefold()
    return any(fuzz.token_set_ratio(first, name.casefold()) >= SAME_AUTHORS for name in many)


def _same_year(work: Work, other: Work) -> bool:
    return bool(work.published_on and other.published_on and work.published_on.year == other.published_on.year)


def _numbers(text: str) -> list[str]:
    """“Part 1” and “Part 2”, 2014 and 2015: numbers must be the same, Roman ones too."""
    return sorted(re.findall(r"\d+|\b[ivx]{1,4}\b", text))


def _hash(kind: str, said: list[str]) -> str:
    return hashlib.blake2b(f"{kind}:{' '.join(said)}".encode(), digest_size=8).hexdigest()
