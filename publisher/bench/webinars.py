"""Webinars by the ten thousand: reminders planned, a calendar polled, dates reckoned anew; each beside the plain way, which is a
row at a time, or a calendar written for whoever asks. Both sides in one run."""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select
from starlette.types import ASGIApp

from publisher import clock
from publisher.bench import webinar_rows as rows
from publisher.bench.asking import ask
from publisher.database import Database
from publisher.house import House, open_house
from publisher.mail.models import Letter, Outbox
from publisher.mail.outbox import keep_edition
from publisher.settings import Settings
from publisher.webinars import audit, calendar_writing, letters, mailings, reminders, scheduling, times
from publisher.webinars.models import Mailing, Registration, Series, Webinar

NOW = rows.NOW
PLAIN = 100
"""How many the plain way is given; its time is for each."""
_SEED = 4


def measure(migrate: Callable[[Database], None], app_of: Callable[..., ASGIApp], count: int = 10_000) -> dict[str, Any]:
    """`reminders_seconds`: planning one for so many registrants in three languages and zones (goal: 5). `polls`: a day of so many
    subscribers, one poll of each, with one date moved that day; `not_modified`: the share answered 304 (goal: 0.95), at
    `not_modified_ms` of CPU (goal: 1). `audit_seconds`: so many dates reckoned anew, of which some move (goal: 10).
    Each `_ratio`: our time by that of the plain way.
    """
    return _reminders(migrate, count) | _feed(migrate, app_of, count) | _audit(migrate, count)


def _reminders(migrate: Callable[[Database], None], count: int) -> dict[str, Any]:
    with _house(migrate) as house:
        rows.registered(house, count)
        due = rows.STARTS - timedelta(hours=1)
        began = time.perf_counter()
        planned = mailings.plan_due(house, due)
        seconds = time.perf_counter() - began
        with house.database.session() as session:
            if planned != 1 or len(session.exec(select(Outbox.id)).all()) != count:
                raise RuntimeError("not everybody has a reminder")
            plain = _plainly_reminded(session, house, due)
    return {
        "registrants": count,
        "reminders_seconds": round(seconds, 2),
        "reminders_plain_ms_each": round(plain * 1000, 2),
        "reminders_ratio": round(seconds / count / plain, 4),
    }


def _plainly_reminded(session: Session, house: House, now: datetime) -> float:
    """Seconds for each: the letter made and a row added for one person after the other."""
    mailing = session.exec(select(Mailing).where(col(Mailing.state) == "out")).one()
    series, webinar = session.get_one(Series, mailing.series_id), session.get_one(Webinar, mailing.webinar_id)
    letter = Letter(key="plain", kind="webinar-reminder", title="", identity_id=series.identity_id, created_at=now)
    session.add(letter)
    session.flush()
    people = session.exec(select(Registration).limit(PLAIN)).all()
    began = time.perf_counter()
    for person in people:
        data = letters.compile_for(
            session, house, "reminder", series, webinar, person.language, now=now, data={"minutes": 60}
        ).to_bytes()
        edition = keep_edition(session, letter.id or 0, person.language, f"plain for {person.id}", data)
        row = Outbox(letter_id=letter.id or 0, address_id=person.registrant_id, edition_id=edition, subject=person.key,
                     zone=person.zone, to_name=person.name, not_before=now, created_at=now)  # fmt: skip
        session.add(row)
        session.flush()
    return (time.perf_counter() - began) / len(people)


def _feed(migrate: Callable[[Database], None], app_of: Callable[..., ASGIApp], count: int) -> dict[str, Any]:
    """Everybody asks once an hour; of each subscriber one poll is looked at, at some moment of the day. At noon a date moves, so
    that whoever asks within an hour after it has something else than what there is."""
    chance = random.Random(_SEED)  # noqa: S311 - a simulation
    moments = [chance.uniform(0, 24) for _ in range(count)]
    until_noon, after_noon = sum(at < 12 for at in moments), sum(12 <= at < 13 for at in moments)
    with _house(migrate) as house:
        series = rows.a_series(house)
        path, app = f"/webinars/series/{series.slug}/calendar.ics", app_of(house, wall=lambda: NOW)
        known = ask(app, path).head["etag"]
        morning = ask(app, path, _having(known), until_noon)
        _move_a_date(house)
        noon = ask(app, path, _having(known), after_noon)
        known = ask(app, path).head["etag"]
        rest = ask(app, path, _having(known), count - until_noon - after_noon)
        plain = _plainly_written(house, series)
    polls = (morning, noon, rest)
    not_modified = sum(one.statuses[304] for one in polls)
    each = (morning.cpu_ms + rest.cpu_ms) / (count - after_noon)
    return {
        "polls": count,
        "not_modified": round(not_modified / count, 4),
        "not_modified_ms": round(each, 3),
        "written_each_time_ms": round(plain, 3),
        "not_modified_ratio": round(each / plain, 4),
    }


def _having(tag: str) -> list[tuple[bytes, bytes]]:
    return [(b"accept-encoding", b"gzip"), (b"if-none-match", tag.encode())]


def _move_a_date(house: House) -> None:
    with house.database.session() as session:
        webinar = session.exec(select(Webinar).order_by(col(Webinar.id))).first()
        assert webinar is not None
        wall = datetime.fromisoformat(webinar.wall) + timedelta(hours=1)
        scheduling.reschedule(session, house, webinar, starts=wall, now=NOW)


def _plainly_written(house: House, series: Series) -> float:
    """CPU milliseconds for each: the calendar written, and its tag compared."""
    began = time.process_time()
    for _ in range(PLAIN):
        with house.database.reading() as session:
            calendar_writing.of_series(session, house, series.id or 0, now=NOW).etag  # noqa: B018 - made when it is asked for
    return (time.process_time() - began) * 1000 / PLAIN


def _audit(migrate: Callable[[Database], None], count: int) -> dict[str, Any]:
    with _house(migrate) as house:
        wrong = rows.reckoned_by_older_data(house, count)
        plain = _plainly_reckoned(house)
        began = time.perf_counter()
        moved = audit.run(house, NOW)
        seconds = time.perf_counter() - began
        if len(moved) != wrong:
            raise RuntimeError(f"{len(moved)} dates were found to move, and {wrong} do")
        began = time.perf_counter()
        if audit.run(house, NOW):
            raise RuntimeError("dates move twice")
        nothing = time.perf_counter() - began
    return {
        "dates": count,
        "dates_moved": wrong,
        "audit_seconds": round(seconds, 2),
        "audit_again_ms": round(nothing * 1000, 2),
        "audit_plain_ms_each": round(plain * 1000, 3),
        "audit_ratio": round(seconds / count / plain, 4),
    }


def _plainly_reckoned(house: House) -> float:
    """Seconds for each: one date after the other, with all that follows for it, and nothing kept."""
    with Session(house.database.engine) as session:
        numbers = session.exec(select(Webinar.id).order_by(col(Webinar.id)).limit(PLAIN * 3)).all()
        began = time.perf_counter()
        for number in numbers:
            webinar = session.get_one(Webinar, number, populate_existing=True)
            webinar.starts_at = times.derived(times.read_wall(webinar.wall), webinar.zone)
            webinar.ends_at = webinar.starts_at + timedelta(minutes=webinar.minutes)
            webinar.zone_data = clock.zone_data_version()
            session.add(webinar)
            session.flush()
            reminders.plan(session, webinar, now=NOW)
        seconds = time.perf_counter() - began
        session.rollback()
    return seconds / len(numbers)


@contextmanager
def _house(migrate: Callable[[Database], None]) -> Iterator[House]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data_dir=Path(folder),
            database_url=f"sqlite:///{Path(folder) / 'bench.db'}",
            public_url="https://hub.example",
            secret_key="bench",  # noqa: S106
        )
        house = open_house(settings)
        migrate(house.database)
        yield house
        house.close()
