"""The chapters of an episode: JSON chapters 1.2 of the podcast namespace, Podlove's simple chapters, and lines that people type.

Sources: podcast-namespace jsonChapters 1.2 (version, chapters[] with startTime in seconds, ascending; a location has name and
geo); Podlove Simple Chapters 1.2. What cannot be read is refused in one sentence (`FeedError`); what is merely odd `check` says.
"""

from collections.abc import Sequence

from feeds.links import absolute
from feeds.podcast.chapter_json import of_podlove, read_json, write_json
from feeds.podcast.chapter_lines import from_lines, to_lines
from feeds.podcast.chapter_values import LIMIT, MOST_CHAPTERS, TYPE, Chapter
from feeds.podcast.times import as_clock

__all__ = [
    "LIMIT", "MOST_CHAPTERS", "TYPE", "Chapter", "check", "from_lines", "of_podlove", "read_json", "to_lines", "write_json",
]  # fmt: skip


def check(chapters: Sequence[Chapter], duration: float | None) -> list[str]:
    """What is wrong with the chapters of a sound of so many seconds (None: nobody knows), a sentence each."""
    found: list[str] = []
    for number, chapter in enumerate(chapters, 1):
        before = chapters[number - 2] if number > 1 else None
        found += [
            f"Chapter {number} ({as_clock(chapter.start)}) {words}." for words in _faults(chapter, before, duration)
        ]
    return found


def _faults(chapter: Chapter, before: Chapter | None, duration: float | None) -> list[str]:
    found = []
    if chapter.toc and not chapter.title.strip():
        found.append("has no title")
    if chapter.start < 0:
        found.append("begins before the sound")
    if before is not None and chapter.start <= before.start:
        found.append(f"does not begin after the one before it ({as_clock(before.start)})")
    if duration is not None and chapter.start >= duration:
        found.append(f"begins when the sound is over ({as_clock(duration)})")
    elif duration is not None and chapter.end is not None and chapter.end > duration + 1:
        found.append(f"ends ({as_clock(chapter.end)}) after the sound ({as_clock(duration)})")
    if chapter.end is not None and chapter.end <= chapter.start:
        found.append(f"ends ({as_clock(chapter.end)}) before it begins")
    for name, address in (("picture", chapter.image), ("link", chapter.link)):
        if address is not None and absolute(address) is None:
            found.append(f"has a {name} that is no address of the web")
    if bool(chapter.place) != bool(chapter.geo):
        found.append("needs both for its place: a name and a geo: address")
    return found
