"""Attendance: minutes by comings and goings, against a simulation that counts second by second; and what “attended” means."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select
from webinars.gathering import a_date, a_series, a_speaker, seat_of, somebody

from publisher.webinars import attendance
from publisher.webinars.models import Presence, Registration, Seat, Webinar
from publisher.webinars.rooms import events
from publisher.webinars.visits import Step, Visit, minutes_of, seconds_of, visits_of

DAY = datetime(2026, 12, 3, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
BEGINS, ENDS = 200, 800  # seconds of a small day

spans = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), max_size=12)
steps = st.lists(st.tuples(st.sampled_from(["joined", "left", "ended"]), st.integers(0, 60)), max_size=14)


def at(seconds: float) -> datetime:
    return DAY + seconds * SECOND


# Values.


@given(spans)
def test_overlapping_visits_count_each_second_once(found: list[tuple[int, int]]) -> None:
    there = {second for came, left in found for second in range(came, left) if BEGINS <= second < ENDS}
    said = [(at(came), at(left)) for came, left in found]
    assert seconds_of(said, at(BEGINS), at(ENDS)) == len(there)
    assert minutes_of(said, at(BEGINS), at(ENDS)) == int(len(there) / 60 + 0.5)


@given(steps, st.randoms())
def test_visits_are_what_a_clerk_at_the_door_would_write(said: list[tuple[str, int]], chance: object) -> None:
    """Instants apart from each other: second by second, is somebody there? The order in which it is told does not matter."""
    by_time = {when: kind for kind, when in said}
    inside, seconds = False, set()
    for second in range(61):
        inside = {"joined": True, "left": False, "ended": False}.get(by_time.get(second, ""), inside)
        if inside:
            seconds.add(second)
    told = [Step(kind, at(when)) for when, kind in by_time.items()]
    chance.shuffle(told)  # type: ignore[attr-defined]
    visits = visits_of(told)
    assert {s for v in visits for s in range(61) if v.came <= at(s) and (v.left is None or at(s) < v.left)} == seconds
    assert [v.left is None for v in visits].count(True) == inside


@given(steps)
def test_whatever_is_told_visits_follow_each_other(said: list[tuple[str, int]]) -> None:
    visits = visits_of([Step(kind, at(when)) for kind, when in said])
    edges = [edge for visit in visits for edge in (visit.came, visit.left or at(9999))]
    assert edges == sorted(edges)


def test_loading_the_page_again_is_still_being_there() -> None:
    told = [Step("joined", at(0)), Step("left", at(10)), Step("joined", at(10)), Step("left", at(30))]
    assert visits_of(told) == [Visit(at(0), at(30))]
    assert visits_of([Step("joined", at(5)), Step("left", at(5))]) == [Visit(at(5), at(5))]
    assert visits_of([Step("joined", at(0)), Step("ended", at(9)), Step("joined", at(9))]) == [Visit(at(0), at(9))]
    assert visits_of([Step("left", at(3))]) == []


# Rows.


def a_presence(session: Session, webinar: Webinar, who: Registration | None, key: str, **values: object) -> None:
    number = who.id if who else None
    session.add(
        Presence(**({"webinar_id": webinar.id, "registration_id": number, "source": "file", "key": key} | values))
    )
    session.flush()


def test_two_hundred_messy_sessions_are_right_to_the_minute(session: Session, now: datetime) -> None:
    """People who come twice at once, load the page again, lose their line, are renamed, and events that come late or twice."""
    import random

    chance = random.Random(4)
    series = a_series(session, now)
    webinar = a_date(session, series, now)
    truth: dict[int, int] = {}
    told: list[tuple[str, str, str, str, float]] = []
    for number in range(200):
        who = somebody(session, series, f"p{number}@example.org", now, webinar)
        there = set()
        for device in range(chance.choice([1, 1, 1, 2, 3])):
            user = f"w_{number}_{device}"
            clock = chance.randrange(-900, 1800)
            while clock < 3600:
                stays = chance.randrange(1, 2400)
                name = chance.choice(["Ann", "Ann O.", "iPhone"])
                told.append(("joined", user, who.key, name, clock))
                if chance.random() < 0.1:
                    told.append(("joined", user, who.key, name, clock + stays / 2))
                if clock + stays < 3600 or chance.random() < 0.5:
                    told.append(("left", user, who.key, name, clock + stays))
                there |= set(range(max(clock, 0), min(clock + stays, 3600)))
                clock += stays + chance.choice([0, 1, 30, 700])
        truth[who.id or 0] = len(there)
    chance.shuffle(told)
    for n, (kind, user, who_key, name, clock) in enumerate(told + told[:50]):
        moment = now + clock * SECOND
        events.store(session, webinar, kind, key=f"{kind}:{user}:{clock}", at=moment, now=now + timedelta(hours=1), who=who_key, name=name, user=user)  # fmt: skip
        assert n >= 0
    events.store(session, webinar, "ended", key="ended", at=now + timedelta(hours=1), now=now + timedelta(hours=1))
    attendance.settle(session, webinar, now + timedelta(hours=2))
    seats = session.exec(select(Seat).where(col(Seat.webinar_id) == webinar.id)).all()
    assert len(seats) == 200
    wrong = {seat.registration_id: (seat.minutes, truth[seat.registration_id] / 60) for seat in seats if abs((seat.minutes or 0) - truth[seat.registration_id] / 60) > 1}  # fmt: skip
    assert wrong == {}
    assert {seat.attended for seat in seats} <= {"yes", "no"}
    assert attendance.settle(session, webinar, now + timedelta(hours=3)) == 0


@pytest.mark.parametrize(
    ("share", "planned", "ended", "there", "attended"),
    [(75, 60, 60, 45, "yes"), (75, 60, 60, 44, "no"), (85, 60, 60, 51, "yes"), (75, 60, 30, 23, "yes"),  # it was shorter than planned
     (75, 60, 30, 22, "no"), (75, 60, 300, 45, "yes"), (75, 60, 300, 250, "yes"), (100, 60, 60, 60, "yes"), (100, 60, 60, 59, "no"), (0, 60, 60, 1, "yes"), (0, 60, 60, 0, "no")],
)  # fmt: skip
def test_what_attended_takes(
    session: Session, now: datetime, share: int, planned: int, ended: int, there: int, attended: str
) -> None:
    series = a_series(session, now, attended_share=share)
    webinar = a_date(session, series, now, planned, ended_at=now + ended * MINUTE)
    who = somebody(session, series, "ann@example.org", now, webinar)
    a_presence(session, webinar, who, "1", came_at=now - 10 * MINUTE, left_at=now + there * MINUTE)
    attendance.settle(session, webinar, now + timedelta(days=1))
    seat = seat_of(session, who, webinar)
    assert (seat.attended, seat.minutes) == (attended, there)


def test_what_began_late_counts_from_then(session: Session, now: datetime) -> None:
    series = a_series(session, now)
    webinar = a_date(session, series, now, began_at=now + 10 * MINUTE, ended_at=now + 50 * MINUTE)
    who = somebody(session, series, "ann@example.org", now, webinar)
    a_presence(session, webinar, who, "1", came_at=now, left_at=now + 40 * MINUTE)
    attendance.settle(session, webinar, now + timedelta(days=1))
    seat = seat_of(session, who, webinar)
    assert (seat.attended, seat.minutes) == ("yes", 30)


def test_what_is_known_of_whom(session: Session, now: datetime) -> None:
    """Ann was seen, Bob pressed the button, Carol did neither; nothing is said of anybody before the end."""
    series = a_series(session, now)
    webinar = a_date(session, series, now)
    ann, bob, carol = (
        somebody(session, series, f"{name}@example.org", now, webinar) for name in ("ann", "bob", "carol")
    )
    seat_of(session, bob, webinar).pressed_at = now
    assert attendance.settle(session, webinar, now + timedelta(hours=2)) == 1
    said = [seat_of(session, who, webinar).attended for who in (ann, bob, carol)]
    assert said == ["", "probable", ""]  # an address that tells nothing
    a_presence(session, webinar, ann, "1", came_at=now, left_at=now + 30 * MINUTE)
    attendance.settle(session, webinar, now + 59 * MINUTE)
    assert [seat_of(session, who, webinar).attended for who in (ann, bob, carol)] == ["", "probable", ""]
    attendance.settle(session, webinar, now + 60 * MINUTE)
    assert [seat_of(session, who, webinar).attended for who in (ann, bob, carol)] == ["no", "probable", "no"]
    assert [seat_of(session, who, webinar).minutes for who in (ann, bob, carol)] == [30, None, None]
    a_presence(session, webinar, ann, "2", came_at=now + 20 * MINUTE, left_at=now + 90 * MINUTE)
    assert attendance.settle(session, webinar, now + 60 * MINUTE) == 1
    assert (seat_of(session, ann, webinar).attended, seat_of(session, ann, webinar).minutes) == ("yes", 60)


def test_a_length_without_a_clock_and_visits_with_one_are_not_added(session: Session, now: datetime) -> None:
    series = a_series(session, now)
    webinar = a_date(session, series, now)
    who = somebody(session, series, "ann@example.org", now, webinar)
    a_presence(session, webinar, who, "1", came_at=now, left_at=now + 40 * MINUTE)
    a_presence(session, webinar, who, "2", minutes=25)
    attendance.settle(session, webinar, now + timedelta(hours=2))
    assert seat_of(session, who, webinar).minutes == 40
    a_presence(session, webinar, who, "3", minutes=900)
    attendance.settle(session, webinar, now + timedelta(hours=2))
    assert seat_of(session, who, webinar).minutes == 60


def test_who_is_in_now(session: Session, now: datetime) -> None:
    """Ann on two devices, a guest without a key, and the host, who does not count."""
    series = a_series(session, now)
    webinar = a_date(session, series, now)
    ann = somebody(session, series, "ann@example.org", now, webinar)
    ines = a_speaker(session, series, "ines@example.org", now, "Ines")
    said = (("w1", ann.key, 0), ("w2", ann.key, 1), ("w3", "stranger", 2), ("w4", ines.key, 3), ("w5", ann.key, 4))
    for user, key, minute in said:
        events.store(session, webinar, "joined", key=user, at=now + minute * MINUTE, now=now, who=key, name="Somebody", user=user)  # fmt: skip
    events.store(session, webinar, "left", key="w5 left", at=now + 5 * MINUTE, now=now, user="w5")
    assert attendance.present(session, webinar) == 2
    attendance.settle(session, webinar, now + 30 * MINUTE)
    assert (seat_of(session, ann, webinar).minutes, seat_of(session, ann, webinar).attended) == (30, "")
    names = {row.name for row in session.exec(select(Presence))}
    assert names == {"", "Somebody"}  # a registration has its own name
    events.store(session, webinar, "ended", key="ended", at=now + 60 * MINUTE, now=now + 60 * MINUTE)
    assert attendance.present(session, webinar) == 0


@settings(max_examples=40, deadline=None)
@given(st.permutations(["j1", "l1", "j2", "l2", "j3", "end"]))
def test_presences_made_in_any_order_are_the_same(order: list[str]) -> None:
    """The bookkeeping of the room's events, by itself: what was told too early is taken back."""
    from sqlalchemy import create_engine
    from sqlmodel import SQLModel

    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        now = datetime(2026, 11, 23, 6, tzinfo=UTC)
        series = a_series(session, now)
        webinar = a_date(session, series, now)
        who = somebody(session, series, "ann@example.org", now, webinar)
        script = {"j1": ("joined", 0), "l1": ("left", 10), "j2": ("joined", 20), "l2": ("left", 30), "j3": ("joined", 40), "end": ("ended", 50)}  # fmt: skip
        for step in order:
            kind, minute = script[step]
            user = "" if kind == "ended" else "w_1%_"
            events.store(session, webinar, kind, key=step, at=now + minute * MINUTE, now=now, who=who.key if user else "", user=user)  # fmt: skip
        attendance.settle(session, webinar, now + timedelta(hours=2))
        spans = sorted((row.came_at, row.left_at) for row in session.exec(select(Presence)) if row.came_at)
        assert [((a - now) // MINUTE, b and (b - now) // MINUTE) for a, b in spans] == [(0, 10), (20, 30), (40, 50)]
        assert seat_of(session, who, webinar).minutes == 30
    engine.dispose()
