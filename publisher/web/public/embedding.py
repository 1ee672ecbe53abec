"""Episodes on other people's pages: the frame they may show, and how programs ask for it (oEmbed).

Source: oembed.com §2.2-§2.3: 404 where there is nothing for the address, 501 for a form that is not spoken.
"""

from typing import Any
from urllib.parse import unquote, urlsplit

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from publisher.errors import NotFound
from publisher.languages import N_
from publisher.podcasts.models import EpisodeState
from publisher.settings import Settings
from publisher.web.answers import OPEN
from publisher.web.page import Page, hub_of, looking
from publisher.web.public.episodes import EMBED_HEIGHT, Heard, embed_code, heard
from publisher.web.public.playing import CSP_FOR_ELSEWHERE_FRAMED, playable
from publisher.web.public.showing import COVER, cover, show_card

WIDTH, NARROWEST = 640, 280
NOTHING = N_("There is no episode at this address.")
THEMES = ("light", "dark")


def embed(request: Request, show: str, episode: str) -> Response:
    """GET /podcasts/<show>/<episode>/embed?theme=light|dark: the player alone, for frames anywhere. Sets no cookie."""
    with looking(request) as page:
        found = _present(page, show, episode)
        picture = cover(found.artwork, found.show.title)
        theme = request.query_params.get("theme", "")
        answer = page.show(
            "web/public/episode_embed.html",
            show=show_card(page, found.show, found.show_artwork),
            sound=playable(page, found.show, found.episode, found.media, picture),
            cover=picture,
            theme=theme if theme in THEMES else "",
            title=found.episode.title,
            url=page.house.settings.url(found.path),
            language_of_title=found.episode.language or found.show.language,
        )
        answer.headers["X-Robots-Tag"] = "noindex"
        if found.media is None:
            answer.headers["Content-Security-Policy"] = CSP_FOR_ELSEWHERE_FRAMED
        return answer


def oembed(request: Request) -> Response:
    """GET /oembed?url=&format=json&maxwidth=&maxheight="""
    asked = request.query_params
    if asked.get("format", "json") != "json":
        return JSONResponse({"error": "Only JSON is spoken here: format=json."}, 501, headers=OPEN)
    with looking(request) as page:
        show, episode = _named(page.house.settings, asked.get("url", ""))
        said = _quoted(page, _present(page, show, episode), _most(asked.get("maxwidth")), _most(asked.get("maxheight")))
    return JSONResponse(said, headers=OPEN | {"Cache-Control": "public, max-age=3600"})


def _present(page: Page, show: str, episode: str) -> Heard:
    """An episode that is there; `NotFound` for one that was withdrawn, too: a frame has no room for explanations."""
    try:
        found = heard(page.session, show, episode)
    except NotFound as problem:
        raise NotFound(NOTHING) from problem
    if found.episode.state == EpisodeState.WITHDRAWN:
        raise NotFound(NOTHING)
    return found


def _quoted(page: Page, found: Heard, most_width: int | None, most_height: int | None) -> dict[str, Any]:
    settings = page.house.settings
    width = max(NARROWEST, min(WIDTH, most_width or WIDTH))
    height = min(EMBED_HEIGHT, most_height or EMBED_HEIGHT)
    return {
        "version": "1.0",
        "type": "rich",
        "title": found.episode.title,
        "author_name": found.show.title,
        "author_url": settings.url(f"/podcasts/{found.show.slug}"),
        "provider_name": hub_of(page.session, page.language)["name"],
        "provider_url": settings.url("/"),
        "cache_age": 3600,
        "html": str(embed_code(page, found, width, height)),
        "width": width,
        "height": height,
        **_thumbnail(settings, found),
    }


def _thumbnail(settings: Settings, found: Heard) -> dict[str, Any]:
    """All three or none (oembed.com §2.3.4)."""
    if found.artwork is None:
        return {}
    url = settings.url(f"/media/{found.artwork.digest}/{COVER}.jpg")
    return {"thumbnail_url": url, "thumbnail_width": COVER, "thumbnail_height": COVER}


def _named(settings: Settings, url: str) -> tuple[str, str]:
    """Show and episode that an address of ours names, also a former one; `NotFound` for all others."""
    for base in (settings.public_url, *settings.former_urls):
        if url.startswith(f"{base}/podcasts/"):
            parts = urlsplit(url.removeprefix(base)).path.strip("/").split("/")
            if len(parts) == 3 or parts[3:] == ["embed"]:
                return unquote(parts[1]), unquote(parts[2])
    raise NotFound(NOTHING)


def _most(given: str | None) -> int | None:
    return int(given) if given and given.isascii() and given.isdecimal() and len(given) < 6 else None
