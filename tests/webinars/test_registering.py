"""Registering: one answer for everybody, one seat for each place, and nothing that a stranger could change or learn."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cast import a_list, a_person
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select
from webinars.webinar_stage import FIRST, a_series, a_webinar, dates_of, the_hub

from publisher.database import Database
from publisher.desk import person as desk
from publisher.errors import BadInput, BadToken, Conflict, TooMany
from publisher.house import House
from publisher.mail import addresses
from publisher.mail.models import Address, Suppression
from publisher.tokens import Purpose
from publisher.webinars import addresses as links
from publisher.webinars import (
    changing,
    confirming,
    dates,
    proof,
    quiet,
    registering,
    registrants,
    scheduling,
    seats,
    waiting,
    wishes,
)
from publisher.webinars.models import Registrant, Registration, Series, Webinar
from publisher.webinars.registering import Outcome
from publisher.webinars.wishes import Over, Wish

DAY = timedelta(days=1)
ALICE = "alice@example.org"
#: The one-off of the stage: 3 December, 12:00 to 13:30 UTC.
BEGINS, ENDS = datetime.fromisoformat("2026-12-03T12:00Z"), datetime.fromisoformat("2026-12-03T13:30Z")


def test_alice_registers_and_has_her_seat(session: Session, house: House, now: datetime) -> None:
    play, webinar = a_webinar(session, house, now, is_recorded=True, questions=[a_question("need")])
    wish = Wish(
        email=" Alice@Example.org ",
        name="Alice Achieng",
        organisation="A school",
        country="Kenya",
        language="sw",
        zone="Africa/Nairobi",
        answers={"need": "Captions, please.", "other": "not asked"},
        recording_notice="This webinar is recorded.",
        ip="203.0.113.77",
    )
    outcome = registering.register(session, house, play, wish, now=now)
    alice = found(session, ALICE, play)
    assert outcome == Outcome("registered", alice, True, registering.THANKS)
    assert (alice.name, alice.organisation, alice.country, alice.language) == ("Alice Achieng", "A school", "KE", "sw")
    assert (alice.zone, alice.is_whole, alice.source, alice.extra) == ("Africa/Nairobi", True, "form", 0)
    assert (alice.answers, alice.recording_notice) == ({"need": "Captions, please."}, "This webinar is recorded.")
    assert alice.answers_until == ENDS + 30 * DAY
    assert (alice.asked_at, alice.registered_at) == (now, now)
    assert states(session, alice) == {webinar.id: "coming"}
    assert seats.coming(session, alice) == {webinar.id}


def test_the_page_says_the_same_of_every_address(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now)
    monthly = a_list(session, the_hub(session, now), now)
    a_person(session, "reader@example.org", now, monthly)
    gone = a_person(session, "gone@example.org", now, monthly)
    house_address(session, house, gone.address_id)
    desk.erase(session, house, gone, now)
    answers = {
        register(session, house, play, email, now).said
        for email in ("new@example.org", "reader@example.org", "reader@example.org", "gone@example.org")
    }
    assert answers == {registering.THANKS}


def test_registering_twice_with_another_spelling_changes_nothing_of_hers(
    session: Session, house: House, now: datetime
) -> None:
    play, _ = a_webinar(session, house, now, is_recorded=True)
    first = register(session, house, play, ALICE, now, name="Alice", zone="Africa/Nairobi")
    again = register(
        session, house, play, "ALICE@Example.ORG", now + DAY, name="Mallory", zone="Asia/Tokyo", wants="recording"
    )
    assert (again.is_new, again.registration) == (False, first.registration)
    alice = found(session, ALICE, play)
    assert (alice.name, alice.zone, alice.extra, alice.state) == ("Alice", "Africa/Nairobi", 0, "registered")
    assert len(session.exec(select(Address)).all()) == 1
    assert list(states(session, alice).values()) == ["coming"]


def test_registering_again_adds_dates_and_keeps_what_was_decided(session: Session, house: House, now: datetime) -> None:
    leading = a_series(session, house, now, dates=4, is_recorded=True)
    first, second, third, fourth = ids(session, leading)
    register(session, house, leading, ALICE, now, webinars=(first, second))
    alice = found(session, ALICE, leading)
    changing.opt_out(session, house, alice, session.get_one(Webinar, second), now=now, recording=True)
    assert alice.extra == 1
    register(session, house, leading, ALICE, now + DAY, webinars=(second, third))
    assert states(session, alice) == {first: "coming", second: "recording", third: "coming"}
    assert (alice.is_whole, alice.extra) == (False, 2)
    register(session, house, leading, ALICE, now + DAY)
    assert (alice.is_whole, alice.extra) == (True, 3)
    assert states(session, alice) == {first: "coming", second: "recording", third: "coming", fourth: "coming"}
    register(session, house, leading, ALICE, now + DAY)
    assert alice.extra == 3


def test_a_full_date_is_not_added_to_who_is_registered(session: Session, house: House, now: datetime) -> None:
    leading = a_series(session, house, now, dates=2, capacity=1, confirm="never")
    first, second = ids(session, leading)
    register(session, house, leading, "bob@example.org", now, webinars=(second,))
    register(session, house, leading, ALICE, now, webinars=(first,))
    register(session, house, leading, ALICE, now, webinars=(first, second))
    assert states(session, found(session, ALICE, leading)) == {first: "coming"}


def test_after_the_start_she_may_and_after_the_end_the_recording_is_offered(
    session: Session, house: House, now: datetime
) -> None:
    play, webinar = a_webinar(session, house, now)
    assert register(session, house, play, ALICE, BEGINS + timedelta(minutes=5)).state == "registered"
    with pytest.raises(Over) as refused:
        register(session, house, play, "bob@example.org", ENDS)
    assert str(refused.value) == wishes.OVER
    assert refused.value.webinars == (webinar,)
    webinar.ended_at = BEGINS + timedelta(minutes=30)  # the room closed early
    with pytest.raises(Over):
        register(session, house, play, "bob@example.org", BEGINS + timedelta(minutes=31))


def test_half_way_through_a_series_only_what_is_ahead_is_given(session: Session, house: House, now: datetime) -> None:
    leading = a_series(session, house, now, dates=3)
    _, second, third = ids(session, leading)
    register(session, house, leading, ALICE, BEGINS + 2 * DAY)
    assert states(session, found(session, ALICE, leading)) == {second: "coming", third: "coming"}


def test_drafts_and_what_was_called_off_take_nobody(session: Session, house: House, now: datetime) -> None:
    draft, _ = a_webinar(session, house, now, announced=False)
    with pytest.raises(Conflict, match="not open yet"):
        register(session, house, draft, ALICE, now)
    off, webinar = a_webinar(session, house, now, slug="off")
    scheduling.cancel(session, house, webinar, now=now)
    with pytest.raises(Conflict, match="called off"):
        register(session, house, off, ALICE, now)
    leading = a_series(session, house, now)
    for wrong in ((webinar.id or 0,), (999_999,), ()):
        with pytest.raises(BadInput) as refused:
            register(session, house, leading, ALICE, now, webinars=wrong)
        assert refused.value.field == "webinars"
    assert session.exec(select(Registration)).all() == []


def test_a_date_announced_later_is_for_everybody_who_wanted_all(session: Session, house: House, now: datetime) -> None:
    leading = a_series(session, house, now, dates=2, is_recorded=True, capacity=1, confirm="never")
    first, _second = ids(session, leading)
    register(session, house, leading, ALICE, now)
    register(session, house, leading, "bob@example.org", now, wants="recording")
    register(session, house, leading, "cem@example.org", now, webinars=(first,), wants="recording")
    dates.add(session, house, leading, FIRST + 21 * DAY, now=now)
    added = dates_of(session, leading)[-1]
    seats.give_to_whole(session, added)
    assert [states(session, found(session, one, leading)).get(added.id) for one in
            (ALICE, "bob@example.org", "cem@example.org")] == ["coming", "recording", None]  # fmt: skip


def test_the_recording_only_takes_no_place(session: Session, house: House, now: datetime) -> None:
    play, webinar = a_webinar(session, house, now, capacity=1, confirm="never", is_recorded=True)
    register(session, house, play, ALICE, now)
    outcome = register(session, house, play, "bob@example.org", now, wants="recording")
    assert (outcome.state, states(session, outcome.registration)) == ("registered", {webinar.id: "recording"})
    live, _ = a_webinar(session, house, now, slug="live")
    with pytest.raises(BadInput) as refused:
        register(session, house, live, "bob@example.org", now, wants="recording")
    assert refused.value.field == "wants"


# Whether an address has to say yes first


@pytest.mark.parametrize(
    ("confirm", "capacity", "who", "state"),
    [
        ("auto", None, "stranger", "registered"),
        ("auto", 20, "stranger", "pending"),
        ("auto", 20, "pending reader", "pending"),
        ("auto", 20, "former reader", "pending"),
        ("auto", 20, "reader", "registered"),
        ("auto", 20, "register link", "registered"),
        ("always", None, "stranger", "pending"),
        ("always", None, "reader", "pending"),
        ("always", None, "register link", "pending"),
        ("never", 20, "stranger", "registered"),
    ],
)
def test_who_has_to_say_yes_first(
    session: Session, house: House, now: datetime, confirm: str, capacity: int | None, who: str, state: str
) -> None:
    play, _ = a_webinar(session, house, now, confirm=confirm, capacity=capacity)
    monthly = a_list(session, the_hub(session, now), now)
    key = None
    if who != "stranger":
        kind = {"pending reader": "pending", "former reader": "unsubscribed", "register link": "unsubscribed"}
        person = a_person(session, ALICE, now, monthly, state=kind.get(who, "active"))
        key = person.key if who == "register link" else None
    wish = Wish(email="" if key else ALICE, reader_key=key)
    outcome = registering.register(session, house, play, wish, now=now)
    assert outcome.state == state
    assert found(session, ALICE, play).source == ("link" if key else "form")


def test_staff_and_imports_vouch_for_whom_they_bring(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(
        session, house, now, confirm="always", capacity=20, needs_approval=True, questions=[a_question("need", True)]
    )
    for source in ("staff", "import"):
        assert register(session, house, play, f"{source}@example.org", now, source=source).state == "registered"
    register(session, house, play, "bob@example.org", now, answers={"need": "Nothing"})
    assert found(session, "bob@example.org", play).state == "pending"
    assert register(session, house, play, "bob@example.org", now, source="staff").state == "registered"


def test_an_import_brings_nobody_back(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now)
    alice = register(session, house, play, ALICE, now).registration
    changing.cancel(session, house, alice, now=now)
    outcome = register(session, house, play, ALICE, now, source="import")
    assert (outcome.state, outcome.is_new) == ("cancelled", False)
    assert register(session, house, play, ALICE, now, source="staff").state == "registered"


def test_confirming_gives_the_place_once(session: Session, house: House, now: datetime) -> None:
    play, webinar = a_webinar(session, house, now, capacity=1)
    alice = register(session, house, play, ALICE, now).registration
    assert (alice.state, seats.taken(session, [webinar.id])) == ("pending", {webinar.id: 0})
    token = confirm_token(house, alice, now)
    question = confirming.look(session, house, token, now=now)
    assert (question.masked, question.dates, question.is_done) == ("a•••@e•••.org", (webinar,), False)
    assert alice.state == "pending"
    assert confirming.confirm(session, house, token, now=now + DAY).is_first
    assert (alice.state, alice.registered_at) == ("registered", now + DAY)
    assert not confirming.confirm(session, house, token, now=now + DAY).is_first
    assert confirming.look(session, house, token, now=now).is_done

    bob = register(session, house, play, "bob@example.org", now).registration
    assert confirming.confirm(session, house, confirm_token(house, bob, now), now=now).registration.state == "waiting"


def test_a_confirmation_link_that_is_old_forged_or_taken_back(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now, capacity=1)
    alice = register(session, house, play, ALICE, now).registration
    token = confirm_token(house, alice, now)
    for wrong, when in ((token, now + 8 * DAY), (token[:-2], now), ("", now), ("a.b", now),
                        (house.tokens.make(Purpose.BOOKING, f"w:{alice.key}"), now),
                        (house.tokens.make(Purpose.CONFIRM, f"{alice.key}:1"), now),
                        (house.tokens.make(Purpose.CONFIRM, "w:nobody"), now)):  # fmt: skip
        with pytest.raises(BadToken):
            confirming.confirm(session, house, wrong, now=when)
    changing.cancel(session, house, alice, now=now)
    with pytest.raises(BadToken):
        confirming.confirm(session, house, token, now=now)
    assert alice.state == "cancelled"


def test_a_confirmation_after_the_end_says_so(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now, capacity=1)
    alice = register(session, house, play, ALICE, BEGINS).registration
    with pytest.raises(Over):
        confirming.confirm(session, house, confirm_token(house, alice, BEGINS), now=ENDS)


def test_who_was_erased_comes_back_only_by_their_own_yes(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now, confirm="never")
    register(session, house, play, ALICE, now)
    assert desk.erase_address(session, house, ALICE, now)
    with pytest.raises(Conflict):
        register(session, house, play, ALICE, now, source="import")
    alice = register(session, house, play, ALICE, now).registration
    address = registrants.address_of(session, alice)
    assert (alice.state, address.email, address.suppressed, address.reason) == (
        "pending", ALICE, Suppression.ALL, proof.UNCONFIRMED)  # fmt: skip
    other, _ = a_webinar(session, house, now, slug="other", confirm="never")
    assert register(session, house, other, ALICE, now).state == "pending"
    confirming.confirm(session, house, confirm_token(house, alice, now), now=now)
    assert (alice.state, address.suppressed) == ("registered", "")


def test_what_staff_stopped_stays_stopped_and_a_complaint_does_not(
    session: Session, house: House, now: datetime
) -> None:
    play, _ = a_webinar(session, house, now, capacity=9)
    for email, reason, after in (("carol@example.org", "complained", ""), ("dan@example.org", "staff", "all")):
        address = addresses.find_or_make(session, house.tokens, email, now=now)
        addresses.suppress(session, address, Suppression.ALL, reason, now=now)
        one = register(session, house, play, email, now).registration
        confirming.confirm(session, house, confirm_token(house, one, now), now=now)
        assert (one.state, address.suppressed) == ("registered", after)


def test_who_wanted_quiet_and_left_has_to_say_yes(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now)
    alice = register(session, house, play, ALICE, now).registration
    quiet.mute(session, alice, now=now)
    changing.cancel(session, house, alice, now=now)
    assert register(session, house, play, ALICE, now).state == "pending"


# Cohorts


def test_a_cohort_takes_its_members_and_tells_nobody_else(session: Session, house: House, now: datetime) -> None:
    leaders = a_list(session, the_hub(session, now), now, "leaders", kind="cohort")
    a_person(session, ALICE, now, leaders)
    a_person(session, "left@example.org", now, leaders, state="unsubscribed")
    play, _ = a_webinar(session, house, now, list_slug="leaders")
    before = len(session.exec(select(Address)).all())
    said = {register(session, house, play, one, now).said for one in (ALICE, "left@example.org", "eve@example.org")}
    assert said == {registering.THANKS_MEMBERS}  # true for a stranger, too, to whom nothing was written
    assert [one.state for one in session.exec(select(Registration))] == ["registered"]
    assert len(session.exec(select(Address)).all()) == before
    with pytest.raises(BadInput) as refused:
        register(session, house, play, "eve@example.org", now, source="staff")
    assert refused.value.field == "email"


# Register links


def test_a_register_link_fills_the_form_and_shows_no_address(session: Session, house: House, now: datetime) -> None:
    monthly = a_list(session, the_hub(session, now), now)
    alice = a_person(session, ALICE, now, monthly, name="Alice", languages="fr,en", zone="Africa/Nairobi")
    play, _ = a_webinar(session, house, now)
    token = house.tokens.make(Purpose.REGISTER, alice.key)
    form = registering.prefilled(session, house, token, now=now)
    assert form is not None
    assert (form.masked, form.name, form.language, form.zone) == ("a•••@e•••.org", "Alice", "fr", "Africa/Nairobi")
    assert "alice@" not in repr(form)
    for wrong in (house.tokens.make(Purpose.PREFERENCES, alice.key), token[:-1], "x"):
        with pytest.raises(BadToken):
            registering.prefilled(session, house, wrong, now=now)

    wish = Wish(reader_key=form.reader_key, name=form.name)
    assert registering.register(session, house, play, wish, now=now).state == "registered"
    assert found(session, ALICE, play).source == "link"
    colleague = replace(wish, email="bob@example.org", name="Bob")
    assert registering.register(session, house, play, colleague, now=now).state == "registered"
    assert found(session, "bob@example.org", play).source == "form"
    desk.erase(session, house, alice, now)
    assert registering.prefilled(session, house, token, now=now) is None
    with pytest.raises(BadInput) as refused:
        registering.register(session, house, play, wish, now=now)
    assert refused.value.field == "email"


# Bad input


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("email", {"email": "nobody"}),
        ("email", {"email": "a@b\r\nBcc: eve@example.org"}),
        ("email", {"email": "a" * 400 + "@example.org"}),
        ("email", {"email": ""}),
        ("language", {"language": "klingonese"}),
        ("zone", {"zone": "Mars/Olympus"}),
        ("zone", {"zone": "../../etc/passwd"}),
        ("zone", {"zone": "EST5EDT+\x00"}),
        ("zone", {"zone": "GMT+3"}),
        ("country", {"country": "Atlantis"}),
        ("wants", {"wants": "everything"}),
        ("reminded_by", {"reminded_by": "pigeon"}),
        ("source", {"source": "somewhere"}),
        ("answer-need", {"answers": {}}),
        ("answer-need", {"answers": {"need": " \u202e\u200b "}}),
        ("answer-where", {"answers": {"need": "x", "where": "On the moon"}}),
    ],
)
def test_what_anybody_can_see_to_be_wrong_is_said(
    session: Session, house: House, now: datetime, field: str, wrong: dict[str, Any]
) -> None:
    asked = [a_question("need", True), {"key": "where", "label": "Where?", "kind": "choice", "options": ["Here", "There"],
                                        "required": False}]  # fmt: skip
    play, _ = a_webinar(session, house, now, questions=asked)
    wish = replace(Wish(email=ALICE, answers={"need": "x", "where": "Here"}), **wrong)
    with pytest.raises(BadInput) as refused:
        registering.register(session, house, play, wish, now=now)
    assert refused.value.field == field
    assert len(str(refused.value)) < 300
    assert session.exec(select(Registration)).all() == []


def test_a_zone_that_a_script_guessed_keeps_nobody_out(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now)
    for number, (zone, kept) in enumerate({"Mars/Olympus": "UTC", "": "UTC", "Asia/Calcutta": "Asia/Kolkata"}.items()):
        wish = Wish(email=f"{number}@example.org", zone=zone, zone_is_guess=True)
        registering.register(session, house, play, wish, now=now)
        assert found(session, f"{number}@example.org", play).zone == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Alice\r\nBcc: eve", "Alice Bcc: eve"),
        ("\u202eecilA", "ecilA"),
        ("  Zoë\u00a0\u2003 Ñandú ", "Zoë Ñandú"),
        ("محمد \u2066علي", "محمد علي"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("Win at https://casino.example/now today", "Win at today"),
        ("www.casino.example", ""),
        ("Call me at eve@casino.example", "Call me at"),
        ("Dr. A. B. van den Berg-O’Neill", "Dr. A. B. van den Berg-O’Neill"),
        ("N" * 5000, "N" * 120),
    ],
)
def test_names_are_names(typed: str, kept: str) -> None:
    assert wishes.clean_name(typed) == kept


@given(st.text(max_size=400))
def test_whatever_is_typed_as_a_name_is_one_short_line(typed: str) -> None:
    kept = wishes.clean_name(typed)
    assert len(kept) <= 120
    assert kept == kept.strip() == wishes.clean_name(kept)
    assert not any(c in kept for c in "\r\n\t\x00\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
    kept.encode()


@given(st.text(max_size=3000), st.integers(1, 2000))
def test_whatever_is_typed_as_words_can_be_kept_and_shown(typed: str, limit: int) -> None:
    kept = wishes.clean_text(typed, limit)
    assert len(kept) <= limit
    assert not any(c in kept for c in "\r\x00\u202e\u2066\ufeff")
    kept.encode()


def test_budgets_are_for_networks_and_mailboxes(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now)
    for number in range(30):
        register(session, house, play, f"n{number}@example.org", now, ip="203.0.113.77")
    with pytest.raises(TooMany):
        register(session, house, play, "n31@example.org", now, ip="203.0.113.9")
    register(session, house, play, "n31@example.org", now, ip="198.51.100.1")
    register(session, house, play, "n32@example.org", now, ip="203.0.113.9", source="staff")


def test_dates_do_not_change_without_a_word(session: Session, house: House, now: datetime) -> None:
    """A mailbox that was written to often enough today is left alone, and so is its registration."""
    leading = a_series(session, house, now, dates=6)
    every = ids(session, leading)
    register(session, house, leading, ALICE, now, webinars=(every[0],))
    for _ in range(proof.AGAIN_A_DAY):
        register(session, house, leading, ALICE, now, webinars=(every[0],))
    register(session, house, leading, ALICE, now, webinars=tuple(every))
    assert list(states(session, found(session, ALICE, leading))) == [every[0]]
    register(session, house, leading, ALICE, now + 2 * DAY, webinars=tuple(every))
    assert len(states(session, found(session, ALICE, leading))) == 6


# At the same moment


def test_of_two_who_want_the_last_place_exactly_one_gets_it(database: Database, house: House, now: datetime) -> None:
    with database.session() as session:
        play, webinar = a_webinar(session, house, now, capacity=3, confirm="never")
    outcomes = at_once(database, house, [(play, f"p{number}@example.org") for number in range(12)], now)
    assert sorted(outcomes) == ["registered"] * 3 + ["waiting"] * 9
    with database.session() as session:
        assert seats.taken(session, [webinar.id or 0]) == {webinar.id: 3}
        assert len(waiting.on_list(session, session.get_one(Series, play.id))) == 9


def test_the_same_address_twice_at_the_same_moment_is_one_registration(
    database: Database, house: House, now: datetime
) -> None:
    with database.session() as session:
        play, _ = a_webinar(session, house, now, capacity=5, confirm="never")
        other, _ = a_webinar(session, house, now, slug="other")
    spellings = ("alice@example.org", "ALICE@example.org", "Alice@Example.ORG")
    pressed = [(series, email) for email in spellings for series in (play, other)]
    assert at_once(database, house, pressed * 2, now) == ["registered"] * 12
    with database.session() as session:
        assert len(session.exec(select(Registration)).all()) == 2
        assert len(session.exec(select(Registrant)).all()) == 1


def at_once(database: Database, house: House, who: list[tuple[Series, str]], now: datetime) -> list[str]:
    """Everybody presses the button when all are ready; the states they came to."""
    ready = threading.Barrier(len(who))

    def press(one: tuple[Series, str]) -> str:
        ready.wait()
        with database.session() as session:
            mine = session.get_one(Series, one[0].id)
            return registering.register(session, house, mine, Wish(email=one[1]), now=now).state

    with ThreadPoolExecutor(len(who)) as people:
        return list(people.map(press, who))


def register(session: Session, house: House, series: Series, email: str, now: datetime, **wish: Any) -> Outcome:
    return registering.register(session, house, series, Wish(email=email, **wish), now=now)


def found(session: Session, email: str, series: Series) -> Registration:
    which = (
        select(Registration)
        .join(Registrant, col(Registrant.id) == col(Registration.registrant_id))
        .join(Address, col(Address.id) == col(Registrant.address_id))
        .where(col(Address.normalised) == email, col(Registration.series_id) == series.id)
    )
    return session.exec(which).one()


def states(session: Session, registration: Registration | None) -> dict[int, str]:
    assert registration is not None
    return {one: seat.state for one, seat in seats.of(session, registration).items()}


def ids(session: Session, series: Series) -> list[int]:
    return [one.id or 0 for one in dates_of(session, series)]


def a_question(key: str, required: bool = False) -> dict[str, Any]:
    return {"key": key, "label": "What do you need to take part?", "kind": "text", "options": [], "required": required}


def confirm_token(house: House, registration: Registration | None, now: datetime) -> str:
    assert registration is not None
    return links.confirm(house, registration, now=now).rpartition("/")[2]


def house_address(session: Session, house: House, address_id: int) -> None:
    """The cast's hashes are for show; erasing needs the real one."""
    address = session.get_one(Address, address_id)
    address.hash = addresses.hash_of(house.tokens, address.normalised)
    session.add(address)
    session.flush()
