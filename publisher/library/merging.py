"""Two works that are one. A person decides; the one that loses stays as a withdrawn row with `merged_into_id`.

Whoever had either had both: `standing_for` gives the ids that count as one work, for “never twice”, and in SQL it is
`coalesce(work.merged_into_id, work.id)`, because a chain of merges is always flattened.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, or_, select

from publisher.errors import BadInput, Conflict, NotFound
from publisher.library.indexing import batches, index_works
from publisher.library.models import (
    ON_THE_SHELF,
    LookAlike,
    Record,
    Share,
    Subject,
    TitleBlock,
    Work,
    WorkKey,
    WorkState,
    WorkText,
)


def decide_look_alike(session: Session, look_alike_id: int, decision: str, *, who: str, now: datetime) -> None:
    """`same` merges the two works, `different` remembers that they are two."""
    found = session.get(LookAlike, look_alike_id)
    if found is None:
        raise NotFound("There is no such pair.")
    if decision not in ("same", "different"):
        raise BadInput("Two resources are the same or different.")
    if found.state != "open":
        raise Conflict(f"Somebody decided already: {found.state}.")
    found.state, found.decided_by = decision, who
    session.add(found)
    session.flush()
    if decision == "same":
        merge(session, found.work_id, found.other_id, who=who, now=now)


def merge(session: Session, loser_id: int, winner_id: int, *, who: str, now: datetime) -> Work:
    """Make two works one: records, texts in further languages, subjects, shares and identities go to the winner.

    Also how a translation that no identifier connects is joined to its original. The loser stays as a withdrawn row.
    """
    loser, winner = _standing(session, loser_id), _standing(session, winner_id)
    if loser.id == winner.id:
        return winner
    assert loser.id is not None
    assert winner.id is not None
    _move_texts(session, loser, winner, now)
    _move_subjects(session, loser.id, winner.id)
    for model in (Record, Share, WorkKey):
        column = col(model.work_id)
        session.execute(update(model).where(column == loser.id).values(work_id=winner.id))
    session.execute(update(Work).where(col(Work.merged_into_id) == loser.id).values(merged_into_id=winner.id))
    _settle_pairs(session, loser.id, winner.id, who)
    if loser.state in ON_THE_SHELF and winner.state == WorkState.NEW:
        winner.state, winner.reviewed_at, winner.reviewed_by = loser.state, now, who
    if loser.news_since is not None and winner.news_since is None:
        winner.news_since = loser.news_since
    winner.updated_at = loser.updated_at = loser.reviewed_at = now
    loser.merged_into_id, loser.reviewed_by = winner.id, who
    loser.state, loser.note = WorkState.WITHDRAWN, f"The same as resource {winner.id}."
    session.flush()
    index_works(session, [loser.id, winner.id])
    return winner


def standing_for(session: Session, work_ids: Sequence[int]) -> dict[int, set[int]]:
    """Each work with the ids that count as it: itself and those merged into it. Who had one of them had the work."""
    found = {i: {i} for i in work_ids}
    for some in batches(list(work_ids)):
        rows = session.exec(select(Work.merged_into_id, Work.id).where(col(Work.merged_into_id).in_(some)))
        for winner, loser in rows:
            if winner is not None and loser is not None:
                found[winner].add(loser)
    return found


def open_look_alikes(session: Session, *, limit: int = 100) -> list[LookAlike]:
    """Pairs that wait for a person, the likeliest first."""
    wanted = select(LookAlike).where(col(LookAlike.state) == "open")
    return list(session.exec(wanted.order_by(col(LookAlike.score).desc(), col(LookAlike.id)).limit(limit)))


def _standing(session: Session, work_id: int) -> Work:
    work = session.get(Work, work_id)
    if work is not None and work.merged_into_id is not None:
        work = session.get(Work, work.merged_into_id)
    if work is None:
        raise NotFound("There is no such resource.")
    return work


def _move_texts(session: Session, loser: Work, winner: Work, now: datetime) -> None:
    """Texts in languages the winner lacks move; of two in one language an edited one is kept, else the winner's."""
    mine = {t.language: t for t in session.exec(select(WorkText).where(col(WorkText.work_id) == winner.id))}
    for text in session.exec(select(WorkText).where(col(WorkText.work_id) == loser.id)):
        present = mine.get(text.language)
        if present is None:
            text.work_id = winner.id or 0
            if winner.state in ON_THE_SHELF and loser.news_since is not None and text.news_since is None:
                text.news_since = loser.news_since
            continue
        if text.edited and not present.edited:
            present.title, present.blurb, present.link, present.edited = text.title, text.blurb, text.link, True
        present.blurb, present.link = present.blurb or text.blurb, present.link or text.link
        session.delete(text)
    session.flush()


def _move_subjects(session: Session, loser_id: int, winner_id: int) -> None:
    mine = {(s.facet, s.key): s for s in session.exec(select(Subject).where(col(Subject.work_id) == winner_id))}
    for subject in list(session.exec(select(Subject).where(col(Subject.work_id) == loser_id))):
        present = mine.get((subject.facet, subject.key))
        if present is None:
            session.add(Subject(work_id=winner_id, facet=subject.facet, key=subject.key, suggested=subject.suggested))
        else:
            present.suggested = present.suggested and subject.suggested
        session.delete(subject)
    session.flush()


def _settle_pairs(session: Session, loser_id: int, winner_id: int, who: str) -> None:
    """Open pairs with the loser are over: with the winner they are decided, with others they will be found again."""
    session.execute(delete(TitleBlock).where(col(TitleBlock.work_id) == loser_id))
    involved = or_(col(LookAlike.work_id) == loser_id, col(LookAlike.other_id) == loser_id)
    for pair in session.exec(select(LookAlike).where(involved, col(LookAlike.state) == "open")):
        other = pair.other_id if pair.work_id == loser_id else pair.work_id
        if other == winner_id:
            pair.state, pair.decided_by = "same", who
            continue
        newer, older = max(other, winner_id), min(other, winner_id)
        known = select(LookAlike.id).where(col(LookAlike.work_id) == newer, col(LookAlike.other_id) == older)
        if session.exec(known).first() is None:
            pair.work_id, pair.other_id = newer, older
        else:
            session.delete(pair)
        session.flush()
