"""The way in: looking counts nothing, pressing does; it leads to the room and nowhere else; a room that is down is said to be."""

import re
from datetime import timedelta

import pytest
from met_stage import ROOM, link_to, registration, text_of, webinar
from sqlmodel import select

from publisher.webinars import scheduling
from publisher.webinars.models import MeetingServer, Seat, Speaker


@pytest.fixture
def door(house, met) -> str:
    return link_to(house, "j", met.alice)


@pytest.fixture
def starts(house, met):
    with house.database.reading() as session:
        return webinar(session, "play")[1].starts_at


def seat_of(house, met) -> Seat:
    with house.database.reading() as session:
        seat = session.get_one(Seat, (registration(session, met.alice).id, met.play))
        session.expunge_all()
        return seat


def test_too_early_it_says_when_and_looks_again_by_itself(web, house, door, met, wall, starts):
    answer = web.get(door)
    assert "It opens Thursday 3 December 2026, 17:30 in Kathmandu." in text_of(answer)
    assert 'http-equiv="refresh"' not in answer.text
    assert "form-action 'self';" in answer.headers["content-security-policy"]
    wall.now = starts - timedelta(minutes=25)
    assert '<meta http-equiv="refresh" content="601">' in web.get(door).text
    refused = web.post(door)
    assert refused.status_code == 409
    assert "The room is not open yet." in text_of(refused)
    assert seat_of(house, met).pressed_at is None


def test_the_button_marks_and_leads_on(web, house, door, met, wall, starts):
    wall.now = starts - timedelta(minutes=15)
    shown = web.get(door)
    assert "Enter the room" in text_of(shown)
    assert seat_of(house, met).attended == ""  # looking, as mail scanners do, counts nothing
    policy = shown.headers["content-security-policy"]
    assert re.findall(r"form-action ([^;]*)", policy) == ["'self' https://meet.example.net"]
    assert "pwd=secret" not in shown.text
    assert (shown.headers["cache-control"], shown.headers["referrer-policy"], shown.headers["x-robots-tag"]) == ("private, no-store", "no-referrer", "noindex")  # fmt: skip
    pressed = web.post(door)
    assert (pressed.status_code, pressed.headers["location"]) == (303, ROOM)
    assert pressed.headers["referrer-policy"] == "no-referrer"
    assert (seat_of(house, met).attended, seat_of(house, met).pressed_at is not None) == ("probable", True)


def test_the_room_can_change_without_another_mail(web, house, door, wall, starts):
    with house.database.session() as session:
        webinar(session, "play")[1].room_url = "https://other.example.com:8443/room"
    wall.now = starts
    assert "form-action 'self' https://other.example.com:8443;" in web.get(door).headers["content-security-policy"]
    assert web.post(door).headers["location"] == "https://other.example.com:8443/room"


def test_over_called_off_and_not_coming(web, house, door, met, wall, starts, now):
    mine = link_to(house, "mine", met.alice)
    web.post(f"{mine}/dates", data={f"date-{met.play}": "away"})
    said = web.get(door)
    assert "You said that you cannot come to this date." in text_of(said)
    assert mine in said.text
    web.post(f"{mine}/dates", data={f"date-{met.play}": "coming"})
    web.post(f"{mine}/cancel")
    assert "You are not registered for this webinar any more." in text_of(web.get(door))
    web.post(f"{mine}/back")
    wall.now = starts + timedelta(hours=3)
    assert "This webinar is over." in text_of(web.get(door))
    wall.now = now
    with house.database.session() as session:
        scheduling.cancel(session, house, webinar(session, "play")[1], now=now)
    assert "This webinar was called off." in text_of(web.get(door))
    assert web.post(door).status_code == 409


def test_forged_and_cut_off_links(web, door):
    assert web.get(f"{door[:-5]}").status_code == 404
    assert web.post(f"{door[:-5]}").status_code == 404
    assert web.post(door, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_a_speaker_comes_in_earlier_and_by_their_own_link(web, house, met, wall, starts):
    with house.database.reading() as session:
        key = session.exec(select(Speaker.key).where(Speaker.name == "Amara Diallo")).one()
    wall.now = starts - timedelta(minutes=30)
    page = web.get(link_to(house, "speaker", key))
    door = re.search(r'href="(/j/[^"]+)"', page.text)[1]
    assert "Enter the room" in text_of(web.get(door))
    assert web.post(door).headers["location"] == ROOM
    assert seat_of(house, met).pressed_at is None


def test_a_room_whose_server_is_down_is_said_to_be_and_can_be_tried_again(web, house, door, met, wall, starts, now):
    with house.database.session() as session:
        server = MeetingServer(slug="meet", url="http://127.0.0.1:9/bigbluebutton/api", secret="s", created_at=now)
        session.add(server)
        session.flush()
        series, _ = webinar(session, "play")
        series.room_kind, series.room_url, series.server_id = "bigbluebutton", "", server.id
    wall.now = starts
    assert "form-action 'self' http://127.0.0.1:9;" in web.get(door).headers["content-security-policy"]
    refused = web.post(door)
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "20"
    assert "The room cannot be reached at the moment." in text_of(refused)
    assert "Enter the room" in text_of(refused)
    assert seat_of(house, met).attended == "probable"  # they came
