"""What comes back, from the inbox to its consequences: a real send, a real mailbox, and what becomes of the readers."""

import email
import email.policy
import tracemalloc
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from bounced import complaint, letter, notice
from cast import a_person
from imap_server import ImapServer
from issue_stage import Stage
from smtp_sink import Sink
from sqlmodel import Session, col, select

from publisher import clock
from publisher.audience import upkeep
from publisher.audience.models import MailingList, Person, Subscription
from publisher.desk import returns, stories
from publisher.errors import BadInput
from publisher.house import House
from publisher.mail import addresses
from publisher.mail.bounces import mailboxes, marks
from publisher.mail.bounces.models import BounceMailbox
from publisher.mail.delivery import Sender
from publisher.mail.inboxes import Reader
from publisher.mail.models import Address, Identity, Letter, MailEvent, Outbox
from publisher.newsletters import issues

ALICE, CAROL, INES = "alice@example.org", "carol@example.org", "ines@example.org"
LATER = timedelta(minutes=5)


class Sent:
    """An issue that left, its return addresses by reader, and the mailbox that they lead to."""

    def __init__(self, house: House, now: datetime, server: ImapServer) -> None:
        self.house, self.now, self.server, self.number = house, now, server, 0
        stage = Stage(house, now)
        with house.database.session() as session:
            identity = session.exec(select(Identity)).one()
            mailboxes.give(session, identity, server.url(), "bounces@hub.example.org", now=now)
        for reader in (ALICE, CAROL, INES):
            stage.reader(reader)
        stage.work("A study of play")
        issue = stage.draft()
        issues.release(house, issue.id or 0, now=now)
        with Sink() as sink:
            with Sender(house, present=lambda: now, wall=clock.now, relay_url=sink.url) as sender:
                sender.drain()
            arrived = dict(zip([to for to, _ in sink.accepted], sink.senders, strict=True))
            self.mails = {to: email.message_from_bytes(data, policy=email.policy.default) for to, data in sink.accepted}
        self.under = arrived

    def back(self, raw: bytes, *, days: float = 0) -> int:
        """Put it into the mailbox and read that, so many days later."""
        self.server.put(raw)
        self.number += 1
        self.now += LATER + timedelta(days=days)
        return returns.read_due(self.house, self.now)

    def bounce(
        self, whose: str, status: str = "5.1.1", said: str = "smtp; 550 5.1.1 User unknown", *, days: float = 0
    ) -> int:
        return self.back(notice(whose, status, said, to=self.under[whose], number=self.number), days=days)

    def address(self, whose: str) -> tuple[str, str]:
        with self.house.database.reading() as session:
            row = session.exec(select(Address).where(col(Address.email) == whose)).one()
            return row.suppressed, row.reason

    def subscription(self, whose: str) -> tuple[str, str]:
        """After the timetable's own line: its state, and why."""
        with self.house.database.session() as session:
            upkeep.follow_suppressions(session, self.now)
            row = session.exec(select(Subscription).join(Person, col(Person.id) == col(Subscription.person_id)).join(Address, col(Address.id) == col(Person.address_id)).where(col(Address.email) == whose)).one()  # fmt: skip
            return row.state, row.reason

    def story(self, whose: str) -> list[str]:
        with self.house.database.reading() as session:
            person = session.exec(select(Person).join(Address, col(Address.id) == col(Person.address_id)).where(col(Address.email) == whose)).one()  # fmt: skip
            return [sentence for _, sentence in stories.story(session, person)]

    def counts(self) -> dict[str, int]:
        with self.house.database.reading() as session:
            (counted,) = mailboxes.counts(session, self.now).values()
            return {what: count for what, count in counted.items() if count}

    def events(self) -> list[tuple[str, str]]:
        with self.house.database.reading() as session:
            return [(one.kind, str(one.data.get("verdict", ""))) for one in session.exec(select(MailEvent).order_by(col(MailEvent.id)))]  # fmt: skip


@pytest.fixture
def server() -> Iterator[ImapServer]:
    server = ImapServer()
    yield server
    server.close()


@pytest.fixture
def sent(house: House, now: datetime, server: ImapServer) -> Sent:
    return Sent(house, now, server)


def test_every_mail_leaves_under_an_address_of_its_own_that_tells_nothing(sent: Sent) -> None:
    assert len(set(sent.under.values())) == 3
    for reader, under in sent.under.items():
        name, _, domain = under.partition("@")
        assert (name.startswith("bounces+"), domain, len(name) <= 64) == (True, "hub.example.org", True)
        assert reader.partition("@")[0] not in under
        assert "letters@hub.example.org" in sent.mails[reader]["From"]


def test_an_address_that_does_not_exist_gets_no_more_mail_at_once(sent: Sent) -> None:
    assert sent.bounce(ALICE) == 1
    assert (sent.address(ALICE), sent.subscription(ALICE)) == (("bulk", "bounced"), ("bounced", "bounced"))
    assert (sent.address(CAROL), sent.subscription(CAROL)[0]) == (("", ""), "active")
    assert any("came back: there is no such address" in line for line in sent.story(ALICE))
    assert (sent.events(), sent.counts()) == ([("bounce", "hard")], {"hard": 1})


def test_the_same_mail_twice_changes_nothing(sent: Sent) -> None:
    raw = notice(ALICE, "5.2.2", "smtp; 552 5.2.2 Mailbox full", to=sent.under[ALICE])
    sent.back(raw)
    sent.back(raw, days=1)
    assert (sent.events(), sent.counts()) == ([("bounce", "soft")], {"soft": 1, "again": 1})


def test_soft_failures_add_up_to_a_point_a_day(sent: Sent) -> None:
    full = ("5.2.2", "smtp; 552 5.2.2 Mailbox full")
    for _ in range(3):
        sent.bounce(ALICE, *full)  # three on one day are one point
    for _ in range(3):
        sent.bounce(ALICE, *full, days=1)
    assert sent.address(ALICE) == ("", "")
    sent.bounce(ALICE, *full, days=1)
    assert sent.address(ALICE) == ("bulk", "bounced")
    assert sum("the mailbox is full" in line for line in sent.story(ALICE)) == 7


def test_a_week_of_silence_forgets_soft_failures_and_who_comes_back_begins_anew(sent: Sent) -> None:
    full = ("5.2.2", "smtp; 552 5.2.2 Mailbox full")
    for _ in range(4):
        sent.bounce(ALICE, *full, days=1)
    sent.bounce(ALICE, *full, days=8)
    assert sent.address(ALICE) == ("", "")
    for _ in range(4):
        sent.bounce(ALICE, *full, days=1)
    assert sent.address(ALICE) == ("bulk", "bounced")
    with sent.house.database.session() as session:
        addresses.lift(session, session.exec(select(Address).where(col(Address.email) == ALICE)).one())
    sent.bounce(ALICE, *full, days=1)
    assert sent.address(ALICE) == ("", "")


def test_a_mailbox_that_is_switched_off_has_two_days(sent: Sent) -> None:
    off = ("5.2.1", "smtp; 550 5.2.1 The account is disabled")
    sent.bounce(ALICE, *off)
    sent.bounce(ALICE, *off)
    assert sent.address(ALICE) == ("", "")
    sent.bounce(ALICE, *off, days=2)
    assert sent.address(ALICE) == ("bulk", "bounced")


def test_no_reader_is_charged_for_what_is_ours(sent: Sent) -> None:
    for day in range(8):
        sent.bounce(ALICE, "5.7.1", "smtp; 550 5.7.1 Your IP is on a blocklist", days=1 if day else 0)
    assert (sent.address(ALICE), sent.counts()) == (("", ""), {"soft": 8})
    assert any("The reader is not to blame" in line for line in sent.story(ALICE))


def test_a_complaint_stops_everything(sent: Sent) -> None:
    sent.back(complaint("", sent_under=sent.under[ALICE]))
    assert (sent.address(ALICE), sent.subscription(ALICE)) == (("all", "complained"), ("complained", "complained"))
    sent.bounce(ALICE)  # what comes later makes it no milder
    assert sent.address(ALICE) == ("all", "complained")
    assert any("Complained about" in line for line in sent.story(ALICE))


def test_a_relay_of_ones_own_choice_may_change_the_envelope_and_the_message_id_still_tells(sent: Sent) -> None:
    ours = sent.mails[ALICE]["Message-ID"]
    back = f"From: letters@hub.example.org\r\nTo: {ALICE}\r\nMessage-ID: {ours}\r\n\r\nHello\r\n"
    sent.back(notice(ALICE, to="somebody@relay.example", original=back))
    assert sent.address(ALICE) == ("bulk", "bounced")
    sent.back(notice(CAROL, to="somebody@relay.example", original=back, number=2))  # of a mail that she did not get
    assert sent.address(CAROL) == ("", "")


def test_forged_bounces_are_counted_and_never_acted_on(sent: Sent) -> None:
    right = sent.under[CAROL]
    row, _, rest = right.partition("+")[2].partition("-")
    other = sent.under[ALICE].partition("+")[2].partition("-")[0]
    wrong = [
        "bounces@hub.example.org",
        right.replace(f"+{row}-", f"+{other}-"),  # a signature of another row
        f"bounces+{row}-{'0' * 24}@hub.example.org",
        f"bounces+99999-{rest}",
        f"bounces+{'9' * 15}-{rest}",
    ]
    for number, to in enumerate(wrong):
        sent.back(notice(CAROL, to=to, number=number))
        sent.back(complaint(CAROL, sent_under=to, number=number))
    assert (sent.address(CAROL), sent.address(ALICE), sent.events()) == (("", ""), ("", ""), [])
    assert sent.counts() == {"forged": 10}


def test_out_of_office_is_no_bounce_and_is_not_answered(sent: Sent) -> None:
    with sent.house.database.reading() as session:
        before = len(session.exec(select(Outbox)).all())
    sent.back(letter("I am away. STOP reading.", subject="Out of office", To=sent.under[ALICE]))
    sent.back(letter("STOP", Auto_Submitted="auto-replied"))
    with sent.house.database.reading() as session:
        assert len(session.exec(select(Outbox)).all()) == before
    assert (sent.subscription(ALICE)[0], sent.counts()) == ("active", {"auto_reply": 2})


def test_a_mail_program_leaves_by_the_address_it_was_given(sent: Sent) -> None:
    mailto = sent.mails[ALICE]["List-Unsubscribe"].rpartition("<mailto:")[2].rstrip(">")
    address, _, subject = mailto.partition("?subject=")
    assert address == "bounces@hub.example.org"
    sent.back(letter("", sender="somebody.else@example.net", subject=subject))
    assert (sent.subscription(ALICE), sent.subscription(CAROL)[0]) == (("unsubscribed", "mailto"), "active")
    assert sent.counts() == {"left": 1}


@pytest.mark.parametrize("word", ["STOP", "Stop, please.", "Unsubscribe", "Désabonnement", "Se désabonner, merci", "إلغاء الاشتراك", "إيقاف", "Baja", "Cancelar inscrição", "Jiondoe"])  # fmt: skip
def test_stop_is_understood_in_the_languages_we_write(sent: Sent, word: str) -> None:
    sent.back(letter(f"{word}\r\n\r\n> A study of play", In_Reply_To=sent.mails[ALICE]["Message-ID"]))
    assert sent.subscription(ALICE) == ("unsubscribed", "mailto")


def test_stop_leaves_the_list_it_answers_or_all_where_it_answers_none(sent: Sent) -> None:
    with sent.house.database.session() as session:
        other = MailingList(slug="weekly", name="Weekly", identity_id=1, list_id="weekly.hub", created_at=sent.now)
        session.add(other)
        session.flush()
        for person in session.exec(select(Person)).all():
            session.add(Subscription(person_id=person.id or 0, list_id=other.id or 0, state="active", created_at=sent.now))  # fmt: skip
    sent.back(letter("STOP", sender=ALICE, In_Reply_To=sent.mails[ALICE]["Message-ID"]))
    sent.back(letter("STOP", sender=CAROL, subject="Hello"))
    sent.back(letter("STOP", sender="stranger@example.net"))
    sent.back(letter("Please stop writing in riddles, I like it plain.", sender=INES))
    with sent.house.database.reading() as session:
        rows = session.exec(select(Address.email, Subscription.list_id, Subscription.state).join(Person, col(Person.address_id) == col(Address.id)).join(Subscription, col(Subscription.person_id) == col(Person.id)).order_by(col(Subscription.id))).all()  # fmt: skip
    left = [(who, number) for who, number, state in rows if state == "unsubscribed"]
    assert sorted(left) == [(ALICE, 1), (CAROL, 1), (CAROL, other.id)]


def test_old_mails_are_passed_over_and_large_ones_are_not_fetched_whole(
    house: House, now: datetime, server: ImapServer
) -> None:
    for _ in range(50):
        server.days[server.put(b"From: x@example.org\r\n\r\nOld")] = (now - timedelta(days=60)).date()
    sent = Sent(house, now, server)
    assert sent.back(notice(ALICE, to=sent.under[ALICE], original="A: b\r\n\r\n" + "x" * 5_000_000)) == 1
    assert (server.fetched, server.sent < 300_000, sent.address(ALICE)) == ([51], True, ("bulk", "bounced"))


def test_a_mailbox_that_was_made_anew_is_read_again_and_nothing_counts_twice(sent: Sent) -> None:
    sent.bounce(ALICE)
    sent.server.validity += 1
    sent.now += LATER
    assert returns.read_due(sent.house, sent.now) == 1
    assert sent.events() == [("bounce", "hard")]


def test_numbers_as_high_as_a_mailbox_may_give_take_no_memory(sent: Sent) -> None:
    """RFC 3501 §2.3.1.1: 32 bits. An old mailbox of a large provider is there in the millions."""
    high = 5_000_000
    sent.server.mails[high] = notice(ALICE, to=sent.under[ALICE], number=1)
    sent.now += LATER
    assert returns.read_due(sent.house, sent.now) == 1
    tracemalloc.start()
    try:
        assert sent.bounce(CAROL) == 1
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert sent.server.fetched == [high, high + 1]


def test_two_readers_never_read_at_once(sent: Sent) -> None:
    sent.server.put(notice(ALICE, to=sent.under[ALICE]))
    with sent.house.database.session() as session:
        session.exec(select(BounceMailbox)).one().reading_until = sent.now + LATER * 2
    assert returns.read_due(sent.house, sent.now + LATER, anyway=True) == 0
    assert returns.read_due(sent.house, sent.now + LATER * 3) == 1


def test_one_mail_that_breaks_us_does_not_take_the_others_with_it(sent: Sent) -> None:
    def take(session: Session, _house: House, _row: object, mails: Sequence[bytes], now: datetime) -> None:
        for raw in mails:
            if b"break" in raw:
                raise RuntimeError("a fault of ours")
            a_person(session, f"{raw.decode().strip()}@example.org", now)

    for word in ("one", "break", "two", "three"):
        sent.server.put(f"{word}\r\n".encode())
    table = BounceMailbox.__table__  # type: ignore[attr-defined]
    assert Reader(table, take, whole=False, together=3).read_due(sent.house, sent.now, anyway=True) == 4
    with sent.house.database.reading() as session:
        made = session.exec(select(Address.email).order_by(col(Address.id).desc()).limit(3)).all()
        assert (list(made), session.exec(select(BounceMailbox.last_uid)).one()) == (["three@example.org", "two@example.org", "one@example.org"], 4)  # fmt: skip


def test_a_log_in_that_is_no_longer_accepted_is_said_and_nothing_is_lost(sent: Sent) -> None:
    sent.server.password = "changed"
    assert sent.bounce(ALICE) == 0
    with sent.house.database.reading() as session:
        box = session.exec(select(BounceMailbox)).one()
        assert (box.state, box.error, box.reading_until) == ("failing", "The mail server does not accept this user and password.", None)  # fmt: skip
    sent.server.password = "p@ss word"
    sent.now += LATER
    assert (returns.read_due(sent.house, sent.now), sent.address(ALICE)) == (1, ("bulk", "bounced"))


def test_who_was_erased_leaves_no_words_behind(sent: Sent) -> None:
    with sent.house.database.session() as session:
        addresses.erase(session, sent.house.tokens, session.exec(select(Address).where(col(Address.email) == ALICE)).one(), now=sent.now)  # fmt: skip
    sent.bounce(ALICE)
    with sent.house.database.reading() as session:
        event = session.exec(select(MailEvent)).one()
        assert (event.kind, event.text, event.data) == ("bounce", "", {})
        assert session.exec(select(Address).where(col(Address.reason) == "erased")).one().suppressed == "all"


def test_a_letter_above_a_mark_is_named(sent: Sent) -> None:
    with sent.house.database.reading() as session:
        assert marks.marks(session, sent.now) == []
    for whose in (ALICE, CAROL, INES):
        sent.bounce(whose, "5.2.2", "smtp; 552 5.2.2 Mailbox full")
    for number, whose in enumerate((ALICE, CAROL)):
        sent.back(complaint(whose, sent_under=sent.under[whose], number=number))
    with sent.house.database.reading() as session:
        title = session.exec(select(Letter.title).where(col(Letter.standing).is_(False))).one()
        found = marks.marks(session, sent.now)
        later = marks.marks(session, sent.now + timedelta(days=40))
    assert [(one.title, one.what, one.count, one.sent, one.is_grave) for one in found] == [(title, "bounces", 3, 3, True), (title, "complaints", 2, 3, True)]  # fmt: skip
    assert (found[0].sentence.startswith("3 of 3 mails came back (100%)."), later) == (True, [])


def test_a_mailbox_is_given_and_taken_away_with_the_place_to_leave(sent: Sent) -> None:
    sent.bounce(ALICE)
    with sent.house.database.session() as session:
        identity = session.exec(select(Identity)).one()
        assert identity.unsubscribe_mailbox == "bounces@hub.example.org"
        mailboxes.take_away(session, identity)
        assert (identity.unsubscribe_mailbox, session.exec(select(BounceMailbox)).all()) == (None, [])
        identity.unsubscribe_mailbox = "leave@hub.example.org"
        mailboxes.give(session, identity, "imaps://u:p@mail.example.org/", "@b.hub.example.org", now=sent.now)
        assert identity.unsubscribe_mailbox == "leave@hub.example.org"  # somebody named another place
        for url, address in (("nonsense", "b@hub.example.org"), ("imaps://u:p@mail.example.org/", "nowhere"), ("imaps://u:p@mail.example.org/", f"{'b' * 40}@hub.example.org")):  # fmt: skip
            with pytest.raises(BadInput):
                mailboxes.give(session, identity, url, address, now=sent.now)
