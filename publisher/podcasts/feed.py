"""The feed of a show as bytes, kept while nothing changes: one fragment per episode and revision, joined.

A poller costs one small query: where the show's version is the one that was written, the same bytes are given again. After
an edit only the edited episode is written anew. Long feeds are paged (RFC 5005 §3): older episodes stand in pages of fixed
size counted from the oldest, so that a page, once full, never changes; the first page has the newest and every trailer.
"""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from sqlalchemy import Select, Table, bindparam
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, select

from feeds.podcast import emitting
from publisher.errors import NotFound
from publisher.house import House
from publisher.podcasts import addresses, values
from publisher.podcasts.models import Episode, EpisodeState, Show

PAGE = 250
DOUBLE = "Another episode of this feed has the same sound."
MOST_OCTETS = 96_000_000
_SHOW: Table = Show.__table__  # type: ignore[attr-defined]
_EPISODE: Table = Episode.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Document:
    """A finished feed. `changed`: when it last did. `links`: (address, relation) for the Link header, where a hub is set."""

    body: bytes
    etag: str
    changed: datetime | None = None
    links: tuple[tuple[str, str], ...] = ()

    @cached_property
    def gzipped(self) -> bytes:
        return gzip.compress(self.body, 6, mtime=0)


@dataclass(frozen=True)
class Standing:
    """What a poller needs to know of a show before anything is written."""

    id: int
    version: int
    moved_to: str | None
    is_private: bool
    since: datetime

    @property
    def key(self) -> "Key":
        return self.id, self.since


#: A show for as long as this process lives: where one is deleted, SQLite gives its number to the next.
Key = tuple[int, datetime]


@dataclass
class _Fragment:
    body: bytes
    digest: bytes
    sound: str
    is_trailer: bool
    changed: datetime


@dataclass
class _Kept:
    """Fragments of one show by episode; `revisions` of what is published, in the order of the feed; `order`: numbers of what
    is in it; `why`: what is not, and why."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    fragments: dict[int, _Fragment] = field(default_factory=dict)
    revisions: dict[int, int] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    why: dict[int, str] = field(default_factory=dict)

    def standing_of(self, episode_id: int) -> tuple[str, bool] | None:
        """What decides whether it is in the feed."""
        found = self.fragments.get(episode_id)
        return (found.sound, bool(found.body)) if found else None


class Feeds:
    """The feeds of a hub, one per process. Threads may share it."""

    def __init__(self, most_octets: int = MOST_OCTETS) -> None:
        self._lock = threading.Lock()
        self._shows: dict[Key, _Kept] = {}
        self._documents: OrderedDict[tuple[Key, str], tuple[int, Document]] = OrderedDict()
        self._most, self._octets = most_octets, 0

    def standing(self, session: Session, slug: str) -> Standing:
        """`NotFound` where there is no such show."""
        row = session.execute(_STANDING, {"slug": slug}).first()
        if row is None:
            raise NotFound(f"There is no show “{slug[:80]}”.")
        return Standing(row.id, row.version, row.moved_to, row.list_id is not None, row.created_at)

    def document(
        self, session: Session, house: House, show: Standing, *, page: int | None = None, live: bool = False
    ) -> Document:
        """The feed of a public show, or a private one for nobody in particular. `page`: an older page; `NotFound` where there is
        none. `live`: the companion feed with what is live."""
        variant = "live" if live else f"page {page}" if page else "first"
        return self._document(session, house, show, variant)

    def whole(self, session: Session, house: House, show: Standing) -> Document:
        """Every episode in one document."""
        return self._document(session, house, show, "whole")

    def private(self, session: Session, house: House, show: Standing, token: str) -> Document:
        """The whole feed for the owner of `token`: the same bytes as everybody's, with their token in every address."""
        shared = self._document(session, house, show, "private")
        body = shared.body.replace(_anybody(house).encode(), token.encode())
        return replace(shared, body=body, etag=f'"{_digest(shared.etag.encode() + token.encode()).hex()}"')

    def not_emitted(self, session: Session, house: House, show: Standing) -> dict[int, str]:
        """Published episodes that are not in the feed, with the reason."""
        kept = self._kept(show)
        with kept.lock:
            self._bring_up_to_date(session, house, show, kept)
            return dict(kept.why)

    def _document(self, session: Session, house: House, show: Standing, variant: str) -> Document:
        if (found := self._remembered(show, variant)) is not None:
            return found
        kept = self._kept(show)
        with kept.lock:
            if (found := self._remembered(show, variant)) is not None:
                return found
            row, order = self._bring_up_to_date(session, house, show, kept)
            document = _written(session, house, row, [kept.fragments[i] for i in order], variant)
        self._remember(show, variant, document)
        return document

    def _bring_up_to_date(self, session: Session, house: House, show: Standing, kept: _Kept) -> tuple[Show, list[int]]:
        """The show, and the numbers of the episodes in the feed, newest first; what changed since is written anew, what went
        is dropped.

        Revisions are read before anything that is written: on PostgreSQL each statement sees what was committed before it, and
        a fragment that is newer than its revision is written once more, while one that is older would stay.
        """
        revisions: dict[int, int] = dict(session.execute(_ORDER, {"show_id": show.id}).all())
        row = session.get_one(Show, show.id, populate_existing=True)
        known, kept.revisions = kept.revisions, {}  # where something fails from here on, all is written anew
        stale = [i for i, _ in revisions.items() - known.items()]
        before = [kept.standing_of(i) for i in stale]
        for start in range(0, len(stale), values.CHUNK):
            self._write_anew(session, house, row, kept, stale[start : start + values.CHUNK])
            session.expunge_all() if len(stale) > values.CHUNK else None
        for gone in known.keys() - revisions.keys():
            kept.fragments.pop(gone, None)
            kept.why.pop(gone, None)
        in_place = before == [kept.standing_of(i) for i in stale] and list(revisions) == list(known)
        kept.revisions = revisions
        if not in_place:
            kept.order = _without_doubles(kept)
        return row, kept.order

    def _write_anew(self, session: Session, house: House, show: Show, kept: _Kept, ids: list[int]) -> None:
        token = _anybody(house) if show.list_id is not None else None
        rows = session.exec(select(Episode).where(col(Episode.id).in_(ids))).all()
        told = values.episodes(session, house, show, rows, token=token)
        reasons = [emitting.why_not(said) for said in told]
        bodies = emitting.items(said for said, why in zip(told, reasons, strict=True) if why is None)
        for row, said, why in zip(rows, told, reasons, strict=True):
            number = row.id or 0
            kept.why.pop(number, None)
            if why:
                kept.why[number] = why
            body = b"" if why else next(bodies)
            sound = said.enclosure.url.strip() if said.enclosure else ""
            kept.fragments[number] = _Fragment(body, _digest(body), sound, row.type == "trailer", row.updated_at)

    def _kept(self, show: Standing) -> _Kept:
        with self._lock:
            return self._shows.setdefault(show.key, _Kept())

    def _remembered(self, show: Standing, variant: str) -> Document | None:
        with self._lock:
            found = self._documents.get((show.key, variant))
            if found is None or found[0] != show.version:
                return None
            self._documents.move_to_end((show.key, variant))
            return found[1]

    def _remember(self, show: Standing, variant: str, document: Document) -> None:
        with self._lock:
            if before := self._documents.pop((show.key, variant), None):
                self._octets -= len(before[1].body)
            self._documents[show.key, variant] = (show.version, document)
            self._octets += len(document.body)
            while self._octets > self._most and len(self._documents) > 1:
                _, (_, oldest) = self._documents.popitem(last=False)
                self._octets -= len(oldest.body)


def _anybody(house: House) -> str:
    """Stands for the token of a private feed while its fragments are shared by everybody. Nobody can guess it: an address of a
    stranger's server with this in it, in a feed that was imported, would be given the token of everyone who listens."""
    return f"token-of-the-reader-{house.tokens.keyed_hash('private feed', 'anybody')}"


def _without_doubles(kept: _Kept) -> list[int]:
    """What has the sound of an episode before it stays out: apps would show only one of the two (PRX, feed requirements)."""
    emitted, sounds = [], set[str]()
    for i in kept.revisions:
        fragment = kept.fragments[i]
        if not fragment.body:
            continue
        if fragment.sound in sounds:
            kept.why[i] = DOUBLE
            continue
        sounds.add(fragment.sound)
        emitted.append(i)
        if kept.why.get(i) == DOUBLE:
            del kept.why[i]
    return emitted


def _written(session: Session, house: House, show: Show, fragments: Sequence[_Fragment], variant: str) -> Document:
    said = values.show(session, house, show, token=_anybody(house) if show.list_id is not None else None)
    chosen, pages = fragments, None
    if variant == "first":
        chosen, pages = _first_page(house, show, fragments)
    elif variant.startswith("page "):
        chosen, pages = _older_page(house, show, fragments, int(variant.removeprefix("page ")))
        said = replace(said, changed=max(one.changed for one in chosen), trailers=())
    elif variant == "live":
        said = replace(said, feed_url=addresses.live_feed(house, show))
        chosen, _ = _first_page(house, show, fragments)
    body = emitting.document(said, [one.body for one in chosen], pages=pages, live=variant == "live")
    links = [(hub, "hub") for hub in said.hubs]
    links += [(said.feed_url, "self")] if links else []
    return Document(body, _etag(body, chosen), said.changed, tuple(links))


def _first_page(
    house: House, show: Show, fragments: Sequence[_Fragment]
) -> tuple[list[_Fragment], emitting.Pages | None]:
    """The newest, as many as do not fill a page of their own, and every trailer."""
    older = _full_pages(fragments)
    if not older:
        return list(fragments), None
    ordinary = sum(not one.is_trailer for one in fragments)
    rest, chosen = ordinary - older * PAGE, []
    for one in fragments:
        if one.is_trailer or rest > 0:
            chosen.append(one)
            rest -= not one.is_trailer
    here = addresses.feed(house, show)
    return chosen, emitting.Pages(
        first=here,
        previous=None,
        next=addresses.feed(house, show, page=older),
        last=addresses.feed(house, show, page=1),
    )


def _older_page(
    house: House, show: Show, fragments: Sequence[_Fragment], number: int
) -> tuple[list[_Fragment], emitting.Pages]:
    """Page 1 has the oldest."""
    older = _full_pages(fragments)
    if not 1 <= number <= older:
        raise NotFound("This feed has no such page.")
    oldest_first = [one for one in reversed(fragments) if not one.is_trailer]
    chosen = oldest_first[(number - 1) * PAGE : number * PAGE][::-1]
    newer = addresses.feed(house, show, page=number + 1 if number < older else None)
    return chosen, emitting.Pages(
        first=addresses.feed(house, show),
        previous=newer,
        next=addresses.feed(house, show, page=number - 1) if number > 1 else None,
        last=addresses.feed(house, show, page=1),
    )


def _full_pages(fragments: Sequence[_Fragment]) -> int:
    """How many pages of fixed size stand behind the first, which keeps one to two pages' worth."""
    ordinary = sum(not one.is_trailer for one in fragments)
    return max(0, ordinary // PAGE - 1)


def _etag(body: bytes, chosen: Sequence[_Fragment]) -> str:
    """Of the head and the digests of the fragments: the same as hashing all bytes, without reading megabytes again."""
    head = body[: body.find(b"<item>")] if chosen else body
    return f'"{_digest(head + b"".join(one.digest for one in chosen)).hex()}"'


def _digest(octets: bytes) -> bytes:
    return hashlib.blake2b(octets, digest_size=12).digest()


def _order() -> Select[tuple[int, int]]:
    table = _EPISODE.c
    which = columns_of(table.id, table.revision).where(
        table.show_id == bindparam("show_id"), table.state == EpisodeState.PUBLISHED
    )
    return which.order_by(table.published_at.desc().nulls_last(), table.place, table.id.desc())


def _standing() -> Select[tuple[int, int, str | None, int | None, datetime]]:
    table = _SHOW.c
    asked = columns_of(table.id, table.version, table.moved_to, table.list_id, table.created_at)
    return asked.where(table.slug == bindparam("slug"))


_ORDER, _STANDING = _order(), _standing()
