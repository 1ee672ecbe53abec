"""Transcripts of episodes: WebVTT, SubRip, the podcast namespace's JSON, HTML and plain text, read and written.

The content decides what a file is, its label only where the content does not show it: every third SRT is served as text/plain.
Source: podcast namespace, transcripts; W3C webvtt1.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Literal

from feeds.encodings import text_of
from feeds.errors import FeedError, TooLarge, UnknownFormat
from feeds.podcast.cues import LIMIT, LINE, MOST_CUES, Cue
from feeds.podcast.srt import TIMING as SRT_TIMING
from feeds.podcast.srt import read_srt, write_srt
from feeds.podcast.times import as_clock
from feeds.podcast.transcript_json import read_segments, write_segments
from feeds.podcast.transcript_text import read_html, read_text, turns, write_html, write_text
from feeds.podcast.vtt import read_vtt, write_vtt

__all__ = ["EXTENSIONS", "LIMIT", "MOST_CUES", "Cue", "kind_of", "lint", "read", "turns", "write"]

Kind = Literal["text/vtt", "application/x-subrip", "application/json", "text/html", "text/plain"]
EXTENSIONS: dict[Kind, str] = {
    "text/vtt": "vtt",
    "application/x-subrip": "srt",
    "application/json": "json",
    "text/html": "html",
    "text/plain": "txt",
}
LABELS: dict[str, Kind] = {
    **{kind: kind for kind in EXTENSIONS},
    "application/srt": "application/x-subrip",
    "application/x-srt": "application/x-subrip",
    "text/srt": "application/x-subrip",
    "text/x-srt": "application/x-subrip",
    "text/vtt+srt": "application/x-subrip",
    "application/vtt": "text/vtt",
    "text/webvtt": "text/vtt",
    "text/json": "application/json",
    "application/xhtml+xml": "text/html",
}
READERS: dict[Kind, Callable[[str], Iterator[Cue]]] = {
    "text/vtt": read_vtt,
    "application/x-subrip": read_srt,
    "application/json": read_segments,
    "text/html": read_html,
    "text/plain": read_text,
}
WRITERS: dict[str, Callable[[Iterable[Cue]], bytes]] = {
    "text/vtt": write_vtt,
    "application/x-subrip": write_srt,
    "application/json": write_segments,
    "text/html": write_html,
    "text/plain": write_text,
}
OTHER_FILES = (b"PK\x03\x04", b"%PDF", b"{\\rtf", b"\xd0\xcf\x11\xe0", b"ID3", b"RIFF", b"\x1f\x8b")
MARKUP = re.compile(r"<(?:!doctype html|html|body|p|div|cite|time|br|span)[\s>/]", re.I)
CONTROLS = re.compile("[\x00-\x08\x0e-\x1a]")
MOST_FINDINGS = 200


def read(data: bytes, type: str | None, name: str = "") -> tuple[Cue, ...]:  # noqa: A002
    """The cues of a transcript. `type`: what it was served as, `name`: of its file or address; either may be wrong.

    `FeedError` with a sentence: too large, too many cues, no text, or nothing in it that its form can hold.
    """
    if len(data) > LIMIT:
        raise TooLarge(f"The transcript is larger than the {LIMIT:,} bytes we read.")
    if data.startswith(OTHER_FILES):
        raise UnknownFormat("The file is none of the transcripts we read: WebVTT, SRT, JSON, HTML or plain text.")
    text, _ = text_of(data, type)
    if len(CONTROLS.findall(text)) * 50 > len(text):
        raise UnknownFormat("The file is no text that we can read.")
    kind = _form(text, kind_of(type, name))
    cues = tuple(islice(READERS[kind](text.lstrip("\ufeff")), MOST_CUES + 1))
    if len(cues) > MOST_CUES:
        raise TooLarge(f"The transcript has more than the {MOST_CUES:,} cues we read.")
    if not cues:
        raise FeedError("The transcript says nothing that we can read.")
    return cues


def write(cues: Iterable[Cue], type: str) -> bytes:  # noqa: A002
    """The transcript as `type` (one of `EXTENSIONS`), UTF-8.

    `FeedError` where cues without times are to become WebVTT or SRT; `ValueError` for a type that is none of ours.
    """
    if type not in WRITERS:
        raise ValueError(f"{type} is no type of a transcript.")
    return WRITERS[type](cues)


def kind_of(type: str | None, name: str = "") -> Kind | None:  # noqa: A002
    """The type that a label (with or without parameters), else an extension, means; none where neither says it."""
    label = LABELS.get((type or "").partition(";")[0].strip().lower())
    ending = re.search(r"\.([a-z]{3,5})(?:[?#].*)?$", name.strip().lower())
    by_name = next((kind for kind, extension in EXTENSIONS.items() if ending and ending[1] == extension), None)
    return by_name if by_name and label in (None, "text/plain") else label


def lint(cues: Sequence[Cue], duration: float | None) -> list[str]:
    """What is wrong with the cues of a sound of so many seconds (None: nobody knows): sentences with the cue's number."""
    if not cues:
        return ["The transcript is empty."]
    found: list[str] = []
    if any(cue.start is None for cue in cues):
        found.append("The transcript has no times, so it cannot run along with the sound.")
    last: tuple[int, Cue] | None = None
    for number, cue in enumerate(cues, 1):
        found += [f"Cue {number} {words}." for words in [*_alone(cue, duration), *_after(cue, last)]]
        last = (number, cue) if cue.start is not None else last
    more = len(found) - MOST_FINDINGS
    return found if more <= 0 else [*found[:MOST_FINDINGS], f"There are {more} more sentences like these."]


def _alone(cue: Cue, duration: float | None) -> Iterator[str]:
    if cue.start is not None and cue.end is not None and cue.end <= cue.start:
        yield f"ends ({as_clock(cue.end)}) when it has not begun ({as_clock(cue.start)})"
    beyond = max(cue.start or 0.0, cue.end or 0.0)
    if duration is not None and beyond > duration + 1:
        yield f"goes on until {as_clock(beyond)}, and the sound ends at {as_clock(duration)}"
    if not cue.text.strip():
        yield "says nothing"
    longest = max((len(line) for line in cue.text.split("\n")), default=0)
    if cue.start is not None and longest > LINE:
        yield f"has a line of {longest} characters; {LINE} can be read well"


def _after(cue: Cue, last: tuple[int, Cue] | None) -> Iterator[str]:
    """Against the cue before it. Two speakers in the same span speak together, which is no fault."""
    if last is None or cue.start is None:
        return
    number, before = last
    begun = before.start or 0.0
    together = (cue.start, cue.end) == (before.start, before.end) and cue.speaker != before.speaker
    if cue.start < begun:
        yield f"begins ({as_clock(cue.start)}) before cue {number} does ({as_clock(begun)}): the times go back"
    elif before.end is not None and before.end - cue.start > 0.0005 and not together:
        yield f"begins ({as_clock(cue.start)}) before cue {number} has ended ({as_clock(before.end)})"


def _form(text: str, label: Kind | None) -> Kind:
    head = text[:4000].lstrip("\ufeff \t\r\n")
    if head.startswith("WEBVTT"):
        return "text/vtt"
    if any(SRT_TIMING.fullmatch(line) for line in head.splitlines()[:20]):
        return "text/vtt" if label == "text/vtt" else "application/x-subrip"
    if head.startswith(("{", "[{")) and (label == "application/json" or '"' in head):
        return "application/json"
    if MARKUP.search(head):
        return "text/html"
    if label in ("text/vtt", "application/x-subrip"):
        return label if "-->" in text else "text/plain"
    return label or "text/plain"
