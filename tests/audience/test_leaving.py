"""Leaving: at once, twice harmless, and taken back within seven days."""

from datetime import datetime, timedelta

import posted
import pytest
from cast import a_hub, a_list, a_person
from sqlmodel import Session, select

from publisher.audience import leaving, links, lists, people, upkeep
from publisher.audience.models import MailingList
from publisher.errors import BadToken
from publisher.house import House
from publisher.mail import addresses
from publisher.mail.models import Letter, LetterEdition, LetterState, Outbox, Suppression
from publisher.mail.outbox import add_rows

DAY = timedelta(days=1)


@pytest.fixture
def monthly(session: Session, now: datetime) -> MailingList:
    return a_list(session, a_hub(session, now), now)


def test_one_press_leaves_one_list_and_stops_what_waits(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    weekly = lists.add(session, "weekly", "The Weekly", now=now)
    alice = a_person(session, "alice@example.org", now, monthly, weekly)
    waiting = {row.slug: a_waiting_mail(session, alice.address_id, row, now) for row in (monthly, weekly)}
    token = links.unsubscribe_token(house.tokens, alice.key, "monthly")

    page = leaving.look(session, house, token, now)
    assert (page.masked, page.list, page.on_it, page.others) == ("a•••@e•••.org", monthly, True, (weekly,))
    assert states(session, alice) == {"monthly": "active", "weekly": "active"}

    left = leaving.leave_by_link(session, house, token, now)
    again = leaving.leave_by_link(session, house, token, now)
    assert (left.lists, again.lists) == ((monthly,), ())
    assert states(session, alice) == {"monthly": "unsubscribed", "weekly": "active"}
    assert posted.kinds(session, "alice@example.org").count("goodbye") == 1
    session.expire_all()
    found = {row.id: row.state for row in session.exec(select(Outbox))}
    assert (found[waiting["monthly"]], found[waiting["weekly"]]) == ("cancelled", "queued")


def test_nobody_gets_the_same_answer(session: Session, house: House, monthly: MailingList, now: datetime) -> None:
    unknown = links.unsubscribe_token(house.tokens, "nobody", "monthly")
    gone_list = links.unsubscribe_token(house.tokens, "nobody", "no-list")
    assert leaving.leave_by_link(session, house, unknown, now) == leaving.Left()
    assert leaving.leave_by_link(session, house, gone_list, now) == leaving.Left()
    assert not leaving.look(session, house, unknown, now).on_it
    with pytest.raises(BadToken):
        leaving.leave_by_link(session, house, links.preferences_token(house.tokens, "nobody"), now)


def test_undo_brings_back_only_what_was_just_left(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    weekly = lists.add(session, "weekly", "The Weekly", now=now)
    alice = a_person(session, "alice@example.org", now, monthly, weekly)
    leaving.leave(session, house, alice, [weekly], now - DAY, "page")
    left = leaving.leave_everything(session, house, alice, now, "page")
    assert left.lists == (monthly,)
    assert left.undo == posted.token(session, "undo")
    assert leaving.look_undo(session, house, left.undo, now)[1] == (monthly,)
    assert leaving.undo(session, house, left.undo, now + DAY) == (monthly,)
    assert leaving.undo(session, house, left.undo, now + DAY) == ()
    assert states(session, alice) == {"monthly": "active", "weekly": "unsubscribed"}
    leaving.leave(session, house, alice, [monthly], now + 2 * DAY, "page")
    assert leaving.undo(session, house, left.undo, now + 2 * DAY) == ()
    with pytest.raises(BadToken):
        leaving.undo(session, house, left.undo, now + 8 * DAY)


def test_leaving_before_confirming_has_no_way_back(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    bob = a_person(session, "bob@example.org", now, monthly, state="pending")
    left = leaving.leave(session, house, bob, [monthly], now, "page")
    assert (left.lists, left.undo) == ((monthly,), None)
    assert states(session, bob) == {"monthly": "unsubscribed"}
    assert posted.kinds(session) == []


def test_a_complaint_stops_everything(session: Session, house: House, monthly: MailingList, now: datetime) -> None:
    weekly = lists.add(session, "weekly", "The Weekly", now=now)
    alice = a_person(session, "alice@example.org", now, monthly, weekly)
    address = people.address_of(session, alice)
    assert leaving.complaint(session, address, now) == 2
    assert leaving.complaint(session, address, now) == 0
    assert states(session, alice) == {"monthly": "complained", "weekly": "complained"}
    assert (address.suppressed, address.reason) == ("all", "complained")
    assert posted.kinds(session) == []


def test_subscriptions_follow_what_mail_found_out(
    session: Session, house: House, monthly: MailingList, now: datetime
) -> None:
    reasons = {"alice": "bounced", "dan": "complained", "eve": "staff", "fay": ""}
    cast = {name: a_person(session, f"{name}@example.org", now, monthly) for name in reasons}
    for name, reason in reasons.items():
        if reason:
            addresses.suppress(session, people.address_of(session, cast[name]), Suppression.ALL, reason, now=now)
    assert upkeep.follow_suppressions(session, now) == 2
    assert upkeep.follow_suppressions(session, now) == 0
    session.expire_all()
    found = {name: states(session, person)["monthly"] for name, person in cast.items()}
    assert found == {"alice": "bounced", "dan": "complained", "eve": "active", "fay": "active"}


def test_who_a_mailing_goes_to(session: Session, house: House, monthly: MailingList, now: datetime) -> None:
    alice = a_person(session, "alice@example.org", now, monthly, name="Alice", languages="fr,en", zone="Africa/Nairobi")
    paused = a_person(session, "pat@example.org", now, monthly)
    paused.paused_until = now + DAY
    back = a_person(session, "ben@example.org", now, monthly)
    back.paused_until = now - DAY
    silenced = a_person(session, "sam@example.org", now, monthly)
    addresses.suppress(session, people.address_of(session, silenced), Suppression.BULK, "bounced", now=now)
    a_person(session, "bob@example.org", now, monthly, state="pending")
    a_person(session, "carol@example.org", now, monthly, state="unsubscribed")
    session.flush()
    rows = [row for part in lists.readers_of(session, monthly.id or 0, now=now, at_once=1) for row in part]
    assert [tuple(row) for row in rows] == [
        (alice.id, alice.address_id, "Alice", "fr,en", "Africa/Nairobi"),
        (back.id, back.address_id, "", "en", "UTC"),
    ]
    assert lists.suppressed_readers(session, monthly.id or 0, now=now) == 1
    assert lists.counts(session, now=now)[monthly.id or 0] == lists.ListCount(
        pending=1, active=4, unsubscribed=1, reachable=2
    )


def states(session: Session, person: people.Person) -> dict[str, str]:
    return {row.slug: subscription.state for subscription, row in people.subscriptions(session, person)}


def a_waiting_mail(session: Session, address_id: int, row: MailingList, now: datetime) -> int:
    letter = Letter(
        key=f"issue-{row.slug}",
        kind="issue",
        title=row.name,
        state=LetterState.SENDING,
        identity_id=row.identity_id,
        list_key=row.slug,
        created_at=now,
    )
    session.add(letter)
    session.flush()
    edition = LetterEdition(letter_id=letter.id or 0, language="en", digest="x", data=b"")
    session.add(edition)
    session.flush()
    add_rows(
        session,
        [{"letter_id": letter.id, "address_id": address_id, "occasion": "", "state": "queued", "edition_id": edition.id,
          "to_name": "", "zone": "UTC", "not_before": now, "attempts": 0, "doubts": 0, "epoch": 0, "reply": "", "created_at": now}],
    )  # fmt: skip
    return session.exec(select(Outbox.id).where(Outbox.letter_id == letter.id)).one() or 0
