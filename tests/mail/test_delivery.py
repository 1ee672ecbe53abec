"""Mails leave once, answers are written down, and nobody is blamed for what is not theirs. Real SMTP on loopback."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from cast import a_hub
from smtp_sink import Fault, Sink
from sqlmodel import Session, col, select

from publisher import clock
from publisher.errors import TransportError
from publisher.house import House
from publisher.mail import addresses, claiming, outbox
from publisher.mail.delivery import Sender
from publisher.mail.letters import HeaderPlan, compile_letter
from publisher.mail.models import Letter, LetterState, MailEvent, Outbox, Suppression
from publisher.mail.post import post

Status = Callable[[], dict[str, int]]


def a_letter(house: House, now: datetime, readers: int, **changes: object) -> int:
    """A bulk letter let out to reader0@example.org and so on; returns its id."""
    with house.database.session() as session:
        hub = a_hub(session, now)
        letter = Letter.model_validate(
            {"key": "issue-1", "kind": "notice", "title": "Issue 1", "identity_id": hub.id, "created_at": now} | changes
        )
        session.add(letter)
        session.flush()
        context = {
            "brand": {
                "name": "Early Hands",
                "accent": "#1f6f5c",
                "postal_address": "12 Garden Row",
                "website": "https://hub.example.org",
            },
            "title": "News",
            "paragraphs": ["There is news."],
        }
        edition = compile_letter(
            house.templates, "notice", "en", context, HeaderPlan("Early Hands", "letters@hub.example.org")
        )
        assert letter.id is not None
        edition_id = outbox.keep_edition(session, letter.id, "en", "d", edition.to_bytes())
        rows = []
        for number in range(readers):
            address = addresses.find_or_make(session, house.tokens, f"reader{number}@example.org", now=now)
            rows.append(
                {"letter_id": letter.id, "address_id": address.id, "occasion": "", "state": "queued", "edition_id": edition_id,
                 "to_name": "", "zone": "UTC", "not_before": now, "expires_at": now + timedelta(days=2), "attempts": 0,
                 "doubts": 0, "epoch": 0, "reply": "", "created_at": now}
            )  # fmt: skip
        outbox.add_rows(session, rows)
        outbox.let_out(session, letter, now=now)
        return letter.id


def drain(house: House, sink: Sink, now: datetime) -> int:
    with Sender(
        house, present=lambda: now, wall=clock.now, relay_url=f"smtp://127.0.0.1:{sink.port}?tls=none"
    ) as sender:
        sender.drain()
    return sender.accepted


def counts(house: House, letter_id: int) -> dict[str, int]:
    with house.database.reading() as session:
        status = outbox.status(session, letter_id)
    assert status["prepared"] == sum(number for state, number in status.items() if state != "prepared")
    return {state: number for state, number in status.items() if number and state != "prepared"}


def rows_of(session: Session, letter_id: int) -> list[Outbox]:
    return list(session.exec(select(Outbox).where(col(Outbox.letter_id) == letter_id).order_by(col(Outbox.id))).all())


def test_every_reader_gets_one_mail_and_the_reply_is_kept(house: House, now: datetime) -> None:
    letter = a_letter(house, now, 25)
    with Sink() as sink:
        assert drain(house, sink, now) == 25
        assert Counter(Counter(to for to, _ in sink.accepted).values()) == {1: 25}
        assert sink.connections <= 8
    assert counts(house, letter) == {"accepted": 25}
    with house.database.session() as session:
        assert {row.code for row in rows_of(session, letter)} == {250}
        assert [done.id for done in outbox.finish(session, now=now)] == [letter]
        assert session.get_one(Letter, letter).state == LetterState.DONE


def test_a_second_sender_finds_nothing_to_do(house: House, now: datetime) -> None:
    a_letter(house, now, 3)
    with Sink() as sink:
        assert (drain(house, sink, now), drain(house, sink, now)) == (3, 0)


def test_an_unknown_recipient_is_bounced_and_the_others_get_their_mail(house: House, now: datetime) -> None:
    letter = a_letter(house, now, 5)
    with Sink(refuse={"reader2@example.org": "550 5.1.1 no such user"}) as sink:
        drain(house, sink, now)
    assert counts(house, letter) == {"accepted": 4, "rejected": 1}
    with house.database.session() as session:
        gone = addresses.find(session, house.tokens, "reader2@example.org")
        assert gone is not None
        assert (gone.suppressed, gone.reason) == (Suppression.BULK, "bounced")


def test_a_temporary_refusal_is_tried_again_later(house: House, now: datetime) -> None:
    letter = a_letter(house, now, 2)
    with Sink(refuse={"reader1@example.org": "451 4.7.1 greylisted, come back"}) as sink:
        drain(house, sink, now)
    assert counts(house, letter) == {"accepted": 1, "deferred": 1}
    with Sink() as sink:
        assert drain(house, sink, now) == 0
        assert drain(house, sink, now + timedelta(hours=1)) == 1
    assert counts(house, letter) == {"accepted": 2}


def test_what_stays_refused_expires_and_nobody_is_bounced(house: House, now: datetime) -> None:
    letter = a_letter(house, now, 1)
    with Sink(refuse={"reader0@example.org": "452 4.2.2 mailbox full"}) as sink:
        for hours in range(0, 60, 6):
            drain(house, sink, now + timedelta(hours=hours))
    assert counts(house, letter) == {"expired": 1}
    with house.database.session() as session:
        reader = addresses.find(session, house.tokens, "reader0@example.org")
        assert reader is not None
        assert reader.suppressed == ""


def test_policy_refusals_pause_the_letter_and_blame_no_reader(house: House, now: datetime) -> None:
    letter = a_letter(house, now, 40)
    with Sink(faults={"RCPT": Fault("550 5.7.26 unauthenticated mail is not accepted")}) as sink:
        drain(house, sink, now)
        assert sink.accepted == []
    with house.database.session() as session:
        paused = session.get_one(Letter, letter)
        assert paused.state == LetterState.PAUSED
        assert "5.7.26" in paused.pause_reason or "unauthenticated" in paused.pause_reason
        assert session.exec(select(col(Outbox.id)).where(col(Outbox.state) == "rejected")).all() == []
        outbox.resume(session, paused)
    with Sink() as sink:
        drain(house, sink, now + timedelta(days=1))
    assert counts(house, letter) == {"accepted": 40}


def test_a_refused_sender_address_pauses_the_letter(house: House, now: datetime) -> None:
    letter = a_letter(house, now, 3)
    with Sink(faults={"MAIL": Fault("550 5.1.8 sender domain unknown")}) as sink:
        drain(house, sink, now)
    with house.database.session() as session:
        assert session.get_one(Letter, letter).state == LetterState.PAUSED
        assert {row.attempts for row in rows_of(session, letter)} == {0}


def test_a_lost_answer_is_resent_once_with_the_same_message_id(house: House, now: datetime) -> None:
    letter = a_letter(house, now, 1)
    with Sink(faults={"DOT": Fault(disconnect=True, store=True, times=1)}) as sink:
        drain(house, sink, now)
        assert counts(house, letter) == {"deferred": 1}
        drain(house, sink, now + timedelta(hours=1))
        copies = [data.partition(b"Message-ID:")[2].split(b"\r\n")[0] for _, data in sink.accepted]
    assert len(copies) == 2
    assert copies[0] == copies[1]
    assert counts(house, letter) == {"accepted": 1}


def test_a_list_that_holds_its_doubts_does_not_resend(house: House, now: datetime) -> None:
    letter = a_letter(house, now, 1, uncertain="hold")
    with Sink(faults={"DOT": Fault(disconnect=True, store=True, times=1)}) as sink:
        drain(house, sink, now)
        drain(house, sink, now + timedelta(hours=1))
        assert len(sink.accepted) == 1
    assert counts(house, letter) == {"uncertain": 1}


def test_a_relay_that_cannot_be_reached_costs_nobody_anything(house: House, now: datetime) -> None:
    letter = a_letter(house, now, 3)
    with Sink() as sink:
        port = sink.port
    with (
        pytest.raises(TransportError),
        Sender(house, present=lambda: now, wall=clock.now, relay_url=f"smtp://127.0.0.1:{port}?tls=none") as sender,
    ):
        sender.drain()
    assert counts(house, letter) == {"queued": 3}


def test_a_relay_that_always_hangs_up_ends_the_drain_with_a_sentence(house: House, now: datetime) -> None:
    letter = a_letter(house, now, 2)
    with Sink(faults={"DATA": Fault(disconnect=True)}) as sink, pytest.raises(TransportError):
        drain(house, sink, now)
    assert counts(house, letter) == {"queued": 2}


def test_a_suppression_after_planning_stops_the_mail(house: House, now: datetime) -> None:
    letter = a_letter(house, now, 3)
    with house.database.session() as session:
        carol = addresses.find(session, house.tokens, "reader1@example.org")
        assert carol is not None
        addresses.suppress(session, carol, Suppression.ALL, "complained", now=now)
    with Sink() as sink:
        drain(house, sink, now)
        assert sorted(to for to, _ in sink.accepted) == ["reader0@example.org", "reader2@example.org"]
    assert counts(house, letter) == {"accepted": 2, "suppressed": 1}


def test_a_paused_letter_waits_and_a_cancelled_one_never_leaves(house: House, now: datetime) -> None:
    letter_id = a_letter(house, now, 4)
    with house.database.session() as session:
        outbox.pause(session, session.get_one(Letter, letter_id), "a word to mend")
    with Sink() as sink:
        assert drain(house, sink, now) == 0
        with house.database.session() as session:
            letter = session.get_one(Letter, letter_id)
            outbox.resume(session, letter)
            assert outbox.cancel(session, letter, now=now) == 4
        assert drain(house, sink, now) == 0
    assert counts(house, letter_id) == {"cancelled": 4}


def test_a_confirmation_overtakes_an_issue_and_reaches_a_bounced_address(house: House, now: datetime) -> None:
    a_letter(house, now, 30)
    with house.database.session() as session:
        bob = addresses.find_or_make(session, house.tokens, "bob@example.org", now=now)
        addresses.suppress(session, bob, Suppression.BULK, "bounced", now=now)
        for _ in range(2):
            post(
                session,
                house,
                kind="notice",
                to=bob,
                language="en",
                context={"title": "Hello", "paragraphs": ["Welcome."]},
                occasion="once",
                now=now,
            )
    with Sink() as sink:
        assert drain(house, sink, now) == 31
        assert "bob@example.org" in [to for to, _ in sink.accepted[:8]]


def test_limits_of_a_relay_hold_and_the_rest_leaves_in_the_next_hour(house: House, now: datetime) -> None:
    from publisher.mail.models import Relay

    letter = a_letter(house, now, 30)
    with Sink() as sink:
        with house.database.session() as session:
            session.add(
                Relay(
                    slug="first",
                    url=f"smtp://127.0.0.1:{sink.port}?tls=none",
                    is_default=True,
                    per_hour=20,
                    created_at=now,
                )
            )

        def carry(moment: datetime) -> int:
            with Sender(house, present=lambda: moment, wall=clock.now) as sender:
                sender.drain()
            return sender.accepted

        assert carry(now) == 18  # a tenth is kept free for confirmations
        assert carry(now) == 0
        assert carry(now + timedelta(hours=1)) == 12
    assert counts(house, letter) == {"accepted": 30}


def test_rows_of_a_dead_worker_come_back_and_doubt_is_recorded(house: House, now: datetime) -> None:
    letter = a_letter(house, now, 5)
    with house.database.session() as session:
        rows = claiming.take(session, worker="dead", now=now, wall=now, most=5, ranks=(0, 1, 2))
        assert len(claiming.begin(session, rows[:2], worker="dead", wall=now)[0]) == 2
    later = now + claiming.LEASE + timedelta(seconds=1)
    with house.database.session() as session:
        assert claiming.recover(session, now=later, wall=later) == 2
        claiming.write_back(session, [{"id": rows[0].id, "state": "accepted"}], worker="dead")  # it wakes too late
    assert counts(house, letter) == {"queued": 5}
    with house.database.reading() as session:
        assert len(session.exec(select(MailEvent)).all()) == 2
    with Sink() as sink:
        assert drain(house, sink, later) == 5
