"""Everything we hold about a person, and forgetting it: in every table, and for good."""

import io
import json
from datetime import datetime, timedelta

import posted
import pytest
from cast import a_hub, a_list, a_newsletter, a_person, a_work
from sqlalchemy import Table
from sqlmodel import Session, col, select
from webinars.webinar_stage import a_series, a_webinar

from publisher import migrations
from publisher.audience import confirming, importing, lists, moving, people, preferences, signup, upkeep
from publisher.audience.models import Consent, MailingList, Person
from publisher.audience.signup import SignUp
from publisher.desk import person as desk
from publisher.desk.stories import story
from publisher.errors import BadToken, Conflict, NotFound
from publisher.house import House
from publisher.library.models import Share
from publisher.library.partners import partners
from publisher.mail import addresses
from publisher.mail.models import Address, MailboxMessage, MailEvent, Outbox
from publisher.newsletters.models import Issue, Received
from publisher.podcasts import private, shows
from publisher.staff import accounts, trail
from publisher.tokens import Purpose
from publisher.webinars import booking, certificates, questions, quiet, registering, speakers
from publisher.webinars.models import Presence, Question, Registration, RoomEvent, Seat, Series, Speaker
from publisher.webinars.speakers import SpeakerShape
from publisher.webinars.wishes import Wish

SECRETS = ("alice", "achieng", "203.0.113.77", "a browser", "pacific/apia", "kisumu")
PERSONAL_COLUMNS = {
    "email", "name", "to_name", "recipient", "ip", "user_agent", "who", "normalised", "from_name", "from_address",
    "owner_name", "owner_email", "persons", "listener", "by",
}  # fmt: skip


@pytest.fixture
def monthly(session: Session, now: datetime) -> MailingList:
    return a_list(session, a_hub(session, now), now)


@pytest.fixture
def alice(session: Session, house: House, monthly: MailingList, now: datetime) -> Person:
    """Alice has lived here: signed up, moved, got an issue, shared a resource, was talked about by staff."""
    wish = SignUp(
        "alice@old.example",
        ("monthly",),
        "Send me the Monthly.",
        name="Alice Achieng",
        interests=(("country", "KE"),),
        zone="Pacific/Apia",
        ip="203.0.113.77",
        user_agent="A browser",
        page="/subscribe?from=kisumu",
    )
    signup.sign_up(session, house, wish, now)
    alice = confirming.confirm(session, house, posted.token(session, "confirm"), now).person
    moving.ask(session, house, preferences.Visit(alice, fresh=True), "alice@example.org", now)
    moving.confirm(session, house, posted.token(session, "action", "alice@example.org"), now)
    work = a_work(session, now, "Home visits")
    newsletter = a_newsletter(session, monthly, now)
    issue = Issue(slug="one", newsletter_id=newsletter.id or 0, list_id=monthly.id or 0, created_at=now)
    session.add(issue)
    session.flush()
    mail = session.exec(select(Outbox).order_by(Outbox.id)).first()  # type: ignore[arg-type]
    assert mail is not None
    mail.reply = "550 alice@old.example unknown"
    session.add_all(
        [
            Received(person_id=alice.id or 0, work_id=work.id or 0, outbox_id=mail.id or 0, issue_id=issue.id or 0),
            MailEvent(outbox_id=mail.id or 0, kind="bounce", at=now, text="alice@old.example", data={"to": "alice"}),
            MailboxMessage(received_at=now, sender="a@b.example", recipient="Alice@Example.org", subject="To Alice", data=b"Alice"),
            Share(work_id=work.id or 0, address_id=alice.address_id, name="Alice Achieng", credit="Photo: Alice Achieng",
                  organisation="A school", note="from Kisumu", at=now),
        ]
    )  # fmt: skip
    club = shows.add(session, house, "club", shows.Shape(title="Club", list_slug="monthly"), now=now)
    private.give(session, house, club, alice, now=now)
    an_evening(session, house, alice, now)
    trail.note(session, "ines@example.org", f"person:{alice.id}", "Alice called us.", now)
    session.flush()
    return alice


def an_evening(session: Session, house: House, alice: Person, now: datetime) -> None:
    """She registered for a webinar that was held and for a series to come, asked, was seen in the room, and speaks herself."""
    then = now - timedelta(days=20)
    play, evening = a_webinar(session, house, then, starts=datetime(2026, 11, 10, 15, 0), is_recorded=True, questions=[
        {"key": "need", "label": "What do you need?", "kind": "text", "options": [], "required": False}])  # fmt: skip
    said = {
        "email": "alice@example.org",
        "name": "Alice Achieng",
        "organisation": "Kisumu school",
        "zone": "Pacific/Apia",
    }
    registering.register(session, house, play, Wish(**said, answers={"need": "Alice needs captions"}), now=then)
    mine = registration_of(session, play)
    for text, is_anonymous in (("Asks Alice: why?", False), ("And how?", True)):
        questions.ask(session, mine, evening, text, is_anonymous=is_anonymous, now=then)
    how = questions.of(session, evening)[1]
    questions.moderate(session, how, "shown")
    questions.vote(session, mine, how)
    questions.answer(session, how, "Like this.", "Ines", now=then)
    questions.publish(session, how)
    session.add(
        RoomEvent(webinar_id=evening.id or 0, key="1", kind="joined", who=mine.key, name="Alice", user="w_1", at=then)
    )
    session.add(
        Presence(
            webinar_id=evening.id or 0, registration_id=mine.id, source="room", key="w_1:1", name="Alice", minutes=70
        )
    )
    session.add(
        Presence(
            webinar_id=evening.id or 0, source="file", key="2", name="Alice A.", email="ALICE@example.org", minutes=9
        )
    )
    session.exec(select(Seat)).one().attended = "yes"
    registering.register(session, house, a_series(session, house, then, capacity=1), Wish(**said), now=now)
    who = SpeakerShape("Alice Achieng", email="alice@example.org", bio="From Kisumu.")
    speakers.add(session, house, play, who, now=now)


def test_every_table_that_tells_of_a_person_is_covered() -> None:
    """A new table with somebody in it must say in `HELD` what data and erasure do with it, or why it needs neither."""
    personal = {table.name for table in migrations.metadata().sorted_tables if tells_of_a_person(table)}
    assert personal - set(desk.HELD) - set(desk.NOT_PERSONAL) == set()
    assert set(desk.HELD) <= {table.name for table in migrations.metadata().sorted_tables}


def test_what_is_shown_is_everything(session: Session, house: House, alice: Person, now: datetime) -> None:
    data = desk.data_of(session, house, alice)
    text = json.dumps(data).casefold()
    for word in SECRETS:
        assert word in text
    assert {place for place, _ in desk.HELD.values() if place} <= set(data)
    assert all(data[place] for place, _ in desk.HELD.values() if place and place != "staff")
    assert [one["email"] for one in data["addresses"]] == ["alice@old.example", "alice@example.org"]
    assert data["interests"] == ["country:KE"]
    assert data["received"][0]["title"] == "Home visits"
    assert "hash" not in data["addresses"][0]
    assert desk.data_of_address(session, house, "nobody@example.org") is None


def test_her_story_in_sentences(session: Session, house: House, alice: Person, now: datetime) -> None:
    sentences = [sentence for _, sentence in story(session, alice)]
    for wanted in ("Became known here.", "Signed up for Monthly on a page.", "Confirmed the new address."):
        assert wanted in sentences
    assert [moment for moment, _ in story(session, alice)] == sorted(moment for moment, _ in story(session, alice))


def test_after_erasure_no_row_of_any_table_knows_her(
    session: Session, house: House, alice: Person, now: datetime
) -> None:
    token = posted.token(session, "preferences")
    mails = len(session.exec(select(Outbox)).all())
    desk.erase(session, house, alice, now)
    found = everything(session).casefold()
    for word in SECRETS:
        assert word not in found
    assert len(session.exec(select(Outbox)).all()) == mails
    assert {row.state for row in session.exec(select(Outbox))} == {"cancelled"}
    consent = session.exec(select(Consent)).one()
    assert (consent.wording, consent.withdrawn_at) == ("Send me the Monthly.", now)
    assert {(row.suppressed, row.reason) for row in session.exec(select(Address))} == {("all", "erased")}
    with pytest.raises(BadToken):
        preferences.open_page(session, house, token, now)


def test_an_import_does_not_bring_her_back_and_she_can(
    session: Session, house: House, alice: Person, monthly: MailingList, now: datetime
) -> None:
    desk.erase(session, house, alice, now)
    table = io.BytesIO(b"email,name\nalice@example.org,Alice\nalice@old.example,Alice\n")
    result = importing.import_file(session, house, table, now=now, mailing_list=monthly, consent="On paper")
    assert (result.created, result.skipped) == (0, 2)
    assert "alice" not in everything(session)

    later = now + timedelta(days=2)
    signup.sign_up(session, house, SignUp("alice@example.org", ("monthly",), "Again, please."), later)
    assert [row.suppressed for row in session.exec(select(Address).where(Address.email != ""))] == ["all"]
    confirming.confirm(session, house, posted.token(session, "confirm", "alice@example.org"), later)
    back = people.get(session, house.tokens, "alice@example.org")
    assert people.address_of(session, back).suppressed == ""
    assert [row.person_id for part in lists.readers_of(session, monthly.id or 0, now=later) for row in part] == [
        back.id
    ]


def test_a_wish_to_come_back_that_nobody_confirms_is_erased_again(
    session: Session, house: House, alice: Person, monthly: MailingList, now: datetime
) -> None:
    desk.erase(session, house, alice, now)
    signup.sign_up(session, house, SignUp("alice@example.org", ("monthly",), "Again."), now + timedelta(days=2))
    upkeep.expire_pending(session, house, now + timedelta(days=10))
    session.expire_all()
    assert "alice" not in everything(session).casefold()
    found = addresses.find(session, house.tokens, "alice@example.org")
    assert found is not None
    assert (found.suppressed, found.reason) == ("all", "erased")


def test_who_only_shared_a_resource_can_be_forgotten_too(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    work = a_work(session, now, "A toolkit")
    address = addresses.find_or_make(session, house.tokens, "pia@example.org", now=now)
    session.add(Share(work_id=work.id or 0, address_id=address.id or 0, name="Pia", organisation="A school", at=now))
    session.flush()
    data = desk.data_of_address(session, house, "pia@example.org")
    assert data is not None
    assert data["shares"][0]["name"] == "Pia"
    assert desk.erase_address(session, house, "pia@example.org", now)
    assert not desk.erase_address(session, house, "pia@example.org", now)
    share = session.exec(select(Share)).one()
    assert (share.name, share.organisation) == ("", "A school")


def test_who_is_their_own_organisation_is_named_among_the_partners_no_more(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    work = a_work(session, now, "A toolkit")
    address = addresses.find_or_make(session, house.tokens, "pia@example.org", now=now)
    session.add(
        Share(work_id=work.id or 0, address_id=address.id or 0, name="Pia Lund", organisation="Pia Lund Consulting", naming="named", at=now)
    )  # fmt: skip
    session.flush()
    assert [one.name for one in partners(session)] == ["Pia Lund Consulting"]
    desk.erase_address(session, house, "pia@example.org", now)
    assert partners(session) == []
    assert "Lund" not in everything(session)


def test_staff_are_not_erased_from_under_their_account(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    ines = a_person(session, "ines@example.org", now, monthly)
    accounts.add(session, house, "ines@example.org", "editor", now, invite=False)
    with pytest.raises(Conflict):
        desk.erase(session, house, ines, now)
    assert people.get(session, house.tokens, "ines@example.org") is ines


def test_what_she_registered_for_after_erasure(session: Session, house: House, alice: Person, now: datetime) -> None:
    """Counts of what was held stay; her place at what is ahead goes to who waits; what was published has no name."""
    held, ahead = session.exec(select(Series).order_by(col(Series.id))).all()
    bob = registering.register(session, house, ahead, Wish(email="bob@example.org", source="staff"), now=now)
    assert bob.state == "waiting"
    assert registration_of(session, ahead).state == "registered"
    former = registration_of(session, held)
    link = house.tokens.make(Purpose.BOOKING, former.key)
    proof = house.tokens.make(Purpose.ATTENDED, former.key)
    assert certificates.check(session, house, proof, now=now).name == "Alice Achieng"
    assert "Alice needs captions" in json.dumps(desk.data_of(session, house, alice))
    desk.erase(session, house, alice, now)
    states = session.exec(select(Registration).order_by(col(Registration.id))).all()
    assert [(one.series_id, one.state, one.name) for one in states] == [
        (held.id, "registered", ""), (ahead.id, "cancelled", ""), (ahead.id, "registered", "")]  # fmt: skip
    assert [(one.text, one.name, one.votes) for one in session.exec(select(Question))] == [("And how?", "", 1)]
    assert session.exec(select(Speaker)).all() == []
    assert session.exec(select(RoomEvent)).one().who == states[0].key
    with pytest.raises(BadToken):
        booking.open_page(session, house, link, now=now)
    with pytest.raises(NotFound):
        certificates.check(session, house, proof, now=now)


def test_her_story_tells_of_webinars(session: Session, house: House, alice: Person, now: datetime) -> None:
    speaker = session.exec(select(Speaker)).one()
    speaker.invited_at = now
    quiet.mute(session, session.exec(select(Registration)).all()[0], now=now)
    sentences = [sentence for _, sentence in story(session, alice)]
    for wanted in (
        "Registered for “Play and care”.",
        "Registered for “Leading together”.",
        "Wanted no more mail about “Play and care”.",
        "Was invited to “Play and care” as speaker.",
    ):
        assert wanted in sentences


def registration_of(session: Session, series: Series) -> Registration:
    which = select(Registration).where(col(Registration.series_id) == series.id)
    return session.exec(which.order_by(col(Registration.id))).all()[0]


def tells_of_a_person(table: Table) -> bool:
    points = {key.target_fullname for column in table.columns for key in column.foreign_keys}
    return bool(points & {"person.id", "address.id"} or PERSONAL_COLUMNS & set(table.columns.keys()))


def everything(session: Session) -> str:
    """Every value of every row, as text; compiled letters are the same for everybody and are left out."""
    session.flush()
    found = []
    for table in migrations.metadata().sorted_tables:
        if table.name not in ("letter_edition", "term"):
            found += [str(tuple(row)) for row in session.execute(table.select())]
    return "\n".join(found)
