"""One's own page: what it shows, what can be changed there, and that all of it can be taken back."""

from datetime import datetime

import posted
import pytest
from invitation_checks import calendar_of, events_of, findings_of, method_of
from sqlmodel import Session, col, select
from webinars.letter_stage import mails_of
from webinars.people_stage import BEGINS, DAY, MINUTE, join, states
from webinars.webinar_stage import a_series, a_webinar, dates_of

from publisher.audience import gate
from publisher.errors import BadInput, BadToken, Conflict, TooMany
from publisher.house import House
from publisher.mail.models import Letter, Outbox
from publisher.tokens import Purpose
from publisher.webinars import (
    addresses,
    booking,
    changing,
    dates,
    mailings,
    quiet,
    reminders,
    scheduling,
    wishes,
)
from publisher.webinars.models import Registrant, Registration, Series
from publisher.webinars.wishes import Over


def test_the_page_shows_a_masked_address_and_ones_own_dates(session: Session, house: House, now: datetime) -> None:
    leading = a_series(session, house, now, dates=3)
    alice = join(session, house, leading, "alice", now, zone="America/New_York", webinars=ids(session, leading)[:2])
    page = open_page(session, house, alice, now)
    assert (page.masked, page.words.title, page.can_cancel, page.can_come_back) == (
        "a•••@e•••.org", "Leading together", True, False)  # fmt: skip
    assert [(one.seat, one.room, one.can_change, bool(one.join_url)) for one in page.dates] == [
        ("coming", "early", True, True), ("coming", "early", True, True), ("", "", True, False)]  # fmt: skip
    assert page.dates[0].opens_at == BEGINS - 15 * MINUTE
    assert "alice@" not in repr(page)
    during = open_page(session, house, alice, BEGINS + MINUTE)
    assert (during.dates[0].room, during.dates[0].can_change) == ("open", True)
    after = open_page(session, house, alice, BEGINS + DAY)
    assert (after.dates[0].room, after.dates[0].is_over, after.dates[0].join_url) == ("over", True, "")
    for wrong in (addresses.booking(house, alice)[:-3], "", house.tokens.make(Purpose.QUIET, alice.key),
                  house.tokens.make(Purpose.BOOKING, "nobody")):  # fmt: skip
        with pytest.raises(BadToken):
            booking.open_page(session, house, wrong.rpartition("/")[2], now=now)


def test_looking_changes_nothing(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now, capacity=1, confirm="never")
    alice, bob = (join(session, house, play, name, now) for name in ("alice", "bob"))
    before = [one.model_dump() for one in (alice, bob)]
    mails = len(session.exec(select(Outbox)).all())
    assert open_page(session, house, bob, now).position == 1
    assert open_page(session, house, alice, now).position is None
    assert [one.model_dump() for one in (alice, bob)] == before
    assert len(session.exec(select(Outbox)).all()) == mails
    assert not session.dirty


def test_a_full_date_says_so_to_who_is_not_in_it(session: Session, house: House, now: datetime) -> None:
    leading = a_series(session, house, now, dates=2, capacity=1, confirm="never")
    first, second = ids(session, leading)
    alice = join(session, house, leading, "alice", now, webinars=(first,))
    bob = join(session, house, leading, "bob", now, webinars=(second,))
    assert [one.is_full for one in open_page(session, house, alice, now).dates] == [False, True]
    assert [one.is_full for one in open_page(session, house, bob, now).dates] == [True, False]


def test_each_change_of_dates_is_written_with_a_higher_sequence(session: Session, house: House, now: datetime) -> None:
    leading = a_series(session, house, now, dates=3, is_recorded=True)
    first, second, third = dates_of(session, leading)
    alice = join(session, house, leading, "alice", now)
    version = registrant(session, alice).version
    assert changing.opt_out(session, house, alice, first, now=now + MINUTE)
    assert not changing.opt_out(session, house, alice, first, now=now + MINUTE)
    assert changing.opt_out(session, house, alice, first, now=now + 2 * MINUTE, recording=True)
    assert changing.choose(
        session, house, alice, {first.id: "coming", second.id: "away", third.id: "coming"}, now=now + 3 * MINUTE
    )
    assert changing.cancel(session, house, alice, now=now + 4 * MINUTE)
    assert changing.come_back(session, house, alice, now=now + 5 * MINUTE)
    assert states(session, alice) == {first.id: "coming", second.id: "away", third.id: "coming"}
    mails = mails_of(session, house)
    assert [method_of(one) for one in mails] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL", "REQUEST"]
    sequences = [int(events_of(one)[0].value("SEQUENCE")) for one in mails]
    assert sequences == sorted(set(sequences))
    assert [findings_of(one) for one in mails] == [[]] * 5
    assert registrant(session, alice).version >= version + 5


def test_who_comes_to_nothing_any_more_is_uninvited(session: Session, house: House, now: datetime) -> None:
    play, webinar = a_webinar(session, house, now, is_recorded=True)
    alice = join(session, house, play, "alice", now)
    changing.opt_out(session, house, alice, webinar, now=now + MINUTE, recording=True)
    assert alice.state == "registered"
    changing.opt_in(session, house, alice, webinar, now=now + 2 * MINUTE)
    mails = mails_of(session, house)
    assert [method_of(one) for one in mails] == ["REQUEST", "CANCEL", "REQUEST"]
    assert [findings_of(one) for one in mails] == [[]] * 3


def test_what_is_over_or_was_called_off_stays(session: Session, house: House, now: datetime) -> None:
    leading = a_series(session, house, now, dates=3)
    first, second, third = dates_of(session, leading)
    alice = join(session, house, leading, "alice", now)
    scheduling.cancel(session, house, second, now=now)
    for webinar, when in ((first, BEGINS + DAY), (second, now)):
        with pytest.raises(Conflict) as refused:
            changing.opt_out(session, house, alice, webinar, now=when)
        assert str(refused.value) == changing.GONE
    _, other = a_webinar(session, house, now)
    with pytest.raises(Conflict):
        changing.opt_in(session, house, alice, other, now=now)
    with pytest.raises(BadInput):
        changing.choose(session, house, alice, {third.id or 0: "perhaps"}, now=now)
    with pytest.raises(BadInput) as not_recorded:
        changing.opt_out(session, house, alice, third, now=now, recording=True)
    assert str(not_recorded.value) == wishes.NOT_RECORDED
    changing.cancel(session, house, alice, now=now)
    with pytest.raises(Conflict) as refused:
        changing.opt_in(session, house, alice, first, now=now)
    assert str(refused.value) == changing.NOT_REGISTERED
    with pytest.raises(Over):
        changing.come_back(session, house, alice, now=now + 90 * DAY)


def test_a_whole_series_taken_back_has_the_dates_that_came_meanwhile(
    session: Session, house: House, now: datetime
) -> None:
    leading = a_series(session, house, now, dates=2)
    alice = join(session, house, leading, "alice", now)
    changing.cancel(session, house, alice, now=now)
    added = dates.add(session, house, leading, datetime(2027, 1, 14, 15, 0), now=now)
    assert added.id not in states(session, alice)
    changing.come_back(session, house, alice, now=now)
    assert states(session, alice)[added.id or 0] == "coming"


def test_no_more_mail_about_this_webinar_stops_what_waits(session: Session, house: House, now: datetime) -> None:
    play, webinar = a_webinar(session, house, now)
    alice, bob = (join(session, house, play, name, now) for name in ("alice", "bob"))
    reminders.plan(session, webinar, now=now)
    session.commit()
    planning_time = BEGINS - 60 * MINUTE
    mailings.plan_due(house, planning_time)
    token = addresses.quiet(house, alice).rpartition("/")[2]
    for _ in range(2):
        quiet.mute_by_link(session, house, token, now=planning_time)
    assert alice.muted_at == planning_time
    assert reminders_of(session) == {alice.key: "cancelled", bob.key: "queued"}
    assert alice.state == "registered"
    quiet.unmute_by_link(session, house, token, now=planning_time)
    assert alice.muted_at is None
    quiet.mute_by_link(session, house, house.tokens.make(Purpose.QUIET, "nobody"), now=planning_time)
    with pytest.raises(BadToken):
        quiet.mute_by_link(session, house, addresses.booking(house, alice).rpartition("/")[2], now=planning_time)


def test_another_zone_moves_mails_that_wait(session: Session, house: House, now: datetime) -> None:
    play, webinar = a_webinar(session, house, now)
    alice = join(session, house, play, "alice", now, zone="America/New_York")
    reminders.plan(session, webinar, now=now)
    session.commit()
    mailings.plan_due(house, BEGINS - 60 * MINUTE)
    assert quiet.move_zone(session, alice, "Asia/Calcutta", now=now)
    assert not quiet.move_zone(session, alice, "Asia/Kolkata", now=now)
    waiting = session.exec(select(Outbox).where(col(Outbox.subject) == alice.key)).one()
    session.refresh(waiting)
    assert (alice.zone, waiting.zone) == ("Asia/Kolkata", "Asia/Kolkata")
    for wrong in ("", "Mars/Olympus", "+03:00"):
        with pytest.raises(BadInput):
            quiet.move_zone(session, alice, wrong, now=now)


def test_reminded_by_the_calendar_only(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now)
    alice = join(session, house, play, "alice", now)
    assert quiet.set_reminded_by(session, house, alice, "calendar", now=now + MINUTE)
    assert not quiet.set_reminded_by(session, house, alice, "calendar", now=now + MINUTE)
    first, second = mails_of(session, house)
    assert (b"VALARM" in (calendar_of(first) or b""), b"VALARM" in (calendar_of(second) or b"")) == (False, True)
    with pytest.raises(BadInput):
        quiet.set_reminded_by(session, house, alice, "pigeon", now=now)


def test_a_lost_link_is_mailed_and_the_page_says_nothing(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now)
    alice = join(session, house, play, "alice", now)
    said = {booking.mail_link(session, house, play, email, ip="203.0.113.7", now=now)
            for email in ("ALICE@example.org", "eve@example.org", "alice@example.org")}  # fmt: skip
    assert said == {booking.LINK_SENT}
    assert posted.kinds(session) == ["webinar-confirmation", "notice"]
    assert posted.link(session, "action") == addresses.booking(house, alice)
    with pytest.raises(BadInput):
        booking.mail_link(session, house, play, "nobody", now=now)
    for _ in range(27):
        gate.spend_for_network(session, house.tokens, "webinar-link", "203.0.113.9", now=now)
    with pytest.raises(TooMany):
        booking.mail_link(session, house, play, "eve@example.org", ip="203.0.113.9", now=now)


def test_links_of_all_for_who_does_not_say_which(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now)
    leading = a_series(session, house, now)
    off, _ = a_webinar(session, house, now, slug="off")
    for series in (play, leading):
        join(session, house, series, "alice", now)
    changing.cancel(session, house, join(session, house, off, "alice", now), now=now)
    before = len(posted.kinds(session))
    booking.mail_links(session, house, "alice@example.org", now=now)
    booking.mail_links(session, house, "eve@example.org", now=now)
    assert posted.kinds(session)[before:] == ["notice", "notice"]


def test_a_calendar_that_got_into_other_hands_gets_a_new_address(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now)
    alice = join(session, house, play, "alice", now)
    before = open_page(session, house, alice, now).calendar_url
    booking.new_calendar(session, registrant(session, alice))
    assert open_page(session, house, alice, now).calendar_url != before


def test_names_of_a_registration_are_its_own(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now)
    leading = a_series(session, house, now)
    here, there = join(session, house, play, "alice", now), join(session, house, leading, "alice", now)
    quiet.rename(session, here, name="A. Achieng\r\n", organisation="School", language="French", now=now)
    assert (here.name, here.organisation, here.language, there.name) == ("A. Achieng", "School", "fr", "Alice")
    with pytest.raises(BadInput):
        quiet.rename(session, here, language="klingonese", now=now)


def ids(session: Session, series: Series) -> tuple[int, ...]:
    return tuple(one.id or 0 for one in dates_of(session, series))


def open_page(session: Session, house: House, registration: Registration, now: datetime) -> booking.Page:
    token = addresses.booking(house, registration).rpartition("/")[2]
    return booking.open_page(session, house, token, now=now)


def registrant(session: Session, registration: Registration) -> Registrant:
    return session.get_one(Registrant, registration.registrant_id)


def reminders_of(session: Session) -> dict[str | None, str]:
    which = (
        select(Outbox).join(Letter, col(Letter.id) == col(Outbox.letter_id)).where(col(Letter.mail_class) == "reminder")
    )
    return {one.subject: one.state for one in session.exec(which.execution_options(populate_existing=True))}
