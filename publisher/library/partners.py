"""Partners: organisations that share with us and agreed to be named, with what of theirs is on the shelf. People are never named.

An editor sees every name before readers do: approving a resource is that, or saying so at the resource.

Two spellings that differ in capitals, accents or spaces are one organisation; others an editor writes alike.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from publisher.errors import BadInput, Conflict, NotFound
from publisher.languages import folded
from publisher.library import cleaning
from publisher.library.models import ON_THE_SHELF, Share, Source, Work, WorkText


@dataclass(frozen=True)
class Partner:
    """`works`: numbers of what they shared and is on the shelf, the newest share first."""

    name: str
    works: tuple[int, ...]


def partners(session: Session) -> list[Partner]:
    """Who is named on the page of partners: who shared most first, then by name."""
    rows = session.exec(
        select(Share.organisation, Share.work_id)
        .join(Work, col(Work.id) == col(Share.work_id))
        .where(col(Share.naming) == "named", col(Share.organisation) != "", col(Work.state).in_(ON_THE_SHELF))
        .order_by(col(Share.at).desc(), col(Share.id).desc())
    )
    names: dict[str, str] = {}
    works: dict[str, dict[int, None]] = {}
    for organisation, work_id in rows:
        key = " ".join(folded(organisation).split())
        names.setdefault(key, organisation)
        works.setdefault(key, {})[work_id] = None
    found = [Partner(names[key], tuple(theirs)) for key, theirs in works.items()]
    return sorted(found, key=lambda one: (-len(one.works), folded(one.name)))


def name_as(session: Session, work_id: int, share_id: int, organisation: str, *, named: bool) -> Share:
    """How whoever shared this resource is called among the partners, or that they are not named. `NotFound`, `BadInput`."""
    share = session.get(Share, share_id)
    if share is None or share.work_id != work_id:
        raise NotFound("Nobody shared this resource so.")
    name = cleaning.name(organisation)
    if named and not name:
        raise BadInput("Write the organisation as it is to be named.", field="organisation")
    if named and not share.naming:
        raise Conflict("They have not agreed to be named. Ask them to share it again with that ticked.")
    share.organisation, share.naming = name, "named" if named else "agreed" if share.naming else ""
    session.add(share)
    session.flush()
    return share


def last_share(session: Session, work_id: int) -> Share:
    """Who shared this resource, the latest of several. `NotFound` where nobody did."""
    wanted = select(Share).where(col(Share.work_id) == work_id).order_by(col(Share.at).desc(), col(Share.id).desc())
    share = session.exec(wanted).first()
    if share is None:
        raise NotFound("Nobody shared this resource.")
    return share


def site_to_take(session: Session, work_id: int) -> str:
    """The site that a shared resource is on, where no source reads it yet; empty where one does, or there is none."""
    links = (
        select(WorkText.link)
        .where(col(WorkText.work_id) == work_id, col(WorkText.link) != "")
        .order_by(col(WorkText.id))
    )
    for link in session.exec(links):
        parts = urlsplit(link)
        if parts.scheme in ("http", "https") and parts.hostname:
            return "" if is_read(session, parts.hostname) else f"{parts.scheme}://{parts.netloc}/"
    return ""


def is_read(session: Session, host: str) -> bool:
    """Whether a source reads from this host, with or without “www.”."""
    return _bare(host) in {_bare(urlsplit(url or "").hostname or "") for url in session.exec(select(Source.url))}


def _bare(host: str) -> str:
    return host.lower().removeprefix("www.")
