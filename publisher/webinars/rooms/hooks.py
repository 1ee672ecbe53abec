"""What a BigBlueButton server tells us by itself: who came and went, that a meeting ended, that a recording is ready.

The address that it tells holds a token of ours, so nobody can find it; what can be signed must be signed besides. Sources:
BigBlueButton, “Webhooks” (a checksum in the query, or the secret as a bearer token), API reference (`meta_endCallbackUrl`, a
plain GET; `meta_bbb-recording-ready-url`, a JSON web token).
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from sqlmodel import Session, col, select

from feeds.errors import FeedError
from feeds.jsontext import load
from publisher.errors import BadToken, NotFound
from publisher.house import House
from publisher.tokens import FORGED, Purpose
from publisher.webinars import addresses, attendance
from publisher.webinars.models import MeetingServer, RoomEvent, Series, Webinar, WebinarState
from publisher.webinars.rooms import events
from publisher.webinars.rooms.answers import instant
from publisher.webinars.rooms.checksums import is_callback, token_claims

WHAT = ("events", "ended", "recording")
GONE = "There is no such meeting any more."
MOST_EVENTS = 200
_KINDS = {"meeting-created": "began", "meeting-ended": "ended", "user-joined": "joined", "user-left": "left"}
Map = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """What arrived. `checksum`, `opened`: of the query; `authorization`: the header."""

    body: bytes = b""
    checksum: str = ""
    opened: str = ""
    authorization: str = ""


def take(session: Session, house: House, token: str, what: str, told: Told, *, now: datetime) -> None:
    """Believe it, keep it once, and let it have its consequences. `BadToken` for what is forged, `NotFound` for a meeting that is
    gone. What is signed and says nothing we know is passed over."""
    key = house.tokens.open(Purpose.HOOK, token, now=now)
    webinar, server = _meeting(session, key)
    if what == "events":
        _take_events(session, house, webinar, server, told, now)
    elif what == "ended":
        _take_end(session, webinar, told, now)
    elif what == "recording":
        _take_recording(session, webinar, server, told, now)
    else:
        raise BadToken(FORGED)


def end_key(session: Session, webinar: Webinar) -> str:
    """One end for each opening of the room, whoever tells of it, and however often."""
    opened = select(RoomEvent.key).where(col(RoomEvent.webinar_id) == webinar.id, col(RoomEvent.kind) == "began")
    last = session.exec(opened.order_by(col(RoomEvent.at).desc(), col(RoomEvent.id).desc()).limit(1)).first()
    return f"ended:{last or ''}"


def _meeting(session: Session, key: str) -> tuple[Webinar, MeetingServer]:
    webinar = session.exec(select(Webinar).where(col(Webinar.meeting_key) == key)).first()
    if webinar is None or webinar.state == WebinarState.CANCELLED:
        raise NotFound(GONE)
    series = session.get_one(Series, webinar.series_id)
    server = session.get(MeetingServer, series.server_id) if series.server_id is not None else None
    if server is None:
        raise NotFound(GONE)
    return webinar, server


def _take_events(
    session: Session, house: House, webinar: Webinar, server: MeetingServer, told: Told, now: datetime
) -> None:
    bearer = f"Bearer {server.secret}".encode()
    if not hmac.compare_digest(told.authorization.encode(), bearer):
        path = addresses.hook(house, webinar, "events").removeprefix(house.settings.public_url)
        homes = (house.settings.public_url, *house.settings.former_urls)  # a move of ours, while the meeting runs
        if not any(is_callback(home + path, told.body, told.checksum, server.secret) for home in homes):
            raise BadToken(FORGED)
    for event in _events(told.body):
        _take_event(session, webinar, event, now)


def _take_event(session: Session, webinar: Webinar, event: Map, now: datetime) -> None:
    kind = _KINDS.get(str(event.get("id")))
    said = _map(event.get("attributes"))
    meeting, user = _map(said.get("meeting")), _map(said.get("user"))
    if kind is None or meeting.get("external-meeting-id") != webinar.meeting_key:
        return
    moment = _map(event.get("event")).get("ts")
    name = str(user.get("internal-user-id") or user.get("external-user-id") or "")[:80]
    if kind in ("joined", "left") and not name:
        return
    mark = meeting.get("create-time") if kind == "began" else moment
    events.store(
        session,
        webinar,
        kind,
        key=":".join((kind, *([name] if kind in ("joined", "left") else []), str(mark or _digest(event)))),
        at=instant(moment),
        now=now,
        who=str(user.get("external-user-id") or ""),
        name=str(user.get("name") or ""),
        user=name if kind in ("joined", "left") else "",
    )
    if kind == "ended":
        attendance.settle(session, webinar, now)


def _take_end(session: Session, webinar: Webinar, told: Told, now: datetime) -> None:
    """It does not say when: now, for the first time that it is said of this opening of the room."""
    key = f"ended:opened {told.opened}" if told.opened.isdigit() else end_key(session, webinar)
    if events.store(session, webinar, "ended", key=key, at=now, now=now):
        attendance.settle(session, webinar, now)


def _take_recording(session: Session, webinar: Webinar, server: MeetingServer, told: Told, now: datetime) -> None:
    """Only that there is one is kept: what it is, the timetable asks the server."""
    fields = parse_qs(told.body.decode("utf-8", "replace"))
    claims = token_claims(fields.get("signed_parameters", [""])[0], server.secret)
    if claims is None:
        raise BadToken(FORGED)
    if claims.get("meeting_id") != webinar.meeting_key:
        raise NotFound(GONE)
    record = str(claims.get("record_id") or "")[:150]
    events.store(session, webinar, "recording", key=f"recording:{record}", at=now, now=now)


def _events(body: bytes) -> Iterator[Map]:
    """The events of a callback; none of what cannot be read."""
    for text in parse_qs(body.decode("utf-8", "replace")).get("event", [])[:1]:
        try:
            said = load(text)
        except FeedError:
            return
        for one in (said if isinstance(said, list) else [said])[:MOST_EVENTS]:
            data = _map(_map(one).get("data"))
            if data:
                yield data


def _map(value: Any) -> Map:
    return value if isinstance(value, dict) else {}


def _digest(event: Map) -> str:
    return hashlib.sha256(repr(event).encode("utf-8", "replace")).hexdigest()[:32]
