"""Episodes on the library's shelf: newsletters, search and archive find them there, and nobody types them twice.

What is for some only (a private show), what advertises itself (a trailer) and what a show keeps to itself stays off the shelf.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Table, bindparam, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, select

from feeds.values import Enclosure, ReadItem
from publisher.house import House
from publisher.library import intake, sources
from publisher.library.models import Record, Source
from publisher.media.models import MediaFile
from publisher.podcasts import addresses, words
from publisher.podcasts.models import Episode, EpisodeState, Show

SOURCE = "episodes"
CHUNK = 200
_EPISODE: Table = Episode.__table__  # type: ignore[attr-defined]


def put(session: Session, house: House, show: Show, episode: Episode, *, now: datetime) -> None:
    """Bring the shelf in line with the episode: there as it is, or gone. Twice is harmless."""
    put_many(session, house, show, [episode], now=now)


def put_many(session: Session, house: House, show: Show, episodes: Sequence[Episode], *, now: datetime) -> None:
    """The same for many episodes of one show at once."""
    source = _source(session, now)
    for start in range(0, len(episodes), CHUNK):
        _put_chunk(session, house, source, show, episodes[start : start + CHUNK], now)


def put_all(session: Session, house: House, show: Show, *, now: datetime) -> None:
    """Every episode that has appeared, after a change of the show that each of them shows."""
    appeared = select(Episode).where(col(Episode.show_id) == show.id, col(Episode.state) == EpisodeState.PUBLISHED)
    put_many(session, house, show, session.exec(appeared.order_by(col(Episode.id))).all(), now=now)


def belongs(show: Show, episode: Episode) -> bool:
    """Whether readers are to find it."""
    is_public = show.list_id is None and show.state == "active" and not show.block and not episode.block
    has_appeared = episode.state == EpisodeState.PUBLISHED and episode.type != "trailer"
    return is_public and has_appeared and show.on_shelf


def _put_chunk(
    session: Session, house: House, source: Source, show: Show, episodes: Sequence[Episode], now: datetime
) -> None:
    gone = [ReadItem(guid=_guid(one), deleted=True) for one in episodes if one.work_id and not belongs(show, one)]
    if gone:
        intake.take_in(session, source, gone, now=now, first=False)
    there = [one for one in episodes if belongs(show, one)]
    beside = _beside(session, there)
    for news in (True, False):
        items = [_item(house, show, one, beside) for one in there if one.news is news]
        if items:
            intake.take_in(session, source, items, now=now, first=not news)
    _note_works(session, source, there)


def _note_works(session: Session, source: Source, episodes: Iterable[Episode]) -> None:
    """Each episode knows its work, which another episode may share: the same one in another language."""
    by_guid = {_guid(one): one for one in episodes}
    found = select(Record.guid, Record.work_id).where(col(Record.source_id) == source.id, col(Record.guid).in_(by_guid))
    new = [(by_guid[guid], work_id) for guid, work_id in session.exec(found) if by_guid[guid].work_id != work_id]
    if not new:
        return
    which = update(_EPISODE).where(_EPISODE.c.id == bindparam("episode_id")).values(work_id=bindparam("work"))
    session.connection().execute(which, [{"episode_id": one.id, "work": work_id} for one, work_id in new])
    for one, work_id in new:
        set_committed_value(one, "work_id", work_id)


def _source(session: Session, now: datetime) -> Source:
    """The library's source for all of this. The first two episodes of a hub may appear at one moment, and both make it."""
    try:
        with session.begin_nested():
            return sources.builtin(session, SOURCE, now=now)
    except IntegrityError:
        return sources.builtin(session, SOURCE, now=now)


@dataclass
class _Beside:
    """What items say besides their own rows: the page each is a translation of, the types of their sounds."""

    originals: dict[int, tuple[Episode, Show]] = field(default_factory=dict)
    types: dict[int, str] = field(default_factory=dict)


def _beside(session: Session, episodes: Iterable[Episode]) -> _Beside:
    found = _Beside()
    if originals := {one.original_id for one in episodes if one.original_id}:
        which = select(Episode, Show).where(col(Episode.id).in_(originals), col(Show.id) == col(Episode.show_id))
        found.originals = {one.id or 0: (one, show) for one, show in session.exec(which)}
    if sounds := {one.audio_id for one in episodes if one.audio_id}:
        types = session.exec(select(MediaFile.id, MediaFile.type).where(col(MediaFile.id).in_(sounds)))
        found.types = {number: kind for number, kind in types if number is not None}
    return found


def _item(house: House, show: Show, episode: Episode, beside: _Beside) -> ReadItem:
    raw = {"subjects": [f"{facet}:{key}" for facet, key in [*show.subjects, *episode.subjects]]}
    if episode.original_id in beside.originals:
        original, its_show = beside.originals[episode.original_id]
        raw["translation_of"] = [addresses.episode(house, its_show, original)]
    return ReadItem(
        guid=_guid(episode),
        link=addresses.episode(house, show, episode),
        title=episode.title,
        summary_html=words.blurb_html(episode),
        published=episode.published_at,
        updated=episode.updated_at,
        authors=tuple(dict.fromkeys(one["name"] for one in episode.persons or show.persons)),
        languages=(episode.language or show.language,),
        publisher=show.title,
        licence=episode.licence or show.licence or None,
        kind="episode",
        enclosure=_sound(episode, beside),
        raw=raw,
    )


def _sound(episode: Episode, beside: _Beside) -> Enclosure:
    """Its length for the shelf; the address is the episode's page, where it is heard."""
    kind = beside.types.get(episode.audio_id or 0) or episode.enclosure_type
    return Enclosure(url="", type=kind, duration=float(episode.duration) if episode.duration else None)


def _guid(episode: Episode) -> str:
    return f"episode:{episode.id}"
