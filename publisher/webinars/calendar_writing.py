"""Calendars as bytes, each written from the rows as they are. `calendars` decides when that is needed."""

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlmodel import Session, col, func, select

from feeds.calendar.values import Calendar, Event
from feeds.calendar.writing import write
from publisher.audience.models import MailingList
from publisher.errors import NotFound
from publisher.house import House
from publisher.languages import N_, translator
from publisher.mail import identities
from publisher.mail.models import Identity
from publisher.webinars import addresses, programme
from publisher.webinars.events import dates_of_all
from publisher.webinars.invites import PRODID
from publisher.webinars.models import Registrant, Registration, Series, Webinar, WebinarState
from publisher.webinars.published import KEPT_PAST, own_events_of, public_date, public_events
from publisher.webinars.words import of_series as words_of

#: How often programs are asked to look again. Some look once a day whatever is said: what is urgent goes by mail.
REFRESH = timedelta(hours=1)
NO_WEBINAR = N_("There is no such webinar.")


@dataclass(frozen=True)
class Document:
    """A finished calendar. `changed`: when something last did of what it may show."""

    body: bytes
    changed: datetime

    @cached_property
    def etag(self) -> str:
        return f'"{hashlib.blake2b(self.body, digest_size=12).hexdigest()}"'

    @cached_property
    def gzipped(self) -> bytes:
        return gzip.compress(self.body, 6, mtime=0)


def of_everybody(session: Session, house: House, *, now: datetime) -> Document:
    """Everything that is listed, in the languages it was written in."""
    hub = identities.hub(session)
    say = translator(hub.default_language).gettext
    recent = select(Webinar.series_id).where(
        col(Webinar.state) != WebinarState.DRAFT, col(Webinar.ends_at) > now - KEPT_PAST - timedelta(days=1)
    )
    listed = (col(Series.is_listed).is_(True), col(Series.list_id).is_(None), col(Series.id).in_(recent))
    rows = session.exec(select(Series).where(*listed).order_by(col(Series.id))).all()
    calendar = Calendar(
        PRODID,
        _public(session, house, rows, now),
        name=say("Webinars: %(hub)s") % {"hub": hub.name},
        refresh=REFRESH,
        source=addresses.calendar(house),
        url=house.settings.url("/webinars"),
    )
    # Of all, not only of what is shown: where one is listed no more, this has changed too.
    changed = session.exec(select(func.max(Series.changed_at))).one()
    return _document(calendar, changed or hub.created_at)


def of_series(session: Session, house: House, series_id: int, *, now: datetime) -> Document:
    series = session.get_one(Series, series_id)
    words = words_of(series, series.language)
    calendar = Calendar(
        PRODID,
        _public(session, house, [series], now),
        name=words.title,
        description=words.summary,
        refresh=REFRESH,
        source=addresses.series_calendar(house, series),
        url=addresses.series_page(house, series),
    )
    return _document(calendar, series.changed_at)


def of_cohort(session: Session, house: House, list_id: int, *, now: datetime) -> Document:
    """No one's own ways in: everybody of the cohort has the same."""
    cohort = session.get_one(MailingList, list_id)
    events = _public(session, house, programme.for_list(session, list_id), now)
    changed = session.exec(select(func.max(Series.changed_at))).one()
    return _document(Calendar(PRODID, events, name=cohort.name, refresh=REFRESH), changed or cohort.created_at)


def of_person(session: Session, house: House, registrant_id: int, *, now: datetime) -> Document:
    """All that somebody registered for, each in the language of its registration."""
    owner = session.get_one(Registrant, registrant_id)
    theirs = select(Registration, Series).where(
        col(Registration.registrant_id) == registrant_id, col(Series.id) == col(Registration.series_id)
    )
    rows = session.exec(theirs.order_by(col(Registration.id))).all()
    say = translator(rows[-1][0].language if rows else "en").gettext
    known = _signers(session)
    events = own_events_of(session, house, rows, now=now)
    del known
    changed = max([owner.created_at, *(max(one.changed_at, series.changed_at) for one, series in rows)])
    return _document(Calendar(PRODID, events, name=say("My webinars"), refresh=REFRESH), changed)


def of_date(session: Session, house: House, slug: str) -> Document:
    """One date as a file to open: it can be moved later, but a file cannot follow. `NotFound` for drafts too."""
    webinar = session.exec(select(Webinar).where(col(Webinar.slug) == slug)).first()
    if webinar is None or webinar.state == WebinarState.DRAFT:
        raise NotFound(NO_WEBINAR)
    series = session.get_one(Series, webinar.series_id)
    event = public_date(session, house, series, webinar, language=series.language)
    return _document(Calendar(PRODID, (event,)), max(webinar.changed_at, series.changed_at))


def _public(session: Session, house: House, rows: Sequence[Series], now: datetime) -> tuple[Event, ...]:
    dates, known = dates_of_all(session, rows), _signers(session)
    found = (public_events(session, house, one, now=now, language=one.language, dates=dates[one.id]) for one in rows)
    events = tuple(event for some in found for event in some)
    del known
    return events


def _signers(session: Session) -> Sequence[Identity]:
    """To be held while events are written: a session forgets what nobody holds, and each series asks who signs it."""
    return session.exec(select(Identity)).all()


def _document(calendar: Calendar, changed: datetime) -> Document:
    return Document(write(calendar), changed)
