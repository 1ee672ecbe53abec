"""Calendars that programs poll: of everybody, of a series, of a cohort, of one person; and one date as a file (RFC 7986).

A poller costs one or two small queries: while the rows they ask for are what they were, the same entity tag is given again, and
bytes only to who has not got them. Tags are of the bytes, so that every process gives the same; windows move at midnight UTC.
No METHOD: DTSTAMP is when a date was last changed (RFC 5545 §3.8.7.2), and so the bytes stay what they are.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, select
from sqlmodel import Session

from publisher.audience.models import MailingList
from publisher.errors import NotFound
from publisher.house import House
from publisher.languages import N_
from publisher.mail.models import Identity
from publisher.tokens import Purpose
from publisher.webinars import calendar_writing as writing
from publisher.webinars.calendar_writing import NO_WEBINAR, Document
from publisher.webinars.models import CohortCalendar, Registrant, Series, Webinar, WebinarState

GIVEN_ANEW = N_("This calendar has another address now. Whoever sent you this one can give you the new one.")
MOST_OCTETS = 24_000_000
#: Tags that are remembered; one takes some three hundred octets.
MOST_TAGS = 50_000

_SERIES: Table = Series.__table__  # type: ignore[attr-defined]
_WEBINAR: Table = Webinar.__table__  # type: ignore[attr-defined]
_REGISTRANT: Table = Registrant.__table__  # type: ignore[attr-defined]
_COHORT: Table = CohortCalendar.__table__  # type: ignore[attr-defined]
_LIST: Table = MailingList.__table__  # type: ignore[attr-defined]
_IDENTITY: Table = Identity.__table__  # type: ignore[attr-defined]

Key = tuple[str, Any]
#: All that the bytes of a calendar follow from, as far as it can change while this process lives.
State = tuple[object, ...]


@dataclass(frozen=True)
class Answer:
    """What a poller is told: `tag` and `changed` at once, the `document` where it is asked for."""

    tag: str
    changed: datetime
    document: Callable[[], Document]


class Calendars:
    """The calendars of a hub, one per process. Threads may share it."""

    def __init__(self, most_octets: int = MOST_OCTETS, most_tags: int = MOST_TAGS) -> None:
        self._lock = threading.Lock()
        self._writing: dict[Key, threading.Lock] = {}
        self._tags: OrderedDict[Key, tuple[State, str, datetime]] = OrderedDict()
        self._documents: OrderedDict[Key, Document] = OrderedDict()
        self._most_octets, self._most_tags, self._octets = most_octets, most_tags, 0

    def of_everybody(self, house: House, *, now: datetime) -> Answer:
        """All that anybody may find."""
        with house.database.looking() as database:
            state = (*_all_series(database), *_signed(database, now))
        return self._answer(
            ("all", ""), state, lambda: _written(house, lambda s: writing.of_everybody(s, house, now=now))
        )

    def of_series(self, house: House, slug: str, *, now: datetime) -> Answer:
        """One series, for whoever has its address; `NotFound` before anything of it was announced. Empty when it is over."""
        row = _asked(house, _ONE, slug, NO_WEBINAR)
        state = (*row, now.date())
        return self._answer(
            ("series", row.id), state, lambda: _written(house, lambda s: writing.of_series(s, house, row.id, now=now))
        )

    def of_cohort(self, house: House, token: str, *, now: datetime) -> Answer:
        """All series of a cohort. `BadToken`, or `NotFound` where the address was given anew."""
        row = _asked(house, _OF_COHORT, house.tokens.open(Purpose.COHORT, token, now=now), GIVEN_ANEW)
        with house.database.looking() as database:
            state = (*row, *_all_series(database), *_signed(database, now))
        return self._answer(
            ("cohort", row.list_id),
            state,
            lambda: _written(house, lambda s: writing.of_cohort(s, house, row.list_id, now=now)),
        )

    def of_person(self, house: House, token: str, *, now: datetime) -> Answer:
        """Everything that somebody registered for, with their own ways in. The same errors."""
        row = _asked(house, _OF_PERSON, house.tokens.open(Purpose.CALENDAR, token, now=now), GIVEN_ANEW)
        with house.database.looking() as database:
            state = (*row, *_signed(database, now))
        return self._answer(
            ("person", row.id), state, lambda: _written(house, lambda s: writing.of_person(s, house, row.id, now=now))
        )

    def _answer(self, key: Key, state: State, write: Callable[[], Document]) -> Answer:
        with self._lock:
            known = self._tags.get(key)
        if known is not None and known[0] == state:
            return Answer(known[1], known[2], lambda: self._document(key, state, write))
        document = self._document(key, state, write)
        return Answer(document.etag, document.changed, lambda: document)

    def _document(self, key: Key, state: State, write: Callable[[], Document]) -> Document:
        """Written once for all who ask at the same time."""
        with self._lock:
            if (found := self._remembered(key, state)) is not None:
                return found
            lock = self._writing.setdefault(key, threading.Lock())
        with lock:
            with self._lock:
                if (found := self._remembered(key, state)) is not None:
                    return found
            document = write()
            with self._lock:
                self._remember(key, state, document)
                self._writing.pop(key, None)
        return document

    def _remembered(self, key: Key, state: State) -> Document | None:
        known = self._tags.get(key)
        if known is None or known[0] != state or key not in self._documents:
            return None
        self._documents.move_to_end(key)
        return self._documents[key]

    def _remember(self, key: Key, state: State, document: Document) -> None:
        if before := self._documents.pop(key, None):
            self._octets -= len(before.body)
        self._tags.pop(key, None)
        self._tags[key] = (state, document.etag, document.changed)
        self._documents[key] = document
        self._octets += len(document.body)
        while self._octets > self._most_octets and len(self._documents) > 1:
            _, oldest = self._documents.popitem(last=False)
            self._octets -= len(oldest.body)
        while len(self._tags) > self._most_tags:
            gone, _ = self._tags.popitem(last=False)
            if left := self._documents.pop(gone, None):
                self._octets -= len(left.body)


def _asked(house: House, question: Any, key: str, none: str) -> Row[Any]:
    with house.database.looking() as database:
        row = database.execute(question, {"key": key}).first()
    if row is None:
        raise NotFound(none)
    return row


def _written(house: House, write: Callable[[Session], Document]) -> Document:
    """From rows that are read after the state was: newer ones are written once more at the next poll, older ones never kept."""
    with house.database.reading() as session:
        return write(session)


def _all_series(database: Connection) -> Iterable[object]:
    """Every series, since one that is listed no more changes the calendar of everybody too; each by itself, since of two changes
    the earlier may be committed last."""
    return [tuple(row) for row in database.execute(_ALL)]


def _signed(database: Connection, now: datetime) -> Iterable[object]:
    """Who invites, and the day."""
    return (*(tuple(row) for row in database.execute(_WHO)), now.date())


_CHANGES = (_SERIES.c.id, _SERIES.c.changed_at, _SERIES.c.sequence)
_NAMES = (_IDENTITY.c.id, _IDENTITY.c.name, _IDENTITY.c.from_name, _IDENTITY.c.from_address)
_ALL = select(*_CHANGES).order_by(_SERIES.c.id)
_ONE = select(*_CHANGES, *_NAMES[1:]).where(
    _SERIES.c.slug == bindparam("key"),
    _IDENTITY.c.id == _SERIES.c.identity_id,
    select(_WEBINAR.c.id).where(_WEBINAR.c.series_id == _SERIES.c.id, _WEBINAR.c.state != WebinarState.DRAFT).exists(),
)
_OF_COHORT = select(_COHORT.c.list_id, _COHORT.c.key, _LIST.c.name).where(
    _COHORT.c.key == bindparam("key"), _LIST.c.id == _COHORT.c.list_id
)
_OF_PERSON = select(_REGISTRANT.c.id, _REGISTRANT.c.key, _REGISTRANT.c.version).where(
    _REGISTRANT.c.key == bindparam("key")
)
_WHO = select(*_NAMES).order_by(_IDENTITY.c.id)
