"""What the player needs to know of an episode: where its sound is, how long it is, its chapters."""

from typing import Any

from publisher import languages
from publisher.media.models import MediaFile
from publisher.podcasts.models import Episode, Show
from publisher.web.page import Page
from publisher.web.protection import POLICY
from publisher.web.public.showing import clock, episode_path, sound_path

#: Of pages that play sound which is still where an imported feed keeps it. Nothing is asked for before somebody presses play.
CSP_FOR_ELSEWHERE = POLICY.format(ancestors="'none'") + "; media-src 'self' https: http:"
CSP_FOR_ELSEWHERE_FRAMED = POLICY.format(ancestors="*") + "; media-src 'self' https: http:"
PLAYED = ("audio", "video")


def playable(
    page: Page, show: Show, episode: Episode, media: MediaFile | None, picture: dict[str, Any]
) -> dict[str, Any] | None:
    """The sound or film of an episode as `_player.html` takes it; None where there is nothing that plays."""
    kind, media_type, url, length = _sound(show, episode, media)
    if not url:
        return None
    settings = page.house.settings
    return {
        "plays": kind in PLAYED,
        "kind": kind,
        "type": media_type,
        "url": url,
        "absolute_url": settings.url(url) if url.startswith("/") else url,
        "length_text": languages.file_size(length, page.language) if length else "",
        "form": _form(media_type),
        "file_name": f"{show.slug}-{episode.slug}.{media.extension}" if media else "",
        "duration": episode.duration or 0,
        "duration_text": languages.duration_in_words(episode.duration, page.language) if episode.duration else "",
        "clock": clock(episode.duration or 0),
        "key": f"{show.slug}/{episode.slug}",
        "title": episode.title,
        "show": show.title,
        "picture": picture["url"],
        "page_url": page.link(episode_path(show, episode)),
        "language": episode.language or show.language,
        "chapters": (chapters := _chapters(episode, url)),
        "marks": [[one["start"], one["title"]] for one in chapters],
    }


def _sound(show: Show, episode: Episode, media: MediaFile | None) -> tuple[str, str, str, int]:
    """(kind, type, address, bytes); an empty address where there is none."""
    if media is not None:
        return media.kind, media.type, sound_path(show, episode, media), media.length
    if episode.enclosure_url:
        media_type = episode.enclosure_type or "audio/mpeg"
        return media_type.partition("/")[0], media_type, episode.enclosure_url, episode.enclosure_length or 0
    return "", "", "", 0


def _chapters(episode: Episode, url: str) -> list[dict[str, Any]]:
    """Chapters of the table of contents. Without scripts each leads to its place in the file (a media fragment)."""
    return [
        {
            "start": one["start"],
            "at": clock(one["start"]),
            "title": one.get("title") or "",
            "link": one.get("link") or "",
            "url": f"{url}#t={round(one['start'])}",
        }
        for one in episode.chapters
        if one.get("toc", True) and one.get("title")
    ]


def _form(media_type: str) -> str:
    known = {
        "audio/mpeg": "MP3",
        "audio/mp4": "M4A",
        "audio/x-m4a": "M4A",
        "audio/m4a": "M4A",
        "application/pdf": "PDF",
    }
    return known.get(media_type, media_type.partition("/")[2].removeprefix("x-").upper())
