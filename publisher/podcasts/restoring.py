"""Bringing a show back from its archive, on this hub or another one, under its own short name or another.

What is here already stays as it is: a show is known by its podcast:guid, episodes by their guid, files by their bytes. So
twice is harmless, and what was cut off goes on. A back catalogue is no news, also where it was news in its former place.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from feeds.podcast import emitting
from publisher.audience.models import MailingList
from publisher.errors import BadInput, Conflict, PublisherError
from publisher.house import House
from publisher.media import intake, storage
from publisher.media.models import MediaFile
from publisher.podcasts import addresses, archived, episodes, incoming, shelf, shows, values, words
from publisher.podcasts import fields as reading
from publisher.podcasts.archived import Archive, Json
from publisher.podcasts.importing import Imported, OnProgress, Wish
from publisher.podcasts.models import Episode, EpisodeState, Rendition, Show, ShowImport, Transcript

CHUNK = 200
TRIES = 3


def restore(
    house: House,
    file: IO[bytes],
    name: str,
    wish: Wish = Wish(),
    *,
    now: datetime,
    on_progress: OnProgress | None = None,
) -> Imported:
    """Bring back the show in an archive. `BadInput`: it is none, is damaged, or belongs to a list that is not here."""
    with archived.opened(file) as archive:
        show = _begun(house, archive, wish, now)
        done = Imported(show.slug, len(archive.episodes))
        for start in range(0, len(archive.episodes), CHUNK):
            chunk = archive.episodes[start : start + CHUNK]
            files = _files(house, archive, chunk, done, now)
            done.new += _bring_in(house, archive, show, chunk, files, now)
            if on_progress:
                on_progress(len(chunk))
        _join_translations(house, archive, show)
        done.not_emitted = _not_emitted(house, show)
        with house.database.session() as session:
            session.add(
                ShowImport(
                    show_id=show.id,
                    source=name,
                    state="done",
                    episodes=done.episodes,
                    new=done.new,
                    started_at=now,
                    finished_at=now,
                )
            )
    return done


def _begun(house: House, archive: Archive, wish: Wish, now: datetime) -> Show:
    columns = archived.columns_of(Show, archive.show, "the show")
    for one in archive.episodes:  # what cannot be taken whole is refused before anything is here
        _columns(one)
    artwork = _file(house, archive, archive.show.get("artwork"), now)
    for attempt in range(1, TRIES + 1):
        try:
            with house.database.session() as session:
                return _show_in(session, house, columns, archive.show, artwork, wish, now)
        except IntegrityError as problem:  # somebody takes the short name at this moment
            if attempt == TRIES:
                raise Conflict(f"There is a show “{columns['slug']}” already.") from problem
    raise AssertionError("unreachable")


def _show_in(
    session: Session, house: House, columns: Json, said: Json, artwork: int | None, wish: Wish, now: datetime
) -> Show:
    found = _known(session, columns["guid"], wish.slug)
    if found is not None:
        return found
    taken = set(session.exec(select(Show.slug)).all())
    slug = reading.slug(wish.slug) if wish.slug else episodes.free_among(taken, columns["slug"])
    show = Show(**columns | {"slug": slug, "version": 1, "changed_at": now, "moved_to": None})
    show.artwork_id, show.list_id = artwork, _list(session, said.get("list"))
    if (former := reading.address(said.get("feed"), "feed")) and former != addresses.feed(house, show):
        show.imported_from = show.imported_from or former
    if wish.on_shelf is not None:
        show.on_shelf = wish.on_shelf
    session.add(show)
    session.flush()
    return show


def _known(session: Session, guid: str, slug: str | None) -> Show | None:
    wanted = col(Show.slug) == slug if slug else col(Show.guid) == guid
    found = session.exec(select(Show).where(wanted).order_by(col(Show.id))).first()
    if found is not None and found.guid != guid:
        raise Conflict(f"There is another show “{slug}” already.")
    return found


def _list(session: Session, slug: object) -> int | None:
    """The list whose members alone may hear the show: without it, it would be open to everybody."""
    if slug is None:
        return None
    found = session.exec(select(MailingList).where(col(MailingList.slug) == str(slug))).first()
    if found is None:
        raise BadInput(f"This show is for the members of the list “{slug}”, which is not here. Make that list first.")
    return found.id


def _files(house: House, archive: Archive, chunk: list[Json], done: Imported, now: datetime) -> dict[str, int]:
    """Digest → number, of the files that these episodes need."""
    wanted = {str(one[key]): one for one in chunk for key in ("audio", "artwork") if one.get(key)}
    for one in chunk:
        wanted |= {str(other["media"]): one for other in _entries(one, "renditions") if other.get("media")}
    found = {}
    for digest, episode in wanted.items():
        try:
            number = _file(house, archive, digest, now)
        except PublisherError as problem:
            done.problems.append(f"A file of “{str(episode.get('title'))[:80]}” was left out: {problem}")
            continue
        if number is None:
            done.problems.append(f"A file of “{str(episode.get('title'))[:80]}” is not in the archive.")
        else:
            found[digest] = number
    return found


def _file(house: House, archive: Archive, digest: Any, now: datetime) -> int | None:
    """The number of a file, kept now or before; None where the archive does not have it."""
    said = archive.media.get(str(digest))
    if said is None:
        return None
    columns = archived.columns_of(MediaFile, said | {"digest": str(digest)}, "a file")
    with house.database.reading() as session:
        known = session.exec(select(MediaFile.id).where(col(MediaFile.digest) == columns["digest"])).first()
    if known is not None:
        return known
    with storage.a_draft(house.settings, "part") as draft:
        if not archive.extract(columns["digest"], columns["extension"], draft):
            return None
        with house.database.session() as session:
            media = intake.take_file(session, house, draft, name=columns["name"], now=now, expect="any")
            media.alt, media.credit, media.licence = columns["alt"], columns["credit"], columns["licence"]
            media.details = columns["details"] | media.details
            session.add(media)
            session.flush()
            return media.id


def _bring_in(
    house: House, archive: Archive, show: Show, chunk: list[Json], files: dict[str, int], now: datetime
) -> int:
    for attempt in range(1, TRIES + 1):
        try:
            with house.database.session() as session:
                return _chunk_in(session, house, archive, session.get_one(Show, show.id), chunk, files, now)
        except IntegrityError:  # another import of the same was faster: what it brought is here now
            if attempt == TRIES:
                raise
    raise AssertionError("unreachable")


def _chunk_in(
    session: Session,
    house: House,
    archive: Archive,
    show: Show,
    chunk: list[Json],
    files: dict[str, int],
    now: datetime,
) -> int:
    here = set(session.exec(select(Episode.guid).where(col(Episode.show_id) == show.id)).all())
    taken = set(session.exec(select(Episode.slug).where(col(Episode.show_id) == show.id)).all())
    new = []
    for given in chunk:
        columns = _columns(given)
        if columns["guid"] in here:
            continue
        here.add(columns["guid"])
        columns["slug"] = episodes.free_among(taken, columns["slug"])
        taken.add(columns["slug"])
        columns["news"] = columns.get("news", True) and columns["state"] != EpisodeState.PUBLISHED
        row = Episode(**columns, show_id=show.id or 0)
        row.audio_id, row.artwork_id = files.get(str(given.get("audio"))), files.get(str(given.get("artwork")))
        session.add(row)
        new.append((row, given))
    session.flush()
    for row, given in new:
        _add_beside(session, archive, row, given, files)
    session.flush()
    if new:
        shows.touch(session, house, show, now=now)
        shelf.put_many(session, house, show, [row for row, _ in new], now=now)
    return len(new)


def _columns(given: Json) -> Json:
    """The columns of an episode. What pages show is made of its notes again: nobody's HTML is taken at its word."""
    columns = archived.columns_of(Episode, given, f"the episode “{str(given.get('title'))[:80]}”")
    _entries(given, "transcripts"), _entries(given, "renditions")
    notes = words.safe_html(columns.get("notes", ""), columns.get("notes_format", "markdown"))
    return columns | {"notes_html": notes, "revision": 1}


def _add_beside(session: Session, archive: Archive, row: Episode, given: Json, files: dict[str, int]) -> None:
    texts: dict[tuple[str, str, str | None], Json] = {}
    for one in _entries(given, "transcripts"):
        columns = archived.columns_of(Transcript, one, f"a transcript of “{row.title[:80]}”")
        known = one.get("file") and columns["type"] in addresses.ENDINGS
        said = archive.text(str(one["file"])) if known else ""
        if not said and not columns.get("url"):
            continue
        texts.setdefault(
            (columns["language"], columns["type"], columns.get("url")), columns | {"episode_id": row.id, "text": said}
        )
    if texts:
        session.execute(insert(Transcript), [incoming.clean(one) for one in texts.values()])
    for one in _entries(given, "renditions"):
        if (number := files.get(str(one.get("media")))) is not None:
            session.add(Rendition(episode_id=row.id or 0, media_id=number, title=str(one.get("title"))[:255]))


def _entries(given: Json, name: str) -> Iterator[Json]:
    found = given.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadInput(archived.FOREIGN)
    return iter(found)


def _join_translations(house: House, archive: Archive, show: Show) -> None:
    """Which episodes are the same in another language, where both are here by now."""
    pairs = [(str(one["guid"]), one["original"]) for one in archive.episodes if one.get("original")]
    with house.database.session() as session:
        for guid, original in pairs:
            if not isinstance(original, list) or len(original) != 2:
                continue
            which = select(Episode.id).join(Show, col(Show.id) == col(Episode.show_id))
            found = session.exec(
                which.where(col(Show.guid) == str(original[0]), col(Episode.guid) == str(original[1]))
            ).first()
            this = (col(Episode.show_id) == show.id, col(Episode.guid) == guid, col(Episode.original_id).is_(None))
            if found is not None:
                session.execute(update(Episode).where(*this, col(Episode.id) != found).values(original_id=found))


def _not_emitted(house: House, show: Show) -> list[dict[str, str]]:
    with house.database.reading() as session:
        here = session.get_one(Show, show.id)
        rows = episodes.published(session, here)
        reasons = map(emitting.why_not, values.episodes(session, house, here, rows))
        return [{"guid": row.guid, "reason": why} for row, why in zip(rows, reasons, strict=True) if why]
