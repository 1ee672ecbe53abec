"""A server of meeting rooms of our own, on loopback: it speaks BigBlueButton's documented protocol, with its own checksums.

Foreign clients drive it too, so that it stays honest. What it would tell us by itself (hooks, callbacks) is kept in `calls`, signed,
for a test to deliver, to deliver twice, or to lose. It has no clock: `now` is what a test says.
"""

import base64
import hashlib
import hmac
import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"
LENGTHS = {"sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class User:
    internal: str
    external: str
    name: str
    role: str


@dataclass
class Meeting:
    key: str
    asked: dict[str, str]
    created: int
    internal: str
    users: list[User] = field(default_factory=list)
    has_had_users: bool = False


@dataclass
class Call:
    """What the server tells an address of ours. `url` has the checksum where there is one."""

    method: str
    url: str
    body: bytes = b""


class MeetingServer:
    def __init__(self, now: datetime, *, secret: str = SECRET, algorithms: tuple[str, ...] = tuple(LENGTHS)) -> None:
        self.now, self.secret, self.algorithms = now, secret, algorithms
        self.meetings: dict[str, Meeting] = {}
        self.hooks: dict[int, tuple[str, str, str]] = {}  # number: callback, meeting, events
        self.recordings: dict[str, list[dict[str, object]]] = {}
        self.tracks: dict[str, list[dict[str, str]]] = {}
        self.files: dict[str, bytes] = {}
        self.calls: list[Call] = []
        self.asked: list[str] = []
        self.behaves = "well"  # well | rubbish | bomb | half | html | error | slow | lost
        self.released = threading.Event()
        self._count = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        return f"{self.base}/bigbluebutton/api"

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    # What people and the machine do.

    def leaves(self, user: User, meeting: str) -> None:
        here = self.meetings[meeting]
        here.users.remove(user)
        self._tell(here, "user-left", user)

    def user(self, meeting: str, external: str) -> User:
        return next(one for one in self.meetings[meeting].users if one.external == external)

    def ends(self, meeting: str) -> None:
        here = self.meetings.pop(meeting)
        self._tell(here, "meeting-ended")
        if back := here.asked.get("meta_endcallbackurl"):
            mark = "&" if "?" in back else "?"
            query = urlencode({"meetingID": meeting, "recordingmarks": "false"})
            self.calls.append(Call("GET", f"{back}{mark}{query}"))
        self.hooks = {number: hook for number, hook in self.hooks.items() if hook[1] != meeting}

    def publishes(self, meeting: Meeting, formats: dict[str, str], *, minutes: int = 60) -> str:
        """A recording is ready: it can be had, and a callback says so."""
        record = f"{hashlib.sha1(meeting.key.encode()).hexdigest()}-{meeting.created}"
        self.recordings.setdefault(meeting.key, []).append(
            {"recordID": record, "name": meeting.asked["name"], "start": meeting.created, "minutes": minutes, "formats": formats}
        )  # fmt: skip
        if back := meeting.asked.get("meta_bbb-recording-ready-url"):
            token = web_token({"meeting_id": meeting.key, "record_id": record}, self.secret)
            self.calls.append(Call("POST", back, urlencode({"signed_parameters": token}).encode()))
        return record

    # What is asked of it.

    def answer(self, path: str) -> Answer | None:
        parts = urlsplit(path)
        if parts.path in self.files:
            return 200, {"Content-Type": "text/vtt"}, self.files[parts.path]
        if not parts.path.startswith("/bigbluebutton/api"):
            return 404, {}, b"not here"
        call = parts.path.removeprefix("/bigbluebutton/api").strip("/")
        self.asked.append(call)
        if (strange := self._strangely()) is not _WELL:
            return strange
        pairs = parts.query.split("&") if parts.query else []
        said = next((one.partition("=")[2] for one in pairs if one.startswith("checksum=")), "")
        signed = "&".join(one for one in pairs if not one.startswith("checksum="))
        if call and not self._is_signed(call, signed, said):
            return _failed("checksumError", "You did not pass the checksum security check")
        query = {unquote_plus(n): unquote_plus(v) for n, _, v in (one.partition("=") for one in pairs)}
        handler = getattr(self, "_" + (call or "version").replace("/", "_"), None)
        return handler(query) if handler else _failed("unsupportedRequest", "This request is not supported.")

    def _strangely(self) -> "Answer | object | None":
        xml = {"Content-Type": "text/xml"}
        if self.behaves == "slow":
            self.released.wait(20)
            return None
        return {
            "lost": None,
            "rubbish": (200, xml, b"\x89PNG\r\n\x1a\n\x00\xff\xfe rubbish <"),
            "half": (200, xml, b"<response><returncode>SUCCESS</returncode><createTime>15311558"),
            "html": (200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><html><title>502</title></html>"),
            "error": (503, {}, b"upstream is away"),
            "bomb": (200, xml, _BOMB),
        }.get(self.behaves, _WELL)

    def _is_signed(self, call: str, query: str, said: str) -> bool:
        name = next((n for n, length in LENGTHS.items() if length == len(said) and n in self.algorithms), None)
        return name is not None and hashlib.new(name, (call + query + self.secret).encode()).hexdigest() == said

    def _version(self, _query: dict[str, str]) -> Answer:
        return _succeeded("<version>2.0</version><apiVersion>2.0</apiVersion><bbbVersion>3.0.4</bbbVersion>")

    def _create(self, query: dict[str, str]) -> Answer:
        key = query.get("meetingID", "")
        if not key or not query.get("name"):
            return _failed("missingParamMeetingID", "You must provide a meeting ID and a name")
        asked = {(name.lower() if name.startswith("meta_") else name): value for name, value in query.items()}
        meeting, note = self.meetings.get(key), ""
        if meeting is None:
            created = int(self.now.timestamp() * 1000)
            meeting = self.meetings[key] = Meeting(key, asked, created, f"{hashlib.sha1(key.encode()).hexdigest()}-{created}")  # fmt: skip
        elif any(meeting.asked.get(name) != asked.get(name) for name in ("attendeePW", "moderatorPW")):
            return _failed("idNotUnique", "A meeting already exists with that meeting ID")
        else:
            note = (
                "<messageKey>duplicateWarning</messageKey><message>This conference was already in existence.</message>"
            )
        return _succeeded(_head(meeting) + note)

    def _join(self, query: dict[str, str]) -> Answer:
        meeting = self.meetings.get(query.get("meetingID", ""))
        if meeting is None:
            return _failed("invalidMeetingIdentifier", "The meeting ID that you supplied did not match any existing meetings")  # fmt: skip
        by_password = {meeting.asked.get("moderatorPW"): "MODERATOR", meeting.asked.get("attendeePW"): "VIEWER"}
        role = query.get("role", "").upper() or by_password.get(query.get("password"), "")
        if role not in ("MODERATOR", "VIEWER"):
            return _failed("invalidPassword", "The supplied password or role is neither of a moderator nor an attendee")
        if query.get("createTime", str(meeting.created)) != str(meeting.created):
            return _failed("mismatchCreateTimeParam", "The createTime parameter submitted mismatches the current meeting")  # fmt: skip
        self._count += 1
        user = User(f"w_{self._count:08d}", query.get("userID", "") or f"w_{self._count:08d}", query["fullName"], role)
        meeting.users.append(user)
        meeting.has_had_users = True
        self._tell(meeting, "user-joined", user)
        return 302, {"Location": f"{self.base}/html5client/join?sessionToken={user.internal}"}, b""

    def _isMeetingRunning(self, query: dict[str, str]) -> Answer:
        meeting = self.meetings.get(query.get("meetingID", ""))
        return _succeeded(f"<running>{str(bool(meeting and meeting.users)).lower()}</running>")

    def _getMeetingInfo(self, query: dict[str, str]) -> Answer:
        meeting = self.meetings.get(query.get("meetingID", ""))
        if meeting is None:
            return _failed("notFound", "A meeting with that ID does not exist")
        return _succeeded(_info(meeting))

    def _getMeetings(self, _query: dict[str, str]) -> Answer:
        if not self.meetings:
            return _succeeded("<meetings/><messageKey>noMeetings</messageKey><message>no meetings</message>")
        return _succeeded("<meetings>" + "".join(f"<meeting>{_info(one)}</meeting>" for one in self.meetings.values()) + "</meetings>")  # fmt: skip

    def _end(self, query: dict[str, str]) -> Answer:
        meeting = self.meetings.get(query.get("meetingID", ""))
        if meeting is None:
            return _failed("notFound", "A meeting with that ID does not exist")
        if query.get("password", meeting.asked.get("moderatorPW")) != meeting.asked.get("moderatorPW"):
            return _failed("invalidPassword", "You must supply the moderator password for this call.")
        self.ends(meeting.key)
        return _succeeded("<messageKey>sentEndMeetingRequest</messageKey><message>Sent.</message>")

    def _getRecordings(self, query: dict[str, str]) -> Answer:
        wanted = query.get("meetingID", "").split(",") if query.get("meetingID") else list(self.recordings)
        found = [(key, one) for key in wanted for one in self.recordings.get(key, [])]
        if not found:
            return _succeeded("<recordings/><messageKey>noRecordings</messageKey><message>There are no recordings.</message>")  # fmt: skip
        return _succeeded("<recordings>" + "".join(_recording(key, one) for key, one in found) + "</recordings>")

    def _getRecordingTextTracks(self, query: dict[str, str]) -> Answer:
        known = {one["recordID"] for listed in self.recordings.values() for one in listed}
        said: dict[str, object] = {"returncode": "SUCCESS", "tracks": self.tracks.get(query.get("recordID", ""), [])}
        if query.get("recordID") not in known:
            said = {"returncode": "FAILED", "messageKey": "noRecordings", "message": "No recording was found."}
        return 200, {"Content-Type": "application/json"}, json.dumps({"response": said}).encode()

    def _hooks_create(self, query: dict[str, str]) -> Answer:
        if not query.get("callbackURL"):
            return _failed("missingParamCallbackURL", "You must specify a callbackURL in the parameters.")
        same = next((n for n, hook in self.hooks.items() if hook[0] == query["callbackURL"]), None)
        if same is not None:
            note = "<messageKey>duplicateWarning</messageKey><message>There is already a hook for this callback URL.</message>"
            return _succeeded(f"<hookID>{same}</hookID>{note}")
        self._count += 1
        self.hooks[self._count] = (query["callbackURL"], query.get("meetingID", ""), query.get("eventID", ""))
        return _succeeded(f"<hookID>{self._count}</hookID><permanentHook>false</permanentHook><rawData>false</rawData>")

    def _hooks_destroy(self, query: dict[str, str]) -> Answer:
        if self.hooks.pop(int(query.get("hookID") or 0), None) is None:
            return _failed("destroyMissingHook", "The hook informed was not found.")
        return _succeeded("<removed>true</removed>")

    def _tell(self, meeting: Meeting, event: str, user: User | None = None) -> None:
        """The callbacks of the hooks on this meeting, each with its checksum."""
        attributes: dict[str, object] = {"meeting": {"internal-meeting-id": meeting.internal, "external-meeting-id": meeting.key}}  # fmt: skip
        if user is not None:
            attributes["user"] = {
                "internal-user-id": user.internal, "external-user-id": user.external, "name": user.name, "role": user.role, "presenter": False,
            }  # fmt: skip
        stamp = int(self.now.timestamp() * 1000)
        said = json.dumps([{"data": {"type": "event", "id": event, "attributes": attributes, "event": {"ts": stamp}}}], ensure_ascii=False, separators=(",", ":"))  # fmt: skip
        for url, where, wanted in self.hooks.values():
            if (where and where != meeting.key) or (wanted and event not in wanted.split(",")):
                continue
            self.calls.append(callback(url, {"event": said, "timestamp": stamp, "domain": "meet.example.org"}, self.secret))  # fmt: skip


def callback(url: str, data: dict[str, object], secret: str, algorithm: str = "sha1") -> Call:
    """A hook's call. The checksum is over the address, the data as JSON.stringify writes it, and the secret."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    checksum = hashlib.new(algorithm, (url + text + secret).encode()).hexdigest()
    mark = "&" if urlsplit(url).query else "?"
    return Call("POST", f"{url}{mark}checksum={checksum}", urlencode(data).encode())


def web_token(claims: dict[str, object], secret: str, *, algorithm: str = "HS256") -> str:
    """A JSON web token, written here and not by what reads it."""
    parts = [json.dumps(one).encode() for one in ({"alg": algorithm, "typ": "JWT"}, claims)]
    text = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest() if algorithm == "HS256" else b""
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def asked_with(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


_WELL = object()
_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(12))
    + b"]><response><returncode>SUCCESS</returncode><createTime>&m;</createTime></response>"
)


def _handler(server: MeetingServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = server.answer(self.path)
            if found is None:  # hang up
                self.close_connection = True
                self.connection.close()
                return
            status, headers, body = found
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _succeeded(inner: str) -> Answer:
    return 200, {"Content-Type": "text/xml;charset=utf-8"}, f"<response><returncode>SUCCESS</returncode>{inner}</response>".encode()  # fmt: skip


def _failed(key: str, message: str) -> Answer:
    said = f"<response><returncode>FAILED</returncode><messageKey>{key}</messageKey><message>{escape(message)}</message></response>"
    return 200, {"Content-Type": "text/xml;charset=utf-8"}, said.encode()


def _head(meeting: Meeting) -> str:
    day = datetime.fromtimestamp(meeting.created / 1000, UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
    return (
        f"<meetingID>{escape(meeting.key)}</meetingID><internalMeetingID>{meeting.internal}</internalMeetingID>"
        f"<attendeePW>{escape(meeting.asked.get('attendeePW', ''))}</attendeePW>"
        f"<moderatorPW>{escape(meeting.asked.get('moderatorPW', ''))}</moderatorPW>"
        f"<createTime>{meeting.created}</createTime><voiceBridge>70757</voiceBridge><dialNumber>613-555-1234</dialNumber>"
        f"<createDate>{day}</createDate><hasUserJoined>{str(meeting.has_had_users).lower()}</hasUserJoined>"
        "<duration>0</duration><hasBeenForciblyEnded>false</hasBeenForciblyEnded>"
    )


def _info(meeting: Meeting) -> str:
    users = "".join(
        f"<attendee><userID>{escape(one.external)}</userID><internalUserID>{one.internal}</internalUserID><fullName>{escape(one.name)}</fullName>"
        f"<role>{one.role}</role><isPresenter>false</isPresenter><isListeningOnly>false</isListeningOnly>"
        "<hasJoinedVoice>false</hasJoinedVoice><hasVideo>false</hasVideo><clientType>HTML5</clientType></attendee>"
        for one in meeting.users
    )
    number = len(meeting.users)
    return (
        f"<meetingName>{escape(meeting.asked['name'])}</meetingName>{_head(meeting)}<running>{str(number > 0).lower()}</running>"
        f"<recording>{escape(meeting.asked.get('record', 'false'))}</recording><startTime>{meeting.created}</startTime><endTime>0</endTime>"
        f"<participantCount>{number}</participantCount><listenerCount>0</listenerCount><voiceParticipantCount>0</voiceParticipantCount>"
        f"<videoCount>0</videoCount><maxUsers>0</maxUsers><moderatorCount>0</moderatorCount><attendees>{users}</attendees><metadata/>"
    )


def _recording(key: str, one: dict[str, object]) -> str:
    start, minutes = int(str(one["start"])), int(str(one["minutes"]))
    formats = one["formats"]
    assert isinstance(formats, dict)
    playback = "".join(f"<format><type>{kind}</type><url>{escape(url)}</url><length>{minutes}</length></format>" for kind, url in formats.items())  # fmt: skip
    return (
        f"<recording><recordID>{one['recordID']}</recordID><meetingID>{escape(key)}</meetingID><name>{escape(str(one['name']))}</name>"
        f"<published>true</published><state>published</state><startTime>{start}</startTime><endTime>{start + minutes * 60_000}</endTime>"
        f"<participants>3</participants><metadata><isBreakout>false</isBreakout></metadata><playback>{playback}</playback></recording>"
    )
