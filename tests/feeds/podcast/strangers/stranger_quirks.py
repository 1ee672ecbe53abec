"""Where a reader says otherwise than it was told, and why: one table, so that nothing is silently let pass.

Everything that is not here must be read as it was said. A quirk that no generated show meets any more fails the test.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import nh3
from stranger_said import Said

#: What goes where a text is taken for HTML.
WRITTEN_ANEW = re.compile(r"<!\[CDATA\[.*?\]\]>|</?[a-zA-Z][^<>]*>")
#: What is in texts, for readers that treat all of them alike.
SHOW_TEXTS = ("title", "author", "owner", "copyright", "funding", "persons", "places", "licence", "trailers")
EPISODE_TEXTS = ("guid", "title", "author", "persons", "places", "licence", "soundbites")


@dataclass(frozen=True)
class Quirk:
    """`says(value, of, show)`: what the reader makes of a value; `of`: all that was said of the same show or episode.
    `both`: what is compared of both sides instead, where nobody can tell the reader's writing beforehand."""

    reader: str
    where: str
    fields: tuple[str, ...]
    why: str
    says: Callable[[Any, Said, Said], Any] = lambda value, of, show: value
    both: Callable[[str], str] | None = None


def differences(reader: str, where: str, of: Said, show: Said, read: Said, met: set[Quirk]) -> list[str]:
    """The fields that this reader read otherwise than its quirks explain. `met` gathers those that made a difference."""
    told, found, wrong = dict(of), dict(read), []
    for quirk in QUIRKS:
        for field in quirk.fields if (quirk.reader, quirk.where) == (reader, where) else ():
            value = quirk.says(told.get(field), of, show)
            if value != told.get(field) or (quirk.both and found.get(field) != value):
                met.add(quirk)
            if quirk.both and found.get(field) != value:
                value, found[field] = quirk.both(value), quirk.both(found[field])
            told[field] = value
    for field, value in found.items():
        if value != told.get(field):
            wrong.append(f"{reader} reads {where} {field} as {value!r}, and it is {told.get(field)!r}")
    return wrong


def every_text(change: Callable[[str], str]) -> Callable[[Any, Said, Said], Any]:
    """The change made to a text, or to all texts in tuples and lists."""

    def changed(value: Any, of: Said, show: Said) -> Any:
        if isinstance(value, str):
            return change(value)
        if isinstance(value, (list, tuple)):
            return type(value)(changed(one, of, show) for one in value)
        return value

    return changed


def squashed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def squashed_lines(text: str) -> str:
    return re.sub(r"[^\S\n]+", " ", text)


def repaired(text: str) -> str:
    try:
        return text.encode("iso-8859-1").decode("utf-8")
    except UnicodeError:
        return text


def words_of(text: str) -> str:
    """The letters of a text that may be HTML, without its elements."""
    for _ in range(2):
        text = html.unescape(text)
    return "".join(character for character in WRITTEN_ANEW.sub("", text) if character.isalnum())


def by_ammonia(text: str) -> str:
    return nh3.clean(text, link_rel="nofollow noopener noreferrer")


def places_without(value: Any, of: Said, show: Said) -> Any:
    return [(name, geo, osm) for name, _, geo, osm, _ in value[:1]]


def unknown(value: Any, of: Said, show: Said) -> Any:
    return None


#: What generation avoids, because a reader's answer would tell nothing of ours.
AVOIDED = {
    "partytime": "a text that is a number is none to it, and what has it for a name or title is gone or takes another",
    "feedparser": "a mail address in the name of author or owner is taken for their own",
    "feedparser-rs": "ends the document at podcast:integrity, as if it were cut off there",
}
QUIRKS = (
    Quirk("podcastparser", "show", ("title", "owner", "author"), "white space that must not break becomes a space",
          every_text(squashed)),
    Quirk("podcastparser", "episode", ("title", "author"), "white space that must not break becomes a space",
          every_text(squashed)),
    Quirk("podcastparser", "show", ("description",), "white space that must not break becomes a space",
          every_text(squashed_lines)),
    Quirk("podcastparser", "episode", ("description",), "content:encoded, where a cut description has it beside, is taken",
          lambda value, of, show: of["notes"]),
    Quirk("podcastparser", "episode", ("description",), "white space that must not break becomes a space in plain text",
          lambda value, of, show: value if "</" in value else squashed_lines(value)),
    Quirk("feedparser", "show", ("explicit",), "knows yes, no and clean; true and false are nothing", unknown),
    Quirk("feedparser", "episode", ("explicit",), "knows yes, no and clean; true and false are nothing", unknown),
    Quirk("feedparser", "show", ("author",), "the owner's name takes the place of the author's",
          lambda value, of, show: of["owner"][0]),
    Quirk("feedparser", "show", ("categories",), "subcategories stand beside their category",
          lambda value, of, show: list(dict.fromkeys(name for pair in value for name in pair if name))),
    Quirk("feedparser", "show", ("title", "description"),
          "what could be UTF-8 that was taken for ISO 8859-1 is “repaired”", every_text(repaired)),
    Quirk("feedparser", "episode", ("guid", "title", "author", "description"),
          "what could be UTF-8 that was taken for ISO 8859-1 is “repaired”", every_text(repaired)),
    Quirk("feedparser", "show", ("title", "description"), "what has < or & may be taken for HTML and written anew",
          both=words_of),
    Quirk("feedparser", "episode", ("title", "description"), "what has < or & may be taken for HTML and written anew",
          both=words_of),
    Quirk("feedparser-rs", "show", ("title", "copyright", "description"), "every text is cleaned as if it were HTML",
          every_text(by_ammonia)),
    Quirk("feedparser-rs", "episode", ("title", "description"), "every text is cleaned as if it were HTML",
          every_text(by_ammonia)),
    Quirk("feedparser-rs", "show", ("explicit",), "false is nothing", lambda value, of, show: value or None),
    Quirk("feedparser-rs", "episode", ("explicit",), "false is nothing", lambda value, of, show: value or None),
    Quirk("feedparser-rs", "show", ("places",), "the first place, without rel and country", places_without),
    Quirk("feedparser-rs", "episode", ("places",), "the first place, without rel and country", places_without),
    Quirk("feedparser-rs", "show", ("changed",), "what has no date of change changed when it was published",
          lambda value, of, show: value or of["published"]),
    Quirk("partytime", "show", SHOW_TEXTS, "the references of HTML are resolved once more", every_text(html.unescape)),
    Quirk("partytime", "episode", EPISODE_TEXTS, "the references of HTML are resolved once more",
          every_text(html.unescape)),
    Quirk("partytime", "show", ("description",), "references are resolved once more, and lines joined",
          every_text(lambda text: html.unescape(text).replace("\n", " "))),
    Quirk("partytime", "episode", ("description",), "references are resolved once more, and lines joined",
          every_text(lambda text: html.unescape(text).replace("\n", " "))),
    Quirk("partytime", "episode", ("explicit",), "what says nothing is not explicit", lambda value, of, show: bool(value)),
    Quirk("partytime", "show", ("published",), "what has no date is as old as its last change or its newest episode",
          lambda value, of, show: value or of["changed"] or of["newest"]),
    Quirk("partytime", "show", ("categories",), "a category and its subcategory are one text",
          lambda value, of, show: [" > ".join(filter(None, pair)) for pair in value]),
    Quirk("partytime", "show", ("places",), "the first place, without rel and country", places_without),
    Quirk("partytime", "episode", ("places",), "the first place, without rel and country", places_without),
    Quirk("partytime", "show", ("persons",), "roles and groups as the taxonomy spells them; one called “false” is nobody to it",
          lambda value, of, show: [(name, role.title(), group.title(), *more) for name, role, group, *more in value if name != "false"]),
    Quirk("partytime", "episode", ("persons",), "roles and groups as the taxonomy spells them; one called “false” is nobody to it",
          lambda value, of, show: [(name, role.title(), group.title(), *more) for name, role, group, *more in value if name != "false"]),
    Quirk("partytime", "show", ("licence",), "a licence it knows is given its address",
          lambda value, of, show: ("cc-by-4.0", "https://spdx.org/licenses/CC-BY-4.0.html") if value and not value[1] else value),
    Quirk("partytime", "episode", ("licence",), "a licence it knows is given its address",
          lambda value, of, show: ("cc-by-4.0", "https://spdx.org/licenses/CC-BY-4.0.html") if value and not value[1] else value),
    Quirk("partytime", "episode", ("named_season",), "the first of a season, if it has no name for it, takes another's",
          lambda value, of, show: value and (value[0], of["lent"])),
    Quirk("partytime", "episode", ("soundbites",), "one that starts at 0 is passed over",
          lambda value, of, show: [bite for bite in value if bite[0]]),
    Quirk("partytime", "episode", ("transcripts",), "one without a language has the show's; SubRip by its former name",
          lambda value, of, show: [
              (url, kind.replace("x-subrip", "srt"), language or show["language"], rel) for url, kind, language, rel in value
          ]),
    Quirk("partytime", "show", ("locked", "locked_owner"), "locked by nobody is not locked",
          lambda value, of, show: value if of["locked_owner"] else None),
)  # fmt: skip
