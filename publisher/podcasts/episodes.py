"""Episodes: what staff write about one, its sound, chapters and transcripts. When it appears: `publishing`."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Table, update
from sqlmodel import Session, col, select

from feeds.errors import FeedError
from feeds.podcast import transcripts
from publisher.errors import BadInput, Conflict, NotFound
from publisher.house import House
from publisher.library.filling import slug as slug_of
from publisher.media import artwork, storage
from publisher.media.models import MediaFile
from publisher.podcasts import fields as reading
from publisher.podcasts import shelf, shows
from publisher.podcasts.models import Episode, EpisodeState, Rendition, Show, Transcript

_EPISODE: Table = Episode.__table__  # type: ignore[attr-defined]
TYPES = ("full", "trailer", "bonus")
PLAYED = ("audio", "video", "document")


@dataclass(frozen=True)
class Shape:
    """What a person decides about an episode. Columns and their forms as in `models.Episode`; `slug` is made of the title
    where it is empty, and stays."""

    title: str
    slug: str = ""
    summary: str = ""
    notes: str = ""
    notes_format: str = "markdown"
    language: str | None = None
    link: str | None = None
    author: str = ""
    type: str = "full"
    season: int | None = None
    season_name: str = ""
    number: int | None = None
    number_exact: str | None = None
    number_display: str = ""
    explicit: bool | None = None
    block: bool = False
    duration: int | None = None
    licence: str = ""
    licence_url: str | None = None
    chapters: Sequence[Any] = ()
    soundbites: Sequence[Any] = ()
    persons: Sequence[Any] = ()
    places: Sequence[Any] = ()
    tags: Sequence[Any] = ()
    subjects: Sequence[Any] = ()
    original_id: int | None = None


def add(
    session: Session,
    house: House,
    show: Show,
    shape: Shape,
    *,
    now: datetime,
    audio: MediaFile | None = None,
    guid: str | None = None,
) -> Episode:
    """A new draft. Its guid is random and stays for life; chapters found in the sound become its chapters."""
    episode = Episode(
        show_id=show.id or 0,
        slug=free_slug(session, show, shape.slug or shape.title),
        guid=guid or str(uuid.uuid4()),
        created_at=now,
        updated_at=now,
        **_checked(session, show, shape),
    )
    session.add(episode)
    session.flush()
    if audio is not None:
        set_sound(session, house, episode, audio, now=now)
    return episode


def edit(session: Session, house: House, episode: Episode, shape: Shape, *, now: datetime) -> bool:
    """Change what was written; True where something did. Feed and shelf follow if it is published."""
    show = session.get_one(Show, episode.show_id)
    values = _checked(session, show, shape)
    if shape.slug and shape.slug != episode.slug:
        reading.slug(shape.slug)
        if free_slug(session, show, shape.slug) != shape.slug:
            raise Conflict(f"There is an episode “{shape.slug}” already.")
        values["slug"] = shape.slug
    if shape.duration is None:
        values.pop("duration")
    changes = {name: value for name, value in values.items() if value != getattr(episode, name)}
    for name, value in changes.items():
        setattr(episode, name, value)
    if changes:
        session.add(episode)
        session.flush()
        touch(session, house, episode, now=now)
    return bool(changes)


def shape_of(episode: Episode) -> Shape:
    """What was written so far: for a form, or to change one thing with `dataclasses.replace`."""
    return Shape(**{one.name: getattr(episode, one.name) for one in fields(Shape)})


def set_sound(session: Session, house: House, episode: Episode, media: MediaFile, *, now: datetime) -> None:
    """Give an episode its sound, or another one: the guid stays, the address changes, slower versions of the old one go."""
    if media.kind not in PLAYED:
        raise BadInput("That file is neither sound nor film.", field="audio")
    episode.audio_id = media.id
    episode.duration = round(media.duration) if media.duration else None
    episode.enclosure_url = episode.enclosure_type = episode.enclosure_length = None
    episode.taking = ""
    found = media.details.get("chapters") or []
    if found and not episode.chapters and not episode.chapters_url:
        episode.chapters = reading.chapters(found)
    for old in session.exec(select(Rendition).where(col(Rendition.episode_id) == episode.id)).all():
        session.delete(old)
    session.add(episode)
    session.flush()
    touch(session, house, episode, now=now)


def add_rendition(
    session: Session, house: House, episode: Episode, media: MediaFile, title: str, *, now: datetime
) -> None:
    """The same sound at another bit rate: podcast:alternateEnclosure."""
    known = select(Rendition).where(col(Rendition.episode_id) == episode.id, col(Rendition.media_id) == media.id)
    if session.exec(known).first() is None:
        session.add(Rendition(episode_id=episode.id or 0, media_id=media.id or 0, title=reading.line(title, "title")))
        session.flush()
        touch(session, house, episode, now=now)


def set_artwork(session: Session, house: House, episode: Episode, media: MediaFile | None, *, now: datetime) -> None:
    """The episode's own cover, by the same rules as a show's."""
    if media is not None and (faults := artwork.problems(storage.path_of(house.settings, media))):
        raise BadInput(faults[0], field="artwork")
    episode.artwork_id, episode.artwork_url = (media.id if media else None), None
    session.add(episode)
    session.flush()
    touch(session, house, episode, now=now)


def set_transcript(
    session: Session,
    house: House,
    episode: Episode,
    language: str,
    data: bytes,
    media_type: str | None,
    *,
    now: datetime,
    name: str = "",
) -> list[str]:
    """Keep what is said, in one language: VTT, SRT, JSON, HTML or plain text, kept as VTT where it has times, else as
    plain text. Returns what may be wrong with it, in sentences; `BadInput` where it cannot be read."""
    try:
        cues = transcripts.read(data, media_type, name)
    except FeedError as problem:
        raise BadInput(str(problem), field="transcript") from problem
    if not cues:
        raise BadInput("There is no text in this transcript.", field="transcript")
    timed = any(cue.end for cue in cues)
    kept_type = "text/vtt" if timed else "text/plain"
    code = reading.language(language, "transcript_language")
    which = select(Transcript).where(col(Transcript.episode_id) == episode.id, col(Transcript.language) == code)
    for old in session.exec(which).all():
        session.delete(old)
    session.flush()
    text = transcripts.write(cues, kept_type).decode()
    session.add(Transcript(episode_id=episode.id or 0, language=code, type=kept_type, text=text))
    session.flush()
    touch(session, house, episode, now=now)
    return transcripts.lint(cues, episode.duration) if timed else []


def remove_transcript(session: Session, house: House, episode: Episode, language: str, *, now: datetime) -> None:
    which = select(Transcript).where(col(Transcript.episode_id) == episode.id, col(Transcript.language) == language)
    for old in session.exec(which).all():
        session.delete(old)
    session.flush()
    touch(session, house, episode, now=now)


def transcripts_of(session: Session, episode: Episode) -> list[Transcript]:
    wanted = select(Transcript).where(col(Transcript.episode_id) == episode.id)
    return list(session.exec(wanted.order_by(col(Transcript.language), col(Transcript.id))).all())


def remove(session: Session, episode: Episode) -> None:
    """Delete a draft that never appeared. What listeners may have is withdrawn instead, so that its guid is never used again."""
    if episode.state not in (EpisodeState.DRAFT, EpisodeState.SCHEDULED) or episode.published_at is not None:
        raise Conflict("Listeners may have this episode already. Withdraw it instead.")
    for table in (Transcript, Rendition):
        for row in session.exec(select(table).where(col(table.episode_id) == episode.id)).all():
            session.delete(row)
    session.flush()
    session.delete(episode)
    session.flush()


def by_id(session: Session, name: str | int) -> Episode:
    """By its number, or as `show/slug`."""
    text = str(name)
    if text.isdecimal() and len(text) < 10:
        found = session.get(Episode, int(text))
    else:
        show, _, slug = text.partition("/")
        wanted = select(Episode).join(Show, col(Show.id) == col(Episode.show_id))
        found = session.exec(wanted.where(col(Show.slug) == show, col(Episode.slug) == slug)).first()
    if found is None:
        raise NotFound(f"There is no episode “{text[:80]}”.")
    return found


def by_slug(session: Session, show: Show, slug: str) -> Episode:
    found = session.exec(select(Episode).where(col(Episode.show_id) == show.id, col(Episode.slug) == slug)).first()
    if found is None:
        raise NotFound(f"{show.title} has no episode “{slug[:80]}”.")
    return found


def all_of(session: Session, show: Show) -> list[Episode]:
    """Every episode, in whatever state: what is coming first, then the newest."""
    rows = session.exec(select(Episode).where(col(Episode.show_id) == show.id)).all()
    return sorted(rows, key=_newest_first, reverse=True)


def published(session: Session, show: Show, *, limit: int | None = None, offset: int = 0) -> list[Episode]:
    """What listeners find, the newest first."""
    wanted = select(Episode).where(col(Episode.show_id) == show.id, col(Episode.state) == EpisodeState.PUBLISHED)
    order = (col(Episode.published_at).desc(), col(Episode.place), col(Episode.id).desc())
    return list(session.exec(wanted.order_by(*order).limit(limit).offset(offset)).all())


def touch(session: Session, house: House, episode: Episode, *, now: datetime) -> None:
    """It says something else now: its fragment is written anew, and what listeners find follows."""
    which = update(_EPISODE).where(_EPISODE.c.id == episode.id)
    session.execute(which.values(revision=_EPISODE.c.revision + 1, updated_at=now))
    session.refresh(episode, ["revision", "updated_at"])
    if episode.state == EpisodeState.PUBLISHED:
        show = session.get_one(Show, episode.show_id)
        shows.touch(session, house, show, now=now)
        shelf.put(session, house, show, episode, now=now)


def free_slug(session: Session, show: Show, wanted: str) -> str:
    """A short name that no other episode of the show has."""
    stem = slug_of(wanted)[:70].strip("-")
    stem = f"{stem}-1" if stem in reading.RESERVED else stem
    taken = set(
        session.exec(
            select(Episode.slug).where(
                col(Episode.show_id) == show.id, col(Episode.slug).startswith(stem, autoescape=True)
            )
        ).all()
    )
    return next(name for n in range(1, len(taken) + 2) if (name := stem if n == 1 else f"{stem}-{n}") not in taken)


def _newest_first(episode: Episode) -> tuple[int, float, int]:
    coming = {EpisodeState.DRAFT: 2, EpisodeState.SCHEDULED: 1}.get(EpisodeState(episode.state), 0)
    when = episode.published_at or episode.publish_at or episode.created_at
    return coming, when.timestamp(), episode.id or 0


def _checked(session: Session, show: Show, shape: Shape) -> dict[str, Any]:
    kept = {name: reader(getattr(shape, name)) for name, reader in reading.READERS.items() if hasattr(shape, name)}
    if shape.original_id is not None and session.get(Episode, shape.original_id) is None:
        raise BadInput("There is no such episode to be a translation of.", field="original_id")
    return {
        **kept,
        "title": reading.line(shape.title, "title", needed=True),
        "summary": reading.line(shape.summary, "summary", longest=600),
        "notes": shape.notes.replace("\x00", "").strip(),
        "notes_format": reading.one_of(shape.notes_format, ("markdown", "html"), "notes_format"),
        "language": reading.language(shape.language) if shape.language else None,
        "link": reading.address(shape.link, "link"),
        "author": reading.line(shape.author, "author"),
        "type": reading.one_of(shape.type, TYPES, "type"),
        "season": reading.number(shape.season, "season"),
        "season_name": reading.line(shape.season_name, "season_name", longest=128),
        "number": reading.number(shape.number, "number"),
        "number_exact": reading.line(shape.number_exact or "", "number_exact", longest=16) or None,
        "number_display": reading.line(shape.number_display, "number_display", longest=32),
        "explicit": shape.explicit,
        "block": shape.block,
        "duration": shape.duration,
        "licence": reading.line(shape.licence, "licence", longest=128),
        "licence_url": reading.address(shape.licence_url, "licence_url"),
        "original_id": shape.original_id,
    }
