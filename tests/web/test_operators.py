"""Health and metrics: right after the start all is well; later it says what is not."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from publisher import leases
from publisher.desk.vital import TICK_TOO_OLD
from publisher.mail.models import Letter, LetterEdition, Outbox
from publisher.web.app import make_app
from publisher.web.health import GRACE


@pytest.fixture
def ticks(house, wall):
    def tick():
        with house.database.session() as session:
            leases.lead(session, "last tick", holder="here", now=wall(), lasts=timedelta(0))

    return tick


def test_a_hub_that_has_just_started_is_well(web):
    answer = web.get("/health")
    assert answer.status_code == 200
    assert answer.json()["ok"] is True
    assert set(answer.json()) >= {
        "version",
        "tzdata",
        "database",
        "last_tick_seconds",
        "oldest_due_seconds",
        "disk_free_bytes",
    }


def test_a_timetable_that_nobody_keeps_is_noticed(web, wall, ticks):
    ticks()
    wall.move(TICK_TOO_OLD - timedelta(minutes=1))
    assert web.get("/health").status_code == 200
    wall.move(timedelta(minutes=2))
    answer = web.get("/health")
    assert (answer.status_code, answer.json()["problems"]) == (
        503,
        ["The timetable has not ticked for too long. Is a scheduler running?"],
    )
    ticks()
    assert web.get("/health").status_code == 200


def test_mail_that_waits_too_long_is_noticed(web, house, hub, wall, ticks, now):
    with house.database.session() as session:
        letter = Letter(key="x", kind="notice", title="x", state="sending", identity_id=1, created_at=now)
        session.add(letter)
        session.flush()
        edition = LetterEdition(letter_id=letter.id, language="en", digest="d", data=b"")
        session.add(edition)
        session.flush()
        session.add(Outbox(letter_id=letter.id, address_id=1, edition_id=edition.id, not_before=now, created_at=now))
    wall.move(timedelta(minutes=40))
    ticks()
    assert web.get("/health").json()["problems"] == ["Mail that is due has been waiting too long. Is a sender running?"]


def test_a_disk_that_is_nearly_full_is_noticed(web, monkeypatch):
    monkeypatch.setattr("publisher.desk.vital.LEAST_FREE", 2**62)
    answer = web.get("/health")
    assert (answer.status_code, answer.json()["problems"]) == (503, ["The disk is nearly full."])


def test_the_grace_is_the_process_and_not_the_hub(web, wall):
    wall.move(GRACE + timedelta(seconds=1))
    assert web.get("/health").status_code == 503


def test_metrics_are_for_this_machine_or_for_who_has_the_token(web, house, hub, wall):
    assert web.get("/metrics").status_code == 403
    token = house.tokens.keyed_hash("metrics", "v1")
    answer = web.get("/metrics", headers={"authorization": f"Bearer {token}"})
    assert 'publisher_subscriptions{state="active"} 1.0' in answer.text
    assert 'publisher_works{state="approved"} 4.0' in answer.text
    assert web.get("/metrics", headers={"authorization": "Bearer nonsense"}).status_code == 403
    app = make_app(house, wall=wall)
    with TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5)) as local:
        assert local.get("/metrics").status_code == 200
        assert local.get("/metrics", headers={"x-forwarded-for": "203.0.113.5"}).status_code == 403
        assert local.get("/metrics", headers={"host": "rebound.example"}).status_code == 403


def test_a_warning_is_named_and_the_answer_stays_good(web, monkeypatch):
    from publisher.desk.vital import Sign

    warning = (lambda *_: Sign("backup", "warn", "The last backup is three weeks old.", own_hub_only=True),)
    monkeypatch.setattr("publisher.desk.vital.WARNINGS", warning)
    answer = web.get("/health")
    assert (answer.status_code, answer.json()["warnings"]) == (200, ["The last backup is three weeks old."])
