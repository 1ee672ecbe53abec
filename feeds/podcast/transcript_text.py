"""Transcripts to be read rather than followed: plain text, and the HTML of the podcast namespace (cite, time, p).

HTML is read as text: no markup of it is ever kept. What a paragraph begins with (“Travis: …”) is its speaker.
"""

import html
import re
from collections.abc import Iterable, Iterator

from lxml import etree
from lxml import html as lxml_html

from feeds.errors import FeedError, TooLarge
from feeds.podcast.cues import Cue, one_line, said, tidy, with_speaker
from feeds.podcast.times import as_clock, seconds_of

EMPTY_LINE = re.compile(r"\n[^\S\n]*\n")
BLOCKS = {
    "p",
    "div",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "section",
    "article",
    "td",
    "dd",
    "dt",
    "tr",
}
MOST_TAGS = 300_000
PAUSE = 4.0
"""Seconds of silence after which a new paragraph begins."""
LONG = 500
SENTENCE = re.compile(r"[.!?…。！？]['\"”»)\]]?$")
NOT_SAID = {
    "script",
    "style",
    "head",
    "title",
    "noscript",
    "template",
    "svg",
    "nav",
    "footer",
    "button",
    "iframe",
    "object",
}


def read_text(text: str) -> Iterator[Cue]:
    """A cue without times for each paragraph."""
    for paragraph in EMPTY_LINE.split("\n".join(text.splitlines())):
        if words := tidy(paragraph):
            yield with_speaker(Cue(None, None, words))


def read_html(text: str) -> Iterator[Cue]:
    """A cue for each paragraph; `cite` before it is its speaker and `time` its start, as the podcast namespace has them."""
    speaker, start = "", None
    for kind, words in _pieces(_tree(text)):
        if kind == "cite":
            speaker = words.rstrip(":").rstrip()
        elif kind == "time":
            start = seconds_of(words)
        else:
            cue = Cue(start, None, words, speaker)
            yield cue if speaker or start is not None else with_speaker(cue)
            speaker, start = "", None


def write_text(cues: Iterable[Cue]) -> bytes:
    """A paragraph for each turn of a speaker, long ones broken at the end of a sentence; UTF-8."""
    return "".join(f"{said(turn)}\n\n" for turn in turns(cues)).encode("utf-8")


def write_html(cues: Iterable[Cue], *, language: str = "") -> bytes:
    """A page of cite, time and p for each turn, as the podcast namespace shows it; UTF-8."""
    lang = f' lang="{html.escape(language)}"' if language else ""
    rows = [f'<!DOCTYPE html>\n<html{lang}>\n<head><meta charset="utf-8"><title>Transcript</title></head>\n<body>']
    for turn in turns(cues):
        cite = f"<cite>{html.escape(turn.speaker)}:</cite>\n" if turn.speaker else ""
        time = f"<time>{as_clock(turn.start)}</time>\n" if turn.start is not None else ""
        rows.append(f"{cite}{time}<p>{html.escape(turn.text)}</p>")
    return "\n".join([*rows, "</body>\n</html>\n"]).encode("utf-8")


def turns(cues: Iterable[Cue]) -> Iterator[Cue]:
    """The cues as paragraphs to read: what one speaker says in a row, text on one line; without times each stays alone.

    Many transcripts name a speaker only where another one begins.
    """
    current: Cue | None = None
    for cue in cues:
        text, speaker = one_line(cue.text), one_line(cue.speaker)
        if current is not None and _goes_on(current, cue, speaker):
            current = Cue(current.start, cue.end, f"{current.text} {text}".strip(), current.speaker)
            continue
        if current is not None and current.text:
            yield current
        current = Cue(cue.start, cue.end, text, speaker)
    if current is not None and current.text:
        yield current


def _goes_on(turn: Cue, cue: Cue, speaker: str) -> bool:
    """Whether the cue belongs to the turn: the same speaker (nobody named: still the same), no pause, and no sentence that
    ended in a long paragraph."""
    if turn.start is None or cue.start is None or speaker not in ("", turn.speaker):
        return False
    if turn.end is not None and cue.start - turn.end > PAUSE:
        return False
    return len(turn.text) < LONG or not SENTENCE.search(turn.text)


def _pieces(root: etree._Element) -> Iterator[tuple[str, str]]:
    """What the document says, in order: ("cite" | "time" | "p", words)."""
    walk = etree.iterwalk(root, events=("start", "end"))
    words: list[str] = []
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else "script"
        marked = tag in ("cite", "time")
        if marked or tag in BLOCKS:
            if text := tidy("".join(words)):
                yield "p", text
            words = []
        if event == "end":
            words.append(element.tail or "")
        elif marked or tag in NOT_SAID:
            if marked:
                yield tag, one_line("".join(str(part) for part in element.itertext()))
            walk.skip_subtree()
        else:
            words.append("\n" if tag == "br" else element.text or "")
    if text := tidy("".join(words)):
        yield "p", text


def _tree(text: str) -> etree._Element:
    if text.count("<") > MOST_TAGS:
        raise TooLarge("The transcript has more elements than we read.")
    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root: etree._Element | None = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, etree.ParserError):
        root = None
    if root is None:
        raise FeedError("The transcript has no HTML in it that we can read.")
    return root
