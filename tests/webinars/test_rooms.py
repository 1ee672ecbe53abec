"""Rooms: our client against a server that speaks the documented protocol, which foreign clients drive too."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from bigbluebutton_api_python import BigBlueButton as ForeignClient
from bigbluebutton_api_python.exception import BBBException
from meeting_server import SECRET, MeetingServer, asked_with, callback, web_token
from sqlmodel import Session
from webinars.gathering import a_date, a_series, a_server

from publisher.errors import BadInput, Conflict, FetchError
from publisher.internet import Limits
from publisher.webinars.rooms import answers, recordings, servers
from publisher.webinars.rooms.any_url import AnyUrl
from publisher.webinars.rooms.bigbluebutton import BigBlueButton
from publisher.webinars.rooms.checksums import checksum, is_callback, signed, token_claims
from publisher.webinars.rooms.opening import meeting_of, room_of
from publisher.webinars.rooms.values import Meeting, Recording, Visitor

HERE = frozenset({"127.0.0.1"})
PLAY = Meeting(
    "m-1", "Jeu & apprentissage = اللعب + 1", is_recorded=True, home="https://hub.example.org/webinars/play",
    events="https://hub.example.org/hooks/meeting/t/events", ended="https://hub.example.org/hooks/meeting/t/ended",
    recording="https://hub.example.org/hooks/meeting/t/recording",
)  # fmt: skip
ANN = Visitor("ann-key", "Ann O’Tieno & سارة")
HOST = Visitor("host-key", "Ines", is_host=True)


@pytest.fixture
def server(now: datetime) -> Iterator[MeetingServer]:
    server = MeetingServer(now)
    yield server
    server.close()


@pytest.fixture
def room(server: MeetingServer) -> BigBlueButton:
    return BigBlueButton(server.url, SECRET, HERE)


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def follow(url: str) -> tuple[int, str]:
    """As a browser does, as far as being told where to go."""
    try:
        with build_opener(_Stay()).open(url) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as sent:
        return sent.code, sent.headers["Location"]


def test_the_checksum_is_the_one_of_the_documentation() -> None:
    query = [("name", "Test Meeting"), ("meetingID", "abc123"), ("attendeePW", "111222"), ("moderatorPW", "333444")]
    written = "name=Test+Meeting&meetingID=abc123&attendeePW=111222&moderatorPW=333444"
    assert urlencode(query) == written
    assert checksum(f"create{written}", SECRET, "sha1") == "1fcbb0c4fc1f039f73aa6d697d2db9ba7f803f17"
    assert (
        signed("create", query, SECRET, "sha1") == f"create?{written}&checksum=1fcbb0c4fc1f039f73aa6d697d2db9ba7f803f17"
    )
    assert len(signed("getMeetings", [], SECRET).partition("?checksum=")[2]) == 64


def test_a_room_opens_when_somebody_comes_and_again_for_the_next(server: MeetingServer, room: BigBlueButton) -> None:
    assert room.inside(PLAY) is None
    first = room.enter(PLAY, HOST)
    second = room.enter(PLAY, ANN)
    assert first.opened == second.opened != ""
    assert follow(first.url) == (302, f"{server.base}/html5client/join?sessionToken=w_00000001")
    assert follow(second.url)[0] == 302
    inside = room.inside(PLAY)
    assert inside is not None
    assert [(one.key, one.name, one.user) for one in inside] == [
        ("host-key", "Ines", "w_00000001"),
        ("ann-key", ANN.name, "w_00000002"),
    ]
    assert [one.role for one in server.meetings["m-1"].users] == ["MODERATOR", "VIEWER"]
    meeting = server.meetings["m-1"].asked
    assert (meeting["name"], meeting["record"], meeting["logoutURL"]) == (PLAY.title, "true", PLAY.home)
    assert (meeting["meta_endcallbackurl"], meeting["meta_bbb-recording-ready-url"]) == (PLAY.ended, PLAY.recording)


def test_what_belongs_to_nobody_else_is_not_sent(room: BigBlueButton, server: MeetingServer) -> None:
    url = room.enter(PLAY, ANN).url
    assert set(asked_with(url)) == {"fullName", "meetingID", "password", "role", "userID", "createTime", "redirect", "checksum"}  # fmt: skip
    assert server.meetings["m-1"].asked["moderatorPW"] not in url
    assert SECRET not in url
    assert SECRET not in repr(room)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
def test_every_kind_of_checksum_is_found_out(now: datetime, algorithm: str) -> None:
    server = MeetingServer(now, algorithms=(algorithm,))
    try:
        room = BigBlueButton(server.url, SECRET, HERE)
        url = room.enter(PLAY, ANN).url
        assert (follow(url)[0], room.algorithm) == (302, algorithm)
        room.listen(PLAY)
        assert len(server.hooks) == 1
    finally:
        server.close()


def test_listening_twice_is_one_hook_for_what_we_understand(server: MeetingServer, room: BigBlueButton) -> None:
    room.enter(PLAY, HOST)
    room.listen(PLAY)
    room.listen(PLAY)
    room.listen(Meeting("m-1-rehearsal", "Rehearsal"))
    assert list(server.hooks.values()) == [
        (PLAY.events, "m-1", "meeting-created,meeting-ended,user-joined,user-left"),
    ]


def test_a_meeting_that_ended_is_known_no_more_and_ends_twice_without_harm(
    server: MeetingServer, room: BigBlueButton
) -> None:
    room.enter(PLAY, HOST)
    room.end(PLAY)
    assert (server.meetings, room.inside(PLAY)) == ({}, None)
    room.end(PLAY)
    assert server.calls[-1].url == f"{PLAY.ended}?meetingID=m-1&recordingmarks=false"


def test_recordings_and_what_is_said_in_them(server: MeetingServer, room: BigBlueButton) -> None:
    assert room.recordings(PLAY) == ()
    assert recordings.find(room, PLAY, "en") is None
    room.enter(PLAY, HOST)
    record = server.publishes(
        server.meetings["m-1"],
        {
            "podcast": f"{server.base}/podcast.ogg",
            "presentation": f"{server.base}/playback",
            "evil": "javascript:alert(1)",
        },
    )
    server.tracks[record] = [
        {"href": f"{server.base}/fr.vtt", "lang": "fr", "label": "Français", "kind": "subtitles", "source": "upload"},
        {"href": f"{server.base}/en.vtt", "lang": "en-US", "label": "English", "kind": "subtitles", "source": "upload"},
    ]
    server.files |= {
        "/en.vtt": b"\xef\xbb\xbfWEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nWelcome",
        "/fr.vtt": b"WEBVTT\n\nBienvenue",
    }
    (one,) = room.recordings(PLAY)
    assert dict(one.formats) == {"podcast": f"{server.base}/podcast.ogg", "presentation": f"{server.base}/playback"}
    assert (one.ended or server.now) - (one.began or server.now) == timedelta(hours=1)
    found = recordings.find(room, PLAY, "en")
    assert found == (f"{server.base}/playback", "WEBVTT\n\n00:01.000 --> 00:02.000\nWelcome", "en")
    assert (recordings.find(room, PLAY, "fr") or found).transcript == "WEBVTT\n\nBienvenue"
    server.files["/fr.vtt"] = b"%PDF-1.7"
    assert recordings.find(room, PLAY, "fr") == (f"{server.base}/playback", "", "")
    del server.files["/fr.vtt"]
    assert recordings.find(room, PLAY, "fr") == (f"{server.base}/playback", "", "")
    assert room.tracks(Recording("unknown", "m-1")) == ()


@pytest.mark.parametrize("behaves", ["rubbish", "bomb", "half", "html", "error", "lost"])
def test_a_server_that_answers_rubbish_is_a_sentence(server: MeetingServer, room: BigBlueButton, behaves: str) -> None:
    server.behaves = behaves
    for ask in (lambda: room.enter(PLAY, ANN), lambda: room.inside(PLAY), lambda: room.recordings(PLAY), room.works):
        with pytest.raises(FetchError) as told:
            ask()
        assert str(told.value).endswith(".")
        assert SECRET not in str(told.value)
    with pytest.raises(FetchError):
        room.tracks(Recording("r", "m-1"))


def test_a_server_that_is_slow_or_not_there_does_not_hold_us(server: MeetingServer) -> None:
    server.behaves = "slow"
    slow = BigBlueButton(server.url, SECRET, HERE, Limits(seconds=0.2))
    with pytest.raises(FetchError, match="longer than"):
        slow.enter(PLAY, ANN)
    gone = BigBlueButton("http://127.0.0.1:1/bigbluebutton/api", SECRET, frozenset({"127.0.0.1:1"}))
    with pytest.raises(FetchError):
        gone.works()
    with pytest.raises(FetchError, match="not on the public internet"):
        BigBlueButton(server.url, SECRET).works()


def test_a_wrong_secret_is_said(server: MeetingServer) -> None:
    with pytest.raises(FetchError, match="does not accept our secret"):
        BigBlueButton(server.url, "another secret", HERE).works()
    assert server.asked == ["getMeetings"] * 4


@pytest.mark.parametrize(
    "body",
    [b"", b"<response/>", b"<response><returncode>PERHAPS</returncode></response>", b"<a><returncode>SUCCESS</returncode></a>",
     b"<response>" * 5000, b"{}", b"null", b"[1]", b'{"response": 1}', b'{"response": {"returncode": "MAYBE"}}', b"[" * 100_000, b"\xff\xfe\x00"],
)  # fmt: skip
def test_no_answer_brings_us_down(body: bytes) -> None:
    for read in (answers.read, answers.tracks):
        with pytest.raises(FetchError, match="no answer of a BigBlueButton"):
            read(body)


def test_odd_times_and_addresses_of_a_server_are_nothing() -> None:
    assert [answers.instant(one) for one in ("", "x", "-5", "٣", None, "9" * 30)] == [None] * 6
    assert answers.instant("1530718721124") is not None
    for url in (
        "javascript:x",
        "",
        None,
        5,
        "http://",
        "https://a b",
        "https://[",
        "ftp://x.example",
        "https://x/" + "a" * 3000,
    ):
        assert answers.address(url) == ""


def test_foreign_clients_are_understood_by_the_server_of_these_tests(
    server: MeetingServer, room: BigBlueButton
) -> None:
    """It signs with SHA-1, and writes its query itself: were the stub made to measure for our client, this would fail."""
    client = ForeignClient(server.base, SECRET)
    made = client.create_meeting(
        "m-2", {"name": "Été & + = اللعب", "attendeePW": "ap", "moderatorPW": "mp", "record": True}, {"endCallbackUrl": "https://x.example/a?b=1&c=2"}
    )  # fmt: skip
    assert (made.get_meetingid(), made.get_attendee_pw(), made.has_been_forcibly_ended()) == ("m-2", "ap", False)
    assert server.meetings["m-2"].asked["meta_endcallbackurl"] == "https://x.example/a?b=1&c=2"
    url = client.get_join_meeting_url("Bob & Söhne", "m-2", "mp", {"userID": "7"})
    assert follow(url)[0] == 302
    assert client.is_meeting_running("m-2").get_field("running") == "true"
    info = client.get_meeting_info("m-2")
    assert [(one.get_userid(), one.get_fullname(), one.get_role()) for one in info.get_attendees()] == [
        ("7", "Bob & Söhne", "MODERATOR")
    ]
    assert (info.get_meetinginfo().is_recording(), info.get_meetinginfo().get_participantcount()) == (True, 1)
    for _ in range(2):
        server.publishes(server.meetings["m-2"], {"presentation": "https://x.example/play?a=1&b=2"})
    urls = [one.get_playbackurl() for one in client.get_recordings("m-2").get_recordings()]
    assert urls == ["https://x.example/play?a=1&b=2"] * 2
    with pytest.raises(BBBException):
        client.end_meeting("m-2", "wrong")
    client.end_meeting("m-2", "mp")
    with pytest.raises(BBBException, match="does not exist"):
        client.get_meeting_info("m-2")
    with pytest.raises(BBBException):
        ForeignClient(server.base, "wrong").create_meeting("m-3", {"name": "x"})


def test_our_meeting_is_seen_by_a_foreign_client(server: MeetingServer, room: BigBlueButton) -> None:
    follow(room.enter(PLAY, ANN).url)
    info = ForeignClient(server.base, SECRET).get_meeting_info("m-1")
    assert info.get_meetinginfo().get_meetingname() == PLAY.title
    assert [one.get_fullname() for one in info.get_attendees()] == [ANN.name]


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
def test_callbacks_are_believed_by_their_checksum_only(algorithm: str) -> None:
    url = "https://hub.example.org/hooks/meeting/t/events"
    said = '[{"data":{"id":"user-joined","name":"Zoë “\\u0007” </x>"}}]'
    orders = (
        {"event": said, "timestamp": 1532718316953, "domain": "meet.example.org"},
        {"domain": "meet.example.org", "event": said, "timestamp": 1532718316953},
        {"event": said, "domain": "meet.example.org", "timestamp": "1532718316953"},
    )
    for data in orders:
        call = callback(url, data, SECRET, algorithm)
        mark = call.url.partition("checksum=")[2]
        assert is_callback(url, call.body, mark, SECRET)
        assert not is_callback(url, call.body.replace(b"joined", b"left"), mark, SECRET)
        assert not is_callback(url + "x", call.body, mark, SECRET)
        assert not is_callback(url, call.body, mark, SECRET + "x")
        assert not is_callback(url, call.body, mark[:-1] + "é", SECRET)
    for body in (b"", b"\xff\xfe", b"a=1&" * 50_000, b"timestamp=" + b"9" * 5000):
        assert not is_callback(url, body, "0" * 40, SECRET)


def test_web_tokens_are_believed_by_their_signature_only() -> None:
    good = web_token({"meeting_id": "m-1", "record_id": "r"}, SECRET)
    assert token_claims(good, SECRET) == {"meeting_id": "m-1", "record_id": "r"}
    head, claims, signature = good.split(".")
    other = web_token({"meeting_id": "m-2", "record_id": "r"}, SECRET).split(".")[1]
    unsigned = web_token({"meeting_id": "m-1"}, SECRET, algorithm="none")
    forged = [f"{head}.{other}.{signature}", unsigned, unsigned + signature, f"{head}.{claims}.", f"{head}.{claims}", good + "x", "", "..", "a.b.c", "é" + good, good * 300]  # fmt: skip
    for token in forged:
        assert token_claims(token, SECRET) is None, token
    assert token_claims(good, SECRET + "x") is None


def test_which_room_a_date_has(session: Session, house, now: datetime) -> None:
    server = a_server(session, "https://meet.example.org/bigbluebutton/api", SECRET, now)
    series = a_series(session, now, room_kind="bigbluebutton", server_id=server.id, is_recorded=True)
    webinar = a_date(session, series, now + timedelta(days=3), title="The second one")
    assert isinstance(room_of(session, house, series, webinar), BigBlueButton)
    meeting = meeting_of(house, series, webinar)
    assert (meeting.key, meeting.title, meeting.is_recorded) == (webinar.meeting_key, "The second one", True)
    rehearsal = meeting_of(house, series, webinar, is_rehearsal=True)
    assert rehearsal.key != meeting.key
    assert (rehearsal.is_recorded, rehearsal.events, rehearsal.ended, rehearsal.recording) == (False, "", "", "")
    webinar.room_url = "https://other.example.org/emergency"
    assert room_of(session, house, series, webinar) == AnyUrl("https://other.example.org/emergency")
    bare = a_series(session, now, "bare", room_url="")
    with pytest.raises(Conflict, match="not ready yet"):
        room_of(session, house, bare, a_date(session, bare, now))


def test_any_address_lets_everybody_in_and_tells_nothing() -> None:
    room = AnyUrl("https://rooms.example.org/play?pwd=1")
    assert room.enter(PLAY, ANN).url == "https://rooms.example.org/play?pwd=1"
    room.listen(PLAY)
    room.end(PLAY)
    assert (room.inside(PLAY), room.recordings(PLAY), room.tracks(Recording("r", "m")), room.tells) == (
        None,
        (),
        (),
        False,
    )


def test_servers_are_added_changed_and_not_removed_while_used(session: Session, now: datetime) -> None:
    server = servers.add(session, "Meet", " https://meet.example.org/bigbluebutton/ ", SECRET, now=now)
    assert (server.slug, server.url) == ("meet", "https://meet.example.org/bigbluebutton/api")
    servers.edit(session, server, url="https://new.example.org/bigbluebutton/api")
    assert (server.url, server.secret) == ("https://new.example.org/bigbluebutton/api", SECRET)
    assert [one.slug for one in servers.listed(session)] == ["meet"]
    with pytest.raises(Conflict, match="already"):
        servers.add(session, "meet", "https://meet.example.org/", SECRET, now=now)
    series = a_series(session, now, room_kind="bigbluebutton", server_id=server.id)
    with pytest.raises(Conflict, match="other rooms first"):
        servers.remove(session, server)
    series.server_id = None
    servers.remove(session, servers.by_slug(session, "meet"))
    assert servers.listed(session) == []


@pytest.mark.parametrize(
    ("slug", "url", "secret"),
    [("", "https://x.example/", SECRET), ("a b", "https://x.example/", SECRET), ("meet", "meet.example.org", SECRET), ("meet", "https://u:p@x.example/", SECRET),
     ("meet", "https://[", SECRET), ("meet", "https://x.example/#a", SECRET), ("meet", "https://x.example/?a", SECRET), ("meet", "https://x.example/", "short"),
     ("meet", "https://x.example/", "schlüssel mit umlaut"), ("meet", "ftp://x.example/", SECRET)],
)  # fmt: skip
def test_servers_that_cannot_be(session: Session, now: datetime, slug: str, url: str, secret: str) -> None:
    with pytest.raises(BadInput):
        servers.add(session, slug, url, secret, now=now)
