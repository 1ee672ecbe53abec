"""Programs read what anybody may find, and register people by the same gate as the form."""

from typing import Any

import pytest
from posted import kinds
from sqlmodel import select
from starlette.testclient import TestClient
from webinars.webinar_stage import a_series, a_webinar

from publisher.audience.models import MailingList
from publisher.house import House
from publisher.webinars.models import Registration

DORA = {"email": "dora@example.org", "name": "Dora", "zone": "Asia/Kathmandu", "language": "fr"}


@pytest.fixture
def announced(house: House, hub: dict[str, Any], now) -> None:
    """A series of three, a one-off, one for a cohort, and a draft."""
    with house.database.session() as session:
        cohort = MailingList(
            slug="circle", name="Circle", kind="cohort", identity_id=1, list_id="circle.x", created_at=now
        )
        session.add(cohort)
        session.flush()
        a_series(session, house, now, dates=3, texts={"fr": {"title": "Mener ensemble"}})
        a_webinar(session, house, now)
        a_webinar(session, house, now, slug="inner", list_slug="circle")
        a_webinar(session, house, now, slug="later", announced=False)


@pytest.mark.usefixtures("announced")
def test_what_anybody_may_find_is_listed_with_its_own_offset(web: TestClient) -> None:
    answer = web.get("/api/v1/webinars?limit=3").json()
    assert [(one["webinar"], one["starts"], one["zone"], one["state"]) for one in answer["items"]] == [
        ("leading-1", "2026-12-03T15:00:00+03:00", "Africa/Nairobi", "announced"),
        ("play", "2026-12-03T15:00:00+03:00", "Africa/Nairobi", "announced"),
        ("leading-2", "2026-12-10T15:00:00+03:00", "Africa/Nairobi", "announced"),
    ]
    rest = web.get(answer["next"].removeprefix("https://hub.example.org")).json()
    assert ([one["webinar"] for one in rest["items"]], rest["next"]) == (["leading-3"], None)
    assert web.get("/api/v1/webinars?past=true").json() == {"items": [], "next": None}


@pytest.mark.usefixtures("announced")
def test_a_series_has_its_dates_and_speaks_french(web: TestClient) -> None:
    one = web.get("/api/v1/webinars/leading?lang=fr").json()
    assert (one["title"], one["text_language"], len(one["dates"])) == ("Mener ensemble", "fr", 3)
    assert one["url"] == "https://hub.example.org/webinars/series/leading"
    assert web.get("/api/v1/webinars/later").status_code == 404
    assert web.get("/api/v1/webinars/nothing").json() == {"error": "There is no such webinar."}


def test_the_telephone_number_is_a_way_in_and_nobody_reads_it_unregistered(web: TestClient, house: House, now) -> None:
    with house.database.session() as session:
        a_webinar(session, house, now, dial_in="+254 20 000 0000, code 123", access_note="Large type.")
    whole = web.get("/api/v1/webinars/play")
    assert whole.json()["access"] == "Large type."
    assert "code 123" not in whole.text + web.get("/webinars/play").text + web.get("/webinars/play/event.ics").text


@pytest.mark.usefixtures("announced")
def test_registering_says_the_same_of_every_address(web: TestClient, house: House) -> None:
    answers = [web.post("/api/v1/webinars/play/registrations", json=DORA | {"email": email}) for email in ("dora@example.org", "alice@example.org", "dora@example.org")]  # fmt: skip
    assert [one.status_code for one in answers] == [202, 202, 202]
    assert len({one.text for one in answers}) == 1
    with house.database.reading() as session:
        found = session.exec(select(Registration)).all()
        assert {(one.source, one.language, one.zone, one.state) for one in found} == {
            ("api", "fr", "Asia/Kathmandu", "registered")
        }
        assert kinds(session, "dora@example.org") == ["webinar-confirmation", "notice"]  # asked again: their link again


@pytest.mark.usefixtures("announced")
def test_one_date_of_a_series_may_be_asked_for_alone(web: TestClient, house: House) -> None:
    assert web.post("/api/v1/webinars/leading-2/registrations", json=DORA).status_code == 202
    with house.database.reading() as session:
        assert [one.is_whole for one in session.exec(select(Registration))] == [False]


@pytest.mark.usefixtures("announced")
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "dora"}, "is not an e-mail address"),
        ({"zone": "Mars/Olympus"}, "is not a time zone"),
        ({"language": "12"}, "is not a language"),
        ({"country": "Atlantis"}, "is not a country"),
        ({"nothing": 1}, "nothing"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(web: TestClient, wrong: dict[str, object], sentence: str) -> None:
    answer = web.post("/api/v1/webinars/play/registrations", json=DORA | wrong)
    assert answer.status_code == 422
    assert sentence in answer.json()["error"]


@pytest.mark.usefixtures("announced")
def test_after_the_end_a_program_is_told_so(web: TestClient, later) -> None:
    later(days=30)
    answer = web.post("/api/v1/webinars/play/registrations", json=DORA)
    assert answer.status_code == 409
    assert "is over" in answer.json()["error"]
