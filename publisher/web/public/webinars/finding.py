"""What strangers may find of the webinars, in as many questions for one date as for sixty.

A draft leaves no trace. What is for a cohort, or is not listed, answers whoever has its address, and is in no list of ours or
of anybody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from publisher.errors import NotFound
from publisher.languages import N_
from publisher.mail.models import Identity
from publisher.media.models import MediaFile
from publisher.web.public.hearing import media_by_id
from publisher.webinars import seats
from publisher.webinars.models import Series, Speaker, Webinar, WebinarState
from publisher.webinars.programme import is_public

NO_WEBINAR = N_("There is no such webinar.")


@dataclass(frozen=True)
class Found:
    """A series with its dates, the first first. `webinar`: the date that is looked at; None for the series as a whole."""

    series: Series
    webinar: Webinar | None
    dates: tuple[Webinar, ...]
    identity: Identity
    speakers: tuple[Speaker, ...]
    media: dict[int, MediaFile]

    @property
    def path(self) -> str:
        return webinar_path(self.webinar) if self.webinar else series_path(self.series)

    @property
    def is_public(self) -> bool:
        return is_public(self.series)

    @property
    def shown(self) -> tuple[Webinar, ...]:
        """The dates that the page is about."""
        return (self.webinar,) if self.webinar else self.dates

    def picture(self, number: int | None) -> MediaFile | None:
        return self.media.get(number or 0)


def webinar_path(webinar: Webinar) -> str:
    return f"/webinars/{webinar.slug}"


def series_path(series: Series) -> str:
    """Of a one-off this is its date's page."""
    return f"/webinars/{series.slug}" if series.is_single else f"/webinars/series/{series.slug}"


def any_webinars(session: Session) -> bool:
    """Whether there is one that anybody may find, to come or over."""
    listed = (
        col(Webinar.series_id) == col(Series.id),
        col(Webinar.state) == WebinarState.ANNOUNCED,
        col(Series.is_listed).is_(True),
        col(Series.list_id).is_(None),
    )
    return session.exec(select(Webinar.id).where(*listed).limit(1)).first() is not None


def by_slug(session: Session, slug: str) -> Found:
    """What a short name stands for: a date, or a series as a whole. `NotFound` for drafts as for none."""
    _need_name(slug)
    webinar = session.exec(select(Webinar).where(col(Webinar.slug) == slug)).first()
    which = col(Series.id) == webinar.series_id if webinar else col(Series.slug) == slug
    series = session.exec(select(Series).where(which)).first()
    if series is None or (webinar is not None and webinar.state == WebinarState.DRAFT):
        raise NotFound(NO_WEBINAR)
    return _with_all(session, series, webinar)


def of_series(session: Session, slug: str) -> Found:
    """A series as a whole, by its short name."""
    _need_name(slug)
    series = session.exec(select(Series).where(col(Series.slug) == slug)).first()
    if series is None:
        raise NotFound(NO_WEBINAR)
    return _with_all(session, series, None)


def open_dates(session: Session, found: Found, now: datetime) -> list[Webinar]:
    return seats.open_dates(session, found.series, now=now)


def _need_name(slug: str) -> None:
    """What no short name can be, a zero octet for one, is not asked of the database."""
    if not slug.isprintable():
        raise NotFound(NO_WEBINAR)


def _with_all(session: Session, series: Series, webinar: Webinar | None) -> Found:
    dates = session.exec(
        select(Webinar)
        .where(col(Webinar.series_id) == series.id, col(Webinar.state) != WebinarState.DRAFT)
        .order_by(col(Webinar.starts_at), col(Webinar.id))
    ).all()
    if not dates:
        raise NotFound(NO_WEBINAR)
    here = col(Speaker.webinar_id).is_(None) | (col(Speaker.webinar_id) == (webinar.id if webinar else None))
    order = (col(Speaker.position), col(Speaker.id))
    speakers = session.exec(
        select(Speaker).where(col(Speaker.series_id) == series.id, *([here] if webinar else [])).order_by(*order)
    ).all()
    media = media_by_id(session, [series.picture_id, *(one.picture_id for one in speakers)])
    identity = session.get_one(Identity, series.identity_id)
    return Found(series, webinar, tuple(dates), identity, _once(speakers), media)


def _once(speakers: Sequence[Speaker]) -> tuple[Speaker, ...]:
    """Whoever speaks at several dates stands in the list of a series once; interpreters are named with the facts."""
    known: dict[tuple[str, str], Speaker] = {}
    for one in speakers:
        known.setdefault((one.name, one.organisation), one)
    return tuple(known.values())
