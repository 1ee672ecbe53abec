"""The waiting list: first come, first served; and approval, which stands before it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cast import a_list, a_person
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select
from webinars.webinar_stage import a_series, a_webinar, dates_of, the_hub

from publisher.errors import Conflict
from publisher.house import House
from publisher.webinars import approval, changing, registering, scheduling, seats, series, waiting
from publisher.webinars.models import Registration, Series, Webinar
from publisher.webinars.wishes import Over, Wish

BEGINS = datetime.fromisoformat("2026-12-03T12:00Z")
MINUTE = timedelta(minutes=1)


def test_who_waits_longest_moves_up_when_somebody_leaves(session: Session, house: House, now: datetime) -> None:
    play, webinar = a_webinar(session, house, now, capacity=2, confirm="never")
    alice, bob, carol, dan = (join(session, house, play, name, now) for name in ("alice", "bob", "carol", "dan"))
    assert [one.state for one in (alice, bob, carol, dan)] == ["registered", "registered", "waiting", "waiting"]
    assert [waiting.position(session, one) for one in (bob, carol, dan)] == [None, 1, 2]
    assert changing.cancel(session, house, alice, now=now + MINUTE)
    assert (alice.state, carol.state, carol.registered_at, dan.state) == (
        "cancelled", "registered", now + MINUTE, "waiting")  # fmt: skip
    assert waiting.position(session, dan) == 1
    assert not changing.cancel(session, house, alice, now=now + MINUTE)
    assert seats.taken(session, [webinar.id or 0]) == {webinar.id: 2}


def test_who_comes_back_waits_at_the_end(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now, capacity=1, confirm="never")
    alice, bob, carol = (join(session, house, play, name, now) for name in ("alice", "bob", "carol"))
    changing.cancel(session, house, alice, now=now + MINUTE)
    assert changing.come_back(session, house, alice, now=now + 2 * MINUTE)
    assert not changing.come_back(session, house, alice, now=now + 2 * MINUTE)
    assert [one.id for one in waiting.on_list(session, play)] == [carol.id, alice.id]
    assert bob.state == "registered"


def test_wanting_the_recording_instead_frees_a_place(session: Session, house: House, now: datetime) -> None:
    play, webinar = a_webinar(session, house, now, capacity=1, confirm="never", is_recorded=True)
    alice, bob, carol = (join(session, house, play, name, now) for name in ("alice", "bob", "carol"))
    changing.opt_out(session, house, alice, webinar, now=now, recording=True)
    assert (alice.state, bob.state, carol.state) == ("registered", "registered", "waiting")
    with pytest.raises(Conflict) as refused:
        changing.opt_in(session, house, alice, webinar, now=now)
    assert str(refused.value) == changing.FULL
    changing.opt_out(session, house, carol, webinar, now=now, recording=True)
    assert carol.state == "registered"


def test_a_whole_series_waits_for_its_fullest_date_and_holds_nobody_up(
    session: Session, house: House, now: datetime
) -> None:
    leading = a_series(session, house, now, dates=3, capacity=1, confirm="never")
    first, second, third = (one.id or 0 for one in dates_of(session, leading))
    alice = join(session, house, leading, "alice", now, webinars=(first,))
    bob = join(session, house, leading, "bob", now)
    carol = join(session, house, leading, "carol", now, webinars=(second,))
    dan = join(session, house, leading, "dan", now, webinars=(third,))
    assert [one.state for one in (alice, bob, carol, dan)] == ["registered", "waiting", "registered", "registered"]
    changing.choose(session, house, bob, {first: "away", second: "away"}, now=now)
    assert bob.state == "waiting"
    changing.cancel(session, house, dan, now=now)
    assert bob.state == "registered"


def test_a_larger_room_and_a_date_called_off_let_people_in(session: Session, house: House, now: datetime) -> None:
    leading = a_series(session, house, now, dates=2, capacity=1, confirm="never")
    first, second = dates_of(session, leading)
    alice = join(session, house, leading, "alice", now, webinars=(first.id or 0,))
    bob, carol = (join(session, house, leading, name, now) for name in ("bob", "carol"))
    scheduling.cancel(session, house, first, now=now)
    waiting.promote(session, house, leading, now=now)
    assert [one.state for one in (alice, bob, carol)] == ["registered", "registered", "waiting"]
    series.edit(session, house, leading, replace(series.shape_of(session, leading), capacity=2), now=now)
    waiting.promote(session, house, leading, now=now)
    assert carol.state == "registered"
    assert seats.taken(session, [second.id or 0]) == {second.id: 2}


def test_a_newcomer_does_not_overtake(session: Session, house: House, now: datetime) -> None:
    """A place that became free without anybody looking is offered to who waits first."""
    play, _ = a_webinar(session, house, now, capacity=1, confirm="never")
    _, bob = join(session, house, play, "alice", now), join(session, house, play, "bob", now)
    play.capacity = 2
    session.add(play)
    session.flush()
    carol = join(session, house, play, "carol", now)
    assert (bob.state, carol.state) == ("registered", "waiting")


def test_after_the_end_nobody_is_moved(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now, capacity=1, confirm="never")
    alice, bob = (join(session, house, play, name, now) for name in ("alice", "bob"))
    with pytest.raises(Over):
        changing.cancel(session, house, alice, now=BEGINS + timedelta(days=1))
    assert (alice.state, bob.state) == ("registered", "waiting")
    assert waiting.promote(session, house, play, now=BEGINS + timedelta(days=1)) == []


def test_approval_comes_before_a_place(session: Session, house: House, now: datetime) -> None:
    play, webinar = a_webinar(session, house, now, capacity=1, confirm="never", needs_approval=True)
    outcome = registering.register(session, house, play, Wish(email="alice@example.org"), now=now)
    alice = outcome.registration
    assert alice is not None
    assert (alice.state, outcome.said) == ("asked", registering.THANKS_ASKED)
    bob, carol = (join(session, house, play, name, now + MINUTE) for name in ("bob", "carol"))
    assert approval.asked(session, play) == [alice, bob, carol]
    assert seats.taken(session, [webinar.id or 0]) == {webinar.id: 0}
    approval.approve(session, house, bob, now=now)
    approval.approve(session, house, alice, now=now)
    approval.decline(session, house, carol, now=now)
    assert [one.state for one in (alice, bob, carol)] == ["waiting", "registered", "declined"]
    assert join(session, house, play, "carol", now).state == "declined"
    for one in (alice, bob):
        with pytest.raises(Conflict):
            approval.approve(session, house, one, now=now)
    approval.decline(session, house, bob, now=now)
    assert [one.state for one in (alice, bob)] == ["registered", "declined"]
    approval.approve(session, house, bob, now=now)
    assert bob.state == "waiting"
    changing.cancel(session, house, bob, now=now)
    with pytest.raises(Conflict):
        approval.decline(session, house, bob, now=now)


def test_who_was_approved_once_comes_back_without_being_asked_about(
    session: Session, house: House, now: datetime
) -> None:
    play, _ = a_webinar(session, house, now, needs_approval=True)
    alice = join(session, house, play, "alice", now)
    approval.approve(session, house, alice, now=now)
    changing.cancel(session, house, alice, now=now)
    changing.come_back(session, house, alice, now=now)
    assert alice.state == "registered"


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["join", "join some", "cancel", "back", "away", "coming", "recording", "capacity"]),
        st.integers(0, 5),
        st.integers(0, 2),
    ),
    max_size=25,
)


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(ACTS)
def test_whatever_people_do_no_date_is_too_full_and_no_place_is_left_that_somebody_waits_for(
    session: Session, house: House, now: datetime, acts: list[tuple[str, int, int]]
) -> None:
    with session.begin_nested() as stage:
        leading = a_series(session, house, now, dates=3, capacity=2, confirm="never", is_recorded=True)
        dates = dates_of(session, leading)
        for step, (act, who, which) in enumerate(acts):
            do(session, house, leading, dates, act, f"p{who}", which, now + step * MINUTE)
            ids = [one.id or 0 for one in dates]
            taken = seats.taken(session, ids)
            assert all(number <= (leading.capacity or 0) for number in taken.values()), act
            for one in waiting.on_list(session, leading):
                wanted = seats.wanted(session, leading, one, now=now)
                assert any(taken[date] >= (leading.capacity or 0) for date in wanted), act
        extras = [one.extra for one in session.exec(select(Registration))]
        assert all(0 <= extra <= len(acts) + 1 for extra in extras)
        stage.rollback()
    session.expire_all()


def do(
    session: Session, house: House, leading: Series, dates: list[Webinar], act: str, who: str, which: int, now: datetime
) -> None:
    if act == "join":
        join(session, house, leading, who, now)
        return
    if act == "join some":
        join(session, house, leading, who, now, webinars=(dates[which].id or 0,))
        return
    if act == "capacity":  # grows only: a smaller room sends nobody home
        leading.capacity = (leading.capacity or 0) + which
        session.add(leading)
        session.flush()
        waiting.promote(session, house, leading, now=now)
        return
    known = session.exec(select(Registration).where(col(Registration.name) == who)).first()
    if known is None:
        return
    try:
        if act == "cancel":
            changing.cancel(session, house, known, now=now)
        elif act == "back":
            changing.come_back(session, house, known, now=now)
        else:
            changing.choose(session, house, known, {dates[which].id or 0: act}, now=now)
    except Conflict:
        pass


def test_members_of_a_cohort_wait_too(session: Session, house: House, now: datetime) -> None:
    leaders = a_list(session, the_hub(session, now), now, "leaders", kind="cohort")
    play, _ = a_webinar(session, house, now, list_slug="leaders", capacity=1)
    for name in ("alice", "bob"):
        a_person(session, f"{name}@example.org", now, leaders)
    assert [join(session, house, play, name, now).state for name in ("alice", "bob")] == ["registered", "waiting"]


def join(session: Session, house: House, on: Series, name: str, now: datetime, **wish: Any) -> Registration:
    outcome = registering.register(session, house, on, Wish(email=f"{name}@example.org", name=name, **wish), now=now)
    assert outcome.registration is not None
    return outcome.registration
