"""What is forgotten, and when: the unconfirmed, the answers, the names."""

from datetime import datetime

from cast import a_list, a_person
from sqlmodel import Session, select
from webinars.people_stage import BEGINS, DAY, ENDS, attend, join
from webinars.webinar_stage import FIRST, a_series, a_webinar, dates_of, the_hub

from publisher.audience import upkeep
from publisher.desk import person as desk
from publisher.house import House
from publisher.mail import addresses
from publisher.mail.models import Address, Outbox
from publisher.webinars import changing, forgetting, questions, scheduling
from publisher.webinars.models import Presence, Question, Registrant, Registration, RoomEvent, Seat, Vote

NEED = {"key": "need", "label": "What do you need?", "kind": "text", "options": [], "required": False}


def test_who_never_confirmed_is_forgotten_with_their_address(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now, capacity=5)
    reader = a_person(
        session, "carol@example.org", now, a_list(session, the_hub(session, now), now), state="unsubscribed"
    )
    for name in ("bob", "carol"):
        assert join(session, house, play, name, now).state == "pending"
    assert forgetting.forget(session, house, now + 6 * DAY) == 0
    assert forgetting.forget(session, house, now + 8 * DAY) == 2
    assert forgetting.forget(session, house, now + 8 * DAY) == 0
    for table in (Registration, Registrant, Seat):
        assert session.exec(select(table)).all() == []
    assert [one.id for one in session.exec(select(Address))] == [reader.address_id]
    assert {one.address_id for one in session.exec(select(Outbox))} == {reader.address_id}


def test_a_second_mail_is_worth_another_week(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now, capacity=5)
    join(session, house, play, "bob", now)
    join(session, house, play, "bob", now + 5 * DAY)
    assert forgetting.forget(session, house, now + 9 * DAY) == 0
    assert forgetting.forget(session, house, now + 13 * DAY) == 1


def test_who_was_here_before_keeps_what_they_attended(session: Session, house: House, now: datetime) -> None:
    leading = a_series(session, house, now, dates=2, capacity=5, confirm="never")
    alice = join(session, house, leading, "alice", now)
    attend(session, alice, dates_of(session, leading)[0], 60)
    changing.cancel(session, house, alice, now=BEGINS + DAY)
    leading.confirm = "always"
    session.add(leading)
    assert join(session, house, leading, "alice", BEGINS + DAY).state == "pending"
    forgetting.forget(session, house, BEGINS + 10 * DAY)
    session.refresh(alice)
    assert alice.state == "cancelled"
    assert "yes" in {one.attended for one in session.exec(select(Seat))}


def test_an_erased_address_that_was_not_confirmed_is_erased_again(
    session: Session, house: House, now: datetime
) -> None:
    play, _ = a_webinar(session, house, now)
    join(session, house, play, "alice", now)
    desk.erase_address(session, house, "alice@example.org", now)
    assert join(session, house, play, "alice", now).state == "pending"
    upkeep.expire_pending(session, house, now + DAY)
    assert found(session, house, "alice@example.org") == ("alice@example.org", "unconfirmed")
    forgetting.forget(session, house, now + 8 * DAY)
    upkeep.expire_pending(session, house, now + 8 * DAY)
    assert found(session, house, "alice@example.org") == ("", "erased")


def test_answers_go_some_days_after_the_last_date_as_it_stands(session: Session, house: House, now: datetime) -> None:
    play, webinar = a_webinar(session, house, now, questions=[NEED], answers_days=30)
    alice = join(session, house, play, "alice", now, answers={"need": "A ramp"})
    assert alice.answers_until == ENDS + 30 * DAY
    scheduling.reschedule(session, house, webinar, starts=FIRST + 60 * DAY, now=now)
    forgetting.forget(session, house, ENDS + 31 * DAY)
    assert answers(session, alice) == {"need": "A ramp"}
    forgetting.forget(session, house, ENDS + 91 * DAY)
    assert answers(session, alice) == {}
    assert alice.answers_until is None


def test_answers_to_what_was_called_off_go_soon(session: Session, house: House, now: datetime) -> None:
    play, webinar = a_webinar(session, house, now, questions=[NEED], answers_days=5)
    alice = join(session, house, play, "alice", now, answers={"need": "A ramp"})
    scheduling.cancel(session, house, webinar, now=now)
    forgetting.forget(session, house, now + 4 * DAY)
    assert answers(session, alice) == {"need": "A ramp"}
    forgetting.forget(session, house, now + 6 * DAY)
    assert answers(session, alice) == {}


def test_names_go_after_ninety_days_and_what_was_attended_stays(session: Session, house: House, now: datetime) -> None:
    play, webinar = a_webinar(session, house, now)
    alice, bob = (join(session, house, play, name, now, organisation="A school") for name in ("alice", "bob"))
    asked = questions.ask(session, alice, webinar, "Why?", now=now)
    questions.moderate(session, asked, "shown")
    questions.vote(session, bob, asked)
    attend(session, alice, webinar, 80)
    changing.cancel(session, house, bob, now=now)
    number = webinar.id or 0
    session.add(Presence(webinar_id=number, source="file", key="1", name="Eve", email="eve@example.org", minutes=5))
    session.add(RoomEvent(webinar_id=number, key="1", kind="joined", who=alice.key, name="Alice", user="w", at=BEGINS))
    session.flush()

    def names() -> list[str]:
        session.expire_all()
        rows = [*session.exec(select(Presence)), *session.exec(select(RoomEvent)), *session.exec(select(Question))]
        return [one.name for one in rows] + [one.name for one in (alice, bob)]

    forgetting.forget(session, house, ENDS + 89 * DAY)
    assert names() == ["Eve", "Alice", "Alice", "Alice", "Bob"]
    forgetting.forget(session, house, ENDS + 91 * DAY)
    assert names() == ["", "", "", "Alice", ""]
    assert (asked.votes, asked.registration_id, session.exec(select(Vote)).all()) == (1, None, [])
    assert session.exec(select(Presence)).one().email == ""
    assert (bob.organisation, alice.organisation) == ("", "A school")


def found(session: Session, house: House, email: str) -> tuple[str, str]:
    session.expire_all()
    address = addresses.find(session, house.tokens, email)
    assert address is not None
    return address.email, address.reason


def answers(session: Session, registration: Registration) -> dict[str, str]:
    session.refresh(registration)
    return registration.answers
