"""Eight simulated weeks of a newsletter that releases itself: the timetable ticks, a sender drains, readers keep what came.

Weeks: 1 full; 2 thin, held and carried over; 3 sent with what was carried; 4 full; then the hub stands still for a
fortnight, and what was due happens once; 7 empty; 8 full.
"""

import email
import email.policy
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from cast import a_hub, a_list, a_newsletter, a_person, a_work
from smtp_sink import Sink
from sqlmodel import col, select

from publisher import clock
from publisher.audience.models import MailingList, Person
from publisher.house import House
from publisher.library.models import Work, WorkText
from publisher.mail.delivery import Sender
from publisher.mail.models import Address, Outbox
from publisher.newsletters import issues, tending
from publisher.newsletters.models import Issue, IssueItem, Newsletter, Received

TUESDAY = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)  # 8:00 in Nairobi
STEP = timedelta(hours=12)
WEEK = timedelta(weeks=1)
READERS = {
    "alice@example.org": ("en", ()),
    "amina@example.org": ("fr,en", ()),
    "kofi@example.org": ("en", (("country", "GH"),)),
    "lina@example.org": ("en", (("topic", "workforce-pay"),)),
}
GHANA, KENYA, PAY = (("country", "GH"),), (("country", "KE"),), (("topic", "workforce-pay"),)


@dataclass
class Arrived:
    """A mail as a reader has it: when, from which address of the archive, what it tells."""

    at: datetime
    to: str
    text: str


@dataclass
class Weeks:
    """The hub, its clock, and everything that arrived."""

    house: House
    sink: Sink
    now: datetime
    mails: list[Arrived] = field(default_factory=list)
    ends: dict[str, datetime] = field(default_factory=dict)

    def news(self, title: str, at: datetime, **values: object) -> None:
        with self.house.database.session() as session:
            a_work(session, at, title, **values)  # type: ignore[arg-type]
        if isinstance(end := values.get("ends_at"), datetime):
            self.ends[title] = end

    def until(self, moment: datetime) -> None:
        """The timetable and a sender run, twice at each step, because twice must be harmless."""
        while self.now < moment:
            self.now = min(self.now + STEP, moment)
            tending.tend(self.house, self.now)
            tending.tend(self.house, self.now)
            self._drain()
            with self.house.database.session() as session:
                issues.close_done(session, now=self.now)

    def stand_still(self, moment: datetime) -> None:
        """Nothing runs until then."""
        self.now = moment

    def _drain(self) -> None:
        before = len(self.sink.accepted)
        now = self.now
        with Sender(self.house, present=lambda: now, wall=clock.now, relay_url=self.sink.url) as sender:
            sender.drain()
        for address, data in self.sink.accepted[before:]:
            part = email.message_from_bytes(data, policy=email.policy.default).get_body(("plain",))
            assert part is not None
            self.mails.append(Arrived(now, address, str(part.get_content())))

    def regular(self) -> list[Issue]:
        with self.house.database.reading() as session:
            found = list(session.exec(select(Issue).where(col(Issue.kind) == "regular").order_by(col(Issue.id))).all())
            session.expunge_all()
            return found

    def told(self, address: str, title: str) -> int:
        """In how many mails this reader was told of it."""
        return sum(mail.to == address and title in mail.text for mail in self.mails)


@pytest.fixture
def weeks(house: House):
    start = TUESDAY - timedelta(days=1)
    with house.database.session() as session:
        mailing_list = a_list(session, a_hub(session, start), start, slug="weekly")
        a_newsletter(
            session,
            mailing_list,
            start,
            slug="weekly",
            cadence="weekly on Tuesday at 8:00",
            rule="0 8 * * 2",
            next_at=TUESDAY,
            release="by-itself",
            minimum_items=3,
        )
        for address, (languages, interests) in READERS.items():
            a_person(session, address, start, mailing_list, languages=languages, interests=interests)
        a_person(session, "bob@example.org", start, mailing_list, state="pending")
        a_person(session, "carol@example.org", start, mailing_list, state="unsubscribed")
    with Sink() as sink:
        yield Weeks(house, sink, start)


def play(weeks: Weeks) -> None:
    """All eight weeks."""
    w = weeks
    monday = TUESDAY - timedelta(hours=23)
    w.news("Amber study of Ghana", monday, subjects=GHANA)
    w.news("Birch study of Kenya", monday, subjects=KENYA)
    w.news("Cedar brief on pay", monday, subjects=PAY, texts={"en": "Cedar brief on pay", "fr": "Note du cèdre"})
    third = TUESDAY + 2 * WEEK
    w.news("Dawn webinar", monday, kind="webinar", starts_at=third + STEP, ends_at=third + STEP * 1.1)
    w.news("Ebony call", monday, kind="call", ends_at=TUESDAY + timedelta(days=3))
    w.until(TUESDAY + timedelta(days=2))
    w.news("Fern article", w.now)
    w.until(TUESDAY + WEEK + timedelta(days=2))
    w.news("Gorse report", w.now)
    w.news("Ginger note", w.now)
    w.until(TUESDAY + 2 * WEEK + timedelta(days=2))
    for title in ("Hazel report", "Iris tool", "Juniper brief on pay"):
        w.news(title, w.now, subjects=PAY if "pay" in title else ())
    w.until(TUESDAY + 3 * WEEK + timedelta(days=2))
    for title in ("Kelp report", "Linden report", "Maple report"):
        w.news(title, w.now)
    w.news("Nettle call", w.now, kind="call", ends_at=TUESDAY + 5 * WEEK + timedelta(hours=3))
    w.stand_still(TUESDAY + 5 * WEEK + timedelta(days=1))
    w.until(TUESDAY + 6 * WEEK + timedelta(days=2))
    for title in ("Olive report", "Poplar study of Ghana", "Quince report"):
        w.news(title, w.now, subjects=GHANA if "Ghana" in title else ())
    w.until(TUESDAY + 8 * WEEK - timedelta(days=1))


def test_eight_weeks_of_a_newsletter_that_releases_itself(weeks: Weeks) -> None:
    play(weeks)
    regular = weeks.regular()
    assert [(i.state, i.held_for, i.number) for i in regular] == [
        ("sent", "", 1),
        ("held", "thin", None),
        ("sent", "", 2),
        ("sent", "", 3),
        ("sent", "", 4),  # the two weeks of standing still, once
        ("held", "thin", None),
        ("sent", "", 5),
        ("draft", "", None),
    ]
    assert regular[1].reason == "1 new item, and it takes 3. What there is goes on to the next issue."
    assert regular[5].reason == "No new items, and it takes 3. What there is goes on to the next issue."
    occurrences = [i.occurrence for i in regular]
    assert len(set(occurrences)) == len(occurrences)
    assert [i.sent_at for i in regular[2:5] if i.sent_at] == sorted(i.sent_at for i in regular[2:5] if i.sent_at)
    each_issue_came_once(weeks)
    nobody_had_a_once_item_twice(weeks)
    nothing_ended_was_sent(weeks)
    what_was_carried_over_arrived(weeks)
    the_ledger_agrees(weeks)


def each_issue_came_once(weeks: Weeks) -> None:
    assert {mail.to for mail in weeks.mails} == set(READERS), "neither bob nor carol"
    per_day = Counter((mail.to, mail.at) for mail in weeks.mails)
    assert set(per_day.values()) == {1}
    assert len({mail.at for mail in weeks.mails}) == 5
    assert [sum(mail.to == reader for mail in weeks.mails) for reader in READERS] == [5, 5, 5, 5]


def nobody_had_a_once_item_twice(weeks: Weeks) -> None:
    titles = [t for t in all_titles(weeks) if t not in ("Dawn webinar", "Nettle call", "Ebony call")]
    counts = {(reader, title): weeks.told(reader, title) for reader in READERS for title in titles}
    assert {key: n for key, n in counts.items() if n > 1} == {}
    everybody = [title for title in titles if "Ghana" not in title and "Kenya" not in title and "Cedar" not in title]
    assert {title: weeks.told("alice@example.org", title) for title in everybody} == dict.fromkeys(everybody, 1)
    assert weeks.told("kofi@example.org", "Amber study of Ghana") == 1
    assert weeks.told("kofi@example.org", "Birch study of Kenya") == 0
    assert weeks.told("amina@example.org", "Note du cèdre") == 1
    assert weeks.told("amina@example.org", "Cedar brief on pay") == 0


def nothing_ended_was_sent(weeks: Weeks) -> None:
    late = [
        (title, mail.at)
        for title, end in weeks.ends.items()
        for mail in weeks.mails
        if title in mail.text and end <= mail.at
    ]
    assert late == []
    assert weeks.told("alice@example.org", "Ebony call") == 1
    assert weeks.told("alice@example.org", "Dawn webinar") == 2, "told again while it is still to come"
    assert weeks.told("alice@example.org", "Nettle call") == 0, "it ended while the hub stood still"


def what_was_carried_over_arrived(weeks: Weeks) -> None:
    with weeks.house.database.reading() as session:
        thin, after = weeks.regular()[1:3]
        carried = session.exec(
            select(Work.slug)
            .join(IssueItem, col(IssueItem.work_id) == col(Work.id))
            .where(col(IssueItem.issue_id) == after.id, col(IssueItem.carried_from) == thin.id)
        ).all()
    assert "fern-article" in carried
    [fern] = [mail for mail in weeks.mails if mail.to == "alice@example.org" and "Fern article" in mail.text]
    assert "Gorse report" in fern.text


def the_ledger_agrees(weeks: Weeks) -> None:
    """What the ledger says a reader had is what their mails say, and every mail prepared was accepted."""
    with weeks.house.database.reading() as session:
        states = set(session.exec(select(Outbox.state)).all())
        assert states == {"accepted"}
        rows = session.exec(
            select(Address.email, Work.slug)
            .join(Person, col(Person.address_id) == col(Address.id))
            .join(Received, col(Received.person_id) == col(Person.id))
            .join(Work, col(Work.id) == col(Received.work_id))
        ).all()
    told = Counter(
        (reader, title) for title in all_titles(weeks) for reader in READERS for _ in range(times(weeks, reader, title))
    )
    assert Counter((address, slug) for address, slug in rows) == Counter(
        {(reader, title.lower().replace(" ", "-")): n for (reader, title), n in told.items()}
    )


def times(weeks: Weeks, reader: str, title: str) -> int:
    return weeks.told(reader, title) + (weeks.told(reader, "Note du cèdre") if title.startswith("Cedar") else 0)


def all_titles(weeks: Weeks) -> list[str]:
    with weeks.house.database.reading() as session:
        return list(
            session.exec(select(WorkText.title).where(col(WorkText.language) == "en").order_by(col(WorkText.id))).all()
        )


def test_a_hub_that_stood_still_before_its_first_issue_sends_it_once(weeks: Weeks) -> None:
    for title in ("Amber report", "Birch report", "Cedar report"):
        weeks.news(title, weeks.now)
    weeks.until(weeks.now + STEP)
    weeks.stand_still(TUESDAY + 3 * WEEK + timedelta(hours=1))
    weeks.until(weeks.now + STEP)
    assert [(i.state, i.number) for i in weeks.regular()] == [("sent", 1), ("draft", None)]
    with weeks.house.database.reading() as session:
        newsletter = session.exec(select(Newsletter)).one()
        assert newsletter.next_at == TUESDAY + 4 * WEEK
        assert session.exec(select(MailingList.slug)).one() == "weekly"
