"""Where pictures of the library are shown: a resource, an item of an issue, a sender's logo, a series, a show.

A place is written as `resource:12`, `item:7` (an item of an issue by its row), `brand:hub`, `series:cafe`, `show:voices`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from publisher.errors import Conflict, NotFound
from publisher.house import House
from publisher.library.models import Work, WorkText
from publisher.mail.models import Identity
from publisher.media.models import MediaFile
from publisher.media.pictures import as_logo
from publisher.newsletters.issues import UNSENT
from publisher.newsletters.models import Issue, IssueItem, Newsletter
from publisher.podcasts import shows
from publisher.podcasts.models import Episode, Show
from publisher.webinars import series as webinar_series
from publisher.webinars.models import Series, Speaker

NO_PLACE = "There is nothing of that kind that shows pictures."


@dataclass(frozen=True)
class Place:
    """Something that shows a picture. `url`: its page in the studio; `role`: the least that may give it one."""

    key: str
    title: str
    url: str
    digest: str = ""  # of the picture it has now
    role: str = "editor"


def place(session: Session, key: str) -> Place:
    """The place of that name; `NotFound` where there is none."""
    kind, _, name = key.partition(":")
    found = _FIND[kind](session, name) if kind in _FIND else None
    if found is None:
        raise NotFound(NO_PLACE)
    return found


def use(session: Session, house: House, key: str, media: MediaFile | None, *, now: datetime) -> Place:
    """Show this picture there from now on; None: none. `BadInput` where the place cannot show it."""
    kind, _, name = key.partition(":")
    found = place(session, key)
    if kind == "resource":
        work = session.get_one(Work, int(name))
        work.picture_id, work.updated_at = media.id if media else None, now
        session.add(work)
    elif kind == "item":
        item = session.get_one(IssueItem, int(name))
        if session.get_one(Issue, item.issue_id).state not in UNSENT:
            raise Conflict("This issue has gone out: its letter cannot be changed any more.")
        item.picture_id = media.id if media else None
        session.add(item)
    elif kind == "brand":
        identity = session.exec(select(Identity).where(col(Identity.slug) == name)).one()
        identity.logo, identity.logo_url = as_logo(media) if media else None, None
        session.add(identity)
    elif kind == "series":
        row = session.exec(select(Series).where(col(Series.slug) == name)).one()
        webinar_series.set_picture(session, house, row, media, now=now)
    else:
        show = session.exec(select(Show).where(col(Show.slug) == name)).one()
        shows.set_artwork(session, house, show, media, now=now)
    session.flush()
    return found


def uses(session: Session, media: MediaFile) -> list[Place]:
    """Everything that shows it now."""
    columns = (
        (_resource, Work.id, Work.picture_id),
        (_item, IssueItem.id, IssueItem.picture_id),
        (_series, Series.slug, Series.picture_id),
        (_show, Show.slug, Show.artwork_id),
    )
    found: list[Place | None] = []
    for find, name, column in columns:
        names = session.exec(select(col(name)).where(col(column) == media.id)).all()
        found += [find(session, str(one)) for one in names]
    brands = session.exec(select(Identity).where(col(Identity.logo).is_not(None))).all()
    found += [_brand(session, one.slug) for one in brands if (one.logo or {}).get("digest") == media.digest]
    return [one for one in found if one]


def remove(session: Session, media: MediaFile) -> None:
    """Take it out of the library; it is served no more. `Conflict` where something shows it."""
    if shown := uses(session, media):
        raise Conflict(f"“{shown[0].title}” shows this picture. Give it another one first.")
    media.shelved_at = None
    if not _elsewhere(session, media):
        media.alt = media.credit = media.licence = ""
        media.alts = media.decorative = None
    session.add(media)
    session.flush()


def _elsewhere(session: Session, media: MediaFile) -> bool:
    """Pictures of episodes and speakers came there without the library."""
    columns = (Episode.artwork_id, Speaker.picture_id)
    return any(session.exec(select(one).where(col(one) == media.id).limit(1)).first() for one in columns)


def _resource(session: Session, name: str) -> Place | None:
    work = session.get(Work, int(name)) if name.isdecimal() and len(name) < 10 else None
    if work is None:
        return None
    which = select(WorkText).where(col(WorkText.work_id) == work.id)
    texts = {text.language: text.title for text in session.exec(which)}
    title = texts.get("en") or texts.get(work.language) or next(iter(texts.values()), work.slug)
    return Place(f"resource:{work.id}", title, f"/studio/library/{work.id}", _digest(session, work.picture_id))


def _item(session: Session, name: str) -> Place | None:
    item = session.get(IssueItem, int(name)) if name.isdecimal() and len(name) < 10 else None
    work = _resource(session, str(item.work_id)) if item else None
    if item is None or work is None:
        return None
    issue = session.get_one(Issue, item.issue_id)
    newsletter = session.get_one(Newsletter, issue.newsletter_id)
    url = f"/studio/newsletters/{newsletter.slug}/issues/{issue.slug}#item-{item.work_id}"
    return Place(f"item:{item.id}", f"{work.title}, in {issue.slug}", url, _digest(session, item.picture_id))


def _brand(session: Session, name: str) -> Place | None:
    found = session.exec(select(Identity).where(col(Identity.slug) == name)).first()
    if found is None:
        return None
    digest = str((found.logo or {}).get("digest", ""))
    return Place(f"brand:{name}", f"the logo of {found.name}", "/studio/settings", digest, role="owner")


def _series(session: Session, name: str) -> Place | None:
    found = session.exec(select(Series).where(col(Series.slug) == name)).first()
    if found is None:
        return None
    return Place(f"series:{name}", found.title, f"/studio/webinars/{name}/settings", _digest(session, found.picture_id))


def _show(session: Session, name: str) -> Place | None:
    found = session.exec(select(Show).where(col(Show.slug) == name)).first()
    if found is None:
        return None
    return Place(f"show:{name}", found.title, f"/studio/podcasts/{name}/settings", _digest(session, found.artwork_id))


def _digest(session: Session, number: int | None) -> str:
    media = session.get(MediaFile, number) if number else None
    return media.digest if media else ""


_FIND: dict[str, Callable[[Session, str], Place | None]] = {
    "resource": _resource, "item": _item, "brand": _brand, "series": _series, "show": _show,
}  # fmt: skip
