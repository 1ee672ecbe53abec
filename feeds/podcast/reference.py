"""The same items as feedgen alone writes them, without the podcast namespace: the other side of a measurement."""

from collections.abc import Callable, Iterable

from feedgen.feed import FeedGenerator

from feeds.feedgen_mended import as_it_came
from feeds.podcast.values import Episode, Show


def by_feedgen(show: Show, episodes: Iterable[Episode]) -> Callable[[], bytes]:
    """Builds feedgen's objects; the returned function writes them (`rss_str`). Episodes have sound and a date."""
    generator = FeedGenerator()
    generator.load_extension("podcast")
    generator.title(show.title)
    generator.link(href=show.link)
    generator.description(show.description)
    for episode in episodes:
        entry = generator.add_entry(order="append")
        entry.guid(episode.guid)
        entry.title(episode.title)
        entry.link(href=episode.link)
        entry.description(episode.description)
        entry.published(episode.published)
        if episode.enclosure:
            entry.enclosure(episode.enclosure.url, str(episode.enclosure.length), episode.enclosure.type)
        entry.podcast.itunes_duration(episode.duration)
        entry.podcast.itunes_season(episode.season)
        entry.podcast.itunes_episode(episode.number)
        entry.podcast.itunes_episode_type("full")
        entry.podcast.itunes_explicit("no")

    def write() -> bytes:
        with as_it_came():
            return bytes(generator.rss_str())

    return write
