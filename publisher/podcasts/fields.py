"""What a person or program may say of a show or an episode, checked and cleaned: one function a field.

Each takes what was given and returns what is kept, or raises `BadInput` with the field's name. The forms are those of
`feeds.podcast.values`, as plain JSON values.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from feeds.podcast import categories
from feeds.podcast.chapters import Chapter
from feeds.podcast.values import Tag
from publisher.errors import BadInput
from publisher.languages import country_name, normalise

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")
#: Words that follow /podcasts/<show>/ and so cannot name an episode.
RESERVED = frozenset({"feed", "live", "audio", "private", "embed", "episodes", "opml", "media", "feed-xml"})
#: What a text of the databases cannot hold: NUL, and halves of characters, which a shell gives for what is no UTF-8.
UNKEPT = re.compile("[\x00\ud800-\udfff]")
#: Words that follow /studio/podcasts/ and /podcasts/ and so cannot name a show.
RESERVED_SHOWS = frozenset({"new", "import", "check", "uploads", "sounds"})
MOST = 500
LONGEST = 255
GEO = re.compile(r"geo:-?\d{1,2}(\.\d+)?,-?\d{1,3}(\.\d+)?(,-?\d+(\.\d+)?)?(;.*)?")
OSM = re.compile(r"[NWR]\d+")


def slug(text: str, field: str = "slug") -> str:
    """A short name for addresses: small letters, digits and hyphens."""
    if not isinstance(text, str) or not SLUG.fullmatch(text) or text in RESERVED:
        raise BadInput("A short name has small letters, digits and hyphens, such as “small-hands”.", field=field)
    return text


def same(here: Any, there: Any) -> bool:
    """Whether two values of a field are one, lists and tuples alike."""
    return bool(list(here) == list(there) if isinstance(here, list | tuple) else here == there)


def text(given: Any, field: str) -> str:
    """A text of several lines."""
    if not isinstance(given, str):
        raise BadInput(f"This is a text: {field.replace('_', ' ')}.", field=field)
    return UNKEPT.sub("", given).strip()


def flag(given: Any, field: str) -> bool:
    if not isinstance(given, bool):
        raise BadInput(f"This is true or false: {field.replace('_', ' ')}.", field=field)
    return given


def line(text: str | None, field: str, *, longest: int = LONGEST, needed: bool = False) -> str:
    """One line of text, white space collapsed."""
    if not isinstance(text, str | None):
        raise BadInput(f"This is a text: {field.replace('_', ' ')}.", field=field)
    kept = " ".join(UNKEPT.sub("", text or "").split())
    if needed and not kept:
        raise BadInput(f"Please fill in: {field.replace('_', ' ')}.", field=field)
    if len(kept) > longest:
        raise BadInput(f"This is too long ({len(kept)} characters); {longest} is the most.", field=field)
    return kept


def address(text: str | None, field: str) -> str | None:
    """An absolute web address, or None for none."""
    kept = line(text, field, longest=100_000)
    if not kept:
        return None
    try:
        parts = urlsplit(kept)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s<>\"]", kept) or len(kept) > 2000:
        raise BadInput(f"“{kept[:80]}” is not a web address. It begins with https://.", field=field)
    return kept


def mail_address(text: str, field: str) -> str:
    kept = line(text, field)
    if kept and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", kept):
        raise BadInput(f"“{kept[:80]}” is not an e-mail address.", field=field)
    return kept


def language(text: str, field: str = "language") -> str:
    given = line(text, field)
    code = normalise(given)
    if code is None:
        raise BadInput(f"“{given[:40]}” is not a language. Use a code such as en or pt-BR.", field=field)
    return code


def category_list(given: Sequence[Any], field: str = "categories") -> list[list[str | None]]:
    """Apple's categories in order of weight, each as [category, subcategory or null] or “Category > Subcategory”."""
    kept: list[list[str | None]] = []
    for entry in _entries(given, field):
        parts = entry.split(">", 1) if isinstance(entry, str) else _entries(entry, field)
        top, sub = (line(part, field) for part in (*parts, None, None)[:2])
        if not categories.is_known(top, sub or None):
            raise BadInput(f"“{' > '.join(filter(None, [top, sub]))}” is not a category of Apple's list.", field=field)
        if [top, sub or None] not in kept:
            kept.append([top, sub or None])
    return kept


def persons(given: Sequence[Any], field: str = "persons") -> list[dict[str, Any]]:
    """People with roles: [{name, role, group, image, link}]."""
    kept = []
    for one in _maps(given, field):
        name = line(one.get("name", ""), field, longest=128)
        if name:
            kept.append(
                {
                    "name": name,
                    "role": line(one.get("role") or "host", field, longest=64).lower(),
                    "group": line(one.get("group") or "cast", field, longest=64).lower(),
                    "image": address(one.get("image"), field),
                    "link": address(one.get("link"), field),
                }
            )
    return kept


def funding(given: Sequence[Any], field: str = "funding") -> list[dict[str, Any]]:
    """Where listeners may give: [{url, text}]."""
    return [
        {"url": url, "text": line(one.get("text", ""), field, longest=128)}
        for one in _maps(given, field)
        if (url := address(one.get("url"), field))
    ]


def places(given: Sequence[Any], field: str = "places") -> list[dict[str, Any]]:
    """Where it is about or was made: [{name, rel, geo, osm, country}]."""
    kept = []
    for one in _maps(given, field):
        name = line(one.get("name", ""), field, longest=128)
        if not name:
            continue
        country = line(one.get("country"), field).upper() or None
        if country and country_name(country, "en") == country:
            raise BadInput(f"“{country}” is not a country. Use a code such as KE.", field=field)
        kept.append(
            {
                "name": name,
                "rel": _one_of(one.get("rel"), ("subject", "creator"), field),
                "geo": _like(one.get("geo"), GEO, "geo:-1.28,36.82", field),
                "osm": _like(one.get("osm"), OSM, "R113314", field),
                "country": country,
            }
        )
    return kept


def soundbites(given: Sequence[Any], field: str = "soundbites") -> list[dict[str, Any]]:
    """Passages worth quoting: [{start, duration, title}], seconds."""
    kept = []
    for one in _maps(given, field):
        start, duration = _seconds(one.get("start"), field), _seconds(one.get("duration"), field)
        if not duration:
            raise BadInput("A soundbite lasts longer than nothing.", field=field)
        kept.append({"start": start, "duration": duration, "title": line(one.get("title", ""), field, longest=128)})
    return kept


def chapters(given: Sequence[Any], field: str = "chapters") -> list[dict[str, Any]]:
    """Chapters in the order of time: [{start, title, end, image, link, toc}], seconds."""
    try:
        found = sorted((Chapter.from_data(one) for one in _maps(given, field)), key=lambda one: one.start)
    except (ValueError, TypeError, KeyError) as problem:
        raise BadInput("A chapter has a start in seconds and a title.", field=field) from problem
    return [one.as_data() for one in found]


def tags(given: Sequence[Any], field: str = "tags") -> list[dict[str, Any]]:
    """What has no form of its own, as elements: see `feeds.podcast.values.Tag`."""
    try:
        return [Tag.from_data(one).as_data() for one in _maps(given, field)]
    except (ValueError, RecursionError) as problem:
        words = str(problem) if isinstance(problem, ValueError) else "These tags are nested too deep."
        raise BadInput(words, field=field) from problem


def subjects(given: Sequence[Any], field: str = "subjects") -> list[list[str]]:
    """[[facet, key]] or `facet:key`, in the vocabulary of readers' interests."""
    kept = []
    for one in _entries(given, field):
        parts = one.split(":", 1) if isinstance(one, str) else _entries(one, field)
        facet, key = (line(part, field) for part in (*parts, None, None)[:2])
        if facet not in ("topic", "sector", "audience", "country", "region") or not key:
            raise BadInput(
                f"“{':'.join(filter(None, (facet, key)))}” is not a subject. Write it like topic:play or country:KE.",
                field=field,
            )
        if [facet, key] not in kept:
            kept.append([facet, key])
    return kept


def trailers(given: Sequence[Any], field: str = "trailers") -> list[dict[str, Any]]:
    """Trailers kept elsewhere: [{title, url, published (ISO 8601), length, type, season}]."""
    kept = []
    for one in _maps(given, field):
        url = address(one.get("url"), field)
        if url is None:
            continue
        said = line(one.get("published"), field)
        try:
            published = datetime.fromisoformat(said)
        except ValueError as problem:
            raise BadInput(f"“{said[:40]}” is not a date such as 2026-12-01T09:00:00+03:00.", field=field) from problem
        if published.tzinfo is None:
            raise BadInput("The date of a trailer says its distance from UTC, such as +03:00.", field=field)
        kept.append(
            {
                "title": line(one.get("title"), field, needed=True),
                "url": url,
                "published": published.isoformat(),
                "length": number(one.get("length"), field, longest=15),
                "type": line(one.get("type"), field) or None,
                "season": number(one.get("season"), field),
            }
        )
    return kept


def update_frequency(given: Mapping[str, Any], field: str = "update_frequency") -> dict[str, Any]:
    """How often there is something new: {text, rrule, complete, dtstart}."""
    (said,) = _maps([given], field)
    kept: dict[str, Any] = {}
    if words := line(said.get("text"), field, longest=128):
        kept["text"] = words
    for name in ("rrule", "dtstart"):
        if value := line(said.get(name), field):
            kept[name] = value
    if said.get("complete") is not None:
        kept["complete"] = flag(said["complete"], field)
    return kept


def addresses(given: Sequence[Any], field: str) -> list[str]:
    """Web addresses, each once."""
    found = (address(one, field) for one in _entries(given, field))
    return list(dict.fromkeys(one for one in found if one))


def one_of(value: str, allowed: Sequence[str], field: str) -> str:
    found = _one_of(line(value, field), allowed, field)
    if found is None:
        raise BadInput(f"This is one of: {', '.join(allowed)}.", field=field)
    return found


def number(value: Any, field: str, *, longest: int = 6) -> int | None:
    """A whole number from 1, or none. `longest`: digits."""
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not re.fullmatch(rf"[0-9]{{1,{longest}}}", str(value)) or int(value) < 1:
        raise BadInput("This is a whole number from 1.", field=field)
    return int(value)


def _one_of(value: Any, allowed: Sequence[str], field: str) -> str | None:
    if value in (None, ""):
        return None
    if value not in allowed:
        raise BadInput(f"This is one of: {', '.join(allowed)}.", field=field)
    return str(value)


def _like(value: Any, pattern: re.Pattern[str], example: str, field: str) -> str | None:
    kept = line(value, field)
    if kept and not pattern.fullmatch(kept):
        raise BadInput(f"“{kept[:60]}” should look like {example}.", field=field)
    return kept or None


def _seconds(value: Any, field: str) -> float:
    try:
        seconds = float(value or 0)
    except (TypeError, ValueError):
        seconds = -1
    if not 0 <= seconds < 1_000_000:
        raise BadInput("Times are seconds from the beginning.", field=field)
    return seconds


def _maps(given: Sequence[Any], field: str) -> list[Mapping[str, Any]]:
    if not all(isinstance(one, Mapping) for one in _entries(given, field)):
        raise BadInput("Each entry of this list has names and values.", field=field)
    return list(given)


def _entries(given: Any, field: str) -> list[Any]:
    if not isinstance(given, list | tuple) or len(given) > MOST:
        raise BadInput(f"This is a list of at most {MOST} entries: {field.replace('_', ' ')}.", field=field)
    return list(given)


#: Column → how it is read, for shows and episodes alike.
READERS: Mapping[str, Callable[[Any], Any]] = {
    "persons": persons,
    "funding": funding,
    "places": places,
    "soundbites": soundbites,
    "chapters": chapters,
    "tags": tags,
    "live": lambda given: tags(given, "live"),
    "subjects": subjects,
    "trailers": trailers,
    "categories": category_list,
    "update_frequency": update_frequency,
    "hubs": lambda given: addresses(given, "hubs"),
}
