"""Governments change clocks: dates that were reckoned by older data are found, moved and told, each once.

The older data is real: the rules of tzdata 2025b for zones whose laws have changed since, as its own TZ strings.
"""

import io
import struct
import time
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from podcasts.broadcast import together
from sqlalchemy import Table, insert, update
from sqlmodel import Session, col, select
from webinars.mailing_stage import Who, reached, register
from webinars.webinar_stage import FIRST, NAIROBI, a_series, a_webinar, dates_of, on_the_shelf, the_hub

from feeds.calendar import tzif
from publisher import clock
from publisher.house import House
from publisher.webinars import audit, dates, programme, reminders, scheduling, series, times
from publisher.webinars.models import Mailing, Registrant, Series, Webinar

VANCOUVER = "America/Vancouver"
#: Zone → its rule in tzdata 2025b.
FORMERLY = {
    VANCOUVER: "PST8PDT,M3.2.0,M11.1.0",
    "America/Edmonton": "MST7MDT,M3.2.0,M11.1.0",
    "America/Winnipeg": "CST6CDT,M3.2.0,M11.1.0",
    "America/Havana": "CST5CDT,M3.2.0/0,M11.1.0/1",
    "Africa/Casablanca": "<+01>-1",
    NAIROBI: "EAT-3",
    "Asia/Kathmandu": "<+0545>-5:45",
}
OLD = "2025.2"
JANUARY = datetime(2027, 1, 14, 9)
ALICE, BOB = Who("alice@example.org"), Who("bob@example.org")


def by_older_rules(wall: datetime, zone: str) -> datetime:
    """The instant as the library of that year gave it."""
    return wall.replace(tzinfo=older_zone(zone)).astimezone(UTC)


@cache
def older_zone(name: str) -> zoneinfo.ZoneInfo:
    """A zone file of nothing but its rule (RFC 9636 §3)."""
    block = struct.pack(">4sc15x6l", b"TZif", b"2", 0, 0, 0, 0, 1, 4) + struct.pack(">lBB4s", 0, 0, 0, b"UTC\0")
    return zoneinfo.ZoneInfo.from_file(io.BytesIO(block + block + b"\n" + FORMERLY[name].encode() + b"\n"))


def age(session: Session, *webinars: Webinar, version: str = OLD) -> None:
    """These dates were set when the older data was installed."""
    for one in webinars:
        one.starts_at = by_older_rules(times.read_wall(one.wall), one.zone)
        one.ends_at = one.starts_at + timedelta(minutes=one.minutes)
        if one.rehearsal_wall:
            one.rehearsal_at = by_older_rules(times.read_wall(one.rehearsal_wall), one.zone)
        one.zone_data = version
        session.add(one)
    session.flush()


def told(session: Session) -> list[tuple[int | None, str]]:
    found = select(Mailing).where(col(Mailing.kind).in_(("update", "cancellation")), col(Mailing.state) != "cancelled")
    return [(one.webinar_id, one.data["reason"]) for one in session.exec(found.order_by(col(Mailing.id)))]


def in_vancouver(house: House, now: datetime, **more: Any) -> tuple[int, int]:
    """A webinar at 9:00 in Vancouver in January 2027, set by the rules of 2025, with alice and bob. Numbers of both rows."""
    with house.database.session() as session:
        made, one = a_webinar(session, house, now, zone=VANCOUVER, starts=JANUARY, **more)
        register(session, made, [ALICE, BOB], now)
        age(session, one)
        return made.id or 0, one.id or 0


def test_the_law_of_british_columbia(house: House, now: datetime) -> None:
    """Clocks there no longer go back in winter: 9:00 is 16:00 UTC, where 2025's data said 17:00."""
    series_id, number = in_vancouver(house, now)
    later = now + timedelta(hours=1)
    moved = audit.run(house, later)
    assert [(one.slug, one.wall, one.before.hour, one.after and one.after.hour) for one in moved] == [
        ("play", "2027-01-14T09:00", 17, 16)
    ]
    with house.database.session() as session:
        one, made = session.get_one(Webinar, number), session.get_one(Series, series_id)
        assert (one.starts_at, one.wall) == (datetime(2027, 1, 14, 16, tzinfo=UTC), "2027-01-14T09:00")
        assert one.ends_at - one.starts_at == timedelta(minutes=90)
        assert (one.zone_data, one.changed_at) == (clock.zone_data_version(), later)
        assert (made.sequence, made.changed_at) == (1, later)
        assert session.exec(select(Registrant.version)).all() == [2, 2]
        assert told(session) == [(number, "rules")]
        due = select(Mailing.due_at).where(col(Mailing.kind) == "reminder", col(Mailing.state) == "waiting")
        assert sorted(session.exec(due)) == [one.starts_at - timedelta(hours=24), one.starts_at - timedelta(hours=1)]
        assert on_the_shelf(session)["Play and care"].starts_at == one.starts_at
    assert audit.run(house, later) == []
    with house.database.reading() as session:
        assert session.get_one(Series, series_id).sequence == 1
        assert told(session) == [(number, "rules")]


def test_each_registrant_gets_one_update_and_nobody_else(house: House, now: datetime) -> None:
    in_vancouver(house, now)
    with house.database.session() as session:
        other, one = a_webinar(session, house, now, "elsewhere")
        register(session, other, [Who("carol@example.org")], now)
        age(session, one)
    audit.run(house, now)
    assert reached(house, now) == ["alice@example.org", "bob@example.org"]
    audit.run(house, now + timedelta(hours=1))
    assert reached(house, now + timedelta(hours=1)) == []


@pytest.mark.parametrize("zone", FORMERLY)
def test_every_zone_whose_law_changed_and_two_whose_did_not(house: House, now: datetime, zone: str) -> None:
    """A date each month of two years, against another reader of the present data."""
    with house.database.session() as session:
        made = a_series(session, house, now, zone=zone, first=datetime(2026, 12, 10, 9), rhythm="monthly-day", dates=24)
        age(session, *dates_of(session, made))
        expected = {
            one.slug: tzif.zone(zone).instant(times.read_wall(one.wall)).replace(tzinfo=UTC)
            for one in dates_of(session, made)
        }
        different = {one.slug for one in dates_of(session, made) if one.starts_at != expected[one.slug]}
    assert {one.slug: one.after for one in audit.run(house, now)} == {slug: expected[slug] for slug in different}
    assert bool(different) == (zone not in (NAIROBI, "Asia/Kathmandu"))
    with house.database.reading() as session:
        rows = dates_of(session, programme.by_slug(session, "leading"))
        assert {one.slug: one.starts_at for one in rows} == expected
        assert {one.zone_data for one in rows} == {clock.zone_data_version()}
        assert len(told(session)) == (1 if different else 0)


def test_many_dates_of_a_series_are_one_step_and_one_letter(house: House, now: datetime) -> None:
    with house.database.session() as session:
        made = a_series(session, house, now, zone=VANCOUVER, first=JANUARY, dates=6)
        register(session, made, [ALICE, BOB], now)
        age(session, *dates_of(session, made))
    assert len(audit.run(house, now)) == 6
    with house.database.reading() as session:
        assert programme.by_slug(session, "leading").sequence == 1
        assert told(session) == [(None, "rules")]
        assert session.exec(select(Registrant.version)).all() == [2, 2]
    assert reached(house, now) == ["alice@example.org", "bob@example.org"]


def test_reminders_stand_as_if_each_date_had_been_planned_alone(house: House, now: datetime) -> None:
    """One that went out already, one that is skipped, others that wait: planning each again finds nothing to do."""
    with house.database.session() as session:
        made = a_series(session, house, now, zone=VANCOUVER, first=JANUARY, dates=4, reminders=[2880, 1440, 60, 0])
        age(session, *dates_of(session, made))
        for one in dates_of(session, made):
            reminders.plan(session, one, now=now)
        rows = session.exec(select(Mailing).order_by(col(Mailing.id)).where(col(Mailing.state) == "waiting")).all()
        rows[0].state, rows[5].state = "out", "skipped"
        session.add_all(rows)
    audit.run(house, now)
    with house.database.session() as session:
        before = standing(session)
        assert len(before) == 16
        for one in dates_of(session, made):
            reminders.plan(session, one, now=now)
        assert standing(session) == before


def standing(session: Session) -> list[tuple[Any, ...]]:
    wanted = select(Mailing).where(col(Mailing.kind) == "reminder", col(Mailing.state) == "waiting")
    return [(one.key, one.due_at, one.expires_at) for one in session.exec(wanted.order_by(col(Mailing.key)))]


def test_looking_first_changes_nothing(house: House, now: datetime) -> None:
    _, number = in_vancouver(house, now)
    with house.database.reading() as session:
        seen = audit.preview(session, now)
    with house.database.reading() as session:
        one = session.get_one(Webinar, number)
        assert (one.zone_data, one.starts_at.hour) == (OLD, 17)
        assert told(session) == []
    assert audit.run(house, now) == seen
    with house.database.reading() as session:
        assert audit.preview(session, now) == []


def test_drafts_and_what_was_called_off_move_in_silence(house: House, now: datetime) -> None:
    with house.database.session() as session:
        draft = a_series(session, house, now, "draft", dates=1, zone=VANCOUVER, first=JANUARY, announced=False)
        made = a_series(session, house, now, dates=2, zone=VANCOUVER, first=JANUARY)
        off = dates_of(session, made)[0]
        scheduling.cancel(session, house, off, now=now)
        age(session, *dates_of(session, draft), off)
        before = told(session)
    assert {one.slug for one in audit.run(house, now)} == {"draft-1", "leading-1"}
    with house.database.reading() as session:
        assert {session.get_one(Webinar, one.id).starts_at.hour for one in dates_of(session, draft)} == {16}
        assert (programme.by_slug(session, "draft").sequence, programme.by_slug(session, "leading").sequence) == (0, 1)
        assert told(session) == before


def test_what_has_been_is_history(house: House, now: datetime) -> None:
    _, number = in_vancouver(house, now)
    assert audit.run(house, datetime(2027, 1, 14, 19, tzinfo=UTC)) == []
    with house.database.reading() as session:
        assert session.get_one(Webinar, number).zone_data == OLD


def test_a_date_that_is_later_than_was_thought_is_not_over(house: House, now: datetime) -> None:
    """Casablanca keeps GMT now: what was to begin at 8:00 UTC begins at 9:00, and at 8:30 nobody has missed it."""
    with house.database.session() as session:
        _, one = a_webinar(session, house, now, zone="Africa/Casablanca", starts=datetime(2026, 12, 10, 9))
        age(session, one)
        assert one.starts_at == datetime(2026, 12, 10, 8, tzinfo=UTC)
    moved = audit.run(house, datetime(2026, 12, 10, 8, 30, tzinfo=UTC))
    assert [one.after for one in moved] == [datetime(2026, 12, 10, 9, tzinfo=UTC)]


def test_a_zone_that_no_data_knows_is_said_and_left_alone(house: House, now: datetime) -> None:
    _, number = in_vancouver(house, now)
    with house.database.session() as session:
        made = a_series(session, house, now, dates=1)
        lost = dates_of(session, made)[0]
        lost.zone, lost.zone_data = "Atlantis/Poseidonis", OLD
        session.add(lost)
    for round_ in range(2):
        moved = {one.slug: one for one in audit.run(house, now)}
        assert moved["leading-1"].after is None
        assert "Atlantis/Poseidonis" in moved["leading-1"].problem
        assert ("play" in moved) == (round_ == 0)
    with house.database.reading() as session:
        lost = programme.webinar_by_slug(session, "leading-1")
        assert (lost.zone_data, lost.starts_at) == (OLD, datetime(2026, 12, 3, 12, tzinfo=UTC))
        assert session.get_one(Webinar, number).starts_at.hour == 16
        assert len(told(session)) == 1


def test_a_time_that_new_rules_take_away_is_moved_and_named(house: House, now: datetime) -> None:
    """Nobody can be asked at that moment: it is read by the clock before the jump, and staff are told."""
    with house.database.session() as session:
        made = a_series(session, house, now, dates=1, zone="America/New_York", first=datetime(2027, 3, 14, 1, 30))
        one = dates_of(session, made)[0]
        one.wall, one.starts_at, one.zone_data = "2027-03-14T02:30", datetime(2027, 3, 14, 6, 30, tzinfo=UTC), OLD
        session.add(one)
    (moved,) = audit.run(house, now)
    assert moved.after == datetime(2027, 3, 14, 7, 30, tzinfo=UTC)
    assert "does not exist on 14 March 2027" in moved.problem


def test_older_data_changes_nothing(house: House, now: datetime) -> None:
    """Two machines, one not yet brought up to date: dates must not be moved to and fro, nor people written to."""
    _, number = in_vancouver(house, now)
    with house.database.session() as session:
        age(session, session.get_one(Webinar, number), version="2999.10")
    assert audit.run(house, now) == []
    with house.database.reading() as session:
        assert session.get_one(Webinar, number).starts_at.hour == 17
    assert audit._number("2026.10") > audit._number("2026.9") > audit._number("2025.2") > audit._number("by hand")


def test_a_rehearsal_follows_the_rules_too(house: House, now: datetime) -> None:
    with house.database.session() as session:
        _, one = a_webinar(session, house, now, zone=VANCOUVER, starts=JANUARY)
        dates.rehearsal(session, house, one, datetime(2027, 1, 12, 9), now=now)
        age(session, one)
        assert one.rehearsal_at == datetime(2027, 1, 12, 17, tzinfo=UTC)
    audit.run(house, now)
    with house.database.reading() as session:
        one = programme.webinar_by_slug(session, "play")
        assert (one.rehearsal_at, one.rehearsal_sequence) == (datetime(2027, 1, 12, 16, tzinfo=UTC), 1)


def test_somebody_moves_the_date_at_this_moment(house: House, now: datetime) -> None:
    """Whoever is first: at the end it stands where it was moved to, by present data."""
    in_vancouver(house, now)

    def move() -> None:
        with house.database.session() as session:
            one = programme.webinar_by_slug(session, "play")
            scheduling.reschedule(session, house, one, starts=JANUARY + timedelta(days=1), now=now)

    answers = together(move, lambda: audit.run(house, now), lambda: audit.run(house, now))
    assert answers[0] is None
    with house.database.reading() as session:
        one = programme.webinar_by_slug(session, "play")
        assert (one.wall, one.starts_at) == ("2027-01-15T09:00", datetime(2027, 1, 15, 16, tzinfo=UTC))
        assert len(told(session)) == 1
    assert reached(house, now) == ["alice@example.org", "bob@example.org"]


def test_a_series_in_trouble_keeps_no_other_from_being_right(house: House, now: datetime) -> None:
    """And nothing of it is half done: the next run tries again."""
    with house.database.session() as session:
        for slug in ("one", "two", "three"):
            made = a_series(session, house, now, slug, dates=2, zone=VANCOUVER, first=JANUARY, title=f"About {slug}")
            age(session, *dates_of(session, made))
        session.execute(update(_table(Series)).where(col(Series.slug) == "two").values(reminders=["broken"]))
    audit.run(house, now)
    with house.database.reading() as session:
        hours = {one.slug: one.starts_at.hour for _, one in programme.every(session)}
        assert hours == {"one-1": 16, "one-2": 16, "two-1": 17, "two-2": 17, "three-1": 16, "three-2": 16}
        assert {one.slug: one.sequence for one in programme.all_of(session)} == {"one": 1, "two": 0, "three": 1}
    with house.database.session() as session:
        session.execute(update(_table(Series)).values(reminders=[60]))
    assert [one.slug for one in audit.run(house, now)] == ["two-1", "two-2"]


def test_what_this_machine_has_says_the_same(house: House, now: datetime) -> None:
    """The system's own copy is often an older one: every zone in which it differs is found, and no other."""
    folder = Path("/usr/share/zoneinfo")
    if not (folder / "Africa/Nairobi").is_file():
        pytest.skip("this machine has no time-zone data of its own to compare with")
    expected, rows = set(), []
    with house.database.session() as session:
        made = a_series(session, house, now, dates=1)
        date = dates_of(session, made)[0].model_dump(exclude={"id"}) | {"zone_data": OLD}
        for number, name in enumerate(one for one in clock.zone_names() if (folder / one).is_file()):
            with (folder / name).open("rb") as file:
                at = JANUARY.replace(tzinfo=zoneinfo.ZoneInfo.from_file(file)).astimezone(UTC)
            if at != times.derived(JANUARY, name):
                expected.add(name)
            slot = times.said(JANUARY + timedelta(minutes=number))
            stands = {"wall": times.said(JANUARY), "slot": slot, "zone": name, "starts_at": at, "ends_at": at + timedelta(hours=1)}  # fmt: skip
            rows.append(date | stands | {"slug": f"date-{number}", "meeting_key": f"key-{number}"})
        session.execute(insert(_table(Webinar)), rows)
    assert {one.zone for one in audit.run(house, now)} == expected


@pytest.mark.parametrize(("changing", "seconds"), [(0, 2), (1_000, 10)])
def test_ten_thousand_dates(house: House, now: datetime, changing: int, seconds: float) -> None:
    """A hub of 10,000 dates to come, all set by older data, of which none or a tenth are elsewhere by the present one."""
    with house.database.session() as session:
        the_hub(session, now)
        ten_thousand(session, house, now, changing)
    begin = time.process_time()  # of this process: the machine may be busy with others
    assert len(audit.run(house, now)) == changing
    middle = time.process_time()
    assert middle - begin < seconds
    assert audit.run(house, now) == []
    assert time.process_time() - middle < 0.2  # one cheap question
    with house.database.reading() as session:
        assert len(told(session)) == changing // 10


def ten_thousand(session: Session, house: House, now: datetime, changing: int) -> None:
    """A thousand announced series of ten dates, as rows; `changing` of the dates in Vancouver in winter, the others in Nairobi."""
    model = a_series(session, house, now, dates=1, announced=False)
    columns = model.model_dump(exclude={"id", "slug", "uid"})
    rows = [{**columns, "slug": f"s{n}", "uid": f"u{n}@hub.example.org"} for n in range(1000)]
    session.execute(insert(_table(Series)), rows)
    date = dates_of(session, model)[0].model_dump(exclude={"id"}) | {"state": "announced", "zone_data": OLD}
    series.remove(session, model)
    session.execute(insert(_table(Webinar)), list(_dates(session, date, changing)))


def _dates(session: Session, date: dict[str, Any], changing: int) -> Iterator[dict[str, Any]]:
    for place, one in enumerate(programme.all_of(session)):
        zone = VANCOUVER if place * 10 < changing else NAIROBI
        for number in range(10):
            wall = JANUARY + timedelta(days=number)
            at, key = by_older_rules(wall, zone), f"{one.slug}-{number}"
            stands = {"wall": times.said(wall), "slot": times.said(wall), "zone": zone, "starts_at": at}
            yield (
                date
                | stands
                | {"series_id": one.id, "slug": key, "meeting_key": key, "ends_at": at + timedelta(hours=1)}
            )


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


def test_the_stage_is_right(session: Session, house: House, now: datetime) -> None:
    """The rules of 2025 are what they were: eight hours behind in a Vancouver winter."""
    assert by_older_rules(JANUARY, VANCOUVER) == datetime(2027, 1, 14, 17, tzinfo=UTC)
    assert by_older_rules(datetime(2027, 7, 14, 9), VANCOUVER) == datetime(2027, 7, 14, 16, tzinfo=UTC)
    assert by_older_rules(FIRST, NAIROBI) == datetime(2026, 12, 3, 12, tzinfo=UTC)
