"""What podcastparser's authors wrote down about 70 feeds, compared field by field with what we read.

Where we differ on purpose, for all of them:
- a title nobody gives is empty, not the name of the file; a date nobody gives is None, not 1970;
- a guid stays as it is written, also where it is a relative address: it is a name, and names do not change;
- a guid that is no address is no link, unless isPermaLink says so;
- the order is the document's, not that of the dates; episodes without sound are kept, to be listed with the reason;
- file_size −1 is 0, and application/octet-stream the type that the extension means, or nothing;
- starts of chapters keep their fraction.
What differs in one pair only stands in `ON_PURPOSE`.
"""

import html
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from feeds.podcast.reading import inline_chapters, read_podcast
from feeds.podcast.values import Episode, ReadPodcast, Tag

pytestmark = pytest.mark.corpora
BASE = "https://tests/data/feed.rss"
#: (file, field) → why.
ON_PURPOSE = {
    ("html_description_rss_both", "description"): "the notes of content:encoded are the description, the short one is itunes:summary",
    ("html_in_description_rss_both_different", "description"): "description is HTML too and says more than content:encoded",
    ("html_in_description_rss_both_different", "description_html"): "as above",
    ("atom_published_updated", "description"): "Atom's summary counts where there is nothing else",
    ("atom_updated", "description"): "Atom's summary counts where there is nothing else",
    ("itunes_subtitle", "description"): "the notes of content:encoded are the description, itunes:summary is carried as a tag",
    ("itunes_categories", "itunes_categories"): "Apple knows two levels, and a problem says that the third was left out",
    ("itunes_categories_empty", "itunes_categories"): "a category without a name is none; what is below it counts",
    ("no_title_multi_enclosure", "episodes"): "an episode without a title is kept, with the name of its file",
    ("no_enclosure", "episodes"): "an episode without sound is kept; B has a title",
    ("max_episodes", "episodes"): "their answer stops after one",
    ("image_and_audio", "enclosures"): "the sound is the enclosure, the picture the episode's image",
    ("payment", "payment_url of an episode"): "funding belongs to the show; atom:link is named as lost",
}  # fmt: skip
#: Fields of theirs that say how their program reads, or what a feed is made with, and nothing about the show.
NOT_CARRIED = {"generator", "paged_feed_first"}


def pairs(folder: Path) -> list[tuple[str, ReadPodcast, dict[str, Any], bytes]]:
    found = []
    for path in sorted(folder.glob("*.rss")):
        truth = path.with_suffix(".json").read_text("utf-8").replace("file://tests/", "https://tests/")
        data = path.read_bytes()
        podcast = read_podcast(data, url=BASE, now=datetime(2026, 11, 23, tzinfo=UTC))
        found.append((path.stem, podcast, json.loads(truth), data))
    return found


def words(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def tag(tags: tuple[Tag, ...], name: str) -> str | None:
    return next((t.text for t in tags if t.name == name), None)


def of_show(podcast: ReadPodcast, field: str, theirs: Any) -> tuple[Any, Any]:
    """(ours, theirs) of a field of the feed, in one form."""
    show = podcast.show
    match field:
        case "link" | "description" | "language" | "explicit" | "type":
            return getattr(show, field), theirs
        case "cover_url":
            return show.image, theirs
        case "itunes_author":
            return show.author, theirs
        case "itunes_owner":
            return (show.owner_name, show.owner_email), (theirs["name"], theirs.get("email", ""))
        case "itunes_categories":
            return [[part for part in pair if part] for pair in show.categories], theirs
        case "itunes_keywords":
            return (tag(show.tags, "itunes:keywords") or "").split(", "), theirs
        case "new_url":
            return show.new_feed_url, theirs
        case "paged_feed_next":
            return podcast.next_page, theirs
        case "funding_url" | "payment_url":
            return [funding.url for funding in show.funding], [theirs]
        case "import_prohibited":
            return show.locked, theirs
    raise AssertionError(f"a field nobody thought of: {field}")


def of_episode(episode: Episode, field: str, theirs: Any, chapters: dict[str, Any]) -> tuple[Any, Any]:
    """(ours, theirs) of a field of an episode, in one form."""
    sound = episode.enclosure
    match field:
        case "title" | "number" | "season" | "type" | "explicit":
            return getattr(episode, field), theirs
        case "guid":
            return urljoin(BASE, episode.guid) if theirs.startswith("https://tests/") else urljoin_relative(
                episode.guid, theirs
            ), theirs
        case "link":
            named = theirs.startswith("http") and (episode.link is not None or "https://tests/" not in theirs)
            return episode.link, theirs if named else None
        case "description":
            return words(episode.description), theirs
        case "description_html":
            return episode.description, theirs
        case "subtitle":
            return tag(episode.tags, "itunes:subtitle"), theirs
        case "published":
            return (int(episode.published.timestamp()) if episode.published else 0), theirs
        case "total_time":
            return episode.duration or 0, theirs
        case "enclosures":
            first = [(one["url"], max(one["file_size"], 0), one["mime_type"]) for one in theirs][:1]
            unknown = first and first[0][2] == "application/octet-stream"
            ours = [(sound.url, sound.length, "application/octet-stream" if unknown else sound.type)] if sound else []
            return ours, first
        case "itunes_author":
            return episode.author, theirs
        case "episode_art_url":
            return episode.image, theirs
        case "chapters_json_url":
            return episode.chapters and episode.chapters.url, theirs
        case "transcript_url":
            return [transcript.url for transcript in episode.transcripts], [theirs]
        case "persons":
            ours = [
                {"name": p.name, "role": p.role, "group": p.group, "href": p.link, "img": p.image}
                for p in episode.persons
            ]
            return ours, theirs
        case "chapters":
            ours = [(int(c.start), c.title, c.link, c.image) for c in chapters[episode.guid]]
            return ours, [(c["start"], c["title"], c.get("href"), c.get("image")) for c in theirs]
    raise AssertionError(f"a field nobody thought of: {field}")  # fmt: skip


def urljoin_relative(guid: str, theirs: str) -> str:
    """Their guid is resolved where isPermaLink says that it is an address."""
    return theirs if theirs.endswith("/" + guid) else guid


def test_every_pair_says_the_same_but_where_we_mean_it(corpora: Path):
    found = pairs(corpora / "podcasts" / "podcastparser-pairs")
    differences: dict[tuple[str, str], tuple[Any, Any]] = {}
    compared = 0
    for stem, podcast, truth, data in found:
        chapters = inline_chapters(data, url=BASE, now=datetime(2026, 11, 23, tzinfo=UTC))
        theirs_by_guid = {episode["guid"]: episode for episode in truth.pop("episodes")}
        if truth.pop("title") != stem and podcast.show.title == "":
            differences[stem, "title"] = ("", "a title")
        for field in truth.keys() - NOT_CARRIED:
            compared += 1
            ours, theirs = of_show(podcast, field, truth[field])
            if ours != theirs:
                differences[stem, field] = (ours, theirs)
        by_guid = {
            urljoin(BASE, e.guid) if urljoin(BASE, e.guid) in theirs_by_guid else e.guid: e for e in podcast.episodes
        }
        by_guid |= {t: e for t in theirs_by_guid for e in podcast.episodes if urljoin_relative(e.guid, t) == t}
        if len(podcast.episodes) != len(theirs_by_guid):
            differences[stem, "episodes"] = (len(podcast.episodes), len(theirs_by_guid))
        for guid, episode in theirs_by_guid.items():
            if payment := episode.pop("payment_url"):
                differences[stem, "payment_url of an episode"] = (None, payment)
            for field, value in episode.items():
                compared += 1
                ours, theirs = of_episode(by_guid[guid], field, value, chapters)
                if ours != theirs:
                    differences[stem, field] = (ours, theirs)

    assert len(found) == 70
    assert {key: values for key, values in differences.items() if key not in ON_PURPOSE} == {}
    assert set(ON_PURPOSE) - set(differences) == set()
    assert compared > 400


def test_what_differs_on_purpose_is_what_we_say(corpora: Path):
    by_name = {stem: podcast for stem, podcast, _, _ in pairs(corpora / "podcasts" / "podcastparser-pairs")}

    both = by_name["html_description_rss_both"].episodes[0]
    assert both.description == "<h1>This is also a <em>test</em></h1>"
    assert both.tags == (Tag("itunes:summary", text="A test"),)
    assert by_name["html_in_description_rss_both_different"].lost_tags == ("content:encoded",)
    assert by_name["itunes_categories"].show.categories == (
        ("Business", "Entrepreneurship"), ("Education", None), ("Society & Culture", None),
    )  # fmt: skip
    assert by_name["itunes_categories_empty"].show.categories == (("Religion & Spirituality", None),)
    assert [e.title for e in by_name["no_enclosure"].episodes] == ["A", "B", "C"]
    assert by_name["no_enclosure"].episodes[1].enclosure is None
    assert by_name["no_url"].episodes == ()
    assert by_name["image_and_audio"].episodes[0].image == "http://example.org/coverart.jpg"
    assert by_name["payment"].lost_tags == ("atom:link",)
    assert by_name["permalink"].episodes[0].guid == "episode/1/"
    assert by_name["permalink"].episodes[0].link == "http://example.com/podcast/episode/1/"
    assert by_name["no_permalink"].episodes[0].link is None
    assert by_name["no_title"].episodes[0].title == "test"
    alternate = by_name["no_title_multi_enclosure"].episodes[0].tags[0]
    assert alternate.name == "podcast:alternateEnclosure"
    assert alternate.children[0].get("uri") == "http://example.com/test.ogg"
    assert "“bogus” is no itunes:type; episodic was taken." in by_name["itunes_type_garbage"].problems
