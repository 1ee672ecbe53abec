"""Signing up and confirming, as alice, bob and carol live it."""

from datetime import datetime, timedelta

import posted
import pytest
from cast import a_hub, a_list, a_person
from sqlmodel import Session, col, select

from publisher.audience import confirming, gate, leaving, links, lists, people, signup, upkeep
from publisher.audience.models import Consent, Interest, MailingList, Person, Subscription
from publisher.audience.signup import SignUp
from publisher.errors import BadInput, BadToken, Conflict, TooMany
from publisher.house import House
from publisher.mail import addresses
from publisher.mail.models import Address, Outbox, Suppression
from publisher.tokens import Purpose, Tokens
from publisher.vocabulary import terms

WORDING = "Send me the Monthly. I can leave at any time."
DAY = timedelta(days=1)


@pytest.fixture
def monthly(session: Session, now: datetime) -> MailingList:
    return a_list(session, a_hub(session, now), now)


def test_bob_signs_up_confirms_and_is_welcomed_once(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    terms.seed_defaults(session)
    wish = SignUp(
        email="Bob@Example.org",
        lists=("monthly",),
        wording=WORDING,
        language="fr",
        name="Bob",
        interests=(("country", "KE"),),
        page="/subscribe",
        ip="203.0.113.77",
        user_agent="A browser",
    )
    signup.sign_up(session, house, wish, now)
    assert posted.kinds(session, "bob@example.org") == ["confirm"]
    assert state(session, house, "bob@example.org", monthly) == "pending"

    token = posted.token(session, "confirm")
    question = confirming.look(session, house, token, now + DAY)
    assert (question.masked, question.lists, question.done) == ("B•••@e•••.org", (monthly,), False)
    assert state(session, house, "bob@example.org", monthly) == "pending"

    assert confirming.confirm(session, house, token, now + DAY).first
    assert not confirming.confirm(session, house, token, now + DAY).first
    assert state(session, house, "bob@example.org", monthly) == "active"
    assert posted.kinds(session, "bob@example.org") == ["confirm", "welcome"]
    consent = session.exec(select(Consent)).one()
    assert (consent.wording, consent.page, consent.ip, consent.user_agent) == (
        WORDING,
        "/subscribe",
        "203.0.113.77",
        "A browser",
    )
    assert (consent.at, consent.confirmation_sent_at, consent.confirmed_at) == (now, now, now + DAY)
    bob = people.get(session, house.tokens, "bob@example.org")
    assert (bob.languages, bob.name, people.interests(session, bob)) == ("fr", "Bob", {("country", "KE")})


def test_a_stranger_learns_and_changes_nothing(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    alice = a_person(session, "alice@example.org", now, monthly, name="Alice", languages="sw")
    signup.sign_up(session, house, SignUp("alice@example.org", ("monthly",), WORDING, name="Mallory"), now)
    assert posted.kinds(session, "alice@example.org") == ["notice"]
    assert (alice.name, alice.languages) == ("Alice", "sw")
    assert session.exec(select(Consent)).all() == []


def test_one_mail_in_a_day_whatever_the_lists(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    weekly = lists.add(session, "weekly", "The Weekly", now=now)
    for slug in ("monthly", "weekly", "monthly"):
        signup.sign_up(session, house, SignUp("bob@example.org", (slug,), WORDING), now)
    signup.sign_up(session, house, SignUp("bob+again@example.org", ("weekly",), WORDING), now + timedelta(hours=23))
    assert posted.kinds(session) == ["confirm"]
    assert len(session.exec(select(Consent)).all()) == 3

    question = confirming.look(session, house, posted.token(session, "confirm"), now)
    assert (question.lists, question.also) == ((monthly,), (weekly,))
    confirming.confirm(session, house, posted.token(session, "confirm"), now, also=["weekly"])
    assert state(session, house, "bob@example.org", weekly) == "active"


def test_a_second_wish_after_a_day_names_everything_that_waits(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    weekly = lists.add(session, "weekly", "The Weekly", now=now)
    signup.sign_up(session, house, SignUp("bob@example.org", ("monthly",), WORDING), now)
    signup.sign_up(session, house, SignUp("bob@example.org", ("weekly",), WORDING), now + 2 * DAY)
    question = confirming.look(session, house, posted.token(session, "confirm"), now + 2 * DAY)
    assert question.lists == (monthly, weekly)


def test_who_left_stays_left_until_they_confirm(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    carol = a_person(session, "carol@example.org", now, monthly, state="unsubscribed")
    signup.sign_up(session, house, SignUp("carol@example.org", ("monthly",), WORDING), now)
    assert state(session, house, "carol@example.org", monthly) == "unsubscribed"
    upkeep.expire_pending(session, house, now + 8 * DAY)
    assert state(session, house, "carol@example.org", monthly) == "unsubscribed"
    assert session.exec(select(Consent).where(col(Consent.person_id) == carol.id)).all() == []

    signup.sign_up(session, house, SignUp("carol@example.org", ("monthly",), WORDING), now + 9 * DAY)
    confirming.confirm(session, house, posted.token(session, "confirm"), now + 9 * DAY)
    assert state(session, house, "carol@example.org", monthly) == "active"


def test_an_old_link_does_not_bring_back_who_left_since(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    signup.sign_up(session, house, SignUp("bob@example.org", ("monthly",), WORDING), now)
    token = posted.token(session, "confirm")
    bob = confirming.confirm(session, house, token, now).person
    leaving.leave(session, house, bob, [monthly], now, "page")
    with pytest.raises(BadToken):
        confirming.confirm(session, house, token, now)
    assert state(session, house, "bob@example.org", monthly) == "unsubscribed"


def test_confirming_lifts_a_complaint_but_not_what_staff_decided(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    for email, reason, after in (("carol@example.org", "complained", ""), ("dan@example.org", "staff", "all")):
        person = a_person(session, email, now, monthly, state="complained")
        addresses.suppress(session, people.address_of(session, person), Suppression.ALL, reason, now=now)
        signup.sign_up(session, house, SignUp(email, ("monthly",), WORDING), now)
        confirming.confirm(session, house, posted.token(session, "confirm", email), now)
        assert people.address_of(session, person).suppressed == after


def test_unconfirmed_wishes_are_gone_after_seven_days(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    alice = a_person(session, "alice@example.org", now, monthly)
    signup.sign_up(session, house, SignUp("bob@example.org", ("monthly",), WORDING), now)
    assert upkeep.expire_pending(session, house, now + 6 * DAY) == 0
    assert upkeep.expire_pending(session, house, now + 8 * DAY) == 1
    assert session.exec(select(Person)).all() == [alice]
    assert [row.email for row in session.exec(select(Address))] == ["alice@example.org"]
    assert session.exec(select(Interest)).all() == []
    assert session.exec(select(Outbox)).all() == []


def test_an_expired_or_foreign_link_is_refused(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    signup.sign_up(session, house, SignUp("bob@example.org", ("monthly",), WORDING), now)
    token = posted.token(session, "confirm")
    bob = people.get(session, house.tokens, "bob@example.org")
    for wrong, moment in (
        (token, now + 8 * DAY),
        (token[:-2] + ("xx" if token[-2] != "x" else "yx"), now),  # the last sign has bits that say nothing
        (links.preferences_token(house.tokens, bob.key), now),
        (house.tokens.make(Purpose.CONFIRM, f"{bob.key}:999999"), now),
    ):
        with pytest.raises(BadToken):
            confirming.confirm(session, house, wrong, moment)
    assert state(session, house, "bob@example.org", monthly) == "pending"


def test_a_cohort_is_silent_to_strangers_and_open_to_the_invited(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    cohort = lists.add(session, "trainers", "Trainers", now=now, kind="cohort")
    signup.sign_up(session, house, SignUp("bob@example.org", ("trainers",), WORDING), now)
    assert session.exec(select(Person)).all() == []
    assert session.exec(select(Outbox)).all() == []
    a_person(session, "alice@example.org", now, cohort, state="pending")
    signup.sign_up(session, house, SignUp("alice@example.org", ("trainers",), WORDING), now)
    assert posted.kinds(session, "alice@example.org") == ["confirm"]


def test_an_invited_person_presses_the_button(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    cohort = lists.add(session, "trainers", "Trainers", now=now, kind="cohort")
    assert signup.invite(session, house, cohort, "alice@example.org", now, name="Alice").state == "pending"
    alice = confirming.confirm(session, house, posted.token(session, "confirm"), now).person
    assert [(row.slug, s.state, s.source) for s, row in people.subscriptions(session, alice)] == [
        ("trainers", "active", "staff")
    ]
    leaving.leave(session, house, alice, [cohort], now, "page")
    with pytest.raises(Conflict):
        signup.invite(session, house, cohort, "alice@example.org", now)
    with pytest.raises(Conflict):
        lists.add_member(session, cohort, alice, how_they_agreed="They said so", now=now)


def test_people_are_found_by_address_and_name(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    for email, name in (("zoe@example.org", "Zoe Alison"), ("alice@example.org", "Alice"), ("100%@example.org", "Per")):
        a_person(session, email, now, monthly, name=name)
    assert [address.email for _, address in people.search(session, "ALI")] == ["alice@example.org", "zoe@example.org"]
    assert [address.email for _, address in people.search(session, "%")] == ["100%@example.org"]
    assert people.search(session, " ") == []


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (SignUp("no address", ("monthly",), WORDING), "email"),
        (SignUp("bob@example.org", (), WORDING), "lists"),
        (SignUp("bob@example.org", ("nothing",), WORDING), "lists"),
        (SignUp("bob@example.org", ("monthly",), " "), "wording"),
        (SignUp("bob@example.org", ("monthly",), WORDING, interests=(("topic", "nothing"),)), "interests"),
        (SignUp("bob@example.org", ("monthly",), WORDING, language="klingonish"), "languages"),
    ],
)
def test_what_anybody_can_see_to_be_wrong_is_said(
    session: Session, house: House, monthly: MailingList, now: datetime, wish: SignUp, field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        signup.sign_up(session, house, wish, now)
    assert caught.value.field == field


def test_a_network_has_a_budget(session: Session, house: House, monthly: MailingList, now: datetime) -> None:
    for number in range(gate.PER_NETWORK_AN_HOUR):
        wish = SignUp("bob@example.org", ("monthly",), WORDING, ip=f"203.0.113.{number}")
        signup.sign_up(session, house, wish, now)
    with pytest.raises(TooMany):
        signup.sign_up(session, house, SignUp("dan@example.org", ("monthly",), WORDING, ip="203.0.113.200"), now)
    signup.sign_up(session, house, SignUp("dan@example.org", ("monthly",), WORDING, ip="198.51.100.1"), now)


def test_internationalised_addresses_are_kept_as_written(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    for email in ("zoë@bücher.example", "用户@例子.中国"):
        signup.sign_up(session, house, SignUp(email, ("monthly",), WORDING), now)
        person = people.get(session, house.tokens, email)
        assert people.address_of(session, person).email == email
    assert people.get(session, house.tokens, "zoë@xn--bcher-kva.example")


def test_a_form_is_judged_by_its_hidden_field_and_its_time(tokens: Tokens, now: datetime) -> None:
    token = gate.form_token(tokens, now)
    assert gate.check_form(tokens, token, "", now + timedelta(seconds=3)) == gate.FormCheck.FINE
    assert gate.check_form(tokens, token, "", now + timedelta(seconds=1)) == gate.FormCheck.AGAIN
    assert gate.check_form(tokens, token, "", now + timedelta(hours=25)) == gate.FormCheck.AGAIN
    assert gate.check_form(tokens, "made up", "", now) == gate.FormCheck.AGAIN
    assert gate.check_form(tokens, token, "http://buy.example", now) == gate.FormCheck.PRETEND


def test_networks_are_counted_as_a_whole() -> None:
    assert gate.network_of("203.0.113.9") == gate.network_of("::ffff:203.0.113.200") == "203.0.113.0/24"
    assert gate.network_of("2001:db8:1:2::3") == gate.network_of("2001:db8:1:ffff::") == "2001:db8:1::/48"
    assert gate.network_of("") == gate.network_of("unknown") == ""


def test_names_lose_what_could_disturb_a_header() -> None:
    assert people.clean_name("  Ann\r\nBcc: x@example.org\x00\u202e \u2028 Lee ") == "Ann Bcc: x@example.org Lee"
    assert people.clean_name("می\u200cخواهم") == "می\u200cخواهم"


def test_shortened_networks_after_thirty_days(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    for email, ip in (("bob@example.org", "203.0.113.77"), ("dan@example.org", "2001:db8:1:2::3")):
        signup.sign_up(session, house, SignUp(email, ("monthly",), WORDING, ip=ip), now)
    assert upkeep.truncate_ips(session, now + 29 * DAY) == 0
    assert upkeep.truncate_ips(session, now + 31 * DAY) == 2
    assert upkeep.truncate_ips(session, now + 31 * DAY) == 0
    assert sorted(row.ip for row in session.exec(select(Consent))) == ["2001:db8:1::/48", "203.0.113.0/24"]


def state(session: Session, house: House, email: str, row: MailingList) -> str | None:
    person = people.get(session, house.tokens, email)
    return session.exec(
        select(Subscription.state).where(col(Subscription.person_id) == person.id, col(Subscription.list_id) == row.id)
    ).first()
