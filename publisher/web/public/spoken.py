"""What is said in an episode, as a page shows it: paragraphs to read, in which each line knows when it is said."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from feeds.errors import FeedError
from feeds.podcast import transcripts
from feeds.podcast.transcripts import Cue
from publisher.podcasts.models import Transcript
from publisher.web.public.showing import clock

PAUSE = 4.0
"""Seconds of silence after which a new paragraph begins."""
LONG = 420
"""Characters after which a paragraph ends with its sentence."""
_SENTENCE = re.compile(r"[.?!…؟。]['\"”’»)]*$")


@dataclass(frozen=True)
class Line:
    """One cue. Seconds; None where the transcript has no times."""

    start: float | None
    end: float | None
    text: str


@dataclass
class Paragraph:
    """What one person says in a row. `speaker`: empty where the one before goes on. `at`: its place in the sound, as words;
    empty without times."""

    speaker: str
    start: float | None
    lines: list[Line] = field(default_factory=list)

    @property
    def at(self) -> str:
        return "" if self.start is None else clock(self.start)


@dataclass(frozen=True)
class Spoken:
    """`timed`: it can run along with the sound."""

    paragraphs: tuple[Paragraph, ...]
    timed: bool


def spoken(text: Transcript) -> Spoken:
    """A transcript for reading; without paragraphs where nothing of it can be read."""
    return _spoken(text.text, text.type)


@lru_cache(maxsize=64)
def _spoken(text: str, media_type: str) -> Spoken:
    try:
        cues = transcripts.read(text.encode(), media_type)
    except FeedError:
        return Spoken((), False)
    return Spoken(tuple(_paragraphs(cues)), any(cue.start is not None for cue in cues))


def _paragraphs(cues: Iterable[Cue]) -> Iterable[Paragraph]:
    """Many transcripts name a speaker only where another one begins."""
    current: Paragraph | None = None
    speaking = ""
    for cue in cues:
        text = " ".join(cue.text.split())
        if not text:
            continue
        if current is None or not _goes_on(current, cue, speaking):
            if current is not None:
                yield current
            current = Paragraph(cue.speaker if cue.speaker != speaking else "", cue.start)
            speaking = cue.speaker or speaking
        current.lines.append(Line(cue.start, cue.end, text))
    if current is not None:
        yield current


def _goes_on(paragraph: Paragraph, cue: Cue, speaking: str) -> bool:
    last = paragraph.lines[-1]
    if cue.start is None or cue.speaker not in ("", speaking):
        return False
    if last.end is not None and cue.start - last.end > PAUSE:
        return False
    length = sum(len(line.text) for line in paragraph.lines)
    return length < LONG or not _SENTENCE.search(last.text)
