"""Reading the archive of a show, which is a stranger's file until it has been read.

Names in it are looked up and never followed, sizes are bounded by what is really there (a bomb is a small file that says it
is large, or one whose parts lie on each other), and every value is checked against the form of its column.
"""

import hashlib
import json
import re
import shutil
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import IO, Any

from pydantic import TypeAdapter, ValidationError
from sqlmodel import SQLModel

from feeds.podcast import transcripts
from feeds.podcast import values as feed
from feeds.podcast.addresses import address, has_host
from feeds.podcast.chapters import Chapter
from publisher.errors import BadInput
from publisher.internet.downloading import FOUR_GB
from publisher.media.storage import disk
from publisher.podcasts import exporting, incoming
from publisher.podcasts.models import Episode, EpisodeState, Show, Transcript

MOST_PARTS, LARGEST_JSON = 200_000, 100_000_000
#: How many times larger than its packed form a part may be: sound hardly packs at all, JSON about ten times.
MOST_PACKED_SOUND, MOST_PACKED_TEXT = 20, 200
DAMAGED = "This archive is damaged, or is none."
FOREIGN = "This is no archive of a podcast that this program has written."
Json = dict[str, Any]


class Archive:
    """An open archive. `show`, `episodes` and `media` as `exporting` wrote them, not checked yet."""

    def __init__(self, archive: zipfile.ZipFile, length: int) -> None:
        self._zip = archive
        self._parts = _parts(archive, length)
        whole = self._json()
        if not isinstance(whole, dict) or whole.get("format") != exporting.FORMAT:
            raise BadInput(FOREIGN)
        if whole.get("version") != exporting.VERSION:
            raise BadInput("This archive is from another version of Publisher.")
        self.show: Json = _mapping(whole.get("show"))
        self.episodes = [_mapping(one) for one in _sequence(whole.get("episodes"))]
        self.media = {str(key): _mapping(one) for key, one in _mapping(whole.get("media")).items()}

    def text(self, name: str) -> str:
        """A transcript; empty where it is not there."""
        info = self._parts.get(name)
        return self._read(info, transcripts.LIMIT).decode("utf-8", "replace") if info else ""

    def extract(self, digest: str, extension: str, to: Path) -> bool:
        """Write a file to the path `to`; False where it is not there. `BadInput` where its bytes are others than its name says."""
        info = self._parts.get(exporting.media_name(digest, extension))
        if info is None:
            return False
        if info.file_size > min(FOUR_GB, info.compress_size * MOST_PACKED_SOUND + exporting.MEGA):
            raise BadInput("A file in this archive is packed tighter than sound can be: it is not what it says.")
        with _sound(), self._zip.open(info) as source, disk(), to.open("wb") as target:
            shutil.copyfileobj(source, target, exporting.MEGA)
        with to.open("rb") as written:
            if hashlib.file_digest(written, "sha256").hexdigest() != digest:
                raise BadInput(DAMAGED)
        return True

    def _json(self) -> Any:
        info = self._parts.get(exporting.SHOW)
        if info is None:
            raise BadInput(FOREIGN)
        try:
            return incoming.clean({"": json.loads(self._read(info, LARGEST_JSON))})[""]
        except (ValueError, RecursionError) as problem:
            raise BadInput(DAMAGED) from problem

    def _read(self, info: zipfile.ZipInfo, most: int) -> bytes:
        if info.file_size > min(most, info.compress_size * MOST_PACKED_TEXT + exporting.MEGA):
            raise BadInput("A text in this archive is larger than any that belongs there.")
        with _sound(), self._zip.open(info) as source:
            return source.read(info.file_size)


@contextmanager
def opened(file: IO[bytes]) -> Iterator[Archive]:
    """The archive in a file that can be sought. `BadInput` with a sentence for what is none, damaged or a bomb."""
    length = file.seek(0, 2)
    file.seek(0)
    with _sound():
        archive = zipfile.ZipFile(file)
    with archive:
        yield Archive(archive, length)


@contextmanager
def _sound() -> Iterator[None]:
    """What Python's reader of ZIP files stumbles over, as a sentence."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as problem:
        raise BadInput(DAMAGED) from problem


def _parts(archive: zipfile.ZipFile, length: int) -> dict[str, zipfile.ZipInfo]:
    found = archive.infolist()
    if len(found) > MOST_PARTS or sum(info.compress_size for info in found) > length:
        raise BadInput("This archive says that it holds more than it can.")
    if any(info.flag_bits & 1 for info in found):
        raise BadInput("This archive is locked with a password. Unpack it and pack it again without one.")
    if any(times > 1 for times in Counter(info.filename for info in found).values()):
        raise BadInput(DAMAGED)
    return {info.filename: info for info in found}


def columns_of(model: type[SQLModel], given: Mapping[str, Any], about: str) -> Json:
    """The columns of a row as they are kept; what has no column here is passed over. `BadInput` names what cannot be."""
    kept = {}
    for name, column in model.model_fields.items():
        if name in exporting.OURS or name not in given:
            continue
        try:
            kept[name] = _fitting(model, name, given[name], column.annotation)
        except (ValidationError, ValueError, TypeError, AttributeError, OverflowError, RecursionError) as problem:
            raise BadInput(f"What this archive says of {about} cannot be: {name.replace('_', ' ')}.") from problem
    missing = [name for name, column in model.model_fields.items() if column.is_required() and name not in kept]
    if wanting := [name for name in missing if name not in exporting.OURS]:
        raise BadInput(f"This archive does not say all of {about}: {wanting[0].replace('_', ' ')} is missing.")
    return kept


def _fitting(model: type[SQLModel], name: str, value: Any, annotation: Any) -> Any:
    if (allowed := ALLOWED.get((model, name))) and value not in allowed:
        raise ValueError(name)
    found = FORMS[name](value) if name in FORMS else _adapter(annotation).validate_python(value)
    if found is None:
        return INSTEAD.get((model, name))
    if isinstance(found, datetime):
        return _moment(found)
    largest = incoming.MOST_OCTETS if name in ("enclosure_length", "length") else incoming.MOST
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) > largest:
        raise ValueError(name)
    if isinstance(found, list | dict):
        json.dumps(found, allow_nan=False)  # PostgreSQL keeps no other numbers
    if isinstance(found, str) and len(found.encode()) > INDEXED.get(name, LARGEST_JSON):
        raise ValueError(name)
    if found and name in PATTERNS and not re.fullmatch(PATTERNS[name], str(found)):
        raise ValueError(name)
    return found


@cache
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    return TypeAdapter(annotation)


def _moment(found: datetime) -> datetime:
    """In UTC, and not so near the ends of all calendars that another zone has no date for it."""
    if found.tzinfo is None or not 1 < found.year < 9999:
        raise ValueError("no moment")
    return found.astimezone(UTC)


def _mapping(given: Any) -> Json:
    if not isinstance(given, dict):
        raise BadInput(FOREIGN)
    return given


def _sequence(given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise BadInput(FOREIGN)
    return given


def _web(url: Any) -> str | None:
    """The address, where it is one of the web; what else a page made a link of would run in it."""
    return url if isinstance(url, str) and has_host(address(url)) else None


def _each(kind: type[Any], *links: str, needs: str = "") -> Callable[[Any], list[Any]]:
    """Entries of a kind of `feeds.podcast.values`, as JSON values. `links`: fields that are addresses; `needs`: one without
    which the entry is nothing."""
    reader = TypeAdapter(list[kind])  # type: ignore[valid-type]

    def read(given: Any) -> list[Any]:
        entries = [asdict(one) for one in reader.validate_python(given)]
        kept = [one | {name: _web(one[name]) for name in links} for one in entries]
        return [one for one in kept if not needs or one[needs]]

    return read


def _trailers(given: Any) -> list[Any]:
    return [
        one | {"published": one["published"].isoformat()}
        for one in _each(feed.Trailer, "url", needs="url")(given)
        if one["published"].tzinfo
    ]


def _chapters(given: Any) -> list[Any]:
    kept = [Chapter.from_data(one).as_data() for one in given]
    return [one | {name: _web(one[name]) for name in ("image", "link")} for one in kept]


def _pairs(given: Any) -> list[Any]:
    return [list(one) for one in TypeAdapter(list[tuple[str, str | None]]).validate_python(given)]


def _frequency(given: Any) -> Json:
    return asdict(TypeAdapter(feed.UpdateFrequency).validate_python(given)) if given else {}


def _tags(given: Any) -> list[Any]:
    return [feed.Tag.from_data(one).as_data() for one in given]


#: JSON columns: the values of a feed, however strict our own forms would be.
FORMS: dict[str, Callable[[Any], Any]] = {
    "persons": _each(feed.Person, "image", "link"),
    "places": _each(feed.Place),
    "funding": _each(feed.Funding, "url", needs="url"),
    "soundbites": _each(feed.Soundbite),
    "trailers": _trailers,
    "update_frequency": _frequency,
    "categories": _pairs,
    "subjects": _pairs,
    "tags": _tags,
    "live": _tags,
    "chapters": _chapters,
    "hubs": lambda given: [url for url in TypeAdapter(list[str]).validate_python(given) if _web(url)],
    "said": TypeAdapter(dict[str, str]).validate_python,
}
FORMS |= dict.fromkeys(("link", "artwork_url", "chapters_url", "enclosure_url", "licence_url", "url"), _web)
FORMS["language"] = lambda given: given if re.fullmatch(r"[A-Za-z0-9-]{1,64}", given or "") else None
#: What stands where a column cannot be empty.
INSTEAD: Mapping[tuple[type[SQLModel], str], str] = {
    (Show, "link"): "",
    (Show, "language"): "en",
    (Transcript, "language"): "",
}
_FORMATS = ("markdown", "html")
ALLOWED: Mapping[tuple[type[SQLModel], str], tuple[str, ...]] = {
    (Show, "state"): ("active", "archived"),
    (Show, "type"): ("episodic", "serial"),
    (Show, "description_format"): _FORMATS,
    (Episode, "state"): tuple(EpisodeState),
    (Episode, "type"): ("full", "trailer", "bonus"),
    (Episode, "notes_format"): _FORMATS,
}
_SLUG = r"[a-z0-9](?:[a-z0-9-]{0,88}[a-z0-9])?"
PATTERNS: Mapping[str, str] = {
    "slug": _SLUG,
    "editions": _SLUG,
    "digest": r"[0-9a-f]{64}",
}
#: Octets of what an index holds.
INDEXED: Mapping[str, int] = {"guid": incoming.LONGEST_GUID, "type": 255}
