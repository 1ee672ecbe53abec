"""What a show says, in the vocabulary that the answers of all readers are put into. Moments are whole seconds since 1970."""

from datetime import datetime
from typing import Any

from feeds.podcast.values import Episode, Licence, Person, Place, Show, Tag

Said = dict[str, Any]


def said(show: Show, episodes: list[Episode]) -> tuple[Said, list[Said]]:
    """What must be read. `description` is the value; where it was cut the caller knows better."""
    frequency = show.update_frequency
    channel = {
        "title": show.title,
        "link": show.link,
        "self": show.feed_url,
        "hubs": list(show.hubs),
        "description": show.description,
        "language": show.language,
        "author": show.author,
        "owner": (show.owner_name, show.owner_email),
        "image": show.image,
        "categories": list(show.categories),
        "explicit": show.explicit,
        "type": show.type,
        "complete": show.complete,
        "block": show.block,
        "new_feed_url": show.new_feed_url,
        "copyright": show.copyright,
        "guid": show.guid,
        "locked": show.locked,
        "locked_owner": show.locked_owner if show.locked is not None else None,
        "medium": show.medium,
        "funding": [(funding.url, funding.text) for funding in show.funding],
        "persons": list(map(_person, show.persons)),
        "places": list(map(_place, show.places)),
        "licence": _licence(show.licence),
        "frequency": frequency and (frequency.text, frequency.rrule, frequency.dtstart, frequency.complete),
        "trailers": [(t.title, t.url, _seconds(t.published), t.length, t.type, t.season) for t in show.trailers],
        "pings": show.pings or None,
        "published": _seconds(show.published),
        "changed": _seconds(show.changed),
        "newest": max(_seconds(episode.published) or 0 for episode in episodes),
        **{tag.name: _tag(tag) for tag in show.tags},
    }
    return channel, [_said_of(episode) | {"lent": _lent(episode, episodes)} for episode in episodes]


def _lent(episode: Episode, episodes: list[Episode]) -> str:
    """The season's name that the first episode of a season could borrow from the others."""
    same = [one for one in episodes if one.season == episode.season]
    first = same[0] is episode and episode.season is not None
    return next((one.season_name for one in same if one.season_name), "") if first else episode.season_name


def _said_of(episode: Episode) -> Said:
    sound, exact = episode.enclosure, episode.number
    assert sound
    return {
        "guid": episode.guid,
        "permalink": episode.guid_is_permalink,
        "title": episode.title,
        "enclosure": (sound.url, sound.length, sound.type),
        "published": _seconds(episode.published),
        "description": episode.description,
        "link": episode.link,
        "author": episode.author,
        "duration": episode.duration,
        "image": episode.image,
        "explicit": episode.explicit,
        "block": episode.block,
        "type": episode.type,
        "season": episode.season,
        "number": episode.number,
        "named_season": (episode.season, episode.season_name) if episode.season is not None else None,
        "named_number": (exact, episode.number_display) if exact is not None else None,
        "persons": list(map(_person, episode.persons)),
        "places": list(map(_place, episode.places)),
        "licence": _licence(episode.licence),
        "transcripts": [(t.url, t.type, t.language, t.rel) for t in episode.transcripts],
        "chapters": (episode.chapters.url, episode.chapters.type) if episode.chapters else None,
        "soundbites": [(bite.start, bite.duration, bite.title) for bite in episode.soundbites],
        **{tag.name: _tag(tag) for tag in episode.tags},
    }


def _tag(tag: Tag) -> Any:
    """Of a rare tag, what was generated: its text, one attribute, or those of its children."""
    given = dict(tag.attributes)
    children = [dict(child.attributes) for child in tag.children]
    keys = {
        "podcast:image": "alt",
        "podcast:chat": "space",
        "podcast:socialInteract": "accountId",
        "podcast:alternateEnclosure": "title",
    }
    if tag.name in keys:
        return given[keys[tag.name]]
    return [child.get("feedGuid") or child["name"] for child in children] if children else tag.text


def _person(person: Person) -> tuple[str | None, ...]:
    return (person.name, person.role, person.group, person.image, person.link)


def _place(place: Place) -> tuple[str | None, ...]:
    return (place.name, place.rel, place.geo, place.osm, place.country)


def _licence(licence: Licence | None) -> tuple[str, str | None] | None:
    return (licence.text, licence.url) if licence else None


def _seconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None
