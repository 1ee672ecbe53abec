"""What a page says of itself to search engines and to pages that quote it: schema.org as JSON-LD.

Source: schema.org PodcastSeries, PodcastEpisode, AudioObject.
"""

import json
from typing import Any

from markupsafe import Markup

from publisher.media.models import MediaFile
from publisher.podcasts import words
from publisher.podcasts.models import Episode, Show
from publisher.web.page import Page
from publisher.web.public.showing import episode_path, first_sentences, show_path


def series(page: Page, show: Show, artwork: MediaFile | None) -> Markup:
    return script({"@context": "https://schema.org", **_series(page, show, artwork)})


def episode(
    page: Page, show: Show, one: Episode, sound: dict[str, Any] | None, artwork: MediaFile | None, spoken: str
) -> Markup:
    """`spoken`: address of the transcript, empty where there is none."""
    url = page.house.settings.url(episode_path(show, one))
    said = {
        "@context": "https://schema.org",
        "@type": "PodcastEpisode",
        "url": url,
        "name": one.title,
        "description": words.blurb(one),
        "datePublished": one.published_at.isoformat() if one.published_at else None,
        "dateModified": one.updated_at.isoformat(),
        "inLanguage": one.language or show.language,
        "timeRequired": _duration(one),
        "episodeNumber": one.number,
        "license": one.licence_url or show.licence_url,
        "actor": _people(one.persons or show.persons),
        "associatedMedia": _sound(page, one, sound, spoken),
        "partOfSeason": {"@type": "PodcastSeason", "seasonNumber": one.season, "name": one.season_name or None}
        if one.season
        else None,
        "partOfSeries": _series(page, show, artwork),
    }
    return script(said)


def _series(page: Page, show: Show, artwork: MediaFile | None) -> dict[str, Any]:
    url = page.house.settings.url
    return {
        "@type": "PodcastSeries",
        "url": url(show_path(show)),
        "name": show.title,
        "description": first_sentences(show, 500),
        "inLanguage": show.language,
        "webFeed": url(f"{show_path(show)}/feed.xml"),
        "image": url(f"/media/{artwork.digest}.{artwork.extension}") if artwork else None,
        "author": {"@type": "Organization", "name": show.author} if show.author else None,
        "actor": _people(show.persons),
        "license": show.licence_url,
    }


def _sound(page: Page, one: Episode, sound: dict[str, Any] | None, spoken: str) -> dict[str, Any] | None:
    if sound is None:
        return None
    return {
        "@type": "VideoObject" if sound["kind"] == "video" else "AudioObject",
        "contentUrl": sound["absolute_url"],
        "encodingFormat": sound["type"],
        "duration": _duration(one),
        "transcript": page.house.settings.url(spoken) if spoken else None,
    }


def _people(persons: list[Any]) -> list[dict[str, str]] | None:
    return [{"@type": "Person", "name": str(one["name"])} for one in persons] or None


def _duration(one: Episode) -> str | None:
    return f"PT{one.duration}S" if one.duration else None


def script(said: dict[str, Any]) -> Markup:
    """Without what would end the element it stands in; empty values are left out."""
    text = json.dumps(_filled(said), ensure_ascii=False, separators=(",", ":"))
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Markup(safe.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))  # noqa: S704 - escaped above


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _filled(one) for name, one in value.items() if one is not None}
    return [_filled(one) for one in value] if isinstance(value, list) else value
