"""The JSON transcript of the podcast namespace: segments with startTime, endTime, speaker and body, in seconds.

Read as well: a bare list of segments, and the words (start, end, text) that recognisers of speech write.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from feeds.errors import FeedError, UnknownFormat
from feeds.jsontext import load
from feeds.podcast.cues import Cue, one_line, tidy
from feeds.podcast.times import number_of, plain_number

VERSION = "1.0.0"


def read_segments(text: str) -> Iterator[Cue]:
    """The segments in the order of the file; `FeedError` where it is no JSON or has none."""
    value = load(text)
    segments = value.get("segments") if isinstance(value, dict) else value
    if not isinstance(segments, list):
        raise UnknownFormat("The file is JSON, and has no list of segments.")
    for number, segment in enumerate(segments, 1):
        if not isinstance(segment, dict):
            raise FeedError(f"Segment {number} of the transcript is not what a segment looks like.")
        start = number_of(segment.get("startTime", segment.get("start")))
        end = number_of(segment.get("endTime", segment.get("end"))) if start is not None else None
        yield Cue(
            start, end, tidy(_text(segment.get("body", segment.get("text")))), one_line(_text(segment.get("speaker")))
        )


def write_segments(cues: Iterable[Cue]) -> bytes:
    """The file, UTF-8. Times that nobody named are left out."""
    document = {"version": VERSION, "segments": [_segment(cue) for cue in cues]}
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8")


def _segment(cue: Cue) -> dict[str, Any]:
    segment: dict[str, Any] = {"speaker": one_line(cue.speaker)} if cue.speaker else {}
    segment |= {"startTime": plain_number(cue.start)} if cue.start is not None else {}
    segment |= {"endTime": plain_number(cue.end)} if cue.end is not None else {}
    return segment | {"body": tidy(cue.text)}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
