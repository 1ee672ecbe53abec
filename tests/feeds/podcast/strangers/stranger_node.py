"""What two readers in Node made of our feeds, from their JSON, in the words of `stranger_said`."""

from datetime import datetime
from email.utils import parsedate_to_datetime

from stranger_said import Said


def by_partytime(read: Said) -> tuple[Said, list[Said]]:
    """Of what the Node process found, as JSON."""
    owner = read.get("owner", {})
    channel = {
        "title": read.get("title"),
        "link": read.get("link"),
        "self": read["pubsub"].get("self"),
        "hubs": [read["pubsub"]["hub"]] if "hub" in read["pubsub"] else [],
        "description": read.get("description"),
        "language": read.get("language"),
        "author": read.get("author", ""),
        "owner": (owner.get("name"), owner.get("email")),
        "image": read.get("itunesImage"),
        "categories": read.get("itunesCategory"),
        "explicit": read.get("explicit"),
        "type": read.get("itunesType"),
        "complete": read.get("itunesComplete"),
        "block": read.get("itunesBlock"),
        "new_feed_url": read.get("itunesNewFeedUrl"),
        "copyright": read.get("copyright", ""),
        "guid": read.get("guid"),
        "locked": read.get("locked"),
        "locked_owner": read.get("podcastOwner"),
        "medium": read.get("medium"),
        "funding": [(found["url"], found.get("message", "")) for found in read.get("podcastFunding", [])],
        "persons": list(map(_party_person, read.get("podcastPeople", []))),
        "places": list(map(_party_place, [read["podcastLocation"]] if "podcastLocation" in read else [])),
        "licence": _party_licence(read.get("license")),
        "trailers": [
            (t["title"], t["url"], _iso(t["pubdate"]), t.get("length"), t.get("type"), t.get("season"))
            for t in read.get("trailers", [])
        ],
        "published": _iso(read.get("pubDate")),
        "changed": _iso(read.get("lastBuildDate")),
    }
    return channel, [_party_item(item) for item in read["items"]]


def _party_item(item: Said) -> Said:
    season, number, chapters = item.get("podcastSeason"), item.get("podcastEpisode"), item.get("podcastChapters")
    return {
        "guid": item["guid"],
        "title": item.get("title"),
        "enclosure": tuple(item["enclosure"][key] for key in ("url", "length", "type")),
        "published": _iso(item.get("pubDate")),
        "description": item.get("description", ""),
        "link": item.get("link"),
        "author": item.get("author", ""),
        "duration": item.get("duration") or None,
        "image": item.get("itunesImage"),
        "explicit": item.get("explicit"),
        "type": item.get("itunesEpisodeType"),
        "season": item.get("itunesSeason"),
        "number": item.get("itunesEpisode"),
        "named_season": (season["number"], season.get("name", "")) if season else None,
        "named_number": (number["number"], number.get("display", "")) if number else None,
        "persons": list(map(_party_person, item.get("podcastPeople", []))),
        "places": list(map(_party_place, [item["podcastLocation"]] if "podcastLocation" in item else [])),
        "licence": _party_licence(item.get("license")),
        "transcripts": [
            (t["url"], t["type"], t.get("language"), t.get("rel")) for t in item.get("podcastTranscripts", [])
        ],
        "chapters": (chapters["url"], chapters["type"]) if chapters else None,
        "soundbites": [(s["startTime"], s["duration"], s["title"]) for s in item.get("podcastSoundbites", [])],
    }


def _party_person(found: Said) -> tuple[str | None, ...]:
    return (found["name"], found["role"], found["group"], found.get("img"), found.get("href"))


def _party_place(found: Said) -> tuple[str | None, ...]:
    return (found["name"], found.get("geo"), found.get("osm"))


def _party_licence(found: Said | None) -> tuple[str, str | None] | None:
    return (found["identifier"], found.get("url")) if found else None


def by_feedsmith(read: Said) -> tuple[Said, list[Said]]:
    """Of what the Node process found, as JSON."""
    itunes, podcast = read.get("itunes", {}), read.get("podcast", {})
    links, locked, frequency = read["atom"]["links"], podcast.get("locked", {}), podcast.get("updateFrequency")
    channel = {
        "title": read.get("title"),
        "link": read.get("link"),
        "self": _link_of(links, "self"),
        "hubs": [link["href"] for link in links if link["rel"] == "hub"],
        "description": read.get("description"),
        "language": read.get("language"),
        "author": itunes.get("author", ""),
        "owner": (itunes["owner"].get("name"), itunes["owner"].get("email")),
        "image": itunes.get("image"),
        "categories": [
            (found["text"], found["categories"][0]["text"] if "categories" in found else None)
            for found in itunes.get("categories", [])
        ],
        "explicit": itunes.get("explicit"),
        "type": itunes.get("type"),
        "complete": itunes.get("complete", False),
        "block": itunes.get("block", False),
        "new_feed_url": itunes.get("newFeedUrl"),
        "copyright": read.get("copyright", ""),
        "guid": podcast.get("guid"),
        "locked": locked.get("value"),
        "locked_owner": locked.get("owner"),
        "medium": podcast.get("medium"),
        "funding": [(found["url"], found.get("display", "")) for found in podcast.get("fundings", [])],
        **_smith_both(podcast),
        "frequency": frequency and tuple(frequency.get(key) for key in ("display", "rrule", "dtstart", "complete")),
        "trailers": [
            (t["display"], t["url"], _mailed(t["pubDate"]), t.get("length"), t.get("type"), t.get("season"))
            for t in podcast.get("trailers", [])
        ],
        "pings": podcast.get("podping", {}).get("usesPodping"),
        "published": _mailed(read.get("pubDate")),
        "changed": _mailed(read.get("lastBuildDate")),
        **_smith_tags(podcast),
    }
    return channel, [_smith_item(item) for item in read["items"]]


def _smith_both(podcast: Said) -> Said:
    licence = podcast.get("license")
    return {
        "persons": [
            (p["display"], p.get("role"), p.get("group"), p.get("img"), p.get("href"))
            for p in podcast.get("persons", [])
        ],
        "places": [
            (p["display"], p.get("rel"), p.get("geo"), p.get("osm"), p.get("country"))
            for p in podcast.get("locations", [])
        ],
        "licence": (licence["display"], licence.get("url")) if licence else None,
    }


def _smith_item(item: Said) -> Said:
    itunes, podcast, sound = item.get("itunes", {}), item.get("podcast", {}), item["enclosures"][0]
    season, number, chapters = podcast.get("season"), podcast.get("episode"), podcast.get("chapters")
    return {
        "guid": item["guid"]["value"],
        "permalink": item["guid"]["isPermaLink"],
        "title": item.get("title"),
        "enclosure": (sound["url"], sound["length"], sound["type"]),
        "published": _mailed(item.get("pubDate")),
        "description": item.get("description", ""),
        "link": item.get("link"),
        "author": itunes.get("author", ""),
        "duration": itunes.get("duration"),
        "image": itunes.get("image"),
        "explicit": itunes.get("explicit"),
        "block": itunes.get("block", False),
        "type": itunes.get("episodeType"),
        "season": itunes.get("season"),
        "number": itunes.get("episode"),
        "named_season": (season["number"], season.get("name", "")) if season else None,
        "named_number": (number["number"], number.get("display", "")) if number else None,
        **_smith_both(podcast),
        "transcripts": [(t["url"], t["type"], t.get("language"), t.get("rel")) for t in podcast.get("transcripts", [])],
        "chapters": (chapters["url"], chapters["type"]) if chapters else None,
        "soundbites": [(s["startTime"], s["duration"], s.get("display", "")) for s in podcast.get("soundbites", [])],
        **_smith_tags(podcast),
        **({"itunes:subtitle": itunes["subtitle"]} if "subtitle" in itunes else {}),
    }


def _smith_tags(podcast: Said) -> Said:
    """The rare tags, each as `_tag` says it."""
    found: Said = {}
    for said_of in podcast.get("txts", []):
        found["podcast:txt"] = said_of["display"]
    if "podroll" in podcast:
        found["podcast:podroll"] = [item["feedGuid"] for item in podcast["podroll"]["remoteItems"]]
    if "publisher" in podcast:
        found["podcast:publisher"] = [podcast["publisher"]["remoteItem"]["feedGuid"]]
    for image in podcast.get("images", []):
        found["podcast:image"] = image["alt"]
    if "chat" in podcast:
        found["podcast:chat"] = podcast["chat"]["space"]
    for value in podcast.get("values", []):
        found["podcast:value"] = [recipient["name"] for recipient in value["valueRecipients"]]
    for social in podcast.get("socialInteracts", []):
        found["podcast:socialInteract"] = social["accountId"]
    for other in podcast.get("alternateEnclosures", []):
        found["podcast:alternateEnclosure"] = other["title"]
    return found


def _link_of(links: list[Said], relation: str) -> str | None:
    return next((link["href"] for link in links if link["rel"] == relation), None)


def _mailed(text: str | None) -> int | None:
    return int(parsedate_to_datetime(text).timestamp()) if text else None


def _iso(text: str | None) -> int | None:
    return int(datetime.fromisoformat(text).timestamp()) if text else None
