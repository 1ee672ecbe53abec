"""What a server said about a feed and its files, judged: rules 5 to 8, 10, 11, 18, 42, 51, 52 and 61 as requests show them.

The caller asks; here is only what the answers mean. Sources: RFC 9110 §13 and §14, W3C WebSub §4, PSP-1, Apple, Podcasting 2.0.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from feeds.podcast.checks.lists import EXTENSIONS
from feeds.podcast.checks.notes import Notes, Spot
from feeds.podcast.checks.parts import short

#: Who the caller says is asking, when it asks whether pages elsewhere may read.
ORIGIN = "https://player.example"
FEED_TYPES = ("application/rss+xml", "application/xml", "text/xml")
LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s;,\"]+))?)*)")
REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.I)
#: The same type by other names.
SAME = {"audio/m4a": "audio/x-m4a", "audio/mp4": "audio/x-m4a", "video/m4v": "video/x-m4v", "audio/mp3": "audio/mpeg"}


@dataclass(frozen=True)
class Answer:
    """`problem`: why there is none, as a sentence. `headers`: names in any case. `url`: after redirects."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    url: str = ""
    problem: str = ""

    def get(self, name: str) -> str:
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")

    @property
    def type(self) -> str:
        return self.get("Content-Type").partition(";")[0].strip().lower()


@dataclass(frozen=True)
class Sound:
    """The answers to HEAD, to `bytes=0-1`, to the last two bytes, and to a range that begins at the end."""

    head: Answer
    start: Answer
    suffix: Answer
    beyond: Answer


def judge_feed(answer: Answer, hubs: tuple[str, ...], spot: Spot, notes: Notes) -> None:
    """The feed's own headers. `hubs`: as its atom:links name them."""
    kind = answer.type
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", answer.get("Content-Type"), re.I)
    if not kind or not (kind in FEED_TYPES or kind.endswith("+xml")) or "html" in kind:
        notes.wrong(
            "feed.type", f"The feed is served as “{short(kind)}”: serve it as application/rss+xml; charset=utf-8.", spot
        )
    elif kind != FEED_TYPES[0]:
        notes.advise("feed.type", f"The feed is served as {kind}: serve it as application/rss+xml.", spot)
    if charset and charset[1].lower() not in ("utf-8", "utf8"):
        notes.wrong("feed.type", f"The feed is served with charset={short(charset[1])}: say utf-8.", spot)
    lacks = [name for name in ("ETag", "Last-Modified") if not answer.get(name)]
    if lacks:
        message = (
            f"The feed is served without {' and '.join(lacks)}: send both, and change them only when the feed changes."
        )
        notes.missing("feed.validators", message, spot)
    judge_cors(answer, "feed.cors", "The feed", spot, notes)
    if hubs:
        _link_headers(answer, hubs, spot, notes)


def judge_cors(answer: Answer, rule: str, what: str, spot: Spot, notes: Notes) -> None:
    if answer.get("Access-Control-Allow-Origin").strip() not in ("*", ORIGIN):
        notes.missing(rule, f"{what} may not be read by pages elsewhere: send Access-Control-Allow-Origin: *.", spot)


def judge_again(answer: Answer, header: str, spot: Spot, notes: Notes) -> None:
    """The answer to the same request, with If-None-Match or If-Modified-Since (`header`)."""
    if answer.status != 304:
        message = (
            f"Asked again with {header}, the server sent the feed once more: answer 304 where nothing has changed."
        )
        notes.missing("feed.not-modified", message, spot)


def _link_headers(answer: Answer, hubs: tuple[str, ...], spot: Spot, notes: Notes) -> None:
    links = list(links_in(answer.get("Link")))
    named = {href for rel, href in links if rel == "hub"}
    selves = [href for rel, href in links if rel == "self"]
    if not named:
        notes.missing(
            "websub.headers", 'The feed names a hub and no Link header does: send Link: <…>; rel="hub" too.', spot
        )
    elif not named & set(hubs):
        notes.wrong("websub.headers", "The Link headers name another hub than the feed: let both say the same.", spot)
    if len(selves) != 1:
        message = f'The feed has a hub and {len(selves)} Link headers of rel="self": send exactly one.'
        notes.missing("websub.headers", message, spot)


def links_in(header: str) -> Iterator[tuple[str, str]]:
    """Relation and address of each link of a Link header (RFC 8288 §3)."""
    for href, parameters in LINK.findall(header[:20_000]):
        if rel := REL.search(parameters):
            yield from ((name.lower(), href.strip()) for name in (rel[1] or rel[2] or "").split())


def judge_sound(sound: Sound, announced: int | None, kind: str, spot: Spot, notes: Notes) -> None:
    """`announced`: the enclosure's length; `kind`: its type."""
    head = sound.head
    if head.problem or not 200 <= head.status < 300:
        why = head.problem or f"The answer was {head.status}."
        notes.missing("media.head", f"The sound does not answer HEAD: let it. ({why})", spot)
    _ranges(sound, spot, notes)
    _types(sound, kind, spot, notes)
    actual = total_of(sound.start) or _length(head)
    if actual is not None and announced is not None and actual != announced:
        message = f"The sound has {actual:,} bytes, and the enclosure says {announced:,}: write the real size."
        notes.wrong("media.length", message, spot)


def _ranges(sound: Sound, spot: Spot, notes: Notes) -> None:
    start, suffix, beyond = sound.start, sound.suffix, sound.beyond
    if start.problem:
        notes.missing("media.ranges", f"The sound cannot be had: mend its address or server. ({start.problem})", spot)
        return
    if start.status != 206:
        notes.missing(
            "media.ranges", f"Asked for its first bytes, the sound answers {start.status}: serve ranges with 206.", spot
        )
        return
    if not re.fullmatch(r"bytes 0-1/\d+", start.get("Content-Range").strip()) or len(start.body) != 2:
        notes.wrong(
            "media.ranges",
            "A part of the sound comes without a right Content-Range, such as bytes 0-1/1000: send it.",
            spot,
        )
    total = total_of(start)
    wanted = f"bytes {total - 2}-{total - 1}/{total}" if total else ""
    if suffix.status != 206 or (wanted and suffix.get("Content-Range").strip() != wanted):
        notes.missing(
            "media.ranges", "The sound does not serve its last bytes (bytes=-2): answer suffix ranges with 206.", spot
        )
    if beyond.status != 416:
        message = f"Asked for bytes behind its end, the sound answers {beyond.status or 'nothing'}: answer 416."
        notes.missing("media.ranges", message, spot)


def _types(sound: Sound, kind: str, spot: Spot, notes: Notes) -> None:
    said = {answer.type for answer in (sound.head, sound.start) if answer.status in (200, 206)}
    for wrong in sorted(said):
        if wrong not in EXTENSIONS and wrong not in SAME:
            message = (
                f"The sound is served as “{short(wrong)}”: serve it as {kind or 'audio/mpeg'}, whole and in parts."
            )
            notes.wrong("media.type", message, spot)
        elif SAME.get(wrong, wrong) != SAME.get(kind, kind):
            message = (
                f"The sound is served as {wrong}, and the enclosure says {kind or 'nothing'}: let both say the same."
            )
            notes.wrong("media.type", message, spot)


def total_of(answer: Answer) -> int | None:
    """The size of the whole that a part names."""
    found = re.fullmatch(r"bytes \d+-\d+/(\d{1,18})", answer.get("Content-Range").strip())
    return int(found[1]) if answer.status == 206 and found else None


def _length(answer: Answer) -> int | None:
    value = answer.get("Content-Length").strip()
    return int(value) if answer.status == 200 and re.fullmatch(r"\d{1,18}", value, re.A) else None
