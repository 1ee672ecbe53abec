"""What people hear when a date moves, is added or is called off: once, with the time that counts and the invitation in its place."""

from datetime import UTC, datetime, timedelta

from invitation_checks import events_of, findings_of, method_of, text_of
from sqlalchemy import update
from sqlmodel import Session, col
from webinars.mailing_stage import Who, carry, plan, register, rows_of, states
from webinars.webinar_stage import a_series, a_webinar, dates_of

from feeds.calendar.reading import Component
from publisher import clock
from publisher.house import House
from publisher.mail.models import Outbox
from publisher.webinars import dates, messages, scheduling, telling, times
from publisher.webinars.models import Registration, Series, Webinar

START = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)  # 15:00 in Nairobi
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ALICE, BEN, CARO, DAN = (f"{name}@people.example" for name in ("alice", "ben", "caro", "dan"))


def the_webinar(house: House, now: datetime, *people: Who) -> Webinar:
    with house.database.session() as session:
        made, webinar = a_webinar(session, house, now)
        register(session, made, people or (Who(ALICE, "Alice"), Who(BEN)), now)
        return webinar


def the_series(house: House, now: datetime, *people: Who, number: int = 3) -> tuple[Series, list[Webinar]]:
    with house.database.session() as session:
        made = a_series(session, house, now, dates=number)
        register(session, made, people, now)
        return made, dates_of(session, made)


def move(house: House, webinar: Webinar, starts: datetime, now: datetime, note: str = "") -> None:
    with house.database.session() as session:
        row = session.get_one(Webinar, webinar.id)
        scheduling.reschedule(session, house, row, starts=starts, note=note, now=now)


def mails(house: House, now: datetime) -> dict[str, bytes]:
    """What arrives at this moment, one each, and nothing wrong with any of it."""
    arrived = carry(house, now)
    found = dict(arrived)
    assert len(found) == len(arrived), "somebody got two"
    assert [finding for mail in found.values() for finding in findings_of(mail)] == []
    return found


def value(event: Component, name: str) -> str:
    return str(event.value(name) or "")


def first_line(mail: bytes) -> str:
    return text_of(mail).splitlines()[0]


def test_everybody_hears_of_a_move_in_their_own_time_and_their_calendar_follows(house: House, now: datetime) -> None:
    people = (Who(ALICE, "Alice"), Who(BEN, zone="Asia/Kathmandu", language="fr"))
    webinar = the_webinar(house, now, *people)
    move(house, webinar, datetime(2026, 12, 8, 23, 30), now, note="The hall is taken.")
    found = mails(house, now)
    assert first_line(found[ALICE]) == "Tuesday 8 December 2026, 23:30 (Nairobi)"
    assert " ".join(first_line(found[BEN]).split()) == "mercredi 9 décembre 2026 à 2 h 15 (Katmandou)"
    assert "The hall is taken." in text_of(found[ALICE])
    assert "Thursday 3 December 2026, 15:00 (Nairobi)" in text_of(found[ALICE])  # what it was
    for address, mail in found.items():
        [event] = events_of(mail)
        assert (method_of(mail), value(event, "SEQUENCE")) == ("REQUEST", "1")
        assert value(event, "DTSTART") == "20261208T233000"
        assert address in value(event, "ATTENDEE")


def test_the_sequence_is_the_series_and_the_persons_own(house: House, now: datetime) -> None:
    webinar = the_webinar(house, now)
    with house.database.session() as session:
        session.execute(update(Registration).where(col(Registration.name) == "Alice").values(extra=4))
    move(house, webinar, datetime(2026, 12, 8, 15, 0), now)
    found = mails(house, now)
    assert [value(events_of(found[who])[0], "SEQUENCE") for who in (ALICE, BEN)] == ["5", "1"]


def test_who_only_wants_the_recording_hears_of_a_move_without_an_invitation(house: House, now: datetime) -> None:
    """The new time may suit them; there is no entry in their calendar to move."""
    people = (
        Who(ALICE),
        Who(BEN, seat="recording"),
        Who(CARO, seat="away"),
        Who(DAN, state="waiting"),
        Who("muted@people.example", is_muted=True),
        Who("complained@people.example", suppressed="all"),
    )
    webinar = the_webinar(house, now, *people)
    move(house, webinar, datetime(2026, 12, 8, 15, 0), now)
    assert {to: method_of(mail) for to, mail in mails(house, now).items()} == {ALICE: "REQUEST", BEN: ""}


def test_who_registered_after_the_move_has_read_the_new_time_already(house: House, now: datetime) -> None:
    webinar = the_webinar(house, now)
    move(house, webinar, datetime(2026, 12, 8, 15, 0), now)
    with house.database.session() as session:
        register(session, session.get_one(Series, webinar.series_id), [Who(CARO)], now + timedelta(seconds=1))
    assert sorted(mails(house, now + timedelta(seconds=2))) == [ALICE, BEN]


def test_one_date_of_a_series_is_moved_alone_for_those_who_come_to_it(house: House, now: datetime) -> None:
    _, [_, second, _] = the_series(house, now, Who(ALICE), Who(BEN, dates=(2,)), Who(CARO, dates=(1, 3)))
    move(house, second, datetime(2026, 12, 11, 16, 0), now)
    found = mails(house, now)
    assert sorted(found) == [ALICE, BEN]
    for mail in found.values():
        [event] = events_of(mail)
        assert value(event, "RECURRENCE-ID") == "20261210T150000"
        assert value(event, "DTSTART") == "20261211T160000"


def test_of_two_moves_before_anything_was_sent_only_the_last_is_told_with_the_time_people_know(
    house: House, now: datetime
) -> None:
    webinar = the_webinar(house, now)
    move(house, webinar, datetime(2026, 12, 8, 15, 0), now)
    move(house, webinar, datetime(2026, 12, 9, 15, 0), now + timedelta(seconds=1))
    text = text_of(mails(house, now + timedelta(seconds=1))[ALICE])
    assert "9 December 2026" in text
    assert "Thursday 3 December 2026, 15:00" in text
    assert "8 December" not in text


def test_a_move_during_the_sending_of_another_stops_what_has_not_left(house: House, now: datetime) -> None:
    webinar = the_webinar(house, now)
    move(house, webinar, datetime(2026, 12, 8, 15, 0), now)
    plan(house, now)
    with house.database.session() as session:
        sent = rows_of(session, "update")[0][2]
        session.execute(update(Outbox).where(col(Outbox.id) == sent.id).values(state="accepted", done_at=now))
    move(house, webinar, datetime(2026, 12, 9, 15, 0), now + HOUR)
    found = mails(house, now + HOUR)
    assert [first_line(found[who]) for who in (ALICE, BEN)] == ["Wednesday 9 December 2026, 15:00 (Nairobi)"] * 2
    with house.database.session() as session:
        assert states(session, "update") == [(None, "cancelled"), (None, "out")]


def test_a_message_that_is_being_sent_gets_the_new_time_for_who_has_not_had_it(house: House, now: datetime) -> None:
    webinar = the_webinar(house, now)
    words = {"en": {"subject": "Bring a pencil", "body": "We will draw."}}
    with house.database.session() as session:
        series, row = session.get_one(Series, webinar.series_id), session.get_one(Webinar, webinar.id)
        messages.send(session, house, series, row, words, "coming", now=now)
    plan(house, now)
    with house.database.session() as session:
        sent = rows_of(session, "message")[0][2]
        session.execute(update(Outbox).where(col(Outbox.id) == sent.id).values(state="accepted", done_at=now))
    move(house, webinar, datetime(2026, 12, 8, 15, 0), now)
    arrived = [(to, first_line(mail)) for to, mail in carry(house, now) if b"pencil" in mail]
    assert arrived == [(BEN, "Tuesday 8 December 2026, 15:00 (Nairobi)")]


def test_calling_off_a_one_off_takes_it_out_of_every_calendar(house: House, now: datetime) -> None:
    people = (Who(ALICE), Who(BEN, seat="recording"), Who(CARO, state="waiting"), Who(DAN, state="pending"))
    webinar = the_webinar(house, now, *people)
    with house.database.session() as session:
        scheduling.cancel(session, house, session.get_one(Webinar, webinar.id), note="The speaker is ill.", now=now)
    found = mails(house, now)
    assert {to: method_of(mail) for to, mail in found.items()} == {ALICE: "CANCEL", BEN: "", CARO: ""}
    [event] = events_of(found[ALICE])
    assert (value(event, "STATUS"), value(event, "SEQUENCE")) == ("CANCELLED", "1")
    assert first_line(found[CARO]) == "Thursday 3 December 2026, 15:00 (Nairobi)"
    assert all("The speaker is ill." in text_of(mail) for mail in found.values())


def test_calling_off_one_date_leaves_the_others(house: House, now: datetime) -> None:
    _, [_, second, _] = the_series(house, now, Who(ALICE), Who(BEN, dates=(1,)))
    with house.database.session() as session:
        scheduling.cancel(session, house, session.get_one(Webinar, second.id), now=now)
    found = mails(house, now)
    assert list(found) == [ALICE]
    [event] = events_of(found[ALICE])
    assert (method_of(found[ALICE]), value(event, "RECURRENCE-ID")) == ("CANCEL", "20261210T150000")


def test_calling_off_a_series_is_one_letter(house: House, now: datetime) -> None:
    made, _ = the_series(house, now, Who(ALICE), Who(BEN, dates=(2, 3)))
    with house.database.session() as session:
        scheduling.cancel_series(session, house, session.get_one(Series, made.id), now=now)
    found = mails(house, now)
    assert [value(one, "RECURRENCE-ID") for one in events_of(found[ALICE])] == [""]  # the whole
    assert [value(one, "RECURRENCE-ID") for one in events_of(found[BEN])] == ["20261210T150000", "20261217T150000"]


def test_what_has_been_stays_in_calendars_when_the_rest_is_called_off(house: House, now: datetime) -> None:
    made, _ = the_series(house, now, Who(ALICE))
    with house.database.session() as session:
        scheduling.cancel_series(session, house, session.get_one(Series, made.id), now=START + DAY)
    found = [mail for to, mail in carry(house, START + DAY) if method_of(mail)]
    assert [value(one, "RECURRENCE-ID") for one in events_of(found[0])] == ["20261210T150000", "20261217T150000"]


def test_a_date_that_is_added_goes_to_who_registered_for_all(house: House, now: datetime) -> None:
    made, _ = the_series(house, now, Who(ALICE), Who(BEN, dates=(1,)), number=2)
    with house.database.session() as session:
        dates.add(session, house, session.get_one(Series, made.id), datetime(2026, 12, 21, 15, 0), now=now)
    found = mails(house, now)
    assert list(found) == [ALICE]
    assert first_line(found[ALICE]) == "Monday 21 December 2026, 15:00 (Nairobi)"
    assert len(events_of(found[ALICE])) == 4  # the whole, and its three dates with a way in each


def test_a_date_added_while_another_moves_comes_with_the_time_that_counts(house: House, now: datetime) -> None:
    made, [first, _] = the_series(house, now, Who(ALICE), number=2)
    with house.database.session() as session:
        dates.add(session, house, session.get_one(Series, made.id), datetime(2026, 12, 21, 15, 0), now=now)
    plan(house, now)
    move(house, first, datetime(2026, 12, 4, 15, 0), now)
    arrived = [mail for _, mail in carry(house, now)]
    assert len(arrived) == 2  # the one, and the other anew
    moved = [e for mail in arrived for e in events_of(mail) if value(e, "RECURRENCE-ID") == "20261203T150000"]
    assert [value(event, "DTSTART") for event in moved] == ["20261204T150000"] * 2
    assert {value(event, "SEQUENCE") for event in moved} == {"2"}


def test_nobody_hears_of_a_move_when_it_has_all_been(house: House, now: datetime) -> None:
    webinar = the_webinar(house, now)
    move(house, webinar, datetime(2026, 11, 24, 15, 0), now)
    plan(house, now)
    assert mails(house, now + 3 * DAY) == {}


def test_another_zone_moves_all_dates_in_one_letter(house: House, now: datetime) -> None:
    made, _ = the_series(house, now, Who(ALICE), Who(BEN, dates=(3,)))
    with house.database.session() as session:
        scheduling.change_zone(session, house, session.get_one(Series, made.id), "Europe/Paris", now=now)
    found = mails(house, now)
    assert sorted(found) == [ALICE, BEN]
    assert first_line(found[ALICE]) == "Thursday 3 December 2026, 17:00 (Nairobi)"
    assert len(events_of(found[ALICE])) == 4
    assert len(events_of(found[BEN])) == 1


def test_new_rules_of_clocks_are_told_to_who_comes(house: House, now: datetime) -> None:
    webinar = the_webinar(house, now, Who(ALICE), Who(BEN, seat="recording"))
    with house.database.session() as session:
        row = session.get_one(Webinar, webinar.id)
        before = times.stood(row)
        row.starts_at, row.ends_at = row.starts_at + HOUR, row.ends_at + HOUR
        row.zone_data = clock.zone_data_version()
        session.get_one(Series, row.series_id).sequence += 1
        session.flush()
        telling.moved(session, house, row, before, now=now, reason="rules")
    assert list(mails(house, now)) == [ALICE]


def test_telling_the_same_again_is_one_letter(session: Session, house: House, now: datetime) -> None:
    made, webinar = a_webinar(session, house, now)
    before = times.stood(webinar)
    made.sequence += 1
    session.flush()
    assert telling.moved(session, house, webinar, before, now=now) is not None
    assert telling.moved(session, house, webinar, before, now=now) is None
    assert states(session, "update") == [(None, "waiting")]
