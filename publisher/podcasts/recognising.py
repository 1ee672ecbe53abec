"""Which show a feed is: one that is here already, or a new one; and its channel as the row of a show."""

import re
from datetime import datetime

from sqlmodel import Session, col, select

from feeds.podcast.values import podcast_guid
from publisher.errors import Conflict
from publisher.house import House
from publisher.podcasts import fields as reading
from publisher.podcasts import incoming, shelf, shows
from publisher.podcasts.arriving import Arrived
from publisher.podcasts.episodes import free_among, slug_stem
from publisher.podcasts.models import Episode, Show

#: Episodes of a feed by which it is known again.
COMPARED = 200
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
UNTITLED = "Untitled podcast"
NO_UUID = "Its podcast:guid is no UUID, so the show has one that is made of its address."


def our_own(session: Session, house: House, arrived: Arrived) -> Show | None:
    """The show of this hub whose feed that is, written by this very hub."""
    for url in (arrived.url, arrived.source, arrived.show.feed_url):
        found = re.match(re.escape(house.settings.url("/podcasts/")) + r"([^/]+)/", url or "")
        show = found and session.exec(select(Show).where(col(Show.slug) == found[1])).first()
        if show:
            return show
    return None


def known(session: Session, arrived: Arrived, slug: str | None) -> Show | None:
    """The show that this feed is: the one that was named, else the one from the same address, else the one with its
    podcast:guid. `Conflict` where that is doubtful: a feed may say it is whatever it likes."""
    if slug is not None:
        return _named(session, arrived, slug)
    if (found := _by_source(session, arrived)) is not None:
        return found
    guid = _guid_said(arrived)
    found = session.exec(select(Show).where(col(Show.guid) == guid).order_by(col(Show.id))).first() if guid else None
    if found is not None and not _shares_episodes(session, found, arrived):
        raise Conflict(
            f"This feed says that it is “{found.slug}”, and has none of its episodes. If it is, import it as that show "
            f"by its short name; if not, give it another one."
        )
    return found


def begun(
    session: Session, house: House, arrived: Arrived, slug: str | None, *, on_shelf: bool | None, now: datetime
) -> Show:
    """The show with what the channel says: begun, or brought up to date where the feed says something else than last time."""
    if arrived.show.guid and not _guid_said(arrived) and NO_UUID not in arrived.problems:
        arrived.problems.append(NO_UUID)
    # Names first: a show that another import begins after this either is known below or takes the name, and is met then.
    taken = {*session.exec(select(Show.slug)).all(), *reading.RESERVED_SHOWS}
    show = known(session, arrived, slug)
    if show is None:
        name = slug or free_among(taken, slug_stem(arrived.show.title, otherwise="podcast"))
        return _new(session, house, arrived, name, on_shelf, now)
    columns = _columns(arrived)
    said = incoming.digests(columns, of=Show)
    changes = incoming.changes(show, columns, said)
    if on_shelf is not None and on_shelf != show.on_shelf:
        changes["on_shelf"] = on_shelf
    guid = _guid_said(arrived)
    if guid and guid != show.guid and not _has_episodes(session, show):
        changes["guid"] = guid
    show.said, show.imported_from = said, arrived.source
    for name, value in changes.items():
        setattr(show, name, value)
    session.add(show)
    session.flush()
    if changes:
        shows.touch(session, house, show, now=now, every_item=not shows.IN_EVERY_ITEM.isdisjoint(changes))
        if not shows.ON_THE_SHELF.isdisjoint(changes):
            shelf.put_all(session, house, show, now=now)
    return show


def _named(session: Session, arrived: Arrived, slug: str) -> Show | None:
    found = session.exec(select(Show).where(col(Show.slug) == slug)).first()
    if found is None:
        reading.slug(slug)
        return None
    said = _guid_said(arrived)
    if said and said != found.guid and _has_episodes(session, found) and not _shares_episodes(session, found, arrived):
        raise Conflict(
            f"“{slug}” is another podcast: neither its podcast:guid nor one of its episodes is in this feed."
        )
    return found


def _by_source(session: Session, arrived: Arrived) -> Show | None:
    """From the same address; of files only the name is known, so the title must be the same too."""
    wanted = select(Show).where(col(Show.imported_from).in_([one for one in (arrived.source, arrived.url) if one]))
    if arrived.url is None:
        wanted = wanted.where(col(Show.title) == (arrived.show.title or UNTITLED))
    return session.exec(wanted.order_by(col(Show.id))).first()


def _new(session: Session, house: House, arrived: Arrived, name: str, on_shelf: bool | None, now: datetime) -> Show:
    columns, address = _columns(arrived), arrived.show.feed_url or arrived.url
    show = Show(
        slug=name,
        guid=_guid_said(arrived) or podcast_guid(address or house.settings.url(f"/podcasts/{name}/feed.xml")),
        said=incoming.digests(columns, of=Show),
        imported_from=arrived.source,
        on_shelf=on_shelf is not False,
        changed_at=now,
        created_at=now,
        **columns,
    )
    session.add(show)
    session.flush()
    return show


def _columns(arrived: Arrived) -> incoming.Columns:
    columns = incoming.show_columns(arrived.show)
    return columns | {"title": columns["title"] or UNTITLED}


def _guid_said(arrived: Arrived) -> str | None:
    guid = (arrived.show.guid or "").strip()
    return guid if UUID.fullmatch(guid) else None


def _has_episodes(session: Session, show: Show) -> bool:
    return session.exec(select(Episode.id).where(col(Episode.show_id) == show.id).limit(1)).first() is not None


def _shares_episodes(session: Session, show: Show, arrived: Arrived) -> bool:
    """Whether one of the newest episodes of the feed is here, or there is none to tell by."""
    guids = [incoming.guid_of(item.said) for item in arrived.items[:COMPARED]]
    shared = select(Episode.id).where(col(Episode.show_id) == show.id, col(Episode.guid).in_(guids)).limit(1)
    return not guids or not _has_episodes(session, show) or session.exec(shared).first() is not None
