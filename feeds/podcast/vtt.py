"""WebVTT (W3C, webvtt1) as transcripts use it: cues and `<v Speaker>`; notes, styles, regions and settings are passed over.

Written: one cue a span, lines of at most 65 characters, the speaker in every cue.
"""

import html
import re
from collections.abc import Iterable, Iterator

from feeds.podcast.cues import LINE, Cue, one_line, tidy, timed
from feeds.podcast.times import as_stamp, seconds_of
from feeds.podcast.wrapping import wrapped

TIMING = re.compile(r"\s*(?P<start>[\d:.,]+)\s*-->\s*(?P<end>[\d:.,]+)(?:\s.*)?")
VOICE = re.compile(r"<v(?:\.[^\s<>]{0,200})?(?:\s(?P<name>[^<>]{0,400}))?>|</v>", re.I)
TAG = re.compile(r"</?(?:c|i|b|u|ruby|rt|lang|v)(?:[.\s][^<>]*)?>|<\d[\d:.]*>", re.I)
PASSED_OVER = ("NOTE", "STYLE", "REGION")


def read_vtt(text: str) -> Iterator[Cue]:
    """The cues in the order of the file. Two voices in one cue are two cues of the same time."""
    for start, end, lines in _blocks(text.splitlines()):
        yield from _voices(start, end, "\n".join(lines))


def write_vtt(cues: Iterable[Cue]) -> bytes:
    """The file, UTF-8; `FeedError` where the cues have no times."""
    parts = ["WEBVTT\n"]
    for start, end, cue in timed(cues, "WebVTT"):
        name = html.escape(one_line(cue.speaker), quote=False)
        text = "\n".join(html.escape(line, quote=False) for line in wrapped(tidy(cue.text), LINE))
        parts.append(f"{as_stamp(start)} --> {as_stamp(end)}\n" + (f"<v {name}>{text}" if name else text).rstrip("\n"))
    return ("\n".join(f"{part.rstrip()}\n" for part in parts)).encode("utf-8")


def _blocks(lines: list[str]) -> Iterator[tuple[float, float, list[str]]]:
    """A timing line begins a cue, also without an empty line before it; an empty line ends it (webvtt1 §6.1)."""
    current: tuple[float, float, list[str]] | None = None
    skipping = False
    for line in lines:
        if "-->" in line:
            if current:
                yield current
            current, skipping = _timing(line), False
        elif not line.strip():
            if current:
                yield current
            current, skipping = None, False
        elif current is None and line.split(None, 1)[0] in PASSED_OVER:
            skipping = True
        elif current is not None and not skipping:
            current[2].append(line)
    if current:
        yield current


def _timing(line: str) -> tuple[float, float, list[str]] | None:
    match = TIMING.fullmatch(line)
    start, end = (seconds_of(match["start"]), seconds_of(match["end"])) if match else (None, None)
    return (start, end, []) if start is not None and end is not None else None


def _voices(start: float, end: float, payload: str) -> Iterator[Cue]:
    """The payload cut where a voice begins; what stands before the first voice is nobody's."""
    pieces: list[tuple[str, str]] = []
    speaker, at = "", 0
    for match in VOICE.finditer(payload):
        pieces.append((speaker, payload[at : match.start()]))
        speaker, at = one_line(html.unescape(match["name"] or "")), match.end()
    pieces.append((speaker, payload[at:]))
    cues = [Cue(start, end, _plain(text), name) for name, text in pieces]
    kept = [cue for cue in cues if cue.text]
    yield from kept or [next((cue for cue in cues if cue.speaker), cues[0])]


def _plain(payload: str) -> str:
    return tidy(html.unescape(TAG.sub("", payload)))
