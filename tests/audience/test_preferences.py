"""Preferences: what a forwarded link can and cannot do, and a change of address."""

from datetime import datetime, timedelta

import posted
import pytest
from cast import a_hub, a_list, a_person
from sqlmodel import Session, select

from publisher.audience import leaving, links, lists, moving, people, preferences, upkeep
from publisher.audience.models import AddressChange, MailingList, Person
from publisher.audience.preferences import Changes, Visit
from publisher.errors import BadInput, BadToken, Conflict, Forbidden
from publisher.house import House
from publisher.mail import addresses
from publisher.mail.models import Address, Suppression
from publisher.vocabulary import terms

DAY = timedelta(days=1)


@pytest.fixture
def monthly(session: Session, now: datetime) -> MailingList:
    return a_list(session, a_hub(session, now), now)


@pytest.fixture
def alice(session: Session, monthly: MailingList, now: datetime) -> Person:
    return a_person(session, "alice@example.org", now, monthly, name="Alice")


def test_alice_changes_what_she_gets(
    session: Session, house: House, alice: Person, monthly: MailingList, now: datetime
) -> None:
    terms.seed_defaults(session)
    visit = by_mail(session, house, alice, now)
    wanted = frozenset({("country", "KE"), ("topic", next(iter(terms.names(session, "topic", "en"))))})
    preferences.change(
        session,
        house,
        visit,
        Changes(
            name=" Alice  A. ", languages=("fr", "ENG", "fr"), zone="Africa/Nairobi", country="Kenya", interests=wanted
        ),
        now,
    )
    page = preferences.read(session, visit, now)
    assert (page.name, page.languages, page.zone, page.country) == ("Alice A.", ("fr", "en"), "Africa/Nairobi", "KE")
    assert page.interests == wanted
    assert [(row.slug, row.on_it) for row in page.lists] == [("monthly", True)]


@pytest.mark.parametrize(
    "changes",
    [
        Changes(name="New", languages=("klingonish",)),
        Changes(name="New", zone="Mars/Olympus"),
        Changes(name="New", country="Atlantis"),
        Changes(name="New", interests=frozenset({("topic", "nothing")})),
        Changes(name="New", interests=frozenset({("colour", "red")})),
    ],
)
def test_a_value_that_cannot_be_changes_nothing(
    session: Session, house: House, alice: Person, now: datetime, changes: Changes
) -> None:
    with pytest.raises(BadInput):
        preferences.change(session, house, by_mail(session, house, alice, now), changes, now)
    assert alice.name == "Alice"


def test_a_forwarded_link_neither_shows_nor_takes(session: Session, house: House, alice: Person, now: datetime) -> None:
    visit = by_mail(session, house, alice, now)
    assert preferences.read(session, visit, now).email == "a•••@e•••.org"
    with pytest.raises(Forbidden):
        visit.must_be_fresh()
    with pytest.raises(Forbidden):
        moving.ask(session, house, visit, "mallory@example.org", now)
    assert session.exec(select(AddressChange)).all() == []


def test_a_fresh_link_is_mailed_to_who_has_it_and_lasts_an_hour(
    session: Session, house: House, alice: Person, now: datetime
) -> None:
    for email in ("alice@example.org", "nobody@example.org"):
        assert preferences.request_link(session, house, email, now) is None
    assert posted.kinds(session) == ["notice"]
    token = posted.token(session, "action", "alice@example.org")
    assert preferences.open_page(session, house, token, now).fresh
    assert preferences.read(session, Visit(alice, fresh=True), now).email == "alice@example.org"
    with pytest.raises(BadToken):
        preferences.open_page(session, house, token, now + timedelta(minutes=61))
    for _ in range(5):
        preferences.request_link(session, house, "alice@example.org", now)
    assert len(posted.kinds(session)) <= 3


def test_lists_are_joined_and_left(
    session: Session, house: House, alice: Person, monthly: MailingList, now: datetime
) -> None:
    weekly = lists.add(session, "weekly", "The Weekly", now=now)
    lists.add(session, "trainers", "Trainers", now=now, kind="cohort")
    visit = by_mail(session, house, alice, now)
    changed = preferences.change(session, house, visit, Changes(lists=("weekly", "trainers")), now)
    assert (changed.joined, changed.left, changed.to_confirm) == ((weekly,), (monthly,), ())
    assert sorted(posted.kinds(session)) == ["goodbye", "welcome"]

    # Coming back to what one left takes more than a link that may have been forwarded.
    back = preferences.change(session, house, visit, Changes(lists=("weekly", "monthly")), now)
    assert (back.joined, back.to_confirm) == ((), (monthly,))
    assert posted.kinds(session)[-1] == "confirm"
    at_once = preferences.change(session, house, Visit(alice, fresh=True), Changes(lists=("weekly", "monthly")), now)
    assert at_once.joined == (monthly,)


def test_a_pause_ends_by_itself(
    session: Session, house: House, alice: Person, monthly: MailingList, now: datetime
) -> None:
    preferences.pause(session, alice, now + 30 * DAY, now)
    assert list(lists.readers_of(session, monthly.id or 0, now=now)) == []
    assert len(list(lists.readers_of(session, monthly.id or 0, now=now + 31 * DAY))) == 1
    preferences.pause(session, alice, None, now)
    assert alice.paused_until is None
    with pytest.raises(BadInput):
        preferences.pause(session, alice, now + 400 * DAY, now)


def test_a_new_address_is_confirmed_by_its_owner(session: Session, house: House, alice: Person, now: datetime) -> None:
    old = people.address_of(session, alice)
    moving.ask(session, house, Visit(alice, fresh=True), "alice@new.example", now)
    token = posted.token(session, "action", "alice@new.example")
    assert moving.look(session, house, token, now)[1:] == ("a•••@n•••.example", False)
    assert people.address_of(session, alice) is old
    moving.confirm(session, house, token, now)
    moving.confirm(session, house, token, now)
    assert people.address_of(session, alice).email == "alice@new.example"
    assert moving.look(session, house, token, now)[2]
    with pytest.raises(BadToken):
        moving.confirm(session, house, token, now + 2 * DAY)


def test_a_complaint_moves_along_and_a_bounce_does_not(
    session: Session, house: House, alice: Person, monthly: MailingList, now: datetime
) -> None:
    leaving.complaint(session, people.address_of(session, alice), now)
    move(session, house, alice, "alice@new.example", now)
    assert people.address_of(session, alice).reason == "complained"

    dan = a_person(session, "dan@example.org", now, monthly)
    addresses.suppress(session, people.address_of(session, dan), Suppression.ALL, "bounced", now=now)
    upkeep.follow_suppressions(session, now)
    move(session, house, dan, "dan@new.example", now)
    assert people.address_of(session, dan).suppressed == ""
    session.expire_all()
    assert [s.state for s, _ in people.subscriptions(session, dan)] == ["active"]


def test_two_readers_are_never_merged(
    session: Session, house: House, alice: Person, monthly: MailingList, now: datetime
) -> None:
    a_person(session, "dan@example.org", now, monthly)
    assert moving.ask(session, house, Visit(alice, fresh=True), "dan@example.org", now) is None
    assert posted.kinds(session) == []
    moving.ask(session, house, Visit(alice, fresh=True), "alice@new.example", now)
    taken = addresses.find(session, house.tokens, "alice@new.example")
    assert taken is not None
    people.make(session, taken, now=now)
    with pytest.raises(Conflict):
        moving.confirm(session, house, posted.token(session, "action", "alice@new.example"), now)


def test_a_new_address_that_nobody_confirmed_is_forgotten(
    session: Session, house: House, alice: Person, now: datetime
) -> None:
    moving.ask(session, house, Visit(alice, fresh=True), "alice@new.example", now)
    upkeep.expire_pending(session, house, now + 8 * DAY)
    assert [row.email for row in session.exec(select(Address))] == ["alice@example.org"]


def by_mail(session: Session, house: House, person: Person, now: datetime) -> Visit:
    return preferences.open_page(session, house, links.preferences_token(house.tokens, person.key), now)


def move(session: Session, house: House, person: Person, email: str, now: datetime) -> None:
    moving.ask(session, house, Visit(person, fresh=True), email, now)
    moving.confirm(session, house, posted.token(session, "action", email), now)
