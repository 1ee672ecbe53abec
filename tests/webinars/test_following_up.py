"""After a date: one letter for who came, one for who missed it, and one that claims nothing where nobody knows."""

from datetime import UTC, datetime, timedelta

import pytest
from invitation_checks import findings_of, text_of
from sqlmodel import Session, col, select
from webinars.mailing_stage import Who, carry, register, states
from webinars.webinar_stage import a_webinar

from publisher.errors import Conflict
from publisher.house import House
from publisher.webinars import following_up
from publisher.webinars.models import Seat, Series, Webinar

START = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)  # 15:00 in Nairobi, for ninety minutes
AFTER = START + timedelta(hours=2)
ALICE, BEN, CARO = (f"{name}@people.example" for name in ("alice", "ben", "caro"))
CAST = (
    Who(ALICE, attended="yes"),
    Who(BEN, attended="no", language="fr"),
    Who(CARO, seat="recording"),
    Who("probably@people.example", attended="probable"),
    Who("away@people.example", seat="away"),
    Who("left@people.example", state="cancelled"),
    Who("muted@people.example", is_muted=True, attended="yes"),
    Who("no-bulk@people.example", suppressed="bulk", attended="yes"),
)


def held(house: House, now: datetime, *people: Who, **shape: object) -> Webinar:
    with house.database.session() as session:
        made, webinar = a_webinar(session, house, now, **shape)
        register(session, made, people or CAST, now)
        webinar.recording_url = "https://media.example.org/play"
        session.add(webinar)
        return webinar


def send(house: House, webinar: Webinar, now: datetime = AFTER, **more: object) -> dict[str, str]:
    """Send both letters, and read what arrives."""
    with house.database.session() as session:
        following_up.send(session, house, session.get_one(Webinar, webinar.id), now=now, **more)
    return arrived(house, now)


def arrived(house: House, now: datetime) -> dict[str, str]:
    mails = carry(house, now)
    assert [finding for _, mail in mails for finding in findings_of(mail)] == []
    assert len(dict(mails)) == len(mails), "somebody got two"
    return {to: " ".join(text_of(mail).split()) for to, mail in mails}


def test_who_came_and_who_missed_it_get_words_of_their_own(house: House, now: datetime) -> None:
    webinar = held(house, now)
    with house.database.session() as session:
        assert following_up.count(session, session.get_one(Webinar, webinar.id), now=AFTER) == {"came": 2, "missed": 2}
    found = send(house, webinar)
    assert sorted(found) == [ALICE, BEN, CARO, "probably@people.example"]
    assert "Thank you for being with us." in found[ALICE]
    assert "You could not be with us this time." in found[CARO]
    assert all(text.startswith(("Thursday 3 December", "jeudi 3 décembre")) for text in found.values())
    assert all("/webinars/play/recording" in text for text in found.values())


def test_what_staff_wrote_goes_before_what_we_propose(house: House, now: datetime) -> None:
    webinar = held(house, now)
    with house.database.session() as session:
        row = session.get_one(Webinar, webinar.id)
        following_up.draft(session, house, row, now=AFTER)
        assert sorted(row.missed_words) == ["en", "fr"]  # one of them reads French
        following_up.write(session, row, "missed", "en", "We talked about play", "Here is **what** we said.", now=AFTER)
        following_up.write(session, row, "missed", "fr", "Nous avons parlé du jeu", "Voici.", now=AFTER)
        following_up.draft(session, house, row, now=AFTER)
    found = send(house, webinar)
    assert "Here is what we said." in found[CARO]
    assert "Voici." in found[BEN]
    assert "Thank you for being with us." in found[ALICE]


def test_a_draft_from_before_follows_what_is_known_until_somebody_writes(house: House, now: datetime) -> None:
    """Drafted when the series was made: one for each. Nobody knows who came: both claim nothing. Somebody does: each its own."""
    webinar = held(house, now, Who(ALICE), Who(BEN))
    with house.database.session() as session:
        row = session.get_one(Webinar, webinar.id)
        following_up.draft(session, house, row, now=now)
        assert row.came_words["en"]["subject"].startswith("Thank you for coming")
        assert row.missed_words["en"]["subject"].startswith("What you missed")
        following_up.draft(session, house, row, now=AFTER)
        assert {words["en"]["subject"] for words in (row.came_words, row.missed_words)} == {"Afterwards: Play and care"}
        seat = session.exec(select(Seat).where(col(Seat.webinar_id) == webinar.id)).first()
        assert seat is not None
        seat.attended = "yes"
        session.add(seat)
    assert "Thank you for being with us." in send(house, webinar)[ALICE]


def test_where_nobody_knows_who_came_nobody_is_told_that_they_missed_it(house: House, now: datetime) -> None:
    webinar = held(house, now, Who(ALICE), Who(BEN))
    found = send(house, webinar)
    assert sorted(found) == [ALICE, BEN]
    assert all("whether you were with us or not" in text for text in found.values())
    assert not any("missed" in text.lower() or "Thank you for" in text for text in found.values())


def test_it_is_sent_once_and_after_the_webinar_only(house: House, now: datetime) -> None:
    webinar = held(house, now)
    with pytest.raises(Conflict, match="when the webinar has been held"):
        send(house, webinar, START)
    assert len(send(house, webinar)) == 4
    with pytest.raises(Conflict, match="sent already"):
        send(house, webinar)
    with house.database.session() as session, pytest.raises(Conflict, match="sent already"):
        following_up.write(session, session.get_one(Webinar, webinar.id), "came", "en", "Late", "Words", now=AFTER)
    assert arrived(house, AFTER) == {}


def test_it_waits_for_the_recording_if_told_to(house: House, now: datetime) -> None:
    webinar = held(house, now)
    tomorrow = AFTER + timedelta(days=1)
    assert send(house, webinar, at=tomorrow) == {}
    assert len(arrived(house, tomorrow)) == 4
    with house.database.session() as session:
        assert states(session, "came") == states(session, "missed") == [(None, "out")]


def test_words_are_proposed_in_the_series_own_languages_too(session: Session, house: House, now: datetime) -> None:
    texts = {"ar": {"title": "اللعب والرعاية", "summary": "", "description": ""}}
    made, webinar = a_webinar(session, house, now, texts=texts)
    following_up.draft(session, house, webinar, now=AFTER)
    assert sorted(webinar.came_words) == ["ar", "en"]
    assert "اللعب والرعاية" in webinar.came_words["ar"]["subject"]
    following_up.write(session, webinar, "came", "ar", "", "", now=AFTER)
    assert sorted(session.get_one(Series, made.id).texts) == ["ar"]
    assert sorted(webinar.came_words) == ["en"]
