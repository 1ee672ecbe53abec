"""SubRip, as everybody's tools write it: numbers, times with a comma, text; the speaker stands before the text (“Travis: …”).

SRT has no escapes: of “-->” inside a text the arrow is written as “→”, and words in angle brackets that look like its few
tags are not told from them when read.
"""

import re
from collections.abc import Iterable, Iterator

from feeds.podcast.cues import Cue, said, tidy, timed, with_speaker
from feeds.podcast.times import as_stamp, seconds_of

TIMING = re.compile(r"\s*(?P<start>[\d:.,]*\d)\s*--?>\s*(?P<end>[\d:.,]*\d)(?:\s.*)?")
TAG = re.compile(r"</?(?:i|b|u|s|font)(?:\s[^<>]*)?>|\{\\[a-z]{1,4}\d{0,3}\}|\{/?[ibu]\}", re.I)


def read_srt(text: str) -> Iterator[Cue]:
    """The cues in the order of the file, whether or not they are numbered; an empty line inside a text does not end it."""
    current: tuple[float, float, list[str]] | None = None
    for line in text.splitlines():
        match = TIMING.fullmatch(line) if ">" in line else None
        start, end = (seconds_of(match["start"]), seconds_of(match["end"])) if match else (None, None)
        if start is not None and end is not None:
            if current:
                yield _cue(*current, followed=True)
            current = (start, end, [])
        elif current:
            current[2].append(line)
    if current:
        yield _cue(*current, followed=False)


def write_srt(cues: Iterable[Cue]) -> bytes:
    """The file, UTF-8, with CRLF as players expect it; `FeedError` where the cues have no times."""
    blocks = []
    for number, (start, end, cue) in enumerate(timed(cues, "SRT"), 1):
        text = said(cue).replace("-->", "→").replace("\n", "\r\n")
        blocks.append(f"{number}\r\n{as_stamp(start, ',')} --> {as_stamp(end, ',')}\r\n{text}\r\n")
    return "\r\n".join(blocks).encode("utf-8")


def _cue(start: float, end: float, lines: list[str], *, followed: bool) -> Cue:
    """The number of the next cue, which stands right above its times, is no part of this text."""
    kept = lines[:-1] if followed and lines and lines[-1].strip().isdecimal() else lines
    return with_speaker(Cue(start, end, tidy(TAG.sub("", "\n".join(kept)))))
