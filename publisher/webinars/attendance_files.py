"""Taking a list of who was there from another service, and finding out whose seats it is about.

By address first, then by a name that only one of the registered has. The same file twice changes nothing: each visit has a key
that it gets again. Times are read by clocks of the webinar's zone, or of UTC where only that fits the webinar's time; where
neither does, the lengths alone are taken, and it is said.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from publisher.errors import BadInput
from publisher.house import House
from publisher.languages import folded
from publisher.mail import addresses
from publisher.mail.models import Address
from publisher.webinars import attendance, presences
from publisher.webinars.attendance_clocks import Clocks
from publisher.webinars.attendance_reading import Entry, read
from publisher.webinars.models import Registrant, Registration, Seat, Speaker, Webinar
from publisher.webinars.presences import FILE

MOST_WRONG = 200
_NO_LENGTHS = "This list does not say how long people were there: who is on it counts as there for the whole time."
Row = dict[str, Any]


@dataclass(frozen=True)
class Wrong:
    """A row that could not be used."""

    row: int
    who: str
    reason: str


@dataclass(frozen=True)
class Taken:
    """What came of a list, in rows: `rows` is the sum of the others. `unmatched`: people who are not registered for this date;
    `skipped`: who was not there, or speaks. `notes`: sentences about how it was read."""

    format: str
    rows: int
    matched: int
    unmatched: int
    skipped: int
    errors: tuple[Wrong, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class _People:
    """Who is registered for the date, and who speaks."""

    by_email: dict[str, int]
    by_name: dict[str, set[int]]
    speakers: set[str]


def take(
    session: Session, house: House, webinar: Webinar, data: bytes, name: str, *, now: datetime, zone: str = ""
) -> Taken:
    """Take a list in and settle who attended. `zone`: where its clocks stand, the webinar's unless it is said; `name`: of the file.
    `BadInput` with a sentence where it is no such list."""
    listed = read(data)
    clocks = Clocks(listed.entries, webinar, zone or webinar.zone)
    people = _people(session, webinar)
    counts: Counter[str] = Counter()
    wrong = [Wrong(number, "", reason) for number, reason in listed.broken]
    rows: list[Row] = []
    has_lengths = any(entry.seconds is not None or entry.came is not None for entry in listed.entries)
    for entry in listed.entries:
        outcome = _placed(entry, people)
        reason = "" if outcome == "skipped" else _why_not(entry, clocks, outcome, has_lengths=has_lengths)
        if reason:
            wrong.append(Wrong(entry.row, entry.who[:100], reason))
        elif isinstance(outcome, str):
            counts["skipped"] += 1
        else:
            counts["matched" if outcome else "unmatched"] += 1
            rows.append(_row(house, webinar, entry, clocks, outcome or None, whole=not has_lengths))
    presences.put(session, _numbered(rows))
    attendance.settle(session, webinar, now)
    total = counts.total() + len(wrong)
    notes = tuple(note for note in (clocks.note, "" if has_lengths else _NO_LENGTHS) if note)
    return Taken(
        listed.format,
        total,
        counts["matched"],
        counts["unmatched"],
        counts["skipped"],
        tuple(wrong[:MOST_WRONG]),
        notes,
    )


def _placed(entry: Entry, people: _People) -> int | str:
    """The registration a row is about; 0 for nobody we know; `skipped`, or `several` that it may be about."""
    email = _normal(entry.email)
    names = [folded(name) for name in entry.names]
    if entry.absent or entry.is_host or email in people.speakers:
        return "skipped"
    if email in people.by_email:
        return people.by_email[email]
    if not email and any(name in people.speakers for name in names):
        return "skipped"
    for name in names:
        found = people.by_name.get(name, set())
        if len(found) == 1 and (not email or " " in name):  # an address that is not theirs, and a first name: anybody's
            return next(iter(found))
        if len(found) > 1 and not email:
            return "several"
    return 0


def _why_not(entry: Entry, clocks: Clocks, outcome: int | str, *, has_lengths: bool) -> str:
    """Why a row cannot be used; nothing where it can."""
    if not entry.who:
        return "This row names nobody."
    if outcome == "several":
        return f"Several people who registered are called {entry.names[0][:60]}. Give the list their addresses."
    if entry.odd:
        return f"“{entry.odd}” is neither a time nor a length that can be read."
    span = clocks.span(entry, clocks.zone or UTC)
    if span is not None and span[1] < span[0]:
        return "They leave before they come."
    if has_lengths and span is None and entry.seconds is None:
        return "This row does not say how long they were there."
    if (entry.seconds or 0) > 86_400 * 3 or (span and span[1] - span[0] > timedelta(days=3)):
        return "That is longer than any webinar."
    return ""


def _row(house: House, webinar: Webinar, entry: Entry, clocks: Clocks, registration: int | None, *, whole: bool) -> Row:
    """A presence. `key` is completed in `_numbered`."""
    person = _normal(entry.email) or folded(entry.names[0])
    row: Row = {
        "webinar_id": webinar.id,
        "source": FILE,
        "key": house.tokens.keyed_hash("attendance", str(registration or person)),
        "registration_id": registration,
        "name": "" if registration else entry.names[0] if entry.names else "",
        "email": "" if registration else entry.email,
        "came_at": None,
        "left_at": None,
        "minutes": None,
    }
    span = clocks.span(entry, clocks.zone or UTC)
    if span is not None and clocks.zone is not None and not (entry.is_span and entry.seconds is not None):
        return row | {"came_at": span[0], "left_at": span[1]}
    length = entry.seconds if entry.seconds is not None else (span[1] - span[0]).total_seconds() if span else 0
    return row | {"minutes": webinar.minutes if whole else int(length / 60 + 0.5)}


def _numbered(rows: Iterable[Row]) -> list[Row]:
    """Each with a key that it has again in the next copy of the list: a visit by its beginning, a length by its place."""
    found: dict[str, Row] = {}
    places: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        person, came = row["key"], row["came_at"]
        if came is None:
            places[person] += 1
        key = f"{person}:{came.isoformat() if came else places[person]}"
        other = found.get(key)
        if other is not None and other["left_at"] and other["left_at"] > row["left_at"]:
            continue
        found[key] = row | {"key": key}
    return list(found.values())


def _people(session: Session, webinar: Webinar) -> _People:
    which = (
        select(Registration.id, Registration.name, Address.normalised)
        .join(Seat, col(Seat.registration_id) == col(Registration.id))
        .join(Registrant, col(Registrant.id) == col(Registration.registrant_id))
        .join(Address, col(Address.id) == col(Registrant.address_id))
        .where(col(Seat.webinar_id) == webinar.id)
    )
    people = _People({}, defaultdict(set), set())
    for number, name, email in session.exec(which):
        people.by_email[email] = number or 0
        if name:
            people.by_name[folded(name)].add(number or 0)
    here = col(Speaker.webinar_id).is_(None) | (col(Speaker.webinar_id) == webinar.id)
    speakers = select(Speaker.name, Address.normalised).outerjoin(Address, col(Address.id) == col(Speaker.address_id))
    for name, email in session.exec(speakers.where(col(Speaker.series_id) == webinar.series_id, here)):
        people.speakers |= {folded(name), *([email] if email else [])}
    return people


def _normal(email: str) -> str:
    """As `addresses.normalise` writes it; thousands of rows need no grammar where there is nothing but ASCII."""
    if email.isascii():
        return email.strip().casefold()
    try:
        return addresses.normalise(email)
    except BadInput:
        return email.strip().casefold()
