"""What three readers in Python make of our feeds, in the words of `stranger_said`; only the keys that a reader offers."""

import calendar
import io
from typing import Any

import feedparser
import feedparser_rs
import podcastparser
from stranger_said import Said


def by_podcastparser(document: bytes) -> tuple[Said, list[Said]]:
    read = podcastparser.parse("https://e.org/feed.xml", io.BytesIO(document))
    owner = read.get("itunes_owner", {})
    channel = {
        "title": read["title"],
        "link": read.get("link"),
        "description": read.get("description"),
        "language": read.get("language"),
        "author": read.get("itunes_author", ""),
        "owner": (owner.get("name"), owner.get("email")),
        "image": read.get("cover_url"),
        "categories": [(*found, None)[:2] for found in read.get("itunes_categories", [])],
        "explicit": read.get("explicit"),
        "type": read.get("type"),
        "new_feed_url": read.get("new_url"),
    }
    return channel, [
        {
            "guid": episode["guid"],
            "title": episode["title"],
            "enclosure": tuple(episode["enclosures"][0][key] for key in ("url", "file_size", "mime_type")),
            "published": episode["published"],
            "description": episode.get("description_html") or episode.get("description", ""),
            "link": episode["link"] or None,
            "author": episode.get("itunes_author", ""),
            "duration": episode["total_time"] or None,
            "image": episode.get("episode_art_url"),
            "explicit": episode.get("explicit"),
            "type": episode.get("type"),
            "season": episode.get("season"),
            "number": episode.get("number"),
        }
        for episode in read["episodes"]
    ]


def by_feedparser(document: bytes) -> tuple[Said, list[Said]]:
    read = feedparser.parse(document)
    feed = read.feed
    channel = {
        "title": feed.get("title"),
        "link": feed.get("link"),
        "self": _link_of(feed.links, "self"),
        "hubs": [link["href"] for link in feed.links if link["rel"] == "hub"],
        "description": feed.get("subtitle"),
        "language": feed.get("language"),
        "author": feed.get("author", ""),
        "image": feed.get("image", {}).get("href"),
        "categories": [tag["term"] for tag in feed.get("tags", [])],
        "explicit": feed.get("itunes_explicit"),
        "type": feed.get("itunes_type"),
        "complete": feed.get("itunes_complete") == "yes",
        "block": bool(feed.get("itunes_block")),
        "new_feed_url": feed.get("itunes_new-feed-url"),
        "copyright": feed.get("rights", ""),
        "guid": feed.get("podcast_guid"),
        "medium": feed.get("podcast_medium"),
        "published": _parsed(feed.get("published_parsed")),
        "changed": _parsed(dict.get(feed, "updated_parsed")),
    }
    return channel, [_entry(entry) for entry in read.entries]


def _entry(entry: Any) -> Said:
    sound = next(link for link in entry.links if link["rel"] == "enclosure")
    return {
        "guid": entry.get("id"),
        "permalink": entry.get("guidislink"),
        "title": entry.get("title"),
        "enclosure": (sound["href"], int(sound["length"]), sound["type"]),
        "published": _parsed(entry.get("published_parsed")),
        "description": entry.get("summary", ""),
        "link": entry.get("link"),
        "author": entry.get("author", ""),
        "duration": _whole(entry.get("itunes_duration")),
        "image": entry.get("image", {}).get("href"),
        "explicit": entry.get("itunes_explicit"),
        "block": bool(entry.get("itunes_block")),
        "type": entry.get("itunes_episodetype"),
        "season": _whole(entry.get("itunes_season")),
        "number": _whole(entry.get("itunes_episode")),
        "chapters": tuple(entry.podcast_chapters.values()) if "podcast_chapters" in entry else None,
    }


def by_feedparser_rs(document: bytes) -> tuple[Said, list[Said]]:
    read = feedparser_rs.parse(document)
    feed, itunes, podcast = read.feed, read.feed.itunes, read.feed.podcast
    links = [{"rel": link.rel, "href": link.href} for link in feed.links]
    frequency = podcast and podcast.update_frequency
    channel = {
        "title": feed.title,
        "link": feed.link,
        "self": _link_of(links, "self"),
        "hubs": [link["href"] for link in links if link["rel"] == "hub"],
        "description": feed.subtitle,
        "language": feed.language,
        "author": itunes.author or "",
        "owner": (itunes.owner.name, itunes.owner.email),
        "image": itunes.image,
        "categories": [(category.text, category.subcategory) for category in itunes.categories],
        "explicit": itunes.explicit,
        "type": itunes.podcast_type,
        "complete": itunes.complete == "yes",
        "block": bool(itunes.block),
        "new_feed_url": itunes.new_feed_url,
        "copyright": feed.rights or "",
        "guid": podcast and podcast.guid,
        "locked": {"yes": True, "no": False}.get(podcast.locked) if podcast else None,
        "locked_owner": podcast and podcast.locked_owner,
        "medium": podcast and podcast.medium,
        "funding": [(funding.url, funding.message) for funding in (podcast.funding if podcast else [])],
        "persons": [_rs_person(person) for person in (podcast.persons if podcast else [])],
        "places": [(p.name, p.geo, p.osm) for p in [podcast.location] if p] if podcast else [],
        "frequency": frequency and (frequency.label, frequency.rrule, frequency.dtstart, frequency.complete),
        "pings": podcast and podcast.podping_uses_podping,
        "published": _parsed(feed.published_parsed),
        "changed": _parsed(feed.updated_parsed),
    }
    return channel, [_rs_entry(entry) for entry in read.entries]


def _rs_entry(entry: Any) -> Said:
    itunes, podcast, sound = entry.itunes, entry.podcast, entry.enclosures[0]
    return {
        "guid": entry.id,
        "permalink": entry.guidislink,
        "title": entry.title,
        "enclosure": (sound.href, int(sound.length), sound.type),
        "published": _parsed(entry.published_parsed),
        "description": entry.summary or "",
        "link": entry.link,
        "author": (itunes and itunes.author) or "",
        "duration": _whole(itunes and itunes.duration),
        "image": itunes and itunes.image,
        "explicit": itunes and itunes.explicit,
        "type": itunes and itunes.episode_type,
        "season": _whole(itunes and itunes.season),
        "number": _whole(itunes and itunes.episode),
        "persons": [_rs_person(person) for person in (podcast.persons if podcast else [])],
        "places": [(p.name, p.geo, p.osm) for p in [podcast.location] if p] if podcast else [],
        "transcripts": [(t.url, t.type, t.language, t.rel) for t in (podcast.transcript if podcast else [])],
        "chapters": (podcast.chapters.url, podcast.chapters.type) if podcast and podcast.chapters else None,
        "soundbites": [(s.start_time, s.duration, s.title) for s in (podcast.soundbite if podcast else [])],
    }


def _rs_person(person: Any) -> tuple[str, ...]:
    return (person.name, person.role, person.group, person.img, person.href)


def _link_of(links: list[Said], relation: str) -> str | None:
    return next((link["href"] for link in links if link["rel"] == relation), None)


def _parsed(moment: Any) -> int | None:
    return calendar.timegm(moment) if moment else None


def _whole(text: Any) -> int | None:
    return int(text) if text not in (None, "") else None
