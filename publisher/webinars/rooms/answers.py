"""What a BigBlueButton server answers, as values. A document that is damaged, attacks or says something else is a `FetchError`.

Source: BigBlueButton, API reference: every answer is `<response>` with `<returncode>` SUCCESS or FAILED, the latter with a
`<messageKey>`; times are milliseconds since 1970. `getRecordingTextTracks` answers JSON.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from feeds import xml
from feeds.errors import FeedError
from feeds.jsontext import load
from publisher import languages
from publisher.errors import FetchError
from publisher.webinars.rooms.values import Inside, Recording, Track

LARGEST = 4_000_000
MOST = 5_000
_STRANGE = "The server of the meeting rooms answered something that is no answer of a BigBlueButton server."
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Refused(FetchError):
    """The server understood, and says no. `key`: its word for why, such as `notFound` or `checksumError`."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"The server of the meeting rooms refused: {message or key or 'it does not say why'}.")
        self.key = key


def read(body: bytes) -> etree._Element:
    """The `<response>`; `Refused` where it says FAILED."""
    try:
        root, problems = xml.parse(body, limit=LARGEST)
    except FeedError as problem:
        raise FetchError(_STRANGE) from problem
    code = text(root, "returncode")
    if problems or root.tag != "response" or code not in ("SUCCESS", "FAILED"):
        raise FetchError(_STRANGE)
    if code == "FAILED":
        raise Refused(text(root, "messageKey")[:80], text(root, "message")[:200].rstrip("."))
    return root


def text(element: etree._Element, path: str) -> str:
    return " ".join((element.findtext(path) or "").split())


def insiders(root: etree._Element) -> tuple[Inside, ...]:
    """Who is in, of `getMeetingInfo`."""
    found = list(_each(root, "attendees/attendee"))
    return tuple(
        Inside(text(one, "userID")[:80], text(one, "fullName")[:200], text(one, "internalUserID")[:80]) for one in found
    )


def recordings(root: etree._Element) -> tuple[Recording, ...]:
    return tuple(_recording(one) for one in _each(root, "recordings/recording") if text(one, "recordID"))


def tracks(body: bytes) -> tuple[Track, ...]:
    """The texts of a recording; `Refused` and `FetchError` as above."""
    try:
        said = load(body[:LARGEST].decode("utf-8", "replace"))
    except FeedError as problem:
        raise FetchError(_STRANGE) from problem
    response = said.get("response") if isinstance(said, dict) else None
    if not isinstance(response, dict) or response.get("returncode") not in ("SUCCESS", "FAILED"):
        raise FetchError(_STRANGE)
    if response["returncode"] == "FAILED":
        raise Refused(str(response.get("messageKey", ""))[:80], str(response.get("message", ""))[:200].rstrip("."))
    listed = response.get("tracks")
    return tuple(filter(None, map(_track, listed[:50] if isinstance(listed, list) else ())))


def instant(milliseconds: str | int | None) -> datetime | None:
    """Milliseconds since 1970 as an instant; None for what is no such number."""
    said = str(milliseconds)
    if not (said.isascii() and said.isdigit() and 0 < len(said) < 15):
        return None
    return _EPOCH + timedelta(milliseconds=int(said))


def address(said: Any) -> str:
    """An address of the web, or nothing."""
    url = said.strip() if isinstance(said, str) else ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    fine = parts.scheme in ("http", "https") and parts.hostname and len(url) < 2000 and url.isprintable()
    return url if fine and " " not in url else ""


def _each(root: etree._Element, path: str) -> Iterator[etree._Element]:
    for number, one in enumerate(root.iterfind(path)):
        if number >= MOST:
            return
        yield one


def _recording(one: etree._Element) -> Recording:
    formats = ((text(form, "type"), address(text(form, "url"))) for form in _each(one, "playback/format"))
    return Recording(
        key=text(one, "recordID")[:200],
        meeting=text(one, "meetingID"),
        name=text(one, "name")[:300],
        is_published=text(one, "published") == "true",
        began=instant(text(one, "startTime")),
        ended=instant(text(one, "endTime")),
        formats={kind: url for kind, url in formats if kind and url},
    )


def _track(said: Any) -> Track | None:
    if not isinstance(said, dict) or not (url := address(said.get("href"))):
        return None
    language = languages.normalise(str(said.get("lang", ""))[:35]) or ""
    return Track(url, language, str(said.get("label", ""))[:100], str(said.get("kind", "subtitles"))[:20])
