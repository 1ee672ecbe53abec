"""Rows for measuring webinars: people who registered by the thousand, and dates that older time-zone data reckoned."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert
from sqlmodel import Session, SQLModel

from publisher import clock
from publisher.house import House
from publisher.mail import identities
from publisher.mail.models import Address
from publisher.webinars import scheduling, times
from publisher.webinars import series as series_
from publisher.webinars.models import Registrant, Registration, Seat, Series, Webinar

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
FIRST = datetime(2026, 12, 3, 15, 0)  # noqa: DTZ001 - on the wall in Nairobi
STARTS = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)
AT_ONCE = 5000
LANGUAGES = ("en", "fr", "ar")
ZONES = ("Africa/Nairobi", "America/Lima", "Asia/Kathmandu")
#: Where dates are, in turn. The last keeps summer time since 2026, which older data does not know.
PLACES = (*("Africa/Nairobi", "America/New_York", "Europe/London", "Asia/Kathmandu") * 6, "America/Vancouver")
NEW_RULE = datetime(2026, 11, 1, 9, tzinfo=UTC)


def a_series(house: House, dates: int = 6) -> Series:
    """Thursdays in Nairobi, announced."""
    with house.database.session() as session:
        identities.seed(session, house.settings, now=NOW)
        shape = series_.Shape(title="Leading together", summary="Six talks for those who lead.", reminders=(60,))
        walls = times.repeated(FIRST, "weekly", dates)
        made = series_.add(
            session, house, "leading", shape, zone="Africa/Nairobi", starts=walls, single=dates == 1, now=NOW
        )
        scheduling.publish(session, house, made, now=NOW)
        return made


def registered(house: House, count: int) -> None:
    """So many registrations on a one-off, in three languages and zones."""
    made = a_series(house, dates=1)
    for start in range(1, count + 1, AT_ONCE):
        with house.database.session() as session:
            _add_people(session, made.id or 0, range(start, min(start + AT_ONCE, count + 1)))


def reckoned_by_older_data(house: House, count: int) -> int:
    """So many dates, six to a series, all marked with a version before ours. Returns how many of them ours moves."""
    with house.database.session() as session:
        identity = identities.seed(session, house.settings, now=NOW).id
        _insert(session, Series, [_series(n, identity or 0) for n in range(1, -(-count // 6) + 1)])
        found = [_date(n) for n in range(1, count + 1)]
        _insert(session, Webinar, found)
    return sum(row["starts_at"] != times.derived(datetime.fromisoformat(row["wall"]), row["zone"]) for row in found)


def _series(n: int, identity: int) -> dict[str, Any]:
    said = Series(
        slug=f"s{n}", uid=f"s{n}@hub.example", title=f"Series {n}", zone=PLACES[n % len(PLACES)], identity_id=identity,
        changed_at=NOW, created_at=NOW,
    )  # fmt: skip
    return said.model_dump() | {"id": n}


def _date(n: int) -> dict[str, Any]:
    series, place = 1 + (n - 1) // 6, 1 + (n - 1) % 6
    zone, wall = PLACES[series % len(PLACES)], FIRST + timedelta(weeks=8 * place, minutes=n % 600)
    starts = times.derived(wall, zone)
    if zone == "America/Vancouver" and starts.astimezone(clock.zone("America/Los_Angeles")).dst() == timedelta():
        starts += timedelta(hours=1)  # by the winter time that there is no more
    said = Webinar(
        series_id=series, slug=f"s{series}-{place}", number=place, state="announced", slot=times.said(wall), wall=times.said(wall),
        zone=zone, zone_data="2025.2", starts_at=starts, ends_at=starts + timedelta(hours=1), meeting_key=f"m{n}",
        changed_at=NOW, created_at=NOW,
    )  # fmt: skip
    return said.model_dump() | {"id": n}


def _add_people(session: Session, series_id: int, numbers: range) -> None:
    emails = {n: f"p{n}@people.example" for n in numbers}
    addresses = [Address(email=email, normalised=email, hash=email, created_at=NOW) for email in emails.values()]
    _insert(session, Address, [{**row.model_dump(), "id": n} for n, row in zip(numbers, addresses, strict=True)])
    owners = [Registrant(address_id=n, key=f"r{n}", created_at=NOW) for n in numbers]
    _insert(session, Registrant, [{**row.model_dump(), "id": n} for n, row in zip(numbers, owners, strict=True)])
    registrations = [
        Registration(
            series_id=series_id, registrant_id=n, key=f"k{n}", state="registered", name=f"Person {n}",
            language=LANGUAGES[n % 3], zone=ZONES[n % 3], asked_at=NOW, registered_at=NOW, changed_at=NOW,
        )
        for n in numbers
    ]  # fmt: skip
    _insert(
        session, Registration, [{**row.model_dump(), "id": n} for n, row in zip(numbers, registrations, strict=True)]
    )
    _insert(session, Seat, [Seat(registration_id=n, webinar_id=1).model_dump() for n in numbers])


def _insert(session: Session, model: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    table: Table = model.__table__  # type: ignore[attr-defined]
    for start in range(0, len(rows), AT_ONCE):
        session.execute(insert(table), rows[start : start + AT_ONCE])
