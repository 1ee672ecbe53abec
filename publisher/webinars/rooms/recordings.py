"""What was recorded: found on the server, and noted with the date that it is of."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from publisher.errors import FetchError
from publisher.internet import Limits, fetch
from publisher.languages import fallbacks
from publisher.webinars.models import Webinar
from publisher.webinars.rooms.bigbluebutton import BigBlueButton
from publisher.webinars.rooms.values import Meeting, Recording, Track

#: What is shown to people, the best first; sound alone and what is no recording (notes, statistics) only where there is no more.
SHOWN = ("presentation", "video", "screenshare", "podcast")
LONGEST_TRANSCRIPT = 2_000_000
_LIMITS = Limits(seconds=20, body_bytes=LONGEST_TRANSCRIPT, wire_bytes=LONGEST_TRANSCRIPT)


class Found(NamedTuple):
    """`url`: where people see it; `transcript`: WebVTT, or nothing."""

    url: str
    transcript: str = ""
    language: str = ""


def find(room: BigBlueButton, meeting: Meeting, language: str) -> Found | None:
    """The recording of a meeting, of several the longest, with its text in that language, else in any. None while there is none."""
    ready = [one for one in room.recordings(meeting) if one.is_published and shown(one)]
    if not ready:
        return None
    best = max(ready, key=_length)
    try:
        return Found(shown(best), *_text(room, best, language))
    except FetchError:  # the recording is worth having without
        return Found(shown(best))


def shown(recording: Recording) -> str:
    """The address at which people see it, if there is one."""
    return next((recording.formats[kind] for kind in SHOWN if kind in recording.formats), "")


def take(session: Session, webinar: Webinar, found: Found, *, now: datetime) -> None:
    """Note it. What staff wrote themselves stays."""
    webinar.recording_found_at = webinar.recording_found_at or now
    webinar.recording_url = webinar.recording_url or found.url
    if not webinar.transcript:
        webinar.transcript, webinar.transcript_language = found.transcript, found.language
    session.add(webinar)
    session.flush()


def _length(recording: Recording) -> float:
    if recording.began is None or recording.ended is None:
        return 0
    return (recording.ended - recording.began).total_seconds()


def _text(room: BigBlueButton, recording: Recording, language: str) -> tuple[str, str]:
    tracks = room.tracks(recording)
    if not tracks:
        return "", ""
    track = min(tracks, key=lambda one: _distance(one, language))
    got = fetch(track.url, limits=_LIMITS, private_hosts=room.private_hosts)
    text = got.body.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    return (text, track.language or language) if text.startswith("WEBVTT") and "\0" not in text else ("", "")


def _distance(track: Track, language: str) -> int:
    """0 for the language itself; more for what is farther from it."""
    wanted = list(fallbacks(language))
    code = track.language
    return next((n for n, one in enumerate(wanted) if code == one or code.split("-")[0] == one), len(wanted))
