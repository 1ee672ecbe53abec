"""Rows as the values of a feed: what `feeds.podcast` writes. Many episodes at once, with what stands beside them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from feeds.podcast import values as feed
from publisher.house import House
from publisher.media.models import MediaFile
from publisher.podcasts import addresses, pings, words
from publisher.podcasts.models import Episode, EpisodeState, Rendition, Show, Transcript

CHUNK = 500


def show(session: Session, house: House, row: Show, *, token: str | None = None) -> feed.Show:
    """The channel. `token`: of a private feed, whose address stands in it."""
    private = row.list_id is not None
    here = addresses.feed(house, row, token=token)
    return feed.Show(
        title=row.title,
        link=row.link or (house.settings.url("/") if private else addresses.page(house, row)),
        feed_url=here,
        description=words.description_html(row) or row.title,
        language=row.language,
        author=row.author or row.title,
        owner_name="" if private else row.owner_name,
        owner_email="" if private else row.owner_email,
        image=_picture(session, house, row.artwork_id) or row.artwork_url,
        categories=tuple((top, sub) for top, sub in row.categories),
        explicit=row.explicit,
        type="serial" if row.type == "serial" else "episodic",
        complete=row.complete,
        block=row.block or private,
        new_feed_url=None
        if private
        else row.moved_to or (here if row.imported_from or house.settings.former_urls else None),
        copyright=row.copyright,
        guid=row.guid,
        locked=row.locked,
        locked_owner=None if private else row.locked_owner or row.owner_email or None,
        medium=row.medium,
        funding=tuple(feed.Funding(**one) for one in row.funding),
        persons=_persons(row.persons),
        places=_places(row.places),
        licence=_licence(row),
        update_frequency=feed.UpdateFrequency(**row.update_frequency) if row.update_frequency else None,
        trailers=_trailers(session, house, row, token),
        pings=pings.pings(house, row),
        hubs=() if private else tuple(row.hubs),
        tags=_tags(row.tags),
        live=_tags(row.live),
        changed=row.changed_at,
    )


def episodes(
    session: Session, house: House, row: Show, wanted: Sequence[Episode], *, token: str | None = None
) -> list[feed.Episode]:
    """Items, in the order given. `token`: of a private feed, in the addresses of sound, chapters and transcripts."""
    said: list[feed.Episode] = []
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        beside = _beside(session, row, chunk)
        said += [_episode(house, row, one, beside, token) for one in chunk]
    return said


@dataclass
class _Beside:
    media: dict[int, MediaFile] = field(default_factory=dict)
    transcripts: dict[int, list[Transcript]] = field(default_factory=lambda: defaultdict(list))
    renditions: dict[int, list[Rendition]] = field(default_factory=lambda: defaultdict(list))


def _beside(session: Session, row: Show, chunk: Sequence[Episode]) -> _Beside:
    found = _Beside()
    ids = [one.id for one in chunk]
    for text in session.exec(
        select(Transcript).where(col(Transcript.episode_id).in_(ids)).order_by(col(Transcript.id))
    ):
        found.transcripts[text.episode_id].append(text)
    for other in session.exec(select(Rendition).where(col(Rendition.episode_id).in_(ids)).order_by(col(Rendition.id))):
        found.renditions[other.episode_id].append(other)
    files = {i for one in chunk for i in (one.audio_id, one.artwork_id, row.artwork_id) if i}
    files |= {other.media_id for several in found.renditions.values() for other in several}
    if files:
        found.media = {
            file.id or 0: file for file in session.exec(select(MediaFile).where(col(MediaFile.id).in_(files)))
        }
    return found


def _episode(house: House, row: Show, one: Episode, beside: _Beside, token: str | None) -> feed.Episode:
    # PSP-1 wants a picture in each item. A feed that was brought in says of this what it said, so the show’s cover stands
    # in only where it is ours.
    artwork = beside.media.get(one.artwork_id or (0 if one.artwork_url else row.artwork_id) or 0)
    return feed.Episode(
        guid=one.guid,
        guid_is_permalink=one.guid_is_permalink,
        title=one.title,
        enclosure=_enclosure(house, row, one, beside, token),
        published=one.published_at or one.publish_at,
        description=words.notes_html(one) or one.title,
        # Members of a private show find no page of ours: it is for nobody but them, and pages are for everybody.
        link=one.link or (addresses.episode(house, row, one) if row.list_id is None else None),
        author=one.author,
        duration=one.duration,
        image=addresses.picture(house, artwork) if artwork else one.artwork_url,
        explicit=row.explicit if one.explicit is None else one.explicit,
        block=one.block,
        type={"trailer": "trailer", "bonus": "bonus"}.get(one.type, "full"),  # type: ignore[arg-type]
        season=one.season,
        season_name=one.season_name,
        number=one.number,
        number_exact=one.number_exact,
        number_display=one.number_display,
        persons=_persons(one.persons),
        places=_places(one.places),
        licence=_licence(one),
        transcripts=_transcripts(house, row, one, beside.transcripts.get(one.id or 0, ()), token),
        chapters=_chapters(house, row, one, token),
        soundbites=tuple(feed.Soundbite(b["start"], b["duration"], b.get("title", "")) for b in one.soundbites),
        tags=(*_tags(one.tags), *_renditions(house, row, one, beside, token)),
    )


def _enclosure(house: House, row: Show, one: Episode, beside: _Beside, token: str | None) -> feed.Enclosure | None:
    media = beside.media.get(one.audio_id or 0)
    if media is not None:
        return feed.Enclosure(addresses.sound(house, row, one, media, token=token), media.length, media.type)
    if one.enclosure_url:
        return feed.Enclosure(one.enclosure_url, one.enclosure_length or 0, one.enclosure_type or "")
    return None


def _transcripts(
    house: House, row: Show, one: Episode, texts: Iterable[Transcript], token: str | None
) -> tuple[feed.Transcript, ...]:
    said = []
    for text in texts:
        if not text.text and text.url:
            said.append(feed.Transcript(text.url, text.type, text.language or None, text.rel))
        elif text.text and text.type in addresses.ENDINGS:
            timed = text.type in ("text/vtt", "application/x-subrip")
            url = addresses.transcript(house, row, one, text, token=token)
            said.append(feed.Transcript(url, text.type, text.language, text.rel or ("captions" if timed else None)))
    return tuple(said)


def _chapters(house: House, row: Show, one: Episode, token: str | None) -> feed.ChaptersLink | None:
    if one.chapters:
        return feed.ChaptersLink(addresses.chapters(house, row, one, token=token))
    if one.chapters_url:
        return feed.ChaptersLink(one.chapters_url, one.chapters_type or "application/json+chapters")
    return None


def _renditions(house: House, row: Show, one: Episode, beside: _Beside, token: str | None) -> list[feed.Tag]:
    said = []
    for other in beside.renditions.get(one.id or 0, ()):
        if (media := beside.media.get(other.media_id)) is None:
            continue
        attributes = {"type": media.type, "length": str(media.length), "title": other.title}
        if media.bit_rate:
            attributes["bitrate"] = str(media.bit_rate)
        source = feed.Tag("podcast:source", (("uri", addresses.sound(house, row, one, media, token=token)),))
        said.append(feed.Tag("podcast:alternateEnclosure", tuple(attributes.items()), "", (source,)))
    return said


def _trailers(session: Session, house: House, row: Show, token: str | None) -> tuple[feed.Trailer, ...]:
    """Our own trailers are episodes too; those of a feed that was imported stand as they were."""
    said = [
        feed.Trailer(
            title=one["title"],
            url=one["url"],
            published=datetime.fromisoformat(one["published"]),
            length=one.get("length"),
            type=one.get("type"),
            season=one.get("season"),
        )
        for one in row.trailers
    ]
    which = select(Episode).where(col(Episode.show_id) == row.id, col(Episode.type) == "trailer")
    which = which.where(col(Episode.state) == EpisodeState.PUBLISHED).order_by(col(Episode.published_at).desc())
    known = {one.url for one in said}
    for one in episodes(session, house, row, session.exec(which).all(), token=token):
        if one.enclosure and one.published and one.enclosure.url not in known:
            sound = one.enclosure
            said.append(
                feed.Trailer(one.title, sound.url, one.published, sound.length or None, sound.type or None, one.season)
            )
    return tuple(said)


def _persons(rows: list[Any]) -> tuple[feed.Person, ...]:
    return tuple(feed.Person(**one) for one in rows)


def _places(rows: list[Any]) -> tuple[feed.Place, ...]:
    return tuple(feed.Place(**one) for one in rows)


def _licence(row: Show | Episode) -> feed.Licence | None:
    return feed.Licence(row.licence, row.licence_url) if row.licence or row.licence_url else None


def _tags(rows: list[Any]) -> tuple[feed.Tag, ...]:
    return tuple(feed.Tag.from_data(one) for one in rows)


def _picture(session: Session, house: House, media_id: int | None) -> str | None:
    media = session.get(MediaFile, media_id) if media_id else None
    return addresses.picture(house, media) if media else None
