"""What was recorded of a date, as staff give it: an address or a file of ours, and what is said as text."""

from datetime import datetime

from sqlmodel import Session

from feeds.errors import FeedError
from feeds.podcast import transcripts
from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.media.models import MediaFile
from publisher.webinars import fields, shelf
from publisher.webinars.models import Series, Webinar

PLAYED = ("audio", "video")


def give(
    session: Session,
    house: House,
    webinar: Webinar,
    *,
    url: str = "",
    media: MediaFile | None = None,
    now: datetime,
) -> None:
    """Where it can be seen or heard: at an address elsewhere, or as a file of ours. One takes the place of the other; neither
    takes it away again. Pages and shelf follow."""
    if media is not None and media.kind not in PLAYED:
        raise BadInput("That file is neither film nor sound.", field="recording")
    if (url or media) and webinar.starts_at > now:
        raise Conflict("This webinar has not begun yet, so there is nothing recorded of it.")
    webinar.recording_url = "" if media else fields.address(url, "recording_url")
    webinar.recording_id = media.id if media else None
    is_there = bool(webinar.recording_url) or media is not None
    webinar.recording_found_at = (webinar.recording_found_at or now) if is_there else None
    _keep(session, house, webinar, now)


def set_transcript(
    session: Session,
    house: House,
    webinar: Webinar,
    language: str,
    data: bytes,
    *,
    name: str = "",
    now: datetime,
) -> None:
    """What is said, in one language: WebVTT, SRT or another form with times, kept as WebVTT. No bytes: it is taken away.
    `BadInput` where it cannot be read."""
    if not data.strip():
        webinar.transcript = webinar.transcript_language = ""
    else:
        webinar.transcript_language = fields.language(language, "transcript_language")
        webinar.transcript = _as_vtt(data, name)
    _keep(session, house, webinar, now)


def _as_vtt(data: bytes, name: str) -> str:
    try:
        cues = transcripts.read(data, None, name)
    except FeedError as problem:
        raise BadInput(str(problem), field="transcript") from problem
    if not any(cue.end for cue in cues):
        raise BadInput("This transcript says no times. Send it as WebVTT or SRT.", field="transcript")
    return transcripts.write(cues, "text/vtt").decode()


def _keep(session: Session, house: House, webinar: Webinar, now: datetime) -> None:
    webinar.changed_at = now
    session.add(webinar)
    session.flush()
    shelf.put_recording(session, house, session.get_one(Series, webinar.series_id), webinar, now=now)
