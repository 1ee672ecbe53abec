"""An episode on the library's shelf: newsletters, search and archive find it there, and nobody types it twice.

What is for some only (a private show) and what advertises itself (a trailer) stays off the shelf.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from feeds.values import Enclosure, ReadItem
from publisher.house import House
from publisher.library import intake, sources
from publisher.library.models import Record
from publisher.media.models import MediaFile
from publisher.podcasts import addresses, words
from publisher.podcasts.models import Episode, EpisodeState, Show

SOURCE = "episodes"


def put(session: Session, house: House, show: Show, episode: Episode, *, now: datetime) -> None:
    """Bring the shelf in line with the episode: there as it is, or gone. Twice is harmless."""
    source = sources.builtin(session, SOURCE, now=now)
    guid = f"episode:{episode.id}"
    if not belongs(show, episode):
        if episode.work_id is not None:
            intake.take_in(session, source, [ReadItem(guid=guid, deleted=True)], now=now, first=False)
        return
    intake.take_in(session, source, [_item(session, house, show, episode, guid)], now=now, first=not episode.news)
    record = session.exec(select(Record).where(col(Record.source_id) == source.id, col(Record.guid) == guid)).first()
    if record is not None and record.work_id != episode.work_id:
        episode.work_id = record.work_id
        session.add(episode)
        session.flush()


def belongs(show: Show, episode: Episode) -> bool:
    """Whether readers are to find it."""
    is_public = show.list_id is None and show.state == "active" and not show.block and not episode.block
    return is_public and episode.state == EpisodeState.PUBLISHED and episode.type != "trailer"


def _item(session: Session, house: House, show: Show, episode: Episode, guid: str) -> ReadItem:
    original = session.get(Episode, episode.original_id) if episode.original_id else None
    raw = {"subjects": [f"{facet}:{key}" for facet, key in [*show.subjects, *episode.subjects]]}
    if original is not None:
        other = session.get_one(Show, original.show_id)
        raw["translation_of"] = [addresses.episode(house, other, original)]
    return ReadItem(
        guid=guid,
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
        enclosure=_sound(session, episode),
        raw=raw,
    )


def _sound(session: Session, episode: Episode) -> Enclosure | None:
    """Its length for the shelf; the address is the episode's page, where it is heard."""
    media = session.get(MediaFile, episode.audio_id) if episode.audio_id else None
    kind = media.type if media else episode.enclosure_type
    return Enclosure(url="", type=kind, duration=float(episode.duration) if episode.duration else None)
