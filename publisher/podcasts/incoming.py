"""What a feed says, as columns of our tables: taken as it stands, also where our own forms would be stricter.

Beside the columns goes a digest of each (`said`), so that the next import can tell what has changed in the feed since, and
leaves alone what staff have changed here.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from feeds.podcast import languages
from feeds.podcast import values as feed
from feeds.podcast.chapters import Chapter
from publisher.languages import normalise
from publisher.podcasts.models import Episode, Show

#: Octets of a guid that an index holds on both databases; a longer one is kept by its digest.
LONGEST_GUID = 1000
#: The largest whole number of a column.
MOST = 2**31 - 1
#: The largest whole number of a length, in octets: beyond it, a feed says nonsense.
MOST_OCTETS = 2**53
#: Columns that one file of ours, or what was typed here, stands for: where the feed names another, that one counts.
STANDS_FOR: Mapping[str, tuple[str, Any]] = {
    "enclosure_url": ("audio_id", None),
    "artwork_url": ("artwork_id", None),
    "chapters_url": ("chapters", []),
}

#: Type and length are those of one address.
TOGETHER = ("enclosure_type", "enclosure_length")

Columns = dict[str, Any]
_NOTHING: dict[str, Columns] = {}  # made once


def show_columns(said: feed.Show) -> Columns:
    """The columns of a show. Not among them: slug and guid, what only staff decide, and where a feed says it has moved to."""
    return clean(
        {
            "title": said.title,
            "description": said.description,
            "description_format": "html",
            "language": language_of(said.language) or "en",
            "author": said.author,
            "owner_name": said.owner_name,
            "owner_email": said.owner_email,
            "link": said.link,
            "categories": [[top, sub] for top, sub in said.categories],
            "explicit": said.explicit,
            "type": said.type,
            "complete": said.complete,
            "block": said.block,
            "copyright": said.copyright,
            "locked": said.locked is not False,
            "locked_owner": (said.locked_owner or "") if said.locked_owner != said.owner_email else "",
            "medium": said.medium or "podcast",
            "licence": said.licence.text if said.licence else "",
            "licence_url": said.licence.url if said.licence else None,
            "artwork_url": said.image,
            "funding": [asdict(one) for one in said.funding],
            "persons": [asdict(one) for one in said.persons],
            "places": [asdict(one) for one in said.places],
            "update_frequency": asdict(said.update_frequency) if said.update_frequency else {},
            "trailers": [asdict(one) | {"published": one.published.isoformat()} for one in said.trailers],
            "tags": [one.as_data() for one in said.tags],
            "live": [one.as_data() for one in said.live],
            "hubs": list(said.hubs),
            "podping": said.pings,
        }
    )


def episode_columns(said: feed.Episode, chapters: Sequence[Chapter] = ()) -> Columns:
    """The columns of an episode, but for guid, slug, state and dates. `chapters`: those that stand in the feed itself."""
    sound, link = said.enclosure, said.chapters
    return clean(
        {
            "guid_is_permalink": said.guid_is_permalink,
            "title": said.title,
            "notes": said.description,
            "notes_format": "html",
            "link": said.link,
            "author": said.author,
            "type": said.type or "full",
            "season": _fitting(said.season),
            "season_name": said.season_name,
            "number": _fitting(said.number),
            "number_exact": said.number_exact,
            "number_display": said.number_display,
            "explicit": said.explicit,
            "block": said.block,
            "enclosure_url": sound.url if sound else None,
            "enclosure_type": sound.type if sound else None,
            "enclosure_length": min(sound.length, MOST_OCTETS) if sound else None,
            "duration": _fitting(said.duration),
            "artwork_url": said.image,
            "licence": said.licence.text if said.licence else "",
            "licence_url": said.licence.url if said.licence else None,
            "chapters": [one.as_data() for one in chapters],
            "chapters_url": link.url if link else None,
            "chapters_type": link.type if link else None,
            "soundbites": [asdict(one) for one in said.soundbites],
            "persons": [asdict(one) for one in said.persons],
            "places": [asdict(one) for one in said.places],
            "tags": [one.as_data() for one in said.tags],
        }
    )


def transcripts(said: feed.Episode) -> list[Columns]:
    """The transcripts, each once."""
    found = [
        clean({"language": one.language or "", "type": one.type, "url": one.url, "rel": one.rel})
        for one in said.transcripts
    ]
    return list({(one["language"], one["type"], one["url"]): one for one in reversed(found)}.values())[::-1]


def guid_of(said: feed.Episode) -> str:
    """The guid that is kept: as written, or the digest of one that no index can hold."""
    guid = _text(said.guid)
    if len(guid.encode()) <= LONGEST_GUID:
        return guid
    return "urn:sha256:" + hashlib.sha256(guid.encode()).hexdigest()


def language_of(code: str) -> str | None:
    """The code of a language as a feed says it; None where it is none. Regions stay: en-GB is a fact of the feed."""
    return languages.language(code) or normalise(code)


def digests(columns: Mapping[str, Any], *more: tuple[str, Any], of: type[Show] | type[Episode]) -> dict[str, str]:
    """A digest of each column that says something. `more`: what the feed said that is no column, by a name of ours."""
    unsaid = nothing(of)
    said = {name: value for name, value in columns.items() if value != unsaid.get(name)}
    return {name: _digest(value) for name, value in [*said.items(), *more] if value not in (None, [])}


def changes(row: Show | Episode, columns: Columns, said: Mapping[str, str]) -> Columns:
    """The columns that the feed says otherwise than at the last import, and that are otherwise here."""
    new = {
        name: value
        for name, value in columns.items()
        if said.get(name) != row.said.get(name) and value != getattr(row, name)
    }
    if "enclosure_url" in new:
        new |= {name: columns[name] for name in TOGETHER}
    for name, (ours, nothing) in STANDS_FOR.items():
        if new.get(name) and ours not in new and getattr(row, ours, nothing) != nothing:
            new[ours] = nothing
    return new


def nothing(of: type[Show] | type[Episode]) -> Columns:
    """What each column has that nobody filled in, but for the number that the database gives."""
    if of.__name__ not in _NOTHING:
        fields = ((name, one) for name, one in of.model_fields.items() if name != "id" and not one.is_required())
        _NOTHING[of.__name__] = {name: one.get_default(call_default_factory=True) for name, one in fields}
    return _NOTHING[of.__name__]


def _digest(value: Any) -> str:
    text = value.isoformat() if isinstance(value, datetime) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=6).hexdigest()


def _fitting(number: int | None) -> int | None:
    return number if number is not None and 0 <= number <= MOST else None


def clean(columns: Columns) -> Columns:
    """Columns without what PostgreSQL cannot keep in a text."""
    return {name: _plain(value) for name, value in columns.items()}


def _plain(value: Any) -> Any:
    """Without what PostgreSQL cannot keep in a text."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return clean(value)
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _text(value: str) -> str:
    return re.sub("[\x00\ud800-\udfff]", "", value) if not value.isprintable() else value
