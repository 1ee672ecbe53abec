"""Finding somebody by name or address, and telling everything that happened with them."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import posted
import pytest
from cast import a_hub, a_list, a_person, a_work
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlmodel import Session, col, select
from webinars.webinar_stage import a_webinar

from publisher.audience import importing, moving, people, preferences
from publisher.audience.models import MailingList, Person, searchable
from publisher.desk import person as whole
from publisher.desk.finding import find
from publisher.desk.mail_stories import called
from publisher.desk.stories import story, story_of_address
from publisher.errors import Conflict
from publisher.house import House
from publisher.library.models import Share
from publisher.mail import addresses
from publisher.mail.models import Address, Letter, LetterEdition, LetterLink, MailEvent, Outbox, OutboxState
from publisher.staff import accounts, roles, sessions, trail
from publisher.staff.models import Member, StaffSession, Trail
from publisher.webinars import registering
from publisher.webinars.models import Seat
from publisher.webinars.wishes import Wish


@pytest.fixture
def monthly(session: Session, now: datetime) -> MailingList:
    return a_list(session, a_hub(session, now), now)


@pytest.fixture
def cast(session: Session, monthly: MailingList, now: datetime) -> None:
    a_person(session, "jm@example.org", now, monthly, name="José María Álvarez")
    a_person(session, "nour@beispiel.example", now, monthly, name="نور الهدى")
    a_person(session, "lukasz@example.org", now, monthly, name="Łukasz Żółć-Nowak")
    a_person(session, "alice_b@example.org", now, monthly, name="Alice")
    a_person(session, "alicexb@example.org", now, monthly, name="100 % Alice")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("jose", ["jm@example.org"]),
        ("JOSÉ alv", ["jm@example.org"]),
        ("álvarez maria", ["jm@example.org"]),
        ("varez", []),
        ("nowak", ["lukasz@example.org"]),
        ("zolc", ["lukasz@example.org"]),
        ("نور", ["nour@beispiel.example"]),
        ("jm@", ["jm@example.org"]),
        ("beispiel", ["nour@beispiel.example"]),
        ("Alice_B@Example.org", ["alice_b@example.org"]),
        ("100 %", ["alicexb@example.org"]),
        ("alice", ["alice_b@example.org", "alicexb@example.org"]),
        ("%", []),
        ("_", ["alice_b@example.org"]),
        ("", []),
        ("   ", []),
    ],
)
def test_a_beginning_is_enough_with_or_without_accents(
    session: Session, house: House, cast: None, typed: str, found: list[str]
) -> None:
    assert sorted(address.email for _, address in find(session, house, typed).people) == found


def test_a_name_is_found_however_it_came_in(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    import io

    table = io.BytesIO("email,name\nrene@example.org,René Ńdiaye\nempty@example.org,\n".encode())
    importing.import_file(session, house, table, now=now, mailing_list=monthly, consent="On paper")
    assert [a.email for _, a in find(session, house, "ndiaye").people] == ["rene@example.org"]
    later = io.BytesIO("email,name\nempty@example.org,Zoé Şahin\n".encode())
    importing.import_file(session, house, later, now=now, mailing_list=monthly, consent="On paper")
    session.expire_all()
    assert [a.email for _, a in find(session, house, "sahin").people] == ["empty@example.org"]
    rene = people.get(session, house.tokens, "rene@example.org")
    preferences.change(session, house, preferences.Visit(rene, fresh=False), preferences.Changes(name="Renée"), now)
    assert [a.email for _, a in find(session, house, "renee").people] == ["rene@example.org"]
    assert find(session, house, "ndiaye").people == []


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=60))
def test_nothing_that_is_typed_breaks_the_search(session: Session, house: House, cast: None, typed: str) -> None:
    typed = "".join(c for c in typed if c >= " " and not 0xD800 <= ord(c) < 0xE000)  # as forms come in
    assert len(find(session, house, typed).people) <= 5


def test_an_erased_address_and_one_that_was_left_are_answered(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    alice = a_person(session, "alice@old.example", now, monthly, name="Alice")
    people.address_of(session, alice).hash = addresses.hash_of(house.tokens, "alice@old.example")
    moving.ask(session, house, preferences.Visit(alice, fresh=True), "alice@example.org", now)
    moving.confirm(session, house, posted.token(session, "action", "alice@example.org"), now)
    left = find(session, house, "Alice@Old.example")
    assert (left.people, left.moved, left.erased_at) == ([], alice, None)
    whole.erase(session, house, alice, now)
    for email in ("alice@old.example", "ALICE@example.org"):
        gone = find(session, house, email)
        assert (gone.people, gone.others, gone.erased_at) == ([], [], now)


def test_who_is_no_reader_is_found_too(session: Session, house: House, monthly: MailingList, now: datetime) -> None:
    work = a_work(session, now, "A toolkit")
    pia = addresses.find_or_make(session, house.tokens, "pia@example.org", now=now)
    session.add(Share(work_id=work.id or 0, address_id=pia.id or 0, name="Pia Lund", at=now))
    series, _ = a_webinar(session, house, now, starts=datetime(2026, 11, 25, 15, 0))
    registering.register(
        session, house, series, Wish(email="pia@example.org", name="Pia Lund", source="staff"), now=now
    )
    addresses.find_or_make(session, house.tokens, "typed.once@example.org", now=now)
    found = find(session, house, "lund").others
    assert [(one.address.email, one.name, one.known_by) for one in found] == [
        ("pia@example.org", "Pia Lund", "registered for a webinar, shared a resource")
    ]
    assert find(session, house, "typed.once").others == [], "nothing is known of them"
    seat = session.exec(select(Seat)).one()
    seat.attended, seat.minutes = "yes", 48
    session.add(seat)
    session.flush()
    sentences = [sentence for _, sentence in story_of_address(session, pia)]
    for wanted in ("Shared “A toolkit” with us.", "Was registered for “Play and care” by staff.", "Came to “Play and care”, and stayed 48 minutes."):  # fmt: skip
        assert wanted in sentences
    assert "Pia Lund" in str(whole.data_of_address(session, house, "pia@example.org"))


def test_her_story_tells_what_became_of_each_mail(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    alice = a_person(session, "alice@example.org", now, monthly, name="Alice")
    letter = Letter(key="issue-1", kind="issue", title="On “play”", identity_id=monthly.identity_id, created_at=now)
    session.add(letter)
    session.flush()
    edition = LetterEdition(letter_id=letter.id or 0, language="en", digest="x", data=b"")
    session.add_all([edition, LetterLink(letter_id=letter.id or 0, n=1, url="https://example.org/play")])
    session.flush()
    for number, state in enumerate(OutboxState):
        session.add(
            Outbox(letter_id=letter.id or 0, address_id=alice.address_id, occasion=state, edition_id=edition.id or 0, state=state, not_before=now, created_at=now, done_at=now + timedelta(minutes=number))
        )  # fmt: skip
    session.flush()
    mail = session.exec(select(Outbox).where(col(Outbox.state) == OutboxState.ACCEPTED)).one()
    session.add_all(
        [
            MailEvent(outbox_id=mail.id or 0, kind="click", key="1", at=now),
            MailEvent(outbox_id=mail.id or 0, kind="deferred", key="1", at=now, text="451 greylisted"),
        ]
    )
    trail.note(session, "ines@example.org", f"person:{alice.id}", "Paused for 4 weeks.", now)
    sentences = [sentence for _, sentence in story(session, alice)]
    for wanted in (
        "Was sent “On ‘play’”.",
        "“On ‘play’” waits to be sent.",
        "“On ‘play’” was not sent: nothing goes to the address.",
        "“On ‘play’” was called off before it was sent.",
        "“On ‘play’” was not sent any more: it had come too late.",
        "Followed a link in “On ‘play’”: https://example.org/play",
        "“On ‘play’” could not be delivered yet: 451 greylisted",
        "Paused for 4 weeks. (ines@example.org)",
    ):
        assert wanted in sentences
    assert not any("open" in sentence for sentence in sentences)
    standing = Letter(key="x", kind="confirm", title="x", identity_id=0, created_at=now, standing=True)
    assert called(standing) == "the letter that asks to confirm"


def test_a_closed_account_can_be_erased_and_the_trail_names_nobody(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    for name in ("ines", "omar"):
        member = accounts.add(session, house, f"{name}@example.org", "owner", now, name=name.title(), invite=False)
        accounts.set_password(session, member, "a garden with seven gates", now)
    omar = accounts.get(session, house, "omar@example.org")
    trail.note(session, "omar@example.org", "settings", "Changed the hub.", now)
    trail.note(session, "ines@example.org", f"staff:{omar.id}", "Invited omar@example.org as owner.", now)
    trail.note(session, "ines@example.org", "list:monthly", "Put omar@example.org and tomar@example.org on it.", now)
    with pytest.raises(Conflict, match="closes the account first"):
        whole.erase_address(session, house, "omar@example.org", now)
    sessions.begin(session, omar, now=now)
    roles.disable(session, omar, now)
    assert find(session, house, "omar@").others[0].known_by == "worked at this desk"
    assert whole.erase_address(session, house, "omar@example.org", now)
    assert [(line.who, line.what) for line in session.exec(select(Trail).order_by(col(Trail.id)))] == [
        ("a former member of staff", "Changed the hub."),
        ("ines@example.org", "(erased)"),
        ("ines@example.org", "Put (erased) and tomar@example.org on it."),
    ]
    assert [one.name for one in session.exec(select(Member))] == ["Ines"]
    assert session.exec(select(StaffSession)).all() == []


def test_the_search_is_quicker_than_reading_all_names(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    """Both in one run, among twenty thousand: the database goes through a folded column, and no row is read for nothing."""
    rows = [{"email": f"reader{n}@example.org", "normalised": f"reader{n}@example.org", "hash": str(n), "suppressed": "", "reason": "", "detail": "", "created_at": now} for n in range(20_000)]  # fmt: skip
    session.execute(insert(Address), rows)
    ids = list(session.exec(select(Address.id).order_by(col(Address.id))))
    session.execute(insert(Person), [{"address_id": i, "key": f"k{i}", "name": f"Zoë Müller {i}", "folded": searchable(f"Zoë Müller {i}"), "languages": "en", "zone": "UTC", "created_at": now} for i in ids])  # fmt: skip

    def took(what: Callable[[], object]) -> float:
        began = time.perf_counter()
        assert what()
        return time.perf_counter() - began

    reading = min(took(lambda: [searchable(name) for name in session.exec(select(Person.name))]) for _ in range(3))
    for typed in ("muller 777", "reader777@", "zoe"):
        assert min(took(lambda typed=typed: find(session, house, typed).people) for _ in range(3)) < reading, typed  # type: ignore[misc]
