"""Ines owns the hub. At night the relay refuses the log-in: mails wait, one letter tells her, one says that all is well."""

from datetime import timedelta

from cast import a_hub
from smtp_sink import Sink
from sqlmodel import col, select

from publisher.desk import operator
from publisher.desk.models import Trouble
from publisher.errors import TransportError
from publisher.last_backup import note_backup
from publisher.mail import addresses
from publisher.mail.delivery import Sender
from publisher.mail.models import Letter, Outbox, Relay
from publisher.mail.post import post
from publisher.staff import accounts

MINUTE = timedelta(minutes=1)


def a_night(house, now, url):
    with house.database.session() as session:
        a_hub(session, now)
        session.add(Relay(slug="first", url=url, is_default=True, created_at=now))
        ines = accounts.add(session, house, "ines@example.org", "owner", now, name="Ines", invite=False)
        accounts.set_password(session, ines, "four quiet words here", now)
        alice = addresses.find_or_make(session, house.tokens, "alice@example.org", now=now)
        said = {"title": "A link", "paragraphs": ["For you."]}
        post(session, house, kind="notice", to=alice, language="en", context=said, occasion="1", now=now)


def occasions(house):
    with house.database.reading() as session:
        rows = session.exec(
            select(Outbox.occasion).join(Letter, col(Letter.id) == col(Outbox.letter_id)).order_by(col(Outbox.id))
        )
        return [one for one in rows if one.startswith("operator:")]


def all_leave(house):
    with house.database.session() as session:
        for row in session.exec(select(Outbox)):
            row.state = "accepted"


def test_a_relay_that_refuses_us_overnight(house, now) -> None:
    with Sink(login=("hub", "right")) as sink:
        a_night(house, now, f"smtp://hub:wrong@127.0.0.1:{sink.port}?tls=none")
        with Sender(house, present=lambda: now, wall=lambda: now) as sender:
            try:
                sender._turn()
            except TransportError as problem:
                sender._note_trouble(problem)
            assert sender._resting()
        for minutes in range(40):
            operator.watch(house, now + minutes * MINUTE, ticking=True)
        assert occasions(house) == ["operator:mail:1:bad"]
        with house.database.session() as session:
            relay = session.exec(select(Relay)).one()
            assert relay.paused_until == now + 30 * MINUTE, "tried again by itself"
            relay.url = f"smtp://hub:right@127.0.0.1:{sink.port}?tls=none"
        later = now + 40 * MINUTE
        with Sender(house, present=lambda: later, wall=lambda: later) as sender:
            assert not sender._resting()
            sender.drain()
        assert sorted(who for who, _ in sink.accepted) == ["alice@example.org", "ines@example.org"]
        for minutes in range(40, 70):
            operator.watch(house, now + minutes * MINUTE, ticking=True)
    assert occasions(house) == ["operator:mail:1:bad", "operator:mail:1:well"]


def test_what_flickers_is_no_storm_and_a_short_trouble_is_not_told(house, now, monkeypatch) -> None:
    a_night(house, now, "mailbox:")
    for minutes in range(300):
        all_leave(house)
        monkeypatch.setattr("publisher.desk.vital.LEAST_FREE", 2**62 if minutes % 10 else 0)
        operator.watch(house, now + minutes * MINUTE, ticking=True)
    assert occasions(house) == ["operator:disk:1:bad"], "well for a minute is not well"
    monkeypatch.setattr("publisher.desk.vital.LEAST_FREE", 0)
    for minutes in range(300, 320):
        all_leave(house)
        operator.watch(house, now + minutes * MINUTE, ticking=True)
    assert len(occasions(house)) == 2
    with house.database.reading() as session:
        assert [row.key for row in operator.troubles(session)] == ["backup"], "which has a day"
        assert session.get(Trouble, "disk").episode == 1


def test_a_timetable_that_stands_still_is_seen_by_others_only(house, now) -> None:
    a_night(house, now, "mailbox:")
    for minutes in (0, 20):
        operator.watch(house, now + minutes * MINUTE, ticking=True)
    assert occasions(house) == []
    for minutes in (20, 29):
        operator.watch(house, now + minutes * MINUTE, ticking=False)
    assert occasions(house) == []
    operator.watch(house, now + 36 * MINUTE, ticking=False)
    operator.watch(house, now + 36 * MINUTE, ticking=False)
    assert occasions(house) == ["operator:timetable:1:bad"], "one letter, though two have looked"


def test_a_hub_that_is_not_backed_up_is_told_after_a_day_and_when_it_is(house, now) -> None:
    a_night(house, now, "mailbox:")
    all_leave(house)
    for hours in range(24):
        operator.watch(house, now + hours * 60 * MINUTE, ticking=True)
    assert occasions(house) == [], "a new hub has other things to do on its first day"
    operator.watch(house, now + 24 * 60 * MINUTE, ticking=True)
    all_leave(house)
    assert occasions(house) == ["operator:backup:1:bad"]
    made = now + 25 * 60 * MINUTE
    note_backup(house.settings.data_dir, made, house.settings.data_dir / "hub.backup")
    for minutes in (0, 20):
        operator.watch(house, made + minutes * MINUTE, ticking=True)
    assert occasions(house) == ["operator:backup:1:bad", "operator:backup:1:well"]
