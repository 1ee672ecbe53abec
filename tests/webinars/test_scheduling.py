"""Announced, moved, called off: what a step changes, what is refused, and of two at once one does it."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from podcasts.broadcast import together
from sqlmodel import Session, col, select
from webinars.mailing_stage import Who, carry, many, register, states
from webinars.webinar_stage import FIRST, NAIROBI, a_series, a_webinar, dates_of, the_hub

from publisher import clock
from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.mail.models import Address
from publisher.webinars import dates, programme, scheduling, series, times
from publisher.webinars.models import Mailing, Registrant, Seat, Series, Speaker, Webinar

ALICE, BOB, CAROL = Who("alice@example.org"), Who("bob@example.org"), Who("carol@example.org")
FRIDAY = FIRST + timedelta(days=1)


def told(session: Session) -> list[tuple[str, Any, Any]]:
    """What people were written to about: kind, which date (by number), reason."""
    session.expire_all()
    numbers = {one.id: one.number for one in session.exec(select(Webinar))}
    found = select(Mailing).where(col(Mailing.kind).in_(("update", "cancellation")), col(Mailing.state) != "cancelled")
    return [
        (one.kind, numbers.get(one.webinar_id), one.data["reason"])
        for one in session.exec(found.order_by(col(Mailing.id)))
    ]


def test_publishing_announces_all_dates_and_writes_to_nobody(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now, announced=False)
    later = now + timedelta(hours=1)
    assert len(scheduling.publish(session, house, made, now=later)) == 6
    assert {(one.state, one.changed_at) for one in dates_of(session, made)} == {("announced", later)}
    assert (made.sequence, made.changed_at) == (0, later)
    assert len(states(session, "reminder")) == 12
    assert told(session) == []
    with pytest.raises(Conflict, match="announced already"):
        scheduling.publish(session, house, made, now=later)


def test_a_draft_whose_date_went_by_is_not_announced(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now, announced=False)
    with pytest.raises(BadInput, match="The date at 15:00 on 3 December 2026 has passed") as refused:
        scheduling.publish(session, house, made, now=datetime(2026, 12, 3, 12, tzinfo=UTC))
    assert refused.value.field == "starts"
    assert {one.state for one in dates_of(session, made)} == {"draft"}


def test_a_move_changes_the_instant_and_nothing_people_hold(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now)
    register(session, made, [ALICE], now)
    third = dates_of(session, made)[2]
    uid, slug, key, slot = made.uid, third.slug, third.meeting_key, third.slot
    later = now + timedelta(hours=1)
    assert scheduling.reschedule(
        session, house, third, starts=datetime(2026, 12, 18, 10), minutes=90, note="The speaker flies.", now=later, by="ines"
    )  # fmt: skip
    assert (third.wall, third.slot, third.minutes) == ("2026-12-18T10:00", slot, 90)
    assert (third.starts_at, third.ends_at) == (datetime(2026, 12, 18, 7, tzinfo=UTC), datetime(2026, 12, 18, 8, 30, tzinfo=UTC))  # fmt: skip
    assert (third.moved_from, third.note, third.changed_at) == (datetime(2026, 12, 17, 12, tzinfo=UTC), "The speaker flies.", later)  # fmt: skip
    assert (made.sequence, made.changed_at, made.uid) == (1, later, uid)
    assert (third.slug, third.meeting_key, third.zone_data) == (slug, key, clock.zone_data_version())
    assert session.exec(select(Registrant.version)).all() == [2]
    assert told(session) == [("update", 3, "moved")]
    mailing = session.exec(select(Mailing).where(col(Mailing.kind) == "update")).one()
    assert (mailing.by, mailing.data["note"]) == ("ines", "The speaker flies.")
    assert third.moved_from.isoformat() in str(mailing.data["was"])


def test_reminders_follow_a_move(session: Session, house: House, now: datetime) -> None:
    _, one = a_webinar(session, house, now)
    scheduling.reschedule(session, house, one, starts=FRIDAY, now=now)
    waiting = select(Mailing).where(col(Mailing.kind) == "reminder", col(Mailing.state) == "waiting")
    due = [each.due_at for each in session.exec(waiting.order_by(col(Mailing.due_at)))]
    assert due == [one.starts_at - timedelta(hours=24), one.starts_at - timedelta(hours=1)]


def test_a_move_to_where_it_is_changes_nothing(session: Session, house: House, now: datetime) -> None:
    made, one = a_webinar(session, house, now)
    assert scheduling.reschedule(session, house, one, starts=FIRST, now=now + timedelta(days=1)) is False
    assert scheduling.reschedule(session, house, one, starts=None, minutes=90, now=now + timedelta(days=1)) is False
    assert (made.sequence, made.changed_at, one.moved_from) == (0, now, None)
    assert told(session) == []


def test_a_longer_date_is_an_update_too(session: Session, house: House, now: datetime) -> None:
    made, one = a_webinar(session, house, now)
    assert scheduling.reschedule(session, house, one, starts=None, minutes=120, now=now)
    assert (one.ends_at - one.starts_at, one.moved_from, made.sequence) == (timedelta(hours=2), None, 1)


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"starts": datetime(2026, 11, 23, 9)}, "starts", "09:00 on 23 November 2026 in Africa/Nairobi has passed"),
    ({"starts": datetime(2020, 1, 1, 9)}, "starts", "has passed"),
    ({"starts": datetime(2026, 12, 10, 15)}, "starts", "number 2, is at that time"),
    ({"starts": datetime(2199, 12, 10, 15)}, "starts", "too far"),
    ({"starts": "2026-12-04T15:00"}, "starts", "a date and time"),
    ({"starts": FRIDAY.replace(tzinfo=UTC)}, "starts", "without an offset"),
    ({"starts": None, "minutes": 0}, "minutes", "three days"),
]


@pytest.mark.parametrize(("said", "field", "words"), REFUSED, ids=[str(n) for n in range(len(REFUSED))])
def test_moves_that_cannot_be_are_refused(
    session: Session, house: House, now: datetime, said: dict[str, Any], field: str, words: str
) -> None:
    made = a_series(session, house, now)
    one = dates_of(session, made)[0]
    with pytest.raises(BadInput, match=words) as refused:
        scheduling.reschedule(session, house, one, now=now, **said)
    assert refused.value.field == field
    assert (made.sequence, dates_of(session, made)[0].wall, told(session)) == (0, "2026-12-03T15:00", [])


@pytest.mark.parametrize(
    ("starts", "words"), [(datetime(2027, 3, 14, 2, 30), "does not exist"), (datetime(2027, 11, 7, 1, 30), "comes twice")]
)  # fmt: skip
def test_nobody_moves_to_a_time_that_clocks_do_not_show_once(
    session: Session, house: House, now: datetime, starts: datetime, words: str
) -> None:
    _, one = a_webinar(session, house, now, zone="America/New_York")
    with pytest.raises(BadInput, match=words):
        scheduling.reschedule(session, house, one, starts=starts, now=now)


def test_two_dates_may_change_places_by_way_of_a_third(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now, dates=2)
    one, two = dates_of(session, made)
    before, after = times.read_wall(one.wall), times.read_wall(two.wall)
    scheduling.reschedule(session, house, one, starts=FRIDAY, now=now)
    scheduling.reschedule(session, house, two, starts=before, now=now)
    scheduling.reschedule(session, house, one, starts=after, now=now)
    assert [(each.number, each.wall, each.slot) for each in dates_of(session, made)] == [
        (1, "2026-12-10T15:00", "2026-12-03T15:00"),
        (2, "2026-12-03T15:00", "2026-12-10T15:00"),
    ]
    assert made.sequence == 3


def test_what_has_been_held_or_called_off_is_not_moved(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now)
    one, two, *_ = dates_of(session, made)
    with pytest.raises(Conflict, match="has been held already"):
        scheduling.reschedule(session, house, one, starts=FIRST + timedelta(days=300), now=one.ends_at)
    with pytest.raises(Conflict, match="has been held already"):
        scheduling.cancel(session, house, one, now=one.ends_at)
    scheduling.cancel(session, house, two, now=now)
    with pytest.raises(Conflict, match="15:00 on 10 December 2026 was called off"):
        scheduling.reschedule(session, house, two, starts=FRIDAY, now=now)
    with pytest.raises(Conflict, match="was called off"):
        scheduling.cancel(session, house, two, now=now)


def test_a_room_that_was_closed_early_is_over(session: Session, house: House, now: datetime) -> None:
    _, one = a_webinar(session, house, now)
    one.began_at, one.ended_at = one.starts_at, one.starts_at + timedelta(minutes=20)
    session.add(one)
    session.flush()
    with pytest.raises(Conflict, match="has been held already"):
        scheduling.reschedule(session, house, one, starts=FRIDAY, now=one.starts_at + timedelta(minutes=30))


def test_nobody_came_to_speak_so_it_is_tomorrow(session: Session, house: House, now: datetime) -> None:
    """It has begun by the clock; who pressed the button today did not attend tomorrow's."""
    made, one = a_webinar(session, house, now)
    register(session, made, [ALICE], now)
    seat = session.exec(select(Seat)).one()
    during = one.starts_at + timedelta(minutes=5)
    seat.pressed_at, seat.attended = during, "probable"
    one.began_at = one.starts_at
    session.add_all([seat, one])
    session.flush()
    assert scheduling.reschedule(session, house, one, starts=FRIDAY, now=during)
    session.expire_all()
    assert (one.began_at, times.state_of(one, during)) == (None, "announced")
    assert (seat.pressed_at, seat.attended) == (None, "")


def test_a_date_that_is_on_can_be_given_more_time_but_not_less_than_it_took(
    session: Session, house: House, now: datetime
) -> None:
    _, one = a_webinar(session, house, now)
    during = one.starts_at + timedelta(minutes=80)
    with pytest.raises(BadInput, match="over by now") as refused:
        scheduling.reschedule(session, house, one, starts=None, minutes=30, now=during)
    assert refused.value.field == "minutes"
    assert scheduling.reschedule(session, house, one, starts=None, minutes=120, now=during)
    assert times.state_of(one, one.starts_at + timedelta(minutes=119)) == "live"


def test_a_draft_moves_without_a_word_and_stands_where_it_is(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now, dates=3, announced=False)
    one = dates_of(session, made)[0]
    scheduling.reschedule(session, house, one, starts=FIRST + timedelta(days=10), note="x", now=now)
    assert [(each.slug, each.number, each.slot) for each in dates_of(session, made)] == [
        ("leading-2", 1, "2026-12-10T15:00"),
        ("leading-1", 2, "2026-12-13T15:00"),
        ("leading-3", 3, "2026-12-17T15:00"),
    ]
    assert (made.sequence, told(session), one.moved_from) == (0, [], None)


def test_of_two_who_move_a_date_at_one_moment_one_does(house: House, now: datetime) -> None:
    """Each has looked at the same page; who comes second is told, and nobody's move is lost in silence."""
    with house.database.session() as session:
        a_series(session, house, now)

    def move(days: int) -> None:
        with house.database.session() as session:
            one = programme.webinar_by_slug(session, "leading-1")
            scheduling.reschedule(session, house, one, starts=FIRST + timedelta(days=days), now=now)

    with house.database.session() as session:
        stale = programme.webinar_by_slug(session, "leading-1")
        session.expunge(stale)
    move(1)
    with house.database.session() as session, pytest.raises(Conflict, match="Somebody has just changed this date"):
        scheduling.reschedule(session, house, stale, starts=FIRST + timedelta(days=2), now=now)
    answers = together(lambda: move(3), lambda: move(4), lambda: move(5))
    assert all(one is None or isinstance(one, Conflict) for one in answers)
    with house.database.reading() as session:
        made = series.by_slug(session, "leading")
        assert made.sequence == 1 + sum(one is None for one in answers)


def test_two_dates_never_meet_however_fast_they_move(house: House, now: datetime) -> None:
    with house.database.session() as session:
        a_series(session, house, now)

    def move(slug: str) -> None:
        with house.database.session() as session:
            one = programme.webinar_by_slug(session, slug)
            scheduling.reschedule(session, house, one, starts=FRIDAY, now=now)

    answers = together(*(lambda slug=f"leading-{n}": move(slug) for n in range(1, 5)))
    assert sum(one is None for one in answers) == 1
    assert all(one is None or isinstance(one, BadInput) for one in answers)


def test_one_date_is_called_off(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now)
    two = dates_of(session, made)[1]
    later = now + timedelta(hours=1)
    scheduling.cancel(session, house, two, note="Ill.", now=later, by="ines")
    assert (two.state, two.cancelled_at, two.note, made.sequence) == ("cancelled", later, "Ill.", 1)
    assert told(session) == [("cancellation", 2, "date")]
    waiting = select(Mailing.webinar_id).where(col(Mailing.kind) == "reminder", col(Mailing.state) == "waiting")
    assert two.id not in session.exec(waiting).all()
    assert len(session.exec(waiting).all()) == 10
    scheduling.reschedule(session, house, dates_of(session, made)[0], starts=times.read_wall(two.wall), now=later)


def test_a_one_off_is_called_off_as_a_whole(session: Session, house: House, now: datetime) -> None:
    made, one = a_webinar(session, house, now)
    scheduling.cancel(session, house, one, now=now)
    assert (one.state, made.sequence, told(session)) == ("cancelled", 1, [("cancellation", 1, "date")])


def test_the_rest_of_a_series_is_called_off_in_one_step(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now)
    scheduling.cancel(session, house, dates_of(session, made)[1], note="Ill.", now=now)
    later = dates_of(session, made)[0].ends_at
    off = scheduling.cancel_series(session, house, made, note="No money.", now=later)
    assert [one.number for one in off] == [3, 4, 5, 6]
    assert [one.state for one in dates_of(session, made)] == ["announced"] + ["cancelled"] * 5
    assert [one.note for one in dates_of(session, made)][1:3] == ["Ill.", "No money."]
    assert made.sequence == 2
    assert told(session)[-1] == ("cancellation", None, "series")
    with pytest.raises(Conflict, match="Nothing of this is left"):
        scheduling.cancel_series(session, house, made, now=later)


def test_drafts_are_removed_and_not_called_off(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now, dates=3, announced=False)
    with pytest.raises(Conflict, match="Remove it instead"):
        scheduling.cancel_series(session, house, made, now=now)
    one, two, three = dates_of(session, made)
    with pytest.raises(Conflict, match="Remove it instead"):
        scheduling.cancel(session, house, one, now=now)
    dates.remove(session, one)
    assert [(each.slug, each.number) for each in dates_of(session, made)] == [("leading-2", 1), ("leading-3", 2)]
    dates.remove(session, two)
    with pytest.raises(Conflict, match="the only date"):
        dates.remove(session, three)
    announced = a_series(session, house, now, "other")
    with pytest.raises(Conflict, match="Call it off instead"):
        dates.remove(session, dates_of(session, announced)[0])


def test_another_zone_keeps_the_wall_and_moves_the_instants(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now, dates=3)
    register(session, made, [ALICE], now)
    first = dates_of(session, made)[0]
    moved = scheduling.change_zone(session, house, made, "Asia/Calcutta", now=first.ends_at, note="Moved to Delhi.")
    assert [one.number for one in moved] == [2, 3]
    one, two, _ = dates_of(session, made)
    assert (made.zone, made.sequence) == ("Asia/Kolkata", 1)
    assert (one.zone, one.starts_at) == (NAIROBI, datetime(2026, 12, 3, 12, tzinfo=UTC))
    assert (two.zone, two.wall, two.starts_at) == ("Asia/Kolkata", "2026-12-10T15:00", datetime(2026, 12, 10, 9, 30, tzinfo=UTC))  # fmt: skip
    assert told(session) == [("update", None, "zone")]
    assert scheduling.change_zone(session, house, made, "Asia/Kolkata", now=first.ends_at) == []


@pytest.mark.parametrize("zone", ["", "Mars/Olympus_Mons", "EST"])
def test_another_zone_is_one(session: Session, house: House, now: datetime, zone: str) -> None:
    made = a_series(session, house, now)
    with pytest.raises(BadInput) as refused:
        scheduling.change_zone(session, house, made, zone, now=now)
    assert refused.value.field == "zone"


def test_another_zone_must_show_every_time_once(session: Session, house: House, now: datetime) -> None:
    """Nothing moves where one of them cannot."""
    made = a_series(session, house, now, first=datetime(2027, 3, 7, 2, 30), dates=2)
    with pytest.raises(BadInput, match="does not exist on 14 March 2027"):
        scheduling.change_zone(session, house, made, "America/New_York", now=now)
    assert {one.zone for one in dates_of(session, made)} == {NAIROBI}


def test_drafts_change_zone_in_silence(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now, announced=False)
    scheduling.change_zone(session, house, made, "Asia/Kathmandu", now=now)
    assert dates_of(session, made)[0].starts_at == datetime(2026, 12, 3, 9, 15, tzinfo=UTC)
    assert (made.sequence, told(session)) == (0, [])


def test_one_more_date_for_whoever_registered_for_all(session: Session, house: House, now: datetime) -> None:
    made = a_series(session, house, now, dates=3)
    alice, bob, carol = register(
        session, made, [ALICE, Who("bob@example.org", dates=(2,)), Who("carol@example.org", seat="recording")], now
    )
    added = dates.add(session, house, made, datetime(2026, 12, 12, 9), now=now, by="ines", note="One more.")
    assert (added.slug, added.number, added.state, added.minutes) == ("leading-4", 3, "announced", 60)
    assert [one.number for one in dates_of(session, made)] == [1, 2, 3, 4]
    held = select(Seat.registration_id, Seat.state).where(col(Seat.webinar_id) == added.id)
    assert sorted(session.exec(held)) == [(alice.id, "coming"), (carol.id, "recording")]
    assert bob.id not in {number for number, _ in session.exec(held)}
    assert (made.sequence, told(session)) == (1, [("update", 3, "added")])
    assert len(states(session, "reminder")) == 8


@pytest.mark.parametrize(
    ("wall", "words"),
    [
        (datetime(2026, 12, 3, 15), "number 1, is at that time"),
        (datetime(2026, 11, 1, 15), "has passed"),
        ("soon", "a date and time"),
    ],
)  # fmt: skip
def test_a_date_that_cannot_be_added(session: Session, house: House, now: datetime, wall: Any, words: str) -> None:
    made = a_series(session, house, now)
    with pytest.raises(BadInput, match=words) as refused:
        dates.add(session, house, made, wall, now=now)
    assert refused.value.field == "starts"


def test_how_many_dates_there_may_be(session: Session, house: House, now: datetime) -> None:
    single, _ = a_webinar(session, house, now)
    with pytest.raises(BadInput, match="A one-off has one date"):
        dates.add(session, house, single, FRIDAY, now=now)
    made = a_series(session, house, now, dates=60, announced=False)
    with pytest.raises(BadInput, match="at most 60"):
        dates.add(session, house, made, FIRST + timedelta(days=1000), now=now)


def test_a_slot_names_one_date_for_ever(session: Session, house: House, now: datetime) -> None:
    """RECURRENCE-ID must mean one date: where another once stood, a new one has the next minute for its slot."""
    made = a_series(session, house, now, dates=3)
    one, two, _ = dates_of(session, made)
    scheduling.reschedule(session, house, one, starts=FRIDAY, now=now)
    scheduling.cancel(session, house, two, now=now)
    again = dates.add(session, house, made, FIRST, now=now)
    assert (again.wall, again.slot) == ("2026-12-03T15:00", "2026-12-03T15:01")
    other = dates.add(session, house, made, times.read_wall(two.wall), now=now)
    assert (other.wall, other.slot) == ("2026-12-10T15:00", "2026-12-10T15:01")
    assert [each.number for each in dates_of(session, made)] == [1, 2, 3, 4, 5]


def test_a_date_added_while_somebody_registers_is_theirs_too(house: House, now: datetime) -> None:
    """The series' row makes them wait for each other: either they see the date, or it sees them."""
    with house.database.session() as session:
        a_series(session, house, now, dates=2)

    def add(days: int) -> None:
        with house.database.session() as session:
            made = series.by_slug(session, "leading")
            dates.add(session, house, made, FIRST + timedelta(days=days), now=now)

    assert together(*(lambda n=n: add(n) for n in (1, 2, 3))) == [None] * 3
    with house.database.reading() as session:
        made = series.by_slug(session, "leading")
        assert (made.sequence, [one.number for one in dates_of(session, made)]) == (3, [1, 2, 3, 4, 5])


def test_ten_thousand_registrants_have_a_seat_at_a_new_date_at_once(
    session: Session, house: House, now: datetime
) -> None:
    made = a_series(session, house, now, dates=1)
    many(session, made, 10_000, now)
    begin = time.process_time()  # of this process: the machine may be busy with others
    dates.add(session, house, made, FRIDAY, now=now)
    assert time.process_time() - begin < 5
    assert len(session.exec(select(Seat.webinar_id)).all()) == 20_000


def test_a_rehearsal_is_before_it_and_has_an_invitation_of_its_own(
    session: Session, house: House, now: datetime
) -> None:
    _, one = a_webinar(session, house, now)
    tuesday = datetime(2026, 12, 1, 10)
    assert dates.rehearsal(session, house, one, tuesday, now=now) is True
    assert dates.rehearsal(session, house, one, tuesday, now=now) is False
    uid = one.rehearsal_uid
    assert (one.rehearsal_at, one.rehearsal_minutes, one.rehearsal_sequence) == (datetime(2026, 12, 1, 7, tzinfo=UTC), 30, 0)  # fmt: skip
    dates.rehearsal(session, house, one, tuesday, minutes=45, now=now)
    assert dates.rehearsal(session, house, one, None, now=now) is True
    assert dates.rehearsal(session, house, one, None, now=now) is False
    assert (one.rehearsal_at, one.rehearsal_wall, one.rehearsal_sequence, one.rehearsal_uid) == (None, "", 2, uid)
    for wall, words in ((FIRST, "before the date itself"), (datetime(2026, 11, 1, 9), "has passed"), ("x", "a date")):
        with pytest.raises(BadInput, match=words) as refused:
            dates.rehearsal(session, house, one, wall, now=now)  # type: ignore[arg-type]
        assert refused.value.field == "rehearsal"


def test_who_speaks_hears_of_every_rehearsal(house: House, now: datetime) -> None:
    """Set, in another zone, called off with the date: an invitation of the rehearsal's own UID each time, SEQUENCE growing."""
    with house.database.session() as session:
        made, one = a_webinar(session, house, now)
        a_speaker(session, made, one, now)
        dates.rehearsal(session, house, one, datetime(2026, 12, 1, 10), now=now)
        assert one.rehearsal_at == datetime(2026, 12, 1, 7, tzinfo=UTC)
    heard = [*rehearsals_heard(house, one.rehearsal_uid, now)]
    with house.database.session() as session:
        scheduling.change_zone(session, house, session.merge(made), "Asia/Kathmandu", now=now)
        assert programme.webinar_by_slug(session, "play").rehearsal_at == datetime(2026, 12, 1, 4, 15, tzinfo=UTC)
    heard += rehearsals_heard(house, one.rehearsal_uid, now)
    with house.database.session() as session:
        scheduling.cancel(session, house, programme.webinar_by_slug(session, "play"), now=now)
        assert programme.webinar_by_slug(session, "play").rehearsal_wall == ""
    heard += rehearsals_heard(house, one.rehearsal_uid, now)
    assert heard == [("REQUEST", "0"), ("REQUEST", "1"), ("CANCEL", "2")]


def rehearsals_heard(house: House, uid: str, now: datetime) -> Iterator[tuple[str, str]]:
    """METHOD and SEQUENCE of the invitations to this rehearsal that arrived just now."""
    for _, raw in carry(house, now):
        for part in message_from_bytes(raw, policy=policy.default).walk():
            if part.get_content_type() == "text/calendar" and uid in (body := part.get_content().replace("\r\n ", "")):
                values = dict(line.split(":", 1) for line in body.splitlines() if ":" in line)
                yield values["METHOD"], values.get("SEQUENCE", "0")


def a_speaker(session: Session, made: Series, webinar: Webinar, now: datetime) -> Speaker:
    """Amina, who has her link."""
    address = Address(email="amina@example.org", normalised="amina@example.org", hash="amina", created_at=now)
    session.add(address)
    session.flush()
    row = Speaker(
        series_id=made.id, webinar_id=webinar.id, address_id=address.id, key="amina", name="Amina", invited_at=now, created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def test_a_date_does_not_move_before_its_rehearsal(session: Session, house: House, now: datetime) -> None:
    _, one = a_webinar(session, house, now)
    dates.rehearsal(session, house, one, datetime(2026, 12, 1, 10), now=now)
    with pytest.raises(BadInput, match="Move the rehearsal first"):
        scheduling.reschedule(session, house, one, starts=datetime(2026, 11, 30, 15), now=now)
    scheduling.cancel(session, house, one, now=now)
    with pytest.raises(Conflict, match="called off"):
        dates.rehearsal(session, house, one, datetime(2026, 12, 1, 11), now=now)


def test_words_of_a_note_are_kept_as_text(session: Session, house: House, now: datetime) -> None:
    _, one = a_webinar(session, house, now)
    with pytest.raises(BadInput) as refused:
        scheduling.reschedule(session, house, one, starts=FRIDAY, note=7, now=now)  # type: ignore[arg-type]
    assert refused.value.field == "note"
    scheduling.reschedule(session, house, one, starts=FRIDAY, note=" \x00Sorry.\r\nIll. ", now=now)
    assert one.note == "Sorry.\nIll."


def test_the_hub_and_its_series_are_apart(session: Session, house: House, now: datetime) -> None:
    """A move in one series touches no other."""
    the_hub(session, now)
    made, other = a_series(session, house, now), a_series(session, house, now, "other")
    register(session, other, [BOB], now)
    scheduling.reschedule(session, house, dates_of(session, made)[0], starts=FRIDAY, now=now + timedelta(hours=1))
    rows = session.exec(select(Series).order_by(col(Series.id)).execution_options(populate_existing=True)).all()
    assert [(one.sequence, one.changed_at) for one in rows] == [(1, now + timedelta(hours=1)), (0, now)]
    assert session.exec(select(Registrant.version)).all() == [1]
