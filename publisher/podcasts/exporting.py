"""Everything of a show as one archive that brings it back: its feed, every column of its rows, its files, its transcripts.

A ZIP that is written as it is read, so that gigabytes of sound need no memory: `README.txt`, `feed.xml` for any other host,
`show.json` for `restoring`, `media/<SHA-256>.<extension>`, `transcripts/<number>.<language>.<extension>`. Who has a private
feed of the show is not in it. Source: PKWARE's APPNOTE, with ZIP64.
"""

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import IO, Any

from sqlmodel import Session, SQLModel, col, select

from publisher.audience.models import MailingList
from publisher.house import House
from publisher.media.models import MediaFile
from publisher.media.storage import path_of
from publisher.podcasts import addresses
from publisher.podcasts.feed import Feeds
from publisher.podcasts.models import Episode, Rendition, Show, Transcript

FORMAT, VERSION = "publisher-podcast", 1
README, FEED, SHOW = "README.txt", "feed.xml", "show.json"
CHUNK = 200
MEGA = 1 << 20
#: Columns that mean something in this database only; what they point at is said otherwise.
OURS = {"id", "show_id", "episode_id", "media_id", "audio_id", "artwork_id", "list_id", "original_id", "work_id"}
_ABOUT = """The podcast “{title}”, exported at {at}.

To bring it back, or to move it to another hub of Publisher:  publisher podcasts import FILE.zip
feed.xml is the whole feed, for any other host. media holds the files, named by their SHA-256. show.json holds all the rest.
"""
OnProgress = Callable[[int], None]
Json = dict[str, Any]


def export(
    session: Session, house: House, show: Show, file: IO[bytes], *, now: datetime, on_progress: OnProgress | None = None
) -> Json:
    """Write the archive of a show to `file`, and say what is in it: {episodes, files, missing}. `missing`: what files were
    called that are no longer on the disk; what is known of them is in it all the same."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        archive.writestr(README, _ABOUT.format(title=show.title, at=now.isoformat(timespec="seconds")))
        feeds = Feeds()
        archive.writestr(FEED, feeds.whole(session, house, feeds.standing(session, show.slug)).body)
        _add_transcripts(session, archive, show)
        files: dict[int, MediaFile] = {}
        count = 0
        with archive.open(SHOW, "w", force_zip64=True) as target:
            head = {"format": FORMAT, "version": VERSION, "show": _show(session, house, show, files)}
            target.write(_json(head)[:-1] + b', "episodes": [')
            for count, one in enumerate(_episodes(session, show, files), 1):
                target.write((b",\n" if count > 1 else b"\n") + _json(one))
            media = {one.digest: _columns(one) for one in files.values()}
            target.write(b'], "media": ' + _json(media) + b"}")
        missing = [one.name for one in files.values() if not _add_file(house, archive, one, on_progress)]
    return {"episodes": count, "files": len(files) - len(missing), "missing": missing}


def transcript_name(text: Transcript) -> str:
    """What a transcript is called in the archive."""
    return f"transcripts/{text.id}.{text.language or 'und'}.{addresses.ENDINGS.get(text.type, 'txt')}"


def media_name(digest: str, extension: str) -> str:
    return f"media/{digest}.{extension}"


def _show(session: Session, house: House, show: Show, files: dict[int, MediaFile]) -> Json:
    mailing_list = session.get(MailingList, show.list_id) if show.list_id else None
    _know(session, files, {show.artwork_id})
    more = {"artwork": _digest(files, show.artwork_id), "list": mailing_list.slug if mailing_list else None}
    return _columns(show) | more | {"feed": addresses.feed(house, show)}


def _chunks(session: Session, show: Show) -> Iterator[list[Episode]]:
    """The episodes in the order they were made."""
    last = 0
    while True:
        wanted = select(Episode).where(col(Episode.show_id) == show.id, col(Episode.id) > last)
        chunk = list(session.exec(wanted.order_by(col(Episode.id)).limit(CHUNK)).all())
        if not chunk:
            return
        yield chunk
        last = chunk[-1].id or 0


def _add_transcripts(session: Session, archive: zipfile.ZipFile, show: Show) -> None:
    for chunk in _chunks(session, show):
        ids = [one.id for one in chunk]
        for text in session.exec(select(Transcript).where(col(Transcript.episode_id).in_(ids))):
            if text.text:
                archive.writestr(transcript_name(text), text.text.encode("utf-8", "replace"))


def _episodes(session: Session, show: Show, files: dict[int, MediaFile]) -> Iterator[Json]:
    for chunk in _chunks(session, show):
        ids = [one.id for one in chunk]
        texts = session.exec(
            select(Transcript).where(col(Transcript.episode_id).in_(ids)).order_by(col(Transcript.id))
        ).all()
        others = session.exec(
            select(Rendition).where(col(Rendition.episode_id).in_(ids)).order_by(col(Rendition.id))
        ).all()
        _know(session, files, {one.audio_id for one in chunk} | {one.artwork_id for one in chunk})
        _know(session, files, {one.media_id for one in others})
        for one in chunk:
            yield _columns(one) | {
                "audio": _digest(files, one.audio_id),
                "artwork": _digest(files, one.artwork_id),
                "original": _original(session, one),
                "transcripts": [_transcript(text) for text in texts if text.episode_id == one.id],
                "renditions": [
                    {"title": other.title, "media": _digest(files, other.media_id)}
                    for other in others
                    if other.episode_id == one.id
                ],
            }


def _transcript(text: Transcript) -> Json:
    said = {"language": text.language, "type": text.type, "url": text.url, "rel": text.rel}
    return said | {"file": transcript_name(text) if text.text else None}


def _original(session: Session, one: Episode) -> list[str] | None:
    """The episode that this one translates, by the guids of its show and its own."""
    original = session.get(Episode, one.original_id) if one.original_id else None
    return [session.get_one(Show, original.show_id).guid, original.guid] if original else None


def _know(session: Session, files: dict[int, MediaFile], ids: set[int | None]) -> None:
    if missing := {i for i in ids if i} - files.keys():
        found = session.exec(select(MediaFile).where(col(MediaFile.id).in_(missing)).order_by(col(MediaFile.id)))
        files |= {one.id or 0: one for one in found}


def _digest(files: dict[int, MediaFile], number: int | None) -> str | None:
    return files[number].digest if number in files else None


def _columns(row: SQLModel) -> Json:
    return {name: value for name, value in row.model_dump().items() if name not in OURS}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=_moment).encode("utf-8", "replace")


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in an archive")


def _add_file(house: House, archive: zipfile.ZipFile, media: MediaFile, on_progress: OnProgress | None) -> bool:
    """Sound is packed already, so it is stored as it is. False where the file is gone."""
    info = zipfile.ZipInfo(media_name(media.digest, media.extension))
    info.compress_type, info.file_size = zipfile.ZIP_STORED, media.length
    try:
        source = path_of(house.settings, media).open("rb")
    except OSError:
        return False
    with source, archive.open(info, "w", force_zip64=True) as target:
        shutil.copyfileobj(source, target, MEGA)
    if on_progress:
        on_progress(1)
    return True
