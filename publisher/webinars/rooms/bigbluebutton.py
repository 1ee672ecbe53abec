"""Rooms on a BigBlueButton server. They are opened when somebody comes, not before: an empty one is closed by the server.

Source: BigBlueButton, API reference and “Webhooks”. `create` may be called as often as one likes; `getMeetingInfo` knows a
meeting only while it runs; hooks end with the meeting, and after a dozen failures, so they are asked for again and again.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from lxml import etree

from publisher.errors import FetchError
from publisher.internet import Limits, fetch
from publisher.webinars.rooms import answers
from publisher.webinars.rooms.answers import Refused
from publisher.webinars.rooms.checksums import ALGORITHMS, signed
from publisher.webinars.rooms.values import Entered, Inside, Meeting, Recording, Track, Visitor

#: Somebody waits for the answer.
LIMITS = Limits(seconds=8, connect_seconds=4, body_bytes=answers.LARGEST, wire_bytes=answers.LARGEST, redirects=2)
HEARD = "meeting-created,meeting-ended,user-joined,user-left"
#: `messageKey`s that say: there is no such meeting, or nothing yet.
_NONE = frozenset({"notFound", "noRecordings"})
_NOT_BELIEVED = "The server of the meeting rooms does not accept our secret. Look it up there: bbb-conf --secret."
Query = dict[str, str]
T = TypeVar("T")


@dataclass
class BigBlueButton:
    """`url`: the server's API, such as https://meet.example.org/bigbluebutton/api. `algorithm`: found out by the first answer."""

    url: str
    secret: str = field(repr=False)
    private_hosts: frozenset[str] = frozenset()
    limits: Limits = LIMITS
    algorithm: str = ALGORITHMS[0]
    tells: bool = True

    def enter(self, meeting: Meeting, visitor: Visitor) -> Entered:
        opened = answers.text(self._ask("create", self._creation(meeting)), "createTime")[:20]
        query = {
            "fullName": visitor.name,
            "meetingID": meeting.key,
            "password": self._password(
                meeting, visitor.is_host
            ),  # what servers before 2.4 go by, later ones by the role
            "role": "MODERATOR" if visitor.is_host else "VIEWER",
            "userID": visitor.key,
            "createTime": opened,
            "redirect": "true",
        }
        return Entered(self._address("join", {name: value for name, value in query.items() if value}), opened)

    def listen(self, meeting: Meeting) -> None:
        if meeting.events:
            self._ask("hooks/create", {"callbackURL": meeting.events, "meetingID": meeting.key, "eventID": HEARD})

    def inside(self, meeting: Meeting) -> tuple[Inside, ...] | None:
        root = self._ask_or_none("getMeetingInfo", {"meetingID": meeting.key})
        return None if root is None else answers.insiders(root)

    def end(self, meeting: Meeting) -> None:
        self._ask_or_none("end", {"meetingID": meeting.key, "password": self._password(meeting, is_host=True)})

    def recordings(self, meeting: Meeting) -> tuple[Recording, ...]:
        root = self._ask_or_none("getRecordings", {"meetingID": meeting.key})
        found = answers.recordings(root) if root is not None else ()
        return tuple(one for one in found if one.meeting == meeting.key)

    def tracks(self, recording: Recording) -> tuple[Track, ...]:
        try:
            return self._signed("getRecordingTextTracks", {"recordID": recording.key}, answers.tracks)
        except Refused as refused:
            if refused.key in ("noRecordings", "noTextTracks"):
                return ()
            raise

    def works(self) -> None:
        """`FetchError` with a sentence where the server does not answer, or not to us."""
        self._ask("getMeetings", {})

    def _creation(self, meeting: Meeting) -> Query:
        records = "true" if meeting.is_recorded else "false"
        query = {
            "name": meeting.title,
            "meetingID": meeting.key,
            "attendeePW": self._password(meeting, is_host=False),
            "moderatorPW": self._password(meeting, is_host=True),
            "record": records,
            "autoStartRecording": records,
            "muteOnStart": "true",
            "guestPolicy": "ALWAYS_ACCEPT",
            "logoutURL": meeting.home,
            "meta_endCallbackUrl": meeting.ended,
            "meta_bbb-recording-ready-url": meeting.recording if meeting.is_recorded else "",
        }
        return {name: value for name, value in query.items() if value}

    def _password(self, meeting: Meeting, is_host: bool) -> str:
        """The same whenever it is asked for, so that `create` may be repeated; nobody types it."""
        text = f"{'host' if is_host else 'guest'}:{meeting.key}"
        return hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:24]

    def _ask_or_none(self, call: str, query: Query) -> etree._Element | None:
        try:
            return self._ask(call, query)
        except Refused as refused:
            if refused.key in _NONE:
                return None
            raise

    def _ask(self, call: str, query: Query) -> etree._Element:
        return self._signed(call, query, answers.read)

    def _signed(self, call: str, query: Query, read: Callable[[bytes], T]) -> T:
        """The answer, signed in the first way that the server accepts."""
        first = self.algorithm
        for algorithm in (first, *(name for name in ALGORITHMS if name != first)):
            self.algorithm = algorithm
            try:
                got = fetch(self._address(call, query), limits=self.limits, private_hosts=self.private_hosts)
                return read(got.body)
            except Refused as refused:
                if refused.key != "checksumError":
                    raise
        self.algorithm = first
        raise FetchError(_NOT_BELIEVED, permanent=True)

    def _address(self, call: str, query: Query) -> str:
        return f"{self.url}/{signed(call, query.items(), self.secret, self.algorithm)}"
