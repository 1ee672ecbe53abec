"""Shows: what staff decide about a podcast, and the version that grows with every change its feed shows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Table, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from feeds.podcast.values import podcast_guid
from publisher.audience import lists
from publisher.audience.models import MailingList
from publisher.errors import BadInput, Conflict, NotFound
from publisher.house import House
from publisher.media import artwork, storage
from publisher.media.models import MediaFile
from publisher.podcasts import addresses, pings, shelf
from publisher.podcasts import fields as reading
from publisher.podcasts.models import Episode, Show

_SHOW: Table = Show.__table__  # type: ignore[attr-defined]
_EPISODE: Table = Episode.__table__  # type: ignore[attr-defined]
MEDIUMS = ("podcast", "music", "video", "film", "audiobook", "newsletter", "blog", "course", "mixed")
#: What each item of the feed shows of its show, and what the shelf does.
IN_EVERY_ITEM = frozenset({"op3", "list_id", "explicit"})
ON_THE_SHELF = frozenset({"title", "language", "licence", "persons", "subjects", "block", "list_id", "on_shelf"})


@dataclass(frozen=True)
class Shape:
    """What a person decides about a show. Columns and their forms as in `models.Show`; `list_slug`: the list whose members
    alone may hear it."""

    title: str
    description: str = ""
    description_format: str = "markdown"
    language: str = "en"
    author: str = ""
    owner_name: str = ""
    owner_email: str = ""
    link: str = ""
    categories: Sequence[Any] = ()
    explicit: bool = False
    type: str = "episodic"
    complete: bool = False
    block: bool = False
    copyright: str = ""
    locked: bool = True
    locked_owner: str = ""
    medium: str = "podcast"
    licence: str = ""
    licence_url: str | None = None
    funding: Sequence[Any] = ()
    persons: Sequence[Any] = ()
    places: Sequence[Any] = ()
    update_frequency: dict[str, Any] = field(default_factory=dict)
    trailers: Sequence[Any] = ()
    tags: Sequence[Any] = ()
    live: Sequence[Any] = ()
    subjects: Sequence[Any] = ()
    editions: str | None = None
    list_slug: str | None = None
    on_shelf: bool = True
    hubs: Sequence[Any] = ()
    podping: bool = False
    op3: bool = False


def add(session: Session, house: House, slug: str, shape: Shape, *, now: datetime, guid: str | None = None) -> Show:
    """A new show. Its podcast:guid is made of its feed's address, once, or is `guid` for a show that had one before."""
    if reading.slug(slug) in reading.RESERVED_SHOWS:
        raise BadInput(f"“{slug}” is a word of our own addresses. Choose another short name.", field="slug")
    show = Show(
        slug=slug,
        guid=guid or podcast_guid(house.settings.url(f"/podcasts/{slug}/feed.xml")),
        changed_at=now,
        created_at=now,
        **_checked(session, shape, READERS),
    )
    try:
        with session.begin_nested():
            session.add(show)
    except IntegrityError as problem:
        raise Conflict(f"There is a show “{slug}” already.") from problem
    return show


def edit(session: Session, house: House, show: Show, shape: Shape, *, now: datetime) -> bool:
    """Change what was decided; True where something did. Shelf, feed and pings follow.

    What stays as it was is not judged again: a feed that was imported may have brought what nobody could type here.
    """
    present = shape_of(session, show)
    new = [name for name in READERS if not reading.same(getattr(shape, name), getattr(present, name))]
    changes = {name: value for name, value in _checked(session, shape, new).items() if value != getattr(show, name)}
    for name, value in changes.items():
        setattr(show, name, value)
    if changes:
        session.add(show)
        session.flush()
        touch(session, house, show, now=now, every_item=not IN_EVERY_ITEM.isdisjoint(changes))
        if not ON_THE_SHELF.isdisjoint(changes):
            shelf.put_all(session, house, show, now=now)
    return bool(changes)


def shape_of(session: Session, show: Show) -> Shape:
    """What was decided so far: for a form, or to change one thing with `dataclasses.replace`."""
    known = {one.name: getattr(show, one.name) for one in fields(Shape) if hasattr(show, one.name)}
    mailing_list = session.get(MailingList, show.list_id) if show.list_id else None
    return Shape(**known, list_slug=mailing_list.slug if mailing_list else None)


def set_artwork(session: Session, house: House, show: Show, media: MediaFile | None, *, now: datetime) -> None:
    """The cover: square, RGB, 1400 to 3000 pixels, JPEG or PNG (Apple's rules). `BadInput` says what is wrong with it."""
    if media is not None and (faults := artwork.problems(storage.path_of(house.settings, media))):
        raise BadInput(faults[0], field="artwork")
    show.artwork_id = media.id if media else None
    show.artwork_url = None
    session.add(show)
    session.flush()
    touch(session, house, show, now=now, every_item=True)


def move(session: Session, house: House, show: Show, to: str | None, *, now: datetime) -> None:
    """The feed lives elsewhere from now on: ours answers 301 and says itunes:new-feed-url. None takes that back."""
    target = reading.address(to, "moved_to")
    if target and target == addresses.feed(house, show):
        raise BadInput("That is the address this feed has already.", field="moved_to")
    show.moved_to = target
    session.add(show)
    session.flush()
    touch(session, house, show, now=now)


def archive(session: Session, house: House, show: Show, *, now: datetime, archived: bool = True) -> None:
    """Take a show out of lists, pages and the library; its feed and sound keep answering for those who have it."""
    show.state = "archived" if archived else "active"
    session.add(show)
    session.flush()
    touch(session, house, show, now=now)
    shelf.put_all(session, house, show, now=now)


def by_slug(session: Session, slug: str) -> Show:
    found = session.exec(select(Show).where(col(Show.slug) == slug)).first()
    if found is None:
        raise NotFound(f"There is no show “{slug}”.")
    return found


def all_of(session: Session, *, archived: bool = True) -> list[Show]:
    wanted = select(Show).order_by(col(Show.id))
    return list(session.exec(wanted if archived else wanted.where(col(Show.state) == "active")).all())


def count_of(session: Session, show: Show) -> int:
    """How many episodes a show has, in whatever state."""
    return session.exec(select(func.count()).where(col(Episode.show_id) == show.id)).one()


def public(session: Session) -> list[Show]:
    """Shows that anybody may hear, in the order they were begun."""
    return [show for show in all_of(session, archived=False) if show.list_id is None]


def editions_of(session: Session, show: Show) -> list[Show]:
    """The other language editions of a show."""
    if not show.editions:
        return []
    wanted = select(Show).where(
        col(Show.editions) == show.editions, col(Show.id) != show.id, col(Show.state) == "active"
    )
    return list(session.exec(wanted.order_by(col(Show.id))).all())


def touch(session: Session, house: House, show: Show, *, now: datetime, every_item: bool = False) -> None:
    """The feed shows something else now: its version grows, and who follows it will be told. In SQL, because two people may
    publish at once. `every_item`: what stands in each item has changed, so that each is written anew."""
    if every_item:
        which = update(_EPISODE).where(_EPISODE.c.show_id == show.id)
        session.execute(which.values(revision=_EPISODE.c.revision + 1, updated_at=now))
    statement = update(_SHOW).where(_SHOW.c.id == show.id)
    session.execute(statement.values(version=_SHOW.c.version + 1, changed_at=now))
    session.refresh(show, ["version", "changed_at"])
    pings.due(session, house, show, now=now)


def _checked(session: Session, shape: Shape, names: Iterable[str]) -> dict[str, Any]:
    """These columns as they are kept; `BadInput` names the first that cannot be."""
    kept = {name: READERS[name](getattr(shape, name)) for name in names}
    if "list_slug" in kept:
        slug = kept.pop("list_slug")
        kept["list_id"] = lists.get(session, slug).id if slug else None
    return kept


def _line(name: str, **rules: Any) -> Callable[[Any], str]:
    return partial(reading.line, field=name, **rules)


#: Column → how it is read. `list_slug` becomes `list_id`.
READERS: Mapping[str, Callable[[Any], Any]] = {
    **{name: reader for name, reader in reading.READERS.items() if name in Shape.__dataclass_fields__},
    **{
        name: partial(reading.flag, field=name)
        for name in ("explicit", "complete", "block", "locked", "on_shelf", "podping", "op3")
    },
    **{name: _line(name) for name in ("author", "owner_name", "copyright", "list_slug")},
    "title": _line("title", needed=True),
    "description": partial(reading.text, field="description"),
    "description_format": partial(reading.one_of, allowed=("markdown", "html"), field="description_format"),
    "language": reading.language,
    "owner_email": partial(reading.mail_address, field="owner_email"),
    "locked_owner": partial(reading.mail_address, field="locked_owner"),
    "link": lambda given: reading.address(given, "link") or "",
    "type": partial(reading.one_of, allowed=("episodic", "serial"), field="type"),
    "medium": partial(reading.one_of, allowed=MEDIUMS, field="medium"),
    "licence": _line("licence", longest=128),
    "licence_url": partial(reading.address, field="licence_url"),
    "editions": lambda given: reading.slug(given, "editions") if given else None,
}
