"""The way in: when it is open and for whom, what pressing the button notes, and what the room's server tells afterwards."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from meeting_server import SECRET, Call, MeetingServer, asked_with, callback, web_token
from sqlmodel import Session, col, select
from starlette.testclient import TestClient
from webinars.gathering import a_date, a_series, a_server, a_speaker, seat_of, somebody

from publisher.errors import BadToken, Conflict, FetchError, NotFound
from publisher.house import House
from publisher.mail.models import Address, Letter, Outbox
from publisher.staff import accounts
from publisher.tokens import Purpose
from publisher.web.app import make_app
from publisher.webinars import addresses, attendance, joining
from publisher.webinars.models import MeetingServer as ServerRow
from publisher.webinars.models import Presence, Registration, RoomEvent, Seat, Series, Speaker, Webinar
from publisher.webinars.rooms import servers, watching

MINUTE = timedelta(minutes=1)


@dataclass
class Stage:
    """One date in three hours, on a server: ann and bob are coming, ines hosts."""

    house: House
    server: MeetingServer
    starts: datetime
    series: Series
    webinar: Webinar
    ann: Registration
    bob: Registration
    ines: Speaker

    def token(self, who: Registration | Speaker) -> str:
        kind = "s" if isinstance(who, Speaker) else "r"
        return self.house.tokens.make(Purpose.JOIN, f"{kind}:{who.key}:{self.webinar.id}")

    def at(self, minutes: float) -> datetime:
        return self.starts + minutes * MINUTE

    def press(self, who: Registration | Speaker, minutes: float) -> str:
        self.server.now = self.at(minutes)
        return joining.press(self.house, self.token(who), self.at(minutes))

    def enters(self, who: Registration | Speaker, minutes: float) -> None:
        """Presses, and follows where the button leads."""
        follow(self.press(who, minutes))

    def look(self, who: Registration | Speaker, minutes: float) -> joining.Entrance:
        with self.house.database.reading() as session:
            found = joining.look(session, self.house, self.token(who), self.at(minutes))
            session.expunge_all()
            return found

    def seat(self, who: Registration) -> tuple[str, int | None, datetime | None]:
        with self.house.database.reading() as session:
            seat = seat_of(session, who, self.webinar)
            return seat.attended, seat.minutes, seat.pressed_at

    def date(self) -> Webinar:
        with self.house.database.reading() as session:
            found = session.get_one(Webinar, self.webinar.id)
            session.expunge_all()
            return found

    def change(self, row: object, **values: object) -> None:
        with self.house.database.session() as session:
            found = session.get_one(type(row), row.id)  # type: ignore[attr-defined]
            for name, value in values.items():
                setattr(found, name, value)
            session.add(found)

    def look_around(self, minutes: float) -> dict[str, int]:
        self.server.now = self.at(minutes)
        return watching.look(self.house, self.at(minutes))


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def follow(url: str) -> None:
    """As a browser does, as far as being sent into the room."""
    with pytest.raises(HTTPError) as sent:
        build_opener(_Stay()).open(url)
    assert sent.value.code == 302


@pytest.fixture
def server(now: datetime) -> Iterator[MeetingServer]:
    server = MeetingServer(now)
    yield server
    server.close()


@pytest.fixture
def house(house: House) -> House:
    settings = dataclasses.replace(house.settings, private_hosts=frozenset({"127.0.0.1"}))
    return dataclasses.replace(house, settings=settings)


@pytest.fixture
def stage(house: House, server: MeetingServer, now: datetime) -> Stage:
    starts = now + timedelta(hours=3)
    with house.database.session() as session:
        row = a_server(session, server.url, SECRET, now)
        series = a_series(session, now, room_kind="bigbluebutton", room_url="", server_id=row.id, is_recorded=True)
        webinar = a_date(session, series, starts)
        ann = somebody(session, series, "ann@example.org", now, webinar, name="Ann & Otieno", zone="Africa/Nairobi")
        bob = somebody(session, series, "bob@example.org", now, webinar, language="fr")
        ines = a_speaker(session, series, "ines@example.org", now, "Ines", role="host")
    return Stage(house, server, starts, series, webinar, ann, bob, ines)


@pytest.fixture
def web(house: House, stage: Stage) -> Iterator[tuple[TestClient, list[datetime]]]:
    """What a meeting server reaches of us, and the clock there."""
    clock = [stage.starts]
    with TestClient(
        make_app(house, wall=lambda: clock[0]), base_url=house.settings.public_url, raise_server_exceptions=False
    ) as client:
        yield client, clock


def deliver(web: tuple[TestClient, list[datetime]], call: Call, at: datetime) -> int:
    client, clock = web
    clock[0] = at
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if call.method == "POST" else {}
    return client.request(call.method, call.url, content=call.body or None, headers=headers).status_code


def rows(house: House, table: type) -> list:
    with house.database.reading() as session:
        found = list(session.exec(select(table)))
        session.expunge_all()
        return found


# When it is open.


def test_the_door_opens_before_the_start_and_closes_after_the_end(stage: Stage) -> None:
    said = [(minutes, stage.look(stage.ann, minutes).state) for minutes in (-180, -16, -15, 0, 60, 89, 90, 900)]
    assert said == [(-180, "early"), (-16, "early"), (-15, "open"), (0, "open"), (60, "open"), (89, "open"), (90, "over"), (900, "over")]  # fmt: skip
    early = stage.look(stage.ann, -180)
    assert (early.opens_at, early.closes_at) == (stage.at(-15), stage.at(90))
    assert (early.zone, early.language, early.name, early.is_host) == ("Africa/Nairobi", "en", "Ann & Otieno", False)
    assert joining.sentence(early) == "The room is not open yet."
    assert [joining.sentence(stage.look(stage.ann, minutes)) for minutes in (0, 900)] == ["", "This webinar is over."]
    with pytest.raises(Conflict, match="not open yet"):
        stage.press(stage.ann, -16)
    with pytest.raises(Conflict, match="over"):
        stage.press(stage.ann, 90)


def test_who_hosts_comes_in_earlier_and_as_a_host(stage: Stage) -> None:
    assert [stage.look(stage.ines, minutes).state for minutes in (-31, -30, 89)] == ["early", "open", "open"]
    assert asked_with(stage.press(stage.ines, -30))["role"] == "MODERATOR"
    assert asked_with(stage.press(stage.ann, -15))["role"] == "VIEWER"


def test_who_rehearses_meets_in_a_room_of_its_own(stage: Stage) -> None:
    stage.change(stage.webinar, rehearsal_at=stage.at(-120))
    said = [(m, e.state, e.is_rehearsal) for m in (-136, -135, -91, -90, -30) if (e := stage.look(stage.ines, m))]
    assert said == [(-136, "early", True), (-135, "open", True), (-91, "open", True), (-90, "early", False), (-30, "open", False)]  # fmt: skip
    stage.enters(stage.ines, -130)
    assert list(stage.server.meetings) == [f"{stage.webinar.meeting_key}-rehearsal"]
    assert stage.server.meetings[f"{stage.webinar.meeting_key}-rehearsal"].asked["record"] == "false"
    assert (stage.server.hooks, rows(stage.house, RoomEvent)) == ({}, [])
    assert stage.look(stage.ann, -130).state == "early"


@pytest.mark.parametrize(
    ("registration", "seat", "state"),
    [({"state": "pending"}, {}, "waiting"), ({"state": "asked"}, {}, "waiting"), ({"state": "waiting"}, {}, "waiting"),
     ({"state": "cancelled"}, {}, "out"), ({"state": "declined"}, {}, "out"), ({}, {"state": "recording"}, "away"), ({}, {"state": "away"}, "away"), ({}, None, "out")],
)  # fmt: skip
def test_who_may_not_come_in_is_told_why(stage: Stage, registration: dict, seat: dict | None, state: str) -> None:
    stage.change(stage.ann, **registration)
    with stage.house.database.session() as session:
        row = session.get_one(Seat, (stage.ann.id, stage.webinar.id))
        if seat is None:
            session.delete(row)
        elif seat:
            row.state = seat["state"]
    entrance = stage.look(stage.ann, 0)
    assert (entrance.state, joining.sentence(entrance)[-1]) == (state, ".")
    with pytest.raises(Conflict):
        stage.press(stage.ann, 0)
    assert stage.server.asked == []


def test_what_was_called_off_or_moved(stage: Stage) -> None:
    stage.change(stage.webinar, starts_at=stage.at(1440), ends_at=stage.at(1500), moved_from=stage.starts)
    moved = stage.look(stage.ann, 0)
    assert (moved.state, moved.opens_at, moved.webinar.moved_from) == ("early", stage.at(1425), stage.starts)
    stage.change(stage.webinar, state="cancelled", rehearsal_at=stage.at(0))
    assert [stage.look(who, 1440).state for who in (stage.ann, stage.ines)] == ["cancelled", "cancelled"]


def test_a_date_that_is_not_announced_yet_is_for_rehearsers_only(stage: Stage) -> None:
    stage.change(stage.webinar, state="draft", rehearsal_at=stage.at(-120))
    assert (stage.look(stage.ines, -120).state, stage.look(stage.ines, 0).state) == ("open", "early")


def test_links_that_are_none(stage: Stage, now: datetime) -> None:
    make = stage.house.tokens.make
    number = stage.webinar.id
    for token in ("", "x", make(Purpose.BOOKING, f"r:{stage.ann.key}:{number}"), make(Purpose.JOIN, stage.ann.key), make(Purpose.JOIN, f"x:{stage.ann.key}:{number}"), make(Purpose.JOIN, f"r:{stage.ann.key}:-1"), make(Purpose.JOIN, f"r:{stage.ann.key}:")):  # fmt: skip
        with stage.house.database.reading() as session, pytest.raises(BadToken):
            joining.look(session, stage.house, token, now)
    for token in (make(Purpose.JOIN, f"r:{stage.ann.key}:999999"), make(Purpose.JOIN, f"r:gone:{number}"), make(Purpose.JOIN, f"s:{stage.ann.key}:{number}"), make(Purpose.JOIN, f"r:{stage.ines.key}:{number}")):  # fmt: skip
        with stage.house.database.reading() as session, pytest.raises(NotFound):
            joining.look(session, stage.house, token, now)


def test_a_link_of_one_series_opens_no_other(stage: Stage, now: datetime) -> None:
    with stage.house.database.session() as session:
        other = a_date(session, a_series(session, now, "other"), stage.starts)
        speaker = a_speaker(session, stage.series, "one@example.org", now, "One", webinar_id=stage.webinar.id)
        second = a_date(session, stage.series, stage.starts + timedelta(days=7))
    for who, webinar in ((f"r:{stage.ann.key}", other), (f"s:{stage.ines.key}", other), (f"s:{speaker.key}", second)):
        token = stage.house.tokens.make(Purpose.JOIN, f"{who}:{webinar.id}")
        with stage.house.database.reading() as session, pytest.raises(NotFound):
            joining.look(session, stage.house, token, now)


# What pressing notes.


def test_looking_counts_nothing_and_pressing_is_probable_attendance(stage: Stage) -> None:
    for minutes in (-20, 0, 30):
        stage.look(stage.ann, minutes)
    assert (stage.seat(stage.ann), stage.server.asked) == (("", None, None), [])
    first = stage.press(stage.ann, -5)
    stage.press(stage.ann, 20)
    assert stage.seat(stage.ann) == ("probable", None, stage.at(-5))
    assert stage.seat(stage.bob) == ("", None, None)
    asked = asked_with(first)
    assert (asked["fullName"], asked["userID"], asked["meetingID"]) == ("Ann & Otieno", stage.ann.key, stage.webinar.meeting_key)  # fmt: skip
    assert "ann@example.org" not in first
    assert asked_with(stage.press(stage.bob, 0))["fullName"] == "Invité(e)"  # he gave no name


def test_the_room_changes_and_the_link_stays(stage: Stage) -> None:
    token = stage.token(stage.ann)
    stage.change(stage.webinar, room_url="https://other.example.org/now")
    assert joining.press(stage.house, token, stage.at(0)) == "https://other.example.org/now"
    stage.change(stage.webinar, room_url="")
    assert joining.press(stage.house, token, stage.at(1)).startswith(stage.server.url)
    stage.change(stage.series, room_kind="url", room_url="https://third.example.org/")
    assert joining.press(stage.house, token, stage.at(2)) == "https://third.example.org/"
    stage.change(stage.series, room_url="")
    with pytest.raises(Conflict, match="not ready yet"):
        joining.press(stage.house, token, stage.at(3))


def test_the_first_who_opens_the_room_asks_to_be_told(stage: Stage) -> None:
    stage.enters(stage.ines, -20)
    stage.enters(stage.ann, -5)
    assert [hook[0] for hook in stage.server.hooks.values()] == [addresses.hook(stage.house, stage.webinar, "events")]
    assert stage.server.asked == ["create", "hooks/create", "join", "create", "join"]
    assert (stage.date().began_at, stage.date().ended_at) == (None, None)  # twenty minutes before is no beginning


# A server that is down.


def test_a_server_that_is_down_at_the_start_is_a_sentence_and_the_host_is_told_once(stage: Stage) -> None:
    stage.server.behaves = "error"
    for minutes in (-1, -0.9, 0, 0.5, 1):
        with pytest.raises(FetchError, match="cannot be reached at the moment") as told:
            stage.press(stage.ann, minutes)
        assert told.value.retry_after == 20
    assert stage.seat(stage.ann)[0] == "probable"
    with stage.house.database.reading() as session:
        posted = session.exec(select(Address.email, Letter.kind).join(Outbox, col(Outbox.address_id) == col(Address.id)).join(Letter, col(Letter.id) == col(Outbox.letter_id))).all()  # fmt: skip
        assert list(posted) == [("ines@example.org", "notice")]
        server = session.exec(select(ServerRow)).one()
        assert (server.state, server.error != "") == ("failing", True)
    assert stage.look(stage.ann, 1).trouble
    stage.server.behaves = "well"
    assert stage.look_around(2) == {"looked": 1, "failed": 0, "recordings": 0, "settled": 0}
    assert not stage.look(stage.ann, 2).trouble
    stage.enters(stage.ann, 2)
    assert [one.name for one in stage.server.meetings[stage.webinar.meeting_key].users] == ["Ann & Otieno"]


def test_where_nobody_leads_the_staff_hear_of_it_and_nothing_is_promised_where_nobody_does(stage: Stage) -> None:
    stage.server.behaves = "error"
    with stage.house.database.session() as session:
        session.delete(session.get_one(Speaker, stage.ines.id))
    with pytest.raises(FetchError) as alone:
        stage.press(stage.ann, -1)
    assert str(alone.value) == joining.TROUBLE_ALONE
    with stage.house.database.session() as session:
        accounts.add(session, stage.house, "eve@example.org", "editor", stage.at(0), invite=False)
        server = session.exec(select(ServerRow)).one()
        server.state, server.error = "ok", ""
    with pytest.raises(FetchError) as told:
        stage.press(stage.bob, 0)
    assert str(told.value) == joining.TROUBLE
    with stage.house.database.reading() as session:
        to = select(Address.email).join(Outbox, col(Outbox.address_id) == col(Address.id))
        assert "eve@example.org" in list(session.exec(to))


def test_of_many_who_press_at_once_a_few_try_a_server_that_fails(stage: Stage) -> None:
    stage.server.behaves = "error"
    for _ in range(20):
        with pytest.raises(FetchError):
            stage.press(stage.ann, 0)
    assert len(stage.server.asked) == 4
    stage.server.behaves = "well"
    assert stage.press(stage.ann, 1)
    assert not stage.look(stage.ann, 1).trouble


def test_looking_around_finds_a_server_that_fails_before_anybody_comes(stage: Stage) -> None:
    stage.server.behaves = "rubbish"
    assert stage.look_around(-90)["looked"] == 0
    assert stage.look_around(-40) == {"looked": 0, "failed": 1, "recordings": 0, "settled": 0}
    assert [one.kind for one in rows(stage.house, Letter)] == ["notice"]
    assert stage.look_around(-39)["failed"] == 1
    assert len(rows(stage.house, Outbox)) == 1


# What the server tells.


def test_hooks_make_minutes(stage: Stage, web: tuple[TestClient, list[datetime]]) -> None:
    """Ann is there from five minutes before to the end; Bob comes late, loads the page again, and leaves early."""
    key = stage.webinar.meeting_key
    stage.enters(stage.ines, -20)
    stage.enters(stage.ann, -5)
    stage.enters(stage.bob, 10)
    stage.server.now = stage.at(30)
    stage.server.leaves(stage.server.user(key, stage.bob.key), key)
    stage.enters(stage.bob, 31)
    stage.server.now = stage.at(41)
    stage.server.leaves(stage.server.user(key, stage.bob.key), key)
    stage.server.now = stage.at(62)
    stage.server.ends(key)
    kinds = [deliver(web, call, stage.at(62)) for call in stage.server.calls]
    assert kinds == [200] * len(stage.server.calls) == [200] * 8
    assert stage.seat(stage.ann) == ("yes", 62, stage.at(-5))
    assert stage.seat(stage.bob) == ("no", 30, stage.at(10))
    assert (stage.date().began_at, stage.date().ended_at) == (stage.at(-5), stage.at(62))
    assert {one.registration_id for one in rows(stage.house, Presence)} == {stage.ann.id, stage.bob.id}
    before = [one.model_dump() for table in (RoomEvent, Presence, Seat) for one in rows(stage.house, table)]
    assert {deliver(web, call, stage.at(70)) for call in stage.server.calls} == {200}  # replayed
    assert [one.model_dump() for table in (RoomEvent, Presence, Seat) for one in rows(stage.house, table)] == before


def test_hooks_in_any_order_come_to_the_same(stage: Stage, web: tuple[TestClient, list[datetime]]) -> None:
    key = stage.webinar.meeting_key
    for minute in (0, 20, 40):
        stage.enters(stage.ann, minute)
        stage.server.now = stage.at(minute + 15)
        stage.server.leaves(stage.server.user(key, stage.ann.key), key)
    stage.enters(stage.bob, 56)
    stage.server.now = stage.at(60)
    stage.server.ends(key)
    for call in reversed(stage.server.calls):
        assert deliver(web, call, stage.at(60)) == 200
    stage.look_around(61)
    assert stage.seat(stage.ann)[:2] == ("yes", 45)
    assert stage.seat(stage.bob)[:2] == ("no", 4)
    assert (stage.date().began_at, stage.date().ended_at) != (None, None)


def test_forged_hooks_are_refused_and_change_nothing(stage: Stage, web: tuple[TestClient, list[datetime]]) -> None:
    stage.enters(stage.ann, 0)
    (joined,) = [call for call in stage.server.calls if call.method == "POST"]
    hook = addresses.hook(stage.house, stage.webinar, "events")
    ready = addresses.hook(stage.house, stage.webinar, "recording")
    data = {"event": "[]", "timestamp": 1, "domain": "meet.example.org"}
    forged = [
        Call("POST", hook, joined.body),
        Call("POST", joined.url, joined.body.replace(b"joined", b"left")),
        callback(hook, data, "another secret"),
        Call("POST", joined.url.replace("/events", "/ended/../events"), joined.body + b"&x=1"),
        Call("POST", ready, b"signed_parameters=" + web_token({"meeting_id": stage.webinar.meeting_key, "record_id": "r"}, "another").encode()),
        Call("POST", ready, b"signed_parameters=" + web_token({"meeting_id": stage.webinar.meeting_key, "record_id": "r"}, SECRET, algorithm="none").encode()),
        Call("POST", ready, b""), Call("POST", ready, b"\xff\xfe=%zz"),
        Call("GET", f"https://hub.example.org/hooks/meeting/{stage.webinar.meeting_key}/ended"),
        Call("GET", f"https://hub.example.org/hooks/meeting/{stage.house.tokens.make(Purpose.JOIN, stage.webinar.meeting_key)}/ended"),
        Call("POST", addresses.hook(stage.house, stage.webinar, "something")),
    ]  # fmt: skip
    before = [one.key for one in rows(stage.house, RoomEvent)]
    said = [deliver(web, call, stage.at(1)) for call in forged]
    assert said == [401] * len(forged)
    assert [one.key for one in rows(stage.house, RoomEvent)] == before
    assert deliver(web, Call("GET", hook), stage.at(1)) == 405
    assert deliver(web, Call("HEAD", addresses.hook(stage.house, stage.webinar, "ended")), stage.at(1)) == 405
    assert stage.date().ended_at is None


def test_hooks_of_a_meeting_that_is_gone(stage: Stage, web: tuple[TestClient, list[datetime]]) -> None:
    stage.enters(stage.ann, 0)
    stage.server.ends(stage.webinar.meeting_key)
    ready = Call("POST", addresses.hook(stage.house, stage.webinar, "recording"), b"signed_parameters=" + web_token({"meeting_id": "another", "record_id": "r"}, SECRET).encode())  # fmt: skip
    assert deliver(web, ready, stage.at(1)) == 410
    gone = stage.house.tokens.make(Purpose.HOOK, "no-such-meeting")
    assert deliver(web, Call("POST", f"https://hub.example.org/hooks/meeting/{gone}/events"), stage.at(1)) == 410
    stage.change(stage.webinar, state="cancelled")
    assert {deliver(web, call, stage.at(1)) for call in stage.server.calls} == {410}


def test_signed_rubbish_is_passed_over(stage: Stage, web: tuple[TestClient, list[datetime]]) -> None:
    hook = addresses.hook(stage.house, stage.webinar, "events")
    rubbish = ("", "{", "[" * 50_000, "null", "[1, null, []]", '[{"data": {"id": "user-joined"}}]', '[{"data": {"id": ["x"], "attributes": 5}}]', '{"data":{"id":"user-joined","attributes":{"meeting":{"external-meeting-id":"another"}}}}')  # fmt: skip
    for said in rubbish:
        call = callback(hook, {"event": said, "timestamp": 1, "domain": "x"}, SECRET)
        assert deliver(web, call, stage.at(0)) == 200, said[:80]
    assert rows(stage.house, RoomEvent) == []
    assert deliver(web, Call("POST", hook, b"x" * 300_000), stage.at(0)) == 413


def test_names_that_no_column_can_hold(stage: Stage, web: tuple[TestClient, list[datetime]]) -> None:
    hook = addresses.hook(stage.house, stage.webinar, "events")
    meeting = f'"meeting":{{"external-meeting-id":"{stage.webinar.meeting_key}"}}'
    user = f'"user":{{"internal-user-id":"w\\u0000_1","external-user-id":"{stage.ann.key}\\u0000","name":"A\\ud800nn{"n" * 400}"}}'
    said = f'[{{"data":{{"id":"user-joined","attributes":{{{meeting},{user}}},"event":{{"ts":"x"}}}}}}]'
    assert deliver(web, callback(hook, {"event": said, "timestamp": 1, "domain": "x"}, SECRET), stage.at(0)) == 200
    (event,) = rows(stage.house, RoomEvent)
    assert (event.user, event.who, event.name[:4], len(event.name), event.at) == ("w_1", stage.ann.key, "A?nn", 200, stage.at(0))  # fmt: skip
    assert (
        deliver(web, Call("GET", addresses.hook(stage.house, stage.webinar, "ended") + "?opened=%00"), stage.at(60))
        == 200
    )


def test_a_server_with_tokens_in_its_header_is_believed(stage: Stage, web: tuple[TestClient, list[datetime]]) -> None:
    stage.enters(stage.ann, 0)
    (joined,) = [call for call in stage.server.calls if call.method == "POST"]
    client, clock = web
    clock[0] = stage.at(0)
    url, body = urlsplit(joined.url).path, joined.body
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post(url, content=body, headers=form | {"Authorization": "Bearer wrong"}).status_code == 401
    assert client.post(url, content=body, headers=form | {"Authorization": f"Bearer {SECRET}"}).status_code == 200
    assert [one.kind for one in rows(stage.house, RoomEvent)] == ["began", "joined"]


def test_a_hook_with_an_odd_clock_is_taken_at_its_arrival(stage: Stage, web: tuple[TestClient, list[datetime]]) -> None:
    stage.server.now = datetime.fromisoformat("2019-01-01T00:00:00+00:00")
    follow(joining.press(stage.house, stage.token(stage.ann), stage.at(0)))
    for call in stage.server.calls:
        assert deliver(web, call, stage.at(0.5)) == 200
    assert [one.at for one in rows(stage.house, RoomEvent) if one.kind == "joined"] == [stage.at(0.5)]


# What is seen where nothing is told.


def test_without_any_hook_looking_every_minute_is_enough(stage: Stage) -> None:
    key = stage.webinar.meeting_key
    stage.enters(stage.ines, -10)
    for minute in range(-10, 60):
        if minute == 3:
            stage.enters(stage.ann, 2.5)
        if minute == 50:
            stage.server.leaves(stage.server.user(key, stage.ann.key), key)
        stage.look_around(minute)
    with stage.house.database.reading() as session:
        assert attendance.present(session, stage.date()) == 0
    stage.server.ends(key)
    stage.server.calls.clear()  # lost
    assert stage.look_around(61)["settled"] == 1
    assert stage.date().ended_at == stage.at(61)
    assert stage.look_around(62)["looked"] == 0
    attended, minutes, _ = stage.seat(stage.ann)
    assert attended == "yes"
    assert minutes in range(46, 49)
    assert stage.seat(stage.bob)[0] == "no"
    assert stage.look_around(62)["settled"] == 0


def test_hooks_and_looking_together_count_nobody_twice(stage: Stage, web: tuple[TestClient, list[datetime]]) -> None:
    stage.enters(stage.ann, 0)
    stage.look_around(1)
    stage.look_around(2)
    for call in stage.server.calls:
        deliver(web, call, stage.at(3))
    stage.look_around(4)
    with stage.house.database.reading() as session:
        assert attendance.present(session, stage.date()) == 1
    stage.server.now = stage.at(30)
    stage.server.ends(stage.webinar.meeting_key)
    stage.look_around(31)
    for call in stage.server.calls:
        deliver(web, call, stage.at(32))
    stage.look_around(33)
    assert stage.seat(stage.ann)[1] in range(30, 32)
    assert stage.date().ended_at in (stage.at(30), stage.at(31))


def test_a_room_that_broke_off_can_be_opened_again_by_the_host(
    stage: Stage, web: tuple[TestClient, list[datetime]]
) -> None:
    key = stage.webinar.meeting_key
    stage.enters(stage.ann, 0)
    stage.server.now = stage.at(20)
    stage.server.ends(key)
    for call in stage.server.calls:
        deliver(web, call, stage.at(20))
    assert [stage.look(who, 21).state for who in (stage.ann, stage.ines)] == ["over", "open"]
    stage.enters(stage.ines, 22)
    assert stage.look(stage.ann, 23).state == "open"
    stage.enters(stage.ann, 23)
    for call in stage.server.calls:
        deliver(web, call, stage.at(24))
    assert stage.date().ended_at is None
    stage.server.now = stage.at(60)
    stage.server.ends(key)
    for call in stage.server.calls[-2:]:
        deliver(web, call, stage.at(60))
    assert (stage.date().ended_at, stage.seat(stage.ann)[:2]) == (stage.at(60), ("yes", 57))


def test_a_host_who_looks_in_before_does_not_end_what_has_not_begun(
    stage: Stage, web: tuple[TestClient, list[datetime]]
) -> None:
    stage.enters(stage.ines, -25)
    stage.server.now = stage.at(-20)
    stage.server.ends(stage.webinar.meeting_key)
    for call in stage.server.calls:
        deliver(web, call, stage.at(-20))
    assert (stage.date().began_at, stage.date().ended_at) == (None, None)
    assert stage.look(stage.ann, 0).state == "open"


def test_the_recording_is_found_when_the_server_calls_and_when_it_does_not(
    stage: Stage, web: tuple[TestClient, list[datetime]]
) -> None:
    key = stage.webinar.meeting_key
    stage.enters(stage.ann, 0)
    meeting = stage.server.meetings[key]
    stage.server.now = stage.at(60)
    stage.server.ends(key)
    for call in stage.server.calls:
        deliver(web, call, stage.at(60))
    assert stage.look_around(61)["recordings"] == 0
    assert stage.server.asked.count("getRecordings") == 1
    stage.look_around(62)
    assert stage.server.asked.count("getRecordings") == 1  # not every minute
    stage.server.calls.clear()
    record = stage.server.publishes(meeting, {"presentation": "https://meet.example.org/playback", "podcast": "https://meet.example.org/p.ogg"})  # fmt: skip
    stage.server.tracks[record] = [
        {"href": f"{stage.server.base}/en.vtt", "lang": "en", "kind": "subtitles", "label": "English"}
    ]
    stage.server.files["/en.vtt"] = b"WEBVTT\n\nHello"
    assert [deliver(web, call, stage.at(90)) for call in stage.server.calls * 2] == [200, 200]
    assert stage.look_around(91)["recordings"] == 1
    date = stage.date()
    assert (date.recording_url, date.transcript, date.transcript_language, date.recording_found_at) == ("https://meet.example.org/playback", "WEBVTT\n\nHello", "en", stage.at(91))  # fmt: skip
    assert stage.look_around(92)["recordings"] == 0
    (one,) = watching.recordings_of(stage.house, stage.webinar.id or 0)
    assert one.formats["podcast"] == "https://meet.example.org/p.ogg"


def test_a_recording_nobody_called_about_is_found_and_staffs_own_address_stays(stage: Stage) -> None:
    stage.enters(stage.ann, 0)
    stage.server.publishes(
        stage.server.meetings[stage.webinar.meeting_key], {"video": "https://meet.example.org/video"}
    )
    stage.change(stage.webinar, recording_url="https://films.example.org/ours")
    stage.server.ends(stage.webinar.meeting_key)
    assert stage.look_around(50)["recordings"] == 0
    assert stage.look_around(120)["recordings"] == 1
    assert stage.date().recording_url == "https://films.example.org/ours"


def test_a_check_of_a_server_says_what_is_wrong(stage: Stage) -> None:
    (server,) = rows(stage.house, ServerRow)
    assert servers.check(stage.house, server) == ""
    server.secret = "another secret"
    assert "does not accept our secret" in servers.check(stage.house, server)


def test_nothing_is_looked_at_where_there_is_no_server(house: House, session: Session, now: datetime) -> None:
    a_date(session, a_series(session, now), now)
    session.commit()
    assert watching.look(house, now) == {"looked": 0, "failed": 0, "recordings": 0, "settled": 0}
    assert watching.recordings_of(house, 1) == ()
