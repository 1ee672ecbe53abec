"""Episodes of a feed that arrived become rows: new ones in bulk, known ones where the feed says something else than last time.

Every chunk is one transaction. Episodes are known by their guid, and two imports at one moment are kept apart by the
database alone: who comes second finds the row of the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert
from sqlmodel import Session, col, select

from feeds.podcast import emitting
from publisher.database import insert_into
from publisher.house import House
from publisher.podcasts import episodes, incoming, shelf, shows, values, words
from publisher.podcasts.arriving import Item
from publisher.podcasts.models import Episode, EpisodeState, Rendition, Show, Transcript

TRIES = 5
#: What a feed says of an episode that is no column of it, in `Episode.said`.
PUBLISHED, TRANSCRIPTS = "published", "transcripts"
_EPISODE: Table = Episode.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Coming:
    """An episode on its way in. `place`: its order among those that say no date."""

    item: Item
    place: int

    @property
    def guid(self) -> str:
        return incoming.guid_of(self.item.said)


@dataclass
class Merged:
    """What became of some episodes. `not_emitted`: guid → why it is not in the feed."""

    new: int = 0
    updated: int = 0
    not_emitted: dict[str, str] = field(default_factory=dict)


def merge(session: Session, house: House, show: Show, coming: Sequence[Coming], *, now: datetime) -> Merged:
    """Bring these episodes in. Shelf, feed and pings follow; a back catalogue is no news."""
    present = _rows(session, show, coming)
    fresh = _insert(session, show, [one for one in coming if one.guid not in present], now)
    rows = _rows(session, show, coming)
    changed = [rows[one.guid] for one in coming if one.guid in present and _update(session, rows[one.guid], one, now)]
    session.flush()
    touched = [*(rows[guid] for guid in fresh), *changed]
    if touched:
        shows.touch(session, house, show, now=now)
        shelf.put_many(session, house, show, touched, now=now)
    return Merged(len(fresh), len(changed), _not_emitted(session, house, show, [rows[one.guid] for one in coming]))


def _rows(session: Session, show: Show, coming: Sequence[Coming]) -> dict[str, Episode]:
    guids = [one.guid for one in coming]
    found = session.exec(select(Episode).where(col(Episode.show_id) == show.id, col(Episode.guid).in_(guids)))
    return {row.guid: row for row in found}


def _insert(session: Session, show: Show, coming: Sequence[Coming], now: datetime) -> list[str]:
    """The guids that are new, in the order given. A name that somebody else takes at this moment costs another round."""
    done: set[str] = set()
    waiting = list(coming)
    for _ in range(TRIES):
        if not waiting:
            break
        taken = set(session.exec(select(Episode.slug).where(col(Episode.show_id) == show.id)).all())
        rows = [_row(show, one, taken, now) for one in waiting]
        statement = insert_into(session, _EPISODE).on_conflict_do_nothing().returning(_EPISODE.c.guid)
        done |= set(session.connection().execute(statement, rows).scalars())
        present = _rows(session, show, waiting).keys()
        waiting = [one for one in waiting if one.guid not in present]
    _insert_transcripts(session, show, [one for one in coming if one.guid in done])
    return [one.guid for one in coming if one.guid in done]


def _row(show: Show, one: Coming, taken: set[str], now: datetime) -> dict[str, Any]:
    said = one.item.said
    columns = incoming.episode_columns(said, one.item.chapters)
    slug = episodes.free_among(taken, episodes.slug_stem(said.title))
    taken.add(slug)
    is_coming = said.published is not None and said.published > now
    given = columns | {
        "show_id": show.id,
        "slug": slug,
        "guid": one.guid,
        "place": one.place,
        "state": EpisodeState.SCHEDULED if is_coming else EpisodeState.PUBLISHED,
        "publish_at": said.published if is_coming else None,
        "published_at": None if is_coming else said.published,
        "notes_html": words.safe_html(columns["notes"], "html"),
        "news": is_coming,
        "said": _said(one, columns),
        "created_at": now,
        "updated_at": now,
    }
    return incoming.nothing(Episode) | given


def _said(one: Coming, columns: incoming.Columns) -> dict[str, str]:
    more = ((PUBLISHED, one.item.said.published), (TRANSCRIPTS, incoming.transcripts(one.item.said)))
    return incoming.digests(columns, *more, of=Episode)


def _insert_transcripts(session: Session, show: Show, coming: Sequence[Coming]) -> None:
    kept = {one.guid: incoming.transcripts(one.item.said) for one in coming}
    if not any(kept.values()):
        return
    numbers = session.exec(
        select(Episode.guid, Episode.id).where(col(Episode.show_id) == show.id, col(Episode.guid).in_(kept))
    )
    rows = [one | {"episode_id": number, "text": ""} for guid, number in numbers for one in kept[guid]]
    session.execute(insert(Transcript), rows)


def _update(session: Session, row: Episode, one: Coming, now: datetime) -> bool:
    """True where something here is otherwise than before. What staff changed stays, unless the feed has changed it too."""
    columns = incoming.episode_columns(one.item.said, one.item.chapters)
    said = _said(one, columns)
    if said == row.said:
        return False
    new = incoming.changes(row, columns, said)
    if not new.keys().isdisjoint({"notes", "notes_format"}):
        new["notes_html"] = words.safe_html(columns["notes"], "html")
    if said.get(PUBLISHED) != row.said.get(PUBLISHED):
        new |= _dates(row, one.item.said.published, now)
    if "audio_id" in new:
        for slower in session.exec(select(Rendition).where(col(Rendition.episode_id) == row.id)).all():
            session.delete(slower)
    texts = said.get(TRANSCRIPTS) != row.said.get(TRANSCRIPTS) and _update_transcripts(session, row, one)
    row.said = said
    for name, value in new.items():
        setattr(row, name, value)
    if new or texts:
        row.revision, row.updated_at = _EPISODE.c.revision + 1, now  # type: ignore[assignment]
    session.add(row)
    return bool(new) or texts


def _dates(row: Episode, published: datetime | None, now: datetime) -> dict[str, Any]:
    """The date that the feed gives now. What has appeared does not go back into the future."""
    if row.state == EpisodeState.SCHEDULED:
        return {"publish_at": published} if published and published != row.publish_at else {}
    if row.state == EpisodeState.PUBLISHED and published and published <= now and published != row.published_at:
        return {"published_at": published}
    return {}


def _update_transcripts(session: Session, row: Episode, one: Coming) -> bool:
    """Those that the feed no longer has go, unless their text is here by now; new ones come."""
    wanted, changed = {text["url"]: text for text in incoming.transcripts(one.item.said)}, False
    for text in session.exec(select(Transcript).where(col(Transcript.episode_id) == row.id)).all():
        if text.url in wanted:
            wanted.pop(text.url)
        elif text.url and not text.text:
            session.delete(text)
            changed = True
    session.add_all(Transcript(episode_id=row.id or 0, **text) for text in wanted.values())
    return changed or bool(wanted)


def _not_emitted(session: Session, house: House, show: Show, rows: Sequence[Episode]) -> dict[str, str]:
    fit = [row for row in rows if row.state in (EpisodeState.PUBLISHED, EpisodeState.SCHEDULED)]
    reasons = map(emitting.why_not, values.episodes(session, house, show, fit))
    return {row.guid: reason for row, reason in zip(fit, reasons, strict=True) if reason}
