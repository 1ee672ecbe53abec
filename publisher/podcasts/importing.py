"""Bringing a show in from elsewhere: any podcast feed in the world, by its address or as a file.

Twice is harmless: a show is known by its address, its podcast:guid or the name it was given, an episode by its guid. Of
what is known, only that changes which the feed says otherwise than at the last import, so what staff have changed here
stays until the feed changes the same field. What an import left undone when it was cut off, the next one does.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from publisher.errors import BadInput, PublisherError
from publisher.house import House
from publisher.podcasts import arriving, incoming, merging, recognising
from publisher.podcasts.arriving import Arrived
from publisher.podcasts.feed import DOUBLE
from publisher.podcasts.merging import Coming, Merged
from publisher.podcasts.models import Episode, EpisodeState, Show, ShowImport

CHUNK = 200
TRIES = 3
_IMPORT: Table = ShowImport.__table__  # type: ignore[attr-defined]
OnProgress = Callable[[int], None]


@dataclass(frozen=True)
class Wish:
    """How a show is to come in. `slug`: the show it is or becomes. `on_shelf`: whether its episodes go to the library;
    None leaves that as it is. `unlocked_by_owner`: whoever owns a locked feed has agreed."""

    slug: str | None = None
    on_shelf: bool | None = None
    take_media: bool = False
    unlocked_by_owner: bool = False


@dataclass
class Imported:
    """What an import brought. `episodes`: how many the feed has. `not_emitted`: kept, and not in our feed."""

    show: str
    episodes: int = 0
    new: int = 0
    updated: int = 0
    lost_tags: list[str] = field(default_factory=list)
    not_emitted: list[dict[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As the contract of `podcasts import` has it, and the problems besides."""
        return asdict(self)


def import_file(
    house: House,
    data: bytes,
    name: str,
    wish: Wish = Wish(),
    *,
    now: datetime,
    on_progress: OnProgress | None = None,
) -> Imported:
    """Bring in the feed in a file. Who has the file may have it: podcast:locked is not asked. `BadInput`: it is no feed."""
    return _bring_in(house, arriving.from_file(data, name, now=now), wish, now, on_progress)


def import_url(
    house: House, url: str, wish: Wish = Wish(), *, now: datetime, on_progress: OnProgress | None = None
) -> Imported:
    """Bring in the feed at an address. `FetchError`: it cannot be had. `BadInput`: it is no feed, or it is locked and nobody
    says that its owner agreed (PSP-1: a hosting platform does not import a locked feed)."""
    arrived = arriving.from_url(house, url, now=now)
    with house.database.reading() as session:
        known = recognising.known(session, arrived, wish.slug)
    if arrived.show.locked and known is None and not wish.unlocked_by_owner:
        owner = arrived.show.locked_owner or arrived.show.owner_email
        asked = f"Its owner, {owner}," if owner else "Its owner"
        raise BadInput(f"This feed is locked. {asked} must agree before it comes here; then import it as unlocked.")
    return _bring_in(house, arrived, wish, now, on_progress)


def unfinished(session: Session) -> list[ShowImport]:
    """Imports that were cut off; importing the same again finishes them."""
    wanted = select(ShowImport).where(col(ShowImport.state) != "done").order_by(col(ShowImport.id))
    return list(session.exec(wanted).all())


def _bring_in(house: House, arrived: Arrived, wish: Wish, now: datetime, on_progress: OnProgress | None) -> Imported:
    if (ours := _our_own(house, arrived, wish)) is not None:
        return ours
    show, job = _begun(house, arrived, wish, now)
    done = Imported(show.slug, len(arrived.items), lost_tags=sorted(arrived.lost_tags), problems=arrived.problems)
    why = dict(arrived.left_out)
    try:
        coming = _placed(house, show, arrived)
        for start in range(0, len(coming), CHUNK):
            chunk = coming[start : start + CHUNK]
            with house.database.session() as session:
                part = merging.merge(session, house, session.get_one(Show, show.id), chunk, now=now)
                _note_part(session, job, len(chunk), part)
            done.new, done.updated, why = done.new + part.new, done.updated + part.updated, why | part.not_emitted
            if on_progress:
                on_progress(len(chunk))
        why = _doubles(house, show, arrived) | why
    except Exception as problem:
        error = str(problem) if isinstance(problem, PublisherError) else "It was cut off by a fault."
        _note_end(house, job, now, state="failed", error=error)
        raise
    _note_end(house, job, now, state="done", error="", lost_tags=done.lost_tags)
    order = {incoming.guid_of(item.said): place for place, item in enumerate(arrived.items)}
    by_order = sorted(why.items(), key=lambda one: order.get(one[0], len(order)))
    done.not_emitted = [{"guid": guid, "reason": reason} for guid, reason in by_order]
    return done


def _our_own(house: House, arrived: Arrived, wish: Wish) -> Imported | None:
    """A feed that this hub itself writes brings nothing: what it says of our own files would make strangers of them."""
    with house.database.reading() as session:
        show = recognising.our_own(session, house, arrived)
        if show is None or wish.slug not in (None, show.slug):
            return None
        slug = show.slug
        here = set(session.exec(select(Episode.guid).where(col(Episode.show_id) == show.id)).all())
    sentence = f"This is the feed of “{slug}” as this hub writes it, so nothing was changed."
    done = Imported(slug, len(arrived.items), lost_tags=sorted(arrived.lost_tags), problems=[sentence])
    strangers = [one.said.guid for one in arrived.items if incoming.guid_of(one.said) not in here]
    done.not_emitted = [{"guid": guid, "reason": "There is no such episode here."} for guid in strangers]
    return done


def _begun(house: House, arrived: Arrived, wish: Wish, now: datetime) -> tuple[Show, int]:
    """The show and the number of this import. Of two imports that begin the same show at one moment, the second finds it."""
    for attempt in range(1, TRIES + 1):
        try:
            with house.database.session() as session:
                show = recognising.begun(session, house, arrived, wish.slug, on_shelf=wish.on_shelf, now=now)
                return show, _job(session, show, arrived, wish, now)
        except IntegrityError:
            if attempt == TRIES:
                raise
    raise AssertionError("unreachable")


def _job(session: Session, show: Show, arrived: Arrived, wish: Wish, now: datetime) -> int:
    """The row of an import that was cut off goes on; else there is a new one."""
    before = select(ShowImport).where(
        col(ShowImport.show_id) == show.id, col(ShowImport.source) == arrived.source, col(ShowImport.state) != "done"
    )
    job = session.exec(before.order_by(col(ShowImport.id))).first() or ShowImport(
        show_id=show.id, source=arrived.source, started_at=now
    )
    job.state, job.episodes, job.take_media = "running", 0, job.take_media or wish.take_media
    session.add(job)
    session.flush()
    return job.id or 0


def _placed(house: House, show: Show, arrived: Arrived) -> list[Coming]:
    """The oldest first, so that a feed that is cut off has a gap at its new end only, which the next import fills. Places are
    counted from the first episode that is here already, so that new ones stand before it and nothing else moves."""
    with house.database.reading() as session:
        rows = session.exec(select(Episode.guid, Episode.place).where(col(Episode.show_id) == show.id)).all()
    places = dict(rows)
    guids = [incoming.guid_of(item.said) for item in arrived.items]
    first = next(((at, places[guid]) for at, guid in enumerate(guids) if guid in places), (0, 0))
    return [Coming(item, first[1] + at - first[0]) for at, item in enumerate(arrived.items)][::-1]


def _note_part(session: Session, job: int, episodes: int, part: Merged) -> None:
    which = update(_IMPORT).where(_IMPORT.c.id == job)
    table = _IMPORT.c
    session.execute(
        which.values(episodes=table.episodes + episodes, new=table.new + part.new, updated=table.updated + part.updated)
    )


def _note_end(house: House, job: int, now: datetime, **values: object) -> None:
    with house.database.session() as session:
        session.execute(update(_IMPORT).where(_IMPORT.c.id == job).values(finished_at=now, **values))


def _doubles(house: House, show: Show, arrived: Arrived) -> dict[str, str]:
    """Of several episodes with one sound our feed has the first only."""
    counted = Counter(item.said.enclosure.url for item in arrived.items if item.said.enclosure)
    if not (double := [url for url, times in counted.items() if times > 1]):
        return {}
    wanted = select(Episode.guid, Episode.enclosure_url).where(
        col(Episode.show_id) == show.id,
        col(Episode.state) == EpisodeState.PUBLISHED,
        col(Episode.enclosure_url).in_(double),
    )
    order = (col(Episode.published_at).desc().nulls_last(), col(Episode.place), col(Episode.id).desc())
    with house.database.reading() as session:
        rows = session.exec(wanted.order_by(*order)).all()
    first = {url: guid for guid, url in reversed(rows)}
    return {guid: DOUBLE for guid, url in rows if first[url] != guid}
