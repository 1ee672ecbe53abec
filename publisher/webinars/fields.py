"""What a person or program may say of a series or a date, checked and cleaned: one function a field.

Each takes what was given and returns what is kept, or raises `BadInput` with the field's name. Lists and maps are plain JSON.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from publisher.errors import BadInput
from publisher.languages import COUNTRIES, REGIONS, normalise
from publisher.library.filling import slug as slug_of
from publisher.webinars.addresses import RESERVED

#: Room is left for the number of a date, `leading-12`.
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
#: What a text of the databases cannot hold: NUL, and halves of characters, which a shell gives for what is no UTF-8.
UNKEPT = re.compile("[\x00\ud800-\udfff]")
LONGEST, LONGEST_TEXT, LONGEST_SUMMARY = 255, 50_000, 600
MOST_ENTRIES, MOST_QUESTIONS, MOST_OPTIONS, MOST_REMINDERS = 200, 20, 50, 8
FACETS = ("topic", "sector", "audience", "country", "region")
CONFIRMS = ("auto", "always", "never")
ROOMS = ("url", "bigbluebutton")
FOUR_WEEKS = 28 * 24 * 60


def slug(given: Any, field: str = "slug") -> str:
    """A short name for addresses: small letters, digits and hyphens, and none of our own words."""
    if not isinstance(given, str) or not SLUG.fullmatch(given):
        raise BadInput(
            "A short name has small letters, digits and hyphens, sixty at most, such as “leading-together”.",
            field=field,
        )
    if given in RESERVED:
        raise BadInput(f"“{given}” is a word of our own addresses. Choose another short name.", field=field)
    return given


def line(given: Any, field: str, *, longest: int = LONGEST, needed: bool = False) -> str:
    """One line of text, white space collapsed."""
    if not isinstance(given, str | None):
        raise BadInput(f"This is a text: {_plain(field)}.", field=field)
    kept = " ".join(UNKEPT.sub("", given or "").split())
    if needed and not kept:
        raise BadInput(f"Please fill in: {_plain(field)}.", field=field)
    if len(kept) > longest:
        raise BadInput(f"This is too long ({len(kept)} characters); {longest} is the most.", field=field)
    return kept


def text(given: Any, field: str) -> str:
    """A text of several lines."""
    if not isinstance(given, str | None):
        raise BadInput(f"This is a text: {_plain(field)}.", field=field)
    kept = UNKEPT.sub("", given or "").replace("\r\n", "\n").strip()
    if len(kept) > LONGEST_TEXT:
        raise BadInput(f"This is too long ({len(kept)} characters); {LONGEST_TEXT} is the most.", field=field)
    return kept


def flag(given: Any, field: str) -> bool:
    if not isinstance(given, bool):
        raise BadInput(f"This is true or false: {_plain(field)}.", field=field)
    return given


def number(given: Any, field: str, *, least: int, most: int) -> int:
    """A whole number between two others."""
    said = str(given).strip()
    if isinstance(given, bool) or not re.fullmatch(r"-?[0-9]{1,9}", said) or not least <= int(said) <= most:
        raise BadInput(f"This is a whole number from {least} to {most}: {_plain(field)}.", field=field)
    return int(said)


def capacity(given: Any, field: str = "capacity") -> int | None:
    """Seats at each date; none for as many as like."""
    return None if given in (None, "") else number(given, field, least=1, most=1_000_000)


def one_of(given: Any, field: str, *, allowed: Sequence[str]) -> str:
    if given not in allowed:
        raise BadInput(f"This is one of {', '.join(allowed)}: {_plain(field)}.", field=field)
    return str(given)


def address(given: Any, field: str) -> str:
    """An absolute web address, or nothing."""
    kept = line(given, field, longest=2000)
    try:
        parts = urlsplit(kept)
        host = parts.hostname
    except ValueError:
        host = None
    if kept and (not host or parts.scheme not in ("http", "https") or re.search(r"[\s<>\"]", kept)):
        raise BadInput(f"“{kept[:80]}” is not a web address. It begins with https://.", field=field)
    return kept


def language(given: Any, field: str = "language") -> str:
    said = line(given, field)
    code = normalise(said)
    if code is None:
        raise BadInput(f"“{said[:40]}” is not a language. Use a code such as en or pt-BR.", field=field)
    return code


def languages(given: Any, field: str) -> list[str]:
    """Languages, each once, in their order."""
    return list(dict.fromkeys(language(one, field) for one in entries(given, field)))


def texts(given: Any, field: str = "texts") -> dict[str, dict[str, str]]:
    """The words in other languages: {language: {title, summary, description}}. Languages without any words fall away."""
    kept: dict[str, dict[str, str]] = {}
    for code, said in mapping(given, field).items():
        words = mapping(said, field)
        if unknown := words.keys() - {"title", "summary", "description"}:
            raise BadInput(f"A translation has no {', '.join(sorted(map(str, unknown)))}.", field=field)
        found = {
            "title": line(words.get("title"), field),
            "summary": line(words.get("summary"), field, longest=LONGEST_SUMMARY),
            "description": text(words.get("description"), field),
        }
        if not any(found.values()):
            continue
        if not found["title"]:
            raise BadInput(f"The words in “{code}” need a title.", field=field)
        kept[language(code, field)] = found
    return kept


def subjects(given: Any, field: str = "subjects") -> list[list[str]]:
    """[[facet, key]] or `facet:key`, in the vocabulary of readers' interests."""
    kept: list[list[str]] = []
    for one in entries(given, field):
        parts = one.split(":", 1) if isinstance(one, str) else entries(one, field)
        facet, key = (line(part, field) for part in (*parts, None, None)[:2])
        known = {"country": COUNTRIES, "region": REGIONS}.get(facet)
        if facet not in FACETS or not key or (known is not None and key not in known):
            said = ":".join(filter(None, (facet, key)))[:80]
            raise BadInput(f"“{said}” is not a subject. Write it like topic:play or country:KE.", field=field)
        if [facet, key] not in kept:
            kept.append([facet, key])
    return kept


def questions(
    given: Any, field: str = "questions", *, kinds: Sequence[str] = ("text", "choice")
) -> list[dict[str, Any]]:
    """Questions of a form: [{key, label, kind, options, required}]. A key is made of the label where there is none."""
    kept: list[dict[str, Any]] = []
    for one in entries(given, field, most=MOST_QUESTIONS):
        said = mapping(one, field)
        label = line(said.get("label"), field)
        if not label:
            continue
        kind = one_of(said.get("kind") or "text", field, allowed=kinds)
        options = [line(o, field) for o in entries(said.get("options") or (), field, most=MOST_OPTIONS)]
        options = list(dict.fromkeys(filter(None, options))) if kind == "choice" else []
        if kind == "choice" and len(options) < 2:
            raise BadInput(f"“{label[:60]}” needs two answers to choose from, at least.", field=field)
        key = line(said.get("key"), field, longest=60) or _free_key(label, [k["key"] for k in kept])
        if key in (k["key"] for k in kept):
            raise BadInput(f"Two questions have the key “{key}”.", field=field)
        required = flag(said.get("required") or False, field)
        kept.append({"key": key, "label": label, "kind": kind, "options": options, "required": required})
    return kept


def reminders(given: Any, field: str = "reminders") -> list[int]:
    """Minutes before the start, the earliest first; 0 is the start itself."""
    found = {number(one, field, least=0, most=FOUR_WEEKS) for one in entries(given, field, most=MOST_ENTRIES)}
    if len(found) > MOST_REMINDERS:
        raise BadInput(f"That is too many reminders; {MOST_REMINDERS} is the most.", field=field)
    return sorted(found, reverse=True)


def agenda(given: Any, field: str = "agenda") -> list[dict[str, Any]]:
    """What comes when: [{minute, title, by}], minutes from the start, in the order of time."""
    kept = []
    for one in entries(given, field):
        said = mapping(one, field)
        if title := line(said.get("title"), field):
            minute = number(said.get("minute") or 0, field, least=0, most=3 * 24 * 60)
            kept.append({"minute": minute, "title": title, "by": line(said.get("by"), field)})
    return sorted(kept, key=lambda entry: entry["minute"])


def mapping(given: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise BadInput(f"This has names and values: {_plain(field)}.", field=field)
    return given


def entries(given: Any, field: str, *, most: int = MOST_ENTRIES) -> list[Any]:
    if not isinstance(given, list | tuple):
        raise BadInput(f"This is a list: {_plain(field)}.", field=field)
    if len(given) > most:
        raise BadInput(f"This list is too long ({len(given)} entries); {most} is the most.", field=field)
    return list(given)


def same(here: Any, there: Any) -> bool:
    """Whether two values of a field are one, lists and tuples alike."""
    return bool(list(here) == list(there) if isinstance(here, list | tuple) else here == there)


def _free_key(label: str, taken: Sequence[str]) -> str:
    stem = slug_of(label)[:50] if label.isascii() else "question"
    return next(key for n in range(1, 1000) if (key := stem if n == 1 else f"{stem}-{n}") not in taken)


def _plain(field: str) -> str:
    return field.replace("_", " ")


#: Column → how it is read, for what series and dates share.
WORDS: Mapping[str, Callable[[Any], Any]] = {
    "title": partial(line, field="title"),
    "summary": partial(line, field="summary", longest=LONGEST_SUMMARY),
    "description": partial(text, field="description"),
    "texts": texts,
    "room_url": partial(address, field="room_url"),
}
#: The same for a series.
OF_SERIES: Mapping[str, Callable[[Any], Any]] = {
    **WORDS,
    "title": partial(line, field="title", needed=True),
    "language": language,
    "is_listed": partial(flag, field="is_listed"),
    "spoken": partial(languages, field="spoken"),
    "captions": partial(languages, field="captions"),
    "interpreted": partial(languages, field="interpreted"),
    "dial_in": partial(text, field="dial_in"),
    "access_note": partial(text, field="access_note"),
    "is_recorded": partial(flag, field="is_recorded"),
    "capacity": capacity,
    "needs_approval": partial(flag, field="needs_approval"),
    "confirm": partial(one_of, field="confirm", allowed=CONFIRMS),
    "questions": questions,
    "answers_days": partial(number, field="answers_days", least=1, most=3650),
    "reminders": reminders,
    "opens_before": partial(number, field="opens_before", least=0, most=24 * 60),
    "attended_share": partial(number, field="attended_share", least=1, most=100),
    "subjects": subjects,
    "room_kind": partial(one_of, field="room_kind", allowed=ROOMS),
    "survey": partial(questions, field="survey", kinds=("text", "choice", "scale")),
}
#: And for a date.
OF_DATE: Mapping[str, Callable[[Any], Any]] = {**WORDS, "agenda": agenda}
