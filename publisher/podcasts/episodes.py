"""Episodes: what staff write about one, its sound, chapters and transcripts. When it appears: `publishing`."""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy import Table, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from feeds.errors import FeedError
from feeds.podcast import transcripts
from publisher.errors import BadInput, Conflict, NotFound
from publisher.house import House
from publisher.library.filling import slug as slug_of
from publisher.media import artwork, storage
from publisher.media.models import MediaFile
from publisher.podcasts import fields as reading
from publisher.podcasts import shelf, shows, words
from publisher.podcasts.models import Episode, EpisodeState, Rendition, Show, Transcript

_EPISODE: Table = Episode.__table__  # type: ignore[attr-defined]
TYPES = ("full", "trailer", "bonus")
PLAYED = ("audio", "video", "document")
TRIES = 5


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
    values = _checked(session, shape, READERS)
    wanted = reading.line(shape.slug, "slug") or values["title"]
    episode = _with_a_free_slug(session, show, wanted, guid or str(uuid.uuid4()), values, now)
    if audio is not None:
        set_sound(session, house, episode, audio, now=now)
    return episode


def edit(session: Session, house: House, episode: Episode, shape: Shape, *, now: datetime) -> bool:
    """Change what was written; True where something did. Feed and shelf follow if it is published.

    What stays as it was is not judged again: a feed that was imported may have brought what nobody could type here.
    """
    present = shape_of(episode)
    new = [name for name in READERS if not reading.same(getattr(shape, name), getattr(present, name))]
    if shape.duration is None and "duration" in new:  # a form that does not ask for it: the sound says it
        new.remove("duration")
    values = _checked(session, shape, new)
    if shape.slug and shape.slug != episode.slug:
        show = session.get_one(Show, episode.show_id)
        reading.slug(shape.slug)
        if free_slug(session, show, shape.slug) != shape.slug:
            raise Conflict(f"There is an episode “{shape.slug}” already.")
        values["slug"] = shape.slug
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
    translations = update(_EPISODE).where(_EPISODE.c.original_id == episode.id)
    session.execute(translations.values(original_id=None))
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
    order = (col(Episode.published_at).desc().nulls_last(), col(Episode.place), col(Episode.id).desc())
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
    stem = slug_stem(wanted)
    alike = select(Episode.slug).where(
        col(Episode.show_id) == show.id, col(Episode.slug).startswith(stem, autoescape=True)
    )
    return free_among(set(session.exec(alike).all()), stem)


def slug_stem(wanted: str, *, otherwise: str = "episode") -> str:
    """What a title gives for an address: small letters of ASCII, digits and hyphens, and none of the words with a meaning.
    `otherwise`: for a title without a letter of ASCII."""
    stem = slug_of(wanted)[:70].strip("-")
    if stem == "resource" and "resource" not in wanted.lower():
        stem = otherwise
    return f"{stem}-1" if stem in reading.RESERVED else stem


def free_among(taken: Collection[str], stem: str) -> str:
    """The stem, or the stem with the first number that makes it free."""
    return next(name for n in count(1) if (name := stem if n == 1 else f"{stem}-{n}") not in taken)


def _with_a_free_slug(
    session: Session, show: Show, wanted: str, guid: str, values: Mapping[str, Any], now: datetime
) -> Episode:
    """A row under a free name; of two people who want the same name at one moment, one gets the next."""
    for attempt in range(1, TRIES + 1):
        slug = free_slug(session, show, wanted)
        row = Episode(show_id=show.id or 0, slug=slug, guid=guid, created_at=now, updated_at=now, **values)
        try:
            with session.begin_nested():
                session.add(row)
            return row
        except IntegrityError as problem:
            known = select(Episode.id).where(col(Episode.show_id) == show.id, col(Episode.guid) == guid)
            if attempt == TRIES or session.exec(known).first() is not None:
                raise Conflict("There is an episode with this guid already.") from problem
    raise AssertionError("unreachable")


def _newest_first(episode: Episode) -> tuple[int, float, int]:
    coming = {EpisodeState.DRAFT: 2, EpisodeState.SCHEDULED: 1}.get(EpisodeState(episode.state), 0)
    when = episode.published_at or episode.publish_at or episode.created_at
    return coming, when.timestamp(), episode.id or 0


def _checked(session: Session, shape: Shape, names: Iterable[str]) -> dict[str, Any]:
    """These columns as they are kept, and the notes as HTML; `BadInput` names the first that cannot be."""
    kept = {name: READERS[name](getattr(shape, name)) for name in names}
    if (original := kept.get("original_id")) is not None and session.get(Episode, original) is None:
        raise BadInput("There is no such episode to be a translation of.", field="original_id")
    if not kept.keys().isdisjoint({"notes", "notes_format"}):
        kept["notes_html"] = words.safe_html(
            kept.get("notes", shape.notes), kept.get("notes_format", shape.notes_format)
        )
    return kept


def _line(name: str, **rules: Any) -> Callable[[Any], str]:
    return partial(reading.line, field=name, **rules)


#: Column → how it is read.
READERS: Mapping[str, Callable[[Any], Any]] = {
    **{name: reader for name, reader in reading.READERS.items() if name in Shape.__dataclass_fields__},
    "title": _line("title", needed=True),
    "summary": _line("summary", longest=600),
    "notes": partial(reading.text, field="notes"),
    "notes_format": partial(reading.one_of, allowed=("markdown", "html"), field="notes_format"),
    "language": lambda given: reading.language(given) if given else None,
    "link": partial(reading.address, field="link"),
    "author": _line("author"),
    "type": partial(reading.one_of, allowed=TYPES, field="type"),
    "season": partial(reading.number, field="season"),
    "season_name": _line("season_name", longest=128),
    "number": partial(reading.number, field="number"),
    "number_exact": lambda given: reading.line(given, "number_exact", longest=16) or None,
    "number_display": _line("number_display", longest=32),
    "explicit": lambda given: None if given is None else reading.flag(given, "explicit"),
    "block": partial(reading.flag, field="block"),
    "duration": partial(reading.number, field="duration"),
    "licence": _line("licence", longest=128),
    "licence_url": partial(reading.address, field="licence_url"),
    "original_id": partial(reading.number, field="original_id"),
}
