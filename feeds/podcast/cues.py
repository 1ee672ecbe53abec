"""What is said when: the cues that every form of a transcript is read to and written from."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from feeds.errors import FeedError
from feeds.podcast.times import LONGEST
from feeds.xml import ILLEGAL

LIMIT = 5_000_000
"""Bytes of a transcript that are read."""
MOST_CUES = 50_000
LINE = 65
"""Characters of a line that are read well (podcast namespace, transcripts)."""
# One to four words before a colon, the first with a capital or a script without them: “Travis:”, “Speaker 2:”, “Dr. Amina Diop:”.
NAMED = re.compile(r"(?P<name>[^\W\d_a-zß-ÿ][\w.'’\-]{0,30}(?: [\w.'’\-]{1,30}){0,3}):(?: |\n|$)(?P<rest>.*)", re.S)


@dataclass(frozen=True)
class Cue:
    """Seconds from the beginning, both None where a transcript has no times (`end` alone where it names starts only).

    `text` is plain, its lines as they were broken; `speaker` empty where nobody is named.
    """

    start: float | None
    end: float | None
    text: str
    speaker: str = ""


def tidy(text: str) -> str:
    """The text in lines without white space at their ends, without empty lines and control characters."""
    lines = (" ".join(line.split()) for line in ILLEGAL.sub("", text).splitlines())
    return "\n".join(line for line in lines if line)


def one_line(text: str) -> str:
    return " ".join(ILLEGAL.sub("", text).split())


def with_speaker(cue: Cue) -> Cue:
    """The cue with the name that its text begins with (“Travis: When you…”) as its speaker."""
    match = NAMED.match(cue.text) if not cue.speaker else None
    return Cue(cue.start, cue.end, match["rest"].strip(), match["name"]) if match else cue


def said(cue: Cue) -> str:
    """The text with its speaker before it, as SRT and plain text say it."""
    text, name = tidy(cue.text), one_line(cue.speaker).replace(":", "")
    return f"{name}: {text}".strip() if name else text


def timed(cues: Iterable[Cue], kind: str) -> list[tuple[float, float, Cue]]:
    """(start, end, cue) of all; an end that nobody named is the next start, at most ten seconds on.

    `FeedError` where a cue has no start: that cannot be written as `kind`.
    """
    given = list(cues)
    found = []
    for number, cue in enumerate(given):
        if cue.start is None:
            raise FeedError(f"This transcript has no times, so it cannot be written as {kind}.")
        end = cue.end
        if end is None:
            following = given[number + 1].start if number + 1 < len(given) else None
            end = min(following, cue.start + 10) if following is not None and following > cue.start else cue.start + 10
        found.append((_within(cue.start), _within(end), cue))
    return found


def _within(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST)
